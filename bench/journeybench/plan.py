"""What one world is asked to be: everything that is set before the dice roll. `families` makes plans from seeds."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from journeybench.clock import HOUR, MINUTE
from journeybench.dice import Spread

Cause = Literal["contention", "prioritisation", "off_duty", "batching", "unexplained"]
CAUSES: tuple[Cause, ...] = ("contention", "prioritisation", "off_duty", "batching", "unexplained")
System = Literal["desk", "mailbox", "chat", "whatsapp", "phone", "legacy"]
SYSTEMS: tuple[System, ...] = ("desk", "mailbox", "chat", "whatsapp", "phone", "legacy")
CUSTOMER = "customer"
"""who gives a case to the team that the customer turned to"""

WEEKDAYS, SIX_DAYS, ALL_DAYS = range(5), range(6), range(7)


@dataclass(frozen=True, slots=True)
class Shift:
    """When some agents of a team are on duty: days of the week, minutes of the local day, lunch included."""

    weekdays: range
    begin: int
    end: int


DAYTIME = Shift(WEEKDAYS, 9 * 60, 18 * 60)


@dataclass(frozen=True, slots=True)
class Team:
    """A team and the rule of its queue."""

    name: str
    agents: float
    """for 1,000 customers; a world of more of them has more agents"""
    slots: int
    """how many cases an agent works on at a time"""
    minutes: Spread
    """of work for one task"""
    notice: Spread
    """minutes until somebody looks at a new task although somebody is free"""
    shifts: tuple[Shift, ...] = (DAYTIME,)
    rule: Literal["fifo", "vip", "sla"] = "fifo"
    picks: float = 0.0
    """share of choices in which an agent takes the shortest task instead of the next one (cherry-picking)"""
    sticky: float = 0.0
    """share of returning tasks that wait for the agent who had the case"""


@dataclass(frozen=True, slots=True)
class Place:
    """An injected place: what one team gives to another waits there for one cause, whatever else happens."""

    cause: Cause
    giver: str
    receiver: str
    size: float
    """1 is large; what it means depends on the cause, see `desk` and `injected`"""


@dataclass(frozen=True, slots=True)
class Change:
    """From one week on something is different for good: a rate (how slow a place is) or only the mix of needs."""

    week: int
    kind: Literal["rate", "mix"]
    what: str
    """rate: the team whose work takes longer; mix: the topic that more customers have"""
    factor: float


@dataclass(frozen=True, slots=True)
class Shares:
    """How often things happen, as shares of their occasions (0..1)."""

    alternates: float = 0.25
    """customers with a second address"""
    family_phones: float = 0.12
    switchboards: float = 0.17
    shared_mailboxes: float = 0.10
    recycled: float = 0.02
    vip: float = 0.08
    not_fixed: float = 0.24
    """solutions that solve nothing: the customer comes back"""
    reopens: float = 0.35
    """of those who come back, by writing into the old case where that is possible"""
    recurs: float = 0.10
    """needs that are met and come back weeks later, as another journey"""
    side: float = 0.22
    """customers with several needs whose next one begins while the last is open"""
    asks: float = 0.45
    """work that ends in a question to the customer"""
    vendor: float = 0.35
    """work of second lines that needs the vendor"""
    bounces: float = 0.25
    """work of second lines that ends in giving the case to another one, or back"""
    contained: float = 0.3
    """chats that end with the bot"""
    merged: float = 0.5
    """second contacts about a need that is still open, merged by whoever notices"""
    auto_replies: float = 0.1
    unasked: float = 0.05
    """cases set to pending although nobody asked anything: the clock of the report stops, the customer's does not"""
    rated: float = 0.3
    wrong_team: float = 0.06


