"""The queue writes down why each second passed: hand-computed, one team of one agent, on one Monday."""

from __future__ import annotations

import heapq
from dataclasses import replace
from datetime import date
from itertools import count

import pytest

from journeybench.clock import HOUR, MINUTE, Calendar
from journeybench.desk import Agent, Call, Queue, Task, Wait
from journeybench.dice import Spread
from journeybench.plan import Place, Plan, Team

CALENDAR = Calendar("UTC", date(2026, 1, 5), 75)
AT_ONCE = Spread(0, 0, 0, 0)
TEAM = Team("Billing", 1, 1, Spread(30, 30, 30, 30), AT_ONCE)


def at(hour: float, day: int = 0) -> int:
    return CALENDAR.at(day, 60 * hour)


class Desk:
    """A queue with an agenda of its own. Duty: hours of the Monday, in turns on and off."""

    def __init__(self, *duty: float, team: Team = TEAM, agents: int = 1, places: tuple[Place, ...] = ()) -> None:
        self._agenda: list[tuple[int, int, Call]] = []
        self._order = count()
        self.agents = [Agent(f"agent {n}", team.name, team.slots, [at(hour) for hour in duty]) for n in range(agents)]
        plan = Plan(1, "test", teams=(team,), places=places, batch_days=(1,))
        self.queue = Queue(team, self.agents, plan=plan, calendar=CALENDAR, at=self._at)

    def _at(self, moment: int, call: Call) -> None:
        heapq.heappush(self._agenda, (moment, next(self._order), call))

    def task(self, case: int, hour: float, minutes: float = 30, **more: object) -> Task:
        """A task that comes in at this hour."""
        task = Task(case, "First line", minutes, at(hour), lambda *_: None)
        task = replace(task, **more)  # type: ignore[arg-type]
        self._at(at(hour), lambda now: self.queue.add(task, now))
        return task

    def run(self, until: int | None = None) -> dict[int, Wait]:
        """Case -> its (last) wait."""
        while self._agenda and (until is None or self._agenda[0][0] <= until):
            moment, _, call = heapq.heappop(self._agenda)
            call(moment)
        return {wait.case: wait for wait in self.queue.waits}


def test_nobody_on_duty_is_off_duty_and_a_busy_agent_contention() -> None:
    desk = Desk(9, 17)
    desk.task(1, 8)
    desk.task(2, 9.25)
    waits = desk.run()
    assert (waits[1].begin, waits[1].end, waits[1].causes) == (at(8), at(9), {"off_duty": HOUR})
    assert waits[2].causes == {"contention": 15 * MINUTE}


def test_a_lunch_in_between_is_off_duty_even_if_the_last_task_still_runs() -> None:
    desk = Desk(9, 9.25, 10, 17)
    desk.task(1, 9, minutes=30)
    desk.task(2, 9.1)
    assert desk.run()[2].causes == {"contention": 9 * MINUTE, "off_duty": 45 * MINUTE}


def test_who_is_overtaken_loses_time_to_priority_from_then_on() -> None:
    desk = Desk(9, 17, team=replace(TEAM, rule="vip"))
    desk.task(1, 9)
    desk.task(2, 9.1)
    desk.task(3, 9.2, vip=True)
    waits = desk.run()
    assert waits[3].causes == {"contention": 18 * MINUTE}
    assert waits[2].causes == {"contention": 24 * MINUTE, "prioritisation": 30 * MINUTE}


def test_what_a_rule_holds_back_is_batching_only_while_somebody_is_free() -> None:
    desk = Desk(9, 17, places=(Place("batching", "First line", "Billing", 1),))
    desk.task(1, 15)
    desk.task(2, 15.5, giver="Technical")
    waits = desk.run(until=at(17))
    assert waits[2].causes == {}  # the rule is only for what the first line gives
    desk.queue.close(at(18))
    held = desk.queue.waits[-1]
    assert held.causes == {"prioritisation": 30 * MINUTE, "batching": 90 * MINUTE, "off_duty": HOUR}


def test_a_free_agent_who_does_not_look_is_unexplained() -> None:
    desk = Desk(9, 17, team=replace(TEAM, notice=Spread(10, 10, 10, 10)))
    desk.task(1, 9)
    assert desk.run()[1].causes == {"unexplained": 10 * MINUTE}


def test_a_task_that_waits_for_its_agent_asks_for_the_state_of_that_agent() -> None:
    desk = Desk(9, 17, agents=2)
    desk.task(1, 9, owner=desk.agents[1])
    desk.task(2, 9.1, owner=desk.agents[1])
    assert desk.run()[2].causes == {"contention": 24 * MINUTE}  # the other agent was free all the time


def test_hands_are_free_while_an_agent_has_fewer_tasks_than_slots() -> None:
    desk = Desk(9, 17, team=replace(TEAM, slots=3))
    for case in (1, 2, 3, 4):
        desk.task(case, 9 + case / 60)
    waits = desk.run()
    assert [waits[case].causes for case in (1, 2, 3)] == [{}, {}, {}]
    assert waits[4].causes == {"contention": 27 * MINUTE}


def test_a_bulk_move_ends_one_wait_and_begins_another() -> None:
    desk, other = Desk(), Desk(12, 17)
    task = desk.task(1, 9)
    desk.run()
    desk.queue.move(task, other.queue, "First line", at(10))
    waits = [*desk.queue.waits, *other.run().values()]
    assert [(wait.begin, wait.end, wait.bulk) for wait in waits] == [(at(9), at(10), False), (at(10), at(12), True)]


@pytest.mark.parametrize(("giver", "pair"), [("First line", ("First line", "Billing")), ("customer", (None, "Billing")),
                                             ("Billing", (None, "Billing")), ("bot", (None, "Billing"))])  # fmt: skip
def test_a_place_names_a_giver_only_where_another_team_gave(giver: str, pair: tuple[str | None, str]) -> None:
    assert Wait(1, giver, "Billing", 0, 1, {}).pair == pair
