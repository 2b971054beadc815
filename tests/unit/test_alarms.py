"""Alarms: the decision over sums of samples, on worlds that the bench draws with a fixed seed."""

import numpy as np

import alarms as bench
from journeyminer.mining.alarms import DURATIONS, Samples, decide, look


def _flat(weeks: int = 13, places: int = 10) -> bench.World:
    ones = np.ones((weeks, places))
    return bench.World(ones * 60, ones * 0, ones * bench.HARD)


def _decide(world: bench.World, seed: int = 1) -> list[str]:
    return list(decide(bench.drawn(np.random.default_rng(seed), world), DURATIONS).verdict)


def test_a_lasting_slow_down_is_confirmed_and_no_other_place() -> None:
    world = _flat()
    world.shift[-3:, 0] = np.log(3)
    assert _decide(world) == ["confirmed"] + ["none"] * 9


def test_what_only_the_newest_week_shows_is_on_watch() -> None:
    world = _flat()
    world.shift[-1:, 0] = np.log(3)
    assert _decide(world)[0] == "watch"


def test_a_holiday_of_all_places_raises_none() -> None:
    world = _flat()
    world.shift[-2:] = np.log(3)
    assert set(_decide(world)) == {"none"}


def test_another_mix_of_cases_raises_no_place() -> None:
    world = _flat()
    world.hard[-4:, :3] = 0.6
    samples = bench.drawn(np.random.default_rng(1), world)
    assert set(decide(samples, DURATIONS).verdict) == {"none"}
    assert (look(samples, DURATIONS, n_after=4).mix[:3] > 0.3).all()


def test_a_short_history_says_nothing() -> None:
    world = _flat(weeks=4)
    assert _decide(world) == []


def test_a_small_effect_is_none_however_sure() -> None:
    n = np.full((13, 1, 1), 10**6)
    mean = np.zeros((13, 1, 1))
    mean[-4:] = np.log(1.1)
    found = look(Samples(n, n * mean, n * (1 + mean**2)), DURATIONS, n_after=4)
    assert (float(found.p[0]), bool(found.is_hit[0])) == (0.0, False)


def test_a_quiet_desk_is_left_alone() -> None:
    assert bench.false_alarms(bench.stable, 3, seed=7)[:, 0].mean() <= 2
