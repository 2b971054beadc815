"""Twins: what stands in two files, as CSV and as XES say, or in the exports of two weeks, is counted once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from journeyminer.log.rows import OF_CASES
from journeyminer.log.schema import STORED
from journeyminer.log.staging import IS_EVENT, Staged, filled_columns
from journeyminer.note import Note

if TYPE_CHECKING:
    from journeyminer.log.engine import Schema
    from journeyminer.log.receipt import SourceReceipt


FEW = 20
"""fewer events than these may agree by chance, as those of short chats and mails do"""


def join_twins(
    schema: Schema, tables: Sequence[Staged], sources: Sequence[SourceReceipt], n_stored: int
) -> tuple[list[Staged], list[Note]]:
    """See to it that events which two files of several namespaces share are counted once.

    Shared are events with the same case, time and activity (capitals count for nothing), `FEW` or more of them. Where
    one file holds all events of the other, it stays alone: of two equal ones the one that says more. Where each has
    more than the other and both are read alike, they are two exports of one system: the later one moves into the
    namespace of the other, in which events are compared one by one.

    Args:
        tables: all that is staged.
        sources: the receipts of all files, by number. The records of an emptied file become deduplicated ones; a
            file that is moved has another namespace.
        n_stored: how many files are of a stored log; these stay as they are.

    Returns:
        The tables that are left, and the notes: `same_log` for an emptied file, `one_system` for a moved one;
        `same_events` for a file of which neither could be done, and `same_cases` for one that has the cases of another
        one, each with as many events, at other times or of other names: both are counted.
    """
    left: list[Staged] = list(tables)
    notes: list[Note] = []
    if len({source.namespace for source in sources}) < 2:
        return left, notes
    sizes, shared = _shared(schema, tables)
    gone: dict[int, int] = {}
    moved: set[int] = set()
    richest = {number: _n_columns(schema, tables, number) for pair in shared for number in pair}
    for pair in sorted(shared, key=lambda pair: (pair[0] >= n_stored, -sizes[pair[0]], pair)):
        one, other = (_stands_in(gone, number) for number in pair)
        if sources[one].namespace == sources[other].namespace:
            continue
        # a stored file first, then the one that holds most and says most
        kept, later = sorted((one, other), key=lambda n: (n >= n_stored, -sizes[n], -richest[n], n))
        names = {"file": sources[later].file, "other": sources[kept].file}
        if later >= n_stored and shared[pair] == sizes[later]:
            left = _without(schema, left, later)
            source = sources[later]
            source.deduplicated, source.used, source.events = source.deduplicated + source.used, 0, 0
            gone[later] = kept
            notes.append(Note("same_log", **names))
        elif later >= n_stored and later not in moved and _are_read_alike(sources[kept], sources[later]):
            sources[later].namespace = sources[kept].namespace
            left = [each._replace(coded=each.coded and each.source_no != later) for each in left]
            moved.add(later)
            notes.append(Note("one_system", **names, n=shared[pair]))
        else:
            notes.append(Note("same_events", **names, n=shared[pair]))
    return left, [*notes, *_same_cases(schema, left, sources, n_stored, shared)]


def _stands_in(gone: Mapping[int, int], number: int) -> int:
    """The file that holds what a file held which is gone."""
    while number in gone:
        number = gone[number]
    return number


def _are_read_alike(one: SourceReceipt, other: SourceReceipt) -> bool:
    return (one.importer, one.profile) == (other.importer, other.profile)


def _shared(schema: Schema, tables: Sequence[Staged]) -> tuple[dict[int, int], dict[tuple[int, int], int]]:
    """How many different events each file holds, and how many it shares with the file that holds them before it."""
    stages = [(stage.table, "source_no" if stage.source_no is None else str(stage.source_no)) for stage in tables]
    rows = " UNION ALL ".join(
        f"SELECT CAST({number} AS UINTEGER) AS source_no, hash(CAST(case_id AS VARCHAR), timestamp, "
        f"lower(CAST(activity AS VARCHAR))) AS event FROM {table} WHERE {IS_EVENT}"
        for table, number in [*stages, ("staged_events", "source_no")]
    )
    schema.execute(f"CREATE TABLE prints AS SELECT DISTINCT source_no, event FROM ({rows})")
    sizes = dict(schema.rows("SELECT source_no, count(*) FROM prints GROUP BY source_no"))
    # each beside the one before it: what stands in thousands of files would make millions of pairs
    before = "lag(source_no) OVER (PARTITION BY event ORDER BY source_no)"
    pairs = schema.rows(
        f"SELECT before, source_no, count(*) FROM (SELECT source_no, {before} AS before FROM prints) "
        f"WHERE before IS NOT NULL GROUP BY ALL HAVING count(*) >= {FEW} ORDER BY ALL"
    )
    schema.execute("DROP TABLE prints")
    return sizes, {(one, other): n for one, other, n in pairs}


def _same_cases(
    schema: Schema,
    tables: Sequence[Staged],
    sources: Sequence[SourceReceipt],
    n_stored: int,
    shared: Mapping[tuple[int, int], int],
) -> Iterator[Note]:
    """A note for each file that has the cases of another one, each with as many events, and other times or names."""
    alike: dict[int, list[int]] = defaultdict(list)
    for number, source in enumerate(sources):
        alike[source.events].append(number)
    for n_events, numbers in alike.items():
        if n_events < FEW or max(numbers) < n_stored or len({sources[number].namespace for number in numbers}) < 2:
            continue
        prints = {number: _cases(schema, tables, number) for number in numbers}
        for place, number in enumerate(numbers):
            same = next((each for each in numbers[:place] if prints[each] == prints[number]), None)
            if (
                same is not None
                and sources[same].namespace != sources[number].namespace
                and (same, number) not in shared
            ):
                yield Note("same_cases", file=sources[number].file, other=sources[same].file)


def _of(tables: Sequence[Staged], number: int) -> list[tuple[str, str]]:
    """The tables with events of a file, each with SQL of which of its rows are the file's."""
    return [
        (stage.table, "true" if stage.source_no is not None else f"source_no = {number}")
        for stage in tables
        if stage.source_no in (None, number)
    ] + [("staged_events", f"source_no = {number}")]


def _cases(schema: Schema, tables: Sequence[Staged], number: int) -> int:
    """A sum over a file's cases with their number of events, whatever their order."""
    rows = " UNION ALL ".join(
        f"SELECT CAST(case_id AS VARCHAR) AS case_id FROM {table} WHERE {own} AND {IS_EVENT}"
        for table, own in _of(tables, number)
    )
    of_case = f"SELECT case_id, count(*) AS n FROM ({rows}) GROUP BY case_id"
    return int(schema.one(f"SELECT coalesce(sum(hash(case_id, n)), 0) FROM ({of_case})")[0])


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
            stage.drop(schema)
    for kind in OF_CASES:
        schema.execute(f"DELETE FROM staged_{kind} WHERE source_no = {number}")
    return [stage for stage in tables if stage.source_no != number]
