"""Decisions: how each column of moments is read, with its proof; the zone; and what the receipt says of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from journeyminer.clock import ORDERS, DateOrder, Order, ZoneRule, prove_date_order
from journeyminer.errors import AmbiguousTimestamp, MissingColumn, UsageError
from journeyminer.importers.tabular.moments import (
    Format,
    Reading,
    above_twelve,
    formats_of,
    is_time_of_day,
    moment_sql,
    needs_order,
)
from journeyminer.note import Note

if TYPE_CHECKING:
    from journeyminer.importers.base import Source
    from journeyminer.importers.tabular.table import Table
    from journeyminer.log.engine import Database

LOOKED_AT = 2000
"""so many different texts of a column are looked at where its head does not say how it is written"""


class Decider:
    """Decides how the columns of one file are read: each by itself, then by another column of the file."""

    def __init__(self, source: Source, engine: Database, table: Table, headers: Sequence[str]) -> None:
        self.source = source
        self.engine = engine
        self.table = table
        self.headers = headers
        self.given: Order | None = None
        if source.options.date_order:
            if source.options.date_order not in ("dmy", "mdy", "ymd"):
                raise UsageError(
                    Note("usage.no_date_order", order=source.options.date_order),
                    hint=Note("usage.known", known=ORDERS),
                )
            self.given = source.options.date_order  # type: ignore[assignment] # checked above

    def reading(self, place: int, *, text: str | None = None, samples: Sequence[str] | None = None) -> Reading:
        """How the column is read.

        Args:
            text: SQL of the moments' text where it is not the column as it stands.
            samples: some of the texts, in that case.

        Raises:
            AmbiguousTimestamp: day and month cannot be told apart.
            MissingColumn: the column holds no moments at all.
        """
        header = self.headers[place].strip()
        if place in self.table.moments and text in (None, self.table.text(place)):
            zoned = self.table.moments[place]
            pattern = "timestamp_zoned" if zoned else "timestamp"
            return Reading(header, (Format(pattern, zoned=zoned, column=self.table.columns[place]),), None)
        sql = text or self.table.text(place)
        seen = list(samples) if samples is not None else self.table.cells(place)
        if not seen:
            seen = self._some(sql)
        open_ = [cell for cell in seen if needs_order(cell)]
        proved = self._order(place, header, open_, sql) if open_ else None
        formats = formats_of(seen, proved.order if proved else None)
        if seen and not formats:
            raise MissingColumn(Note("read.no_dates", column=header), hint=Note("hint.map_dates"))
        return Reading(header, formats, proved)

    def settled(self, place: int, *, text: str | None = None, samples: Sequence[str] | None = None) -> Reading:
        """How the column is read, all its formats among them; for a table in memory, which can be looked at twice."""
        reading = self.reading(place, text=text, samples=samples)
        sql = text or self.table.text(place)
        moment = moment_sql(reading, sql, alias="moment", zone=None)
        inner = f"SELECT {sql} AS text{''.join(', ' + column for column in moment.inner)} FROM {self.table.relation}"
        unread = self.engine.rows(
            f"SELECT DISTINCT text FROM ({inner}) WHERE text IS NOT NULL AND ({moment.outer}) IS NULL "
            f"ORDER BY text LIMIT {LOOKED_AT}"
        )
        return self.widened(reading, [text for (text,) in unread]) if unread else reading

    def widened(self, reading: Reading, texts: Sequence[str]) -> Reading:
        """The reading with the formats of texts that it could not read.

        Raises:
            AmbiguousTimestamp: a text proves the other order, so that the column holds both.
        """
        if reading.proved and reading.order != "ymd" and not self.given:
            other: Order = "mdy" if reading.order == "dmy" else "dmy"
            against = [text for text in texts if needs_order(text) and prove_date_order([text]) is not None]
            proved = [text for text in against if (found := prove_date_order([text])) and found.order == other]
            if proved:
                examples = _examples([reading.proved.example, proved[0]])
                raise _ambiguous(Note("read.both_orders", column=reading.header, examples=examples))
        return reading.widened(texts)

    def _order(self, place: int, header: str, open_: Sequence[str], sql: str) -> DateOrder:
        if self.given:
            return DateOrder(self.given, Note("proof.order_given"))
        found = (
            _by_a_part(open_)
            or self._by_a_part_below(sql)
            or prove_date_order(self._all(sql))
            or self._by_another_column(place)
        )
        if not found:
            raise _ambiguous(Note("read.open_order", column=header, examples=_examples(open_)))
        return found

    def _by_a_part_below(self, sql: str) -> DateOrder | None:
        """The order that the first text with a part above 12 proves; one that proves the other cannot be read then."""
        rows = self.engine.rows(f"SELECT {sql} AS text FROM {self.table.relation} WHERE {above_twelve(sql)} LIMIT 1")
        return _by_a_part(text for (text,) in rows)

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

    def _all(self, sql: str) -> Iterable[str]:
        """The column's texts, all of them in the order of the records."""
        rows = self.engine.rows(f"SELECT {sql} FROM {self.table.relation}")
        return (text for (text,) in rows if text)

    def _some(self, sql: str) -> list[str]:
        rows = self.engine.rows(
            f"SELECT DISTINCT text FROM (SELECT {sql} AS text FROM {self.table.relation}) "
            f"WHERE text IS NOT NULL ORDER BY text LIMIT {LOOKED_AT}"
        )
        return [text for (text,) in rows]


def _by_a_part(texts: Iterable[str]) -> DateOrder | None:
    """The order that a part above 12 proves; the running of the rows proves nothing before all are looked at."""
    return prove_date_order(texts, by_rows=False)


def _ambiguous(what: Note) -> AmbiguousTimestamp:
    return AmbiguousTimestamp(what, hint=Note("hint.date_order"))


def _examples(texts: Sequence[str]) -> tuple[str, ...]:
    """The first two different texts, for a message."""
    return tuple(text[:40] for text in list(dict.fromkeys(filter(None, texts)))[:2])


def zone_rule(source: Source, readings: Iterable[Reading]) -> ZoneRule:
    """The zone of the moments without an offset, for the receipt."""
    return ZoneRule(source.timezone, naive=any(reading.has_naive for reading in readings))
