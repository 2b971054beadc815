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
from journeyminer.importers.mail.us import is_nobody
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
    r"(?:re|res|resp|rta|rv|aw|antw|antwort|sv|vs|va|valasz|fw|fwd|enc|tov|tovabbitas|tovabbitva|tr|wg|odp|r|i|rif|ynt|"
    r"respuesta|contestacion|reenviado|resposta|responder|encaminhar|encaminhado)\s?(?:\[\d+\]|\(\d+\))?\s?[:：]"
)
_LIST_TAG = r"\[[^\]\d]{1,40}\]"
"""a tag with digits is a ticket number and stays"""
_PREFIXES = re.compile(f"(?:(?:({_REPLY})|{_LIST_TAG})\\s*)+")

_DAEMONS = ("mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon")
_AUTO_SUBJECT = re.compile(
    r"(?:automatic(?: e-?mail)? reply|auto ?-?reply|automated (?:reply|response)|auto ?-?response"
    r"|auto ?:.*\b(?:out of (?:the )?office|fora do escritorio|fuera de la oficina|ausente).*"
    r"|ooo|out of (?:the )?office(?: auto ?-?reply| re)?"
    r"|resposta automatica|fora do escritorio|ausencia (?:temporaria|do escritorio)|ausente(?: d[oae]l? (?:la )?\w+)?"
    r"|respuesta automatica|fuera de (?:la )?oficina"
    r"|automatikus valasz|hazon kivul|irodan kivul|tavollet|tavol vagyok|szabadsagon(?: vagyok)?)\s*(?:$|[:–(-])"
)
_BOUNCE_SUBJECT = re.compile(
    r"(?:undeliver(?:ed|able)\b|mail delivery (?:failed|failure|subsystem)|delivery (?:status notification|failure|"
    r"has failed)|returned mail|failure notice|nao (?:e possivel entregar|foi possivel entregar|entregue)"
    r"|falha na entrega|no se (?:puede|pudo) entregar|no entregado|error de entrega|kezbesithetetlen|kezbesitesi hiba)"
)
_AUTO_FIELDS = (
    "x-autoreply", "x-autorespond", "x-autoresponder", "x-autoreply-from", "x-auto-response", "x-mail-autoreply",
)  # fmt: skip
_AUTO_PRECEDENCE = ("auto_reply", "auto-reply", "junk")
LEFT_OUT_LABELS: dict[FateReason, frozenset[str]] = {
    "draft": frozenset({"drafts", "draft", "rascunhos", "borradores", "piszkozatok"}),
    "spam_or_trash": frozenset({
        "spam", "trash", "lixo", "lixeira", "papelera", "kuka", "levelszemet", "correo no deseado", "lixo eletronico",
        "junk", "deleted items", "deleted messages", "itens excluidos", "elementos eliminados", "torolt elemek", "chat",
        "chats", "bate-papo", "bate-papos", "cseveges", "csevegesek",
    }),
}  # fmt: skip
"""labels of Gmail, and folders, for what nobody sent, nobody wanted or is no mail"""
_DELETED = 0x0008
"""the bit of X-Mozilla-Status for a mail that Thunderbird deletes when it tidies up"""
_ZONES = {
    "CET": 1, "MET": 1, "CEST": 2, "MEST": 2, "WET": 0, "WEST": 1, "BST": 1, "EET": 2, "EEST": 3, "BRT": -3, "BRST": -2,
    "ART": -3, "CLT": -4, "COT": -5, "PET": -5,
}  # fmt: skip
"""zones of our languages' countries that the library for mails does not know, in hours"""
_VIA = re.compile(r"(?P<name>.+?)['’\"]* via .+", re.IGNORECASE)
"""the display name that a list or a group writes for somebody whose address it may not write from"""
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
    written: datetime | None
    """what the Date header says, where it names a zone"""
    sender: str
    """address, lower case; "" where none can be read"""
    name: str
    via: bool
    """whether a list or a group wrote it in the name of somebody else"""
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
    via = _VIA.fullmatch(name)
    reply_to = next(iter(_addresses(headers, "reply-to")), "")
    written = _moment(first(headers, "date"))
    subject = fold(decode_words(first(headers, "subject")))
    prefixes = _PREFIXES.match(subject)
    parties = {sender, reply_to, *_addresses(headers, "to", "cc")}
    return Mail(
        ref=ref,
        id=_own_id(headers),
        parents=tuple(id_ for id_ in _parents(headers) if id_.lower() not in parties),
        conversations=_conversations(headers),
        moment=moment,
        by_received=by_received,
        written=written if written and written.tzinfo else None,
        sender=sender,
        name=via["name"].strip(" '\"‘’") if via else name,
        via=via is not None,
        reply_to=reply_to,
        delivered=_addresses(headers, "delivered-to", "x-original-to", "envelope-to", "to", "cc"),
        recipients=frozenset(_addresses(headers, "to", "cc")),
        kind=kind_of(headers, sender, subject, reply_to=reply_to),
        subject=subject[prefixes.end() :] if prefixes else subject,
        is_reply=prefixes is not None and prefixes[1] is not None,
        left_out=_left_out(headers, subject),
        date_text=first(headers, "date")[:40],
    )


