"""The exports tell what happened, record by record, in the words of each system, with the dirt that is asked for."""

from __future__ import annotations

import csv
import io
import json
import mailbox
import re
from collections import Counter
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from journeybench.clock import WEEK
from journeybench.dialects import DIALECTS, Book, export
from journeybench.families import plan
from journeybench.plan import TEAMS, Dirt, Plan, System
from journeybench.world import World, simulate

SYSTEMS: dict[str, System] = {
    "calls": "phone", "chat": "chat", "slack": "chat", "whatsapp": "whatsapp", "telegram": "whatsapp",
    "mbox": "mailbox", "zendesk_csv": "legacy", "jira": "legacy", "list": "legacy",
}  # fmt: skip


@cache
def world() -> World:
    return simulate(Plan(5, "test", customers=250, teams=TEAMS))


@cache
def book(dialect: str, dirt: Dirt = Dirt()) -> Book:  # noqa: B008 - frozen
    """One system of one small world in one dialect; what happens in it does not depend on how it is exported."""
    system = SYSTEMS.get(dialect) or SYSTEMS.get(dialect.split("_", maxsplit=1)[0], "desk")
    asked = replace(world().plan, dialects=((system, dialect),), dirt=dirt)
    return export(replace(world(), plan=asked))


def text_of(name: str, content: bytes) -> str:
    return content.decode("cp1252" if name.endswith("_pt.csv") and not name.startswith("tickets") else "utf-8-sig")


def table(content: bytes, delimiter: str = ",", encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(encoding)), delimiter=delimiter))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_record_names_a_step_at_its_own_moment(dialect: str) -> None:
    made = book(dialect)
    assert len(made.records) > 20
    assert len({(record.file, record.ref) for record in made.records}) == len(made.records)
    for record in made.records:
        contact = made.world.contacts[record.case - 1]
        assert contact.steps[record.steps[0]].at == record.at < made.world.end
        assert record.file in made.files


@pytest.mark.parametrize("dialect", [name for name in DIALECTS if "_" in name and name != "zendesk_csv"])
def test_tables_and_chats_write_the_local_moment_of_each_record(dialect: str) -> None:
    made = book(dialect)
    zone = ZoneInfo(made.world.plan.zone)
    for record in made.records:
        line = text_of(record.file, made.files[record.file]).splitlines()[int(record.ref.split()[1]) - 1]
        when = datetime.fromtimestamp(record.at, zone)
        digits = re.sub(r"\D", "", line)
        forms = ("%d%m%Y%H%M", "%Y%m%d%H%M", f"{when.day}{when.month}%Y%H%M")
        assert any(f"{when:{form}}" in digits for form in forms), line


def test_zendesk_audits_change_from_what_was_before() -> None:
    made = book("zendesk")
    audits = json.loads(made.files["zendesk/ticket_audits.json"])["audits"]
    state: dict[tuple[int, str], str | None] = {}
    for audit in sorted(audits, key=lambda audit: audit["id"]):
        for event in audit["events"]:
            if event["type"] in ("Create", "Change"):
                key = (audit["ticket_id"], event["field_name"])
                assert event.get("previous_value") == state.get(key)
                state[key] = event["value"]
    tickets = [json.loads(line)["ticket"] for line in made.files["zendesk/tickets.ndjson"].splitlines()]
    assert {ticket["id"]: ticket["status"] for ticket in tickets} == {
        ticket: value for (ticket, name), value in state.items() if name == "status"
    }
    users = {user["id"]: user for user in json.loads(made.files["zendesk/users.json"])["users"]}
    assert all(users[ticket["requester_id"]]["role"] == "end-user" for ticket in tickets)


def test_mails_of_a_thread_refer_to_each_other_and_programs_say_that_they_answer(tmp_path: Path) -> None:
    (tmp_path / "box").write_bytes(book("mbox").files["billing.mbox"])
    mails = list(mailbox.mbox(str(tmp_path / "box")))
    ids = {mail["Message-ID"] for mail in mails}
    assert len(ids) == len(mails)
    assert all(mail["In-Reply-To"] in ids for mail in mails if mail["In-Reply-To"])
    auto = [mail for mail in mails if mail["Auto-Submitted"]]
    assert 0 < len(auto) < len(mails) / 2
    assert len({mail["Date"].split()[-1] for mail in mails}) > 0


