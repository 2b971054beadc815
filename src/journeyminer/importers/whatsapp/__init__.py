"""WhatsApp chats, exported as text: one record an entry, cases are sessions cut by silence.

A chat is known by a hash of its first messages, and shown by a number: its name is the customer's. The text itself is
never kept.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple, cast

from journeyminer.clock import ORDERS, DateOrder, Order, ZoneRule
from journeyminer.encoding import decoded, from_file
from journeyminer.errors import AmbiguousTimestamp, JourneyminerError, UnreadableExport, UsageError
from journeyminer.importers.base import Match, Sample, Source
from journeyminer.importers.counting import check_count, first_difference
from journeyminer.importers.reading.file_names import CHAT
from journeyminer.importers.whatsapp.automatic import Texts, automatic, said_in
from journeyminer.importers.whatsapp.entries import entry_lines
from journeyminer.importers.whatsapp.lines import (
    Entry,
    Form,
    Line,
    clean_name,
    moment_of,
    orders_of,
    read_entries,
    read_lines,
)
from journeyminer.log.pseudonyms import hidden
from journeyminer.log.record import Event, Identity, Record
from journeyminer.note import Note
from journeyminer.text import fold

if TYPE_CHECKING:
    from pathlib import Path

    from journeyminer.encoding import Encoding
    from journeyminer.log.loader import Loader
    from journeyminer.options import ReadOptions
    from journeyminer.vocabulary import FateReason

NAME = "whatsapp"
FILES = "*.txt"

_IGNORED: dict[str, FateReason] = {"notice": "app_notice", "empty": "empty_message"}
_LOG_LEVEL = re.compile(r"(?:.* - )?(?:trace|debug|info|notice|warn(?:ing)?|error|critical|fatal)", re.IGNORECASE)
"""who "writes" in the log file of a program, whose lines look like those of a chat"""
_PHONE = re.compile(r"\+?[\d\s().‑-]{6,}")


class Sides(NamedTuple):
    """Who is us in a chat: None where nothing tells, then nobody has a role."""

    us: frozenset[str] | None
    customer: str | None
    decision: Note


class Chats(NamedTuple):
    """What all chats of a reading tell of each: one phone writes all of them in one way."""

    proofs: dict[Form, list[DateOrder]]
    texts: Texts


def identify(sample: Sample) -> Match | None:
    """Text whose first lines begin with one form of date, time and author."""
    if sample.suffix not in (".txt", ""):
        return None
    lines = [line for line in sample.text.split("\n") if line.strip()][:20]
    begun, _ = read_lines("\n".join(lines))
    if not begun or begun[0].number != 1:
        return None
    authors = {entry.author for entry in read_entries(begun) if entry.author}
    is_chat = bool(authors) and not all(map(_LOG_LEVEL.fullmatch, authors))
    if is_chat and (len(begun) >= 0.6 * len(lines) or any(map(CHAT.fullmatch, sample.shown.split("/")))):
        return Match(0.8, Note("match.chat", n=len(begun), of=len(lines)))
    return None


def load(source: Source, loader: Loader) -> None:
    """Read the whole chat.

    Raises:
        AmbiguousTimestamp: nothing in the file proves the order of day and month.
        UnreadableExport: no line begins an entry, or others do than were read; or the bytes are no text.
    """
    encoding, (lines, n_others) = _read(source.sample, source.options)
    entries = read_entries(lines)
    if not entries:
        raise UnreadableExport(Note("read.no_chat"), hint=Note("hint.export_chat_again"))
    _check(source.path, encoding, entries, n_others)
    orders = _orders(source, entries)
    sides = _sides(source, entries)
    moments = [moment_of(entry, orders[entry.form].order) for entry in entries]
    programs = automatic(entries, sides.us, _chats(source, entries).texts) if sides.us else frozenset[int]()
    chat = hidden("chat", _chat_id(entries, moments, sides))
    loader.receipt.file = chat  # a later export of it has the same number
    loader.namespace(f"{NAME}:{chat}")
    gap = timedelta(hours=source.options.session_gap_hours)
    zone = ZoneRule(source.timezone)
    loader.records(_records(entries, moments, chat=chat, sides=sides, programs=programs, zone=zone, gap=gap))
    loader.decide(Note("decision.encoding", name=encoding.name, proof=encoding.proof))
    for order in dict.fromkeys(orders.values()):
        loader.decide(Note("decision.date_order", order=order.order, proof=order.proof))
    if n_others:
        loader.decide(Note("decision.other_forms", n=n_others))
    loader.decide(sides.decision)
    if programs:
        loader.decide(Note("decision.automatic", n=len(programs)))
    loader.decide_zone(zone)


def _check(path: Path, encoding: Encoding, entries: list[Entry], n_others: int) -> None:
    """Compare the entries that were read with the lines that begin one; those of another form are text by decision."""
    counted = entry_lines("".join(decoded(path, encoding)))
    differ = Note("read.entries_differ", counted=len(counted), read=len(entries) + n_others)
    check_count(differ, lambda: first_difference(counted, (entry.number for entry in entries)))


def _records(
    entries: list[Entry],
    moments: list[datetime | None],
    *,
    chat: str,
    sides: Sides,
    programs: Collection[int],
    zone: ZoneRule,
    gap: timedelta,
) -> Iterator[Record]:
    session, latest = 0, datetime.min
    nth: Counter[tuple[str, ...]] = Counter()
    introduced: set[tuple[int, str]] = set()
    authors: dict[str | None, int] = {}
    """author -> which of the chat's: the ids of events are not made of names"""
    for place, (entry, moment) in enumerate(zip(entries, moments, strict=True)):
        ref = f"line {entry.number}"
        if moment is None:
            yield Record.rejected(ref, "unreadable_timestamp", column="date", value=entry.date)
            continue
        if entry.kind in _IGNORED:
            yield Record.ignored(ref, _IGNORED[entry.kind])
            continue
        if not session or moment - latest > gap:
            session += 1
        latest = max(latest, moment)
        case = f"{chat}-{session}"
        minute, _, words = _content(entry, moment)
        said = chat, minute, str(authors.setdefault(entry.author, len(authors))), words
        nth[said] += 1
        ours = sides.us is not None and entry.author in sides.us
        role = None if sides.us is None or entry.author is None else "agent" if ours else "customer"
        event = Event(
            case,
            "auto reply" if place in programs else entry.kind,
            zone.aware(moment),
            role=role,
            channel="whatsapp",
            visibility="public",
            resource=entry.author if ours and place not in programs else None,
            id=_hash(*said, str(nth[said])),
        )
        customer = entry.author if role == "customer" else sides.customer
        identities = []
        if customer and (session, customer) not in introduced:
            introduced.add((session, customer))
            identities.append(Identity(case, "phone" if _PHONE.fullmatch(customer) else "name", customer))
        yield Record(ref, events=[event], identities=identities)


