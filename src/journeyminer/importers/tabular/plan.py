"""Plans: which profile reads a table, and which header is which of our columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from journeyminer.errors import MissingColumn, UsageError
from journeyminer.importers.base import Match
from journeyminer.importers.tabular.headers import Headers
from journeyminer.importers.tabular.profile import MAPPABLE, Milestone, Profile, profiles
from journeyminer.importers.tabular.timestamps import is_day, is_time_of_day, pattern_of
from journeyminer.note import Note

if TYPE_CHECKING:
    from journeyminer.importers.tabular.dialect import Dialect
    from journeyminer.importers.tabular.scores import Scale
    from journeyminer.log.loader import Loader
    from journeyminer.options import ReadOptions

NEEDED = {
    "events": ("case_id", "activity", "timestamp"),
    "milestones": ("case_id",),
    "snapshots": ("case_id", "timestamp"),
    "changes": ("case_id", "timestamp", "field", "new_value"),
}
"""the columns without which a shape cannot be read"""
_FLAGS = {"case_id": "case"}
_NO_KEY = ("", "-", "?", "n/a", "null", "none")
"""what stands in a column of keys where there is none"""


@dataclass(frozen=True)
class Plan:
    """A profile matched with the headers of one file."""

    profile: Profile
    headers: Headers
    columns: Mapping[str, int]
    """our column -> position in the file"""
    milestones: tuple[tuple[Milestone, tuple[int, ...]], ...]
    """the milestones that the file has, each with the positions of its header"""
    score: float
    reason: Note | None
    csat_scale: Scale | None = None
    """the scale of satisfaction that the user gives"""

    @property
    def match(self) -> Match:
        """How sure the profile is of the file, and why."""
        return Match(self.score, self.reason or Note("match.by_hand"), self.profile.name)

    @property
    def missing(self) -> list[str]:
        """The needed columns that the file lacks."""
        return [column for column in NEEDED[self.profile.shape] if column not in self.columns]

    @property
    def mapping(self) -> tuple[str, ...]:
        """Our columns and what they are called in the file, for the receipt."""
        listed = sorted(self.columns.items(), key=lambda column: MAPPABLE.index(column[0]))
        pairs = [(ours, place) for ours, place in listed]
        pairs += [(milestone.activity, places[0]) for milestone, places in self.milestones]
        pairs += [(f"customer_{kind}", place) for kind, place in self.headers.match(self.profile.identities).items()]
        pairs += [
            *self.headers.match(self.profile.links).items(),
            *self.headers.match(self.profile.extras).items(),
            *self.headers.match(self.profile.attributes).items(),
        ]
        first: dict[int, str] = {}
        for ours, place in pairs:
            first.setdefault(place, ours)
        return tuple(f"{ours} = {self.headers.texts[place].strip() or place + 1}" for place, ours in first.items())

    @property
    def unused(self) -> tuple[str, ...]:
        """The headers that are not read, for the receipt; a header that stands several times is listed once."""
        profile, find = self.profile, self.headers.find
        used = set(self.columns.values()).union(*(places for _, places in self.milestones))
        for milestone, _ in self.milestones:
            used.update(find(milestone.minutes)[:1], find(milestone.only_if_not))
        for columns in (profile.identities, profile.links, profile.extras, profile.attributes):
            used.update(self.headers.match(columns).values())
        texts = (text.strip() for place, text in enumerate(self.headers.texts) if place not in used)
        return tuple(dict.fromkeys(filter(None, texts)))

    def decide(self, loader: Loader) -> None:
        """Note in the receipt which columns of the file are read, and which are not."""
        loader.decide(Note("decision.columns", columns=self.mapping))
        if "status" in self.columns and self.columns.get("activity") == self.columns["status"]:
            loader.decide(
                Note("decision.status_is_activity", column=self.headers.texts[self.columns["status"]].strip())
            )
        if unused := self.unused:
            loader.decide(Note("decision.columns_unused", columns=unused))

    def check(self) -> None:
        """Raises MissingColumn where a needed column is missing: what the file has, and the flags to give."""
        if not self.missing:
            return
        flags = " ".join(f"--map {_FLAGS.get(column, column)}=..." for column in self.missing)
        raise MissingColumn(
            Note("read.missing_columns", columns=tuple(self.missing)),
            hint=Note("hint.map_columns", flags=flags, headers=self.headers.listed),
        )


def make_plans(dialect: Dialect) -> list[Plan]:
    """Every profile that may read the table, the best first.

    Scores as in `base.Match`: 0.95 where the file has all headers that only this product writes; 0.7 to 0.5 where a
    table of any product has the columns its shape needs, the shape that needs most first; 0.3 where an event log lacks
    its case or its activity.
    """
    headers = Headers(dialect.headers)
    plans = [_plan(profile, headers, dialect, {}) for profile in profiles()]
    return sorted((plan for plan in plans if plan.score > 0), key=_rank)


def choose_plan(dialect: Dialect, options: ReadOptions) -> Plan:
    """The plan for reading the table as the user says, else the best one.

    Raises:
        UsageError: `--source tabular:x` names no profile, `--map` no column of ours.
        MissingColumn: --map names a header that the file has not, or a needed column is missing.
    """
    headers = Headers(dialect.headers)
    wanted = (options.source or "").partition(":")[2]
    known = {profile.name: profile for profile in profiles()}
    if wanted and wanted not in known:
        raise UsageError(Note("usage.no_profile", profile=wanted), hint=Note("usage.known", known=tuple(known)))
    moments = {milestone.activity for profile in known.values() for milestone in profile.milestones}
    given = headers.given(options.columns, (*MAPPABLE, *sorted(moments)))
    listed = [known[wanted]] if wanted else list(known.values())
    plans = [_plan(profile, headers, dialect, given) for profile in listed]
    usable = sorted((plan for plan in plans if plan.score > 0), key=_rank)
    plan = usable[0] if usable else next((p for p in plans if p.profile.name == "event_log"), plans[0])
    plan.check()
    return replace(plan, csat_scale=options.csat_scale)


def _rank(plan: Plan) -> tuple[float, int, str]:
    return -plan.score, -len(plan.columns) - len(plan.milestones), plan.profile.name


def _plan(profile: Profile, headers: Headers, dialect: Dialect, given: Mapping[str, int]) -> Plan:
    found = headers.match(profile.columns)
    moments = {ours: place for ours, place in given.items() if ours not in MAPPABLE}
    given = {ours: place for ours, place in given.items() if ours in MAPPABLE}
    if not profile.signature and "case_id" in found:
        found["case_id"] = _best_key(profile, headers, dialect, found)
    columns = {**found, **given}
    for ours in NEEDED[profile.shape] if profile.within else ():
        if ours not in columns and ours in profile.columns:
            # one word in a header says little ("phone number", "event id"); only moments are checked by their values
            told = [text for text in profile.columns[ours] if ours == "timestamp" or " " in text]
            place = headers.find_within(told, set(columns.values()))
            if place is not None and (ours != "timestamp" or _holds_moments(dialect, place)):
                columns[ours] = place
    is_open = profile.shape == "events" and "activity" not in columns and _repeats(dialect, columns)
    if is_open and profile.within and "status" not in columns:
        every = range(len(headers.texts))
        fixed = {place for place in every if _holds_moments(dialect, place) or _is_of_the_case(dialect, columns, place)}
        place = headers.find_within(profile.columns["status"], fixed | set(columns.values()))
        columns |= {"status": place} if place is not None else {}
    if is_open and "status" in columns:
        columns["activity"] = columns["status"]
    if "time_of_day" in columns and "time_of_day" not in given and not _is_split(dialect, columns):
        del columns["time_of_day"]
    milestones = tuple(
        (milestone, (moments[milestone.activity],) if milestone.activity in moments else tuple(places))
        for milestone in profile.milestones
        if (places := headers.find(milestone.header)) or milestone.activity in moments
    )
    score, reason = _score(profile, headers, columns, milestones)
    known = {milestone.activity for milestone, _ in milestones}
    if not _fits(profile, dialect, columns, milestones) or not moments.keys() <= known:
        score = 0.0
    return Plan(profile, headers, columns, milestones, score, reason)


def _fits(
    profile: Profile,
    dialect: Dialect,
    columns: Mapping[str, int],
    milestones: Sequence[tuple[Milestone, tuple[int, ...]]],
) -> bool:
    """Whether a table that no product signs has as many rows a ticket as the shape says.

    Several exports of a list in one file have several rows a ticket, and a ticket is created once: no event has that
    column for its moment.
    """
    if profile.signature:
        return True
    repeats = _repeats(dialect, columns)
    if profile.shape == "milestones":
        created = next((places for milestone, places in milestones if milestone.activity == "ticket_created"), ())
        return not repeats or any(_is_of_the_case(dialect, columns, place) for place in created)
    if profile.shape == "events" and "status" in columns and columns.get("activity") == columns["status"]:
        return "timestamp" not in columns or not _is_of_the_case(dialect, columns, columns["timestamp"])
    return profile.shape != "snapshots" or (repeats and "status" in columns)


def _is_of_the_case(dialect: Dialect, columns: Mapping[str, int], place: int) -> bool:
    """Whether a column says the same in all rows of a case."""
    rows = [(row[columns["case_id"]], row[place]) for row in dialect.head if max(columns["case_id"], place) < len(row)]
    return len({*rows}) == len({case for case, _ in rows})


def _score(
    profile: Profile,
    headers: Headers,
    columns: Mapping[str, int],
    milestones: Sequence[tuple[Milestone, tuple[int, ...]]],
) -> tuple[float, Note | None]:
    missing = [column for column in NEEDED[profile.shape] if column not in columns]
    if profile.signature:
        found = [headers.find(spellings) for spellings in profile.signature]
        if not all(found) or missing:
            return 0.0, None
        return 0.95, Note("match.signature", headers=headers.named(places[0] for places in found))
    if profile.shape == "milestones":
        is_list = not missing and len(milestones) > 1
        moments = Note("match.moments", headers=headers.named(places[0] for _, places in milestones))
        return (0.5, moments) if is_list else (0.0, None)
    if not missing:
        named = headers.named(columns[column] for column in NEEDED[profile.shape])
        return 0.7 if profile.shape == "changes" else 0.6, Note("match.columns", headers=named)
    if profile.shape == "events" and len(missing) == 1 and "timestamp" not in missing:
        return 0.3, Note("match.incomplete", column=missing[0])
    return 0.0, None


def _holds_moments(dialect: Dialect, place: int) -> bool:
    cells = [row[place].strip() for row in dialect.head if place < len(row) and row[place].strip()]
    return bool(cells) and sum(pattern_of(cell, "dmy") is not None for cell in cells) * 5 >= len(cells) * 4


def _best_key(profile: Profile, headers: Headers, dialect: Dialect, found: Mapping[str, int]) -> int:
    """The column of cases among those whose headers may mean it: the one that is filled most, then the finest one.

    A case has one problem and a problem has many cases: a column with one value for each of another column's is a
    foreign key. What differs in every row of a table that tells of cases several times is the number of the row.
    """
    places = [found["case_id"]]
    for synonym in profile.columns["case_id"]:
        places += [place for place in headers.find([synonym]) if place not in (*places, *found.values())]
    values = {place: [row[place].strip() if place < len(row) else "" for row in dialect.head] for place in places}
    filled = {place: sum(text not in _NO_KEY for text in cells) for place, cells in values.items()}
    best = places[0]
    for place in places[1:]:
        pairs = {*zip(values[place], values[best], strict=True)}
        is_finer = len(pairs) == len({*values[place]}) > len({*values[best]})
        is_key = filled[place] == len(values[place]) > len({*values[place]})
        if is_key and (filled[place] > filled[best] or is_finer):
            best = place
    return best


def _repeats(dialect: Dialect, columns: Mapping[str, int]) -> bool:
    """Whether the same case stands in several rows: then a status is what happened, not what is now."""
    place = columns.get("case_id")
    cells = [row[place] for row in dialect.head if place is not None and place < len(row)]
    return len(set(cells)) * 5 < len(cells) * 4


def _is_split(dialect: Dialect, columns: Mapping[str, int]) -> bool:
    """Whether the date stands in the one column and the time of day in the other, in half of the filled cells."""
    if "timestamp" not in columns:
        return False
    days, times = (
        [row[columns[ours]].strip() for row in dialect.head if columns[ours] < len(row) and row[columns[ours]].strip()]
        for ours in ("timestamp", "time_of_day")
    )
    return bool(times) and sum(map(is_day, days)) * 2 > len(days) and sum(map(is_time_of_day, times)) * 2 >= len(times)
