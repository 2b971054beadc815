"""Phrases: what the words of a language stand for, found in a row of words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from journeyminer.text import words


class Phrases:
    """The phrases of one language and what they stand for, to be found in a row of words."""

    def __init__(self, table: Mapping[str, tuple[str, ...]]) -> None:
        """Take concepts (several in one text, where one word says them) -> phrases; `*` at the end: any ending."""
        self._exact: dict[str, tuple[str, ...]] = {}
        self._begun: dict[str, tuple[str, ...]] = {}
        for said, phrases in table.items():
            for phrase in phrases:
                begun = phrase.endswith("*")
                (self._begun if begun else self._exact)[words(phrase)] = tuple(said.split())
        self._most = max(phrase.count(" ") + 1 for phrase in (*self._exact, *self._begun))

    def longest(self, tokens: Sequence[str], at: int) -> tuple[int, tuple[str, ...]]:
        """Return of how many words the longest phrase is that stands here, and what it stands for; (0, ()) if none.

        Of phrases of as many words the exact one is meant, else the one of which more is written.
        """
        for length in range(min(self._most, len(tokens) - at), 0, -1):
            text = " ".join(tokens[at : at + length])
            if text in self._exact:
                return length, self._exact[text]
            for end in range(len(text), text.rfind(" ") + 1, -1):
                if text[:end] in self._begun:
                    return length, self._begun[text[:end]]
        return 0, ()
