"""Moves: every event beside the next one of its trace. All measures of order and time are group-bys over this table.

The events are sorted once a lens; what follows reads them in that order. Words are integer codes, and seconds whole
microseconds (`us`), so that sums are exact whatever the number of threads; measures round at the very end.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from journeyminer.log.order import in_order
from journeyminer.mining.events import assignments, column, has_bare_assignments, is_assignment
from journeyminer.sql import listed, name, quote
from journeyminer.vocabulary import HANDOVER_LEVELS, RESOLVED_STATUSES, HandoverLevel

if TYPE_CHECKING:
    from journeyminer.log import EventLog
    from journeyminer.mining.lens import Lens

OWNERS = {
    "role": "CASE WHEN role IN ('agent', 'bot', 'vendor') THEN role END",
    "channel": "nullif(channel, 'internal')",
}
"""SQL of who owns a trace after an event, null where it does not say, for the levels where that is not the column"""
FREED: Mapping[str, str] = {"resource": "unassigned"}
"""the activity that takes a trace from its owner and gives it to nobody, for the levels where one can tell"""


def ordered(lens: Lens) -> str:
    """Make the table of events in the declared order (trace, timestamp, namespace, case, seq) and return its name.

    Columns: `trace`, `case_key` where a trace is more than a case, `timestamp`, `begin` where the log knows when events
    began (never after the timestamp), `activity`, the levels of hand-over and the status that the log has, `is_late`
    (whether the trace was resolved before that moment and stayed so) where it has a status, `assumed` (whether the zone
    is) where the log's zones are not equally sure, and `with_assignment` (whether nobody says who did it, at a moment
    at which the case was given to somebody) where that occurs. A column that says nothing would cost memory for every
    event.
    """
    log, rows = lens.log, lens.rows("event_rows")
    columns = ["trace", "timestamp", "activity"] + ([] if lens.one_case else ["case_key"])
    columns += [name(column) for column in (*HANDOVER_LEVELS, "status") if log.has(column)]
    if log.has("started_at"):
        columns.append("least(started_at, timestamp) AS begin")
    if assumed := lens.zone_is_assumed:
        columns.append(f"{assumed} AS assumed")
    if has_bare_assignments(log):
        bare = f"{column(log, 'role')} IS NULL"
        given = f"SELECT trace, timestamp FROM {rows} WHERE {bare} AND activity IN ({assignments(log)})"
        columns.append(f"{bare} AND (trace, timestamp) IN ({given}) AS with_assignment")
    if log.has("status"):
        columns.append("coalesce(timestamp > over_since, false) AS is_late")
        rows += f" LEFT JOIN ({_over(rows)}) USING (trace)"
    return lens.materialise("ordered", f"SELECT {', '.join(columns)} FROM {rows} ORDER BY trace, {lens.order}")


def moves(lens: Lens) -> str:
    """Make the table of moves and return its name.

    One row an event, in the declared order:

    - `trace`; `pos`: 1 for the first event of the trace
    - `activity`, `next_activity`: null where the trace ends
    - `timestamp`: when the event was complete; `begin`, when it began, where the log knows that
    - `us`: microseconds from this event's completion to the next one's start where known, else its completion. An
      overlap counts as 0. Null at the end of a trace, and between an event whose time zone is known and one of another
      source whose zone was assumed
    - `overlapped`, where the log knows when events began: whether `us` would be negative
    """
    log, begin = lens.log, _begin(lens.log)
    beside = in_order(
        ordered(lens), after={"next_activity": "activity", "next_begin": begin, **_zone(lens)}, position="pos"
    )
    us = _seconds(lens, "timestamp", "next_begin")
    begun = ", begin, next_begin < timestamp AS overlapped" if log.has("started_at") else ""
    return lens.materialise(
        "moves", f"SELECT trace, pos, activity, next_activity, timestamp, {us} AS us{begun} FROM ({beside})"
    )


def changes(lens: Lens, level: HandoverLevel) -> str:
    """Make the table of changes of owner at a level, in the declared order, and return its name.

    One row a change: `trace`, `source`, `target`, `us` (microseconds until the new owner's first act, null where there
    is none yet), `is_late` (whether the trace was resolved before and stayed so). `handovers` defines all of these.
    """
    log, owner, role = lens.log, OWNERS.get(level, name(level)), column(lens.log, "role")
    owned, acts, is_change = f"{role} IS DISTINCT FROM 'customer'", "true", "source <> holder"
    ends_wait = "is_act OR is_change"
    if level == "channel":
        owned = f"({role} IS NULL OR {role} = 'customer')"
    else:
        acts = f"{owned} AND {role} IS DISTINCT FROM 'system' AND NOT ({_given(lens)})"
    if level in ("group", "tier"):  # what the case is in, whoever's event says so
        owned = f"({owned} OR {owner} IS NOT NULL)"
    if (freed := FREED.get(level)) and any(activity == freed for activity, _ in log.steps):
        owner = f"CASE WHEN activity = {quote(freed)} THEN '' ELSE CAST({owner} AS VARCHAR) END"
        is_change = "source <> holder AND source <> '' AND holder <> ''"
        ends_wait = "is_act OR is_change OR (source <> '' AND holder = '')"
    is_late, begin = "is_late" if log.has("status") else "false", _begin(log)
    zone_before, zone_after = ({at: "assumed"} if lens.zone_is_assumed else {} for at in ("zone_before", "zone_after"))
    owners = f"(SELECT *, {owner} AS owner, {acts} AS is_act FROM {ordered(lens)} WHERE {owned})"
    if level != "channel" and any(is_assignment(activity) for activity, _ in log.steps) and _counts_minutes(lens):
        owners = _without_rest(owners)
    left, only_acts = {"left_at": "timestamp", **zone_before}, _holds_only_acts(log)
    if only_acts:  # nobody is waited for after a change, and what names no owner ends no wait
        held = f"SELECT *, owner AS holder FROM ({in_order(owners, before=left)})"
    else:
        held = in_order(owners, before=left, lasting={"holder": "owner"})
    named = in_order(f"(SELECT * FROM ({held}) WHERE holder IS NOT NULL)", before={"source": "holder"})
    if only_acts:
        none_after = "".join(f", {sql} AS {name(at)}" for at, sql in zone_after.items())
        ended = f"SELECT *, true AS is_change, timestamp AS taken_at{none_after} FROM ({named})"
        ended += f" WHERE {is_change}"
    else:  # of the acts and what else ends a wait, only the first after a change that was no act is looked at
        acted = in_order(
            f"(SELECT * FROM (SELECT *, coalesce({is_change}, false) AS is_change FROM ({named})) WHERE {ends_wait})",
            before={"is_awaited": "is_change AND NOT is_act"},
        )
        ended = in_order(
            f"(SELECT * FROM ({acted}) WHERE is_change OR is_awaited)", after={"taken_at": begin, **zone_after}
        )
    own_act = _seconds(lens, "left_at", begin, "zone_before")
    later_act = _seconds(lens, "timestamp", "taken_at", "zone_after")
    return lens.materialise(
        f"changes_{level}",
        f"SELECT trace, source, holder AS target, CASE WHEN is_act THEN {own_act} ELSE {later_act} END AS us, "
        f"{is_late} AS is_late FROM ({ended}) WHERE is_change",
    )


def _counts_minutes(lens: Lens) -> bool:
    """Whether no moment of the log has seconds: then the order of what happens in one minute is the file's."""
    return bool(lens.log.one("SELECT bool_and(epoch_us(timestamp) % 60000000 = 0) FROM event_rows")[0])


