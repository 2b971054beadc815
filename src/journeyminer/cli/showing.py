"""How `show` prints: sections of a report, whole or split by a column, and lists of the log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from journeyminer.cli.output import coloured
from journeyminer.errors import EmptyLog, UsageError
from journeyminer.note import Note

if TYPE_CHECKING:
    from journeyminer.cli.session import Session
    from journeyminer.i18n import Language
    from journeyminer.log import EventLog
    from journeyminer.render.tables import Table
    from journeyminer.report.sections import Report

ALWAYS = ("schema", "per", "as_of", "filters", "log")
MOST_VALUES = 20


def show_sections(session: Session, log: EventLog, measures: Sequence[str], *, by: str | None, format_: str) -> None:
    """Print measures; with `by`, once for each of the column's most frequent values."""
    parts = {"": log} if by is None else split(log, by, named=session.look.agents == "named", tell=session.tell)
    reports = {value: session.report(part, sections=measures) for value, part in parts.items()}
    if format_ != "json":
        _print_tables(session.language, reports, measures, by=by, format_=format_)
        return
    from journeyminer.render.json import write

    objects = {value: shown_object(report, measures) for value, report in reports.items()}
    data = objects[""] if by is None else {"by": by, "values": objects}
    click.echo(write(data), nl=False)


def shown_object(report: Report, measures: Sequence[str]) -> dict[str, Any]:
    """The measures under the keys that they have in report.json."""
    from journeyminer.render.json import to_dict
    from journeyminer.report.sections import together

    keys = {*ALWAYS, *together(*measures)}
    return {key: value for key, value in to_dict(report).items() if key in keys}


def split(log: EventLog, column: str, *, named: bool, tell: Callable[[Note], None]) -> dict[str, EventLog]:
    """A log for each of the most frequent values of a column: whole cases that hold the value."""
    from journeyminer.log.engine import name, quote
    from journeyminer.log.schema import CASES, EVENTS
    from journeyminer.log.staging import columns_of
    from journeyminer.prepare.filters import filter_log
    from journeyminer.prepare.privacy import resource_names

    of_case = columns_of(log.engine, f"{log.schema}.cases")
    there = of_case | columns_of(log.engine, f"{log.schema}.events")
    known = [known.name for known in (*EVENTS, *CASES) if known.type == "VARCHAR" and known.name in there]
    if column not in known:
        raise UsageError(
            f"There is no column {column!r} to split by.", hint=f"Columns: {', '.join(dict.fromkeys(known))}."
        )
    table = "cases" if column in of_case else "events"
    # a customer is no resource, even where the source has one there
    ours = "AND role IS DISTINCT FROM 'customer'" if column == "resource" else ""
    values = log.rows(
        f"SELECT CAST({name(column)} AS VARCHAR) AS value, count(*) OVER () AS n_values FROM {table} "
        f"WHERE {name(column)} IS NOT NULL {ours} GROUP BY 1 "
        f"ORDER BY count(DISTINCT case_key) DESC, value LIMIT {MOST_VALUES}"
    )
    if not values:
        raise EmptyLog(Note("run.no_values", column=column), hint=Note("run.see_quality"))
    n_values = values[0][1]
    if n_values > MOST_VALUES:
        tell(Note("run.most_values", column=column, n=n_values, most=MOST_VALUES))
    tell(Note("run.whole_cases", column=column))
    shown = resource_names(log, named=named) if column == "resource" else {}
    return {shown.get(value, value): filter_log(log, where=f"{name(column)} = {quote(value)}") for value, _ in values}


def _print_tables(
    language: Language, reports: dict[str, Report], measures: Sequence[str], *, by: str | None, format_: str
) -> None:
    from journeyminer.render.tables import kpis_in_words, report_tables
    from journeyminer.render.terminal import render_table
    from journeyminer.report.sections import tables_of

    names = [table for measure in measures for table in tables_of(measure)]
    if format_ == "csv":
        if len(measures) > 1:
            raise UsageError(Note("usage.one_table"), hint=Note("usage.one_measure"))
        names = names[:1]
    made = {value: report_tables(report) for value, report in reports.items()}
    if format_ != "csv":
        for value, tables in made.items():
            if "kpis" in tables:
                words = kpis_in_words(reports[value], language)
                tables["kpis"] = words.pick(*(column for column in words.columns if column != "definition"))
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


LISTS = {
    "cases": """
        WITH ends AS (
            SELECT case_key, count(*) AS n_events, min(least(started_at, timestamp)) AS first, max(timestamp) AS last,
                arg_min(source_ref, seq) AS source_ref
            FROM events GROUP BY case_key
        )
        SELECT c.native_id AS case_id, c.namespace, c.opened_at, c.priority, c.product, c.topic, c.segment, c.csat,
            n_events, epoch_us(last - first) // 1000000 AS seconds, source_ref
        FROM cases c JOIN ends USING (case_key)
        ORDER BY seconds DESC, c.case_id
    """,
    "events": """
        SELECT case_id, timestamp, activity, role, channel, visibility, resource, "group", tier, status, source_ref
        FROM events ORDER BY timestamp, case_id, seq
    """,
    "identities": """
        SELECT kind, count(*) AS n, count(DISTINCT value) AS n_values, count(DISTINCT case_key) AS n_cases
        FROM identities GROUP BY kind ORDER BY kind
    """,
}
"""what each list shows; identifiers themselves never leave their table"""


def show_list(log: EventLog, wanted: str, format_: str, *, named: bool, language: Language) -> None:
    """Print a list of the log: the cases or events that the filters keep, or how many identifiers there are."""
    from journeyminer.cli.output import print_table
    from journeyminer.prepare.privacy import resource_names

    frame = log.sql(LISTS[wanted])
    if "resource" in frame:
        frame["resource"] = frame["resource"].map(resource_names(log, named=named))
    plain = frame.astype(object).where(frame.notna(), None)
    rows = [
        {str(column): value.isoformat() if hasattr(value, "isoformat") else value for column, value in row.items()}
        for row in plain.to_dict("records")
    ]
    print_table(rows, [str(column) for column in frame.columns], format_, language=language)
