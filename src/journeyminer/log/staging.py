"""Staging: a file's events as a table in source order, not yet one log.

A table of ten million rows is read once, so its words are coded while it is read: a dictionary made from the first
rows codes nearly all of them, and only words that turn up later cost another look at the column.
"""

from __future__ import annotations

from typing import NamedTuple

from journeyminer.log.engine import Engine, name, quote
from journeyminer.log.schema import CODED

IS_EVENT = "case_id IS NOT NULL AND activity IS NOT NULL AND timestamp IS NOT NULL"
SAMPLE_ROWS = 100_000
"""so many first rows make the provisional dictionary; a smaller file is known whole"""
MANY_WORDS = 300
"""from so many words on, a dictionary is made from the whole file: the engine compares each word that it does not know
with all that it knows"""


class Staged(NamedTuple):
    """A table of staged events: of one file, or (`source_no` None) of several, told apart by a column `source_no`.

    A `coded` stage has ENUM words and `case_key` with salt 0, null where case_id is.
    """

    table: str
    source_no: int | None
    columns: frozenset[str]
    first_row: int
    coded: bool = False


def columns_of(engine: Engine, relation: str) -> frozenset[str]:
    """The names of a relation's columns."""
    return frozenset(row[0] for row in engine.rows(f"DESCRIBE SELECT * FROM {relation}"))


def filled_columns(engine: Engine, table: str) -> frozenset[str]:
    """The columns of a table that hold anything, so that a log has only those."""
    columns = sorted(columns_of(engine, table))
    said = [f"bool_or({name(column)})" if column == "synthetic" else f"count({name(column)}) > 0" for column in columns]
    answers = engine.one(f"SELECT {', '.join(said)} FROM {table}")
    return frozenset(column for column, answer in zip(columns, answers, strict=True) if answer)


def count_events(engine: Engine, table: str) -> tuple[int, int]:
    """How many rows a table of staged events has, and how many of them are events."""
    needed = ("case_id", "activity", "timestamp")
    rows, *counts = engine.one(f"SELECT count(*), {', '.join(f'count({column})' for column in needed)} FROM {table}")
    if min(counts) == rows:  # the engine knows these counts without a look at the rows
        return rows, rows
    return rows, engine.one(f"SELECT count(*) FROM {table} WHERE {IS_EVENT}")[0]


def case_key(native: str, namespace: str, salt: int) -> str:
    """SQL of a case's integer key, from SQL of its native id and its namespace."""
    hashed = f"hash({native}, {salt})" if salt else f"hash({native})"  # one value is hashed much faster than two
    return f"xor({hashed}, hash({namespace}))"


def stage_table(engine: Engine, table: str, source_no: int, select: str, *, namespace: str, first_row: int) -> Staged:
    """Stage a query's events with their words and cases coded; columns without any value are left out."""
    have = columns_of(engine, f"({select})")
    words = [column for column in CODED if column in have]
    partly = _make_dictionaries(engine, table, words, select)
    coded = ", ".join(f"TRY_CAST({name(word)} AS {_type(table, word)}) AS {name(word)}" for word in words)
    key = f"CASE WHEN case_id IS NOT NULL THEN {case_key('case_id', quote(namespace), 0)} END AS case_key"
    engine.execute(f"CREATE TABLE {table} AS SELECT * REPLACE ({coded}), {key}{_missed(table, partly)} FROM ({select})")
    if partly:
        _code_missed(engine, table, partly)
    filled = filled_columns(engine, table)
    for column in columns_of(engine, table) - filled - {"case_id", "case_key", "activity", "timestamp"}:
        engine.execute(f"ALTER TABLE {table} DROP COLUMN {name(column)}")
    return Staged(table, source_no, filled, first_row, coded=True)


def _make_dictionaries(engine: Engine, table: str, words: list[str], select: str) -> list[str]:
    """Make a dictionary a column, from the first rows where these hold few words; returns the columns of which later
    rows may hold more."""
    listed = ", ".join(name(word) for word in words)
    engine.execute(f"CREATE OR REPLACE TEMP TABLE sample AS SELECT {listed} FROM ({select}) LIMIT {SAMPLE_ROWS}")
    rows, *counts = engine.one(
        f"SELECT count(*), {', '.join(f'count(DISTINCT {name(word)})' for word in words)} FROM sample"
    )
    partly = []
    for word, n in zip(words, counts, strict=True):
        whole = rows < SAMPLE_ROWS or n >= MANY_WORDS
        source = f"({select})" if whole and rows == SAMPLE_ROWS else "sample"
        # a file that was taken back may have left its dictionaries under this name
        engine.execute(f"CREATE OR REPLACE TYPE {_type(table, word)} AS ENUM ({_distinct(name(word), source)})")
        if not whole:
            partly.append(word)
    engine.execute("DROP TABLE sample")
    return partly


def _distinct(expression: str, table: str) -> str:
    # alphabetical, so that codes do not depend on the order of rows; one word at least, as an ENUM cannot be empty
    words = f"SELECT DISTINCT {expression} AS word FROM {table} WHERE {expression} IS NOT NULL"
    return f"SELECT word FROM ({words}) ORDER BY word"


def _missed(table: str, words: list[str]) -> str:
    """SQL of a column `missed`: the words of a row of which a dictionary lacks one; null in nearly all rows."""
    lacks = [f"({name(word)} IS NOT NULL AND TRY_CAST({name(word)} AS {_type(table, word)}) IS NULL)" for word in words]
    listed = ", ".join(map(name, words))
    return f", CASE WHEN {' OR '.join(lacks)} THEN [{listed}] END AS missed" if words else ""


def _code_missed(engine: Engine, table: str, words: list[str]) -> None:
    """Widen the dictionaries by the words that the first rows did not hold."""
    if engine.rows(f"SELECT 1 FROM {table} WHERE missed IS NOT NULL LIMIT 1"):
        both = {
            word: f"coalesce(missed[{place}], CAST({name(word)} AS VARCHAR))" for place, word in enumerate(words, 1)
        }
        for word, text in both.items():
            engine.execute(f"CREATE OR REPLACE TYPE {_type(table, word, 'all')} AS ENUM ({_distinct(text, table)})")
        recoded = ", ".join(f"CAST({both[word]} AS {_type(table, word, 'all')}) AS {name(word)}" for word in words)
        engine.execute(f"CREATE TABLE {table}_all AS SELECT * REPLACE ({recoded}) FROM {table}")
        engine.execute(f"DROP TABLE {table}")
        engine.execute(f"ALTER TABLE {table}_all RENAME TO {name(table.split('.')[1])}")
    engine.execute(f"ALTER TABLE {table} DROP COLUMN missed")


def _type(table: str, word: str, suffix: str = "word") -> str:
    return f"{table}_{suffix}_{word}"
