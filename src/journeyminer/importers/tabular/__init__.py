"""Everything that is a table: CSV and its kin, read as a profile says."""

from __future__ import annotations

from journeyminer.importers.base import Match, Sample, Source
from journeyminer.log.intake import Intake

NAME = "tabular"


def identify(sample: Sample) -> Match | None:  # noqa: ARG001
    """Nothing yet."""
    return None


def load(source: Source, intake: Intake) -> None:
    """Nothing yet."""
