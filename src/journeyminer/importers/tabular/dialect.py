"""Dialects: separator, quotes and header row of a table, told from its first lines."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from journeyminer.clock import read_moment

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
MAX_PREAMBLE = 30
"""so many rows may stand above the header"""

_QUOTED_SINGLY = re.compile(r"(^|[,;\t|])'[^'\n]*'([,;\t|]|\r?$)", re.MULTILINE)
_DIRECTIVE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?[\d\s.,]*\d[\s%]*$")


@dataclass(frozen=True)
class Dialect:
    """How a table is written. Rows are counted as in a spreadsheet: the first row of the file is row 1."""

    separator: str
    quote: str
    escape: str
    header_row: int
    headers: tuple[str, ...]
    head: tuple[tuple[str, ...], ...]
    """the rows below the header that were looked at, blank ones left out"""
    most: int
    """how many cells a row may have: more than headers where rows end in separators"""
    plain: bool
    """whether the engine reads it as it is: every row up to the header is one line, no line is blank"""

    @property
    def width(self) -> int:
        """How many columns the table has."""
        return len(self.headers)

    @property
    def separator_name(self) -> str:
        """The separator for the receipt."""
        return SEPARATORS.get(self.separator, repr(self.separator))

    def fits(self, row: Sequence[str]) -> bool:
        """Whether a row has the table's cells, and beyond them nothing but empty ones.

        Of a row with more of these than the others, a cell may have been cut in two: its cells have to be of the kinds
        (numbers, dates, words) that stand in their columns.
        """
        if len(row) < self.width or any(row[self.width :]):
            return False
        kinds = self._kinds if len(row) > self.most else ()
        return all(not cell or kind in ("", _kind(cell)) for kind, cell in zip(kinds, row, strict=False))

    @cached_property
    def _kinds(self) -> tuple[str, ...]:
        """Of every column the kind of all its cells in the head; empty where there are several."""
        cells = (
            [row[place] for row in self.head if len(row) == self.most and row[place]] for place in range(self.width)
        )
        found = [set(map(_kind, column)) for column in cells]
        return tuple(kinds.pop() if len(kinds) == 1 else "" for kinds in found)


def read_dialect(text: str, *, complete: bool) -> Dialect | None:
    """The dialect of a table; None where the text is no table of at least two columns under a header.

    The header is the first row, as wide as the rows, with three distinct words that are no numbers or dates (two where
    the table has two columns). A first line `sep=;` is obeyed. Of several readings the one wins in which most rows
    have the header's width, then the wider one.

    Args:
        text: the beginning of the file.
        complete: whether that is the whole file; else the last line is left out.
    """
    if "\0" in text:
        return None
    if not complete:
        text = text[: text.rfind("\n") + 1]
    directive = _DIRECTIVE.match(text)
    separators = (directive[1],) if directive else tuple(SEPARATORS)
    body = text[directive.end() :] if directive else text
    quotes = ('"', "'") if _QUOTED_SINGLY.search(body) else ('"',)
    attempts = [
        attempt
        for quote in quotes
        for separator in separators
        if separator in body and (attempt := _attempt(body, separator, quote, first_row=2 if directive else 1))
    ]
    return max(attempts, key=lambda attempt: attempt[0])[1] if attempts else None


def read_rows(lines: Iterable[str], separator: str, quote: str, escape: str) -> Iterator[list[str]]:
    """All rows; a blank line is an empty row. The lines keep their ends."""
    csv.field_size_limit(1 << 30)
    doubled = escape == quote
    return csv.reader(
        lines, delimiter=separator, quotechar=quote, doublequote=doubled, escapechar=None if doubled else escape
    )


def _attempt(text: str, separator: str, quote: str, *, first_row: int) -> tuple[float, Dialect] | None:
    """The table as this separator and quote make it, and how well its rows fit."""
    escape = "\\" if f"\\{quote}" in text and quote * 2 not in text else quote
    try:
        rows = [tuple(row) for row in read_rows(io.StringIO(text, newline=""), separator, quote, escape)]
    except csv.Error:
        return None
    widths = Counter(len(row) for row in rows if len(row) > 1)
    if not widths:
        return None
    usual = max(widths, key=lambda width: (widths[width], width))
    at = _find_header(rows, usual)
    if at is None:
        return None
    while rows and not rows[-1]:
        rows.pop()
    below = [row for row in rows[at + 1 :] if row]
    filled = max((len(_named(row)) for row in below if len(row) == usual), default=0)
    headers = rows[at][: max(len(_named(rows[at])), min(filled, usual))]
    plain = (
        escape == quote
        and all(rows)
        and not any("\n" in cell or "\r" in cell for row in rows[: at + 1] for cell in row)
        and not any(quote in cell for row in rows[:at] for cell in row)
    )
    dialect = Dialect(separator, quote, escape, first_row + at, headers, tuple(below), max(usual, len(headers)), plain)
    # what stands above the header speaks against a reading, too: a table of quoted text may look like another one
    fitting = sum(map(dialect.fits, below)) / (len(below) + at) if below else 1.0
    return fitting * dialect.width**0.5, dialect


def _named(row: tuple[str, ...]) -> tuple[str, ...]:
    """The row without the empty cells at its end."""
    end = len(row)
    while end and not row[end - 1].strip():
        end -= 1
    return row[:end]


def _find_header(rows: Sequence[tuple[str, ...]], width: int) -> int | None:
    for number, row in enumerate(rows[:MAX_PREAMBLE]):
        named = _named(row)
        if len(row) < width - 1 or len(named) < 2 or any(_is_date(cell) for cell in named):
            continue
        words = {cell.strip() for cell in named if cell.strip() and not _NUMBER.match(cell.strip())}
        if len(words) >= min(3, width):
            return number
    return None


def _kind(cell: str) -> str:
    return "date" if _is_date(cell) else "number" if _NUMBER.match(cell.strip()) else "word"


def _is_date(cell: str) -> bool:
    return len(cell) >= 8 and bool(read_moment(cell, "dmy") or read_moment(cell, "mdy"))
