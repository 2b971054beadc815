"""Snapshot tables: a row is what a ticket looked like after an update; what changed since its last row are the events.

Rows of a case are compared in the order of their time, then their version, then the file. A value that is missing
stands for the last known one. A first row is `ticket_created`. A row that changes several things gives several events
at its time, in this order: reopened, group, owner, priority, any other change of status; until its status changes, the
case has the status of the row before. A row that changes nothing followed is ignored.

A table of changes, whose rows name the field that changed and its new value, is read as snapshots of that one field.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from journeyminer.importers.tabular.columns import (
    CASE_PREFIX,
    NOTHING,
    RECORD,
    case_columns,
    event_columns,
    hand_over_cases,
    in_our_words,
)
from journeyminer.importers.tabular.date_formats import DateFormats
from journeyminer.importers.tabular.headers import normalise
from journeyminer.importers.tabular.rows import Rows, keep
from journeyminer.log.staging import runs_backwards
from journeyminer.note import Note
from journeyminer.sql import name, quote
from journeyminer.vocabulary import OPEN_STATUSES, RESOLVED_STATUSES, FateReason

if TYPE_CHECKING:
    from journeyminer.importers.base import Source
    from journeyminer.importers.tabular.plan import Plan
    from journeyminer.importers.tabular.table import Table
    from journeyminer.log.engine import Database
    from journeyminer.log.loader import Loader

FOLLOWED = ("group", "resource", "priority", "status")
"""the fields whose change is an event, in the order in which changes of one moment are told"""
UNCHANGED: dict[str, FateReason] = {"snapshots": "unchanged", "changes": "unfollowed_field"}
"""why a row of the shape is ignored"""
OPENED = f"{CASE_PREFIX}opened_at"


def load_snapshots(plan: Plan, table: Table, source: Source, loader: Loader) -> None:
    """Read a table with one row for every update of a ticket.

    Raises:
        AmbiguousTimestamp: day and month of a column cannot be told apart.
    """
    engine = loader.engine
    raw = table.stored(engine, f"raw{loader.number}")
    formats = DateFormats(engine, raw, plan.headers.texts, source.options.date_order)
    moments = [formats.column("timestamp", plan.columns["timestamp"])]
    if "opened_at" in plan.columns:
        moments.append(formats.column(OPENED, plan.columns["opened_at"], fault=None))
    columns, beside = event_columns(plan, raw), case_columns(plan, raw)
    columns.pop("attributes", None)
    if plan.profile.shape == "changes":
        columns |= _fields(plan, raw, engine)
        beside[f"{CASE_PREFIX}priority"] = columns["priority"]
    else:
        columns |= {"priority": beside.get(f"{CASE_PREFIX}priority", NOTHING)}
        columns = dict.fromkeys(FOLLOWED, NOTHING) | columns
    columns["status"] = in_our_words(engine, raw.relation, columns["status"], "status", plan.profile.values)
    others = "".join(f", {name(column)}" for column in columns if column not in FOLLOWED)
    version = f"TRY_CAST({raw.text(plan.columns['version'])} AS BIGINT)" if "version" in plan.columns else "0"
    columns["version"] = version
    rows, kept = keep(
        Rows(plan, raw, tuple(moments), ("timestamp",), source.timezone, columns, beside), formats, loader
    )
    differences = f"differences{loader.number}"
    newest_first = runs_backwards(engine, kept)
    nth = f"-{RECORD}" if newest_first else RECORD
    engine.execute(f"CREATE OR REPLACE TABLE {differences} AS {_differences(kept, nth)}")
    (n,) = engine.one(f"SELECT count(*) FROM {kept}")
    (unchanged,) = engine.one(f"SELECT count(*) FROM {differences} WHERE len(changes) = 0")
    loader.table(
        f"SELECT {RECORD}, case_id, timestamp, change.activity AS activity, change.status AS status, resource, "
        f'"group"{others} '
        "FROM (SELECT *, unnest(changes) AS change, generate_subscripts(changes, 1) AS nth "
        f"FROM {differences}) ORDER BY timestamp, version, {nth}, nth",
        records=n,
    )
    rows.reject(loader, kept, ignored={UNCHANGED[plan.profile.shape]: unchanged} if unchanged else None)
    good = f"(SELECT * FROM {kept} WHERE timestamp IS NOT NULL)"
    hand_over_cases(loader, good, (*beside, OPENED), f"(timestamp, version, {nth})")
    rows.decide(loader, kept)
    if newest_first:
        loader.decide(Note("decision.newest_first"))
    for made in ("raw", "rows", "differences"):
        engine.execute(f"DROP TABLE {made}{loader.number}")


def _fields(plan: Plan, raw: Table, engine: Database) -> dict[str, str]:
    """SQL of the followed columns of a table of changes: the new value where the row's field is the column."""
    field, value = raw.text(plan.columns["field"]), raw.text(plan.columns["new_value"])
    named = [text for (text,) in engine.rows(f"SELECT DISTINCT {field} FROM {raw.relation}") if text]
    found = {}
    for column in FOLLOWED:
        names = [text for text in named if normalise(text) in plan.profile.fields.get(column, ())]
        listed = ", ".join(map(quote, names)) or "NULL"
        found[column] = f"CASE WHEN {field} IN ({listed}) THEN {value} END"
    return found


