"""Order: the one place that reads a table in the order in which it was written."""

from __future__ import annotations

from collections.abc import Mapping

from journeyminer.sql import name


def in_order(
    relation: str,
    *,
    of: str = "trace",
    before: Mapping[str, str] | None = None,
    after: Mapping[str, str] | None = None,
    lasting: Mapping[str, str] | None = None,
    holding: Mapping[str, str] | None = None,
    position: str | None = None,
) -> str:
    """SQL of the rows of a table that was written in order, each with what its neighbours in its trace say.

    A measure sorts the events once (`CREATE TABLE ... AS SELECT ... ORDER BY trace, timestamp, ...`), and reads them
    here as often as it needs without sorting again, which takes half the time of `PARTITION BY trace ORDER BY ...`.

    What the engine guarantees (DuckDB, "Order Preservation"), and what the result hangs on: a table made by a query
    with ORDER BY holds its rows in that order; a scan of one table, projections, WHERE and common table expressions
    keep it; windows with an empty OVER clause, and running ones without PARTITION BY and ORDER BY, see it. All this
    under `preserve_insertion_order`, which `Engine` sets, whatever the threads and the memory limit. JOIN, UNION,
    GROUP BY and DISTINCT keep no order. `tests/unit/test_order.py` notices when any of it changes.

        in_order("ordered_case", after={"next_activity": "activity"}, position="pos")
        in_order("(SELECT * FROM changes WHERE source <> 'x')", before={"last_source": "source"})

    Args:
        relation: a table in the order of its traces, or a query in parentheses that only picks rows and columns of one.
        of: the column that is the same for all rows of a trace, which stand together; never null.
        before, after: new column -> SQL of its value in the row before or after, null at the ends of the trace.
        lasting: new column -> SQL of its last value in this row or one before it, null until there is one.
        holding: the same of SQL of a yes or no, false until there is one, which takes half the time.
        position: name of a new column: 1 for the first row of a trace, 2 for the next ...

    Returns:
        A query of all columns of the relation, in the same order, and the new ones.
    """
    key = name(of)
    made = {column: (f"lag({sql}) OVER ()", "_goes_back") for column, sql in (before or {}).items()}
    made |= {column: (f"lead({sql}) OVER ()", "_goes_on") for column, sql in (after or {}).items()}
    helpers = {
        "_goes_back": f"lag({key}) OVER () = {key}",  # null in the first row of all
        "_goes_on": f"lead({key}) OVER () = {key}",
    }
    needed = {way for _, way in made.values()} | ({"_goes_back"} if holding else set())
    if position:
        helpers["_nth"] = "row_number() OVER ()"
        needed |= {"_goes_back", "_nth"}
    last = "last_value({} IGNORE NULLS) OVER (ROWS UNBOUNDED PRECEDING)"
    listed = [f"{sql} AS {name(column)}" for column, (sql, _) in made.items()]
    listed += [f"{helpers[helper]} AS {helper}" for helper in sorted(needed)]
    kept = "".join(f", CASE WHEN {way} THEN {name(column)} END AS {name(column)}" for column, (_, way) in made.items())
    if position:
        begun = last.format("CASE WHEN _goes_back THEN NULL ELSE _nth END")
        kept += f", CAST(_nth - {begun} + 1 AS INTEGER) AS {name(position)}"
    for column, sql in (holding or {}).items():
        begun = "CASE WHEN _goes_back IS NOT TRUE THEN false END"
        kept += f", {last.format(f'coalesce({sql}, {begun})')} AS {name(column)}"
    for column, sql in (lasting or {}).items():
        said_in = last.format(f"CASE WHEN {sql} IS NOT NULL THEN {key} END")
        kept += f", CASE WHEN {said_in} = {key} THEN {last.format(sql)} END AS {name(column)}"
    if not listed:
        return f"SELECT *{kept} FROM {relation}"
    hidden = ", ".join([*map(name, made), *sorted(needed)])
    return f"SELECT * EXCLUDE ({hidden}){kept} FROM (SELECT *, {', '.join(listed)} FROM {relation})"


def nth_row(first: int = 1) -> str:
    """Return SQL of the number of a row of a file or a table that a query reads alone and in its order.

    The engine's readers of CSV, JSON and Parquet keep the order of a file, as a table's scan does, see `in_order`.

    Args:
        first: the number of the first row.
    """
    return f"row_number() OVER () + {first - 1}"
