"""Mail: mbox files of any flavour, single .eml files, Maildir folders; a thread is a case, a mail is an event.

All mail files of a reading are looked at together: threads run over files, and the same mail in two mailboxes is one
event. Activity is `message`, `auto-reply` or `bounce`. A mail between us and outside is public, one among ourselves
internal. The resource is our sender's name; the group is the mailbox of ours that took the mail, where customers
write to several. Machines (auto-replies, bounces, no-reply senders) have the role system: they answer nobody.
Subjects and bodies are not kept, threads are numbers, and only the customer of a thread (the first outside author,
or the only receiver of the mail that we began it with) is an identity, so that a vendor in copy joins nobody.
"""

from __future__ import annotations

import io
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import IO, TYPE_CHECKING, cast

from journeyminer.clock import ZoneRule
from journeyminer.errors import UnreadableExport
from journeyminer.files import open_bytes
from journeyminer.importers.base import Match, Sample, Source
from journeyminer.importers.counting import check_count
from journeyminer.importers.mail.headers import Passed, fields, header_blocks
from journeyminer.importers.mail.message import LEFT_OUT_LABELS, Mail, content_id, read_mail
from journeyminer.importers.mail.separators import count_separators, separator_lines
from journeyminer.importers.mail.threads import Threads, in_order, thread
from journeyminer.importers.mail.us import Ours, mailbox, ours_given, ours_inferred
from journeyminer.log.pseudonyms import hidden
from journeyminer.log.record import Event, Identity, Record
from journeyminer.note import Note
from journeyminer.text import fold

if TYPE_CHECKING:
    from journeyminer.log.loader import Loader
    from journeyminer.vocabulary import FateReason

NAME = "mail"
FILES = "*.mbox, *.eml, Maildir"

FAR_OFF = timedelta(days=3 * 365)
"""so long after all other mails, one in ten at most was dated by a wrong clock"""
MOVE = timedelta(days=2)
"""so long may it take to move a mailbox to another server"""
_TELLING = {"from", "date", "message-id", "received", "to", "subject", "return-path", "delivered-to", "x-gm-thrid"}
_TIMED = {"date", "received", "message-id"}


def identify(sample: Sample) -> Match | None:
    """An mbox or a single mail, by its first header."""
    head = sample.head.lstrip(b"\xef\xbb\xbf\r\n")
    is_mbox = head.startswith((b"From ", b"From\n", b"From\r\n"))
    headers = fields(next(header_blocks(io.BytesIO(sample.head)), []))
    found = sorted(_TELLING & headers.keys())
    named = tuple(found[:4])
    if is_mbox and len(found) >= 2:
        return Match(0.95, Note("match.mbox", headers=named))
    if "from" in found and _TIMED & headers.keys() and not is_mbox:
        return Match(0.95, Note("match.mail", headers=named))
    if sample.suffix in (".eml", ".emlx") and found:
        return Match(0.8, Note("match.mail_suffix", suffix=sample.suffix, headers=named))
    return None


def load(source: Source, loader: Loader) -> None:
    """Every mail of the file, one record each."""
    if not source.shared:
        source.shared["box"] = _open(source)
    box: _Box = source.shared["box"]
    loader.namespace(NAME)
    if source.path in box.broken:
        raise box.broken[source.path]
    mails = box.files[source.path]
    if source.path in box.single:
        loader.receipt.file = hidden("mail", source.shown)
    loader.records(_records(mails, box))
    loader.decide(box.ours.basis if box.ours else Note("decision.us_unknown"))
    for note in box.notes[source.path]:
        loader.decide(note)
    if n := box.threads.by_subject:
        loader.decide(Note("decision.threads", n=n))
    if n := sum(mail.by_received for mail in mails):
        loader.decide(Note("decision.mail_clock", n=n))
    loader.decide_zone(box.zones[source.path])


