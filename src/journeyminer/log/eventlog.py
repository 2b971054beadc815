"""The handle that analysis reads: one log, immutable, in its own schema of the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from journeyminer.errors import UsageError
from journeyminer.log.engine import Engine, name, quote
from journeyminer.log.receipt import Receipt

if TYPE_CHECKING:
    import pandas as pd

Answer = TypeVar("Answer")


@dataclass(frozen=True, eq=False)
class EventLog:
    """An event log. Every query runs against its own tables; a filter makes another log beside it.

    Tables in SQL: `events` and `cases` (columns in `log.schema`), `identities`, `rejects`, `sources`, `namespaces`.
    Measures read `event_rows` and `case_rows` instead: the same rows with `case_key` (an integer, unique a case)
    for the case's text, `source_no` and `ns_no` for the file and the namespace, words as ENUM codes, and only the
    columns that the log has (`has`).
    """

    engine: Engine
    schema: str
    columns: frozenset[str]
    receipt: Receipt
    as_of: datetime | None
    _made: set[str] = field(default_factory=set)
    _known: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def from_pandas(
        cls,
        frame: pd.DataFrame,
        *,
        case: str = "case_id",
        activity: str = "activity",
        timestamp: str = "timestamp",
        **columns: str,
    ) -> EventLog:
        """A log from a DataFrame, one row an event, in the order of the rows.

        Args:
            case, activity, timestamp: the columns' names in `frame`; timestamps without a zone are taken as UTC.
            columns: further columns of the schema, `resource="agent"`, `group="team"` ...

        Raises:
            MissingColumn: a named column is not in the frame.
        """
        from journeyminer.log.build import frame_to_log

        return frame_to_log(frame, {"case_id": case, "activity": activity, "timestamp": timestamp, **columns})

    @classmethod
    def open(cls, path: str | Path, *, memory: str | None = None) -> EventLog:
        """Open a log folder. Raises UnreadableLog where it is incomplete or of another schema version."""
        from journeyminer.log.store import open_log

        return open_log(Path(path), Engine(memory=memory))

    def save(self, path: str | Path) -> None:
        """Write the log folder under a temporary name and put it in place in one step."""
        from journeyminer.log.store import save_log

        save_log(self, Path(path))

    def has(self, *columns: str) -> bool:
        """Whether any event of the log has a value in all these columns."""
        return self.columns.issuperset(columns)

    def sql(self, query: str, params: Sequence[Any] = ()) -> pd.DataFrame:
        """The result of a query over this log's tables as a DataFrame."""
        self._enter()
        return self.engine.frame(query, list(params))

    def rows(self, query: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The result of a query over this log's tables as tuples."""
        self._enter()
        return self.engine.rows(query, list(params))

    def stream(self, query: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a query over this log's tables one by one, for results that may not fit in memory."""
        return self.engine.stream(query, schema=self.schema)

    def dicts(self, query: str, params: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """The result of a query over this log's tables, each row by column name."""
        self._enter()
        return self.engine.dicts(query, list(params))

    def one(self, query: str, params: Sequence[Any] = ()) -> tuple[Any, ...]:
        """The only row of a query over this log's tables."""
        self._enter()
        return self.engine.one(query, list(params))

    def copy(self, query: str, path: Path, options: str) -> None:
        """Write the rows of a query over this log's tables to a file. Raises OSError where it cannot be written."""
        self._enter()
        self.engine.copy(query, path, options)

    def materialise(self, table: str, select: str) -> str:
        """Make a table of this log once, on first use, and return its name."""
        if table not in self._made:
            self._enter()
            self.engine.execute(f"CREATE TABLE {name(table)} AS {select}")
            self._made.add(table)
        return table

    def know(self, question: str, answer: Callable[[], Answer]) -> Answer:
        """What is asked of this log again and again is found out once."""
        if question not in self._known:
            self._known[question] = answer()
        known: Answer = self._known[question]
        return known

    def derive(self, columns: frozenset[str] | None = None, **selects: str) -> EventLog:
        """Another log whose named tables are these queries; the others are shared.

        `{log}` in a query is this log's schema:
        `log.derive(event_rows="SELECT * FROM {log}.event_rows WHERE ...")`.

        Args:
            columns: what `has` answers for the new log, where a query adds or drops columns.
            selects: `event_rows`, `case_rows`, `identities` ... -> query.
        """
        from journeyminer.log.finish import derive

        return derive(self, selects, columns)

    def run_to(self, as_of: datetime) -> EventLog:
        """The same log with its open traces running to another moment than the last event of their namespace.

        Args:
            as_of: UTC; a moment without a zone is taken as UTC.

        Raises:
            UsageError: events happened after that moment.
        """
        moment = as_of.astimezone(UTC).replace(tzinfo=None) if as_of.tzinfo else as_of
        if self.as_of is not None and moment < self.as_of:
            raise UsageError(
                f"{moment} lies before the last event ({self.as_of}).", hint="Leave later cases out with --until."
            )
        literal = f"TIMESTAMP {quote(moment.isoformat(sep=' '))}"
        return replace(
            self.derive(namespaces=f"SELECT * REPLACE ({literal} AS as_of) FROM {{log}}.namespaces"), as_of=moment
        )

    def to_pandas(self) -> pd.DataFrame:
        """All events with the columns of the schema, ordered by timestamp, case, seq."""
        from journeyminer.log.store import documented_events

        return self.sql(f"{documented_events(self)} ORDER BY timestamp, case_id, seq")

    @property
    def n_events(self) -> int:
        """How many events the log holds."""
        return self.know("n_events", lambda: int(self.one("SELECT count(*) FROM event_rows")[0]))

    @property
    def n_cases(self) -> int:
        """How many cases the log holds."""
        return self.know("n_cases", lambda: int(self.one("SELECT count(*) FROM case_rows")[0]))

    def _enter(self) -> None:
        self.engine.execute(f"SET schema = '{self.schema}'")
