"""What all Zendesk files of one account say together: people, groups, and how every ticket's fields changed.

Audits may stand in other files than their tickets, pages may overlap and come in any order. So the state of a ticket
after an event is looked up in its whole history, not carried from record to record.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from journeyminer.log.record import Record

if TYPE_CHECKING:
    from journeyminer.clock import ZoneRule
    from journeyminer.importers.zendesk.documents import Item
    from journeyminer.vocabulary import FateReason

FIELDS = ("status", "group_id", "assignee_id", "requester_id", "priority", "type")
STAFF = ("agent", "admin")
FOLLOW_UP = ("follow_up", "followup")
NOBODY = "-1"
"""the author of what triggers and automations do"""

Moment = tuple[datetime, int, int]
"""a place in a ticket's history: time, audit, position in the audit (-1 for its creation)"""


class User(NamedTuple):
    """A person of the account."""

    name: str | None
    role: str | None
    email: str | None
    phone: str | None
    external_id: str | None
    locale: str | None


class Change(NamedTuple):
    """One field of a ticket got a value."""

    at: Moment
    value: str | None
    previous: str | None


@dataclass(slots=True)
class Account:
    """The reference data and histories of one account."""

    users: dict[str, User] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    changes: dict[tuple[str, str], list[Change]] = field(default_factory=lambda: defaultdict(list))
    """(ticket, field) -> its changes; the field `score` holds the answers to satisfaction surveys"""
    snapshots: dict[str, tuple[str, dict[str, str | None]]] = field(default_factory=dict)
    """ticket -> when it was exported last, and its fields then"""
    audited: set[str] = field(default_factory=set)
    """tickets with audits"""
    rated: set[str] = field(default_factory=set)
    """tickets whose audits hold the rating"""
    followed: dict[str, str] = field(default_factory=dict)
    """follow-up ticket -> the closed ticket before it, as audits say"""
    opened_by: dict[str, tuple[Moment, str]] = field(default_factory=dict)
    """ticket -> the author of its first audit"""
    staff: set[str] = field(default_factory=set)
    """ids of people who were assigned a ticket"""

    def absorb(self, other: Account) -> None:
        """Take in what another file of the account says."""
        self.users |= other.users
        self.groups |= other.groups
        for key, changes in other.changes.items():
            self.changes[key] += changes
        for ticket, snapshot in other.snapshots.items():
            self.snapshots[ticket] = max(self.snapshots.get(ticket, snapshot), snapshot, key=lambda said: said[0])
        self.audited |= other.audited
        self.rated |= other.rated
        self.followed |= other.followed
        for ticket, opened in other.opened_by.items():
            self.opened_by[ticket] = min(self.opened_by.get(ticket, opened), opened)
        self.staff |= other.staff

    def sort(self) -> None:
        """Put every history in order; needed once before `value`."""
        for changes in self.changes.values():
            changes.sort(key=lambda change: change.at)

    def value(self, ticket: str, field_name: str, at: Moment | None = None) -> str | None:
        """The value of a ticket's field after a moment of its history, or at its end.

        Before the first known change: what that change says was there before. Without any change: what the ticket
        itself says, for then it never changed.
        """
        changes = self.changes.get((ticket, field_name))
        if not changes:
            return self.snapshots[ticket][1].get(field_name) if ticket in self.snapshots else None
        if at is None:
            return changes[-1].value
        before = bisect_right(changes, at, key=lambda change: change.at)
        return changes[before - 1].value if before else changes[0].previous

    def requester(self, ticket: str, at: Moment | None = None) -> str | None:
        """The customer of a ticket: its requester, else whoever opened it, if that is no agent."""
        known = self.value(ticket, "requester_id", at)
        if known or ticket not in self.opened_by:
            return known
        author = self.opened_by[ticket][1]
        return None if author == NOBODY or self.is_staff(author) else author

    def is_staff(self, user: str) -> bool:
        """Whether a person works for us, as far as the files tell."""
        known = self.users.get(user)
        return known.role in STAFF if known and known.role else user in self.staff

    def agent(self, user: str | None) -> str | None:
        """The name of an agent; never that of a customer."""
        if not user:
            return None
        known = self.users.get(user)
        return known.name if known and known.name and self.is_staff(user) else f"agent {user}"

    def group(self, group: str | None) -> str | None:
        """The name of a group."""
        return (self.groups.get(group) or f"group {group}") if group else None


def learn(records: Iterable[Item], zone: ZoneRule) -> Account:
    """What one file says."""
    account = Account()
    for _, kind, value in records:
        if not isinstance(value, dict):
            continue
        id_ = text(value.get("id"))
        if kind == "user" and id_:
            account.users[id_] = User(*(text(value.get(key)) for key in User._fields))
        elif kind == "group" and id_:
            account.groups[id_] = text(value.get("name")) or ""
        elif kind == "ticket" and id_:
            _learn_ticket(account, id_, value)
        elif kind in ("audit", "ticket event"):
            _learn_audit(account, as_audit(value), zone)
    return account


def _learn_ticket(account: Account, ticket: str, value: dict[str, Any]) -> None:
    fields = {name: reference(value, name) for name in FIELDS}
    exported = text(value.get("generated_timestamp")) or ""
    at = (text(value.get("updated_at")) or "") + exported
    if ticket not in account.snapshots or account.snapshots[ticket][0] <= at:
        account.snapshots[ticket] = (at, fields)
    for key in ("requester", "assignee", "submitter"):
        person = value.get(key)
        if isinstance(person, dict) and (id_ := text(person.get("id"))) and id_ not in account.users:
            account.users[id_] = User(*(text(person.get(name)) for name in User._fields))
    if fields["assignee_id"]:
        account.staff.add(fields["assignee_id"])


