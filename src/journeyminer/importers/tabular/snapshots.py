"""Snapshot tables: a row is what a ticket looked like after an update; what changed since its last row are the events.

Rows of a case are compared in the order of their time, then their version, then the file. A group, an owner or a
priority that is missing beside a status was taken away, where the column is mostly filled; any other missing value
stands for the last known one. A first row is `ticket_created`. A row that changes several things gives several events
at its time, in this order: reopened, group, owner, priority, any other change of status; until its status changes, the
case has the status of the row before. A row that changes nothing followed is ignored.

A table of changes, whose rows name the field that changed and its new value, is read as snapshots of that one field; an
empty new value clears it, and of a status nobody knows what came then. Where the table says the old value too, that is
what held before the change, whatever the rows before it say: of a case that was solved before it and is open, the
opening again is known, though no row says when it was solved. Its first row is `ticket_created` only where it says so:
by its field, or by a status that came from nothing. An owner that stands twice for one change, by number and by name,
is one.
"""

from __future__ import annotations

from collections.abc import Iterable
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
from journeyminer.log.staging import nobody, runs_backwards
from journeyminer.note import Note
from journeyminer.sql import listed, name, quote
from journeyminer.vocabulary import OPEN_STATUSES, RESOLVED_STATUSES, FateReason
from journeyminer.words import UNKNOWN

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
_CREATION = ("created", "created by", "case created", "ticket created", "creation")
"""fields whose change is that the ticket was made"""
_QUEUE = r"(?i)(^|[^\pL])(queue|fila|cola|várólista|varolista)([^\pL]|$)"
"""the word for a queue, in our languages"""
_NUMBER = "^[a-zA-Z0-9]{15}([a-zA-Z0-9]{3})?$"
"""what a record's number looks like in Salesforce"""


def load_snapshots(plan: Plan, table: Table, source: Source, loader: Loader) -> None:
    """Read a table with one row for every update of a ticket.

    Raises:
        AmbiguousTimestamp: day and month of a column cannot be told apart.
    """
    engine = loader.engine
    raw = table.stored(engine, f"raw{loader.number}")
    formats = DateFormats(engine, raw, plan.headers.texts, source.options)
    moments = [formats.column("timestamp", plan.columns["timestamp"])]
    if "opened_at" in plan.columns:
        moments.append(formats.column(OPENED, plan.columns["opened_at"], fault=None))
    columns, beside = event_columns(plan, raw, loader.engine), case_columns(plan, raw, loader.engine)
    columns.pop("attributes", None)
    if plan.profile.shape == "changes":
        columns |= _fields(plan, raw, engine)
        beside[f"{CASE_PREFIX}priority"] = f"nullif({columns['priority']}, '')"
    else:
        columns |= {"priority": beside.get(f"{CASE_PREFIX}priority", NOTHING)}
        columns = dict.fromkeys(FOLLOWED, NOTHING) | columns | {"begins": "true"}
    for column in ("status", "was_status"):
        if column in columns:
            columns[column] = in_our_words(engine, raw.relation, columns[column], "status", plan.profile.values)
    own = (*FOLLOWED, *(f"was_{column}" for column in FOLLOWED), "begins", "is_told")
    others = "".join(f", {name(column)}" for column in columns if column not in own)
    version = f"TRY_CAST({raw.text(plan.columns['version'])} AS BIGINT)" if "version" in plan.columns else "0"
    columns["version"] = version
    rows, kept = keep(
        Rows(plan, raw, tuple(moments), ("timestamp",), source.timezone, columns, beside), formats, loader
    )
    differences = f"differences{loader.number}"
    newest_first = runs_backwards(engine, kept)
    nth = f"-{RECORD}" if newest_first else RECORD
    _clear_nobody(engine, kept)
    if plan.profile.shape == "snapshots":
        _clear(engine, kept, nth)
    engine.execute(f"CREATE OR REPLACE TABLE {differences} AS {_differences(kept, nth, columns)}")
    (n,) = engine.one(f"SELECT count(*) FROM {kept}")
    (unchanged,) = engine.one(f"SELECT count(*) FROM {differences} WHERE len(changes) = 0")
    loader.table(
        f"SELECT {RECORD}, case_id, timestamp, change.activity AS activity, change.status AS status, resource, "
        f'"group"{others} '
        "FROM (SELECT *, unnest(changes) AS change, generate_subscripts(changes, 1) AS nth "
        f"FROM {differences}) ORDER BY timestamp, version, {nth}, nth",
        records=n,
    )
    without = 0
    if "is_told" in columns:
        (without,) = engine.one(f"SELECT count(*) FROM {differences} WHERE len(changes) = 0 AND NOT is_told")
    ignored: dict[FateReason, int] = {"no_value": without, UNCHANGED[plan.profile.shape]: unchanged - without}
    rows.reject(loader, kept, ignored={reason: n for reason, n in ignored.items() if n})
    good = f"(SELECT * FROM {kept} WHERE timestamp IS NOT NULL)"
    hand_over_cases(loader, good, (*beside, OPENED), f"(timestamp, version, {nth})")
    rows.decide(loader, kept)
    if newest_first:
        loader.decide(Note("decision.newest_first"))
    for made in ("raw", "rows", "differences"):
        engine.execute(f"DROP TABLE {made}{loader.number}")


