"""Files: how they are opened, and the folders of a run that go with it."""

from __future__ import annotations

import gzip
import os
import tempfile
from pathlib import Path

import pytest

from journeyminer.files import Scratch, is_gzip, lock, open_bytes, sha256


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


def test_a_temporary_folder_of_a_dead_run_goes_with_the_next_run_and_that_of_a_live_one_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr("journeyminer.files._swept", set())
    alive = Scratch()
    (tmp_path / "journeyminer-run-dead").mkdir()
    (tmp_path / "journeyminer-run-dead" / "spilled").write_text("x")
    (tmp_path / "other").mkdir()
    monkeypatch.setattr("journeyminer.files._swept", set())
    with Scratch() as folder:
        assert {path.name for path in tmp_path.iterdir()} == {alive.path.name, Path(folder).name, "other"}
    alive.cleanup()
    assert [path.name for path in tmp_path.iterdir()] == ["other"]


def test_a_dead_runs_folder_is_locked_while_it_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a run that made it just now takes it for its own, and loses it."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr("journeyminer.files._swept", set())
    (tmp_path / "journeyminer-run-new").mkdir()
    taken = []

    def remove(folder: Path, **_: object) -> None:
        file = os.open(folder, os.O_RDONLY)
        taken.append(lock(file))
        os.close(file)

    monkeypatch.setattr("journeyminer.files.shutil.rmtree", remove)
    alive = Scratch()
    assert taken == [False]
    monkeypatch.undo()
    alive.cleanup()


def test_a_temporary_folder_that_is_swept_before_it_is_locked_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    swept, opened = list[str](), os.open

    def open_swept(path: str, flags: int) -> int:
        if not swept:
            swept.append(path)
            Path(path).rmdir()
        return opened(path, flags)

    monkeypatch.setattr("journeyminer.files.os.open", open_swept)
    with Scratch() as folder:
        assert Path(folder).is_dir() and [folder] != swept
