"""Hand-overs: the owner of a trace changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from journeyminer.errors import UsageError
from journeyminer.log import EventLog
from journeyminer.log.engine import quote
from journeyminer.mining.moves import changes, scope, scoped, traces
from journeyminer.vocabulary import HANDOVER_LEVELS, HandoverLevel, Per

if TYPE_CHECKING:
    import pandas as pd

TEXT = "CAST(source AS VARCHAR) AS source, CAST(target AS VARCHAR) AS target"
_NOTHING = (
    """SELECT '' AS "by", '' AS source, '' AS target, 0::BIGINT AS n, 0::BIGINT AS n_cases, 0::HUGEINT AS us, """
    "[0.0, 0.0] AS quantiles WHERE false"
)
_NONE_AT_ALL = (
    """SELECT '' AS "by", 0::BIGINT AS n, 0 AS n_cases, 0::BIGINT AS ping_pong, 0 AS ping_pong_cases WHERE false"""
)
"""a log without any owner has an empty table with the same columns"""


def handovers(log: EventLog, *, by: HandoverLevel | None = None, per: Per = "case") -> pd.DataFrame:
    """From whom to whom a trace was handed, how often, and how long that took.

    The owned events of a trace are those that no customer made, from the first that names an owner on; an event that
    names none belongs to the owner before it. A hand-over is an owned event with another owner than the owned event
    before it. Its seconds run from the one to the other, as on an edge, so that what a customer did in between is part
    of them. The levels:

    - resource, group, tier: as the log says
    - role: agent, bot or vendor; what the system does is nobody's, so that bot to agent is a hand-over
    - channel: a switch of the channel, by whomever; here the events of customers count, and internal ones are nobody's

    Args:
        by: the level; None for every level that the log has.
        per: what a trace is.

    Returns:
        One row a level and pair of owners, in order of level, falling `n`, names: `by`, `source`, `target`, `n`,
        `n_cases` (traces), `median_seconds`, `p90_seconds`, `total_seconds`.
    """
    return scoped(log.sql(handovers_query(log, by=by, per=per)), log, per=per)


def handovers_query(log: EventLog, *, by: HandoverLevel | None = None, per: Per = "case") -> str:
    """SQL of `handovers`."""
    parts = [
        f"""
        SELECT {quote(level)} AS "by", source, target, n, n_cases, us, quantiles
        FROM (
            SELECT source, target, sum(us) AS us, quantile_cont(us, [0.5, 0.9]) AS quantiles
            FROM {changes(log, level, per=per)} GROUP BY ALL
        )
        JOIN (
            SELECT source, target, CAST(sum(n) AS BIGINT) AS n, count(*) AS n_cases
            FROM (SELECT trace, source, target, count(*) AS n FROM {changes(log, level, per=per)} GROUP BY ALL)
            GROUP BY ALL
        )
        USING (source, target)
        """
        for level in _levels(log, by)
    ]
    parts = parts or [_NOTHING]
    return f"""
        WITH pairs AS ({" UNION ALL ".join(f"SELECT * REPLACE ({TEXT}) FROM ({part})" for part in parts)})
        SELECT "by", source, target, n, n_cases, quantiles[1] / 1e6 AS median_seconds,
            quantiles[2] / 1e6 AS p90_seconds, CAST(round(us / 1e6) AS BIGINT) AS total_seconds
        FROM pairs ORDER BY {_by_level()}, n DESC, source, target
        """


def handover_totals(log: EventLog, *, by: HandoverLevel | None = None, per: Per = "case") -> pd.DataFrame:
    """All hand-overs at a level, see `handovers`, and how often the trace came straight back.

    Returns:
        One row a level: `by`, `n`, `n_cases` (traces with any), `ping_pong` (times a hand-over from A to B was
        followed by one from B to A, nobody else between them), `ping_pong_cases` (traces with any), `hops_mean` (`n`
        over all traces, also those never handed over).
    """
    return scoped(log.sql(handover_totals_query(log, by=by, per=per)), log, per=per)


def handover_totals_query(log: EventLog, *, by: HandoverLevel | None = None, per: Per = "case") -> str:
    """SQL of `handover_totals`."""
    parts = [
        f"""
        SELECT {quote(level)} AS "by", coalesce(CAST(sum(n) AS BIGINT), 0) AS n, count(*) AS n_cases,
            coalesce(CAST(sum(back) AS BIGINT), 0) AS ping_pong, count(*) FILTER (WHERE back > 0) AS ping_pong_cases
        FROM (
            SELECT trace, count(*) AS n, count(*) FILTER (WHERE last_trace = trace AND last_source = target) AS back
            FROM (
                SELECT trace, target, lag(trace) OVER () AS last_trace, lag(source) OVER () AS last_source
                FROM {changes(log, level, per=per)}
            )
            GROUP BY trace
        )
        """
        for level in _levels(log, by)
    ]
    parts = parts or [_NONE_AT_ALL]
    n_traces = scope(log, per=per).n_traces
    return f"""SELECT *, CASE WHEN {n_traces} > 0 THEN n / {n_traces} ELSE 0.0 END AS hops_mean
        FROM ({" UNION ALL ".join(parts)}) ORDER BY {_by_level()}"""


def handover_counts(log: EventLog, *, by: HandoverLevel, per: Per = "case") -> pd.DataFrame:
    """How often each trace was handed over at a level, see `handovers`; 0 for those that never were.

    Returns:
        One row a trace, in no particular order: `n`.
    """
    if by not in _levels(log, by):
        return log.sql("SELECT 0::BIGINT AS n WHERE false")
    handed = f"(SELECT trace, count(*) AS n FROM {changes(log, by, per=per)} GROUP BY trace)"
    return log.sql(f"SELECT coalesce(h.n, 0) AS n FROM {traces(log, per=per)} LEFT JOIN {handed} h USING (trace)")


def _levels(log: EventLog, by: HandoverLevel | None) -> list[HandoverLevel]:
    if by is not None and by not in HANDOVER_LEVELS:
        raise UsageError(f"{by!r} is no level of hand-over.", hint=f"It is one of {', '.join(HANDOVER_LEVELS)}.")
    return [level for level in HANDOVER_LEVELS if log.has(level) and by in (None, level)]


def _by_level() -> str:
    return f'list_position([{", ".join(map(quote, HANDOVER_LEVELS))}], "by")'
