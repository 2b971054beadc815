"""Parquet files: tables whose columns are typed already; the profiles of `tabular` say which column is which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from journeyminer.errors import UnreadableExport
from journeyminer.importers.base import Match, Sample, Source
from journeyminer.importers.counting import check_count
from journeyminer.importers.tabular import read_table
from journeyminer.importers.tabular.dialect import Dialect
from journeyminer.importers.tabular.footer import count_rows
from journeyminer.importers.tabular.plan import choose_plan, make_plans
from journeyminer.importers.tabular.table import Table
from journeyminer.log.engine import Database, Engine
from journeyminer.note import Note
from journeyminer.sql import name, one_file

if TYPE_CHECKING:
    from journeyminer.log.loader import Loader

NAME = "parquet"
FILES = "*.parquet"

_HEAD = 500
_NESTED = ("STRUCT", "MAP", "UNION", "BLOB")


def identify(sample: Sample) -> Match | None:
    """A Parquet file whose columns a profile knows, or can be mapped."""
    if sample.head[:4] != b"PAR1":
        return None
    engine = Engine(threads=1)
    try:
        dialect, _ = _look(sample, engine)
        plans = make_plans(dialect)
    except UnreadableExport:
        return Match(0.3, Note("match.parquet"))
    finally:
        engine.close()
    return plans[0].match if plans else Match(0.3, Note("match.parquet_unmapped"))


def load(source: Source, loader: Loader) -> None:
    """Read a Parquet file of events; rows are counted from 1.

    Raises:
        MissingColumn: case, activity or timestamp is not among the columns.
        UnreadableExport: the file is damaged, or other rows were read than its footer counts.
    """
    dialect, table = _look(source.sample, loader.engine)
    read_table(choose_plan(dialect, source.options), table, source, loader)
    counted, read = count_rows(source.path), loader.receipt.records
    check_count(Note("read.rows_differ", counted=counted, read=read), lambda: f"row {min(counted, read) + 1}")


def _look(sample: Sample, engine: Database) -> tuple[Dialect, Table]:
    """The file's columns and first rows as those of a table; nested columns have no name that could be mapped."""
    parquet = f"read_parquet({one_file(sample.path)})"
    try:
        described = [(row[0], row[1]) for row in engine.rows(f"DESCRIBE SELECT * FROM {parquet}")]
        names = ["" if type_.endswith("]") or type_.startswith(_NESTED) else header for header, type_ in described]
        texts = ", ".join(
            f"CAST({name(header)} AS VARCHAR)" if named else "''"
            for (header, _), named in zip(described, names, strict=True)
        )
        rows = engine.rows(f"SELECT {texts} FROM {parquet} LIMIT {_HEAD}")
    except engine.failure as error:
        raise UnreadableExport(Note("read.bad_parquet"), hint=Note("hint.export_or_copy_again")) from error
    head = tuple(tuple(cell or "" for cell in row) for row in rows)
    dialect = Dialect("", "", "", 0, tuple(names), head, len(names), plain=True)
    types = dict(enumerate(type_ for _, type_ in described))
    renamed = ", ".join(f"{name(header)} AS c{place}" for place, (header, _) in enumerate(described))
    table = Table(
        f"(SELECT {renamed} FROM {parquet})",
        tuple(f"c{place}" for place in types),
        head,
        first_row=1,
        moments={
            place: "TIME ZONE" in type_
            for place, type_ in types.items()
            if type_.startswith("TIMESTAMP") or type_ == "DATE"
        },
        numbers=frozenset(
            place
            for place, type_ in types.items()
            if type_ != "VARCHAR" and not type_.startswith(("TIMESTAMP", "DATE"))
        ),
    )
    return dialect, table
