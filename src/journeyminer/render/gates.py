"""What CI systems read of promises: JUnit XML, where each is a test, and GitHub's notes beside the run.

The words of data can neither end a line, an attribute or a command nor begin another one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape, quoteattr

from journeyminer.outputs import MADE_BY
from journeyminer.render import phrases
from journeyminer.text import printable

if TYPE_CHECKING:
    from journeyminer.i18n import Language
    from journeyminer.report.model import Promise
    from journeyminer.report.sections import Report

_COMMANDS: Final = {("broken", "error"): "error", ("broken", "warning"): "warning"}
"""verdict and severity -> the workflow command; `notice` for what is undecided"""


def junit(report: Report, language: Language) -> str:
    """Return the promises as JUnit XML: a broken one fails, one that only warns passes and says so, an undecided one
    is skipped."""
    promises = report.promises or ()
    failed = sum(_fails(promise) for promise in promises)
    skipped = sum(promise.verdict == "undecided" for promise in promises)
    counts = f'tests="{len(promises)}" failures="{failed}" skipped="{skipped}" errors="0"'
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="journeyminer" {counts}>',
        f'  <testsuite name="promises" {counts}>',
        *(_testcase(promise, language) for promise in promises),
        "  </testsuite>",
        "</testsuites>",
    ]
    return "\n".join(lines) + f"\n<!-- {MADE_BY} -->\n"


def _testcase(promise: Promise, language: Language) -> str:
    name = f'classname="promises" name={quoteattr(printable(promise.rule))}'
    if promise.verdict == "kept":
        return f"    <testcase {name}/>"
    said = printable(language.note(phrases.breach(promise, language)))
    if _fails(promise):
        inside = f'<failure type="broken" message={quoteattr(said)}/>'
    elif promise.verdict == "undecided":
        inside = f"<skipped message={quoteattr(said)}/>"
    else:
        inside = f"<system-out>{escape(said)}</system-out>"
    return f"    <testcase {name}>{inside}</testcase>"


def _fails(promise: Promise) -> bool:
    return promise.verdict == "broken" and promise.severity == "error"


def github(report: Report, language: Language) -> str:
    """Return a workflow command for each promise that was not kept; nothing where all were."""
    return "".join(
        f"::{_COMMANDS.get((promise.verdict, promise.severity), 'notice')} "
        f"title={_property(promise.rule)}::{_message(language.note(phrases.breach(promise, language)))}\n"
        for promise in report.promises or ()
        if promise.verdict != "kept"
    )


def _message(text: str) -> str:
    return printable(text).replace("%", "%25")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
