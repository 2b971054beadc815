"""Pseudonyms: a number in place of what would say who a customer is, as `thread 12` or `chat 3-12`.

Numbers go by first event and are kept: what is appended gets the next ones. Which number is whose stands in the log's
table `pseudonyms`, which no output shows.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from journeyminer.log.rows import OF_CASES
from journeyminer.sql import name

if TYPE_CHECKING:
    from journeyminer.log.engine import Schema
    from journeyminer.log.receipt import SourceReceipt
    from journeyminer.vocabulary import PseudonymKind

_MARK: Final = "\x1f"
_HIDDEN: Final = re.compile(f"{_MARK}([a-z]+){_MARK}([^{_MARK}]*){_MARK}")
_MARKED: Final = "split_part({}, chr(31), 2) AS kind, split_part({}, chr(31), 3) AS key"

Row = tuple[str, str | None, int]
"""kind, key (none where whoever it was is forgotten), number"""


def hidden(kind: PseudonymKind, key: str) -> str:
    """Return what an importer puts into a case's id, a namespace or a file's name for the log to put a number there."""
    return f"{_MARK}{kind}{_MARK}{key.replace(_MARK, ' ')}{_MARK}"


class Pseudonyms:
    """The numbers that a log has given so far."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str], int] = {}
        self._gone: list[Row] = []
        self._last: defaultdict[str, int] = defaultdict(int)

    def know(self, rows: Iterable[Row]) -> None:
        """Take the numbers of a stored log."""
        for kind, key, number in rows:
            self._last[kind] = max(self._last[kind], number)
            if key is None:
                self._gone.append((kind, None, number))
            else:
                self._numbers[kind, key] = number

    def name(self, kind: str, key: str) -> str:
        """Return the pseudonym of a thing; one that has none yet gets the next number of its kind."""
        if (kind, key) not in self._numbers:
            self._last[kind] += 1
            self._numbers[kind, key] = self._last[kind]
        return f"{kind} {self._numbers[kind, key]}"

    def shown(self, text: str) -> str:
        """Return a text with a pseudonym wherever something in it is hidden."""
        return _HIDDEN.sub(lambda found: self.name(found[1], found[2]), text)

    def rows(self) -> list[Row]:
        """Return all numbers, in order."""
        return sorted(((*known, number) for known, number in self._numbers.items()), key=_place) + self._gone

    def make_table(self, schema: Schema, table: str) -> None:
        """Make a table of all numbers, from which `know` takes them again."""
        schema.execute(
            f"CREATE TABLE {table} AS SELECT unnest(CAST(? AS VARCHAR[])) AS kind, "
            "unnest(CAST(? AS VARCHAR[])) AS key, unnest(CAST(? AS BIGINT[])) AS number",
            [[row[column] for row in self.rows()] for column in range(3)],
        )

    def write(self, schema: Schema, sources: Sequence[SourceReceipt]) -> None:
        """Put pseudonyms into the receipts and into the events, cases and identities that wait; make `pseudonyms`."""
        first = _first_events(schema, sources)
        for kind, key in sorted(first, key=lambda thing: (first[thing], thing)):
            self.name(kind, key)
        for source in sources:
            source.file, source.namespace = self.shown(source.file), self.shown(source.namespace)
        self.make_table(schema, "pseudonyms")
        if first:
            for kind in OF_CASES:
                shown = "p.kind || ' ' || p.number || split_part(case_id, chr(31), 4)"
                hidden_kind, hidden_key = "split_part(case_id, chr(31), 2)", "split_part(case_id, chr(31), 3)"
                schema.execute(
                    f"UPDATE staged_{kind} SET {name('case_id')} = {shown} FROM pseudonyms p "
                    f"WHERE starts_with(case_id, chr(31)) AND (p.kind, p.key) = ({hidden_kind}, {hidden_key})"
                )


def _first_events(schema: Schema, sources: Sequence[SourceReceipt]) -> dict[tuple[str, str], datetime]:
    """Return everything that is hidden, with the moment of its first event."""
    first: dict[tuple[str, str], datetime] = {}

    def see(things: Iterable[tuple[str, str]], moment: datetime) -> None:
        for thing in things:
            first[thing] = min(first.get(thing, moment), moment)

    rows = schema.rows(
        f"SELECT {_MARKED.format('case_id', 'case_id')}, min(timestamp) FROM staged_events "
        "WHERE starts_with(case_id, chr(31)) GROUP BY ALL"
    )
    for kind, key, moment in rows:
        see([(kind, key)], moment)
    begun = dict(schema.rows("SELECT source_no, min(timestamp) FROM staged_events GROUP BY source_no"))
    for number, source in enumerate(sources):
        things = {(found[1], found[2]) for text in (source.file, source.namespace) for found in _HIDDEN.finditer(text)}
        see(things, begun.get(number, datetime.max))
    return first


def _place(row: Row) -> tuple[str, int]:
    return row[0], row[2]
