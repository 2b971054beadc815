"""A measure is one definition: exact in a DataFrame, whole in a report."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import msgspec
import pytest

import journeyminer as jm
from journeyminer.mining.lens import Lens
from journeyminer.mining.measure import Count, Row, Seconds, Share, about, measure
from journeyminer.report.sections import MEASURES
from tiny import emptied, log, with_customers


class Lap(Row, frozen=True):
    """A row of every kind of column."""

    name: str
    n: Annotated[Count, about("The number of the lap.")]
    exact: Annotated[Seconds, about("How long it took.")]
    known: Annotated[Seconds | None, about("How long it took, where it is known.")]
    rank: Annotated[Count | None, about("Its rank.")]
    share: Share
    is_late: bool
    steps: tuple[str, ...]
    note: str | None = None


@measure(Lap)
def laps(lens: Lens, *, top: int | None = None) -> Iterator[Mapping[str, Any]]:
    """The laps.

    Args:
        top: how many.
    """
    rows = lens.log.rows("SELECT native_id FROM case_rows ORDER BY 1")
    for at, (name,) in enumerate(rows[:top]):
        known = None if at else 90.5
        yield {
            "name": name, "n": at, "exact": 1.5 + at, "known": known, "rank": None if at else 2**60, "share": 0.5,
            "is_late": False, "steps": ("a", "b"),
        }  # fmt: skip


TINY = log("A: x@09:00\nB: x@09:00")


def test_a_report_has_whole_seconds_and_a_frame_the_exact_ones() -> None:
    assert laps.rows(Lens(TINY)) == (
        Lap("A", 0, 2, 90, 2**60, 0.5, False, ("a", "b")),
        Lap("B", 1, 2, None, None, 0.5, False, ("a", "b")),
    )
    frame = laps(TINY)
    assert (list(frame["exact"]), frame["known"][0], frame["rank"][0]) == ([1.5, 2.5], 90.5, 2**60)
    assert (frame["known"].isna()[1], frame["rank"].isna()[1], frame["steps"][1]) == (True, True, ("a", "b"))
    assert frame["note"].isna().all()


def test_columns_have_the_same_type_with_and_without_rows() -> None:
    full, empty = laps(TINY), laps(emptied(TINY))
    assert list(empty.columns) == list(full.columns) == list(Lap.__struct_fields__)
    floats = dict.fromkeys(("exact", "known", "share"), "float64")
    numbers = {"n": "int64", "rank": "Int64", "is_late": "bool", **floats}
    assert {name: str(full[name].dtype) for name in numbers} == numbers
    assert {name: str(empty[name].dtype) for name in numbers} == numbers


def test_options_and_the_lens_are_asked_for_as_in_any_function() -> None:
    asked = "(log: 'EventLog', *, top: 'int | None' = None, per: 'Per' = 'case') -> 'pd.DataFrame'"
    assert str(inspect.signature(laps)) == asked
    assert len(laps(TINY, top=1)) == len(laps.rows(Lens(TINY), top=1)) == 1
    found = laps(with_customers(TINY, A=1), per="customer", top=2)
    assert found.attrs == {"per": "customer", "n_traces": 1, "n_cases": 1, "n_customers": 1, "n_left_out": 1}


@pytest.mark.parametrize("name", MEASURES)
def test_every_measure_is_public_and_says_what_it_is(name: str) -> None:
    function = getattr(jm, name)
    assert name in jm.__all__
    assert function.__doc__ and "Returns:" in function.__doc__


def test_a_row_refuses_what_it_does_not_know() -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field `colour`"):
        msgspec.convert({**msgspec.to_builtins(laps.rows(Lens(TINY))[0]), "colour": "red"}, Lap)


def test_what_is_not_public_is_not_there() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        jm.nonsense  # noqa: B018
    assert len(set(jm.__all__)) == len(jm.__all__)
    assert [name for name in jm.__all__ if not hasattr(jm, name)] == []
