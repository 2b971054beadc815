"""Gaps: from how many minutes, hours or days of silence on the next case of a customer is another need.

A customer who hangs up and writes two minutes later goes on with the same thing; one who writes three weeks later may
or may not. Nobody has to say where the limit is: how often a customer comes back by chance is seen in long silences,
and whatever comes more often than that goes on with what was before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from journeyminer.sql import quote

GRID: Final = (10, 60, 6 * 60, 24 * 60, 3 * 24 * 60, 7 * 24 * 60, 14 * 24 * 60)
"""the ends of the bins of gaps, in minutes: a cut is one of them; what is longer is the tail"""
CERTAIN: Final = 0.9
"""of the cases that begin after such a gap, the share that is more than chance from which on they go on"""
LEAST: Final = 5
"""gaps that a bin must hold to say anything"""
LEAST_IN_TAIL: Final = 10
"""gaps that the tail must hold to say how often customers come back by chance"""
AWAKE: Final = 3
"""people write and call in a third of the day: gaps shorter than a day meet three times the chance"""

Pair = tuple[str, str, bool]
"""the last step before a silence, the first one after it, and whether both cases have the same topic"""


class Bin(NamedTuple):
    """One bin of the gaps of a pair: how many ended in it, and how long all gaps together lasted in it.

    Bins of several parts of a log add up.
    """

    n: int
    minutes: float


Histogram = tuple[Bin, ...]
"""a bin for each limit of GRID, and the tail"""


def bins_sql(minutes: str) -> str:
    """SQL of the histogram of a group of gaps, as a list of {n, minutes}.

    Args:
        minutes: SQL of a gap in minutes.
    """
    ends = [*GRID, None]
    made = []
    for low, high in zip((0, *GRID), ends, strict=True):
        begun = f"{minutes} > {low}" if low else "true"
        ended = f"{begun} AND {minutes} <= {high}" if high else begun
        lasted = f"least({minutes}, {high}) - {low}" if high else f"{minutes} - {low}"
        made.append(f"{{'n': count(*) FILTER ({ended}), 'minutes': coalesce(sum({lasted}) FILTER ({begun}), 0.0)}}")
    return f"[{', '.join(made)}]"


def find_cuts(histograms: Mapping[Pair, Histogram]) -> dict[Pair, int]:
    """The longest gap of every pair, in minutes of GRID, after which a case goes on with what was before.

    The tail of a pair's gaps says how many cases begin by chance in a minute of silence. Bin after bin, beginning with
    the shortest gaps, the share of the cases beyond that is looked at; the cut is the end of the last bin before the
    first in which it is below CERTAIN. A pair with too few gaps has the cut of all pairs of its kind of topic together.
    A pair without a cut is missing: nothing is known, or the shortest gaps are chance already.
    """
    together: dict[bool, list[Histogram]] = defaultdict(list)
    for (_, _, same_topic), histogram in histograms.items():
        together[same_topic].append(histogram)
    all_cuts = {same_topic: _cut(_sum(each)) for same_topic, each in together.items()}
    cuts = {}
    for pair, histogram in histograms.items():
        cut = _cut(histogram) if _speaks(histogram) else all_cuts[pair[2]]
        if cut:
            cuts[pair] = cut
    return cuts


def _sum(histograms: Iterable[Histogram]) -> Histogram:
    return tuple(Bin(sum(b.n for b in bins), sum(b.minutes for b in bins)) for bins in zip(*histograms, strict=True))


def _speaks(histogram: Histogram) -> bool:
    return histogram[-1].n >= LEAST_IN_TAIL and sum(each.n for each in histogram) >= LEAST * len(histogram)


def _cut(histogram: Histogram) -> int:
    if not _speaks(histogram) or not histogram[-1].minutes:
        return 0
    chance = histogram[-1].n / histogram[-1].minutes
    cut = 0
    for end, each in zip(GRID, histogram, strict=False):
        expected = chance * each.minutes * (AWAKE if end < 24 * 60 else 1)
        if each.n < LEAST or 1 - expected / each.n < CERTAIN:
            break
        cut = end
    return cut


def cut_sql(cuts: Mapping[Pair, int], before: str, after: str, same_topic: str) -> str:
    """SQL of the cut of a pair in minutes, null where it has none, from SQL of its three parts."""
    whens = " ".join(
        f"WHEN {before} = {quote(a)} AND {after} = {quote(b)} AND {same_topic} = {str(same).lower()} THEN {cut}"
        for (a, b, same), cut in sorted(cuts.items())
    )
    return f"CASE {whens} END" if whens else "NULL"
