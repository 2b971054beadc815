"""Documents of objects with lists inside: Intercom and Freshdesk for the desk, Slack for chats, Telegram for messages.

Intercom knows conversations and their parts, with no state but open, snoozed and closed. Freshdesk lists messages and
the last moments of a ticket, and no history of who had it. Slack and Telegram are talk: a thread, or years of a chat.
"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from journeybench.clock import moment
from journeybench.dialects.book import OURS, Book, Shown
from journeybench.dialects.messages import talks
from journeybench.people import plain
from journeybench.words import subject
from journeybench.world import LEAD

if TYPE_CHECKING:
    from journeybench.contacts import Contact, Step

Object = dict[str, Any]
BOT_ID = "1"
TALK = frozenset({"ratings"})


def _agents(book: Book) -> dict[str, int]:
    """Agent -> number."""
    names = [agent.name for team in book.world.agents.values() for agent in team] + [LEAD]
    return {name: 300 + number for number, name in enumerate(names, 1)}


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


# ---- Intercom --------------------------------------------------------------------------------------------------------

SNOOZED = ("pending", "on_hold")


def write_intercom(book: Book) -> None:
    """Write the desk as Intercom's conversations, with admins, teams and contacts beside them."""
    agents, teams = _agents(book), {team.name: number for number, team in enumerate(book.world.plan.teams, 70)}
    conversations: list[Object] = []
    contacts: dict[str, Object] = {}
    part_ids = iter(range(1, 10**9))
    for number, contact in enumerate(book.contacts("desk"), 215_001):
        book.knows(contact, contact.email, contact.phone)
        user = f"u{contact.person.number}-{contact.person.emails.index(contact.email)}" if (
            contact.email in contact.person.emails) else f"u{contact.email or contact.person.number}"  # fmt: skip
        author = {"type": "user", "id": user, "name": book.name(contact.person), "email": contact.email}
        known = contacts.setdefault(user, {"type": "contact", "workspace_id": "w1", "id": user, "external_id": None,
                                           "role": "user", "email": contact.email, "phone": None,
                                           "name": contact.person.name, "signed_up_at": None})  # fmt: skip
        known["phone"] = known["phone"] or contact.phone
        parts, state, first = [_default(contact, teams)], "open", contact.steps[0]
        for place, step in list(book.steps(contact))[1:]:
            by: Object = author if step.role == "customer" else {"type": "bot", "id": BOT_ID, "name": "Luzarra"}
            if step.by in agents:
                by = {"type": "admin", "id": str(agents[step.by]), "name": step.by}
            for part in _parts(book, contact, step, agents, teams):
                identity = next(part_ids)
                about = {"type": "conversation_part", "id": str(identity), "created_at": step.at, "author": by}
                parts.append({**about, **part})
                book.note("intercom/conversations.json", f"part {identity}", contact, step.at, place)
            state = {"solved": "closed", "closed": "closed", "open": "open"}.get(step.status or "", state)
            state = "snoozed" if step.status in SNOOZED else state
        rated = next(((place, step) for place, step in book.steps(contact) if step.kind == "rated"), None)
        rating = {"rating": contact.rating, "created_at": rated[1].at, "contact": {"id": user}} if rated else None
        told = (0, rated[0]) if rated else (0,)
        book.note("intercom/conversations.json", f"conversation {number}", contact, first.at, *told)
        conversations.append({
            "type": "conversation", "id": str(number), "created_at": first.at, "updated_at": first.at, "state": state,
            "priority": "priority" if contact.need.severe else "not_priority",
            "source": {"type": "email" if contact.channel == "email" else "conversation", "id": str(number),
                       "delivered_as": "customer_initiated", "body": f"<p>{book.said(contact, first)}</p>",
                       "author": author},
            "contacts": {"type": "contact.list", "contacts": [{"type": "contact", "id": user}]},
            "conversation_rating": rating,
            "conversation_parts": {"type": "conversation_part.list", "total_count": len(parts),
                                   "conversation_parts": parts},
        })  # fmt: skip
    admins = [{"type": "admin", "id": str(number), "name": name, "email": f"{plain(name)}@{OURS}",
               "away_mode_enabled": False} for name, number in agents.items()]  # fmt: skip
    listed = [{"type": "team", "id": str(number), "name": name, "admin_ids": []} for name, number in teams.items()]
    book.files |= {
        "intercom/conversations.json": _json({"type": "conversation.list", "pages": {"type": "pages", "page": 1},
                                              "total_count": len(conversations), "conversations": conversations}),
        "intercom/admins.json": _json({"type": "admin.list", "admins": admins}),
        "intercom/teams.json": _json({"type": "team.list", "teams": listed}),
        "intercom/contacts.json": _json({"type": "list", "data": list(contacts.values())}),
    }  # fmt: skip
    book.shown["desk"] = Shown(starts=False)


