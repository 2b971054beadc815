"""Moves: every event beside the next one of its trace. All measures of order and time are group-bys over this table.

The events are sorted once a log and `per`; what follows reads them in that order and needs no more than the row before
or after. Words are integer codes, and seconds whole microseconds (`us`), so that sums are exact whatever the number of
threads; measures round at the very end.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from journeyminer.errors import UsageError
from journeyminer.log import EventLog
from journeyminer.log.engine import name
from journeyminer.log.staging import columns_of
from journeyminer.vocabulary import HANDOVER_LEVELS, PERS, HandoverLevel, Per

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Scope:
    """What a measure is about. `n_left_out` cases belong to no trace (no customer is known for them)."""

    per: Per
    n_traces: int
    n_cases: int
    n_customers: int | None
    n_left_out: int


def ordered(log: EventLog, *, per: Per = "case") -> str:
    """Make the table of events in the declared order (trace, timestamp, namespace, case, seq) and return its name.

    Columns: `trace` (the case's or customer's key), `case_key` where a trace is more than a case, `timestamp`, `begin`
    where the log knows when events began (never after the timestamp), `activity`, the levels of hand-over and the
    status that the log has, and `assumed` (whether the zone is) where the log's zones are not equally sure.

    Raises:
        UsageError: the log has no such traces.
    """
    trace, events = trace_of(log, per)
    columns = [f"{trace} AS trace", "e.timestamp", "e.activity"]
    columns += [f"e.{name(column)}" for column in (*HANDOVER_LEVELS, "status") if log.has(column)]
    if per != "case":
        columns.append("e.case_key")
    if log.has("started_at"):
        columns.append("least(e.started_at, e.timestamp) AS begin")
    if assumed := zone_is_assumed(log):
        columns.append(f"{assumed} AS assumed")
    order = "e.timestamp, e.seq" if per == "case" else "e.timestamp, c.ns_no, c.native_id, e.seq"
    return log.materialise(
        f"ordered_{per}",
        f"SELECT {', '.join(columns)} FROM {events} WHERE {trace} IS NOT NULL ORDER BY {trace}, {order}",
    )


def moves(log: EventLog, *, per: Per = "case") -> str:
    """Make the table of moves and return its name.

    One row an event, in the declared order:

    - `trace`: the case's or customer's key
    - `pos`: 1 for the first event of the trace
    - `activity`, `next_activity`: null where the trace ends
    - `timestamp`: when the event was complete; `begin`, when it began, where the log knows that
    - `us`: microseconds from this event's completion to the next one's start where known, else its completion. An
      overlap counts as 0. Null at the end of a trace, and between an event whose time zone is known and one of another
      source whose zone was assumed
    - `overlapped`, where the log knows when events began: whether `us` would be negative
    """
    begun = log.has("started_at")
    us, overlapped = _seconds(log, "timestamp", "next_begin", "next_assumed", "assumed")
    begin = f", begin, CASE WHEN goes_on THEN {overlapped} END AS overlapped" if begun else ""
    return log.materialise(
        f"moves_{per}",
        f"""
        WITH beside AS (
            SELECT *, row_number() OVER () AS nth, lag(trace) OVER () IS DISTINCT FROM trace AS is_first,
                lead(trace) OVER () IS NOT DISTINCT FROM trace AS goes_on, lead(activity) OVER () AS next_activity,
                lead({"begin" if begun else "timestamp"}) OVER () AS next_begin{_beside(log, "lead", "next_assumed")}
            FROM {ordered(log, per=per)}
        ),
        placed AS (
            SELECT *, max(nth) FILTER (is_first) OVER (ROWS UNBOUNDED PRECEDING) AS first FROM beside
        )
        SELECT trace, CAST(nth - first + 1 AS INTEGER) AS pos, activity,
            CASE WHEN goes_on THEN next_activity END AS next_activity, timestamp,
            CASE WHEN goes_on THEN {us} END AS us{begin}
        FROM placed
        """,
    )


def changes(log: EventLog, level: HandoverLevel, *, per: Per = "case") -> str:
    """Make the table of changes of owner at a level, in the declared order, and return its name.

    One row an owned event with another owner than the owned event before it: `trace`, `source`, `target`, `us`
    (microseconds from the one to the other, as in `moves`). What is owned stands in `handovers`.
    """
    owner = OWNERS.get(level, name(level))
    owned = "WHERE role IS DISTINCT FROM 'customer'" if log.has("role") and level != "channel" else ""
    us, _ = _seconds(
        log, "last_timestamp", "begin" if log.has("started_at") else "timestamp", "assumed", "last_assumed"
    )
    return log.materialise(
        f"changes_{level}_{per}",
        f"""
        WITH owned AS (
            SELECT *, {owner} AS owner, lag(timestamp) OVER () AS last_timestamp{_beside(log, "lag", "last_assumed")}
            FROM {ordered(log, per=per)} {owned}
        ),
        named AS (
            SELECT trace, lag(trace) OVER () AS last_trace, lag(owner) OVER () AS source, owner AS target, {us} AS us
            FROM owned WHERE owner IS NOT NULL
        )
        SELECT trace, source, target, us FROM named WHERE last_trace = trace AND source <> target
        """,
    )


OWNERS = {
    "role": "CASE WHEN role IN ('agent', 'bot', 'vendor') THEN role END",
    "channel": "nullif(channel, 'internal')",
}
"""SQL of who owns a trace after an event, null where it does not say, for the levels where that is not the column"""


def _seconds(log: EventLog, from_: str, to: str, assumed: str, other: str) -> tuple[str, str]:
    """SQL of the microseconds from a completion to a start, and of whether they overlap."""
    us = f"epoch_us({to}) - epoch_us({from_})"
    counted = f"greatest({us}, 0)" if log.has("started_at") else us
    if zone_is_assumed(log):
        counted = f"CASE WHEN {assumed} = {other} THEN {counted} END"
    return counted, f"{us} < 0"


def _beside(log: EventLog, function: str, column: str) -> str:
    return f", {function}(assumed) OVER () AS {column}" if zone_is_assumed(log) else ""


def traces(log: EventLog, *, per: Per = "case") -> str:
    """Make the table of traces and return its name.

    One row a trace: `trace`; `key_a`, `key_b`, `n_events`: the same for the same sequence of activities only (two
    64-bit keys and the length; the second hash keeps the exclusive or from forgetting the order); `first`, `last`: the
    moments it began and ended, as microseconds.
    """
    begin = "begin" if log.has("started_at") else "timestamp"
    return log.materialise(
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
    return "customer_key" in columns_of(log.engine, f"{log.schema}.case_rows")


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
    rows = log.rows("SELECT source_no, zone_assumed FROM sources ORDER BY source_no")
    assumed = [str(source_no) for source_no, zone_assumed in rows if zone_assumed]
    return f"e.source_no IN ({', '.join(assumed)})" if 0 < len(assumed) < len(rows) else None
