"""The how-to pages are followed step by step, in a copy of the package."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from journeyminer.render import write_report
from sample_report import sample_report

ROOT = Path(__file__).parents[1]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A folder with a copy of the package, as a developer has it."""
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def blocks(page: str, language: str) -> list[str]:
    """The code blocks of a how-to page."""
    text = (ROOT / "docs" / "how-to" / page).read_text(encoding="utf-8")
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```", text, flags=re.DOTALL | re.MULTILINE)
    return [re.sub(rf"^{indent}", "", block, flags=re.MULTILINE) for indent, block in found]


def journeyminer(folder: Path, *args: str) -> str:
    """What a command of the copy prints."""
    done = subprocess.run(
        [sys.executable, "-m", "journeyminer", *args],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(folder / "src")}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


def test_a_report_language_is_one_file(copy: Path) -> None:
    before = {path for path in copy.rglob("*") if path.is_file()}
    (first, *_) = blocks("add-a-report-language.md", "console")
    subprocess.run(first.removeprefix("$ ").split(), cwd=copy, check=True)
    (added,) = {path for path in copy.rglob("*") if path.is_file()} - before
    text = added.read_text(encoding="utf-8")
    for block in blocks("add-a-report-language.md", "toml"):
        table, _, lines = block.rpartition("]\n")
        at = text.index(table)
        for line in lines.splitlines():
            old = re.compile(rf"^{line.split(' = ')[0]} = .*$", re.MULTILINE).search(text, at)
            assert old, line
            text = text[: old.start()] + line + text[old.end() :]
    added.write_text(text, encoding="utf-8")
    write_report(sample_report(), copy / "report.json")
    shown = journeyminer(copy, "report", "report.json", "--language", "fr", "--format", "markdown")
    assert shown.startswith("# Parcours clients\n")
    assert "1\u202f284 dossiers" in shown
    assert "ran on our clock: 8\u202f583 h" in shown  # what is not translated yet is English, its figures are French
