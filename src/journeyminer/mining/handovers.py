"""Hand-overs: the owner of a trace changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

from journeyminer.errors import UsageError, nearest
from journeyminer.log.order import in_order
from journeyminer.mining.events import own_count
from journeyminer.mining.measure import Count, Exact, Row, Seconds, Share, about, measure
from journeyminer.mining.moves import changes, traces
from journeyminer.note import Note
from journeyminer.sql import quote
from journeyminer.vocabulary import HANDOVER_LEVELS, HandoverLevel

if TYPE_CHECKING:
    from journeyminer.log import EventLog
    from journeyminer.mining.lens import Lens


class HandoverRow(Row, frozen=True):
    """A change of owner, all times it happened before the resolution. Seconds run to the new owner's first act."""

    by: Annotated[HandoverLevel, about("What an owner is.")]
    source: Annotated[str, about("The owner before.")]
    target: Annotated[str, about("The owner after.")]
    n: Annotated[Count, about("Changes.")]
    n_cases: Annotated[Count, about("Traces with such a change.")]
    median_seconds: Annotated[Seconds | None, about("Median of the seconds; null where none is known.")]
    p90_seconds: Annotated[Seconds | None, about("90th percentile of the seconds; null where none is known.")]
    total_seconds: Annotated[int | None, about("Sum of the seconds; null where none is known.")]


class HandoverTotal(Row, frozen=True):
    """All changes of owner at one level."""

    by: Annotated[HandoverLevel, about("What an owner is.")]
    n: Annotated[Count, about("Changes.")]
    n_cases: Annotated[Count, about("Traces with any.")]
    ping_pong: Annotated[Count, about("Times that A to B was followed by B to A, nobody else between.")]
    ping_pong_share: Annotated[Share | None, about("Share of the changes that went straight back; null where n is 0.")]
    ping_pong_cases: Annotated[Count, about("Traces with any of those.")]
    hops_mean: Annotated[float, about("Changes a trace, also over those never handed over.")]
    n_after_resolution: Annotated[Count, about("Changes of what was resolved; in none of the other figures.")]


@measure(HandoverRow)
def handovers(lens: Lens, *, by: HandoverLevel | None = None) -> Exact:
    """From whom to whom a trace was handed, how often, and how long that took.

    The owned events of a trace are those that no customer made, from the first that names an owner on; an event that
    names none belongs to the owner before it. A hand-over is an owned event with another owner than the owned event
    before it; where the trace was solved or closed before it and stays so to the end, it is counted apart, in
    `handover_totals`.

    Its seconds are the wait for the new owner's first act. Where the event itself is one, they run from the owned
    event before; where it only assigns, from it to the first owned event that is neither an assignment nor the
    system's, to the next hand-over, or until the trace is given back to nobody. An event of which nobody says who did
    it, at the moment of such an assignment, is part of it; so is what the owner before still does in its minute, a note
    say: nothing is handed back by it. What a customer did in between is part of the wait. The levels:

    - resource: as the log says; an `unassigned` case is nobody's, so that who takes it next was not handed it
    - group, tier: as the log says; these are the case's, so that a customer's event may name one too
    - role: agent, bot or vendor; what the system does is nobody's, so that bot to agent is a hand-over
    - channel: a switch by the customer, or by whom nobody knows; internal events are nobody's

    Args:
        by: the level; None for every level that the log has.

    Returns:
        One row a level and pair of owners, in order of level, falling `n`, names.
    """

    def pairs(level: HandoverLevel) -> str:
        in_time = _in_time(lens, level)
        return f"""
        SELECT {quote(level)} AS "by", CAST(source AS VARCHAR) AS source, CAST(target AS VARCHAR) AS target, n, n_cases,
            quantiles[1] / 1e6 AS median_seconds, quantiles[2] / 1e6 AS p90_seconds,
            CAST(round(us / 1e6) AS BIGINT) AS total_seconds
        FROM (
            SELECT source, target, sum(us) AS us, quantile_cont(us, [0.5, 0.9]) AS quantiles
            FROM {in_time} GROUP BY ALL
        )
        JOIN (
            SELECT source, target, CAST(sum(n) AS BIGINT) AS n, count(*) AS n_cases
            FROM (SELECT trace, source, target, count(*) AS n FROM {in_time} GROUP BY ALL)
            GROUP BY ALL
        )
        USING (source, target)
        """

    return _by_level(lens.log, by, pairs, order="n DESC, source, target")


