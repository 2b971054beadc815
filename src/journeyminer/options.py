"""Every option, declared once: a field of the classes below is its name, default, flag, keys, check and help.

The command line (cli/options.py), journeyminer.toml (config.py) and docs/reference/options.md are made from these
fields. A flag goes before the file, the file before the default; what is a list or a table adds up.
"""

# ruff: noqa: RUF009 - `option` makes a dataclass field
from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, time
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar

from journeyminer.errors import UsageError, nearest
from journeyminer.files import WAIT_SECONDS
from journeyminer.i18n import available_languages
from journeyminer.note import Note
from journeyminer.vocabulary import NAMINGS, PERIOD_UNITS, PERS, Naming, Per, PeriodUnit

T = TypeVar("T")
DATE_PARTS = {
    "Y": "year", "y": "year", "m": "month", "b": "month", "B": "month", "d": "day", "H": "hour", "I": "hour",
    "M": "minute", "S": "second", "f": "fraction", "p": "half", "z": "zone", "a": "weekday", "A": "weekday",
}  # fmt: skip
"""parts that a date format may have, as strptime has them -> what they say"""
_KNOWN_PARTS = tuple(f"%{part}" for part in DATE_PARTS)
_FIRST_PART = {kind: f"%{part}" for part, kind in reversed(DATE_PARTS.items())}
MOST_HOURS = 10 * 365 * 24
"""the longest silence that may be asked to end a chat's case"""


class Option(NamedTuple):
    """One field of an options class. A list or a table can be given more than once, a table's flag as LEFT=RIGHT."""

    name: str
    default: Any
    read: Callable[[Any], Any]
    """a value of the flag or of the file as the option holds it; UsageError where it cannot be meant"""
    help: str
    flags: tuple[str, ...]
    """none where only the file knows the option"""
    metavar: str
    keys: tuple[str, ...]
    """its keys in journeyminer.toml, `table.key` for one in a table; none where only the command line knows it"""
    env: str | None
    """the environment variable that stands for a missing flag"""

    def read_flag(self, given: Any) -> Any:  # noqa: ANN401 - what the field holds
        """Return the value of what the command line gives: a text, or several where the option holds several."""
        if isinstance(self.default, dict):
            return dict(map(_pair(self.read), given))
        return listed(self.read)(list(given)) if self.default == () else self.read(given)

    @property
    def shown_default(self) -> str:
        """The default for a reader; nothing where it goes without saying."""
        if isinstance(self.default, float):
            return f"{self.default:g}"
        return str(self.default) if self.default else ""


def options_of(kind: type[Any]) -> tuple[Option, ...]:
    """Return the options of an options class, in order."""
    return tuple(Option(each.name, **each.metadata) for each in fields(kind))


def fill(kind: type[T], *given: Mapping[str, Any]) -> T:
    """Return an options class from values by field name: earlier mappings go before later ones, all before defaults.

    Lists and tables add up.
    """
    values: dict[str, Any] = {}
    for each in options_of(kind):
        found = [one[each.name] for one in given if each.name in one]
        if found and isinstance(each.default, tuple):
            values[each.name] = tuple(item for listed in found for item in listed)
        elif found and isinstance(each.default, dict):
            values[each.name] = {key: value for table in reversed(found) for key, value in table.items()}
        elif found:
            values[each.name] = found[0]
    return kind(**values)


def text(value: object) -> str:
    """Return a text that is not blank."""
    if not isinstance(value, str) or not value.strip():
        raise UsageError(Note("usage.not_a_text", value=_quoted(value)))
    return value


def listed(read: Callable[[Any], T], least: int = 0) -> Callable[[object], tuple[T, ...]]:
    """Return a reader of lists; a single value is a list of one."""

    def read_list(value: object) -> tuple[T, ...]:
        items = value if isinstance(value, list) else [value]
        if len(items) < least:
            raise UsageError(Note("usage.empty"))
        return tuple(map(read, items))

    return read_list


