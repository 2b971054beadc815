"""`journeyminer report`: render a log or a report.json again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from journeyminer.cli.options import EXPORTS, session_options
from journeyminer.note import Note
from journeyminer.options import FilterOptions, PromiseOptions, ReadOptions, ReportOptions, RunOptions, WriteOptions

if TYPE_CHECKING:
    from journeyminer.cli.session import Session


@click.command("report")
@EXPORTS
@click.option("--format", "format_", metavar="FORMAT", help="html, markdown, json, svg, dot, png, terminal, csv, "
              "junit, github, benchmark or openmetrics; by the output's suffix, terminal on stdout.")  # fmt: skip
@click.option("-o", "--output", default="-", metavar="FILE", help="- is stdout; csv wants a folder.")
@session_options(ReadOptions, RunOptions, FilterOptions, ReportOptions, PromiseOptions, WriteOptions)
def command(exports: tuple[Path, ...], format_: str | None, output: str, session: Session) -> int:
    """Render a log, exports or a report.json in any format and language."""
    from journeyminer.cli.output import print_summary
    from journeyminer.render import format_of, write_report

    chosen = format_ or format_of(Path(output))
    with session.writing(Path(output), exports):
        report = session.report_of(exports)
        if (chosen, output) == ("terminal", "-"):
            print_summary(report, session.language)
        else:
            write_report(report, output, language=session.language.code, format=chosen, program=session.look.dot)
            if output != "-":
                session.tell(Note("run.wrote", file=output))
    if session.promises:  # a report.json that is only written again fails nothing
        session.gate(report)
    return session.status
