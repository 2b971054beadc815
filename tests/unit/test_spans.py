"""Whose clock: every rule of the table, one case each."""

from __future__ import annotations

import pytest

from journeyminer.log import EventLog
from journeyminer.log.build import LogBuilder
from journeyminer.log.engine import Engine
from journeyminer.log.receipt import SourceReceipt
from journeyminer.log.record import Event, Record
from journeyminer.mining.spans import spans
from journeyminer.note import Note
from journeyminer.prepare import label
from tiny import log, moment

MINUTE = 60_000_000


def turns_of(tiny: EventLog) -> list[tuple[object, ...]]:
    """Turn, rule and minutes of every span in order of time."""
    rows = tiny.rows(f"SELECT turn, basis, closed - opened FROM {spans(tiny)} ORDER BY opened, case_key")
    return [(turn, basis, us // MINUTE) for turn, basis, us in rows]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ("x@09:00/to=new y@09:10/to=closed", ("us_queue", "status")),
        ("x@09:00/to=open y@09:10/to=closed", ("us_queue", "status")),
        ("x@09:00/to=pending y@09:10/to=closed", ("customer", "status")),
        ("x@09:00/to=on_hold y@09:10/to=closed", ("vendor", "status")),
        ("x@09:00/to=solved y@09:10/to=closed", ("after_resolution", "status")),
        ("x@09:00/to=closed y@09:10", ("after_resolution", "status")),
        ("x@09:00/as=customer y@09:10/as=agent", ("us_queue", "message")),
        ("x@09:00/as=agent/vis=public y@09:10/as=customer", ("customer", "message")),
        ("agent_reply@09:00/as=agent y@09:10/as=customer", ("customer", "message")),
        ("x@09:00/as=bot y@09:10/as=customer", ("bot", "activity")),
        ("x@09:00/as=bot/to=open y@09:10/to=closed", ("bot", "activity")),
        ("x@09:00/as=bot/vis=public y@09:10/as=customer", ("customer", "message")),
        ("x@09:00/as=bot/to=pending y@09:10/to=closed", ("customer", "status")),
        ("x@09:00/by=ana y@09:10/by=bob", ("us_queue", "assumed")),
        ("x@09:00/by=ana y@09:10", ("unknown", "none")),
        ("x@09:00/as=agent/by=ana/vis=internal y@09:10/as=customer", ("unknown", "none")),
    ],
)
def test_each_rule(events: str, expected: tuple[str, str]) -> None:
    assert turns_of(log(f"A: {events}")) == [(*expected, 10)]


def test_an_automatic_reply_leaves_the_case_with_us() -> None:
    tiny = log("A: ask@09:00/as=customer auto_reply@09:01/as=system/vis=public agent_reply@09:30/as=agent")
    assert turns_of(tiny) == [("us_queue", "message", 1), ("us_queue", "message", 29)]


def test_the_customer_keeps_a_bot_busy() -> None:
    tiny = log("A: ask@09:00/as=bot/vis=public more@09:05/as=customer end@09:10/as=agent")
    assert turns_of(tiny) == [("customer", "message", 5), ("bot", "activity", 5)]


def test_work_is_split_off_the_wait() -> None:
    tiny = log("A: ask@09:00/to=open fix@09:40-10:00/to=solved/as=agent")
    assert turns_of(tiny) == [("us_queue", "status", 40), ("us_work", "activity", 20)]


def test_work_that_spans_another_event_is_work_on_both_sides() -> None:
    tiny = log("A: ask@09:00/to=open/as=customer note@09:30/as=customer fix@09:20-10:00/to=solved/as=agent")
    assert turns_of(tiny) == [("us_queue", "status", 20), ("us_work", "activity", 10), ("us_work", "activity", 30)]


def test_of_two_works_ahead_the_one_that_began_first_ends_the_wait() -> None:
    tiny = log("A: ask@09:00/to=open/as=customer a@09:30-09:50/as=agent b@09:10-10:00/to=solved/as=agent")
    assert turns_of(tiny) == [("us_queue", "status", 10), ("us_work", "activity", 40), ("us_work", "activity", 10)]


def test_work_on_a_pending_case_stays_the_customers_time() -> None:
    tiny = log("A: ask@09:00/to=pending fix@09:40-10:00/to=solved/as=agent")
    assert turns_of(tiny) == [("customer", "status", 60)]


def test_a_bots_own_time_is_no_human_work() -> None:
    assert turns_of(log("A: ask@09:00/to=open run@09:40-10:00/as=bot")) == [("us_queue", "status", 60)]


def test_work_before_the_first_event_is_complete_belongs_to_the_case() -> None:
    tiny = log("A: call@09:00-09:30/as=agent/to=solved")
    assert tiny.rows(f"SELECT source, target, turn FROM {spans(tiny)}") == [(None, "call", "us_work")]


def test_a_case_begins_with_the_work_that_began_first() -> None:
    tiny = log("A: ask@09:30/as=customer note@09:40/as=customer call@09:00-10:00/as=agent/to=solved")
    assert turns_of(tiny) == [("us_work", "activity", 30), ("us_work", "activity", 10), ("us_work", "activity", 20)]


def test_an_open_case_runs_to_the_end_of_the_log() -> None:
    tiny = log("A: ask@09:00/to=open\nB: ask@09:00/to=open done@10:00/to=solved\nC: hello@09:00")
    assert turns_of(tiny) == [("us_queue", "status", 60), ("us_queue", "status", 60)]
    assert tiny.rows(f"SELECT target FROM {spans(tiny)} ORDER BY target") == [("done",), (None,)]


