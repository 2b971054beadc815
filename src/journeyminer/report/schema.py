"""The JSON Schema of report.json: from the types of the report, and from what their docstrings say of each field."""

from __future__ import annotations

import re
from inspect import cleandoc
from typing import Any, Final

from journeyminer.report.sections import Report

NAME: Final = "journeyminer.report"
VERSION: Final = 2
"""grows when a key changes its meaning or goes away"""
HEADER: Final = {
    "description": "Name and version of this schema.",
    "type": "object",
    "properties": {
        "name": {"description": "Always this name.", "const": NAME},
        "version": {"description": "Grows when a key changes its meaning or goes away.", "const": VERSION},
    },
    "required": ["name", "version"],
    "additionalProperties": False,
}


def schema() -> dict[str, Any]:
    """The schema as plain data. Objects have all their keys, but for the report itself: what was not computed is absent
    there, and never null."""
    import msgspec

    _, kinds = msgspec.json.schema_components([Report], ref_template="#/$defs/{name}")
    always = {"Report": kinds["Report"]["required"]}
    for name, kind in kinds.items():
        kind.setdefault("additionalProperties", False)  # a note takes no other keys either
        kind["description"], meanings = _docstring(kind["description"])
        kind["required"] = always.get(name, list(kind["properties"]))
        for key, value in kind["properties"].items():
            value.pop("default", None)
            if key not in kind["required"]:
                value.update(next(each for each in value.pop("anyOf") if each != {"type": "null"}))
            kind["properties"][key] = {"description": meanings[key], **value}
    report = kinds.pop("Report")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{NAME.replace('.', ':')}:{VERSION}",
        **report,
        "properties": {"schema": HEADER, **report["properties"]},
        "required": ["schema", *report["required"]],
        "$defs": dict(sorted(kinds.items())),
    }


def _docstring(text: str) -> tuple[str, dict[str, str]]:
    """What a class says of itself, and of each of its fields under `Attributes:`."""
    about, _, listed = cleandoc(text).partition("\n\nAttributes:\n")
    meanings = {name: _line(said) for name, said in re.findall(r"^    (\w+): (.*(?:\n     .*)*)", listed, re.MULTILINE)}
    return _line(about), meanings


def _line(text: str) -> str:
    return " ".join(text.split())
