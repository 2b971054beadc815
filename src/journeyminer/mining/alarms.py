"""Alarms: which subjects changed between periods, and how sure that is. Pure arithmetic over sums of samples.

A subject is whatever is watched: a place, a key figure, a move. Its samples are numbers that are close to normal (the
logarithm of a duration, 0 or 1 for a share), summed by period and stratum. `decide` looks twice, at the newest period
and at the newest four, each against the eight before. A look is a stratified comparison of means, so that another mix
of strata is no change; what all subjects share in a period is taken out before; over all subjects the share of false
discoveries is kept at 5 % (Benjamini and Hochberg); and a small effect is none, however sure.
"""

from __future__ import annotations

from math import erfc, isnan, log
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FALSE_SHARE: Final = 0.05
"""of the changes that one look finds, at most this share is false, in the mean"""
LEAN: Final = 0.1
"""p of a look that leans to a side: enough to confirm what the next period finds, and nothing by itself"""
BASE: Final = 8
FAST, SLOW = 1, 4
"""so many of the newest periods are compared with the BASE before them"""
FEWEST_BASE: Final = 4
FEWEST_BEFORE, FEWEST_AFTER = 20, 8
"""with fewer samples a subject is not looked at"""
FEWEST_SHARING: Final = 8
"""with fewer subjects nobody can tell what all share from what one of them does"""
POWER: Final = 0.8
_Z: Final = NormalDist().inv_cdf(0.975)

Verdict = Literal["confirmed", "watch", "none"]


class Samples(NamedTuple):
    """Sums of samples, each an array of periods (oldest first, whole ones only) by subjects by strata."""

    n: NDArray[Any]
    total: NDArray[Any]
    squares: NDArray[Any]


class Scale(NamedTuple):
    """What an effect must at least be to matter, and whether all subjects share what a busy period does."""

    floor: float
    shared: bool


DURATIONS: Final = Scale(log(1.2), shared=True)
"""of logarithms: a fifth longer, or as much shorter"""
SHARES: Final = Scale(0.02, shared=False)