@measure(HandoverTotal)
def handover_totals(lens: Lens, *, by: HandoverLevel | None = None) -> Exact:
    """All hand-overs at a level, see `handovers`, and how often the trace came straight back.

    Args:
        by: the level; None for every level that the log has.

    Returns:
        One row a level.
    """

    def totals(level: HandoverLevel) -> str:
        beside = in_order(f"(SELECT * FROM {_in_time(lens, level)})", before={"last_source": "source"})
        return f"""
        SELECT {quote(level)} AS "by", coalesce(CAST(sum(n) AS BIGINT), 0) AS n, count(*) AS n_cases,
            coalesce(CAST(sum(back) AS BIGINT), 0) AS ping_pong, sum(back) / sum(n) AS ping_pong_share,
            count(*) FILTER (WHERE back > 0) AS ping_pong_cases,
            coalesce(sum(n) / {max(lens.scope.n_traces, 1)}, 0.0) AS hops_mean,
            (SELECT count(*) FILTER (is_late) FROM {changes(lens, level)}) AS n_after_resolution
        FROM (
            SELECT trace, count(*) AS n, count(*) FILTER (WHERE last_source = target) AS back
            FROM ({beside}) GROUP BY trace
        )
        """

    return _by_level(lens.log, by, totals)


def handovers_per_trace(lens: Lens, *, by: HandoverLevel) -> list[int]:
    """How often each trace was handed over at a level, 0 for those that never were; in no particular order.

    A trace that is known by the milestones of a table only is left out, unless the table counts the stations of its
    cases itself.
    """
    handed = f"(SELECT trace, count(*) AS n FROM {_in_time(lens, by)} GROUP BY trace)"
    log, key = lens.log, f"{lens.key} AS trace"
    if not log.has("synthetic"):
        rows = log.rows(f"SELECT coalesce(h.n, 0) FROM {traces(lens)} LEFT JOIN {handed} h USING (trace)")
        return [n for (n,) in rows]
    stations = own_count("c", {"group": "x_group_stations", "resource": "x_assignee_stations"}.get(by, by), log)
    milestones = "SELECT case_key FROM event_rows GROUP BY case_key HAVING bool_and(coalesce(synthetic, false))"
    rows = log.rows(
        f"""
        WITH of_cases AS (
            SELECT {key}, bool_or(case_key IN ({milestones})) AS milestones_only,
                sum(greatest({stations} - 1, 0)) AS n_counted, count(*) = count({stations}) AS all_counted
            FROM case_rows c WHERE {lens.key} IS NOT NULL GROUP BY ALL
        )
        SELECT CASE WHEN all_counted THEN n_counted WHEN NOT milestones_only THEN coalesce(h.n, 0) END
        FROM of_cases LEFT JOIN {handed} h USING (trace)
        """
    )
    return [int(n) for (n,) in rows if n is not None]


def _in_time(lens: Lens, level: HandoverLevel) -> str:
    """SQL of the changes before the resolution."""
    return f"(SELECT * FROM {changes(lens, level)} WHERE NOT is_late)"


def _by_level(
    log: EventLog, by: HandoverLevel | None, select: Callable[[HandoverLevel], str], order: str = "n"
) -> Exact:
    """The rows of a query for each level that the log has and that is asked for, level by level."""
    if by is not None and by not in HANDOVER_LEVELS:
        raise UsageError(Note("usage.not_one_of", value=by, hint=nearest(by, HANDOVER_LEVELS)))
    told = log.has("synthetic") and log.one("SELECT bool_and(coalesce(synthetic, false)) FROM event_rows")[0]
    # milestones leave out who had a case in between
    levels = [level for level in HANDOVER_LEVELS if log.has(level) and by in (None, level) and not told]
    return [row for level in levels for row in log.dicts(f"{select(level)} ORDER BY {order}")]
