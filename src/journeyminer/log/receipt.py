"""The receipt: what was read, what became of every record, and what was decided on the way."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class SourceReceipt:
    """One file: records = used + rejected + deduplicated + ignored, always."""

    file: str
    importer: str
    reason: str
    namespace: str = ""
    size: int = 0
    sha256: str = ""
    records: int = 0
    used: int = 0
    rejected: int = 0
    deduplicated: int = 0
    ignored: int = 0
    events: int = 0
    zone_assumed: bool = False
    decisions: dict[str, str] = field(default_factory=dict)
    rejected_reasons: Counter[str] = field(default_factory=Counter)
    ignored_reasons: Counter[str] = field(default_factory=Counter)

    @property
    def balances(self) -> bool:
        """Whether every record has exactly one fate."""
        return self.records == self.used + self.rejected + self.deduplicated + self.ignored


@dataclass(frozen=True, slots=True)
class Unclaimed:
    """A file that no importer claimed, or that broke: listed, never skipped in silence.

    `place` and `hint` are for the one who reads the files: where the file is and what to do, in words that may quote
    it. They are neither saved nor reported.
    """

    file: str
    reason: str
    place: str = ""
    hint: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (f"{self.place or self.file}:", self.reason, self.hint) if part)


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A value of the source that no label rule knows, with how often it stands in the log."""

    field: str
    value: str
    n: int


@dataclass(slots=True)
class Receipt:
    """The balance of one reading. Carried by the log, saved in its manifest, printed in every report."""

    sources: list[SourceReceipt] = field(default_factory=list)
    unclaimed: list[Unclaimed] = field(default_factory=list)
    failed: list[Unclaimed] = field(default_factory=list)
    unmatched: list[Unmatched] = field(default_factory=list)
    notes: list[tuple[str, dict[str, str | int | float]]] = field(default_factory=list)
    """Warnings as (slug, parameters); the words are in locales/ under `note.<slug>`."""

    def note(self, slug: str, **params: str | int | float) -> None:
        """Add a warning once."""
        if (slug, params) not in self.notes:
            self.notes.append((slug, params))
