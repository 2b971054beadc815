"""Variants of tiny logs, counted by hand."""

from __future__ import annotations

from typing import Any

import pandas as pd

from journeyminer.mining.variants import variant_totals, variants
from tiny import emptied, log, with_customers

DESK = log("""
    A: a@09:00 b@10:00
    B: a@09:00 b@09:01
    C: b@09:00 a@10:00
    D: a@09:00
    E: a@09:00 b@09:00 b@09:00
""")


def rows(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    return list(frame.itertuples(index=False, name=None))


def test_the_most_frequent_sequences_come_first_and_ties_by_name() -> None:
    assert rows(variants(DESK)) == [
        (("a", "b"), 2, 0.4),
        (("a",), 1, 0.2),
        (("a", "b", "b"), 1, 0.2),
        (("b", "a"), 1, 0.2),
    ]


def test_a_cut_through_ties_is_by_name_too() -> None:
    assert [row[0] for row in rows(variants(DESK, top=3))] == [("a", "b"), ("a",), ("a", "b", "b")]
    assert len(variants(DESK, top=None)) == 4


def test_totals() -> None:
    assert rows(variant_totals(DESK)) == [(4, 3, 3)]


def test_a_customers_cases_are_one_sequence() -> None:
    tiny = with_customers(log("A: a@09:00 b@11:00\nB: c@10:00\nC: x@09:00"), A=1, B=1)
    found = variants(tiny, per="customer")
    assert rows(found) == [(("a", "c", "b"), 1, 1.0)]
    assert found.attrs["n_left_out"] == 1


def test_an_empty_log_has_no_variants() -> None:
    empty = emptied(DESK)
    assert list(variants(empty).columns) == ["activities", "n_cases", "share"]
    assert len(variants(empty)) == 0
    assert rows(variant_totals(empty)) == [(0, 0, 0)]


def test_twenty_variants_are_shown_unless_more_are_asked_for() -> None:
    many = log("\n".join(f"C{n}: a@09:00 s{n}@10:00" for n in range(22)))
    assert [len(variants(many, **options)) for options in ({}, {"top": 21}, {"top": None})] == [20, 21, 22]
