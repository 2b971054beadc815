"""How sure a ranking by sums is: the traces are drawn again and again, and all events of a trace with it.

Waits of one trace hang together, so that resampling single events would promise too much; resampling traces does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DRAWS = 1000
SEED = 20260105
"""a constant, so that the same log gives the same bounds"""
MAX_CLUSTERS = 4000
"""More traces than this are dealt into so many heaps, and heaps are drawn: the spread of a sum is the same."""
CONFIDENCE = 0.95
MAX_PLACES = 200


class Bounds(NamedTuple):
    """For each place: bounds of its sum, and of its rank among all places (1 is the largest sum)."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    rank_low: NDArray[np.int64]
    rank_high: NDArray[np.int64]


def bounds(place: NDArray[Any], cluster: NDArray[Any], amount: NDArray[Any], *, n_clusters: int) -> Bounds:
    """95 % bounds of the sum of `amount` at each place and of its rank, by the percentiles of 1000 draws of clusters.

    Args:
        place: 0, 1 ... of each amount, in falling order of the sums; at most MAX_PLACES of them are ranked.
        cluster: the trace of each amount, 0 ... n_clusters - 1. Those without any amount are drawn too.
        amount: what is summed.
        n_clusters: how many traces there are.
    """
    import numpy as np

    n_heaps = min(n_clusters, MAX_CLUSTERS)
    n_places = int(place.max()) + 1 if len(place) else 0
    sums = np.zeros((n_heaps, n_places))
    np.add.at(sums, (cluster % max(n_heaps, 1), place), amount)
    draws = np.random.default_rng(SEED)
    weights = np.zeros((DRAWS, n_heaps))
    for drawn in weights if n_places else ():
        drawn[:] = np.bincount(draws.integers(0, n_heaps, n_heaps), minlength=n_heaps)
    # weights are small whole numbers and amounts whole seconds, so the sums are exact on any machine
    totals = weights @ sums
    edge = (1 - CONFIDENCE) / 2
    ranks = _ranks(totals)
    return Bounds(
        low=_percentile(totals, edge),
        high=_percentile(totals, 1 - edge),
        rank_low=_percentile(ranks, edge),
        rank_high=_percentile(ranks, 1 - edge),
    )


def _ranks(totals: NDArray[Any]) -> NDArray[np.int64]:
    """The rank of each place in each draw; of two equal sums the first place goes first."""
    import numpy as np

    order = np.argsort(-totals, axis=1, kind="stable")
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(1, totals.shape[1] + 1)[None, :], axis=1)
    return ranks


def _percentile(draws: NDArray[Any], share: float) -> NDArray[Any]:
    """The value of the draw at this share of the sorted draws: always one that occurred."""
    import numpy as np

    at: NDArray[Any] = np.sort(draws, axis=0)[round(share * (len(draws) - 1))]
    return at
