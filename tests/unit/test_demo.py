"""The demo is the same on every machine, tells the story it claims to tell, and names nobody real."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

import demo
import journeyminer
from demo import ARCHIVE_DATE, demo_files, truth, write_archive, write_demo
from journeyminer.importers import read_log
from journeyminer.log import EventLog
from journeyminer.mining.bottlenecks import bottlenecks
from journeyminer.prepare import prepare

SHIPPED = Path(journeyminer.__file__).with_name("demo.zip")
TRUTH = truth()
BILLING, TECHNICAL, L1 = "72", "73", "71"
AUTOMATION = -1


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo")
    write_demo(path)
    return path


@pytest.fixture(scope="module")
def audits(folder: Path) -> dict[int, list[dict[str, Any]]]:
    """Ticket -> its audits, read from the file with nothing of the demo's own code."""
    by_ticket: dict[int, list[dict[str, Any]]] = {}
    for audit in json.loads((folder / "zendesk/ticket_audits.json").read_text("utf-8"))["audits"]:
        by_ticket.setdefault(audit["ticket_id"], []).append(audit)
    return by_ticket


@pytest.fixture(scope="module")
def log(folder: Path) -> EventLog:
    return prepare(read_log([folder]))


def at(audit: dict[str, Any]) -> datetime:
    return datetime.strptime(audit["created_at"], "%Y-%m-%dT%H:%M:%SZ")


def changes(audit: dict[str, Any], field: str) -> list[tuple[str | None, str | None]]:
    return [
        (event.get("previous_value"), event["value"])
        for event in audit["events"]
        if event["type"] == "Change" and event["field_name"] == field
    ]


def waits(audits: dict[int, list[dict[str, Any]]], source: str, target: str) -> list[tuple[int, datetime, datetime]]:
    """Every move between two groups that was taken: ticket, when it was moved, when an agent took it."""
    found = []
    for ticket, history in audits.items():
        moved = None
        for audit in history:
            groups = changes(audit, "group_id")
            if groups:
                moved = at(audit) if groups == [(source, target)] else None
            elif moved and any(agent for _, agent in changes(audit, "assignee_id")):
                found.append((ticket, moved, at(audit)))
                moved = None
    return found


def hours(found: list[tuple[int, datetime, datetime]]) -> float:
    return sum((taken - moved).total_seconds() for _, moved, taken in found) / 3600


