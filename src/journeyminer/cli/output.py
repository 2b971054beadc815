"""What commands say: results on stdout, everything else on stderr, in the language of whoever reads it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from journeyminer.text import printable

if TYPE_CHECKING:
    from journeyminer.i18n import Language
    from journeyminer.note import Note
    from journeyminer.report.sections import Report

NARROWEST, WIDEST = 60, 100
"""columns of the summary, whatever the terminal has"""


class Reader:
    """Whoever reads stderr. A session says what was asked for; before that the language is that of the file."""

    def __init__(self) -> None:
        self.asked: str | None = None
        """the value of --language"""
        self.config: Path | None = None
        """the value of --config"""
        self.quiet = False

    @cached_property
    def language(self) -> Language:
        """The first of flag, file and English that can be spoken: what is wrong with either is said in another."""
        from journeyminer.config import language_in
        from journeyminer.i18n import FALLBACK, Language, available_languages

        codes = (code for code in (self.asked, language_in(self.config)) if code in available_languages())
        return Language(next(codes, None) or FALLBACK)

    def tell(self, note: Note) -> None:
        """Print what is good to know, unless --quiet."""
        if not self.quiet:
            self.fail(note)

    def fail(self, note: Note) -> None:
        """Print what must be known."""
        say(self.language.note(note))


def say(text: str) -> None:
    """Print a line on stderr."""
    # names of files and columns come from data, and must not steer the terminal
    click.echo("\n".join(map(printable, text.split("\n"))), err=True)


def coloured() -> bool:
    """Return whether stdout is a terminal that shows colour, and NO_COLOR does not forbid it."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def print_summary(report: Report, language: Language) -> None:
    """Print the summary of a report on stdout, coloured and as wide as the terminal where it is one."""
    from journeyminer.render import terminal

    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else terminal.WIDTH
    width = min(max(width, NARROWEST), WIDEST)
    click.echo(terminal.render(report, language, color=coloured(), width=width), nl=False)


def print_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], format_: str, language: Language) -> None:
    """Print rows as a table on stdout in one of the four formats; JSON is a list of objects."""
    from journeyminer.render.terminal import table

    click.echo(table(rows, columns, format_, language, color=coloured()), nl=False)


def print_measures(
    reports: Mapping[str, Report], measures: Sequence[str], by: str | None, format_: str, language: Language
) -> None:
    """Print measures of each report; `by` says of what the reports are the parts, one value each."""
    from journeyminer.render import json, tables, terminal

    if format_ == "json":
        objects = {value: json.to_dict(report, measures) for value, report in reports.items()}
        click.echo(json.write(objects[""] if by is None else {"by": by, "values": objects}), nl=False)
        return
    reader = None if format_ == "csv" else language
    shown = tables.shown_tables(reports, measures, by=by, reader=reader)
    printed = (terminal.render_table(table, format_, language, color=coloured()) for table in shown)
    click.echo("\n".join(printed), nl=False)