def _learn_audit(account: Account, audit: dict[str, Any], zone: ZoneRule) -> None:
    ticket, at = text(audit.get("ticket_id")), moment(audit.get("created_at"), zone)
    if not ticket or not at:
        return
    number = audit_number(audit)
    account.audited.add(ticket)
    author = text(audit.get("author_id"))
    if author:
        opened = ((at, number, 0), author)
        account.opened_by[ticket] = min(account.opened_by.get(ticket, opened), opened)
    if relation(audit.get("via")) in FOLLOW_UP and (before := origin(audit.get("via"))):
        account.followed[ticket] = before
    for place, event in audit_events(audit):
        name, value = text(event.get("field_name")) or "", text(event.get("value"))
        where = (at, number, -1 if kind_word(event) == "create" else place)
        score = value if name == "satisfaction_score" else text(event.get("score"))
        if score:
            account.rated.add(ticket)
            if csat(score) is not None:
                account.changes[ticket, "score"].append(Change(where, score, None))
        if name in FIELDS and kind_word(event) in ("create", "change"):
            account.changes[ticket, name].append(Change(where, value, text(event.get("previous_value"))))
            if name == "assignee_id" and value:
                account.staff.add(value)


def as_audit(value: dict[str, Any]) -> dict[str, Any]:
    """A ticket event of the incremental export in the shape of an audit; an audit as it is.

    There the changed field is itself a key of the child, and one Create child may hold many.
    """
    if "child_events" not in value:
        return value
    children = value["child_events"] if isinstance(value["child_events"], list) else []
    events = [event for child in children if isinstance(child, dict) for event in _split(child)]
    stamp = value.get("timestamp")
    created = value.get("created_at") or (
        datetime.fromtimestamp(stamp, UTC).isoformat()
        if isinstance(stamp, int) and not isinstance(stamp, bool) and 0 <= stamp < 1 << 35
        else None
    )
    about = {key: value.get(key) for key in ("id", "ticket_id", "via")}
    return {**about, "created_at": created, "author_id": value.get("updater_id"), "events": events}


_CHILD_KEYS = {
    "id", "via", "via_reference_id", "event_type", "previous_value", "type", "public", "author_id", "body", "html_body",
    "plain_body", "audit_id", "attachments", "metadata", "data", "score", "comment_present", "comment_public",
}  # fmt: skip


def _split(child: dict[str, Any]) -> Iterator[dict[str, Any]]:
    event = {**child, "type": child.get("event_type"), "public": child.get("public", child.get("comment_public"))}
    named = [key for key in child if key not in _CHILD_KEYS]
    if kind_word(event) not in ("create", "change") or not named:
        yield event
        return
    for key in named:
        yield {**event, "field_name": key, "value": child[key]}


def audit_events(audit: Mapping[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    """The events of an audit with their place in it."""
    events = audit.get("events")
    if isinstance(events, list):
        yield from ((place, event) for place, event in enumerate(events) if isinstance(event, dict))


def audit_number(audit: Mapping[str, Any]) -> int:
    """The audit's id as a number: audits of one second are ordered by it."""
    id_ = text(audit.get("id")) or ""
    return int(id_) if id_.isascii() and id_.isdigit() and len(id_) < 20 else 0


def origin(via: object) -> str | None:
    """The ticket that a follow-up or merge comes from, as `via` says."""
    source = via.get("source") if isinstance(via, dict) else None
    before = source.get("from") if isinstance(source, dict) else None
    return text(before.get("ticket_id")) if isinstance(before, dict) else None


def relation(via: object) -> str:
    """The `rel` of a `via`: trigger, automation, follow_up, merge ...; "" where it says none."""
    source = via.get("source") if isinstance(via, dict) else None
    return (text(source.get("rel")) or "").lower() if isinstance(source, dict) else ""


def csat(score: object) -> float | None:
    """1 for good, 0 for bad (with or without a comment); an offered or unoffered rating is no answer."""
    word = (text(score) or "").lower()
    return 1.0 if word.startswith("good") else 0.0 if word.startswith("bad") else None


def kind_word(event: Mapping[str, Any]) -> str:
    """The event's type, whichever way it is spelt (`SatisfactionRating`, `Satisfaction rating`)."""
    return _letters(text(event.get("type")) or "")


@lru_cache(maxsize=256)
def _letters(said: str) -> str:
    return re.sub(r"[^a-z]", "", said.lower())


def reference(value: Mapping[str, Any], name: str) -> str | None:
    """A field of a ticket; where exports expand `requester_id` to an object `requester`, its id."""
    said = value.get(name)
    expanded = value.get(name.removesuffix("_id"))
    if said is None and name.endswith("_id") and isinstance(expanded, dict):
        said = expanded.get("id")
    return text(said)


def text(value: object) -> str | None:
    """A scalar as text (`7` and `"7"` are the same id); null, empty, lists and objects are None."""
    if isinstance(value, str):
        return (value if value.isascii() else value.encode("utf-8", "replace").decode()).strip() or None
    if value is None or isinstance(value, list | dict):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # ids that went through a table with gaps: 12.0
    return str(value)


def moment(value: object, zone: ZoneRule) -> datetime | None:
    """A time of the API, aware; None where it is none."""
    if not isinstance(value, str):
        return None
    try:
        return zone.aware(datetime.fromisoformat(value.strip().replace(" UTC", "Z")))
    except ValueError:
        return None


def untimed(place: str, value: Mapping[str, Any], field: str = "created_at") -> Record:
    """The record of an object whose time is missing or cannot be read."""
    stamp = text(value.get(field))
    reason: FateReason = "unreadable_timestamp" if stamp else "no_timestamp"
    return Record.rejected(place, reason, column=field, value=stamp or "")
