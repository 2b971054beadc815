"""Tables: plain values under column names, written as CSV, Markdown or for a terminal.

The name of a column says what it holds (`*_seconds`, `share`, `turn`), so that one table serves programs, as CSV
with plain values, and readers, with translated heads and readable figures.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from journeyminer.i18n import Language
from journeyminer.note import Note
from journeyminer.render import escape, phrases
from journeyminer.report.model import Finding, Report, SourceRow
from journeyminer.vocabulary import Per

if TYPE_CHECKING:
    import pandas as pd

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
        if isinstance(value, Note):
            return language.note(value)
        if isinstance(value, tuple | list):
            return " → ".join(language.value(item, kind) for item in value)
        return language.value(value, kind)


def from_frame(name: str, frame: pd.DataFrame, **kinds: str) -> Table:
    """A table of a measure's result; missing values are None, moments ISO 8601."""
    columns = tuple(str(column) for column in frame.columns)
    plain = frame.astype(object).where(frame.notna(), None)
    rows = (tuple(_iso(value) for value in row) for row in plain.itertuples(index=False, name=None))
    return Table(name, columns, tuple(rows), kinds)


def _iso(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


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
    """The tables of a report by name, one a section; a section that was not computed has none."""
    tables = [section(report) for section in _SECTIONS]
    return {table.name: table for table in tables if table is not None}


def files(report: Report) -> dict[str, str]:
    """`activities.csv`, `edges.csv`, ...: file name -> content, one file for each table of the report."""
    return {f"{name}.csv": to_csv(table) for name, table in report_tables(report).items()}


def _table(report: Report, name: str, columns: str, items: Iterable[object], **kinds: str) -> Table:
    """A table whose columns are attributes of `items`."""
    names = tuple(columns.split())
    rows = tuple(tuple(getattr(item, column) for column in names) for item in items)
    return Table(name, names, rows, kinds, {"n_cases": f"per.{report.per}"})


def _activities(report: Report) -> Table | None:
    if report.graph is None:
        return None
    starts = {point.activity: point.n for point in report.graph.start}
    ends = {point.activity: point.n for point in report.graph.end}
    rows = tuple(
        (node.activity, node.n, node.n_cases, starts.get(node.activity, 0), ends.get(node.activity, 0))
        for node in report.graph.nodes
    )
    heads = {"n_cases": f"per.{report.per}"}
    return Table("activities", ("activity", "n", "n_cases", "start", "end"), rows, heads=heads)


def _edges(report: Report) -> Table | None:
    if report.graph is None:
        return None
    columns = "source target n n_cases mean_seconds median_seconds p90_seconds total_seconds"
    if any(edge.lost_seconds is not None for edge in report.graph.edges):
        columns += " lost_seconds"
    return _table(report, "edges", columns, report.graph.edges, source="activity", target="activity")


def _variants(report: Report) -> Table | None:
    if report.variants is None:
        return None
    return _table(report, "variants", "n_cases share activities", report.variants.rows, activities="activity")


def _handovers(report: Report) -> Table | None:
    columns = "by source target n n_cases median_seconds p90_seconds total_seconds"
    return None if report.handovers is None else _table(report, "handovers", columns, report.handovers)


def _handover_totals(report: Report) -> Table | None:
    columns = "by n n_cases ping_pong ping_pong_cases hops_mean"
    return (
        None if report.handover_totals is None else _table(report, "handover_totals", columns, report.handover_totals)
    )


def _durations(report: Report) -> Table | None:
    columns = "n n_open n_unknown median_seconds p90_seconds mean_seconds min_seconds max_seconds"
    if report.durations is None:
        return None
    return replace(_table(report, "durations", columns, [report.durations]), heads={"n": f"per.{report.per}"})


def _turns(report: Report) -> Table | None:
    if report.turns is None:
        return None
    return _table(report, "turns", "turn basis seconds share", report.turns, seconds="hours")


def _bottlenecks(report: Report) -> Table | None:
    if report.bottlenecks is None:
        return None
    columns = (
        "rank rank_low rank_high source target group turn assumed n n_cases n_customers lost_seconds low high share "
        "median_seconds p90_seconds one_off"
    )
    kinds = {"source": "source", "target": "target", "low": "hours", "high": "hours"}
    table = _table(report, "bottlenecks", columns, report.bottlenecks, **kinds)
    evidence = ([item.case_id for item in place.evidence] for place in report.bottlenecks)
    rows = tuple((*row, "; ".join(cases)) for row, cases in zip(table.rows, evidence, strict=True))
    return replace(table, columns=(*table.columns, "evidence"), rows=rows, heads={})  # cases, whatever a trace is


def _kpis(report: Report) -> Table | None:
    columns = "id value unit n n_open median p90 low high clock reason"
    return None if report.kpis is None else _table(report, "kpis", columns, report.kpis)


def kpis_in_words(report: Report, language: Language) -> Table:
    """The key figures for a reader, each in its own unit and with its reason where it is not knowable."""
    rows = []
    for kpi in report.kpis or ():
        value, likely = phrases.kpi_figures(kpi, language)
        median, p90 = (language.value(figure, phrases.kpi_kind(kpi)) for figure in (kpi.median, kpi.p90))
        name = phrases.kpi_name(kpi, report.per, language)
        basis = phrases.kpi_basis(kpi, report.per, language)
        meaning = phrases.kpi_definition(kpi, report.per, language)
        rows.append((name, value, likely, median, p90, basis, kpi.n_open, kpi.clock, meaning))
    columns = ("id", "value", "likely", "median", "p90", "rests_on", "n_open", "clock", "definition")
    return Table("kpis", columns, tuple(rows))


def _findings(report: Report) -> Table | None:
    if report.findings is None:
        return None
    rows = tuple((found.severity, found) for found in report.findings)
    return Table("findings", ("severity", "finding"), rows, per=report.per)


def _sources(report: Report) -> Table:
    """What stands under `importer` is the source itself: a reader sees what the file was read as."""
    counts = ("records", "used", "rejected", "deduplicated", "ignored", "events")
    rows = tuple(
        (source.file, source, *(getattr(source, count) for count in counts), source.reason) for source in report.sources
    )
    return Table("sources", ("file", "importer", *counts, "reason"), rows)


def rejects(report: Report) -> Table:
    """The first records that were rejected, and why."""
    rows = report.quality.rejects if report.quality else ()
    return _table(report, "rejects", "file record reason", rows, record="record", reason="fate")


def unmatched(report: Report) -> Table:
    """Values of the sources that no rule knows, with the lines to paste."""
    return _table(report, "unmatched", "field value n line", report.quality.unmatched if report.quality else ())


_SECTIONS: Final[tuple[Callable[[Report], Table | None], ...]] = (
    _activities, _edges, _variants, _handovers, _handover_totals, _durations, _turns, _bottlenecks, _kpis, _findings,
    _sources,
)  # fmt: skip
