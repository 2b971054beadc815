"""Milestone tables: one row a ticket, with columns that say when it was created, assigned, solved ...

Each filled column becomes an event marked synthetic: the file does not hold the history between them. The row's owner
and group are those of its last update, so only the milestones that the profile says so carry them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from journeyminer.errors import MissingColumn
from journeyminer.importers.tabular.columns import (
    IDENTITY_PREFIX,
    case_columns,
    event_columns,
    evidence,
    hand_over_cases,
)
from journeyminer.importers.tabular.decide import Decider, zone_rule
from journeyminer.importers.tabular.moments import Reading, moment_sql
from journeyminer.importers.tabular.table import RECORD, Table
from journeyminer.log.engine import name, quote
from journeyminer.note import Note

if TYPE_CHECKING:
    from journeyminer.importers.base import Source
    from journeyminer.importers.tabular.plan import Plan
    from journeyminer.importers.tabular.profile import Milestone
    from journeyminer.log.loader import Loader

_OWN = ("role", "status", "visibility")


@dataclass(frozen=True)
class _Column:
    """One column of moments in the file and what it becomes."""

    milestone: Milestone
    place: int
    text: str
    """SQL of the moment's text"""
    kept: str
    """SQL of whether a filled cell is an event"""
    reading: Reading
    author: str | None = None
    minutes: str | None = None


def load_milestones(plan: Plan, table: Table, source: Source, loader: Loader) -> None:
    """Read a table with one row a ticket.

    Raises:
        AmbiguousTimestamp: day and month of a column cannot be told apart.
    """
    raw = table.stored(loader.engine, f"raw{loader.number}")
    columns = _columns(plan, raw, Decider(source, loader.engine, raw, plan.headers.texts))
    if not columns:
        raise MissingColumn(Note("read.no_moments"), hint=Note("hint.file_has", headers=plan.headers.listed))
    rows = f"rows{loader.number}"
    beside = case_columns(plan, raw)
    said = event_columns(plan, raw)
    outer = {RECORD: RECORD, "case_id": raw.text(plan.columns["case_id"]), **said, **beside}
    inner: list[str] = []
    for number, column in enumerate(columns):
        moment = moment_sql(column.reading, column.text, alias=f"m{number}", zone=source.timezone)
        inner += moment.inner
        outer[f"at{number}"] = moment.outer
        if column.minutes:
            outer[f"at{number}"] = f"{moment.outer} + to_microseconds(CAST({column.minutes} * 60000000 AS BIGINT))"
        outer[f"text{number}"] = column.text
        outer[f"kept{number}"] = column.kept
        outer[f"author{number}"] = column.author or "NULL"
    picked = ", ".join(f"{sql} AS {name(alias)}" for alias, sql in outer.items())
    loader.engine.execute(
        f"CREATE OR REPLACE TABLE {rows} AS SELECT {picked} "
        f"FROM (SELECT *{''.join(', ' + column for column in inner)} FROM {raw.relation})"
    )
    rejects = f"rejects{loader.number}"
    loader.engine.execute(f"CREATE OR REPLACE TABLE {rejects} AS {_rejects(rows, columns)}")
    (n,) = loader.engine.one(f"SELECT count(*) FROM {rows}")
    reasons = loader.engine.rows(f"SELECT reason, count(*) FROM {rejects} GROUP BY ALL ORDER BY ALL")
    good = f"(SELECT * FROM {rows} ANTI JOIN {rejects} USING ({RECORD}))"
    loader.table(_events(good, columns, said, beside), records=n, rejected=dict(reasons))
    loader.add_rows(
        "rejects",
        f"SELECT 'row ' || r.{RECORD} AS record, reason, \"column\", value FROM {rejects} r ORDER BY r.{RECORD}",
    )
    hand_over_cases(loader, good, beside, RECORD)
    for decision in dict.fromkeys(column.reading.decision for column in columns if not column.minutes):
        loader.decide(decision)
    loader.decide(Note("decision.milestones_only"))
    loader.decide_zone(zone_rule(source, [column.reading for column in columns]))
    for made in (rows, rejects, f"raw{loader.number}"):
        loader.engine.execute(f"DROP TABLE {made}")


