"""Dates and zones: reading a moment from text, proving day and month order, wall-clock time to UTC.

Nothing here guesses. A date whose day and month could change places is read only with an order that was proved
over its whole column, or given.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from journeyminer.errors import UsageError
from journeyminer.note import Note
from journeyminer.text import fold

Order = Literal["ymd", "dmy", "mdy"]
ORDERS: Final = ("ymd", "dmy", "mdy")

FIRST: Final = datetime(1971, 1, 1, tzinfo=UTC)
FAR: Final = datetime(2037, 12, 31, tzinfo=UTC)
END: Final = datetime(2200, 1, 1, tzinfo=UTC)
"""a moment before FIRST or from END on is a placeholder and no date; from FAR on it is one on one of FAR_DAYS"""
FAR_DAYS: Final = ("12-31", "01-01", "01-18", "01-19", "02-06", "02-07", "06-06")
"""days that software writes for a moment that has not come: 2099-12-31, 2100-01-01, the last days of 31 and 32 bits of
seconds (in time zones to the west the day before), that of a small datetime"""

NOT_YET: Final = (
    "-", "--", "---", "n/a", "na", "n.a.", "#n/a", "null", "(null)", "none", "nil", "nan", "nat", "?", "0", "0.0",
    "not set", "never", "\\n", "n/d", "nd", "s/d", "sem data", "sin fecha", "nincs", "vazio", "vacio",
)  # fmt: skip
"""what stands in a column of dates for a moment that has not come, folded"""
NO_DATE: Final = r"0{1,4}[-/.]0{1,2}[-/.]0{1,4}([ t][0:.]*z?)?"

STEPS_BACK = 0.01
"""a reading that steps back in more than this share of rows cannot be the order in which the rows were written"""

_MONTH_NAMES = """
1 jan january janeiro ene enero januar
2 feb february fev fevereiro febrero febr februar
3 mar march marco marzo marc marcius
4 apr april abr abril apr aprilis
5 may mai maio mayo maj majus
6 jun june junho junio junius
7 jul july julho julio julius
8 aug august ago agosto augusztus
9 sep sept september set setembro septiembre setiembre szept szeptember
10 oct october out outubro octubre okt oktober
11 nov november novembro noviembre
12 dec december dez dezembro dic diciembre
"""
MONTHS: Final[dict[str, int]] = {
    word: int(number) for number, *words in map(str.split, _MONTH_NAMES.strip().splitlines()) for word in words
}
"""month names and abbreviations in en, pt, es and hu, lower case without accents -> 1..12"""

_DAY: Final = (
    r"\b(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?"
    r"|(?:seg(?:unda)?|ter(?:ca)?|qua(?:rta)?|qui(?:nta)?|sex(?:ta)?)(?:-feira)?|sab(?:ado)?|dom(?:ingo)?"
    r"|lun(?:es)?|mart(?:es)?|mie(?:rcoles)?|jue(?:ves)?|vie(?:rnes)?"
    r"|hetfo|kedd|szerda|csutortok|pentek|szombat|vasarnap)\b"
)
SAYS_NOTHING: Final = (
    (rf"^{_DAY}[.,]*\s+", ""),
    (rf"[\s,(-]+{_DAY}[).,\s-]*(\d|$)", r" \1"),
    (r"^mar[.,]*\s+(\d{1,2}\s(de )?[a-z]{3})", r"\1"),  # martes, where a month follows
    (r"([+-]\d\d:?\d\d|\dz)\s?[(\[][^()\[\]]*[)\]]$", r"\1"),
    (r"\((utc|gmt)([^()]*)\)$", r"\1\2"),
    (r"\b(gmt|utc)\s?([+-]\d)", r"\2"),
)
"""days of the week, zones by name beside their offset: pattern -> what is kept of it, on plain text"""
HALF_DAYS: Final = (
    (r"\b([ap])\s?\.?\s?m\b\.?", r"\1m"),  # a. m., p.m., AM
    (r"\bde\.\s*(\d{1,2}:)", r"am \1"),  # Hungarian délelőtt
    (r"\bdu\.\s*(\d{1,2}:)", r"pm \1"),  # Hungarian délután
)
"""how languages write the half of a day -> am, pm, on plain text"""

_NUMERIC = re.compile(r"(?<![\d:])(\d{1,4})([./-])\s?(\d{1,2})\2\s?(\d{4}(?!\d)|\d{1,3}(?![\d:]))")
_BETWEEN = r"((?=\D)[\W_]{0,3}(?:(?:st|nd|rd|th|o)\b)?[\W_]{0,2}(?:(?:del?|of)\b)?[\W_]{0,2})"
"""signs, and the few words that stand inside of a date: 5th of 01, 1º de 01 de 2026; others may say another thing"""
DATE: Final = re.compile(rf"(\d{{1,4}}){_BETWEEN}(\d{{1,2}}){_BETWEEN}(\d{{1,4}})(?!\d)\.?")
WEEK: Final = re.compile(r"(\d{4})-?w(\d\d)-?([1-7])(?!\d)", re.IGNORECASE)
"""a day of a week of ISO 8601, 2026-W02-1"""
COMPACT: Final = re.compile(r"(\d{4})()(\d\d)()(\d\d)(?:(?!\d)|(?=\d{6}$))")
TIME: Final = re.compile(
    r"^[\st,:]*(?:(?:at|as|a las?)\s+)?(?:(?P<before>[ap]m)\s*)?(?P<hour>\d{1,2})[:h.]?(?P<minute>\d\d)"
    r"(?:[:.]?(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"\s*(?P<after>[ap]m)?(?:\s?(?:hs?|hrs?)\b\.?)?\s*(?P<zone>z|utc|gmt|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)?\s*$"
)


class DateOrder(NamedTuple):
    """The order of a column's dates and what proves it."""

    order: Order
    proof: Note
    example: str = ""
    """the date that proves it, where a single one does"""


