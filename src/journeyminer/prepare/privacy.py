"""Privacy: a customer is not a resource."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
