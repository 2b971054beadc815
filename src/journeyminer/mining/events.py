"""What measures ask of the columns of events: SQL that is written once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from journeyminer.log.engine import name, quote
from journeyminer.log.schema import EVENT_TYPES

if TYPE_CHECKING:
    from journeyminer.log import EventLog


def column(log: EventLog, wanted: str) -> str:
    """SQL of a column of events; a typed null where no event of the log has a value there."""
    return name(wanted) if log.has(wanted) else f"CAST(NULL AS {EVENT_TYPES[wanted]})"


def listed(words: Iterable[str]) -> str:
    """SQL of what stands in `IN (...)`."""
    return ", ".join(map(quote, words))
