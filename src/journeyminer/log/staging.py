"""Staging: a file's events as a table in source order, not yet one log.

A table of ten million rows is read once, so its words are coded while it is read: a dictionary made from the first
rows codes nearly all of them, and only words that turn up later cost another look at the column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from journeyminer.log.order import in_order
from journeyminer.log.schema import CODED
from journeyminer.sql import has_blanks_sql, name, quote
from journeyminer.words import is_nobody

if TYPE_CHECKING:
    from journeyminer.log.engine import Database, Schema

IS_EVENT = "case_id IS NOT NULL AND activity IS NOT NULL AND timestamp IS NOT NULL"
SAMPLE_ROWS = 20_000
"""so many first rows make the provisional dictionary; a smaller file is known whole"""
FIRST_LOOK = 100_000
"""so many first rows say whether a look at all is worth it for their order"""
MANY_WORDS = 300
"""from so many words on, a dictionary is made from the whole file: the engine compares each word that it does not know
with all that it knows"""


class Staged(NamedTuple):
    """A table of staged events: of one file, or (`source_no` None) of several, told apart by a column `source_no`.

    A `coded` stage has ENUM words and `case_key` with salt 0, null where case_id is; and a dictionary, `cases`.
    """

    table: str
    source_no: int | None
    columns: frozenset[str]
    first_row: int
    coded: bool = False

    @property
    def cases(self) -> str:
        """The table of the cases of a coded stage: `case_id`, and `first`, the moment of its first event or null."""
        return f"{self.table}_cases"

    def drop(self, schema: Schema) -> None:
        """Drop the stage."""
        for table in (self.table, self.cases):
            schema.execute(f"DROP TABLE IF EXISTS {table}")


def filled_columns(database: Database, table: str) -> frozenset[str]:
    """Return the columns of a table that hold anything, so that a log has only those."""
    columns = sorted(database.columns(table))
    filled = [
        f"bool_or({name(column)})" if column == "synthetic" else f"count({name(column)}) > 0" for column in columns
    ]
    answers = database.one(f"SELECT {', '.join(filled)} FROM {table}")
    return frozenset(column for column, answer in zip(columns, answers, strict=True) if answer)


def count_events(database: Database, table: str) -> tuple[int, int]:
    """Return how many rows a table of staged events has, and how many of them are events."""
    counted = "count(case_id), count(activity), count(timestamp)"
    rows, *counts = database.one(f"SELECT count(*), {counted} FROM {table}")
    if min(counts) == rows:  # the engine knows these counts without a look at the rows
        return rows, rows
    return rows, database.one(f"SELECT count(*) FROM {table} WHERE {IS_EVENT}")[0]


def has_blanks(database: Database, staged: Staged) -> bool:
    """Return whether a text of a coded stage begins or ends with white space, or is nothing else."""
    table = staged.table
    described = database.rows(f"DESCRIBE {table}")
    texts = [name(column) for column, type_, *_ in described if type_ == "VARCHAR" and column != "case_id"]
    for columns, relation in ((["case_id"], staged.cases), (texts, table)):
        found = " OR ".join(map(has_blanks_sql, columns))
        if found and database.one(f"SELECT bool_or({found}) FROM {relation}")[0]:
            return True
    coded = [column for column, type_, *_ in described if type_.startswith("ENUM")]
    words = " UNION ALL ".join(_dictionary(table, column) for column in coded)
    return bool(coded and database.one(f"SELECT bool_or({has_blanks_sql('word')}) FROM ({words})")[0])


def _dictionary(table: str, column: str) -> str:
    """SQL of the words of a coded column of a table that holds anything; some may stand in no row."""
    return f"SELECT unnest(enum_range({name(column)})) AS word FROM (FROM {table} LIMIT 1)"


def nobody(database: Database, table: str, column: str, *, coded: bool = False) -> list[str]:
    """Return what stands in a column of people or teams and is a word for nobody, see `is_nobody`.

    Args:
        coded: whether the column is; then its dictionary tells, without a look at the rows.
    """
    owners = _dictionary(table, column) if coded else f"SELECT DISTINCT {name(column)} AS word FROM {table}"
    found = database.rows(f"SELECT word FROM ({owners}) ORDER BY word")
    return [owner for (owner,) in found if owner and is_nobody(owner)]


def runs_backwards(database: Database, table: str) -> bool:
    """Return whether a table with case_id and timestamp tells the newest first, whose moments fall from row to row.

    Only rows of one case are compared: where cases stand one after the other, each may still be told forwards. They
    are neighbours; where cases lie so much among one another that none are, each row and the next one of its case.
    One step in twenty may go the other way.
    """
    case = "case_key" if "case_key" in database.columns(table) else "case_id"
    steps = f"SELECT {case}, timestamp FROM {{}} WHERE {case} IS NOT NULL AND timestamp IS NOT NULL"

    def counted(pairs: str) -> tuple[int, int]:
        counts = "count(*) FILTER (next < timestamp), count(*) FILTER (next > timestamp)"
        falling, rising = database.one(f"SELECT {counts} FROM ({pairs})")
        return falling, rising

    def count(rows: str) -> tuple[int, int]:
        return counted(in_order(f"({steps.format(rows)})", of=case, after={"next": "timestamp"}))

    falling, rising = count(f"(FROM {table} LIMIT {FIRST_LOOK})")
    if rising * 20 > falling:
        return False
    falling, rising = count(table)  # few files come so far, and they are worth a whole look
    if falling == rising == 0:
        first = f"(SELECT {case}, timestamp, rowid AS nth FROM {table} WHERE timestamp IS NOT NULL LIMIT {FIRST_LOOK})"
        falling, rising = counted(
            f"SELECT timestamp, lead(timestamp) OVER (PARTITION BY {case} ORDER BY nth) AS next FROM {first}"
        )
    return falling > rising * 20


def turn_round(schema: Schema, staged: Staged) -> Staged:
    """Return a staged table with its rows in reverse; each keeps the number of its record."""
    table = staged.table
    numbered = "" if "record" in schema.columns(table) else f", rowid + {staged.first_row} AS record"
    schema.execute(f"CREATE TABLE {table}_turned AS SELECT *{numbered} FROM {table} ORDER BY rowid DESC")
    schema.execute(f"DROP TABLE {table}")
    schema.execute(f"ALTER TABLE {table}_turned RENAME TO {table}")
    return staged._replace(columns=staged.columns | {"record"})


def case_key(native: str, namespace: str, salt: int) -> str:
    """Return SQL of a case's integer key, from SQL of its native id and its namespace."""
    hashed = f"hash({native}, {salt})" if salt else f"hash({native})"  # one value is hashed much faster than two
    return f"xor({hashed}, hash({namespace}))"


