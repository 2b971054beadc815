"""report.json: one to one with the model, described by its schema, and read back strictly."""

from __future__ import annotations

import json
import re
from dataclasses import fields, is_dataclass
from importlib import resources
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from journeyminer.errors import UnreadableReport
from journeyminer.render.json import load, render
from journeyminer.report import model
from sample_report import empty_report, hostile_report, sample_report

SCHEMA: dict[str, Any] = json.loads(resources.files("journeyminer.report").joinpath("report.schema.json").read_text())
REPORTS = {"sample": sample_report, "hostile": hostile_report, "empty": empty_report}
PARTS = [
    part
    for part in vars(model).values()
    if is_dataclass(part) and isinstance(part, type) and part is not model.Report
]  # fmt: skip


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_survives_being_written_and_read(name: str) -> None:
    report = REPORTS[name]()
    assert load(render(report)) == report


@pytest.mark.parametrize("name", REPORTS)
def test_every_output_is_what_the_schema_says(name: str) -> None:
    assert not list(Draft202012Validator(SCHEMA).iter_errors(json.loads(render(REPORTS[name]()))))


def test_the_schema_is_sound_and_every_key_is_described() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    objects = [SCHEMA, *SCHEMA["$defs"].values()]
    assert all(part["additionalProperties"] is False for part in objects)
    assert [key for part in objects for key, value in part["properties"].items() if not value["description"]] == []


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_the_schema_has_the_model_s_keys(part: type) -> None:
    described = SCHEMA["$defs"][part.__name__]
    names = [field.name for field in fields(part)]
    assert list(described["properties"]) == described["required"] == names


def test_the_schema_has_the_report_s_keys() -> None:
    assert list(SCHEMA["properties"]) == ["schema", *(field.name for field in fields(model.Report))]


def test_keys_are_sorted_and_text_is_readable() -> None:
    text = render(sample_report())
    assert list(json.loads(text)) == sorted(json.loads(text))
    assert text.endswith("}\n")


def test_what_a_terminal_could_obey_is_written_as_a_code() -> None:
    text = render(hostile_report())
    assert "\x1b" not in text
    assert "\x9b" not in text
    assert "\\u009b2J" in text


def damaged(change: dict[str, Any]) -> str:
    return json.dumps({**json.loads(render(sample_report())), **change})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "no JSON"),
        ("[]", "no journeyminer report"),
        ('{"schema": {"name": "else", "version": 1}}', "no journeyminer report"),
        (damaged({"schema": {"name": model.SCHEMA_NAME, "version": 99}}), "schema version 99"),
        (damaged({"colour": "red"}), "no key 'colour'"),
        (damaged({"log": {"n_events": 1}}), "report.log: The key 'n_cases' is missing"),
        (
            damaged({"turns": [{"turn": "moon", "basis": "none", "seconds": 1, "share": 1.0}]}),
            "report.turns\\[0\\].turn",
        ),
        (damaged({"durations": {"n": "many"}}), "report.durations"),
        (damaged({"filters": "none"}), "report.filters"),
    ],
)
def test_another_file_is_refused_with_its_place(text: str, says: str) -> None:
    with pytest.raises(UnreadableReport) as caught:
        load(text)
    assert re.search(says, str(caught.value))
