"""Throughput times of tiny logs, by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest

from journeyminer.log import EventLog
from journeyminer.mining.durations import durations
from journeyminer.vocabulary import Per
from tiny import log, with_customers

MINUTE = 60


def measured(tiny: EventLog, per: Per = "case") -> Any:
    """The one row of the table."""
    (row,) = durations(tiny, per=per).itertuples(index=False)
    return row


def test_from_the_first_event_to_the_last() -> None:
    row = measured(log("A: a@09:00 b@10:00\nB: a@09:00 b@09:30\nC: a@09:00"))
    assert (row.n, row.n_open, row.n_unknown) == (3, 0, 3)
    assert (row.mean_seconds, row.median_seconds) == (30 * MINUTE, 30 * MINUTE)
    assert (row.p90_seconds, row.min_seconds, row.max_seconds) == (pytest.approx(54 * MINUTE), 0, 60 * MINUTE)


def test_the_first_event_counts_from_its_beginning() -> None:
    row = measured(log("A: call@09:00-09:30 mail@10:00"))
    assert row.median_seconds == 60 * MINUTE


def test_open_traces_are_counted_and_not_measured() -> None:
    tiny = log("""
        A: a@09:00/to=new b@10:00/to=solved
        B: a@09:00/to=solved b@09:40/to=open
        C: a@09:00/to=open b@09:40/to=solved note@09:50
        D: a@09:00 b@09:20
    """)
    row = measured(tiny)
    assert (row.n, row.n_open, row.n_unknown) == (3, 1, 1)
    assert row.median_seconds == 50 * MINUTE


def test_a_customer_is_open_while_any_case_is() -> None:
    cases = log("""
        A: a@09:00/to=open b@10:00/to=solved
        B: a@09:30/to=open
        C: a@09:00/to=open b@09:40/to=solved
        D: a@09:00/to=solved b@09:30/to=unknown
        E: a@09:00/to=solved
    """)
    row = measured(with_customers(cases, A=1, B=1, C=2, D=3, E=3), per="customer")
    assert (row.n, row.n_open, row.n_unclear, row.median_seconds) == (1, 1, 1, 40 * MINUTE)


def test_after_a_status_that_nobody_knows_a_case_is_neither_open_nor_over() -> None:
    row = measured(
        log("""
        A: a@09:00/to=open b@10:00/to=unknown
        B: a@09:00/to=open b@10:00/to=unknown c@11:00/to=solved
        C: a@09:00/to=open b@10:00
        D: a@09:00 b@10:00/to=unknown c@11:00
    """)
    )
    assert (row.n, row.n_open, row.n_unclear, row.n_unknown) == (1, 1, 2, 0)


def test_where_nothing_is_over_nothing_is_said() -> None:
    row = measured(log("A: a@09:00/to=open"))
    assert (row.n, row.n_open) == (0, 1)
    assert math.isnan(row.median_seconds)
