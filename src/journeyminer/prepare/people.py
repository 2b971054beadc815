"""People: which identifiers are one person's, by the cases in which they stand together.

Strong evidence comes first. An address and an account that stand together in a case are one person's, unless several
people share one of them. A telephone and the mailbox of a desk are places where several people may stand: they join
those who may be one person by what else is known of them. A name alone joins nobody; it tells apart those who share.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise, permutations
from typing import Final, NamedTuple

from journeyminer.text import fold

STRONG: Final = ("email", "external_id", "handle")
"""kinds of identifiers that one person has; the others are a phone, and role_email, the address of a desk"""
SHARED_BY: Final = {("email", "handle"): 2, ("email", "external_id"): 4, ("external_id", "email"): 4}
"""(kind, kind beside it) -> from how many on, who cannot be one person, an identifier is several people's. A product
gives one account to one address; what a table calls a customer's number may be a firm's, or an order's."""
NAMES_OF_MANY: Final = 3
"""So many names without a word in common say so too; two do where it is the account of a desk."""
LARGEST: Final = 25
"""Somebody with more identifiers than these is several people, joined by a false link: the links do not count."""

_WORD: Final = re.compile(r"[^\W\d_]+")

Name = tuple[str, ...]
"""the words of a name, or of the local part of an address"""


class Identifier(NamedTuple):
    """An identifier in its one spelling. `scope` is the namespace in which it means somebody; "": everywhere."""

    kind: str
    scope: str
    value: str


class Together(NamedTuple):
    """What stands together in a case: at most one identifier of a kind and scope, and the only name."""

    identifiers: tuple[Identifier, ...]
    name: str | None


@dataclass(frozen=True, slots=True)
class People:
    """Who is who: identifier -> the first identifier of its person; None where nobody knows whose it is.

    An identifier that stands nowhere here is a person of its own. `by_name` tells apart those who share one.
    """

    person: Mapping[Identifier, Identifier | None]
    by_name: Mapping[tuple[Identifier, str], Identifier]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of somebody: names, local parts of addresses among them, and which systems have an identifier."""

    names: frozenset[Name] = frozenset()
    kinds: frozenset[tuple[str, str]] = frozenset()

    def __or__(self, other: Known) -> Known:
        return Known(self.names | other.names, self.kinds | other.kinds)


def find_people(together: Iterable[Together]) -> People:
    """Return who is who. The order of the cases, and how often one is given, change nothing."""
    cases = set(together)
    told = _told(cases)
    account = _accounts(cases, told)
    known: dict[Identifier, Known] = defaultdict(Known)
    for each, first in account.items():
        known[first] |= told[each]
    behind: dict[Identifier, set[Identifier]] = defaultdict(set)
    by_name: dict[tuple[Identifier, str], Identifier] = {}
    for case in cases:
        own = {account[each] for each in case.identifiers if each in account}
        for place in case.identifiers:
            if place in account:
                continue
            behind[place] |= own
            if case.name and not own and (name := _tokens(case.name)):
                named = Identifier("name", place.value, " ".join(name))
                known[named] = Known(frozenset({name}))
                behind[place].add(named)
                by_name[place, case.name] = named
    links: list[tuple[Identifier, Identifier]] = []
    unknown = {place for place, somebody in behind.items() if not somebody and place.kind != "phone"}
    for place, somebody in behind.items():
        alike = _alike(somebody, known, _may_be_one) if len(somebody) > 1 else []
        if len(somebody) > 1 and len({*_groups(somebody, alike).values()}) > 1:
            links += alike
            unknown.add(place)
        else:
            links += [(place, each) for each in somebody]
    person = _groups({*known, *behind}, links)
    found: dict[Identifier, Identifier | None] = {each: person[first] for each, first in account.items()}
    found |= {place: None if place in unknown else person[place] for place in behind}
    few = {key: person[each] for key, each in by_name.items() if len(behind[key[0]]) <= LARGEST}
    return People(found, few)


def _told(cases: Iterable[Together]) -> dict[Identifier, Known]:
    """What the cases say of everybody who has an address or an account."""
    names: dict[Identifier, set[Name]] = defaultdict(set)
    for case in cases:
        name = _tokens(case.name or "")
        for each in case.identifiers:
            if each.kind in STRONG:
                names[each].add(name)
    for each, of_one in names.items():
        of_one.add(_tokens(each.value.split("@")[0] if each.kind == "email" else ""))
    return {each: Known(frozenset(of_one - {()}), frozenset({each[:2]})) for each, of_one in names.items()}


def _accounts(cases: Iterable[Together], known: Mapping[Identifier, Known]) -> dict[Identifier, Identifier]:
    """Every identifier of one person with the first of the same person's that stand beside it."""
    beside: dict[Identifier, set[Identifier]] = defaultdict(set)
    for case in cases:
        if len(case.identifiers) > 1:
            for each in case.identifiers:
                beside[each].update(case.identifiers)
    one = {each for each, mine in known.items() if not _is_shared(each.kind, mine, beside[each] - {each}, known)}
    links = (pair for case in cases for pair in pairwise(each for each in case.identifiers if each in one))
    return _groups(one, links)


