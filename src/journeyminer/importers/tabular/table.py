"""Tables: a file as something the engine selects from, in place where it is clean, else as a clean copy."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from journeyminer import encoding
from journeyminer.errors import UnreadableExport
from journeyminer.files import is_gzip, open_bytes
from journeyminer.importers.base import SAMPLE_BYTES, Sample
from journeyminer.importers.counting import check_count
from journeyminer.importers.tabular.columns import RECORD
from journeyminer.importers.tabular.dialect import Dialect, read_dialect
from journeyminer.importers.tabular.lines import Count, count_lines, read_rows_safely
from journeyminer.importers.tabular.quotes import torn_pattern
from journeyminer.note import Note
from journeyminer.sql import one_file, quote, trim_sql

if TYPE_CHECKING:
    from journeyminer.log.engine import Database
    from journeyminer.vocabulary import FateReason

LONGEST_ROW = 2_000_000
"""characters of a row; a longer one is no record of a ticket"""


class Repairs(NamedTuple):
    """How many rows were read otherwise than they are written, because one reading makes them rows of the table."""

    n_quotes: int
    """rows with a stray quote, taken for a character"""
    n_cells: int
    """rows with empty cells too many, which were dropped"""


@dataclass(frozen=True)
class Table:
    """A relation of text columns in the order of the file's records."""

    relation: str
    """what stands after FROM"""
    columns: tuple[str, ...]
    """SQL of the file's columns, by position"""
    head: tuple[tuple[str, ...], ...]
    first_row: int = 2
    padded: bool = False
    """whether white space may stand around its texts"""
    numbered: bool = False
    """whether the relation has a column RECORD with the number of each row, because the row's place does not say it"""
    nulls: tuple[str, ...] = ()
    moments: Mapping[int, bool] = field(default_factory=dict)
    """the columns that hold moments and no text, and whether those carry a zone"""
    numbers: frozenset[int] = frozenset()
    """the columns that hold numbers and no text"""

    def text(self, place: int) -> str:
        """SQL of a column's text; empty is null, and what the profile says."""
        column = self.columns[place]
        if place in self.moments or place in self.numbers:
            text = f"CAST({column} AS VARCHAR)"
            # an id that a data frame keeps as 4711.0 is 4711
            return f"regexp_replace({text}, '\\.0$', '')" if place in self.numbers else text
        if self.padded:
            column = trim_sql(column)
        for word in self.nulls:
            column = f"nullif({column}, {quote(word)})"
        return column

    def cells(self, place: int) -> list[str]:
        """The column's texts in the head, null ones left out."""
        cells = (row[place].strip() for row in self.head if place < len(row))
        return [cell for cell in cells if cell and cell not in self.nulls]

    def stored(self, engine: Database, called: str) -> Table:
        """The table in memory under that name, for the shapes that look at it more than once."""
        engine.execute(f"CREATE OR REPLACE TABLE {called} AS SELECT * FROM {self.relation}")
        numbered = called if self.numbered else f"(SELECT *, rowid + {self.first_row} AS {RECORD} FROM {called})"
        return replace(self, relation=numbered, numbered=True, padded=True)


def find_dialect(sample: Sample) -> Dialect | None:
    """The dialect of a file; None where it is no table."""
    return read_dialect(sample.text, complete=len(sample.head) < SAMPLE_BYTES)


def open_in_place(
    sample: Sample, dialect: Dialect, given: str | None, folder: Path
) -> tuple[Table, encoding.Encoding, Counted] | None:
    """The file as the engine reads it by itself, its encoding, and what was counted; None where it cannot.

    Whether it can is known only when it has: a query fails where a row is ragged or a byte is not UTF-8, and gives
    fewer rows where a cell goes over several lines or a quote is left open.
    """
    if not dialect.plain:
        return None
    found = encoding.from_head(sample.head, given)
    if not found.is_utf8:
        found = encoding.from_file(sample.path, given)
        if found.damaged:
            return None
    path = encoding.as_utf8(sample.path, found, folder)
    relation = _read_csv(path, dialect, [f"c{place}" for place in range(dialect.width)], skip=dialect.header_row)
    table = _table(relation, dialect, first_row=dialect.header_row + 1)
    return table, found, Counted(path, count_lines(path, dialect.separator, dialect.quote, blank=True))


class Counted(NamedTuple):
    """What was counted in a file before it was read."""

    path: Path
    """in UTF-8"""
    signs: Count
    """lines, blank ones too, and signs"""


def is_whole(table: Table, dialect: Dialect, engine: Database, n_rows: int, counted: Counted) -> bool:
    """Return whether the rows that the engine read are all lines of the file, each with the table's cells.

    The engine drops an empty cell too many, takes what follows a quote that nobody closes for one cell, and cuts a
    quoted text at its separators where the one before it is missing.
    """
    above, signs = dialect.header_row, counted.signs
    every_line_is_a_row = above == 1 and n_rows == signs.n_lines - above
    if not every_line_is_a_row and n_rows != count_lines(counted.path).n_lines - above:
        return False
    if signs.has_quotes and _holds_torn_cells(table, dialect, engine):
        return False
    inside = signs.n_separators - (n_rows + 1) * (dialect.most - 1)
    if inside == 0 or above != 1:
        return inside == 0 or above > 1
    inner = " + ".join(
        f"coalesce(length({column}) - length(replace({column}, {quote(dialect.separator)}, '')), 0)"
        for column in table.columns
    )
    (said,) = engine.one(f"SELECT sum({inner}) FROM {table.relation}")
    named = sum(header.count(dialect.separator) for header in dialect.headers)
    return bool(said + named == inside)


