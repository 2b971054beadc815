"""A need, the contacts that it makes, and the steps of a contact: what happened, and whose clock ran."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from journeybench.dice import Spread

if TYPE_CHECKING:
    from journeybench.people import Person
    from journeybench.plan import System

Turn = Literal["us_work", "us_queue", "bot", "customer", "vendor", "after_resolution"]
Role = Literal["customer", "agent", "bot", "system", "vendor"]
Channel = Literal["email", "web", "chat", "whatsapp", "voice"]
Begun = Literal["first", "new", "recurrence", "side"]
Ended = Literal["resolved", "abandoned", "open"]
STATUSES = ("new", "open", "pending", "on_hold", "solved", "closed")


@dataclass(eq=False, slots=True)
class Need:
    """One thing that a customer needs: one journey, from its first word until it is met or given up."""

    number: int
    person: Person
    topic: str
    severe: bool
    born: int
    begun: Begun = "new"
    ended: Ended = "open"
    ended_at: int = 0
    contacts: list[Contact] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Step:
    """One moment at which one actor says something or changes the contact."""

    at: int
    kind: str
    role: Role
    by: str
    """the agent's name, or what acts; empty for the customer"""
    text: str = ""
    """key of the phrase that is said, see `words`"""
    public: bool = True
    """whether the customer sees it"""
    status: str | None = None
    team: str | None = None
    """who owns the contact from now on, where that changes"""
    agent: str | None = None
    """who has it from now on, where that changes"""
    started: int | None = None
    """when the work that this step ends began"""

    @property
    def replies(self) -> bool:
        """Whether it tells the customer something in reply: who opens a ticket for a customer has not replied yet."""
        return self.role == "agent" and self.public and self.kind != "opened"


@dataclass(eq=False, slots=True)
class Contact:
    """One ticket, chat, call, WhatsApp session or mail thread."""

    need: Need
    system: System
    channel: Channel
    opened: int
    email: str | None = None
    phone: str | None = None
    again: Contact | None = None
    """the contact whose need this one is about once more"""
    link: Literal["", "merged_into", "follow_up_of"] = ""
    """how the source itself ties it to `again`, where it does"""
    campaign: bool = False
    number: int = 0
    steps: list[Step] = field(default_factory=list)
    turns: list[tuple[int, Turn, str]] = field(default_factory=list)
    """from when on whose turn it is, and in which team's queue or hands; written as it happens"""
    owner: object = None
    """the agent who has it"""
    team: str = ""
    rating: int | None = None
    """1 (bad) to 5"""

    @property
    def person(self) -> Person:
        """Whose it is."""
        return self.need.person

    def turn(self, at: int, turn: Turn, team: str = "") -> None:
        """From this moment on it is somebody's turn."""
        self.turns.append((at, turn, team))


@dataclass(slots=True)
class Work:
    """A wish of a contact's course: some work of a team, given by a team or the customer."""

    team: str
    giver: str
    factor: float = 1.0
    """on the minutes of the team's work"""
    owner: object = None
    not_before: int = 0
    """nobody looks at it before: the agent put it aside"""
    patience: float | None = None
    """seconds after which the customer gives up"""


@dataclass(slots=True)
class Until:
    """A wish to go on at a moment."""

    at: int


@dataclass(slots=True)
class Begin:
    """A contact that this one causes."""

    contact: Contact


@dataclass(frozen=True, slots=True)
class Job:
    """Work as it was done."""

    agent: str
    team: str
    who: object
    start: int
    end: int


Wish = Work | Until | Begin
Course = Generator[Wish, Job | None, None]
Part = Generator[Wish, Job | None, Job | None]

ROUTES: dict[str, tuple[str, ...]] = {
    "question": (),
    "invoice": ("Billing",),
    "dispute": ("Billing", "Technical"),
    "outage": ("Technical",),
    "contract": ("Back office",),
}
"""topic -> the second lines that it needs after the first"""
TOPICS = (("question", 0.36), ("invoice", 0.2), ("dispute", 0.14), ("outage", 0.18), ("contract", 0.12))
ACTS_AGAIN = Spread(3600, 26 * 3600, 70 * 3600, 120 * 3600)
"""until an agent takes up again what was put aside without asking anybody"""
