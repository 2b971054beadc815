"""Which mails belong together: one thread is one case.

Mails are linked by the ids they carry: Message-ID, References, In-Reply-To, Gmail's thread number, Outlook's
Thread-Index. One that no mail has for its own, and that several senders name in mails about different things that
answer none, was copied by a form or a program, and links nobody. Only a mail without any of these and with a reply
prefix is linked by its subject: to the latest mail of the same subject in the 30 days before it, if each one's sender
takes part in the other. So newsletters and customers who write under the same subject stay apart.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from journeyminer.log.pseudonyms import hidden

if TYPE_CHECKING:
    from journeyminer.importers.mail.message import Mail

SUBJECT_REACH = timedelta(days=30)
_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True)
class Threads:
    """The case of every mail, and how many mails only their subject could place."""

    case_of: dict[str, str]
    by_subject: int


def in_order(mails: Iterable[Mail]) -> list[Mail]:
    """Each mail once, however many mailboxes hold a copy, by time and id; mails without a time last."""
    once: dict[str, Mail] = {}
    for mail in mails:
        once.setdefault(mail.id, mail)
    return sorted(once.values(), key=lambda mail: (mail.moment or _LAST, mail.id))


def thread(mails: Sequence[Mail]) -> Threads:
    """The threads of these mails, given in order.

    A thread is known by a hash of the id of its root: the oldest id that answers nothing, whether its mail is
    there or only named in References, so that next week's replies get the same case.
    """
    links, copied = _Links(), _copied(mails)
    for mail in mails:
        parents = [parent for parent in mail.parents if parent not in copied]
        for parent in parents:
            links.see(parent)
        links.see(mail.id)
        for before, after in pairwise((*parents, mail.id)):
            links.join(before, after)
            if before != after:
                links.answers.add(after)
        for mark in mail.conversations:
            if mark not in copied:
                links.join(mail.id, mark)
    by_subject = _link_by_subject(mails, links)
    members: dict[str, list[str]] = defaultdict(list)
    for id_ in links.seen:
        members[links.top(id_)].append(id_)
    cases: dict[str, str] = {}
    for ids in members.values():
        root = min(ids, key=lambda id_: (id_ in links.answers, links.seen[id_]))
        case = hidden("thread", hashlib.sha256(root.encode("utf-8", "replace")).hexdigest()[:16])
        cases.update(dict.fromkeys(ids, case))
    return Threads({mail.id: cases[mail.id] for mail in mails}, by_subject)


def _copied(mails: Sequence[Mail]) -> set[str]:
    """The ids and marks that say nothing of which mails belong together."""
    begun: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for mail in mails:
        if not mail.is_reply:
            for id_ in (*mail.parents, *mail.conversations):
                begun[id_].add((mail.reply_to or mail.sender, mail.subject))
    own = {mail.id for mail in mails}
    return {
        id_
        for id_, told in begun.items()
        if id_ not in own and len({sender for sender, _ in told}) > 1 and len({subject for _, subject in told}) > 1
    }


def _link_by_subject(mails: Sequence[Mail], links: _Links) -> int:
    earlier: dict[str, list[Mail]] = defaultdict(list)
    joined = 0
    for mail in mails:
        if not mail.subject or mail.moment is None:
            continue
        if mail.is_reply and not mail.parents and not mail.conversations:
            for other in reversed(earlier[mail.subject]):
                if other.moment is None or mail.moment - other.moment > SUBJECT_REACH:
                    break
                if _talk(mail, other):
                    links.join(other.id, mail.id)
                    links.answers.add(mail.id)
                    joined += 1
                    break
        earlier[mail.subject].append(mail)
    return joined


def _talk(mail: Mail, other: Mail) -> bool:
    if mail.sender in mail.delivered:
        return False  # a web form writes from our mailbox to our mailbox, whoever filled it in
    return mail.sender in (other.sender, *other.delivered) and other.sender in (mail.sender, *mail.delivered)


@dataclass(slots=True)
class _Links:
    """Sets of ids that belong together (union-find)."""

    above: dict[str, str] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    """message id -> its place in the order of first mention"""
    answers: set[str] = field(default_factory=set)
    """ids of mails that answer another"""

    def see(self, id_: str) -> None:
        """Note the first mention of an id."""
        self.seen.setdefault(id_, len(self.seen))

    def top(self, id_: str) -> str:
        """The id that stands for the set of this one."""
        while (up := self.above.get(id_, id_)) != id_:
            # halve the way for the next one
            self.above[id_] = self.above.get(up, up)
            id_ = up
        return id_

    def join(self, one: str, other: str) -> None:
        """Make the sets of two ids one."""
        self.above[self.top(other)] = self.top(one)
