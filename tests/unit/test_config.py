"""journeyminer.toml: typed values, and every mistake of a file at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from journeyminer.config import Config, Rule, load_config
from journeyminer.errors import ConfigError
from journeyminer.i18n import Language


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
    assert load_config(None).options == {"timezone": "Europe/Budapest"}


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
        options={
            "timezone": "Europe/Lisbon",
            "timezones": {"chat*.txt": "America/Sao_Paulo"},
            "namespaces": {"tickets-*.csv": "acme"},
            "us": ("help@acme.test", "acme.test", "Acme Support"),
            "language": "pt",
            "max_rejected": 0.02,
            "session_gap_hours": 12.0,
            "max_nodes": 10,
            "max_edges": 20,
        },
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
    first, *lines = str(caught.value).splitlines()
    assert first == f"{path}: 10 mistakes:"
    assert sorted(line.split(":")[0].strip() for line in lines) == [
        "label 1.give.role", "label 1.when.activty", "language", "map.max_nodes", "max_rejected", "session_gap",
        "status.Waiting", "timezon", "timezone", "us.domain",
    ]  # fmt: skip
    for meant in ("timezone", "domains", "pending", "Europe/Lisbon", "activity"):
        assert f"Did you mean “{meant}”?" in str(caught.value)
    assert "Known: en, es, hu, pt." in str(caught.value)


@pytest.mark.parametrize(("code", "said"), [("es", "2 errores:"), ("hu", "2 hiba:"), ("pt", "2 erros:")])
def test_mistakes_are_told_in_the_language_of_the_reader(tmp_path: Path, code: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(write(tmp_path, 'timezon = 1\nlanguage = "x"'))
    told = caught.value.told(Language(code))
    assert said in told and "Did you mean" not in told


def test_one_mistake_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(write(tmp_path, "[map]\nmax_nodes = true"))
    assert str(caught.value).endswith("journeyminer.toml: map.max_nodes: “True” is not a number.")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[[label]]\nwhen = {}\ngive = {role = 'agent'}", "label 1.when: At least one value"),
        ("[[label]]\nwhen = {activity = []}\ngive = {role = 'agent'}", "label 1.when.activity: At least one value"),
        ("[[label]]\nwhen = {activity = 'x'}", "label 1.give: At least one value"),
        ("label = 'x'", "label: Write it as [[label]]"),
        ("us = ['acme.test']", "us: A table is expected"),
        ("timezone = 2", "timezone: A text is expected, not 2"),
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
