"""Data is hostile: one function for each medium that keeps text from being anything but text.

A subject line may hold markup, a formula, a terminal escape or a mention. Every renderer passes data through the
function of its medium; templates never see raw text as markup.
"""

from __future__ import annotations

import re
from typing import Final

_CONTROL: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
"""C0 and C1 controls, invisible and direction-changing characters, line separators, lone surrogates"""
_NO_NEWLINE: Final = re.compile(rf"(?!\n){_CONTROL.pattern}")
_SPACES: Final = "\t\n\r\x0b\x0c\x85\u2028\u2029"
_JOINERS: Final = "\u200c\u200d"
"""what emoji and some scripts are spelled with; harmless"""
_MARKDOWN: Final = re.compile(r"([\\`*_\[\]|~$])")
_LEADING: Final = re.compile(r"^(\d*)(?=[#+=-]|[.)](?:\s|$))")
"""what would make a line a heading, a list or a rule"""
_LINKS: Final = re.compile(r"(?<=[@#])(?=\w)|(?<=:)(?=//)|(?<=\bwww)(?=\.)", re.IGNORECASE)
_WORD_JOINER: Final = "\u2060"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def printable(text: str) -> str:
    """One line without control characters: white space is a space, the others are shown as what they are (␛)."""
    return _CONTROL.sub(_visible, text)


def _visible(match: re.Match[str]) -> str:
    character = match[0]
    if character in _SPACES:
        return " "
    if character in _JOINERS:
        return character
    if character < " ":
        return chr(0x2400 + ord(character))
    return "\u2421" if character == "\x7f" else "\ufffd"


def json_safe(document: str) -> str:
    """A JSON document with the characters a terminal could obey written as \\u escapes; the data stays the same."""
    return _NO_NEWLINE.sub(lambda match: f"\\u{ord(match[0]):04x}", document)


def markdown(text: str) -> str:
    """Text for a line or a table cell of GitHub's Markdown: no markup, no HTML, no mention, reference or link.

    A word joiner, which nobody sees, keeps `@name`, `#12` and addresses from becoming links.
    """
    plain = printable(text).strip().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _LINKS.sub(_WORD_JOINER, _LEADING.sub(r"\1\\", _MARKDOWN.sub(r"\\\1", plain)))


def mermaid(text: str) -> str:
    """A label of a Mermaid diagram: everything but letters, digits and spaces as a character code."""
    return re.sub(r"[^\w ,.:?/-]|_", lambda match: f"#{ord(match[0])};", printable(text))


def csv_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe goes before what could start one."""
    plain = printable(text)
    return f"'{plain}" if text.startswith(_FORMULA) else plain
