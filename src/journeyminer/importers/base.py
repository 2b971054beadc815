"""What every importer is: a name, a way to recognise a file, and a way to load it."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from journeyminer.errors import UnreadableExport
from journeyminer.note import Note

if TYPE_CHECKING:
    from journeyminer.log.loader import Loader
    from journeyminer.options import ReadOptions

SAMPLE_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class Match:
    """How sure an importer is that a file is its own, 0..1, and why.

    Scores: 0.95 keys or a header set that only this product writes; 0.8 its text shape; 0.6 a profile's headers
    matched in part; 0.3 a table whose columns can be mapped. The best score wins; a tie is an error naming both.
    """

    score: float
    reason: Note
    profile: str = ""
    """the profile that reads it, where the importer has several"""


@contextmanager
def readable() -> Iterator[None]:
    """Around whatever reads a file: what goes wrong below the formats is one clear error.

    Raises:
        UnreadableExport: the file cannot be read, or is a gzip file that is truncated or damaged.
    """
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UnreadableExport(Note("read.bad_gzip"), hint=Note("hint.export_or_copy_again")) from error
    except OSError as error:
        raise UnreadableExport(Note("read.unreadable", error=error.strerror or str(error))) from error


class Sample:
    """The first look at a file: decoded once, shared by every importer's `identify`."""

    def __init__(self, path: Path, shown: str, *, encoding: str | None = None) -> None:
        self.path = path
        self.shown = shown
        self._encoding = encoding

    @cached_property
    def head(self) -> bytes:
        """The first 64 KiB, of the unpacked content where the file is gzip."""
        with readable(), self.path.open("rb") as file:
            head = file.read(SAMPLE_BYTES)
            if head[:2] != b"\x1f\x8b":
                return head
            file.seek(0)
            with gzip.open(file) as unpacked:
                return unpacked.read(SAMPLE_BYTES)

    @cached_property
    def text(self) -> str:
        """The head decoded: byte order mark, then UTF-8, then the detected 8-bit encoding; never fails."""
        from journeyminer.encoding import decode_head

        return decode_head(self.head, self._encoding)

    @property
    def suffix(self) -> str:
        """The lower-case suffix, without a trailing `.gz`."""
        suffixes = [part.lower() for part in self.path.suffixes]
        if suffixes and suffixes[-1] == ".gz":
            suffixes.pop()
        return suffixes[-1] if suffixes else ""


@dataclass(frozen=True)
class Source:
    """One identified file on its way into the log."""

    sample: Sample
    match: Match
    options: ReadOptions
    siblings: tuple[Sample, ...] = ()
    """every file of this reading that the same importer claimed, itself among them, in order"""
    shared: dict[str, Any] = field(default_factory=dict)
    """the importer's own place for what it learned from all siblings; one for the whole reading"""

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self.sample.path

    @property
    def shown(self) -> str:
        """The file's name as messages and reports show it."""
        return self.sample.shown

    @property
    def timezone(self) -> str | None:
        """The zone the user gave for this file's timestamps."""
        return self.options.zone_of(self.path)


class Importer(Protocol):
    """A module (or object) with these four names is an importer; `reading.identify.MODULES` lists them.

    Words for its name stand in `locales/` under `source`; failures say where in the file, and who reads it names it.
    """

    @property
    def NAME(self) -> str:
        """The word for `--source`, `sources` and the events' `source` column."""

    @property
    def FILES(self) -> str:
        """What its files are called, for `sources`."""

    def identify(self, sample: Sample) -> Match | None:
        """Whether the file is one of ours, and why. Looks at the sample only; cheap, never raises on odd bytes."""

    def load(self, source: Source, loader: Loader) -> None:
        """Read the whole file into the log.

        Raises:
            JourneyminerError: the file as a whole cannot be used; single records are rejected instead.
        """
