"""Headers: which column of a file is which column of ours, in any of four languages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from journeyminer.errors import MissingColumn, UsageError
from journeyminer.note import Note
from journeyminer.text import fold

SHORT = {"case": "case_id", "time": "time_of_day", "start": "started_at"}
"""what --map takes beside the names of our columns"""

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NUMBER = re.compile(r"\bn(?:[o°]|\.\s?[o°])(?!\w)\.?")
"""N.º, Nº, N° and N.o, the number of something"""
_E_MAIL = re.compile(r"\be mail\b")
_BETWEEN = re.compile(r"[\s_\-–./():+\[\]\"']+")
_TWICE_ENCODED = re.compile("[ÃÅÂ][\u0080-\u00bf‘’“”•–—˜™š›œžŸ†‡‰‹ŒŽ€‚ƒ„…ˆŠ±]")


def normalise(header: str) -> str:
    """The form in which headers are compared: lower case, no accents, words apart by one space.

    `CaseID`, `case_id`, `case:id` and `Case-Id` are the same, and so are `N.º` and `Nº`, `E-mail` and `Email`, and text
    that was encoded as UTF-8 twice.
    """
    words = _BETWEEN.sub(" ", _NUMBER.sub("no", fold(_CAMEL.sub(" ", repair(header))))).strip()
    return _E_MAIL.sub("email", words)


def repair(text: str) -> str:
    """Text that was encoded as UTF-8 twice (`ResponsÃ¡vel`), as it was meant; other text as it is."""
    if not _TWICE_ENCODED.search(text):
        return text
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return text


class Headers:
    """The headers of one file, by position: a header may stand several times, or be empty."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = tuple(texts)
        self.normal = tuple(normalise(text) for text in texts)

    def find(self, synonyms: Sequence[str]) -> list[int]:
        """The positions of the first synonym that is a header; synonyms are compared in their order."""
        for synonym in synonyms:
            positions = [place for place, header in enumerate(self.normal) if header == synonym]
            if positions:
                return positions
        return []

    def find_within(self, synonyms: Sequence[str], taken: set[int]) -> int | None:
        """The one header that holds all words of a synonym; the longest synonym goes first.

        Of several the plain one is meant, whose words all the others hold too: `Problem Status` beside `Problem Sub
        Status`. Else they tie, which is no match.
        """
        for synonym in sorted(synonyms, key=lambda synonym: -len(synonym.split())):
            words = set(synonym.split())
            held = [
                place
                for place, header in enumerate(self.normal)
                if place not in taken and words <= set(header.split()) and "by" not in header.split()
            ]
            shared = set.intersection(*(set(self.normal[place].split()) for place in held)) if held else set()
            plain = held if len(held) == 1 else [place for place in held if set(self.normal[place].split()) == shared]
            if len(plain) == 1:
                return plain[0]
        return None

    def match(self, columns: Mapping[str, Sequence[str]]) -> dict[str, int]:
        """Our column -> position. No header is two of our columns; columns are served in their order."""
        found: dict[str, int] = {}
        for ours, synonyms in columns.items():
            free = [place for place in self.find(synonyms) if place not in found.values()]
            if free:
                found[ours] = free[0]
        return found

    def given(self, columns: Mapping[str, str], known: Sequence[str]) -> dict[str, int]:
        """Our column -> position, as --map says. The header may be written in any way that means the same.

        Raises:
            UsageError: the log has no such column.
            MissingColumn: the file has no such header.
        """
        found = {}
        for flag, header in columns.items():
            ours = SHORT.get(flag, flag)
            if ours not in known:
                hint = Note("hint.log_has", columns=tuple(known))
                raise UsageError(Note("usage.no_log_column", column=flag), place="--map", hint=hint)
            exact = [place for place, text in enumerate(self.texts) if text.strip() == header.strip()]
            alike = [place for place, normal in enumerate(self.normal) if normal == normalise(header)]
            if not exact and not alike:
                raise MissingColumn(
                    Note("read.no_column", column=header), hint=Note("hint.file_has", headers=self.listed)
                )
            found[ours] = (exact or alike)[0]
        return found

    @property
    def listed(self) -> tuple[str, ...]:
        """All headers for a message, each once."""
        return tuple(dict.fromkeys(text.strip() for text in self.texts if text.strip()))

    def named(self, places: Iterable[int]) -> tuple[str, ...]:
        """The headers at these positions, for a message."""
        return tuple(self.texts[place].strip() for place in places)
