"""A kill or an error at any step on the disk leaves the old output or the new one; the next run clears up.

`make faults` tries every step, `make test` a few of each command.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest

from journeyminer.outputs import find_again

FEW = 2
RUNS = {
    "import": ("import", "new.csv", "-o", "log"),
    "append": ("import", "new.csv", "-o", "log", "--append"),
    "discover": ("discover", "new.csv", "-o", "out"),
    "report": ("report", "new.csv", "-o", "page.html"),
    "tables": ("report", "new.csv", "-o", "tables", "--format", "csv"),
    "export": ("export", "new.csv", "-o", "log.xes"),
}
Tree = dict[str, bytes]


class Fault(NamedTuple):
    """What goes wrong: the step with this number (0 is none), where two folders change places in this way."""

    point: int = 0
    mode: str = "kill"
    exchange: bool = True


Run = Callable[[Path, tuple[str, ...], Fault], tuple[int, int]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """`run(folder, args, fault)`: run a command in a folder; return its status and the number of its steps."""
    program = Path(__file__).with_name("faulty.py")
    server = subprocess.Popen(
        [sys.executable, str(program)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"TMPDIR": str(tmp_path_factory.mktemp("temporary"))},
    )
    assert server.stdin and server.stdout
    orders, answers = server.stdin, server.stdout

    def order(folder: Path, args: tuple[str, ...], fault: Fault) -> tuple[int, int]:
        orders.write(json.dumps({"folder": str(folder), "args": [*args, "-q"], **fault._asdict()}) + "\n")
        orders.flush()
        status, n = json.loads(answers.readline())
        return status, n

    yield order
    orders.close()
    server.wait()


def tree(place: Path) -> Tree:
    """The bytes of all files of an output. A lock that could not be removed harms nobody, and the next run takes it."""
    files = [place] if place.is_file() else sorted(path for path in place.rglob("*") if path.is_file())
    return {path.relative_to(place).as_posix(): path.read_bytes() for path in files if path.suffix != ".lock"}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="children are made by fork")
@pytest.mark.parametrize("command", RUNS)
def test_a_fault_leaves_the_old_output_or_the_new_one(run: Run, tmp_path: Path, command: str) -> None:
    args, base = RUNS[command], tmp_path / "base"
    base.mkdir()
    for name, cases in (("old", 2), ("new", 3)):
        rows = (f"{name}{case},{step},2026-01-0{case + 1} 0{hour}:00:00,ana\n" for case in range(cases)
                for hour, step in ((1, "Created"), (2, "Solved")))  # fmt: skip
        (base / f"{name}.csv").write_text("case_id,activity,timestamp,resource\n" + "".join(rows), encoding="utf-8")
    output = args[args.index("-o") + 1]
    assert run(base, tuple(arg.replace("new.csv", "old.csv") for arg in args), Fault())[0] == 0
    if (base / output).is_dir():
        (base / output / "my notes.txt").write_text("mine", encoding="utf-8")
    old = tree(base / output)
    faults = []
    for exchange in (True, False):
        whole = tmp_path / f"whole {exchange}"
        shutil.copytree(base, whole)
        status, n = run(whole, args, Fault(exchange=exchange))
        new = tree(whole / output)
        assert (status, new == old, new.get("my notes.txt")) == (0, False, old.get("my notes.txt"))
        faults += [Fault(point, mode, exchange) for mode in ("kill", "error") for point in range(1, n + 1)]
    for number, fault in enumerate(faults if os.environ.get("JOURNEYMINER_FAULTS") else Random(0).sample(faults, FEW)):
        case = tmp_path / str(number)
        shutil.copytree(base, case)
        check(run, case, args, fault, (old, new))
        shutil.rmtree(case)


def check(run: Run, case: Path, args: tuple[str, ...], fault: Fault, states: tuple[Tree, Tree]) -> None:
    """One fault, what it leaves, and what the next run makes of that."""
    place = case / args[args.index("-o") + 1]
    status, _ = run(case, args, fault)
    said = (case / "said").read_text(encoding="utf-8", errors="replace")
    assert status in ({"kill": (-9,), "error": (0, 3)}[fault.mode]), (fault, said)
    find_again(place)  # as every reader asks
    found = tree(place)
    assert found in states, fault
    if status == 3:
        assert "injected" in said and len(said.splitlines()) == 1, (fault, said)
    elif status == 0:
        assert found == states[1], fault
    assert run(case, args, Fault())[0] == 0, fault
    assert tree(place) == states[1], fault
    assert {path.name for path in case.iterdir()} == {"old.csv", "new.csv", "said", place.name}, fault
