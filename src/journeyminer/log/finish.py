"""Finish: staged events become the coded tables of a log, and duplicates over files are taken out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from journeyminer.log.rows import FIELDS
from journeyminer.log.schema import CASES, CODED, EVENT_TYPES, RAW, STORED
from journeyminer.log.staging import IS_EVENT, Staged, case_key, filled_columns, nobody
from journeyminer.log.views import event_ids, make_views, said_columns
from journeyminer.note import Note
from journeyminer.sql import listed, name, quote

if TYPE_CHECKING:
    from journeyminer.log.engine import Schema
    from journeyminer.log.receipt import SourceReceipt

STAGED_EVENTS = "staged_events"
"""the events of all files that are read record by record"""
_OWN = {"id": "VARCHAR", "ref": "VARCHAR", "record": "BIGINT", "event_id": "UUID"}
"""columns of event_rows that are not documented ones"""


class Placed(NamedTuple):
    """Where the events of a source of a stored log stand: their first seq and the number of their first record."""

    seq_offset: int
    first_row: int


def finish_log(
    schema: Schema, *, tables: Sequence[Staged], sources: Sequence[SourceReceipt], placed: Mapping[int, Placed]
) -> frozenset[str]:
    """Make the base tables and views of a log in the schema in which its files were staged.

    Args:
        tables: what was staged beside STAGED_EVENTS.
        sources: the receipts of all files; those with duplicates are corrected.
        placed: number of a source that was stored before -> where its events stand.

    Returns:
        The columns of `schema.EVENTS` in which any event has a value.
    """
    stages = [_without_nobody(schema, stage, sources) for stage in (*tables, *_record_stage(schema))]
    present = frozenset().union(*(stage.columns for stage in stages)) & {*STORED, *_OWN}
    _make_sources(schema, stages, sources, placed)
    salt = _make_cases(schema, stages)
    appended = len(sources) > len(placed)
    shared = len({source.namespace for source in sources}) < len(sources)
    doubtful = (appended and (shared or "id" in present)) or _has_two_rows_of_a_case(schema, stages)
    as_staged = len(stages) == 1 and stages[0].coded and not doubtful
    if as_staged:
        _view_stage(schema, stages[0], salt)
    else:
        _make_dictionaries(schema, stages, present)
        _code_events(schema, stages, present, salt)
    if doubtful:
        _deduplicate(schema, present, sources)
    have = schema.columns("coded_events")
    schema.execute(f"CREATE OR REPLACE VIEW event_rows AS SELECT *, {said_columns(have)} FROM {schema}.coded_events")
    _finish_cases(schema, salt)
    if as_staged and salt == 0:
        schema.execute(f"ALTER TABLE {stages[0].table} DROP COLUMN case_id")  # a third of the memory of a large log
    said = {raw for raw, labelled in RAW.items() if labelled in present}
    columns = (present - _OWN.keys()) | said
    make_views(schema, columns)
    return columns


def _record_stage(schema: Schema) -> list[Staged]:
    """Return the stage of the files that were read record by record; none where it is empty."""
    if not schema.one(f"SELECT count(*) FROM {STAGED_EVENTS}")[0]:
        return []
    return [Staged(STAGED_EVENTS, None, filled_columns(schema, STAGED_EVENTS), 0)]


def _without_nobody(schema: Schema, stage: Staged, sources: Sequence[SourceReceipt]) -> Staged:
    """Empty the owners that are words for nobody, and tell each file's receipt of how many events (`nobody`)."""
    found = dict[str, list[str]]()
    for column in stage.columns & {"resource", "group"}:
        if words := nobody(schema, stage.table, column, coded=stage.coded):
            found[column] = words
    if not found:
        return stage
    number = "source_no" if stage.source_no is None else str(stage.source_no)
    is_found = " OR ".join(f"{name(column)} IN ({listed(words)})" for column, words in found.items())
    for source_no, n in schema.rows(
        f"SELECT {number} AS source_no, count(*) FROM {stage.table} WHERE {is_found} GROUP BY ALL"
    ):
        sources[source_no].decisions.append(Note("decision.nobody", n=n))
    for column, words in found.items():
        schema.execute(f"UPDATE {stage.table} SET {name(column)} = NULL WHERE {name(column)} IN ({listed(words)})")
    return stage._replace(columns=filled_columns(schema, stage.table))


