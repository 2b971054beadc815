"""What was injected into a demo world, told by the mechanism that made it and not measured from the files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from demo.contacts import BULK_MOVE, END, Contact
from demo.tables import CHAT_DIRT
from demo.world import simulate
from demo.zendesk import ticket_ids


@dataclass(frozen=True, slots=True)
class Truth:
    """The facts of one world; tickets by their Zendesk id, hours by the clock on the wall until the export."""

    escalations: dict[int, list[tuple[datetime, datetime | None]]]
    """ticket -> when Billing handed it to Technical and when Technical took it (None: not before the export)"""
    escalation_hours: float
    bulk_moved: list[int]
    """tickets that one lead moved from L1 to Billing on one Friday"""
    bulk_hours: float
    """how long they waited there together"""
    auto_closed: list[int]
    """tickets that the automation closed, seven days after they were solved"""
    ping_pong: list[int]
    """tickets that went from Billing to Technical and back"""
    reopened: list[int]
    recontacts: list[tuple[str, str, int]]
    """system of the first contact, system of the second one about the same need, customer"""
    customers_over_channels: dict[int, tuple[str, ...]]
    """customer -> systems, where there is more than one"""
    broken_rows: int
    """rows of atendimentos_chat.csv that cannot be read"""
    unclaimed: str
    """the file that is no export"""


def truth(*, seed: int = 7, customers: int = 400) -> Truth:
    """The facts of the world that `write_demo` writes with the same arguments."""
    world = simulate(seed=seed, customers=customers)
    ids = ticket_ids(world)
    tickets = [(ids[contact.number], contact) for contact in world.contacts if contact.system == "zendesk"]
    escalations = {
        ticket: [(out, taken if taken < END else None) for out, taken in contact.escalations if out < END]
        for ticket, contact in tickets
        if any(out < END for out, _ in contact.escalations)
    }
    bulk = [(ticket, contact) for ticket, contact in tickets if contact.in_bulk_move]
    systems: dict[int, set[str]] = {}
    for contact in world.contacts:
        systems.setdefault(contact.customer.number, set()).add(contact.system)
    return Truth(
        escalations=escalations,
        escalation_hours=_hours((taken or END) - out for waits in escalations.values() for out, taken in waits),
        bulk_moved=[ticket for ticket, _ in bulk],
        bulk_hours=_hours(_first(contact, "assigned") - BULK_MOVE for _, contact in bulk),
        auto_closed=[ticket for ticket, contact in tickets if contact.steps[-1].kind == "closed"],
        ping_pong=[ticket for ticket, contact in tickets if "Billing Technical Billing" in " ".join(_teams(contact))],
        reopened=[ticket for ticket, contact in tickets if any(step.kind == "reopened" for step in contact.steps)],
        recontacts=[(contact.again.system, contact.system, contact.customer.number)
                    for contact in world.contacts if contact.again],
        customers_over_channels={who: tuple(sorted(where)) for who, where in systems.items() if len(where) > 1},
        broken_rows=len(CHAT_DIRT),
        unclaimed="note to Dana.txt",
    )  # fmt: skip


def _teams(contact: Contact) -> list[str]:
    """The teams that had the contact, in order."""
    named = [step.team for step in contact.steps if step.team]
    return [team for place, team in enumerate(named) if place == 0 or team != named[place - 1]]


def _first(contact: Contact, kind: str) -> datetime:
    """When the contact's first step of a kind was, or the export where there is none."""
    return next((step.at for step in contact.steps if step.kind == kind), END)


def _hours(waits: Iterable[timedelta]) -> float:
    return sum(wait.total_seconds() for wait in waits) / 3600
