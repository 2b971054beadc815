"""Twins: one log in two files is counted once, and what a log holds already changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from journeyminer.cli.main import run
from journeyminer.importers import read_log
from journeyminer.log import EventLog
from journeyminer.log.store import save_log

ROWS = [(f"{n // 3}", "abc"[n % 3], f"2026-01-{n // 3 + 1:02} 1{n % 3}:00") for n in range(30)]


def csv(path: Path, rows: Sequence[tuple[str, ...]], *more: str) -> Path:
    path.write_text("\n".join(map(",".join, [("case", "activity", "timestamp", *more), *rows])))
    return path


def xes(path: Path) -> Path:
    key = '<string key="concept:name" value="{}"/>'
    traces: dict[str, str] = {}
    for case, activity, when in ROWS:
        moment = f'<date key="time:timestamp" value="{when.replace(" ", "T")}:00Z"/>'
        traces[case] = traces.get(case, key.format(case)) + f"<event>{key.format(activity.upper())}{moment}</event>"
    path.write_text(f"<log>{''.join(f'<trace>{trace}</trace>' for trace in traces.values())}</log>")
    return path


def used(log: EventLog) -> dict[str, int]:
    assert all(source.balances for source in log.receipt.sources)
    return {source.file: source.used for source in log.receipt.sources}


def test_a_log_in_two_formats_is_counted_once(tmp_path: Path) -> None:
    log = read_log([csv(tmp_path / "a.csv", ROWS), xes(tmp_path / "b.xes")])
    assert (log.n_events, log.n_cases, used(log)) == (30, 10, {"a.csv": 30, "b.xes": 0})
    assert [dict(note.params) for note in log.receipt.notes if note.slug == "same_log"] == [
        {"file": "b.xes", "other": "a.csv"}
    ]


def test_the_file_that_says_more_stays(tmp_path: Path) -> None:
    richer = csv(tmp_path / "b.csv", [(*row, "L1") for row in ROWS], "team")
    log = read_log([csv(tmp_path / "a.csv", ROWS), richer])
    assert (used(log), log.has("group")) == ({"a.csv": 0, "b.csv": 30}, True)


@pytest.mark.parametrize("row", [("9", "c", "2026-01-10 12:01"), ("10", "c", "2026-01-10 12:00")])
def test_what_two_exports_of_a_system_share_is_counted_once(tmp_path: Path, row: tuple[str, ...]) -> None:
    log = read_log([csv(tmp_path / "a.csv", ROWS), csv(tmp_path / "b.csv", [*ROWS[:-1], row])])
    assert (log.n_events, used(log)) == (31, {"a.csv": 30, "b.csv": 1})
    assert [(note.slug, note.params["n"]) for note in log.receipt.notes] == [("one_system", 29)]


def test_an_export_that_holds_a_former_one_stays_alone(tmp_path: Path) -> None:
    more = [*ROWS, ("9", "d", "2026-01-11 09:00"), ("11", "a", "2026-01-12 09:00")]
    log = read_log([csv(tmp_path / "a.csv", ROWS), csv(tmp_path / "b.csv", more)])
    assert (log.n_events, used(log)) == (32, {"a.csv": 0, "b.csv": 32})
    assert [note.slug for note in log.receipt.notes] == ["same_log"]


def test_a_newer_export_that_is_appended_brings_what_is_new(tmp_path: Path) -> None:
    save_log(read_log([csv(tmp_path / "a.csv", ROWS)]), tmp_path / "log")
    more = csv(tmp_path / "b.csv", [*ROWS, ("9", "d", "2026-01-11 09:00")])
    log = read_log([more], append_to=tmp_path / "log")
    assert (log.n_events, log.n_cases, used(log)) == (31, 10, {"a.csv": 30, "b.csv": 1})


def test_three_exports_of_a_moving_window_are_one_system(tmp_path: Path) -> None:
    rows = [(f"{n // 3}", "abc"[n % 3], f"2026-02-{n // 3 + 1:02} 1{n % 3}:00") for n in range(75)]
    files = [csv(tmp_path / f"{n}.csv", rows[15 * n : 15 * n + 45]) for n in range(3)]
    log = read_log(files)
    assert (log.n_events, log.n_cases, sum(used(log).values())) == (75, 25, 75)


def test_other_steps_at_the_same_times_are_counted_and_said(tmp_path: Path) -> None:
    owners = [(case, f"given to {activity}", when) for case, activity, when in ROWS]
    log = read_log([csv(tmp_path / "a.csv", ROWS), csv(tmp_path / "b.csv", owners)])
    assert (log.n_events, [note.slug for note in log.receipt.notes]) == (60, ["same_cases"])


def test_formats_that_overlap_are_said(tmp_path: Path) -> None:
    log = read_log([csv(tmp_path / "a.csv", [*ROWS[3:], ("x", "a", "2026-02-01 10:00")]), xes(tmp_path / "b.xes")])
    assert (log.n_events, [(note.slug, note.params.get("n")) for note in log.receipt.notes]) == (
        58,
        [("same_events", 27)],
    )


def test_a_few_equal_events_of_two_systems_are_two(tmp_path: Path) -> None:
    few, other = ROWS[:9], [(case, activity, when.replace("2026-01", "2026-03")) for case, activity, when in ROWS[9:]]
    log = read_log([csv(tmp_path / "a.csv", ROWS), csv(tmp_path / "b.csv", [*few, *other])])
    assert log.n_events == 60


def test_what_is_stored_stays(tmp_path: Path) -> None:
    save_log(read_log([csv(tmp_path / "a.csv", ROWS)]), tmp_path / "log")
    richer = csv(tmp_path / "b.csv", [(*row, "L1") for row in ROWS], "team")
    log = read_log([richer], append_to=tmp_path / "log")
    assert (used(log), log.n_events) == ({"a.csv": 30, "b.csv": 0}, 30)


def state(folder: Path) -> dict[Path, tuple[bytes, int]]:
    """What the files of a folder hold, and when they were written."""
    return {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in folder.rglob("*") if file.is_file()}


def test_a_file_that_the_log_holds_changes_not_one_byte(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "later").mkdir()
    for path in (tmp_path / "a.csv", tmp_path / "later" / "other name.csv"):
        csv(path, ROWS)
    target = tmp_path / "log"
    assert run(["import", str(tmp_path / "a.csv"), "-o", str(target), "-q"]) == 0
    before = state(target)
    again = ["import", str(tmp_path / "later"), str(tmp_path / "a.csv"), "-o", str(target), "--append"]
    assert (run(again), "nothing was written" in capsys.readouterr().err) == (0, True)
    assert state(target) == before


def test_the_same_cases_at_other_times_are_said(tmp_path: Path) -> None:
    later = [(case, activity, when.replace(" 1", " 2")) for case, activity, when in ROWS]
    log = read_log([csv(tmp_path / "a.csv", ROWS), csv(tmp_path / "b.csv", later)])
    assert (log.n_events, [note.slug for note in log.receipt.notes]) == (60, ["same_cases"])


def test_what_stands_in_many_files_is_counted_once(tmp_path: Path) -> None:
    log = read_log([*(csv(tmp_path / f"{n}.csv", ROWS) for n in range(5)), xes(tmp_path / "b.xes")])
    assert (log.n_events, sorted(used(log).values())) == (30, [0, 0, 0, 0, 0, 30])