def _pair(read: Callable[[Any], T]) -> Callable[[str], tuple[str, T]]:
    def read_pair(value: str) -> tuple[str, T]:
        left, _, right = value.partition("=")
        if not left.strip() or not right.strip():
            raise UsageError(Note("usage.not_a_pair", value=value))
        return left.strip(), read(right.strip())

    return read_pair


def one_of(*words: str) -> Callable[[object], str]:
    """Return a reader of the words of a closed set."""

    def read(value: object) -> str:
        if isinstance(value, str) and value in words:
            return value
        raise UsageError(Note("usage.not_one_of", value=_quoted(value), hint=nearest(str(value), words)))

    return read


def zone(value: object) -> str:
    """Return the name of an IANA time zone."""
    from zoneinfo import ZoneInfo, available_timezones

    name = text(value)
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        hint = nearest(name, sorted(available_timezones()), otherwise=Note("usage.zone_example"))
        raise UsageError(Note("usage.not_a_zone", value=name, hint=hint)) from None
    return name


def number(value: object) -> float:
    """Return a number; a text may say it."""
    try:
        if not isinstance(value, bool) and isinstance(value, int | float | str):
            return float(value)
    except ValueError:
        pass
    raise UsageError(Note("usage.not_a_number", value=_quoted(value)))


def share(value: object) -> float:
    """Return a share from 0 to 1; a text may say it in percent."""
    in_percent = isinstance(value, str) and value.endswith("%")
    found = number(value.rstrip("%")) / 100 if isinstance(value, str) and in_percent else number(value)
    if not 0 <= found <= 1:
        raise UsageError(Note("usage.not_a_share", value=_quoted(value)))
    return found


def scale(value: object) -> tuple[float, float]:
    """Return the lowest and the highest value of a scale, e.g. of 1-5."""
    low, _, high = text(value).partition("-")
    found = number(low), number(high)
    if not 0 <= found[0] < found[1]:
        raise UsageError(Note("usage.not_a_scale", value=_quoted(value)))
    return found


def date_format(value: object) -> str:
    """Return how a moment is written, in parts of strptime: `%d|%m|%Y %H.%M`. Each part once, and a whole date."""
    found = text(value)
    parts = re.findall(r"%(.?)", found.replace("%%", ""))
    kinds = [DATE_PARTS.get(part, "") for part in parts]
    if "" in kinds:
        raise UsageError(Note("usage.no_date_part", value=found, part=f"%{parts[kinds.index('')]}", known=_KNOWN_PARTS))
    if lacking := [kind for kind in ("year", "month", "day") if kind not in kinds]:
        raise UsageError(Note("usage.date_lacks_part", value=found, parts=tuple(_FIRST_PART[kind] for kind in lacking)))
    if twice := [part for part, kind in zip(parts, kinds, strict=True) if kinds.count(kind) > 1]:
        raise UsageError(
            Note("usage.date_part_twice", value=found, parts=tuple(dict.fromkeys(f"%{part}" for part in twice)))
        )
    if ("I" in parts) != ("p" in parts):
        raise UsageError(Note("usage.half_day", value=found))
    return found


def hours(value: object) -> float:
    """Return a length of time in hours, up to ten years."""
    found = number(value)
    if not 0 < found <= MOST_HOURS:
        raise UsageError(Note("usage.not_hours", value=_quoted(value)))
    return found


def seconds(value: object) -> float:
    """Return a length of time in seconds, zero or more."""
    found = number(value)
    if not 0 <= found <= MOST_HOURS * 3600:
        raise UsageError(Note("usage.not_seconds", value=_quoted(value)))
    return found


def count(least: int) -> Callable[[object], int]:
    """Return a reader of whole numbers from `least` on."""

    def read(value: object) -> int:
        found = number(value)
        if found < least or found != int(found):
            raise UsageError(Note("usage.not_a_count", value=_quoted(value), least=least))
        return int(found)

    return read