def prove_date_order(values: Iterable[str], *, by_rows: bool = True) -> DateOrder | None:
    """The day and month order of dates written in digits, from proof over all of them; None where nothing proves it.

    Proof is, in this order: a part above 12 in one place and none in the other; the rows run forward in time in one
    reading while the other goes to and fro, with more than 1 % of steps back. That is none where the texts are in the
    order of their letters, as a spreadsheet sorts them, nor where the other reading only steps back, as in a file that
    begins with its newest row. The year stands first where it does in all of them. A year of two digits stands last.
    Text without such a date is passed over.

    Args:
        values: one column in the order of its rows, all of it; each text may hold more than the date.
        by_rows: whether the run of the rows may prove it, which says nothing before all of them are there.
    """
    n = 0
    highest = [0, 0]
    example = ["", ""]
    back, ahead = [0, 0], [0, 0]
    last = [(0, 0, 0), (0, 0, 0)]
    rises = falls = True
    before = year_first = ""
    for value in values:
        found = _NUMERIC.search(value)
        if not found:
            continue
        if len(found[1]) >= 3:  # says its order itself, and nothing of the others
            year_first = year_first or found[0]
            continue
        rises, falls = rises and before <= value, falls and (not before or before >= value)
        before = value
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        n += 1
        for place, part in enumerate((first, second)):
            if part > highest[place]:
                highest[place], example[place] = part, found[0]
        for place, moment in enumerate(((year, second, first), (year, first, second))):
            back[place] += moment < last[place]
            ahead[place] += n > 1 and moment > last[place]
            last[place] = moment
    orders: tuple[Order, Order] = ("dmy", "mdy")
    above = [part > 12 for part in highest]
    if above[0] != above[1]:
        place = above.index(True)
        return DateOrder(orders[place], Note("proof.day_above_12", example=example[place]), example[place])
    if not n and year_first:
        return DateOrder("ymd", Note("proof.year_first", example=year_first), year_first)
    if by_rows and not any(above) and not rises and not falls:
        for place, other in ((0, 1), (1, 0)):
            if not back[place] and ahead[other] and back[other] > STEPS_BACK * n:
                return DateOrder(orders[place], Note("proof.runs_forward", n=back[other], of=n))
    return None