def _is_shared(kind: str, mine: Known, beside: Collection[Identifier], known: Mapping[Identifier, Known]) -> bool:
    """Whether an address or an account is several people's, by the names and the identifiers beside it."""
    names = {Identifier("name", "", " ".join(name)): Known(frozenset({name})) for name in mine.names if len(name) > 1}
    many = NAMES_OF_MANY - any(each.kind == "role_email" for each in beside)
    if len(names) >= many and _how_many(names, names, lambda left, right: not _differ(left, right)) >= many:
        return True
    kinds: dict[tuple[str, str], dict[Known | Identifier, Identifier]] = defaultdict(dict)
    for each in sorted(beside):
        if (kind, each.kind) in SHARED_BY and (known[each].names or each.kind == "handle"):
            kinds[each.kind, each.scope].setdefault(known[each] if known[each].names else each, each)
    return any(
        len(alike) >= SHARED_BY[kind, other] and _how_many(alike.values(), known, _may_be_one) >= SHARED_BY[kind, other]
        for (other, _), alike in kinds.items()
    )


def _may_be_one(left: Known, right: Known) -> bool:
    """Whether two may be one person: by their names, else as no system has an identifier for each of them."""
    if left.names and right.names:
        return any(_are_one_name(mine, yours) for mine in left.names for yours in right.names)
    return not left.kinds & right.kinds


def _differ(left: Known, right: Known) -> bool:
    return not any({*mine} & {*yours} for mine in left.names for yours in right.names)


def _are_one_name(left: Name, right: Name) -> bool:
    """Whether two names may be one person's: Ana Silva, silva.ana, asilva, Ana Maria Silva; not Ana S. and Rui S."""
    short, long = sorted((left, right), key=len)
    if len(short) > 1 or short[0] in long:
        return {*short} <= {*long}
    joined = {"".join(long)}
    for one, other in permutations(long, 2):
        joined |= {one + other, one[0] + other, one + other[0]}
    return short[0] in joined


@lru_cache(1 << 16)
def _tokens(text: str) -> Name:
    """The words of a name or of an address's local part; digits are none."""
    return tuple(_WORD.findall(fold(text)))


Alike = Callable[[Known, Known], bool]


def _how_many(somebody: Iterable[Identifier], known: Mapping[Identifier, Known], alike: Alike) -> int:
    """How many people they are at least."""
    return len({*_groups(somebody, _alike(somebody, known, alike)).values()})


def _alike(
    somebody: Iterable[Identifier], known: Mapping[Identifier, Known], alike: Alike
) -> list[tuple[Identifier, Identifier]]:
    """The pairs of them who are alike; none where they are too many to be compared."""
    listed = sorted(somebody)
    pairs = combinations(listed, 2) if len(listed) <= LARGEST else ()
    return [(left, right) for left, right in pairs if alike(known[left], known[right])]


def _groups(
    members: Iterable[Identifier], links: Iterable[tuple[Identifier, Identifier]]
) -> dict[Identifier, Identifier]:
    """Every member with the first of those that links join it to; with itself where that were more than `LARGEST`."""
    parent = {each: each for each in members}

    def root(each: Identifier) -> Identifier:
        while parent[each] != each:
            parent[each] = parent[parent[each]]
            each = parent[each]
        return each

    for left, right in links:
        one, other = sorted((root(left), root(right)))
        parent[other] = one
    found = {each: root(each) for each in parent}
    size = Counter(found.values())
    return {each: first if size[first] <= LARGEST else each for each, first in found.items()}
