"""The contacts as tables: the chat team's log in Portuguese, the call desk's in Hungarian, Technical's Jira issues."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from demo.people import Agent
from demo.zendesk import ticket_ids
from journeybench.words import said, subject

if TYPE_CHECKING:
    from demo.contacts import Contact, Step
    from demo.world import World

CHAT_HEADER = ("Protocolo", "Evento", "Data/hora", "Atendente", "Fila", "Status", "Canal", "E-mail do cliente",
               "Duração (min)")  # fmt: skip
CHAT_EVENTS = {
    "opened": "Conversa iniciada",
    "bot_reply": "Resposta do bot",
    "answered": "Mensagem do cliente",
    "chased": "Mensagem do cliente",
    "queued": "Transferido para a fila",
    "assigned": "Atribuído ao atendente",
    "replied": "Resposta do atendente",
    "solved": "Resolvido",
    "closed": "Encerrado",
    "rated": "Avaliação recebida",
}
CHAT_STATUS = {"new": "Novo", "open": "Em atendimento", "solved": "Resolvido", "closed": "Encerrado"}
CHAT_DIRT = ((2, "31/02/2026 10:15:00"), (0, ""), (2, "ontem à tarde"))
"""what is broken in the chat team's log: column and what stands there, one row each"""
DESK_HEADER = ("Jegyszám", "Esemény", "Időpont", "Ügyintéző", "Csoport", "Állapot", "Csatorna", "Telefonszám", "Perc")
DESK_EVENTS = {
    "opened": "Visszahívás kérve",
    "assigned": "Ügyintézőhöz rendelve",
    "noted": "Belső megjegyzés",
    "moved": "Továbbadva a műszaki csoportnak",
    "called_back": "Ügyfél visszahívva",
    "asked": "Adatok bekérve",
    "answered": "Ügyfél válasza",
    "chased": "Ügyfél sürget",
    "solved": "Megoldva",
    "closed": "Lezárva",
}
DESK_STATUS = {"new": "Új", "open": "Folyamatban", "pending": "Ügyfélre vár", "solved": "Megoldva", "closed": "Lezárva"}
JIRA_FIXED = ("Summary", "Issue key", "Issue id", "Issue Type", "Status", "Project key", "Project name", "Priority",
              "Resolution", "Assignee", "Reporter", "Creator", "Created", "Updated", "Resolved",
              "Custom field (Zendesk Ticket IDs)")  # fmt: skip
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def chat_log(world: World) -> bytes:
    """The chat team's event log: semicolons, cp1252, day first, decimal commas. Some of its rows are broken."""
    rows = []
    for number, contact in enumerate(_of(world, "chat"), 1):
        queue = ""
        for step in contact.steps:
            queue = step.team or queue
            rows.append((step.at, [
                f"CH-{26_000 + number}", CHAT_EVENTS[step.kind], step.at.strftime("%d/%m/%Y %H:%M:%S"),
                _agent(step), queue and "Atendimento", CHAT_STATUS.get(step.status or "", ""), "Chat",
                contact.customer.email, _comma(step.minutes),
            ]))  # fmt: skip
    table = _in_order(rows)
    messages = [row for row in table if row[1] == CHAT_EVENTS["answered"]]
    for number, (column, value) in enumerate(CHAT_DIRT, 1):
        messages[len(messages) * number // (len(CHAT_DIRT) + 1)][column] = value
    return _csv(CHAT_HEADER, table, delimiter=";").encode("cp1252")


def desk_log(world: World) -> bytes:
    """The call desk's event log: UTF-8 with a byte order mark, dates as Hungarian Excel writes them."""
    rows = []
    for number, contact in enumerate(_of(world, "desk"), 1):
        group = ""
        for step in contact.steps:
            group = step.team or group
            rows.append((step.at, [
                f"UGY-{number:04d}", DESK_EVENTS[step.kind], step.at.strftime("%Y. %m. %d. %H:%M"), _agent(step), group,
                DESK_STATUS.get(step.status or "", ""), "Telefon", contact.customer.phone, _comma(step.minutes),
            ]))  # fmt: skip
    return _csv(DESK_HEADER, _in_order(rows), delimiter=";").encode("utf-8-sig")


def jira_issues(world: World) -> bytes:
    """One issue for each outage that Technical mends itself, with as many Comment columns as the longest needs.

    Disputes and what the field partner mends stay in the tickets.
    """
    tickets = ticket_ids(world)
    rows: list[tuple[list[str], list[str]]] = []
    for contact in _of(world, "zendesk"):
        moves = [step for step in contact.steps if step.kind == "moved" and step.team == "Technical"]
        if contact.topic == "outage" and moves and not any(step.kind == "held" for step in contact.steps):
            rows.append(_issue(contact, moves[0], tickets[contact.number], len(rows) + 1))
    widest = max((len(comments) for _, comments in rows), default=0)
    header = (*JIRA_FIXED, *["Comment"] * widest)
    table = [fixed + comments + [""] * (widest - len(comments)) for fixed, comments in rows]
    return _csv(header, table, delimiter=",").encode()


def _issue(contact: Contact, move: Step, ticket: int, number: int) -> tuple[list[str], list[str]]:
    """The issue's fixed columns and its comments: what Technical wrote when it took the ticket and when it answered."""
    reporter = _agent(move)
    steps = [step for step in contact.steps if isinstance(step.by, Agent) and step.by.team == "Technical"]
    updated = steps[-1].at if steps else move.at
    done = bool(steps) and steps[-1].kind == "solved"
    fixed = [
        f"{subject('en', contact.topic, contact.number)} (ticket {ticket})", f"TEC-{number}", str(40_000 + number),
        "Support", "Done" if done else "In Progress" if steps else "To Do", "TEC", "Technical", "High",
        "Done" if done else "", _agent(steps[-1]) if steps else "", reporter, reporter, _jira(move.at), _jira(updated),
        _jira(updated) if done else "", str(ticket),
    ]  # fmt: skip
    comments = [f"{_jira(step.at)};{_agent(step)};{said('en', step.text or 'taken', contact.number)}" for step in steps]
    return fixed, comments


def _of(world: World, system: str) -> list[Contact]:
    return [contact for contact in world.contacts if contact.system == system]


def _agent(step: Step) -> str:
    return step.by.name if isinstance(step.by, Agent) else ""


def _comma(minutes: float | None) -> str:
    return "" if minutes is None else f"{minutes:.1f}".replace(".", ",")


def _jira(at: datetime) -> str:
    """`09/Feb/26 1:42 PM`, whatever the locale of the machine."""
    hour = at.hour % 12 or 12
    return f"{at.day:02d}/{MONTHS[at.month - 1]}/{at:%y} {hour}:{at.minute:02d} {'PM' if at.hour >= 12 else 'AM'}"


def _in_order(rows: Iterable[tuple[datetime, list[str]]]) -> list[list[str]]:
    return [row for _, row in sorted(rows, key=lambda pair: pair[0])]


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]], *, delimiter: str) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()