def _make_sources(
    schema: Schema, stages: Sequence[Staged], sources: Sequence[SourceReceipt], placed: Mapping[int, Placed]
) -> None:
    """Make `sources`, with where the events of each begin in the log's order, and `namespaces`."""
    sizes: dict[int, int] = {}
    first_rows: dict[int, int] = {}
    offset = 0
    for stage in stages:
        if stage.source_no is None:
            sizes.update(schema.rows(f"SELECT source_no, count(*) FROM {stage.table} GROUP BY source_no"))
        else:
            sizes[stage.source_no] = schema.one(f"SELECT count(*) FROM {stage.table}")[0]
            first_rows[stage.source_no] = stage.first_row
        if "seq" in stage.columns:
            (offset,) = schema.one(f"SELECT max(seq) + 1 FROM {stage.table}")
    rows = []
    for number, source in enumerate(sources):
        begin, first_row = placed.get(number, (offset, first_rows.get(number, 0)))
        rows.append((number, source.file, source.importer, source.namespace, source.zone_assumed, begin, first_row))
        offset += 0 if number in placed else sizes.get(number, 0)
    schema.execute(
        "CREATE TABLE sources (source_no UINTEGER, file VARCHAR, importer VARCHAR, namespace VARCHAR, "
        "zone_assumed BOOLEAN, seq_offset BIGINT, first_row BIGINT)"
    )
    picked = ", ".join(["unnest(?)"] * len(rows[0]))
    schema.execute(f"INSERT INTO sources SELECT {picked}", [list(column) for column in zip(*rows, strict=True)])
    schema.execute(
        "CREATE TABLE namespaces AS SELECT CAST(row_number() OVER (ORDER BY namespace) - 1 AS UINTEGER) AS ns_no, "
        "namespace FROM (SELECT DISTINCT namespace FROM sources)"
    )


def _namespace(schema: Schema, stage: Staged) -> str:
    """Return SQL of the namespace of a staged row `e`."""
    if stage.source_no is None:
        return "(SELECT namespace FROM sources s WHERE s.source_no = e.source_no)"
    (namespace,) = schema.one(f"SELECT namespace FROM sources WHERE source_no = {stage.source_no}")
    return quote(namespace)


def _make_cases(schema: Schema, stages: Sequence[Staged]) -> int:
    """Make `case_ids`: one row a case with its 64-bit key. Return the salt of the keys.

    A key is a hash, salted again until as many keys as cases come out, so it is exact.
    """
    selects = " UNION ALL ".join(
        f"SELECT {_namespace(schema, stage)} AS namespace, case_id AS native_id, "
        + (
            f"first FROM {stage.cases} WHERE first IS NOT NULL"
            if stage.coded
            else f"min(timestamp) AS first FROM {stage.table} e WHERE {IS_EVENT} GROUP BY ALL"
        )
        for stage in stages
    )
    if len(stages) > 1:
        selects = f"SELECT namespace, native_id, min(first) AS first FROM ({selects}) GROUP BY ALL"
    salt = -1
    n, distinct = 1, 0
    while n != distinct:
        salt += 1
        schema.execute(
            f"CREATE OR REPLACE TABLE case_ids AS SELECT {case_key('native_id', 'namespace', salt)} AS case_key, "
            f"native_id, ns_no, first AS first_at FROM ({selects}) JOIN namespaces USING (namespace)"
        )
        n, distinct = schema.one("SELECT count(*), count(DISTINCT case_key) FROM case_ids")
    for stage in stages:
        schema.execute(f"DROP TABLE IF EXISTS {stage.cases}")
    return salt


def _view_stage(schema: Schema, stage: Staged, salt: int) -> None:
    """Make `coded_events` of a log of one table: a view of the stage, whose words and cases are coded already."""
    key = "e.case_key" if salt == 0 else case_key("e.case_id", _namespace(schema, stage), salt)
    listed = ", ".join(f"e.{name(column)}" for column in sorted(stage.columns & {*STORED, *_OWN}))
    # as a 4-byte integer the rank of ties fits into the engine's sort key, which sorts twice as fast
    schema.execute(
        f"CREATE VIEW coded_events AS SELECT {key} AS case_key, CAST(e.rowid AS INTEGER) AS seq, "
        f"CAST({stage.source_no} AS UINTEGER) AS source_no, {listed} FROM {schema}.{stage.table} e "
        "WHERE e.case_key IS NOT NULL AND e.activity IS NOT NULL AND e.timestamp IS NOT NULL"
    )


