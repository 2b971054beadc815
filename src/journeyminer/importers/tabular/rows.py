"""Rows: the one way of a table into the log, whatever its rows are.

The texts of a file become rows: a case, what they say of an event, of the case and the customer, and moments in UTC.
A row without a case or with a moment that cannot be read is rejected; a shape (`events`, `milestones`, `snapshots`)
makes events of the others. Columns of moments whose cells are written in more ways than the head of the file shows are
read once more, with all of these ways.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from journeyminer.clock import ZoneRule
from journeyminer.importers.tabular.columns import RECORD, case_columns, event_columns, evidence, hand_over_cases
from journeyminer.importers.tabular.timestamps import GAP, OVERLAP, SURELY_IN_BOUNDS, TimestampColumn, is_not_yet_sql
from journeyminer.log.order import nth_row
from journeyminer.log.staging import has_blanks
from journeyminer.note import Note
from journeyminer.sql import name, quote

if TYPE_CHECKING:
    from journeyminer.importers.tabular.date_formats import DateFormats
    from journeyminer.importers.tabular.plan import Plan
    from journeyminer.importers.tabular.table import Table
    from journeyminer.log.engine import Database
    from journeyminer.log.loader import Loader
    from journeyminer.vocabulary import FateReason

CHANGE = "clock_change"
"""ending of the column that says whether a moment falls into a change of the clocks"""


@dataclass(frozen=True)
class Rows:
    """The rows of a table with their moments, as queries."""

    plan: Plan
    table: Table
    moments: tuple[TimestampColumn, ...]
    """in the order in which their faults are looked for"""
    main: tuple[str, ...]
    """the moments at which something happened; a row has one of them at least"""
    zone: str | None
    columns: Mapping[str, str]
    """further columns of a row -> SQL over the file's texts"""
    beside: Mapping[str, str] = field(default_factory=dict)
    """what a row says of its case and customer, see `columns.case_columns` -> SQL"""
    bounded: bool = True
    """whether moments out of bounds are null"""

    def select(self, *, texts: bool) -> str:
        """The query of the rows in the order of the file; with `texts` also the texts of moments, and RECORD."""
        inner: list[str] = []
        middle: list[str] = []
        outer = {"case_id": self.table.text(self.plan.columns["case_id"]), **self.columns, **self.beside}
        read: list[str] = []
        for column in self.moments:
            is_main = column.name in self.main
            sql = column.sql(self.zone, bounded=self.bounded or not is_main)
            inner += sql.inner
            # a moment in a zone is as long as the list of its changes: it stands once, and is called by its name
            moment, parsed, not_yet = (name(f"{column.name}{ending}") for ending in ("", "_parsed", "_not_yet"))
            middle.append(f"{sql.moment} AS {moment}")
            outer[column.name] = moment
            must_be_read = column.fault and not is_main
            if texts or must_be_read:
                middle += [f"{sql.parsed} IS NOT NULL AS {parsed}", f"{is_not_yet_sql(column.text)} AS {not_yet}"]
            if must_be_read:
                read.append(f"({column.text} IS NULL OR {parsed} OR {not_yet})")
            if sql.clock_change and is_main:
                outer[f"{column.name}_{CHANGE}"] = sql.clock_change
            if texts:  # what says that there is no date is as good as empty
                empty = f"{not_yet} OR ({parsed} AND {moment} IS NULL)"
                outer[f"{column.name}_text"] = f"CASE WHEN NOT ({empty}) THEN {column.text} END"
                outer[f"{column.name}_empty"] = f"{column.text} IS NOT NULL AND ({empty})"
        if read:  # a record with an unreadable start is rejected whole: half of it would be a guess
            outer |= {main: f"CASE WHEN {' AND '.join(read)} THEN {outer[main]} END" for main in self.main}
        if texts:
            outer["is_blank"] = " AND ".join(f"{column} IS NULL" for column in self.table.columns)
        if texts and not self.table.numbered:
            inner.append(f"{nth_row(self.table.first_row)} AS {RECORD}")
        if texts or self.table.numbered:
            outer[RECORD] = RECORD
        source = self.table.relation
        for step in filter(None, (inner, middle)):
            source = f"(SELECT *, {', '.join(step)} FROM {source})"
        return f"SELECT {', '.join(f'{sql} AS {name(column)}' for column, sql in outer.items())} FROM {source}"

    def rejects(self, rows: str) -> str:
        """The query of the rows that are no events: RECORD, reason, the header at fault, and the text that it shows."""
        needed: list[tuple[str, FateReason]] = [("case_id", "no_case")]
        needed += [("activity", "no_activity")] if self.plan.profile.shape == "events" else []
        faults = [(f"{ours} IS NULL", reason, self._header(ours), "NULL") for ours, reason in needed]
        empty = " AND ".join(f"{main}_text IS NULL" for main in self.main)
        faults.append((empty, "no_timestamp", self._header(self.main[0]) if len(self.main) == 1 else "", "NULL"))
        for column in self.moments:
            if column.fault:
                text = f"{column.name}_text"
                unread = f"{text} IS NOT NULL AND {column.name} IS NULL"
                faults.append((unread, column.fault, column.header, evidence(text)))
        if not any(column.fault for column in self.moments if column.name in self.main):
            # one of several cells that cannot be read costs no row
            unread = " AND ".join(f"{main} IS NULL" for main in self.main)
            faults.append((unread, "unreadable_timestamp", "", "NULL"))
        cases = " ".join(
            f"WHEN {when} THEN {{'reason': {quote(reason)}, 'column': {quote(header)}, 'value': {value}}}"
            for when, reason, header, value in faults
        )
        return (
            f"SELECT {RECORD}, unnest(fault) FROM (SELECT {RECORD}, CASE {cases} END AS fault FROM {rows} "
            "WHERE NOT is_blank) WHERE fault IS NOT NULL"
        )

    def trimmed(self, engine: Database) -> Rows:
        """The rows of a table of events without white space around their texts."""
        table = replace(self.table, padded=True)
        columns, beside = event_columns(self.plan, table, engine), case_columns(self.plan, table, engine)
        return replace(self, table=table, columns=columns, beside=beside)

    def _header(self, ours: str) -> str:
        found = next((column.header for column in self.moments if column.name == ours), None)
        return found or self.plan.headers.texts[self.plan.columns[ours]].strip()

    def widened(self, formats: DateFormats, rows: str) -> Rows:
        """The rows with the ways of writing a moment that stand further down in the file."""
        return replace(self, moments=tuple(formats.widened(column, rows) for column in self.moments))

    def reject(self, loader: Loader, rows: str, *, ignored: Mapping[FateReason, int] | None = None) -> None:
        """Count and list the rows that are no events."""
        query = self.rejects(rows)
        counted = loader.engine.rows(f"SELECT reason, count(*) FROM ({query}) GROUP BY ALL ORDER BY ALL")
        (blank,) = loader.engine.one(f"SELECT count(*) FROM {rows} WHERE is_blank")
        passed: dict[FateReason, int] = {**(ignored or {}), **({"blank_row": blank} if blank else {})}
        loader.count_outcomes(rejected=dict(counted), ignored=passed)
        loader.add_rows(
            "rejects",
            f"SELECT 'row ' || {RECORD} AS record, reason, \"column\", value FROM ({query}) ORDER BY {RECORD}",
        )

    def decide(self, loader: Loader, rows: str) -> None:
        """Note how the moments were read, and in which zone those were that carry none."""
        rule = ZoneRule(self.zone, naive=any(column.has_naive for column in self.moments))
        have = loader.engine.columns(rows)
        for main in self.main:
            if (change := f"{main}_{CHANGE}") in have:
                counted = ", ".join(f"count(*) FILTER (WHERE {name(change)} = {kind})" for kind in (OVERLAP, GAP))
                n_overlap, n_gap = loader.engine.one(f"SELECT {counted} FROM {rows}")
                rule.n_overlap += n_overlap
                rule.n_gap += n_gap
            if f"{main}_text" in have:
                counted = (
                    f"count(*) FILTER ({main}_empty), count(*) FILTER ({main}_text IS NOT NULL AND {main} IS NULL)"
                )
                n_empty, n_unread = loader.engine.one(f"SELECT {counted} FROM {rows}")
                header = self._header(main)
                if n_empty:
                    loader.decide(Note("decision.dates_not_yet", column=header, n=n_empty))
                if n_unread and any(column.name == main and not column.fault for column in self.moments):
                    loader.decide(Note("decision.dates_unread", column=header, n=n_unread))
        ordered = sorted(self.moments, key=lambda column: column.name not in self.main)
        for decision in dict.fromkeys(column.decision for column in ordered):
            loader.decide(decision)
        for format_ in dict.fromkeys(each for column in ordered for each in column.given):
            loader.decide(Note("decision.format_given", format=format_))
        loader.decide_zone(rule)


