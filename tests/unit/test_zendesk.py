"""Zendesk: shapes of files, the state after every event, who acts, and what is counted where audits are missing."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journeyminer.importers import read_log, zendesk
from journeyminer.importers.base import Sample
from journeyminer.importers.nested.moments import moment
from journeyminer.log import EventLog
from journeyminer.log.engine import Engine
from journeyminer.note import Note
from journeyminer.options import ReadOptions

OPTIONS = ReadOptions(source="zendesk")
Json = dict[str, Any]


def audit(number: int, clock: str, *events: Json, author: int = 12, ticket: int = 1, **more: Any) -> Json:
    listed = [{"id": number * 10 + place, **event} for place, event in enumerate(events)]
    at = f"2026-03-02T{clock}:00Z"
    via = {"channel": "web", "source": {"from": {}, "to": {}, "rel": None}}
    return {
        "id": number,
        "ticket_id": ticket,
        "created_at": at,
        "author_id": author,
        "via": via,
        "events": listed,
        **more,
    }


def create(name: str, value: object) -> Json:
    return {"type": "Create", "field_name": name, "value": value}


def change(name: str, before: object, after: object, **more: object) -> Json:
    return {"type": "Change", "field_name": name, "previous_value": before, "value": after, **more}


def say(author: int, *, public: bool = True) -> Json:
    return {"type": "Comment", "author_id": author, "public": public, "body": "words"}


OPENED = audit(1, "09:00", say(91), create("status", "new"), create("requester_id", "91"), create("group_id", "7"),
               author=91)  # fmt: skip
PEOPLE = {
    "users": [
        {"id": 12, "name": "Ana", "role": "agent", "email": "ana@desk.example"},
        {"id": 91, "name": "Kim", "role": "end-user", "email": "kim@home.example", "phone": "+351 91", "locale": "pt"},
    ],
    "groups": [{"id": 7, "name": "First line"}],
}


def read(folder: Path, options: ReadOptions = OPTIONS, **files: object) -> EventLog:
    """The log of files given as JSON values or as text; `_` in a name stands for its dot."""
    for name, content in files.items():
        said = content if isinstance(content, str) else json.dumps(content)
        (folder / name.replace("_", ".")).write_text(said)
    log = read_log([folder], options=options)
    assert all(source.balances for source in log.receipt.sources)
    return log


def rows(log: EventLog, *columns: str) -> list[tuple[object, ...]]:
    listed = ", ".join(f'"{column}"' for column in columns)
    return log.rows(f"SELECT {listed} FROM events ORDER BY timestamp, seq")


def test_creation_is_one_event_before_the_first_comment(tmp_path: Path) -> None:
    log = read(tmp_path, audits_json={"audits": [OPENED]})
    assert rows(log, "activity", "status", "group", "role") == [
        ("created", "new", "group 7", "end-user"),
        ("comment", "new", "group 7", "end-user"),
    ]


def test_every_event_carries_the_state_after_it(tmp_path: Path) -> None:
    log = read(
        tmp_path,
        audits_json={"audits": [
            OPENED,
            audit(2, "10:00", change("assignee_id", None, "12"), change("status", "new", "open")),
            audit(3, "11:00", say(12), change("status", "open", "pending")),
            audit(4, "12:00", change("group_id", "7", "8"), change("assignee_id", "12", None)),
            audit(5, "13:00", change("assignee_id", None, "22"), author=22),
        ]},
        people_json=PEOPLE,
    )  # fmt: skip
    assert rows(log, "activity", "status", "group", "resource")[2:] == [
        ("assignee", "new", "First line", "Ana"),
        ("status:open", "open", "First line", "Ana"),
        ("comment", "open", "First line", "Ana"),
        ("status:pending", "pending", "First line", "Ana"),
        ("group:changed", "pending", "group 8", "Ana"),
        ("assignee:removed", "pending", "group 8", "Ana"),  # nobody owns it, so the one who acts
        ("assignee", "pending", "group 8", "agent 22"),
    ]


def test_the_state_does_not_hang_on_the_order_of_pages(tmp_path: Path) -> None:
    later = audit(2, "10:00", say(12), change("status", "new", "open"))
    log = read(tmp_path, a_json={"audits": [later]}, b_json={"audits": [OPENED, later]})
    assert rows(log, "activity", "status", "group") == [
        ("created", "new", "group 7"),
        ("comment", "new", "group 7"),
        ("comment", "new", "group 7"),
        ("status:open", "open", "group 7"),
    ]
    assert [source.deduplicated for source in log.receipt.sources] == [0, 1]


def test_before_its_first_known_change_a_field_had_that_changes_previous_value(tmp_path: Path) -> None:
    late = [audit(8, "10:00", say(91), author=91), audit(9, "11:00", change("status", "pending", "open"))]
    log = read(tmp_path, audits_json={"audits": late})
    assert rows(log, "status") == [("pending",), ("open",)]


def test_who_acts(tmp_path: Path) -> None:
    rule = {"channel": "rule", "source": {"rel": "trigger"}}
    log = read(
        tmp_path,
        audits_json={"audits": [
            OPENED,
            audit(2, "10:00", say(12, public=False), change("status", "new", "open", via=rule)),
            audit(3, "11:00", say(91)),  # an agent writes down what the customer said
            audit(4, "12:00", change("priority", None, "high"), author=-1),
            audit(5, "13:00", say(55)),
            audit(6, "14:00", say(55, public=False), author=55),
        ]},
        people_json=PEOPLE,
    )  # fmt: skip
    assert rows(log, "activity", "role", "visibility", "channel")[2:] == [
        ("comment", "agent", "internal", "web"),
        ("status:open", "system", None, None),
        ("comment", "end-user", "public", "web"),
        ("priority", "system", None, "web"),
        ("comment", "agent", "public", "web"),  # nothing tells who 55 is, but only agents write notes
        ("comment", "agent", "internal", "web"),
    ]


def test_a_customer_is_never_a_resource(tmp_path: Path) -> None:
    owned = audit(2, "10:00", change("assignee_id", None, "91"))
    log = read(tmp_path, audits_json={"audits": [OPENED, owned]}, people_json=PEOPLE)
    assert rows(log, "resource")[-1] == ("agent 91",)


def test_a_call_has_a_start_and_a_direction(tmp_path: Path) -> None:
    def call(number: int, **data: object) -> Json:
        return audit(number, f"1{number}:00", {"type": "VoiceComment", "author_id": 12, "data": data})

    log = read(
        tmp_path,
        audits_json=[
            call(1, outbound=True, started_at="2026-03-02T10:50:00Z", call_duration=60),
            call(2, outbound=False, answered_by_id=12, call_duration=120),
            call(3, outbound=False, answered_by_id=None, started_at="2012-11-16 223622 UTC"),
            call(4),
        ],
    )
    assert [(activity, str(began)[11:16]) for activity, began in rows(log, "activity", "started_at")] == [
        ("voice:outbound", "10:50"), ("voice:inbound", "11:58"), ("voice:missed", ""), ("voice", ""),
    ]  # fmt: skip


def test_a_rating_is_answered_once_and_offered_is_no_answer(tmp_path: Path) -> None:
    both = audit(
        2, "10:00", change("satisfaction_score", "offered", "bad"), {"type": "SatisfactionRating", "score": "bad"}
    )
    rating = {"id": 5, "ticket_id": 1, "score": "bad", "created_at": "2026-03-02T09:30:00Z"}
    log = read(tmp_path, audits_json={"audits": [OPENED, both]}, ratings_json={"satisfaction_ratings": [rating]})
    assert rows(log, "activity")[2:] == [("satisfaction:bad",)]
    assert log.one("SELECT csat FROM cases") == (0.0,)


def test_an_audit_without_a_step_of_the_journey_is_ignored_and_unknown_types_are_named(tmp_path: Path) -> None:
    quiet = audit(2, "10:00", change("tags", [], ["a"]), {"type": "Notification"}, {"type": "Cc"})
    log = read(tmp_path, audits_json=[OPENED, quiet, audit(3, "11:00", {"type": "BrandNew"}, {"type": "Ana Silva"})])
    (source,) = log.receipt.sources
    assert (source.used, source.ignored) == (1, 2)
    assert Note("decision.types_unread", types=("?", "BrandNew")) in source.decisions


def test_the_incremental_export_says_the_same_as_the_audits(tmp_path: Path) -> None:
    children = [
        {"id": 10, "event_type": "Comment", "comment_present": True, "comment_public": True, "author_id": 91},
        {"id": 11, "event_type": "Create", "status": "new", "requester_id": 91, "group_id": 7},
    ]
    event = {
        "id": 1,
        "ticket_id": 1,
        "timestamp": 1772442000,
        "updater_id": 91,
        "via": "Mail",
        "child_events": children,
    }
    log = read(tmp_path, a_json={"audits": [OPENED]}, b_json={"ticket_events": [event]})
    assert [source.deduplicated for source in log.receipt.sources] == [0, 1]


TICKET: Json = {
    "id": 1, "status": "solved", "requester_id": 91, "submitter_id": 91, "assignee_id": 12, "group_id": 7,
    "created_at": "2026-03-02T09:00:00Z", "updated_at": "2026-03-02T12:00:00Z", "via": {"channel": "email"},
    "comments": [{"id": 5, "author_id": 12, "public": True, "created_at": "2026-03-02T10:00:00Z"}],
}  # fmt: skip


def test_a_ticket_with_audits_elsewhere_gives_its_case_only(tmp_path: Path) -> None:
    ticket = {**TICKET, "priority": "high", "type": "incident", "via_followup_source_id": 77}
    log = read(tmp_path, a_json={"audits": [OPENED]}, b_json={"ticket": ticket}, people_json=PEOPLE)
    assert log.n_events == 2
    assert log.one("SELECT priority, topic, language, extras['x_followup_of'] FROM cases") == (
        "high", "incident", "pt", "77",
    )  # fmt: skip
    assert log.rows("SELECT kind, other FROM links") == [("follow_up_of", "77")]
    assert {source.namespace for source in log.receipt.sources} == {"zendesk"}


def test_a_ticket_alone_tells_its_comments_and_what_it_is_now(tmp_path: Path) -> None:
    log = read(tmp_path, tickets_json={"tickets": [TICKET]})
    assert rows(log, "activity", "synthetic", "status", "resource", "group") == [
        ("created", True, None, None, None),
        ("comment", False, None, "agent 12", None),
        ("status:solved", True, "solved", None, None),  # at the last update, when it was solved at the latest
    ]


def test_the_newest_copy_of_a_ticket_in_overlapping_exports_adds_to_the_older(tmp_path: Path) -> None:
    second = {"id": 6, "author_id": 12, "public": False, "created_at": "2026-03-02T10:30:00Z"}
    newer = {**TICKET, "comments": [*TICKET["comments"], second]}
    log = read(tmp_path, a_ndjson=json.dumps({"ticket": TICKET}), b_ndjson=json.dumps({"ticket": newer}))
    assert [activity for (activity,) in rows(log, "activity")].count("comment") == 2
    assert log.n_events == 4


def test_the_requester_identifies_the_case_unless_it_is_an_agent(tmp_path: Path) -> None:
    own = audit(7, "09:00", create("requester_id", "12"), ticket=2)
    log = read(tmp_path, audits_json={"audits": [OPENED, own]}, people_json=PEOPLE)
    found = log.rows("SELECT native_id, kind, value FROM identities JOIN cases USING (case_key) ORDER BY kind")
    assert found == [
        ("1", "email", "kim@home.example"),
        ("1", "handle", "zendesk user 91"),
        ("1", "name", "Kim"),
        ("1", "phone", "+351 91"),
    ]


def test_a_number_is_the_same_id_as_its_text(tmp_path: Path) -> None:
    later = audit(2, "10:00", change("group_id", "7", "8"), ticket=1.0)  # type: ignore[arg-type] # as tables with gaps have it
    log = read(tmp_path, audits_json=[OPENED, {**later, "ticket_id": "1"}, {**later, "id": 3, "ticket_id": 1.0}])
    assert {case for (case,) in rows(log, "case_id")} == {"zendesk:1"}
    assert [group for (group,) in rows(log, "group")] == ["group 7", "group 7", "group 8", "group 8"]


def test_a_number_that_no_moment_can_have_is_none() -> None:
    """2026-03-02 09:00 is 20,514 days and 9 hours after 1970 began."""
    good = ("1772442000", "1772442000000", "1772442000000000")
    bad = dict.fromkeys(("9223372036854775807", "-9223372036854775807", "18446744073709551616", "1e300", "7"))
    said = ", ".join(f"('{number}')" for number in (*good, *bad))
    found = dict(Engine().rows(f"SELECT said, {moment('said')} FROM (VALUES {said}) t(said)"))
    assert found == {**dict.fromkeys(good, datetime(2026, 3, 2, 9)), **bad}


KEYS = (
    "id", "ticket_id", "events", "child_events", "via", "source", "from", "rel", "created_at", "author_id", "type",
    "field_name", "value", "previous_value", "public", "score", "status", "requester", "requester_id", "comments",
    "data", "metric_set", "users", "audits", "tickets", "satisfaction_rating", "role", "name", "event_type",
    "timestamp",
)  # fmt: skip
SCALARS: st.SearchStrategy[object] = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5) | st.just("2026-03-02")
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=25,
)


@settings(deadline=None, max_examples=25)
@given(VALUES)
def test_no_json_breaks_the_reader(tmp_path_factory: pytest.TempPathFactory, value: object) -> None:
    path = tmp_path_factory.mktemp("any") / "any.json"
    listed = {"ticket_id": 1, "events": [value], "child_events": [value], "via": value}
    path.write_text(json.dumps([OPENED, value, listed, {"id": value, "requester_id": value, "comments": value}]))
    log = read_log([path], options=ReadOptions(source="zendesk", max_rejected=1))
    assert all(source.balances for source in log.receipt.sources)


def test_the_specification_of_the_api_is_survived(data: Callable[[str], Path]) -> None:
    log = read_log([data("zenpy/specification")], options=ReadOptions(source="zendesk", max_rejected=1))
    assert all(source.balances for source in log.receipt.sources)
    assert not log.receipt.failed


def test_recorded_answers_of_the_api_are_read(data: Callable[[str], Path], tmp_path: Path) -> None:
    for path in sorted(data("zenpy/recorded").glob("*.json")):
        for number, spoken in enumerate(json.loads(path.read_text())["http_interactions"]):
            body = spoken["response"]["body"]
            content = base64.b64decode(body["base64_string"]) if "base64_string" in body else body["string"].encode()
            if content:
                unpacked = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
                (tmp_path / f"{path.stem}.{number}.json").write_bytes(unpacked)
    claimed = [path for path in sorted(tmp_path.iterdir()) if zendesk.identify(Sample(path, path.name))]
    log = read_log(claimed, options=ReadOptions(source="zendesk", max_rejected=1))
    assert all(source.balances for source in log.receipt.sources)
    assert not log.receipt.failed
    # the recordings hold 207 audits, pages overlapping, all of them creations
    audits = [
        source for source in log.receipt.sources if "events" in str(source.reason) or "TestTicketAudits" in source.file
    ]
    assert sum(source.records for source in audits) >= 207
    assert log.one("SELECT count(*) FROM events WHERE activity = 'created' AND NOT synthetic")[0] > 60
