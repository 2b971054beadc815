"""The figures of journeys, on logs whose answers are counted by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from journeyminer.log import EventLog
from journeyminer.log.build import LogBuilder
from journeyminer.log.engine import Engine
from journeyminer.log.receipt import SourceReceipt
from journeyminer.log.record import Event, Identity, Record
from journeyminer.mining.journeys import JourneyFigure, journey_beginnings, journeys
from journeyminer.mining.lens import Lens
from journeyminer.note import Note
from journeyminer.options import JourneyOptions
from journeyminer.prepare.identity import identify_customers
from journeyminer.prepare.journeys import find_journeys

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
Said = tuple[str, str, str, list[tuple[float, str, str]]]
"""case, customer, channel, and its events: day, role, status after it"""


def read(*said: Said) -> EventLog:
    builder = LogBuilder(Engine())
    records = [
        Record(
            case,
            events=[
                Event(case, f"by {role}", START + timedelta(days=day), role=role, status=status, channel=channel)
                for day, role, status in events
            ],
            identities=[Identity(case, "email", f"{who}@example.test")],
        )
        for case, who, channel, events in said
    ]
    builder.loader(SourceReceipt("a", "tiny", Note("match.given"), namespace="a")).records(records)
    return find_journeys(identify_customers(builder.build()), options=JourneyOptions(journey_window=72))


def solved(begin: float, end: float) -> list[tuple[float, str, str]]:
    return [(begin, "customer", "new"), (end, "agent", "solved")]


DESK = read(
    ("silent", "ana", "email", solved(0, 1)),
    ("again", "ana", "voice", solved(3, 4)),
    ("reopened", "ben", "email", [*solved(0, 1), (2, "customer", "open"), (3, "agent", "solved")]),
    ("done", "cleo", "chat", solved(0, 1)),
    ("late", "dora", "chat", solved(28, 29)),
    ("end", "ed", "chat", solved(29, 30)),
)


def found(log: EventLog) -> dict[str, JourneyFigure]:
    return {row.id: row for row in journeys.rows(Lens(log))}


def test_who_comes_back_by_a_new_case_is_seen_by_journeys_only() -> None:
    figures = found(DESK)
    assert (figures["cases"].value, figures["cases"].n) == (6 / 5, 5)
    assert figures["several_cases"].value == 1 / 5
    assert figures["several_channels"].value == 1 / 5
    back = figures["came_back"]
    assert (back.value, back.n) == (2 / 3, 3), "late and end were resolved too shortly before the end"
    assert (back.by_case, back.n_by_case) == (1 / 4, 4)
    assert figures["silent_recontact"].value == 1 / 3


def test_a_case_that_was_still_open_when_the_next_began_is_no_silent_recontact() -> None:
    log = read(
        ("x", "ana", "email", solved(0, 4)), ("y", "ana", "email", solved(2, 5)), ("z", "z", "email", solved(0, 30))
    )
    assert found(log)["silent_recontact"].value == 0


def test_without_a_resolution_nobody_can_come_back() -> None:
    back = found(read(("x", "ana", "email", [(0, "customer", "new")])))["came_back"]
    assert (back.value, back.n, back.reason) == (None, 0, "never_resolved")


def test_beginnings_are_counted() -> None:
    assert [(row.reason, row.n, row.share) for row in journey_beginnings.rows(Lens(DESK))] == [
        ("first_contact", 5, 1.0)
    ]