class Look(NamedTuple):
    """One comparison of two stretches of periods, an array of subjects each; nan where a subject is not looked at."""

    n_before: NDArray[np.int64]
    n_after: NDArray[np.int64]
    before: NDArray[np.float64]
    after: NDArray[np.float64]
    """the mean in the stretch, and that mean with the effect: the same mix of strata, what all share taken out"""
    effect: NDArray[np.float64]
    error: NDArray[np.float64]
    """the standard error of the effect"""
    p: NDArray[np.float64]
    is_hit: NDArray[np.bool_]
    smallest: NDArray[np.float64]
    """the effect that would have been found four times in five"""
    mix: NDArray[np.float64]
    """by how much another mix of strata moved the mean; no part of the effect"""

    def bounds(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The 95 % bounds of the effects."""
        return self.effect - _Z * self.error, self.effect + _Z * self.error


class Decisions(NamedTuple):
    """What is decided of each subject: `verdict`, `side` (1 is up, -1 down) and the speed of the look that found it."""

    verdict: list[Verdict]
    side: NDArray[np.int64]
    speed: NDArray[np.int64]
    looks: dict[int, Look]
    """speed -> the look at the newest period"""


def decide(samples: Samples, scale: Scale) -> Decisions:
    """What changed by the newest period: two looks now, and the two of the period before to confirm them.

    A change is confirmed where a look finds it now and a look of the period before leaned to the same side; it is on
    watch where only the newest finds it. Subjects without enough samples, and histories of less than five periods, have
    no verdict but `none`.
    """
    return settle(looks(samples, scale), looks(Samples(*(sums[:-1] for sums in samples)), scale))


def looks(samples: Samples, scale: Scale) -> dict[int, Look]:
    """The looks at both speeds that end with the newest period; a speed for which the history is too short has none."""
    found = {}
    for speed in (FAST, SLOW):
        used = [sums[-(speed + BASE) :] for sums in samples]
        if len(used[0]) >= speed + FEWEST_BASE:
            found[speed] = look(Samples(*used), scale, n_after=speed)
    return found


def settle(now: dict[int, Look], before: dict[int, Look]) -> Decisions:
    """What the looks of a period and of the one before it say together."""
    import numpy as np

    n_subjects = len(next(iter(now.values())).p) if now else 0
    side, speed = np.zeros(n_subjects, np.int64), np.zeros(n_subjects, np.int64)
    for at, each in sorted(now.items()):  # the slow look has the last word: it rests on more
        side = np.where(each.is_hit, np.sign(each.effect), side).astype(np.int64)
        speed = np.where(each.is_hit, at, speed)
    leaned = np.zeros(n_subjects, np.bool_)
    for each in before.values():
        leaned |= (each.p < LEAN) & (np.sign(each.effect) == side)
    said: list[Verdict] = ["confirmed" if lean else "watch" for lean in leaned]
    verdict: list[Verdict] = [each if found else "none" for each, found in zip(said, side != 0, strict=True)]
    return Decisions(verdict, side, speed, now)


def look(samples: Samples, scale: Scale, *, n_after: int) -> Look:
    """Compare the newest `n_after` periods with all before them.

    Args:
        samples: the periods of both stretches.
        scale: which effects matter.
        n_after: how many of the periods are the later stretch.
    """
    import numpy as np

    n, total, squares = (np.asarray(sums, np.float64) for sums in samples)
    with np.errstate(divide="ignore", invalid="ignore"):
        usual = np.nan_to_num(total.sum(0) / n.sum(0))
        sizes = n.sum(2)
        astray = (total - n * usual).sum(2) / sizes
        enough = (sizes[:-n_after].sum(0) >= FEWEST_BEFORE) & (sizes[-n_after:].sum(0) >= FEWEST_AFTER)
        if scale.shared and enough.sum() >= FEWEST_SHARING:
            common = _medians(astray[:, enough], sizes[:, enough])
            astray = astray - common[:, None]
            shift = common[:, None, None]
            total, squares = total - n * shift, squares - 2 * shift * total + n * shift**2
        (n0, n1), (t0, t1), (s0, s1) = ((a[:-n_after].sum(0), a[-n_after:].sum(0)) for a in (n, total, squares))
        means = np.nan_to_num(t0 / n0), np.nan_to_num(t1 / n1)
        within = (s0 + s1 - np.nan_to_num(t0 * t0 / n0) - np.nan_to_num(t1 * t1 / n1)).sum(1)
        freedom = n0.sum(1) + n1.sum(1) - (n0 > 0).sum(1) - (n1 > 0).sum(1)
        variance = np.maximum(within, 0) / freedom
        weight = np.nan_to_num(n0 * n1 / (n0 + n1))
        effect = (weight * (means[1] - means[0])).sum(1) / weight.sum(1)
        between = _between(astray[:-n_after], sizes[:-n_after], variance, enough)
        spread = [(part**2).sum(0) / part.sum(0) ** 2 for part in (sizes[:-n_after], sizes[-n_after:])]
        error = np.sqrt(variance / weight.sum(1) + between * (spread[0] + spread[1]))
        known = enough & np.isfinite(effect) & (error > 0)
        t = np.where(known, effect / error, np.nan)
        z = np.abs(t) * (1 - 1 / (4 * freedom)) / np.sqrt(1 + t * t / (2 * freedom))  # of Student's t
        shares = [m / m.sum(1, keepdims=True) for m in (n0, n1)]
        mix = ((shares[1] - shares[0]) * usual).sum(1)
        before = t0.sum(1) / n0.sum(1)
    p = np.array([np.nan if isnan(each) else erfc(each / 2**0.5) for each in z])
    level = _level(p[known])
    is_hit = known & (p <= level) & (np.abs(effect) >= scale.floor)
    n_known = max(int(known.sum()), 1)
    reached = FALSE_SHARE * min(int(is_hit.sum()) + 1, n_known) / n_known
    seen = NormalDist().inv_cdf(1 - reached / 2) + NormalDist().inv_cdf(POWER)
    error, effect = (np.where(known, each, np.nan) for each in (error, effect))
    return Look(
        n0.sum(1).astype(np.int64), n1.sum(1).astype(np.int64), before, before + effect, effect, error, p, is_hit,
        np.maximum(seen * error, scale.floor), np.where(known, mix, np.nan),
    )  # fmt: skip


def _between(astray: NDArray[Any], sizes: NDArray[Any], variance: NDArray[Any], enough: NDArray[np.bool_]) -> float:
    """The variance of a period beyond that of its samples, the same for all subjects; 0 where chance explains it."""
    import numpy as np

    use = enough & np.isfinite(variance)
    astray, sizes, variance = np.where(sizes > 0, astray, 0.0)[:, use], sizes[:, use], variance[use]
    in_all = np.maximum(sizes.sum(0), 1)
    middle = (astray * sizes).sum(0) / in_all
    freedom = np.maximum((sizes > 0).sum(0) - 1, 0)
    excess = float(((sizes * (astray - middle) ** 2).sum(0) - variance * freedom).sum())
    chance = float(2 * (variance**2 * freedom).sum()) ** 0.5
    room = float((in_all - (sizes**2).sum(0) / in_all).sum())
    return excess / room if room > 0 and excess > 2 * chance else 0.0


def _medians(values: NDArray[Any], weights: NDArray[Any]) -> NDArray[np.float64]:
    """The weighted median of each row; 0 where nothing has a weight."""
    import numpy as np

    values, weights = np.where(weights > 0, values, np.inf), np.where(weights > 0, weights, 0.0)
    order = np.argsort(values, axis=1, kind="stable")
    summed = np.cumsum(np.take_along_axis(weights, order, axis=1), axis=1)
    at = (summed < summed[:, -1:] / 2).sum(1)[:, None]
    found = np.take_along_axis(values, np.take_along_axis(order, np.minimum(at, values.shape[1] - 1), axis=1), axis=1)
    return np.where(np.isfinite(found[:, 0]), found[:, 0], 0.0)


def _level(p: NDArray[np.float64]) -> float:
    """Benjamini and Hochberg: the largest p that counts, less than 0 where none does."""
    import numpy as np

    ranked = np.sort(p)
    passing = np.flatnonzero(ranked <= FALSE_SHARE * np.arange(1, len(p) + 1) / max(len(p), 1))
    return float(ranked[passing[-1]]) if len(passing) else -1.0