class Written(NamedTuple):
    """A text taken apart: its first, second and last part of a date, and what of the time it says."""

    text: str
    date: re.Match[str]
    time: re.Match[str] | None
    order: Order | None
    """the order that the text itself shows: a year in front, a month by name"""


def spelled(text: str) -> tuple[str, Order | None]:
    """Plain text with months in digits and half days as am and pm, and the order that a month's name shows.

    A day of the week and a zone's name in brackets behind its offset say nothing more.
    """
    words = fold(text)
    for pattern, kept in SAYS_NOTHING:
        words = re.sub(pattern, kept, words)
    order: Order | None = None
    month = next((word for word in re.finditer(r"[a-z]{3,}", words) if word[0] in MONTHS), None)
    if month:
        order = "dmy" if re.search(r"\d", words[: month.start()]) else "mdy"
        words = f"{words[: month.start()]}{MONTHS[month[0]]:02}{words[month.end() :]}"
    for pattern, half in HALF_DAYS:
        words = re.sub(pattern, half, words)
    return words, order


def is_not_yet(text: str) -> bool:
    """Whether a cell of a column of dates says that there is no date."""
    word = fold(text).strip()
    return word in NOT_YET or bool(re.fullmatch(NO_DATE, word))


def is_placeholder(moment: datetime) -> bool:
    """Whether a moment is what software writes where it knows none: 1900, 1970 at midnight, 2099-12-31, 9999."""
    return not FIRST <= moment < END or (moment >= FAR and f"{moment:%m-%d}" in FAR_DAYS)


def take_apart(text: str, order: Order | None = None) -> Written | None:
    """The date and time written in a text of digits (see `spelled`); None where it says no date, or more than that."""
    lower = text.lower()
    day = COMPACT.match(lower) or DATE.match(lower)
    if not day:
        return None
    rest = lower[day.end() :]
    time = TIME.match(rest)
    if rest.strip(" .,") and not time:
        return None
    return Written(text, day, time, "ymd" if len(day[1]) >= 3 else order)


def read_moment(text: str, order: Order | None = None) -> datetime | None:
    """The moment that a text says: naive, or aware where it carries an offset; None where it says none.

    Reads digits with any separator, month names in en, pt, es and hu, ISO 8601, half days (AM, `a. m.`, `de.`),
    days of a week (2026-W02-1), fractions of a second. `order` is needed where day and month are both digits and the
    year stands last.
    """
    if week := WEEK.match(text.strip()):
        try:
            monday_or_later = date.fromisocalendar(int(week[1]), int(week[2]), int(week[3]))
        except ValueError:
            return None
        text = monday_or_later.isoformat() + text.strip()[week.end() :]
    words, shown = spelled(text)
    written = take_apart(words, shown or order)
    if not written or not written.order:
        return None
    parts = (written.date[1], written.date[3], written.date[5])
    year, month, day = (parts[written.order.index(letter)] for letter in "ymd")
    try:
        moment = datetime(_full_year(year), int(month), int(day))
        return _at(moment, written.time) if written.time else moment
    except ValueError:
        return None


def _full_year(digits: str) -> int:
    """A year of two digits is the one of 1969..2068, as strptime has it."""
    year = int(digits)
    return year if len(digits) > 2 else year + (2000 if year < 69 else 1900)


