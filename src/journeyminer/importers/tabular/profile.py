"""Profiles: one TOML file a source says how its table is read. Adding a source is adding a file to ../profiles."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import lru_cache
from importlib import resources
from typing import Any, Final, Literal, get_args

from journeyminer.errors import ConfigError
from journeyminer.importers.tabular.headers import normalise
from journeyminer.log.schema import CASES
from journeyminer.note import Note
from journeyminer.vocabulary import IDENTITY_KINDS

Shape = Literal["events", "milestones", "snapshots", "changes"]
SHAPES: Final = get_args(Shape)

EVENT_COLUMNS: Final = (
    "case_id", "activity", "timestamp", "started_at", "lifecycle", "id", "role", "channel", "visibility", "resource",
    "group", "tier", "status",
)  # fmt: skip
"""what one row may say of its event"""
CASE_COLUMNS: Final = tuple(column.name for column in CASES if column.name not in ("case_id", "opened_at", "extras"))
OWN_COLUMNS: Final = ("opened_at", "time_of_day", "version", "field", "old_value", "new_value")
"""columns that only the shapes look at: the time beside a date, the order of snapshots, what a change changed"""
MAPPABLE: Final = (*EVENT_COLUMNS, *CASE_COLUMNS, *(f"customer_{kind}" for kind in IDENTITY_KINDS), *OWN_COLUMNS)
"""what --map may name"""


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
    identities: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
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
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(Note("read.profile_not_toml", error=str(error)), place=f"{name}.toml") from error
    mistakes: list[str] = []
    if data.get("shape") not in SHAPES:
        mistakes.append(f"shape must be one of {', '.join(SHAPES)}")
    allowed = {
        "shape", "signature", "columns", "identities", "extras", "attributes", "milestones", "nulls", "values",
        "scales", "constants", "fields", "within",
    }  # fmt: skip
    mistakes += [f"unknown key {key!r}" for key in data if key not in allowed]
    mistakes += [f"[columns] has no {key!r}" for key in data.get("columns", {}) if key not in MAPPABLE]
    mistakes += [f"[identities] has no {key!r}" for key in data.get("identities", {}) if key not in IDENTITY_KINDS]
    mistakes += _milestone_mistakes(data.get("milestones", []))
    mistakes += [f"[extras] {key!r} must begin with x_" for key in data.get("extras", {}) if not key.startswith("x_")]
    if "case_id" not in data.get("columns", {}):
        mistakes.append("[columns] lacks case_id")
    if mistakes:
        what = Note("read.bad_profile", n=len(mistakes), mistakes=tuple(mistakes))
        raise ConfigError(what, place=f"{name}.toml")
    return Profile(
        name=name,
        shape=data["shape"],
        signature=tuple(_headers(spellings) for spellings in data.get("signature", [])),
        columns=_synonyms(data["columns"]),
        identities=_synonyms(data.get("identities", {})),
        extras=_synonyms(data.get("extras", {})),
        attributes=_synonyms(data.get("attributes", {})),
        milestones=tuple(_milestone(milestone) for milestone in data.get("milestones", [])),
        nulls=tuple(data.get("nulls", ())),
        values=data.get("values", {}),
        scales={column: (low, high) for column, (low, high) in data.get("scales", {}).items()},
        constants=data.get("constants", {}),
        fields={ours: tuple(names) for ours, names in data.get("fields", {}).items()},
        within=data.get("within", False),
    )


def _headers(spellings: str | Sequence[str]) -> tuple[str, ...]:
    listed = [spellings] if isinstance(spellings, str) else spellings
    return tuple(dict.fromkeys(normalise(spelling) for spelling in listed))


def _synonyms(table: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {ours: _headers(spellings) for ours, spellings in table.items()}


def _milestone_mistakes(milestones: Sequence[Mapping[str, Any]]) -> list[str]:
    known = {field.name for field in fields(Milestone)}
    return [
        f"[[milestones]] {key!r} is unknown" for milestone in milestones for key in milestone if key not in known
    ] + [
        f"[[milestones]] lacks {key}"
        for milestone in milestones
        for key in ("activity", "header")
        if key not in milestone
    ]


def _milestone(data: Mapping[str, Any]) -> Milestone:
    read = dict(data)
    for key in ("header", "minutes", "only_if_not"):
        read[key] = _headers(read.get(key, ()))
    read["carries"] = tuple(read.get("carries", ()))
    return Milestone(**read)
