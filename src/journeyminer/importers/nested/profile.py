"""Profiles of nested sources: one TOML file says where records are, which lists become events, and what identifies.

A value is a text with paths in braces: `"{author.id}"`, `"{../id}-{nth}"`, `"bot"`. Several in a list are tried in
turn, the first that says something counts; one of them may hang on conditions:

    role = [{ is = "bot", when = { bot_id = true } }, "{user[user].role}", "agent"]

A path leads to a member of the item at hand; `../` goes to what holds it, `[0]` to the first element of a list,
`teammate[assignee_id].name` to what the table `[[lookup]]` of that name knows of a key, `$word` to a value of `[let]`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from importlib import resources
from typing import Any, Final, Literal, get_args

import msgspec

from journeyminer.errors import ConfigError
from journeyminer.note import Note
from journeyminer.vocabulary import FateReason, IdentityKind

Condition = Mapping[str, bool | str | tuple[str, ...]]
"""path -> whether anything stands there, or the value that does, or several of which one does"""

EVENT_VALUES: Final = (
    "activity", "timestamp", "started_at", "id", "role", "channel", "visibility", "resource", "group", "tier", "status",
    "seconds",
)  # fmt: skip
CASE_VALUES: Final = ("opened_at", "priority", "product", "topic", "language", "csat", "nps", "ces", "segment")
IDENTITY_VALUES: Final = get_args(IdentityKind)


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of a profile; it knows its keys."""


class Choice(_Part, frozen=True, kw_only=True):
    """A value that counts under conditions."""

    value: str | tuple[str, ...] = msgspec.field(name="is")
    when: Condition = {}
    unless: Condition = {}


Value = str | Choice | tuple[str | Choice, ...]


class RecordRule(_Part, frozen=True, kw_only=True):
    """A kind of record; several of one name are alternatives.

    A file is claimed where a record in it has both `has`, without which it cannot be read, and `keys`, by which the
    product is known; what is `listed` is a record in its `lists` only, as its members could be anybody's.
    """

    name: str
    lists: tuple[str, ...] = ()
    """paths of the lists that hold such records: `tickets`, `chats.list[].messages`"""
    wrapped: str = ""
    """the key that one alone may be wrapped in, where that is not its name"""
    within: str = ""
    """the name of the record and the path of its list that holds such records"""
    has: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    when: Condition = {}
    unless: Condition = {}
    listed: bool = False
    total: Value = ()
    """how many of them there are, where a list may hold the last ones only"""
    ref: Value = "{id}"
    case: Value = ()
    event: Mapping[str, Value] = {}
    """what its events say where their own rules say nothing"""
    score: float = 0.95
    """how surely a file that holds one is this source's"""
    fate: FateReason | Literal["used"] = "no_step"
    """why one that makes no event is ignored, a slug under `note.fate`; `used` where it still tells of its case"""

    @property
    def holders(self) -> tuple[str, ...]:
        """Where such a record may stand: its lists, or alone under the key that wraps it."""
        return (*self.lists, self.wrapped or self.name)


class Rule(_Part, frozen=True, kw_only=True):
    """What is made of the items of a list, or of records themselves."""

    of: str | tuple[str, ...]
    """the name of a record, or that and the path of a list in it: `audit.events`; several where they say the same"""
    when: Condition = {}
    unless: Condition = {}
    case: Value = ()
    """the case's id, where it is not the one of the record"""
    let: Mapping[str, Value] = {}
    """values of this rule alone, before those of the profile"""


class EventRule(Rule, frozen=True, kw_only=True):
    """An event of every item that meets the conditions and has an activity.

    Without an `id` an event is known by its record, its activity and its time. `seconds` says how long it took, where
    its beginning is not said.
    """

    activity: Value = ()
    timestamp: Value = ()
    started_at: Value = ()
    id: Value = ()
    role: Value = ()
    channel: Value = ()
    visibility: Value = ()
    resource: Value = ()
    group: Value = ()
    tier: Value = ()
    status: Value = ()
    seconds: Value = ()
    synthetic: bool = False
    moments: Mapping[str, Value] = {}
    """activity -> its time, for several events of one kind: each of an item that says its time; `{$activity}`"""

    def each(self) -> Iterator[EventRule]:
        """Yield the rule for each of its moments; itself where it has none."""
        for activity, timestamp in self.moments.items():
            let = {**self.let, "activity": activity, "timestamp": timestamp}
            when = {**self.when, "$timestamp": True}
            yield msgspec.structs.replace(self, activity=activity, timestamp=timestamp, let=let, when=when, moments={})
        if not self.moments:
            yield self


class CaseRule(Rule, frozen=True, kw_only=True):
    """What an item says of its case; of several items the last one that says it counts."""

    opened_at: Value = ()
    priority: Value = ()
    product: Value = ()
    topic: Value = ()
    language: Value = ()
    csat: Value = ()
    nps: Value = ()
    ces: Value = ()
    segment: Value = ()
    extras: Mapping[str, Value] = {}


