"""Promises: rules about figures of a report, as their texts say them, and whether they hold."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeyminer.cli.main import run
from journeyminer.config import Promised, parse_config
from journeyminer.errors import ConfigError, UsageError
from journeyminer.log import EventLog
from journeyminer.mining.kpis import UNITS
from journeyminer.render.json import load, render
from journeyminer.report.build import build
from journeyminer.report.figures import known_figures
from journeyminer.report.model import Promise
from journeyminer.report.promises import check, understand
from sample_report import sample_report
from tiny import log


def desk(n: int = 25) -> EventLog:
    """As many cases by chat, answered after 5 minutes by L1, as by e-mail, answered after two hours by O'Neil."""
    asked = "customer_message@09:00/as=customer/via={0}/in={1} agent_reply@{2}/as=agent/vis=public/in={1}/to=solved"
    chats = [f"C{i}: {asked.format('chat', 'L1', '09:05')}" for i in range(n)]
    return log("\n".join([*chats, *(f"M{i}: {asked.format('email', 'ONeil', '11:00')}" for i in range(n))]))


def decided(rule: str | Promised, cases: EventLog | None = None) -> Promise:
    cases = cases or desk()
    (promise,) = check(build(cases, sections=("kpis",)), [rule], log=cases).promises or ()
    return promise


@pytest.mark.parametrize(
    ("rule", "verdict", "value"),
    [
        ("kpis.first_response.p90 <= 4h", "kept", 7200),
        ("kpis.first_response.p90 <= 2h", "kept", 7200),
        ("kpis.first_response.p90 < 2 h", "broken", 7200),
        ("kpis.first_response.p90 <= 119.9min", "broken", 7200),
        ("kpis.first_response.p90 <= 10min where channel = 'chat'", "kept", 300),
        ("kpis.first_response.p90 <= 10 min where channel='email'", "broken", 7200),
        ("kpis.first_response.value = 300s where group = 'L1'", "kept", 300),
        ("kpis.first_response.p90 <= 10min where channel = 'email' and group = 'L1'", "undecided", None),
        ("kpis.reopen_rate.value <= 5%", "kept", 0),
        ("kpis.csat.value >= 80%", "undecided", None),
        ("kpis.first_response.n >= 50", "kept", 50),
        ("log.n_cases >= 60", "broken", 50),
        ("handovers.ping_pong_share < 5%", "undecided", None),
        ("turns.us_queue.share <= 99.5%", "broken", 1),
        ("turns.bot.seconds <= 1d", "kept", 0),
        ("teams.'ONeil'.seconds <= 50h", "kept", 25 * 7200),
        ("bottlenecks.lost_seconds <= 50h", "kept", 25 * 7200),
        ("durations.p90_seconds <= 1d", "kept", 7200),
        ("quality.rejected_share < 1%", "kept", 0),
    ],
)
def test_a_rule_is_decided_on_the_figure_that_it_names(rule: str, verdict: str, value: float | None) -> None:
    promise = decided(rule)
    assert (promise.verdict, promise.value) == (verdict, value)


def test_a_figure_that_rests_on_too_few_decides_nothing_and_says_so() -> None:
    few = decided("kpis.first_response.p90 <= 1s", desk(9))
    assert (few.verdict, few.why, few.n, few.min_n, few.value) == ("undecided", "too_few", 18, 20, 7200)
    assert decided(Promised("kpis.first_response.p90 <= 1s", min_n=18), desk(9)).verdict == "broken"
    assert decided("log.n_cases >= 20", desk(9)).verdict == "broken"  # a count is exact, however small


def test_what_a_filter_leaves_nothing_of_is_undecided() -> None:
    promise = decided("kpis.first_response.p90 <= 4h where channel = 'whatsapp'")
    assert (promise.verdict, promise.why, promise.n) == ("undecided", "no_such_cases", 0)


