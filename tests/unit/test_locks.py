"""Locks: one writer at a time, who says who he is; what a dead one left holds nobody up."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from journeyminer.errors import Locked
from journeyminer.locks import one_writer
from journeyminer.note import Note

HOLD = """
import sys, time
from pathlib import Path
from journeyminer.locks import one_writer
with one_writer(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def holder(path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout and process.stdout.readline() == "held\n"
    return process


def test_the_second_writer_is_told_who_writes_and_refused_when_the_time_is_over(tmp_path: Path) -> None:
    process = holder(tmp_path / "log")
    told: list[Note] = []
    try:
        with pytest.raises(Locked, match=f"process {process.pid} on ") as refused:  # noqa: SIM117
            with one_writer(tmp_path / "log", wait=0.2, tell=told.append):
                pass
    finally:
        process.kill()
        process.communicate()
    assert (refused.value.status, [note.slug for note in told]) == (3, ["file.waiting"])


def test_a_killed_writer_holds_nobody_up(tmp_path: Path) -> None:
    process = holder(tmp_path / "log")
    process.kill()
    process.communicate()
    assert (tmp_path / ".log.lock").exists()
    with one_writer(tmp_path / "log", wait=0):
        assert (tmp_path / ".log.lock").read_text().startswith(f"{os.getpid()} ")
    assert not list(tmp_path.iterdir())


def test_who_holds_an_output_may_write_it_in_the_midst_of_it_under_any_name(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("log")
    with one_writer(tmp_path / "log"), one_writer(tmp_path / "link", wait=0):
        pass


def test_many_writers_of_one_output_lose_nothing(tmp_path: Path) -> None:
    counted = tmp_path / "n"
    counted.write_text("0")

    def count(_: int) -> None:
        with one_writer(counted):
            counted.write_text(str(int(counted.read_text()) + 1))

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(count, range(200)))
    assert counted.read_text() == "200"
