"""Sealing: staged text becomes the coded tables of a log, and duplicates over files are taken out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from journeyminer.log.engine import Engine, name, quote
from journeyminer.log.eventlog import EventLog
from journeyminer.log.receipt import Receipt
from journeyminer.log.schema import CASES, CODED, EVENTS, SAID
from journeyminer.log.staging import IS_EVENT, Staged, case_key, columns_of, filled_columns

_DERIVED = ("event_id", "case_id", "customer_id", "journey_id", "seq", "source", "source_ref")
_STORED = tuple(column.name for column in EVENTS if column.name not in _DERIVED)
_OWN = {"id": "VARCHAR", "ref": "VARCHAR", "record": "BIGINT", "event_id": "UUID", **dict.fromkeys(SAID, "VARCHAR")}
"""columns of event_rows that are no documented columns, or not always there"""
_CONTENT = tuple(column for column in _STORED if column not in ("attributes", "synthetic"))


def finish_log(
    engine: Engine,
    schema: str,
    *,
    tables: list[Staged],
    receipt: Receipt,
    placed: Mapping[int, tuple[int, int]],
) -> EventLog:
    """Make the log's tables in `schema` from what was staged there; see LogBuilder.build."""
    engine.execute(f"SET schema = '{schema}'")
    stages = [*tables, *_record_stage(engine)]
    present = frozenset().union(*(stage.columns for stage in stages)) & {*_STORED, *_OWN}
    _make_sources(engine, stages, receipt, placed)
    _make_cases(engine, stages)
    appended = len(receipt.sources) > len(placed)
    shared = len({source.namespace for source in receipt.sources}) < len(receipt.sources)
    doubtful = appended and (shared or "id" in present)
    as_staged = len(stages) == 1 and stages[0].coded and not doubtful
    if as_staged:
        _view_event_rows(engine, stages[0])
    else:
        _make_dictionaries(engine, stages, present)
        _make_event_rows(engine, stages, present)
    if doubtful:
        _deduplicate(engine, present, receipt)
    _finish_cases(engine)
    if as_staged and engine.one("SELECT salt FROM salt")[0] == 0:
        engine.execute(f"ALTER TABLE {stages[0].table} DROP COLUMN case_id")  # a third of the memory of a large log
    columns = present - _OWN.keys()
    engine.execute(f"CREATE VIEW raw_rows AS SELECT * FROM {schema}.event_rows")
    make_views(engine, schema, columns)
    (last,) = engine.one("SELECT max(as_of) FROM namespaces")
    return EventLog(engine, schema, columns, receipt, last)


def _record_stage(engine: Engine) -> list[Staged]:
    """The stage of record-wise files; none where it is empty."""
    if not engine.one("SELECT count(*) FROM staged_events")[0]:
        return []
    return [Staged("staged_events", None, filled_columns(engine, "staged_events"), 0)]


def _make_sources(
    engine: Engine, stages: list[Staged], receipt: Receipt, placed: Mapping[int, tuple[int, int]]
) -> None:
    """`sources`: number, file, importer, namespace, and where its events begin in the log's order."""
    engine.execute(
        "CREATE TABLE sources (source_no UINTEGER, file VARCHAR, importer VARCHAR, namespace VARCHAR, "
        "zone_assumed BOOLEAN, seq_offset BIGINT, first_row BIGINT)"
    )
    sizes: dict[int, int] = {}
    first_rows: dict[int, int] = {}
    for stage in stages:
        if stage.source_no is None:
            sizes.update(engine.rows(f"SELECT source_no, count(*) FROM {stage.table} GROUP BY source_no"))
        else:
            sizes[stage.source_no] = engine.one(f"SELECT count(*) FROM {stage.table}")[0]
            first_rows[stage.source_no] = stage.first_row
    stored = [stage.table for stage in stages if "seq" in stage.columns]
    offset = engine.one(f"SELECT coalesce(max(seq) + 1, 0) FROM {stored[0]}")[0] if stored else 0
    rows = []
    for number, source in enumerate(receipt.sources):
        begin, first_row = placed.get(number, (offset, first_rows.get(number, 0)))
        rows.append((number, source.file, source.importer, source.namespace, source.zone_assumed, begin, first_row))
        offset += 0 if number in placed else sizes.get(number, 0)
    if rows:
        engine.execute(
            f"INSERT INTO sources SELECT {', '.join(['unnest(?)'] * len(rows[0]))}",
            [list(column) for column in zip(*rows, strict=True)],
        )
    engine.execute(
        "CREATE TABLE namespaces AS SELECT CAST(row_number() OVER (ORDER BY namespace) - 1 AS UINTEGER) AS ns_no, "
        "namespace FROM (SELECT DISTINCT namespace FROM sources)"
    )


