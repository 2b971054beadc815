"""journeyminer.toml: what a team says once about its exports. Every mistake of the file is named at once.

A flag goes before the file, the file before the default. The file knows these keys, all of them optional:

    timezone = "Europe/Lisbon"       zone of timestamps that carry none
    language = "pt"                  of the report
    max_rejected = 0.02              share of a file's records that may be rejected
    session_gap = 12                 hours of silence that end a chat's case
    [timezones]   "chat*.txt" = "America/Sao_Paulo"       by glob of file names
    [namespaces]  "tickets-*.csv" = "zendesk-acme"        by glob of file names: one name, one account
    [us]          addresses, domains, names: lists of what is ours
    [map]         max_nodes, max_edges: how much the map shows
    [status] [role] [channel] [visibility]    "what the source says" = "what it means"
    [[label]]     when = { ... }, give = { ... }: a rule as in prepare/rules.toml, tried before ours
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from journeyminer.errors import ConfigError, UsageError
from journeyminer.i18n import Language, available_languages
from journeyminer.note import Note
from journeyminer.vocabulary import CHANNELS, ROLES, STATUSES, VISIBILITIES

FILE = "journeyminer.toml"
CLOSED_SETS: dict[str, tuple[str, ...]] = {
    "role": ROLES,
    "status": STATUSES,
    "channel": CHANNELS,
    "visibility": VISIBILITIES,
}
"""the columns that a label rule brings into a closed set"""
WHEN = ("source", "activity", "status", "role", "lifecycle", "visibility", "channel")
GIVE = ("activity", *CLOSED_SETS)
_KEYS = (
    "timezone", "language", "max_rejected", "session_gap", "timezones", "namespaces", "us", "map", "label",
    *CLOSED_SETS,
)  # fmt: skip

T = TypeVar("T")

MOST_HOURS = 10 * 365 * 24
"""the longest silence that may be asked to end a chat's case"""


@dataclass(frozen=True, slots=True)
class Rule:
    """One label rule: every column of `when` says one of its words -> the values of `give`.

    Words are compared folded (lower case, no accents, punctuation as spaces); `*` stands for any text.
    """

    when: Mapping[str, tuple[str, ...]]
    """column of WHEN -> words"""
    give: Mapping[str, str]
    """column of GIVE -> value"""


@dataclass(frozen=True, slots=True)
class Config:
    """The file as typed values; the defaults are those of a missing file. None: the flag's own default holds."""

    timezone: str | None = None
    timezones: Mapping[str, str] = field(default_factory=dict)
    namespaces: Mapping[str, str] = field(default_factory=dict)
    us: tuple[str, ...] = ()
    """addresses, domains and names, in this order"""
    language: str | None = None
    max_rejected: float | None = None
    session_gap_hours: float | None = None
    max_nodes: int | None = None
    max_edges: int | None = None
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """column of CLOSED_SETS -> what the source says -> what it means"""
    labels: tuple[Rule, ...] = ()


def language_of(code: str) -> Language:
    """The language of a code. Raises UsageError where there is no catalogue for it."""
    try:
        return Language(code)
    except LookupError:
        raise UsageError(
            Note("usage.no_language", code=code), hint=Note("usage.known_languages", codes=available_languages())
        ) from None


def load_config(path: Path | None) -> Config:
    """Read the given file, or journeyminer.toml of the working folder where there is one.

    Raises:
        ConfigError: the file is missing or no TOML, or holds mistakes; all of them are in the message.
    """
    if path is None:
        path = Path(FILE)
        if not path.exists():
            return Config()
    return parse_config(read_toml(path), place=str(path))


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a TOML file. Raises ConfigError where it cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"The file cannot be read ({error.strerror}).", place=str(path)) from error
    except ValueError as error:  # also the UnicodeDecodeError of a file that is not UTF-8
        raise ConfigError(f"The file is not valid TOML ({error}).", place=str(path)) from error


def parse_config(data: Mapping[str, Any], *, place: str) -> Config:
    """The typed values of the file's tables. Raises ConfigError with all mistakes."""
    mistakes = Mistakes(place)
    mistakes.unknown(data, _KEYS)
    us = mistakes.table(data, "us", ("addresses", "domains", "names"))
    limits = mistakes.table(data, "map", ("max_nodes", "max_edges"))
    ours = [mistakes.take(us, key, _texts, "us.") or () for key in ("addresses", "domains", "names")]
    words = {column: mistakes.all(data, column, _one_of(values)) for column, values in CLOSED_SETS.items()}
    config = Config(
        timezone=mistakes.take(data, "timezone", _zone),
        timezones=mistakes.all(data, "timezones", _zone),
        namespaces=mistakes.all(data, "namespaces", _text),
        us=tuple(word for listed in ours for word in listed),
        language=mistakes.take(data, "language", _one_of(available_languages())),
        max_rejected=mistakes.take(data, "max_rejected", _share),
        session_gap_hours=mistakes.take(data, "session_gap", _hours),
        max_nodes=mistakes.take(limits, "max_nodes", _count, "map."),
        max_edges=mistakes.take(limits, "max_edges", _count, "map."),
        words={column: mapped for column, mapped in words.items() if mapped},
        labels=parse_rules(data.get("label", []), mistakes),
    )
    mistakes.stop()
    return config


