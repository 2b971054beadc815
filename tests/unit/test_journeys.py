"""Journeys: which cases of a customer are one need, and which are never."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from journeyminer.log import EventLog
from journeyminer.log.build import LogBuilder
from journeyminer.log.engine import Engine
from journeyminer.log.receipt import SourceReceipt
from journeyminer.log.record import Case, Event, Identity, Record
from journeyminer.log.store import load_log, save_log
from journeyminer.mining.lens import Lens
from journeyminer.note import Note
from journeyminer.options import JourneyOptions
from journeyminer.prepare.identity import identify_customers
from journeyminer.prepare.journeys import find_journeys

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
Said = tuple[str, str | None, float, float, str | None]
"""case, customer, the minutes at which it is opened and solved, topic"""


def read(*said: Said) -> EventLog:
    builder = LogBuilder(Engine())
    records = [
        Record(
            case,
            events=[
                Event(case, "opened", START + timedelta(minutes=begin), role="customer"),
                Event(case, "solved", START + timedelta(minutes=end), role="agent"),
                Event(case, "closed", START + timedelta(minutes=end + 7 * 24 * 60), role="system"),
            ],
            cases=[Case(case, topic=topic)],
            identities=[Identity(case, "email", f"{who}@example.test")] if who else [],
        )
        for case, who, begin, end, topic in said
    ]
    builder.loader(SourceReceipt("a", "tiny", Note("match.given"), namespace="a")).records(records)
    return identify_customers(builder.build())


def journeys(log: EventLog, options: JourneyOptions | None = None) -> set[frozenset[str]]:
    """The journeys as sets of native ids."""
    rows = find_journeys(log, options=options).rows(
        "SELECT journey_key, list(native_id) FROM case_rows GROUP BY ALL ORDER BY ALL"
    )
    return {frozenset(cases) for _, cases in rows}


def tied(*links: tuple[str, str, str], cases: tuple[tuple[str, str | None], ...]) -> EventLog:
    """A log of cases, a day each, with their customers; and links of case, kind and other case."""
    builder = LogBuilder(Engine())
    loader = builder.loader(SourceReceipt("a", "tiny", Note("match.given"), namespace="a"))
    loader.records(
        Record(
            case,
            events=[Event(case, "opened", START + timedelta(days=nth))],
            identities=[Identity(case, "email", f"{who}@example.test")] if who else [],
        )
        for nth, (case, who) in enumerate(cases)
    )
    for case, kind, other in links:
        loader.add_rows("links", f"SELECT '{case}' AS case_id, '{kind}' AS kind, '{other}' AS other")
    return identify_customers(builder.build())


def reasons(log: EventLog) -> dict[str, str | None]:
    return dict(find_journeys(log).rows("SELECT native_id, joined_by FROM case_rows"))


def test_what_the_source_states_joins_cases_however_long_the_silence() -> None:
    log = tied(("y", "follow_up_of", "x"), cases=(("x", "ana"), ("y", None), ("z", "ana")))
    assert journeys(log) == {frozenset("xy"), frozenset("z")}
    assert reasons(log) == {"x": None, "y": "follow_up_of", "z": None}


def test_a_case_may_be_merged_into_a_later_one() -> None:
    log = tied(("y", "merged_into", "z"), ("x", "merged_into", "z"), cases=(("x", None), ("y", None), ("z", None)))
    assert journeys(log) == {frozenset("xyz")}
    assert reasons(log) == {"x": None, "y": "merged_into", "z": "merged_into"}


def test_no_link_brings_two_customers_together() -> None:
    log = tied(("b", "child_of", "x"), ("c", "child_of", "x"), cases=(("x", None), ("b", "ben"), ("c", "cleo")))
    assert journeys(log) == {frozenset("xb"), frozenset("c")}


def test_a_link_to_a_case_that_is_not_there_says_nothing() -> None:
    assert reasons(tied(("x", "follow_up_of", "q"), cases=(("x", "ana"),))) == {"x": None}


def test_a_saved_log_keeps_its_links(tmp_path: Path) -> None:
    log = tied(("y", "follow_up_of", "x"), cases=(("x", "ana"), ("y", "ana")))
    save_log(log, tmp_path / "log")
    assert journeys(identify_customers(load_log(tmp_path / "log"))) == {frozenset("xy")}


def crowd(n: int = 60) -> list[Said]:
    """Customers who come back two minutes after a solution, and once more weeks later: what a log teaches."""
    made: list[Said] = []
    for number in range(n):
        born = number * 37.0
        for nth, begin in enumerate((born, born + 32, born + (20 + number % 30) * 24 * 60)):
            made.append((f"{number}{'abc'[nth]}", f"crowd{number}", begin, begin + 30, None))
    return made


def test_who_comes_back_at_once_goes_on_and_who_comes_weeks_later_does_not() -> None:
    found = journeys(read(*crowd()))
    assert {frozenset({"0a", "0b"}), frozenset({"0c"})} <= found
    assert len(found) == 120


def test_few_cases_teach_nothing() -> None:
    assert len(journeys(read(*crowd(3)))) == 9


@pytest.mark.parametrize(("topics", "one"), [(("bill", "bill"), True), (("bill", "outage"), False)])
def test_needs_of_two_topics_are_two_journeys(topics: tuple[str, str], one: bool) -> None:
    two: list[Said] = [("x", "ana", 0, 30, topics[0]), ("y", "ana", 32, 50, topics[1])]
    found = journeys(read(*two), JourneyOptions(journey_window=1))
    assert found == ({frozenset("xy")} if one else {frozenset("x"), frozenset("y")})


def test_an_automatic_close_ends_no_silence() -> None:
    week = 7 * 24 * 60
    found = journeys(read(*crowd(), ("x", "ana", 0, 30, None), ("y", "ana", week + 31, week + 40, None)))
    assert {frozenset("x"), frozenset("y")} <= found


def test_a_window_is_counted_from_the_last_touch() -> None:
    log = read(("x", "ana", 0, 30, None), ("y", "ana", 89, 100, None), ("z", "ana", 161, 170, None))
    assert journeys(log, JourneyOptions(journey_window=1)) == {frozenset("xy"), frozenset("z")}


def test_each_case_is_a_journey_where_it_is_asked_for_and_where_nobody_knows_the_customer() -> None:
    log = read(*crowd(), ("x", None, 0, 30, None), ("y", None, 31, 40, None))
    assert {frozenset("x"), frozenset("y")} <= journeys(log, JourneyOptions(journey_window=24))
    assert len(journeys(log, JourneyOptions(case_is_journey=True))) == 182


def test_the_order_of_rows_changes_nothing() -> None:
    said = [*crowd(), ("x", "crowd1", 37.0, 40.0, None)]
    expected = journeys(read(*said))
    random.Random(1).shuffle(said)
    assert journeys(read(*said)) == expected


def test_every_measure_may_ask_for_journeys() -> None:
    lens = Lens(find_journeys(read(*crowd())), "journey")
    assert (lens.scope.n_traces, lens.scope.n_cases, lens.scope.n_customers) == (120, 180, 60)


def beginnings(log: EventLog, options: JourneyOptions | None = None) -> dict[str, str | None]:
    return dict(find_journeys(log, options=options).rows("SELECT native_id, begun_by FROM case_rows"))


def test_every_journey_says_why_it_begins() -> None:
    day = 24 * 60.0
    log = read(
        ("first", "ana", 0, 60, "printer"),
        ("late", "ana", 30 * day, 31 * day, "printer"),
        ("other", "ana", 32 * day, 33 * day, "invoice"),
        ("nobody", None, 0, 60, "printer"),
    )
    said = {"first": "first_contact", "late": "after_silence", "other": "other_topic", "nobody": "unknown_customer"}
    assert beginnings(log) == said
    assert {*beginnings(log, JourneyOptions(case_is_journey=True)).values()} == {"as_asked"}
    joined = beginnings(log, JourneyOptions(journey_window=31 * 24))
    assert joined == {**said, "late": None}


def test_a_case_beside_an_open_one_says_so() -> None:
    builder = LogBuilder(Engine())
    records = [
        Record(
            case,
            events=[
                Event(case, "opened", START + timedelta(days=begin), role="customer", status="new"),
                Event(case, "solved", START + timedelta(days=end), role="agent", status="solved"),
            ],
            identities=[Identity(case, "email", "ana@example.test")],
        )
        for case, begin, end in (("long", 0, 20), ("beside", 5, 6), ("after", 30, 31))
    ]
    builder.loader(SourceReceipt("a", "tiny", Note("match.given"), namespace="a")).records(records)
    found = beginnings(identify_customers(builder.build()))
    assert found == {"long": "first_contact", "beside": "beside_open", "after": "after_silence"}
