"""What an export says of the world: the files, and which record of which file tells of which steps."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from journeybench.dice import Dice
from journeybench.words import said

if TYPE_CHECKING:
    from journeybench.contacts import Contact, Step
    from journeybench.people import Person
    from journeybench.plan import Dirt, System
    from journeybench.world import World

OURS = "support.example.com"
"""our own domain"""


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a file: what a reader calls it, and the steps of the contact that it tells of."""

    file: str
    ref: str
    """kind and value, such as "row 12" or "audit 810105\""""
    at: int
    """the moment that it bears"""
    case: int
    steps: tuple[int, ...]
    """places in the contact's steps; the first is the one that the record is about"""


@dataclass(slots=True)
class Shown:
    """What a system's format can show at all, of the clocks."""

    starts: bool = True
    """when work began: by a column, or by the assignment being a record of its own"""
    teams: bool = True
    ids: bool = True
    """whether a case has a number, or is only talk"""
    hidden: frozenset[str] = frozenset()
    """what it cannot show of the key figures: answers, ratings"""


@dataclass(slots=True)
class Book:
    """The export of a world while it is written."""

    world: World
    files: dict[str, bytes] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    planted: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """file -> fate (rejected, deduplicated) -> records that were made to meet it"""
    unclaimed: list[str] = field(default_factory=list)
    """files that are no export"""
    identifiers: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    """contact -> what the files say of whose it is, as they write it"""
    personal: set[str] = field(default_factory=set)
    """strings that must reach no output: names, addresses, numbers, and what was written"""
    zones: dict[str, str] = field(default_factory=dict)
    """file -> zone of its local times, which an analyst knows"""
    config: str = ""
    """what an analyst would write into journeyminer.toml: which zone local times are in, and who we are"""
    shown: dict[System, Shown] = field(default_factory=dict)

    @property
    def dirt(self) -> Dirt:
        """How dirty the files are asked to be."""
        return self.world.plan.dirt

    def contacts(self, system: System) -> list[Contact]:
        """The contacts of a system, in the order of their opening."""
        return [contact for contact in self.world.contacts if contact.system == system]

    def steps(self, contact: Contact) -> Iterator[tuple[int, Step]]:
        """The steps that the files can know, each with its place in the contact."""
        return enumerate(self.world.steps(contact))

    def note(self, file: str, ref: str, contact: Contact, at: int, *steps: int) -> None:
        """A record of a file tells of these steps."""
        self.records.append(Record(file, ref, at, contact.number, steps))

    def knows(self, contact: Contact, *values: str | None) -> None:
        """The files say these identifiers of whose contact it is."""
        told = {value for value in values if value}
        self.identifiers[contact.number] |= told
        self.personal |= told

    def said(self, contact: Contact, step: Step, language: str = "") -> str:
        """What is said in a step, signed by customers who begin."""
        text = said(language or contact.person.language, step.text, contact.number)
        if step.role == "customer":
            self.personal.add(text)
            if step.kind == "opened":
                text += f" {contact.person.name}"
        return text

    def name(self, person: Person) -> str:
        """The customer's name, which is personal."""
        self.personal.add(person.name)
        return person.name

    def dice(self, *name: object) -> Dice:
        """Chance for the dirt of one file."""
        return Dice(self.world.plan.seed, "export", *name)