def load_in_one_query(rows: Rows, formats: DateFormats, loader: Loader) -> None:
    """Read a table whose rows are events: the file goes through one query, and is looked at again only if it must."""

    def stage(rows: Rows) -> str:
        return loader.table(rows.select(texts=False), first_row=rows.table.first_row)

    staged = stage(replace(rows, bounded=False))
    if not rows.table.padded and has_blanks(loader.engine, loader.tables[-1]):
        loader.rollback()  # to trim each text costs, and is rarely due
        rows = rows.trimmed(loader.engine)
        staged = stage(replace(rows, bounded=False))
    (when,) = rows.main
    if loader.engine.one(f"SELECT {SURELY_IN_BOUNDS.format(when)} FROM {staged}")[0] is False:
        loader.rollback()  # a bound for every row costs, and is rarely due
        staged = stage(rows)
    if loader.receipt.events < loader.receipt.records:
        wider = rows.widened(formats, f"({rows.select(texts=True)})")
        if wider != rows:
            rows = wider
            loader.rollback()
            staged = stage(rows)
        rows.reject(loader, f"({rows.select(texts=True)})")
    if "started_at" in loader.tables[-1].columns:
        (n,) = loader.engine.one(f"SELECT count(*) FROM {staged} WHERE started_at > timestamp")
        if n:
            loader.decide(Note("decision.ends_before_start", n=n))
    loader.oldest_first(staged)
    hand_over_cases(loader, staged, rows.beside, "rowid")
    rows.decide(loader, staged)


def keep(rows: Rows, formats: DateFormats, loader: Loader) -> tuple[Rows, str]:
    """Keep the rows in memory, for a shape that looks at them more than once; returns their table."""
    table = f"rows{loader.number}"

    def store(rows: Rows) -> None:
        loader.engine.execute(f"CREATE OR REPLACE TABLE {table} AS {rows.select(texts=True)}")

    store(rows)
    wider = rows.widened(formats, table)
    if wider != rows:
        store(wider)
    return wider, table
