"""Colour and width: what a terminal gets, and what a pipe, a file or a plain terminal never gets."""

from __future__ import annotations

import os
import pty
import re
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest

from journeyminer.cli import progress
from journeyminer.cli.output import Reader
from journeyminer.note import Note

fcntl = pytest.importorskip("fcntl", reason="needs a pseudo terminal")
termios = pytest.importorskip("termios", reason="needs a pseudo terminal")

COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def on_a_terminal(*args: str | Path, columns: int = 80, **environment: str) -> str:
    """What a command writes to stdout on a terminal of so many columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    base = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "FORCE_COLOR")}
    process = subprocess.Popen(
        [sys.executable, "-m", "journeyminer", *map(str, args)],
        stdout=theirs, stderr=subprocess.PIPE, env={**base, "TERM": "xterm-256color", **environment},
    )  # fmt: skip
    os.close(theirs)
    said = b""
    try:
        while part := os.read(ours, 4096):
            said += part
    except OSError:  # the terminal is gone with the process
        pass
    assert process.wait(60) == 0, process.stderr and process.stderr.read()
    os.close(ours)
    return said.decode()


@pytest.mark.parametrize("args", [("discover",), ("report",), ("show", "durations,turns")])
def test_a_terminal_gets_colour_and_the_same_words_as_a_pipe(tickets: Path, args: tuple[str, ...]) -> None:
    shown = on_a_terminal(*args, tickets)
    piped = subprocess.run(
        [sys.executable, "-m", "journeyminer", *args, tickets], capture_output=True, text=True, check=True
    ).stdout
    assert COLOUR.search(shown)
    assert "\x1b" not in piped
    assert COLOUR.sub("", shown).replace("\r\n", "\n") == piped


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_that_wants_no_colour_gets_none(tickets: Path, environment: dict[str, str]) -> None:
    assert "\x1b" not in on_a_terminal("discover", tickets, **environment)  # type: ignore[arg-type]


@pytest.mark.parametrize(("columns", "width"), [(20, 60), (70, 70), (300, 100)])
def test_the_summary_is_as_wide_as_the_terminal_within_bounds(tickets: Path, columns: int, width: int) -> None:
    lines = COLOUR.sub("", on_a_terminal("discover", tickets, columns=columns)).splitlines()
    longest = max(map(len, lines))
    assert longest <= width
    (bar,) = (line.split()[-1] for line in lines if line.startswith("Whose clock"))
    assert len(bar) == min(60, width - 20)


def test_progress_is_told_on_a_terminal_in_the_language_and_cannot_steer_it(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = pty.openpty()
    monkeypatch.setattr(progress, "PATIENCE", 0)
    monkeypatch.setenv("TERM", "xterm-256color")
    reader = Reader()
    reader.asked = "pt"
    with os.fdopen(theirs, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        with progress.progress_bar(reader) as step:
            step(Note("run.reading", file="a\x1b[2J.csv"), 1, 2)
            time.sleep(0.5)
        said = os.read(ours, 65536).decode()
    os.close(ours)
    assert "lendo a␛[2J.csv" in said and "50 %" in said


def test_progress_is_not_told_elsewhere(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0)
    with progress.progress_bar(Reader()) as step:
        step(Note("run.starting"), 1, 2)
        time.sleep(0.1)
    assert capfd.readouterr() == ("", "")
