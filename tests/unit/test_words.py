"""Words: one dictionary a language, in which every word has one meaning."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

import pytest

from journeyminer import words as package
from journeyminer.importers.tabular.headers import normalise
from journeyminer.text import words
from journeyminer.vocabulary import ACTIVITIES, CLOSED_SETS, IDENTITY_KINDS
from journeyminer.words import headers, is_nobody, values

FILES = {
    file.stem: tomllib.loads(file.read_text(encoding="utf-8"))
    for file in sorted(Path(package.__file__).parent.glob("*.toml"))
}


def test_english_is_asked_first_and_vague_words_last() -> None:
    found = headers("columns")["timestamp"]
    assert found[0] == "time timestamp"
    assert found.index("end timestamp") < found.index("idobelyeg") < found.index("date") < found.index("datum")


def test_a_word_of_any_language_means_a_value() -> None:
    status = values()["status"]
    assert (status["pendente"], status["en espera"], status["lezarva"]) == ("pending", "on_hold", "closed")
    assert (status["on hold"], values()["role"]["ugyfel"]) == ("on_hold", "customer")


@pytest.mark.parametrize(
    "owner",
    ["EMPTY", "(none)", "Unassigned", "Não atribuído", "Sin asignar", "Nincs hozzárendelve"],
)
def test_some_words_say_that_there_is_nobody(owner: str) -> None:
    assert is_nobody(owner)


@pytest.mark.parametrize(
    "owner", ["Na", "Nan", "Nil", "NULL", "N/A", "-", "L1", "Nincsics Éva", "Blank", "火", "\U0001f525", "No Reply"]
)
def test_who_has_an_odd_name_is_somebody(owner: str) -> None:
    assert not is_nobody(owner)


@pytest.mark.parametrize("language", FILES)
def test_headers_are_written_as_they_are_compared_and_once(language: str) -> None:
    data = FILES[language]
    assert data.keys() == {
        "columns",
        "vague",
        "identities",
        "milestones",
        "values",
        "owners",
        "transitions",
        "concepts",
    }
    for texts in data["transitions"].values():
        assert [text for text in texts if words(text) != text] == []
    phrases = [text for texts in data["concepts"].values() for text in texts]
    assert [text for text in phrases if words(text) + "*" * text.endswith("*") != text] == []
    assert [text for text, n in Counter(phrases).items() if n > 1] == []
    assert [text for text in data["owners"]["nobody"] if words(text) != text] == []
    assert data["identities"].keys() <= set(IDENTITY_KINDS)
    assert data["milestones"].keys() <= set(ACTIVITIES)
    for table in ("columns", "vague", "identities", "milestones"):
        for texts in data[table].values():
            assert len(set(texts)) == len(texts)
            assert [text for text in texts if normalise(text) != text] == []


def test_no_word_of_a_closed_set_means_two_things() -> None:
    for column, known in CLOSED_SETS.items():
        meanings: dict[str, set[str]] = {words(value): {value} for value in known}
        for data in FILES.values():
            for value, texts in data["values"].get(column, {}).items():
                assert value in (*known, "unknown")
                for text in texts:
                    assert words(text) == text
                    meanings.setdefault(text, set()).add(value)
        assert {word: found for word, found in meanings.items() if len(found) > 1} == {}
