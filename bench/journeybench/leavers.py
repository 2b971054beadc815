"""Contracts, their renewals, and who leaves then: because of what happened to them, or of what they needed.

Two experiences make customers leave; a severe need does so too, and a severe need also makes them call. Who calls
leaves more often, therefore, and calling has no part in it: a confounder and a decoy.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from journeybench.clock import HOUR, moment
from journeybench.dialects.tables import table_bytes
from journeybench.dice import Dice

if TYPE_CHECKING:
    from journeybench.dialects.book import Book
    from journeybench.world import World

HAZARD = 0.05
EFFECTS = {"returned": 0.22, "waited": 0.14}
"""what we did to a customer: two contacts for one need; a wait of 36 hours in one of our queues"""
CONFOUNDER, BY_SEVERITY = "severe", 0.25
DECOY = "called"
RENEWS = 0.7
"""share of customers whose contract ends within the time"""
LONG_WAIT = 36 * HOUR


@dataclass(frozen=True, slots=True)
class Renewal:
    """One customer at the end of a contract."""

    person: int
    at: int
    left: bool
    exposed: frozenset[str]
    """what had happened until then: keys of EFFECTS, the confounder, the decoy"""


def renewals(world: World) -> list[Renewal]:
    """Everybody whose contract ends before the export, in the order of their numbers."""
    happened: dict[int, list[tuple[int, str]]] = defaultdict(list)
    persons = {contact.number: contact.person.number for contact in world.contacts}
    for wait in world.waits:
        if wait.end - wait.begin >= LONG_WAIT:
            happened[persons[wait.case]].append((wait.begin + LONG_WAIT, "waited"))
    for contact in world.contacts:
        events = happened[contact.person.number]
        events += [(contact.opened, DECOY)] * (contact.system == "phone")
        events += [(contact.opened, CONFOUNDER)] * contact.need.severe
        events += [(contact.opened, "returned")] * bool(contact.again and contact.link != "follow_up_of")
    made = []
    for person in world.people:
        dice = Dice(world.plan.seed, "renewal", person.number)
        if dice.chance(RENEWS):
            at = world.start + int((world.end - world.start) * dice.between(0.3, 1))
            exposed = frozenset(what for when, what in happened[person.number] if when < at)
            hazard = HAZARD + sum(EFFECTS[what] for what in exposed if what in EFFECTS)
            hazard += BY_SEVERITY * (CONFOUNDER in exposed)
            made.append(Renewal(person.number, at, dice.chance(hazard), exposed))
    return made


def risk_ratio(renewed: list[Renewal], what: str) -> float:
    """The raw one: who was exposed leaves so many times as often as who was not."""
    shares = []
    for exposed in (True, False):
        group = [one for one in renewed if (what in one.exposed) == exposed]
        shares.append(sum(one.left for one in group) / max(1, len(group)))
    return shares[0] / shares[1] if shares[1] else 1.0


def write(book: Book) -> None:
    """Write the contracts as a customer system would: one row a customer, by the own address."""
    people = {person.number: person for person in book.world.people}
    rows = []
    for one in renewals(book.world):
        person = people[one.person]
        ends = f"{moment(one.at, book.world.calendar.zone):%Y-%m-%d}"
        rows.append(
            [f"K-{person.number:05d}", person.emails[0], person.phone, ends, "Cancelled" if one.left else "Renewed"]
        )
    header = ["Contract", "Customer email", "Customer phone", "Renewal date", "Renewal"]
    book.files["contracts.csv"] = table_bytes(header, rows, ",", "utf-8")
    book.unclaimed.append("contracts.csv")
