"""The receipt: what was read, what became of every record, and what was decided on the way."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import msgspec

from journeyminer.note import Note

if TYPE_CHECKING:
    from journeyminer.i18n import Language


@dataclass(slots=True)
class SourceReceipt:
    """One file: records = used + rejected + deduplicated + ignored, always.

    `profile` names what a table was read as; `reason` is why the importer claimed the file, `decisions` are what it
    decided on the way. The keys of `rejected_reasons` and `ignored_reasons` are of `vocabulary.FateReason`.
    """

    file: str
    importer: str
    reason: Note
    profile: str = ""
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
    decisions: list[Note] = field(default_factory=list)
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
    reason: Note
    place: str = ""
    hint: Note | None = None

    def told(self, language: Language) -> str:
        """The file under its public name, what is wrong with it and what to do, in a reader's language."""
        told = [f"{language.name(self.file)}:", language.note(self.reason)]
        return " ".join([*told, *([language.note(self.hint)] if self.hint else [])])


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A value of the source that no label rule knows, with how often it stands in the log."""

    field: str
    value: str
    n: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """The balance of one reading. Carried by the log, saved in its manifest, printed in every report.

    Logs that are made of one another share it; a step that has more to say gives its log another receipt.
    """

    sources: tuple[SourceReceipt, ...] = ()
    unclaimed: tuple[Unclaimed, ...] = ()
    failed: tuple[Unclaimed, ...] = ()
    unmatched: tuple[Unmatched, ...] = ()
    notes: tuple[Note, ...] = ()
    """what the data cannot say, and what the reading left out"""


def counted(reasons: Counter[str], most: int = 3) -> tuple[Note, ...]:
    """The most frequent reasons of a fate, each with its count, as a parameter of a note."""
    return tuple(Note("read.counted", fate=reason, n=n) for reason, n in reasons.most_common(most))


def to_data(receipt: Receipt) -> dict[str, Any]:
    """The receipt as JSON values, for the manifest of a log."""
    listed = {
        kind: tuple(replace(file, place="", hint=None) for file in getattr(receipt, kind))
        for kind in ("unclaimed", "failed")
    }
    data: dict[str, Any] = msgspec.to_builtins(replace(receipt, **listed))
    return data


def from_data(data: object) -> Receipt:
    """The receipt that `to_data` wrote. Raises msgspec.ValidationError, with the path, where it is another thing."""
    return msgspec.convert(data, Receipt, dec_hook=lambda _, counts: Counter(counts))