@pytest.mark.parametrize(
    ("events", "queue"),
    [
        ("x@09:00/in=L1 y@09:10/in=L2", "L2"),
        ("x@09:00/in=L1 group_changed@09:10/in=L2", "L1"),
        ("x@09:00/in=L1 y@09:10/as=customer z@09:20/in=L2", "L2"),
        ("x@09:00/in=L1 y@09:10", "L1"),
    ],
)
def test_who_acts_next_has_the_case_in_the_queue(events: str, queue: str) -> None:
    tiny = log(f"A: {events}")
    assert tiny.rows(f"SELECT queue FROM {spans(tiny)} ORDER BY opened LIMIT 1") == [(queue,)]


@pytest.mark.parametrize("given", ["handed_on@09:05/in=L1", "handed_on@09:05/by=ana", "assigned@09:05/as=bot"])
def test_a_bot_that_gave_the_case_away_has_it_no_more(given: str) -> None:
    tiny = log(f"A: ask@09:00/as=customer/to=open answer@09:01/as=bot {given} reply@09:15/as=agent")
    assert turns_of(tiny) == [("us_queue", "status", 1), ("bot", "activity", 4), ("us_queue", "status", 10)]


def test_after_a_milestone_our_turn_is_only_assumed() -> None:
    tiny = log("A: created@09:00/to=new solved@10:00/to=solved closed@11:00/to=closed")
    wide = tiny.derive(tiny.columns | {"synthetic"}, event_rows="SELECT *, true AS synthetic FROM {log}.event_rows")
    assert turns_of(wide) == [("us_queue", "assumed", 60), ("after_resolution", "status", 60)]


def test_a_status_that_only_the_names_of_activities_tell_is_known_from_those() -> None:
    tiny = label(log("A: Pending@09:00 Resolved@10:00 x@11:00"))
    assert turns_of(tiny) == [("customer", "activity", 60), ("after_resolution", "activity", 60)]


def test_the_customers_of_another_source_change_nothing() -> None:
    """Where all events have a person and no customer acts, our turn is assumed, whatever lies in the same folder."""
    builder = LogBuilder(Engine())
    for file, role in (("ours", None), ("chat", "customer")):
        events = [Event(file, "x", moment(f"09:{minute:02}"), resource="ana", role=role) for minute in (0, 10)]
        loader = builder.loader(SourceReceipt(file, "test", Note("match.given"), namespace=file))
        loader.records([Record("1", events=events)])
    assert turns_of(builder.build()) == [("us_queue", "message", 10), ("us_queue", "assumed", 10)]


def test_one_customer_who_acts_is_enough_to_assume_nothing() -> None:
    tiny = log("A: x@09:00/by=ana y@09:10/by=bob\nB: x@09:00/by=eve/as=customer")
    assert turns_of(tiny) == [("unknown", "none", 10)]


def queues(tiny: EventLog) -> list[tuple[str | None, str | None]]:
    """Who gave the case, and in whose queue it is, of every span of our queue in order of time."""
    return tiny.rows(f"SELECT giver, queue FROM {spans(tiny)} WHERE turn = 'us_queue' ORDER BY opened, case_key")


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        # whoever's event names the new group, the case was given to it until somebody acts there
        ("note@09:00/as=agent/in=L1/to=open assigned@09:10/in=L2 fix@10:00/as=agent", [(None, "L1"), ("L1", "L2")]),
        ("note@09:00/as=agent/in=L1/to=open ask@09:10/as=customer/in=L2 fix@10:00/as=agent", [("L1", "L2")] * 2),
        ("note@09:00/as=agent/in=L1/to=open moved@09:10/as=system/in=L2 fix@10:00/as=agent", [("L1", "L2")] * 2),
        ("note@09:00/as=agent/in=L1/to=open fix@10:00/as=agent/in=L2 y@10:10/as=agent", [("L1", "L2"), (None, "L2")]),
        # what a customer writes in between takes it from nobody
        (
            "note@09:00/as=agent/in=L1/to=open assigned@09:10/in=L2 ask@09:20/as=customer/in=L2 fix@10:00/as=agent",
            [(None, "L1"), ("L1", "L2"), ("L1", "L2")],
        ),
        # a team that passed it on without an act gave it all the same
        (
            "note@09:00/as=agent/in=L1/to=open assigned@09:10/in=L2 assigned@09:20/in=L3 fix@10:00/as=agent",
            [(None, "L1"), ("L1", "L2"), ("L2", "L3")],
        ),
        # after an act the queue is the team's own
        (
            "note@09:00/as=agent/in=L1/to=open assigned@09:10/in=L2 note@09:20/as=agent fix@10:00/as=agent",
            [(None, "L1"), ("L1", "L2"), (None, "L2")],
        ),
    ],
)  # fmt: skip
def test_who_gave_the_case_to_the_queue(events: str, expected: list[tuple[str | None, str | None]]) -> None:
    assert queues(log(f"A: {events}")) == expected


def test_what_is_set_at_the_moment_of_an_assignment_is_no_act_of_the_new_team() -> None:
    tiny = log("A: note@09:00/in=L1/to=open assigned@09:10/in=L2 status_open@09:10/to=open fix@10:00/by=bob")
    assert queues(tiny)[-1] == ("L1", "L2")


def test_work_that_nobody_completed_is_work_while_the_case_is_open() -> None:
    tiny = log("A: ask@09:00/to=open fix@09:30/to=open note@10:00/to=open").derive(
        frozenset({"activity", "timestamp", "status", "lifecycle"}),
        event_rows="SELECT *, if(activity = 'fix', 'start', 'complete') AS lifecycle FROM {log}.event_rows",
    )
    assert turns_of(tiny) == [("us_queue", "status", 30), ("us_work", "activity", 30)]
