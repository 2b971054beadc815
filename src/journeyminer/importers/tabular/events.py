"""Event tables: one row an event. The whole file goes through one query."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from journeyminer.importers.tabular.columns import case_columns, event_columns, evidence, hand_over_cases
from journeyminer.importers.tabular.decide import LOOKED_AT, Decider, zone_rule
from journeyminer.importers.tabular.moments import IN_BOUNDS, Moment, Reading, moment_sql
from journeyminer.importers.tabular.table import RECORD, Table
from journeyminer.log.engine import name, quote

if TYPE_CHECKING:
    from journeyminer.importers.base import Source
    from journeyminer.importers.tabular.plan import Plan
    from journeyminer.log.loader import Loader


@dataclass(frozen=True)
class _Query:
    """The statements over one table with its readings."""

    plan: Plan
    table: Table
    when: Reading
    began: Reading | None
    zone: str | None
    bounded: bool = True

    @property
    def when_text(self) -> str:
        """SQL of the text of the event's moment, which may stand in two columns."""
        text = self.table.text(self.plan.columns["timestamp"])
        if "time_of_day" in self.plan.columns:
            return f"{text} || ' ' || {self.table.text(self.plan.columns['time_of_day'])}"
        return text

    @property
    def moments(self) -> tuple[Moment, Moment | None]:
        """SQL of the event's moment and, where the file has one, of its start."""
        when = moment_sql(self.when, self.when_text, alias="when", zone=self.zone, bounded=self.bounded)
        if not self.began:
            return when, None
        text = self.table.text(self.plan.columns["started_at"])
        return when, moment_sql(self.began, text, alias="began", zone=self.zone)

    def select(self, *, rejects: bool = False) -> str:
        """All rows as events in the order of the file; or, for the rejects, as their texts beside what they gave."""
        when, began = self.moments
        columns = self.plan.columns
        inner = [*when.inner, *(began.inner if began else ())]
        outer = {"case_id": self.table.text(columns["case_id"]), **event_columns(self.plan, self.table)}
        outer["timestamp"] = when.outer
        if began:
            text = self.table.text(columns["started_at"])
            outer["started_at"] = began.outer
            # a record with an unreadable start is rejected whole: half of it would be a guess
            outer["timestamp"] = f"CASE WHEN {text} IS NULL OR {began.outer} IS NOT NULL THEN {when.outer} END"
        if when.odd:
            outer["odd"] = when.odd
        if rejects:
            outer["when_text"] = self.when_text
            outer["began_text"] = self.table.text(columns["started_at"]) if began else "NULL"
            outer["began_read"] = began.outer if began else "NULL"
            inner.append(f"{self.table.record} AS number")
            outer["number"] = "number"
        else:
            outer.update(case_columns(self.plan, self.table))
            if self.table.numbered:
                outer[RECORD] = RECORD
        source = f"(SELECT *, {', '.join(inner)} FROM {self.table.relation})" if inner else self.table.relation
        return f"SELECT {', '.join(f'{sql} AS {name(column)}' for column, sql in outer.items())} FROM {source}"

    @property
    def rejects(self) -> str:
        """The rows that are no events: number, reason, our column at fault, the offending text of a moment."""
        return (
            "SELECT number, CASE WHEN case_id IS NULL THEN 'no_case' WHEN activity IS NULL THEN 'no_activity' "
            "WHEN when_text IS NULL THEN 'no_timestamp' "
            "WHEN began_text IS NOT NULL AND began_read IS NULL THEN 'unreadable_start' "
            "ELSE 'unreadable_timestamp' END AS reason, "
            "CASE reason WHEN 'no_case' THEN 'case_id' WHEN 'no_activity' THEN 'activity' "
            "WHEN 'unreadable_start' THEN 'started_at' ELSE 'timestamp' END AS ours, "
            "CASE reason WHEN 'unreadable_start' THEN began_text "
            "WHEN 'unreadable_timestamp' THEN when_text END AS value "
            f"FROM ({self.select(rejects=True)}) "
            "WHERE case_id IS NULL OR activity IS NULL OR timestamp IS NULL"
        )


def load_events(plan: Plan, table: Table, source: Source, loader: Loader) -> None:
    """Read a table with one event a row.

    Raises:
        AmbiguousTimestamp: day and month of a column cannot be told apart.
    """
    decider = Decider(source, loader.engine, table, plan.headers.texts)
    place = plan.columns["timestamp"]
    samples = None
    if "time_of_day" in plan.columns:
        time = plan.columns["time_of_day"]
        whole = [row for row in table.head if len(row) > max(place, time) and row[place].strip()]
        samples = [f"{row[place].strip()} {row[time].strip()}" for row in whole]
    query = _Query(plan, table, Reading("", ()), None, source.timezone)
    when = decider.reading(place, text=query.when_text, samples=samples)
    began = decider.reading(plan.columns["started_at"]) if "started_at" in plan.columns else None
    query = replace(query, when=when, began=began)
    stage = loader.table(replace(query, bounded=False).select(), first_row=table.first_row)
    bounds = IN_BOUNDS.format("min(timestamp)") + " AND " + IN_BOUNDS.format("max(timestamp)")
    if loader.engine.one(f"SELECT {bounds} FROM {stage}")[0] is False:  # to look at every row costs, and is rarely due
        loader.rollback()
        stage = loader.table(query.select(), first_row=table.first_row)
    if loader.receipt.events < loader.receipt.records:
        wider = _widened(query, decider, loader)
        if wider != query:
            query = wider
            loader.rollback()
            stage = loader.table(query.select(), first_row=table.first_row)
        _reject(query, loader)
    hand_over_cases(loader, stage, case_columns(plan, table), "rowid")
    readings = [query.when, *([query.began] if query.began else [])]
    for reading in readings:
        loader.decide(reading.decision)
    rule = zone_rule(source, readings)
    if query.moments[0].odd and "odd" in loader.engine.columns(stage):
        counted = "count(*) FILTER (WHERE odd = 1), count(*) FILTER (WHERE odd = 2)"
        rule.n_overlap, rule.n_gap = loader.engine.one(f"SELECT {counted} FROM {stage}")
    loader.decide_zone(rule)


def _widened(query: _Query, decider: Decider, loader: Loader) -> _Query:
    """The query with the formats that stand further down in the file."""
    texts: dict[str, list[str]] = {"timestamp": [], "started_at": []}
    for ours, value in loader.engine.rows(
        f"SELECT ours, value FROM ({query.rejects}) WHERE value IS NOT NULL GROUP BY ALL ORDER BY ALL LIMIT {LOOKED_AT}"
    ):
        texts[ours].append(value)
    when = decider.widened(query.when, texts["timestamp"])
    began = decider.widened(query.began, texts["started_at"]) if query.began else None
    return replace(query, when=when, began=began)


def _reject(query: _Query, loader: Loader) -> None:
    """Count the rows that are no events and list them."""
    counted = loader.engine.rows(f"SELECT reason, count(*) FROM ({query.rejects}) GROUP BY ALL ORDER BY ALL")
    loader.count_outcomes(rejected=dict(counted))
    headers = {ours: query.plan.headers.texts[place].strip() for ours, place in query.plan.columns.items()}
    named = " ".join(f"WHEN {quote(ours)} THEN {quote(header)}" for ours, header in headers.items())
    loader.add_rows(
        "rejects",
        f"SELECT 'row ' || number AS record, reason, CASE ours {named} END AS \"column\", {evidence('value')} AS value "
        f"FROM ({query.rejects}) ORDER BY number",
    )
