"""The one table of columns: names, types, meaning, and the XES key each maps to (DESIGN §4)."""

from __future__ import annotations

from typing import NamedTuple

SCHEMA_NAME = "journeyminer.log"
SCHEMA_VERSION = 3


class Column(NamedTuple):
    """One column of a table of the log.

    `coded` columns hold few distinct words and are stored as dictionary codes (a DuckDB ENUM);
    they read as text in SQL and in pandas.
    """

    name: str
    type: str
    meaning: str
    xes: str | None = None
    coded: bool = False


EVENTS: tuple[Column, ...] = (
    Column("event_id", "UUID", "the source's own record id, else a hash of what the record says"),
    Column("case_id", "VARCHAR", "namespace:native, the ticket, thread or call", "concept:name of the trace"),
    Column("customer_id", "VARCHAR", "the resolved person", None),
    Column("journey_id", "VARCHAR", "one customer's path to get one need met", None),
    Column("activity", "VARCHAR", "what happened", "concept:name", coded=True),
    Column("timestamp", "TIMESTAMP", "when it was complete, UTC", "time:timestamp"),
    Column("started_at", "TIMESTAMP", "when it began, where one record has both, UTC", "start_timestamp"),
    Column("lifecycle", "VARCHAR", "schedule, start, complete ...", "lifecycle:transition", coded=True),
    Column("seq", "BIGINT", "the order in the source"),
    Column("role", "VARCHAR", "who acts: customer, agent, bot, system, vendor", "org:role", coded=True),
    Column("channel", "VARCHAR", "where", "channel", coded=True),
    Column("stage", "VARCHAR", "lifecycle stage", "stage", coded=True),
    Column("visibility", "VARCHAR", "public or internal", "visibility", coded=True),
    Column("resource", "VARCHAR", "who acts for us, never a customer", "org:resource", coded=True),
    Column("group", "VARCHAR", "team or queue", "org:group", coded=True),
    Column("tier", "VARCHAR", "support level", "tier", coded=True),
    Column("status", "VARCHAR", "status of the case after the event", "status", coded=True),
    Column("raw_activity", "VARCHAR", "what the source calls it", coded=True),
    Column("raw_role", "VARCHAR", "the source's word", coded=True),
    Column("raw_channel", "VARCHAR", "the source's word", coded=True),
    Column("raw_visibility", "VARCHAR", "the source's word", coded=True),
    Column("raw_status", "VARCHAR", "the source's word", coded=True),
    Column("synthetic", "BOOLEAN", "true where a milestone column of a wide table made the event"),
    Column("source", "VARCHAR", "the importer", coded=True),
    Column("source_ref", "VARCHAR", "file and record: the evidence for every number"),
    Column("attributes", "MAP(VARCHAR, VARCHAR)", "only what a profile lists"),
)

CASES: tuple[Column, ...] = (
    Column("case_id", "VARCHAR", "as in events"),
    Column("opened_at", "TIMESTAMP", "when the source says that the case was opened, else its first event, UTC"),
    Column("priority", "VARCHAR", "as the source says"),
    Column("product", "VARCHAR", "as the source says"),
    Column("topic", "VARCHAR", "category, type or form; never the subject line"),
    Column("language", "VARCHAR", "of the customer or the conversation"),
    Column("csat", "DOUBLE", "satisfaction, 0..1"),
    Column("nps", "DOUBLE", "0..10"),
    Column("ces", "DOUBLE", "1..7"),
    Column("segment", "VARCHAR", "as the source says"),
    Column(
        "extras", "MAP(VARCHAR, VARCHAR)", "x_ columns a profile lists; those that describe a customer leave no log"
    ),
)

IDENTITIES: tuple[Column, ...] = (
    Column("case_id", "VARCHAR", "as in events"),
    Column("event_id", "UUID", "where the identifier stands on one event only"),
    Column("kind", "VARCHAR", "email, phone, external_id, handle, name"),
    Column("value", "VARCHAR", "as the source writes it; never leaves this table"),
)

LINKS: tuple[Column, ...] = (
    Column("case_id", "VARCHAR", "as in events"),
    Column("kind", "VARCHAR", "how the source ties it: merged_into, follow_up_of, child_of, caused_by"),
    Column(
        "other", "VARCHAR", "the source's own id of the other case, of the same namespace; it may not be in the log"
    ),
)

REJECTS: tuple[Column, ...] = (
    Column("file", "VARCHAR", "the file, as shown"),
    Column("record", "VARCHAR", "where in the file"),
    Column("reason", "VARCHAR", "why the record could not be used: a slug of the fates"),
    Column("column", "VARCHAR", "the column at fault, where one is"),
    Column("value", "VARCHAR", "the offending date or number, never free text"),
)

SHOWN_EXTRAS = (
    "x_assignee_stations", "x_followup_of", "x_group_stations", "x_reopens", "x_replies", "x_resolution", "x_status",
)  # fmt: skip
"""extras that describe a case and not its customer; an export has these only"""
EVENT_TYPES = {column.name: column.type for column in EVENTS}
RAW = {f"raw_{column}": column for column in ("activity", "role", "channel", "visibility", "status")}
"""column with the source's own word -> the column that prepare labels; both are the same in a raw log"""
STORED = tuple(
    column.name
    for column in EVENTS
    if column.name not in ("event_id", "case_id", "customer_id", "journey_id", "seq", "source", "source_ref", *RAW)
)
"""columns that an event is staged with; the log makes the others"""
CODED = tuple(column.name for column in EVENTS if column.coded and column.name in STORED)
