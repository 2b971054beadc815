"""report.json, the reference output: one to one with report/model.py, and back."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Final, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from journeyminer.errors import UnreadableReport
from journeyminer.note import Note
from journeyminer.render import escape
from journeyminer.report.model import SCHEMA_NAME, SCHEMA_VERSION, Report, members, to_dict


def render(report: Report) -> str:
    """The report as JSON: keys sorted, UTF-8, one row of a table a line; report.schema.json describes every key."""
    return write(to_dict(report))


def write(data: object) -> str:
    """Any JSON as text that reads and compares well: objects are spread out, the items of a list take a line each."""
    return escape.json_safe(_spread(data, "") + "\n")


_ROW: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, default=members)


def _spread(data: object, indent: str) -> str:
    deeper = indent + "  "
    if is_dataclass(data):
        data = members(data)
    if isinstance(data, dict) and data:
        pairs = [f"{_ROW.encode(key)}: {_spread(data[key], deeper)}" for key in sorted(data)]
        return "{\n" + ",\n".join(deeper + pair for pair in pairs) + f"\n{indent}}}"
    if isinstance(data, list | tuple) and data and (isinstance(data[0], dict | list | tuple) or is_dataclass(data[0])):
        return "[\n" + ",\n".join(deeper + _ROW.encode(item) for item in data) + f"\n{indent}]"
    return _ROW.encode(data)


def load(text: str) -> Report:
    """The report that `render` wrote.

    Raises:
        UnreadableReport: no JSON, no report of ours, one of another version, or a key that is missing, unknown or of
            another type; the place is the path of the key.
    """
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise UnreadableReport(
            f"This is no JSON ({error.msg}).", place=f"line {error.lineno}", hint="Give the report.json of a run."
        ) from error
    schema = data.pop("schema", None) if isinstance(data, dict) else None
    name, version = (schema.get("name"), schema.get("version")) if isinstance(schema, dict) else (None, None)
    if name != SCHEMA_NAME:
        raise UnreadableReport("This is no journeyminer report.", place="schema", hint="Give the report.json of a run.")
    if version != SCHEMA_VERSION:
        raise UnreadableReport(
            f"The report has schema version {version}; this journeyminer reads version {SCHEMA_VERSION}.",
            place="schema.version",
            hint="Make the report again from its log with this version.",
        )
    return _object(Report, {"generated_at": None, **data}, "report")


T = TypeVar("T")
_SIMPLE: Final[dict[Any, tuple[type, ...]]] = {str: (str,), int: (int,), float: (int, float), bool: (bool,)}


def _object(kind: type[T], data: object, place: str) -> T:
    """A dataclass from an object with exactly its keys; those with a default may be absent."""
    if not isinstance(data, dict):
        raise UnreadableReport("An object is expected here.", place=place)
    hints = get_type_hints(kind)
    known = {field.name: field.default for field in fields(kind)}  # type: ignore[arg-type]
    if unknown := sorted(data.keys() - known.keys()):
        raise UnreadableReport(f"This schema version has no key {unknown[0]!r}.", place=place)
    if missing := [name for name, default in known.items() if default is MISSING and name not in data]:
        raise UnreadableReport(f"The key {missing[0]!r} is missing.", place=place)
    return kind(**{name: _value(hints[name], value, f"{place}.{name}") for name, value in data.items()})


def _value(kind: Any, value: object, place: str) -> Any:  # noqa: ANN401, PLR0911, PLR0912 (types are the data here)
    """A value of a field's type."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        if value is None and NoneType in arguments:
            return None
        choices = [choice for choice in arguments if choice is not NoneType]
        if len(choices) == 1:
            return _value(choices[0], value, place)
        if isinstance(value, tuple(choices)) and not isinstance(value, bool):
            return value
    elif origin is Literal:
        if value in arguments:
            return value
    elif origin is tuple and isinstance(value, list):
        kinds = [arguments[0]] * len(value) if arguments[-1] is ... else list(arguments)
        if len(kinds) == len(value):
            places = [f"{place}[{at}]" for at in range(len(value))]
            return tuple(map(_value, kinds, value, places))
    elif origin is dict and isinstance(value, dict):
        return {key: _value(arguments[1], item, f"{place}.{key}") for key, item in value.items()}
    elif kind is Note:
        try:
            return msgspec.convert(value, Note)
        except msgspec.ValidationError as error:
            raise UnreadableReport(str(error), place=place) from error
    elif is_dataclass(kind):
        return _object(kind, value, place)  # type: ignore[arg-type]
    elif isinstance(value, _SIMPLE.get(kind, ())) and (kind is bool or not isinstance(value, bool)):
        return value
    raise UnreadableReport(f"{json.dumps(value)[:40]} is not what this schema version has here.", place=place)
