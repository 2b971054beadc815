"""`journeyminer show`: measures and lists on stdout, nothing else."""

from __future__ import annotations

from datetime import datetime
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
    from journeyminer.log import EventLog
    from journeyminer.report.sections import Report

LISTS = ("cases", "events", "identities")
HELP = f"""Print measures of exports or of a log.

Measures of a report: {" ".join(ASKED)}.
Lists: cases (the tickets behind a number, with --where), events, identities (customers by number).
"""


@click.command("show", help=HELP)
@click.argument("measures", metavar="MEASURE[,MEASURE...]")
@EXPORTS
@click.option("--by", metavar="COLUMN", help="Split by a column of the log: whole cases that hold the value.")
@TABLE_FORMAT
@session_options(ReadOptions, RunOptions, FilterOptions, ReportOptions)
def command(measures: str, exports: tuple[Path, ...], by: str | None, format_: str, session: Session) -> int:
    """Print the measures or the list that were asked for."""
    from journeyminer.cli.output import print_measures

    wanted = [measure.strip() for measure in measures.split(",") if measure.strip()]
    unknown = [measure for measure in wanted if measure not in ASKED + LISTS]
    if unknown or not wanted:
        name = ", ".join(unknown) or measures
        raise UsageError(Note("usage.no_measure", name=name, hint=nearest(name, ASKED + LISTS)))
    lists = [measure for measure in wanted if measure in LISTS]
    if lists and (len(wanted) > 1 or by):
        raise UsageError(Note("usage.list_alone", name=lists[0]))
    if format_ == "csv" and len(wanted) > 1:
        raise UsageError(Note("usage.one_table"), hint=Note("usage.one_measure"))
    log = session.filter(session.read(exports))
    if lists:
        _print_list(session, log, lists[0], format_)
        return session.status
    parts = {"": log} if by is None else _split(session, log, by)
    reports = {value: session.report(part, sections=wanted) for value, part in parts.items()}
    if by == "group" and "turns" in wanted:
        reports = {value: _with_its_turns(report, parts[value], value) for value, report in reports.items()}
    print_measures(reports, wanted, by, format_, session.language)
    return session.status


def _split(session: Session, log: EventLog, by: str) -> dict[str, EventLog]:
    from journeyminer.prepare.split import MOST_VALUES, count_values, split_log

    parts = split_log(log, by=by, named=session.look.agents == "named")
    if (n := count_values(log, by=by)) > MOST_VALUES:
        session.tell(Note("run.most_values", column=by, n=n, most=MOST_VALUES))
    session.tell(Note("run.whole_cases", column=by))
    return parts


def _with_its_turns(report: Report, log: EventLog, team: str) -> Report:
    """Return the report of a team's cases with the turns that were the team's: others had the cases too."""
    from msgspec.structs import replace

    from journeyminer.mining.lens import Lens
    from journeyminer.mining.teams import turns_of

    return replace(report, turns=turns_of(Lens(log, report.per), team))


def _print_list(session: Session, log: EventLog, wanted: str, format_: str) -> None:
    """Print the cases, events or customers that the filters keep."""
    from journeyminer.cli.output import print_table
    from journeyminer.log import lists

    named = session.look.agents == "named"
    frame = lists.events(log, named=named) if wanted == "events" else getattr(lists, wanted)(log)
    columns = [str(column) for column in frame.columns]
    plain = frame.astype(object).where(frame.notna(), None).itertuples(index=False, name=None)
    rows = [dict(zip(columns, map(_iso, row), strict=True)) for row in plain]
    print_table(rows, columns, format_, session.language)


def _iso(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