def _default(contact: Contact, teams: dict[str, int]) -> Object:
    """The part by which a new conversation comes into the queue of the first line; a record of no step."""
    return {
        "type": "conversation_part", "id": f"{contact.number}0000000", "part_type": "default_assignment", "body": None,
        "created_at": contact.opened, "author": {"type": "bot", "id": BOT_ID, "name": "Luzarra"},
        "assigned_to": {"type": "team", "id": str(teams[contact.steps[0].team or ""])},
    }  # fmt: skip


def _parts(
    book: Book, contact: Contact, step: Step, agents: dict[str, int], teams: dict[str, int]
) -> list[dict[str, object]]:
    """The parts of one step: what is said, who gets the conversation, and whether it is open from now on."""
    body = f"<p>{book.said(contact, step)}</p>" if step.text else None
    parts: list[dict[str, object]] = []
    if step.status in ("solved", "closed"):
        return [{"part_type": "close", "body": body if step.public else None, "assigned_to": None}]
    if step.kind == "reopened":
        return [{"part_type": "open", "body": body, "assigned_to": None}]
    if body:
        parts.append({"part_type": "comment" if step.public else "note", "body": body, "assigned_to": None})
    if step.agent:
        to = {"type": "admin", "id": str(agents[step.agent])}
        parts.append({"part_type": "assignment", "body": None, "assigned_to": to})
    elif step.kind == "moved":
        to = {"type": "team", "id": str(teams[step.team or ""])}
        parts.append({"part_type": "assignment", "body": None, "assigned_to": to})
    if step.status in SNOOZED:
        parts.append({"part_type": "snoozed", "body": None, "assigned_to": None})
    elif step.kind in ("answered", "vendor_back"):
        parts.append({"part_type": "unsnoozed", "body": None, "assigned_to": None})
    return parts


# ---- Freshdesk -------------------------------------------------------------------------------------------------------

FRESHDESK_STATES = {"new": 2, "open": 2, "pending": 3, "on_hold": 3, "solved": 4, "closed": 5}


def write_freshdesk(book: Book) -> None:
    """Write the desk as Freshdesk's tickets with conversations, stats and requester; agents, groups, ratings beside."""
    agents, groups = _agents(book), {team.name: number for number, team in enumerate(book.world.plan.teams, 70)}
    tickets: list[Object] = []
    ratings: list[Object] = []
    message_ids = iter(range(60_001, 10**9))
    users: dict[str, int] = {}
    file = "freshdesk/tickets.json"
    for number, contact in enumerate(book.contacts("desk"), 31_001):
        book.knows(contact, contact.email, contact.phone)
        steps = list(book.steps(contact))
        user = users.setdefault(contact.email or f"{contact.person.number}", 9_000 + len(users))
        last = {kind: next((found for found in reversed(steps) if found[1].kind == kind), None)
                for kind in ("reopened", "solved", "closed")}  # fmt: skip
        known = {"reopened_at": last["reopened"], "resolved_at": last["solved"], "closed_at": last["closed"]}
        stats = {name: _stamp(found[1].at) if found else None for name, found in known.items()}
        reply = next((step.at for _, step in steps if step.replies), None)
        said = []
        for place, step in steps[1:]:
            if step.text and step.role in ("agent", "customer", "system"):
                identity = next(message_ids)
                incoming = step.role == "customer"
                said.append({
                    "id": identity, "ticket_id": number, "incoming": incoming, "private": not step.public, "source": 0,
                    "user_id": user if incoming else agents.get(step.by), "created_at": _stamp(step.at),
                    "updated_at": _stamp(step.at), "body_text": book.said(contact, step),
                })  # fmt: skip
                book.note(file, f"conversation {identity}", contact, step.at, place)
        book.note(file, f"ticket {number}", contact, contact.opened, 0, *(found[0] for found in last.values() if found))
        status, team, agent = (next((value for value in values if value), None) for values in (
            [step.status for _, step in reversed(steps)], [step.team for _, step in reversed(steps)],
            [step.agent for _, step in reversed(steps)],
        ))  # fmt: skip
        tickets.append({
            "id": number, "subject": subject(contact.person.language, contact.need.topic, contact.need.number),
            "spam": False, "fr_escalated": False, "priority": 3 if contact.need.severe else 1, "requester_id": user,
            "responder_id": agents.get(agent or ""), "group_id": groups.get(team or ""), "type": None,
            "source": 1 if contact.channel == "email" else 2, "status": FRESHDESK_STATES[status or "new"],
            "created_at": _stamp(contact.opened), "updated_at": _stamp(steps[-1][1].at),
            "requester": {"id": user, "name": book.name(contact.person), "email": contact.email,
                          "phone": contact.phone, "mobile": None},
            "stats": {**stats, "first_responded_at": _stamp(reply) if reply else None}, "conversations": said,
        })  # fmt: skip
        for place, step in steps:
            if step.kind == "rated":
                identity = 5_000 + len(ratings)
                score = (-103, -101, 100, 102, 103)[(contact.rating or 1) - 1]
                ratings.append({"id": identity, "survey_id": 2, "ticket_id": number, "user_id": user,
                                "ratings": {"default_question": score}, "created_at": _stamp(step.at)})  # fmt: skip
                book.note("freshdesk/ratings.json", f"rating {identity}", contact, step.at, place)
    book.files |= {
        file: _json(tickets),
        "freshdesk/ratings.json": _json(ratings),
        "freshdesk/groups.json": _json([{"id": number, "name": name, "escalate_to": None, "unassigned_for": None}
                                        for name, number in groups.items()]),
        "freshdesk/agents.json": _json([{"id": number, "occasional": False, "ticket_scope": 1, "contact": {
            "name": name, "email": f"{plain(name)}@{OURS}"}} for name, number in agents.items()]),
    }  # fmt: skip
    book.shown["desk"] = Shown(starts=False, teams=False)


