"""Throughput times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from journeyminer.log import EventLog
from journeyminer.mining.moves import ordered, scoped, traces
from journeyminer.vocabulary import OPEN_STATUSES, Per

if TYPE_CHECKING:
    import pandas as pd


def durations(log: EventLog, *, per: Per = "case") -> pd.DataFrame:
    """The throughput time of the traces: from the beginning of the first event to the last one's completion.

    A trace with a case whose last known status is not solved or closed is open: it is not over at `as_of`, so it is
    counted and left out of the figures. A trace of which no status is known counts as over. Quantiles are interpolated
    linearly.

    Returns:
        One row: `n` (traces in the figures), `n_open`, `n_unknown` (of the `n`, those without any status),
        `mean_seconds`, `median_seconds`, `p90_seconds`, `min_seconds`, `max_seconds` (null where `n` is 0).
    """
    return scoped(log.sql(durations_query(log, per=per)), log, per=per)


def durations_query(log: EventLog, *, per: Per = "case") -> str:
    """SQL of `durations`."""
    return f"""
        WITH ended AS ({trace_ends(log, per=per)}),
        over AS (SELECT is_open, last - first AS us FROM {traces(log, per=per)} JOIN ended USING (trace)),
        measured AS (
            SELECT count(*) FILTER (WHERE is_open IS DISTINCT FROM true) AS n,
                count(*) FILTER (WHERE is_open) AS n_open, count(*) FILTER (WHERE is_open IS NULL) AS n_unknown,
                sum(us) FILTER (WHERE is_open IS DISTINCT FROM true) AS us,
                quantile_cont(us, [0.5, 0.9, 0, 1]) FILTER (WHERE is_open IS DISTINCT FROM true) AS quantiles
            FROM over
        )
        SELECT n, n_open, n_unknown, us / n / 1e6 AS mean_seconds, quantiles[1] / 1e6 AS median_seconds,
            quantiles[2] / 1e6 AS p90_seconds, quantiles[3] / 1e6 AS min_seconds, quantiles[4] / 1e6 AS max_seconds
        FROM measured
        """


def trace_ends(log: EventLog, *, per: Per = "case") -> str:
    """SQL of the traces with `is_open`: whether any of their cases is open, null where no status is known."""
    if not log.has("status"):
        return f"SELECT trace, CAST(NULL AS BOOLEAN) AS is_open FROM {traces(log, per=per)}"
    listed = ", ".join(f"'{status}'" for status in OPEN_STATUSES)
    # the table is in the declared order, so the last row with a known status is the last such event
    case = "trace" if per == "case" else "trace, case_key"
    last = "arg_max(status, rowid) FILTER (WHERE status <> 'unknown')"
    return (
        f"SELECT trace, bool_or(status IN ({listed})) AS is_open "
        f"FROM (SELECT {case}, {last} AS status FROM {ordered(log, per=per)} GROUP BY ALL) GROUP BY trace"
    )
