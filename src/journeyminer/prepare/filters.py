"""Filters choose whole cases, so that every trace stays whole."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from difflib import get_close_matches
from typing import Any

from journeyminer.errors import EmptyLog, UsageError
from journeyminer.log import EventLog
from journeyminer.log.engine import Engine, quote
from journeyminer.prepare.privacy import keep_numbers
from journeyminer.vocabulary import CHANNELS

Moment = str | date | datetime | None

_FORBIDDEN = {
    "SUBQUERY": "a subquery",
    "WINDOW": "a window function",
    "STAR": "a star",
    "PARAMETER": "a parameter",
    "POSITIONAL_REFERENCE": "a position",
    "LAMBDA": "a lambda",
}
_GROUP = re.compile(r"""('(?:[^']|'')*'|"(?:[^"]|"")*")|\b(group)\b""", re.IGNORECASE)


def filter_log(
    log: EventLog, *, since: Moment = None, until: Moment = None, where: str | None = None, channels: Sequence[str] = ()
) -> EventLog:
    """The log of the cases that pass every filter; `as_of` stays the whole log's.

    Args:
        since, until: cases whose first event lies in [since, until); a date is its midnight, all in UTC.
        where: a SQL expression over the columns of `events` and `cases`; a case is kept where it holds for at least
            one event. `group` needs no quotes.
        channels: cases with at least one event in one of these channels.

    Raises:
        UsageError: a filter cannot mean anything.
        EmptyLog: no case is left; the message names the filter that removed the last ones.
    """
    engine = log.engine
    steps = list(_steps(log, _moment("since", since), _moment("until", until), where, channels))
    if not steps:
        return log
    schema = engine.new_schema()
    kept = f"{log.schema}.case_rows"
    for number, (description, select) in enumerate(steps):
        table = f"{schema}.kept{number}"
        passed = f"SELECT case_key FROM {kept} SEMI JOIN ({select}) USING (case_key)"
        if problem := engine.attempt(f"CREATE TABLE {table} AS {passed}"):
            raise UsageError(f"The filter cannot be used ({problem}).", place=description, hint=_columns_hint(log))
        if not engine.one(f"SELECT count(*) FROM {table}")[0]:
            raise EmptyLog(f"No case is left after the filter {description}.", hint=_reach(log))
        kept = table
    filtered = log.derive(
        event_rows=f"SELECT x.* FROM {{log}}.event_rows x SEMI JOIN {kept} USING (case_key)",
        case_rows=f"SELECT x.* FROM {{log}}.case_rows x SEMI JOIN {kept} USING (case_key)",
        identities=f"SELECT x.* FROM {{log}}.identities x SEMI JOIN {kept} USING (case_key)",
    )
    return keep_numbers(filtered, log)


def describe_filters(
    *, since: Moment = None, until: Moment = None, where: str | None = None, channels: Sequence[str] = ()
) -> tuple[str, ...]:
    """The filters in words, as a report shows them: what the user asked, not translated."""
    described = []
    for name, moment in (("since", _moment("since", since)), ("until", _moment("until", until))):
        if moment is not None:
            described.append(f"{name} {_shown(moment)}")
    if channels:
        described.append(f"channel {', '.join(channels)}")
    if where:
        described.append(f"where {where}")
    return tuple(described)


