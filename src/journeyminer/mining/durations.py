"""Throughput times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from journeyminer.log.order import in_order
from journeyminer.mining.events import column
from journeyminer.mining.measure import Count, Exact, Row, Seconds, about, measure
from journeyminer.mining.moves import ordered, traces
from journeyminer.sql import listed
from journeyminer.vocabulary import OPEN_STATUSES

if TYPE_CHECKING:
    from journeyminer.mining.lens import Lens


class Durations(Row, frozen=True):
    """Throughput time of the traces that are over: beginning of the first event to completion of the last one."""

    n: Annotated[Count, about("Traces in the figures.")]
    n_open: Annotated[Count, about("Traces with a case that is open at the last known moment; not in the figures.")]
    n_unclear: Annotated[Count, about("Traces after whose last status nothing is known; not in the figures.")]
    n_unknown: Annotated[Count, about("Of the n, traces of which no status is known; they count as over.")]
    mean_seconds: Annotated[Seconds | None, about("Mean; null where n is 0.")]
    median_seconds: Annotated[Seconds | None, about("Median, interpolated; null where n is 0.")]
    p90_seconds: Annotated[Seconds | None, about("90th percentile, interpolated; null where n is 0.")]
    min_seconds: Annotated[Seconds | None, about("Shortest; null where n is 0.")]
    max_seconds: Annotated[Seconds | None, about("Longest; null where n is 0.")]


@measure(Durations)
def durations(lens: Lens) -> Exact:
    """The throughput time of the traces: from the beginning of the first event to the last one's completion.

    A trace with a case whose last known status is not solved or closed is open: it is not over at `as_of`, so it is
    counted and left out of the figures. So is one whose last status nobody knows the meaning of: it may be over or not.
    A trace of which no status is known at all counts as over.

    Returns:
        One row.
    """
    is_over = "is_open IS DISTINCT FROM true AND is_unclear IS DISTINCT FROM true"
    return lens.log.dicts(
        f"""
        WITH over AS (
            SELECT is_open, is_unclear, last - first AS us FROM {traces(lens)} LEFT JOIN ({_ended(lens)}) USING (trace)
        ),
        measured AS (
            SELECT count(*) FILTER ({is_over}) AS n, count(*) FILTER (is_open) AS n_open,
                count(*) FILTER (is_unclear AND NOT is_open) AS n_unclear,
                count(*) FILTER (is_open IS NULL) AS n_unknown,
                sum(us) FILTER ({is_over}) AS us, quantile_cont(us, [0.5, 0.9, 0, 1]) FILTER ({is_over}) AS quantiles
            FROM over
        )
        SELECT n, n_open, n_unclear, n_unknown, us / n / 1e6 AS mean_seconds, quantiles[1] / 1e6 AS median_seconds,
            quantiles[2] / 1e6 AS p90_seconds, quantiles[3] / 1e6 AS min_seconds, quantiles[4] / 1e6 AS max_seconds
        FROM measured
        """
    )


def _ended(lens: Lens) -> str:
    """SQL of the traces of which a status is known, with whether the last one of any case is open, or unclear."""
    status = column(lens.log, "status")
    known = (
        f"(SELECT *, {status} IN ({listed(OPEN_STATUSES)}) AS is_open, {status} = 'unknown' AS is_unclear "
        f"FROM {ordered(lens)} WHERE {status} IS NOT NULL)"
    )
    if lens.one_case:
        last = in_order(known, after={"another": "true"})
        return f"SELECT trace, is_open, is_unclear FROM ({last}) WHERE another IS NULL"
    placed = in_order(known, position="pos")
    last = ", ".join(f"arg_max({state}, pos) AS {state}" for state in ("is_open", "is_unclear"))
    cases = f"SELECT trace, {last} FROM ({placed}) GROUP BY trace, case_key"
    return f"SELECT trace, bool_or(is_open) AS is_open, bool_or(is_unclear) AS is_unclear FROM ({cases}) GROUP BY trace"
