"""Tables: plain values under column names, written as CSV, Markdown or for a terminal.

The name of a column says what it holds (`*_seconds`, `share`, `turn`), so that one table serves programs, as CSV
with plain values, and readers, with translated heads and readable figures.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from msgspec.structs import astuple

from journeyminer.render import escape, phrases
from journeyminer.report.model import Finding
from journeyminer.report.receipt import RejectRow, SourceRow, UnmatchedRow
from journeyminer.report.sections import SECTIONS, Report, tables_of

if TYPE_CHECKING:
    from journeyminer.i18n import Language
    from journeyminer.mining.contrasts import Contrast
    from journeyminer.report.section import Sheet
    from journeyminer.vocabulary import Per

KINDS: Final = {
    "turn": "turn",
    "basis": "turn_basis",
    "by": "handover_level",
    "role": "role",
    "channel": "channel",
    "status": "status",
    "visibility": "visibility",
    "activity": "activity",
    "one_off": "one_off",
    "clock": "clock",
    "severity": "severity",
    "share": "percent",
    "score": "percent",
    "csat": "percent",
    "seconds": "duration",
    "lost_seconds": "hours",
    "hops_mean": "decimal",
    "timestamp": "moment",
    "started_at": "moment",
    "opened_at": "moment",
    "first": "moment",
    "last": "moment",
}
"""column -> kind of Language.value, where the ending of the name does not say it"""
_ENDINGS: Final = {"_seconds": "duration", "_share": "percent"}
_NUMERIC: Final = frozenset({"number", "decimal", "percent", "duration", "hours"})


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of plain values. `kinds` and `heads` (column -> kind, column -> locale key) say more than the names do."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    kinds: Mapping[str, str] = field(default_factory=dict)
    heads: Mapping[str, str] = field(default_factory=dict)
    per: Per = "case"
    """what findings in it call a trace"""

    def kind(self, column: str) -> str:
        """How a column is written: see KINDS."""
        for known in (self.kinds, KINDS):
            if column in known:
                return known[column]
        return next((kind for ending, kind in _ENDINGS.items() if column.endswith(ending)), "")

    def is_numeric(self, column: str) -> bool:
        """Whether a column holds figures, which stand at the right; its first value tells."""
        if self.kind(column):
            return self.kind(column) in _NUMERIC
        at = self.columns.index(column)
        first = next((row[at] for row in self.rows if row[at] is not None), None)
        return isinstance(first, int | float) and not isinstance(first, bool)

    def pick(self, *columns: str, limit: int | None = None) -> Table:
        """The table with those of these columns that it has, in this order, and at most `limit` rows."""
        columns = tuple(column for column in columns if column in self.columns)
        at = [self.columns.index(column) for column in columns]
        return replace(self, columns=columns, rows=tuple(tuple(row[i] for i in at) for row in self.rows[:limit]))

    def head(self, language: Language) -> tuple[str, ...]:
        """The columns' names for a reader; a column without words keeps its name."""
        keys = (self.heads.get(column, f"column.{column}") for column in self.columns)
        return tuple(
            language.text(key) if language.has(key) else column for key, column in zip(keys, self.columns, strict=True)
        )

    def cells(self, language: Language) -> tuple[tuple[str, ...], ...]:
        """The rows for a reader; lists are joined by arrows, as they are sequences of steps."""
        return tuple(
            tuple(
                self._written(value, self.kind(column), language)
                for value, column in zip(row, self.columns, strict=True)
            )
            for row in self.rows
        )

    def _written(self, value: object, kind: str, language: Language) -> str:
        if isinstance(value, Finding):
            return phrases.finding(value, self.per, language)
        if isinstance(value, SourceRow):
            return phrases.read_as(value, language)
        if isinstance(value, tuple | list):
            return " → ".join(language.value(item, kind) for item in value)
        return language.value(value, kind)