def _orders(source: Source, entries: list[Entry]) -> dict[Form, DateOrder]:
    """The order of day and month of each form: proved by the chat, by the other chats of the reading, or given."""
    proofs = orders_of(entries)
    if open_ := [form for form, proved in proofs.items() if proved is None]:
        if source.options.date_order not in (None, *ORDERS):
            known = Note("usage.known", known=ORDERS)
            raise UsageError(Note("usage.no_date_order", order=source.options.date_order), hint=known)
        others = _chats(source, entries).proofs
        for form in open_:
            found = others.get(form, [])
            if found and len({proved.order for proved in found}) == 1:
                proof = Note("proof.other_files", n=len(found), proof=found[0].proof)
                proofs[form] = found[0]._replace(proof=proof)
            elif source.options.date_order:
                proofs[form] = DateOrder(cast("Order", source.options.date_order), Note("proof.order_given"))
    for entry in entries:
        if proofs[entry.form] is None:
            raise AmbiguousTimestamp(
                Note("read.open_order_chat", date=entry.date),
                place=f"line {entry.number}",
                hint=Note("hint.date_order"),
            )
    return {form: proved for form, proved in proofs.items() if proved}


def _read(sample: Sample, options: ReadOptions) -> tuple[Encoding, tuple[list[Line], int]]:
    """The encoding of a chat, and what `read_lines` makes of its text."""
    encoding = from_file(sample.path, options.encoding)
    return encoding, read_lines("".join(decoded(sample.path, encoding)))


def _chats(source: Source, own: list[Entry]) -> Chats:
    """What all chats of the reading tell, looked at once; `own` are the entries of the file at hand."""
    if "chats" not in source.shared:
        source.shared["chats"] = chats = Chats({}, Texts())
        for sibling in source.siblings or (source.sample,):
            with suppress(JourneyminerError):  # what is wrong with a file is said where it is read
                is_own = sibling is source.sample
                entries = own if is_own else read_entries(_read(sibling, source.options)[1][0])
                for form, proved in orders_of(entries).items():
                    if proved and proved.proof.slug != "proof.same_number":
                        chats.proofs.setdefault(form, []).append(proved)
                chats.texts.add(said_in(entries))
    return cast("Chats", source.shared["chats"])


def _sides(source: Source, entries: list[Entry]) -> Sides:
    authors = {entry.author for entry in entries if entry.author and entry.kind not in _IGNORED}
    named = {_folded(name) for name in source.options.us}
    us = frozenset(author for author in authors if _folded(author) in named)
    if us:
        others = authors - us
        return Sides(us, others.pop() if len(others) == 1 else None, Note("decision.us_given"))
    for name, decision in _chat_names(source, entries):
        customer = next((author for author in authors if _folded(author) == _folded(name)), None)
        if customer:
            return Sides(frozenset(authors - {customer}), customer, decision)
    return Sides(None, None, Note("decision.us_unnamed"))


def _chat_names(source: Source, entries: list[Entry]) -> Iterator[tuple[str, Note]]:
    """What the chat is called: in the name of the file or of its archive, or in the notice that it begins with."""
    for part in (*source.shown.split("/"), source.path.name):
        found = CHAT.fullmatch(part)
        if found:
            yield clean_name(found["name"]), Note("decision.us_by_file")
    if entries[0].kind == "notice" and entries[0].author:
        yield entries[0].author, Note("decision.us_by_notice")


def _folded(name: str) -> str:
    """Names are the same whatever their case and accents, phone numbers whatever their spaces."""
    digits = re.sub(r"\D", "", name)
    return digits if _PHONE.fullmatch(name) and digits else fold(clean_name(name))


def _chat_id(entries: list[Entry], moments: list[datetime | None], sides: Sides) -> str:
    """A name for the chat that says nothing of the customer and is the same in a later export of it.

    It is made of the first message of each side: one greeting goes to many customers in the same minute.
    """
    first: dict[str, tuple[str, ...]] = {}
    for entry, moment in zip(entries, moments, strict=True):
        if entry.kind == "message" and entry.author and len(first) < 2:
            first.setdefault(entry.author, _content(entry, moment))
    parts = [part for said in first.values() for part in said]
    return _hash(*parts, *([] if len(first) == 2 else [sides.customer or ""]))[:12]


def _content(entry: Entry, moment: datetime | None) -> tuple[str, str, str]:
    """What an entry says in every export of its chat: without seconds, and without the names of files."""
    minute = f"{moment:%Y-%m-%d %H:%M}" if moment else entry.date
    return minute, entry.author or "", entry.text if entry.kind == "message" else entry.kind


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