def _make_dictionaries(schema: Schema, stages: Sequence[Staged], present: frozenset[str]) -> None:
    """Make one ENUM type a coded column, its words in alphabetical order whatever the order of rows."""
    for column in CODED:
        words = " UNION ".join(
            f"SELECT DISTINCT {name(column)} AS word FROM {stage.table} WHERE {name(column)} IS NOT NULL"
            for stage in stages
            if column in present & stage.columns
        )
        if words:
            schema.execute(f"CREATE TYPE {_word_type(column)} AS ENUM (SELECT word FROM ({words}) ORDER BY word)")


def _word_type(column: str) -> str:
    return name(f"word_{column}")


def _code_events(schema: Schema, stages: Sequence[Staged], present: frozenset[str], salt: int) -> None:
    """Make `coded_events` in source order; every stage is dropped as soon as it is coded."""
    made = False
    for stage in stages:
        if "seq" in stage.columns:
            number, seq = "e.source_no", "e.seq"
        elif stage.source_no is None:
            number = "e.source_no"
            # staged in source order, so the position inside the source is the position in the table
            seq = (
                "(SELECT seq_offset FROM sources s WHERE s.source_no = e.source_no) - 1"
                " + row_number() OVER (PARTITION BY e.source_no ORDER BY e.rowid)"
            )
        else:
            number = f"CAST({stage.source_no} AS UINTEGER)"
            (offset,) = schema.one(f"SELECT seq_offset FROM sources WHERE source_no = {stage.source_no}")
            seq = f"e.rowid + {offset}"
        is_known = stage.coded and not salt
        key = "e.case_key" if is_known else case_key("e.case_id", _namespace(schema, stage), salt)
        listed = ", ".join(_coded(column, stage.columns) for column in sorted(present))
        select = (
            f"SELECT {key} AS case_key, {seq} AS seq, {number} AS source_no, {listed} FROM {stage.table} e "
            f"WHERE {IS_EVENT}"
        )
        schema.execute(
            f"INSERT INTO coded_events BY NAME {select}" if made else f"CREATE TABLE coded_events AS {select}"
        )
        schema.execute(f"DROP TABLE {stage.table}")
        made = True


def _has_two_rows_of_a_case(schema: Schema, stages: Sequence[Staged]) -> bool:
    """Whether a list of tickets has several rows of one."""
    return any(
        schema.one(
            f"SELECT count(*) FROM (SELECT case_id FROM {stage.table} WHERE synthetic "
            "GROUP BY case_id HAVING min(record) < max(record))"
        )[0]
        for stage in stages
        if {"synthetic", "record"} <= stage.columns and stage.source_no is not None
    )


def _superseded(record: str) -> str:
    """SQL of the milestones at whose moment the newest row of their case, of those that speak of it, says other things.

    A row of a list of tickets is what the ticket was at one time. The newest is the one that reaches furthest, of
    several the one that was read last.
    """
    return f"""
    WITH said AS (SELECT *, {record} AS r FROM identified WHERE synthetic),
    lines AS (SELECT case_key, source_no, r, max(timestamp) AS last FROM said GROUP BY ALL),
    aged AS (
        SELECT *, row_number() OVER (PARTITION BY case_key ORDER BY last DESC, source_no DESC, r DESC) AS age FROM lines
    ),
    dated AS (SELECT seq, event_id, case_key, timestamp, age FROM said JOIN aged USING (case_key, source_no, r)),
    newest AS (SELECT case_key, timestamp, min(age) AS age FROM dated GROUP BY ALL)
    SELECT seq FROM dated
    WHERE event_id NOT IN (SELECT event_id FROM dated JOIN newest USING (case_key, timestamp, age))
    """


def _coded(column: str, have: frozenset[str]) -> str:
    type_ = _word_type(column) if column in CODED else (EVENT_TYPES | _OWN)[column]
    value = f"e.{name(column)}" if column in have else "NULL"
    return f"CAST({value} AS {type_}) AS {name(column)}"


