"""Data is hostile: one function for each medium that keeps text from being anything but text.

A subject line may hold markup, a formula, a terminal escape or a mention. Every renderer passes data through the
function of its medium; templates never see raw text as markup.
"""

from __future__ import annotations

import re
from typing import Final

from journeyminer.text import CONTROL, guarded, printable

_NO_NEWLINE: Final = re.compile(rf"(?!\n){CONTROL.pattern}")
_MARKDOWN: Final = re.compile(r"([\\`*_\[\]|~$])")
_LEADING: Final = re.compile(r"^(\d*)(?=[#+=-]|[.)](?:\s|$))")
"""what would make a line a heading, a list or a rule"""
_LINKS: Final = re.compile(r"(?<=[@#])(?=\w)|(?<=:)(?=//)|(?<=\bwww)(?=\.)", re.IGNORECASE)
_WORD_JOINER: Final = "\u2060"


def json_safe(document: str) -> str:
    """Return a JSON document with \\u escapes for characters that a terminal could obey; the data stays the same."""
    return _NO_NEWLINE.sub(lambda match: f"\\u{ord(match[0]):04x}", document)


def markdown(text: str) -> str:
    """Return text for a line or a table cell of GitHub's Markdown: no markup, no HTML, no mention, reference or link.

    A word joiner, which nobody sees, keeps `@name`, `#12` and addresses from becoming links.
    """
    plain = printable(text).strip().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _LINKS.sub(_WORD_JOINER, _LEADING.sub(r"\1\\", _MARKDOWN.sub(r"\\\1", plain)))


def mermaid(text: str) -> str:
    """Return a label of a Mermaid diagram: everything but letters, digits and spaces as a character code."""
    return re.sub(r"[^\w ,.:?/-]|_", lambda match: f"#{ord(match[0])};", printable(text))


def csv_cell(text: str) -> str:
    """Return a cell of one line that no spreadsheet takes for a formula."""
    return printable(guarded(text))