def to_csv(table: Table) -> str:
    """Comma-separated values with one header line and plain figures (seconds, shares 0..1).

    UTF-8 without a byte order mark: every program that reads CSV reads it so, while a mark would become part of the
    first column's name in most of them. Text that a spreadsheet would take for a formula gets an apostrophe.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([escape.csv_cell(column) for column in table.columns])
    writer.writerows([_plain(value) for value in row] for row in table.rows)
    return out.getvalue()


def _plain(value: object) -> object:
    if isinstance(value, tuple | list):
        return escape.csv_cell(" > ".join(str(item) for item in value))
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Finding):
        return escape.csv_cell(" ".join([value.slug, *(f"{key}={param}" for key, param in value.params.items())]))
    if isinstance(value, SourceRow):
        return escape.csv_cell(f"{value.importer}:{value.profile}" if value.profile else value.importer)
    return value if value is None or isinstance(value, int | float) else escape.csv_cell(str(value))


def to_markdown(table: Table, language: Language) -> str:
    """A table of GitHub's Markdown."""
    lines = [table.head(language), *table.cells(language)]
    rows = ["| " + " | ".join(escape.markdown(cell) for cell in line) + " |" for line in lines]
    rule = "| " + " | ".join("---:" if table.is_numeric(column) else "---" for column in table.columns) + " |"
    return "\n".join([rows[0], rule, *rows[1:]])


def report_tables(report: Report) -> dict[str, Table]:
    """The tables of a report by name; a section that was not computed has none."""
    return {
        sheet.name: _table(sheet, section, report.per)
        for key, plan in SECTIONS.items()
        for section in [getattr(report, key)]
        if section is not None
        for sheet in plan.sheets
    }


def _table(sheet: Sheet, section: object, per: Per) -> Table:
    """The table of a sheet's rows, a column each."""
    rows = tuple(
        row if isinstance(row, tuple) else tuple(getattr(row, column) for column in sheet.columns)
        for row in sheet.rows(section)
    )
    heads = {sheet.traces: f"per.{per}"} if sheet.traces else {}
    table = Table(sheet.name, sheet.columns, rows, sheet.kinds, heads, per)
    if sheet.optional and all(row[sheet.columns.index(sheet.optional)] is None for row in rows):
        return table.pick(*(column for column in sheet.columns if column != sheet.optional))
    return table


def files(report: Report) -> dict[str, str]:
    """`activities.csv`, `edges.csv`, ...: file name -> content, one file for each table of the report."""
    return {f"{name}.csv": to_csv(table) for name, table in report_tables(report).items()}


def shown_tables(
    reports: Mapping[str, Report], measures: Sequence[str], *, by: str | None, reader: Language | None
) -> list[Table]:
    """Return the tables of some measures, as `show` prints them.

    Args:
        reports: value of `by` -> the report of its part; one report where there is no `by`.
        measures: keys of the report.
        by: the column of the log that splits it; its values stand in front of the rows.
        reader: whoever reads them; without one they are for a program, which gets the first table of each measure.
    """
    made = {
        value: tables_in_words(report, reader) if reader else report_tables(report) for value, report in reports.items()
    }
    names = [name for measure in measures for name in (tables_of(measure) if reader else tables_of(measure)[:1])]
    parts = ({value: tables[name] for value, tables in made.items() if name in tables} for name in names)
    return [_stacked(tables, by) if by else next(iter(tables.values())) for tables in parts if tables]


def _stacked(parts: Mapping[str, Table], by: str) -> Table:
    """Return one table of all parts, the value of each in front of its rows."""
    first = next(iter(parts.values()))
    rows = tuple((value, *row) for value, table in parts.items() for row in table.rows)
    column = by if by not in first.columns else f"{by} (split)"
    return replace(first, columns=(column, *first.columns), rows=rows)


