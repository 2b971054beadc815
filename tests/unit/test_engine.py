"""The engine: what goes wrong in a query is told as what it is."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from threading import Thread, active_count

import pytest

from journeyminer.errors import TooLittleMemory, UsageError
from journeyminer.interrupts import interrupts_heard, stopped_by_interrupt
from journeyminer.log.engine import Engine, parse_memory


@pytest.mark.parametrize(("text", "size"), [("4GB", 4 << 30), ("512 MiB", 512 << 20), ("1.5g", 3 << 29), ("7", 7)])
def test_sizes(text: str, size: int) -> None:
    assert parse_memory(text) == size


def test_what_is_no_size() -> None:
    with pytest.raises(UsageError, match="lots"):
        parse_memory("lots")


def test_too_little_memory_says_which_flag_gives_more() -> None:
    with pytest.raises(TooLittleMemory) as error:
        Engine(memory="64MB").one("SELECT length(list(repeat('x', 1000) || i)) FROM range(1000000) t(i)")
    assert (error.value.status, "--memory" in str(error.value)) == (4, True)


def test_an_engine_leaves_no_folder_behind() -> None:
    engine = Engine()
    (found,) = engine.one("SELECT current_setting('temp_directory')")
    spill = Path(found)
    assert spill.exists()
    engine.close()
    assert not spill.exists()


def test_a_schema_sees_its_own_tables_before_those_that_it_needs() -> None:
    engine = Engine()
    first, other = engine.new_schema(), engine.new_schema()
    first.execute("CREATE TABLE t AS SELECT 1 AS x")
    first.execute("CREATE TABLE u AS SELECT 10 AS x")
    second = engine.new_schema(first)
    second.execute("CREATE TABLE t AS SELECT 2 AS x")
    assert (first.one("SELECT x FROM t"), second.one("SELECT t.x + u.x FROM t, u")) == ((1,), (12,))
    assert engine.one(f"SELECT x FROM {first}.t") == (1,)
    assert second.columns("t") == {"x"}
    with pytest.raises(other.failure, match="does not exist"):
        other.one("SELECT x FROM t")


def test_a_schema_stays_as_long_as_anybody_needs_it() -> None:
    engine = Engine()

    def n_tables() -> int:
        return int(engine.one("SELECT count(*) FROM duckdb_tables()")[0])

    first = engine.new_schema()
    first.execute("CREATE TYPE w AS ENUM ('a')")
    first.execute("CREATE TABLE t AS SELECT 'a'::w AS x")
    second = engine.new_schema(first)
    second.execute(f"CREATE VIEW v AS SELECT * FROM {first}.t")
    second.execute(f"CREATE TABLE u AS SELECT x FROM {first}.t")
    del first
    assert (n_tables(), second.rows("SELECT x FROM v")) == (2, [("a",)])
    del second
    assert n_tables() == 0


def test_a_statement_that_fails_or_is_left_half_read_troubles_no_other() -> None:
    schema = Engine().new_schema()
    stream = schema.stream("SELECT i FROM range(50000) t(i)")
    assert next(stream) == (0,)
    with pytest.raises(schema.failure):
        schema.one("SELECT nothing")
    assert (
        schema.attempt("SELECT nothing")
        == 'Binder Error: Referenced column "nothing" was not found because the FROM clause is missing'
    )
    del stream
    assert schema.one("SELECT 7") == (7,)


def test_rows_go_to_a_file_and_come_from_a_frame(tmp_path: Path) -> None:
    import pandas as pd

    schema = Engine().new_schema()
    schema.take("given", pd.DataFrame({"x": ["a", None], "n": [1.5, float("nan")]}))
    assert schema.rows("SELECT * FROM given") == [("a", 1.5), (None, None)]
    schema.copy("SELECT x FROM given", tmp_path / "out.csv", "FORMAT csv, HEADER")
    assert (tmp_path / "out.csv").read_text() == "x\na\n\n"
    with pytest.raises(OSError, match="out"):
        schema.copy("SELECT 1", tmp_path / "missing" / "out.csv", "FORMAT csv")


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_an_interrupt_stays_one_and_is_heard_at_once(threads: int) -> None:
    """In processes of their own, so that no signal is left for the test runner.

    With several threads another one may have the only task of the query, which would last for minutes: Python's own
    thread waits for it and looks at no signals, so that somebody else must.
    """
    script = f"""
import os, signal, time
from threading import Timer
from journeyminer.interrupts import interrupts_heard
from journeyminer.log.engine import Engine

signal.signal(signal.SIGINT, signal.default_int_handler)
engine = Engine(threads={threads})
with interrupts_heard():
    for _ in range(5):
        began = time.monotonic()
        try:
            Timer(0.1, os.kill, [os.getpid(), signal.SIGINT]).start()
            engine.one("SELECT count(*) FROM range(100000000000) t(i) WHERE hash(i) = 0")
        except KeyboardInterrupt:
            print(engine.one("SELECT 1"), time.monotonic() - began < 20)
"""
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, timeout=120)
    assert done.stdout == 5 * "(1,) True\n"


class Never:
    """A worker that nobody may stop."""

    def interrupt(self) -> None:
        pytest.fail("nobody gave a signal")


def test_whoever_listens_leaves_the_process_as_it_was() -> None:
    before = signal.set_wakeup_fd(-1)
    threads = active_count()
    with interrupts_heard(), interrupts_heard(), stopped_by_interrupt(Never()):
        assert active_count() == threads + 2
    with pytest.raises(ZeroDivisionError), interrupts_heard():
        raise ZeroDivisionError
    assert (signal.set_wakeup_fd(before), active_count()) == (-1, threads)
    other = Thread(target=lambda: interrupts_heard().__enter__())
    other.start()
    other.join()
    assert signal.set_wakeup_fd(before) == before


def test_what_a_library_makes_of_an_interrupt_is_one_again() -> None:
    script = """
import os, signal
from journeyminer.interrupts import interrupts_heard

signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    with interrupts_heard():
        try:
            os.kill(os.getpid(), signal.SIGINT)
            while True: pass
        except KeyboardInterrupt as error:
            raise ImportError("pandas") from error
except KeyboardInterrupt as error:
    print(repr(error.__cause__))
"""
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, timeout=60)
    assert done.stdout == "ImportError('pandas')\n"
