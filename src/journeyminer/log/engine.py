"""The engine: one embedded DuckDB connection with a memory limit. No other module imports duckdb."""

from __future__ import annotations

import os
import re
import weakref
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from journeyminer.errors import TooLittleMemory, UsageError
from journeyminer.files import Scratch
from journeyminer.interrupts import stopped_by_interrupt
from journeyminer.note import Note
from journeyminer.sql import name, one_file, quote

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyConnection

__all__ = ["Database", "Engine", "Schema", "name", "one_file", "quote"]  # the SQL words: until all importers ask sql.py

MEMORY_SHARE = 0.6
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}


def parse_memory(text: str) -> int:
    """Return the bytes of a size such as `4GB`, `512 MiB` or `2g`; units are powers of 1024."""
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?\s*", text.lower())
    if not found:
        raise UsageError(Note("usage.not_a_size", text=text), hint=Note("hint.size"))
    return int(float(found[1]) * _UNITS[found[2]])


def default_memory() -> int:
    """Return 60 % of what this process may use, in bytes: of the machine's memory, or of its cgroup where less."""
    limits = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")] if hasattr(os, "sysconf") else [8 << 30]
    for path in _cgroup_limits():
        try:
            text = path.read_text().strip()
        except OSError:
            continue
        if text.isdigit():
            limits.append(int(text))
    return int(min(limits) * MEMORY_SHARE)


def _cgroup_limits() -> list[Path]:
    """Return the files that may hold this process's memory limit: of its own cgroup and of every one above it."""
    root = Path("/sys/fs/cgroup")
    files = [root / "memory.max", root / "memory/memory.limit_in_bytes"]
    try:
        lines = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        return files
    for line in lines:
        _, controllers, group = line.split(":", 2)
        base, name = (root, "memory.max") if not controllers else (root / "memory", "memory.limit_in_bytes")
        if controllers and "memory" not in controllers.split(","):
            continue
        folder = Path(group.lstrip("/"))
        files += [base / part / name for part in (folder, *folder.parents)]
    return files