def kpis_in_words(report: Report, language: Language) -> Table:
    """The key figures for a reader, each in its own unit and with its reason where it is not knowable."""
    rows = []
    for kpi in report.kpis or ():
        value, likely = phrases.kpi_figures(kpi, language)
        median, p90 = (language.value(figure, phrases.kpi_kind(kpi)) for figure in (kpi.median, kpi.p90))
        name = phrases.kpi_name(kpi.id, report.per, language)
        basis = phrases.kpi_basis(kpi, report.per, language)
        meaning = phrases.kpi_definition(kpi, report.per, language)
        rows.append((name, value, likely, median, p90, basis, kpi.n_open, kpi.clock, meaning))
    columns = ("id", "value", "likely", "median", "p90", "rests_on", "n_open", "clock", "definition")
    return Table("kpis", columns, tuple(rows))


def contrasts_in_words(report: Report, language: Language) -> Table:
    """The key figures in which channels or teams differ, for a reader: a channel or team a row, a figure a column.

    Each figure is in its own unit, with the number of traces that it rests on in brackets.
    """
    rows = report.contrasts or ()
    ids = tuple(dict.fromkeys(row.id for row in rows))
    found: dict[tuple[str, str, str], Contrast] = {(row.by, row.part, row.id): row for row in rows}

    def cell(by: str, part: str, id_: str) -> str:
        row = found.get((by, part, id_))
        text = f"{phrases.kpi_figures(row, language)[0]} ({language.value(row.n)})" if row else language.value(None)
        return text.replace(" ", "\u00a0")  # a narrow page scrolls the table

    parts = dict.fromkeys((row.by, row.part) for row in rows)
    told = tuple(
        (language.value(part, "channel") if by == "channel" else part, *(cell(by, part, id_) for id_ in ids))
        for by, part in parts
    )
    names = (phrases.kpi_name(id_, report.per, language) for id_ in ids)
    return Table("contrasts", ("part", *names), told)


def journeys_in_words(report: Report, language: Language) -> Table:
    """The figures of the journeys for a reader, each in its own unit beside what cases alone would say."""

    def written(value: float | None, unit: str) -> str:
        return language.value(value, phrases.UNITS[unit])

    rows = tuple(
        (
            language.text(f"journey_figure.{row.id}.name"),
            written(row.value, row.unit) if row.reason is None else language.word("reason", row.reason),
            row.n,
            written(row.by_case, row.unit),
            language.text(f"journey_figure.{row.id}.definition"),
        )
        for row in report.journeys or ()
    )
    columns = ("id", "value", "n", "by_case", "definition")
    return Table("journeys", columns, rows, heads={"n": "column.rests_on"})


def promises_in_words(report: Report, language: Language) -> Table:
    """The promises for a reader, each with the figure that decided it."""
    rows = tuple(
        (
            phrases.promise_verdict(promise, language),
            promise.rule,
            phrases.promise_figure(promise, language),
            promise.n,
            promise.reason,
            promise.command,
        )
        for promise in report.promises or ()
    )
    columns = ("verdict", "rule", "value", "n", "reason", "command")
    return Table("promises", columns, rows, heads={"n": "column.rests_on"})


def worded_tables(report: Report, language: Language) -> dict[str, Table]:
    """The tables of a report for a page of words, on which the key figures stand apart."""
    worded = {"contrasts": contrasts_in_words, "journeys": journeys_in_words, "promises": promises_in_words}
    found = {name: make(report, language) for name, make in worded.items() if getattr(report, name) is not None}
    return report_tables(report) | found


def tables_in_words(report: Report, language: Language) -> dict[str, Table]:
    """The tables of a report for a reader, where figures in one unit are not enough."""
    made = worded_tables(report, language)
    if report.kpis is not None:
        words = kpis_in_words(report, language)
        made["kpis"] = words.pick(*(column for column in words.columns if column != "definition"))
    return made


def rejects(report: Report) -> Table:
    """The first records that were rejected, and why."""
    rows = report.quality.rejects if report.quality else ()
    kinds = {"record": "record", "reason": "fate"}
    return Table("rejects", RejectRow.__struct_fields__, tuple(map(astuple, rows)), kinds)


def unmatched(report: Report) -> Table:
    """Values of the sources that no rule knows, with the lines to paste."""
    found = report.quality.unmatched if report.quality else ()
    return Table("unmatched", UnmatchedRow.__struct_fields__, tuple(map(astuple, found)))
