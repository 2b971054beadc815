"""The way into a log: importers hand over records or tables, one file each; sealing makes the EventLog.

Text is staged as it comes. Sealing codes it (dictionaries for words, one integer a case), gives every event its
place in the declared order, and takes out what stood in the log before.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from journeyminer.clock import END, FIRST, ZoneRule
from journeyminer.errors import EmptyLog, MissingColumn
from journeyminer.log.engine import Engine, name, quote
from journeyminer.log.eventlog import EventLog
from journeyminer.log.finish import finish_log
from journeyminer.log.receipt import Receipt, SourceReceipt, counted
from journeyminer.log.record import Case, Event, Record
from journeyminer.log.schema import CASES, EVENT_TYPES, SAID
from journeyminer.log.staging import IS_EVENT, Staged, columns_of, count_events, filled_columns, stage_table
from journeyminer.note import Note
from journeyminer.vocabulary import FateReason

if TYPE_CHECKING:
    import pandas as pd

BATCH = 20_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_US = timedelta(microseconds=1)

_WORDS = ("lifecycle", "role", "channel", "stage", "visibility", "resource", "group", "tier", "status")
_EVENT_FIELDS: dict[str, str] = {
    "record": "BIGINT", "ref": "VARCHAR", "id": "VARCHAR", "case_id": "VARCHAR", "activity": "VARCHAR",
    "timestamp": "BIGINT", "started_at": "BIGINT", "synthetic": "BOOLEAN",
    **dict.fromkeys(_WORDS, "VARCHAR"), "attributes": "MAP(VARCHAR, VARCHAR)",
}  # fmt: skip
_CASE_FIELDS: dict[str, str] = {
    column.name: "BIGINT" if column.type == "TIMESTAMP" else column.type for column in CASES
}
_IDENTITY_FIELDS = {"case_id": "VARCHAR", "kind": "VARCHAR", "value": "VARCHAR"}
_REJECT_FIELDS = {"record": "VARCHAR", "reason": "VARCHAR", "column": "VARCHAR", "value": "VARCHAR"}
_STAGES: dict[str, dict[str, str]] = {
    stage: {"source_no": "UINTEGER", **fields}
    for stage, fields in (
        ("events", _EVENT_FIELDS), ("cases", _CASE_FIELDS), ("identities", _IDENTITY_FIELDS),
        ("rejects", _REJECT_FIELDS),
    )
}  # fmt: skip


class LogBuilder:
    """Collects the files of one reading; `build` turns them into a log."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.schema = engine.new_schema()
        self.receipt = Receipt()
        self.tables: list[Staged] = []
        self.placed: dict[int, tuple[int, int]] = {}
        """number of a source of a stored log -> its seq_offset and first_row"""
        self._waiting: dict[str, list[tuple[Any, ...]]] = {stage: [] for stage in _STAGES}
        engine.execute(f"SET schema = '{self.schema}'")
        for stage, fields in _STAGES.items():
            listed = ", ".join(
                f"{name(column)} {'TIMESTAMP' if _is_moment(column) else type_}" for column, type_ in fields.items()
            )
            engine.execute(f"CREATE TABLE staged_{stage} ({listed})")

    def loader(self, receipt: SourceReceipt) -> Loader:
        """The way in for one file; its receipt is filled as records come."""
        self.receipt.sources.append(receipt)
        return Loader(self, len(self.receipt.sources) - 1, receipt)

    def stage(self, stage: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Take rows of the fields in _STAGES; they wait for more, of other files too, since an insert has its price."""
        waiting = self._waiting[stage]
        waiting += rows
        if len(waiting) >= BATCH:
            self.flush(stage)

    def flush(self, stage: str) -> None:
        """Insert the rows that wait, column by column: nearly three times as fast as JSON objects row by row."""
        waiting = self._waiting[stage]
        if not waiting:
            return
        fields = _STAGES[stage]
        columns = {
            field: values
            for field, values in zip(fields, zip(*waiting, strict=True), strict=True)
            if any(value is not None for value in values)
        }
        shape = quote(json.dumps({field: [fields[field]] for field in columns}))
        picked = ", ".join(f"{_unnested(field)} AS {name(field)}" for field in columns)
        self.engine.execute(
            f"INSERT INTO {self.schema}.staged_{stage} BY NAME SELECT {picked} "
            f"FROM (SELECT from_json_strict(?::JSON, {shape}) AS r)",
            # a lone surrogate in a broken export would end the whole insert
            [json.dumps(columns, ensure_ascii=False).encode("utf-8", "replace").decode("utf-8")],
        )
        waiting.clear()

    def stored(self, select: str) -> None:
        """Take the events of a stored log, which carry their source_no, seq and event_id."""
        table = f"{self.schema}.stored"
        self.engine.execute(f"CREATE TABLE {table} AS {select}")
        # a column that says that the source said nothing is no empty one
        columns = filled_columns(self.engine, table) | (columns_of(self.engine, table) & SAID.keys())
        self.tables.append(Staged(table, None, columns, 0))

    def rollback(self, loader: Loader) -> None:
        """Take back everything a broken file had handed over."""
        for stage, waiting in self._waiting.items():
            waiting[:] = [row for row in waiting if row[0] != loader.number]
            self.engine.execute(f"DELETE FROM staged_{stage} WHERE source_no = {loader.number}")
        for table in [table for table in self.tables if table.source_no == loader.number]:
            self.engine.execute(f"DROP TABLE {table.table}")
            self.tables.remove(table)
        loader.receipt.records = loader.receipt.used = loader.receipt.events = 0
        loader.receipt.rejected = loader.receipt.ignored = 0
        loader.receipt.rejected_reasons.clear()
        loader.receipt.ignored_reasons.clear()
        loader.receipt.decisions.clear()

    def build(self) -> EventLog:
        """Make the log. Raises EmptyLog where no event was handed over."""
        for stage in _STAGES:
            self.flush(stage)
        if not any(source.events for source in self.receipt.sources):
            files = [source.file for source in self.receipt.sources]
            place = files[0] if len(files) == 1 else ""
            raise EmptyLog(Note("read.no_event"), place=place, hint=_why_empty(self.receipt))
        return finish_log(self.engine, self.schema, tables=self.tables, receipt=self.receipt, placed=self.placed)


class Loader:
    """One file's way into the log."""

    def __init__(self, builder: LogBuilder, number: int, receipt: SourceReceipt) -> None:
        self._builder = builder
        self.number = number
        self.receipt = receipt
        self.engine = builder.engine
        self.namespace_given = False
        self._n_stagings = 0
        self._staged = False

    def namespace(self, namespace: str) -> None:
        """Say product and account of the file, so that files of one account are one log; --namespace goes before.

        To be said before the first table, as the keys of its cases hold the namespace.
        """
        if self._staged:
            raise ValueError("the namespace comes before the table")
        if not self.namespace_given:
            self.receipt.namespace = namespace

    def decide(self, decision: Note) -> None:
        """Note a decision of the reading for the receipt: encoding, date order and its proof, zone, profile."""
        self.receipt.decisions.append(decision)

    def decide_zone(self, rule: ZoneRule) -> None:
        """Note in which zone the times of the file that carry none were read."""
        self.receipt.zone_assumed = rule.naive and not rule.given
        if rule.naive and rule.given:
            self.decide(Note("decision.zone_given", zone=rule.given))
        elif rule.naive:
            self.decide(Note("decision.zone_assumed"))
        elif self.receipt.events:
            self.decide(Note("decision.zone_in_values"))
        if rule.n_overlap:
            self.decide(Note("decision.hours_twice", n=rule.n_overlap))
        if rule.n_gap:
            self.decide(Note("decision.hours_skipped", n=rule.n_gap))

    def note(self, note: Note) -> None:
        """Add a warning to the receipt of the whole reading, once."""
        self._builder.receipt.note(note)

    def records(self, records: Iterable[Record]) -> None:
        """Take a file's records one by one, each with its one fate."""
        receipt, stage, number = self.receipt, self._builder.stage, self.number
        for record in map(_dated, records):
            receipt.records += 1
            if record.fate == "used":
                receipt.used += 1
                receipt.events += len(record.events)
                stage("events", [_event_row(number, event, receipt.records, record.ref) for event in record.events])
                stage("cases", [_case_row(number, case) for case in record.cases])
                stage("identities", [(number, who.case, who.kind, who.value) for who in record.identities])
            elif record.fate == "rejected":
                receipt.rejected += 1
                receipt.rejected_reasons[record.reason or ""] += 1
                stage("rejects", [(number, record.ref, record.reason, record.column, record.value)])
            else:
                receipt.ignored += 1
                receipt.ignored_reasons[record.reason or ""] += 1

    def table(
        self,
        select: str,
        *,
        records: int | None = None,
        rejected: Mapping[FateReason, int] | None = None,
        ignored: Mapping[FateReason, int] | None = None,
        first_row: int = 2,
    ) -> str:
        """Take a whole table of events by one query, in record order; the fast way in. Returns the staged table's name.

        Args:
            select: columns named as in `schema.EVENTS` (`timestamp` and `started_at` as TIMESTAMP in UTC), and
                optionally `id` (the source's own event id), `ref` (text) and `record` (BIGINT, the number of the
                record). Rows without case_id, activity or timestamp are no events; count them as rejected or
                ignored.
            records: how many records the file has, where it is not one row of the query each.
            rejected, ignored: reason -> count of the records with that fate; the others are used.
            first_row: the number of the first record, where the query has no `record` (a header is row 1).
        """
        self._n_stagings += 1  # a file may be taken back and read another way
        table = f"{self._builder.schema}.stage{self.number}_{self._n_stagings}"
        namespace = self.receipt.namespace
        stage = stage_table(self.engine, table, self.number, select, namespace=namespace, first_row=first_row)
        self._staged = True
        self._builder.tables.append(stage)
        total, events = count_events(self.engine, stage.table)
        receipt = self.receipt
        receipt.records += total if records is None else records
        receipt.events += events
        self.count_outcomes(rejected=rejected, ignored=ignored)
        return table

    def take_events(
        self,
        select: str,
        *,
        records: int,
        rejected: Mapping[FateReason, int] | None = None,
        ignored: Mapping[FateReason, int] | None = None,
    ) -> None:
        """Take events by one query, in record order, into the table that the events of many small files share.

        Args:
            select: as for `table`; every row is an event.
            records: how many records the file has.
            rejected, ignored: fate -> count of the records that have it; the others are used.
        """
        self._builder.flush("events")
        table = f"{self._builder.schema}.staged_events"
        before = self.engine.one(f"SELECT count(*) FROM {table}")[0]
        self.engine.execute(f"INSERT INTO {table} BY NAME SELECT {self.number} AS source_no, * FROM ({select})")
        self._staged = True
        self.receipt.records += records
        self.receipt.events += self.engine.one(f"SELECT count(*) FROM {table}")[0] - before
        self.count_outcomes(rejected=rejected, ignored=ignored)

    def count_outcomes(
        self, *, rejected: Mapping[FateReason, int] | None = None, ignored: Mapping[FateReason, int] | None = None
    ) -> None:
        """Say what became of records that `table` took and that are no events: reason -> count; the others are used."""
        receipt = self.receipt
        receipt.rejected_reasons.update(rejected or {})
        receipt.ignored_reasons.update(ignored or {})
        receipt.rejected = receipt.rejected_reasons.total()
        receipt.ignored = receipt.ignored_reasons.total()
        receipt.used = receipt.records - receipt.rejected - receipt.ignored

    def rollback(self) -> None:
        """Take back everything that was handed over, to read the file in another way."""
        self._builder.rollback(self)

    def add_rows(self, stage: str, select: str) -> None:
        """Take case attributes, identities or rejects by a query.

        Args:
            stage: "cases", "identities" or "rejects".
            select: columns named as in `schema.CASES` (opened_at as TIMESTAMP), `schema.IDENTITIES` (kind, value)
                or, for rejects, record (text), reason, column, value. Case ids are the source's own.
        """
        self._builder.flush(stage)
        columns = [column for column in columns_of(self.engine, f"({select})") if column in _STAGES[stage]]
        listed = ", ".join(name(column) for column in columns)
        self.engine.execute(
            f"INSERT INTO {self._builder.schema}.staged_{stage} (source_no, {listed}) "
            f"SELECT {self.number}, {listed} FROM ({select})"
        )


def frame_to_log(frame: pd.DataFrame, columns: Mapping[str, str]) -> EventLog:
    """The log of a DataFrame; see EventLog.from_pandas."""
    missing = [column for column in columns.values() if column not in frame.columns]
    if missing:
        have = tuple(map(str, frame.columns))
        raise MissingColumn(Note("usage.no_frame_column", column=missing[0]), hint=Note("usage.known", known=have))
    unknown = [column for column in columns if column not in EVENT_TYPES]
    if unknown:
        hint = Note("hint.log_has", columns=tuple(EVENT_TYPES))
        raise MissingColumn(Note("usage.no_log_column", column=unknown[0]), hint=hint)
    engine = Engine()
    builder = LogBuilder(engine)
    loader = builder.loader(SourceReceipt("DataFrame", "pandas", Note("match.given"), namespace="frame"))
    # Only the named columns go over; what pandas calls missing is null.
    engine.connection.register("frame", frame[list(dict.fromkeys(columns.values()))])
    cast = ", ".join(f"CAST({name(theirs)} AS {EVENT_TYPES[ours]}) AS {name(ours)}" for ours, theirs in columns.items())
    no_event = f"SELECT count(*) FROM (SELECT {cast} FROM frame) WHERE NOT ({IS_EVENT})"
    (lost,) = engine.one(no_event)
    loader.table(f"SELECT {cast} FROM frame", rejected={"incomplete_event": lost} if lost else None, first_row=0)
    engine.connection.unregister("frame")
    return builder.build()


def _why_empty(receipt: Receipt) -> Note:
    """What became of all the records of a reading without an event."""
    reasons: Counter[str] = Counter()
    for source in receipt.sources:
        reasons += source.rejected_reasons + source.ignored_reasons
    return Note("hint.why", reasons=counted(reasons)) if reasons else Note("hint.no_records")


def _dated(record: Record) -> Record:
    """The record; rejected where a moment lies so far off that it is a placeholder and no date."""
    if all(FIRST <= event.timestamp < END for event in record.events):
        return record
    return Record.rejected(record.ref, "date_out_of_range")


def _event_row(number: int, event: Event, record: int, ref: str) -> tuple[Any, ...]:
    return (
        number, record, ref, event.id, event.case, event.activity, _microseconds(event.timestamp),
        _microseconds(event.started_at), event.synthetic, event.lifecycle, event.role, event.channel, event.stage,
        event.visibility, event.resource, event.group, event.tier, event.status, event.attributes,
    )  # fmt: skip


def _case_row(number: int, case: Case) -> tuple[Any, ...]:
    return (
        number, case.case, _microseconds(case.opened_at), case.priority, case.product, case.topic, case.language,
        case.csat, case.nps, case.ces, case.segment, case.extras,
    )  # fmt: skip


def _microseconds(moment: datetime | None) -> int | None:
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise ValueError("an importer handed over a timestamp without a zone")
    return (moment - _EPOCH) // _US


def _is_moment(field: str) -> bool:
    return field in ("timestamp", "started_at", "opened_at")


def _unnested(field: str) -> str:
    values = f"unnest(r.{name(field)})"
    return f"make_timestamp({values})" if _is_moment(field) else values
