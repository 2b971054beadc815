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

_MANY = 10
"""a column that is empty in so many rows holds nothing"""
_QUOTED_SINGLY = re.compile(r"(^|[,;\t|])'[^'\n]*'([,;\t|]|\r?$)", re.MULTILINE)
_DOUBLED = r"(?<![\\\n\r{separator}]){quote}{quote}(?!{separator}|[\r\n]|\Z)"
"""a quote that is doubled: neither a cell without text, nor a backslash's quote before the one that closes the cell"""
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
    spaced: bool = False
    """whether a quote opens a cell behind white space, too"""

    @property
    def width(self) -> int:
        """How many columns the table has."""
        return len(self.headers)

    @property
    def separator_name(self) -> str:
        """The separator for the receipt."""
        return SEPARATORS.get(self.separator, repr(self.separator))

    def fits(self, row: Sequence[str]) -> bool:
        """Whether a row has the table's cells, and beyond them nothing but empty ones."""
        return self.settled(row) is not None

    def settled(self, row: Sequence[str]) -> tuple[str, ...] | None:
        """The table's cells of a row; None where it has others.

        Of a row with more cells than the others have, empty ones that stand side by side may be dropped. Where they are
        is proved by the other cells, which have to be of the kinds that stand in their columns; where several places
        would do, none does.
        """
        surplus = len(row) - self.most
        if surplus <= 0:
            fits = len(row) >= self.width and not any(row[self.width :])
            return tuple(row[: self.width]) if fits else None
        empty = (at for at in range(self.most + 1) if not any(row[at : at + surplus]))
        shorter = {(*row[:at], *row[at + surplus :]) for at in empty}
        proved = [cells[: self.width] for cells in shorter if not any(cells[self.width :]) and self.suits(cells)]
        return proved[0] if len(proved) == 1 else None

    def suits(self, row: Sequence[str]) -> bool:
        """Whether each cell is of the one kind (number, date, word, nothing) of its column, lone quotes left aside."""
        bare = (cell.strip(self.quote) for cell in row)
        return all(not cell or kind in ("", _kind(cell)) for kind, cell in zip(self._kinds, bare, strict=False))

    @cached_property
    def _kinds(self) -> tuple[str, ...]:
        """Of every column the kind of all its cells in the head; empty where there are several, or too few rows."""
        rows = [row for row in self.head if len(row) == self.most]
        found = [{_kind(row[place]) for row in rows if row[place]} for place in range(self.width)]
        nothing = "nothing" if len(rows) >= _MANY else ""
        return tuple("".join(kinds) if len(kinds) == 1 else "" if kinds else nothing for kinds in found)


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
    first_row = 2 if directive else 1
    attempts = [
        attempt
        for quote in quotes
        for separator in separators
        if separator in body
        for spaced in ((False, True) if f"{separator} {quote}" in body else (False,))
        if (attempt := _attempt(body, separator, quote, spaced=spaced, first_row=first_row))
    ]
    return max(attempts, key=lambda attempt: attempt[0])[1] if attempts else None


def read_rows(lines: Iterable[str], separator: str, quote: str, escape: str, *, spaced: bool) -> Iterator[list[str]]:
    """All rows; a blank line is an empty row. The lines keep their ends."""
    csv.field_size_limit(1 << 30)
    doubled = escape == quote
    if not doubled:
        lines = (keep_backslashes(line, separator, quote) for line in lines)
    return csv.reader(
        lines, delimiter=separator, quotechar=quote, doublequote=doubled, escapechar=None if doubled else escape,
        skipinitialspace=spaced,
    )  # fmt: skip


def keep_backslashes(line: str, separator: str, quote: str) -> str:
    """The line with every backslash doubled that escapes nothing: the reader of CSV takes each for an escape."""
    escapes = rf"\\([\\{re.escape(quote)}{re.escape(separator)}\r\n])|\\"
    return re.sub(escapes, lambda found: found[0] if found[1] else r"\\", line)


def _attempt(text: str, separator: str, quote: str, *, spaced: bool, first_row: int) -> tuple[float, Dialect] | None:
    """The table as this separator and quote make it, and how well its rows fit."""
    doubled = _DOUBLED.format(quote=quote, separator=re.escape(separator))
    escape = "\\" if f"\\{quote}" in text and not re.search(doubled, text) else quote
    try:
        rows = [tuple(row) for row in read_rows(io.StringIO(text, newline=""), separator, quote, escape, spaced=spaced)]
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
        and not spaced
        and all(rows)
        and not any("\n" in cell or "\r" in cell for row in rows[: at + 1] for cell in row)
        and not any(quote in cell for row in rows[:at] for cell in row)
    )
    most = max(usual, len(headers))
    dialect = Dialect(separator, quote, escape, first_row + at, headers, tuple(below), most, plain, spaced)
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
    # most words have no digit, and to look for a date in a word costs
    return len(cell) >= 8 and any(map(str.isdigit, cell)) and bool(read_moment(cell, "dmy") or read_moment(cell, "mdy"))
