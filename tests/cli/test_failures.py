"""What goes wrong ends in one clear sentence, the documented exit status, and no half-written output."""

from __future__ import annotations

import gzip
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

Cli = Callable[..., "Done"]  # type: ignore[name-defined] # noqa: F821 - the fixture's NamedTuple

HEADER = "case_id,activity,timestamp\n"
BOMB = '<?xml version="1.0"?><!DOCTYPE log [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><log>&b;</log>'

BAD_FILES = {
    "empty.csv": (b"", "empty"),
    "header-only.csv": (HEADER.encode(), "header"),
    "no-time-column.csv": (b"case_id,activity\n1,a\n2,b\n", "--map timestamp="),
    "undecidable-dates.csv": (
        HEADER.encode() + b"1,a,03/04/2026 10:00\n2,a,05/04/2026 09:00\n1,b,03/04/2026 11:00\n2,b,01/02/2026 10:00\n",
        "--date-order",
    ),
    "truncated.csv.gz": (gzip.compress((HEADER + "1,a,2026-01-05 10:00\n" * 5000).encode())[:-30], "truncated"),
    "bomb.xes": (BOMB.encode(), "entit"),
    "cut.xes": (b'<?xml version="1.0"?>\n<log>\n<trace>\n<event>', "line"),
    "unknown.bin": (bytes(range(256)) * 8, "No importer"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_input_is_one_clear_sentence_and_status_3(cli: Cli, tmp_path: Path, name: str) -> None:
    content, word = BAD_FILES[name]
    (tmp_path / name).write_bytes(content)
    done = cli("discover", tmp_path / name, "-o", tmp_path / "out")
    assert done.status == 3
    assert word in done.err and name in done.err
    assert "Traceback" not in done.err
    assert done.out == ""
    assert not (tmp_path / "out").exists()


def test_one_broken_file_does_not_stop_the_others_but_is_not_forgotten(cli: Cli, tickets: Path, tmp_path: Path) -> None:
    (tickets.parent / "cut.xes").write_bytes(BAD_FILES["cut.xes"][0])
    done = cli("discover", tmp_path, "-o", tmp_path / "out")
    assert done.status == 3
    assert "cut.xes" in done.err
    assert (tmp_path / "out" / "report.html").exists()
    strict = cli("discover", tickets, tickets.parent / "cut.xes", "-o", tmp_path / "strict", "--strict")
    assert strict.status == 3
    assert not (tmp_path / "strict").exists()


def test_a_file_that_broke_once_fails_the_import_and_not_every_later_look(
    cli: Cli, tickets: Path, tmp_path: Path
) -> None:
    (tmp_path / "exports").mkdir()
    tickets.rename(tmp_path / "exports" / "tickets.csv")
    broken = tmp_path / "exports" / "cut.xes"
    broken.write_bytes(BAD_FILES["cut.xes"][0])
    assert cli("import", tmp_path / "exports", "-o", tmp_path / "log").status == 3
    look = cli("show", "durations", tmp_path / "log")
    assert (look.status, look.err) == (0, "")
    assert "cut.xes" in cli("report", tmp_path / "log", "--format", "markdown").out
    broken.unlink()
    assert cli("import", tmp_path / "exports", "-o", tmp_path / "log", "--append").status == 0
    assert "cut.xes" not in cli("report", tmp_path / "log", "--format", "markdown").out


@pytest.mark.parametrize(
    ("args", "word"),
    [
        (["discvoer", "x"], "discover"),
        (["discover"], "EXPORT"),
        (["show", "nonsense", "tickets.csv"], "graph"),
        (["show", "graph", "tickets.csv", "--where", "colour = 'red'"], "colour"),
        (["show", "graph", "tickets.csv", "--since", "yesterday"], "yesterday"),
        (["show", "graph", "tickets.csv", "--map", "case"], "LEFT=RIGHT"),
        (["show", "graph", "tickets.csv", "--source", "nobody"], "nobody"),
        (["show", "graph", "tickets.csv", "--timezone", "Mars/Olympus"], "Mars/Olympus"),
        (["show", "graph", "tickets.csv", "--memory", "lots"], "lots"),
        (["show", "graph,cases", "tickets.csv"], "alone"),
        (["show", "graph,variants", "tickets.csv", "--format", "csv"], "one table"),
        (["show", "graph", "tickets.csv", "--since", "0001-01-01T00:00:00+14:00"], "outside"),
        (["show", "graph", "tickets.csv", "--generated-at", "99999999999999999999"], "outside"),
        (["show", "graph", "tickets.csv", "--session-gap", "nan"], "hours"),
        (["show", "graph", "tickets.csv", "--session-gap", "1e300"], "hours"),
        (["report", "tickets.csv", "--language", "xx"], "xx"),
        (["export", "tickets.csv", "-o", "log.docx"], ".xes"),
        (["show", "durations", "tickets.csv", "--by", "colour"], "colour"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",
)
def test_wrong_usage_says_what_to_do_and_status_2(cli: Cli, tickets: Path, args: list[str], word: str) -> None:
    done = cli(*args)
    assert (done.status, word in done.err) == (2, True), done.err
    assert done.out == "" and "Traceback" not in done.err


def test_errors_are_told_in_the_language_of_the_flag_or_of_the_file(cli: Cli, tickets: Path) -> None:
    spanish = ("show", "graph", tickets, "--session-gap", "x", "--language", "es")
    assert "“x” no es un número" in cli(*spanish).err
    Path("journeyminer.toml").write_text('language = "hu"\ntimezon = "UTC"\n', encoding="utf-8")
    assert cli("discvoer", tickets).err.startswith("Hiba: Nincs ilyen parancs")
    assert "Nincs ilyen kulcs. Erre gondolt: „timezone”?" in cli("show", "graph", tickets).err
    assert "Esa clave no existe" in cli(*spanish).err
    Path("journeyminer.toml").write_text("language = ", encoding="utf-8")
    assert "not valid TOML" in cli("show", "graph", tickets).err


@pytest.mark.parametrize(
    ("damage", "by"),
    [
        (r"(?s).*", ""),
        (r"(?s).*", "[]"),
        (r"(?s).*", '{"schema": "journeyminer.log", "version": 1}'),
        (r"journeyminer\.log", "another.log"),
        (r'"as_of": "2026', '"as_of": "soon'),
        (r'"seq_offset"', '"offset"'),
    ],
)
def test_a_damaged_log_says_so(cli: Cli, tickets: Path, tmp_path: Path, damage: str, by: str) -> None:
    cli("import", tickets, "-o", tmp_path / "log")
    manifest = tmp_path / "log" / "manifest.json"
    manifest.write_text(re.sub(damage, by, manifest.read_text(), count=1))
    done = cli("show", "graph", tmp_path / "log")
    assert (done.status, done.out, len(done.err.splitlines())) == (3, "", 1), done.err
    assert "log" in done.err and "mport" in done.err


def test_a_missing_file_is_named(cli: Cli) -> None:
    done = cli("discover", "nowhere/")
    assert done.status == 3 and "nowhere" in done.err


def test_a_filter_that_removes_everything_is_named(cli: Cli, tickets: Path) -> None:
    done = cli("show", "graph", tickets, "--since", "2030-01-01")
    assert done.status == 3 and "2030-01-01" in done.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_an_unwritable_output_is_named(cli: Cli, tickets: Path, tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    done = cli("discover", tickets, "-o", tmp_path / "locked" / "out")
    assert done.status == 3 and "locked" in done.err


def test_a_file_in_the_way_of_the_output_is_named(cli: Cli, tickets: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    done = cli("discover", tickets, "-o", tmp_path / "out")
    assert done.status == 2 and "out" in done.err and "--force" in done.err
    assert cli("discover", tickets, "-o", tmp_path / "out", "--force").status == 3  # a folder takes no file's place
    assert (tmp_path / "out").read_text() == "mine"


def test_a_bug_is_status_70_and_says_how_to_see_more(cli: Cli, tickets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(*_: object, **__: object) -> None:
        raise RuntimeError("boom\x1b[2J")

    monkeypatch.setattr("journeyminer.importers.read_log", explode)
    done = cli("discover", tickets)
    assert done.status == 70
    assert "boom" in done.err and "--debug" in done.err and "\x1b" not in done.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_no_bug(tickets: Path) -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device
        done = subprocess.run(
            [sys.executable, "-m", "journeyminer", "show", "events", str(tickets), "--format", "csv"],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=60,
        )  # fmt: skip
    assert (done.returncode, "No space left" in done.stderr, "bug" in done.stderr) == (3, True, False), done.stderr


def test_a_closed_pipe_is_fine(tickets: Path) -> None:
    command = f"{sys.executable} -m journeyminer show events {tickets} --format csv | head -1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("case_id,")


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_is_130_or_143_without_a_traceback_or_leftovers(
    tmp_path: Path, number: signal.Signals, status: int
) -> None:
    rows = "".join(f"{case},a,2026-01-05 10:00:00\n{case},b,2026-01-05 11:00:00\n" for case in range(400_000))
    (tmp_path / "big.csv").write_text(HEADER + rows)
    (tmp_path / "spill").mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "journeyminer", "discover", str(tmp_path / "big.csv"), "-o", str(tmp_path / "out")],
        env={**os.environ, "TMPDIR": str(tmp_path / "spill")},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    while process.poll() is None and not any((tmp_path / "spill").iterdir()):
        time.sleep(0.01)  # until the engine is there, however busy the machine is
    time.sleep(0.2)
    process.send_signal(number)
    began = time.monotonic()
    _, err = process.communicate(timeout=60)
    assert time.monotonic() - began < 20
    # while Python still imports it may end by the signal itself, which a shell calls so too
    assert process.returncode in (status, -number), err
    assert "Interrupted." in err and "Traceback" not in err
    assert not (tmp_path / "out" / "report.html").exists()
    assert not any((tmp_path / "spill").iterdir())


def test_no_colour_when_piped_or_asked(tickets: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "journeyminer", "discover", str(tickets)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "FORCE_COLOR": ""},
    )
    assert "\x1b" not in done.stdout + done.stderr


@pytest.mark.parametrize(("closed", "status"), [(">&-", 3), ("2>&-", 0), (">&- 2>&-", 3)])
def test_a_stream_that_is_closed_from_the_start_is_no_bug(tmp_path: Path, closed: str, status: int) -> None:
    (tmp_path / "log.csv").write_text(HEADER + "1,a,2026-01-05 10:00:00\n")
    command = f"{sys.executable} -m journeyminer show quality {tmp_path / 'log.csv'} {closed}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == status
    assert "bug" not in done.stderr
