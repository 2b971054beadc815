"""Event tables: one row an event. The whole file goes through one query."""

from __future__ import annotations

from typing import TYPE_CHECKING

from journeyminer.importers.tabular.columns import case_columns, event_columns
from journeyminer.importers.tabular.date_formats import DateFormats
from journeyminer.importers.tabular.rows import Rows, load_in_one_query
from journeyminer.importers.tabular.timestamps import day_sql, time_of_day_sql

if TYPE_CHECKING:
    from journeyminer.importers.base import Source
    from journeyminer.importers.tabular.plan import Plan
    from journeyminer.importers.tabular.table import Table
    from journeyminer.log.loader import Loader


def load_events(plan: Plan, table: Table, source: Source, loader: Loader) -> None:
    """Read a table with one event a row.

    Raises:
        AmbiguousTimestamp: day and month of a column cannot be told apart.
    """
    formats = DateFormats(loader.engine, table, plan.headers.texts, source.options)
    place, time = plan.columns["timestamp"], plan.columns.get("time_of_day")
    if time is None:
        moments = [formats.column("timestamp", place)]
    else:  # the date stands in one column, the time of day in another
        text = f"{day_sql(table.text(place))} || ' ' || {time_of_day_sql(table.text(time))}"
        samples = formats.samples(f"SELECT {text} AS text FROM {table.relation}")
        moments = [formats.column("timestamp", place, text=text, samples=samples)]
    if "started_at" in plan.columns:
        moments.insert(0, formats.column("started_at", plan.columns["started_at"], fault="unreadable_start"))
    columns, beside = event_columns(plan, table, loader.engine), case_columns(plan, table, loader.engine)
    rows = Rows(plan, table, tuple(moments), ("timestamp",), source.timezone, columns, beside)
    load_in_one_query(rows, formats, loader)
