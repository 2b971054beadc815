"""Outputs appear whole or not at all."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from journeyminer.i18n import Language
from journeyminer.render import FORMATS, write
from sample_report import sample_report


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


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_text_again(name: str) -> None:
    assert FORMATS[name](sample_report(), Language("en")) == FORMATS[name](sample_report(), Language("en"))
