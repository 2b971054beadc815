"""Everything that is a table: CSV and its kin, read as a profile says."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from journeyminer.errors import MissingColumn, UnreadableExport
from journeyminer.importers.base import Match, ReadOptions, Sample, Source
from journeyminer.importers.tabular.dialect import Dialect
from journeyminer.importers.tabular.events import load_events
from journeyminer.importers.tabular.milestones import load_milestones
from journeyminer.importers.tabular.plan import Plan, choose_plan, make_plans
from journeyminer.importers.tabular.snapshots import load_snapshots
from journeyminer.importers.tabular.table import Table, find_dialect, open_in_place, open_row_by_row
from journeyminer.log.build import Loader
from journeyminer.log.record import Record

NAME = "tabular"

_NO_TABLES = (".json", ".jsonl", ".ndjson", ".xml", ".xes", ".html", ".mbox", ".eml", ".md", ".toml", ".yaml", ".yml")
_SHAPES = {"events": load_events, "snapshots": load_snapshots, "milestones": load_milestones, "changes": load_snapshots}


def identify(sample: Sample) -> Match | None:
    """A table with a header that a profile knows, or whose columns can be mapped."""
    if sample.suffix in _NO_TABLES or sample.text[:64].lstrip()[:1] in ("{", "[", "<"):
        return None
    dialect = find_dialect(sample)
    plans = make_plans(dialect) if dialect else []
    return Match(plans[0].score, plans[0].reason) if plans else None


def missing_columns(sample: Sample, options: ReadOptions) -> MissingColumn | None:
    """What a table lacks that no profile claims; None where the file is no table, or lacks nothing."""
    dialect = find_dialect(sample)
    if dialect is None:
        return None
    try:
        choose_plan(dialect, options, sample.shown)
    except MissingColumn as missing:
        return missing
    return None


def load(source: Source, loader: Loader) -> None:
    """Read a table as the best profile, `--source tabular:PROFILE` and `--map` say."""
    dialect = find_dialect(source.sample)
    if dialect is None:
        raise UnreadableExport(
            "The file is empty, or no table with a header.",
            place=source.shown,
            hint="Export it again with its header row.",
        )
    plan = choose_plan(dialect, source.options, source.shown)
    if not dialect.head:
        raise UnreadableExport(
            "The table has a header and no rows.", place=source.shown, hint="Check the filter of the export."
        )
    loader.receipt.reason = plan.reason or f"{plan.profile.title}: given with --source or --map"
    loader.decide("profile", plan.profile.name)
    loader.decide("read_as", plan.profile.title)
    loader.decide("separator", dialect.separator_name)
    loader.decide("header_row", str(dialect.header_row))
    with tempfile.TemporaryDirectory(prefix="journeyminer-") as folder:
        _load(plan, dialect, source, loader, Path(folder))
    plan.decide(loader)


def read_table(plan: Plan, table: Table, source: Source, loader: Loader) -> None:
    """Read a table in the shape that its profile says."""
    _SHAPES[plan.profile.shape](plan, replace(table, nulls=plan.profile.nulls), source, loader)


def _load(plan: Plan, dialect: Dialect, source: Source, loader: Loader, folder: Path) -> None:
    """Read the file in place; where the engine cannot, row by row."""
    given = source.options.encoding
    in_place = open_in_place(source.sample, dialect, given, folder)
    if in_place:
        table, encoding = in_place
        try:
            read_table(plan, table, source, loader)
        except loader.engine.failure:
            loader.rollback()
        else:
            loader.decide("encoding", encoding)
            return
    table, encoding, left_out = open_row_by_row(source.sample, dialect, given, folder)
    read_table(plan, table, source, loader)
    loader.records(Record.rejected(f"row {number}", reason) for number, reason in left_out)
    loader.decide("encoding", encoding)
