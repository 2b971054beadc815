"""The ledger of turns, by hand."""

from __future__ import annotations

import pytest

from journeyminer.errors import UsageError
from journeyminer.log import EventLog
from journeyminer.mining.lens import Lens
from journeyminer.mining.turns import lost_by_edge, turns
from journeyminer.vocabulary import Per
from tiny import emptied, log, with_customers

HOUR = 3600


def ledger(tiny: EventLog, per: Per = "case") -> dict[tuple[str, str], int]:
    return {(row["turn"], row["basis"]): row["seconds"] for row in turns(tiny, per=per).to_dict("records")}


def test_every_second_of_a_case_is_in_one_turn() -> None:
    tiny = log(
        "A: ask@09:00/to=new reply@10:00/to=pending back@12:00/to=open solve@12:30/to=solved close@20:30/to=closed"
    )
    assert ledger(tiny) == {
        ("us_queue", "status"): 90 * 60,
        ("customer", "status"): 2 * HOUR,
        ("after_resolution", "status"): 8 * HOUR,
    }
    assert turns(tiny)["share"].sum() == pytest.approx(1)


def test_two_open_cases_of_a_customer_are_one_time() -> None:
    cases = log("""
        A: ask@09:00/to=open solve@11:00/to=solved
        B: ask@10:00/to=pending solve@12:00/to=solved
    """)
    assert ledger(cases) == {("us_queue", "status"): 2 * HOUR, ("customer", "status"): 2 * HOUR}
    tiny = with_customers(cases, A=1, B=1)
    assert ledger(tiny, "customer") == {("us_queue", "status"): 2 * HOUR, ("customer", "status"): HOUR}


def test_between_two_cases_of_a_customer_nobody_waits() -> None:
    cases = log("""
        A: ask@09:00/to=open solve@10:00/to=solved
        B: ask@13:00/to=open solve@14:00/to=solved
        C: ask@09:00 more@10:00
        D: ask@12:00 more@13:00
    """)
    tiny = with_customers(cases, A=1, B=1, C=2, D=2)
    assert ledger(tiny, "customer") == {
        ("us_queue", "status"): 2 * HOUR,
        ("after_resolution", "status"): 3 * HOUR,
        ("unknown", "none"): 4 * HOUR,
    }


def test_what_is_unknown_of_a_case_is_not_over_because_another_case_is() -> None:
    cases = log("A: ask@09:00/to=open solve@10:00/to=solved close@12:30/to=closed\nB: x@11:00 y@13:00 z@14:00")
    assert ledger(with_customers(cases, A=1, B=1), "customer") == {
        ("us_queue", "status"): HOUR,
        ("after_resolution", "status"): HOUR,
        ("unknown", "none"): 3 * HOUR,
    }


def test_a_wait_goes_on_over_the_events_of_another_case() -> None:
    tiny = with_customers(log("A: ask@09:00/to=open reply@12:00/to=solved\nB: rated@10:00"), A=1, B=1)
    assert lost_by_edge(Lens(tiny, "customer")) == {("ask", "rated"): HOUR, ("rated", "reply"): 2 * HOUR}


def test_seconds_are_rounded_so_that_they_still_sum() -> None:
    tiny = log("A: a@09:00/to=open b@09:01/to=pending c@09:02/to=solved")
    odd = tiny.derive(
        event_rows="SELECT * REPLACE (timestamp + to_microseconds(CAST(seq * seq * 400000 AS BIGINT)) AS timestamp) "
        "FROM {log}.event_rows"
    )
    # 60.4 and 61.2 seconds: 121.6 in all
    assert list(ledger(odd).values()) == [60, 62]


def test_a_month_is_a_month_to_the_second() -> None:
    month = log("A: ask@09:00/to=open/in=L1 fix@30d09:00/to=solved")
    assert ledger(month) == {("us_queue", "status"): 30 * 24 * HOUR}
    assert lost_by_edge(Lens(with_customers(month, A=1), "customer")) == {("ask", "fix"): 30 * 24 * HOUR}


def test_an_empty_log_has_an_empty_ledger() -> None:
    tiny = log("A: a@09:00/to=open b@09:01/to=solved")
    empty = emptied(tiny)
    assert list(turns(empty).columns) == ["turn", "basis", "seconds", "share"]
    assert len(turns(empty)) == 0
    with pytest.raises(UsageError, match="a journey"):
        turns(tiny, per="journey")


def test_after_a_status_that_nobody_understands_the_turn_is_unknown() -> None:
    tiny = log("A: open@09:00/to=open wait@10:00/to=unknown note@10:30 reply@12:00/to=open")
    found = turns(tiny)
    assert list(zip(found["turn"], found["seconds"], strict=True)) == [("us_queue", 3600), ("unknown", 7200)]
