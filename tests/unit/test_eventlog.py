"""The handle: its numbers do not depend on who asked first, and its tables go when it goes."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations

import pytest

from journeyminer.log import EventLog
from journeyminer.log.lists import resource_names
from journeyminer.prepare import filter_log, prepare
from journeyminer.report.build import build
from tiny import log, moment

TEXT = """
    A: created@09:00/by=ana/in=L1/to=open reply@09:30/by=ana/in=L1/to=pending close@10:00/by=bo/in=L2/to=solved
    B: created@11:00/by=bo/in=L1/to=open reply@12:00/by=ana/in=L2/to=solved
    C: created@13:00/by=bo/in=L2/to=open reply@14:00/by=cy/in=L2/to=open
"""
STEPS: dict[str, Callable[[EventLog], EventLog]] = {
    "filter": lambda log: filter_log(log, where="group = 'L2'", since="2026-01-05T10:30"),
    "run_to": lambda log: log.run_to(moment("9d00:00")),
    "derive": lambda log: log.derive(event_rows="SELECT * FROM {log}.event_rows WHERE resource <> 'ana'"),
    "prepare": prepare,
}


@pytest.mark.parametrize("asked", [True, False])
@pytest.mark.parametrize("steps", list(permutations(STEPS)), ids="-".join)
def test_an_agent_keeps_the_number_whatever_becomes_of_the_log(steps: tuple[str, ...], asked: bool) -> None:
    whole = prepare(log(TEXT))
    numbers = {"ana": "agent 1", "bo": "agent 2", "cy": "agent 3"}  # bo and cy alone would be 1 and 2
    part = whole
    for step in steps:
        part = STEPS[step](part)
        if asked:
            assert resource_names(part) == numbers
    assert resource_names(part) == resource_names(whole) == numbers


def test_a_raw_log_is_numbered_too_and_preparing_it_numbers_anew() -> None:
    raw = log(
        "A: x@09:00/by=Mia/as=customer y@09:10/by=ana/as=cliente z@09:20/by=ana/as=cliente q@09:30/by=bo/as=agent"
    )
    assert filter_log(raw, where="activity = 'q'").agents == raw.agents == ("ana", "bo")
    assert prepare(raw).agents == ("bo",)  # "cliente" is a customer
    assert filter_log(prepare(raw), where="activity = 'q'").agents == ("bo",)


def n_tables(log: EventLog) -> int:
    return int(log.engine.one("SELECT count(*) FROM duckdb_tables()")[0])


def n_schemas(log: EventLog) -> int:
    return int(log.engine.one("SELECT count(*) FROM duckdb_schemas() WHERE NOT internal")[0])


def test_what_is_made_of_a_filtered_log_is_dropped_with_it() -> None:
    whole = prepare(log(TEXT))
    build(whole)
    before = n_tables(whole), n_schemas(whole)
    for _ in range(5):
        for group in ("L1", "L2"):
            build(filter_log(whole, where=f"group = '{group}'"))
    assert (n_tables(whole), n_schemas(whole)) == before


def test_a_derived_log_keeps_what_it_reads_when_the_others_go() -> None:
    part = filter_log(filter_log(prepare(log(TEXT)), until="2026-01-05T12:30"), where="group = 'L2'").run_to(
        moment("2d00:00")
    )
    assert part.rows("SELECT case_id, count(*) FROM events GROUP BY ALL ORDER BY ALL") == [("tiny:A", 3), ("tiny:B", 2)]
    assert part.one("SELECT max(as_of) FROM cases") == (moment("2d00:00").replace(tzinfo=None),)


def test_rows_come_to_the_end_though_the_log_and_its_tables_would_go() -> None:
    engine = log(TEXT).engine  # the log itself is gone
    stream = prepare(log(TEXT)).stream("SELECT case_key, activity FROM events, range(20000)")
    first = next(stream)
    engine.rows("SELECT 1")
    assert len([first, *stream]) == 7 * 20_000


def test_logs_that_are_asked_in_turn_or_at_once_answer_of_themselves() -> None:
    whole = prepare(log(TEXT))
    parts = {group: filter_log(whole, where=f"group = '{group}'") for group in ("L1", "L2")}
    stream = whole.stream("SELECT case_id FROM events ORDER BY case_id")
    assert next(stream) == ("tiny:A",)
    assert [part.n_cases for part in parts.values()] == [2, 3]
    assert len(list(stream)) == 6

    def cases(group: str) -> tuple[str, list[tuple[str]]]:
        made = parts[group].materialise("mine", "SELECT DISTINCT case_id FROM events")
        return group, parts[group].rows(f"SELECT case_id FROM {made} ORDER BY case_id")

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(cases, ["L1", "L2"] * 50))
    told = {"L1": [("tiny:A",), ("tiny:B",)], "L2": [("tiny:A",), ("tiny:B",), ("tiny:C",)]}
    assert all(found == told[group] for group, found in answers)


def test_a_table_has_one_definition() -> None:
    tiny = log(TEXT)
    assert tiny.materialise("t", "SELECT 1 AS x") == tiny.materialise("t", "SELECT 1 AS x") == "t"
    with pytest.raises(ValueError, match="two queries"):
        tiny.materialise("t", "SELECT 2 AS x")
    with pytest.raises(Exception, match="no_such"):
        tiny.materialise("u", "SELECT * FROM no_such")
    assert tiny.rows(f"SELECT x FROM {tiny.materialise('u', 'SELECT 3 AS x')}") == [(3,)]


def test_preparing_leaves_the_raw_log_and_its_receipt_as_they_were() -> None:
    raw = log("A: x@09:00/to=Offen y@09:10/to=Pending")
    receipt = raw.receipt
    prepared = prepare(raw)
    assert prepared.receipt.unmatched
    assert (raw.receipt, raw.prepared, prepared.prepared) == (receipt, False, True)
    assert not raw.receipt.unmatched
    words = "SELECT status, raw_status, raw_activity, raw_role, raw_channel, raw_visibility FROM events ORDER BY seq"
    assert raw.rows(words) == [("Offen", "Offen", "x", None, None, None), ("Pending", "Pending", "y", None, None, None)]
    assert prepared.rows(words) == [
        ("unknown", "Offen", "x", None, None, None),
        ("pending", "Pending", "y", None, None, None),
    ]


def test_a_log_says_what_it_is() -> None:
    assert repr(log(TEXT)) == "<EventLog of 7 events in 3 cases>"
