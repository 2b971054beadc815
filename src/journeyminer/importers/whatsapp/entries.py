"""Entries: how many lines of a chat begin an entry, told by their digits and signs alone.

This knows nothing of the words that the app writes and little of its forms, so that a word for half a day that the
reader does not know makes a difference, where the reader would take every second entry for the text of the one before.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

_GAP: Final = "[ \u00a0\u202f]"
_BEGINS: Final = re.compile(
    rf"\n[^\w\s]*+\d{{1,4}}([./-])\s?\d{{1,2}}\1\s?\d{{1,4}}\.?,?{_GAP}(?P<before>[^\d\n]{{0,8}})"
    rf"\d{{1,2}}[:.]\d\d(?:[:.]\d\d)?(?P<after>[^\d\n:\]\-–]{{0,9}}?)(?:\]{_GAP}|{_GAP}[-–]{_GAP}|:{_GAP})"
)
_LETTERS: Final = re.compile(r"[^\W\d_]")
_HALVES: Final = frozenset({"", "am", "pm", "de", "du"})
"""words of half days that many languages have"""
_LEAST, _SHARE = 5, 10
"""another word is one too where it stands at so many times, and at one of so many; else it is somebody's"""


def entry_lines(text: str) -> list[int]:
    """Return the numbers of the lines of a text that begin an entry, from 1."""
    text = f"\n{text}"
    found = list(_BEGINS.finditer(text))
    words = Counter(map(_word, found))
    line = at = 0
    lines: list[int] = []
    for one in found:
        line += text.count("\n", at, at := one.start() + 1)
        n = words[word := _word(one)]
        if word in _HALVES or (n >= _LEAST and n * _SHARE >= len(found)):
            lines.append(line)
    return lines


def _word(found: re.Match[str]) -> str:
    """What stands before or after the time, without spaces and dots."""
    return "".join(_LETTERS.findall(found["before"] + found["after"])).lower()
