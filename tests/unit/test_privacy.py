"""Names of resources stay inside unless they are asked for."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from journeyminer.log.build import LogBuilder
from journeyminer.log.engine import Engine
from journeyminer.log.lists import resource_names
from journeyminer.log.receipt import SourceReceipt
from journeyminer.log.record import Event, Identity, Record
from journeyminer.log.store import load_log, save_log
from journeyminer.note import Note
from journeyminer.prepare import filter_log, hide_customers, hide_rare_steps, prepare
from tiny import log

TEXT = "A: x@09:00/by=bo x@09:01/by=ana x@09:02/by=cy x@09:03/by=cy x@09:04/by=ann/as=customer x@09:05"


def test_the_busiest_is_agent_1_and_ties_go_by_name() -> None:
    assert resource_names(log(TEXT)) == {"cy": "agent 1", "ana": "agent 2", "bo": "agent 3"}


def test_names_where_they_are_asked_for_but_never_a_customer() -> None:
    assert resource_names(log(TEXT), named=True) == {"cy": "cy", "ana": "ana", "bo": "bo"}


def test_a_customer_is_an_identity_and_no_resource() -> None:
    hidden = hide_customers(log(TEXT))
    assert hidden.rows("SELECT DISTINCT resource FROM events WHERE role = 'customer'") == [(None,)]
    assert hidden.rows("SELECT kind, value FROM identities") == [("name", "ann")]
    assert hide_customers(hidden) is hidden
    assert prepare(log(TEXT)).rows("SELECT count(resource) FROM events") == [(4,)]


def test_a_log_without_resources_has_no_names() -> None:
    assert resource_names(log("A: x@09:00")) == {}


def test_a_filter_gives_nobody_another_number() -> None:
    tiny = log("A: x@09:00/by=bo\nB: x@09:01/by=cy x@09:02/by=cy")
    kept = filter_log(tiny, where="resource = 'bo'")
    assert resource_names(filter_log(kept, where="activity = 'x'"))["bo"] == "agent 2"


@pytest.mark.parametrize(
    ("step", "cases", "shown"),
    [
        ("Call from +34 600 111 222", 2, "rare_step"),
        ("Mail to ana@secret.example", 2, "rare_step"),
        ("ANA SOUZA rang", 2, "rare_step"),
        ("123.456.789-09", 2, "rare_step"),
        ("Call from +34 600 111 222", 3, "Call from +34 600 111 222"),
        ("Passed On", 1, "Passed On"),
        ("Level 2 of 2026", 1, "Level 2 of 2026"),
    ],
)
def test_a_step_that_may_say_who_is_one_of_the_rare(step: str, cases: int, shown: str) -> None:
    builder = LogBuilder(Engine())
    at = datetime(2026, 1, 5, tzinfo=UTC)
    events = [Event(str(case), step, at) for case in range(cases)]
    record = Record("1", events=events, identities=[Identity("0", "name", "Ana Souza")])
    builder.loader(SourceReceipt("a", "test", Note("match.given"), namespace="a")).records([record])
    hidden = hide_rare_steps(builder.build())
    assert hidden.rows("SELECT DISTINCT activity FROM events") == [(shown,)]
    assert [note.slug for note in hidden.receipt.notes] == ["rare_steps"] * (shown == "rare_step")


def test_the_word_of_a_known_step_that_may_say_who_is_private_all_the_same(tmp_path: Path) -> None:
    builder = LogBuilder(Engine())
    events = [Event("1", "Assigned to ana@secret.example", datetime(2026, 1, 5, tzinfo=UTC))]
    builder.loader(SourceReceipt("a", "test", Note("match.given"), namespace="a")).records([Record("1", events=events)])
    prepared = prepare(builder.build())
    assert prepared.rows("SELECT activity FROM events") == [("assigned",)]
    assert prepared.receipt.notes == ()
    save_log(prepared, tmp_path / "log")
    lies = "SELECT count(*) FROM read_parquet(?) t WHERE CAST(t AS VARCHAR) LIKE '%secret%'"
    files = sorted((tmp_path / "log").rglob("*.parquet"))
    assert [file.name for file in files if prepared.rows(lies, [str(file)]) != [(0,)]] == ["steps.parquet"]
    assert load_log(tmp_path / "log").rows("SELECT raw_activity FROM events") == [("Assigned to ana@secret.example",)]
