"""What a contact is: its steps, and what its course may ask of the operation."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from demo.people import Agent, Customer, Team

START = datetime(2026, 1, 5)
END = datetime(2026, 3, 16)
"""the day of the export: what happens later is not in the files"""
TRIAGE_DAYS = (1, 3)
TRIAGE_HOUR = 10
"""Technical looks at what Billing escalates on Tuesdays and Thursdays at ten, and at no other time"""
CAMPAIGN_DAY = datetime(2026, 2, 6)
BULK_MOVE = datetime(2026, 2, 6, 17, 40)
"""the Friday on which a mailing with a wrong price made customers write, and one lead moved them all to Billing"""
AUTO_CLOSE = timedelta(days=7)

LEAD = Agent("Sefton Amory", "L1", range(5), (8, 17))
BOT, AUTOMATION = "bot", "automation"


@dataclass(frozen=True, slots=True)
class Step:
    """One moment at which one actor says something or changes the contact."""

    at: datetime
    kind: str
    by: Customer | Agent | str
    text: str = ""
    """key of the phrase that is said, see phrases.py"""
    status: str | None = None
    team: str | None = None
    agent: Agent | None = None
    minutes: float | None = None
    """how long an agent worked for it"""


@dataclass(eq=False, slots=True)
class Contact:
    """One ticket, chat, call, WhatsApp session or mail thread."""

    customer: Customer
    system: str
    topic: str
    opened: datetime
    again: Contact | None = None
    """the contact whose need this one is about once more"""
    number: int = 0
    steps: list[Step] = field(default_factory=list)
    owner: Agent | None = None
    rating: int | None = None
    escalations: list[tuple[datetime, datetime]] = field(default_factory=list)
    """when Billing handed over to Technical, and when Technical took it"""
    in_bulk_move: bool = False

    def add(self, at: datetime, kind: str, by: Customer | Agent | str, **changes: object) -> None:
        """Write one step; steps may be written out of order."""
        self.steps.append(Step(whole(at), kind, by, **changes))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Work:
    """A wish for some minutes of a team's time: of `agent` if given, not before `ready`."""

    team: Team
    minutes: float
    agent: Agent | None = None
    ready: datetime = datetime.min


@dataclass(frozen=True, slots=True)
class Spawn:
    """A contact that another one causes."""

    contact: Contact


@dataclass(frozen=True, slots=True)
class Job:
    """Work as it was done."""

    agent: Agent
    start: datetime
    end: datetime


Process = Generator[Work | Spawn | datetime, Job, None]
"""the course of a contact: a moment it yields is one to wait for"""


def whole(at: datetime) -> datetime:
    """The moment without its fraction of a second, which no export keeps."""
    return at.replace(microsecond=0)
