"""Profiles: one TOML file a source says how its table is read. Adding a source is adding a file to ../profiles."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import lru_cache
from importlib import resources
from typing import Final, Literal, get_args

import msgspec

from journeyminer.config import Mistakes
from journeyminer.errors import ConfigError
from journeyminer.importers.tabular.columns import CASE_COLUMNS, EVENT_COLUMNS
from journeyminer.importers.tabular.headers import normalise
from journeyminer.note import Note
from journeyminer.options import one_of
from journeyminer.vocabulary import IDENTITY_KINDS, LINK_KINDS
from journeyminer.words import headers

Shape = Literal["events", "milestones", "snapshots", "changes"]
SHAPES: Final = get_args(Shape)

OWN_COLUMNS: Final = ("opened_at", "time_of_day", "version", "field", "old_value", "new_value", "substatus")
"""columns that only the shapes look at: the time beside a date, the order of snapshots, what a change changed, and the
finer of two columns of status"""
MAPPABLE: Final = (*EVENT_COLUMNS, *CASE_COLUMNS, *(f"customer_{kind}" for kind in IDENTITY_KINDS), *OWN_COLUMNS)
"""what --map may name, beside the milestones of the tables with one row a ticket"""


@dataclass(frozen=True)
class Milestone:
    """A column of a row per ticket that says when something happened: it becomes an event marked synthetic.

    Where `minutes` is given, that column counts the minutes after the moment in `header`. Where `cell` is given, the
    header may be repeated and its cells hold moment, author and text with that sign between them. `only_if_not` names
    a column: where it says the same moment, this one is no event of its own.
    """

    activity: str
    header: tuple[str, ...]
    minutes: tuple[str, ...] = ()
    cell: str = ""
    only_if_not: tuple[str, ...] = ()
    role: str | None = None
    status: str | None = None
    visibility: str | None = None
    carries: tuple[str, ...] = ()
    """the row's columns that hold at this moment too: resource, group"""


@dataclass(frozen=True)
class Profile:
    """How the table of one source is read; every header is given as `headers.normalise` has it."""

    name: str
    """of its file: what --source takes; words for it may stand in `locales/` under `source`, else it is shown itself"""
    shape: Shape
    signature: tuple[tuple[str, ...], ...]
    """every one of these must be a header, in one of its spellings; empty where any table may be meant"""
    columns: Mapping[str, tuple[str, ...]]
    """our column -> its headers, the first that the file has wins; in TOML `*` stands for the words of all languages"""
    identities: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    links: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """kind of link -> the headers under which the id of the other case stands"""
    extras: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    milestones: tuple[Milestone, ...] = ()
    nulls: tuple[str, ...] = ()
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """our column -> the source's word, in plain form -> ours"""
    scales: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """a score's lowest and highest value, to be brought to 0..1"""
    constants: Mapping[str, str] = field(default_factory=dict)
    """our column -> the value of every event"""
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """our column -> the source's names of the field, for tables whose rows name the field that changed"""
    within: bool = False
    """whether a header may hold more words than its synonym"""


@lru_cache
def profiles() -> tuple[Profile, ...]:
    """All profiles by name."""
    folder = resources.files("journeyminer.importers").joinpath("profiles")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    texts = [(file.name.removesuffix(".toml"), file.read_text(encoding="utf-8")) for file in files]
    return tuple(parse(name, text) for name, text in texts if "record" not in tomllib.loads(text))


def parse(name: str, text: str) -> Profile:
    """A profile from its TOML. Raises ConfigError that names every mistake of the file."""
    place = f"{name}.toml"
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(Note("usage.not_toml", error=str(error)), place=place) from error
    mistakes = Mistakes()
    mistakes.unknown(data, [each.name for each in fields(Profile) if each.name != "name"])
    mistakes.take({"shape": None, **data}, "shape", one_of(*SHAPES))
    columns = mistakes.table(data, "columns", MAPPABLE)
    mistakes.table(data, "identities", IDENTITY_KINDS)
    mistakes.table(data, "links", LINK_KINDS)
    milestones = data.get("milestones", [])
    for number, milestone in enumerate(milestones, 1):
        mistakes.unknown(milestone, [each.name for each in fields(Milestone)], f"milestones {number}")
    needed = [("columns.case_id", columns.get("case_id"))]
    needed += [(f"milestones.{key}", each.get(key)) for each in milestones for key in ("activity", "header")]
    for key, value in needed:
        if not value:
            mistakes.add(key, Note("usage.missing"))
    for key in data.get("extras", {}):
        if not key.startswith("x_"):
            mistakes.add(f"extras.{key}", Note("usage.extra_name"))
    mistakes.stop(ConfigError, place)
    for table, words in _TABLES.items():
        data[table] = {ours: _spelt(texts, words, ours) for ours, texts in data.get(table, {}).items()}
    for milestone in milestones:
        for key in ("header", "minutes", "only_if_not"):
            milestone[key] = _spelt(milestone.get(key, ()), "milestones", milestone["activity"])
    data |= {
        "name": name,
        "signature": [_spelt(texts) for texts in data.get("signature", ())],
        "milestones": milestones,
    }
    return msgspec.convert(data, Profile)


_TABLES: Final = {
    "columns": "columns", "identities": "identities", "links": "columns", "extras": "columns", "attributes": "columns",
    "fields": "columns",
}  # fmt: skip
"""table of a profile with headers -> the table of `words` that `*` stands for"""


def _spelt(spellings: str | Sequence[str], words: str = "", ours: str = "") -> tuple[str, ...]:
    """The headers as they are compared. `*` stands for the words of our column, `*status` for those of status."""
    listed = [spellings] if isinstance(spellings, str) else spellings
    texts = [
        text
        for spelling in listed
        for text in (headers(words)[spelling[1:] or ours] if spelling.startswith("*") else (spelling,))
    ]
    return tuple(dict.fromkeys(map(normalise, texts)))