def _make_dictionaries(engine: Engine, stages: list[Staged], present: frozenset[str]) -> None:
    """One ENUM type a coded column, its words in alphabetical order whatever the order of rows."""
    for column in CODED:
        holders = {column, *(said for said, labelled in SAID.items() if labelled == column)} & present
        words = " UNION ".join(
            f"SELECT DISTINCT {name(holder)} AS word FROM {stage.table} WHERE {name(holder)} IS NOT NULL"
            for stage in stages
            for holder in sorted(holders & stage.columns)
        )
        if words:
            engine.execute(f"CREATE TYPE {name('word_' + column)} AS ENUM (SELECT word FROM ({words}) ORDER BY word)")


def _namespace(engine: Engine, stage: Staged) -> str:
    """SQL of the namespace of a staged row."""
    if stage.source_no is None:
        return "(SELECT namespace FROM sources s WHERE s.source_no = e.source_no)"
    (namespace,) = engine.one(f"SELECT namespace FROM sources WHERE source_no = {stage.source_no}")
    return quote(namespace)


def _make_cases(engine: Engine, stages: list[Staged]) -> None:
    """`case_ids`: one row a case with its 64-bit key.

    The key is a hash, salted again until as many keys as cases come out, so it is exact.
    """
    selects = " UNION ALL ".join(
        f"SELECT {_namespace(engine, stage)} AS namespace, case_id AS native_id, min(timestamp) AS first "
        f"FROM {stage.table} e WHERE {IS_EVENT} GROUP BY ALL"
        for stage in stages
    )
    if len(stages) > 1:
        selects = f"SELECT namespace, native_id, min(first) AS first FROM ({selects}) GROUP BY ALL"
    salt = 0
    while True:
        engine.execute(
            f"CREATE OR REPLACE TABLE case_ids AS SELECT {case_key('native_id', 'namespace', salt)} AS case_key, "
            f"native_id, ns_no, first AS first_at FROM ({selects}) JOIN namespaces USING (namespace)"
        )
        n, distinct = engine.one("SELECT count(*), count(DISTINCT case_key) FROM case_ids")
        if n == distinct:
            break
        salt += 1
    engine.execute(f"CREATE TABLE salt AS SELECT {salt} AS salt")


def _view_event_rows(engine: Engine, stage: Staged) -> None:
    """`event_rows` of a log of one table: a view of the stage, whose words and cases are coded already."""
    (salt,) = engine.one("SELECT salt FROM salt")
    key = "e.case_key" if salt == 0 else case_key("e.case_id", _namespace(engine, stage), salt)
    listed = ", ".join(f"e.{name(column)}" for column in sorted(stage.columns & {*_STORED, *_OWN}))
    # as a 4-byte integer the rank of ties fits into the engine's sort key, which sorts twice as fast
    engine.execute(
        f"CREATE VIEW event_rows AS SELECT {key} AS case_key, CAST(e.rowid AS INTEGER) AS seq, "
        f"CAST({stage.source_no} AS UINTEGER) AS source_no, {listed} FROM {stage.table} e "
        "WHERE e.case_key IS NOT NULL AND e.activity IS NOT NULL AND e.timestamp IS NOT NULL"
    )


def _make_event_rows(engine: Engine, stages: list[Staged], present: frozenset[str]) -> None:
    """`event_rows`: the coded events, in source order; every stage is dropped as soon as it is coded."""
    (salt,) = engine.one("SELECT salt FROM salt")
    made = False
    for stage in stages:
        namespace = _namespace(engine, stage)
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
            (offset,) = engine.one(f"SELECT seq_offset FROM sources WHERE source_no = {stage.source_no}")
            seq = f"e.rowid + {offset}"
        picked = [
            f"{'e.case_key' if stage.coded and not salt else case_key('e.case_id', namespace, salt)} AS case_key",
            f"{seq} AS seq",
            f"{number} AS source_no",
            *(_coded(column, stage.columns) for column in sorted(present)),
        ]
        select = f"SELECT {', '.join(picked)} FROM {stage.table} e WHERE {IS_EVENT}"
        engine.execute(f"INSERT INTO event_rows BY NAME {select}" if made else f"CREATE TABLE event_rows AS {select}")
        engine.execute(f"DROP TABLE {stage.table}")
        made = True


