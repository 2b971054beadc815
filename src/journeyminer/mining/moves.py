"""Moves: every event beside the next one of its trace. All measures of order and time are group-bys over this table.

The events are sorted once a lens; what follows reads them in that order. Words are integer codes, and seconds whole
microseconds (`us`), so that sums are exact whatever the number of threads; measures round at the very end.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from journeyminer.log.order import in_order
from journeyminer.mining.events import acts_alone, column, has_assignments, has_bare_assignments, is_assignment
from journeyminer.sql import listed, name, quote
from journeyminer.vocabulary import HANDOVER_LEVELS, OWNING_ROLES, RESOLVED_STATUSES, HandoverLevel

if TYPE_CHECKING:
    from journeyminer.log import EventLog
    from journeyminer.mining.lens import Lens

OWNERS = {
    "role": f"CASE WHEN role IN ({listed(OWNING_ROLES)}) THEN role END",
    "channel": "nullif(channel, 'internal')",
}
"""SQL of who owns a trace after an event, null where it does not say, for the levels where that is not the column"""
FREED: Mapping[str, str] = {"resource": "unassigned"}
"""the activity that takes a trace from its owner and gives it to nobody, for the levels where one can tell"""


def ordered(lens: Lens) -> str:
    """Make the table of events in the declared order (trace, timestamp, namespace, case, seq) and return its name.

    Columns: `trace`, `case_key` where a trace is more than a case, `timestamp`, `begin` where the log knows when events
    began (never after the timestamp), `activity`, the levels of hand-over, the status and the step that the log has,
    `is_act`
    (whether it is an act of ours, see `events.acts`) where somebody may own a case, and `assumed` (whether the zone is)
    where the log's zones are not equally sure. A column that says nothing would cost memory for every event.
    """
    log, rows, then = lens.log, lens.rows("event_rows"), ""
    columns = ["trace", "timestamp", "activity"] + ([] if lens.one_case else ["case_key"])
    columns += [name(column) for column in (*HANDOVER_LEVELS, "status", "step") if log.has(column)]
    if log.has("started_at"):
        columns.append("least(started_at, timestamp) AS begin")
    if assumed := lens.zone_is_assumed:
        columns.append(f"{assumed} AS assumed")
    if any(log.has(level) for level in HANDOVER_LEVELS):
        columns.append(f"{acts_alone(log)} AS is_act")
        then = _without_parts(log) if has_bare_assignments(log) else ""
    return lens.materialise(
        "ordered", f"SELECT {', '.join(columns)} FROM {rows} ORDER BY trace, {lens.order}", then=then
    )


def _without_parts(log: EventLog) -> str:
    """The statement that takes what is part of an assignment out of the acts, see `events.acts`.

    Of the events that nobody owns up to, only those matter that stand beside another one of their moment.
    """
    bare = f"(SELECT *, rowid AS place FROM {{table}} WHERE {column(log, 'role')} IS NULL)"
    beside = in_order(bare, before={"before": "timestamp"}, after={"behind": "timestamp"})
    return f"""
        UPDATE {{table}} SET is_act = false WHERE rowid IN (
            WITH tied AS (
                SELECT place, trace, timestamp, {is_assignment(log)} AS gives FROM ({beside})
                WHERE before = timestamp OR behind = timestamp
            )
            SELECT place FROM tied SEMI JOIN (FROM tied WHERE gives) USING (trace, timestamp)
        )
    """


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
    owned, is_act, is_change = f"{role} IS DISTINCT FROM 'customer'", "is_act", "source <> holder"
    ends_wait = "is_act OR is_change"
    if level == "channel":
        owned, is_act = f"({role} IS NULL OR {role} = 'customer')", "true"
    if level == "role" and len({who for _, who in log.steps}.intersection(OWNING_ROLES)) < 2:
        owned = "false"  # one owner hands over to nobody
    if level in ("group", "tier"):  # what the case is in, whoever's event says so
        owned = f"({owned} OR {owner} IS NOT NULL)"
    if (freed := FREED.get(level)) and any(step == freed for step, _ in log.steps):
        owner = f"CASE WHEN {log.step} = {quote(freed)} THEN '' ELSE CAST({owner} AS VARCHAR) END"
        is_change = "source <> holder AND source <> '' AND holder <> ''"
        ends_wait = "is_act OR is_change OR (source <> '' AND holder = '')"
    begin = _begin(log)
    zone_before, zone_after = ({at: "assumed"} if lens.zone_is_assumed else {} for at in ("zone_before", "zone_after"))
    owners = f"SELECT * REPLACE ({is_act} AS is_act), rowid AS place, {owner} AS owner FROM {ordered(lens)}"
    owners = f"({owners} WHERE {owned})"
    if level != "channel" and has_assignments(log) and log.counts_minutes:
        owners = _without_rest(owners)
    held = in_order(owners, before={"left_at": "timestamp", **zone_before}, lasting={"holder": "owner"})
    named = in_order(f"(SELECT * FROM ({held}) WHERE holder IS NOT NULL)", before={"source": "holder"})
    # of the acts and what else ends a wait, only the first after a change that was no act is looked at
    acted = in_order(
        f"(SELECT * FROM (SELECT *, {is_change} AS is_change FROM ({named})) WHERE {ends_wait})",
        before={"is_awaited": "is_change AND NOT is_act"},
    )
    ended = in_order(
        f"(SELECT * FROM ({acted}) WHERE is_change OR is_awaited)", after={"taken_at": begin, **zone_after}
    )
    own_act = _seconds(lens, "left_at", begin, "zone_before")
    later_act = _seconds(lens, "timestamp", "taken_at", "zone_after")
    is_late, over = "false", ""
    if log.has("status"):
        is_late, over = "coalesce(timestamp > over_since, false)", f"LEFT JOIN {_over(lens)} USING (trace)"
    return lens.materialise(
        f"changes_{level}",
        f"SELECT trace, source, holder AS target, CASE WHEN is_act THEN {own_act} ELSE {later_act} END AS us, "
        f"{is_late} AS is_late FROM (SELECT * FROM ({ended}) WHERE is_change) {over} ORDER BY place",
    )


def _without_rest(owners: str) -> str:
    """SQL of the owners, in which what a giver still does in the minute of the hand-over is the new owner's, no act."""
    held = in_order(owners, lasting={"holder": "owner"})
    given = "CASE WHEN NOT is_act AND giver <> holder THEN {'minute': date_trunc('minute', timestamp), 'by': giver} END"
    last = in_order(f"({in_order(f'({held})', before={'giver': 'holder'})})", lasting={"given": given})
    is_rest = "coalesce(is_act AND owner = given.by AND date_trunc('minute', timestamp) = given.minute, false)"
    kept = f"* EXCLUDE (holder, giver, given) REPLACE (if({is_rest}, NULL, owner) AS owner, "
    return f"(SELECT {kept}is_act AND NOT {is_rest} AS is_act) FROM ({last}))"


def _over(lens: Lens) -> str:
    """Make the table of the traces that were resolved and stayed so: `trace`, `over_since`; return its name.

    A trace is over since the first resolved event of a later moment than every open one.
    """
    said = f"status IN ({listed(RESOLVED_STATUSES)}) AS is_over FROM {ordered(lens)} WHERE status IS NOT NULL"
    told = in_order(f"(SELECT trace, timestamp, {said})", lasting={"last_open": "if(is_over, NULL, timestamp)"})
    clear = f"(SELECT * FROM ({told}) WHERE NOT is_over OR last_open IS NULL OR timestamp > last_open)"
    turned = (
        f"(SELECT * FROM ({in_order(clear, before={'was_over': 'is_over'})}) WHERE is_over IS DISTINCT FROM was_over)"
    )
    last = in_order(turned, after={"turns_again": "true"})
    return lens.materialise(
        "over", f"SELECT trace, timestamp AS over_since FROM ({last}) WHERE is_over AND turns_again IS NULL"
    )


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
