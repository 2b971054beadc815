"""The bounds of sums and ranks."""

from __future__ import annotations

import numpy as np
import pytest

from journeyminer.mining.bootstrap import MAX_CLUSTERS, bounds


def test_the_spread_is_that_of_a_sum_of_clusters() -> None:
    waits = np.random.default_rng(1).integers(0, 1000, 900)
    found = bounds(np.zeros(900, int), np.arange(900), waits, n_clusters=900)
    half = 1.96 * waits.std() * 900**0.5
    assert found.low[0] == pytest.approx(waits.sum() - half, rel=0.02)
    assert found.high[0] == pytest.approx(waits.sum() + half, rel=0.02)


def test_many_clusters_are_drawn_in_heaps_with_the_same_spread() -> None:
    n = 5 * MAX_CLUSTERS
    waits = np.random.default_rng(1).exponential(1000, n).astype(int)
    found = bounds(np.zeros(n, int), np.arange(n), waits, n_clusters=n)
    assert found.high[0] - found.low[0] == pytest.approx(2 * 1.96 * waits.std() * n**0.5, rel=0.1)


def test_places_that_cannot_be_told_apart_share_their_ranks() -> None:
    rng = np.random.default_rng(1)
    place = np.repeat([0, 1, 2], 300)
    waits = np.concatenate([rng.integers(800, 1200, 300), rng.integers(0, 22, 300), rng.integers(0, 21, 300)])
    found = bounds(place, np.arange(900), waits, n_clusters=900)
    assert (found.rank_low.tolist(), found.rank_high.tolist()) == ([1, 2, 2], [1, 3, 3])


def test_clusters_without_anything_are_drawn_too() -> None:
    found = bounds(np.array([0]), np.array([0]), np.array([100]), n_clusters=50)
    assert (found.low[0], found.high[0]) == (0, 300)


def test_no_places_no_bounds() -> None:
    nothing = np.array([], int)
    assert len(bounds(nothing, nothing, nothing, n_clusters=0).low) == 0