def parse_rules(tables: object, mistakes: Mistakes, *, activities: Sequence[str] = ()) -> tuple[Rule, ...]:
    """The rules of `[[label]]` tables.

    Args:
        activities: what `give.activity` may be; any text where empty.
    """
    if not isinstance(tables, list):
        mistakes.add("label", "write it as [[label]], a list of tables")
        return ()
    read_give = {column: _one_of(values) for column, values in CLOSED_SETS.items()}
    read_give["activity"] = _one_of(activities) if activities else _text
    rules = []
    for number, table in enumerate(tables, 1):
        at = f"label {number}: "
        if not isinstance(table, dict):
            mistakes.add(at.rstrip(": "), "must be a table")
            continue
        mistakes.unknown(table, ("when", "give"), at)
        when = mistakes.table(table, "when", WHEN, at)
        give = mistakes.table(table, "give", GIVE, at)
        said = {column: mistakes.take(when, column, _some_texts, f"{at}when.") for column in when}
        given = {
            column: mistakes.take(give, column, read_give[column], f"{at}give.") for column in give if column in GIVE
        }
        for key, values in (("when", said), ("give", given)):
            if not values:
                mistakes.add(f"{at}{key}", "must say something")
        rules.append(
            Rule(
                {column: words for column, words in said.items() if words},
                {column: value for column, value in given.items() if value},
            )
        )
    return tuple(rules)


class Mistakes:
    """Collects what is wrong with one file, so that all of it is said at once."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.lines: list[str] = []

    def add(self, key: str, problem: str) -> None:
        """Note one mistake."""
        self.lines.append(f"{key}: {problem}")

    def unknown(self, data: Mapping[str, Any], known: Sequence[str], prefix: str = "") -> None:
        """Note every key that is not known, with the nearest one that is."""
        for key in data:
            if key not in known:
                self.add(f"{prefix}{key}", f"is no key here{_did_you_mean(key, known)}")

    def table(self, data: Mapping[str, Any], key: str, known: Sequence[str] = (), prefix: str = "") -> dict[str, Any]:
        """The table under a key, where given only with known keys; empty where it is missing or (noted) no table."""
        value = data.get(key, {})
        if not isinstance(value, dict):
            self.add(f"{prefix}{key}", "must be a table")
            return {}
        if known:
            self.unknown(value, known, f"{prefix}{key}.")
        return value

    def take(self, data: Mapping[str, Any], key: str, read: Callable[[object], T], prefix: str = "") -> T | None:
        """The value under a key as `read` understands it; None where it is missing or (noted) wrong."""
        if key not in data:
            return None
        try:
            return read(data[key])
        except ValueError as error:
            self.add(f"{prefix}{key}", str(error))
            return None

    def all(self, data: Mapping[str, Any], key: str, read: Callable[[object], T]) -> dict[str, T]:
        """The table under a key with every value as `read` understands it, without the (noted) wrong ones."""
        table = self.table(data, key)
        values = {word: self.take(table, word, read, f"{key}.") for word in table}
        return {word: value for word, value in values.items() if value is not None}

    def stop(self) -> None:
        """Raise ConfigError where anything was noted."""
        if not self.lines:
            return
        if len(self.lines) == 1:
            raise ConfigError(f"{self.lines[0]}.", place=self.place)
        listed = "".join(f"\n  {line}" for line in self.lines)
        raise ConfigError(f"{len(self.lines)} mistakes:{listed}", place=self.place)


def _did_you_mean(word: str, known: Sequence[str]) -> str:
    near = get_close_matches(word, known, 1)
    return f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(known)}"


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"must be a text, not {value!r}")
    return value


def _texts(value: object) -> tuple[str, ...]:
    return tuple(_text(item) for item in (value if isinstance(value, list) else [value]))


def _some_texts(value: object) -> tuple[str, ...]:
    if value == []:
        raise ValueError("must name at least one word")
    return _texts(value)


def _one_of(known: Sequence[str]) -> Callable[[object], str]:
    def read(value: object) -> str:
        if isinstance(value, str) and value in known:
            return value
        raise ValueError(f"{value!r} is not one of them{_did_you_mean(str(value), known)}")

    return read


def _zone(value: object) -> str:
    from zoneinfo import ZoneInfo, available_timezones

    name = _text(value)
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        near = get_close_matches(name, sorted(available_timezones()), 1)
        step = f"did you mean {near[0]!r}?" if near else "write it like Europe/Lisbon"
        raise ValueError(f"{name!r} is no IANA zone; {step}") from None
    return name


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"must be a number, not {value!r}")
    return float(value)


def _share(value: object) -> float:
    share = _number(value)
    if not 0 <= share <= 1:
        raise ValueError(f"must be a share from 0 to 1, not {value}")
    return share


def _hours(value: object) -> float:
    hours = _number(value)
    if not 0 < hours <= MOST_HOURS:
        raise ValueError(f"must be hours above 0 and below ten years, not {value}")
    return hours


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"must be a whole number above 0, not {value!r}")
    return value
