"""What measures ask of the columns of events: SQL that is written once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from journeyminer.log.schema import EVENT_TYPES
from journeyminer.sql import name, quote

if TYPE_CHECKING:
    from journeyminer.log import EventLog


def own_count(cases: str, extra: str, log: EventLog) -> str:
    """SQL of how often the source says that something happened to a case, an extra of `case_rows`; null where not."""
    if "extras" not in log.schema.columns(f"{log.schema}.case_rows"):
        return "CAST(NULL AS INTEGER)"
    return f"TRY_CAST({cases}.extras[{quote(extra)}] AS INTEGER)"


def column(log: EventLog, wanted: str) -> str:
    """SQL of a column of events; a typed null where no event of the log has a value there."""
    return name(wanted) if log.has(wanted) else f"CAST(NULL AS {EVENT_TYPES[wanted]})"