def test_what_nobody_answers_is_broken_and_not_undecided() -> None:
    """A percentile that is not reached is beyond the limit where enough have already waited longer than that."""
    waiting = "\n".join(f"W{i}: customer_message@0d09:00/as=customer/to=open" for i in range(5))
    last = "Z: customer_message@2d09:00/as=customer/to=open agent_reply@2d09:05/as=agent/vis=public"
    cases = log(f"{waiting}\n{last}\n" + "\n".join(
        f"A{i}: customer_message@0d09:00/as=customer/to=open agent_reply@0d09:05/as=agent/vis=public" for i in range(20)
    ))  # fmt: skip
    late = decided("kpis.first_response.p90 <= 4h", cases)
    assert (late.verdict, late.value, late.why, late.n) == ("broken", None, "beyond_already", 26)
    assert late.command == "journeyminer show cases LOG --where \"case_id IN ('W0', 'W1', 'W2', 'W3', 'W4')\""
    # within three days all of them may still be answered
    assert decided("kpis.first_response.p90 <= 3d", cases).verdict == "undecided"
    assert decided("kpis.first_response.value <= 10min", cases).verdict == "kept"


def test_the_command_of_a_promise_lists_the_cases() -> None:
    slow = decided("kpis.first_response.p90 <= 1h").command
    assert slow == "journeyminer show cases LOG --where \"case_id IN ('M0', 'M1', 'M10', 'M11', 'M12')\""
    chat = decided("kpis.first_response.p90 <= 1h where channel = 'chat'").command
    assert chat == "journeyminer show cases LOG --channel chat"
    team = decided("kpis.first_response.p90 <= 1s where group = 'O''Neil'").command
    assert team == "journeyminer show cases LOG --where \"group = 'O''Neil'\""
    assert "'\"'\"'" in decided("kpis.hops.value <= 1 where group = '$(rm)'").command


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("kpis.first_respons.p90 <= 4h", "Did you mean “kpis.first_response.p90”?"),
        ("kpi.first_response.p90 <= 4h", "Did you mean “kpis.first_response.p90”?"),
        ("kpis.p90 <= 4h", "Did you mean"),
        ("handovers.ping_pong_shares < 5%", "Did you mean “handovers.ping_pong_share”?"),
        ("handovers.squad.ping_pong_share < 5%", "Did you mean"),
        ("turns.us_queu.share < 5%", "Did you mean “turns.us_queue.share”?"),
        (
            "kpis.first_response.p90 <= 4",
            "4 is no limit for kpis.first_response.p90. Write a number with one of: s, min",
        ),
        ("kpis.first_response.p90 <= 4%", "4% is no limit"),
        ("kpis.first_response.p90 <= 4weeks", "4weeks is no limit"),
        ("kpis.csat.value >= 4", "Write a number with one of: %"),
        ("kpis.nps.value >= 30%", "Write a number without a unit"),
        ("kpis.first_response.n >= 4h", "Write a number without a unit"),
        ("kpis.first_response.p90", "This is not a rule"),
        ("kpis.first_response.p90 <= 4h where", "This is not a rule"),
        ("kpis.first_response.p90 <= 4h where colour = 'red'", "“colour”"),
        ("kpis.first_response.p90 <= 4h where channel = chat", "not understood"),
        ("kpis.first_response.p90 <= 4h where channel = 'a' and channel = 'b'", "asks twice for channel"),
        ("kpis.first_response.p90 <= 4h where channel = 'telepathy'", "telepathy"),
        ("quality.rejected_share < 1% where channel = 'chat'", "whole files"),
        ("bottlenecks.low <= 4h", "no figure"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_named_with_what_may_be_meant(rule: str, says: str) -> None:
    with pytest.raises(UsageError) as error:
        decided(rule)
    assert says in str(error.value)


@pytest.mark.parametrize("name", known_figures())
def test_every_figure_that_is_offered_can_be_promised(name: str) -> None:
    rules = (f"{name} >= 0{unit}" for unit in ("", "%", "s"))
    understood = []
    for rule in rules:
        try:
            understood.append(understand(rule))
        except UsageError:
            continue
    assert len(understood) == 1  # in one unit and no other
    assert check(sample_report(), [understood[0].rule.text]).promises


def test_every_key_figure_has_the_unit_that_rules_are_read_in() -> None:
    for report in (sample_report(), build(desk())):
        assert {kpi.id: kpi.unit for kpi in report.kpis or ()}.items() <= UNITS.items()


@given(st.text(max_size=60))
def test_any_text_is_a_rule_or_a_usage_error(text: str) -> None:
    try:
        assert math.isfinite(understand(text).limit)
    except UsageError as error:
        assert error.place == text.strip()


def test_a_report_decides_what_it_holds_and_remembers_what_it_was_told() -> None:
    cases, rule = desk(), "kpis.first_response.p90 <= 10min where channel = 'email'"
    report = load(render(check(build(cases, sections=("kpis",)), [rule], log=cases)))
    assert check(report, [rule], log=cases).promises == report.promises
    again = check(report, [rule, "kpis.first_response.p90 <= 4h"])
    assert [each.verdict for each in again.promises or ()] == ["broken", "kept"]
    assert (again.promises or ())[0] == (report.promises or ())[0]
    for unknown in ("durations.p90_seconds <= 4h", "kpis.first_response.p90 <= 1h where channel = 'chat'"):
        with pytest.raises(UsageError, match="does not hold the figure"):
            check(report, [unknown])


def test_the_file_says_promises_and_every_mistake_in_them() -> None:
    config = parse_config(
        {"promise": [{"rule": "log.n_cases > 3", "severity": "warning", "reason": "why", "min_n": 5}]}, "x.toml"
    )
    assert config.promises == (Promised("log.n_cases > 3", "warning", "why", 5),)
    with pytest.raises(ConfigError) as error:
        parse_config({"promise": [{"severity": "fatal", "rules": "x", "min_n": 0}, 3]}, "x.toml")
    for says in ("promise 1.severity", "promise 1.rules", "promise 1.rule:", "promise 1.min_n", "promise 2"):
        assert says in str(error.value)


@pytest.fixture
def exported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with 30 calls, each answered after an hour."""
    monkeypatch.chdir(tmp_path)
    rows = [f"{i},{what},2026-01-05 {at},{role}" for i in range(30)
            for what, at, role in (("asked", "09:00", "customer"), ("replied", "10:00", "agent"))]  # fmt: skip
    (tmp_path / "calls.csv").write_text("Case ID,Activity,Timestamp,Role\n" + "\n".join(rows), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("rule", "status", "err"),
    [
        ("log.n_cases >= 30", 0, ""),
        ("log.n_cases >= 31", 1, "Promise broken: log.n_cases >= 31. It is 30 (n = 30)."),
        ("kpis.csat.value >= 50%", 0, "Promise undecided: kpis.csat.value >= 50%."),
        ("log.n_case >= 31", 2, "log.n_case >= 31: The report has no figure “log.n_case”. Did you mean “log.n_cases”?"),
    ],
)
def test_the_exit_status_is_1_only_for_what_is_broken(
    exported: Path, capsys: pytest.CaptureFixture[str], rule: str, status: int, err: str
) -> None:
    shown = {("check",): rule, ("report", "--format", "json"): rule, ("discover",): "Promises"}
    for command, says in shown.items():
        assert run([*command, str(exported / "calls.csv"), "--quiet", "--fail-on", rule]) == status
        said = capsys.readouterr()
        assert err in said.err if err else not said.err
        assert says in said.out or status == 2


def test_a_warning_of_the_file_is_said_and_fails_nothing(exported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (exported / "journeyminer.toml").write_text(
        '[[promise]]\nrule = "log.n_cases > 99"\nseverity = "warning"\nreason = "We plan for a hundred."\n', "utf-8"
    )
    assert run(["report", "calls.csv", "-o", "report.json"]) == 0
    assert "We plan for a hundred." in capsys.readouterr().err
    assert run(["check", "report.json"]) == 0
    assert run(["check", "report.json", "--fail-on", "log.n_cases > 99"]) == 1
    assert run(["show", "promises", "calls.csv", "--format", "csv"]) == 0
    assert "log.n_cases > 99,warning,broken" in capsys.readouterr().out


def test_a_report_that_is_only_written_again_fails_nothing(exported: Path) -> None:
    assert run(["report", "calls.csv", "-o", "report.json", "--fail-on", "log.n_cases > 99"]) == 1
    assert run(["report", "report.json", "--format", "markdown"]) == 0
    assert run(["report", "report.json", "--format", "markdown", "--fail-on", "log.n_cases > 99"]) == 1
    assert run(["check", "report.json"]) == 1


def test_a_check_of_nothing_is_no_success(exported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "calls.csv"]) == 2
    assert "No promise was given" in capsys.readouterr().err
