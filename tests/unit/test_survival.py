"""Kaplan-Meier and Wilson against values computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from journeyminer.mining.survival import Curve, kaplan_meier, wilson


def curve(*waits: float, still: tuple[float, ...] = ()) -> Curve:
    seconds = np.array([*waits, *still], dtype=float)
    return kaplan_meier(seconds, np.array([True] * len(waits) + [False] * len(still)))


def test_without_open_waits_it_is_the_share_that_is_left() -> None:
    found = curve(1, 2, 2, 4)
    assert found.times.tolist() == [1, 2, 4]
    assert found.waiting.tolist() == pytest.approx([0.75, 0.25, 0])


def test_an_open_wait_is_at_risk_until_it_was_last_seen() -> None:
    # at 1: 5 at risk; at 3: the one seen until 2 is gone, 3 at risk; at 5: 1 at risk
    found = curve(1, 3, 5, still=(2, 4))
    assert found.waiting.tolist() == pytest.approx([4 / 5, 4 / 5 * 2 / 3, 0])
    assert curve(2, still=(2,)).waiting.tolist() == [0.5]


def test_the_median_is_the_usual_one_and_is_moved_by_who_still_waits() -> None:
    assert curve(1, 2, 3).quantile(0.5) == 2
    assert curve(1, 2, 4, 8).quantile(0.5) == 3
    assert curve(1, 2, 3, still=(9, 9)).quantile(0.5) == 3
    assert curve(1, still=(9, 9, 9)).quantile(0.5) is None


def test_greenwood_s_sum_grows_with_every_wait_that_ends() -> None:
    # of ten, one ends at each time: 1/(10*9), 1/(9*8) ... ; of a half it is 1/n, as for any share
    assert curve(*range(1, 11)).greenwood[:2].tolist() == pytest.approx([1 / 90, 1 / 90 + 1 / 72])
    assert curve(*range(1, 101)).greenwood[49] == pytest.approx(1 / 100)


def test_bounds_of_the_median() -> None:
    low, high = curve(*range(1, 101)).median_bounds()
    # the order statistics of a sample of 100 give 40 to 61
    assert low == pytest.approx(40, abs=1)
    assert high == pytest.approx(60, abs=1)
    assert curve(1, still=(9, 9, 9)).median_bounds()[1] is None
    assert curve(5).median_bounds() == (5, 5)


def test_wilson() -> None:
    assert wilson(1, 10) == pytest.approx((0.017876, 0.404150), abs=1e-6)
    assert wilson(0, 10)[0] == 0
    assert wilson(10, 10)[1] == 1
