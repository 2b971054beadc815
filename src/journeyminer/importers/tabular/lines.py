"""Lines: the lines of a table, counted without reading them, and read so that none is swallowed.

A quote that nobody closes makes a reader take all that follows for one cell. So the lines are counted by their ends
alone, by code that knows nothing of separators and quotes, and whoever reads the table has to account for each.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from journeyminer.files import open_bytes
from journeyminer.importers.tabular.dialect import keep_backslashes
from journeyminer.importers.tabular.quotes import is_torn, mend
from journeyminer.importers.tabular.timestamps import pattern_of

if TYPE_CHECKING:
    from journeyminer.importers.tabular.dialect import Dialect

_BLOCK: Final = 1 << 18
_NEXT: Final = "next row"
"""stands for the line after a row: an open quote takes it for part of a cell"""
_LONGEST: Final = 10_000
"""so many lines may one cell have"""


class Count(NamedTuple):
    """What stands in a file, counted without reading it."""

    n_lines: int
    n_separators: int
    has_quotes: bool


def count_lines(path: Path, separator: str = "\n", quote: str = '"', *, blank: bool = False) -> Count:
    """Count the lines of a file, ended by CR, LF or both, that hold anything, and the signs that stand in them.

    Args:
        blank: whether lines count that hold nothing: to find these takes half the time.
    """
    n, n_separators, has_quotes, last, is_half = 0, 0, False, b"\n", False
    with open_bytes(path) as file:
        while block := file.read(_BLOCK):
            n_separators += block.count(separator.encode())
            has_quotes = has_quotes or quote.encode() in block
            text = last + (block[1:] if is_half and block[:1] == b"\n" else block)
            is_half = block[-1:] == b"\r"
            if b"\r" in text:
                text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            n += text.count(b"\n", 1)
            while not blank and b"\n\n" in text:
                shorter = text.replace(b"\n\n", b"\n")
                n -= len(text) - len(shorter)
                text = shorter
            last = text[-1:]
    return Count(n + (last != b"\n"), n_separators, has_quotes)


class Row(NamedTuple):
    """A row of a table."""

    number: int
    """from 1, as a spreadsheet counts"""
    cells: Sequence[str]
    n_lines: int
    """lines of the file that it takes, blank ones left out"""
    is_repaired: bool = False
    """whether it holds a stray quote that was taken for a character"""
    is_unclear: bool = False
    """whether its quotes do not pair off, and no reading or several make it a row of the table"""


def read_rows_safely(lines: Iterable[str], dialect: Dialect) -> Iterator[Row]:
    """Yield all rows of a table; a blank line is a row without cells.

    A cell may go over several lines. Where one of these looks like a row of this very table, and where a row's quotes
    do not pair off, the row is one line, and its stray quotes are characters.
    """
    is_row = _row_test(dialect)
    waiting: list[str] = []
    source = iter(lines)
    number = 0
    while line := waiting.pop(0) if waiting else next(source, ""):
        number += 1
        taken = [line]
        cells: Sequence[str] | None = _parse(line, dialect)
        swallowed = False
        while cells == "open" and not swallowed and len(taken) < _LONGEST:
            more = waiting.pop(0) if waiting else next(source, "")
            if not more:
                break
            taken.append(more)
            if dialect.quote in more:
                cells = _parse("".join(taken), dialect)
            swallowed = is_row(more)
        is_repaired = swallowed or isinstance(cells, str)
        if is_repaired:
            found = None if swallowed or cells == "open" else mend("".join(taken), dialect)
            if found is None:
                waiting[:0] = taken[1:]
                taken = [line]
                found = mend(line, dialect)
            cells = found
        elif len(taken) == 1 and dialect.quote in line and is_torn(line, dialect):
            cells = None
        n_lines = sum(bool(part.strip("\r\n")) for part in taken)
        if cells is None:
            yield Row(number, (), n_lines, is_unclear=True)
        else:
            yield Row(number, cells, n_lines, is_repaired=is_repaired)


def _parse(text: str, dialect: Dialect, *, strict: bool = True) -> list[str] | Literal["open", "stray"]:
    """The cells of a row; `open` where a quote stays open, `stray` where text stands behind the closing one."""
    doubled = dialect.escape == dialect.quote
    if strict and not doubled:
        text = keep_backslashes(text, dialect.separator, dialect.quote)
    rows = csv.reader(
        [*text.splitlines(keepends=True), _NEXT],
        delimiter=dialect.separator,
        quotechar=dialect.quote,
        doublequote=doubled,
        escapechar=None if doubled else dialect.escape,
        skipinitialspace=dialect.spaced,
        strict=strict,
    )
    try:
        cells, following = next(rows), next(rows, None)
    except csv.Error:  # both faults are one to the strict reader; the other one takes stray quotes
        return "stray" if isinstance(_parse(text, dialect, strict=False), list) else "open"
    return cells if following == [_NEXT] else "open"


def _row_test(dialect: Dialect) -> Callable[[str], bool]:
    """Tells whether a line looks like a row of the table: as many cells, and dates where the others have dates."""
    width = dialect.width
    full = [row for row in dialect.head[:50] if len(row) >= width]
    dated = [
        place
        for place in range(width)
        if (filled := [row[place] for row in full if row[place].strip()])
        and sum(pattern_of(cell, "dmy") is not None for cell in filled) * 5 >= len(filled) * 4
    ]

    def is_row(line: str) -> bool:
        cells = _parse(line, dialect)
        return (
            isinstance(cells, list)
            and len(cells) == width
            and all(pattern_of(cells[place], "dmy") or not cells[place].strip() for place in dated)
            and any(cells[place].strip() for place in dated)
        )

    return is_row
