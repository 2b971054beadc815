"""The tickets as Zendesk exports them: tickets (one JSON object a line), ticket audits, users and groups."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from demo.contacts import LEAD, Contact, Step
from demo.people import Agent, Customer, plain
from journeybench.words import said, subject

if TYPE_CHECKING:
    from demo.world import World

SYSTEM_USER = -1
SPOKEN = {"asked", "reminded", "answered", "chased", "reopened", "solved", "opened"}
"""steps whose text the customer sees; the others are notes between colleagues"""
STATUS_WORDS = {"on_hold": "hold"}
LOCALES = {"en": "en-GB", "pt": "pt", "es": "es", "hu": "hu"}
Rows = list[dict[str, Any]]


def render(world: World) -> dict[str, str]:
    """File name -> content."""
    tickets = [contact for contact in world.contacts if contact.system == "zendesk"]
    ids = _ids(world)
    numbers = {id(contact): 5_000 + number for number, contact in enumerate(tickets, 1)}
    audits = [audit for contact in tickets for audit in _audits(contact, numbers[id(contact)], ids)]
    audits.sort(key=lambda audit: (audit["created_at"], audit["ticket_id"]))
    for number, audit in enumerate(audits, 1):
        audit["id"] = 810_000 + number
        for place, event in enumerate(audit["events"], 1):
            event["id"] = audit["id"] * 10 + place
    lines = [{"ticket": _ticket(contact, numbers[id(contact)], ids)} for contact in tickets]
    return {
        "zendesk/tickets.ndjson": "".join(_json(line) + "\n" for line in lines),
        "zendesk/ticket_audits.json": _page("audits", audits),
        "zendesk/users.json": _page("users", list(_users(world, tickets, ids))),
        "zendesk/groups.json": _page("groups", [{"id": ids[name], "name": name} for name in _groups(world)]),
    }


def ticket_ids(world: World) -> dict[int, int]:
    """Contact number -> ticket id."""
    tickets = [contact for contact in world.contacts if contact.system == "zendesk"]
    return {contact.number: 5_000 + number for number, contact in enumerate(tickets, 1)}


def _groups(world: World) -> list[str]:
    return [name for name in world.teams if name in ("L1", "Billing", "Technical")]


def _agents(world: World) -> list[Agent]:
    return [LEAD, *(agent for name in _groups(world) for agent in world.teams[name].agents)]


def _ids(world: World) -> dict[object, int]:
    """The id of every group (by name), agent and customer."""
    ids: dict[object, int] = {name: 70 + number for number, name in enumerate(_groups(world), 1)}
    ids |= {agent: 300 + number for number, agent in enumerate(_agents(world), 1)}
    ids |= {customer: 10_000 + customer.number for customer in world.customers}
    return ids


def _users(world: World, tickets: list[Contact], ids: dict[object, int]) -> Iterator[dict[str, Any]]:
    for agent in _agents(world):
        address = f"{plain(agent.name).replace(' ', '.')}@support.example.com"
        yield {"id": ids[agent], "name": agent.name, "email": address, "role": "agent", "locale": "en-GB"}
    requesters = {contact.customer for contact in tickets}
    for customer in sorted(requesters, key=lambda customer: customer.number):
        yield {
            "id": ids[customer],
            "name": customer.name,
            "email": customer.email,
            "phone": customer.phone if customer.number % 2 == 0 else None,
            "role": "end-user",
            "locale": LOCALES[customer.language],
        }


def _ticket(contact: Contact, number: int, ids: dict[object, int]) -> dict[str, Any]:
    """The ticket as it stands on the day of the export."""
    state: dict[str, Any] = {"status": "new", "team": "L1", "agent": None}
    for step in contact.steps:
        state["status"] = step.status or state["status"]
        if step.team and step.team != state["team"]:
            state |= {"team": step.team, "agent": None}
        state["agent"] = step.agent or state["agent"]
    rated = any(step.kind == "rated" for step in contact.steps)
    return {
        "id": number,
        "subject": subject(contact.customer.language, contact.topic, contact.number),
        "status": STATUS_WORDS.get(state["status"], state["status"]),
        "priority": "high" if contact.topic == "outage" else "normal",
        "type": "incident" if contact.topic == "outage" else "question",
        "created_at": _stamp(contact.opened),
        "updated_at": _stamp(contact.steps[-1].at),
        "requester_id": ids[contact.customer],
        "submitter_id": ids[contact.customer],
        "assignee_id": ids.get(state["agent"]),
        "group_id": ids[state["team"]],
        "via": _via(contact),
        "tags": [contact.topic],
        "satisfaction_rating": {"score": _score(contact) if rated else "unoffered"},
    }


def _audits(contact: Contact, number: int, ids: dict[object, int]) -> Iterator[dict[str, Any]]:
    """One audit a step: what is said, then what changes; creation writes one event a property, as Zendesk does."""
    state: dict[str, str | None] = {"status": None, "group_id": None, "assignee_id": None}
    for step in contact.steps:
        spoken = [_comment(contact, step, ids)] if step.text else []
        changed = list(_changes(step, state, ids))
        events = changed + spoken if step.kind == "opened" else spoken + changed
        if step.kind == "rated":
            events.append({"type": "SatisfactionRating", "score": _score(contact), "assignee_id": state["assignee_id"]})
        author = ids.get(step.by, SYSTEM_USER)
        rule = {"channel": "rule", "source": {"from": {}, "to": {}, "rel": "automation"}}
        web = {"channel": "web", "source": {"from": {}, "to": {}, "rel": None}}
        yield {
            "id": 0,
            "ticket_id": number,
            "created_at": _stamp(step.at),
            "author_id": author,
            "via": rule if author == SYSTEM_USER else _via(contact) if isinstance(step.by, Customer) else web,
            "events": events,
        }


def _changes(step: Step, state: dict[str, str | None], ids: dict[object, int]) -> Iterator[dict[str, Any]]:
    """The changed fields of a step; `state` follows. A ticket that leaves a group loses its assignee."""
    wanted: dict[str, str | None] = {}
    team = str(ids[step.team]) if step.team else state["group_id"]
    if step.agent or team != state["group_id"]:
        wanted["assignee_id"] = str(ids[step.agent]) if step.agent else None
    wanted["group_id"] = team
    if step.status:
        wanted["status"] = STATUS_WORDS.get(step.status, step.status)
    for field, value in wanted.items():
        if value == state[field]:
            continue
        if step.kind == "opened":
            yield {"id": 0, "type": "Create", "field_name": field, "value": value}
        else:
            yield {"id": 0, "type": "Change", "field_name": field, "previous_value": state[field], "value": value}
        state[field] = value


def _comment(contact: Contact, step: Step, ids: dict[object, int]) -> dict[str, Any]:
    return {
        "id": 0,
        "type": "Comment",
        "public": step.kind in SPOKEN,
        "author_id": ids.get(step.by, SYSTEM_USER),
        "body": said(contact.customer.language, step.text, contact.number),
    }


def _score(contact: Contact) -> str:
    return "good" if contact.rating else "bad"


def _via(contact: Contact) -> dict[str, Any]:
    channel = "web" if contact.customer.number % 4 == 0 else "email"
    return {"channel": channel, "source": {"from": {}, "to": {}, "rel": None}}


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _page(key: str, rows: Rows) -> str:
    """A page as the API answers it, one object a line so that a human can read it."""
    listed = ",\n".join(_json(row) for row in rows)
    return f'{{"{key}":[\n{listed}\n],"next_page":null,"previous_page":null,"count":{len(rows)}}}\n'


def _json(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))
