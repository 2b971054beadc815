"""What measures ask of the columns of events: SQL that is written once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from journeyminer.log.schema import EVENT_TYPES
from journeyminer.sql import listed, name, quote
from journeyminer.vocabulary import ASSIGNMENTS
from journeyminer.words import hands_over

if TYPE_CHECKING:
    from journeyminer.log import EventLog


def own_count(cases: str, extra: str, log: EventLog) -> str:
    """SQL of how often the source says that something happened to a case, an extra of `case_rows`; null where not."""
    if "extras" not in log.schema.columns(f"{log.schema}.case_rows"):
        return "CAST(NULL AS INTEGER)"
    return f"TRY_CAST({cases}.extras[{quote(extra)}] AS INTEGER)"


def assignments(log: EventLog) -> str:
    """SQL of the log's activities that say who holds a case and are no work on it; see `ASSIGNMENTS`, `hands_over`."""
    return listed(dict.fromkeys(activity for activity, _ in log.steps if is_assignment(activity))) or quote("")


def is_assignment(activity: str) -> bool:
    """Whether an activity says who holds a case and is no work on it."""
    return activity in ASSIGNMENTS or hands_over(activity)


def column(log: EventLog, wanted: str) -> str:
    """SQL of a column of events; a typed null where no event of the log has a value there."""
    return name(wanted) if log.has(wanted) else f"CAST(NULL AS {EVENT_TYPES[wanted]})"
