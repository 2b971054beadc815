"""The operation, simulated: one agenda of moments, on which duties begin, work ends, customers write and leads move.

Nothing here knows how a file looks, and nothing here or below imports the analyser.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from itertools import count

from journeybench.clock import DAY, HOUR, WEEK, Calendar
from journeybench.contacts import Begin, Contact, Course, Job, Need, Step, Until, Wish, Work
from journeybench.courses import Script
from journeybench.demand import Demand
from journeybench.desk import Agent, Call, Queue, Task, Wait, agents_of
from journeybench.dice import Dice
from journeybench.names import STAFF
from journeybench.people import Person, people
from journeybench.plan import BACK_OFFICE, CUSTOMER, FIRST, Plan

AFTER = 5 * WEEK
"""the operation goes on after the export, so that the truth about what was open then is known"""
HOLIDAYS_EVERY = 27
"""every so many days one is a holiday"""
LEAD = "Sefton Amory"


@dataclass(frozen=True, slots=True)
class World:
    """Everything that happened, contacts numbered from 1 in the order of their opening."""

    plan: Plan
    calendar: Calendar
    start: int
    end: int
    """the moment of the export"""
    people: list[Person]
    needs: list[Need]
    contacts: list[Contact]
    """those opened before the export, with all their steps, also later ones"""
    agents: dict[str, list[Agent]]
    waits: list[Wait]
    """every stay in a queue that began before the export, in the order of their beginning"""

    def steps(self, contact: Contact) -> list[Step]:
        """The steps of a contact that the files can know."""
        return [step for step in contact.steps if step.at < self.end]


def simulate(plan: Plan) -> World:
    """Run the weeks of a plan."""
    return _Simulation(plan).run()


class _Simulation:
    """The agenda, and the courses that wait on it."""

    def __init__(self, plan: Plan) -> None:
        days = plan.weeks * 7 + AFTER // DAY + 60  # people plan ahead
        holidays = frozenset(range(11, days, HOLIDAYS_EVERY))
        self.plan = plan
        self.calendar = Calendar(plan.zone, plan.first, days, holidays)
        self._agenda: list[tuple[int, int, Call]] = []
        self._order = count()
        self.people = people(plan)
        self.demand = Demand(plan, self.people, self.calendar, self._begin)
        self.contacts: list[Contact] = []
        self.agents: dict[str, list[Agent]] = {}
        self.queues: dict[str, Queue] = {}
        names = _staff(plan)
        for team in plan.teams:
            agents = agents_of(plan, team, self.calendar, names[team.name])
            self.agents[team.name] = agents
            self.queues[team.name] = Queue(team, agents, plan=plan, calendar=self.calendar, at=self._at)

    def run(self) -> World:
        """Everything until some weeks after the export."""
        for contact in self.demand.first_contacts():
            self._begin(contact)
        if self.demand.bulk_at:
            self._at(self.demand.bulk_at, self._bulk_move)
        last = self.demand.end + AFTER
        while self._agenda and self._agenda[0][0] <= last:
            at, _, call = heapq.heappop(self._agenda)
            call(at)
        for queue in self.queues.values():
            queue.close(last)
        begun = sorted((contact for contact in self.contacts if contact.opened < self.demand.end), key=_opening)
        numbers = {contact.number: number for number, contact in enumerate(begun, 1)}
        waits = [wait for queue in self.queues.values() for wait in queue.waits if wait.begin < self.demand.end]
        waits = [wait for wait in waits if wait.case in numbers]
        for wait in waits:
            wait.case = numbers[wait.case]
        for contact in begun:
            contact.number = numbers[contact.number]
            contact.steps.sort(key=lambda step: step.at)
            contact.turns.sort(key=lambda turn: turn[0])
        waits.sort(key=lambda wait: (wait.begin, wait.case))
        plan, calendar, demand = self.plan, self.calendar, self.demand
        needs = [need for need in demand.needs if need.born < demand.end]
        return World(plan, calendar, demand.start, demand.end, self.people, needs, begun, self.agents, waits)

    def _at(self, at: int, call: Call) -> None:
        heapq.heappush(self._agenda, (at, next(self._order), call))

    def _begin(self, contact: Contact) -> None:
        """Put the opening of a contact on the agenda."""
        self._at(contact.opened, lambda at: self._opened(contact, at))

    def _opened(self, contact: Contact, at: int) -> None:
        self.contacts.append(contact)
        contact.number = len(self.contacts)
        contact.need.contacts.append(contact)
        self.demand.opened(contact)
        self._resume(contact, Script(contact, self.plan, self.demand).course(), None, at)

    def _resume(self, contact: Contact, course: Course, job: Job | None, now: int) -> None:
        """Let a course go on until it waits for something."""
        while True:
            try:
                wish: Wish = course.send(job)
            except StopIteration:
                self.demand.over(contact)
                return
            job = None
            if isinstance(wish, Begin):
                self._begin(wish.contact)
            elif isinstance(wish, Until):
                self._at(max(now, wish.at), lambda at: self._resume(contact, course, None, at))
                return
            else:
                self._ask(contact, course, wish, now)
                return

    def _ask(self, contact: Contact, course: Course, wish: Work, now: int) -> None:
        """Put a piece of work into its team's queue."""
        team = self.plan.team(wish.team)
        dice = Dice(self.plan.seed, "work", contact.need.number, contact.opened, len(contact.turns))
        minutes = dice.of(team.minutes) * wish.factor * self._slower(team.name, now)

        def done(agent: Agent | None, start: int, end: int) -> None:
            job = Job(agent.name, agent.team, agent, start, end) if agent else None
            self._resume(contact, course, job, end)

        task = Task(contact.number, wish.giver, minutes, now, done, contact.person.vip, now + 8 * HOUR)
        task.owner, task.not_before = wish.owner, wish.not_before  # type: ignore[assignment]
        queue = self.queues[wish.team]
        if wish.patience is not None:
            self._at(now + int(wish.patience), lambda at: queue.leave(task, at))
        self._impatience(contact, task, dice, now)
        queue.add(task, now)

    def _impatience(self, contact: Contact, task: Task, dice: Dice, now: int) -> None:
        """While they wait, some customers ask again in the same place and some try another one."""
        persona = contact.person.persona
        if contact.channel == "voice" or task.giver == "bot":
            return

        def waits() -> bool:
            return any(task in queue.waiting for queue in self.queues.values())

        def chase(at: int) -> None:
            if waits():
                contact.steps.append(Step(at, "chased", "customer", "", "chase"))

        def wander(at: int) -> None:
            if waits():
                self._begin(self.demand.again(contact, at, dice))

        if persona.chases_after:
            self._at(self.demand.waking(now + dice.of(persona.chases_after)), chase)
        if persona.wanders_after and not contact.again and dice.chance(0.6):
            self._at(self.demand.waking(now + dice.of(persona.wanders_after)), wander)

    def _slower(self, team: str, now: int) -> float:
        """The factor on a team's work in this week."""
        week = (now - self.demand.start) // WEEK
        factor = 1.0
        for change in self.plan.changes:
            if change.kind == "rate" and change.what == team and week >= change.week:
                factor *= change.factor
        return factor

    def _bulk_move(self, now: int) -> None:
        """One lead moves the cases of a campaign from the first line to Back office, all in one minute."""
        first, other = self.queues[FIRST], self.queues[BACK_OFFICE]
        cases = {contact.number: contact for contact in self.contacts if contact.campaign}
        for task in [task for task in first.waiting if task.case in cases and task.giver == CUSTOMER]:
            contact = cases[task.case]
            moved = Step(now, "moved", "agent", LEAD, "bulk_move", public=False, status="open", team=BACK_OFFICE)
            contact.steps.append(moved)
            contact.turn(now, "us_queue", BACK_OFFICE)
            contact.team = BACK_OFFICE
            first.move(task, other, FIRST, now)


def _opening(contact: Contact) -> tuple[int, int]:
    return contact.opened, contact.number


def _staff(plan: Plan) -> dict[str, list[str]]:
    """Invented names for each team's agents; no two teams share one."""
    names = [f"{given} {family}" for family in STAFF[1] for given in STAFF[0]]
    each = len(names) // len(plan.teams)
    return {team.name: names[number * each : (number + 1) * each] for number, team in enumerate(plan.teams)}
