"""One mail as its header tells it: who wrote to whom and when, what it answers, and whether a machine wrote it."""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Literal

from journeyminer.importers.mail.headers import Headers, decode_words, first
from journeyminer.text import fold

if TYPE_CHECKING:
    from journeyminer.clock import ZoneRule
    from journeyminer.vocabulary import FateReason

Kind = Literal["message", "auto-reply", "bounce"]

MAX_CLOCK_ERROR = timedelta(days=1)
"""a Date further than this from the time at which our server received the mail is the sender's wrong clock"""

_ID = re.compile(r"<([^<>\s]+)>")
_BETWEEN_ADDRESSES = re.compile(r"[\s<>,;:\"()\[\]]+")
# Subjects are compared folded, so the accents of the prefixes are gone: Vá: is va:, Válasz: is valasz:.
_REPLY = (
    r"(?:re|res|resp|rta|rv|aw|antw|sv|va|valasz|fw|fwd|enc|tovabbitas|tovabbitva|tr|wg)\s?(?:\[\d+\]|\(\d+\))?\s?[:：]"
)
_LIST_TAG = r"\[[^\]\d]{1,40}\]"
"""a tag with digits is a ticket number and stays"""
_PREFIXES = re.compile(f"(?:(?:({_REPLY})|{_LIST_TAG})\\s*)+")

_DAEMONS = ("mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon")
_NO_REPLY = re.compile(r"(?:no|do[-_.]?not|nao|ne)[-_.]?(?:reply|respond\w*|valaszol\w*)(?:$|[-_+.])")
_AUTO_SUBJECT = re.compile(
    r"(?:automatic reply|auto ?-?reply|automated reply|auto ?-?response|out of (?:the )?office(?: auto ?-?reply)?"
    r"|resposta automatica|fora do escritorio|ausencia temporaria|respuesta automatica|fuera de la oficina"
    r"|automatikus valasz|hazon kivul|szabadsagon(?: vagyok)?)\s*(?:$|[:–(-])"
)
_DRAFT_LABELS = {"drafts", "rascunhos", "borradores", "piszkozatok"}
_FOLDER_DATA = "folder internal data"


@dataclass(slots=True)
class Mail:
    """What the log and the threads need of one mail. The subject is for threading only and goes no further."""

    ref: str
    id: str
    parents: tuple[str, ...]
    """the ids it answers, oldest first"""
    conversations: tuple[str, ...]
    """marks that mail systems give all mails of one conversation"""
    moment: datetime | None
    by_received: bool
    """whether that is the time at which our server received it"""
    sender: str
    """address, lower case; "" where none can be read"""
    name: str
    reply_to: str
    delivered: tuple[str, ...]
    """the mailboxes that took it, then the addresses in To and Cc"""
    recipients: frozenset[str]
    """the addresses in To and Cc"""
    kind: Kind
    subject: str
    """folded, without reply and list prefixes"""
    is_reply: bool
    """whether the subject has a reply or forward prefix"""
    left_out: FateReason | None
    """why the mail is no event, where it is none by design"""
    date_text: str


def read_mail(headers: Headers, *, ref: str, zone: ZoneRule) -> Mail:
    """The mail behind a header.

    Args:
        zone: of a Date that names none.
    """
    moment, by_received = sent_at(headers, zone)
    name, sender = _person(first(headers, "x-original-from", "x-google-original-from", "from", "sender"))
    subject = fold(decode_words(first(headers, "subject")))
    prefixes = _PREFIXES.match(subject)
    return Mail(
        ref=ref,
        id=_own_id(headers),
        parents=_parents(headers),
        conversations=_conversations(headers),
        moment=moment,
        by_received=by_received,
        sender=sender,
        name=name,
        reply_to=next(iter(_addresses(headers, "reply-to")), ""),
        delivered=_addresses(headers, "delivered-to", "x-original-to", "envelope-to", "to", "cc"),
        recipients=frozenset(_addresses(headers, "to", "cc")),
        kind=kind_of(headers, sender, subject),
        subject=subject[prefixes.end() :] if prefixes else subject,
        is_reply=prefixes is not None and prefixes[1] is not None,
        left_out=_left_out(headers, subject),
        date_text=first(headers, "date")[:40],
    )


def sent_at(headers: Headers, zone: ZoneRule) -> tuple[datetime | None, bool]:
    """When the mail was sent, in UTC, and whether that is the time at which our own server received it.

    The Date header; the time of the top-most Received header where Date is missing, broken, names no zone, or is more
    than a day off. A Date without a zone and without Received is read by the rule for such times.
    """
    text = first(headers, "date")
    date = _moment(text)
    times = (_moment(line.rpartition(";")[2]) for line in headers.get("received", []))
    received = next((moment for moment in times if moment and moment.tzinfo), None)
    if date and (date.tzinfo or "-0000" in text):
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        if received and abs(date - received) > MAX_CLOCK_ERROR:
            return received.astimezone(UTC), True
        return date.astimezone(UTC), False
    if received:
        return received.astimezone(UTC), True
    return date and zone.aware(date), False


