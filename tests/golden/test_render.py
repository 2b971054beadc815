"""The canonical report in every format whose text a person reviews; `make golden` writes the files anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from journeyminer.i18n import Language
from journeyminer.render import render
from sample_report import sample_report

FOLDER = Path(__file__).parent / "render"
FILES = [
    "markdown.en.md", "markdown.es.md", "markdown.hu.md", "markdown.pt.md",
    "terminal.en.txt", "terminal.es.txt", "terminal.hu.txt", "terminal.pt.txt", "json.en.json",
]  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_the_canonical_report_looks_as_reviewed(name: str) -> None:
    format_, code, _ = name.split(".")
    text = str(render(sample_report(), format_, Language(code)))
    if os.environ.get("JOURNEYMINER_BLESS"):
        (FOLDER / name).write_text(text, encoding="utf-8")
    assert (FOLDER / name).read_text(encoding="utf-8") == text


def test_every_file_of_the_folder_is_compared() -> None:
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(FILES)
