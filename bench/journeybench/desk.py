"""The queues: who takes which task when, and why each second before that passed, written down as it passes.

A team keeps a record of its own state: how many are on duty, how many hands are free, when the youngest task that is
being worked on came in. What a second of a wait was lost to is read from that record, by what the mechanism did:

- nobody who might take the task is on duty: off_duty
- somebody is on duty and every hand is busy: prioritisation where a task that came later is being worked on, else
  contention
- a hand is free: batching where the rule of the place held the task back, else unexplained (nobody looked yet, or
  an agent picked another task)

Whoever is allowed to take a task is the team; for a task that waits for the agent who had the case, that agent.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field

from journeybench.clock import DAY, MINUTE, Calendar
from journeybench.dice import Dice
from journeybench.plan import BOT, CAUSES, CUSTOMER, VENDOR, Cause, Plan, Team

Call = Callable[[int], None]
At = Callable[[int, Call], None]
"""asks the world to call something at a moment"""
Pair = tuple[str | None, str]
"""the team that gave and the team that received; None where no team gave"""
NOT_A_TEAM = (CUSTOMER, VENDOR, BOT)


@dataclass(slots=True)
class Record:
    """The states of a team or an agent, one entry a change; parallel lists."""

    at: list[int] = field(default_factory=lambda: [0])
    on: list[int] = field(default_factory=lambda: [0])
    free: list[int] = field(default_factory=lambda: [0])
    youngest: list[int] = field(default_factory=lambda: [0])
    """when the last come of the tasks in work came in"""

    def write(self, at: int, on: int, free: int, youngest: int) -> None:
        """Note the state from a moment on; the last one of a second stays."""
        if self.at[-1] == at:
            self.on[-1], self.free[-1], self.youngest[-1] = on, free, youngest
        elif (self.on[-1], self.free[-1], self.youngest[-1]) != (on, free, youngest):
            self.at.append(at)
            self.on.append(on)
            self.free.append(free)
            self.youngest.append(youngest)

    def causes(self, begin: int, end: int, held_until: int, came: int) -> dict[Cause, int]:
        """The seconds from `begin` to `end` by their cause, for a task that came in at `came`."""
        lost: dict[Cause, int] = {}
        entry, since = bisect_right(self.at, begin) - 1, begin
        while since < end:
            until = min(end, self.at[entry + 1]) if entry + 1 < len(self.at) else end
            if not self.on[entry]:
                lost["off_duty"] = lost.get("off_duty", 0) + until - since
            elif not self.free[entry]:
                cause: Cause = "prioritisation" if self.youngest[entry] > came else "contention"
                lost[cause] = lost.get(cause, 0) + until - since
            else:
                held = max(0, min(until, held_until) - since)
                if held:
                    lost["batching"] = lost.get("batching", 0) + held
                if until - since > held:
                    lost["unexplained"] = lost.get("unexplained", 0) + until - since - held
            since, entry = until, entry + 1
        return {cause: lost[cause] for cause in CAUSES if cause in lost}


@dataclass(eq=False, slots=True)
class Agent:
    """Somebody of ours. Duty: moments at which it begins and ends, in turns."""

    name: str
    team: str
    slots: int
    duty: list[int]
    on: bool = False
    working: list[Task] = field(default_factory=list)
    record: Record = field(default_factory=Record)
    idle_since: int = 0

    @property
    def free(self) -> int:
        """The tasks that the agent could take up now."""
        return max(0, self.slots - len(self.working)) if self.on else 0


@dataclass(eq=False, slots=True)
class Wait:
    """A task's stay in a queue: who gave it to whom, from when to when, and what the seconds were lost to."""

    case: int
    giver: str
    receiver: str
    begin: int
    end: int
    causes: dict[Cause, int]
    """until the export, if that comes before the end"""
    bulk: bool = False

    @property
    def pair(self) -> Pair:
        """The place: which team gave and which received."""
        return (None if self.giver in NOT_A_TEAM or self.giver == self.receiver else self.giver, self.receiver)


@dataclass(eq=False, slots=True)
class Task:
    """Some work that a case needs from a team."""

    case: int
    giver: str
    minutes: float
    came: int
    done: Callable[[Agent | None, int, int], None]
    """called with the agent, the beginning and the end of the work; without an agent where the customer gave up"""
    vip: bool = False
    due: int = 0
    owner: Agent | None = None
    not_before: int = 0
    """the agent put it aside until then"""
    notice: int = 0
    """nobody looks at it before"""
    held_until: int = 0
    """the rule of the place holds it back until then"""
    started: int = 0
    entered: int = 0
    """when it came into the queue in which it is now: later than `came` after a bulk move"""
    bulk: bool = False


