"""Text: how words are compared, shown in one line, and kept from being a formula."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

_DROPPED: Final = frozenset({"Mn", "Me", "Cf"})
"""categories of accents, and of characters that nobody sees: zero-width spaces, marks of direction, soft hyphens"""
EXACT: Final = (*range(0x01, 0x180), *range(0x2000, 0x2070), 0x61C, 0xFEFF)
"""the characters for which `fold_sql` is exactly `fold`: Latin letters, punctuation, and what nobody sees"""

CONTROL: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
"""C0 and C1 controls, invisible and direction-changing characters, line separators, lone surrogates"""
_SPACES: Final = "\t\n\r\x0b\x0c\x85\u2028\u2029"
_JOINERS: Final = "\u200c\u200d"
"""what emoji and some scripts are spelled with; harmless"""

FORMULA: Final = "=+-@\t\r\n＝＋－＠"
"""what a cell begins with that a spreadsheet may run as a formula"""


def fold(text: str) -> str:
    """Return the form in which words are compared, the same in every source and every part of the program.

    Lower case (`ß` is `ss`), no accents, no invisible characters, compatible characters as the plain ones (`Nº` is
    `no`, full width is ASCII), any run of white space as one space, none at the ends.
    """
    if text.isascii():
        return " ".join(text.lower().split())
    # case folding may compose what was decomposed, and decomposing may bring capitals
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return " ".join("".join(char for char in plain if unicodedata.category(char) not in _DROPPED).split())


def words(text: str, *, keep: str = "") -> str:
    """Return the folded words of a text: everything but letters, digits and the signs of `keep` is one space."""
    return re.sub(rf"(?:[^\w{re.escape(keep)}]|_)+", " ", fold(text)).strip()


def fold_sql(text: str) -> str:
    """Return the SQL twin of `fold`: equal for the characters of our languages (up to U+017F), odd spaces, punctuation.

    Of the letters of other scripts it takes the accents and capitals that the engine knows.

    Args:
        text: SQL of a text.
    """
    dropped, spaces, letters = _beyond_the_engine()
    plain = f"lower(strip_accents({text}))"
    folded = plain
    for char, spelt in letters.items():
        folded = f"replace({folded}, '{char}', '{spelt}')"
    folded = f"regexp_replace({folded}, '[{dropped}]+', '', 'g')"
    folded = f"trim(regexp_replace({folded}, '[ {spaces}]+', ' ', 'g'))"
    # nearly every text is done by then: ASCII with single spaces
    return f"CASE WHEN regexp_matches({plain}, '[^!-~ ]|  |^ | $') THEN {folded} ELSE {plain} END"


@cache
def _beyond_the_engine() -> tuple[str, str, dict[str, str]]:
    """Return what `fold` does and lower(strip_accents()) does not.

    The characters that it drops and those that are spaces, both for a character class, and letter -> how it is spelt.
    """
    dropped, spaces, letters = "", "", {}
    for char in map(chr, EXACT):
        known = "".join(c for c in unicodedata.normalize("NFD", char).lower() if unicodedata.category(c) != "Mn")
        spelt = fold(f"x{char}y")[1:-1]
        if not spelt:
            dropped += _code(char)
        elif spelt == " ":
            spaces += _code(char)
        elif spelt != known:
            letters[known] = spelt
    return dropped, spaces, letters


def _code(char: str) -> str:
    """Return a character as the engine's regular expressions name it."""
    return f"\\x{{{ord(char):x}}}"


def printable(text: str) -> str:
    """Return a text as one line without control characters: white space is a space, the others are shown (␛)."""
    return CONTROL.sub(_visible, text)


def _visible(match: re.Match[str]) -> str:
    character = match[0]
    if character in _SPACES:
        return " "
    if character in _JOINERS:
        return character
    if character < " ":
        return chr(0x2400 + ord(character))
    return "\u2421" if character == "\x7f" else "\ufffd"


def guarded(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: an apostrophe goes before what could start one."""
    return f"'{text}" if text.startswith(tuple(FORMULA)) else text


def guarded_sql(text: str) -> str:
    """Return the SQL twin of `guarded`.

    Args:
        text: SQL of a text.
    """
    signs = "".join(map(_code, FORMULA))
    return f"CASE WHEN regexp_matches({text}, '^[{signs}]') THEN '''' || {text} ELSE {text} END"
