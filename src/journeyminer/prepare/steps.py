"""Steps: which activity of ours the name stands for that a source gives it, in whatever language it is written.

A name is read as a row of concepts (`Resposta do cliente`: reply, from, customer), whose words stand in ../words by
language. Which rows of concepts are which step stands in steps.toml. A name with a word that no language knows is read
only where the word tells who or where (`Assigned to Ana`); else the step keeps the source's name.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from journeyminer.text import words
from journeyminer.vocabulary import OPEN_STATUSES, RESOLVED_STATUSES
from journeyminer.words import concepts

if TYPE_CHECKING:
    from journeyminer.words.phrases import Phrases

STEP_FILE = Path(__file__).with_name("steps.toml")
OF_STATUS: Final = {status: f"status_{status}" for status in OPEN_STATUSES} | {each: each for each in RESOLVED_STATUSES}
"""status -> the step that only says that it is the status now"""
_LINKS: Final = frozenset({"to", "from", "by", "for"})
"""concepts that are followed by who or where"""
_PARTIES: Final = ("customer", "vendor", "bot")
"""concepts of those of whom it matters whether something is from them or to them"""
_CODE: Final = re.compile(r"[A-Za-z]\d*_")
"""how names begin that say a part of a process by a letter, as `A_` and `O_` in a bank's"""
_LONGEST: Final = 60
"""characters; a longer text is no name of a step"""


class Step(NamedTuple):
    """A step of ours: what it means of itself, and the concepts that a name of it has, in their order."""

    slug: str
    role: str | None = None
    visibility: str | None = None
    status: str | None = None
    says: tuple[str, ...] = ()
    """rows of concepts that name it, whoever acts"""
    roles: tuple[str, ...] = ()
    """who acts where the name does not say it: there `acts` name it"""
    acts: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    """roles that may stand beside the step although it is not theirs"""

    @property
    def meaning(self) -> dict[str, str]:
        """What the step says of an event that is silent there: column -> value of its closed set."""
        said = {"role": self.role, "visibility": self.visibility, "status": self.status}
        return {column: value for column, value in said.items() if value}

    def is_by(self, known: Mapping[str, str]) -> bool:
        """Whether an event is known to be by those who act here; what is internal must be known to be."""
        hidden = self.visibility == "internal" and known.get("visibility") != "internal"
        return known.get("role") in self.roles and not hidden and self.agrees(known)

    def agrees(self, known: Mapping[str, str]) -> bool:
        """Whether nothing that is known of an event speaks against the step; column -> value of its closed set."""
        beside = {"role": self.also}
        return all(
            known.get(column, value) in (value, *beside.get(column, ())) for column, value in self.meaning.items()
        )


def step_of(name: str, known: Mapping[str, str]) -> Step | None:
    """The step that a source's name stands for; None where no rule knows, or the event says something else.

    Args:
        name: the activity as the source writes it.
        known: what is known of the event: role, visibility and status in their closed sets, as far as it says them.
    """
    for row in _rows(name):
        for step in _steps():
            if any(_fits(row, pattern) for pattern in step.says):
                if step.agrees(known):
                    return step
                break
            if step.is_by(known) and any(_fits(row, pattern) for pattern in step.acts):
                return step
    return None


def named(slug: str) -> Step | None:
    """The step of a slug; None where it means nothing of itself."""
    return next((step for step in _steps() if step.slug == slug), None)


def _fits(row: tuple[str, ...], pattern: str) -> bool:
    """Whether the concepts of a pattern stand in a row in their order, with none but light ones between them."""
    wanted = pattern.split()
    at = 0
    for concept, after in zip(row, (*row[1:], ""), strict=True):
        if at < len(wanted) and concept == wanted[at]:
            at += 1
        elif concept not in _light() or (concept in _LINKS and after in _PARTIES):
            return False
    return at == len(wanted)


def is_code(name: str) -> bool:
    """Whether a name begins with a letter for a part of the process: `A_CANCELLED` is not what `O_CANCELLED` is."""
    return bool(_CODE.match(name))


@cache
def _rows(name: str) -> tuple[tuple[str, ...], ...]:
    """The rows of concepts that a name is read as, one a language that knows all of its words."""
    said = words(name)
    if len(said) > _LONGEST or is_code(name):
        return ()
    read = (_row(said.split(), language) for language in concepts())
    return tuple(dict.fromkeys(row for row in read if row))


def _row(tokens: list[str], language: Phrases) -> tuple[str, ...]:
    """The concepts of a name in one language; none where it has a word that the language does not know."""
    row: list[str] = []
    at = 0
    while at < len(tokens):
        length, said = language.longest(tokens, at)
        if tokens[at].isdigit() and row[-1:] in (["team"], ["thing"]):
            length = 1  # `tier 2`
        elif length:
            row += said
        elif _links(row):
            length = _until_link(tokens, at, language)  # who or where
        else:
            return ()
        at += length
    return tuple(row)


def _links(row: list[str]) -> bool:
    """Whether the words of a row say who or where next: `assigned to the ...`."""
    said = [concept for concept in row if concept != "thing"]
    return bool(said) and said[0] not in _LINKS and said[-1] in _LINKS


def _until_link(tokens: list[str], at: int, language: Phrases) -> int:
    """How many words from here on tell who or where."""
    for ahead in range(at + 1, len(tokens)):
        if set(language.longest(tokens, ahead)[1][:1]) & _LINKS:
            return ahead - at
    return len(tokens) - at


@cache
def _steps() -> tuple[Step, ...]:
    return tuple(Step(slug, **_tuples(said)) for slug, said in _file().items() if slug != "light")


def _tuples(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}


@cache
def _light() -> frozenset[str]:
    """The concepts that say nothing of the step when others do."""
    return frozenset(_file()["light"])


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads(STEP_FILE.read_text(encoding="utf-8"))
