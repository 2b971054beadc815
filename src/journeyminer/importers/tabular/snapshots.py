"""Snapshot tables: a row is what a ticket looked like after an update; what changed since its last row are the events.

Rows of a case are compared in the order of their time, then their version, then the file. A value that is missing
stands for the last known one. A first row is `ticket_created`. A row that changes several things gives several events
at its time, in this order: reopened, group, owner, priority, any other change of status; until its status changes, the
case has the status of the row before. A row that changes nothing followed is ignored.

A table of changes, whose rows name the field that changed and its new value, is read as snapshots of that one field.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from journeyminer.importers.tabular.changed import CREATED, FOLLOWED, REOPENED, owner_activity, status_activity
from journeyminer.importers.tabular.columns import case_columns, event_columns, evidence, hand_over_cases, mapped
from journeyminer.importers.tabular.decide import Decider, zone_rule
from journeyminer.importers.tabular.moments import moment_sql
from journeyminer.importers.tabular.table import RECORD, Table
from journeyminer.log.engine import name, quote

if TYPE_CHECKING:
    from journeyminer.importers.base import Source
    from journeyminer.importers.tabular.plan import Plan
    from journeyminer.log.loader import Loader
    from journeyminer.vocabulary import FateReason

UNCHANGED: dict[str, FateReason] = {"snapshots": "unchanged", "changes": "unfollowed_field"}
"""why a row of the shape is ignored"""


def load_snapshots(plan: Plan, table: Table, source: Source, loader: Loader) -> None:
    """Read a table with one row for every update of a ticket.

    Raises:
        AmbiguousTimestamp: day and month of a column cannot be told apart.
    """
    raw = table.stored(loader.engine, f"raw{loader.number}")
    decider = Decider(source, loader.engine, raw, plan.headers.texts)
    when = decider.settled(plan.columns["timestamp"])
    opened = decider.settled(plan.columns["opened_at"]) if "opened_at" in plan.columns else None
    moment = moment_sql(when, raw.text(plan.columns["timestamp"]), alias="when", zone=source.timezone)
    outer = {RECORD: RECORD, "case_id": raw.text(plan.columns["case_id"]), "timestamp": moment.outer}
    outer["text"] = raw.text(plan.columns["timestamp"])
    said = event_columns(plan, raw)
    beside = case_columns(plan, raw)
    if plan.profile.shape == "changes":
        fields = _fields(plan, raw)
        beside |= {"case_priority": fields.pop("priority")}
        said |= fields
    outer |= {column: said.pop(column, "CAST(NULL AS VARCHAR)") for column in FOLLOWED if column != "priority"}
    outer |= {column: sql for column, sql in said.items() if column != "attributes"}
    inner = list(moment.inner)
    outer["priority"] = beside.get("case_priority", "CAST(NULL AS VARCHAR)")
    version = f"TRY_CAST({raw.text(plan.columns['version'])} AS BIGINT)" if "version" in plan.columns else "0"
    if opened:
        began = moment_sql(opened, raw.text(plan.columns["opened_at"]), alias="opened", zone=source.timezone)
        inner += began.inner
        beside["case_opened_at"] = began.outer
    rows = f"rows{loader.number}"
    picked = ", ".join(f"{sql} AS {name(column)}" for column, sql in (outer | beside).items())
    loader.engine.execute(
        f"CREATE OR REPLACE TABLE {rows} AS SELECT {picked}, {version} AS version "
        f"FROM (SELECT *{''.join(', ' + column for column in inner)} FROM {raw.relation})"
    )
    others = [column for column in said if column != "attributes"]
    differences = f"differences{loader.number}"
    loader.engine.execute(f"CREATE OR REPLACE TABLE {differences} AS {_differences(rows)}")
    (n,) = loader.engine.one(f"SELECT count(*) FROM {rows}")
    (unchanged,) = loader.engine.one(f"SELECT count(*) FROM {differences} WHERE len(changes) = 0")
    rejected = loader.engine.rows(f"SELECT reason, count(*) FROM ({_rejects(rows)}) GROUP BY ALL ORDER BY ALL")
    listed = "".join(f", {name(column)}" for column in others)
    loader.table(
        f"SELECT {RECORD}, case_id, timestamp, change.activity AS activity, change.status AS status, resource, "
        f'"group"{listed} '
        "FROM (SELECT *, unnest(changes) AS change, generate_subscripts(changes, 1) AS nth "
        f"FROM {differences}) ORDER BY timestamp, version, {RECORD}, nth",
        records=n,
        rejected=dict(rejected),
        ignored={UNCHANGED[plan.profile.shape]: unchanged} if unchanged else None,
    )
    header = quote(plan.headers.texts[plan.columns["timestamp"]].strip())
    place = f"CASE WHEN reason <> 'no_case' THEN {header} END"
    loader.add_rows(
        "rejects",
        f"SELECT 'row ' || r.{RECORD} AS record, reason, {place} AS \"column\", {evidence('value')} AS value "
        f"FROM ({_rejects(rows)}) r ORDER BY r.{RECORD}",
    )
    hand_over_cases(
        loader, f"(SELECT * FROM {rows} WHERE timestamp IS NOT NULL)", beside, f"(timestamp, version, {RECORD})"
    )
    loader.decide(when.decision)
    loader.decide_zone(zone_rule(source, [when]))
    for made in (rows, differences, f"raw{loader.number}"):
        loader.engine.execute(f"DROP TABLE {made}")


def _fields(plan: Plan, raw: Table) -> dict[str, str]:
    """SQL of the followed columns of a table of changes: the new value where the row's field is the column."""
    field = f"lower({raw.text(plan.columns['field'])})"
    value = raw.text(plan.columns["new_value"])
    named = {column: plan.profile.fields.get(column, ()) for column in FOLLOWED}
    return {
        column: f"CASE WHEN {field} IN ({', '.join(map(quote, names)) or 'NULL'}) "
        f"THEN {mapped(value, plan.profile.values.get(column, {}))} END"
        for column, names in named.items()
    }