@dataclass(slots=True)
class _Box:
    """What all mail files of a reading say together."""

    files: dict[Path, list[Mail]] = field(default_factory=dict)
    zones: dict[Path, ZoneRule] = field(default_factory=dict)
    notes: dict[Path, list[Note]] = field(default_factory=dict)
    """what was decided of a file's mails"""
    single: set[Path] = field(default_factory=set)
    """files of one mail"""
    broken: dict[Path, Exception] = field(default_factory=dict)
    """what stopped the reading of a file, to be raised when its own turn comes"""
    far_off: datetime | None = None
    """from when on mails are dated by a wrong clock"""
    threads: Threads = field(default_factory=lambda: Threads({}, 0))
    ours: Ours | None = None
    mailboxes: frozenset[str] = frozenset()
    """those of ours that customers write to first"""
    customers: dict[str, str] = field(default_factory=dict)
    """case -> address of its customer"""


def _open(source: Source) -> _Box:
    box = _Box()
    for path in [sample.path for sample in source.siblings] or [source.path]:
        box.zones[path] = zone = ZoneRule(source.options.zone_of(path))
        try:
            passed = Passed()
            with open_bytes(path) as file:
                blocks = enumerate(header_blocks(file, passed), 1)
                mails = [read_mail(fields(block), ref=f"message {n}", zone=zone) for n, block in blocks]
            _check(path, mails, passed)
            if not passed.is_mbox:
                box.single.add(path)
            for mail in mails:
                mail.left_out = mail.left_out or _left_out(path)
            box.files[path] = mails
            box.notes[path] = [
                *([Note("decision.mbox_lines", n=len(passed.missed), first=passed.missed[0])] if passed.missed else []),
                *_put_back(mails),
            ]
        except (OSError, EOFError, zlib.error, UnreadableExport) as error:
            box.broken[path] = error
    _tell_apart(box)
    _far_off(box)
    mails = in_order(mail for listed in box.files.values() for mail in listed if not mail.left_out)
    box.threads = thread(mails)
    box.ours = ours_given(source.options.us) if source.options.us else ours_inferred(mails)
    if box.ours:
        _know(box, mails, box.ours)
    return box


def _check(path: Path, mails: list[Mail], passed: Passed) -> None:
    """Compare the mails of a mailbox, and the lines that were taken for text, with the lines that may separate mails.

    Raises:
        UnreadableExport: they differ.
    """
    if not passed.is_mbox:
        return

    def first() -> str:
        for number, mail in enumerate(mails, 1):
            if mail.ref != (place := f"message {number}"):
                return place
        return _first_missed(path)

    with open_bytes(path) as file:
        counted = count_separators(file)
    check_count(Note("read.mails_differ", counted=counted, read=len(mails) + passed.n), first)


def _first_missed(path: Path) -> str:
    """Return the place of the first line that begins as a separator does and became neither a mail nor text."""
    n, passed = 0, Passed()
    taken: list[int] = []
    """for every such line, how many of those before it were something by then"""
    with open_bytes(path) as file:
        readline = file.readline

        def noted(size: int) -> bytes:
            line = readline(size)
            if count_separators(io.BytesIO(line)):
                taken.append(n + passed.n)
            return line

        for _ in header_blocks(cast("IO[bytes]", SimpleNamespace(readline=noted)), passed):
            n += 1
    with open_bytes(path) as file:
        lines = list(separator_lines(file))
    for place, before in enumerate(taken):
        if before < place:
            return f"line {lines[place - 1]}"
    return f"line {lines[n + passed.n]}" if n + passed.n < len(lines) else ""


def _left_out(path: Path) -> FateReason | None:
    """Why a mail of a Maildir is no event: its file's name has a flag, or its folder holds drafts or rubbish."""
    _, has_flags, flags = path.name.partition(":2,")
    box = path.parent.parent
    if path.parent.name == "tmp" and (box / "cur").is_dir():
        return "draft"
    if path.parent.name in ("cur", "new") and box.name.startswith("."):
        label = fold(box.name.rpartition(".")[2])
        if reason := next((reason for reason, those in LEFT_OUT_LABELS.items() if label in those), None):
            return reason
    return "draft" if has_flags and "D" in flags else "spam_or_trash" if has_flags and "T" in flags else None


