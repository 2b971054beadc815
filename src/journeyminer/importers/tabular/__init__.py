"""Everything that is a table: CSV and its kin, read as a profile says."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from journeyminer.errors import MissingColumn, UnreadableExport
from journeyminer.files import Scratch
from journeyminer.importers.tabular.events import load_events
from journeyminer.importers.tabular.milestones import load_milestones
from journeyminer.importers.tabular.plan import Plan, choose_plan, make_plans
from journeyminer.importers.tabular.scores import score_notes
from journeyminer.importers.tabular.snapshots import load_snapshots
from journeyminer.importers.tabular.table import Table, find_dialect, is_whole, open_in_place, open_row_by_row
from journeyminer.log.record import Record
from journeyminer.note import Note

if TYPE_CHECKING:
    from journeyminer.encoding import Encoding
    from journeyminer.importers.base import Match, Sample, Source
    from journeyminer.importers.tabular.dialect import Dialect
    from journeyminer.log.loader import Loader
    from journeyminer.options import ReadOptions

NAME = "tabular"
FILES = "*.csv, *.tsv, *.txt, *.gz"

_NO_TABLES = (".json", ".jsonl", ".ndjson", ".xml", ".xes", ".html", ".mbox", ".eml", ".md", ".toml", ".yaml", ".yml")
_ROUNDED = re.compile(r"\d(?:[.,]\d+)?E\+?\d{1,2}", re.IGNORECASE)
_SHAPES = {"events": load_events, "snapshots": load_snapshots, "milestones": load_milestones, "changes": load_snapshots}


def identify(sample: Sample) -> Match | None:
    """A table with a header that a profile knows, or whose columns can be mapped."""
    if sample.suffix in _NO_TABLES or sample.text[:64].lstrip()[:1] in ("{", "[", "<"):
        return None
    dialect = find_dialect(sample)
    plans = make_plans(dialect) if dialect else []
    return plans[0].match if plans else None


def missing_columns(sample: Sample, options: ReadOptions) -> MissingColumn | None:
    """What a table lacks that no profile claims; None where the file is no table, or lacks nothing."""
    dialect = find_dialect(sample)
    if dialect is None:
        return None
    try:
        choose_plan(dialect, options)
    except MissingColumn as missing:
        return missing
    return None


def load(source: Source, loader: Loader) -> None:
    """Read a table as the best profile, `--source tabular:PROFILE` and `--map` say."""
    encoding, dialect = load_table(source, loader)
    loader.decide(Note("decision.encoding", name=encoding.name, proof=encoding.proof))
    loader.decide(Note("decision.separator", separator=dialect.separator_name))
    loader.decide(Note("decision.header_row", row=dialect.header_row))


def load_table(source: Source, loader: Loader) -> tuple[Encoding, Dialect]:
    """Read a table of text; return its encoding and its dialect."""
    dialect = find_dialect(source.sample)
    if dialect is None:
        raise UnreadableExport(Note("read.no_table"), hint=Note("hint.export_with_header"))
    plan = choose_plan(dialect, source.options)
    if not dialect.head:
        raise UnreadableExport(Note("read.no_rows"), hint=Note("hint.check_filter"))
    _refuse_rounded_ids(plan, dialect)
    with Scratch() as folder:
        return _load(plan, dialect, source, loader, Path(folder)), dialect


def _refuse_rounded_ids(plan: Plan, dialect: Dialect) -> None:
    """Raises UnreadableExport where a spreadsheet rounded the numbers of the cases: many are one then."""
    place = plan.columns["case_id"]
    cells = (row[place].strip() for row in dialect.head if place < len(row))
    if rounded := next(filter(_ROUNDED.fullmatch, cells), None):
        column = plan.headers.texts[place].strip()
        note = Note("read.rounded_ids", column=column, example=rounded)
        raise UnreadableExport(note, hint=Note("hint.export_as_text"))


def read_table(plan: Plan, table: Table, source: Source, loader: Loader) -> None:
    """Read a table in the shape that its profile says."""
    loader.receipt.profile = plan.profile.name
    loader.receipt.reason = plan.reason or Note("match.by_hand")
    table = replace(table, nulls=plan.profile.nulls)
    _SHAPES[plan.profile.shape](plan, table, source, loader)
    plan.decide(loader)
    for note in score_notes(plan, table, loader.engine):
        loader.decide(note)


def _load(plan: Plan, dialect: Dialect, source: Source, loader: Loader, folder: Path) -> Encoding:
    """Read the file in place; where the engine cannot, row by row."""
    given = source.options.encoding
    in_place = open_in_place(source.sample, dialect, given, folder)
    if in_place:
        table, encoding, counted = in_place
        try:
            read_table(plan, table, source, loader)
        except loader.engine.failure:
            loader.rollback()
        else:
            if is_whole(table, dialect, loader.engine, loader.receipt.records, counted):
                return encoding
            loader.rollback()
    table, encoding, left_out, repairs = open_row_by_row(source.sample, dialect, given, folder)
    read_table(plan, table, source, loader)
    loader.records(Record.rejected(f"row {number}", reason) for number, reason in left_out)
    if repairs.n_quotes:
        loader.decide(Note("decision.quotes_repaired", n=repairs.n_quotes))
    if repairs.n_cells:
        loader.decide(Note("decision.empty_cells_dropped", n=repairs.n_cells))
    return encoding
