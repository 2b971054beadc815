"""The operation, simulated: contacts wait in queues, agents on shift take them in order of arrival, customers answer
or fall silent. Nothing here knows how a file looks, and nothing here uses the analysis it is meant to try.

Every contact is a process (demand.py): a generator that asks for `Work` by a team or for a moment to wait for, and
writes `Step`s. Times are those of Lisbon in winter, which is UTC.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from demo.contacts import END, Contact, Job, Process, Spawn, Work, whole
from demo.demand import first_contacts, process
from demo.people import Customer, Team, make_customers, make_teams
from journeybench.dice import Dice


@dataclass(frozen=True, slots=True)
class World:
    """Everything that happened until END, contacts numbered from 1 in the order of their opening."""

    seed: int
    customers: list[Customer]
    teams: dict[str, Team]
    contacts: list[Contact]


def simulate(*, seed: int, customers: int) -> World:
    """Run the ten weeks."""
    people, teams = make_customers(seed, customers), make_teams(customers)
    order = count()
    contacts: list[Contact] = []
    agenda: list[tuple[datetime, int, Process, Work | Job | None]] = []

    def begin(contact: Contact) -> None:
        contact.opened = whole(contact.opened)
        contacts.append(contact)
        dice = Dice(seed, "contact", contact.customer.number, contact.opened)
        heapq.heappush(agenda, (contact.opened, next(order), process(contact, teams, dice), None))

    for contact in first_contacts(people, seed):
        begin(contact)
    while agenda:
        at, _, running, message = heapq.heappop(agenda)
        if isinstance(message, Work):
            job = _work(message, at, Dice(seed, "work", at, message.team.name))
            heapq.heappush(agenda, (job.end, next(order), running, job))
            continue
        try:
            wish = running.send(message)  # type: ignore[arg-type]
        except StopIteration:
            continue
        if isinstance(wish, Spawn):
            begin(wish.contact)
            heapq.heappush(agenda, (at, next(order), running, None))
        elif isinstance(wish, Work):
            heapq.heappush(agenda, (max(at, wish.ready), next(order), running, wish))
        else:
            heapq.heappush(agenda, (max(at, whole(wish)), next(order), running, None))
    return World(seed, people, teams, _until_end(contacts))


def _work(wish: Work, at: datetime, dice: Dice) -> Job:
    """Give the work to the agent asked for, else to the one who can begin first."""
    agents = (wish.agent,) if wish.agent else wish.team.agents
    agent = min(agents, key=lambda agent: agent.can_start(at))
    delay = timedelta(seconds=int(dice.skewed(*wish.team.delay) * 60))
    start = agent.after(at, delay)
    end = start + timedelta(seconds=int(wish.minutes * 60))
    agent.free_at = end
    return Job(agent, start, end)


def _until_end(contacts: list[Contact]) -> list[Contact]:
    kept = sorted((contact for contact in contacts if contact.opened < END), key=_opening)
    for number, contact in enumerate(kept, 1):
        contact.number = number
        contact.steps = sorted((step for step in contact.steps if step.at < END), key=lambda step: step.at)
    return kept


def _opening(contact: Contact) -> tuple[datetime, int]:
    return contact.opened, contact.customer.number