def sent_at(headers: Headers, zone: ZoneRule) -> tuple[datetime | None, bool]:
    """When the mail was sent, in UTC, and whether that is the time at which our own server received it.

    The Date header; the time of the top-most Received header where Date is missing, broken, names no zone, or is more
    than a day off all of them. A Date without a zone and without Received is read by the rule for such times.
    """
    text = first(headers, "date")
    date = _moment(text)
    times = [_moment(line.rpartition(";")[2]) for line in headers.get("received", [])]
    passed = [moment for moment in times if moment and moment.tzinfo]
    received = passed[0] if passed else None
    if date and (date.tzinfo or "-0000" in text):
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        if received and all(abs(date - moment) > MAX_CLOCK_ERROR for moment in passed):
            return received.astimezone(UTC), True
        return date.astimezone(UTC), False
    if received:
        return received.astimezone(UTC), True
    return date and zone.aware(date), False


def kind_of(headers: Headers, sender: str, subject: str, *, reply_to: str = "") -> Kind:
    """Whether a person wrote the mail, or a machine: an auto-reply, or a bounce.

    Mailing lists mark human mails with Precedence: bulk and List-*, so those alone say nothing; and a bare
    X-Auto-Response-Suppress is what many help desks put on their agents' replies. An empty Return-Path alone says
    nothing either: mails that were passed on have it too. A form writes from an address that nobody reads, with that of
    whoever filled it in under Reply-To.

    Args:
        sender, reply_to: addresses, lower case.
        subject: folded.
    """
    content_type = first(headers, "content-type").lower()
    local = sender.partition("@")[0]
    if "multipart/report" in content_type:
        return "auto-reply" if "disposition-notification" in content_type else "bounce"
    if "x-failed-recipients" in headers or local in _DAEMONS or _BOUNCE_SUBJECT.match(subject):
        return "bounce"
    submitted = first(headers, "auto-submitted").lower()
    precedence = first(headers, "precedence", "x-precedence").lower()
    by_rule = "x-ms-exchange-inbox-rules-loop" in headers and "x-auto-response-suppress" in headers
    marked = any(first(headers, name).lower() not in ("", "no", "false", "0") for name in _AUTO_FIELDS)
    marked |= any("autoresponder" in value.lower() for value in headers.get("delivered-to", []))
    told = (submitted and not submitted.startswith("no")) or marked or by_rule or precedence in _AUTO_PRECEDENCE
    if told or (is_nobody(sender) and (not reply_to or is_nobody(reply_to))) or _AUTO_SUBJECT.match(subject):
        return "auto-reply"
    return "message"


