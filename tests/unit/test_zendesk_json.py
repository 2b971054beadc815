"""Zendesk's JSON: what is claimed, every shape of file, broken files, and which files are one account."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from journeyminer.importers import read_log, zendesk
from journeyminer.importers.base import Sample
from journeyminer.options import ReadOptions

OPTIONS = ReadOptions(source="zendesk")
OPENED = {
    "id": 1, "ticket_id": 1, "created_at": "2026-03-02T09:00:00Z", "author_id": 91, "via": {"channel": "web"},
    "events": [{"id": 2, "type": "Comment", "public": True}, {"id": 3, "type": "Create", "field_name": "status",
                                                             "value": "new"}],
}  # fmt: skip
TICKET = {
    "id": 1, "requester_id": 91, "submitter_id": 91, "status": "new", "created_at": "2026-03-02T09:00:00Z",
    "via": {"channel": "web"},
}  # fmt: skip


def test_files_of_one_account_are_one_namespace_and_other_accounts_stay_apart(tmp_path: Path) -> None:
    def page(account: str) -> object:
        return {"audits": [OPENED], "next_page": f"https://{account}.zendesk.com/api/v2/ticket_audits.json"}

    (tmp_path / "a.json").write_text(json.dumps(page("acme")))
    (tmp_path / "b.json").write_text(json.dumps({"tickets": [TICKET]}))
    log = read_log([tmp_path], options=OPTIONS)
    assert {source.namespace for source in log.receipt.sources} == {"zendesk-acme"}
    assert log.n_cases == 1
    (tmp_path / "c.json").write_text(json.dumps(page("other")))
    log = read_log([tmp_path], options=OPTIONS)
    assert [source.namespace for source in log.receipt.sources] == ["zendesk-acme", "zendesk", "zendesk-other"]


@pytest.mark.parametrize(
    "content",
    [
        json.dumps([OPENED]),
        json.dumps({"audits": [OPENED]}, indent=2),
        json.dumps({"audit": OPENED, "ticket": TICKET}),
        json.dumps(OPENED) + "\n\n",
        f"\ufeff{json.dumps(OPENED)}",
        f"{json.dumps(OPENED, indent=1)}{json.dumps({'audits': []})}",
        json.dumps({"audits": [], "tickets": [], "ticket_audits": [OPENED], "count": 1}, indent=1),
    ],
)
def test_every_shape_of_file_is_claimed_and_read(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(content)
    assert zendesk.identify(Sample(path, "a.json"))
    assert read_log([path], options=OPTIONS).n_events == 2
    path.write_bytes(gzip.compress(content.encode("utf-16" if not content.startswith("\ufeff") else "utf-8")))
    assert read_log([path], options=OPTIONS).n_events == 2


def test_a_broken_line_is_rejected_with_its_place(tmp_path: Path) -> None:
    lines = [
        json.dumps(OPENED),
        '{"id": 3',
        '{"error": "too large"}',
        '"text"',
        json.dumps({**OPENED, "created_at": "?"}),
    ]
    (tmp_path / "a.ndjson").write_text("\n".join(lines))
    log = read_log([tmp_path], options=OPTIONS)
    assert log.rows("SELECT record, reason FROM rejects") == [
        ("record 2", "unknown_object"),
        ("record 3", "unknown_object"),
        ("record 4", "unknown_object"),
        ("audit 1", "unreadable_timestamp"),
    ]


def test_a_broken_sibling_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"users": [')
    (tmp_path / "b.json").write_text(json.dumps({"audits": [OPENED]}))
    log = read_log([tmp_path], options=OPTIONS)
    assert [failed.file for failed in log.receipt.failed] == ["a.json"]
    assert log.n_events == 2


@pytest.mark.parametrize(
    "foreign",
    [
        [{"id": 1, "requester_id": 2, "responder_id": 3, "group_id": 4, "source": 2, "status": 2}],
        {"groups": [{"id": "C1", "name": "ops", "creator": "U1", "members": []}]},
        [{"id": 1, "number": 7, "user": {"login": "a"}, "labels": [], "state": "open"}],
        {"type": "conversation", "id": "9", "conversation_parts": {"parts": []}, "source": {}},
        {"users": [{"id": "U1", "name": "kim", "profile": {"email": "k@x"}}]},
        {"users": [{"id": 1, "name": "Kim", "email": "k@x", "role": "admin"}]},
        {"uri": "https://acme.zendesk.com/api/v2/users/1.json", "body": json.dumps({"audits": [OPENED]})},
        "ticket_id, events, author_id",
        {},
        [],
    ],
)
def test_json_of_other_products_is_not_claimed(tmp_path: Path, foreign: object) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(foreign))
    assert zendesk.identify(Sample(path, "a.json")) is None


@pytest.mark.parametrize(
    "ours",
    [
        {"users": [{"id": 1, "name": "Kim", "email": "k@x", "role": "end-user"}]},
        {"users": [{"id": 1, "name": "Kim", "email": "k@x", "role": "agent", "restricted_agent": False}]},
        {"groups": [{"id": 7, "name": "First line"}], "next_page": None, "count": 1},
        {"ticket": TICKET},
        {"satisfaction_ratings": [{"id": 1, "ticket_id": 1, "score": "good", "requester_id": 1, "assignee_id": 2}]},
        {"ticket_metric_events": [{"id": 1, "ticket_id": 1, "metric": "reply_time", "instance_id": 1, "type": "x"}]},
    ],
)
def test_reference_and_metric_files_are_claimed(tmp_path: Path, ours: object) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(ours))
    assert zendesk.identify(Sample(path, "a.json"))
