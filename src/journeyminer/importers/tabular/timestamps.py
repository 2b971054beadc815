"""Timestamps: how a column of them is written, decided once a column, and the SQL that reads it so."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from journeyminer.clock import (
    END,
    FAR,
    FAR_DAYS,
    FIRST,
    HALF_DAYS,
    MONTHS,
    NO_DATE,
    NOT_YET,
    SAYS_NOTHING,
    TIME,
    WEEK,
    Change,
    DateOrder,
    Order,
    find_zone,
    spelled,
    take_apart,
    zone_changes,
)
from journeyminer.note import Note
from journeyminer.sql import quote
from journeyminer.text import fold, fold_sql

if TYPE_CHECKING:
    from journeyminer.vocabulary import FateReason

EPOCHS = {
    "epoch_s": (r"\d{9,10}(\.\d+)?", "1000000"),
    "epoch_ms": (r"\d{12,13}(\.\d+)?", "1000"),
    "epoch_us": (r"\d{15,16}", "1"),
    "epoch_ns": (r"\d{18,19}", "0.001"),
}
"""unit of seconds since 1970 -> how it is written, how many microseconds it has"""

_SHOWN = {
    "%Y": "YYYY", "%y": "YY", "%m": "MM", "%d": "DD", "%H": "hh", "%I": "hh", "%M": "mm", "%S": "ss", "%f": "fff",
    "%n": "fff", "%p": "am/pm", "%z": "+hh:mm", "%%": "%",
    "%G": "YYYY", "%V": "ww", "%u": "D",
}  # fmt: skip
"""parts of patterns -> as people write them, for the receipt"""

_MIDNIGHT_AT_THE_END = re.compile(r"24[:h.]?00")
"""24:00 is the beginning of the next day"""
_SERIAL = re.compile(r"[2-6]\d{4}([.,]\d+)?")
_SERIAL_DAY = re.compile(r"[2-6]\d{4}([.,]0+)?")
_FRACTION = re.compile(r"0|0?[.,]\d+")
_LEAD = r"^(0 days |1899-12-3[01][ t]|1900-01-0[01][ t]|t)"
"""what a spreadsheet or a data frame puts before a time of day"""
_TAIL = r"(\s*h|min|\s*hs?|\s*hrs?)\.?$"


class Pattern(NamedTuple):
    """One way in which a moment is written.

    `text` is a pattern of strptime, or one of EPOCHS, or `serial`: days as a spreadsheet counts them.
    `zoned` says that it is UTC or carries its offset; `worded` that months or half days are words of a language.
    """

    text: str
    zoned: bool = False
    worded: bool = False
    column: str = ""
    """SQL of a column that holds moments and no text; the text is not looked at"""

    def sql(self, cell: str) -> str:
        """SQL of the moment, null where a cell is written otherwise; `cell` is SQL of its text."""
        if self.column:
            return f"CAST({self.column} AS TIMESTAMP)"
        if self.text in EPOCHS:
            digits, factor = EPOCHS[self.text]
            return (
                f"CASE WHEN regexp_full_match({cell}, '{digits}') THEN "
                f"make_timestamp(CAST(CAST({cell} AS DECIMAL(28, 6)) * {factor} AS BIGINT)) END"
            )
        if self.text == "serial":
            days = f"TRY_CAST(replace({cell}, ',', '.') AS DOUBLE)"
            return (
                f"CASE WHEN {days} BETWEEN 20000 AND 70000 THEN TIMESTAMP '1899-12-30' + "
                f"to_milliseconds(CAST(round({days} * 86400000) AS BIGINT)) END"
            )
        if "%n" in self.text and "%z" in self.text:
            # the engine has no way from such a moment to one in microseconds
            return f"CAST(TRY_CAST({cell} AS TIMESTAMPTZ) AS TIMESTAMP)"
        parsed = f"try_strptime({spelled_sql(cell) if self.worded else cell}, {quote(self.text)})"
        if "%H" not in self.text and _MIDNIGHT_AT_THE_END.search(self.text):
            parsed = f"{parsed} + INTERVAL 1 DAY"
        return f"CAST({parsed} AS TIMESTAMP)" if "%z" in self.text or "%n" in self.text else parsed


@dataclass(frozen=True)
class TimestampColumn:
    """How one column of timestamps is read, and what proves it."""

    name: str
    """what the rows call the moment; no column of the file is called so"""
    header: str
    text: str
    """SQL of the text of a cell, null where it is empty"""
    patterns: tuple[Pattern, ...]
    proved: DateOrder | None = None
    fault: FateReason | None = "unreadable_timestamp"
    """why a record is rejected whose cell cannot be read; None: only the moment is left out"""
    given: tuple[str, ...] = ()
    """the forms of the user's that some of its cells have"""

    @property
    def order(self) -> Order | None:
        """The order of day and month, where the patterns alone do not tell it."""
        return self.proved.order if self.proved else None

    @property
    def has_naive(self) -> bool:
        """Whether any of its moments needs a zone."""
        return any(not pattern.zoned for pattern in self.patterns)

    @property
    def decision(self) -> Note:
        """The decision for the receipt: patterns and proof."""
        formats = tuple(dict.fromkeys(map(_shown, self.patterns)))
        if self.proved:
            return Note("decision.dates_proved", column=self.header, formats=formats, proof=self.proved.proof)
        return Note("decision.dates", column=self.header, formats=formats)

    def widened(self, texts: Iterable[str]) -> TimestampColumn:
        """The column with the patterns of further texts."""
        return replace(self, patterns=_sorted([*self.patterns, *patterns_of(texts, self.order)]))

    def sql(self, zone: str | None, *, bounded: bool = True) -> TimestampSql:
        """SQL of the moments in UTC.

        Args:
            zone: the zone of moments that carry none; None for UTC.
            bounded: whether moments out of bounds are null.
        """
        inner, outer = [], []
        for zoned in (True, False):
            tried = [pattern.sql(self.text) for pattern in self.patterns if pattern.zoned == zoned]
            if tried:
                column = f"{self.name}_{'zoned' if zoned else 'naive'}"
                parsed = tried[0] if len(tried) == 1 else f"coalesce({', '.join(tried)})"
                inner.append(f"{parsed} AS {column}")
                shifted = column if zoned or not zone else shifted_sql(column, zone)
                outer.append(f"CASE WHEN {IN_BOUNDS.format(column)} THEN {shifted} END" if bounded else shifted)
        if not outer:
            return TimestampSql((), "CAST(NULL AS TIMESTAMP)", "NULL", None)
        change = _clock_change(f"{self.name}_naive", zone) if zone and self.has_naive else None
        parsed = f"coalesce({', '.join(column.rpartition(' AS ')[2] for column in inner)}, NULL)"
        moment = outer[0] if len(outer) == 1 else f"coalesce({', '.join(outer)})"
        return TimestampSql(tuple(inner), moment, parsed, change)