def _columns(plan: Plan, raw: Table, decider: Decider) -> list[_Column]:
    columns: list[_Column] = []
    readings: dict[int, Reading] = {}
    for milestone, places in plan.milestones:
        for place in places:
            text, author, minutes = raw.text(place), None, None
            kept = "true"
            if milestone.cell:
                author = f"nullif(trim(split_part({text}, {quote(milestone.cell)}, 2)), '')"
                text = f"nullif(trim(split_part({text}, {quote(milestone.cell)}, 1)), '')"
            for other in plan.headers.find(milestone.only_if_not):
                kept = f"{text} IS DISTINCT FROM {raw.text(other)}"
            if milestone.minutes:
                counted = plan.headers.find(milestone.minutes)
                if not counted:
                    continue
                minutes = f"TRY_CAST(replace({raw.text(counted[0])}, ',', '.') AS DOUBLE)"
                kept = f"{minutes} IS NOT NULL"
            if place not in readings:
                samples = [cell.split(milestone.cell)[0] for cell in raw.cells(place)] if milestone.cell else None
                if samples is not None or raw.cells(place) or _is_filled(decider, raw, place):
                    readings[place] = decider.settled(place, text=text, samples=samples or None)
            if place in readings:
                columns.append(_Column(milestone, place, text, kept, readings[place], author, minutes))
    return columns


def _is_filled(decider: Decider, raw: Table, place: int) -> bool:
    (filled,) = decider.engine.one(f"SELECT count(*) > 0 FROM {raw.relation} WHERE {raw.text(place)} IS NOT NULL")
    return bool(filled)


def _events(rows: str, columns: list[_Column], said: Mapping[str, str], beside: Mapping[str, str]) -> str:
    """SQL of the events of all columns, in the order of rows and, within one, of the profile."""
    selects = []
    for number, column in enumerate(columns):
        milestone = column.milestone
        values = {
            RECORD: RECORD,
            "case_id": "case_id",
            "activity": quote(milestone.activity),
            "timestamp": f"at{number}",
            "synthetic": "true",
            "nth": str(number),
            **{own: quote(getattr(milestone, own)) for own in _OWN if getattr(milestone, own)},
            **{ours: name(ours) for ours in said if ours in ("channel", *milestone.carries)},
        }
        if column.author:
            values |= _by_author(
                f"author{number}", milestone, [key for key in beside if key.startswith(IDENTITY_PREFIX)]
            )
        listed = ", ".join(f"{sql} AS {name(ours)}" for ours, sql in values.items())
        selects.append(f"SELECT {listed} FROM {rows} WHERE at{number} IS NOT NULL AND kept{number}")
    return f"SELECT * EXCLUDE (nth) FROM ({' UNION ALL BY NAME '.join(selects)}) ORDER BY {RECORD}, nth"


def _by_author(author: str, milestone: Milestone, identities: list[str]) -> dict[str, str]:
    """A cell's author is the customer where the row names the customer so, else one of us."""
    known = ", ".join(f"coalesce({name(identity)}, '')" for identity in identities) or "''"
    is_customer = f"{author} IN ({known})"
    return {
        "activity": f"CASE WHEN {is_customer} THEN 'customer_message' ELSE {quote(milestone.activity)} END",
        "role": f"CASE WHEN {is_customer} THEN 'customer' ELSE 'agent' END",
        "resource": f"CASE WHEN NOT {is_customer} THEN {author} END",
    }


def _rejects(rows: str, columns: list[_Column]) -> str:
    """SQL of the rows without a case, with a moment that cannot be read, or with no moment at all."""
    checks = ["WHEN case_id IS NULL THEN {'reason': 'no_case', 'column': NULL, 'value': NULL}"]
    for number, column in enumerate(columns):
        if not column.minutes:
            header = quote(column.reading.header)
            fault = f"{{'reason': 'unreadable_timestamp', 'column': {header}, 'value': {evidence(f'text{number}')}}}"
            checks.append(f"WHEN text{number} IS NOT NULL AND at{number} IS NULL THEN {fault}")
    none = " AND ".join(f"at{number} IS NULL" for number in range(len(columns))) or "true"
    checks.append(f"WHEN {none} THEN {{'reason': 'no_timestamp', 'column': NULL, 'value': NULL}}")
    return (
        f"SELECT {RECORD}, unnest(fault) FROM (SELECT {RECORD}, CASE {' '.join(checks)} END AS fault FROM {rows}) "
        "WHERE fault IS NOT NULL"
    )
