"""report.json: one to one with the types of the report, described by its schema, and read back strictly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import journeyminer as jm
from journeyminer.errors import UnreadableReport
from journeyminer.i18n import Language, available_languages
from journeyminer.render.json import load, render
from journeyminer.report.schema import NAME, VERSION, schema
from journeyminer.report.sections import SECTIONS
from sample_report import empty_report, hostile_report, sample_report

SCHEMA = schema()
REPORTS = {"sample": sample_report, "hostile": hostile_report, "empty": empty_report}


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_survives_being_written_and_read(name: str) -> None:
    report = REPORTS[name]()
    assert load(render(report)) == report


@pytest.mark.parametrize("name", REPORTS)
def test_every_output_is_what_the_schema_says(name: str) -> None:
    assert not list(Draft202012Validator(SCHEMA).iter_errors(json.loads(render(REPORTS[name]()))))


def test_the_schema_is_sound_and_every_key_is_described() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    objects = {"Report": SCHEMA, **SCHEMA["$defs"]}
    assert {name for name, part in objects.items() if part["additionalProperties"] is not False} == set()
    for part in objects.values():
        assert part["description"] and "Attributes" not in part["description"]
        assert [key for key, value in part["properties"].items() if not value.get("description")] == []


def test_what_was_not_computed_is_absent_and_never_null() -> None:
    optional = SCHEMA["properties"].keys() - SCHEMA["required"]
    assert optional == (SECTIONS.keys() | {"generated_at"}) - {"sources"}
    for key in optional:
        assert list(Draft202012Validator(SCHEMA).iter_errors({**json.loads(render(empty_report())), key: None}))
    assert "graph" not in json.loads(render(empty_report()))


def test_what_is_not_knowable_is_null() -> None:
    kpi = json.loads(render(sample_report()))["kpis"][-1]
    assert (kpi["value"], kpi["reason"]) == (None, "no_visibility")
    without = json.loads(render(sample_report()))
    del without["kpis"][-1]["value"]
    assert list(Draft202012Validator(SCHEMA).iter_errors(without))


def test_keys_are_sorted_and_text_is_readable() -> None:
    text = render(sample_report())
    assert list(json.loads(text)) == sorted(json.loads(text))
    assert '\n  "turns": [\n    {"basis": "status", "seconds": ' in text
    assert text.endswith("}\n")


def test_what_a_terminal_could_obey_is_written_as_a_code() -> None:
    text = render(hostile_report())
    assert "\x1b" not in text
    assert "\x9b" not in text
    assert "\\u009b2J" in text


def damaged(change: dict[str, Any]) -> str:
    return json.dumps({**json.loads(render(sample_report())), **change})


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("{", "line 1", "not JSON"),
        ("[]", "schema", "not a report"),
        ('{"schema": {"name": "else", "version": 1}}', "schema", "not a report"),
        (damaged({"schema": {"name": NAME, "version": VERSION - 1}}), "schema.version", f"version {VERSION - 1}"),
        (damaged({"colour": "red"}), "", "unknown field `colour`"),
        (damaged({"log": {"n_events": 1}}), "$.log", "missing required field `n_cases`"),
        (
            damaged({"turns": [{"turn": "moon", "basis": "none", "seconds": 1, "share": 1.0}]}),
            "$.turns[0].turn",
            "'moon'",
        ),
        (damaged({"durations": {"n": "many"}}), "$.durations.n", "Expected `int`"),
        (damaged({"filters": "none"}), "$.filters", "Expected `array`"),
        (damaged({"variants": {"rows": [], "n_total": -1, "n_once": 0, "n_for_80": 0}}), "$.variants.n_total", ">= 0"),
    ],
)
def test_another_file_is_refused_with_its_place(text: str, place: str, says: str) -> None:
    with pytest.raises(UnreadableReport) as caught:
        load(text)
    assert caught.value.place == place
    for code in available_languages():
        told = caught.value.told(Language(code))
        assert code != "en" or says in told


def test_a_file_is_written_and_read_again_or_says_why_not(tmp_path: Path) -> None:
    jm.write_report(sample_report(), tmp_path / "report.json", language="hu")
    assert jm.read_report(tmp_path / "report.json") == sample_report()
    (tmp_path / "report.json").write_bytes(b"\xff")
    for name in ("report.json", "missing.json"):
        with pytest.raises(UnreadableReport, match=f"{name}: The file cannot be read"):
            jm.read_report(tmp_path / name)