class TimestampSql(NamedTuple):
    """SQL of a column of timestamps in two steps: `inner` over the file's rows, the others over its result."""

    inner: tuple[str, ...]
    moment: str
    parsed: str
    """null where the text could not be read; a placeholder could"""
    clock_change: str | None
    """OVERLAP where the wall-clock time comes twice in its zone, GAP where a clock skips it, else 0"""


OVERLAP, GAP = 1, 2
IN_BOUNDS = (
    f"{{0}} >= TIMESTAMP '{FIRST:%Y-%m-%d}' AND {{0}} < TIMESTAMP '{END:%Y-%m-%d}' AND "
    f"({{0}} < TIMESTAMP '{FAR:%Y-%m-%d}' OR strftime({{0}}, '%m-%d') NOT IN {FAR_DAYS})"
)
"""SQL of whether a moment is no placeholder; see `clock.is_placeholder`"""
SURELY_IN_BOUNDS = f"min({{0}}) >= TIMESTAMP '{FIRST:%Y-%m-%d}' AND max({{0}}) < TIMESTAMP '{FAR:%Y-%m-%d}'"
"""SQL of whether none of all moments can be a placeholder"""


def is_not_yet_sql(text: str) -> str:
    """The SQL twin of `clock.is_not_yet`."""
    word = f"trim({fold_sql(text)})"
    return f"({word} IN ({', '.join(map(quote, NOT_YET))}) OR regexp_full_match({word}, {quote(NO_DATE)}))"


def _shown(pattern: Pattern) -> str:
    """A pattern as people write one: `DD/MM/YYYY hh:mm`."""
    return re.sub("|".join(_SHOWN), lambda part: _SHOWN[part[0]], pattern.text)


def needs_order(text: str) -> bool:
    """Whether a text is a date whose day and month cannot be told apart by the way it is written."""
    return pattern_of(text, None) is None and pattern_of(text, "dmy") != pattern_of(text, "mdy")