def _differences(rows: str) -> str:
    """SQL of the rows with their list of changes: activity and the status after it."""
    known = ", ".join(
        f"last_value({name(column)} IGNORE NULLS) OVER (trail ROWS UNBOUNDED PRECEDING) AS {name('known_' + column)}"
        for column in FOLLOWED
    )
    before = ", ".join(f"lag({name('known_' + column)}) OVER trail AS {name('old_' + column)}" for column in FOLLOWED)

    def changed(column: str) -> str:
        return f"known_{column} IS DISTINCT FROM old_{column}"

    status = status_activity("known_status", "old_status")
    reopened = f"({changed('status')} AND {status} = '{REOPENED}')"
    status_then = f"CASE WHEN {reopened} THEN known_status ELSE old_status END"
    told = [
        (reopened, f"'{REOPENED}'", "known_status"),
        (changed("group"), "'group_changed'", status_then),
        (changed("resource"), owner_activity("old_resource"), status_then),
        (f"({changed('priority')} AND old_priority IS NOT NULL)", "'priority_changed'", status_then),
        (f"({changed('status')} AND NOT {reopened})", status, "known_status"),
    ]
    changes = ", ".join(
        f"CASE WHEN {when} THEN {{'activity': {activity}, 'status': {after}}} END" for when, activity, after in told
    )
    kept = ", ".join(name(column) for column in ("resource", "group", "status", "priority"))
    return (
        f'SELECT * EXCLUDE ({kept}), known_resource AS resource, known_group AS "group", CASE WHEN first '
        f"THEN [{{'activity': '{CREATED}', 'status': known_status}}] "
        f"ELSE list_filter([{changes}], lambda change: change IS NOT NULL) END AS changes "
        f"FROM (SELECT *, {before}, row_number() OVER trail = 1 AS first FROM (SELECT *, {known} FROM {rows} "
        f"WHERE case_id IS NOT NULL AND timestamp IS NOT NULL "
        f"WINDOW trail AS (PARTITION BY case_id ORDER BY timestamp, version, {RECORD})) "
        f"WINDOW trail AS (PARTITION BY case_id ORDER BY timestamp, version, {RECORD}))"
    )


def _rejects(rows: str) -> str:
    return (
        f"SELECT {RECORD}, CASE WHEN case_id IS NULL THEN 'no_case' WHEN text IS NULL THEN 'no_timestamp' "
        "ELSE 'unreadable_timestamp' END AS reason, CASE WHEN case_id IS NOT NULL THEN text END AS value "
        f"FROM {rows} WHERE case_id IS NULL OR timestamp IS NULL"
    )
