"""Key figures of tiny logs, by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from journeyminer.log import EventLog
from journeyminer.log.build import LogBuilder
from journeyminer.log.engine import Engine
from journeyminer.log.receipt import SourceReceipt
from journeyminer.log.record import Event, Record
from journeyminer.mining.kpis import kpis
from journeyminer.note import Note
from tiny import DAY, emptied, log, with_customers

MINUTE = 60


def figure(tiny: EventLog, id_: str, **options: Any) -> dict[str, Any]:
    frame = kpis(tiny, **options)
    (row,) = frame[frame["id"] == id_].astype(object).where(frame.notna(), None).to_dict("records")
    return {str(key): value for key, value in row.items()}


def test_first_response_is_the_first_public_human_reply() -> None:
    tiny = log("""
        A: ask@09:00/as=customer auto_reply@09:00/as=system/vis=public bot_reply@09:01/as=bot agent_reply@09:30/as=agent
        B: open@09:00/as=system ask@09:10/as=customer note@09:15/as=agent/vis=internal agent_reply@09:20/as=agent
        C: open@09:00/as=system agent_reply@10:00/as=agent
    """)
    found = figure(tiny, "first_response")
    assert (found["n"], found["n_open"], found["median"]) == (3, 0, 30 * MINUTE)
    assert (found["unit"], found["clock"], found["definition"]) == ("seconds", "24x7", "first_response")


def test_what_we_began_and_what_needed_no_reply_is_no_response() -> None:
    tiny = log("""
        A: ask@09:00/as=customer/to=new agent_reply@09:30/as=agent
        B: ask@09:00/as=customer/to=new merge@09:05/as=agent/to=closed
        C: agent_reply@09:00/as=agent/to=open agent_reply@09:40/as=agent
    """)
    assert figure(tiny, "first_response")["n"] == 1
    assert figure(tiny, "first_response")["n_open"] == 0


def test_who_still_waits_is_in_the_estimate() -> None:
    waiting = "\n".join(f"W{n}: ask@09:00/as=customer/to=new" for n in range(3))
    answered = "A: ask@09:00/as=customer/to=new agent_reply@09:30/as=agent"
    tiny = log(f"{answered}\n{waiting}\nZ: ask@08:00/as=customer/to=new agent_reply@12:00/as=agent")
    found = figure(tiny, "first_response")
    assert (found["n"], found["n_open"], found["value"], found["reason"]) == (2, 3, 240 * MINUTE, None)
    more = log(f"{answered}\n{waiting}\nZ: x@12:00/as=system/to=solved")
    assert (figure(more, "first_response")["value"], figure(more, "first_response")["reason"]) == (
        None,
        "too_many_open",
    )


def test_resolutions_and_reopening() -> None:
    tiny = log("""
        A: ask@09:00/to=new fix@10:00/to=solved again@11:00/to=open fix@12:00/to=solved close@20:00/to=closed
        B: ask@09:00/to=new fix@10:00/to=solved
        C: ask@09:00/to=new
    """)
    assert figure(tiny, "first_resolution")["value"] == 60 * MINUTE
    assert (figure(tiny, "first_resolution")["n"], figure(tiny, "first_resolution")["n_open"]) == (2, 1)
    assert figure(tiny, "last_resolution")["value"] == 180 * MINUTE
    reopened = figure(tiny, "reopen_rate")
    assert (reopened["value"], reopened["n"], reopened["n_open"]) == (0.5, 2, 1)
    assert reopened["low"] == pytest.approx(0.0945, abs=1e-4)


def test_a_reopened_case_waits_for_its_last_resolution() -> None:
    tiny = log("A: ask@09:00/to=new fix@10:00/to=solved again@11:00/to=open")
    assert figure(tiny, "last_resolution")["reason"] == "none_stayed"
    assert figure(tiny, "first_resolution")["value"] == 60 * MINUTE


def test_hops_and_touches_are_means() -> None:
    tiny = log("""
        A: ask@09:00/as=customer agent_reply@10:00/as=agent/in=L1 note@10:10/as=agent/in=L2/vis=internal
        B: ask@09:00/as=customer
    """)
    assert (figure(tiny, "hops")["value"], figure(tiny, "hops")["definition"]) == (0.5, "hops_group")
    touches = figure(tiny, "touches")
    assert (touches["value"], touches["p90"]) == (1.5, pytest.approx(1.9))
    # the standard deviation of 1 and 2 is 1 / sqrt(2), that of their mean one half
    assert (touches["low"], touches["high"]) == (
        pytest.approx(1.5 - 0.98, abs=1e-4),
        pytest.approx(1.5 + 0.98, abs=1e-4),
    )


def test_what_cannot_be_known_has_a_reason() -> None:
    tiny = log("A: x@09:00 y@10:00")
    reasons = {row["id"]: row["reason"] for row in kpis(tiny).to_dict("records")}
    assert reasons == {
        "first_response": "no_roles", "first_resolution": "no_status", "last_resolution": "no_status",
        "reopen_rate": "no_status", "hops": "no_owners", "touches": "no_visibility",
    }  # fmt: skip


def test_traces_of_which_nothing_is_known_do_not_wait() -> None:
    told = "A: ask@09:00/as=customer/to=new agent_reply@09:30/as=agent/to=open fix@10:00/as=agent/to=solved"
    tiny = log(f"{told}\nB: x@09:00 y@12:00")
    for id_ in ("first_response", "first_resolution", "last_resolution", "reopen_rate", "touches"):
        assert (figure(tiny, id_)["n"], figure(tiny, id_)["n_open"]) == (1, 0), id_


def test_who_was_answered_in_a_way_that_the_source_does_not_tell_does_not_wait() -> None:
    builder = LogBuilder(Engine())
    for namespace, answer, hours in (("desk", "agent_reply", 1), ("sheet", "Work on it", 5), ("chat", None, 9)):
        said = [("ask", "customer", 0)] + ([(answer, "agent", hours)] if answer else [])
        events = [Event("A", what, DAY + timedelta(hours=hour), role=who) for what, who, hour in said]
        way = builder.loader(SourceReceipt(namespace, "tiny", Note("match.given"), namespace=namespace))
        way.records([Record(str(number), events=[event]) for number, event in enumerate(events)])
    found = figure(builder.build(), "first_response")
    assert (found["n"], found["n_open"]) == (1, 1)  # who was never answered in the chat still waits


def test_no_wait_between_a_known_and_an_assumed_time_zone() -> None:
    builder = LogBuilder(Engine())
    for file, what, who, hours, status in (
        ("a", "ask", "customer", 0, "open"),
        ("b", "agent_reply", "agent", 1, "solved"),
    ):
        receipt = SourceReceipt(file, "tiny", Note("match.given"), namespace="one", zone_assumed=file == "a")
        event = Event("A", what, DAY + timedelta(hours=hours), role=who, status=status)
        builder.loader(receipt).records([Record("1", events=[event])])
    tiny = builder.build()
    for id_ in ("first_response", "first_resolution", "last_resolution"):
        assert (figure(tiny, id_)["n"], figure(tiny, id_)["n_open"]) == (0, 0), id_
    assert figure(tiny, "reopen_rate")["n"] == 1


def test_only_our_own_calls_are_no_responses() -> None:
    tiny = log("A: call_outbound@09:00/as=agent call_outbound@10:00/as=agent")
    assert figure(tiny, "first_response")["reason"] == "all_outbound"


def test_a_case_is_reopened_whatever_lies_between() -> None:
    tiny = log("A: ask@09:00/to=new fix@10:00/to=solved odd@11:00/to=unknown again@12:00/to=open fix@13:00/to=solved")
    assert figure(tiny, "reopen_rate")["value"] == 1.0


def test_what_a_status_that_nobody_knows_came_after_waits_for_nobody() -> None:
    tiny = log("""
        A: ask@09:00/to=new fix@10:00/to=solved again@11:00/to=open odd@12:00/to=unknown
        B: ask@09:00/to=new x@09:30/to=solved
        C: ask@09:00/to=open/as=customer odd@12:00/to=unknown
        D: ask@09:00/to=open/as=customer reply@10:00/as=agent/vis=public
    """)
    counts = {id_: (figure(tiny, id_)["n"], figure(tiny, id_)["n_open"]) for id_ in
              ("first_response", "first_resolution", "last_resolution", "reopen_rate")}  # fmt: skip
    assert counts == {
        "first_response": (1, 0), "first_resolution": (2, 1), "last_resolution": (1, 1), "reopen_rate": (2, 1)
    }  # fmt: skip
    assert figure(tiny, "reopen_rate")["value"] == 0.5


def test_satisfaction_where_there_is_any() -> None:
    tiny = log("A: x@09:00\nB: x@09:00")
    rated = tiny.derive(case_rows="SELECT *, 0.5 + 0.5 * (native_id = 'A')::INTEGER AS csat FROM {log}.case_rows")
    assert (figure(rated, "csat")["value"], figure(rated, "csat")["unit"], figure(rated, "csat")["n"]) == (
        0.75,
        "score",
        2,
    )


def test_a_customer_is_resolved_when_all_their_cases_are() -> None:
    cases = log("A: ask@09:00/to=new fix@10:00/to=solved\nB: ask@09:30/to=new fix@12:00/to=solved\nC: ask@09:00/to=new")
    tiny = with_customers(cases, A=1, B=1)
    assert figure(tiny, "first_resolution", per="customer")["value"] == 60 * MINUTE
    assert figure(tiny, "last_resolution", per="customer")["value"] == 180 * MINUTE
    assert figure(tiny, "last_resolution", per="customer")["n_open"] == 0


def test_a_customer_counts_where_any_of_their_cases_says_who_acts() -> None:
    cases = log("A: ask@09:00/as=customer agent_reply@09:30/as=agent\nB: x@08:00 y@11:00")
    assert figure(with_customers(cases, A=1, B=1), "first_response", per="customer")["value"] == 30 * MINUTE
    assert figure(cases, "first_response")["n"] == 1


def test_an_empty_log_has_figures_without_values() -> None:
    empty = emptied(log("A: x@09:00/to=new/as=agent/by=ana"))
    assert kpis(empty)["value"].isna().all()


def test_what_a_customer_s_first_case_began_with_is_what_they_began_with() -> None:
    cases = log("A: agent_reply@09:00/as=agent\nB: open@10:00/as=system agent_reply@11:00/as=agent")
    # alone, B is answered after an hour; as one customer's, all began with a message of ours
    assert figure(cases, "first_response")["n"] == 1
    assert figure(with_customers(cases, A=1, B=1), "first_response", per="customer")["reason"] == "all_outbound"


def test_a_message_before_the_question_is_no_reply_to_it_though_at_the_same_minute() -> None:
    tiny = log("A: agent_reply@09:00/as=agent ask@09:00/as=customer agent_reply@09:30/as=agent")
    assert (figure(tiny, "first_response")["value"], figure(tiny, "first_response")["n"]) == (30 * MINUTE, 1)


def test_a_history_that_begins_with_a_resolution_does_not_tell_when_it_was() -> None:
    tiny = log("""
        A: x@09:00/to=solved y@10:00/to=open z@12:00/to=solved
        B: x@09:00/to=closed
        C: call@09:00-09:20/to=closed
    """)
    first, last = figure(tiny, "first_resolution"), figure(tiny, "last_resolution")
    assert (first["n"], first["value"], last["n"], last["value"]) == (1, 20 * MINUTE, 2, 100 * MINUTE)
    assert figure(tiny, "reopen_rate")["value"] == pytest.approx(1 / 3)
    assert figure(log("B: x@09:00/to=closed"), "first_resolution")["reason"] == "no_history"


def test_one_record_is_one_contact_however_many_events_it_tells_of() -> None:
    builder = LogBuilder(Engine())
    events = [Event("A", name, DAY, role="customer", visibility="public") for name in ("ticket_created", "ask")]
    records = [Record("7", events=events), Record("8", events=[Event("A", "ask", DAY, role="customer")])]
    builder.loader(SourceReceipt("tiny", "tiny", Note("match.given"), namespace="tiny")).records(records)
    assert figure(builder.build(), "touches")["value"] == 2


def of_a_list(text: str, **reopens: int) -> EventLog:
    """A log as a list of tickets makes it: milestones, and how often the list says that a case was opened again."""
    tiny = log(text)
    listed = "".join(f" WHEN '{case}' THEN {n}" for case, n in reopens.items())
    counted = f"CASE native_id{listed or ' WHEN NULL THEN 0'} END"
    return tiny.derive(
        tiny.columns | {"synthetic"},
        event_rows="SELECT *, true AS synthetic FROM {log}.event_rows",
        case_rows=f"SELECT *, MAP {{'x_reopens': CAST({counted} AS VARCHAR)}} AS extras FROM {{log}}.case_rows",
    )


def test_who_waits_in_a_list_of_tickets_waits_and_who_was_answered_at_once_was() -> None:
    tiny = of_a_list("""
        A: open@09:00/to=new first_reply@09:00/as=agent/vis=public
        B: open@09:00/to=new first_reply@10:00/as=agent/vis=public
        C: open@09:00/to=new
        D: open@09:00/to=new done@12:00/to=solved
    """)
    found = figure(tiny, "first_response")
    assert (found["n"], found["n_open"]) == (2, 1)
    assert figure(of_a_list("A: open@09:00/to=new"), "first_response")["reason"] == "no_roles"


def test_contacts_are_not_knowable_from_a_list_of_tickets() -> None:
    tiny = of_a_list("A: open@09:00/to=new first_reply@10:00/as=agent/vis=public")
    assert (figure(tiny, "touches")["n"], figure(tiny, "touches")["reason"]) == (0, "no_history")


def test_the_solve_of_a_list_is_the_last_where_it_was_opened_again() -> None:
    tiny = of_a_list(
        """
        A: open@09:00/to=new done@10:00/to=solved
        B: open@09:00/to=new done@13:00/to=solved
        """,
        A=0,
        B=2,
    )
    assert (figure(tiny, "first_resolution")["n"], figure(tiny, "first_resolution")["value"]) == (1, 60 * MINUTE)
    assert (figure(tiny, "last_resolution")["n"], figure(tiny, "last_resolution")["value"]) == (2, 150 * MINUTE)
    assert (figure(tiny, "reopen_rate")["n"], figure(tiny, "reopen_rate")["value"]) == (2, 0.5)
    again = of_a_list("B: open@09:00/to=new done@13:00/to=solved", B=2)
    assert figure(again, "first_resolution")["reason"] == "no_history"


def test_who_takes_a_call_answers_when_it_begins() -> None:
    tiny = log("""
        A: call@09:00/as=customer/via=voice assigned@09:01/as=agent/via=voice talk@09:04-09:30/as=agent/via=voice
        B: call@09:00/as=customer/via=voice note@09:10/as=agent/vis=internal talk@09:20-09:30/as=agent/via=voice
        C: call@09:00/as=customer/via=voice wrap_up@09:10/as=agent/via=voice
    """)
    found = figure(tiny, "first_response")
    assert (found["n"], found["n_open"], found["value"]) == (2, 1, 20 * MINUTE)
