"""journeyminer.toml: what a team says once about its exports. Every mistake of the file is named at once.

The file knows the keys of the options (options.py), and beside them:

    [status] [role] [channel] [visibility]    "what the source says" = "what it means"
    [[label]]     when = { ... }, give = { ... }: a rule as in prepare/rules.toml, tried before ours
    [[promise]]   rule = "kpis.first_response.p90 <= 4h", and severity, reason, min_n: see report/promises.py
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from journeyminer.errors import ConfigError, UsageError, nearest
from journeyminer.files import sha256
from journeyminer.i18n import Language, available_languages
from journeyminer.note import Note
from journeyminer.options import Option, ReadOptions, ReportOptions, RunOptions, count, listed, one_of, options_of, text
from journeyminer.vocabulary import ACTIVITIES, CLOSED_SETS, SEVERITIES, Severity

FILE = "journeyminer.toml"
WHEN = ("source", "activity", "status", "role", "lifecycle", "visibility", "channel")
GIVE = ("activity", *CLOSED_SETS)
WORDS = {**CLOSED_SETS, "activity": ACTIVITIES}
"""tables of what single words of the sources mean -> what they may mean"""
OPTIONS = tuple(each for kind in (ReadOptions, RunOptions, ReportOptions) for each in options_of(kind) if each.keys)
"""the options that the file knows"""

T = TypeVar("T")


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
class Promised:
    """A rule that must hold, see report/rules.py."""

    rule: str
    severity: Severity = "error"
    reason: str | None = None
    """why it was promised, to be read beside a breach"""
    min_n: int = 20
    """a figure that rests on fewer decides nothing"""


@dataclass(frozen=True, slots=True)
class Config:
    """What the file says."""

    options: Mapping[str, Any] = field(default_factory=dict)
    """name of an option -> its value, for those that the file gives; see `options.fill`"""
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """column of WORDS -> what the source says -> what it means"""
    labels: tuple[Rule, ...] = ()
    promises: tuple[Promised, ...] = ()
    file: str = field(default="", compare=False)
    """its name; none where there is no file"""
    sha256: str = field(default="", compare=False)

    @property
    def us(self) -> tuple[str, ...]:
        """Addresses, domains and names of our own side, in this order."""
        return tuple(self.options.get("us", ()))

    @property
    def bots(self) -> tuple[str, ...]:
        """Names of those of ours who are programs."""
        return tuple(self.options.get("bots", ()))


def language_of(code: str) -> Language:
    """Return the language of a code. Raise UsageError where there is no catalogue for it."""
    try:
        return Language(code)
    except LookupError:
        raise UsageError(Note("usage.no_language", code=code), hint=nearest(code, available_languages())) from None


def language_in(path: Path | None) -> str | None:
    """Return the language that the file asks for, even where the rest is wrong; None where the file cannot be read."""
    with suppress(ConfigError):
        return str(_find(path)[0].get("language"))
    return None


def load_config(path: Path | None = None) -> Config:
    """Read the given file, or journeyminer.toml of the working folder where there is one.

    Raises:
        ConfigError: the file is missing or is not TOML, or holds mistakes; all of them are in the message.
    """
    data, place = _find(path)
    config = parse_config(data, place)
    found = Path(place)
    return replace(config, file=found.name, sha256=sha256(found)) if found.exists() else config


def _find(path: Path | None) -> tuple[dict[str, Any], str]:
    """Return the tables of the file, and its name."""
    if path is None and not Path(FILE).exists():
        return {}, FILE
    path = path or Path(FILE)
    return read_toml(path), str(path)


def read_toml(path: Path) -> dict[str, Any]:
    """Return the tables of a TOML file. Raise ConfigError where it cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(Note("usage.unreadable", error=error.strerror), place=str(path)) from error
    except ValueError as error:  # also the UnicodeDecodeError of a file that is not UTF-8
        raise ConfigError(Note("usage.not_toml", error=str(error)), place=str(path)) from error


def parse_config(data: Mapping[str, Any], place: str) -> Config:
    """Return the typed values of the file's tables. Raise ConfigError with all mistakes."""
    mistakes = Mistakes()
    options = _options(data, mistakes)
    words = {column: mistakes.all(data, column, one_of(*values)) for column, values in WORDS.items()}
    labels = parse_rules(data.get("label", []), mistakes)
    promises = _promises(data.get("promise", []), mistakes)
    mistakes.stop(ConfigError, place)
    return Config(options, {column: mapped for column, mapped in words.items() if mapped}, labels, promises)


def _options(data: Mapping[str, Any], mistakes: Mistakes) -> dict[str, Any]:
    """Return the options that the file gives, under the names of their fields."""
    tables: dict[str, dict[str, Option]] = {"": {}}
    for each in OPTIONS:
        for key in each.keys:
            table, _, last = key.rpartition(".")
            tables.setdefault(table, {})[last] = each
    mistakes.unknown(data, (*tables[""], *filter(None, tables), *WORDS, "label", "promise"))
    given: dict[str, Any] = {}
    for table, keys in tables.items():
        values = mistakes.table(data, table, tuple(keys)) if table else data
        for key, each in keys.items():
            if isinstance(each.default, dict):
                value: Any = mistakes.all(values, key, each.read) or None
            else:
                value = mistakes.take(values, key, listed(each.read) if each.default == () else each.read, table)
            if value is not None:
                given[each.name] = given[each.name] + value if each.name in given else value
    return given


