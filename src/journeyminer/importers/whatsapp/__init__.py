"""WhatsApp chats, exported as text: one record an entry, cases are sessions cut by silence.

A chat is called by a hash of its first message: its name is the customer's. The text itself is never kept.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple, cast

from journeyminer.clock import Order, odd_hour, to_utc
from journeyminer.encoding import decoded, from_file
from journeyminer.errors import AmbiguousTimestamp, UnreadableExport
from journeyminer.importers.base import Match, Sample, Source
from journeyminer.importers.reading.file_names import CHAT
from journeyminer.importers.whatsapp.lines import Entry, clean_name, moment_of, order_of, read_entries, read_lines
from journeyminer.log.build import Loader
from journeyminer.log.record import Event, Identity, Record
from journeyminer.text import fold

NAME = "whatsapp"

_IGNORED = {"notice": "a notice of the app", "empty": "an entry without content"}
_LOG_LEVEL = re.compile(r"(?:.* - )?(?:trace|debug|info|notice|warn(?:ing)?|error|critical|fatal)", re.IGNORECASE)
"""who "writes" in the log file of a program, whose lines look like those of a chat"""
_PHONE = re.compile(r"\+?[\d\s().‑-]{6,}")


class Sides(NamedTuple):
    """Who is us in a chat: None where nothing tells, then nobody has a role."""

    us: frozenset[str] | None
    customer: str | None
    reason: str


def identify(sample: Sample) -> Match | None:
    """Text whose first lines begin with one form of date, time and author."""
    if sample.suffix not in (".txt", ""):
        return None
    lines = [line for line in sample.text.split("\n") if line.strip()][:20]
    begun = list(read_lines("\n".join(lines)))
    if not begun or begun[0].number != 1:
        return None
    authors = {entry.author for entry in read_entries(begun) if entry.author}
    is_chat = bool(authors) and not all(map(_LOG_LEVEL.fullmatch, authors))
    if is_chat and (len(begun) >= 0.6 * len(lines) or any(map(CHAT.fullmatch, sample.shown.split("/")))):
        return Match(
            0.8, f"{len(begun)} of the first {len(lines)} lines begin with date, time and author as in WhatsApp"
        )
    return None


def load(source: Source, loader: Loader) -> None:
    """Read the whole chat.

    Raises:
        AmbiguousTimestamp: nothing in the file proves the order of day and month.
        UnreadableExport: no line begins an entry, or the bytes are no text of the encoding.
    """
    # the file carries the customer's name: from here on it is called by its content
    shown = f"whatsapp-{hashlib.sha256(source.path.read_bytes()).hexdigest()[:8]}.txt"
    loader.receipt.file = shown
    encoding = from_file(source.path, source.options.encoding)
    entries = read_entries(read_lines("".join(decoded(source.path, encoding, shown))))
    if not entries:
        raise UnreadableExport(
            "No line begins with date and time.", place=shown, hint="Export the chat again from WhatsApp as text."
        )
    order = _order(source, entries, shown, loader)
    sides = _sides(source, entries)
    zone = source.timezone
    loader.receipt.zone_assumed = zone is None
    loader.decide("encoding", f"{encoding.name}: {encoding.reason}")
    loader.decide("us", sides.reason)
    chat = _chat_id(entries, order, sides)
    loader.namespace(f"whatsapp:{chat}")
    moments = [moment_of(entry, order) for entry in entries]
    odd = sum(bool(moment and odd_hour(moment, zone or "UTC")) for moment in moments)
    loader.decide("zone", (zone or "UTC assumed") + (f"; {odd} times come twice or not at all in it" if odd else ""))
    gap = timedelta(hours=source.options.session_gap_hours)
    loader.records(_records(entries, moments, chat=chat, sides=sides, zone=zone or "UTC", gap=gap))


def _records(
    entries: list[Entry],
    moments: list[datetime | None],
    *,
    chat: str,
    sides: Sides,
    zone: str,
    gap: timedelta,
) -> Iterator[Record]:
    session, latest = 0, datetime.min
    nth: Counter[tuple[str, ...]] = Counter()
    introduced: set[tuple[int, str]] = set()
    for entry, moment in zip(entries, moments, strict=True):
        ref = f"line {entry.number}"
        if moment is None:
            yield Record.rejected(ref, "there is no such date or time", column="date", value=entry.date)
            continue
        if entry.kind in _IGNORED:
            yield Record.ignored(ref, _IGNORED[entry.kind])
            continue
        if not session or moment - latest > gap:
            session += 1
        latest = max(latest, moment)
        case = f"{chat}-{session}"
        said = _content(entry, moment)
        nth[said] += 1
        ours = sides.us is not None and entry.author in sides.us
        role = None if sides.us is None or entry.author is None else "agent" if ours else "customer"
        event = Event(
            case,
            entry.kind,
            to_utc(moment, zone),
            role=role,
            channel="whatsapp",
            visibility="public",
            resource=entry.author if ours else None,
            id=_hash(*said, str(nth[said])),
        )
        customer = entry.author if role == "customer" else sides.customer
        identities = []
        if customer and (session, customer) not in introduced:
            introduced.add((session, customer))
            identities.append(Identity(case, "phone" if _PHONE.fullmatch(customer) else "name", customer))
        yield Record(ref, events=[event], identities=identities)


def _order(source: Source, entries: list[Entry], shown: str, loader: Loader) -> Order:
    given = source.options.date_order
    proved = order_of(entries)
    if given:
        loader.decide("date order", f"{given}: given with --date-order")
        return cast("Order", given)
    if proved is None:
        raise AmbiguousTimestamp(
            f"Nothing in the chat tells whether {entries[0].date} begins with the day or the month.",
            place=f"{shown}: line {entries[0].number}",
            hint="Say it with --date-order dmy or --date-order mdy.",
        )
    order, proof = proved
    loader.decide("date order", f"{order}: {proof}")
    return order


def _sides(source: Source, entries: list[Entry]) -> Sides:
    authors = {entry.author for entry in entries if entry.author and entry.kind not in _IGNORED}
    named = {_folded(name) for name in source.options.us}
    us = frozenset(author for author in authors if _folded(author) in named)
    if us:
        others = authors - us
        return Sides(us, others.pop() if len(others) == 1 else None, "the names given with --us")
    for name, where in _chat_names(source, entries):
        customer = next((author for author in authors if _folded(author) == _folded(name)), None)
        if customer:
            return Sides(frozenset(authors - {customer}), customer, f"every author but the one named in {where}")
    return Sides(None, None, "unknown: the chat is named after none of its authors; give your side's names with --us")


def _chat_names(source: Source, entries: list[Entry]) -> Iterator[tuple[str, str]]:
    """What the chat is called: in the name of the file or of its archive, or in the notice that it begins with."""
    for part in (*source.shown.split("/"), source.path.name):
        found = CHAT.fullmatch(part)
        if found:
            yield clean_name(found["name"]), "the file's name"
    if entries[0].kind == "notice" and entries[0].author:
        yield entries[0].author, "the app's first notice"


def _folded(name: str) -> str:
    """Names are the same whatever their case and accents, phone numbers whatever their spaces."""
    digits = re.sub(r"\D", "", name)
    return digits if _PHONE.fullmatch(name) and digits else fold(clean_name(name))


def _chat_id(entries: list[Entry], order: Order, sides: Sides) -> str:
    """A name for the chat that says nothing of the customer and is the same in a later export of it.

    It is made of the first message of each side: one greeting goes to many customers in the same minute.
    """
    first: dict[str, Entry] = {}
    for entry in entries:
        if entry.kind == "message" and entry.author and len(first) < 2:
            first.setdefault(entry.author, entry)
    parts = [part for entry in first.values() for part in _content(entry, moment_of(entry, order))]
    return _hash(*parts, *([] if len(first) == 2 else [sides.customer or ""]))[:12]


def _content(entry: Entry, moment: datetime | None) -> tuple[str, str, str]:
    """What an entry says in every export of its chat: without seconds, and without the names of files."""
    minute = f"{moment:%Y-%m-%d %H:%M}" if moment else entry.date
    return minute, entry.author or "", entry.text if entry.kind == "message" else entry.kind


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
