"""Views: the documented tables of a log over its coded ones, and the ids of its events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from journeyminer.log.schema import CASES, EVENTS, RAW, STORED, Column
from journeyminer.sql import name

if TYPE_CHECKING:
    from journeyminer.log.engine import Schema

BASE_TABLES = (
    "event_rows", "case_rows", "identities", "links", "rejects", "sources", "namespaces", "pseudonyms", "forgotten",
)  # fmt: skip
"""the tables that make a log; `events` and `cases` show two of them with the documented columns"""
SAID = {labelled: raw for raw, labelled in RAW.items()} | {"resource": "raw_resource"}
"""column of event_rows -> the column with the source's own words; a customer's name stays in none but the last, which
is neither saved nor shown: the ids of events are made of it"""


def said_columns(have: frozenset[str]) -> str:
    """Return SQL of the columns with the source's own words, for rows that nobody has labelled yet."""
    return ", ".join(
        f"{name(column) if column in have else 'CAST(NULL AS VARCHAR)'} AS {raw}" for column, raw in SAID.items()
    )


def make_views(schema: Schema, columns: frozenset[str]) -> None:
    """Make `cases` and `events` of a schema that has the base tables; what the log has no column for is null.

    Args:
        columns: the columns of EVENTS that any event has a value in.
    """
    have = schema.columns(f"{schema}.case_rows")
    cases = ", ".join(_shown(column, "c", column.name in have) for column in CASES if column.name != "case_id")
    keys = ", ".join(
        f"c.{key}" if key in have else f"CAST(NULL AS UBIGINT) AS {key}" for key in ("customer_key", "journey_key")
    )
    numbered = "c.customer_no" if "customer_no" in have else "CAST(NULL AS BIGINT)"
    schema.execute(
        f"CREATE VIEW {schema}.cases AS SELECT c.case_key, n.namespace || ':' || c.native_id AS case_id, c.native_id, "
        f"n.namespace, n.as_of, {keys}, 'customer ' || {numbered} AS customer_id, {cases} "
        f"FROM {schema}.case_rows c JOIN {schema}.namespaces n USING (ns_no)"
    )
    stored = [column for column in EVENTS if column.name in (*STORED, *RAW)]
    events = ", ".join(_shown(column, "e", column.name in columns) for column in stored)
    rows = schema.columns(f"{schema}.event_rows")
    number = "e.seq - s.seq_offset + s.first_row"
    row = f"'row ' || CAST({f'coalesce(e.record, {number})' if 'record' in rows else number} AS VARCHAR)"
    ref = f"coalesce(e.ref, {row})" if "ref" in rows else row
    schema.execute(
        f"CREATE VIEW {schema}.events AS SELECT e.case_key, CAST(e.seq AS BIGINT) AS seq, c.case_id, c.customer_key, "
        f"c.customer_id, c.journey_key, {events}, s.importer AS source, s.file || ': ' || {ref} AS source_ref "
        f"FROM {schema}.event_rows e JOIN {schema}.cases c USING (case_key) JOIN {schema}.sources s USING (source_no)"
    )


def _shown(column: Column, table: str, there: bool) -> str:
    if there:
        return f"{table}.{name(column.name)}"
    nothing = "false" if column.name == "synthetic" else "NULL"
    return f"CAST({nothing} AS {column.type}) AS {name(column.name)}"


def documented_events(schema: Schema) -> str:
    """Return a query of all events with the columns of `schema.EVENTS`, ids included."""
    made = {
        "event_id": "i.event_id",
        "journey_id": "CAST(v.journey_key AS VARCHAR)",
    }
    listed = ", ".join(f"{made.get(column.name, f'v.{name(column.name)}')} AS {name(column.name)}" for column in EVENTS)
    rows = f"{schema}.event_rows"
    have = schema.columns(rows)
    if "event_id" in have and not schema.one(f"SELECT count(*) FROM {rows} WHERE event_id IS NULL")[0]:
        ids = f"SELECT seq, event_id FROM {rows}"
    else:
        ids = event_ids(have, f"{rows} e JOIN {schema}.case_rows c USING (case_key)", f"{schema}.namespaces")
    return f"SELECT {listed} FROM {schema}.events v JOIN ({ids}) i USING (seq)"


def event_ids(have: frozenset[str], rows: str, namespaces: str) -> str:
    """Return SQL of `seq` and `event_id`, 128 bit, of the events of a log (DESIGN §4, event_id).

    That is the source's own id where it has one, else a hash of what the record says and, where a file says the same
    several times, of which of them it is: identical rows of one file stay apart, the same row in two files is one
    event. What the source said counts and no label, so that the same export has the same ids next week.

    Args:
        have: the columns of the events.
        rows: SQL of the events `e` joined with their cases `c`.
        namespaces: the table of namespaces.
    """
    # every column counts, also those that this log lacks: the id of an event does not hang on the files beside it
    content = ", ".join(
        f"coalesce(CAST(e.{name(SAID.get(column, column))} AS VARCHAR), '')"
        if column in have or column in SAID
        else "''"
        for column in STORED
        if column not in ("attributes", "synthetic")
    )
    stored = "e.event_id" if "event_id" in have else "CAST(NULL AS UUID)"
    own = "CASE WHEN e.id IS NOT NULL THEN md5_number(concat_ws(chr(31), n.namespace, 'id', e.id)) END"
    return f"""
        WITH said AS (
            SELECT e.seq, e.source_no, {stored} AS stored, {own if "id" in have else "CAST(NULL AS UHUGEINT)"} AS own,
                md5_number(concat_ws(chr(31), n.namespace, c.native_id, {content})) AS content
            FROM {rows} JOIN {namespaces} n USING (ns_no)
        ),
        counted AS (SELECT *, row_number() OVER (PARTITION BY source_no, content ORDER BY seq) AS nth FROM said)
        SELECT seq, coalesce(stored, CAST(own AS UUID), CAST(
            CASE WHEN nth = 1 THEN content ELSE md5_number(concat_ws(chr(31), content, nth)) END AS UUID)) AS event_id
        FROM counted
        """
