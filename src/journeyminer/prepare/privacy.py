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
    """Return every resource of the log with the name that a report shows: a number, the busiest is `agent 1`.

    A log that was derived from another one, by a filter say, has the numbers of that one (see `EventLog.agents`).
    Customers never appear, see `hide_customers`.

    Args:
        named: show the source's own names.
    """
    return {agent: agent if named else f"agent {number}" for number, agent in enumerate(log.agents, 1)}
