"""Running the command line in the test's own process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from journeyminer.cli.main import run

CSV = """\
case_id,activity,timestamp,resource,group
1,Ticket created,2026-01-05 09:00:00,,
1,Assigned,2026-01-05 09:10:00,ana,L1
1,Passed on,2026-01-05 10:00:00,bea,Billing
1,Solved,2026-01-06 10:00:00,bea,Billing
2,Ticket created,2026-01-05 11:00:00,,
2,Assigned,2026-01-05 11:30:00,ana,L1
2,Solved,2026-01-05 12:00:00,ana,L1
"""


class Done(NamedTuple):
    """What a run left behind."""

    status: int
    out: str
    err: str


@pytest.fixture
def cli(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Done]:
    """`cli("show", "graph", path)`: run a command in an empty working folder."""
    monkeypatch.chdir(tmp_path)

    def call(*args: str | Path) -> Done:
        status = run([str(arg) for arg in args])
        out, err = capfd.readouterr()
        return Done(status, out, err)

    return call


@pytest.fixture
def tickets(tmp_path: Path) -> Path:
    """A small ticket log as CSV."""
    path = tmp_path / "tickets.csv"
    path.write_text(CSV, encoding="utf-8")
    return path
