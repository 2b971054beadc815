"""SQL: words and texts as a statement holds them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path


def quote(text: str) -> str:
    """Return a SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def name(text: str) -> str:
    """Return a quoted SQL identifier."""
    return '"' + text.replace('"', '""') + '"'


def listed(words: Iterable[str]) -> str:
    """Return what stands in `IN (...)`: texts as literals."""
    return ", ".join(map(quote, words))


def one_file(path: Path) -> str:
    """Return a SQL literal of one file to read; as it is, `*`, `?` and `[` in its name would mean many files."""
    return quote(re.sub(r"([*?\[])", r"[\1]", str(path)))
