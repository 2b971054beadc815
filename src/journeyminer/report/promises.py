"""Promises: rules about figures that must hold, decided on a report or on the log that it was made of."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from journeyminer.config import Promised
from journeyminer.errors import EmptyLog, UsageError, nearest
from journeyminer.note import Note
from journeyminer.prepare.filters import filter_log
from journeyminer.report.build import build
from journeyminer.report.figures import Figure, Reading, known_figures, read, the_figure
from journeyminer.report.model import Promise, Verdict
from journeyminer.report.rules import COMPARISONS, Rule, Where, parse_rule
from journeyminer.report.sections import SECTIONS, Report
from journeyminer.sql import quote

if TYPE_CHECKING:
    from journeyminer.log import EventLog


class Understood(NamedTuple):
    """A rule about a figure that there is; `row` is its row in a list, None for the first."""

    rule: Rule
    figure: Figure
    row: str | None
    limit: float


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
    parts: dict[Where, Report | None] = {(): report}
    if log:
        parts = {where: _report_of(report, log, where, of) for where, of in keys.items()}
    readings = (_reading(each, report, parts) for each in understood)
    return replace(report, promises=tuple(map(_decided, asked, understood, readings)))


def broken(report: Report) -> tuple[Promise, ...]:
    """The promises whose breach fails a command."""
    return tuple(each for each in report.promises or () if (each.verdict, each.severity) == ("broken", "error"))


def _reading(asked: Understood, report: Report, parts: Mapping[Where, Report | None]) -> Reading:
    """What the report of the cases that a rule asks for says of its figure, else what the report was told before."""
    rule, figure, row, _ = asked
    if rule.where not in parts or getattr(parts[rule.where] or report, figure.key) is None:
        found = next((each for each in report.promises or () if rule.where and each.rule == rule.text), None)
        if found is None:
            raise UsageError(Note("promise.needs_log"), place=rule.text, hint=Note("usage.give_the_log"))
        return Reading(found.figure, found.value, found.n, None if found.why == "too_few" else found.why)
    part = parts[rule.where]
    return read(part, figure, row) if part else Reading(rule.figure, None, 0, "no_such_cases")


def _report_of(report: Report, log: EventLog, where: Where, keys: set[str]) -> Report | None:
    """The report that has these keys of the cases that are asked for; None where there are no such cases."""
    if not where and all(getattr(report, key) is not None for key in keys):
        return report
    try:
        for column, value in where:
            if column == "channel":
                log = filter_log(log, channels=(value,))
            else:
                log = filter_log(log, where=f"{column} = {quote(value)}")
    except EmptyLog:
        return None
    return build(log, sections=[SECTIONS[key].of or key for key in keys if key in SECTIONS], per=report.per)


def _decided(promised: Promised, asked: Understood, reading: Reading) -> Promise:
    rule, figure, _, limit = asked
    min_n = 0 if figure.exact else promised.min_n
    verdict: Verdict = "undecided"
    if reading.value is not None and reading.n >= min_n:
        verdict = "kept" if COMPARISONS[rule.comparison](reading.value, limit) else "broken"
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
        command=_command(rule, figure),
    )


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