def test_two_runs_write_equal_bytes_whatever_the_hash_seed(folder: Path, tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from demo import write_demo; write_demo(Path(sys.argv[1]))"
    where = {"PYTHONHASHSEED": "1", "PYTHONPATH": str(Path(demo.__file__).parents[1])}
    subprocess.run([sys.executable, "-c", code, tmp_path], check=True, env={**os.environ, **where})
    once = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    again = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert once == again


def test_the_archive_that_is_shipped_holds_what_the_generator_makes() -> None:
    """Make it anew by `make demo-archive`."""
    with ZipFile(SHIPPED) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == demo_files()


def test_the_archive_has_one_order_date_and_permission(tmp_path: Path) -> None:
    write_archive(tmp_path / "demo.zip")
    for path in (SHIPPED, tmp_path / "demo.zip"):
        with ZipFile(path) as archive:
            members = archive.infolist()
        assert [member.filename for member in members] == list(demo_files())
        assert {(member.date_time, member.external_attr >> 16) for member in members} == {(ARCHIVE_DATE, 0o644)}


def test_the_files_written_are_the_files_named(tmp_path: Path) -> None:
    written = write_demo(tmp_path, seed=3, customers=100)
    assert written == sorted(path for path in tmp_path.rglob("*") if path.is_file())


@pytest.mark.parametrize("customers", [99, 1001])
def test_a_number_of_customers_out_of_range_is_refused(tmp_path: Path, customers: int) -> None:
    with pytest.raises(ValueError, match="100 to 1000"):
        write_demo(tmp_path, customers=customers)


def test_escalations_from_billing_are_where_the_truth_says(audits: dict[int, list[dict[str, Any]]]) -> None:
    told = [
        (ticket, out, taken) for ticket, stays in TRUTH.escalations.items() for out, taken in stays if taken is not None
    ]
    assert sorted(waits(audits, BILLING, TECHNICAL)) == sorted(told)


def test_billing_to_technical_costs_most_hours_of_all_hand_offs(audits: dict[int, list[dict[str, Any]]]) -> None:
    lost = {
        (source, target): hours(waits(audits, source, target))
        for source in (L1, BILLING, TECHNICAL)
        for target in (L1, BILLING, TECHNICAL)
    }
    assert max(lost, key=lost.__getitem__) == (BILLING, TECHNICAL)
    assert lost[BILLING, TECHNICAL] > 1.5 * lost[L1, BILLING]
    assert lost[BILLING, TECHNICAL] > 10 * lost[L1, TECHNICAL]


def test_escalations_from_billing_are_taken_after_a_triage_and_later_over_the_weekend(
    audits: dict[int, list[dict[str, Any]]],
) -> None:
    found = waits(audits, BILLING, TECHNICAL)
    assert all(taken - moved > timedelta(0) for _, moved, taken in found)
    before_weekend = [moved for moved in found if moved[1].weekday() == 4]
    others = [moved for moved in found if moved[1].weekday() != 4]
    assert hours(before_weekend) / len(before_weekend) > 1.5 * hours(others) / len(others)
    assert min(taken - moved for _, moved, taken in before_weekend) > timedelta(days=3)


def test_the_bulk_move_is_one_moment_of_one_friday(audits: dict[int, list[dict[str, Any]]]) -> None:
    friday = datetime(2026, 2, 6, 17, 40)
    bulk = [found for found in waits(audits, L1, BILLING) if found[1] == friday]
    assert sorted(ticket for ticket, _, _ in bulk) == TRUTH.bulk_moved
    assert hours(bulk) == pytest.approx(TRUTH.bulk_hours)
    assert TRUTH.bulk_hours > 0.5 * hours(waits(audits, L1, BILLING))


def test_the_automation_closes_seven_days_after_the_solution(audits: dict[int, list[dict[str, Any]]]) -> None:
    closed = []
    for ticket, history in audits.items():
        solved = [at(audit) for audit in history if any(new == "solved" for _, new in changes(audit, "status"))]
        for audit in history:
            if any(new == "closed" for _, new in changes(audit, "status")):
                assert audit["author_id"] == AUTOMATION
                assert timedelta(days=7) <= at(audit) - solved[-1] <= timedelta(days=7, hours=1)
                closed.append(ticket)
    assert sorted(closed) == TRUTH.auto_closed


def test_ping_pong_and_reopenings_are_in_the_tickets(audits: dict[int, list[dict[str, Any]]]) -> None:
    back_and_forth, reopened = [], []
    for ticket, history in audits.items():
        moves = [move for audit in history for move in changes(audit, "group_id")]
        pairs = list(pairwise(moves))
        if ((BILLING, TECHNICAL), (TECHNICAL, BILLING)) in pairs:
            back_and_forth.append(ticket)
        if any(("solved", "open") in changes(audit, "status") for audit in history):
            reopened.append(ticket)
    assert back_and_forth == TRUTH.ping_pong
    assert reopened == TRUTH.reopened
    assert len(back_and_forth) > 20
    assert len(reopened) > 20


def test_every_change_of_a_ticket_begins_where_the_last_one_ended(audits: dict[int, list[dict[str, Any]]]) -> None:
    for history in audits.values():
        state: dict[str, str | None] = {}
        for audit in history:
            for event in audit["events"]:
                if event["type"] in ("Create", "Change"):
                    assert event.get("previous_value") == state.get(event["field_name"])
                    state[event["field_name"]] = event["value"]


def test_the_chat_table_has_the_broken_rows_of_the_truth_and_no_others(folder: Path) -> None:
    text = (folder / "atendimentos_chat.csv").read_bytes().decode("cp1252")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    broken = 0
    for row in rows:
        try:
            datetime.strptime(row["Data/hora"], "%d/%m/%Y %H:%M:%S")
            broken += not row["Protocolo"]
        except ValueError:
            broken += 1
    assert broken == TRUTH.broken_rows
    assert broken < 0.01 * len(rows)


def test_customers_keep_address_and_number_over_the_channels(folder: Path) -> None:
    users = json.loads((folder / "zendesk/users.json").read_text("utf-8"))["users"]
    addresses = {user["email"] for user in users if user["role"] == "end-user"}
    numbers = {user["phone"] for user in users if user["role"] == "end-user"}
    chat = (folder / "atendimentos_chat.csv").read_text("cp1252")
    desk = (folder / "ugyfelszolgalat_naplo.csv").read_text("utf-8-sig")
    mails = (folder / "billing_mailbox.mbox").read_text("utf-8")
    assert sum(address in chat for address in addresses) > 10
    assert sum(address in mails for address in addresses) > 10
    assert sum(number in desk for number in numbers if number) > 5
    assert len(TRUTH.customers_over_channels) > 80
    assert len(TRUTH.recontacts) > 20


def test_addresses_and_numbers_are_those_kept_free_for_fiction(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            text = path.name + path.read_bytes().decode("cp1252" if "atendimentos" in path.name else "utf-8")
            assert set(re.findall(r"@([\w.-]+\w)", text)) <= {
                "example.com", "example.org", "support.example.com", "mail.example.com",
            }  # fmt: skip
            assert all(number.startswith("+44 7700 900") for number in re.findall(r"\+\d[\d ]{8,}", text))


def test_there_are_a_few_thousand_events(folder: Path, audits: dict[int, list[dict[str, Any]]]) -> None:
    rows = sum(len((folder / name).read_bytes().splitlines()) - 1
               for name in ("atendimentos_chat.csv", "ugyfelszolgalat_naplo.csv"))  # fmt: skip
    events = rows + sum(len(audit["events"]) for history in audits.values() for audit in history)
    assert 3_000 < events < 12_000


def test_every_file_is_read_but_the_note(folder: Path, log: EventLog) -> None:
    receipt = log.receipt
    assert [(one.file, Path(one.place).name) for one in receipt.unclaimed] == [("file 1.txt", TRUTH.unclaimed)]
    assert receipt.failed == ()
    assert len(receipt.sources) == sum(path.is_file() for path in folder.rglob("*")) - 1
    assert all(one.balances for one in receipt.sources)
    rejected = {one.file: one.rejected for one in receipt.sources if one.rejected}
    assert rejected == {"atendimentos_chat.csv": TRUTH.broken_rows}


def test_the_analysis_finds_the_bottleneck_marks_the_one_off_and_leaves_the_decoy_out(log: EventLog) -> None:
    found = bottlenecks(log, top=None)
    first, second = found.iloc[0], found.iloc[1]
    assert first["group"] == "Technical"
    assert found["one_off"].isna()[0]
    assert first["lost_seconds"] / 3600 > 0.7 * TRUTH.escalation_hours
    assert (second["group"], second["one_off"]) == ("Billing", "single_day")
    assert TRUTH.bulk_hours / 2 < second["lost_seconds"] / 3600 < 2 * TRUTH.bulk_hours
    by_people = found[found["turn"] != "bot"]
    assert not by_people["target"].fillna("").str.contains("closed").any()
