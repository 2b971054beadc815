"""Outputs appear whole or not at all."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from journeyminer.errors import Unwritable
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


def test_a_failure_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "report.html"
    target.write_text("old")
    monkeypatch.setattr(Path, "replace", lambda self, other: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises(Unwritable, match="No space left"):
        write(target, "new")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]


def test_a_folder_in_the_way_is_an_error_with_a_next_step(tmp_path: Path) -> None:
    with pytest.raises(Unwritable, match="Choose another place"):
        write(tmp_path, "text")


def test_others_may_read_what_we_write(tmp_path: Path) -> None:
    write(tmp_path / "a", "x")
    mask = os.umask(0)
    os.umask(mask)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o666 & ~mask


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_text_again(name: str) -> None:
    assert FORMATS[name](sample_report(), Language("en")) == FORMATS[name](sample_report(), Language("en"))
