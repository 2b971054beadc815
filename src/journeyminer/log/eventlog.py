"""The handle that analysis reads: one log, immutable, in its own schema of the engine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

from journeyminer.errors import UsageError
from journeyminer.log.views import BASE_TABLES, documented_events, make_views
from journeyminer.note import Note
from journeyminer.sql import name, quote

if TYPE_CHECKING:
    import pandas as pd

    from journeyminer.log.engine import Engine, Schema
    from journeyminer.log.receipt import Receipt


@dataclass(frozen=True, eq=False, repr=False)
class EventLog:
    """An event log. Every query runs against its own tables; a filter makes another log beside it.

    `jm.read`, `jm.open_log` and `jm.from_pandas` make one, `jm.save_log` writes it.

    Tables in SQL: `events` and `cases` (columns in `log.schema`), `identities`, `links`, `rejects`, `sources`,
    `namespaces`.
    Measures read `event_rows` and `case_rows` instead: the same rows with `case_key` (an integer, unique a case)
    for the case's text, `source_no` and `ns_no` for the file and the namespace, words as ENUM codes, and only the
    columns that the log has (`has`), but always those with the source's own words (`schema.RAW`).

    Attributes:
        columns: the columns of `schema.EVENTS` in which any event has a value.
        receipt: what was read, and what became of it.
        as_of: the last known moment, to which open cases run.
        prepared: whether words are in their closed sets, see `prepare`.
    """

    schema: Schema
    columns: frozenset[str]
    receipt: Receipt
    as_of: datetime | None
    prepared: bool = False
    origin: EventLog | None = None
    """the log that this one was derived from first; it numbers those who act, so that a number is the same in both"""
    unpaired: EventLog | None = None
    """the log with starts and completions as events of their own, where they are one event here; it is what is saved"""
    _made: dict[str, str] = field(default_factory=dict, init=False)
    _making: RLock = field(default_factory=RLock, init=False)

    def __repr__(self) -> str:
        return f"<EventLog of {self.n_events} events in {self.n_cases} cases>"

    @property
    def engine(self) -> Engine:
        """The engine that holds the tables."""
        return self.schema.engine

    @cached_property
    def _tables(self) -> Schema:
        """What measures make of this log; it goes with the handle, while the log itself may be needed by others."""
        return self.engine.new_schema(self.schema)

    def has(self, *columns: str) -> bool:
        """Return whether any event of the log has a value in all these columns."""
        return self.columns.issuperset(columns)

    def sql(self, query: str, params: Sequence[Any] = ()) -> pd.DataFrame:
        """Return the result of a query over this log's tables as a DataFrame."""
        return self._tables.frame(query, params)

    def rows(self, query: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query over this log's tables as tuples."""
        return self._tables.rows(query, params)

    def dicts(self, query: str, params: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Return the rows of a query over this log's tables, each by column name; needs no pandas."""
        return self._tables.dicts(query, params)

    def one(self, query: str, params: Sequence[Any] = ()) -> tuple[Any, ...]:
        """Return the only row of a query over this log's tables."""
        return self._tables.one(query, params)

    def stream(self, query: str) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query over this log's tables one by one, for results that may not fit in memory."""
        yield from self._tables.stream(query)  # a generator, which holds the log until the last row

    def copy(self, query: str, path: Path, options: str) -> None:
        """Write the rows of a query over this log's tables to a file. Raises OSError where it cannot be written."""
        self._tables.copy(query, path, options)

    def materialise(self, table: str, select: str, *, then: str = "") -> str:
        """Make a table of this log once, on first use, and return its name; it is dropped with the log.

        Args:
            then: a statement that finishes the new table.

        Raises:
            ValueError: another query has made a table of that name.
        """
        with self._making:
            if table not in self._made:
                self._tables.execute(f"CREATE TABLE {self._tables}.{name(table)} AS {select}")
                if then:
                    self._tables.execute(then)
                self._made[table] = select
            elif self._made[table] != select:
                raise ValueError(f"two queries make a table {table}")
        return table

    def derive(self, columns: frozenset[str] | None = None, *, into: Schema | None = None, **selects: str) -> EventLog:
        """Return another log whose named tables are these queries; the others are shared.

        `{log}` in a query is this log's schema:
        `log.derive(event_rows="SELECT * FROM {log}.event_rows WHERE ...")`.

        Args:
            columns: the `columns` of the new log, where a query adds or drops some.
            into: a schema that needs this log's (`log.engine.new_schema(log.schema)`) and holds further tables that
                the queries read; they go with the new log.
            selects: `event_rows`, `case_rows`, `identities` ... -> query.
        """
        schema = into or self.engine.new_schema(self.schema)
        for table in BASE_TABLES:
            select = selects.get(table, "SELECT * FROM {log}." + table).replace("{log}", str(self.schema))
            schema.execute(f"CREATE VIEW {schema}.{table} AS {select}")
        columns = self.columns if columns is None else columns
        make_views(schema, columns)
        return replace(self, schema=schema, columns=columns, origin=self.origin or self, unpaired=None)

    def run_to(self, as_of: datetime) -> EventLog:
        """Return the same log with its open traces running to another moment than the last event of their namespace.

        Args:
            as_of: UTC; a moment without a zone is taken as UTC.

        Raises:
            UsageError: events happened after that moment.
        """
        moment = as_of.astimezone(UTC).replace(tzinfo=None) if as_of.tzinfo else as_of
        if self.as_of is not None and moment < self.as_of:
            raise UsageError(
                Note("log.ends_later", moment=moment.isoformat(" "), last=self.as_of.isoformat(" ")),
                hint=Note("hint.use_until"),
            )
        literal = f"TIMESTAMP {quote(moment.isoformat(sep=' '))}"
        derived = self.derive(namespaces=f"SELECT * REPLACE ({literal} AS as_of) FROM {{log}}.namespaces")
        return replace(derived, as_of=moment)

    def to_pandas(self) -> pd.DataFrame:
        """Return all events with the columns of the schema, ordered by timestamp, case, seq."""
        return self.sql(f"{documented_events(self.schema)} ORDER BY timestamp, case_id, seq")

    @cached_property
    def n_events(self) -> int:
        """How many events the log holds."""
        return int(self.one("SELECT count(*) FROM event_rows")[0])

    @cached_property
    def n_cases(self) -> int:
        """How many cases the log holds."""
        return int(self.one("SELECT count(*) FROM case_rows")[0])

    @property
    def step(self) -> str:
        """The column of events that says which step of ours an event is, see `steps`."""
        return "step" if self.has("step") else "activity"

    @cached_property
    def steps(self) -> tuple[tuple[str, str | None], ...]:
        """Every step with every role that does it, None where nobody says who; in order.

        A step is an activity; where activities are called as their sources do, it is what we call it all the same.
        """
        role = "role" if self.has("role") else "NULL"
        rows = self.rows(f"SELECT {self.step}, {role} FROM event_rows GROUP BY ALL")
        return tuple(sorted(rows, key=lambda row: (row[0], row[1] or "")))

    @cached_property
    def counts_minutes(self) -> bool:
        """Whether no moment of the log has seconds: then the order of what happens in one minute is the file's."""
        return not self.rows("SELECT 1 FROM event_rows WHERE epoch_us(timestamp) % 60000000 <> 0 LIMIT 1")

    @cached_property
    def agents(self) -> tuple[str, ...]:
        """Everyone who acts and is no customer, by their number of events, then by name.

        A log that was derived from another one, by a filter say, has the agents of that one: their places number them.
        """
        if self.origin:
            return self.origin.agents
        if not self.has("resource"):
            return ()
        ours = "AND role IS DISTINCT FROM 'customer'" if self.has("role") else ""
        rows = self.rows(
            "SELECT CAST(resource AS VARCHAR) AS resource FROM event_rows "
            f"WHERE resource IS NOT NULL {ours} GROUP BY resource ORDER BY count(*) DESC, CAST(resource AS VARCHAR)"
        )
        return tuple(resource for (resource,) in rows)