def _moment(text: str) -> datetime | None:
    """A mail's date, naive where it names no zone; None where it is no date, or names a zone that nobody knows."""
    text = re.sub(r"\([^()]*\)", " ", text).strip()
    text = re.sub(r"(?:GMT|UTC)?([+-]\d\d?):?(\d\d)$", lambda found: f" {int(found[1]):+03d}{found[2]}", text)
    half = re.search(r"\b(\d{1,2})(:\d\d(?::\d\d)?)\s*([AP])\.?M\b\.?", text, re.IGNORECASE)
    if half:
        hour = int(half[1]) % 12 + (12 if half[3] in "Pp" else 0)
        text = f"{text[: half.start()]}{hour:02}{half[2]}{text[half.end() :]}"
    named = re.search(r"(?<=\d) +([A-Z][A-Z0-9]{2,})$", text)
    if named and named[1] in _ZONES:
        text = f"{text[: named.start()]} {_ZONES[named[1]]:+03d}00"
    try:
        if re.match(r"\d{4}-\d\d-\d\d[T ]", text):
            moment = datetime.fromisoformat(text.replace("Z", "+00:00").replace(" +", "+").replace(" -", "-"))
        else:
            moment = parsedate_to_datetime(text)
        if moment.tzinfo is None and named and named[1] not in (*_ZONES, "GMT", "UTC"):
            return None
        return moment.astimezone(UTC) if moment.tzinfo else moment
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _own_id(headers: Headers) -> str:
    """The Message-ID; without one, a hash of what every copy of the mail shares."""
    text = decode_words(first(headers, "message-id"))
    bracketed = _ID.search(text)
    if bracketed:
        return bracketed[1]
    if text.strip("<> ") and not re.search(r"\s", text):
        return text.strip("<>")
    said = [first(headers, name) for name in ("from", "to", "date", "subject")]
    if not any(said):
        said = sorted(f"{name}: {value}" for name, values in headers.items() for value in values)
    return content_id(*said)


def content_id(*said: str) -> str:
    """An id for a mail without one, of what it says."""
    return "hash:" + hashlib.sha256("\x1f".join(said).encode("utf-8", "replace")).hexdigest()


def _parents(headers: Headers) -> tuple[str, ...]:
    """References, then In-Reply-To. Where In-Reply-To holds prose, only its last <...> is an id and not an address."""
    references = [id_ for line in headers.get("references", []) for id_ in _ids(decode_words(line))]
    reply = decode_words(first(headers, "in-reply-to"))
    answered = _ids(reply)
    if "<" in reply and _ID.sub("", reply).strip():
        answered = answered[-1:]
    return tuple(dict.fromkeys([*references, *(id_ for id_ in answered if id_ not in references)]))


def _ids(text: str) -> list[str]:
    """The ids of a field; without brackets, where it holds nothing else."""
    found = _ID.findall(text)
    bare = text.split()
    return found or (bare if bare and all("@" in id_ for id_ in bare) else [])


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
    if "@" not in text:  # as archives on the web write them
        text = re.sub(r"(\S) at (\S+\.\w)", r"\1@\2", text)
    parts = (part.strip("'.").lower() for part in _BETWEEN_ADDRESSES.split(text) if "@" in part)
    return [part for part in parts if part.count("@") == 1 and not part.startswith("@") and not part.endswith("@")]


def _left_out(headers: Headers, subject: str) -> FateReason | None:
    labels = {label.strip() for label in fold(decode_words(first(headers, "x-gmail-labels"))).split(",")}
    if "x-mozilla-draft-info" in headers or first(headers, "x-unsent").strip() == "1":
        return "draft"
    status = first(headers, "x-mozilla-status").strip()
    if re.fullmatch("[0-9a-fA-F]{4}", status) and int(status, 16) & _DELETED:
        return "spam_or_trash"
    for reason, those in LEFT_OUT_LABELS.items():
        if those & labels:
            return reason
    return "mail_program_record" if subject.endswith(_FOLDER_DATA) else None