def _coded(column: str, have: frozenset[str]) -> str:
    types = {stored.name: stored.type for stored in EVENTS} | _OWN
    labelled = SAID.get(column, column)
    type_ = name("word_" + labelled) if labelled in CODED else types[column]
    holder = column if column in have else labelled  # new events beside stored ones are as their source says
    value = f"e.{name(holder)}" if holder in have else "NULL"
    return f"CAST({value} AS {type_}) AS {name(column)}"


def event_ids(columns: Iterable[str], relation: str) -> str:
    """SQL of `seq` and `event_id`, 128 bit, of the events of a log (DESIGN §4, event_id).

    The source's own id where it has one, else what the record says and the how-manieth such record of its file
    it is: identical rows of one file stay apart, the same row in two files is one event.

    Args:
        columns: the columns of the events.
        relation: SQL of the events `e`, joined with their cases `c` and namespaces `n`.
    """
    have = set(columns)
    # every column counts, also those that this log lacks: the id of an event does not hang on the files beside it
    content = ", ".join(
        f"coalesce(CAST(e.{name(column)} AS VARCHAR), '')" if column in have else "''" for column in _CONTENT
    )
    stored = "e.event_id" if "event_id" in have else "CAST(NULL AS UUID)"
    own = "CASE WHEN e.id IS NOT NULL THEN md5_number(concat_ws(chr(31), n.namespace, 'id', e.id)) END"
    return f"""
        WITH said AS (
            SELECT e.seq, e.source_no, {stored} AS stored, {own if "id" in have else "CAST(NULL AS UHUGEINT)"} AS own,
                md5_number(concat_ws(chr(31), n.namespace, c.native_id, {content})) AS content
            FROM {relation}
        ),
        counted AS (SELECT *, row_number() OVER (PARTITION BY source_no, content ORDER BY seq) AS nth FROM said)
        SELECT seq, coalesce(stored, CAST(own AS UUID), CAST(
            CASE WHEN nth = 1 THEN content ELSE md5_number(concat_ws(chr(31), content, nth)) END AS UUID)) AS event_id
        FROM counted
        """


def _deduplicate(engine: Engine, present: frozenset[str], receipt: Receipt) -> None:
    """Keep the first of the events with one id; a record none of whose events is left was deduplicated."""
    rows = "e.* EXCLUDE (event_id)" if "event_id" in present else "e.*"
    ids = event_ids(present, "event_rows e JOIN case_ids c USING (case_key) JOIN namespaces n USING (ns_no)")
    engine.execute(f"CREATE TABLE identified AS SELECT {rows}, i.event_id FROM event_rows e JOIN ({ids}) i USING (seq)")
    engine.execute(
        "CREATE TABLE kept AS SELECT * FROM identified "
        "QUALIFY row_number() OVER (PARTITION BY event_id ORDER BY seq) = 1 ORDER BY seq"
    )
    record = "coalesce(record, seq)" if "record" in present else "seq"
    lost = engine.rows(
        f"SELECT source_no, count(*) FROM (SELECT DISTINCT source_no, {record} AS r FROM identified "
        f"EXCEPT SELECT DISTINCT source_no, {record} AS r FROM kept) GROUP BY source_no"
    )
    for number, n in lost:
        receipt.sources[number].used -= n
        receipt.sources[number].deduplicated += n
    events = dict(engine.rows("SELECT source_no, count(*) FROM kept GROUP BY source_no"))
    for number, source in enumerate(receipt.sources):
        source.events = events.get(number, 0)
    for table in ("event_rows", "identified"):
        engine.execute(f"DROP TABLE {table}")
    dropped = " EXCLUDE (id)" if "id" in present else ""
    engine.execute(f"CREATE TABLE event_rows AS SELECT *{dropped} FROM kept")
    engine.execute("DROP TABLE kept")
    # an id that stands on two cases may have been all there was of one of them
    engine.execute("CREATE OR REPLACE TABLE case_ids AS SELECT * FROM case_ids SEMI JOIN event_rows USING (case_key)")