class Queue:
    """The queue of one team, and its agents."""

    def __init__(self, team: Team, agents: list[Agent], *, plan: Plan, calendar: Calendar, at: At) -> None:
        self._horizon = calendar.at(plan.weeks * 7, 6 * 60)
        self.team, self.agents, self.record = team, agents, Record()
        self.waiting: list[Task] = []
        self.waits: list[Wait] = []
        self._places = {place.giver: place for place in plan.places if place.receiver == team.name}
        self._dice = Dice(plan.seed, "queue", team.name)
        self._calendar, self._batch_days, self._at = calendar, plan.batch_days, at
        for agent in agents:
            for number, moment in enumerate(agent.duty):
                at(moment, lambda now, agent=agent, on=number % 2 == 0: self._duty(agent, on, now))  # type: ignore[misc]

    def add(self, task: Task, now: int) -> None:
        """Take a task into the queue."""
        task.entered = now
        if task.owner not in self.agents:
            task.owner = None
        self._delay(task, now)
        self.waiting.append(task)
        if task.notice > now:
            self._at(task.notice, self.dispatch)
        self.dispatch(now)

    def _delay(self, task: Task, now: int) -> None:
        """When somebody may look at the task: later by chance, much later where a place is injected."""
        place = self._places.get(task.giver)
        task.notice = max(now, task.not_before) + int(self._dice.of(self.team.notice) * MINUTE)
        if place and place.cause == "batching":
            task.held_until = task.notice = self._next_batch(now)
        elif place and place.cause == "unexplained":
            task.notice = now + int(place.size * self._dice.between(4, 44) * 60 * MINUTE)
        elif place and place.cause == "prioritisation":
            task.due += int(place.size * 2.5 * DAY)  # somebody else's work always seems more urgent

    def _next_batch(self, now: int) -> int:
        day = self._calendar.day(now)
        while True:
            if day % 7 in self._batch_days and (at := self._calendar.at(day, 10 * 60)) >= now:
                return at
            day += 1

    def leave(self, task: Task, now: int) -> None:
        """The customer gives up: the task leaves the queue, unless it is in work already."""
        if task in self.waiting:
            self.waiting.remove(task)
            self._waited(task, now)
            task.done(None, now, now)

    def move(self, task: Task, other: Queue, giver: str, now: int) -> None:
        """A lead moves a waiting task to another team."""
        self.waiting.remove(task)
        self._waited(task, now)
        task.giver, task.owner, task.bulk, task.came = giver, None, True, now
        other.add(task, now)

    def close(self, now: int) -> None:
        """Note the waits of what still waits."""
        for task in self.waiting:
            self._waited(task, now)

    def dispatch(self, now: int) -> None:
        """Give work to free hands, by the queue's rule."""
        hands = [agent for agent in self.agents if agent.free]
        while hands and self.waiting:
            ready = [task for task in self.waiting if task.notice <= now and (not task.owner or task.owner.free)]
            if not ready:
                break
            task = min(ready, key=self._rank)
            if len(ready) > 1 and self.team.picks and self._dice.chance(self.team.picks):
                task = min(ready, key=lambda task: (task.minutes, task.came, task.case))
            agent = task.owner or min(hands, key=lambda agent: (len(agent.working), agent.idle_since))
            self._start(task, agent, now)
            hands = [agent for agent in hands if agent.free]
        self._write(now)

    def _rank(self, task: Task) -> tuple[int, int, int]:
        rule = self.team.rule
        first = task.due if rule == "sla" else int(not task.vip) if rule == "vip" else 0
        return first, task.came, task.case

    def _start(self, task: Task, agent: Agent, now: int) -> None:
        self.waiting.remove(task)
        task.started = now
        agent.working.append(task)
        self._write(now, agent)
        end = now + max(20, int(task.minutes * MINUTE))
        self._waited(task, now)
        self._at(end, lambda at: self._finish(task, agent, at))

    def _finish(self, task: Task, agent: Agent, now: int) -> None:
        agent.working.remove(task)
        agent.idle_since = now
        self._write(now, agent)
        task.done(agent, task.started, now)
        self.dispatch(now)

    def _duty(self, agent: Agent, on: bool, now: int) -> None:
        agent.on = on
        self._write(now, agent)
        self.dispatch(now)

    def _write(self, now: int, agent: Agent | None = None) -> None:
        if agent:
            youngest = max((task.came for task in agent.working), default=0)
            agent.record.write(now, int(agent.on), agent.free, youngest)
        on_duty = [agent for agent in self.agents if agent.on]
        youngest = max((task.came for agent in on_duty for task in agent.working), default=0)
        self.record.write(now, len(on_duty), sum(agent.free for agent in on_duty), youngest)

    def _waited(self, task: Task, now: int) -> None:
        record = task.owner.record if task.owner else self.record
        causes = record.causes(task.entered, min(now, self._horizon), task.held_until, task.came)
        self.waits.append(Wait(task.case, task.giver, self.team.name, task.entered, now, causes, task.bulk))


def agents_of(plan: Plan, team: Team, calendar: Calendar, names: list[str]) -> list[Agent]:
    """The agents of a team with their duties: shifts, lunch, holidays, sick days, and breaks that no roster shows."""
    n = max(1, round(team.agents * plan.customers / 1000))
    made = []
    for number in range(n):
        dice = Dice(plan.seed, "duty", team.name, number)
        shift = team.shifts[number % len(team.shifts)]
        duty: list[int] = []
        sick = 0
        for day in range(calendar.days):
            sick = dice.whole(1, 4) if not sick and dice.chance(0.008) else max(0, sick - 1)
            lunch, away = dice.whole(11 * 60 + 30, 13 * 60 + 30), dice.whole(shift.begin + 60, shift.end - 60)
            if sick or not calendar.works(day, shift.weekdays):
                continue
            cuts = [shift.begin + dice.whole(-4, 6), shift.end + dice.whole(-6, 4)]
            if shift.begin < lunch and lunch + 45 < shift.end:
                cuts += [lunch, lunch + 45]
            if dice.chance(0.5) and not lunch - 30 <= away <= lunch + 60:
                cuts += [away, away + 12]
            duty += [calendar.at(day, minute) for minute in sorted(cuts)]
        made.append(
            Agent(
                names[number % len(names)] + ("" if number < len(names) else f" {number}"), team.name, team.slots, duty
            )
        )
    return made
