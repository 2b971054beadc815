"""How `show` prints: sections of a report, whole or split by a column, and lists of the log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from journeyminer.cli.output import coloured
from journeyminer.errors import UsageError
from journeyminer.note import Note

if TYPE_CHECKING:
    import pandas as pd

    from journeyminer.cli.session import Session
    from journeyminer.i18n import Language
    from journeyminer.log import EventLog
    from journeyminer.render.tables import Table
    from journeyminer.report.sections import Report

ALWAYS = ("schema", "per", "as_of", "filters", "log")


def show_sections(session: Session, log: EventLog, measures: Sequence[str], *, by: str | None, format_: str) -> None:
    """Print measures; with `by`, once for each of the column's most frequent values."""
    parts = {"": log} if by is None else _split(session, log, by)
    reports = {value: session.report(part, sections=measures) for value, part in parts.items()}
    if format_ != "json":
        _print_tables(session.language, reports, measures, by=by, format_=format_)
        return
    from journeyminer.render.json import write

    objects = {value: shown_object(report, measures) for value, report in reports.items()}
    data = objects[""] if by is None else {"by": by, "values": objects}
    click.echo(write(data), nl=False)


def _split(session: Session, log: EventLog, by: str) -> dict[str, EventLog]:
    from journeyminer.prepare.split import MOST_VALUES, count_values, split_log

    parts = split_log(log, by=by, named=session.look.agents == "named")
    if (n := count_values(log, by=by)) > MOST_VALUES:
        session.tell(Note("run.most_values", column=by, n=n, most=MOST_VALUES))
    session.tell(Note("run.whole_cases", column=by))
    return parts


def shown_object(report: Report, measures: Sequence[str]) -> dict[str, Any]:
    """The measures under the keys that they have in report.json."""
    from journeyminer.render.json import to_dict
    from journeyminer.report.sections import together

    keys = {*ALWAYS, *together(*measures)}
    return {key: value for key, value in to_dict(report).items() if key in keys}


def _print_tables(
    language: Language, reports: dict[str, Report], measures: Sequence[str], *, by: str | None, format_: str
) -> None:
    from journeyminer.render.tables import report_tables, tables_in_words
    from journeyminer.render.terminal import render_table
    from journeyminer.report.sections import tables_of

    names = [table for measure in measures for table in tables_of(measure)]
    if format_ == "csv":
        if len(measures) > 1:
            raise UsageError(Note("usage.one_table"), hint=Note("usage.one_measure"))
        names = names[:1]
    made = {
        value: report_tables(report) if format_ == "csv" else tables_in_words(report, language)
        for value, report in reports.items()
    }
    printed = []
    for name in names:
        parts = {value: tables[name] for value, tables in made.items() if name in tables}
        if parts:
            table = parts[""] if by is None else _stacked(parts, by)
            printed.append(render_table(table, format_, language, color=coloured()))
    click.echo("\n".join(printed), nl=False)


def _stacked(parts: dict[str, Table], by: str) -> Table:
    """One table of all values, the value in front of each row."""
    first = next(iter(parts.values()))
    rows = tuple((value, *row) for value, table in parts.items() for row in table.rows)
    column = by if by not in first.columns else f"{by} (split)"
    return replace(first, columns=(column, *first.columns), rows=rows)


def show_list(log: EventLog, wanted: str, format_: str, *, named: bool, language: Language) -> None:
    """Print a list of the log: the cases or events that the filters keep, or how many identifiers there are."""
    from journeyminer.cli.output import print_table
    from journeyminer.log import lists

    made: dict[str, Callable[[EventLog], pd.DataFrame]] = {
        "cases": lists.cases,
        "events": partial(lists.events, named=named),
        "identities": lists.identities,
    }
    frame = made[wanted](log)
    plain = frame.astype(object).where(frame.notna(), None)
    rows = [
        {str(column): value.isoformat() if hasattr(value, "isoformat") else value for column, value in row.items()}
        for row in plain.to_dict("records")
    ]
    print_table(rows, [str(column) for column in frame.columns], format_, language=language)
