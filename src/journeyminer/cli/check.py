"""`journeyminer check`: whether the promises hold."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from journeyminer.cli.options import EXPORTS, session_options, table_format
from journeyminer.errors import UsageError
from journeyminer.note import Note
from journeyminer.options import FilterOptions, PromiseOptions, ReadOptions, ReportOptions, RunOptions

if TYPE_CHECKING:
    from journeyminer.cli.session import Session


@click.command("check")
@EXPORTS
@table_format("junit", "github")
@session_options(ReadOptions, RunOptions, FilterOptions, ReportOptions, PromiseOptions)
def command(exports: tuple[Path, ...], format_: str, session: Session) -> int:
    """Say whether the promises of journeyminer.toml and --fail-on hold; exit status 1 where one is broken.

    They are decided on a log, on exports, or on the figures of a report.json. With --format junit each is a test, with
    --format github each that is not kept is a note beside the run.
    """
    from journeyminer.cli.output import print_measures
    from journeyminer.render import write_report

    report = session.report_of(exports, sections=("promises",))
    if not report.promises:
        raise UsageError(Note("promise.none"), hint=Note("promise.give_some"))
    if format_ in ("junit", "github"):
        write_report(report, "-", language=session.language.code, format=format_)
    else:
        print_measures({"": report}, ("promises",), None, format_, session.language)
    session.gate(report)
    return session.status
