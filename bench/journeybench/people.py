"""Customers and the identifiers that reach the files: own ones, alternates, and those that several people share.

All names are invented. Addresses stand under example.com, example.org and example.net; telephone numbers are from the
ranges that Ofcom keeps free for fiction. Who shares what is fixed by number and not by dice, so that every seed is as
tangled as the plan says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from unicodedata import normalize

from journeybench.clock import HOUR
from journeybench.dice import Dice, Spread
from journeybench.names import NAMES

if TYPE_CHECKING:
    from journeybench.plan import Plan

LANGUAGES = (("en", 0.3), ("pt", 0.25), ("es", 0.25), ("hu", 0.2))
FICTION = (
    "7700 900", "113 496 0", "114 496 0", "115 496 0", "116 496 0", "117 496 0", "118 496 0", "121 496 0", "131 496 0",
    "141 496 0", "151 496 0", "161 496 0", "20 7946 0", "191 498 0", "28 9649 6", "29 2018 0", "1632 960", "808 157 0",
)  # fmt: skip
"""each with a thousand numbers after it"""


@dataclass(frozen=True, slots=True)
class Persona:
    """How a customer behaves. Times in seconds."""

    name: str
    reply: float
    """factor on the time of an answer"""
    silent: float
    """share of our questions that are never answered"""
    chases_after: Spread | None
    """silence of ours after which the customer asks again in the same place"""
    wanders_after: Spread | None
    """silence of ours after which the customer tries another channel"""
    patience: float
    """seconds on hold before hanging up"""


PERSONAS = (
    (Persona("patient", 1.2, 0.08, None, None, 900), 0.40),
    (Persona("chaser", 0.5, 0.03, Spread(6 * HOUR, 22 * HOUR, 50 * HOUR, 90 * HOUR), None, 420), 0.27),
    (Persona("wanderer", 0.9, 0.08, None, Spread(4 * HOUR, 30 * HOUR, 70 * HOUR, 120 * HOUR), 240), 0.20),
    (Persona("ghost", 2.2, 0.40, None, None, 150), 0.13),
)


@dataclass(eq=False, slots=True)
class Person:
    """One customer. Emails: the own address first, then alternates, then a mailbox shared with others."""

    number: int
    name: str
    language: str
    persona: Persona
    vip: bool
    emails: list[str]
    phone: str
    shared_email: str | None = None
    shared_phone: str | None = None
    account: str | None = None
    """the organisation, where one is known"""
    changes_phone: float = 1.0
    """share of the time after which the number belongs to somebody else (1: never)"""
    gets_phone: float = 0.0
    """share of the time before which it did (0: never)"""
    contacts: list[int] = field(default_factory=list)

    def email(self, dice: Dice) -> str:
        """The address that this mail or form comes from."""
        if self.shared_email and dice.chance(0.55):
            return self.shared_email
        return self.emails[0] if len(self.emails) == 1 or dice.chance(0.6) else dice.pick(self.emails[1:])

    def number_at(self, dice: Dice, when: float) -> str | None:
        """The number that a call or message at this share of the time shows; None where it is withheld."""
        if dice.chance(0.04) or not self.gets_phone <= when < self.changes_phone:
            return None
        return self.shared_phone if self.shared_phone and dice.chance(0.7) else self.phone


def people(plan: Plan) -> list[Person]:
    """The customers, numbered from 1."""
    made = [_person(plan, number) for number in range(1, plan.customers + 1)]
    order = _shuffled(made, Dice(plan.seed, "shares"))
    shares, n = plan.shares, len(made)
    taken = 0

    def next_of(share: float, sizes: tuple[int, ...]) -> list[list[Person]]:
        """The next people of the order in groups of these sizes, as many as make the share."""
        nonlocal taken
        groups, wanted, turn = [], round(share * n), 0
        while wanted > 1 and taken + 1 < n:
            group = order[taken : taken + min(sizes[turn % len(sizes)], wanted)]
            groups.append(group)
            taken, wanted, turn = taken + len(group), wanted - len(group), turn + 1
        return groups

    for group in next_of(shares.family_phones, (2, 3, 4)):
        for person in group:
            person.shared_phone = group[0].phone
    for number, group in enumerate(next_of(shares.switchboards, (6, 9, 12)), 1):
        for person in group:
            person.shared_phone, person.account = _phone(n + number), f"Firm {number}"
    for number, group in enumerate(next_of(shares.shared_mailboxes, (3, 5, 8)), 1):
        for person in group:
            person.shared_email = f"{('info', 'office', 'admin')[number % 3]}@house{number}.example.net"
            person.account = f"House {number}"
    for group in next_of(shares.recycled, (2,)):
        if len(group) == 2:
            group[1].phone = group[0].phone
            group[0].changes_phone, group[1].gets_phone = 0.45, 0.55
    return made


def _person(plan: Plan, number: int) -> Person:
    dice = Dice(plan.seed, "person", number)
    language = dice.weighted(LANGUAGES)
    first, last = dice.pick(NAMES[language][0]), dice.pick(NAMES[language][1])
    own = f"{plain(first)}.{plain(last)}{number}@example.com"
    other = f"{plain(last)}{plain(first)[0]}{number * 7}@example.org"
    return Person(
        number=number,
        name=f"{last} {first}" if language == "hu" else f"{first} {last}",
        language=language,
        persona=dice.weighted(PERSONAS),
        vip=dice.chance(plan.shares.vip),
        emails=[own, other] if dice.chance(plan.shares.alternates) else [own],
        phone=_phone(number),
    )


def plain(text: str) -> str:
    """The text in lower-case letters without accents or spaces."""
    return normalize("NFKD", text).encode("ascii", "ignore").decode().lower().replace(" ", "")


def _phone(number: int) -> str:
    """The number-th telephone number, e.g. "+44 7700 900123".

    Raises:
        IndexError: there are no more numbers kept for fiction.
    """
    return f"+44 {FICTION[number // 1000]}{number % 1000:03d}"


def _shuffled(items: list[Person], dice: Dice) -> list[Person]:
    return [item for _, _, item in sorted((dice.between(0, 1), item.number, item) for item in items)]