def _without_rest(owners: str) -> str:
    """SQL of the owners, in which what a giver still does in the minute of the hand-over is the new owner's, no act."""
    held = in_order(owners, lasting={"holder": "owner"})
    given = "CASE WHEN NOT is_act AND giver <> holder THEN {'minute': date_trunc('minute', timestamp), 'by': giver} END"
    last = in_order(f"({in_order(f'({held})', before={'giver': 'holder'})})", lasting={"given": given})
    is_rest = "coalesce(is_act AND owner = given.by AND date_trunc('minute', timestamp) = given.minute, false)"
    kept = f"* EXCLUDE (holder, giver, given) REPLACE (if({is_rest}, NULL, owner) AS owner, "
    return f"(SELECT {kept}is_act AND NOT {is_rest} AS is_act) FROM ({last}))"


def _given(lens: Lens) -> str:
    """SQL of whether an event of `ordered` gives the case to somebody: an assignment, or what nobody says he did then.

    A table that shows what a case became at a moment does not tell that its new owner set the rest.
    """
    is_part = " OR with_assignment" if has_bare_assignments(lens.log) else ""
    return f"activity IN ({assignments(lens.log)}){is_part}"


def _over(rows: str) -> str:
    """SQL of `trace` and `over_since`: when it was resolved, of those that were not open at that moment or later."""
    is_over = f"status IN ({listed(RESOLVED_STATUSES)})"
    opened = f"SELECT trace, max(timestamp) AS last_open FROM {rows} WHERE NOT {is_over} GROUP BY trace"
    return f"""
        SELECT trace, min(timestamp) AS over_since FROM {rows} LEFT JOIN ({opened}) USING (trace)
        WHERE {is_over} AND (last_open IS NULL OR timestamp > last_open) GROUP BY trace
    """


