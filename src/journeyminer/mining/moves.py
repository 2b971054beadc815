"""Moves: every event beside the next one of its trace. All measures of order and time are group-bys over this table.

One window makes it, over integer codes, once a log and `per`. Seconds are whole microseconds (`us`), so that sums are
exact whatever the number of threads; measures round at the very end.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from journeyminer.errors import UsageError
from journeyminer.log import EventLog
from journeyminer.log.engine import name
from journeyminer.vocabulary import HANDOVER_LEVELS, PERS, HandoverLevel, Per

if TYPE_CHECKING:
    import pandas as pd

OWNER = {
    "resource": "e.resource",
    "group": 'e."group"',
    "tier": "e.tier",
    "role": "CASE WHEN e.role IN ('agent', 'bot', 'vendor') THEN e.role END",
    "channel": "nullif(e.channel, 'internal')",
}
"""SQL of who owns a case at each level after an event; null where the event does not say"""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a measure is about. `n_left_out` cases belong to no trace (no customer is known for them)."""

    per: Per
    n_traces: int
    n_cases: int
    n_customers: int | None
    n_left_out: int


def moves(log: EventLog, *, per: Per = "case") -> str:
    """Make the table of moves and return its name.

    One row an event, in the declared order inside its trace (timestamp, namespace, case, seq):

    - `trace`: the case's or customer's key
    - `pos`: 1 for the first event of the trace
    - `activity`, `next_activity`: null where the trace ends
    - `timestamp`: when the event was complete
    - `us`: microseconds from this event's completion to the next one's start where known, else its completion. An
      overlap counts as 0. Null at the end of a trace, and between an event whose time zone is known and one of another
      source whose zone was assumed
    - where the log has any started_at, `begin`: when the event began where known, else its completion; and
      `overlapped`: whether `us` would be negative
    - for each level of hand-over that the log has: `<level>`, the owner after this event (carried forward over events
      that name none), and `next_<level>`, the owner whom the next event names

    Raises:
        UsageError: the log has no such traces.
    """
    levels = [level for level in HANDOVER_LEVELS if log.has(level) and (level == "channel" or not _customers_act(log))]
    return log.make(f"moves_{per}", _select(log, per, levels))


def owned_moves(log: EventLog, *, per: Per = "case") -> str:
    """Make the table of moves between owned events, those of customers skipped, and return its name.

    The same columns as `moves`, all levels but the channel; the same table where no customer acts in the log.
    """
    if not _customers_act(log):
        return moves(log, per=per)
    levels = [level for level in HANDOVER_LEVELS if log.has(level) and level != "channel"]
    return log.make(f"owned_moves_{per}", _select(log, per, levels, "e.role IS DISTINCT FROM 'customer'"))


def traces(log: EventLog, *, per: Per = "case") -> str:
    """Make the table of traces and return its name.

    One row a trace: `trace`; `key_a`, `key_b`, `n_events`: the same for the same sequence of activities only (two
    64-bit keys and the length; the second hash keeps the exclusive or from forgetting the order); `first`, `last`: the
    moments it began and ended, as microseconds.
    """
    begin = "begin" if log.has("started_at") else "timestamp"
    return log.make(
        f"traces_{per}",
        "SELECT trace, bit_xor(hash(step)) AS key_a, sum(step) AS key_b, count(*) AS n_events, "
        f"epoch_us(min({begin})) AS first, epoch_us(max(timestamp)) AS last "
        f"FROM (SELECT *, hash(activity, pos) AS step FROM {moves(log, per=per)}) GROUP BY trace",
    )


def scope(log: EventLog, *, per: Per = "case") -> Scope:
    """How many traces, cases and customers a measure of this log is about."""
    (n_traces,) = log.one(f"SELECT count(*) FROM {traces(log, per=per)}")
    (n_all,) = log.one("SELECT count(DISTINCT case_key) FROM event_rows") if per != "case" else (n_traces,)
    if not customers_known(log):
        return Scope(per, n_traces, n_all, None, 0)
    n_cases, n_customers = log.one(
        "SELECT count(*) FILTER (WHERE customer_key IS NOT NULL), count(DISTINCT customer_key) "
        "FROM case_rows SEMI JOIN event_rows USING (case_key)"
    )
    return Scope(
        per, n_traces, n_all if per == "case" else n_cases, n_customers, 0 if per == "case" else n_all - n_cases
    )


