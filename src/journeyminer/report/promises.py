"""Promises: rules about figures that must hold, decided on a report or on the log that it was made of."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from msgspec.structs import replace

from journeyminer.config import Promised
from journeyminer.errors import EmptyLog, UsageError, nearest
from journeyminer.mining.kpis import DURATIONS, lasted, waits
from journeyminer.mining.lens import Lens
from journeyminer.note import Note
from journeyminer.prepare.filters import filter_log
from journeyminer.report.build import build
from journeyminer.report.figures import Figure, Reading, known_figures, read, the_figure
from journeyminer.report.model import Promise
from journeyminer.report.rules import COMPARISONS, Rule, Where, parse_rule
from journeyminer.report.sections import SECTIONS, Report
from journeyminer.sql import listed, quote

if TYPE_CHECKING:
    from journeyminer.log import EventLog
    from journeyminer.vocabulary import Verdict

LISTED: Final = 5
"""so many cases, those that took longest, are listed by the command of a broken promise on a duration"""
TOP_SHARES: Final = {"value": 0.5, "median": 0.5, "p90": 0.1}
"""field of a duration -> the share that takes longer than it"""


class Understood(NamedTuple):
    """A rule about a figure that there is; `row` is its row in a list, None for the first."""

    rule: Rule
    figure: Figure
    row: str | None
    limit: float


class Part(NamedTuple):
    """The report of the cases that a rule asks for, and their log where there is one."""

    report: Report
    log: EventLog | None


def understand(text: str) -> Understood:
    """Return what a rule asks for. Raise UsageError, whose place is the rule, where it cannot be meant."""
    try:
        rule = parse_rule(text)
        figure, row = the_figure(rule.words)
        if figure is None:
            raise UsageError(Note("promise.no_figure", name=rule.figure), hint=nearest(rule.figure, known_figures()))
        if rule.where and not figure.of_cases:
            raise UsageError(Note("promise.whole_log", name=rule.figure))
        return Understood(rule, figure, row, rule.limit(figure.unit))
    except UsageError as error:
        raise UsageError(error.message, place=text.strip(), hint=error.hint) from None


def check(report: Report, promises: Sequence[Promised | str], *, log: EventLog | None = None) -> Report:
    """The report with its promises, each with the figure that it was decided on.

    A figure that rests on fewer than the promise's `min_n`, or that is not knowable, leaves it undecided; a count is
    exact, however small. With `where`, the figure is that of the cases which the filters `--channel` and
    `--where "group = ..."` keep.

    Args:
        report: what `build` made, or `read_report` of a report.json.
        promises: rules as texts (see the how-to on promises), or with severity, reason and `min_n`.
        log: the log of the report. Without it a rule needs a figure that the report has, or was decided in it before.

    Raises:
        UsageError: a rule cannot be meant, or the report alone cannot decide it; the place is the rule.
    """
    asked = [each if isinstance(each, Promised) else Promised(each) for each in promises]
    understood = [understand(each.rule) for each in asked]
    keys: dict[Where, set[str]] = {}
    for each in understood:
        keys.setdefault(each.rule.where, set()).add(each.figure.key)
    parts: dict[Where, Part | None] = {(): Part(report, log)}
    if log:
        parts = {where: _report_of(report, log, where, of) for where, of in keys.items()}
    decided = [
        (None if log else _known(promised, each, report)) or _decided(promised, each, parts)
        for promised, each in zip(asked, understood, strict=True)
    ]
    return replace(report, promises=tuple(decided))


def broken(report: Report) -> tuple[Promise, ...]:
    """The promises whose breach fails a command."""
    return tuple(each for each in report.promises or () if (each.verdict, each.severity) == ("broken", "error"))


def _known(promised: Promised, asked: Understood, report: Report) -> Promise | None:
    """What was decided of the rule when the report was made, with a log at hand that tells more."""
    same = (each for each in report.promises or () if each.rule == asked.rule.text)
    found = next((each for each in same if each.min_n in (0, promised.min_n)), None)
    return replace(found, severity=promised.severity, reason=promised.reason) if found else None


def _reading(asked: Understood, parts: Mapping[Where, Part | None]) -> Reading:
    """What the report of the cases that a rule asks for says of its figure."""
    rule, figure, row, _ = asked
    part = parts.get(rule.where)
    if rule.where not in parts or (part and getattr(part.report, figure.key) is None):
        raise UsageError(Note("promise.needs_log"), place=rule.text, hint=Note("usage.give_the_log"))
    return read(part.report, figure, row) if part else Reading(rule.figure, None, 0, "no_such_cases")


def _report_of(report: Report, log: EventLog, where: Where, keys: set[str]) -> Part | None:
    """The part whose report has these keys of the cases that are asked for; None where there are no such cases."""
    if not where and all(getattr(report, key) is not None for key in keys):
        return Part(report, log)
    try:
        for column, value in where:
            if column == "channel":
                log = filter_log(log, channels=(value,))
            else:
                log = filter_log(log, where=f"{column} = {quote(value)}")
    except EmptyLog:
        return None
    made = build(log, sections=[SECTIONS[key].of or key for key in keys if key in SECTIONS], per=report.per)
    return Part(made, log)


def _decided(promised: Promised, asked: Understood, parts: Mapping[Where, Part | None]) -> Promise:
    rule, figure, _, limit = asked
    reading, part = _reading(asked, parts), parts.get(rule.where)
    min_n = 0 if figure.exact else promised.min_n
    verdict: Verdict = "undecided"
    if reading.value is not None and reading.n >= min_n:
        verdict = "kept" if COMPARISONS[rule.comparison](reading.value, limit) else "broken"
    slow = _slow(asked, part) if verdict == "broken" or reading.why == "too_many_open" else None
    if slow and reading.why == "too_many_open" and slow.n >= min_n and slow.share > TOP_SHARES[figure.name]:
        verdict, reading = "broken", reading._replace(n=slow.n, why="beyond_already")
    return Promise(
        rule=rule.text,
        severity=promised.severity,
        verdict=verdict,
        figure=reading.name,
        unit=figure.unit,
        value=reading.value,
        limit=limit,
        n=reading.n,
        min_n=min_n,
        why="too_few" if verdict == "undecided" and reading.value is not None else reading.why,
        reason=promised.reason,
        command=_command_of(slow.case_ids) if slow and slow.case_ids else _command(rule, figure),
    )


class _Slow(NamedTuple):
    """What took longer than the limit of a promise, or has already waited longer, of `n` traces."""

    n: int
    share: float
    case_ids: tuple[str, ...]
    """the longest of them; none where a trace is not one case"""


def _slow(asked: Understood, part: Part | None) -> _Slow | None:
    """What is beyond an upper limit of a duration; None where the figure is none or there is no log."""
    rule, figure, row, limit = asked
    is_duration = figure.key == "kpis" and row in DURATIONS and figure.name in TOP_SHARES
    if not is_duration or rule.comparison not in ("<=", "<") or part is None or part.log is None:
        return None
    lens = Lens(part.log, part.report.per)
    seconds = lasted(waits(lens), str(row))
    beyond = seconds[seconds > limit].sort_values(ascending=False, kind="stable")
    case_ids: tuple[str, ...] = ()
    if lens.one_case and len(beyond):
        top = beyond[beyond >= beyond.iloc[:LISTED].iloc[-1]]
        keys = ", ".join(str(key) for key in top.index)
        rows = lens.log.rows(f"SELECT case_key, native_id FROM case_rows WHERE case_key IN ({keys})")
        ranked = sorted((-float(top[key]), str(native_id)) for key, native_id in rows)
        case_ids = tuple(native_id for _, native_id in ranked[:LISTED])
    return _Slow(len(seconds), len(beyond) / max(len(seconds), 1), case_ids)


def _command_of(case_ids: tuple[str, ...]) -> str:
    return f"journeyminer show cases LOG --where {_quoted(f'case_id IN ({listed(case_ids)})')}"


def _command(rule: Rule, figure: Figure) -> str:
    """The command that lists the cases of the figure; where it is one of all cases, the one that shows it."""
    key = SECTIONS[figure.key].of or figure.key if figure.key in SECTIONS else "cases"
    filters = (
        f"--channel {shlex.quote(value)}" if column == "channel" else f"--where {_quoted(f'{column} = {quote(value)}')}"
        for column, value in rule.where
    )
    return " ".join([f"journeyminer show {'cases' if rule.where else key} LOG", *filters])


def _quoted(words: str) -> str:
    """Words with apostrophes as one word of a shell: between double quotes where nothing in them is special there."""
    return shlex.quote(words) if set(words) & set('"$`\\!') else f'"{words}"'
