"""Date formats: how each column of timestamps is read, with its proof. A date is never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from journeyminer.clock import ORDERS, DateOrder, Order, is_not_yet, prove_date_order
from journeyminer.errors import AmbiguousTimestamp, MissingColumn, UsageError
from journeyminer.importers.tabular.timestamps import (
    Pattern,
    TimestampColumn,
    above_twelve,
    given_pattern,
    is_not_yet_sql,
    is_time_of_day,
    needs_order,
    order_given,
    pattern_of,
    patterns_of,
)
from journeyminer.note import Note

if TYPE_CHECKING:
    from journeyminer.importers.tabular.table import Table
    from journeyminer.log.engine import Database
    from journeyminer.options import ReadOptions
    from journeyminer.vocabulary import FateReason

_DAY_0 = datetime(1899, 12, 30)
"""from which a spreadsheet counts days"""
_FEWEST = 4
"""so many different dates of each kind, at least, tell that a spreadsheet swapped some of them"""
LOOKED_AT = 2000
"""so many different texts of a column are looked at where its head does not say how it is written"""


class DateFormats:
    """Finds how the columns of one file are read: as the user says, each by itself, then by another column of the file.

    Raises:
        UsageError: what the user says of the order of day and month is not an order.
    """

    def __init__(self, engine: Database, table: Table, headers: Sequence[str], options: ReadOptions) -> None:
        given = options.date_order
        if given not in (None, *ORDERS):
            raise UsageError(Note("usage.no_date_order", order=given), hint=Note("usage.known", known=ORDERS))
        self.engine = engine
        self.table = table
        self.headers = headers
        self.given = cast("Order | None", given)
        self.formats = {format_: given_pattern(format_) for format_ in options.date_formats}

    def column(
        self,
        name: str,
        place: int,
        *,
        text: str | None = None,
        samples: Sequence[str] | None = None,
        fault: FateReason | None = "unreadable_timestamp",
    ) -> TimestampColumn:
        """How a column of the file is read, as far as its head says.

        Args:
            name: what the rows call the moment.
            place: the position of the column.
            text: SQL of the moments' text where it is not the column as it stands.
            samples: some of the texts, in that case.
            fault: why a record is rejected whose cell cannot be read; None: only the moment is left out.

        Raises:
            AmbiguousTimestamp: day and month cannot be told apart, or the column disproves the form that was given.
            MissingColumn: the column holds no moments at all.
        """
        header = self.headers[place].strip()
        cell = text or self.table.text(place)
        if place in self.table.moments and cell == self.table.text(place):
            zoned = self.table.moments[place]
            stored = Pattern("timestamp_zoned" if zoned else "timestamp", zoned, column=self.table.columns[place])
            return TimestampColumn(name, header, cell, (stored,), fault=fault)
        given = self._fitting(header, cell) if self.formats else {}
        seen = [each for each in samples or self.table.cells(place) if not given and not is_not_yet(each)]
        others = "".join(f" AND {pattern.sql(cell)} IS NULL" for pattern in given.values())
        seen = seen or self._texts(
            f"SELECT DISTINCT text FROM ({self._all(cell)} AND NOT {is_not_yet_sql(cell)}{others}) "
            f"ORDER BY text LIMIT {LOOKED_AT}"
        )
        open_ = [each for each in seen if needs_order(each)]
        proved = self._order(place, header, open_, cell) if open_ else None
        patterns = (*given.values(), *patterns_of(seen, proved.order if proved else None))
        if proved and any(pattern.text == "serial" or pattern.text.startswith("%Y-%m-%d") for pattern in patterns):
            self._refuse_swapped(header, self._texts(f"SELECT DISTINCT text FROM ({self._all(cell)}) ORDER BY text"))
        if seen and not patterns:
            raise MissingColumn(Note("read.no_dates", column=header), hint=Note("hint.map_dates"))
        return TimestampColumn(name, header, cell, patterns, proved, fault, tuple(given))

    def _fitting(self, header: str, cell: str) -> dict[str, Pattern]:
        """The forms of the user's in which some cells of a column are written; a proof of the other order refuses."""
        found = {}
        for format_, pattern in self.formats.items():
            if not self._texts(f"{self._all(cell)} AND {pattern.sql(cell)} IS NOT NULL LIMIT 1"):
                continue
            order = order_given(format_)
            proved = prove_date_order(self._texts(self._all(cell))) if order else None
            if proved and proved.order in ("dmy", "mdy") and proved.order != order:
                raise AmbiguousTimestamp(
                    Note("read.format_disproved", column=header, format=format_, proof=proved.proof),
                    hint=Note("hint.other_format"),
                )
            found[format_] = pattern
        return found

    def samples(self, query: str) -> list[str]:
        """Some of the texts that a query gives: those of the first rows."""
        return self._texts(f"SELECT text FROM ({query} LIMIT {LOOKED_AT}) WHERE text IS NOT NULL")

    def has_value(self, place: int) -> bool:
        """Whether any cell of a column is filled."""
        return bool(self._texts(f"{self._all(self.table.text(place))} LIMIT 1"))

    def widened(self, column: TimestampColumn, rows: str) -> TimestampColumn:
        """The column with the patterns of the texts that could not be read.

        Args:
            rows: SQL of a relation with the moments, and their texts as `<name>_text`.

        Raises:
            AmbiguousTimestamp: a text proves the other order, so that the column holds both.
        """
        text = f"{column.name}_text"
        texts = self._texts(
            f"SELECT DISTINCT {text} FROM {rows} WHERE {text} IS NOT NULL AND {column.name} IS NULL "
            f"ORDER BY {text} LIMIT {LOOKED_AT}"
        )
        if column.proved and column.order != "ymd" and not self.given:
            other: Order = "mdy" if column.order == "dmy" else "dmy"
            orders = ((each, prove_date_order([each])) for each in texts if needs_order(each))
            against = next((each for each, found in orders if found and found.order == other), None)
            if against:
                examples = _examples([column.proved.example, against])
                raise _ambiguous(Note("read.both_orders", column=column.header, examples=examples))
        return column.widened(texts)

    def _order(self, place: int, header: str, open_: Sequence[str], cell: str) -> DateOrder:
        found = None
        if not _may_begin_with_years(open_):
            found = (
                _by_a_part(open_)
                or self._by_a_part_below(cell)
                or prove_date_order(self._texts(self._all(cell)))
                or self._by_another_column(place)
            )
        if not found and self.given:
            found = DateOrder(self.given, Note("proof.order_given"))
        if not found:
            raise _ambiguous(Note("read.open_order", column=header, examples=_examples(open_)))
        return found

    def _refuse_swapped(self, header: str, texts: Sequence[str]) -> None:
        """Refuse a column of which a spreadsheet took the days up to 12 for months.

        It makes dates of its own of those, with day and month swapped, and leaves all others as text. So no true day
        of a date is above 12, and every text has one that is. Raises AmbiguousTimestamp.
        """
        told = {text: pattern_of(text, "dmy") or pattern_of(text, "mdy") for text in texts}
        own = [text for text, pattern in told.items() if pattern and pattern.text[:2] in ("se", "%Y")]
        written = [text for text in texts if text not in own and needs_order(text)]
        days = [int(text[8:10]) if told[text].text != "serial" else _day_of(text) for text in own]  # type: ignore[union-attr]
        is_swapped = min(len(own), len(written)) >= _FEWEST and max(days) <= 12 and all(map(_has_day, written))
        if is_swapped:
            examples = _examples([own[0], written[0]])
            raise AmbiguousTimestamp(
                Note("read.swapped_days", column=header, examples=examples), hint=Note("hint.export_as_text")
            )

    def _by_a_part_below(self, cell: str) -> DateOrder | None:
        """The order that the first text with a part above 12 proves; one that proves the other cannot be read then."""
        return _by_a_part(self._texts(f"{self._all(cell)} AND {above_twelve(cell)} LIMIT 1"))

    def _by_another_column(self, place: int) -> DateOrder | None:
        """The order of another column of the file: one program wrote both in one way."""
        for other, header in enumerate(self.headers):
            cells = [cell for cell in self.table.cells(other)[:50] if not is_time_of_day(cell)]
            if other == place or not cells or not all(map(needs_order, cells)):
                continue
            found = _by_a_part(cells) or self._by_a_part_below(self.table.text(other))
            if found:
                return found._replace(proof=Note("proof.as_column", column=header.strip(), proof=found.proof))
        return None

    def _all(self, cell: str) -> str:
        """A query of the column's texts, all of them in the order of the records."""
        return f"SELECT {cell} AS text FROM {self.table.relation} WHERE {cell} IS NOT NULL"

    def _texts(self, query: str) -> list[str]:
        return [text for (text,) in self.engine.rows(query)]


