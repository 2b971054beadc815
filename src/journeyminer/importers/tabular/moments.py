"""Moments: how a column of dates is written, decided once a column, and the SQL that reads it so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from journeyminer.clock import (
    END,
    FIRST,
    HALF_DAYS,
    MONTHS,
    Change,
    DateOrder,
    Order,
    spelled,
    take_apart,
    zone_changes,
)
from journeyminer.log.engine import quote
from journeyminer.note import Note
from journeyminer.text import fold_sql

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
}  # fmt: skip
"""parts of patterns -> as people write them, for the receipt"""

_SERIAL = re.compile(r"[2-6]\d{4}([.,]\d+)?")
_TIME_ONLY = re.compile(r"\d{1,2}[:h.]\d\d([:.]\d\d([.,]\d+)?)?(\s*[ap]m)?")


class Format(NamedTuple):
    """One way in which a moment is written.

    `pattern` is of strptime, or one of EPOCHS, or `serial`: days as a spreadsheet counts them.
    `zoned` says that it is UTC or carries its offset; `worded` that months or half days are words of a language.
    """

    pattern: str
    zoned: bool = False
    worded: bool = False
    column: str = ""
    """SQL of a column that holds moments and no text; the text is not looked at"""

    def sql(self, text: str) -> str:
        """SQL of the moment, null where the text is written otherwise; `text` is SQL of the column's text."""
        if self.column:
            return f"CAST({self.column} AS TIMESTAMP)"
        if self.pattern in EPOCHS:
            digits, factor = EPOCHS[self.pattern]
            return (
                f"CASE WHEN regexp_full_match({text}, '{digits}') THEN "
                f"make_timestamp(CAST(CAST({text} AS DECIMAL(28, 6)) * {factor} AS BIGINT)) END"
            )
        if self.pattern == "serial":
            days = f"TRY_CAST(replace({text}, ',', '.') AS DOUBLE)"
            return (
                f"CASE WHEN {days} BETWEEN 20000 AND 70000 THEN TIMESTAMP '1899-12-30' + "
                f"to_milliseconds(CAST(round({days} * 86400000) AS BIGINT)) END"
            )
        if "%n" in self.pattern and "%z" in self.pattern:
            # the engine has no way from such a moment to one in microseconds
            return f"CAST(TRY_CAST({text} AS TIMESTAMPTZ) AS TIMESTAMP)"
        parsed = f"try_strptime({spelled_sql(text) if self.worded else text}, {quote(self.pattern)})"
        return f"CAST({parsed} AS TIMESTAMP)" if "%z" in self.pattern or "%n" in self.pattern else parsed


@dataclass(frozen=True)
class Reading:
    """How one column of moments is read, and what proves it."""

    header: str
    formats: tuple[Format, ...]
    proved: DateOrder | None = None

    @property
    def order(self) -> Order | None:
        """The order of day and month, where the formats alone do not tell it."""
        return self.proved.order if self.proved else None

    @property
    def has_naive(self) -> bool:
        """Whether any of its moments needs a zone."""
        return any(not format_.zoned for format_ in self.formats)

    @property
    def decision(self) -> Note:
        """The decision for the receipt: formats and proof."""
        formats = tuple(dict.fromkeys(map(_shown, self.formats)))
        if self.proved:
            return Note("decision.dates_proved", column=self.header, formats=formats, proof=self.proved.proof)
        return Note("decision.dates", column=self.header, formats=formats)

    def widened(self, texts: Iterable[str]) -> Reading:
        """The reading with the formats of further texts."""
        return replace(self, formats=_sorted([*self.formats, *formats_of(texts, self.order)]))


def _shown(format_: Format) -> str:
    """A format as people write one: `DD/MM/YYYY hh:mm`."""
    return re.sub("|".join(_SHOWN), lambda part: _SHOWN[part[0]], format_.pattern)


def needs_order(text: str) -> bool:
    """Whether a text is a date whose day and month cannot be told apart by the way it is written."""
    return format_of(text, None) is None and format_of(text, "dmy") != format_of(text, "mdy")


def above_twelve(text: str) -> str:
    """SQL of whether one of the first two parts of a date in digits is above 12, and so no month."""
    part = "(1[3-9]|[2-9]\\d)"
    return f"regexp_matches({text}, '^\\s*({part}|\\d{{1,2}}\\D{{1,2}}{part})\\D')"


def is_time_of_day(text: str) -> bool:
    """Whether a text is a time of day without a date."""
    return bool(_TIME_ONLY.fullmatch(spelled(text)[0]))


def format_of(text: str, order: Order | None) -> Format | None:
    """How a moment is written; None where the text is none, or where it needs an order and none is given."""
    text = text.strip()
    if _SERIAL.fullmatch(text):
        return Format("serial")
    for unit, (digits, _) in EPOCHS.items():
        if re.fullmatch(digits, text):
            return Format(unit, zoned=True)
    as_written = _pattern(text, order, worded=False)
    if as_written:
        return as_written
    words, shown = spelled(text)
    return _pattern(words, shown or order, worded=True)


