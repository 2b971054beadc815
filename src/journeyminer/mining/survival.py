"""How long something takes when some still wait: Kaplan-Meier, and what can be said where nobody waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Z = 1.959963984540054
"""of 95 %"""


@dataclass(frozen=True, slots=True)
class Curve:
    """The share still waiting after each time at which a wait ended, with Greenwood's sum for its uncertainty."""

    times: NDArray[Any]
    waiting: NDArray[Any]
    greenwood: NDArray[Any]

    def quantile(self, share: float) -> float | None:
        """The time by which this share is over; None where the curve never comes that far.

        Where the curve rests at exactly this share, the middle of the rest, as for the median of an even number.
        """
        return _crossing(self.times, self.waiting, 1 - share)

    def median_bounds(self) -> tuple[float | None, float | None]:
        """95 % bounds of the median: where the bounds of the curve (log-log scale) cross one half."""
        import numpy as np

        with np.errstate(divide="ignore", invalid="ignore"):
            log_waiting = np.log(self.waiting)
            spread = Z * np.sqrt(self.greenwood) / np.abs(log_waiting)
            lower = np.exp(log_waiting * np.exp(spread))
            upper = np.exp(log_waiting * np.exp(-spread))
        zero = self.waiting <= 0
        lower, upper = np.where(zero, 0.0, lower), np.where(zero, 0.0, upper)
        return _first_below(self.times, lower), _first_below(self.times, upper)


def kaplan_meier(seconds: NDArray[np.float64], ended: NDArray[np.bool_]) -> Curve:
    """The Kaplan-Meier curve of waits, of which those not `ended` had lasted `seconds` when they were last seen.

    A wait that is last seen at the moment another ends was still at risk then.
    """
    import numpy as np

    times, n_ended = np.unique(seconds[ended], return_counts=True)
    at_risk = len(seconds) - np.searchsorted(np.sort(seconds), times, side="left")
    with np.errstate(divide="ignore"):
        greenwood = np.cumsum(n_ended / (at_risk * (at_risk - n_ended)))
    return Curve(times, np.cumprod(1 - n_ended / at_risk), greenwood)


def wilson(n_yes: int, n: int) -> tuple[float, float]:
    """Wilson's 95 % bounds of a share."""
    share, z2 = n_yes / n, Z * Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z / (1 + z2 / n) * float((share * (1 - share) / n + z2 / (4 * n * n)) ** 0.5)
    return (0.0 if n_yes == 0 else middle - half), (1.0 if n_yes == n else middle + half)


def _crossing(times: NDArray[Any], waiting: NDArray[Any], level: float) -> float | None:
    import numpy as np

    below = np.flatnonzero(waiting <= level + 1e-12)
    if not len(below):
        return None
    first = int(below[0])
    rests = abs(waiting[first] - level) <= 1e-12 and first + 1 < len(times)
    return float((times[first] + times[first + 1]) / 2 if rests else times[first])


def _first_below(times: NDArray[Any], bound: NDArray[Any]) -> float | None:
    import numpy as np

    below = np.flatnonzero(bound <= 0.5 + 1e-12)
    return float(times[below[0]]) if len(below) else None