def _finish_cases(engine: Engine) -> None:
    """`case_rows` with what the sources say of each case, `identities`, `rejects`, and each namespace's as_of."""
    (salt,) = engine.one("SELECT salt FROM salt")
    key = case_key("x.case_id", "s.namespace", salt)
    said = sorted(column.name for column in CASES if column.name not in ("case_id", "opened_at"))
    columns = [
        column for column in [*said, "opened_at"]
        if engine.one(f"SELECT count({name(column)}) FROM staged_cases")[0]
    ]  # fmt: skip
    last = ", ".join(
        f"arg_max(x.{name(column)}, x.rowid) FILTER (WHERE x.{name(column)} IS NOT NULL) AS {name(column)}"
        for column in columns
    )
    opened = "coalesce(a.opened_at, c.first_at)" if "opened_at" in columns else "c.first_at"
    listed = "".join(f", a.{name(column)}" for column in columns if column != "opened_at")
    joined = (
        f"LEFT JOIN (SELECT {key} AS case_key, {last} FROM staged_cases x JOIN sources s USING (source_no) "
        "GROUP BY ALL) a USING (case_key)"
        if columns
        else ""
    )
    engine.execute(
        f"CREATE TABLE case_rows AS SELECT c.case_key, c.native_id, c.ns_no, {opened} AS opened_at{listed} "
        f"FROM case_ids c {joined}"
    )
    engine.execute(
        f"CREATE TABLE identities AS SELECT DISTINCT {key} AS case_key, kind, value "
        f"FROM staged_identities x JOIN sources s USING (source_no) WHERE value IS NOT NULL "
        f"AND {key} IN (SELECT case_key FROM case_ids) ORDER BY ALL"
    )
    engine.execute(
        "CREATE TABLE rejects AS SELECT s.file, x.record, x.reason, x.column, x.value, x.source_no "
        "FROM staged_rejects x JOIN sources s USING (source_no) ORDER BY x.source_no, x.rowid"
    )
    engine.execute(
        "CREATE OR REPLACE TABLE namespaces AS SELECT n.*, (SELECT max(timestamp) FROM event_rows e JOIN sources s "
        "USING (source_no) WHERE s.namespace = n.namespace) AS as_of FROM namespaces n"
    )
    for table in ("staged_events", "staged_cases", "staged_identities", "staged_rejects", "case_ids"):
        engine.execute(f"DROP TABLE IF EXISTS {table}")


BASE_TABLES = ("event_rows", "raw_rows", "case_rows", "identities", "rejects", "sources", "namespaces", "salt")
"""what every log has; `raw_rows` stays the events in the source's words, of which event ids are made"""


def make_views(engine: Engine, schema: str, columns: frozenset[str]) -> None:
    """`cases` and `events`: the documented columns over the coded tables, missing ones as null."""
    engine.execute(f"SET schema = '{schema}'")
    have = columns_of(engine, "case_rows")
    picked = ", ".join(
        f"c.{name(column.name)}" if column.name in have else f"CAST(NULL AS {column.type}) AS {name(column.name)}"
        for column in CASES
        if column.name != "case_id"
    )
    customer = "c.customer_key" if "customer_key" in have else "CAST(NULL AS UBIGINT) AS customer_key"
    engine.execute(
        f"CREATE VIEW cases AS SELECT c.case_key, n.namespace || ':' || c.native_id AS case_id, c.native_id, "
        f"n.namespace, n.as_of, {customer}, {picked} "
        f"FROM {schema}.case_rows c JOIN {schema}.namespaces n USING (ns_no)"
    )
    stored = ", ".join(
        f"e.{name(column.name)}"
        if column.name in columns
        else f"CAST({'false' if column.name == 'synthetic' else 'NULL'} AS {column.type}) AS {name(column.name)}"
        for column in EVENTS
        if column.name in _STORED
    )
    rows = columns_of(engine, "event_rows")
    number = "e.seq - s.seq_offset + s.first_row"
    row = f"'row ' || CAST({f'coalesce(e.record, {number})' if 'record' in rows else number} AS VARCHAR)"
    ref = f"coalesce(e.ref, {row})" if "ref" in rows else row
    engine.execute(
        f"CREATE VIEW events AS SELECT e.case_key, CAST(e.seq AS BIGINT) AS seq, c.case_id, c.customer_key, {stored}, "
        f"s.importer AS source, s.file || ': ' || {ref} AS source_ref "
        f"FROM {schema}.event_rows e JOIN {schema}.cases c USING (case_key) JOIN {schema}.sources s USING (source_no)"
    )


def derive(log: EventLog, selects: Mapping[str, str], columns: frozenset[str] | None = None) -> EventLog:
    """Another log in a schema of its own; see EventLog.derive."""
    schema = log.engine.new_schema()
    for table in BASE_TABLES:
        select = selects.get(table, f"SELECT * FROM {log.schema}.{table}").replace("{log}", log.schema)
        log.engine.execute(f"CREATE VIEW {schema}.{table} AS {select}")
    kept = log.columns if columns is None else columns
    make_views(log.engine, schema, kept)
    return EventLog(log.engine, schema, kept, log.receipt, log.as_of)