class Database:
    """What runs SQL, on cursors of its own that see the tables of `schemas` by their bare names.

    A cursor runs one statement at a time and its names never mean anything else, so that nobody is answered of another
    log, also where several threads ask or rows still come.
    """

    def __init__(self, connection: DuckDBPyConnection, left: deque[str], schemas: tuple[str, ...] = ()) -> None:
        self.connection = connection
        self.schemas = schemas
        self._left = left
        self._idle: list[DuckDBPyConnection] = []

    @contextmanager
    def _cursor(self) -> Iterator[DuckDBPyConnection]:
        import duckdb

        try:
            cursor = self._idle.pop()
        except IndexError:
            cursor = self._new_cursor()
        done = False
        try:
            # what nobody holds any more goes between two statements: a garbage collector may run inside of one
            with suppress(IndexError):
                while True:
                    cursor.execute(f"DROP SCHEMA IF EXISTS {self._left.popleft()} CASCADE")
            with stopped_by_interrupt(cursor):
                yield cursor
            done = True
        except duckdb.OutOfMemoryException as error:
            raise TooLittleMemory(Note("log.too_little_memory"), hint=Note("hint.more_memory")) from error
        except (duckdb.InterruptException, RuntimeError) as error:
            # duckdb makes an error of its own of an interrupt: one where the watcher stopped it, another where it
            # heard of the signal itself
            if isinstance(error, duckdb.InterruptException) or str(error) == "Query interrupted":
                raise KeyboardInterrupt from error
            raise
        finally:
            if done:
                self._idle.append(cursor)
            else:
                cursor.close()

    def _new_cursor(self) -> DuckDBPyConnection:
        cursor = self.connection.cursor()
        if self.schemas:
            cursor.execute(f"SET search_path = '{','.join(self.schemas)}'")
        return cursor

    @property
    def failure(self) -> type[Exception]:
        """What a statement raises that the database cannot carry out, to be caught where another way is left."""
        import duckdb

        return duckdb.Error

    def execute(self, sql: str, params: Sequence[Any] = ()) -> None:
        """Run one statement for its effect."""
        with self._cursor() as cursor:
            cursor.execute(sql, list(params))

    def attempt(self, sql: str) -> str | None:
        """Run a statement that holds a user's own words; return what is wrong with them, None where nothing is."""
        import duckdb

        try:
            self.execute(sql)
        except (duckdb.ProgrammingError, duckdb.DataError) as error:
            return str(error).partition("\n")[0]
        return None

    def rows(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a query as tuples."""
        with self._cursor() as cursor:
            return cursor.execute(sql, list(params)).fetchall()

    def one(self, sql: str, params: Sequence[Any] = ()) -> tuple[Any, ...]:
        """Return the single row of a query."""
        (row,) = self.rows(sql, params)
        return row

    def dicts(self, sql: str, params: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Return all rows of a query, each by column name; needs no pandas."""
        with self._cursor() as cursor:
            result = cursor.execute(sql, list(params))
            names = [column[0] for column in result.description or ()]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def frame(self, sql: str, params: Sequence[Any] = ()) -> pd.DataFrame:
        """Return the result of a query as a DataFrame."""
        with self._cursor() as cursor:
            return cursor.execute(sql, list(params)).df()

    def stream(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query, a batch in memory at a time."""
        with self._cursor() as cursor:
            cursor.execute(sql)
            while batch := cursor.fetchmany(10_000):
                yield from batch

    def copy(self, sql: str, path: Path, options: str) -> None:
        """Write the rows of a query to a file. Raises OSError where it cannot be written."""
        import duckdb

        try:
            self.execute(f"COPY ({sql}) TO {quote(str(path))} ({options})")
        except duckdb.IOException as error:
            raise OSError(str(error).partition("\n")[0]) from error

    def take(self, table: str, frame: pd.DataFrame) -> None:
        """Make a table of a DataFrame; what pandas calls missing is null."""
        with self._cursor() as cursor:
            cursor.register("given_frame", frame)
            cursor.execute(f"CREATE TABLE {table} AS SELECT * FROM given_frame")

    def columns(self, relation: str) -> frozenset[str]:
        """Return the names of a relation's columns."""
        return frozenset(row[0] for row in self.rows(f"DESCRIBE SELECT * FROM {relation}"))


class Engine(Database):
    """One in-memory database that spills to a temporary folder above its memory limit.

    Results are text, numbers and UTC timestamps without a zone. Nothing is downloaded: extensions are never
    installed or loaded by themselves.
    """

    def __init__(self, *, memory: str | None = None, threads: int | None = None) -> None:
        import duckdb

        scratch = Scratch()
        self._removed = weakref.finalize(self, scratch.cleanup)
        limit = parse_memory(memory) if memory else default_memory()
        connection = duckdb.connect(
            ":memory:",
            config={
                "memory_limit": f"{max(limit, 64 << 20)}B",
                "temp_directory": scratch.name,
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "preserve_insertion_order": "true",  # see log.order
                **({"threads": str(threads)} if threads else {}),
            },
        )
        connection.execute("SET GLOBAL TimeZone = 'UTC'")
        super().__init__(connection, deque())
        self._closed = weakref.finalize(self, connection.close)
        self._numbers = count(1)

    def close(self) -> None:
        """Close the connection and remove what was spilled; also done when the handle is dropped."""
        self._closed()
        self._removed()

    def new_schema(self, *needs: Schema) -> Schema:
        """Make an empty schema.

        Args:
            needs: the schemas whose tables its own ones read: they stay as long as it does.
        """
        schema = Schema(self, f"log{next(self._numbers)}", needs)
        self.execute(f"CREATE SCHEMA {schema}")
        return schema


class Schema(Database):
    """The tables of one log. They are dropped when nobody holds the schema any more.

    `str(schema)` is its name, to stand before that of a table. A statement finds tables by their bare names here, then
    in the schemas that it needs; a new table comes here.
    """

    def __init__(self, engine: Engine, own: str, needs: tuple[Schema, ...]) -> None:
        super().__init__(engine.connection, engine._left, (own, *map(str, needs)))
        self.engine = engine
        self._needs = needs
        weakref.finalize(self, self._left.append, own).atexit = False

    def __str__(self) -> str:
        return self.schemas[0]
