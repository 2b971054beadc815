"""Privacy: who acts is shown as "agent 1 ... n" unless the user asks for names."""

from __future__ import annotations

from collections.abc import Mapping

from journeyminer.log import EventLog


def resource_names(log: EventLog, *, named: bool = False) -> Mapping[str, str]:
    """Every resource of the log with the name that a report shows.

    Resources are numbered by their number of events, the busiest first, equal ones in the order of their names; a
    filtered log keeps the numbers of the whole one. Customers never appear: an event whose role is customer gives no
    resource, even where a source wrote one there.

    Args:
        named: show the source's own names.
    """
    return {name: name if named else f"agent {number}" for number, name in enumerate(_busiest_first(log), 1)}


def keep_numbers(filtered: EventLog, log: EventLog) -> EventLog:
    """The filtered log, in which resources have the numbers that they have in the log it was made of."""
    _busiest_first(filtered, counted=log)
    return filtered


def _busiest_first(log: EventLog, *, counted: EventLog | None = None) -> list[str]:
    return log.know("resources, the busiest first", lambda: _count(log) if counted is None else _busiest_first(counted))


def _count(log: EventLog) -> list[str]:
    if not log.has("resource"):
        return []
    ours = "AND role IS DISTINCT FROM 'customer'" if log.has("role") else ""
    rows = log.rows(
        "SELECT CAST(resource AS VARCHAR) AS resource FROM event_rows "
        f"WHERE resource IS NOT NULL {ours} GROUP BY resource ORDER BY count(*) DESC, CAST(resource AS VARCHAR)"
    )
    return [name for (name,) in rows]