def _pattern(text: str, order: Order | None, *, worded: bool) -> Format | None:
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
        spans += [
            ((begin + time.start(group), begin + time.end(group)), directive)
            for group, directive in named.items()
            if time[group]
        ]
    pattern, at = "", 0
    for (begin, end), directive in sorted(spans):
        pattern += text[at:begin].replace("%", "%%") + directive
        at = end
    return Format((pattern + text[at:].replace("%", "%%")).strip(), zoned=zoned, worded=worded)


def formats_of(texts: Iterable[str], order: Order | None) -> tuple[Format, ...]:
    """The formats of the texts, in the order in which they are to be tried."""
    seen: dict[Format, int] = {}
    for text in texts:
        format_ = format_of(text, order)
        if format_:
            seen[format_] = seen.get(format_, 0) + 1
    return _sorted(sorted(seen, key=lambda format_: -seen[format_]))


def _sorted(formats: Sequence[Format]) -> tuple[Format, ...]:
    """The most frequent first, but a year of two digits before one of four, which would take its digits too."""
    return tuple(sorted(dict.fromkeys(formats), key=lambda format_: "%y" not in format_.pattern))


def spelled_sql(text: str) -> str:
    """The SQL twin of `clock.spelled`."""
    words = fold_sql(text)
    names = "|".join(sorted(MONTHS, key=len, reverse=True))
    numbers = ", ".join(f"'{word}': '{number:02}'" for word, number in MONTHS.items())
    month = f"regexp_extract({words}, '\\b({names})\\b', 1)"
    words = f"CASE WHEN {month} = '' THEN {words} ELSE replace({words}, {month}, MAP {{{numbers}}}[{month}]) END"
    for pattern, half in HALF_DAYS:
        words = f"regexp_replace({words}, {quote(pattern)}, {quote(half)})"
    return words


class Moment(NamedTuple):
    """SQL of one column of moments in two steps: `inner` over the file's rows, `outer` and `odd` over its result."""

    inner: tuple[str, ...]
    outer: str
    odd: str | None
    """1 where the wall-clock time comes twice in its zone, 2 where a clock skips it, else 0"""


IN_BOUNDS = f"{{0}} >= TIMESTAMP '{FIRST:%Y-%m-%d}' AND {{0}} < TIMESTAMP '{END:%Y-%m-%d}'"
"""SQL of whether a moment is no placeholder"""


def moment_sql(reading: Reading, text: str, *, alias: str, zone: str | None, bounded: bool = True) -> Moment:
    """SQL of the column in UTC.

    Args:
        text: SQL of the column's text.
        alias: a word that is no column of the file.
        zone: the zone of moments that carry none; None for UTC.
        bounded: whether moments out of bounds are null.
    """
    inner, outer = [], []
    for zoned in (True, False):
        tried = [format_.sql(text) for format_ in reading.formats if format_.zoned == zoned]
        if tried:
            column = f"{alias}_{'zoned' if zoned else 'naive'}"
            parsed = tried[0] if len(tried) == 1 else f"coalesce({', '.join(tried)})"
            inner.append(f"{parsed} AS {column}")
            shifted = column if zoned or not zone else shifted_sql(column, zone)
            outer.append(f"CASE WHEN {IN_BOUNDS.format(column)} THEN {shifted} END" if bounded else shifted)
    if not outer:
        return Moment((), "CAST(NULL AS TIMESTAMP)", None)
    odd = _odd(f"{alias}_naive", zone) if zone and reading.has_naive else None
    return Moment(tuple(inner), outer[0] if len(outer) == 1 else f"coalesce({', '.join(outer)})", odd)


def shifted_sql(naive: str, zone: str) -> str:
    """SQL of the UTC moment of a wall-clock time in a zone; see `clock.to_utc`."""
    changes = zone_changes(zone)
    if not changes:
        from datetime import datetime

        from journeyminer.clock import find_zone

        offset = datetime(2000, 1, 1, tzinfo=find_zone(zone)).utcoffset()
        return f"{naive} - to_seconds({int(offset.total_seconds()) if offset else 0})"
    offsets = [changes[0].before, *(change.after for change in changes)]
    return f"{naive} - to_seconds({_search(naive, changes, [str(int(offset.total_seconds())) for offset in offsets])})"


def _odd(naive: str, zone: str) -> str | None:
    changes = zone_changes(zone)
    leaves = [
        f"CASE WHEN {naive} >= TIMESTAMP '{change.begin}' THEN {1 if change.before > change.after else 2} ELSE 0 END"
        for change in changes
    ]
    return f"CAST({_search(naive, changes, [*leaves, '0'])} AS UTINYINT)" if changes else None


def _search(naive: str, changes: Sequence[Change], leaves: Sequence[str]) -> str:
    """SQL of a binary search: the leaf of the time before the first change, between two changes, after the last."""
    if not changes:
        return leaves[0]
    middle = len(changes) // 2
    before = _search(naive, changes[:middle], leaves[: middle + 1])
    after = _search(naive, changes[middle + 1 :], leaves[middle + 1 :])
    return f"CASE WHEN {naive} < TIMESTAMP '{changes[middle].end}' THEN {before} ELSE {after} END"