class IdentityRule(Rule, frozen=True, kw_only=True):
    """What an item says of the customer behind its case."""

    email: Value = ()
    phone: Value = ()
    external_id: Value = ()
    handle: Value = ()
    name: Value = ()


class LinkRule(Rule, frozen=True, kw_only=True):
    """Which other case of the account an item ties its case to."""

    merged_into: Value = ()
    follow_up_of: Value = ()
    child_of: Value = ()
    caused_by: Value = ()


class LookupRule(Rule, frozen=True, kw_only=True):
    """Items by a key, over all files of a reading; the last of one key counts."""

    key: Value


class SessionRule(Rule, frozen=True, kw_only=True):
    """Chats: their records are cut into cases by silence.

    `{@chat}` is made of the first record's `name`, so that it says nothing of the customer; `{@session}` counts.
    """

    timestamp: Value
    name: Value


class UnreadRule(_Part, frozen=True, kw_only=True):
    """Words of items of which the receipt lists those that the profile does not know, whichever way they are spelt."""

    of: str
    word: str
    known: tuple[str, ...]


class Profile(_Part, frozen=True, kw_only=True, dict=True):
    """How the documents of one source are read."""

    namespace: str
    record: tuple[RecordRule, ...]
    event: tuple[EventRule, ...] = ()
    case: tuple[CaseRule, ...] = ()
    identity: tuple[IdentityRule, ...] = ()
    link: tuple[LinkRule, ...] = ()
    lookup: Mapping[str, LookupRule] = {}
    session: SessionRule | None = None
    unread: UnreadRule | None = None
    let: Mapping[str, Value] = {}
    """word -> value, for `{$word}`; evaluated where it is used"""
    values: Mapping[str, Mapping[str, str]] = {}
    """our column -> the source's word, in lower case -> ours"""
    scales: Mapping[str, tuple[float, float]] = {}
    """a score's lowest and highest value, to be brought to 0..1"""
    account: str = ""
    """a pattern whose first group names the account, near the file's beginning or end"""
    label: tuple[Mapping[str, Any], ...] = ()
    """what the source's words mean, as in prepare/rules.toml, which reads them here"""
    chat: bool = False
    """whether every message is by the customer or by us, so that somebody has to say who is us"""
    files: str = "*.json, *.ndjson"
    id: str = ""
    """the name of the profile's file"""

    @cached_property
    def names(self) -> frozenset[str]:
        """The keys that a record alone may be wrapped in."""
        return frozenset(record.holders[-1] for record in self.record if not record.within)

    @cached_property
    def lists(self) -> frozenset[str]:
        """The paths of all lists that hold records."""
        return frozenset(path for record in self.record for path in record.lists)

    def leads(self, prefix: str) -> bool:
        """Return whether a list of records lies behind a path."""
        return any(path.startswith(prefix) for path in self.lists)

    def kind_of(self, value: Mapping[str, Any]) -> str:
        """Return the name of the record that an object is, wherever it stands; empty where it is none."""
        record = self.rule_of(value, None)
        return record.name if record else ""

    def rule_of(self, value: Mapping[str, Any], listed: str | None, *, surely: bool = False) -> RecordRule | None:
        """Return the rule that an object is a record by; None where it is none.

        Args:
            listed: the path of the list that holds it; None where nothing is known of that.
            surely: whether the members that only this product writes must be there too.
        """
        for record in self.record:
            if record.within or (record.listed and listed not in record.holders):
                continue
            needed = all(value.get(key) is not None for key in record.has)
            known = not surely or all(key in value for key in record.keys)
            if needed and known and _meets(value, record.when) and not (record.unless and _meets(value, record.unless)):
                return record
        return None


def _meets(value: Mapping[str, Any], condition: Condition) -> bool:
    """Whether an object meets conditions on its own members: the same as `query` says in SQL."""
    for path, wanted in condition.items():
        found: Any = value
        for key in path.split("."):
            found = found.get(key) if isinstance(found, dict) else None
        if isinstance(wanted, bool):
            if (found is not None) != wanted:
                return False
        elif _text(found) not in ((wanted,) if isinstance(wanted, str) else wanted):
            return False
    return True


def _text(value: object) -> object:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


@lru_cache
def profiles() -> Mapping[str, Profile]:
    """All profiles of nested sources by name."""
    folder = resources.files("journeyminer.importers").joinpath("profiles")
    texts = {file.name.removesuffix(".toml"): file.read_text(encoding="utf-8") for file in folder.iterdir()}
    return {name: parse(name, text) for name, text in sorted(texts.items()) if "record" in tomllib.loads(text)}


def parse(name: str, text: str) -> Profile:
    """Return the profile that a TOML text says. Raises ConfigError, with the path of the mistake."""
    try:
        return msgspec.convert({**tomllib.loads(text), "id": name}, Profile)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(Note("usage.not_toml", error=str(error)), place=f"{name}.toml") from error
    except msgspec.ValidationError as error:
        raise ConfigError(Note("usage.mistakes", n=1, mistakes=(str(error),)), place=f"{name}.toml") from error