def moment(value: object) -> datetime:
    """Return a moment in UTC, as a datetime without a zone: a date is its midnight, digits are seconds since 1970."""
    try:
        if isinstance(value, str) and value.isdigit():
            return datetime.fromtimestamp(int(value), UTC).replace(tzinfo=None)
        if isinstance(value, str):
            value = datetime.fromisoformat(value.strip())
        if isinstance(value, date) and not isinstance(value, datetime):
            return datetime.combine(value, time())
        if isinstance(value, datetime):
            return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    except (ValueError, OSError):
        pass
    except OverflowError:
        raise UsageError(Note("usage.beyond_the_calendar", value=_quoted(value))) from None
    raise UsageError(Note("usage.not_a_moment", value=_quoted(value)))


def _quoted(value: object) -> str:
    return value if isinstance(value, str) else repr(value)


def option(
    flags: str, read: Callable[[Any], Any], help: str, *, default: object = None, keys: str = "", env: str | None = None
) -> Any:  # noqa: ANN401 - the type of the field says what it holds
    """Make a field of an options class: its flags and metavar as help shows them, its keys as words in a row."""
    words = flags.split()
    about = {
        "default": default,
        "read": read,
        "help": help,
        "flags": tuple(word for word in words if word.startswith("-")),
        "metavar": "".join(word for word in words if not word.startswith("-")),
        "keys": tuple(keys.split()),
        "env": env,
    }
    return field(default_factory=dict, metadata=about) if default == {} else field(default=default, metadata=about)


# fmt: off
@dataclass(frozen=True)
class ReadOptions:
    """How exports are read."""

    source: str | None = option("--source NAME", text, "Read every file as this source, whatever it looks like.")
    columns: Mapping[str, str] = option("--map COLUMN=HEADER", text, default={},
        help="Map a column by hand, e.g. --map case='Ticket No' --map timestamp=When.")
    timezone: str | None = option("--timezone ZONE", zone, keys="timezone",
        help="Zone of timestamps that carry none, e.g. Europe/Lisbon.")
    timezones: Mapping[str, str] = option("", zone, default={}, keys="timezones",
        help="Zone of the files whose names fit a glob.")
    date_order: str | None = option("--date-order [dmy|mdy|ymd]", one_of("dmy", "mdy", "ymd"),
        help="Order of dates that prove none.")
    date_formats: tuple[str, ...] = option("--date-format FORMAT", date_format, default=(),
        help="How a table writes moments, where that is not known by itself, e.g. '%d|%m|%Y %H.%M'.")
    encoding: str | None = option("--encoding NAME", text, "Encoding of text files, e.g. cp1250.")
    namespaces: Mapping[str, str] = option("--namespace GLOB=NAME", text, default={}, keys="namespaces",
        help="Files of one name are one account: their cases are the same cases.")
    us: tuple[str, ...] = option("--us WHO", text, default=(), keys="us.addresses us.domains us.names",
        help="An address, domain or name of our own side.")
    bots: tuple[str, ...] = option("", text, default=(), keys="us.bots",
        help="Names of those of our side who are programs; chat bots are known by their names.")
    csat_scale: tuple[float, float] | None = option("--csat-scale LOW-HIGH", scale, keys="csat_scale",
        help="Scale of ratings of satisfaction that tell none, e.g. 1-5.")
    session_gap_hours: float = option("--session-gap HOURS", hours, default=24.0, keys="session_gap",
        help="Silence that ends a chat's case.")
    max_rejected: float = option("--max-rejected SHARE", share, default=0.01, keys="max_rejected",
        help="Share of a file's records that may be rejected, e.g. 1%.")
    no_pair: bool = option("--no-pair", bool, "Keep rows of starts and completions as events of their own.",
        default=False)
    activities: Naming = option("--activities [steps|raw]", one_of(*NAMINGS), default="steps", keys="activities",
        help="Call activities by our steps where a rule knows them, or as their sources do.")
    strict: bool = option("--strict", bool, "Stop at the first file that breaks.", default=False)

    def zone_of(self, path: Path) -> str | None:
        """Return the zone of a file's timestamps: that of the first glob that fits its name, else the zone for all."""
        return next((zone for glob, zone in self.timezones.items() if fnmatch(path.name, glob)), self.timezone)