def test_wide_tables_tell_the_state_and_a_few_moments() -> None:
    rows = table(book("zendesk_csv").files["zendesk_tickets.csv"])
    assert {row["Status"] for row in rows} >= {"Closed", "Solved"}
    assert any(int(row["Reopens"]) for row in rows)
    issues = table(book("jira").files["jira_issues.csv"])
    assert {row["Status"] for row in issues} >= {"Done"}
    assert book("jira").files["jira_issues.csv"].splitlines()[0].count(b"Comment") > 1


# ---- dirt ------------------------------------------------------------------------------------------------------------


def test_overlapping_windows_hold_a_week_twice() -> None:
    made = book("zendesk", Dirt(overlap=True))
    parts = [
        {audit["id"] for audit in json.loads(made.files[f"zendesk/ticket_audits_{n}.json"])["audits"]} for n in (1, 2)
    ]
    twice = parts[0] & parts[1]
    assert made.planted["zendesk/ticket_audits_2.json"] == Counter(deduplicated=len(twice))
    assert len(twice) > 20
    assert len(parts[0] | parts[1]) == len(made.records)


def test_a_table_that_was_saved_twice_is_planted_as_seen_before() -> None:
    made = book("calls_es", Dirt(copied=True))
    assert made.files["calls_es (1).csv"] == made.files["calls_es.csv"]
    assert made.planted["calls_es (1).csv"] == Counter(deduplicated=len(made.records))
    assert {record.file for record in made.records} == {"calls_es.csv"}


def test_truncated_windows_know_nothing_of_the_first_two_weeks() -> None:
    for dialect in ("zendesk", "servicenow", "xes", "events_en"):
        made = book(dialect, Dirt(truncated=True))
        assert min(record.at for record in made.records) >= made.world.start + 2 * WEEK
        assert any(min(record.steps) > 0 for record in made.records)


def test_broken_rows_are_planted_and_no_records() -> None:
    made = book("chat_pt", Dirt(broken=2))
    rows = table(made.files["chat_log_pt.csv"], ";", "cp1252")
    broken = [place for place, row in enumerate(rows, 2) if row["Data/hora"].startswith("31/02")]
    assert made.planted["chat_log_pt.csv"] == Counter(rejected=len(broken))
    assert 0 < len(broken) <= 2
    assert not {f"row {place}" for place in broken} & {record.ref for record in made.records}


def test_closed_only_exports_hold_no_open_case() -> None:
    states = {row["Status"] for row in table(book("zendesk_csv", Dirt(closed_only=True)).files["zendesk_tickets.csv"])}
    assert states == {"Solved", "Closed"}


def test_assignees_and_beginnings_can_be_missing() -> None:
    clean, dirty = (
        table(book("events_en", dirt).files["desk_events_en.csv"])
        for dirt in (Dirt(), Dirt(no_assignee=0.3, one_timestamp=True))
    )
    acted = [row for row in clean if row["Role"] == "Agent" and row["Agent"]]
    named = [row for row in dirty if row["Role"] == "Agent" and row["Agent"]]
    assert len(named) == pytest.approx(0.7 * len(acted), rel=0.15)
    assert any(row["Start time"] for row in clean)
    assert "Start time" not in dirty[0]


def test_times_without_a_zone_come_with_what_an_analyst_knows() -> None:
    made = export(simulate(replace(plan("hard", 2), customers=100)))
    assert made.zones
    assert all(f'"{file}" = ' in made.config for file in made.zones if not file.startswith("whatsapp"))


def test_a_family_writes_every_dialect_and_language() -> None:
    dialects = {dialect for seed in range(1, 21) for _, dialect in plan("easy", seed).dialects}
    assert {name.split("_")[0] for name in dialects} == {name.split("_")[0] for name in DIALECTS}
    assert {name[-2:] for name in dialects if "_" in name} >= {"en", "pt", "es", "hu"}


def test_addresses_and_numbers_are_those_kept_free_for_fiction() -> None:
    made = export(simulate(replace(plan("hard", 3), customers=100)))
    for name, content in made.files.items():
        text = name + text_of(name, content)
        hosts = set(re.findall(r"@([a-z0-9.-]*[a-z])", text))
        assert {re.sub(r"house\d+", "house", host) for host in hosts} <= {
            "support.example.com", "mail.example.com", "example.com", "example.org", "house.example.net",
        }  # fmt: skip
        assert all(number.startswith("+44 ") for number in re.findall(r"\+\d\d \d[\d ]{8,}", text))
