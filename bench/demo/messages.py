"""The contacts as messages: one WhatsApp export a customer, and the mailbox of Billing."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import TYPE_CHECKING

from demo.people import Agent, Customer
from journeybench.words import said, subject

if TYPE_CHECKING:
    from demo.contacts import Contact, Step
    from demo.world import World

TEAM = "Luzarra Atención"
MAILBOX = "billing@support.example.com"


def whatsapp_chats(world: World) -> dict[str, str]:
    """File name -> chat, as an Android telephone set to Spanish exports it: one file holds years with one customer."""
    chats: dict[Customer, list[Step]] = {}
    for contact in world.contacts:
        if contact.system == "whatsapp":
            chats.setdefault(contact.customer, []).extend(step for step in contact.steps if step.kind != "assigned")
    return {f"whatsapp/Chat de WhatsApp con {_saved_as(who)}.txt": _chat(who, steps) for who, steps in chats.items()}


def _saved_as(customer: Customer) -> str:
    """Some customers are in the telephone's contacts, the others show their number."""
    return customer.name if customer.number % 4 == 0 else customer.phone


def _chat(customer: Customer, steps: list[Step]) -> str:
    greeted = datetime(2025, 12, 13 + customer.number % 15, 11, customer.number % 60)
    lines = [
        f"{_moment(greeted)} - Los mensajes y las llamadas están cifrados de extremo a extremo. "
        "Solo las personas en este chat pueden leerlos, escucharlos o compartirlos."
    ]
    for step in sorted(steps, key=lambda step: step.at):
        who = TEAM if isinstance(step.by, Agent) else _saved_as(customer)
        what = "<Multimedia omitido>" if step.kind == "photo" else said("es", step.text, customer.number + len(lines))
        lines.append(f"{_moment(step.at)} - {who}: {what}")
        if step.text == "ask_back":
            lines.append("Gracias por la paciencia.")  # a second line of the same message
    return "\n".join(lines) + "\n"


def _moment(at: datetime) -> str:
    return f"{at.day}/{at.month}/{at.year}, {at:%H:%M}"


def mailbox(world: World) -> str:
    """The mailbox of Billing as mbox: what customers wrote, what we answered, and what machines answered."""
    mails: list[tuple[datetime, str]] = []
    for contact in world.contacts:
        if contact.system != "mailbox":
            continue
        spoken = [step for step in contact.steps if step.text]
        ids = [f"<{contact.number}.{place}@mail.example.com>" for place in range(len(spoken))]
        for place, step in enumerate(spoken):
            mails.append((step.at, _mail(contact, step, ids[: place + 1])))
    return "".join(mail for _, mail in sorted(mails))


def _mail(contact: Contact, step: Step, ids: list[str]) -> str:
    customer = contact.customer
    theirs = f"{_word(customer.name)} <{customer.email}>"
    ours = f"{_word(step.by.name) if isinstance(step.by, Agent) else 'Luzarra Billing'} <{MAILBOX}>"
    by_customer = isinstance(step.by, Customer)
    title = subject(customer.language, contact.topic, contact.number)
    reply = {"es": "RE: "}.get(customer.language, "Re: ") if len(ids) > 1 else ""
    headers = [
        f"From {customer.email if by_customer else MAILBOX} {_ctime(step.at)}",
        f"From: {theirs if by_customer else ours}",
        f"To: {f'Luzarra Billing <{MAILBOX}>' if by_customer else theirs}",
        f"Subject: {_word(_titles(step, customer.language) + reply + title)}",
        f"Date: {_weekday(step.at)}, {step.at.day:02d} {_month(step.at)} {step.at:%Y %H:%M:%S} +0000",
        f"Message-ID: {ids[-1]}",
    ]
    if by_customer:
        headers.append(f"Delivered-To: {MAILBOX}")
    if len(ids) > 1:
        headers += [f"In-Reply-To: {ids[-2]}", f"References: {' '.join(ids[:-1])}"]
    if step.kind in ("auto_reply", "out_of_office"):
        headers += ["Auto-Submitted: auto-replied", "Precedence: auto_reply"]
    headers += ["MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit"]
    return "\n".join([*headers, "", said(customer.language, step.text, contact.number), "", ""])


def _titles(step: Step, language: str) -> str:
    """What an absent customer's mail program puts before the subject."""
    if step.kind != "out_of_office":
        return ""
    return {"es": "Respuesta automática: "}.get(language, "Automatic reply: ")


def _word(text: str) -> str:
    """A header's text, as an encoded word (RFC 2047) where it is not ASCII."""
    if text.isascii():
        return text
    return f"=?utf-8?B?{base64.b64encode(text.encode()).decode()}?="


def _ctime(at: datetime) -> str:
    return f"{_weekday(at)} {_month(at)} {at.day:2d} {at:%H:%M:%S %Y}"


def _weekday(at: datetime) -> str:
    """The English name, whatever the locale of the machine."""
    return ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][at.weekday()]


def _month(at: datetime) -> str:
    return ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][at.month - 1]
