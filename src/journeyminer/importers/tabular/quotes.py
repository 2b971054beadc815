"""Quotes: rows whose quotes do not pair off, read in the one way that makes them rows of their table, or not at all.

A quote that is neither doubled nor stands at a border of cells is stray. It may be a character of a text that nobody
quoted (`5" screen`), the beginning of a quoted cell before which the separator is missing, or typed by mistake.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from journeyminer.importers.tabular.dialect import Dialect

_MOST: Final = 24
"""so many quotes of one row may be asked what they mean: the ways double with each"""


class _Reading(NamedTuple):
    n_stray: int
    cells: tuple[str, ...]


def mend(line: str, dialect: Dialect) -> tuple[str, ...] | None:
    """The cells of a row whose quotes do not pair off, with its stray quotes as characters.

    Of the readings that give the table's cells, each of the kind that stands in its column, the one with the fewest
    stray quotes; None where none does, or several do with equally few.
    """
    text = line.rstrip("\r\n")
    if text.count(dialect.quote) > _MOST:
        return None
    best: list[_Reading] = []
    for reading in _readings(text, dialect, 0, _Reading(0, ())):
        least = best[0].n_stray if best else reading.n_stray
        if reading.n_stray > least or not dialect.width <= len(reading.cells) <= dialect.most:
            continue
        if not any(reading.cells[dialect.width :]) and dialect.suits(reading.cells):
            best = [*best, reading] if best and reading.n_stray == least else [reading]
    found = {reading.cells for reading in best}
    return found.pop() if len(found) == 1 else None


def is_torn(line: str, dialect: Dialect) -> bool:
    """Whether a cell that no quote opens holds a quote before a word, and one behind a word ends a later such cell.

    `$5"Desk, small",x` may be two cells before which a separator is missing, or three with quotes in their texts.
    """
    return bool(_torn(dialect.separator, dialect.quote).search(line))


def torn_pattern(separator: str, quote: str) -> str:
    """The regular expression of `is_torn`, for the engine too."""
    sign, stop = re.escape(quote), re.escape(separator)
    return (
        f"(?:^|{stop})[^{sign}{stop}\\n]*[^{sign}{stop}\\s\\\\]{sign}[^{sign}{stop}\\s]"
        f"[^{sign}\\n]*{stop}[^{sign}\\n]*[^{sign}{stop}\\s]{sign}(?:{stop}|[\\r\\n]|$)"
    )


@cache
def _torn(separator: str, quote: str) -> re.Pattern[str]:
    return re.compile(torn_pattern(separator, quote))


def _readings(text: str, dialect: Dialect, start: int, before: _Reading) -> Iterator[_Reading]:
    """Every reading of the rest of a row, where each quote that opens a cell may do so, or be a character."""
    if len(before.cells) >= dialect.most:
        return
    for n_stray, cell, end in _cells(text, dialect, start):
        reading = _Reading(before.n_stray + n_stray, (*before.cells, cell))
        if end >= len(text):
            yield reading
        else:
            yield from _readings(text, dialect, end + 1, reading)


def _cells(text: str, dialect: Dialect, start: int) -> Iterator[tuple[int, str, int]]:
    """The one or two ways to read the cell that starts there: stray quotes, text, where it ends."""
    opening = start
    while dialect.spaced and text[opening : opening + 1] == " ":
        opening += 1
    if text[opening : opening + 1] == dialect.quote and (quoted := _quoted(text, dialect, opening + 1)):
        yield quoted
    end = text.find(dialect.separator, start)
    cell = text[start : end if end >= 0 else len(text)]
    yield cell.count(dialect.quote), cell, start + len(cell)


def _quoted(text: str, dialect: Dialect, start: int) -> tuple[int, str, int] | None:
    """The quoted cell whose text starts there: it ends at the first quote that a separator or the row's end follows."""
    sign, escape, n_stray, written = dialect.quote, dialect.escape, 0, []
    place = start
    while place < len(text):
        following = text[place + 1 : place + 2]
        if text[place] == escape and following in (sign, escape) and following:
            written.append(following)
            place += 2
            continue
        if text[place] == sign:
            if following in ("", dialect.separator):
                return n_stray, "".join(written), place + 1
            n_stray += 1
        written.append(text[place])
        place += 1
    return None