def n_ties(log: EventLog, *, per: Per = "case") -> int:
    """How many events happened at the same moment as the one before in their trace: only `seq` orders those."""
    table = moves(log, per=per)
    if not log.has("started_at") and zone_is_assumed(log) is None:
        return int(log.one(f"SELECT count(*) FROM {table} WHERE us = 0")[0])
    tied = f"SELECT timestamp = lag(timestamp) OVER (PARTITION BY trace ORDER BY pos) AS tied FROM {table}"
    return int(log.one(f"SELECT count(*) FILTER (WHERE tied) FROM ({tied})")[0])


def scoped(frame: pd.DataFrame, log: EventLog, *, per: Per) -> pd.DataFrame:
    """The table of a measure with its scope in `frame.attrs`: per, n_traces, n_cases, n_customers, n_left_out."""
    frame.attrs.update(asdict(scope(log, per=per)))
    return frame


def customers_known(log: EventLog) -> bool:
    """Whether cases have been linked to customers."""
    return "customer_key" in _columns(log, "case_rows")


def trace_of(log: EventLog, per: Per, table: str = "event_rows") -> tuple[str, str]:
    """SQL of the trace of a row `e` of a table with a case_key (null where it has none), and of that table, joined
    with the cases `c` where a trace is more than a case.

    Raises:
        UsageError: `per` is unknown, or the log has no such traces.
    """
    if per not in PERS:
        raise UsageError(f"{per!r} is no kind of trace.", hint=f"It is one of {', '.join(PERS)}.")
    if per == "journey":
        raise UsageError("The log has no journeys.", hint="Use per case or per customer.")
    if per == "case":
        return "e.case_key", f"{table} e"
    if not customers_known(log):
        raise UsageError("No customer is known for the cases of this log.", hint="Use per case.")
    return "c.customer_key", f"{table} e JOIN case_rows c USING (case_key)"


def zone_is_assumed(log: EventLog) -> str | None:
    """SQL whether the zone of an event `e` was assumed; None where all zones of the log are equally sure."""
    rows = log.rows("SELECT source_no FROM sources WHERE zone_assumed ORDER BY source_no")
    (n_sources,) = log.one("SELECT count(*) FROM sources")
    return f"e.source_no IN ({', '.join(str(row[0]) for row in rows)})" if 0 < len(rows) < n_sources else None


def _customers_act(log: EventLog) -> bool:
    return log.has("role") and bool(log.rows("SELECT 1 FROM event_rows WHERE role = 'customer' LIMIT 1"))


def _select(log: EventLog, per: Per, levels: list[HandoverLevel], only: str = "true") -> str:
    """SQL of the moves between the events for which `only` holds."""
    trace, events = trace_of(log, per)
    order = "e.timestamp, e.seq" if per == "case" else "e.timestamp, c.ns_no, c.native_id, e.seq"
    begin = "least(e.started_at, e.timestamp)" if log.has("started_at") else "e.timestamp"
    us = f"epoch_us(lead({begin}) OVER w) - epoch_us(e.timestamp)"
    begun = ""
    if log.has("started_at"):
        begun = f", {begin} AS begin, {us} < 0 AS overlapped"
        us = f"CASE WHEN {us} < 0 THEN 0 ELSE {us} END"
    if assumed := zone_is_assumed(log):
        us = f"CASE WHEN ({assumed}) = lead({assumed}) OVER w THEN {us} END"
    owners = "".join(
        f", last_value({OWNER[level]} IGNORE NULLS) OVER (w ROWS UNBOUNDED PRECEDING) AS {name(level)}"
        f", lead({OWNER[level]}) OVER w AS {name('next_' + level)}"
        for level in levels
    )
    return (
        f"SELECT {trace} AS trace, CAST(row_number() OVER w AS INTEGER) AS pos, e.activity, "
        f"lead(e.activity) OVER w AS next_activity, e.timestamp, {us} AS us{begun}{owners} "
        f"FROM {events} WHERE {trace} IS NOT NULL AND {only} WINDOW w AS (PARTITION BY {trace} ORDER BY {order})"
    )


def _columns(log: EventLog, table: str) -> set[str]:
    return {row[0] for row in log.rows(f"DESCRIBE {table}")}
