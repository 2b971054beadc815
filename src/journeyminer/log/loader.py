"""The loader: one file's way into the log, record by record or as a whole table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from journeyminer.clock import ZoneRule, is_placeholder
from journeyminer.log.record import Record
from journeyminer.log.rows import Kind, StagedRows, case_row, event_row
from journeyminer.log.staging import Staged, count_events, runs_backwards, stage_table, turn_round
from journeyminer.note import Note

if TYPE_CHECKING:
    from journeyminer.log.engine import Schema
    from journeyminer.log.pseudonyms import Pseudonyms
    from journeyminer.log.receipt import SourceReceipt
    from journeyminer.vocabulary import FateReason


class Loader:
    """What an importer hands a file's records over to. It counts their fates in the file's receipt.

    Attributes:
        receipt: the account of the file.
        number: the file's number in this reading.
        engine: the place for tables that an importer needs on the way.
        pseudonyms: the numbers of what is not shown by its name.
        namespace_given: whether the user said the namespace.
        tables: the file's staged tables.
    """

    def __init__(
        self, schema: Schema, rows: StagedRows, notes: list[Note], *,
        pseudonyms: Pseudonyms, number: int, receipt: SourceReceipt,
    ) -> None:  # fmt: skip
        self.engine = schema
        self.pseudonyms = pseudonyms
        self.number = number
        self.receipt = receipt
        self.namespace_given = False
        self.tables: list[Staged] = []
        self._rows = rows
        self._notes = notes
        self._n_stagings = 0

    def namespace(self, namespace: str) -> None:
        """Say product and account of the file, so that files of one account are one log; --namespace goes before.

        To be said before the first table, as the keys of its cases hold the namespace.
        """
        if self.tables:
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
        if note not in self._notes:
            self._notes.append(note)

    def records(self, records: Iterable[Record]) -> None:
        """Take a file's records one by one, each with its one fate."""
        receipt, add, number = self.receipt, self._rows.add, self.number
        for record in map(_dated, records):
            receipt.records += 1
            if record.fate == "used":
                receipt.used += 1
                receipt.events += len(record.events)
                add("events", [event_row(number, event, receipt.records, record.ref) for event in record.events])
                add("cases", [case_row(number, case) for case in record.cases])
                add("identities", [(number, who.case, who.kind, who.value) for who in record.identities])
            elif record.fate == "rejected":
                receipt.rejected += 1
                receipt.rejected_reasons[record.reason or ""] += 1
                add("rejects", [(number, record.ref, record.reason, record.column, record.value)])
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
        """Take a whole table of events by one query, in record order; the fast way in. Return the staged table's name.

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
        staged = stage_table(
            self.engine, f"staged_table_{self.number}_{self._n_stagings}", self.number, select,
            namespace=self.receipt.namespace, first_row=first_row,
        )  # fmt: skip
        self.tables.append(staged)
        total, events = count_events(self.engine, staged.table)
        self.receipt.records += total if records is None else records
        self.receipt.events += events
        self.count_outcomes(rejected=rejected, ignored=ignored)
        return staged.table

    def oldest_first(self, staged: str) -> None:
        """Turn a staged table round that tells the newest first, so that of two events of one moment the one that
        stands further down comes first."""
        if runs_backwards(self.engine, staged):
            self.tables = [turn_round(self.engine, table) if table.table == staged else table for table in self.tables]
            self.decide(Note("decision.newest_first"))

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

    def add_rows(self, kind: Kind, select: str) -> None:
        """Take case attributes, identities, links or rejects by a query.

        Args:
            kind: "cases", "identities", "links" or "rejects".
            select: columns named as in `schema.CASES` (opened_at as TIMESTAMP), `schema.IDENTITIES` (kind, value),
                `schema.LINKS` or, for rejects, record (text), reason, column, value. Case ids are the source's own.
        """
        self._rows.select(kind, self.number, select)

    def rollback(self) -> None:
        """Take back everything that was handed over, to read the file in another way or not at all."""
        self._rows.rollback(self.number)
        for staged in self.tables:
            staged.drop(self.engine)
        self.tables.clear()
        receipt = self.receipt
        receipt.records = receipt.used = receipt.events = receipt.rejected = receipt.ignored = 0
        receipt.rejected_reasons.clear()
        receipt.ignored_reasons.clear()
        receipt.decisions.clear()


def _dated(record: Record) -> Record:
    """Return the record; rejected where a moment lies so far off that it is a placeholder and no date."""
    if any(is_placeholder(event.timestamp) for event in record.events):
        return Record.rejected(record.ref, "date_out_of_range")
    return record
