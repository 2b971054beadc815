"""Talk without tickets: a mailbox of threads, and one WhatsApp export a customer."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from journeybench.clock import moment
from journeybench.dialects.book import OURS, Book, Shown
from journeybench.dialects.wide import MONTHS
from journeybench.words import subject

if TYPE_CHECKING:
    from journeybench.contacts import Contact, Step

MAILBOX = f"billing@{OURS}"
TEAM = "Luzarra Atención"
ABSENT = {
    "en": "Automatic reply",
    "pt": "Resposta automática",
    "es": "Respuesta automática",
    "hu": "Automatikus válasz",
}
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def write_mbox(book: Book) -> None:
    """Write the mailbox of Billing: what customers wrote, what we answered, and what machines answered."""
    mails: list[tuple[int, int, str, Contact, int]] = []
    for contact in book.contacts("mailbox"):
        book.knows(contact, contact.email)
        spoken = [(place, step) for place, step in book.steps(contact) if step.text]
        ids = [f"<{contact.number}.{nth}@mail.example.com>" for nth in range(len(spoken))]
        for nth, (place, step) in enumerate(spoken):
            mails.append((step.at, contact.number, _mail(book, contact, step, ids[: nth + 1]), contact, place))
    mails.sort(key=lambda mail: mail[:2])
    for number, (at, _, _, contact, place) in enumerate(mails, 1):
        book.note("billing.mbox", f"message {number}", contact, at, place)
    book.files["billing.mbox"] = "".join(mail for _, _, mail, _, _ in mails).encode()
    book.shown["mailbox"] = Shown(starts=False)


def _mail(book: Book, contact: Contact, step: Step, ids: list[str]) -> str:
    by_customer, zone = step.role == "customer", book.world.calendar.zone
    theirs = f"{_word(book.name(contact.person))} <{contact.email}>"
    ours = f"{_word(step.by) if step.role == 'agent' else 'Luzarra Billing'} <{MAILBOX}>"
    title = subject(contact.person.language, contact.need.topic, contact.need.number)
    before = f"{ABSENT[contact.person.language]}: " if step.kind == "out_of_office" else ""
    when = moment(step.at, None if step.at % 2 else zone)  # programs of both sides write their own zone
    headers = [
        f"From {contact.email if by_customer else MAILBOX} {_ctime(step.at)}",
        f"From: {theirs if by_customer else ours}",
        f"To: {f'Luzarra Billing <{MAILBOX}>' if by_customer else theirs}",
        f"Subject: {_word(before + ('Re: ' if len(ids) > 1 else '') + title)}",
        f"Date: {DAYS[when.weekday()]}, {when.day:02d} {MONTHS[when.month - 1]} {when:%Y %H:%M:%S %z}",
        f"Message-ID: {ids[-1]}",
    ]
    if by_customer:
        headers.append(f"Delivered-To: {MAILBOX}")
    if len(ids) > 1:
        headers += [f"In-Reply-To: {ids[-2]}", f"References: {' '.join(ids[:-1])}"]
    if step.kind in ("auto_reply", "out_of_office"):
        headers += ["Auto-Submitted: auto-replied", "Precedence: auto_reply"]
    headers += ["MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit"]
    return "\n".join([*headers, "", book.said(contact, step), "", ""])


def _word(text: str) -> str:
    """A header's text, as an encoded word (RFC 2047) where it is not ASCII."""
    return text if text.isascii() else f"=?utf-8?B?{base64.b64encode(text.encode()).decode()}?="


def _ctime(at: int) -> str:
    when = moment(at)
    return f"{DAYS[when.weekday()]} {MONTHS[when.month - 1]} {when.day:2d} {when:%H:%M:%S %Y}"


FIRST_LINES = {
    "en": ("WhatsApp Chat with {}.txt", "Messages and calls are end-to-end encrypted. Only people in this chat can "
           "read, listen to, or share them.", "<Media omitted>"),
    "pt": ("Conversa do WhatsApp com {}.txt", "As mensagens e as chamadas são protegidas com a criptografia de ponta a "
           "ponta.", "<Mídia oculta>"),
    "es": ("Chat de WhatsApp con {}.txt", "Los mensajes y las llamadas están cifrados de extremo a extremo. Solo las "
           "personas en este chat pueden leerlos, escucharlos o compartirlos.", "<Multimedia omitido>"),
    "hu": ("WhatsApp-beszélgetés vele: {}.txt", "Az üzenetek és hívások végpontok közötti titkosítással vannak védve.",
           "<Média elhagyva>"),
}  # fmt: skip
"""language of our telephone -> name of the file, its first line, and what stands for a picture"""


def write_whatsapp(book: Book, language: str) -> None:
    """Write one chat a number, as an Android telephone set to a language exports it. A family has one chat."""
    name, greeting, picture = FIRST_LINES[language]
    for phone, told in talks(book).items():
        first = told[0][2].person
        shown = book.name(first) if first.number % 4 == 0 else phone
        file = f"whatsapp/{name.format(shown)}"
        if file in book.files:
            shown, file = phone, f"whatsapp/{name.format(phone)}"  # a namesake
        lines = [f"{_chat_moment(book, told[0][1].at - 60, language)} - {greeting}"]
        for place, step, contact in told:
            who = TEAM if step.role == "agent" else shown
            what = picture if step.kind == "photo" else book.said(contact, step, "es" if language == "es" else "")
            lines.append(f"{_chat_moment(book, step.at, language)} - {who}: {what}")
            book.note(file, f"line {len(lines)}", contact, step.at, place)
            if step.text == "ask_back":
                lines.append("+1")  # a second line of the same message
        book.zones[file] = book.world.plan.zone
        book.files[file] = ("\n".join(lines) + "\n").encode()
    book.shown["whatsapp"] = Shown(starts=False, teams=False, ids=False, hidden=frozenset({"ratings"}))


def talks(book: Book) -> dict[str, list[tuple[int, Step, Contact]]]:
    """Telephone number -> what was said over it, in the order of time: place of the step, step, contact."""
    told: dict[str, list[tuple[int, Step, Contact]]] = {}
    for contact in book.contacts("whatsapp"):
        book.knows(contact, contact.phone)
        spoken = [(place, step, contact) for place, step in book.steps(contact) if step.role in ("customer", "agent")]
        told.setdefault(contact.phone or "", []).extend(one for one in spoken if one[1].public)
    return {phone: sorted(listed, key=lambda one: one[1].at) for phone, listed in told.items()}


def _chat_moment(book: Book, at: int, language: str) -> str:
    when = moment(at, book.world.calendar.zone)
    if language == "hu":
        return f"{when:%Y. %m. %d. %H:%M}"
    if language == "en":
        return f"{when.day:02d}/{when.month:02d}/{when:%Y, %H:%M}"
    return f"{when.day}/{when.month}/{when:%Y, %H:%M}" if language == "es" else f"{when:%d/%m/%Y %H:%M}"