def above_twelve(text: str) -> str:
    """SQL of whether one of the first two parts of a date in digits is above 12, and so no month."""
    part = "(1[3-9]|[2-9]\\d)"
    return f"regexp_matches({text}, '^\\s*({part}|\\d{{1,2}}\\D{{1,2}}{part})\\D')"


def is_time_of_day(text: str) -> bool:
    """Whether a text is a time of day without a date, or the fraction of a day that a spreadsheet makes of one."""
    words = re.sub(_TAIL, "", re.sub(_LEAD, "", spelled(text)[0]))
    time = TIME.match(words)
    is_time = time is not None and (not words.isdecimal() or len(words) == 4) and int(time["hour"]) <= 24
    return is_time or bool(_FRACTION.fullmatch(words))


def time_of_day_sql(text: str) -> str:
    """SQL of a time of day as it stands behind a date, with the fraction of a day turned into hours and minutes."""
    seconds = f"CAST(round(TRY_CAST(replace({text}, ',', '.') AS DOUBLE) * 86400) AS BIGINT)"
    spread = f"strftime(TIMESTAMP '2000-01-01' + to_seconds({seconds}), '%H:%M:%S')"
    plain = f"regexp_replace(regexp_replace(lower({text}), {quote(_LEAD)}, ''), {quote(_TAIL)}, '')"
    return f"CASE WHEN regexp_full_match({text}, {quote(_FRACTION.pattern)}) THEN {spread} ELSE {plain} END"


def day_sql(text: str) -> str:
    """SQL of a date without the midnight that software writes behind it; a spreadsheet counts days instead."""
    counted = f"strftime(DATE '1899-12-30' + CAST(left({text}, 5) AS INTEGER), '%Y-%m-%d')"
    written = f"regexp_replace({text}, {quote(_MIDNIGHT.pattern)}, '')"
    return f"CASE WHEN regexp_full_match({text}, {quote(_SERIAL_DAY.pattern)}) THEN {counted} ELSE {written} END"


def is_day(text: str) -> bool:
    """Whether a text is a date without a time of day, or with midnight only."""
    pattern = pattern_of(_MIDNIGHT.sub("", text.strip()), "dmy")
    return pattern is not None and not {"%H", "%I"} & set(re.findall("%.", pattern.text)) and pattern.text not in EPOCHS


_MIDNIGHT = re.compile(r"[ T]00:00(:00(\.0+)?)?$")


def pattern_of(text: str, order: Order | None) -> Pattern | None:
    """How a moment is written; None where the text is none, or where it needs an order and none is given."""
    text = text.strip()
    if _SERIAL.fullmatch(text):
        return Pattern("serial")
    for unit, (digits, _) in EPOCHS.items():
        if re.fullmatch(digits, text):
            return Pattern(unit, zoned=True)
    if week := WEEK.match(text):
        by_day = _strptime("2026-01-05" + text[week.end() :], None, worded=False)
        dash = "-" if "-" in week[0] else ""
        return by_day and by_day._replace(text=by_day.text.replace("%Y-%m-%d", f"%G{dash}W%V{dash}%u"))
    as_written = _strptime(text, order, worded=False)
    if as_written:
        return as_written
    words, shown = spelled(text)
    return _strptime(words, shown or order, worded=True)


def _strptime(text: str, order: Order | None, *, worded: bool) -> Pattern | None:
    written = take_apart(text, order)
    if not written or not written.order:
        return None
    year = f"%{'y' if len(written.date[1 + 2 * written.order.index('y')]) == 2 else 'Y'}"
    part = {"y": year, "m": "%m", "d": "%d"}
    spans = [(written.date.span(1 + 2 * place), part[letter]) for place, letter in enumerate(written.order)]
    zoned = False
    if time := written.time:
        half = time["before"] or time["after"]
        fraction = "%f" if len(time["fraction"] or "") <= 6 else "%n"
        named = {
            "before": "%p", "hour": "%I" if half else "%H", "minute": "%M", "second": "%S", "fraction": fraction,
            "after": "%p",
        }  # fmt: skip
        zone = time["zone"] or ""
        zoned = bool(zone)
        if zone[:1] in ("+", "-"):
            named["zone"] = "%z"
        begin = written.date.end()
        if time["hour"] == "24" and not int(time["minute"] + (time["second"] or "") + (time["fraction"] or "")):
            named = {group: directive for group, directive in named.items() if group == "zone"}
        spans += [
            ((begin + time.start(group), begin + time.end(group)), directive)
            for group, directive in named.items()
            if time[group]
        ]
    pattern, at = "", 0
    for (begin, end), directive in sorted(spans):
        pattern += text[at:begin].replace("%", "%%") + directive
        at = end
    return Pattern((pattern + text[at:].replace("%", "%%")).strip(), zoned=zoned, worded=worded)