@dataclass(frozen=True)
class LanguageOptions:
    """Which language is spoken."""

    language: str = option("--language CODE", one_of(*available_languages()), default="en", keys="language",
        help="Language of all that is said and written, e.g. pt; a wrong one is answered with all there are.")


@dataclass(frozen=True)
class RunOptions(LanguageOptions):
    """How a command runs."""

    config: Path | None = option("--config FILE", Path, "Configuration (journeyminer.toml of this folder).")
    memory: str | None = option("--memory SIZE", text, "Memory limit of the engine, e.g. 4GB (60 % of what there is).")
    as_of: datetime | None = option("--as-of TIME", moment, "The moment open cases run to, UTC (last timestamp).")
    quiet: bool = option("-q --quiet", bool, "No progress and no notes on stderr.", default=False)


@dataclass(frozen=True)
class WriteOptions:
    """How outputs come to their places."""

    wait: float = option("--wait SECONDS", seconds, default=WAIT_SECONDS,
        help="How long to wait for another run that writes the same output.")
    force: bool = option("--force", bool, "Write over files and into folders that journeyminer did not write.",
        default=False)


@dataclass(frozen=True)
class FilterOptions:
    """Which cases count."""

    since: datetime | None = option("--since DATE", moment, "Cases that begin on or after this day, UTC.")
    until: datetime | None = option("--until DATE", moment, "Cases that begin before this day, UTC.")
    where: str | None = option("--where SQL", str,
        help="Cases with an event for which this holds: \"group = 'Billing'\".")
    channels: tuple[str, ...] = option("--channel CHANNEL", text, default=(),
        help="Cases that touch this channel: phone, e-mail, chat ...")


@dataclass(frozen=True)
class PromiseOptions:
    """Which promises must hold, beside those of journeyminer.toml."""

    fail_on: tuple[str, ...] = option("--fail-on RULE", text, default=(),
        help="Exit status 1 where this is broken: \"kpis.first_response.p90 <= 4h where channel = 'chat'\".")


@dataclass(frozen=True)
class NameOptions:
    """How agents are called in what is written."""

    agents: Literal["numbered", "named"] = option("--agents [numbered|named]", one_of("numbered", "named"),
        default="numbered", help="Print agents as 'agent 1 ... n' or by name.")


@dataclass(frozen=True)
class JourneyOptions:
    """Which cases of a customer are one journey."""

    journey_window: float | None = option("--journey-window HOURS", hours, keys="journey_window",
        help="Silence that ends a journey (learnt from the log).")
    case_is_journey: bool = option("--case-is-journey", bool, default=False, keys="case_is_journey",
        help="Each case is a journey of its own.")


@dataclass(frozen=True)
class ReportOptions(JourneyOptions, NameOptions):
    """What a report looks like."""

    per: Per = option(f"--per [{'|'.join(PERS)}]", one_of(*PERS), "What a trace is.", default="case")
    period: PeriodUnit | None = option(f"--period [{'|'.join(PERIOD_UNITS)}]", one_of(*PERIOD_UNITS), keys="period",
        help="Add the trend over these periods; days begin in the zone of --timezone.")
    max_nodes: int = option("--max-nodes N", count(2), "Nodes on the map.", default=25, keys="map.max_nodes")
    max_edges: int = option("--max-edges N", count(1), "Edges on the map.", default=40, keys="map.max_edges")
    dot: str | None = option("--dot PATH", text, "Draw with this Graphviz (the bundled one).", env="JOURNEYMINER_DOT")
    generated_at: datetime | None = option("--generated-at TIME", moment, env="SOURCE_DATE_EPOCH",
        help="Date the output (undated).")
# fmt: on
