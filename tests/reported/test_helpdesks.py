"""Zendesk as accounts with messengers, own statuses and several addresses a customer export it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import journeyminer as jm
from journeyminer.log import EventLog
from journeyminer.options import ReadOptions
from reported_logs import facts, mail, read

USERS = {
    "users": [
        {"id": 91, "name": "Vera", "role": "end-user", "email": "vera@a.example"},
        {"id": 12, "name": "Nils", "role": "agent", "email": "nils@us.example"},
    ]
}
START = 1_740_992_400_000
"""9:00 of a day, in milliseconds"""


def change(field: str, value: object, before: object = None) -> dict[str, Any]:
    return {"type": "Change", "field_name": field, "value": value, "previous_value": before}


def audit(number: int, minute: int, author: int, *events: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": number, "ticket_id": 1, "created_at": f"2025-03-03T09:{minute:02}:00Z", "author_id": author,
        "via": {"channel": "web"},
        "events": [{"id": number * 100 + n, **event} for n, event in enumerate(events)],
    }  # fmt: skip


def opened(*events: dict[str, Any], author: int = 91) -> dict[str, Any]:
    created = [{"type": "Create", "field_name": "status", "value": "new"}]
    return audit(1, 0, author, *events, *created, {"type": "Create", "field_name": "requester_id", "value": "91"})


def chat(*said: tuple[int, str, str], kind: str = "ChatMessage", **more: Any) -> dict[str, Any]:
    """The event with which a chat began: minute, kind of who spoke, id."""
    lines = [
        {"type": kind, "timestamp": START + minute * 60_000, "actor_type": who, "actor_id": id_, "message": "x", **more}
        for minute, who, id_ in said
    ]
    return {"type": "ChatStartedEvent", "value": {"chat_id": "c", "history": lines}}


def read_files(folder: Path, **files: object) -> EventLog:
    for name, content in {"users": USERS, **files}.items():
        (folder / f"{name}.json").write_text(json.dumps(content))
    return jm.read(folder, options=ReadOptions(strict=True, us=("us.example",)))


def steps(log: EventLog) -> list[str]:
    return [step for (step,) in log.rows("SELECT activity FROM events ORDER BY timestamp, seq")]


def test_what_was_reported_of_help_desks_is_read_rightly() -> None:
    chatted = read("72")
    assert facts(chatted)["first"] == (120, 1, 0)
    said = ["customer_message", "agent_reply", "customer_message", "agent_reply"]
    assert [step for step in steps(chatted) if "message" in step or "reply" in step] == said
    assert facts(read("73"))["steps"] == ["customer_message"]
    log = read("74")
    assert facts(log)["steps"] == ["ticket_created", "customer_message", "status_open", "status_on_hold", "solved"]
    assert log.rows("SELECT status FROM events WHERE raw_activity LIKE '%carrier%'") == [("on_hold",)]


# ---- the history of a chat


@pytest.mark.parametrize(
    ("who", "id_", "step", "first"),
    [
        ("agent", "12", "agent_reply", (120, 1, 0)),
        ("trigger", "-1", "auto_reply", (None, 0, 1)),
        ("bot", "b", "bot_reply", (None, 0, 1)),
        ("system", "s", "auto_reply", (None, 0, 1)),
        ("end_user", "91", "customer_message", (None, 0, 1)),
        ("agent", "77", "agent_reply", (120, 1, 0)),  # who left is in no list of users
    ],
)
def test_who_speaks_in_a_chat(tmp_path: Path, who: str, id_: str, step: str, first: object) -> None:
    log = read_files(tmp_path, audits={"audits": [opened(chat((0, "end-user", "91"), (2, who, id_)))]})
    assert steps(log)[1:] == ["customer_message", step]
    assert facts(log)["first"] == first


def test_a_file_sent_in_a_chat_is_a_message_and_who_joins_says_nothing(tmp_path: Path) -> None:
    events = chat((0, "end-user", "91"), kind="ChatFileAttachment"), chat((1, "agent", "12"), kind="ChatJoin")
    assert steps(read_files(tmp_path, audits={"audits": [opened(*events)]})) == ["ticket_created", "customer_message"]


def test_the_status_is_not_the_one_with_which_the_chat_began(tmp_path: Path) -> None:
    begun = opened(chat((0, "end-user", "91"), (9, "end-user", "91")))
    log = read_files(tmp_path, audits={"audits": [begun, audit(2, 5, 12, change("status", "pending", "new"))]})
    rows = log.rows("SELECT activity, status FROM events WHERE timestamp > TIMESTAMP '2025-03-03 09:01' ORDER BY seq")
    assert sorted(rows, key=str) == [("customer_message", None), ("status_pending", "pending")]


def test_a_chat_whose_lines_are_not_there_still_begins_and_ends(tmp_path: Path) -> None:
    begun, ended = {"type": "ChatStartedEvent", "value": {"chat_id": "c"}}, {"type": "ChatEndedEvent", "value": {}}
    log = read_files(tmp_path, audits={"audits": [opened(begun), audit(2, 5, 12, ended)]})
    assert steps(log) == ["ticket_created", "chat_started", "chat_ended"]


# ---- the log of a conversation


def said(id_: str, minute: int, author: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": id_, "type": "Messaging::ConversationMessage", "created_at": f"2025-03-03T09:{minute:02}:00Z",
        "ticket_id": 1, "author": author, "content": {"type": "text", "text": "x"}, **more,
    }  # fmt: skip


CUSTOMER = {"type": "user", "zen:support:user_id": 91}


def test_a_conversation_log_says_who_wrote_what(tmp_path: Path) -> None:
    events = [
        said("a", 0, CUSTOMER), said("b", 0, {"type": "bot"}),
        said("c", 3, {"type": "agent", "zen:support:user_id": 12}),
        said("d", 4, {"type": "agent", "id": 12}, type="Comment", metadata={"public": False}),
        said("e", 5, CUSTOMER, type="SomethingNew"),
    ]  # fmt: skip
    found = facts(log := read_files(tmp_path, log={"events": events}))
    assert found["steps"] == ["customer_message", "bot_reply", "agent_reply", "internal_note"]
    assert (found["first"], found["agents"], found["customers"]) == ((180, 1, 0), ["Nils"], 1)
    assert sum(source.ignored for source in log.receipt.sources) == 3  # two users, and what nobody knows


def test_what_audits_say_is_not_said_again(tmp_path: Path) -> None:
    comment = {"type": "Comment", "public": True, "author_id": 91, "body": "x"}
    events = [said("a", 0, CUSTOMER, type="Comment"), said("b", 5, {"type": "agent", "id": 12})]
    log = read_files(tmp_path, audits={"audits": [opened(comment)]}, log={"events": events})
    assert steps(log) == ["ticket_created", "customer_message", "agent_reply"]


def test_a_chat_in_both_files_is_one(tmp_path: Path) -> None:
    events = [said("a", 0, CUSTOMER), said("b", 2, {"type": "agent", "id": 12})]
    begun = opened(chat((0, "end-user", "91"), (2, "agent", "12")))
    log = read_files(tmp_path, audits={"audits": [begun]}, log={"events": events})
    assert steps(log) == ["ticket_created", "customer_message", "agent_reply"]


# ---- statuses of the account's own


def own_status(id_: int, category: str, label: str, *, default: bool = False) -> dict[str, Any]:
    return {"id": id_, "status_category": category, "agent_label": label, "active": True, "default": default}


def test_an_own_status_beside_its_category_is_one_step(tmp_path: Path) -> None:
    changed = audit(2, 5, 12, change("custom_status_id", "5", "1"), change("status", "pending", "new"))
    log = read_files(tmp_path, audits={"audits": [opened(), changed]},
                     custom={"custom_statuses": [own_status(5, "pending", "Parts ordered")]})  # fmt: skip
    assert log.rows("SELECT activity, status FROM events ORDER BY timestamp, seq") == [
        ("ticket_created", "new"), ("part_ordered", "pending"),
    ]  # fmt: skip


def test_the_usual_statuses_keep_their_names(tmp_path: Path) -> None:
    changed = audit(2, 5, 12, change("custom_status_id", "4", "1"), change("status", "solved", "new"))
    alone = audit(3, 9, 12, change("custom_status_id", "2", "4"))
    usual = [own_status(4, "solved", "Solved", default=True), own_status(2, "open", "Open", default=True)]
    log = read_files(tmp_path, audits={"audits": [opened(), changed, alone]}, custom={"custom_statuses": usual})
    assert log.rows("SELECT activity, status FROM events ORDER BY timestamp, seq") == [
        ("ticket_created", "new"), ("solved", "solved"), ("status_open", "open"),
    ]  # fmt: skip


def test_an_own_status_that_no_file_explains_is_named(tmp_path: Path) -> None:
    log = read_files(tmp_path, audits={"audits": [opened(), audit(2, 5, 12, change("custom_status_id", "7", "1"))]})
    unread = [n.params["types"] for s in log.receipt.sources for n in s.decisions if n.slug == "decision.types_unread"]
    assert unread == [("custom status 7",)]


# ---- further addresses of one user


def identity(kind: str, value: str, user: int = 91) -> dict[str, Any]:
    return {"id": 1, "user_id": user, "type": kind, "value": value, "primary": False, "verified": True}


def called(folder: Path, *numbers: str) -> None:
    rows = [f"{n},Called,2025-03-04 09:0{n},{number}\n" for n, number in enumerate(numbers)]
    (folder / "calls.csv").write_text("Case ID,Activity,Timestamp,Phone\n" + "".join(rows))


@pytest.mark.parametrize("further", ["vera.two@a.example", "zoe@b.example", "aaa@b.example"])
def test_a_second_address_is_the_same_customer(tmp_path: Path, further: str) -> None:
    mail(tmp_path / "a.mbox", {"From": further}, {"From": "vera@a.example"}, {"From": "ivo@a.example"})
    files = {"identities": {"identities": [identity("email", further)]}, "audits": {"audits": [opened()]}}
    log = read_files(tmp_path, **files)
    assert (log.n_cases, facts(log)["customers"]) == (4, 2)


def test_a_second_number_is_the_same_customer(tmp_path: Path) -> None:
    called(tmp_path, "+36 30 123 4567", "+36 30 123 9999", "+36 20 555 0000")
    people = {"users": [{"id": 91, "name": "Vera", "role": "end-user", "email": None, "phone": "+36205550000"}]}
    files = {"identities": {"identities": [identity("phone_number", "+36301234567"), identity("facebook", "8123")]}}
    log = read_files(tmp_path, users=people, audits={"audits": [opened()]}, **files)
    assert (log.n_cases, facts(log)["customers"]) == (4, 2)


def test_an_address_of_two_accounts_joins_nobody(tmp_path: Path) -> None:
    second = {**opened(author=92), "id": 5, "ticket_id": 2}
    people = {"users": [*USERS["users"], {"id": 92, "name": "Ivo", "role": "end-user", "email": "ivo@a.example"}]}
    shared = [identity("email", "us-two@a.example", user) for user in (91, 92)]
    second["events"] = [event for event in second["events"] if event.get("field_name") != "requester_id"]
    log = read_files(tmp_path, users=people, audits={"audits": [opened(), second]}, identities={"identities": shared})
    assert facts(log)["customers"] == 2


def test_the_addresses_of_an_agent_are_no_customers(tmp_path: Path) -> None:
    files = {"identities": {"identities": [identity("email", "nils.two@us.example", 12)]}}
    log = read_files(tmp_path, audits={"audits": [opened()]}, **files)
    assert log.rows("SELECT value FROM identities WHERE kind = 'email'") == [("vera@a.example",)]
