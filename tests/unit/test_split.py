"""Splitting: whole cases, the values with the most of them first."""

from __future__ import annotations

import pytest

from journeyminer.errors import EmptyLog, UsageError
from journeyminer.prepare import count_values, prepare, split_log
from journeyminer.report.build import build
from tiny import log

DESK = log(
    """
    A: created@09:00/by=ana/in=L1 reply@09:30/by=bo/in=L2 close@10:00/by=bo/in=L2
    B: created@11:00/by=cy/in=L1/to=Wartet reply@12:00/by=bo/in=L1
    C: created@13:00/by=ana/in=L2/as=customer reply@14:00/in=L2
    D: created@15:00/by=ana/in=L2
    E: created@16:00/in=L3
    """
)


def cases(by: str, **options: object) -> dict[str, list[str]]:
    parts = split_log(prepare(DESK), by=by, **options)  # type: ignore[arg-type]
    query = "SELECT native_id FROM cases ORDER BY native_id"
    return {value: [case for (case,) in part.rows(query)] for value, part in parts.items()}


def test_a_part_is_the_whole_cases_that_hold_the_value() -> None:
    assert cases("group") == {"L2": ["A", "C", "D"], "L1": ["A", "B"], "L3": ["E"]}
    part = split_log(prepare(DESK), by="group")["L1"]
    assert part.rows("SELECT activity FROM events ORDER BY seq") == [
        ("ticket_created",), ("reply",), ("closed",), ("ticket_created",), ("reply",)
    ]  # fmt: skip


def test_equal_values_come_in_alphabetical_order_and_only_the_most_frequent() -> None:
    assert list(cases("group", most=2)) == ["L2", "L1"]
    assert list(cases("raw_activity", most=4)) == ["created", "reply", "close"]
    assert count_values(prepare(DESK), by="group") == 3


def test_resources_have_their_numbers_and_customers_are_none() -> None:
    assert cases("resource") == {"agent 2": ["A", "D"], "agent 1": ["A", "B"], "agent 3": ["B"]}
    assert cases("resource", named=True) == {"ana": ["A", "D"], "bo": ["A", "B"], "cy": ["B"]}


def test_a_log_is_split_by_the_columns_of_its_cases_too() -> None:
    rated = prepare(DESK).derive(
        case_rows="SELECT *, CASE WHEN native_id IN ('A', 'E') THEN 'high' END AS priority FROM {log}.case_rows"
    )
    assert {value: part.n_cases for value, part in split_log(rated, by="priority").items()} == {"high": 2}


def test_what_cannot_be_split_says_so() -> None:
    with pytest.raises(UsageError, match=r"no column “team” to split by\..*case_id, activity"):
        split_log(DESK, by="team")
    with pytest.raises(EmptyLog, match="“tier”"):
        split_log(DESK, by="tier")


def test_tables_of_a_part_go_with_it() -> None:
    many = prepare(log("\n".join(f"{n}: created@09:00/in=G{n} reply@09:30/in=L1" for n in range(20))))
    build(many)

    def n_tables() -> int:
        return int(many.engine.one("SELECT count(*) FROM duckdb_tables()")[0])

    before = n_tables()
    parts = split_log(many, by="group")
    assert len(parts) == 20
    largest = 0
    while parts:
        build(parts.popitem()[1])
        largest = max(largest, n_tables())
    assert n_tables() == before
    assert largest < before + 20 + 30  # a table of cases for each part, and what one report makes
