"""How often the decision of alarms is false, and how soon it is right: years of weeks that are drawn, not measured.

    make alarms                       500 years of 60 places, every table
    python bench/alarms.py 40         as many years

Waits are lognormal with sigma 1.5; a place has from 8 to 92 of them a week (27 in the middle).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from journeyminer.mining.alarms import BASE, DURATIONS, SLOW, Decisions, Samples, looks, settle

SIGMA, PLACES, WEEKS = 1.5, 60, 52
BEFORE = BASE + SLOW + 1
"""weeks of history before the first week that counts"""
SHOCK, LASTING = 0.15, 0.7
"""standard deviation of a week's load in logarithms, and how much of it lasts to the next week"""
HOLIDAYS = (0, 15, 21, 32, 43, 51)
FEWER, SLOWER = 0.5, 1.6
"""what a holiday week has of the usual cases, and how much longer they wait"""
HARD, HARDER = 0.2, 4.0
"""share of the hard cases, and how much longer they wait"""


class World(NamedTuple):
    """What happens in the weeks beside chance: one value a week and place."""

    volume: NDArray[np.float64]
    shift: NDArray[np.float64]
    """of logarithms"""
    hard: NDArray[np.float64]
    """share of hard cases"""


def stable(dice: np.random.Generator, *, weeks: int = BEFORE + WEEKS) -> World:
    """Weeks in which nothing changes."""
    volume = np.exp(dice.uniform(np.log(8), np.log(92), PLACES))
    flat = np.ones((weeks, PLACES))
    return World(flat * volume, flat * 0, flat * HARD)


def shocked(dice: np.random.Generator, *, own: bool) -> World:
    """Weeks with loads that last for a while: of the whole desk, or with an own one for each place."""
    world = stable(dice)
    load = np.zeros_like(world.shift)
    steps = SHOCK * dice.standard_normal((len(load), PLACES if own else 1))
    load[0] = steps[0]
    for week in range(1, len(load)):
        load[week] = LASTING * load[week - 1] + (1 - LASTING**2) ** 0.5 * steps[week]
    return world._replace(shift=load)


def holidays(dice: np.random.Generator) -> World:
    """Weeks of which some have half the cases, which wait longer: by a little more or less from place to place."""
    world = stable(dice)
    days = BEFORE + np.array(HOLIDAYS)
    world.volume[days] *= FEWER
    world.shift[days] += np.log(SLOWER) + 0.1 * dice.standard_normal((len(days), PLACES))
    return world


def drawn(dice: np.random.Generator, world: World) -> Samples:
    """The sums of a world's samples: those of easy and of hard cases."""
    n = np.stack([dice.poisson(world.volume * (1 - world.hard)), dice.poisson(world.volume * world.hard)], axis=2)
    middle = world.shift[:, :, None] + np.array([0.0, np.log(HARDER)]) * (world.hard.max() > 0)
    mean = middle + dice.standard_normal(n.shape) * SIGMA / np.sqrt(np.maximum(n, 1))
    rest = SIGMA**2 * np.where(n > 1, dice.chisquare(np.maximum(n - 1, 1)), 0)
    return Samples(n, n * mean, rest + n * mean**2)


def decided(samples: Samples) -> Iterator[Decisions]:
    """The decisions of each week that counts."""
    before = looks(Samples(*(sums[:BEFORE] for sums in samples)), DURATIONS)
    for week in range(BEFORE, len(samples.n)):
        now = looks(Samples(*(sums[: week + 1] for sums in samples)), DURATIONS)
        yield settle(now, before)
        before = now


def alarms(samples: Samples) -> tuple[int, int, int, int]:
    """Regressions that were confirmed, weeks and places in which they were, and the same of improvements."""
    up, down, last_up, last_down, n = 0, 0, np.zeros(PLACES, bool), np.zeros(PLACES, bool), [0, 0]
    for week in decided(samples):
        sure = np.array([verdict == "confirmed" for verdict in week.verdict])
        is_up, is_down = sure & (week.side > 0), sure & (week.side < 0)
        up, down = up + int((is_up & ~last_up).sum()), down + int((is_down & ~last_down).sum())
        n = [n[0] + int(is_up.sum()), n[1] + int(is_down.sum())]
        last_up, last_down = is_up, is_down
    return up, n[0], down, n[1]


def false_alarms(make: Any, years: int, seed: int) -> NDArray[np.int64]:  # noqa: ANN401 - makes a World of dice
    """A row a year, see `alarms`."""
    dice = np.random.default_rng(seed)
    return np.array([alarms(drawn(dice, make(dice))) for _ in range(years)])


def found(ratio: float, volume: float, times: int, seed: int, *, within: int = 4) -> tuple[float, float]:
    """How often a lasting slow-down of one place is confirmed within so many weeks, and is at least on watch."""
    dice, sure, seen = np.random.default_rng(seed), 0, 0
    for _ in range(times):
        world = stable(dice, weeks=BEFORE + within)
        world.volume[:, 0] = volume
        world.shift[BEFORE:, 0] = np.log(ratio)
        verdicts = [week.verdict[0] for week in decided(drawn(dice, world)) if week.side[0] >= 0]
        sure += "confirmed" in verdicts
        seen += any(verdict != "none" for verdict in verdicts)
    return sure / times, seen / times


WORLDS = {
    "nothing happens": stable,
    "loads of the desk": lambda dice: shocked(dice, own=False),
    "loads of each place": lambda dice: shocked(dice, own=True),
    "holiday weeks": holidays,
}


def main(years: int = 500) -> None:
    """Print the tables."""
    print(f"Confirmed false alarms a year, {PLACES} places, {years} years")
    print("| weeks | slower: mean | 95 % of years at most | weeks x places | quicker: mean |")
    print("|---|---:|---:|---:|---:|")
    for seed, (name, make) in enumerate(WORLDS.items()):
        rows = false_alarms(make, years, seed)
        most = np.quantile(rows[:, 0], 0.95, method="higher")
        means = rows.mean(axis=0)
        print(f"| {name} | {means[0]:.2f} | {most:.0f} | {means[1]:.2f} | {means[2]:.2f} |", flush=True)
    print("\nA lasting slow-down of one place, within 4 weeks")
    print("| slower by | cases a week | confirmed | at least on watch |")
    print("|---|---:|---:|---:|")
    for ratio, volume in ((1.5, 100), (1.5, 60), (1.5, 40), (2.0, 100), (2.0, 60), (2.0, 40), (3.0, 16)):
        sure, seen = found(ratio, volume, years, seed=round(ratio * 1000 + volume))
        print(f"| {ratio:g} | {volume:g} | {sure:.2f} | {seen:.2f} |", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
