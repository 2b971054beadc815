"""Hand-overs of tiny logs, by hand, and of real ones with known counts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from journeyminer.errors import UsageError
from journeyminer.log.build import from_pandas
from journeyminer.mining.handovers import handover_totals, handovers
from journeyminer.mining.lens import Lens
from journeyminer.prepare import label
from journeyminer.vocabulary import HandoverLevel
from tiny import log, with_customers


def rows(frame: pd.DataFrame, *columns: str) -> list[tuple[object, ...]]:
    return list(frame[list(columns)].itertuples(index=False, name=None))


def test_the_owner_changes() -> None:
    tiny = log("A: x@09:00/by=ana y@09:10/by=ana z@10:00/by=bob w@10:30/by=ana\nB: x@09:00/by=ana y@09:20/by=bob")
    assert rows(handovers(tiny), "by", "source", "target", "n", "n_cases", "total_seconds") == [
        ("resource", "ana", "bob", 2, 2, 3000 + 1200),
        ("resource", "bob", "ana", 1, 1, 1800),
    ]
    assert rows(handover_totals(tiny), "n", "n_cases", "ping_pong", "ping_pong_cases", "hops_mean") == [
        (3, 2, 1, 1, 1.5)
    ]


def test_an_event_without_an_owner_belongs_to_the_one_before() -> None:
    tiny = log("A: x@09:00 y@09:10/by=ana z@09:40 w@10:00/by=bob")
    assert rows(handovers(tiny), "source", "target", "total_seconds") == [("ana", "bob", 1200)]


def test_customers_are_skipped_and_their_time_is_part_of_the_wait() -> None:
    tiny = log("A: x@09:00/by=ana/as=agent y@09:30/as=customer/by=carl z@10:00/by=bob/as=agent")
    assert rows(handovers(tiny, by="resource"), "source", "target", "total_seconds") == [("ana", "bob", 3600)]


def test_by_role_a_bot_hands_to_an_agent_and_the_system_owns_nothing() -> None:
    tiny = log(
        "A: hi@09:00/as=customer menu@09:01/as=bot tag@09:02/as=system reply@09:10/as=agent ask@09:20/as=customer"
    )
    assert rows(handovers(tiny, by="role"), "source", "target", "n", "total_seconds") == [("bot", "agent", 1, 480)]


def test_by_channel_the_customer_counts_and_internal_events_do_not() -> None:
    tiny = log("A: ask@09:00/as=customer/via=email note@09:05/as=agent/via=internal ask@09:30/as=customer/via=whatsapp")
    assert rows(handovers(tiny, by="channel"), "source", "target", "total_seconds") == [("email", "whatsapp", 1800)]


def test_a_switch_of_the_channel_is_the_customers() -> None:
    tiny = log("A: ask@09:00/as=customer/via=email answer@09:30/as=agent/via=web ask@10:00/as=customer/via=email")
    assert rows(handover_totals(tiny, by="channel"), "n") == [(0,)]
    nobody = log("A: ask@09:00/via=email ask@10:00/via=web")  # where no role says who it was, it may have been
    assert rows(handover_totals(nobody, by="channel"), "n") == [(1,)]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("a@09:00/in=L1/as=agent group_changed@09:10/in=L2/as=agent b@09:40/in=L2/as=agent", 1800),
        ("a@09:00/in=L1/as=agent group_changed@09:10/in=L2 note@09:15/as=system b@09:40/as=agent", 1800),
        ("a@09:00/in=L1/as=agent group_changed@09:10/in=L2 ask@09:15/as=customer b@09:40/as=agent", 1800),
        ("a@09:00/in=L1/as=agent b@09:40/in=L2/as=agent", 2400),
        ("a@09:00/in=L1 group_changed@09:10/in=L2 assigned@09:20/in=L2 assigned@09:30/in=L2 b@10:10", 3600),
    ],
)
def test_a_hand_over_lasts_until_the_new_owner_acts(text: str, seconds: int) -> None:
    assert rows(handovers(log(f"A: {text}"), by="group"), "n", "total_seconds") == [(1, seconds)]


def test_where_nobody_has_acted_yet_nothing_is_known() -> None:
    (row,) = handovers.rows(Lens(log("A: a@09:00/in=L1/as=agent group_changed@09:10/in=L2")), by="group")
    assert (row.n, row.total_seconds, row.median_seconds) == (1, None, None)


def test_a_team_that_passes_on_without_an_act_was_waited_for_too() -> None:
    tiny = log("A: a@09:00/in=L1 group_changed@09:10/in=L2 group_changed@09:40/in=L3 b@10:00")
    assert rows(handovers(tiny, by="group"), "source", "target", "total_seconds") == [
        ("L1", "L2", 1800),
        ("L2", "L3", 1200),
    ]


def test_a_group_on_a_customers_event_is_the_cases() -> None:
    tiny = log("A: ask@09:00/as=customer/in=L1 note@09:05/as=agent reply@09:10/as=agent/in=L2")
    assert rows(handovers(tiny, by="group"), "source", "target", "n") == [("L1", "L2", 1)]


def test_what_is_resolved_is_handed_to_nobody() -> None:
    tiny = log(
        "A: a@09:00/by=ana/to=open solve@10:00/by=bob/to=solved close@11:00/by=robot/to=closed\n"
        "B: a@09:00/by=ana/to=open end@10:00/by=ana/to=solved again@11:00/by=bob/to=open end@12:00/by=cleo/to=solved"
    )
    assert rows(handover_totals(tiny, by="resource"), "n", "n_cases", "n_after_resolution") == [(3, 2, 1)]
    assert sorted(rows(handovers(tiny, by="resource"), "source", "target", "n")) == [
        ("ana", "bob", 2), ("bob", "cleo", 1)
    ]  # fmt: skip


def test_there_and_back_twice() -> None:
    tiny = log(
        "A: a@09:00/in=L1 b@09:10/in=L2 c@09:20/in=L1 d@09:30/in=L2\nB: a@09:00/in=L1 b@09:10/in=L2 c@09:20/in=L3"
    )
    assert rows(handover_totals(tiny, by="group"), "n", "ping_pong", "ping_pong_cases") == [(5, 2, 1)]
    assert rows(handovers(tiny, by="group"), "source", "target", "n", "n_cases") == [
        ("L1", "L2", 3, 2), ("L2", "L1", 1, 1), ("L2", "L3", 1, 1)
    ]  # fmt: skip


def test_all_levels_of_the_log_at_once() -> None:
    tiny = log("A: a@09:00/in=L1/by=ana/tier=1 b@09:10/in=L1/by=bob/tier=2")
    assert list(handovers(tiny)["by"]) == ["resource", "tier"]
    assert rows(handover_totals(tiny), "by", "n") == [("resource", 1), ("group", 0), ("tier", 1)]


def test_a_customer_is_handed_over_between_cases_too() -> None:
    tiny = with_customers(log("A: a@09:00/by=ana\nB: b@10:00/by=bob"), A=1, B=1)
    assert rows(handovers(tiny, per="customer"), "source", "target", "n") == [("ana", "bob", 1)]


def test_a_log_without_owners_has_a_table_without_rows() -> None:
    tiny = log("A: a@09:00")
    assert rows(handovers(tiny), "by", "source", "target", "n", "n_cases") == []
    assert rows(handover_totals(tiny, by="tier"), "by", "n", "hops_mean") == []
    with pytest.raises(UsageError, match="not one of the known"):
        handovers(tiny, by="floor")  # type: ignore[arg-type]


HELPDESK = ("helpdesk/finale.csv.gz", "Case ID", "Activity", "Complete Timestamp")
RECEIPT = ("pm4py_logs/receipt.csv", "case:concept:name", "concept:name", "time:timestamp")
PROBLEMS = (
    "bpic2013/VINST cases closed problems.csv", "Problem Number", "Problem Status", "Problem Change Date+Time",
)  # fmt: skip
INCIDENTS = ("uci_incident/incident_event_log_first2000.csv.gz", "number", "incident_state", "sys_updated_at")


@pytest.mark.parametrize(
    ("table", "owner", "n", "ping_pong"),
    [
        (HELPDESK, "Resource", (8648, 4577), (306, 269)),
        (HELPDESK, "workgroup", (11, 5), None),
        (PROBLEMS, "Problem Involved ST Org line 3", (220, 123), (94, 59)),
        (PROBLEMS, "Problem Involved Action Owner First Name", (1771, 572), None),
        (RECEIPT, "org:resource", (1208, 564), None),
        (RECEIPT, "org:group", (3853, 1254), None),
        (INCIDENTS, "assignment_group", (2083, 920), (410, 212)),
    ],
)
def test_real_logs_have_their_known_hand_overs(
    data: Callable[[str], Path], table: tuple[str, ...], owner: str, n: Any, ping_pong: Any
) -> None:
    """Counted with pandas over the events with an owner; EMPTY (1,936 events) is none."""
    file, case, activity, timestamp = table
    options: dict[str, Any] = {"sep": ";", "encoding": "latin-1"} if table is PROBLEMS else {}
    frame = pd.read_csv(data(file), keep_default_na=False, na_values=["", "?"], dtype=str, **options)
    frame[timestamp] = pd.to_datetime(frame[timestamp], utc=True, format="mixed", dayfirst=table is INCIDENTS)
    real = from_pandas(frame, case=case, activity=activity, timestamp=timestamp, group=owner)
    (found,) = rows(handover_totals(real), "n", "n_cases", "ping_pong", "ping_pong_cases")
    assert found[:2] == n
    assert ping_pong in (None, found[2:])


def test_what_is_taken_over_while_solved_and_opened_again_is_a_hand_over() -> None:
    again = log("""
        A: fix@09:00/in=L1/as=agent/to=solved assigned@10:00/in=L2/as=system again@11:00/as=customer/to=open
        A: fix@12:00/in=L2/as=agent/to=solved assigned@13:00/in=L3/as=system
    """)
    (total,) = handover_totals.rows(Lens(again), by="group")
    assert (total.n, total.n_after_resolution) == (1, 1)


def test_a_case_that_is_given_back_to_nobody_waits_for_its_owner_no_longer() -> None:
    given = log("""
        A: note@09:00/by=ana/as=agent assigned@10:00/by=bob/as=system unassigned@10:30/as=system
        A: assigned@15:00/by=cid/as=system fix@16:00/by=cid/as=agent
    """)
    assert [(row.source, row.target, row.total_seconds) for row in handovers.rows(Lens(given), by="resource")] == [
        ("ana", "bob", 1800)
    ]


@pytest.mark.parametrize(
    "moved",
    [
        "reassigned@10:00/by=bob/in=L2/as=agent note@10:00/by=ana/in=L1/as=agent",
        "group_changed@10:00/in=L2 assigned@10:00/by=bob/in=L2 note@10:00/by=ana/in=L1/as=agent",
        "Transferred@10:00/by=bob/in=L2/as=system note@10:00/by=ana/in=L1/as=agent ask@10:00/as=customer",
        "reassigned@10:00/by=bob/in=L2/as=agent n@10:00/by=ana/in=L1/as=agent n@10:00/by=ana/in=L1/as=agent",
    ],
)
@pytest.mark.parametrize("level", ["resource", "group"])
def test_what_the_giver_still_notes_hands_nothing_back(moved: str, level: HandoverLevel) -> None:
    tiny = label(log(f"A: reply@09:00/by=ana/in=L1/as=agent {moved} reply@12:00/by=bob/in=L2/as=agent"))
    giver, taker = ("ana", "bob") if level == "resource" else ("L1", "L2")
    assert rows(handovers(tiny, by=level), "source", "target", "n", "total_seconds") == [(giver, taker, 1, 7200)]


def test_what_the_giver_does_later_or_is_given_again_is_a_hand_over_back() -> None:
    later = log("A: a@09:00/in=L1/as=agent group_changed@10:00/in=L2 b@10:01/in=L1/as=agent c@11:00/in=L2/as=agent")
    assert rows(handover_totals(later, by="group"), "n", "ping_pong") == [(3, 2)]
    back = log("A: a@09:00/in=L1/as=agent group_changed@10:00/in=L2 group_changed@10:00/in=L1 b@11:00/in=L1/as=agent")
    assert rows(handover_totals(back, by="group"), "n", "ping_pong") == [(2, 1)]


def test_a_word_for_nobody_is_no_owner() -> None:
    tiny = log("""
        A: ask@09:00/as=customer/in=EMPTY assigned@10:00/as=system/by=Unassigned/in=empty
        A: reply@11:00/as=agent/by=ana/in=L1
        A: group_changed@12:00/as=system/by=sin_asignar/in=(none) reply@13:00/as=agent/by=bob/in=L2
    """)
    found = rows(handovers(tiny), "by", "source", "target", "n", "total_seconds")
    assert found == [("resource", "ana", "bob", 1, 3600), ("group", "L1", "L2", 1, 3600)]
    (source,) = tiny.receipt.sources
    assert [note.params for note in source.decisions if note.slug == "decision.nobody"] == [{"n": 3}]


def test_a_log_in_which_nobody_has_a_team_has_no_teams() -> None:
    tiny = log("A: a@09:00/in=EMPTY b@10:00/in=EMPTY")
    assert not tiny.has("group")
