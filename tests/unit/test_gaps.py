"""Gaps: what is more than chance, bin after bin; and nothing where there is no ground."""

from __future__ import annotations

from itertools import pairwise

import pytest

from journeyminer.log.engine import Engine
from journeyminer.prepare.gaps import GRID, Bin, Histogram, bins_sql, find_cuts

DAY = 24 * 60


def histogram(*gaps: float) -> Histogram:
    """The bins of gaps in minutes, by the definition."""
    limits = [0, *GRID, float("inf")]
    return tuple(
        Bin(
            sum(low < gap <= high or (low == 0 and gap == 0) for gap in gaps),
            sum(min(gap, high) - low for gap in gaps if gap > low),
        )
        for low, high in pairwise(limits)
    )


BY_CHANCE = [DAY * day for day in range(1, 60)]
"""one a day, however long the silence"""


@pytest.mark.parametrize(
    ("soon", "cut"),
    [
        ([], None),
        ([2.0] * 4, None),  # fewer than five say nothing
        ([2.0] * 40, 10),
        ([2.0] * 40 + [50.0] * 2, 10),
        ([2.0] * 40 + [50.0] * 40, 60),
        ([50.0] * 40, None),  # the shortest gaps come first
    ],
)
def test_a_cut_is_where_chance_begins(soon: list[float], cut: int | None) -> None:
    found = find_cuts({("solved", "ticket_created", False): histogram(*soon, *BY_CHANCE)})
    assert found == ({("solved", "ticket_created", False): cut} if cut else {})


def test_without_long_silences_nothing_is_known() -> None:
    assert find_cuts({("a", "b", False): histogram(*[2.0] * 500, *[DAY] * 500)}) == {}


def test_a_rare_pair_has_the_cut_of_all_pairs_of_its_kind() -> None:
    often = histogram(*[2.0] * 40, *BY_CHANCE)
    cuts = find_cuts({("a", "b", False): often, ("a", "c", False): histogram(3.0), ("a", "c", True): histogram(3.0)})
    assert cuts == {("a", "b", False): 10, ("a", "c", False): 10}


def test_a_pair_that_comes_by_chance_only_is_never_joined() -> None:
    cuts = find_cuts({
        ("a", "b", False): histogram(*[2.0] * 400, *BY_CHANCE), ("a", "c", False): histogram(*BY_CHANCE * 2),
    })  # fmt: skip
    assert cuts == {("a", "b", False): 10}


def test_bins_of_parts_add_up_to_those_of_the_whole() -> None:
    gaps = [0.0, 2.0, 10.0, 11.0, 70.0, DAY, 3 * DAY, 20 * DAY]
    engine = Engine().new_schema()
    select = f"SELECT {bins_sql('g')} FROM (SELECT unnest(?::DOUBLE[]) AS g)"
    whole, left, right = (
        [Bin(each["n"], each["minutes"]) for each in engine.one(select, [part])[0]]
        for part in (gaps, gaps[:3], gaps[3:])
    )
    assert whole == list(histogram(*gaps))
    assert whole == [Bin(a.n + b.n, a.minutes + b.minutes) for a, b in zip(left, right, strict=True)]
