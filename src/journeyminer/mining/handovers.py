"""Hand-overs: the owner of a trace changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from journeyminer.errors import UsageError
from journeyminer.log import EventLog
from journeyminer.log.engine import name, quote
from journeyminer.mining.moves import moves, owned_moves, scope, scoped, traces
from journeyminer.vocabulary import HANDOVER_LEVELS, HandoverLevel, Per

if TYPE_CHECKING:
    import pandas as pd

_ROWS = ("source", "target", "n", "n_cases", "median_seconds", "p90_seconds", "total_seconds")
_TOTALS = ("n", "n_cases", "ping_pong", "ping_pong_cases", "hops_mean")


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
    parts = [
        f"""
        SELECT {quote(level)} AS "by", CAST(source AS VARCHAR) AS source, CAST(target AS VARCHAR) AS target,
            n, n - coalesce(n_again, 0) AS n_cases, us, quantiles
        FROM (
            SELECT source, target, count(*) AS n, sum(us) AS us, quantile_cont(us, [0.5, 0.9]) AS quantiles
            FROM {_changes(log, level, per)} GROUP BY ALL
        )
        LEFT JOIN (
            SELECT source, target, CAST(sum(n - 1) AS BIGINT) AS n_again
            FROM (
                SELECT source, target, count(*) AS n FROM {_returning(log, level, per)}
                GROUP BY trace, source, target HAVING count(*) > 1
            )
            GROUP BY ALL
        )
        USING (source, target)
        """
        for level in _levels(log, by)
    ]
    if not parts:
        return scoped(_empty(_ROWS), log, per=per)
    frame = log.sql(
        f"""
        WITH pairs AS ({" UNION ALL ".join(parts)})
        SELECT "by", source, target, n, n_cases, quantiles[1] / 1e6 AS median_seconds,
            quantiles[2] / 1e6 AS p90_seconds, CAST(round(us / 1e6) AS BIGINT) AS total_seconds
        FROM pairs ORDER BY {_by_level()}, n DESC, source, target
        """
    )
    return scoped(frame, log, per=per)


def handover_totals(log: EventLog, *, by: HandoverLevel | None = None, per: Per = "case") -> pd.DataFrame:
    """All hand-overs at a level, see `handovers`, and how often the trace came straight back.

    Returns:
        One row a level: `by`, `n`, `n_cases` (traces with any), `ping_pong` (times a hand-over from A to B was
        followed by one from B to A, nobody else between them), `ping_pong_cases` (traces with any), `hops_mean` (`n`
        over all traces, also those never handed over).
    """
    parts = [
        f"""
        SELECT {quote(level)} AS "by", n, n_cases, ping_pong, ping_pong_cases
        FROM (
            SELECT coalesce(CAST(sum(n) AS BIGINT), 0) AS n, count(*) AS n_cases FROM {_handed(log, level, per)}
        ),
        (
            SELECT count(*) AS ping_pong, count(DISTINCT trace) AS ping_pong_cases
            FROM (
                SELECT trace, lead(target) OVER (PARTITION BY trace ORDER BY pos) = source AS back
                FROM {_returning(log, level, per)}
            )
            WHERE back
        )
        """
        for level in _levels(log, by)
    ]
    if not parts:
        return scoped(_empty(_TOTALS), log, per=per)
    n_traces = scope(log, per=per).n_traces
    frame = log.sql(
        f"""SELECT *, CASE WHEN {n_traces} > 0 THEN n / {n_traces} ELSE 0.0 END AS hops_mean
        FROM ({" UNION ALL ".join(parts)}) ORDER BY {_by_level()}"""
    )
    return scoped(frame, log, per=per)


def handover_counts(log: EventLog, *, by: HandoverLevel, per: Per = "case") -> pd.DataFrame:
    """How often each trace was handed over at a level, see `handovers`; 0 for those that never were.

    Returns:
        One row a trace, in no particular order: `n`.
    """
    if by not in _levels(log, by):
        return _empty(("n",))[["n"]]
    return log.sql(
        f"SELECT coalesce(h.n, 0) AS n FROM {traces(log, per=per)} LEFT JOIN {_handed(log, by, per)} h USING (trace)"
    )


def _levels(log: EventLog, by: HandoverLevel | None) -> list[HandoverLevel]:
    if by is not None and by not in HANDOVER_LEVELS:
        raise UsageError(f"{by!r} is no level of hand-over.", hint=f"It is one of {', '.join(HANDOVER_LEVELS)}.")
    return [level for level in HANDOVER_LEVELS if log.has(level) and by in (None, level)]


def _changes(log: EventLog, level: HandoverLevel, per: Per) -> str:
    """SQL of the moves at which the owner changes; a channel is not owned, so that of customers counts too."""
    table = moves(log, per=per) if level == "channel" else owned_moves(log, per=per)
    source, target = name(level), name("next_" + level)
    return f"(SELECT trace, pos, {source} AS source, {target} AS target, us FROM {table} WHERE {source} <> {target})"


def _handed(log: EventLog, level: HandoverLevel, per: Per) -> str:
    """Make the table of traces handed over and return its name: `n` times, and whether an owner `may_return`.

    Where as many different owners as there can be are marked in 64 bits, nobody had the trace twice: it holds no pair
    of owners twice and no ping-pong. Most traces are like that, and are spared the looking.
    """
    owners = "(1::UBIGINT << (hash(source) % 64)) | (1::UBIGINT << (hash(target) % 64))"
    return log.make(
        f"handed_{level}_{per}",
        f"SELECT trace, count(*) AS n, bit_count(bit_or({owners})) <= count(*) AS may_return "
        f"FROM {_changes(log, level, per)} GROUP BY trace",
    )


def _returning(log: EventLog, level: HandoverLevel, per: Per) -> str:
    """SQL of the changes of those traces in which an owner may return."""
    handed = _handed(log, level, per)
    return f"(SELECT * FROM {_changes(log, level, per)} SEMI JOIN (FROM {handed} WHERE may_return) USING (trace))"


def _by_level() -> str:
    return f'list_position([{", ".join(map(quote, HANDOVER_LEVELS))}], "by")'


def _empty(columns: tuple[str, ...]) -> pd.DataFrame:
    import pandas as pd

    counts = {column: pd.Series(dtype="int64" if column.startswith(("n", "ping")) else "float64") for column in columns}
    return pd.DataFrame({"by": pd.Series(dtype="str"), **counts})
