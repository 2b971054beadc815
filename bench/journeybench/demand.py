"""What customers need and when, where they turn to, and whether they come back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from journeybench.clock import DAY, MINUTE, WEEK, Calendar
from journeybench.contacts import TOPICS, Begun, Channel, Contact, Ended, Need
from journeybench.dice import Dice
from journeybench.plan import RETURN, Plan, System

if TYPE_CHECKING:
    from journeybench.people import Person

TURN_TO: dict[str, tuple[tuple[System, float], ...]] = {
    "en": (("desk", 0.44), ("mailbox", 0.20), ("phone", 0.18), ("legacy", 0.10), ("chat", 0.08)),
    "pt": (("desk", 0.36), ("chat", 0.32), ("phone", 0.12), ("legacy", 0.14), ("whatsapp", 0.06)),
    "es": (("desk", 0.34), ("whatsapp", 0.30), ("mailbox", 0.14), ("phone", 0.22)),
    "hu": (("desk", 0.34), ("phone", 0.36), ("legacy", 0.24), ("mailbox", 0.06)),
}
"""language -> where its customers turn to"""
FORMS: dict[System, tuple[tuple[Channel, float], ...]] = {
    "desk": (("email", 0.7), ("web", 0.3)), "legacy": (("email", 1.0),), "mailbox": (("email", 1.0),),
    "chat": (("chat", 1.0),), "whatsapp": (("whatsapp", 1.0),), "phone": (("voice", 1.0),),
}  # fmt: skip
MOST_CONTACTS = 6
"""of one need: then it is met, whatever the dice say"""
SEVERE_CALLS = 0.35
"""share of severe needs that begin with a call, whatever the language: calls go with leaving and do not cause it"""
CAMPAIGN_FROM, CAMPAIGN_TO, BULK_MOVE = 13 * 60, 16 * 60 + 30, 17 * 60 + 40
"""minutes of the day of the campaign: its customers write, and then one lead moves their cases"""


class Demand:
    """The needs of a world's customers. New contacts are begun by calling `begin`."""

    def __init__(self, plan: Plan, people: list[Person], calendar: Calendar, begin: Callable[[Contact], None]) -> None:
        self.plan, self.people, self.calendar, self._begin = plan, people, calendar, begin
        self.needs: list[Need] = []
        self.end = calendar.at(plan.weeks * 7, 6 * 60)
        """the export: nothing that happens later is in the files"""
        self.start = calendar.at(0, 6 * 60)
        self.bulk_at = calendar.at(plan.bulk_day, BULK_MOVE) if plan.bulk_day is not None else 0
        self._open: set[Contact] = set()

    def first_contacts(self) -> Iterator[Contact]:
        """The contacts that customers begin by themselves."""
        for person in self.people:
            dice = Dice(self.plan.seed, "demand", person.number)
            more = (self.plan.needs - 1) / 3
            born: list[int] = []
            for number in range(1 + sum(dice.chance(more) for _ in range(3))):
                side = bool(number and dice.chance(self.plan.shares.side))
                at = self.waking(born[-1] + dice.between(0.02, 5) * DAY) if side else self._moment(dice)
                born.append(at)
                need = self._need(person, self._topic(at, dice), at, dice, "side" if side else "new")
                severe_call = need.severe and dice.chance(SEVERE_CALLS)
                yield self._contact(need, "phone" if severe_call else dice.weighted(TURN_TO[person.language]), at, dice)
            if self.bulk_at and person.number % 12 == 0:
                at = self.calendar.at(self.plan.bulk_day or 0, dice.between(CAMPAIGN_FROM, CAMPAIGN_TO))
                contact = self._contact(self._need(person, "question", at, dice, "new"), "desk", at, dice)
                contact.campaign = True
                yield contact

    def returns(self, need: Need, solved: int, dice: Dice, *, again: float = 1.0) -> int | None:
        """When the customer comes back because the solution solved nothing; None where it did, and the need ends."""
        if len(need.contacts) < MOST_CONTACTS and dice.chance(self.plan.shares.not_fixed * again):
            return self.waking(solved + dice.of(RETURN))
        self.ends(need, "resolved", solved)
        if dice.chance(self.plan.shares.recurs):
            at = self.waking(solved + dice.between(4, 45) * DAY)
            anew = self._need(need.person, need.topic, at, dice, "recurrence")
            self._begin(self._contact(anew, dice.weighted(TURN_TO[need.person.language]), at, dice))
        return None

    def again(self, before: Contact, at: int, dice: Dice) -> Contact:
        """The same need once more, mostly in another system."""
        systems = TURN_TO[before.person.language]
        others = [(system, share * (0.35 if system == before.system else 1)) for system, share in systems]
        contact = self._contact(before.need, dice.weighted(others), self.waking(at), dice)
        contact.again = before
        return contact

    def ticket(self, before: Contact, at: int) -> Contact:
        """A ticket that a first line opens for a second one, with what it knows of the customer."""
        dice = Dice(self.plan.seed, "ticket", before.need.number, len(before.need.contacts))
        contact = self._contact(before.need, "desk", at, dice)
        contact.channel, contact.again, contact.link = "web", before, "follow_up_of"
        contact.email = before.email or (before.person.emails[0] if dice.chance(0.7) else None)
        contact.phone = before.phone
        return contact

    def ends(self, need: Need, how: Ended, at: int) -> None:
        """The need is met or given up, unless a later contact goes on with it."""
        need.ended, need.ended_at = how, at

    def opened(self, contact: Contact) -> None:
        """A contact is under way."""
        self._open.add(contact)
        if contact.again:
            contact.need.ended = "open"

    def over(self, contact: Contact) -> None:
        """A contact's course is at its end."""
        self._open.discard(contact)

    def is_open(self, contact: Contact) -> bool:
        """Whether somebody still works on the contact or waits in it."""
        return contact in self._open

    def waking(self, at: float) -> int:
        """The moment, or the next one at which people write and call."""
        return self.calendar.waking(int(at))

    def topic_now(self, at: int) -> tuple[tuple[str, float], ...]:
        """The topics by their share in the week of a moment."""
        week = (at - self.start) // WEEK
        factors = {
            change.what: change.factor for change in self.plan.changes if change.kind == "mix" and week >= change.week
        }
        return tuple((topic, share * factors.get(topic, 1)) for topic, share in TOPICS)

    def _topic(self, at: int, dice: Dice) -> str:
        return dice.weighted(self.topic_now(at))

    def _need(self, person: Person, topic: str, at: int, dice: Dice, begun: Begun) -> Need:
        need = Need(len(self.needs) + 1, person, topic, dice.chance(0.2), at, begun)
        self.needs.append(need)
        return need

    def _contact(self, need: Need, system: System, at: int, dice: Dice) -> Contact:
        contact = Contact(need, system, dice.weighted(FORMS[system]), at)
        when = (at - self.start) / (self.end - self.start)
        if system in ("phone", "whatsapp"):
            contact.phone = need.person.number_at(dice, when)
        elif system != "chat" or dice.chance(0.75):
            contact.email = need.person.email(dice)
        if contact.channel == "web" and dice.chance(0.6):
            contact.phone = need.person.number_at(dice, when)
        if system == "whatsapp" and not contact.phone:
            contact.phone = need.person.phone
        return contact

    def _moment(self, dice: Dice) -> int:
        """A moment of the weeks; few customers write at weekends and on holidays, none in the night."""
        while True:
            day = dice.whole(0, self.plan.weeks * 7 - 1)
            if self.calendar.works(day, range(5)) or dice.chance(0.3):
                minute = 8 * 60 + 6 * 60 * (dice.between(0, 1) + dice.between(0, 1))
                return self.calendar.at(day, minute) + dice.whole(0, MINUTE - 1)
