"""Contrasts: where a key figure of the whole log is true for nobody, since channels or teams differ in it."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from msgspec.structs import asdict

from journeyminer.mining.kpis import Kpi, figures_of, waits
from journeyminer.mining.measure import Exact, about, measure
from journeyminer.prepare.filters import case_channels
from journeyminer.sql import name

if TYPE_CHECKING:
    import pandas as pd

    from journeyminer.mining.lens import Lens

FEWEST: Final = 20
"""a figure of fewer traces sets nobody apart"""
MOST: Final = 6
"""so many channels or teams, at most, stand beside each other: those of most traces"""


class Contrast(Kpi, frozen=True, kw_only=True):
    """A key figure of the traces of one channel or team."""

    by: Annotated[Literal["channel", "group"], about("Whether it is a channel or a team.")]
    part: Annotated[str, about("The channel or the team.")]


@measure(Contrast)
def contrasts(lens: Lens) -> Exact:
    """The key figures that depend on events alone, by channel and by team, where these differ.

    A channel's traces are those in which the customer used it, a team's those in which any event names it; a trace may
    count in several. A figure is shown where the likely ranges of two channels, or of two teams, do not overlap: for
    the six of most traces, each with at least 20 traces in the figure. What the figures mean, see `kpis`.

    Returns:
        One row a figure and channel or team: channels first, figures in the order of `kpis`, then by falling number of
        traces.
    """
    pairs = {"channel": case_channels(lens.log)} if lens.log.has("channel") else {}
    if lens.log.has("group"):
        pairs["group"] = 'SELECT DISTINCT case_key, "group" FROM events WHERE "group" IS NOT NULL'
    return [row for by, of_cases in pairs.items() for row in _differing(lens, by, of_cases)]


def _differing(lens: Lens, by: str, of_cases: str) -> Iterator[dict[str, Any]]:
    """The rows of one column, from SQL of the pairs of case_key and its value."""
    told = f"SELECT case_key, CAST({name(by)} AS VARCHAR) AS part FROM ({of_cases})"
    pairs = lens.log.sql(f"SELECT DISTINCT trace, part FROM {lens.rows(f'({told})')}")
    sizes = pairs["part"].value_counts()
    ranked = sorted(sizes[sizes >= FEWEST].index, key=lambda part: (-sizes[part], part))[:MOST]
    if len(ranked) < 2:
        return
    all_waits = waits(lens)
    figures = {part: figures_of(_of(all_waits, pairs, part)) for part in ranked}
    for same in zip(*figures.values(), strict=True):
        known = [(part, kpi) for part, kpi in zip(ranked, same, strict=True) if kpi.n >= FEWEST and kpi.low is not None]
        lows = [kpi.low or 0.0 for _, kpi in known]
        highs = [inf if kpi.high is None else kpi.high for _, kpi in known]  # a bound that is not reached lies beyond
        if len(known) > 1 and max(lows) > min(highs):
            yield from ({**asdict(kpi), "by": by, "part": part} for part, kpi in known)


def _of(waits: pd.DataFrame, pairs: pd.DataFrame, part: str) -> pd.DataFrame:
    return waits[waits["trace"].isin(pairs["trace"][pairs["part"] == part])]