def _stamp(at: int) -> str:
    return f"{moment(at):%Y-%m-%dT%H:%M:%SZ}"


# ---- talk ------------------------------------------------------------------------------------------------------------


def write_slack(book: Book) -> None:
    """Write the chats as a Slack workspace: a shared channel with customers as guests, a thread a chat."""
    agents = _agents(book)
    users: dict[str, Object] = {
        f"UA{number}": {"id": f"UA{number}", "team_id": "T1", "name": plain(name), "deleted": False,
                        "real_name": name, "profile": {"real_name": name, "email": f"{plain(name)}@{OURS}"}}
        for name, number in agents.items()
    }  # fmt: skip
    days: dict[str, list[Object]] = defaultdict(list)
    taken: set[int] = set()
    for contact in book.contacts("chat"):
        book.knows(contact, contact.email)
        guest = f"UG{contact.person.number}"
        book.identifiers[contact.number].add(f"slack {guest}")
        users[guest] = {"id": guest, "team_id": "T2", "name": f"guest{contact.person.number}", "deleted": False,
                        "is_restricted": True, "real_name": book.name(contact.person),
                        "profile": {"real_name": contact.person.name, "email": contact.email}}  # fmt: skip
        thread = ""
        for place, step in book.steps(contact):
            if not step.text or not step.public:
                continue
            micro = step.at * 1_000_000 + 100
            while micro in taken:
                micro += 1
            taken.add(micro)
            ts = f"{micro // 1_000_000}.{micro % 1_000_000:06d}"
            thread = thread or ts
            who = {"user": guest if step.role == "customer" else f"UA{agents.get(step.by)}"}
            if step.role in ("bot", "system"):
                who = {"bot_id": "B1", "subtype": "bot_message", "username": "Luzarra bot"}
            file = f"slack/help/{moment(step.at):%Y-%m-%d}.json"
            message = {"type": "message", "text": book.said(contact, step), "ts": ts, "thread_ts": thread}
            days[file].append({**message, **who})
            book.note(file, f"message {ts}", contact, step.at, place)
    book.files |= {file: _json(sorted(messages, key=lambda one: str(one["ts"]))) for file, messages in days.items()}
    book.files["slack/users.json"] = _json(list(users.values()))
    book.files["slack/channels.json"] = _json([{"id": "C1", "name": "help", "creator": "UA301", "members": list(users),
                                                "is_ext_shared": True}])  # fmt: skip
    book.shown["chat"] = Shown(starts=False, teams=False, hidden=TALK)


def write_telegram(book: Book) -> None:
    """Write the messages as Telegram Desktop's result.json of a whole account: one personal chat a number."""
    contacts: list[Object] = []
    listed: list[Object] = []
    ids, zone = iter(range(1, 10**9)), book.world.calendar.zone
    for user, (phone, told) in enumerate(talks(book).items(), 555_001):
        name, messages = book.name(told[0][2].person), []
        for place, step, contact in told:
            who = (name, f"user{user}") if step.role == "customer" else ("Luzarra", "user900")
            photo = {"photo": "(File not included)"} if step.kind == "photo" else {}
            identity = next(ids)
            messages.append({
                "id": identity, "type": "message", "date": f"{moment(step.at, zone):%Y-%m-%dT%H:%M:%S}",
                "date_unixtime": str(step.at), "from": who[0], "from_id": who[1],
                "text": "" if photo else book.said(contact, step), **photo,
            })  # fmt: skip
            book.note("telegram/result.json", f"message {identity}", contact, step.at, place)
        listed.append({"name": name, "type": "personal_chat", "id": user, "messages": messages})
        first, _, family = name.partition(" ")
        contacts.append({"user_id": user, "first_name": first, "last_name": family, "phone_number": phone})
    account = {"about": "", "personal_information": {"user_id": 900, "first_name": "Luzarra"},
               "contacts": {"about": "", "list": contacts}, "chats": {"about": "", "list": listed}}  # fmt: skip
    book.files["telegram/result.json"] = _json(account)
    book.shown["whatsapp"] = Shown(starts=False, teams=False, ids=False, hidden=TALK)