def _fields(plan: Plan, raw: Table, engine: Database) -> dict[str, str]:
    """SQL of the followed columns of a table of changes: the new value where the row's field is the column.

    It is empty where the field was cleared; a cleared status is unknown. `was_` columns hold the old value in the same
    way, where the table has it.
    `begins` says whether a ticket may begin with the row.
    """
    field = raw.text(plan.columns["field"])
    after = raw.text(plan.columns["new_value"])
    before = raw.text(plan.columns["old_value"]) if "old_value" in plan.columns else None
    named = [text for (text,) in engine.rows(f"SELECT DISTINCT {field} FROM {raw.relation}") if text]
    told = f" AND ({after} IS NOT NULL OR {before} IS NOT NULL)" if before else ""
    followed = [text for text in named if any(normalise(text) in plan.profile.fields.get(own, ()) for own in FOLLOWED)]
    found = {"is_told": f"NOT ({field} IN ({', '.join(map(quote, followed)) or 'NULL'}) AND NOT (true{told}))"}
    for column in FOLLOWED:
        names = [text for text in named if normalise(text) in plan.profile.fields.get(column, ())]
        is_named = f"{field} IN ({', '.join(map(quote, names)) or 'NULL'}){told}"
        owner = _person if column == "resource" else str
        emptied = quote(UNKNOWN if column == "status" else "")
        found[column] = f"CASE WHEN {is_named} THEN coalesce({owner(after)}, {emptied}) END"
        if before:
            found[f"was_{column}"] = f"CASE WHEN {is_named} THEN coalesce({owner(before)}, '') END"
    born = ", ".join(quote(text) for text in named if normalise(text) in _CREATION) or "NULL"
    from_nothing = f"{found['status']} <> {quote(UNKNOWN)} AND coalesce({found.get('was_status', NOTHING)}, '') = ''"
    found["begins"] = f"coalesce({field} IN ({born}) OR ({from_nothing}), false)"
    return found


def _person(owner: str) -> str:
    """SQL of an owner who is somebody: a case that lies in a queue is nobody's."""
    return f"CASE WHEN NOT regexp_matches({owner}, '{_QUEUE}') THEN {owner} END"


def _clear_nobody(engine: Database, rows: str) -> None:
    """Empty the owners that are words for nobody: the field was cleared."""
    for column in engine.columns(rows) & {"group", "resource", "was_group", "was_resource"}:
        if words := nobody(engine, rows, column):
            engine.execute(f"UPDATE {rows} SET {name(column)} = '' WHERE {name(column)} IN ({listed(words)})")


def _clear(engine: Database, rows: str, nth: str) -> None:
    """Empty the fields that a row of a table of whole snapshots leaves out, where most rows fill them."""
    have = engine.columns(rows)
    for column in FOLLOWED:
        if column == "status" or not {column, "status"} <= have:
            continue
        filled = f"count({name(column)})"
        (is_mostly_filled,) = engine.one(
            f"SELECT count({name(column)}) * 2 > count(*) FROM (SELECT {name(column)}, {filled} OVER past > 0 AS was "
            f"FROM {rows} WHERE status IS NOT NULL WINDOW past AS (PARTITION BY case_id ORDER BY timestamp, version, "
            f"{nth} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) WHERE was"
        )
        if is_mostly_filled:
            engine.execute(f"UPDATE {rows} SET {name(column)} = '' WHERE {name(column)} IS NULL AND status IS NOT NULL")


