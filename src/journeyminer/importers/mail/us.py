"""Who is "us" in a set of mails: what the user said, else the address that most mails are delivered to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from journeyminer.note import Note
from journeyminer.text import fold

if TYPE_CHECKING:
    from journeyminer.importers.mail.message import Mail

MIN_SHARE = 0.5
"""of the mails that an address did not send itself, so many must be delivered to it"""
MIN_AUTHORS = 5
"""so many addresses outside must have written to it: two people who write to a customer are no customers of hers"""
MIN_COLLEAGUES = 2
"""where everybody is of one domain, so many: it is a desk for one's own people, and nobody is outside"""

PUBLIC_DOMAINS = frozenset({
    "aol.com", "bol.com.br", "citromail.hu", "freemail.hu", "globo.com", "gmail.com", "gmx.com", "gmx.net",
    "googlemail.com", "hotmail.com", "hotmail.com.br", "hotmail.es", "hotmail.pt", "icloud.com", "ig.com.br",
    "indamail.hu", "iol.pt", "live.com", "mail.com", "me.com", "msn.com", "outlook.com", "outlook.com.br",
    "outlook.es", "outlook.pt", "proton.me", "protonmail.com", "sapo.pt", "t-online.hu", "telefonica.net",
    "terra.com.br", "uol.com.br", "upcmail.hu", "vipmail.hu", "yahoo.co.uk", "yahoo.com", "yahoo.com.br",
    "yahoo.es", "zoho.com",
})  # fmt: skip
"""where everybody has an address: one address of ours there says nothing about the others"""


_NO_REPLY = re.compile(r"(?:no|do[-_.]?not|nao|ne)[-_.]?(?:reply|respond\w*|valaszol\w*)(?:$|[-_+.])")


@dataclass(frozen=True, slots=True)
class Ours:
    """Our own side: addresses, domains (subdomains included) and folded display names, and how we know."""

    addresses: frozenset[str]
    domains: frozenset[str]
    names: frozenset[str]
    basis: Note

    def owns(self, address: str) -> bool:
        """Whether an address is one of ours."""
        domain = address.rpartition("@")[2]
        return mailbox(address) in self.addresses or any(
            domain == ours or domain.endswith(f".{ours}") for ours in self.domains
        )

    def wrote(self, mail: Mail) -> bool:
        """Whether one of us wrote the mail; a web form or a list that writes in somebody's name did not."""
        return fold(mail.name) in self.names or (self.owns(mail.sender) and not mail.via and not self.is_form(mail))

    def is_form(self, mail: Mail) -> bool:
        """Whether a machine wrote in the name of whoever the reply goes to.

        Our own address does to our own, nobody's address does, and so does a list that says so.
        """
        if not mail.reply_to or self.owns(mail.reply_to):
            return False
        return mail.via or is_nobody(mail.sender) or (self.owns(mail.sender) and self.is_internal(mail))

    def knows(self, mail: Mail) -> bool:
        """Whether it can be told who wrote the mail."""
        return bool(self.author(mail)) and (not mail.via or self.is_form(mail) or not self.owns(mail.sender))

    def author(self, mail: Mail) -> str:
        """The address of who wrote the mail."""
        return mail.reply_to if self.is_form(mail) else mail.sender

    def is_internal(self, mail: Mail) -> bool:
        """Whether all its receivers are ours."""
        return bool(mail.recipients) and all(self.owns(address) for address in mail.recipients)


def is_nobody(address: str) -> bool:
    """Whether an address says that nobody reads what is sent to it."""
    return _NO_REPLY.match(address.partition("@")[0]) is not None


def ours_given(us: Sequence[str]) -> Ours:
    """Our side as the user said it: `a@b.c` is an address, `b.c` or `@b.c` a domain, all else a name."""
    words = [word.strip().lower() for word in us if word.strip()]
    domains = [word.lstrip("@") for word in words if re.fullmatch(r"@?[^\s@]+\.[^\s@.]+", word)]
    addresses = [word for word in words if re.fullmatch(r"[^\s@]+@[^\s@]+", word)]
    names = [fold(word) for word in words if word.lstrip("@") not in domains and word not in addresses]
    return Ours(frozenset(map(mailbox, addresses)), frozenset(domains), frozenset(names), Note("decision.us_given"))


def ours_inferred(mails: Sequence[Mail]) -> Ours | None:
    """The address that most mails are delivered to and everybody of its domain; failing that, such a domain.

    Where everybody who writes is of that domain, it is a desk for one's own people, and only its address is ours.

    None where the lead is shared, covers less than half of the mails, or was written to from fewer than five addresses
    outside (two where everybody is of one domain); also where that side answered none of these, as a list's address
    writes nothing, and an inbox without what was sent cannot say whose turn it is.
    """
    ours = _most_delivered(mails)
    if ours is None:
        return None
    outside = {mail.sender for mail in mails if not ours.owns(mail.sender) and any(map(ours.owns, mail.delivered))}
    answered = any(ours.wrote(mail) and not outside.isdisjoint(mail.recipients) for mail in mails)
    domains = {mail.sender.rpartition("@")[2] for mail in mails if mail.sender and mail.kind == "message"}
    inside = len(domains) == 1 and domains.isdisjoint(PUBLIC_DOMAINS)
    return ours if answered and len(outside) >= (MIN_COLLEAGUES if inside else MIN_AUTHORS) else None


def _most_delivered(mails: Sequence[Mail]) -> Ours | None:
    address = _leader(mails, mailbox)
    if address:
        top, n, of = address
        domain = top.rpartition("@")[2]
        authors = {mail.sender.rpartition("@")[2] for mail in mails if mail.sender and mail.kind == "message"}
        if domain in PUBLIC_DOMAINS or authors == {domain}:
            basis = Note("decision.us_mailbox", mailbox=top, n=n, of=of)
            return Ours(frozenset({top}), frozenset(), frozenset(), basis)
        basis = Note("decision.us_domain", mailbox=top, domain=domain, n=n, of=of)
        return Ours(frozenset({top}), frozenset({domain}), frozenset(), basis)
    leading = _leader(mails, lambda address: address.rpartition("@")[2])
    if leading and leading[0] not in PUBLIC_DOMAINS:
        domain, n, of = leading
        basis = Note("decision.us_mailbox", mailbox=domain, n=n, of=of)
        return Ours(frozenset(), frozenset({domain}), frozenset(), basis)
    return None


def mailbox(address: str) -> str:
    """The address without its `+tag`."""
    local, _, domain = address.partition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _leader(mails: Sequence[Mail], key: Callable[[str], str]) -> tuple[str, int, int] | None:
    """What leads, the number of mails delivered to it, and the number of mails that others sent."""
    taken: Counter[str] = Counter()
    named: Counter[str] = Counter()
    sent: Counter[str] = Counter()
    for mail in mails:
        author = key(mail.sender)
        sent[author] += 1
        for target in {key(address) for address in mail.delivered}:
            if target != author:
                taken[target] += 1
        named.update({key(address) for address in mail.recipients} - {author})
    # an address in To goes before a delivery address behind it that takes the same mails
    ranked = sorted(((n, named[target], target) for target, n in taken.items()), reverse=True)
    if not ranked or (len(ranked) > 1 and ranked[0][:2] == ranked[1][:2]):
        return None
    n, _, target = ranked[0]
    others = len(mails) - sent[target]
    if n < MIN_SHARE * others:
        return None
    return target, n, others
