"""Outputs: a new one comes to its place whole or not at all, and takes nothing with it that is not ours."""

from __future__ import annotations

import io
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from journeyminer.errors import Unwritable
from journeyminer.log.export import CSV_COLUMNS, write_csv, write_xes
from journeyminer.log.store import save_log
from journeyminer.outputs import MADE_BY, MARKER, STDOUT, find_again, in_place, is_ours
from journeyminer.render import write_report
from sample_report import sample_report
from tiny import log


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
    assert sorted(path.name for path in tmp_path.rglob("*")) == [MARKER, "file", "folder", "inside", "new"]


def fill(place: Path, **contents: str) -> None:
    with in_place(place) as folder:
        folder.mkdir()
        for name, content in contents.items():
            (folder / name).write_text(content)


@pytest.fixture(params=["in one step", "in two steps"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How two folders change places: in one step, or as where no system call does it."""
    if request.param == "in two steps":
        monkeypatch.setattr("journeyminer.outputs._exchanged", lambda *_: False)
    return str(request.param)


@pytest.mark.usefixtures("way")
def test_what_we_wrote_is_replaced_whole_and_what_others_laid_there_stays(tmp_path: Path) -> None:
    place = tmp_path / "folder"
    fill(place, old="ours", both="ours")
    (place / "notes").mkdir()
    (place / "notes" / "mine").write_text("mine")
    (place / "link").symlink_to("notes")
    with in_place(place) as folder:
        folder.mkdir()
        (folder / "new").write_text("new")
        (folder / "both").write_text("newer")
        assert (place / "old").exists()
    found = {path.relative_to(place).as_posix(): path.read_text() for path in place.rglob("*") if path.is_file()}
    del found[MARKER]
    assert found == {"new": "new", "both": "newer", "notes/mine": "mine"}
    assert (place / "link").readlink() == Path("notes")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


@pytest.mark.usefixtures("way")
def test_a_folder_that_is_mounted_is_filled_part_by_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "volume"
    monkeypatch.setattr(Path, "is_mount", lambda path: path == place)
    place.mkdir()
    for number in (1, 2):
        assert is_ours(place)
        with in_place(place) as folder:
            folder.mkdir()
            (folder / str(number)).write_text("top")
            fill(folder / "part", same=f"{number}", **{f"only {number}": "x"})
        if number == 1:
            (place / "part" / "mine").write_text("mine")
    found = {path.relative_to(place).as_posix() for path in place.rglob("*")}
    assert found == {MARKER, "2", "part", f"part/{MARKER}", "part/same", "part/only 2", "part/mine"}
    assert (place / "part" / "same").read_text() == "2"
    with pytest.raises(Unwritable):
        save_log(log("A: x@09:00"), place)


def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path: Path) -> None:
    fill(tmp_path / "real", old="1")
    (tmp_path / "file").write_text("old")
    (tmp_path / "to folder").symlink_to("real")
    (tmp_path / "to file").symlink_to("file")
    (tmp_path / "to nothing").symlink_to("later")
    fill(tmp_path / "to folder", new="2")
    for name in ("to file", "to nothing"):
        with in_place(tmp_path / name) as file:
            file.write_text("new")
        assert (tmp_path / name).is_symlink()
    assert (tmp_path / "to folder").is_symlink()
    assert (tmp_path / "real" / "new").read_text() == "2"
    assert [(tmp_path / name).read_text() for name in ("file", "later")] == ["new", "new"]


def test_a_device_and_a_pipe_are_written_through(tmp_path: Path) -> None:
    with in_place(Path("/dev/null")) as file:
        file.write_text("x")
    assert Path("/dev/null").is_char_device()
    os.mkfifo(tmp_path / "pipe")
    with ThreadPoolExecutor() as pool:
        read = pool.submit((tmp_path / "pipe").read_text)
        with in_place(tmp_path / "pipe") as file:
            file.write_text("through")
        assert read.result() == "through"
    assert (tmp_path / "pipe").is_fifo()


def test_what_is_private_stays_private(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")
    (tmp_path / "file").chmod(0o600)
    with in_place(tmp_path / "file") as file:
        file.write_text("new")
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600


def test_what_a_killed_run_left_is_cleared_away_and_a_folder_comes_back(tmp_path: Path) -> None:
    fill(tmp_path / "log", old="1")
    (tmp_path / "log").rename(tmp_path / ".log.old")  # killed between the two steps
    (tmp_path / ".log.new").mkdir()
    (tmp_path / ".log.lock").write_text("4711 elsewhere")
    find_again(tmp_path / "log")
    assert (tmp_path / "log" / "old").read_text() == "1"
    assert [path.name for path in tmp_path.iterdir()] == ["log"]


def test_a_block_that_writes_nothing_changes_nothing(tmp_path: Path) -> None:
    with in_place(tmp_path / "deep" / "down" / "file"):
        pass
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "content", "ours"),
    [
        ("a.txt", "my words", False),
        ("a.txt", "", True),
        ("a.html", f"<p>x</p><!-- {MADE_BY} -->\n", True),
        ("a.html", "<p>We use journeyminer every week.</p>", False),
        ("a.json", '{"tickets": []}', False),
        ("a.json", '{"graph": 1, "schema": {"name": "journeyminer.report"}}', True),
        ("a.csv", "case_id,activity,timestamp\n", False),
        ("a.csv", ",".join(CSV_COLUMNS), True),
    ],
)
def test_a_file_of_ours_is_known_by_what_it_says(tmp_path: Path, name: str, content: str, ours: bool) -> None:
    (tmp_path / name).write_text(content)
    assert is_ours(tmp_path / name) == ours


def test_every_form_of_a_report_and_of_a_log_says_that_it_is_ours(tmp_path: Path) -> None:
    for name in ("r.html", "r.md", "r.json", "r.txt", "r.svg", "r.dot", "r.png"):
        write_report(sample_report(), tmp_path / name)
    for name, write in (("l.csv", write_csv), ("l.xes", write_xes), ("l.csv.gz", write_csv), ("l.xes.gz", write_xes)):
        write(log("A: x@09:00"), tmp_path / name)
    write_report(sample_report(), tmp_path / "tables", format="csv")
    assert [path.name for path in tmp_path.iterdir() if not is_ours(path)] == []
    assert (tmp_path / "r.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


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
        if target.name == "log" and not self.name.endswith(".old"):
            raise OSError(28, "No space left")
        return rename(self, target)

    monkeypatch.setattr("journeyminer.outputs._exchanged", lambda *_: False)
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