def _deduplicate(schema: Schema, present: frozenset[str], sources: Sequence[SourceReceipt]) -> None:
    """Keep the first of the events with one id, and of a case's rows in lists what the newest says of each moment.

    A record none of whose events is left was deduplicated.
    """
    schema.execute(f"CREATE VIEW event_rows AS SELECT *, {said_columns(present)} FROM {schema}.coded_events")
    ids = event_ids(present, "event_rows e JOIN case_ids c USING (case_key)", "namespaces")
    rows = "e.* EXCLUDE (event_id)" if "event_id" in present else "e.*"
    schema.execute(
        f"CREATE TABLE identified AS SELECT {rows}, i.event_id FROM coded_events e JOIN ({ids}) i USING (seq)"
    )
    schema.execute(
        "CREATE TABLE kept AS SELECT * FROM identified "
        "QUALIFY row_number() OVER (PARTITION BY event_id ORDER BY seq) = 1 ORDER BY seq"
    )
    record = "coalesce(record, seq)" if "record" in present else "seq"
    if "synthetic" in present:
        schema.execute(f"DELETE FROM kept WHERE seq IN ({_superseded(record)})")
    lost = schema.rows(
        f"SELECT source_no, count(*) FROM (SELECT DISTINCT source_no, {record} AS r FROM identified "
        f"EXCEPT SELECT DISTINCT source_no, {record} AS r FROM kept) GROUP BY source_no"
    )
    for number, n in lost:
        sources[number].used -= n
        sources[number].deduplicated += n
    events = dict(schema.rows("SELECT source_no, count(*) FROM kept GROUP BY source_no"))
    for number, source in enumerate(sources):
        source.events = events.get(number, 0)
    for table in ("coded_events", "identified"):
        schema.execute(f"DROP TABLE {table}")
    if "id" in present:
        schema.execute("ALTER TABLE kept DROP COLUMN id")
    schema.execute("ALTER TABLE kept RENAME TO coded_events")
    # an id that stands on two cases may have been all there was of one of them
    schema.execute("CREATE OR REPLACE TABLE case_ids AS SELECT * FROM case_ids SEMI JOIN coded_events USING (case_key)")


def _finish_cases(schema: Schema, salt: int) -> None:
    """Make `case_rows` with what the sources say of each case, `identities`, `links`, `rejects`, and each as_of."""
    key = case_key("x.case_id", "s.namespace", salt)
    columns = [column.name for column in CASES if column.name != "case_id"]
    filled = filled_columns(schema, "staged_cases")
    last = ", ".join(
        f"arg_max(x.{name(column)}, x.rowid) FILTER (WHERE x.{name(column)} IS NOT NULL) AS {name(column)}"
        for column in columns
        if column in filled
    )
    opened = "coalesce(a.opened_at, c.first_at)" if "opened_at" in filled else "c.first_at"
    listed = "".join(f", a.{name(column)}" for column in columns if column in filled - {"opened_at"})
    joined = (
        f"LEFT JOIN (SELECT {key} AS case_key, {last} FROM staged_cases x JOIN sources s USING (source_no) "
        "GROUP BY ALL) a USING (case_key)"
        if last
        else ""
    )
    schema.execute(
        f"CREATE TABLE case_rows AS SELECT c.case_key, c.native_id, c.ns_no, {opened} AS opened_at{listed} "
        f"FROM case_ids c {joined}"
    )
    schema.execute(
        f"CREATE TABLE identities AS SELECT DISTINCT {key} AS case_key, kind, value "
        f"FROM staged_identities x JOIN sources s USING (source_no) WHERE value IS NOT NULL "
        f"AND {key} IN (SELECT case_key FROM case_ids) ORDER BY ALL"
    )
    schema.execute(
        f"CREATE TABLE links AS SELECT DISTINCT {key} AS case_key, kind, other FROM staged_links x "
        f"JOIN sources s USING (source_no) WHERE other <> case_id "
        f"AND {key} IN (SELECT case_key FROM case_ids) ORDER BY ALL"
    )
    schema.execute(
        "CREATE TABLE rejects AS SELECT s.file, x.record, x.reason, x.column, x.value, x.source_no "
        "FROM staged_rejects x JOIN sources s USING (source_no) ORDER BY x.source_no, x.rowid"
    )
    schema.execute(
        "CREATE OR REPLACE TABLE namespaces AS SELECT n.*, (SELECT max(timestamp) FROM event_rows e JOIN sources s "
        "USING (source_no) WHERE s.namespace = n.namespace) AS as_of FROM namespaces n"
    )
    for table in (*(f"staged_{kind}" for kind in FIELDS), "case_ids"):
        schema.execute(f"DROP TABLE IF EXISTS {table}")
