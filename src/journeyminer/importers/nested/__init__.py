"""Nested sources: JSON documents with lists of objects inside; every profile of one is an importer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from journeyminer.importers.base import SAMPLE_BYTES, Match, Sample, Source
from journeyminer.importers.nested.documents import first_objects
from journeyminer.importers.nested.profile import Profile, profiles
from journeyminer.importers.nested.reading import Reading, Reshape
from journeyminer.note import Note

if TYPE_CHECKING:
    from journeyminer.importers.nested.query import Further
    from journeyminer.log.loader import Loader


@dataclass(frozen=True)
class Documents:
    """The importer of one profile; `reshape` and `further` are what no profile can say."""

    profile: Profile
    reshape: Reshape | None = None
    further: Further | None = None

    @property
    def NAME(self) -> str:
        """The name of the profile."""
        return self.profile.id

    @property
    def FILES(self) -> str:
        """What its files are called."""
        return self.profile.files

    def identify(self, sample: Sample) -> Match | None:
        """Claim a file that begins with a record of this source: its members tell, and it can be read."""
        text = sample.text
        told = any(all(f'"{key}"' in text for key in (*record.has, *record.keys)) for record in self.profile.record)
        if not told or text.lstrip()[:1] not in ("{", "["):
            return None
        for value, listed in first_objects(text.encode(), self.profile, is_whole=len(sample.head) < SAMPLE_BYTES):
            if record := self.profile.rule_of(value, listed, surely=True):
                keys = tuple(sorted({*record.has, *record.keys}))
                return Match(record.score, Note("match.keys", keys=keys))
        return None

    def load(self, source: Source, loader: Loader) -> None:
        """Hand over one file; the first one of a reading reads all.

        Raises:
            UnreadableExport: the file is not JSON or breaks off.
        """
        reading = source.shared.get("reading")
        if reading is None:
            schema = loader.engine.engine.new_schema()
            reading = Reading(
                self.profile, source, schema,
                pseudonyms=loader.pseudonyms, reshape=self.reshape, further=self.further,
            )  # fmt: skip
            source.shared["reading"] = reading
        reading.load(source.sample, loader)


def importers() -> list[Documents]:
    """Return the importers of all profiles of nested sources, by name."""
    return [Documents(profile) for profile in profiles().values()]
