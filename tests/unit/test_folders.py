"""Folders: what journeyminer wrote itself is no export, wherever it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from journeyminer.importers.reading.folders import find_files, log_of


def write(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('{"schema": {"name": "journeyminer.report"}}' if name.endswith("report.json") else "x")
    return folder


def write_output(folder: Path) -> Path:
    return write(folder, "report.html", "report.json", "tables/edges.csv", "log/manifest.json", "log/events.parquet")


def walked(folder: Path) -> tuple[list[str], list[str]]:
    skipped: list[str] = []
    return [name for _, name in find_files([folder], skipped=skipped.append)], skipped


def test_logs_and_outputs_are_left_out_and_said_once(tmp_path: Path) -> None:
    write(tmp_path, "a.csv", "deep/b.csv", "deep/log/manifest.json", "deep/log/events.parquet", ".hidden/c.csv")
    write_output(tmp_path / "out")
    files, skipped = walked(tmp_path)
    assert files == ["a.csv", "deep/b.csv"]
    assert sorted(skipped) == ["deep/log", "out"]


def test_exports_beside_the_outputs_are_still_read(tmp_path: Path) -> None:
    write(write_output(tmp_path), "a.csv")
    assert walked(tmp_path) == (["a.csv"], ["report.html, report.json, tables, log"])


@pytest.mark.parametrize("name", ["report.json", "report.html"])
def test_a_folder_with_a_report_of_somebody_else_is_read(tmp_path: Path, name: str) -> None:
    write(tmp_path, "tables/a.csv", name)
    assert walked(tmp_path) == ([name, "tables/a.csv"], [])


def test_an_output_stands_for_its_log_unless_it_holds_exports(tmp_path: Path) -> None:
    write_output(tmp_path)
    assert log_of(tmp_path) == tmp_path / "log" == log_of(tmp_path / "log")
    write(tmp_path, "report_pt.html")
    assert log_of(tmp_path) == tmp_path / "log"
    write(tmp_path, "a.csv")
    assert log_of(tmp_path) is None
    assert log_of(tmp_path / "a.csv") is None
