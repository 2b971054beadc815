"""The door to the layout engine: which one is taken, and what happens when it is missing, fails or hangs."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

import pytest

from journeyminer.errors import DrawingFailed, ExitStatus, MissingProgram
from journeyminer.render.map import dot
from journeyminer.render.map.dot import find_engine, render_dot

needs_shell = pytest.mark.skipif(sys.platform == "win32", reason="stands in for Graphviz with a shell script")


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with no Graphviz at all; programs put into the folder are on its PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sysconfig, "get_path", lambda *_: str(tmp_path / "nowhere"))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nowhere" / "python"))
    return tmp_path


def program(folder: Path, name: str, script: str) -> str:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def bundled() -> None:
    try:
        find_engine()
    except MissingProgram as missing:
        pytest.skip(str(missing))


@pytest.mark.parametrize(("format", "magic"), [("svg", b"<?xml"), ("png", b"\x89PNG")])
def test_a_graph_becomes_a_picture(format: dot.Format, magic: bytes) -> None:
    bundled()
    assert render_dot('digraph { a -> b [label="ő → ñ"] }', format).startswith(magic)


def test_the_same_graph_gives_the_same_bytes() -> None:
    bundled()
    assert render_dot("digraph { a -> {b c} -> d }", "png") == render_dot("digraph { a -> {b c} -> d }", "png")


def test_the_bundled_engine_is_found_beside_python_without_a_path(monkeypatch: pytest.MonkeyPatch) -> None:
    bundled()
    monkeypatch.setenv("PATH", "")
    assert Path(find_engine()).stem == "graphviz-pure"


def test_nothing_there_says_what_to_install(bare: Path) -> None:
    with pytest.raises(MissingProgram) as caught:
        find_engine()
    assert caught.value.status == ExitStatus.ENVIRONMENT
    assert "pip install graphviz-pure" in str(caught.value)


@needs_shell
def test_the_bundled_engine_goes_before_the_system_one(bare: Path) -> None:
    system = program(bare, "dot", "true")
    assert find_engine() == system
    ours = program(bare, "graphviz-pure", "true")
    assert find_engine() == ours


@needs_shell
def test_a_choice_goes_before_the_bundled_engine(bare: Path) -> None:
    program(bare, "graphviz-pure", "true")
    system = program(bare, "dot", "true")
    assert find_engine("dot") == system


def test_a_choice_that_is_not_there_is_an_error_not_another_engine(bare: Path) -> None:
    with pytest.raises(MissingProgram, match="no-such-dot"):
        render_dot("digraph {}", "svg", program="no-such-dot")


def test_a_graph_that_cannot_be_read_fails_without_quoting_it() -> None:
    bundled()
    with pytest.raises(DrawingFailed) as caught:
        render_dot('digraph { "secret subject" ]', "svg")
    assert "secret" not in str(caught.value)


@needs_shell
def test_what_the_engine_prints_is_swallowed(bare: Path, capfd: pytest.CaptureFixture[str]) -> None:
    chatty = program(bare, "chatty", "echo noise >&2; echo picture")
    assert render_dot("digraph {}", "svg", program=chatty) == b"picture\n"
    assert capfd.readouterr() == ("", "")


@needs_shell
def test_an_engine_that_hangs_is_stopped(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dot, "TIMEOUT_SECONDS", 0.2)
    with pytest.raises(DrawingFailed, match="not drawn within") as caught:
        render_dot("digraph {}", "svg", program=program(bare, "slow", "exec /bin/sleep 5"))
    assert "--max-nodes" in str(caught.value)


@needs_shell
def test_a_file_that_is_no_program_is_a_missing_program(bare: Path) -> None:
    broken = bare / "broken"
    broken.write_bytes(b"\x7fELF broken")
    broken.chmod(0o755)
    with pytest.raises(MissingProgram, match="cannot be started"):
        render_dot("digraph {}", "svg", program=str(broken))
