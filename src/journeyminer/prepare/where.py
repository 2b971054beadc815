"""The expression of --where: checked before the engine sees it, and what it may have meant where nothing is left."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from journeyminer.errors import UsageError
from journeyminer.log.schema import CASES, EVENTS
from journeyminer.note import Note
from journeyminer.sql import name, quote

if TYPE_CHECKING:
    from journeyminer.log import EventLog
    from journeyminer.log.engine import Database

_FORBIDDEN = ("SUBQUERY", "WINDOW", "STAR", "PARAMETER", "POSITIONAL_REFERENCE", "LAMBDA")
_UNSTABLE = {"current_localtime", "current_localtimestamp"}
"""what duckdb 2.0.0 lists as stable and is not"""
_PLANNERS = {"json_serialize_plan"}
"""what looks into the files that a query of its own names"""
_GROUP = re.compile(r"""('(?:[^']|'')*'|"(?:[^"]|"")*")|\b(group)\b""", re.IGNORECASE)
_COMPARED = ("COMPARE_EQUAL", "COMPARE_IN")
_TEXTS = {column.name for column in (*EVENTS, *CASES) if column.type == "VARCHAR"} - {"customer_id", "journey_id"}
SHOWN = 5
"""so many values of a column are named where the one asked for is none of them"""
LOOKED_AT = 5000
"""so many values of a column, the most frequent, are compared with the one asked for"""


@dataclass(frozen=True)
class Where:
    """A checked expression: the text for the engine, its texts, and which columns of text it compares with which."""

    text: str
    texts: frozenset[str]
    compared: tuple[tuple[str, str], ...]


def check_where(log: EventLog, where: str) -> Where:
    """The expression as the engine may run it: one expression over known columns, the same answer at any time.

    Raises:
        UsageError: it is anything else.
    """
    text = _GROUP.sub(lambda found: found[1] or '"group"', where)
    place = f"--where {where}"
    parsed = json.loads(log.engine.one("SELECT json_serialize_sql(?)", [f"SELECT (\n{text}\n)"])[0])
    if parsed["error"]:
        not_sql = Note("filter.not_sql", problem=parsed["error_message"])
        raise UsageError(not_sql, place=place, hint=columns_hint(log))
    nodes = [statement["node"] for statement in parsed["statements"]]
    if not where.strip() or len(nodes) != 1 or not _is_expression(nodes[0]):
        raise UsageError(Note("filter.one_expression"), place=place)
    parts = list(_parts(nodes[0]["select_list"][0]))
    _check_parts(log, parts, place)
    texts = frozenset(part["literal"]["text"] for part in parts if _is_text(part))
    return Where(text, texts, tuple(pair for part in parts for pair in _comparisons(part)))


def _check_parts(log: EventLog, parts: list[dict[str, Any]], place: str) -> None:
    unstable = _unstable_functions(log.engine)
    macros = _macros(log.engine)
    known = {column.lower() for column in _columns(log)}
    for part in parts:
        if part["class"] in _FORBIDDEN:
            forbidden = part["class"].lower().replace("_", " ")
            raise UsageError(Note("filter.forbidden", part=forbidden), place=place)
        if part["class"] == "FUNCTION" and part["function_name"].lower() in _PLANNERS:
            raise UsageError(Note("filter.planner", function=part["function_name"]), place=place)
        if part["class"] == "FUNCTION" and _is_unstable(part, unstable, macros):
            raise UsageError(Note("filter.unstable", function=part["function_name"]), place=place)
        if part["class"] == "COLUMN_REF" and (word := ".".join(part["column_names"])).lower() not in known:
            raise UsageError(
                Note("filter.no_column", name=word), place=place, hint=columns_hint(log, near=word.lower())
            )


def events_with_cases(log: EventLog, texts: frozenset[str] = frozenset()) -> str:
    """A query of all events with what is known of their cases, under the names that a filter may use.

    `case_id` is the source's own, as it is printed; a case that one of `texts` names in full (`namespace:native`) has
    that.
    """
    full = ", ".join(quote(text) for text in sorted(texts) if ":" in text)
    case_id = f"CASE WHEN e.case_id IN ({full}) THEN e.case_id ELSE c.native_id END" if full else "c.native_id"
    case = "c.* EXCLUDE (case_key, case_id, customer_key, customer_id)"
    events, cases = f"{log.schema}.events", f"{log.schema}.cases"
    return f"SELECT e.* REPLACE ({case_id} AS case_id), {case} FROM {events} e JOIN {cases} c USING (case_key)"


def meant(log: EventLog, where: Where) -> Note | None:
    """What an expression may have meant that holds nowhere: values of the columns it compares with none of theirs."""
    hints = tuple(hint for column, text in where.compared if (hint := _meant(log, where, column, text)))
    return Note("filter.several", hints=hints) if len(hints) > 1 else hints[0] if hints else None