def _at(day: datetime, time: re.Match[str]) -> datetime:
    hour = int(time["hour"])
    half = time["before"] or time["after"]
    if half:
        if not 1 <= hour <= 12:
            raise ValueError("no such hour in half a day")
        hour = hour % 12 + (12 if half == "pm" else 0)
    fraction = int((time["fraction"] or "")[:6].ljust(6, "0"))
    moment = day.replace(hour=hour, minute=int(time["minute"]), second=int(time["second"] or 0), microsecond=fraction)
    zone = time["zone"]
    if not zone:
        return moment
    if zone in ("z", "utc", "gmt"):
        return moment.replace(tzinfo=UTC)
    sign = -1 if zone[0] == "-" else 1
    offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]) if len(zone) > 3 else 0)
    return moment.replace(tzinfo=timezone(sign * offset))


@lru_cache
def find_zone(name: str) -> ZoneInfo:
    """The IANA zone of that name. Raises UsageError where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UsageError(Note("usage.not_a_zone", value=name, hint=Note("usage.zone_example"))) from error


def to_utc(naive: datetime, zone: str) -> datetime:
    """A wall-clock time of an IANA zone as an aware UTC datetime.

    An hour that comes twice is its first pass; an hour that a clock skips is shifted forward by the gap.
    """
    return naive.replace(tzinfo=find_zone(zone), fold=0).astimezone(UTC)


def clock_change(naive: datetime, zone: str) -> Literal["overlap", "gap"] | None:
    """Whether that wall-clock time comes twice in the zone (overlap), or not at all (gap)."""
    first, second = (naive.replace(tzinfo=find_zone(zone), fold=fold).utcoffset() for fold in (0, 1))
    if first == second or first is None or second is None:
        return None
    return "overlap" if first > second else "gap"


@dataclass(slots=True)
class ZoneRule:
    """The one rule for times that carry no zone: they are in the zone that the user gave, else UTC is assumed.

    It counts what the receipt of a file has to say of its zone.
    """

    given: str | None
    naive: bool = False
    """whether any time carried no zone"""
    n_overlap: int = 0
    """times that come twice; the first pass is taken"""
    n_gap: int = 0
    """times that a clock skips; they are shifted forward"""

    def __post_init__(self) -> None:
        if self.given:
            find_zone(self.given)

    def aware(self, moment: datetime) -> datetime:
        """The moment with a zone: its own, else in UTC by the rule."""
        if moment.tzinfo:
            return moment
        self.naive = True
        if not self.given or moment.year < FIRST.year:  # a placeholder may lie too early to be shifted
            return moment.replace(tzinfo=UTC)
        change = clock_change(moment, self.given)
        self.n_overlap += change == "overlap"
        self.n_gap += change == "gap"
        return to_utc(moment, self.given)


class Change(NamedTuple):
    """A change of a zone's clocks. Wall-clock times in [begin, end) come twice or not at all.

    `before` holds for wall-clock times before `end`, `after` from then on: the same choice as `to_utc`.
    """

    begin: datetime
    end: datetime
    before: timedelta
    after: timedelta


@lru_cache
def zone_changes(zone: str, first_year: int = 1970, last_year: int = 2100) -> tuple[Change, ...]:
    """All changes of a zone's clocks in these years, for converting whole columns at once."""
    info = find_zone(zone)

    def offset(instant: datetime) -> timedelta:
        return instant.replace(tzinfo=UTC).astimezone(info).utcoffset() or timedelta()

    changes = []
    low, end = datetime(first_year, 1, 1), datetime(last_year, 1, 1)
    while low < end:
        high = low + timedelta(days=7)
        if offset(low) != offset(high):
            before_change, after_change = low, high
            while after_change - before_change > timedelta(seconds=1):
                middle = before_change + (after_change - before_change) // 2
                middle = middle.replace(microsecond=0)
                if offset(middle) == offset(low):
                    before_change = max(middle, before_change + timedelta(seconds=1))
                else:
                    after_change = middle
            before, after = offset(low), offset(high)
            walls = sorted((after_change + before, after_change + after))
            changes.append(Change(walls[0], walls[1], before, after))
        low = high
    return tuple(changes)