def _promises(tables: object, mistakes: Mistakes) -> tuple[Promised, ...]:
    """Return what `[[promise]]` tables say; report/rules.py understands the rules."""
    known: dict[str, Callable[[Any], Any]] = {
        "rule": text,
        "severity": one_of(*SEVERITIES),
        "reason": text,
        "min_n": count(1),
    }
    promises = []
    for at, table in _tables(tables, "promise", mistakes):
        mistakes.unknown(table, tuple(known), at)
        given: dict[str, Any] = {key: mistakes.take(table, key, read, at) for key, read in known.items()}
        if "rule" not in table:
            mistakes.add(f"{at}.rule", Note("usage.missing"))
        promises.append(Promised(**{"rule": "", **{key: value for key, value in given.items() if value is not None}}))
    return tuple(promises)


def _tables(tables: object, name: str, mistakes: Mistakes) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each table of a list of tables, and where it stands."""
    if not isinstance(tables, list):
        mistakes.add(name, Note("usage.not_tables", name=name))
        return
    for number, table in enumerate(tables, 1):
        if isinstance(table, dict):
            yield f"{name} {number}", table
        else:
            mistakes.add(f"{name} {number}", Note("usage.not_a_table"))


def parse_rules(tables: object, mistakes: Mistakes, *, activities: Sequence[str] = ()) -> tuple[Rule, ...]:
    """Return the rules of `[[label]]` tables.

    Args:
        activities: what `give.activity` may be; any text where empty.
    """
    words = listed(text, least=1)
    values = {column: one_of(*known) for column, known in CLOSED_SETS.items()}
    values["activity"] = one_of(*activities) if activities else text
    rules = []
    for at, table in _tables(tables, "label", mistakes):
        mistakes.unknown(table, ("when", "give"), at)
        when = mistakes.table(table, "when", WHEN, at)
        give = mistakes.table(table, "give", GIVE, at)
        said = {column: mistakes.take(when, column, words, f"{at}.when") for column in when}
        given = {column: mistakes.take(give, column, values[column], f"{at}.give") for column in give if column in GIVE}
        for key, found in (("when", said), ("give", given)):
            if not found:
                mistakes.add(f"{at}.{key}", Note("usage.empty"))
        rules.append(
            Rule(
                {column: words for column, words in said.items() if words},
                {column: value for column, value in given.items() if value},
            )
        )
    return tuple(rules)


class Mistakes:
    """Collects what is wrong with a file, or with the flags of a command, so that all of it is said at once."""

    def __init__(self) -> None:
        self.notes: list[Note] = []

    def add(self, key: str, problem: Note) -> None:
        """Add one mistake."""
        self.notes.append(Note("usage.mistake", key=key, problem=problem))

    def unknown(self, data: Iterable[str], known: Sequence[str], table: str = "") -> None:
        """Note every key that is not known, with the nearest one that is."""
        for key in data:
            if key not in known:
                self.add(_dotted(table, key), Note("usage.no_such_key", hint=nearest(key, known)))

    def table(self, data: Mapping[str, Any], key: str, known: Sequence[str] = (), table: str = "") -> dict[str, Any]:
        """Return the table under a key; empty where it is missing or (noted) not a table. Note its unknown keys."""
        value = data.get(key, {})
        if not isinstance(value, dict):
            self.add(_dotted(table, key), Note("usage.not_a_table"))
            return {}
        if known:
            self.unknown(value, known, _dotted(table, key))
        return value

    def take(self, data: Mapping[str, Any], key: str, read: Callable[[Any], T], table: str = "") -> T | None:
        """Return the value under a key as `read` understands it; None where it is missing or (noted) wrong."""
        if key not in data:
            return None
        try:
            return read(data[key])
        except UsageError as error:
            self.add(_dotted(table, key), error.message)
            return None

    def all(self, data: Mapping[str, Any], key: str, read: Callable[[Any], T]) -> dict[str, T]:
        """Return the table under a key with every value as `read` understands it, without the (noted) wrong ones."""
        table = self.table(data, key)
        values = {word: self.take(table, word, read, key) for word in table}
        return {word: value for word, value in values.items() if value is not None}

    def stop(self, kind: type[UsageError], place: str = "") -> None:
        """Raise an error with all mistakes where there are any."""
        if len(self.notes) == 1:
            raise kind(self.notes[0], place=place)
        if self.notes:
            raise kind(Note("usage.mistakes", n=len(self.notes), mistakes=tuple(self.notes)), place=place)


def _dotted(table: str, key: str) -> str:
    return f"{table}.{key}" if table else key


def paste_line(column: str, word: str) -> str:
    """Return the line for the top of journeyminer.toml that says what a word means; the value is to be filled in.

    Args:
        column: status, role, channel or activity.
        word: what a source says there and no rule knows.
    """
    key = json.dumps(word, ensure_ascii=False).replace("\x7f", "\\u007f")
    if column == "activity":
        return f'{column}.{key} = ""  # a step of docs/reference/steps.md, such as agent_reply'
    *first, last = CLOSED_SETS[column]
    return f'{column}.{key} = ""  # {", ".join(first)} or {last}'
