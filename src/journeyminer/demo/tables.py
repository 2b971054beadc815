"""The contacts as tables: the chat team's log in Portuguese, the call desk's in Hungarian, Technical's Jira issues."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime

from journeyminer.demo.contacts import Contact, Step
from journeyminer.demo.people import Agent
from journeyminer.demo.phrases import said, subject
from journeyminer.demo.world import World
from journeyminer.demo.zendesk import ticket_ids

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
    """The chat team's event log: semicolons, cp1252, day first, decimal commas. Three of its rows are broken."""
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
    for place, (column, value) in chat_dirt(len(table)).items():
        table[place][column] = value
    return _csv(CHAT_HEADER, table, delimiter=";").encode("cp1252")


def chat_dirt(n_rows: int) -> dict[int, tuple[int, str]]:
    """What is broken in the chat team's log: row (from 0) -> column and what stands there."""
    return {
        n_rows // 4: (2, "31/02/2026 10:15:00"),
        n_rows // 2: (0, ""),
        n_rows * 3 // 4: (2, "ontem à tarde"),
    }


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
    """One issue for each ticket that reached Technical: as many Comment columns as the longest needs."""
    tickets = ticket_ids(world)
    rows: list[tuple[list[str], list[str]]] = []
    for contact in _of(world, "zendesk"):
        moves = [step for step in contact.steps if step.team == "Technical" and step.kind == "moved"]
        if not moves:
            continue
        rows.append(_issue(contact, moves[0], tickets[contact.number], len(rows) + 1))
    widest = max((len(comments) for _, comments in rows), default=0)
    header = (*JIRA_FIXED, *["Comment"] * widest)
    table = [fixed + comments + [""] * (widest - len(comments)) for fixed, comments in rows]
    return _csv(header, table, delimiter=",").encode()


def _issue(contact: Contact, move: Step, ticket: int, number: int) -> tuple[list[str], list[str]]:
    """The issue's fixed columns and its comments: what Technical wrote, and what was written to it."""
    steps = [
        (step, step.by)
        for step in contact.steps
        if isinstance(step.by, Agent) and "Technical" in (step.team, step.by.team)
    ]
    done = [step.at for step, _ in steps if step.kind == "solved" or step.team == "Billing"]
    ours = [by.name for _, by in steps if by.team == "Technical"]
    away = bool(done) and done[-1] == steps[-1][0].at
    fixed = [
        f"{subject('en', contact.topic, contact.number)} (ticket {ticket})", f"TEC-{number}", str(40_000 + number),
        "Support", "Done" if away else "In Progress" if ours else "To Do", "TEC", "Technical",
        "High" if contact.topic == "outage" else "Medium", "Done" if away else "", ours[-1] if ours else "",
        steps[0][1].name, steps[0][1].name, _jira(move.at), _jira(steps[-1][0].at), _jira(done[-1]) if away else "",
        str(ticket),
    ]  # fmt: skip
    comments = [
        f"{_jira(step.at)};{by.name};{said('en', step.text, contact.number)}" for step, by in steps if step.text
    ]
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
