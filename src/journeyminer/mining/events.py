"""What measures ask of the columns of events: SQL that is written once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from journeyminer.log.schema import EVENT_TYPES
from journeyminer.sql import listed, name, quote
from journeyminer.vocabulary import ASSIGNMENTS, OWNING_ROLES

if TYPE_CHECKING:
    from journeyminer.log import EventLog


def own_count(cases: str, extra: str, log: EventLog) -> str:
    """SQL of how often the source says that something happened to a case, an extra of `case_rows`; null where not."""
    if "extras" not in log.schema.columns(f"{log.schema}.case_rows"):
        return "CAST(NULL AS INTEGER)"
    return f"TRY_CAST({cases}.extras[{quote(extra)}] AS INTEGER)"


def is_assignment(log: EventLog) -> str:
    """SQL of whether an event says who holds a case and is no work on it."""
    given = [step for step in ASSIGNMENTS if any(step == known for known, _ in log.steps)]
    return f"{log.step} IN ({listed(given)})" if given else "false"


def has_assignments(log: EventLog) -> bool:
    """Whether there are events of this kind."""
    return any(step in ASSIGNMENTS for step, _ in log.steps)


def record(log: EventLog) -> str:
    """SQL of the record of its file that an event was made of; one record may tell of several events."""
    have = log.schema.columns(f"{log.schema}.event_rows")
    if "ref" in have:
        return "coalesce(ref, CAST(seq AS VARCHAR))"
    return "coalesce(record, -CAST(seq AS BIGINT))" if "record" in have else "seq"


def acts(log: EventLog) -> str:
    """SQL of whether an event is an act of ours on a case: no assignment, nothing of a customer's or the system's.

    Where a table shows what a case became at a moment and nobody says who set it, the rest of what is set at the moment
    of an assignment is no act either.
    """
    alone = acts_alone(log)
    if not has_bare_assignments(log):
        return alone
    bare = f"{column(log, 'role')} IS NULL"
    given = f"SELECT case_key, timestamp FROM event_rows WHERE {bare} AND {is_assignment(log)}"
    return f"{alone} AND NOT ({bare} AND (case_key, timestamp) IN ({given}))"


def acts_alone(log: EventLog) -> str:
    """SQL of whether an event is an act of ours for all that it says itself, see `acts`."""
    role = column(log, "role")
    return f"({role} IS NULL OR {role} IN ({listed(OWNING_ROLES)})) AND NOT {is_assignment(log)}"


def has_bare_assignments(log: EventLog) -> bool:
    """Whether there are assignments of which nobody says who did them."""
    return any(role is None and step in ASSIGNMENTS for step, role in log.steps)


def column(log: EventLog, wanted: str) -> str:
    """SQL of a column of events; a typed null where no event of the log has a value there."""
    return name(wanted) if log.has(wanted) else f"CAST(NULL AS {EVENT_TYPES[wanted]})"
