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
        WITH ended AS ({_ended(log, per)}),
        over AS (SELECT is_open, last - first AS us FROM {traces(log, per=per)} LEFT JOIN ended USING (trace)),
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


def _ended(log: EventLog, per: Per) -> str:
    """SQL of the traces of which a status is known, with `is_open`: whether any of their cases is."""
    if not log.has("status"):
        return f"SELECT trace, CAST(NULL AS BOOLEAN) AS is_open FROM {traces(log, per=per)} WHERE false"
    listed = ", ".join(f"'{status}'" for status in OPEN_STATUSES)
    # the table is in the declared order
    table = ordered(log, per=per)
    known = f"SELECT *, rowid AS nth, status IN ({listed}) AS is_open FROM {table} WHERE status <> 'unknown'"
    if per == "case":
        last = f"SELECT trace, is_open, lead(trace) OVER () IS DISTINCT FROM trace AS is_last FROM ({known})"
        return f"SELECT trace, is_open FROM ({last}) WHERE is_last"
    cases = f"SELECT trace, arg_max(is_open, nth) AS is_open FROM ({known}) GROUP BY trace, case_key"
    return f"SELECT trace, bool_or(is_open) AS is_open FROM ({cases}) GROUP BY trace"