def _differences(rows: str, nth: str, have: Iterable[str]) -> str:
    """SQL of the rows with their list of changes: activity and the status after it.

    Args:
        nth: SQL of which of two rows of one moment and version comes first.
        have: the columns of the rows.
    """
    was = {column: f"was_{column}" if f"was_{column}" in have else NOTHING for column in FOLLOWED}
    twice = {column: f"was_{column}" in have for column in ("group", "resource")}

    def once(column: str, value: str) -> str:
        """SQL of a value; null where the row is a change by number that stands by name too."""
        if not twice.get(column):
            return value
        is_number = f"regexp_matches({name(column)}, '{_NUMBER}')"
        named = f"bool_or({name(column)} <> '' AND NOT {is_number}) OVER at_once"
        return f"CASE WHEN NOT coalesce({is_number} AND {named}, false) THEN {value} END"

    cleaned = ", ".join(
        f"{once(column, name(column))} AS {name('now_' + column)}, "
        f"{once(column, was[column])} AS {name('from_' + column)}"
        for column in FOLLOWED
    )
    past, coming = "(trail ROWS UNBOUNDED PRECEDING)", "(trail ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)"
    held = ", ".join(
        f"first_value({name('from_' + column)} IGNORE NULLS) OVER {coming} AS {name('first_' + column)}, "
        f"coalesce(last_value({name('now_' + column)} IGNORE NULLS) OVER {past}, {name('first_' + column)}) "
        f"AS {name('held_' + column)}"
        for column in FOLLOWED
    )
    known = ", ".join(
        f"nullif({name('held_' + column)}, '') AS {name('known_' + column)}, "
        f"nullif(coalesce({name('from_' + column)}, lag({name('held_' + column)}) OVER trail, "
        f"{name('first_' + column)}), '') AS {name('old_' + column)}"
        for column in FOLLOWED
    )

    def changed(column: str) -> str:
        return f"known_{column} IS DISTINCT FROM old_{column}"

    status, is_reopened = _status_activity("known_status", "old_status")
    reopened = f"({changed('status')} AND {is_reopened})"
    status_then = f"CASE WHEN {reopened} THEN known_status ELSE old_status END"
    told = [
        (reopened, "'reopened'", "known_status"),
        (changed("group"), "'group_changed'", status_then),
        (
            changed("resource"),
            "CASE WHEN known_resource IS NULL THEN 'unassigned' WHEN old_resource IS NULL THEN 'assigned' "
            "ELSE 'reassigned' END",
            status_then,
        ),
        (f"({changed('priority')} AND (first OR old_priority IS NOT NULL))", "'priority_changed'", status_then),
        (f"({changed('status')} AND NOT {reopened})", status, "known_status"),
    ]
    changes = ", ".join(
        f"CASE WHEN {when} THEN {{'activity': {activity}, 'status': {after}}} END" for when, activity, after in told
    )
    kept = ", ".join(name(column) for column in FOLLOWED)
    trail = f"WINDOW trail AS (PARTITION BY case_id ORDER BY timestamp, version, {nth})"
    return (
        f'SELECT * EXCLUDE ({kept}), known_resource AS resource, known_group AS "group", CASE WHEN first AND created '
        "THEN [{'activity': 'ticket_created', 'status': known_status}] "
        f"ELSE list_filter([{changes}], lambda change: change IS NOT NULL) END AS changes "
        f"FROM (SELECT *, {known}, row_number() OVER trail = 1 AS first, "
        "bool_or(begins) OVER (PARTITION BY case_id ORDER BY timestamp) AS created "
        f"FROM (SELECT *, {held} FROM (SELECT *, {cleaned} FROM {rows} "
        "WHERE case_id IS NOT NULL AND timestamp IS NOT NULL "
        "WINDOW at_once AS (PARTITION BY case_id, timestamp ORDER BY timestamp)) "
        f"{trail}) {trail})"
    )


def _status_activity(now: str, before: str) -> tuple[str, str]:
    """SQL of the activity of a status, what it became; and of whether a solved case is open again."""
    became = {status: f"status_{status}" for status in OPEN_STATUSES} | {status: status for status in RESOLVED_STATUSES}
    cases = " ".join(f"WHEN {quote(status)} THEN {quote(activity)}" for status, activity in became.items())
    resolved, opened = (", ".join(map(quote, statuses)) for statuses in (RESOLVED_STATUSES, OPEN_STATUSES))
    is_reopened = f"coalesce({before} IN ({resolved}) AND {now} IN ({opened}), false)"
    return f"CASE {now} {cases} ELSE 'updated' END", is_reopened
