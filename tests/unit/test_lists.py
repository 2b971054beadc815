"""Lists of a log: cases, events, and how many identifiers there are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from journeyminer.log.build import LogBuilder
from journeyminer.log.engine import Engine
from journeyminer.log.lists import cases, events, identities
from journeyminer.log.receipt import SourceReceipt
from journeyminer.log.record import Event, Identity, Record
from journeyminer.note import Note
from journeyminer.prepare import filter_log, identify_customers
from tiny import log

DESK = log("A: created@09:00/by=ana reply@09:30-10:30/by=bo/in=L1\nB: created@11:00/by=bo done@12:00/by=bo")


def test_cases_come_longest_first_with_the_record_that_they_begin_with() -> None:
    table = cases(DESK)
    assert list(table.columns) == [
        "case_id", "namespace", "opened_at", "priority", "product", "topic", "segment", "csat", "n_events", "seconds",
        "source_ref",
    ]  # fmt: skip
    assert table[["case_id", "namespace", "n_events", "seconds", "source_ref"]].to_numpy().tolist() == [
        ["A", "tiny", 2, 5400, "tiny.txt: event 1"],
        ["B", "tiny", 2, 3600, "tiny.txt: event 3"],
    ]
    assert cases(filter_log(DESK, where="resource = 'ana'"))["case_id"].tolist() == ["A"]


def test_events_name_who_acts_by_numbers_unless_asked() -> None:
    assert events(DESK)["resource"].tolist() == ["agent 2", "agent 1", "agent 1", "agent 1"]
    assert events(DESK, named=True)["resource"].tolist() == ["ana", "bo", "bo", "bo"]
    first = events(DESK).iloc[1]
    assert (first["case_id"], first["activity"], first["group"]) == ("tiny:A", "reply", "L1")
    assert first["timestamp"] == datetime(2026, 1, 5, 10, 30)


def test_customers_are_listed_by_number_and_not_named() -> None:
    builder = LogBuilder(Engine())
    at = datetime(2026, 1, 5, tzinfo=UTC)
    record = Record(
        "1",
        events=[Event(case, "x", at + timedelta(days=day)) for day, case in enumerate("CAB")],
        identities=[
            Identity("A", "email", "mia@example.com"), Identity("B", "email", "mia@example.com"),
            Identity("A", "phone", "+36 1 234 5678"), Identity("C", "email", "bo@example.com"),
        ],
    )  # fmt: skip
    builder.loader(SourceReceipt("a", "test", Note("match.given"), namespace="a")).records([record])
    raw = builder.build()
    assert identities(raw).to_dict("records") == []
    told = identities(identify_customers(raw))[["customer", "kinds", "n_values", "n_cases"]]
    assert told.to_dict("records") == [
        {"customer": "customer 1", "kinds": "email", "n_values": 1, "n_cases": 1},
        {"customer": "customer 2", "kinds": "email, phone", "n_values": 2, "n_cases": 2},
    ]