@dataclass(frozen=True, slots=True)
class Dirt:
    """How dirty the files are; `dialects.dirt` has the details of each."""

    no_zone: bool = False
    """tables carry local times without a zone"""
    one_timestamp: bool = False
    """tables say when work ended and not when it began"""
    no_assignee: float = 0.0
    """share of rows without the agent"""
    broken: int = 0
    """rows of each table that nobody can read"""
    overlap: bool = False
    """the desk's export comes in two files that share a week"""
    copied: bool = False
    """the calls' table is there twice, as a browser saves a file again"""
    truncated: bool = False
    """the desk's export begins in the third week, with cases that are older"""
    closed_only: bool = False
    """the legacy table has only cases that were solved in the last half"""
    mixed_languages: bool = False
    """each system writes another language's words"""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that makes a world, but for the dice."""

    seed: int
    family: str
    customers: int = 700
    weeks: int = 10
    first: date = date(2026, 1, 5)
    zone: str = "Europe/Lisbon"
    needs: float = 1.9
    """of a customer, on average, over the whole time"""
    teams: tuple[Team, ...] = ()
    places: tuple[Place, ...] = ()
    changes: tuple[Change, ...] = ()
    bulk_day: int | None = None
    """the Friday on which one lead moves a campaign's cases from First line to Back office"""
    batch_days: tuple[int, ...] = (1, 3)
    shares: Shares = field(default_factory=Shares)
    dirt: Dirt = field(default_factory=Dirt)
    dialects: tuple[tuple[System, str], ...] = ()
    """which format each system is exported in"""

    def team(self, name: str) -> Team:
        """The team of a name. Raises StopIteration where there is none."""
        return next(team for team in self.teams if team.name == name)

    def with_team(self, name: str, **changes: object) -> Plan:
        """The plan with another rule for one team."""
        changed = tuple(replace(team, **changes) if team.name == name else team for team in self.teams)  # type: ignore[arg-type]
        return replace(self, teams=changed)


FIRST, CHAT, PHONE, MESSAGES = "First line", "Chat", "Phone", "Messages"
BILLING, TECHNICAL, BACK_OFFICE = "Billing", "Technical", "Back office"
SECOND_LINES = (BILLING, TECHNICAL, BACK_OFFICE)
VENDOR, BOT = "vendor", "bot"

_EARLY, _LATE = Shift(SIX_DAYS, 7 * 60, 14 * 60), Shift(SIX_DAYS, 13 * 60, 20 * 60)
_ALWAYS = tuple(Shift(ALL_DAYS, begin * 60, (begin + 7) * 60) for begin in (6, 15, 11))
TEAMS = (
    Team(FIRST, 4.3, 1, Spread(4, 27, 66, 150), Spread(0, 4, 20, 60), _ALWAYS, "vip", sticky=0.3),
    Team(CHAT, 2.9, 3, Spread(5, 14, 30, 60), Spread(0, 0.5, 2, 6), (_EARLY, _LATE)),
    Team(PHONE, 2.9, 1, Spread(3, 12, 28, 60), Spread(0, 0.1, 0.3, 1), (_EARLY, _LATE), "vip"),
    Team(MESSAGES, 1.5, 2, Spread(3, 10, 25, 60), Spread(0, 3, 15, 60), (DAYTIME,), "sla"),
    Team(BILLING, 2.9, 1, Spread(6, 26, 64, 140), Spread(0, 6, 30, 90), (_EARLY, _LATE), sticky=0.4),
    Team(TECHNICAL, 4.3, 1, Spread(15, 51, 116, 270), Spread(0, 6, 30, 90), (_EARLY, _LATE, _EARLY), sticky=0.4),
    Team(BACK_OFFICE, 1.5, 1, Spread(8, 36, 84, 180), Spread(0, 6, 30, 90), (DAYTIME,), picks=0.3, sticky=0.3),
)

REPLY = Spread(10 * MINUTE, 16 * HOUR, 90 * HOUR, 230 * HOUR)
"""a customer's answer to a question"""
VENDOR_WORK = Spread(4 * HOUR, 50 * HOUR, 130 * HOUR, 280 * HOUR)
RETURN = Spread(2 * HOUR, 60 * HOUR, 260 * HOUR, 620 * HOUR)
"""from a solution that solved nothing to the customer's next word"""
AUTO_CLOSE = 7 * 24 * HOUR
"""after the solution"""
