"""Reads in the order of a table: what the measures rely on holds, with several threads and too little memory."""

from __future__ import annotations

import re

import pytest

from journeyminer.log.engine import Engine
from journeyminer.log.order import in_order


def test_neighbours_and_positions_stop_at_the_ends_of_a_trace() -> None:
    engine = Engine()
    engine.execute(
        "CREATE TABLE steps AS SELECT * FROM (VALUES (7, 'a'), (7, 'b'), (7, NULL), (3, 'c'), (9, 'd'), (9, 'e')) "
        "t(trace, act)"
    )
    query = in_order("steps", before={"last": "act"}, after={"next": "act", "goes_on": "true"}, position="pos")
    assert engine.rows(f"SELECT trace, act, last, next, goes_on, pos FROM ({query})") == [
        (7, "a", None, "b", True, 1),
        (7, "b", "a", None, True, 2),
        (7, None, "b", None, None, 3),
        (3, "c", None, None, None, 1),
        (9, "d", None, "e", True, 1),
        (9, "e", "d", None, None, 2),
    ]


def test_what_was_said_last_holds_until_the_trace_ends() -> None:
    engine = Engine()
    engine.execute(
        "CREATE TABLE t AS SELECT * FROM (VALUES (1, NULL, NULL), (1, 'a', true), (1, NULL, NULL), (1, 'b', false), "
        "(2, NULL, NULL), (2, 'c', true), (3, 'd', NULL)) t(trace, word, yes)"
    )
    query = in_order("t", lasting={"said": "word"}, holding={"is_so": "yes"})
    assert engine.rows(f"SELECT trace, said, is_so FROM ({query})") == [
        (1, None, False), (1, "a", True), (1, "a", True), (1, "b", False), (2, None, False), (2, "c", True),
        (3, "d", False),
    ]  # fmt: skip


def test_rows_may_be_picked_first_and_traces_be_named_by_any_column() -> None:
    engine = Engine()
    engine.execute('CREATE TABLE t AS SELECT * FROM (VALUES (1, 1), (1, 2), (1, 3), (2, 4)) t("group", x)')
    query = in_order("(SELECT * FROM t WHERE x <> 2)", of="group", before={"last": "x * 10"})
    assert engine.rows(query) == [(1, 1, None), (1, 3, 10), (2, 4, None)]


def test_the_plan_sorts_nothing_and_streams_every_window() -> None:
    """Another plan could feed the windows in another order."""
    engine = Engine(threads=4)
    engine.execute("CREATE TABLE t AS SELECT i // 5 AS trace, i AS x FROM range(500000) t(i) ORDER BY trace, x")
    query = in_order("(SELECT * FROM t WHERE x % 3 > 0)", before={"a": "x"}, after={"b": "x"}, position="pos")
    query = in_order(f"({query})", lasting={"c": "a"}, holding={"d": "b > 9"})
    ((_, plan),) = engine.rows(f"EXPLAIN (FORMAT json) CREATE TABLE made AS {query}")
    steps = {step for step in re.findall(r'"name": "(\w+)"', plan) if "CREATE_TABLE" not in step}
    assert steps == {"SEQ_SCAN", "PROJECTION", "STREAMING_WINDOW"}


def _check(rows: int, *, memory: str) -> None:
    """Compare with windows that sort by themselves, over a table that was sorted by several threads and spilled."""
    engine = Engine(memory=memory, threads=4)
    engine.execute(
        f"CREATE TABLE events AS SELECT hash(i % {rows // 7}) AS trace, i AS seq, hash(i, 2) % 1000 AS moment, "
        f"'activity ' || hash(i, 3) % 40 AS activity FROM range({rows}) t(i)"
    )
    engine.execute("CREATE TABLE ordered AS SELECT * FROM events ORDER BY trace, moment, seq")
    query = in_order(
        "(SELECT * FROM ordered WHERE activity <> 'activity 5')",
        before={"last_seq": "seq"},
        after={"next_activity": "activity"},
        position="pos",
    )
    engine.execute(f"CREATE TABLE streamed AS {query}")
    engine.execute(
        "CREATE TABLE sorted AS SELECT *, lag(seq) OVER w AS last_seq, lead(activity) OVER w AS next_activity, "
        "CAST(row_number() OVER w AS INTEGER) AS pos FROM events WHERE activity <> 'activity 5' "
        "WINDOW w AS (PARTITION BY trace ORDER BY moment, seq)"
    )
    said = "count(*), sum(pos), count(last_seq), count(next_activity), bit_xor(hash(seq, pos, last_seq, next_activity))"
    assert engine.one(f"SELECT {said} FROM streamed") == engine.one(f"SELECT {said} FROM sorted")
    # the table that was made of it is in order again
    again = in_order("streamed", after={"next_pos": "pos"})
    assert engine.one(f"SELECT count(*) FROM ({again}) WHERE next_pos <> pos + 1") == (0,)


def test_order_holds_over_threads_and_spilled_sorts() -> None:
    _check(400_000, memory="64MB")


@pytest.mark.scale
def test_order_holds_for_ten_million_rows() -> None:
    _check(10_000_000, memory="512MB")