def _may_begin_with_years(texts: Iterable[str]) -> bool:
    """Whether years of two digits may stand first, 26-01-13: the last parts differ more, and all may be days."""
    parts = [found for text in texts if (found := re.match(r"\s*(\d\d)\D+\d\d?\D+(\d\d)(?!\d)", text))]
    first, last = ({int(part[place]) for part in parts} for place in (1, 2))
    return len(last) > len(first) and last <= set(range(1, 32))


def _has_day(text: str) -> bool:
    """Whether one of the first two parts of a date is above 12."""
    return bool(re.match(r"\s*((1[3-9]|[23]\d)\D|\d{1,2}\D{1,2}(1[3-9]|[23]\d)\D)", text))


def _day_of(serial: str) -> int:
    return (_DAY_0 + timedelta(days=int(float(serial.replace(",", "."))))).day


def _by_a_part(texts: Iterable[str]) -> DateOrder | None:
    """The order that a part above 12 proves; the run of the rows proves nothing before all are looked at."""
    return prove_date_order(texts, by_rows=False)


def _ambiguous(what: Note) -> AmbiguousTimestamp:
    return AmbiguousTimestamp(what, hint=Note("hint.date_order"))


def _examples(texts: Sequence[str]) -> tuple[str, ...]:
    """The first two different texts, for a message."""
    return tuple(text[:40] for text in list(dict.fromkeys(filter(None, texts)))[:2])
