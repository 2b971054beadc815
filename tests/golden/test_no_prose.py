"""report.json holds no sentence: every text of it is a slug with words in all languages, a value of the data or a name.

The reports of every golden export and of the demo are walked. Each place of a report says what its texts are, so a new
key has to be given its kind here; texts of the data are looked through for the sentences of the catalogues.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from catalogues import forms_of
from golden_inputs import INPUTS, options_of
from journeyminer.cli.main import run
from journeyminer.i18n import Language, available_languages, catalogue
from journeyminer.importers import read_log
from journeyminer.note import Note
from journeyminer.options import ReadOptions
from journeyminer.prepare import prepare
from journeyminer.prepare.labels import UNMATCHED
from journeyminer.render import render
from journeyminer.report.build import build

CODES = available_languages()
SLUGS = {
    "per": "per.{}",
    "stage": "stage.{}",
    "ways.to": "stage.{}",
    "lane": "lane.{}",
    "mark": "mark.{}",
    "channels.channel": "channel.{}",
    "turn": "turn.{}",
    "basis": "turn_basis.{}",
    "by": "handover_level.{}",
    "one_off": "one_off.{}",
    "severity": "severity.{}",
    "clock": "clock.{}",
    "kpis.id": "kpi.{}.name",
    "kpis.definition": "kpi.{}.definition",
    "kpis.reason": "reason.{}",
    "contrasts.id": "kpi.{}.name",
    "contrasts.definition": "kpi.{}.definition",
    "contrasts.reason": "reason.{}",
    "findings.slug": "finding.{}",
    "journeys.id": "journey_figure.{}.name",
    "journeys.reason": "reason.{}",
    "journey_beginnings.reason": "journey_beginning.{}",
    "rejects.reason": "note.fate.{}",
    "rejected_reasons.key": "note.fate.{}",
    "ignored_reasons.key": "note.fate.{}",
    "slug": "note.{}",
}
"""the end of a place in a report -> the key of the words of its slugs, the longer ends first"""
UNITS = {"seconds", "share", "count", "score", "points"}
CLOSED = {"kpis.unit": UNITS, "contrasts.unit": UNITS, "journeys.unit": UNITS, "unmatched.field": set(UNMATCHED)}
MOMENTS = ("as_of", "log.first", "log.last", "generated_at")
DATA = (
    "schema.name", "filters", "file", "importer", "profile", "record", "activity", "activities", "source", "target",
    "group", "giver", "part", "case_id", "source_ref", "unmatched.value", "unmatched.line", "shown.nodes",
    "shown.edges", "shown.happy_path", "params", "boxes.who", "boxes.steps",
)  # fmt: skip


def texts(data: object, place: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a report with its place, `sources.decisions.slug`; the names of parameters are no texts."""
    if isinstance(data, str):
        yield place, data
    elif isinstance(data, list):
        for item in data:
            yield from texts(item, place)
    elif isinstance(data, dict):
        if place.endswith("_reasons"):
            yield from ((f"{place}.key", reason) for reason in data)
        for key, item in data.items():
            # what a note says of a value does not depend on the name that it has there
            inside = place.endswith(("params", "_reasons"))
            yield from texts(item, place if inside else f"{place}.{key}".lstrip("."))


def ends(place: str, known: tuple[str, ...]) -> str:
    """The longest of the known ends that the place has."""
    return max((end for end in known if f".{place}".endswith(f".{end}")), key=len, default="")


@cache
def sentences() -> re.Pattern[str]:
    """What stands between the parameters of any English sentence, where that is three words or more."""
    forms = [form for entry in catalogue("en").values() for form in forms_of(entry)]
    pieces = {piece.strip(" .,:;()“”„") for form in forms for piece in re.split(r"{[^}]*}", form)}
    return re.compile("|".join(re.escape(piece) for piece in sorted(pieces) if len(piece.split()) >= 3))


def faults(report: object) -> list[tuple[str, str]]:
    """The texts of a report that are not what their place says."""
    return [(place, text) for place, text in texts(report) if not is_right(place, text)]


def is_right(place: str, text: str) -> bool:
    if key := SLUGS.get(ends(place, tuple(SLUGS))):
        return all(key.format(text) in catalogue(code) for code in CODES)
    if end := ends(place, tuple(CLOSED)):
        return text in CLOSED[end]
    if ends(place, MOMENTS):
        return bool(datetime.fromisoformat(text))
    return bool(ends(place, DATA)) and not sentences().search(text)


def report_of(path: Path, options: ReadOptions) -> Any:
    """report.json of an export, the same in every language."""
    report = build(prepare(read_log([path], options=options)))
    (written,) = {str(render(report, "json", Language(code))) for code in CODES}
    return json.loads(written)


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_report_of_a_golden_export_holds_no_sentence(path: Path) -> None:
    assert faults(report_of(path, options_of(path))) == []


def test_the_report_of_the_demo_holds_no_sentence(tmp_path: Path) -> None:
    assert run(["demo", str(tmp_path / "demo")]) == 0
    assert faults(report_of(tmp_path / "demo", ReadOptions())) == []


def test_a_sentence_a_slug_without_words_and_a_new_place_are_found() -> None:
    said = Language().note(Note("read.too_many_rejected", n=9, of=20, reasons="x"))
    planted = {
        "sources": [{"file": said, "reason": {"slug": "match.nonsense", "params": {"headers": ["Case", said]}}}],
        "kpis": [{"reason": "the data holds no replies", "unit": "apples"}],
        "brand_new": "x",
    }
    assert [place for place, _ in faults(planted)] == [
        "sources.file", "sources.reason.slug", "sources.reason.params", "kpis.reason", "kpis.unit", "brand_new",
    ]  # fmt: skip
