"""Chance that gives the same numbers on every machine, whatever its Python, hash seed or C library.

Only `Random.random()` is used, the one method whose numbers Python promises never to change, and only additions,
multiplications and divisions are made of it: no logarithm or exponential, whose last digits differ between machines.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class Spread(NamedTuple):
    """A skewed quantity by four of its quantiles: the least, the median, the ninth of ten, the most."""

    least: float
    median: float
    p90: float
    most: float

    def times(self, factor: float) -> Spread:
        """The same shape, everything this many times as large."""
        return Spread(*(factor * quantile for quantile in self))


class Dice:
    """One stream of chance. Streams of different names are independent: a new roll in one changes no other."""

    def __init__(self, *name: object) -> None:
        self._random = Random("/".join(map(str, name))).random

    def chance(self, share: float) -> bool:
        """True in this share of calls."""
        return self._random() < share

    def between(self, low: float, high: float) -> float:
        """Any number of the range, all as likely."""
        return low + (high - low) * self._random()

    def whole(self, low: int, high: int) -> int:
        """Any whole number from `low` to `high`, both included, all as likely."""
        return low + int((high - low + 1) * self._random())

    def skewed(self, low: float, high: float) -> float:
        """A number of the range, mostly near `low`, as waits are; the mean lies at a quarter."""
        share = self._random()
        return low + (high - low) * share * share * share

    def of(self, spread: Spread) -> float:
        """A number of this spread; between two of its quantiles all are as likely."""
        at = self._random()
        if at < 0.5:
            return spread.least + (spread.median - spread.least) * at / 0.5
        if at < 0.9:
            return spread.median + (spread.p90 - spread.median) * (at - 0.5) / 0.4
        return spread.p90 + (spread.most - spread.p90) * (at - 0.9) / 0.1

    def pick(self, items: Sequence[T]) -> T:
        """One of the items, all as likely."""
        return items[int(self._random() * len(items))]

    def weighted(self, shares: Sequence[tuple[T, float]]) -> T:
        """One of the items by its share; the shares may sum to anything."""
        point = self._random() * sum(share for _, share in shares)
        for item, share in shares:
            point -= share
            if point < 0:
                return item
        return shares[-1][0]
