"""The report's language: every sentence comes from `locales/<code>.toml` by key, numbers and dates from CLDR.

A language is one file. An entry is a sentence, or a table of forms and `by`, the parameter that chooses one: plural
forms (`one`, `other` ...) of a number, `n` where it is not said, or the slugs of a word with `other` for all the rest.
A form may be such a table again. A sentence names its parameters and how each is written:
`{seconds:duration}`, `{share:percent}`, `{turn:turn}`. Parameters are data and are never read as a sentence; a
parameter that is a note is written as its own sentence.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from importlib import resources
from string import Formatter
from typing import TYPE_CHECKING, Any, Final, Protocol, runtime_checkable

if TYPE_CHECKING:
    from babel import Locale

FALLBACK: Final = "en"
UNKNOWN: Final = "–"
"""what stands where a figure is not knowable"""

SOME: Final = 3
"""so many of a list's items are written before the rest is counted, where the kind is `some`"""

Entry = str | dict[str, Any]


@runtime_checkable
class Told(Protocol):
    """What has a sentence of its own: a note, or a failure."""

    def told(self, language: Language) -> str:
        """The sentence in a reader's language."""


def available_languages() -> tuple[str, ...]:
    """Return the codes of all languages there is a catalogue for, in order."""
    names = (entry.name for entry in resources.files("journeyminer").joinpath("locales").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


@lru_cache(maxsize=8)
def catalogue(code: str) -> Mapping[str, Entry]:
    """Return all entries of a language by dotted key."""
    text = resources.files("journeyminer").joinpath("locales", f"{code}.toml").read_text(encoding="utf-8")
    return dict(_flatten(tomllib.loads(text)))


def _flatten(table: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Entry]]:
    entries: list[tuple[str, Entry]] = []
    for key, value in table.items():
        if isinstance(value, dict) and "other" not in value:
            entries += _flatten(value, f"{prefix}{key}.")
        else:
            entries.append((prefix + key, value))
    return entries