def given_pattern(format_: str) -> Pattern:
    """The pattern of a form that the user gives; months, half days and days of the week are words of any language."""
    worded = bool(re.search("%[bBaAp]", format_))
    if worded:
        format_ = re.sub(r"[\s,(-]*%[aA][).,\s-]*", " ", format_).strip()
        parts = re.split("(%.)", format_)  # text, directive, text ...
        # between bars, as folding takes away the blanks around a text
        texts = [fold(f"|{part}|")[1:-1] if place % 2 == 0 else part for place, part in enumerate(parts)]
        format_ = re.sub("%[bB]", "%m", "".join(texts)).strip()
    return Pattern(format_, zoned="%z" in format_, worded=worded)


def order_given(format_: str) -> Order | None:
    """The order of day and month that a form has, where both are digits that could change places; else None."""
    letters = "".join(re.findall("%([dmYy])", format_)).lower()
    return letters if letters in ("dmy", "mdy") else None  # type: ignore[return-value]


def patterns_of(texts: Iterable[str], order: Order | None) -> tuple[Pattern, ...]:
    """The patterns of the texts, in the order in which they are to be tried."""
    seen = Counter(filter(None, (pattern_of(text, order) for text in texts)))
    return _sorted([pattern for pattern, _ in seen.most_common()])


def _sorted(patterns: Sequence[Pattern]) -> tuple[Pattern, ...]:
    """The most frequent first, but a year of two digits before one of four, which would take its digits too."""
    return tuple(sorted(dict.fromkeys(patterns), key=lambda pattern: "%y" not in pattern.text))


def spelled_sql(text: str) -> str:
    """The SQL twin of `clock.spelled`."""
    words = fold_sql(text)
    for pattern, kept in SAYS_NOTHING:
        words = f"regexp_replace({words}, {quote(pattern)}, {quote(kept)})"
    names = "|".join(sorted(MONTHS, key=len, reverse=True))
    numbers = ", ".join(f"'{word}': '{number:02}'" for word, number in MONTHS.items())
    month = f"regexp_extract({words}, '\\b({names})\\b', 1)"
    words = f"replace({words}, {month}, coalesce(MAP {{{numbers}}}[{month}], ''))"
    for pattern, half in HALF_DAYS:
        words = f"regexp_replace({words}, {quote(pattern)}, {quote(half)})"
    return words


def shifted_sql(naive: str, zone: str) -> str:
    """SQL of the UTC moment of a wall-clock time in a zone; see `clock.to_utc`."""
    changes = zone_changes(zone)
    if not changes:
        offset = datetime(2000, 1, 1, tzinfo=find_zone(zone)).utcoffset()
        return f"{naive} - to_seconds({int(offset.total_seconds()) if offset else 0})"
    offsets = [changes[0].before, *(change.after for change in changes)]
    return f"{naive} - to_seconds({_search(naive, changes, [str(int(offset.total_seconds())) for offset in offsets])})"


def _clock_change(naive: str, zone: str) -> str | None:
    changes = zone_changes(zone)
    kinds = [(change.begin, OVERLAP if change.before > change.after else GAP) for change in changes]
    leaves = [f"CASE WHEN {naive} >= TIMESTAMP '{begin}' THEN {kind} ELSE 0 END" for begin, kind in kinds]
    return f"CAST({_search(naive, changes, [*leaves, '0'])} AS UTINYINT)" if changes else None


def _search(naive: str, changes: Sequence[Change], leaves: Sequence[str]) -> str:
    """SQL of a binary search: the leaf of the time before the first change, between two changes, after the last."""
    if not changes:
        return leaves[0]
    middle = len(changes) // 2
    before = _search(naive, changes[:middle], leaves[: middle + 1])
    after = _search(naive, changes[middle + 1 :], leaves[middle + 1 :])
    return f"CASE WHEN {naive} < TIMESTAMP '{changes[middle].end}' THEN {before} ELSE {after} END"