def _holds_torn_cells(table: Table, dialect: Dialect, engine: Database) -> bool:
    """Whether the engine cut a quoted text in two, see `quotes.is_torn`."""
    joined = f"concat_ws(chr(31), {', '.join(table.columns)})"
    torn = f"regexp_matches({joined}, {quote(torn_pattern(chr(31), dialect.quote))})"
    where = f"contains({joined}, {quote(dialect.quote)}) AND {torn}"
    return bool(engine.rows(f"SELECT 1 FROM {table.relation} WHERE {where} LIMIT 1"))


def open_row_by_row(
    sample: Sample, dialect: Dialect, given: str | None, folder: Path
) -> tuple[Table, encoding.Encoding, list[tuple[int, FateReason]], Repairs]:
    """A clean copy of the file, its encoding, the rows left out (number and reason), and what was repaired.

    Raises:
        UnreadableExport: a byte does not fit the encoding, or rows got lost.
    """
    found = encoding.from_file(sample.path, given)
    copy = folder / "clean.csv"
    left_out: list[tuple[int, FateReason]] = []
    read = n_quotes = n_cells = 0
    path = encoding.as_utf8(sample.path, found, folder)
    lines = io.TextIOWrapper(open_bytes(path), encoding="utf-8-sig", newline="")
    with lines, copy.open("w", encoding="utf-8", newline="") as file:
        write = csv.writer(file, lineterminator="\n").writerow
        try:
            for number, row, n_lines, is_repaired, is_unclear in read_rows_safely(lines, dialect):
                read += n_lines
                if number <= dialect.header_row or not (row or is_unclear):
                    continue
                n_quotes += is_repaired
                cells = dialect.settled(row)
                if is_unclear:
                    left_out.append((number, "unclear_quotes"))
                elif cells is None:
                    left_out.append((number, "too_few_cells" if len(row) < dialect.width else "too_many_cells"))
                elif sum(map(len, row)) > LONGEST_ROW:
                    left_out.append((number, "too_long_row"))
                elif any("\ufffd" in cell for cell in row) and found.damaged:
                    left_out.append((number, "not_utf8"))
                else:
                    n_cells += cells != tuple(row[: dialect.width])
                    write([number, *cells])
        except UnicodeDecodeError as error:
            byte = f"{error.object[error.start]:02x}"
            raise UnreadableExport(
                Note("read.bad_byte", byte=byte, encoding=found.name), hint=Note("hint.leave_encoding")
            ) from error
        except csv.Error as error:
            raise UnreadableExport(Note("read.unreadable_table", error=str(error))) from error
    differ = Note("read.lines_differ", counted=count_lines(path).n_lines, read=read)
    check_count(differ, lambda: _first_lost(path, dialect))
    columns = [RECORD, *(f"c{place}" for place in range(dialect.width))]
    clean = Dialect(",", '"', '"', 0, tuple(columns), (), len(columns), plain=True)
    # a character has four bytes at most; separators and quotes come on top
    # a line end inside of a cell may be another one, which the engine would take for that of the rows
    relation = _read_csv(copy, clean, columns, skip=0, longest=5 * LONGEST_ROW, line_end=r", new_line = '\n'")
    numbered = f"(SELECT * REPLACE (CAST({RECORD} AS BIGINT) AS {RECORD}) FROM {relation})"
    return _table(numbered, dialect, numbered=True), found, left_out, Repairs(n_quotes, n_cells)


def _first_lost(path: Path, dialect: Dialect) -> str:
    """Return the place of the first row that the reader leaves out."""
    expected = 1
    with io.TextIOWrapper(open_bytes(path), encoding="utf-8-sig", newline="") as lines:
        for row in read_rows_safely(lines, dialect):
            if row.number != expected:
                break
            expected += 1
    return f"row {expected}"


def _table(relation: str, dialect: Dialect, *, first_row: int = 2, numbered: bool = False) -> Table:
    padded = any(cell != cell.strip() for row in dialect.head for cell in row[: dialect.width])
    columns = tuple(f"c{place}" for place in range(dialect.width))
    return Table(relation, columns, dialect.head, first_row, padded, numbered)


def _read_csv(
    path: Path, dialect: Dialect, columns: Sequence[str], *, skip: int, longest: int = LONGEST_ROW, line_end: str = ""
) -> str:
    types = ", ".join(f"{quote(column)}: 'VARCHAR'" for column in columns)
    packed = ", compression = 'gzip'" if is_gzip(path) else ", compression = 'none'"
    return (
        f"read_csv({one_file(path)}, columns = {{{types}}}, auto_detect = false, header = false, skip = {skip}, "
        f"delim = {quote(dialect.separator)}, quote = {quote(dialect.quote)}, escape = {quote(dialect.escape)}, "
        f"max_line_size = {longest}{packed}{line_end})"
    )
