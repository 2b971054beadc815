"""`journeyminer show`: measures on stdout, nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from journeyminer.cli.options import EXPORTS, TABLE_FORMAT, session_options
from journeyminer.errors import UsageError, nearest
from journeyminer.note import Note
from journeyminer.options import FilterOptions, ReadOptions, ReportOptions, RunOptions
from journeyminer.report.sections import ASKED

if TYPE_CHECKING:
    from journeyminer.cli.session import Session

LISTED = ("cases", "events", "identities")


HELP = f"""Print measures of exports or of a log.

Measures of a report: {" ".join(ASKED)}.
Lists: cases (the tickets behind a number, with --where), events, identities (counts only).
"""


@click.command("show", help=HELP)
@click.argument("measures", metavar="MEASURE[,MEASURE...]")
@EXPORTS
@click.option("--by", metavar="COLUMN", help="Split by a column of the log: whole cases that hold the value.")
@TABLE_FORMAT
@session_options(ReadOptions, RunOptions, FilterOptions, ReportOptions)
def command(measures: str, exports: tuple[Path, ...], by: str | None, format_: str, session: Session) -> int:
    """Print the measures or the list that were asked for."""
    from journeyminer.cli.showing import show_list, show_sections

    wanted = [measure.strip() for measure in measures.split(",") if measure.strip()]
    unknown = [measure for measure in wanted if measure not in ASKED + LISTED]
    if unknown or not wanted:
        name = ", ".join(unknown) or measures
        raise UsageError(Note("usage.no_measure", name=name, hint=nearest(name, ASKED + LISTED)))
    lists = [measure for measure in wanted if measure in LISTED]
    if lists and (len(wanted) > 1 or by):
        raise UsageError(Note("usage.list_alone", name=lists[0]))
    log = session.read(exports)
    kept = session.filter(log)
    if lists:
        show_list(kept, lists[0], format_, named=session.look.agents == "named", language=session.language)
    else:
        show_sections(session, kept, wanted, by=by, format_=format_)
    return session.status
