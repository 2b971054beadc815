"""Splitting: a log for each value of a column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from journeyminer.errors import EmptyLog, UsageError
from journeyminer.log.lists import resource_names
from journeyminer.log.schema import CASES, EVENTS
from journeyminer.note import Note
from journeyminer.prepare.filters import case_channels, keep_cases
from journeyminer.sql import name

if TYPE_CHECKING:
    from journeyminer.log import EventLog

MOST_VALUES = 20


def split_log(log: EventLog, *, by: str, most: int = MOST_VALUES, named: bool = False) -> dict[str, EventLog]:
    """Return a log for each of the most frequent values of a column.

    A part is the whole cases that hold the value, so that a case can stand in several parts; channels are those of the
    customer, see `case_channels`.

    Args:
        by: a column of text of `events` or `cases`, `group` or `priority` say.
        most: at most so many values, those with the most cases first, equal ones in alphabetical order.
        named: name resources as the source does instead of by numbers.

    Returns:
        Value -> the log of its cases; `as_of` and the numbers of agents stay the whole log's.

    Raises:
        UsageError: the log has no such column.
        EmptyLog: no event or case has a value there.
    """
    values = _values(log, by)
    rows = log.rows(f"SELECT value FROM ({values}) GROUP BY value ORDER BY count(*) DESC, value LIMIT {most}")
    if not rows:
        raise EmptyLog(Note("run.no_values", column=by), hint=Note("run.see_quality"))
    shown = resource_names(log, named=named) if by == "resource" else {}
    parts = {}
    for (value,) in rows:
        schema = log.engine.new_schema(log.schema)
        schema.execute(f"CREATE TABLE kept AS SELECT case_key FROM ({values}) WHERE value = ?", [value])
        parts[shown.get(value, value)] = keep_cases(log, schema, "kept")
    return parts


def count_values(log: EventLog, *, by: str) -> int:
    """Return how many values a column has. Raises UsageError where the log has no such column."""
    return int(log.one(f"SELECT count(DISTINCT value) FROM ({_values(log, by)})")[0])


def _values(log: EventLog, by: str) -> str:
    """Return SQL of the pairs of case_key and value, each once."""
    tables = {table: log.schema.columns(f"{log.schema}.{table}") for table in ("events", "cases")}
    texts = dict.fromkeys(column.name for column in (*EVENTS, *CASES) if column.type == "VARCHAR")
    texts.pop("customer_id")  # a report of one customer is about somebody
    known = [column for column in texts if any(column in columns for columns in tables.values())]
    if by not in known:
        raise UsageError(Note("filter.no_split", column=by), hint=Note("filter.columns", columns=tuple(known)))
    if by == "channel":
        return f"SELECT case_key, CAST(channel AS VARCHAR) AS value FROM ({case_channels(log)})"
    table = "cases" if by in tables["cases"] else "events"
    # a customer is no resource, even where the source has one there
    ours = "AND role IS DISTINCT FROM 'customer'" if by == "resource" else ""
    value = name(by)
    return f"SELECT DISTINCT case_key, CAST({value} AS VARCHAR) AS value FROM {table} WHERE {value} IS NOT NULL {ours}"