def stage_table(schema: Schema, table: str, source_no: int, select: str, *, namespace: str, first_row: int) -> Staged:
    """Stage a query's events with their words and cases coded; columns without any value are left out."""
    have = schema.columns(f"({select})")
    words = [column for column in CODED if column in have]
    partly = _make_dictionaries(schema, table, words, select)
    coded = ", ".join(f"TRY_CAST({name(word)} AS {_type(table, word)}) AS {name(word)}" for word in words)
    key = f"CASE WHEN case_id IS NOT NULL THEN {case_key('case_id', quote(namespace), 0)} END AS case_key"
    schema.execute(f"CREATE TABLE {table} AS SELECT * REPLACE ({coded}), {key}{_missed(table, partly)} FROM ({select})")
    if partly:
        _code_missed(schema, table, partly)
    filled = filled_columns(schema, table)
    for column in schema.columns(table) - filled - {"case_id", "case_key", "activity", "timestamp"}:
        schema.execute(f"ALTER TABLE {table} DROP COLUMN {name(column)}")
    staged = Staged(table, source_no, filled, first_row, coded=True)
    schema.execute(
        f"CREATE TABLE {staged.cases} AS SELECT case_id, min(timestamp) FILTER ({IS_EVENT}) AS first FROM {table} "
        "WHERE case_id IS NOT NULL GROUP BY case_id"
    )
    return staged


def _make_dictionaries(schema: Schema, table: str, words: list[str], select: str) -> list[str]:
    """Make a dictionary a column, from the first rows where these hold few words; return the columns of which later
    rows may hold more."""
    listed = ", ".join(map(name, words))
    schema.execute(f"CREATE OR REPLACE TABLE sample AS SELECT {listed} FROM ({select}) LIMIT {SAMPLE_ROWS}")
    distinct = ", ".join(f"count(DISTINCT {name(word)})" for word in words)
    rows, *counts = schema.one(f"SELECT count(*), {distinct} FROM sample")
    partly = []
    for word, n in zip(words, counts, strict=True):
        whole = rows < SAMPLE_ROWS or n >= MANY_WORDS
        source = f"({select})" if whole and rows == SAMPLE_ROWS else "sample"
        # a file that was taken back may have left its dictionaries under this name
        schema.execute(f"CREATE OR REPLACE TYPE {_type(table, word)} AS ENUM ({_distinct(name(word), source)})")
        if not whole:
            partly.append(word)
    schema.execute("DROP TABLE sample")
    return partly


def _distinct(expression: str, table: str) -> str:
    # alphabetical, so that codes do not depend on the order of rows
    words = f"SELECT DISTINCT {expression} AS word FROM {table} WHERE {expression} IS NOT NULL"
    return f"SELECT word FROM ({words}) ORDER BY word"


def _missed(table: str, words: list[str]) -> str:
    """Return SQL of a column `missed`: the words of a row of which a dictionary lacks one; null in nearly all rows."""
    lacks = [f"({name(word)} IS NOT NULL AND TRY_CAST({name(word)} AS {_type(table, word)}) IS NULL)" for word in words]
    listed = ", ".join(map(name, words))
    return f", CASE WHEN {' OR '.join(lacks)} THEN [{listed}] END AS missed" if words else ""


def _code_missed(schema: Schema, table: str, words: list[str]) -> None:
    """Widen the dictionaries by the words that the first rows did not hold; only these columns are coded anew."""
    for place, word in enumerate(words, 1):
        missed = f"SELECT DISTINCT missed[{place}] AS word FROM {table} WHERE missed[{place}] IS NOT NULL"
        known = _dictionary(table, word)
        if schema.rows(f"FROM ({missed}) EXCEPT {known} LIMIT 1"):
            wider = _type(table, word, "all")
            schema.execute(f"CREATE OR REPLACE TYPE {wider} AS ENUM (FROM ({missed} UNION {known}) ORDER BY word)")
            recoded = f"coalesce(CAST(missed[{place}] AS {wider}), CAST({name(word)} AS {wider}))"
            schema.execute(f"ALTER TABLE {table} ALTER {name(word)} TYPE {wider} USING {recoded}")
    schema.execute(f"ALTER TABLE {table} DROP COLUMN missed")


def _type(table: str, word: str, suffix: str = "word") -> str:
    return name(f"{table}_{suffix}_{word}")
