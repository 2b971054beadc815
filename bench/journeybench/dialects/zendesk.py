"""Zendesk as its API answers: tickets (one object a line), audits, users, groups."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from journeybench.clock import WEEK
from journeybench.dialects.book import OURS, Book, Shown
from journeybench.people import plain
from journeybench.words import subject
from journeybench.world import LEAD

if TYPE_CHECKING:
    from journeybench.contacts import Contact, Step

SYSTEM_USER = -1
STATUS = {"on_hold": "hold"}
WEB = {"channel": "web", "source": {"from": {}, "to": {}, "rel": None}}
RULE = {"channel": "rule", "source": {"from": {}, "to": {}, "rel": "automation"}}
Object = dict[str, Any]


def write(book: Book) -> None:
    """Write the desk as Zendesk answers; with overlapping windows the audits come in two files."""
    _Account(book).write()
    book.shown["desk"] = Shown(starts=False)


class _Account:
    """The ids of one account."""

    def __init__(self, book: Book) -> None:
        self.book, world = book, book.world
        self.contacts = book.contacts("desk")
        self.tickets = {contact.number: 5_000 + number for number, contact in enumerate(self.contacts, 1)}
        self.groups = {team.name: 70 + number for number, team in enumerate(world.plan.teams, 1)}
        names = [agent.name for team in world.agents.values() for agent in team] + [LEAD]
        self.agents = {name: 300 + number for number, name in enumerate(names, 1)}
        self.phones: dict[str, str] = {}
        for contact in self.contacts:  # one profile an address: the number that its owner gave last
            if contact.email and contact.phone and contact.email != contact.person.shared_email:
                self.phones[contact.email] = contact.phone
        self.users = {
            key: 10_000 + number for number, key in enumerate(dict.fromkeys(map(self._key, self.contacts)), 1)
        }

    def write(self) -> None:
        """Write the files."""
        book = self.book
        for contact in self.contacts:
            phone = self.phones.get(contact.email or "", contact.phone if not contact.email else None)
            book.knows(contact, contact.email, phone)
        audits = [made for contact in self.contacts for made in self._audits(contact)]
        audits.sort(key=lambda made: (made[0]["created_at"], made[0]["ticket_id"]))
        for number, (audit, _, _) in enumerate(audits, 1):
            audit["id"] = 810_000 + number
            for place, event in enumerate(audit["events"], 1):
                event["id"] = audit["id"] * 10 + place
        since = book.world.start + 2 * WEEK if book.dirt.truncated else 0
        audits = [made for made in audits if _unix(made[0]["created_at"]) >= since]
        middle = (book.world.start + book.world.end) // 2
        parts = {"ticket_audits.json": audits}
        if book.dirt.overlap:
            parts = {
                "ticket_audits_1.json": [made for made in audits if _unix(made[0]["created_at"]) < middle + WEEK // 2],
                "ticket_audits_2.json": [made for made in audits if _unix(made[0]["created_at"]) >= middle - WEEK // 2],
            }
        seen: set[int] = set()
        for name, part in parts.items():
            file = f"zendesk/{name}"
            book.files[file] = _page("audits", [audit for audit, _, _ in part])
            for audit, contact, step in part:
                if audit["id"] in seen:
                    book.planted[file]["deduplicated"] += 1
                else:
                    book.note(file, f"audit {audit['id']}", contact, _unix(audit["created_at"]), step)
                seen.add(audit["id"])
        told = {contact.number for _, contact, _ in audits}
        tickets = [
            _json({"ticket": self._ticket(contact)}) + "\n" for contact in self.contacts if contact.number in told
        ]
        book.files["zendesk/tickets.ndjson"] = "".join(tickets).encode()
        book.files["zendesk/users.json"] = _page("users", list(self._users()))
        groups = [{"id": number, "name": name} for name, number in self.groups.items()]
        book.files["zendesk/groups.json"] = _page("groups", groups)

    @staticmethod
    def _key(contact: Contact) -> str:
        """What makes a user of this desk: an address, else a person without one."""
        return contact.email or f"person {contact.person.number}"

    def _users(self) -> Iterator[Object]:
        for name, number in self.agents.items():
            yield {"id": number, "name": name, "email": f"{plain(name)}@{OURS}", "role": "agent", "locale": "en-GB"}
        for key, contact in {self._key(contact): contact for contact in self.contacts}.items():
            email = key if "@" in key else None
            name = email if email == contact.person.shared_email and email else self.book.name(contact.person)
            phone = self.phones.get(key, None if email else contact.phone)
            locale = contact.person.language
            yield {
                "id": self.users[key],
                "name": name,
                "email": email,
                "phone": phone,
                "role": "end-user",
                "locale": locale,
            }

    def _ticket(self, contact: Contact) -> Object:
        """The ticket as it stands at the export."""
        steps = self.book.world.steps(contact)
        state = [next((value for value in values if value), None) for values in (
            [step.status for step in reversed(steps)], [step.team for step in reversed(steps)],
            [step.agent for step in reversed(steps)],
        )]  # fmt: skip
        rated = any(step.kind == "rated" for step in steps)
        user = self.users[self._key(contact)]
        return {
            "id": self.tickets[contact.number],
            "subject": subject(contact.person.language, contact.need.topic, contact.need.number),
            "status": STATUS.get(state[0] or "", state[0]),
            "priority": "high" if contact.need.severe else "normal",
            "type": "incident" if contact.need.topic == "outage" else "question",
            "created_at": _stamp(contact.opened),
            "updated_at": _stamp(steps[-1].at),
            "requester_id": user,
            "submitter_id": user,
            "assignee_id": self.agents.get(state[2] or ""),
            "group_id": self.groups.get(state[1] or ""),
            "via": self._via(contact, opening=True),
            "tags": [contact.need.topic],
            "satisfaction_rating": {"score": _score(contact) if rated else "unoffered"},
        }

    def _audits(self, contact: Contact) -> Iterator[tuple[Object, Contact, int]]:
        """One audit a step: what is said, then what changes; the creation tells its properties first."""
        state: dict[str, str | None] = {"status": None, "group_id": None, "assignee_id": None}
        for place, step in self.book.steps(contact):
            user = self.users[self._key(contact)]
            author = user if step.role == "customer" else self.agents.get(step.by, SYSTEM_USER)
            comment = [self._comment(contact, step, author)] if step.text else []
            changes = list(self._changes(step, state))
            events = changes + comment if step.kind == "opened" else comment + changes
            if step.kind == "rated":
                events.append(
                    {"type": "SatisfactionRating", "score": _score(contact), "assignee_id": state["assignee_id"]}
                )
            via = RULE if author == SYSTEM_USER else self._via(contact, opening=step.kind == "opened")
            if step.role == "agent" and step.kind != "opened":
                via = WEB
            audit = {"id": 0, "ticket_id": self.tickets[contact.number], "created_at": _stamp(step.at),
                     "author_id": author, "via": via, "events": events}  # fmt: skip
            yield audit, contact, place

    def _changes(self, step: Step, state: dict[str, str | None]) -> Iterator[Object]:
        """The changed fields of a step; `state` follows. A ticket that leaves a group loses its assignee."""
        wanted: dict[str, str | None] = {}
        team = str(self.groups[step.team]) if step.team else state["group_id"]
        if step.agent or team != state["group_id"]:
            wanted["assignee_id"] = str(self.agents[step.agent]) if step.agent else None
        wanted["group_id"] = team
        if step.status:
            wanted["status"] = STATUS.get(step.status, step.status)
        for name, value in wanted.items():
            if value == state[name]:
                continue
            kind = "Create" if step.kind == "opened" else "Change"
            before = {} if kind == "Create" else {"previous_value": state[name]}
            yield {"id": 0, "type": kind, "field_name": name, **before, "value": value}
            state[name] = value

    def _comment(self, contact: Contact, step: Step, author: int) -> Object:
        body = self.book.said(contact, step)
        return {"id": 0, "type": "Comment", "public": step.public, "author_id": author, "body": body}

    def _via(self, contact: Contact, *, opening: bool) -> Object:
        """How a customer's step came; the first one of a follow-up or merged ticket names the other one."""
        before = self.tickets.get(contact.again.number) if contact.again and opening else None
        if contact.link == "follow_up_of" and before:
            return {"channel": contact.channel, "source": {"from": {"ticket_id": before}, "to": {}, "rel": "follow_up"}}
        return {"channel": contact.channel, "source": {"from": {}, "to": {}, "rel": None}}


def _score(contact: Contact) -> str:
    return "good" if (contact.rating or 0) > 3 else "bad"


def _stamp(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _unix(stamp: str) -> int:
    return int(datetime.fromisoformat(stamp).timestamp())


def _page(key: str, rows: list[Object]) -> bytes:
    """A page as the API answers it, one object a line so that a human can read it."""
    listed = ",\n".join(_json(row) for row in rows)
    return f'{{"{key}":[\n{listed}\n],"next_page":null,"previous_page":null,"count":{len(rows)}}}\n'.encode()


def _json(row: Object) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))