def _steps(
    log: EventLog, since: datetime | None, until: datetime | None, where: str | None, channels: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Each filter in words, with the query of the case keys it lets through."""
    if since and until and since >= until:
        raise UsageError("--since must be before --until.", place=f"since {_shown(since)} until {_shown(until)}")
    first = f"SELECT case_key FROM {log.schema}.event_rows GROUP BY case_key HAVING min(timestamp)"
    if since:
        yield f"since {_shown(since)}", f"{first} >= {_timestamp(since)}"
    if until:
        yield f"until {_shown(until)}", f"{first} < {_timestamp(until)}"
    if channels:
        for channel in channels:
            if channel not in CHANNELS:
                near = get_close_matches(channel, CHANNELS, 1)
                step = f"Did you mean {near[0]!r}?" if near else f"Channels: {', '.join(CHANNELS)}."
                raise UsageError(f"There is no channel {channel!r}.", hint=step)
        listed = ", ".join(map(quote, channels))
        met = f"channel IN ({listed})" if log.has("channel") else "false"
        yield f"channel {', '.join(channels)}", f"SELECT case_key FROM {log.schema}.event_rows WHERE {met}"
    if where is not None:
        # a text or a number would be taken for true
        boolean = "CAST(if(typeof(x) = 'BOOLEAN', x, error('neither true nor false')) AS BOOLEAN)"
        asked = f"SELECT case_key, (\n{_checked(log, where)}\n) AS x FROM ({_joined(log)})"
        yield f"where {where}", f"SELECT case_key FROM ({asked}) WHERE {boolean}"


def _joined(log: EventLog) -> str:
    case = "c.* EXCLUDE (case_key, case_id, customer_key)"
    return f"SELECT e.*, {case} FROM {log.schema}.events e JOIN {log.schema}.cases c USING (case_key)"


def _checked(log: EventLog, where: str) -> str:
    """The expression as the engine may run it: one expression over known columns, the same answer at any time."""
    text = _GROUP.sub(lambda found: found[1] or '"group"', where)
    place = f"where {where}"
    parsed = json.loads(log.engine.one("SELECT json_serialize_sql(?)", [f"SELECT (\n{text}\n)"])[0])
    if parsed["error"]:
        raise UsageError(
            f"The filter is no SQL expression ({parsed['error_message']}).", place=place, hint=_columns_hint(log)
        )
    nodes = [statement["node"] for statement in parsed["statements"]]
    if not where.strip() or len(nodes) != 1 or not _is_expression(nodes[0]):
        raise UsageError("The filter must be one expression.", place=place, hint="Write it like \"group = 'Billing'\".")
    unstable = _unstable_functions(log.engine)
    known = {column.lower() for column in _columns(log)}
    for part in _parts(nodes[0]["select_list"][0]):
        if part["class"] in _FORBIDDEN:
            raise UsageError(
                f"The filter holds {_FORBIDDEN[part['class']]}.", place=place, hint="Compare columns with values."
            )
        if part["class"] == "FUNCTION" and part["function_name"].lower() in unstable:
            raise UsageError(
                f"{part['function_name']}() answers differently every time.",
                place=place,
                hint="Write the value itself.",
            )
        if part["class"] == "COLUMN_REF" and (word := ".".join(part["column_names"])).lower() not in known:
            near = get_close_matches(word.lower(), sorted(known), 1)
            step = f"Did you mean {near[0]!r}? " if near else ""
            raise UsageError(f"There is no column {word!r}.", place=place, hint=step + _columns_hint(log))
    return text


def _is_expression(node: dict[str, Any]) -> bool:
    """Whether a parsed SELECT is a bare expression: nothing before, after or beside it."""
    return (
        node["type"] == "SELECT_NODE"
        and len(node["select_list"]) == 1
        and node["from_table"]["type"] == "EMPTY"
        and not any(
            node[part] for part in ("modifiers", "where_clause", "group_expressions", "having", "qualify", "sample")
        )
    )


def _parts(tree: object) -> Iterator[dict[str, Any]]:
    """Every expression inside a parsed one."""
    if isinstance(tree, dict):
        if "class" in tree:
            yield tree
        for value in tree.values():
            yield from _parts(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _parts(value)


def _unstable_functions(engine: Engine) -> set[str]:
    rows = engine.rows(
        "SELECT DISTINCT lower(function_name) FROM duckdb_functions() "
        "WHERE stability IN ('VOLATILE', 'CONSISTENT_WITHIN_QUERY')"
    )
    return {function for (function,) in rows}


def _columns(log: EventLog) -> list[str]:
    """What a filter may name, without the log's own keys."""
    names = [row[0] for row in log.rows(f"DESCRIBE {_joined(log)}")]
    return [column for column in names if not column.endswith("_key")]


def _columns_hint(log: EventLog) -> str:
    return f"Columns: {', '.join(_columns(log))}."


def _reach(log: EventLog) -> str:
    first, last = log.one("SELECT min(timestamp), max(timestamp) FROM event_rows")
    return f"The log spans {_shown(first)} to {_shown(last)}."


def _moment(flag: str, moment: Moment) -> datetime | None:
    """A date or time as the user gives it, in UTC without a zone."""
    if moment is None:
        return None
    if isinstance(moment, str):
        try:
            moment = datetime.fromisoformat(moment.strip())
        except ValueError:
            raise UsageError(
                f"--{flag} {moment!r} is no date.", hint=f"Write it like --{flag} 2026-01-31 or 2026-01-31T09:30."
            ) from None
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time())
    try:
        return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    except OverflowError:
        raise UsageError(f"--{flag} {moment} lies outside the years that there are.") from None


def _shown(moment: datetime) -> str:
    return moment.date().isoformat() if moment.time() == time() else moment.isoformat(timespec="seconds")


def _timestamp(moment: datetime) -> str:
    return f"TIMESTAMP {quote(moment.isoformat(sep=' '))}"