def _holds_only_acts(log: EventLog) -> bool:
    """Whether every event is an act of ours: there are no customers, no system and no assignments."""
    return not any(role in ("customer", "system") or is_assignment(activity) for activity, role in log.steps)


def _begin(log: EventLog) -> str:
    return "begin" if log.has("started_at") else "timestamp"


def _zone(lens: Lens) -> dict[str, str]:
    """What must be asked of the event at the other end of a wait: whether its zone is assumed."""
    return {"assumed_there": "assumed"} if lens.zone_is_assumed else {}


def _seconds(lens: Lens, from_: str, to: str, zone_there: str = "assumed_there") -> str:
    """SQL of the microseconds from a completion to a start, null where one of both is or where the zones differ."""
    us = f"epoch_us({to}) - epoch_us({from_})"
    if lens.log.has("started_at"):
        us = f"CASE WHEN {to} < {from_} THEN 0 ELSE {us} END"
    return f"CASE WHEN assumed = {zone_there} THEN {us} END" if lens.zone_is_assumed else us


def traces(lens: Lens) -> str:
    """Make the table of traces and return its name.

    One row a trace: `trace`; `key_a`, `key_b`, `n_events`: the same for the same sequence of activities only (two
    64-bit keys and the length; the second hash keeps the exclusive or from forgetting the order); `first`, `last`: the
    moments it began and ended, as microseconds.
    """
    return lens.materialise(
        "traces",
        "SELECT trace, bit_xor(hash(step)) AS key_a, sum(step) AS key_b, count(*) AS n_events, "
        f"epoch_us(min({_begin(lens.log)})) AS first, epoch_us(max(timestamp)) AS last "
        f"FROM (SELECT *, hash(activity, pos) AS step FROM {moves(lens)}) GROUP BY trace",
    )


def n_ties(lens: Lens) -> int:
    """How many events happened at the same moment as the one before in their trace: only `seq` orders those."""
    log, table = lens.log, moves(lens)
    if not log.has("started_at") and lens.zone_is_assumed is None:
        return int(log.one(f"SELECT count(*) FROM {table} WHERE us = 0")[0])
    beside = in_order(table, before={"last_timestamp": "timestamp"})
    return int(log.one(f"SELECT count(*) FROM ({beside}) WHERE timestamp = last_timestamp")[0])
