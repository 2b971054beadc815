"""What an importer says of one record of its file: its one fate, and the events it holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from journeyminer.vocabulary import Fate, FateReason, IdentityKind


@dataclass(slots=True)
class Event:
    """One thing that happened, in the source's words.

    `case` is the source's own id; the log puts the namespace before it. `timestamp` and `started_at` are aware
    datetimes. `role`, `status`, `channel` may be the source's words: `prepare.labels` makes them the closed sets.
    `id` is the source's own id of the event, if it has one: the same id twice is one event.
    """

    case: str
    activity: str
    timestamp: datetime
    started_at: datetime | None = None
    lifecycle: str | None = None
    role: str | None = None
    channel: str | None = None
    stage: str | None = None
    visibility: str | None = None
    resource: str | None = None
    group: str | None = None
    tier: str | None = None
    status: str | None = None
    synthetic: bool = False
    id: str | None = None
    attributes: dict[str, str] | None = None


@dataclass(slots=True)
class Case:
    """What a record says about its case; a later record of the file overrides field by field."""

    case: str
    opened_at: datetime | None = None
    priority: str | None = None
    product: str | None = None
    topic: str | None = None
    language: str | None = None
    csat: float | None = None
    nps: float | None = None
    ces: float | None = None
    segment: str | None = None
    extras: dict[str, str] | None = None


@dataclass(slots=True)
class Identity:
    """An identifier of the customer behind a case."""

    case: str
    kind: IdentityKind
    value: str


@dataclass(slots=True)
class Record:
    """One record of a file (row, message, audit, XES event) with exactly one fate.

    A record is `deduplicated` by the log, never by an importer: when all its events stood in the log before.
    """

    ref: str
    fate: Fate = "used"
    events: list[Event] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    identities: list[Identity] = field(default_factory=list)
    reason: FateReason | None = None
    column: str = ""
    value: str = ""

    @classmethod
    def rejected(cls, ref: str, reason: FateReason, *, column: str = "", value: str = "") -> Record:
        """A record that should have been used and could not be, with the column and the value at fault."""
        return cls(ref, "rejected", reason=reason, column=column, value=value[:80])

    @classmethod
    def ignored(cls, ref: str, reason: FateReason) -> Record:
        """A record that holds no event by design (a system line, an unchanged snapshot)."""
        return cls(ref, "ignored", reason=reason)