def kind_of(headers: Headers, sender: str, subject: str) -> Kind:
    """Whether a person wrote the mail, or a machine: an auto-reply, or a bounce.

    Mailing lists mark human mails with Precedence: bulk and List-*, so those alone say nothing; and a bare
    X-Auto-Response-Suppress is what many help desks put on their agents' replies.

    Args:
        sender: address, lower case.
        subject: folded.
    """
    content_type = first(headers, "content-type").lower()
    local = sender.partition("@")[0]
    nobody = first(headers, "return-path") == "<>"
    if "multipart/report" in content_type:
        return "auto-reply" if "disposition-notification" in content_type else "bounce"
    if "x-failed-recipients" in headers or local in _DAEMONS:
        return "bounce"
    submitted = first(headers, "auto-submitted").lower()
    precedence = first(headers, "precedence").lower()
    by_rule = "x-ms-exchange-inbox-rules-loop" in headers and "x-auto-response-suppress" in headers
    marked = any(name in headers for name in ("x-autoreply", "x-autorespond", "x-autoresponder"))
    told = (submitted and not submitted.startswith("no")) or marked or by_rule or precedence in ("auto_reply", "junk")
    if told or nobody or _NO_REPLY.match(local) or _AUTO_SUBJECT.match(subject):
        return "auto-reply"
    return "message"


def _moment(text: str) -> datetime | None:
    """A mail's date, naive where it names no zone that is known; None where it is no date."""
    try:
        moment = parsedate_to_datetime(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _own_id(headers: Headers) -> str:
    """The Message-ID; without one, a hash of what every copy of the mail shares."""
    text = first(headers, "message-id")
    bracketed = _ID.search(text)
    if bracketed:
        return bracketed[1]
    if text and not re.search(r"\s", text):
        return text.strip("<>")
    said = [first(headers, name) for name in ("from", "to", "date", "subject")]
    if not any(said):
        said = sorted(f"{name}: {value}" for name, values in headers.items() for value in values)
    return "hash:" + hashlib.sha256("\x1f".join(said).encode("utf-8", "replace")).hexdigest()


def _parents(headers: Headers) -> tuple[str, ...]:
    """References, then In-Reply-To. Where In-Reply-To holds prose, only its last <...> is an id and not an address."""
    references = [id_ for line in headers.get("references", []) for id_ in _ID.findall(line)]
    reply = first(headers, "in-reply-to")
    answered = _ID.findall(reply)
    if _ID.sub("", reply).strip():
        answered = answered[-1:]
    return tuple(dict.fromkeys([*references, *(id_ for id_ in answered if id_ not in references)]))


def _conversations(headers: Headers) -> tuple[str, ...]:
    """Gmail's thread number, and the root that Outlook keeps in the first 22 bytes of Thread-Index."""
    marks = [f"gm:{first(headers, 'x-gm-thrid')}"] if "x-gm-thrid" in headers else []
    try:
        root = b64decode(first(headers, "thread-index"))[:22]
    except ValueError:
        root = b""
    return (*marks, f"ti:{root.hex()}") if len(root) == 22 else tuple(marks)


def _person(text: str) -> tuple[str, str]:
    """Display name and address (lower case) of a From; either may be empty."""
    found = _addresses_in(text)
    if not found:
        return "", ""
    before, bracket, _ = text.partition("<")
    comment = re.search(r"\(([^()]*)\)", text)
    name = decode_words(before if bracket else comment[1] if comment else "").replace("\\", "")
    name = " ".join(name.strip(" \"'").split())
    return ("" if "@" in name else name), found[0]


def _addresses(headers: Headers, *names: str) -> tuple[str, ...]:
    """All addresses of these fields, in order, each once."""
    texts = [text for name in names for text in headers.get(name, [])]
    return tuple(dict.fromkeys(address for text in texts for address in _addresses_in(text)))


def _addresses_in(text: str) -> list[str]:
    parts = (part.strip("'.").lower() for part in _BETWEEN_ADDRESSES.split(text) if "@" in part)
    return [part for part in parts if part.count("@") == 1 and not part.startswith("@") and not part.endswith("@")]


def _left_out(headers: Headers, subject: str) -> FateReason | None:
    labels = fold(decode_words(first(headers, "x-gmail-labels"))).split(",")
    if _DRAFT_LABELS.intersection(label.strip() for label in labels) or "x-mozilla-draft-info" in headers:
        return "draft"
    return "mail_program_record" if subject.endswith(_FOLDER_DATA) else None