def _meant(log: EventLog, where: Where, column: str, text: str) -> Note | None:
    relation = f"({events_with_cases(log, where.texts)})"
    value = f"CAST({name(column)} AS VARCHAR)"
    if log.engine.one(f"SELECT count(*) > 0 FROM {relation} WHERE {value} = {quote(text)}")[0]:
        return None
    rows = log.engine.rows(
        f"SELECT {value} FROM {relation} WHERE {value} IS NOT NULL "
        f"GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT {LOOKED_AT}"
    )
    if not rows:
        return Note("filter.no_value", column=column)
    if column == "resource":
        # their names are private, see log.lists
        return Note("filter.not_an_agent", column=column, value=text)
    values = {value.lower(): value for (value,) in reversed(rows)}
    near = [values[found] for found in get_close_matches(text.lower(), values, SHOWN)]
    if near:
        return Note("filter.near_values", column=column, value=text, values=tuple(near))
    frequent = tuple(value for (value,) in rows[:SHOWN])
    return Note("filter.frequent_values", column=column, value=text, values=frequent)


def _comparisons(part: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The pairs of a column of text and a text that it is compared with."""
    if part["type"] not in _COMPARED:
        return
    sides = part["children"] if "children" in part else [part["left"], part["right"]]
    columns = [side["column_names"][-1].lower() for side in sides if side["class"] == "COLUMN_REF"]
    for column in columns:
        if column in _TEXTS:
            yield from ((column, side["literal"]["text"]) for side in sides if _is_text(side))


def _is_text(part: dict[str, Any]) -> bool:
    return bool(part["class"] == "CONSTANT" and part["literal"].get("kind") == "STRING")


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


def _unstable_functions(engine: Database) -> set[str]:
    """The names of the functions that may answer differently the next time.

    A function has a row for every list of arguments it takes. One row may be stable and another only within a query:
    `hour` of a time with a zone asks for the session's zone, and that is always UTC here. So a function is unstable
    where no row of it is stable, or where any is volatile.
    """
    rows = engine.rows(
        "SELECT lower(function_name) FROM duckdb_functions() WHERE stability IS NOT NULL GROUP BY ALL "
        "HAVING bool_or(stability = 'VOLATILE') OR NOT bool_or(stability = 'CONSISTENT')"
    )
    return {function for (function,) in rows} | _UNSTABLE


def _macros(engine: Database) -> dict[str, list[tuple[set[str], str]]]:
    """The engine's macros: the parameters and the parsed expression of each one that goes by a name."""
    macros: dict[str, list[tuple[set[str], str]]] = {}
    rows = engine.rows(
        "SELECT lower(function_name), parameters, json_serialize_sql('SELECT ' || macro_definition) "
        "FROM duckdb_functions() WHERE function_type = 'macro'"
    )
    for function, parameters, parsed in rows:
        macros.setdefault(function, []).append(({parameter.lower() for parameter in parameters}, parsed))
    return macros


def _is_unstable(call: dict[str, Any], unstable: set[str], macros: dict[str, list[tuple[set[str], str]]]) -> bool:
    """Whether a call may answer differently the next time: by its name, or by what it is a macro for."""
    function = call["function_name"].lower()
    if function in unstable or (function == "age" and len(call["arguments"]) == 1):  # of one moment it is its age today
        return True
    for parameters, parsed in macros.get(function, ()):
        tree = json.loads(parsed)
        if tree["error"]:
            return True
        parts = list(_parts(tree))
        bound = {name for part in parts if part["class"] == "LAMBDA" for name in _names(_parts(part["lhs"]))}
        # a name that nothing gives is a word like current_timestamp
        if any(part["class"] == "SUBQUERY" for part in parts) or not _names(parts) <= parameters | bound:
            return True
        inner = [part for part in parts if part["class"] == "FUNCTION" and part["function_name"].lower() != function]
        if any(_is_unstable(part, unstable, macros) for part in inner):
            return True
    return False


def _names(parts: Iterable[dict[str, Any]]) -> set[str]:
    return {part["column_names"][0].lower() for part in parts if part["class"] == "COLUMN_REF"}


def _columns(log: EventLog) -> list[str]:
    """What a filter may name, without the log's own keys."""
    names = [row[0] for row in log.rows(f"DESCRIBE {events_with_cases(log)}")]
    return [column for column in names if not column.endswith("_key")]


def columns_hint(log: EventLog, *, near: str = "") -> Note:
    """All columns that a filter may name, and the one that `near` may have meant."""
    columns = tuple(_columns(log))
    if found := get_close_matches(near.lower(), columns, 1):
        return Note("filter.near_column", near=found[0], columns=columns)
    return Note("filter.columns", columns=columns)
