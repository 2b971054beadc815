"""Files: a new one comes to its place whole or not at all."""

from __future__ import annotations

import gzip
import io
import os
import sys
from pathlib import Path

import pytest

from journeyminer.errors import Unwritable
from journeyminer.files import STDOUT, in_place, is_gzip, open_bytes, sha256


def test_content_is_read_unpacked_whatever_the_file_is_called(tmp_path: Path) -> None:
    plain, packed = tmp_path / "a.gz", tmp_path / "b.txt"
    plain.write_bytes(b"plain")
    packed.write_bytes(gzip.compress(b"packed"))
    assert [is_gzip(path) for path in (plain, packed)] == [False, True]
    with open_bytes(plain) as first, open_bytes(packed) as second:
        assert (first.read(), second.read()) == (b"plain", b"packed")


def test_sha256_is_that_of_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert sha256(tmp_path / "a") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_file_and_a_folder_come_to_their_place_with_the_mode_of_any_new_one(tmp_path: Path) -> None:
    mask = os.umask(0o027)
    try:
        with in_place(tmp_path / "new" / "file") as file:
            file.write_text("x")
        with in_place(tmp_path / "folder") as folder:
            folder.mkdir()
            (folder / "inside").write_text("y")
    finally:
        os.umask(mask)
    modes = [(tmp_path / name).stat().st_mode & 0o777 for name in ("new/file", "folder", "folder/inside")]
    assert modes == [0o640, 0o750, 0o640]
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "folder", "inside", "new"]


def test_what_stood_there_is_replaced_whole(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "old").write_text("old")
    with in_place(tmp_path / "folder") as folder:
        folder.mkdir()
        (folder / "new").write_text("new")
        assert (tmp_path / "folder" / "old").exists()
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["folder", "new"]


@pytest.mark.parametrize("failure", [OSError(28, "No space left"), KeyboardInterrupt(), ValueError("ours")])
def test_a_failure_leaves_what_stood_there_and_nothing_beside_it(tmp_path: Path, failure: BaseException) -> None:
    (tmp_path / "file").write_text("old")
    with (
        pytest.raises(Unwritable if isinstance(failure, OSError) else type(failure)),
        in_place(tmp_path / "file") as file,
    ):
        file.write_text("half")
        raise failure
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"file": "old"}


def test_a_folder_comes_back_where_the_new_one_cannot_take_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "old").write_text("old")
    rename = Path.rename

    def full(self: Path, target: Path) -> Path:
        if target.name == "log" and not self.name.endswith("-old"):
            raise OSError(28, "No space left")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(Unwritable, match="No space left"), in_place(tmp_path / "log") as folder:
        folder.mkdir()
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["log", "old"]


def test_a_file_never_takes_the_place_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    with pytest.raises(Unwritable, match="Choose another place"), in_place(tmp_path / "mine") as file:
        file.write_text("x")
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_dash_is_stdout(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", out)
    with in_place(STDOUT) as file:
        file.write_text("ő", encoding="utf-8")
    assert out.buffer.getvalue() == "ő".encode()
