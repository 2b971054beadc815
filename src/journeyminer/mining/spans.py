"""Spans: every case cut into stretches of time, each in one turn. Whose clock runs, and which rule says so.

Spans are made case by case, whatever a trace is; `turns` puts those of one customer on top of each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from journeyminer.mining.events import acts, column, is_assignment, record
from journeyminer.mining.lens import zone_is_assumed
from journeyminer.sql import listed, quote
from journeyminer.vocabulary import OPEN_STATUSES, OWNING_ROLES, RESOLVED_STATUSES, TURN_BASES, TURNS
from journeyminer.words import transition

if TYPE_CHECKING:
    from journeyminer.log import EventLog

MESSAGES = ("agent_reply", "bot_reply", "first_reply", "call_inbound", "call_outbound")
"""Activities of ours that reach the customer where no visibility says so; so do a person's work on a call, which has a
beginning and an end, and all that the customer does."""


def states(log: EventLog) -> str:
    """Make the table of the cases' states and return its name.

    One row an event, and one before it where its beginning says a status (`is_begin`: `timestamp` is that moment):
    `case_key`, `seq`, `source_no`, `activity`, `timestamp`, `begin`; `role`, `touch` (whether the customer sees it,
    null where neither visibility nor role tells), `says` (customer or us, where it is a public message of one of them;
    what the system sends says nothing), `named` (the group it names), `synthetic`, `is_stated` (whether it says since
    when a status holds beyond that the case is new), `is_begun` (whether it is the start of an activity whose
    completion nobody knows), `is_call` (whether it is a person's work on a call), `record` (which record of its file
    tells of it), `step` (which one of ours it is), `gives` (whether it says who holds the case, and is no work on it);
    and what holds after it: `status`, `spoke` (who said the last), `actor` (agent, bot or vendor, who
    acted last; queue, where the case was given to a group or person since), `holder` (the group named last), and
    `held`, which it was before.
    """
    role, visible, status = column(log, "role"), column(log, "visibility"), column(log, "status")
    holder, person = column(log, "group"), column(log, "resource")
    past = "(trail ROWS UNBOUNDED PRECEDING)"
    given = f"({role} IS NULL OR {role} = 'system') AND ({holder} IS NOT NULL OR {person} IS NOT NULL)"
    begin, channel = column(log, "started_at"), column(log, "channel")
    calls = f"({channel} = 'voice' AND {role} = 'agent' AND {begin} < timestamp AND NOT {is_assignment(log)})"
    reaches = (
        f"({visible} = 'public' OR ({visible} IS NULL "
        f"AND ({role} = 'customer' OR {log.step} IN ({listed(MESSAGES)}) OR coalesce({calls}, false))))"
    )
    return log.materialise(
        "states",
        f"""
        WITH told AS (
            SELECT case_key, seq, source_no, activity, timestamp, {begin} AS started_at,
                {role} AS role, {status} AS status, {reaches} AS touch, coalesce({calls}, false) AS is_call,
                CASE WHEN {reaches} AND {role} = 'customer' THEN 'customer'
                    WHEN {reaches} AND {role} IN ('agent', 'bot') THEN 'us' END AS says,
                CASE WHEN {given} OR ({role} = 'bot' AND {is_assignment(log)}) THEN 'queue'
                    WHEN {role} IN ({listed(OWNING_ROLES)}) THEN {role} END AS actor,
                {column(log, "synthetic")} AS synthetic, {holder} AS holder,
                false AS is_begin, {_is_begun(log)} AS is_begun, {record(log)} AS record,
                {log.step} AS step, {is_assignment(log)} AS gives
            FROM event_rows{_begun(log)}
        )
        SELECT case_key, seq, source_no, activity, timestamp, least(started_at, timestamp) AS begin, role, touch, says,
            last_value(status IGNORE NULLS) OVER {past} AS status, last_value(says IGNORE NULLS) OVER {past} AS spoke,
            last_value(actor IGNORE NULLS) OVER {past} AS actor, last_value(holder IGNORE NULLS) OVER {past} AS holder,
            last_value(holder IGNORE NULLS) OVER (trail ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS held,
            holder AS named, synthetic, is_begin, is_begun, is_call, record,
            coalesce(status <> 'new' AND NOT (synthetic AND step = 'reopened'), false) AS is_stated, step, gives
        FROM told
        WINDOW trail AS (PARTITION BY case_key ORDER BY timestamp, seq)
        """,
    )


def _begun(log: EventLog) -> str:
    """SQL of the further rows of `states` for what the beginnings of events say, see `pair_transitions`."""
    if "begun_status" not in log.schema.columns(f"{log.schema}.event_rows"):
        return ""
    return f"""
            UNION ALL BY NAME
            SELECT case_key, seq, source_no, activity, started_at AS timestamp, started_at,
                {column(log, "role")} AS role, begun_status AS status, true AS is_begin, false AS is_begun
            FROM event_rows WHERE begun_status IS NOT NULL AND started_at < timestamp"""


def _is_begun(log: EventLog) -> str:
    """SQL of whether an event is the start of an activity; such an event stands where nobody knows the completion."""
    if not log.has("lifecycle"):
        return "false"
    words = [word for (word,) in log.rows("SELECT DISTINCT CAST(lifecycle AS VARCHAR) FROM event_rows") if word]
    kinds = {word: transition(word) for word in words}
    starts = sorted(word for word, kind in kinds.items() if kind == "start")
    return f"coalesce(lifecycle IN ({listed(starts)}), false)" if starts and "complete" in kinds.values() else "false"


def spans(log: EventLog) -> str:
    """Make the table of spans and return its name.

    One row a stretch of a case in one turn, without gaps from the beginning of the case to its last event or, where
    its status is open, to `as_of`: `case_key`, `seq` (of the event it follows, or of the first event for the work
    before its completion), `source` and `target` (activities on both sides; null for the start of a case, and for the
    end of one that still waits), `giver` (the group that handed the case to that queue, where nobody has acted there
    since), `queue` (the group whose queue it is), `turn`, `basis`, `opened`,
    `closed` (microseconds), `wait_until` (when the target began: what is later is no wait on the edge).

    The turn is what the first of these rules says of the state after the event before:

    1. solved or closed: after_resolution · pending: customer · on_hold: vendor (basis status)
    2. the last to act was a bot, and nobody was given the case since: bot (activity). Where no status is known and the
       bot spoke last, the customer is asked and rule 4 holds
    3. a human works, between the beginning and the completion of a later event, or after the beginning of an activity
       whose completion nobody knows: us_work (activity). Human is who is not customer, bot, system or vendor
    4. new or open: us_queue (status; after a milestone of a wide table, which leaves out what happened next, assumed,
       and after one that was our reply unknown, unless the table says so itself) · else the last public message was the
       customer's: us_queue, ours: customer (message)
    5. no customer acts in the whole namespace and every event has a resource: us_queue (assumed)
    6. else unknown (none). So is the time after a status whose meaning nobody knows, and the time between an event
       whose time zone is known and one whose zone is assumed

    Where a source says no status and the names of its activities do, the basis is activity instead of status.

    The queue is that of the group which acts next: who waits for L2 stands in L2's queue. An act that names no group is
    one of the group that holds the case, if any does. Before an assignment, it is the group that held the case until
    then.
    """
    return log.materialise("spans", _spans(log))


Rule = tuple[str, str, str]
"""SQL of when it holds, the turn, and SQL of the basis; the first rule that holds wins"""
ABOVE_WORK: tuple[Rule, ...] = (
    ("zones_differ OR status = 'unknown'", "unknown", "'none'"),
    (f"status IN ({listed(RESOLVED_STATUSES)})", "after_resolution", "status_basis"),
    ("status = 'pending'", "customer", "status_basis"),
    ("status = 'on_hold'", "vendor", "status_basis"),
    ("actor = 'bot' AND (status IS NOT NULL OR spoke IS DISTINCT FROM 'us')", "bot", "'activity'"),
)
BELOW_WORK: tuple[Rule, ...] = (
    ("is_begun", "us_work", "'activity'"),
    ("synthetic AND says = 'us' AND NOT is_stated", "unknown", "'none'"),
    (
        "status IN ('new', 'open')",
        "us_queue",
        "CASE WHEN synthetic AND NOT is_stated THEN 'assumed' ELSE status_basis END",
    ),
    ("spoke = 'customer'", "us_queue", "'message'"),
    ("spoke = 'us'", "customer", "'message'"),
    ("only_us", "us_queue", "'assumed'"),
    ("true", "unknown", "'none'"),
)


def _spans(log: EventLog) -> str:
    assumed_zone = zone_is_assumed(log)
    zones_differ = f"({assumed_zone}) <> lead({assumed_zone}) OVER w" if assumed_zone else "false"
    source = "activity"
    if _begun(log):  # at the beginning of an event, the one completed before is the last
        source = "last_value(if(is_begin, NULL, activity) IGNORE NULLS) OVER (w ROWS UNBOUNDED PRECEDING)"
    return f"""
    WITH steps AS (
        SELECT *, {source} AS source, lead(activity) OVER w AS target, lead(timestamp) OVER w AS next_timestamp,
            lead(begin) OVER w AS wait_until,
            coalesce(lead(CASE WHEN gives THEN {{'team': held}}
                WHEN role IS NULL OR role IN ({listed(OWNING_ROLES)}) OR named IS NOT NULL
                    THEN CASE WHEN holder IS NOT NULL THEN {{'team': holder}} END
                END IGNORE NULLS) OVER w, {{'team': holder}}).team AS queue,
            min(CASE WHEN role IS NULL OR role = 'agent' THEN begin END)
                OVER (w ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS work_from,
            min(begin) OVER (w ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS earliest,
            min(CASE WHEN role IS NULL OR role = 'agent' THEN begin END)
                OVER (w ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS earliest_work,
            last_value(CASE WHEN named <> held THEN {{'at': timestamp, 'seq': seq, 'giver': held}} END IGNORE NULLS)
                OVER (w ROWS UNBOUNDED PRECEDING) AS given,
            last_value(CASE WHEN {acts(log)} THEN {{'at': timestamp, 'seq': seq}} END IGNORE NULLS)
                OVER (w ROWS UNBOUNDED PRECEDING) AS act,
            row_number() OVER w AS pos, {zones_differ} AS zones_differ
        FROM {states(log)} WINDOW w AS (PARTITION BY case_key ORDER BY timestamp, seq)
    ),
    stretches AS (
        SELECT s.case_key, seq, source, target, CASE WHEN holder <> queue THEN holder
                WHEN act IS NULL OR (act.at, act.seq) < (given.at, given.seq) THEN given.giver END AS giver,
            queue, status,
            {_status_basis(log)} AS status_basis, actor,
            says, spoke, synthetic, is_stated AND target IS NULL AS is_stated, {_only_us(log)} AS only_us, zones_differ,
            is_begun, work_from, wait_until, timestamp AS opened,
            coalesce(next_timestamp, CASE WHEN status IN ({listed(OPEN_STATUSES)}) THEN n.as_of END) AS closed
        FROM steps s JOIN case_rows USING (case_key) JOIN namespaces n USING (ns_no)
        UNION ALL
        SELECT case_key, seq, NULL, activity, NULL, named, NULL, NULL, NULL, NULL, NULL, NULL, false, false,
            earliest_work IS NULL, false, earliest_work, earliest, earliest, timestamp
        FROM steps WHERE pos = 1
    ),
    ruled AS (
        SELECT *, {_first(ABOVE_WORK, "turn")} AS turn_above, {_first(ABOVE_WORK, "basis")} AS basis_above,
            {_first(BELOW_WORK, "turn")} AS turn_below, {_first(BELOW_WORK, "basis")} AS basis_below
        FROM stretches WHERE closed > opened
    ),
    cut AS (
        SELECT *, coalesce(turn_above, turn_below) AS turn, coalesce(basis_above, basis_below) AS basis, opened AS a,
            CASE WHEN turn_above IS NULL THEN greatest(least(coalesce(work_from, closed), closed), opened)
                ELSE closed END AS b
        FROM ruled
        UNION ALL
        SELECT *, 'us_work', 'activity', greatest(work_from, opened), closed
        FROM ruled WHERE turn_above IS NULL AND work_from < closed
    )
    SELECT case_key, seq, source, target, giver, queue, CAST(turn AS ENUM({listed(TURNS)})) AS turn,
        CAST(basis AS ENUM({listed(TURN_BASES)})) AS basis, epoch_us(a) AS opened,
        epoch_us(b) AS closed, epoch_us(wait_until) AS wait_until
    FROM cut WHERE b > a
    """


def _first(rules: tuple[Rule, ...], wanted: Literal["turn", "basis"]) -> str:
    """SQL of the turn, or of the basis, of the first rule that holds."""
    cases = (f"WHEN {when} THEN {quote(turn) if wanted == 'turn' else basis}" for when, turn, basis in rules)
    return f"CASE {' '.join(cases)} END"


def _only_us(log: EventLog) -> str:
    """SQL of whether no customer acts in the namespace `n` and every event of it has a resource."""
    if not log.has("resource"):
        return "false"
    found = log.rows(
        "SELECT ns_no FROM event_rows JOIN sources USING (source_no) JOIN namespaces USING (namespace) GROUP BY ns_no "
        f"HAVING count(*) = count(resource) AND NOT coalesce(bool_or({column(log, 'role')} = 'customer'), false)"
    )
    return f"n.ns_no IN ({', '.join(str(ns_no) for (ns_no,) in found)})" if found else "false"


def _status_basis(log: EventLog) -> str:
    """SQL of how the status of an event `s` is known: its source says one, or the names of its activities do."""
    silent = log.rows("SELECT source_no FROM event_rows GROUP BY source_no HAVING count(raw_status) = 0")
    numbers = ", ".join(str(source_no) for (source_no,) in silent)
    return f"CASE WHEN s.source_no IN ({numbers}) THEN 'activity' ELSE 'status' END" if silent else "'status'"
