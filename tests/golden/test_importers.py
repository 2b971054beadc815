"""Every golden input is read and compared with what stands beside it, see golden_inputs.py.

`make golden` writes the expected files anew; review the difference as code.
"""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

import pytest

from golden_inputs import FOLDER, INPUTS, beside, options_of
from journeyminer.importers import read_log
from journeyminer.log import EventLog

COLUMNS = (
    "case_id", "activity", "timestamp", "started_at", "lifecycle", "role", "channel", "visibility", "resource",
    "group", "tier", "status", "synthetic", "source_ref",
)  # fmt: skip
COUNTS = ("records", "used", "rejected", "deduplicated", "ignored", "events")


def canonical(log: EventLog) -> str:
    """The receipt's counts of every file in a first line, then the events in the order of the sources."""
    receipts = (
        f"{source.file} {source.importer} " + " ".join(f"{count}={getattr(source, count)}" for count in COUNTS)
        for source in log.receipt.sources
    )
    out = io.StringIO()
    out.write(f"# receipt: {'; '.join(receipts)}\n")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    listed = ", ".join(f'"{column}"' for column in COLUMNS)
    writer.writerows(log.rows(f"SELECT {listed} FROM events ORDER BY seq"))
    return out.getvalue()


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_an_export_gives_the_expected_events(path: Path) -> None:
    log = read_log([path], options=options_of(path))
    assert not log.receipt.unclaimed, "a golden input that no importer claims"
    assert not log.receipt.failed, log.receipt.failed
    assert all(source.balances for source in log.receipt.sources)
    expected = beside(path, "expected.csv")
    if os.environ.get("JOURNEYMINER_BLESS"):
        expected.write_text(canonical(log), encoding="utf-8")
    assert canonical(log) == expected.read_text(encoding="utf-8")


def test_no_two_inputs_share_an_expected_file() -> None:
    names = [beside(path, "expected.csv") for path in INPUTS]
    assert len(set(names)) == len(names)


def test_no_expected_file_is_left_without_its_input() -> None:
    assert {beside(path, "expected.csv") for path in INPUTS} >= set(FOLDER.glob("*/*.expected.csv"))
