"""Words: how exports in our languages call columns, and what stands in them. One file a language.

`importers` finds columns by them, `prepare` the meaning of a value: one word has one meaning in the whole program.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Final

from journeyminer.text import words
from journeyminer.vocabulary import CLOSED_SETS
from journeyminer.words.phrases import Phrases

UNKNOWN: Final = "unknown"
"""what a word gives that speaks of the column and means no value of its closed set"""


@cache
def headers(table: str) -> Mapping[str, tuple[str, ...]]:
    """Return our names of a table -> the headers of all languages, those that say it least clearly last.

    Args:
        table: columns, identities (by their kind) or milestones (by their activity).
    """
    found: dict[str, dict[str, None]] = {}
    for part in (table, "vague") if table == "columns" else (table,):
        for language in _languages():
            for name, texts in language.get(part, {}).items():
                found.setdefault(name, {}).update(dict.fromkeys(texts))
    return {name: tuple(texts) for name, texts in found.items()}


@cache
def values() -> Mapping[str, Mapping[str, str]]:
    """Return column of a closed set -> folded word -> the value that it means, or UNKNOWN."""
    found = {column: {words(value): value for value in known} for column, known in CLOSED_SETS.items()}
    for language in _languages():
        for column, by_value in language["values"].items():
            found[column] |= {words(text): value for value, texts in by_value.items() for text in texts}
    return found


@cache
def transition(word: str) -> str | None:
    """Return what a lifecycle column says of an activity in any language: schedule, start, complete or (None) else."""
    said = words(word)
    return next((kind for file in _languages() for kind, texts in file["transitions"].items() if said in texts), None)


@cache
def is_nobody(owner: str) -> bool:
    """Whether what stands in a column of people or teams says, in any language, that there is none.

    A sign and an empty value's name (`-`, `NA`, `null`) are no words: they stay what the source says.
    """
    said = words(owner)
    return any(said in file["owners"]["nobody"] for file in _languages())


@cache
def concepts() -> tuple[Phrases, ...]:
    """Return what the words stand for that activities are named with, a dictionary a language."""
    return tuple(Phrases(language["concepts"]) for language in _languages())


@cache
def _languages() -> tuple[dict[str, Any], ...]:
    """The files, English first: its words are met most often."""
    files = [file for file in resources.files("journeyminer.words").iterdir() if file.name.endswith(".toml")]
    ordered = sorted(files, key=lambda file: (file.name != "en.toml", file.name))
    return tuple(tomllib.loads(file.read_text(encoding="utf-8")) for file in ordered)