def _differences(rows: str, nth: str) -> str:
    """SQL of the rows with their list of changes: activity and the status after it.

    Args:
        nth: SQL of which of two rows of one moment and version comes first.
    """
    known = ", ".join(
        f"last_value({name(column)} IGNORE NULLS) OVER (trail ROWS UNBOUNDED PRECEDING) AS {name('known_' + column)}"
        for column in FOLLOWED
    )
    before = ", ".join(f"lag({name('known_' + column)}) OVER trail AS {name('old_' + column)}" for column in FOLLOWED)

    def changed(column: str) -> str:
        return f"known_{column} IS DISTINCT FROM old_{column}"

    status, is_reopened = _status_activity("known_status", "old_status")
    reopened = f"({changed('status')} AND {is_reopened})"
    status_then = f"CASE WHEN {reopened} THEN known_status ELSE old_status END"
    told = [
        (reopened, "'reopened'", "known_status"),
        (changed("group"), "'group_changed'", status_then),
        (changed("resource"), "CASE WHEN old_resource IS NULL THEN 'assigned' ELSE 'reassigned' END", status_then),
        (f"({changed('priority')} AND old_priority IS NOT NULL)", "'priority_changed'", status_then),
        (f"({changed('status')} AND NOT {reopened})", status, "known_status"),
    ]
    changes = ", ".join(
        f"CASE WHEN {when} THEN {{'activity': {activity}, 'status': {after}}} END" for when, activity, after in told
    )
    kept = ", ".join(name(column) for column in FOLLOWED)
    trail = f"WINDOW trail AS (PARTITION BY case_id ORDER BY timestamp, version, {nth})"
    return (
        f'SELECT * EXCLUDE ({kept}), known_resource AS resource, known_group AS "group", CASE WHEN first '
        "THEN [{'activity': 'ticket_created', 'status': known_status}] "
        f"ELSE list_filter([{changes}], lambda change: change IS NOT NULL) END AS changes "
        f"FROM (SELECT *, {before}, row_number() OVER trail = 1 AS first FROM (SELECT *, {known} FROM {rows} "
        f"WHERE case_id IS NOT NULL AND timestamp IS NOT NULL {trail}) {trail})"
    )


def _status_activity(now: str, before: str) -> tuple[str, str]:
    """SQL of the activity of a status, what it became; and of whether a solved case is open again."""
    became = {status: f"status_{status}" for status in OPEN_STATUSES} | {status: status for status in RESOLVED_STATUSES}
    cases = " ".join(f"WHEN {quote(status)} THEN {quote(activity)}" for status, activity in became.items())
    resolved, opened = (", ".join(map(quote, statuses)) for statuses in (RESOLVED_STATUSES, OPEN_STATUSES))
    is_reopened = f"coalesce({before} IN ({resolved}) AND {now} IN ({opened}), false)"
    return f"CASE {now} {cases} ELSE 'updated' END", is_reopened
