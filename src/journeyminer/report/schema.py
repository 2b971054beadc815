"""The JSON Schema of report.json, which the types of the report give by themselves."""

from __future__ import annotations

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


NOTE: Final = {
    "slug": "What it says; its words stand under `note.<slug>` in the locales.",
    "params": "What its sentence holds: values of the data, slugs, numbers, or other notes.",
}


def schema() -> dict[str, Any]:
    """The schema as plain data. Objects have all their keys, but for the report itself: what was not computed is absent
    there, and never null."""
    import msgspec

    _, kinds = msgspec.json.schema_components([Report], ref_template="#/$defs/{name}")
    always = {"Report": kinds["Report"]["required"]}
    for name, kind in kinds.items():
        kind.setdefault("additionalProperties", False)  # a note takes no other keys either
        kind["description"] = " ".join(kind["description"].partition("\n\n    Attributes:")[0].split())
        kind["required"] = always.get(name, list(kind["properties"]))
        for key, value in kind["properties"].items():
            value.pop("default", None)
            if key not in kind["required"]:
                value.update(next(each for each in value.pop("anyOf") if each != {"type": "null"}))
    for key, meaning in NOTE.items():  # which no library describes, as every command needs notes
        kinds["Note"]["properties"][key]["description"] = meaning
    report = kinds.pop("Report")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{NAME.replace('.', ':')}:{VERSION}",
        **report,
        "properties": {"schema": HEADER, **report["properties"]},
        "required": ["schema", *report["required"]],
        "$defs": dict(sorted(kinds.items())),
    }