def _put_back(mails: list[Mail]) -> list[Note]:
    """Take the Dates of a mailbox that was moved: our server received what was written on many days within two."""
    moved = [mail for mail in mails if mail.by_received and mail.written and mail.moment]
    received, written = ([getattr(mail, at) for mail in moved] for at in ("moment", "written"))
    if len(moved) < 2 or max(received) - min(received) > MOVE:
        return []
    if max(written) - min(written) < max(received) - min(received):
        return []
    for mail in moved:
        mail.moment, mail.by_received = mail.written, False
    return [Note("decision.mail_moved", n=len(moved))]


def _far_off(box: _Box) -> None:
    """Find the mails that a wrong clock dates years after all others of the reading."""
    known = sorted(mail.moment for mails in box.files.values() for mail in mails if mail.moment)
    gaps = [later for before, later in pairwise(known) if later - before > FAR_OFF]
    if gaps and sum(moment >= gaps[-1] for moment in known) * 10 <= max(len(known), 10):
        box.far_off = gaps[-1]


def _tell_apart(box: _Box) -> None:
    """Give mails of their own an id of their own: programs write one id on many, copies of a mail say the same."""
    said: dict[str, set[tuple[str, str, str]]] = {}
    for mail in (mail for mails in box.files.values() for mail in mails):
        said.setdefault(mail.id, set()).add((mail.sender, mail.date_text, mail.subject))
    for path, mails in box.files.items():
        shared = [mail for mail in mails if len(said[mail.id]) > 1]
        for mail in shared:
            mail.id = content_id(mail.id, mail.sender, mail.date_text, mail.subject)
        if shared:
            box.notes[path].append(Note("decision.mail_ids_shared", n=len(shared)))


def _know(box: _Box, mails: list[Mail], ours: Ours) -> None:
    """Find every case's customer and our mailboxes; mails come in order."""
    begun: set[str] = set()
    starts: Counter[str] = Counter()
    outbound: dict[str, str] = {}
    for mail in mails:
        case = box.threads.case_of[mail.id]
        is_first, by_us = case not in begun, ours.wrote(mail)
        begun.add(case)
        if mail.kind != "message":
            continue
        if not ours.knows(mail):
            continue
        if not by_us:
            box.customers.setdefault(case, ours.author(mail))
            if is_first:
                starts.update({mailbox(address) for address in mail.delivered if ours.owns(address)})
        elif is_first:
            outside = [address for address in mail.recipients if not ours.owns(address)]
            if len(outside) == 1:
                outbound[case] = outside[0]
    box.customers = outbound | box.customers
    box.mailboxes = frozenset(starts)


def _records(mails: list[Mail], box: _Box) -> Iterator[Record]:
    for mail in mails:
        if mail.left_out:
            yield Record.ignored(mail.ref, mail.left_out)
        elif mail.moment and box.far_off and mail.moment >= box.far_off:
            yield Record.rejected(mail.ref, "date_out_of_range", column="Date", value=mail.date_text)
        elif mail.moment is None:
            yield Record.rejected(mail.ref, "no_mail_date", column="Date", value=mail.date_text)
        else:
            event = Event(box.threads.case_of[mail.id], mail.kind, mail.moment, channel="email", id=mail.id)
            event.visibility = "public"
            event.role = None if mail.kind == "message" else "system"
            record = Record(mail.ref, events=[event])
            if box.ours:
                _add_people(record, event, mail, box, box.ours)
            yield record


def _add_people(record: Record, event: Event, mail: Mail, box: _Box, ours: Ours) -> None:
    by_us = ours.wrote(mail)
    if mail.kind == "message" and ours.knows(mail):
        event.role = "agent" if by_us else "customer"
        event.resource = (mail.name or mail.sender.partition("@")[0] or None) if by_us else None
    if by_us and ours.is_internal(mail):
        event.visibility = "internal"
    if len(box.mailboxes) > 1:
        places = (mail.sender, *mail.delivered) if by_us else mail.delivered
        event.group = next((place.partition("@")[0] for place in map(mailbox, places) if place in box.mailboxes), None)
    customer = box.customers.get(event.case)
    if customer and not by_us and mail.kind == "message" and customer == ours.author(mail):
        record.identities.append(Identity(event.case, "email", customer))
        if mail.name and not ours.owns(mail.sender):
            record.identities.append(Identity(event.case, "name", mail.name))
    elif customer and by_us and customer in mail.recipients:
        record.identities.append(Identity(event.case, "email", customer))
