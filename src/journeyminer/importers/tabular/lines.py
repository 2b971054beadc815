"""Lines: the lines of a table, counted without reading them, and read so that none is swallowed.

A quote that nobody closes makes a reader take all that follows for one cell. So the lines are counted by their ends
alone, by code that knows nothing of separators and quotes, and whoever reads the table has to account for each.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from journeyminer.files import open_bytes
from journeyminer.importers.tabular.timestamps import pattern_of

if TYPE_CHECKING:
    from journeyminer.importers.tabular.dialect import Dialect

_BLOCK: Final = 1 << 18
_NEXT: Final = "next row"
"""stands for the line after a row: an open quote takes it for part of a cell"""
_LONGEST: Final = 10_000
"""so many lines may one cell have"""


def count_lines(path: Path, sign: str = "\n", *, blank: bool = False) -> tuple[int, int]:
    """Return how many lines of a file, ended by CR, LF or both, hold anything, and how often a sign stands in them.

    Args:
        blank: whether lines count that hold nothing: to find these takes half the time.
    """
    n, n_signs, last, is_half = 0, 0, b"\n", False
    with open_bytes(path) as file:
        while block := file.read(_BLOCK):
            n_signs += block.count(sign.encode())
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
    return n + (last != b"\n"), n_signs


class Row(NamedTuple):
    """A row of a table."""

    number: int
    """from 1, as a spreadsheet counts"""
    cells: Sequence[str]
    n_lines: int
    """lines of the file that it takes, blank ones left out"""
    is_repaired: bool = False
    """whether it holds a quote that nobody closes"""


def read_rows_safely(lines: Iterable[str], dialect: Dialect) -> Iterator[Row]:
    """Yield all rows of a table; a blank line is a row without cells.

    A cell may go over several lines. Where one of these looks like a row of this very table, the quote that opens the
    cell is taken for a character.
    """
    is_row = _row_test(dialect)
    waiting: list[str] = []
    source = iter(lines)
    number = 0
    while line := waiting.pop(0) if waiting else next(source, ""):
        number += 1
        taken = [line]
        cells = _parse(line, dialect)
        while cells is None and len(taken) < _LONGEST and (more := waiting.pop(0) if waiting else next(source, "")):
            taken.append(more)
            cells = _parse("".join(taken), dialect) if dialect.quote in more else None
        swallowed = len(taken) > 1 and any(map(is_row, taken[1:]))
        if cells is None or swallowed:
            waiting[:0] = taken[1:]
            cells, taken = _parse(line, dialect, literally=True) or [], [line]
            yield Row(number, cells, 1, is_repaired=True)
        else:
            yield Row(number, cells, sum(bool(part.strip("\r\n")) for part in taken))


def _parse(text: str, dialect: Dialect, *, literally: bool = False) -> list[str] | None:
    """The cells of a row; None where a quote stays open."""
    doubled = dialect.escape == dialect.quote
    rows = csv.reader(
        [*text.splitlines(keepends=True), _NEXT],
        delimiter=dialect.separator,
        quotechar=dialect.quote,
        doublequote=doubled,
        escapechar=None if doubled else dialect.escape,
        quoting=csv.QUOTE_NONE if literally else csv.QUOTE_MINIMAL,
    )
    cells, following = next(rows), next(rows, None)
    return cells if following == [_NEXT] else None


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
            cells is not None
            and len(cells) == width
            and all(pattern_of(cells[place], "dmy") or not cells[place].strip() for place in dated)
            and any(cells[place].strip() for place in dated)
        ) or False

    return is_row
