"""Options: declared once, read the same from a flag and from the file."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from journeyminer.cli.output import Reader
from journeyminer.cli.session import Session
from journeyminer.config import load_config
from journeyminer.errors import UsageError
from journeyminer.options import (
    FilterOptions,
    ReadOptions,
    ReportOptions,
    RunOptions,
    WriteOptions,
    count,
    fill,
    hours,
    moment,
    options_of,
    share,
)

EXAMPLE = Path(__file__).parents[2] / "examples" / "journeyminer.toml"
KINDS = (ReadOptions, RunOptions, WriteOptions, FilterOptions, ReportOptions)
ALL = {each.name: each for kind in KINDS for each in options_of(kind)}


def session(**texts: Any) -> Session:
    """The session of a command that was given these flags."""
    return Session.open([(ALL[name], text) for name, text in texts.items()], Reader())


def test_a_flag_goes_before_the_file_and_the_file_before_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("journeyminer.toml").write_text("session_gap = 12\nmax_rejected = 0.5\n[map]\nmax_nodes = 7", encoding="utf-8")
    given = session(session_gap_hours="6", max_edges="9")
    assert given.read_options.session_gap_hours == 6
    assert given.read_options.max_rejected == 0.5
    assert (given.look.max_nodes, given.look.max_edges) == (7, 9)
    assert given.read_options.strict is False


def test_lists_and_tables_add_up_and_the_flag_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("journeyminer.toml").write_text(
        '[us]\ndomains = ["acme.test"]\n[namespaces]\n"a*.csv" = "file"\n"b*.csv" = "file"\n', encoding="utf-8"
    )
    given = session(us=("Ana",), namespaces=("a*.csv=flag", "c = flag"))
    assert given.read_options.us == ("Ana", "acme.test")
    assert given.read_options.namespaces == {"a*.csv": "flag", "b*.csv": "file", "c": "flag"}


def test_all_mistakes_of_the_flags_are_told_at_once() -> None:
    with pytest.raises(UsageError) as caught:
        session(session_gap_hours="long", per="ticket", columns=("case",), since="2026-01-05")
    first, *lines = str(caught.value).splitlines()
    assert first == "3 mistakes:"
    assert [line.split(":")[0].strip() for line in lines] == ["--session-gap", "--per", "--map"]


@pytest.mark.parametrize(
    ("read", "value", "found"),
    [
        (share, "1%", 0.01), (share, 0.5, 0.5), (share, "1", 1.0), (hours, "0.5", 0.5), (count(2), "2", 2),
        (moment, "2026-01-05", datetime(2026, 1, 5)), (moment, "2026-01-05T09:00+02:00", datetime(2026, 1, 5, 7)),
        (moment, "1767603600", datetime(2026, 1, 5, 9)), (moment, datetime(2026, 1, 5).date(), datetime(2026, 1, 5)),
    ],
)  # fmt: skip
def test_what_is_given_is_read(read: Any, value: object, found: object) -> None:
    assert read(value) == found


@pytest.mark.parametrize(
    ("read", "value"),
    [(share, "101%"), (share, "nan"), (hours, 0), (hours, "nan"), (hours, 1e300), (count(2), 1), (count(2), 2.5),
     (count(1), True), (moment, "31/01/2026"), (moment, 5), (moment, "9999-12-31T23:00-05:00")],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(read: Any, value: object) -> None:
    with pytest.raises(UsageError):
        read(value)


@pytest.mark.parametrize("kind", KINDS)
def test_the_default_of_an_option_is_that_of_its_field(kind: type[Any]) -> None:
    assert fill(kind) == kind()
    for each, option in zip(fields(kind), options_of(kind), strict=True):
        assert getattr(kind(), each.name) == option.default


def test_no_flag_and_no_key_is_declared_twice() -> None:
    flags = [flag for each in ALL.values() for flag in each.flags]
    keys = [key for each in ALL.values() for key in each.keys]
    assert len(flags) == len(set(flags)) and len(keys) == len(set(keys))


def test_the_example_shows_every_key_with_its_default() -> None:
    given = load_config(EXAMPLE).options
    for each in ALL.values():
        assert not each.keys or each.name in given, f"{each.name} is not in the example"
        if each.shown_default and each.keys:
            assert given[each.name] == each.default
