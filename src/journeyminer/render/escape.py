"""Data is hostile: one function for each medium that keeps text from being anything but text.

A subject line may hold markup, a formula, a terminal escape or a mention. Every renderer passes data through the
function of its medium; templates never see raw text as markup.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Final

from journeyminer.text import guarded, is_hidden, printable

_ODD: Final = re.compile(r"[^\n -~]|#(?=\w*\[)")
_MARKDOWN: Final = re.compile(r"([\\`*_\[\]|~$])")
_LEADING: Final = re.compile(r"^(\d*)(?=[#+=-]|[.)](?:\s|$))")
"""what would make a line a heading, a list or a rule"""
_LINKS: Final = re.compile(r"(?<=[@#])(?=\w)|(?<=:)(?=//)|(?<=\bwww)(?=\.)", re.IGNORECASE)
_WORD_JOINER: Final = "\u2060"


def json_safe(document: str) -> str:
    """Return a JSON document with \\u escapes for what could steer a terminal or a CI service; the data is the same."""
    return _ODD.sub(lambda found: _spelt(found[0]), document)


@cache
def _spelt(char: str) -> str:
    return json.dumps(char)[1:-1] if is_hidden(char) else "\\u0023" if char == "#" else char


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
