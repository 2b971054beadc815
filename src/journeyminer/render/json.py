"""report.json, the reference output: one to one with `report.sections.Report`, and back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from journeyminer.errors import UnreadableReport
from journeyminer.note import Note
from journeyminer.render import escape
from journeyminer.report.schema import NAME, VERSION
from journeyminer.report.sections import Report, together

ALWAYS: Final = ("schema", "per", "as_of", "filters", "log")
"""the keys that stand beside any section"""


def render(report: Report) -> str:
    """Return the report as JSON: keys sorted, UTF-8, one row of a table a line; `report.schema` describes every key."""
    return write(to_dict(report))


def to_dict(report: Report, measures: Sequence[str] | None = None) -> dict[str, Any]:
    """Return the keys of report.json with plain values; sections that were not computed are absent.

    Args:
        measures: keep these sections, with the ones that belong to them, and what stands in every report.
    """
    import msgspec

    data = {"schema": {"name": NAME, "version": VERSION}, **msgspec.to_builtins(report)}
    kept = data.keys() if measures is None else {*ALWAYS, *together(*measures)}
    return {key: value for key, value in data.items() if key in kept}


def write(data: object) -> str:
    """Return plain data as text that compares well: objects are spread out, each item of a list takes a line."""
    return escape.json_safe(_spread(data, "") + "\n")


_ROW: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True)


def _spread(data: object, indent: str) -> str:
    deeper = indent + "  "
    if isinstance(data, dict) and data:
        pairs = [f"{_ROW.encode(key)}: {_spread(data[key], deeper)}" for key in sorted(data)]
        return "{\n" + ",\n".join(deeper + pair for pair in pairs) + f"\n{indent}}}"
    if isinstance(data, list | tuple) and data and isinstance(data[0], dict | list | tuple):
        return "[\n" + ",\n".join(deeper + _ROW.encode(item) for item in data) + f"\n{indent}]"
    return _ROW.encode(data)


def is_report(path: Path) -> bool:
    """Return whether a file is a report.json of ours, or was one."""
    from journeyminer.importers.reading.folders import MARK

    return path.suffix.lower() == ".json" and path.is_file() and MARK in path.read_bytes()


def read_report(path: str | Path) -> Report:
    """Return the report of a report.json. Raise UnreadableReport where the file cannot be read or `load` says so."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableReport(Note("usage.unreadable", error=str(error)), place=str(path)) from error
    return load(text)


def load(text: str) -> Report:
    """Return the report that `render` wrote.

    Raises:
        UnreadableReport: this is not JSON, not a report of ours, one of another version, or a key is missing, unknown
            or of another type; the place is the path of the key.
    """
    import msgspec

    again, another = Note("report.make_again"), Note("report.give_report")
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise UnreadableReport(Note("report.not_json"), place=f"line {error.lineno}", hint=another) from error
    header = data.pop("schema", None) if isinstance(data, dict) else None
    if not isinstance(header, dict) or header.get("name") != NAME:
        raise UnreadableReport(Note("report.not_ours"), place="schema", hint=another)
    if header.get("version") != VERSION:
        raise UnreadableReport(
            Note("report.other_version", version=str(header.get("version")), ours=VERSION),
            place="schema.version",
            hint=again,
        )
    try:
        return msgspec.convert(data, Report)
    except msgspec.ValidationError as error:
        problem, _, path = str(error).partition(" - at ")
        raise UnreadableReport(Note("report.other_form", problem=problem), place=path.strip("`"), hint=again) from error
