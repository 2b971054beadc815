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


_WHITE = "".join(map(chr, (*range(9, 14), 32, 160, 5760, *range(8192, 8203), 8239, 8287, 12288, 65279)))
"""what counts as white space around a text, the byte order mark included"""


def trim_sql(expression: str) -> str:
    """Return SQL of a text without white space around it; null where nothing is left."""
    return f"nullif(trim({expression}, {quote(_WHITE)}), '')"


def has_blanks_sql(expression: str) -> str:
    """Return SQL of whether a text begins or ends with white space, or is empty; quick where none does."""
    ends = (expression, f"{expression}[-1]")
    plain = " AND ".join(f"{end} BETWEEN '!' AND '~'" for end in ends)  # nearly every text begins and ends in ASCII
    return f"CASE WHEN NOT ({plain}) THEN {trim_sql(expression)} IS DISTINCT FROM {expression} ELSE false END"


def is_address_sql(text: str) -> str:
    """Return SQL of whether a text is one e-mail address, bare or in <> after a name; a chat's account is none."""
    bare = "[^\\s@<>]+@[^\\s@<>]+"
    is_one = f"regexp_full_match({text}, {quote(f'{bare}|[^@]*<{bare}>')})"
    return f"({is_one} AND NOT contains({text}, '@s.whatsapp.net'))"
