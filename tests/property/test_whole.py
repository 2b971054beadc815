"""The whole product is a function of the bytes it reads: neither their order, the machine nor the hash seed matters."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

import journeyminer as jm
from demo import write_demo
from journeyminer.log.engine import Engine
from journeyminer.render import json

HEADER = "case_id,activity,timestamp,resource,group,status,role,channel,priority,customer_email"
START = datetime(2026, 1, 5)


def lines(n_cases: int, seed: int) -> list[str]:
    """The rows of a log no two of whose events happen at one moment."""
    rng = random.Random(seed)
    rows = []
    for case in range(n_cases):
        moment = START + timedelta(microseconds=case, seconds=rng.randrange(10**7))
        for _ in range(rng.randint(1, 9)):
            rows.append(
                f"{case},{rng.choice('abcdefg')},{moment},agent {rng.randrange(9)},{rng.choice(['L1', 'L2', ''])},"
                f"{rng.choice(['open', 'pending', 'solved', ''])},{rng.choice(['agent', 'customer', 'bot', ''])},"
                f"{rng.choice(['email', 'chat'])},{rng.choice(['low', 'high'])},c{case % 50}@example.org"
            )
            moment += timedelta(seconds=rng.randrange(10**5))
    return rows


def report(rows: Sequence[str], folder: Path) -> str:
    """report.json of the rows as a CSV file, without the rows' numbers, by which it names its evidence."""
    folder.mkdir()
    (folder / "log.csv").write_text("\n".join([HEADER, *rows, ""]), encoding="utf-8")
    return re.sub(r"log\.csv: row \d+", "log.csv: row", json.render(jm.build(jm.read(folder))))


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_the_rows_of_a_file_means_nothing(tmp_path: Path, seed: int) -> None:
    """Where no two events tie: of those, the file's order is the only one there is."""
    rows = lines(60, seed)
    expected = report(rows, tmp_path / "first")
    assert '"n_ties": 0' in expected and "log.csv: row" in expected
    random.Random(seed).shuffle(rows)
    assert report(rows, tmp_path / "shuffled") == expected


def test_the_number_of_threads_means_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On more rows than the engine gives to one thread."""
    rows = lines(26_000, 1)
    assert len(rows) > 122_880
    found = set()
    for threads in (1, 2):
        monkeypatch.setattr("journeyminer.importers.reading.run.Engine", partial(Engine, threads=threads))
        found.add(report(rows, tmp_path / str(threads)))
    assert len(found) == 1


def test_the_hash_seed_means_nothing(tmp_path: Path) -> None:
    """Of every format of the demo, in every form of the output, Parquet files too."""
    write_demo(tmp_path / "exports")
    written = []
    for seed in ("0", "1"):
        out = tmp_path / seed
        command = [sys.executable, "-m", "journeyminer", "discover", "exports", "-o", str(out), "-q"]
        subprocess.run(
            command, cwd=tmp_path, env={**os.environ, "PYTHONHASHSEED": seed}, check=True, stdout=subprocess.DEVNULL
        )
        written.append({path.relative_to(out): path.read_bytes() for path in out.rglob("*") if path.is_file()})
    assert written[0].keys() == written[1].keys()
    assert [str(name) for name, content in written[0].items() if content != written[1][name]] == []
