"""Twins: one log that stands in two files, as CSV and as XES say, is counted once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from journeyminer.log.schema import STORED
from journeyminer.log.staging import IS_EVENT, Staged, filled_columns
from journeyminer.note import Note

if TYPE_CHECKING:
    from journeyminer.log.engine import Schema
    from journeyminer.log.receipt import SourceReceipt


FEW = 20
"""fewer events than these may agree by chance, as those of short chats and mails do"""


def drop_twins(
    schema: Schema, tables: Sequence[Staged], sources: Sequence[SourceReceipt], n_stored: int
) -> tuple[list[Staged], list[Note]]:
    """Empty the files whose cases and times are all those of another file; of the two, the one that says more stays.

    Files of one namespace need no look: their events are compared one by one.

    Args:
        tables: all that is staged.
        sources: the receipts of all files, by number; the records of an emptied file become deduplicated ones.
        n_stored: how many files are of a stored log; these stay.

    Returns:
        The tables that are left, and a note `same_log` for each emptied file. `same_cases` is one for a file that has
        the cases of another one, each with as many events, at other times: their zones may not be told alike.
    """
    alike: dict[int, list[int]] = defaultdict(list)
    for number, source in enumerate(sources):
        alike[source.events].append(number)
    left, notes = list(tables), []
    for n_events, numbers in alike.items():
        several = len({sources[number].namespace for number in numbers}) > 1
        if n_events < FEW or max(numbers) < n_stored or not several:
            continue
        prints = {number: _fingerprints(schema, tables, number) for number in numbers}
        # a stored file first, then the one that says most
        ranked = sorted(numbers, key=lambda number: (number >= n_stored, -_n_columns(schema, tables, number)))
        kept: list[int] = []
        for number in ranked:
            others = [other for other in kept if sources[other].namespace != sources[number].namespace]
            same = [other for other in others if prints[other] == prints[number]]
            cases = [other for other in others if prints[other][0] == prints[number][0]]
            if same and number >= n_stored:
                left = _without(schema, left, number)
                source = sources[number]
                source.deduplicated, source.used, source.events = source.deduplicated + source.used, 0, 0
                notes.append(Note("same_log", file=source.file, other=sources[same[0]].file))
                continue
            if cases and not same:
                notes.append(Note("same_cases", file=sources[number].file, other=sources[cases[0]].file))
            kept.append(number)
    return left, notes


def _of(tables: Sequence[Staged], number: int) -> list[tuple[str, str]]:
    """The tables with events of a file, each with SQL of which of its rows are the file's."""
    return [
        (stage.table, "true" if stage.source_no is not None else f"source_no = {number}")
        for stage in tables
        if stage.source_no in (None, number)
    ] + [("staged_events", f"source_no = {number}")]


def _fingerprints(schema: Schema, tables: Sequence[Staged], number: int) -> tuple[int, int]:
    """Two sums, whatever the order of a file's events: over its cases with their number of events, and with times."""
    rows = " UNION ALL ".join(
        f"SELECT CAST(case_id AS VARCHAR) AS case_id, timestamp FROM {table} WHERE {own} AND {IS_EVENT}"
        for table, own in _of(tables, number)
    )
    of_case = f"SELECT case_id, count(*) AS n, sum(hash(case_id, timestamp)) AS times FROM ({rows}) GROUP BY case_id"
    return schema.one(f"SELECT sum(hash(case_id, n)), sum(times) FROM ({of_case})")


def _n_columns(schema: Schema, tables: Sequence[Staged], number: int) -> int:
    """In how many columns of the log a file says anything."""
    filled = [filled_columns(schema, f"(SELECT * FROM {table} WHERE {own})") for table, own in _of(tables, number)]
    return len(frozenset().union(*filled).intersection(STORED))


def _without(schema: Schema, tables: Sequence[Staged], number: int) -> list[Staged]:
    """Take a file's rows out of the engine; return the tables that are left."""
    for stage in tables:
        if stage.source_no is None:
            schema.execute(f"DELETE FROM {stage.table} WHERE source_no = {number}")
        elif stage.source_no == number:
            schema.execute(f"DROP TABLE {stage.table}")
    for kind in ("events", "cases", "identities"):
        schema.execute(f"DELETE FROM staged_{kind} WHERE source_no = {number}")
    return [stage for stage in tables if stage.source_no != number]
