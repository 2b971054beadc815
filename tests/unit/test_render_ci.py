"""What CI systems read: each form is valid, says what the report says, and holds whatever the data may say."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET

from msgspec.structs import replace

from journeyminer.i18n import Language
from journeyminer.render.gates import github, junit
from journeyminer.render.gauges import benchmark, openmetrics
from journeyminer.report.model import Promise
from journeyminer.report.sections import Report
from sample_report import sample_report

EN = Language()
EVIL = 'x" </testcase><script>&\n::error::owned\r\n##vso[task]\u202e%0A, a: b'
PROMISE = Promise(
    rule="kpis.first_response.p90 <= 4h", severity="error", verdict="broken", figure="kpis.first_response.p90",
    unit="seconds", value=18_000, limit=14_400, n=40, min_n=20, why=None, reason=None, command="journeyminer show kpis",
)  # fmt: skip


def report(*promises: Promise) -> Report:
    return replace(sample_report(), promises=promises)


PROMISES = (
    PROMISE,
    replace(PROMISE, verdict="broken", severity="warning", reason=EVIL),
    replace(PROMISE, verdict="undecided", why="too_few", n=3),
    replace(PROMISE, verdict="kept", value=60, rule=f"teams.'{EVIL}'.seconds <= 4h"),
)


def test_a_promise_is_a_test() -> None:
    suites = ET.fromstring(junit(report(*PROMISES), EN))
    assert {key: suites.get(key) for key in ("tests", "failures", "skipped")} == {
        "tests": "4", "failures": "1", "skipped": "1",
    }  # fmt: skip
    cases = list(suites.iter("testcase"))
    assert [[child.tag for child in case] for case in cases] == [["failure"], ["system-out"], ["skipped"], []]
    assert "5 h" in (cases[0][0].get("message") or "")


def test_what_is_not_kept_is_a_note_beside_the_run() -> None:
    lines = github(report(*PROMISES), EN).splitlines()
    assert [re.match("::[a-z]+ title=", line) is not None for line in lines] == [True] * 3
    assert [line.split()[0] for line in lines] == ["::error", "::warning", "::notice"]
    assert github(report(PROMISES[3]), EN) == ""
    hostile = github(report(replace(PROMISE, rule=EVIL)), EN)
    assert hostile.count("\n") == 1
    assert hostile.split("::")[1].count(":") == 0  # the title ends where it should


def test_key_figures_are_measurements_of_which_less_is_better() -> None:
    found = json.loads(benchmark(sample_report()))
    kpis = {kpi.id: kpi for kpi in sample_report().kpis or ()}
    assert found
    for each in found:
        name, _, field = each["name"].partition(".")
        assert each["value"] == getattr(kpis[name], field or "value")
        assert each["unit"] == kpis[name].unit
        assert each["extra"].startswith(f"n = {kpis[name].n}")
    assert "csat" not in {each["name"] for each in found}


SAMPLE = re.compile(r'(journeyminer_[a-z0-9_]+)\{((?:[a-z]+="(?:[^"\\\n]|\\["\\n])*",?)*)\} -?[0-9.e+]+')


def test_figures_are_gauges() -> None:
    text = openmetrics(report(*PROMISES))
    assert text.endswith("\n# EOF\n")
    families = re.findall(r"^# TYPE (\S+) gauge$", text, re.M)
    samples = [SAMPLE.fullmatch(line) for line in text.splitlines() if not line.startswith("#")]
    assert all(samples)
    assert len(set(families)) == len(families)
    assert {sample[1] for sample in samples if sample} == set(families)
    kept = [line for line in text.splitlines() if line.startswith("journeyminer_promise_kept")]
    assert [line[-1] for line in kept] == ["0", "0", "0", "1"]


def test_a_report_without_any_figure_is_written_too() -> None:
    bare = replace(sample_report(), promises=None, kpis=None, turns=None, bottlenecks=None)
    assert (github(bare, EN), benchmark(bare), openmetrics(bare)) == ("", "[]\n", "# EOF\n")
    assert ET.fromstring(junit(bare, EN)).get("tests") == "0"
