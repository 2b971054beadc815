"""What measures ask of the columns of events: SQL that is written once."""

from __future__ import annotations

from collections.abc import Iterable

from journeyminer.log import EventLog
from journeyminer.log.engine import name, quote
from journeyminer.log.schema import EVENT_TYPES


def column(log: EventLog, wanted: str) -> str:
    """SQL of a column of events; a typed null where no event of the log has a value there."""
    return name(wanted) if log.has(wanted) else f"CAST(NULL AS {EVENT_TYPES[wanted]})"


def listed(words: Iterable[str]) -> str:
    """SQL of what stands in `IN (...)`."""
    return ", ".join(map(quote, words))


def zone_is_assumed(log: EventLog) -> str | None:
    """SQL of whether the zone of an event was assumed; None where all zones of the log are equally sure."""
    rows = log.rows("SELECT source_no, zone_assumed FROM sources ORDER BY source_no")
    assumed = [str(source_no) for source_no, zone_assumed in rows if zone_assumed]
    return f"source_no IN ({', '.join(assumed)})" if 0 < len(assumed) < len(rows) else None
