"""What measures ask of the columns of events: SQL that is written once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from journeyminer.log.schema import EVENT_TYPES
from journeyminer.sql import name

if TYPE_CHECKING:
    from journeyminer.log import EventLog


def column(log: EventLog, wanted: str) -> str:
    """SQL of a column of events; a typed null where no event of the log has a value there."""
    return name(wanted) if log.has(wanted) else f"CAST(NULL AS {EVENT_TYPES[wanted]})"