class Language:
    """Writes words, numbers, times and dates as readers of one language expect them.

    Raises:
        LookupError: there is no catalogue for `code`; `config.language_of` makes a usage error of that.
    """

    def __init__(self, code: str = FALLBACK) -> None:
        if code not in available_languages():
            raise LookupError(code)
        self.code = code
        self._entries = catalogue(code)
        self._formatter = _Sentences(self)

    @cached_property
    def locale(self) -> Locale:
        """Babel's locale, as the catalogue names it."""
        from babel import Locale

        return Locale.parse(self.text("locale"))

    def has(self, key: str) -> bool:
        """Return whether this language or the fallback has words for a key."""
        return key in self._entries or key in catalogue(FALLBACK)

    def text(self, key: str, /, **params: object) -> str:
        """Return the sentence of a key with its parameters written in; the plural form is the one its count asks for.

        A key this language lacks is read in English; one that no catalogue has is shown as its last word, so that a
        report never fails for want of a phrase (the tests do).
        """
        entry = self._entries.get(key)
        if entry is None:
            entry = catalogue(FALLBACK).get(key)
        if entry is None:
            details = ", ".join(f"{name} {value}" for name, value in params.items())
            return key.rpartition(".")[2].replace("_", " ") + (f" ({details})" if details else "")
        return self._written(entry, params)

    def note(self, note: Told) -> str:
        """Return the sentence of a note."""
        return note.told(self)

    def _written(self, entry: Entry, params: Mapping[str, object]) -> str:
        if isinstance(entry, dict):
            by = params.get(entry.get("by", "n"), 0)
            form = by if isinstance(by, str) else self.locale.plural_form(by if isinstance(by, int | float) else 0)
            return self._written(entry[form if form in entry else "other"], params)
        return self._formatter.vformat(entry, (), params)

    def word(self, kind: str, slug: str | None) -> str:
        """Return one word of a closed set: `word("turn", "us_queue")`; a value outside the set is shown as it is."""
        if slug is None:
            return UNKNOWN
        return self.text(f"{kind}.{slug}") if self.has(f"{kind}.{slug}") else slug

    def fate(self, slug: str) -> str:
        """Return why a record was rejected or ignored."""
        return self.word("note.fate", slug)

    def record(self, ref: str) -> str:
        """Return where a record stands, as `Record.ref` names it (`row 12`), its file in front where that is given."""
        file, colon, place = ref.rpartition(": ")
        kind, _, number = place.rpartition(" ")
        where = self.text(f"record.{kind}", id=number) if self.has(f"record.{kind}") else place
        return f"{self.name(file)}{colon}{where}"

    def name(self, shown: str) -> str:
        """Return a name; what stands in place of one (`agent 3`, `chat 3-12`) is told in this language."""

        def told(found: re.Match[str]) -> str:
            key = f"pseudonym.{found[1]}"
            return self.text(key, id=found[2]) if self.has(key) else found[0]

        return _PSEUDONYM.sub(told, shown)

    def activity(self, label: str) -> str:
        """Return an activity's words: a slug of our vocabulary is translated, the source's own label stays verbatim."""
        return self.word("activity", label)

    def source(self, label: str | None) -> str:
        """Return what a wait came after: an activity, or the beginning of the case."""
        return self.text("place.beginning") if label is None else self.activity(label)

    def target(self, label: str | None) -> str:
        """Return what ended a wait: an activity, or nothing yet."""
        return self.text("place.waiting") if label is None else self.activity(label)

    def number(self, value: float | None, digits: int = 0) -> str:
        """Return a number with the language's separators and a fixed number of decimals."""
        from babel.numbers import format_decimal

        if value is None:
            return UNKNOWN
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        return str(format_decimal(value, format=pattern, locale=self.locale))

    def percent(self, share: float | None) -> str:
        """Return a share 0..1 in percent: whole above ten, one decimal below, never rounded to all or nothing."""
        from babel.numbers import format_percent

        if share is None:
            return UNKNOWN
        if 0 < share < 0.0005:
            return "<" + self.percent(0.001)
        if 0.995 <= share < 1:
            return ">" + self.percent(0.99)
        pattern = str(self.locale.percent_formats[None].pattern)
        if share < 0.0995:
            pattern = pattern.replace("0", "0.#", 1) if pattern.count("0") == 1 else pattern
        return str(format_percent(share, format=pattern, locale=self.locale))

    def duration(self, seconds: float | None) -> str:
        """Return a length of time at a glance: `45 s`, `12 min`, `4 h 20 min`, `3.2 d` (days of 24 hours)."""
        if seconds is None:
            return UNKNOWN
        if seconds < 0:
            return f"-{self.duration(-seconds)}"
        if round(seconds) < 60:
            return self.text("unit.second", x=self.number(seconds))
        minutes = round(seconds / 60)
        if minutes < 60:
            return self.text("unit.minute", x=self.number(minutes))
        if minutes >= 24 * 60:
            days = seconds / 86_400
            return self.text("unit.day", x=self._short(days, 99.95))
        hours, rest = divmod(minutes, 60)
        whole = self.text("unit.hour", x=self.number(hours))
        return f"{whole} {self.text('unit.minute', x=self.number(rest))}" if rest else whole

    def team(self, name: str | None) -> str:
        """Return a team by its name, or that there is none."""
        return self.text("section.teams.nobody") if name is None else name

    def hours(self, seconds: float | None) -> str:
        """Return a sum of time in hours, the unit in which places are compared: `1,240 h`."""
        if seconds is None:
            return UNKNOWN
        hours = seconds / 3600
        return self.text("unit.hour", x=self._short(hours, 9.95))

    def _short(self, value: float, whole_from: float) -> str:
        """Return a number with one decimal where it is small and the decimal says something."""
        return self.number(value, 0 if value >= whole_from or round(value, 1) == round(value) else 1)

    def date(self, iso: str | None) -> str:
        """Return the day of an ISO 8601 moment, in UTC."""
        return self._when(iso, "format.date")

    def moment(self, iso: str | None) -> str:
        """Return an ISO 8601 moment to the minute, in UTC (and saying so)."""
        return self._when(iso, "format.moment")

    def _when(self, iso: str | None, pattern: str) -> str:
        from babel.dates import format_datetime

        if iso is None:
            return UNKNOWN
        when = datetime.fromisoformat(iso)
        when = when.astimezone(UTC) if when.tzinfo else when
        return str(format_datetime(when, format=self.text(pattern), locale=self.locale))

    def value(self, value: object, kind: str = "") -> str:  # noqa: PLR0911 - one answer a kind of value
        """Return a value as its kind is written.

        Kinds are number, decimal, percent, duration, hours, date, moment, activity, source, target, fate, record, team;
        lines (each item of a list on its own) and some (the first ones of a list); what is counted (events, case ...,
        see `[count]`); closed sets (turn, role ...). Without a kind numbers are numbers and text is text.
        """
        if isinstance(value, Told):
            return value.told(self)
        if kind == "some" and isinstance(value, tuple) and len(value) > SOME:
            return f"{self.value(value[:SOME])}, {self.text('count.more', n=len(value) - SOME)}"
        if kind == "lines" and isinstance(value, tuple):
            return "".join(f"\n  {self.value(item)}" for item in value)
        if isinstance(value, tuple | list):
            return ", ".join(self.value(item, kind) for item in value)
        if kind in _WRITERS and (value is not None or kind in ("source", "target", "team")):
            return str(getattr(self, kind)(value))
        if value is None:
            return UNKNOWN
        if isinstance(value, int) and self.has(f"count.{kind}"):
            return self.text(f"count.{kind}", n=value)
        if kind not in ("", "number", "decimal"):
            return self.word(kind, str(value))
        if isinstance(value, bool):
            return self.text("flag.yes" if value else "flag.no")
        if not isinstance(value, int | float):
            return self.name(str(value))
        whole = kind != "decimal" and float(value).is_integer()
        return self.number(value, 0 if whole else 1)


_PSEUDONYM: Final = re.compile(r"(?:(?<![^/:;])|(?<=; ))([a-z]+) (\d+(?:-\d[\d.]*)?)(?![^/:;.])")
"""what stands alone, in a list, or as a part of the name of a file or a case"""
_WRITERS: Final = frozenset({
    "percent", "duration", "hours", "date", "moment", "activity", "source", "target", "fate", "record", "team",
})  # fmt: skip


class _Sentences(Formatter):
    """str.format whose format specs are the kinds of `Language.value`; an absent parameter is shown as unknown."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> object:  # noqa: ARG002
        """Return the parameter of a placeholder, or nothing."""
        return kwargs.get(str(key))

    def format_field(self, value: object, format_spec: str) -> str:
        """Return the parameter as its kind is written."""
        return self._language.value(value, format_spec)
