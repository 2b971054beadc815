"""Nested sources: JSON documents with lists of objects inside, read as a profile says; every profile is an importer."""

from __future__ import annotations

from dataclasses import dataclass

from journeyminer.importers.base import SAMPLE_BYTES, Match, Sample, Source
from journeyminer.importers.nested.documents import first_objects
from journeyminer.importers.nested.profile import Profile, profiles
from journeyminer.importers.nested.reading import Reading
from journeyminer.log.build import Loader
from journeyminer.note import Note


@dataclass(frozen=True)
class Documents:
    """The importer of one profile."""

    profile: Profile

    @property
    def NAME(self) -> str:  # noqa: N802 - as importers that are modules have it
        """The name of the profile."""
        return self.profile.id

    @property
    def FILES(self) -> str:  # noqa: N802
        """What its files are called."""
        return self.profile.files

    def identify(self, sample: Sample) -> Match | None:
        """Claim a file that begins with a record of this source: its members tell, and it can be read."""
        text = sample.text
        told = [record for record in self.profile.record if all(f'"{key}"' in text for key in (*record.has, *record.keys))]
        if not told or text.lstrip()[:1] not in ("{", "["):
            return None
        for value, listed in first_objects(text.encode(), self.profile, is_whole=len(sample.head) < SAMPLE_BYTES):
            if record := self.profile.rule_of(value, listed, surely=True):
                return Match(0.95, Note("match.keys", keys=tuple(sorted({*record.has, *record.keys}))))
        return None

    def load(self, source: Source, loader: Loader) -> None:
        """Hand over one file; the first one of a reading reads all.

        Raises:
            UnreadableExport: the file is not JSON or breaks off.
        """
        reading = source.shared.get("reading") or Reading(self.profile, source, loader.engine)
        source.shared["reading"] = reading
        file = next(file for file in reading.files if file.sample is source.sample)
        loader.namespace(file.namespace)
        reading.load(file, loader)


def importers() -> list[Documents]:
    """Return the importers of all profiles of nested sources, by name."""
    return [Documents(profile) for profile in profiles().values()]
