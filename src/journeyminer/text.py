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

_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""categories of what steers or is not seen: controls, marks of direction, tags, lone surrogates, separators of lines"""
_SPACES: Final = "\t\n\r\x0b\x0c\x85\u2028\u2029"
_JOINED: Final = re.compile(r"(?<=[^\x00-\u02ff])[\u200c\u200d](?=[^\x00-\u02ff])")
"""the joiners that emoji and some scripts are spelled with: between two characters neither of which is Latin"""
_COMMAND: Final = re.compile(r"#(?=#\w*\[)|:(?=:[\w-]+(?: [^:]*)?::)|(?<=section)_(?=(?:start|end):\d+:)")
"""where a CI service would see a command of its own in a line: `##vso[`, `##[`, `::error::`, `section_start:`"""

_FORMULA: Final = r'(^|[;\t\r\n])([ "]*[=+@\t\r\n＝＋－＠-])'
"""a formula at the beginning of a cell, or of what is one where the separator of lists is a semicolon"""


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


def is_hidden(char: str) -> bool:
    """Return whether a character steers what shows it, or is not seen."""
    return unicodedata.category(char) in _HIDDEN


def printable(text: str) -> str:
    """Return a text as one line that steers neither a terminal nor a CI service that reads its log.

    White space is a space, other characters that are not seen are shown (␛, or � beyond ASCII), and a space stands
    inside what would be a command (`: :error::`).
    """
    if not text.isprintable():
        kept = {match.start() for match in _JOINED.finditer(text)}
        text = "".join(char if at in kept else _visible(char) for at, char in enumerate(text))
    return _COMMAND.sub(lambda found: f"{found[0]} ", text)


@cache
def _visible(char: str) -> str:
    if char in _SPACES or not is_hidden(char):
        return " " if char in _SPACES else char
    if char < " ":
        return chr(0x2400 + ord(char))
    return "\u2421" if char == "\x7f" else "\ufffd"


def guarded(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: an apostrophe goes before what could start one.

    Where a comma is the decimal sign, spreadsheets also split lines at semicolons: what follows one starts a cell.
    """
    return re.sub(_FORMULA, r"\1'\2", text)


def printable_sql(text: str) -> str:
    """Return the SQL twin of `printable` and `guarded` for SQL of a text; joiners are shown wherever they stand."""
    command = r"(#)(#\w*\[)|(:)(:[\w-]+(?: [^:]*)?::)|(section_)((?:start|end):\d+:)"
    safe = f"regexp_replace({text}, '{_FORMULA}', '\\1''\\2', 'g')"
    safe = f"regexp_replace({safe}, '[\\t-\\r\\x{{85}}\\p{{Zl}}\\p{{Zp}}]', ' ', 'g')"
    safe = f"regexp_replace({safe}, '[\\p{{Cc}}\\p{{Cf}}]', chr(65533), 'g')"
    safe = f"regexp_replace({safe}, '{command}', '\\1\\3\\5 \\2\\4\\6', 'g')"
    return f"CASE WHEN regexp_matches({text}, '[^ -~]|[;:#@=+_-]') THEN {safe} ELSE {text} END"
