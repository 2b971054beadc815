"""Workbooks (XLSX, XLSM, XLS, ODS): the sheet that is a table of ours is read like a table of text.

Sheets of one header, one a month, are one table, unless they share a row: then one of them holds what the other holds.

A spreadsheet knows what its cells are: a date is written out with the year in front, whatever the sheet shows, so that
nothing is left to prove; a number loses no digit that it has.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from journeyminer.errors import AmbiguousSource, UnreadableExport
from journeyminer.files import Scratch, open_bytes
from journeyminer.importers.base import Match, Sample, Source
from journeyminer.importers.reading.archive import is_bomb
from journeyminer.importers.tabular.dialect import Dialect, read_dialect
from journeyminer.importers.tabular.plan import make_plans
from journeyminer.note import Note

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

    from journeyminer.importers.tabular.plan import Plan
    from journeyminer.log.loader import Loader

NAME = "workbook"
FILES = "*.xlsx, *.xlsm, *.xls, *.ods"

SUFFIXES: Final = (".xlsx", ".xlsm", ".xls", ".ods")
_MAGIC: Final = (b"PK", b"\xd0\xcf")
"""a zip, or the container of old office files; text is named .xls too"""
_HEAD: Final = 500
"""so many rows of a sheet tell what it is"""
_DIGITS: Final = 15
"""a spreadsheet keeps so many digits of a number"""


@dataclass(frozen=True)
class Sheet:
    """A sheet with anything in it, and what it looks like as a table."""

    name: str
    n_rows: int
    dialect: Dialect | None
    plan: Plan | None

    @property
    def score(self) -> float:
        """How sure a profile is of the sheet."""
        return self.plan.score if self.plan else 0.0

    @property
    def headers(self) -> tuple[str, ...]:
        """What its columns are called."""
        return tuple(header.strip() for header in self.dialect.headers) if self.dialect else ()


def identify(sample: Sample) -> Match | None:
    """A workbook with a sheet that a profile knows, or whose columns can be mapped."""
    if sample.suffix not in SUFFIXES or not sample.head.startswith(_MAGIC):
        return None
    try:
        sheets = _sheets(_open(sample.path))
    except UnreadableExport:
        return Match(0.3, Note("match.workbook"))
    best = max(sheets, key=lambda sheet: sheet.score, default=None)
    return best.plan.match if best and best.plan else Match(0.3, Note("match.workbook_unmapped"))


def load(source: Source, loader: Loader) -> None:
    """Read the sheet that a profile knows best, with those of the same header; rows are counted as in the spreadsheet.

    Raises:
        AmbiguousSource: two sheets may be meant.
        MissingColumn: no sheet has the columns that are needed.
        UnreadableExport: the workbook is damaged, protected by a password, or empty.
    """
    from journeyminer.importers.tabular import load_table

    book = _open(source.path)
    sheets = _sheets(book)
    if not sheets:
        raise UnreadableExport(Note("read.no_rows"), hint=Note("hint.check_filter"))
    chosen = _choose(sheets, book)
    with Scratch() as folder:
        path = Path(folder) / "sheet.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            write = csv.writer(file, lineterminator="\n").writerows
            write(_rows(book.get_sheet_by_name(chosen[0].name)))
            for sheet in chosen[1:]:
                write(_below_header(book, sheet))
        _, dialect = load_table(replace(source, sample=Sample(path, source.shown)), loader)
    if len(chosen) > 1:
        loader.decide(
            Note("decision.sheets_joined", sheets=tuple(f"{sheet.name} ({sheet.n_rows})" for sheet in chosen))
        )
    else:
        loader.decide(Note("decision.sheet", name=chosen[0].name))
    loader.decide(Note("decision.header_row", row=dialect.header_row))
    if others := tuple(f"{sheet.name} ({sheet.n_rows})" for sheet in sheets if sheet not in chosen):
        loader.decide(Note("decision.sheets_unread", sheets=others))


def _open(path: Path) -> CalamineWorkbook:
    """The workbook. Raises UnreadableExport where it is none that can be read."""
    import python_calamine as calamine

    try:
        with open_bytes(path) as file:
            content = io.BytesIO(file.read())
        if zipfile.is_zipfile(content) and is_bomb(zipfile.ZipFile(content).infolist()):
            raise UnreadableExport(Note("read.zip_bomb"), hint=Note("hint.save_as_csv"))
        content.seek(0)
        return calamine.CalamineWorkbook.from_filelike(content)
    except calamine.PasswordError as error:
        raise UnreadableExport(Note("read.protected"), hint=Note("hint.save_as_csv")) from error
    except (calamine.CalamineError, OSError, ValueError, zipfile.BadZipFile) as error:
        raise UnreadableExport(Note("read.bad_workbook"), hint=Note("hint.export_or_copy_again")) from error


def _sheets(book: CalamineWorkbook) -> list[Sheet]:
    """The sheets with at least two rows, each with the profile that knows it best."""
    found = []
    for name in book.sheet_names:
        rows = _rows(book.get_sheet_by_name(name))
        head = list(islice(rows, _HEAD))
        n_rows = sum(map(any, head)) + sum(map(any, rows))
        if n_rows < 2:
            continue
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(head)
        dialect = read_dialect(text.getvalue(), complete=True)
        plans = make_plans(dialect) if dialect else []
        found.append(Sheet(name, n_rows, dialect, plans[0] if plans else None))
    return found


def _choose(sheets: list[Sheet], book: CalamineWorkbook) -> list[Sheet]:
    """The sheet of the best score, where none has one that with most rows, and those of its header.

    Raises AmbiguousSource for a tie: another one has that score, or they share a row.
    """
    best, *others = sorted(sheets, key=lambda sheet: (-sheet.score, -sheet.n_rows))
    if not best.score:
        return [best]
    alike = [sheet for sheet in sheets if sheet.headers == best.headers]
    other = next((sheet for sheet in others if sheet not in alike and sheet.score == best.score), None)
    seen: set[int] = set()
    for sheet in alike if len(alike) > 1 else ():
        rows = {hash(tuple(row)) for row in _below_header(book, sheet) if any(row)}
        if not seen.isdisjoint(rows):
            other = next(each for each in others if each in alike)
        seen |= rows
    if other:
        tie = Note("read.sheets_tie", first=best.name, second=other.name)
        raise AmbiguousSource(tie, hint=Note("hint.one_sheet"))
    return alike


def _below_header(book: CalamineWorkbook, sheet: Sheet) -> Iterator[list[str]]:
    """The rows of a sheet without its header and what stands above."""
    return islice(_rows(book.get_sheet_by_name(sheet.name)), sheet.dialect.header_row if sheet.dialect else 0, None)


def _rows(sheet: CalamineSheet) -> Iterator[list[str]]:
    """The rows of a sheet from the first one on, each cell as text."""
    first_row, first_column = sheet.start or (0, 0)
    yield from ([] for _ in range(first_row))
    for row in sheet.iter_rows():
        yield [""] * first_column + [_text(cell) for cell in row]


def _text(cell: object) -> str:
    """A cell as a table of text would have it."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        whole = cell.is_integer()
        if whole and abs(cell) < 10**_DIGITS:
            return str(int(cell))
        return f"{cell:.{_DIGITS - 1}E}" if whole else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    if isinstance(cell, timedelta):
        minutes, seconds = divmod(int(cell.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return cell.isoformat() if isinstance(cell, date) else str(cell)
