"""Privacy: a customer is no resource, and who acts is shown as "agent 1 ... n" unless the user asks for names."""

from __future__ import annotations

from collections.abc import Mapping

from journeyminer.log import EventLog


def hide_customers(log: EventLog) -> EventLog:
    """The log in which no customer is a resource: such names, which tables of turns hold, go to the identities."""
    named = "role = 'customer' AND resource IS NOT NULL"
    if not log.has("resource", "role") or not log.rows(f"SELECT 1 FROM event_rows WHERE {named} LIMIT 1"):
        return log
    ours = "CASE WHEN role IS DISTINCT FROM 'customer' THEN resource END"
    return log.derive(
        event_rows=f"SELECT * REPLACE ({ours} AS resource) FROM {{log}}.event_rows",
        identities="SELECT case_key, kind, value FROM {log}.identities UNION "
        f"SELECT case_key, 'name', CAST(resource AS VARCHAR) FROM {{log}}.event_rows WHERE {named}",
    )


def resource_names(log: EventLog, *, named: bool = False) -> Mapping[str, str]:
    """Every resource of the log with the name that a report shows.

    Resources are numbered by their number of events, the busiest first, equal ones in the order of their names; a
    filtered log keeps the numbers of the whole one. Customers never appear, see `hide_customers`.

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
