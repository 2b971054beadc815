"""The engine: one embedded DuckDB connection with a memory limit. No other module imports duckdb."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from journeyminer.errors import TooLittleMemory, UsageError

if TYPE_CHECKING:
    import pandas as pd

MEMORY_SHARE = 0.6
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}


def parse_memory(text: str) -> int:
    """Bytes of a size such as `4GB`, `512 MiB` or `2g`; units are powers of 1024."""
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?\s*", text.lower())
    if not found:
        raise UsageError(f"{text!r} is not a size.", hint="Write it like --memory 4GB.")
    return int(float(found[1]) * _UNITS[found[2]])


def default_memory() -> int:
    """60 % of what this process may use: the smaller of the machine's memory and its cgroup's limit, in bytes."""
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
    """The files that may hold this process's memory limit: its own cgroup and every one above it."""
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


def quote(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def name(text: str) -> str:
    """A quoted SQL identifier."""
    return '"' + text.replace('"', '""') + '"'


def one_file(path: Path) -> str:
    """A SQL string literal of one file to read; as it is, `*`, `?` and `[` in its name would mean many files."""
    return quote(re.sub(r"([*?\[])", r"[\1]", str(path)))


class Engine:
    """One in-memory database that spills to a temporary folder above its memory limit.

    Results are text, numbers and UTC timestamps without a zone. Nothing is downloaded: extensions are never
    installed or loaded by themselves.
    """

    def __init__(self, *, memory: str | None = None, threads: int | None = None) -> None:
        import duckdb

        self._spill = Path(tempfile.mkdtemp(prefix="journeyminer-"))
        self._removed = weakref.finalize(self, shutil.rmtree, self._spill, ignore_errors=True)
        limit = parse_memory(memory) if memory else default_memory()
        self.connection = duckdb.connect(
            ":memory:",
            config={
                "memory_limit": f"{max(limit, 64 << 20)}B",
                "temp_directory": str(self._spill),
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "preserve_insertion_order": "true",  # see log.order
                **({"threads": str(threads)} if threads else {}),
            },
        )
        self.connection.execute("SET TimeZone = 'UTC'")
        self.connection.execute("SET enable_progress_bar = false")
        self._closed = weakref.finalize(self, self.connection.close)
        self._n_schemas = 0

    @property
    def failure(self) -> type[Exception]:
        """What a statement raises that the database cannot carry out, to be caught where another way is left."""
        import duckdb

        return duckdb.Error

    def close(self) -> None:
        """Close the connection and remove what was spilled; also done when the handle is dropped."""
        self._closed()
        self._removed()

    def new_schema(self) -> str:
        """Make an empty schema: each log, and each log derived from one, stands in its own."""
        self._n_schemas += 1
        schema = f"log{self._n_schemas}"
        self.connection.execute(f"CREATE SCHEMA {schema}")
        return schema

    def execute(self, sql: str, params: list[Any] | None = None) -> None:
        """Run one statement for its effect."""
        with _query():
            self.connection.execute(sql, params)

    def copy(self, sql: str, path: Path, options: str) -> None:
        """Write the rows of a query to a file. Raises OSError where it cannot be written."""
        import duckdb

        try:
            self.execute(f"COPY ({sql}) TO {quote(str(path))} ({options})")
        except duckdb.IOException as error:
            raise OSError(str(error).partition("\n")[0]) from error

    def attempt(self, sql: str) -> str | None:
        """Run a statement that holds a user's own words; answers what is wrong with them, None where nothing is."""
        import duckdb

        try:
            self.execute(sql)
        except (duckdb.ProgrammingError, duckdb.DataError) as error:
            return str(error).partition("\n")[0]
        return None

    def rows(self, sql: str, params: list[Any] | None = None) -> list[tuple[Any, ...]]:
        """All rows of a query as tuples."""
        with _query():
            return self.connection.execute(sql, params).fetchall()

    def stream(self, sql: str, *, schema: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a query over a schema, a batch in memory at a time; other queries may run meanwhile."""
        cursor = self.connection.cursor()
        try:
            with _query():
                cursor.execute(f"SET schema = '{schema}'")
                cursor.execute(sql)
                while batch := cursor.fetchmany(10_000):
                    yield from batch
        finally:
            cursor.close()

    def one(self, sql: str, params: list[Any] | None = None) -> tuple[Any, ...]:
        """The single row of a query."""
        (row,) = self.rows(sql, params)
        return row

    def dicts(self, sql: str, params: list[Any] | None = None) -> list[dict[str, Any]]:
        """All rows of a query, each by column name; needs no pandas."""
        with _query():
            result = self.connection.execute(sql, params)
            names = [column[0] for column in result.description or ()]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def frame(self, sql: str, params: list[Any] | None = None) -> pd.DataFrame:
        """The result of a query as a DataFrame."""
        with _query():
            return self.connection.execute(sql, params).df()


@contextmanager
def _query() -> Iterator[None]:
    """Around every query: an interrupt stays one, which duckdb would make an error of its own; too little memory is
    the user's to mend."""
    import duckdb

    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise TooLittleMemory(
            "The log does not fit into the memory limit.", hint="Give more with --memory, or read fewer files at once."
        ) from error
    except RuntimeError as error:
        if str(error) == "Query interrupted":
            raise KeyboardInterrupt from error
        raise
