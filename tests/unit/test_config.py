"""journeyminer.toml: typed values, and every mistake of a file at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from journeyminer.config import Config, Rule, load_config
from journeyminer.errors import ConfigError


def write(folder: Path, text: str) -> Path:
    path = folder / "journeyminer.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_missing_file_is_the_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_config(None) == Config()


def test_the_file_of_the_working_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, 'timezone = "Europe/Budapest"')
    monkeypatch.chdir(tmp_path)
    assert load_config(None).timezone == "Europe/Budapest"


def test_a_file_asked_for_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(tmp_path / "other.toml")


def test_every_key(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
        timezone = "Europe/Lisbon"
        language = "pt"
        max_rejected = 0.02
        session_gap = 12
        [timezones]
        "chat*.txt" = "America/Sao_Paulo"
        [namespaces]
        "tickets-*.csv" = "acme"
        [us]
        domains = ["acme.test"]
        addresses = "help@acme.test"
        names = ["Acme Support"]
        [map]
        max_nodes = 10
        max_edges = 20
        [status]
        "Awaiting Evidence" = "pending"
        [role]
        "Consultor" = "agent"
        [[label]]
        when = { activity = ["Callback", "Call back*"], status = "Open" }
        give = { role = "agent", channel = "voice" }
        """,
    )
    assert load_config(path) == Config(
        timezone="Europe/Lisbon",
        timezones={"chat*.txt": "America/Sao_Paulo"},
        namespaces={"tickets-*.csv": "acme"},
        us=("help@acme.test", "acme.test", "Acme Support"),
        language="pt",
        max_rejected=0.02,
        session_gap_hours=12.0,
        max_nodes=10,
        max_edges=20,
        words={"status": {"Awaiting Evidence": "pending"}, "role": {"Consultor": "agent"}},
        labels=(
            Rule({"activity": ("Callback", "Call back*"), "status": ("Open",)}, {"role": "agent", "channel": "voice"}),
        ),
    )


def test_all_mistakes_are_named_with_what_was_meant(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
        timezon = "Europe/Lisbon"
        timezone = "Europe/Lisboa"
        language = "portuguese"
        max_rejected = 5
        session_gap = "a day"
        [us]
        domain = ["acme.test"]
        [map]
        max_nodes = 0
        [status]
        "Waiting" = "pendng"
        [[label]]
        when = { activty = "x" }
        give = { role = "client" }
        """,
    )
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    error = caught.value
    assert error.place == str(path)
    first, *lines = error.message.splitlines()
    assert first == "10 mistakes:"
    assert sorted(line.split(":")[0].strip() for line in lines) == [
        "label 1", "label 1", "language", "map.max_nodes", "max_rejected", "session_gap", "status.Waiting", "timezon",
        "timezone", "us.domain",
    ]  # fmt: skip
    for meant in ("'timezone'", "'domains'", "'pending'", "'Europe/Lisbon'", "'activity'"):
        assert f"did you mean {meant}?" in error.message
    assert "known: en, es, hu, pt" in error.message


def test_one_mistake_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(write(tmp_path, "[map]\nmax_nodes = true"))
    assert caught.value.message == "map.max_nodes: must be a whole number above 0, not True."


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[[label]]\nwhen = {}\ngive = {role = 'agent'}", "label 1: when: must say something"),
        ("[[label]]\nwhen = {activity = []}\ngive = {role = 'agent'}", "must name at least one word"),
        ("[[label]]\nwhen = {activity = 'x'}", "label 1: give: must say something"),
        ("label = 'x'", "write it as"),
        ("us = ['acme.test']", "us: must be a table"),
        ("timezone = 2", "must be a text"),
        ("timezone = ", "not valid TOML"),
    ],
)
def test_what_is_wrong(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(write(tmp_path, text))
    assert problem in str(caught.value)


def test_a_file_in_another_encoding_is_an_error_not_a_crash(tmp_path: Path) -> None:
    path = tmp_path / "journeyminer.toml"
    path.write_bytes('[status]\n"Függőben" = "pending"'.encode("cp1250"))
    with pytest.raises(ConfigError, match="not valid TOML"):
        load_config(path)
