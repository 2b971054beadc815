"""Outputs appear whole or not at all."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

import journeyminer as jm
from journeyminer.errors import UsageError
from journeyminer.i18n import Language
from journeyminer.render import FOLDER, FORMATS, render, write, write_folder
from journeyminer.render.map import diagram
from sample_report import sample_report

EN = Language("en")


def test_text_and_bytes_are_written_into_folders_that_are_made(tmp_path: Path) -> None:
    write(tmp_path / "new" / "a.txt", "ação")
    write(tmp_path / "new" / "b.bin", b"\x00")
    assert (tmp_path / "new" / "a.txt").read_bytes() == "ação".encode()
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["a.txt", "b.bin"]


def test_a_dash_is_stdout(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", out)
    write("-", "ő")
    assert out.buffer.getvalue() == "ő".encode()


@pytest.mark.parametrize("format", [name for name in FORMATS if name != "csv"])
def test_every_format_gives_the_same_bytes_again(format: str) -> None:
    assert render(sample_report(), format, EN) == render(sample_report(), format, EN)


@pytest.mark.parametrize(
    ("name", "begins"),
    [("r.html", "<!doctype html>"), ("r.md", "# Jornadas"), ("r.json", '{\n  "as_of"'), ("r.svg", "<?xml"),
     ("r.dot", "digraph"), ("r.txt", "Lido")],
)  # fmt: skip
def test_the_name_of_the_file_says_the_format(tmp_path: Path, name: str, begins: str) -> None:
    jm.write_report(sample_report(), tmp_path / name, language="pt")
    assert (tmp_path / name).read_text(encoding="utf-8").lstrip().startswith(begins)


def test_tables_fill_a_folder(tmp_path: Path) -> None:
    jm.write_report(sample_report(), tmp_path / "tables", format="csv")
    assert {"edges.csv", "turns.csv", "sources.csv"} <= {path.name for path in (tmp_path / "tables").iterdir()}


def test_a_folder_holds_every_form_with_one_diagram_for_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[diagram.Diagram] = []
    make = diagram.diagram

    def counted(*args: Any, **how: Any) -> diagram.Diagram:
        made.append(make(*args, **how))
        return made[-1]

    monkeypatch.setattr(diagram, "diagram", counted)
    written = write_folder(sample_report(), tmp_path, language="hu")
    assert [path.name for path in written] == [*FOLDER, "tables"]
    assert {path.name for path in tmp_path.iterdir()} == {*FOLDER, "tables", ".journeyminer"}
    assert (tmp_path / "map.svg").read_text(encoding="utf-8") == render(sample_report(), "svg", Language("hu"))
    assert len(made) == 2  # one for the folder, one for this test


def test_a_report_without_a_graph_has_no_map(tmp_path: Path) -> None:
    report = replace(sample_report(), graph=None, journey_map=None)
    assert [path.name for path in write_folder(report, tmp_path)] == [*FOLDER[:3], "tables"]
    with pytest.raises(UsageError, match="no graph to draw"):
        jm.write_report(report, tmp_path / "map.svg")


@pytest.mark.parametrize(
    ("name", "how", "says"),
    [("r.pdf", {}, "no format"), ("r", {}, ".html, .md"), ("-", {"format": "csv"}, "several files"),
     ("r.html", {"language": "tlh"}, "tlh"), ("r", {"format": "htm"}, "html")],
)  # fmt: skip
def test_what_cannot_be_written_is_said(tmp_path: Path, name: str, how: dict[str, str], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        jm.write_report(sample_report(), "-" if name == "-" else tmp_path / name, **how)
    assert list(tmp_path.iterdir()) == []
