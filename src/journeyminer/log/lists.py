"""Lists: what a log holds, as tables for people. Identifiers themselves never leave their table."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from journeyminer.log.eventlog import EventLog


def cases(log: EventLog) -> pd.DataFrame:
    """Return the cases of a log; of a filtered one, the tickets behind a number.

    Returns:
        One row a case, the longest first, then by id: `case_id` (the source's own), `namespace`, `opened_at` (UTC),
        `priority`, `product`, `topic`, `segment`, `csat` (0..1), `n_events`, `seconds` (from the beginning of its
        first event to the end of its last one, whole), `source_ref` (file and record of its first event).
    """
    return log.sql(
        """
        WITH ends AS (
            SELECT case_key, count(*) AS n_events, min(least(started_at, timestamp)) AS first, max(timestamp) AS last,
                arg_min(source_ref, seq) AS source_ref
            FROM events GROUP BY case_key
        )
        SELECT c.native_id AS case_id, c.namespace, c.opened_at, c.priority, c.product, c.topic, c.segment, c.csat,
            n_events, epoch_us(last - first) // 1000000 AS seconds, source_ref
        FROM cases c JOIN ends USING (case_key)
        ORDER BY seconds DESC, c.case_id
        """
    )


def events(log: EventLog, *, named: bool = False) -> pd.DataFrame:
    """Return the events of a log as people read them; `log.to_pandas()` has every column.

    Args:
        named: show resources by the source's names instead of by numbers.

    Returns:
        One row an event, in the order of time: `case_id` (with its namespace), `timestamp` (UTC), `activity`, `role`,
        `channel`, `visibility`, `resource`, `group`, `tier`, `status`, `source_ref` (file and record).
    """
    frame = log.sql(
        """
        SELECT case_id, timestamp, activity, role, channel, visibility, resource, "group", tier, status, source_ref
        FROM events ORDER BY timestamp, case_id, seq
        """
    )
    frame["resource"] = frame["resource"].map(resource_names(log, named=named))
    return frame


def identities(log: EventLog) -> pd.DataFrame:
    """Return the customers of a prepared log, each by a number, without what identifies them; of a filtered log,
    those of its cases. `forget` takes such a number.

    Returns:
        One row a customer, in the order of their first cases: `customer` (`customer 12`), `kinds` (of identifiers:
        email, phone, external_id, handle, name), `n_values` (different ones), `n_cases`, `first` and `last` (when
        the first and the last of these cases were opened, UTC).
    """
    return log.sql(
        """
        WITH said AS (
            SELECT case_key, list(DISTINCT kind) AS kinds, list(DISTINCT kind || chr(31) || value) AS said
            FROM identities GROUP BY case_key
        )
        SELECT customer_id AS customer, array_to_string(list_sort(list_distinct(flatten(list(kinds)))), ', ') AS kinds,
            len(list_distinct(flatten(list(said)))) AS n_values, count(*) AS n_cases, min(opened_at) AS first,
            max(opened_at) AS last
        FROM cases JOIN said USING (case_key) WHERE customer_id IS NOT NULL
        GROUP BY customer_id ORDER BY first, CAST(split_part(customer_id, ' ', 2) AS BIGINT)
        """
    )


def resource_names(log: EventLog, *, named: bool = False) -> dict[str, str]:
    """Return every resource of a log with the name that a report shows: a number, the busiest is `agent 1`.

    A log that was derived from another one, by a filter say, has the numbers of that one (see `EventLog.agents`).
    Customers never appear, see `prepare.hide_customers`.

    Args:
        named: show the source's own names.
    """
    return {agent: agent if named else f"agent {number}" for number, agent in enumerate(log.agents, 1)}
