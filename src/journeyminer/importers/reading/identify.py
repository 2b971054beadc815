"""Which importer reads a file: every importer is asked, the best answer wins, and the reason is kept."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import NamedTuple, cast

from journeyminer.errors import AmbiguousSource, JourneyminerError, UnidentifiedSource, UsageError
from journeyminer.importers import nested
from journeyminer.importers.base import Importer, Match, ReadOptions, Sample

MODULES = ("xes", "tabular.parquet", "zendesk", "mail", "whatsapp", "tabular")
"""Every importer is one module of this package; a table is one profile of `tabular`."""

TABLES = (".csv", ".tsv", ".tab", ".txt")
"""a file of these suffixes that nobody claims is read as a table where --map says its columns"""

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")

HOW_TO_READ = "See what can be read with: journeyminer sources; map a table by hand with --map."


def importers() -> list[Importer]:
    """All importers: those of MODULES in their order, then the profiles of nested sources that have no module."""
    modules = [cast(Importer, import_module(f"journeyminer.importers.{module}")) for module in MODULES]
    names = {module.NAME for module in modules}
    return [*modules, *(documents for documents in nested.importers() if documents.NAME not in names)]


@dataclass(frozen=True, slots=True)
class Identified:
    """What identify says of one file: every importer's answer, best first, and the one that reads it, if any."""

    sample: Sample
    answers: tuple[tuple[Importer, Match], ...]
    chosen: tuple[Importer, Match] | None
    error: JourneyminerError | None = None


def identify(sample: Sample, options: ReadOptions) -> Identified:
    """Ask every importer about a file: the best score wins, a tie is an error, `options.source` overrides."""
    candidates = importers()
    if options.source:
        wanted = options.source.split(":")[0]
        for importer in candidates:
            if wanted == importer.NAME:
                match = Match(1.0, f"--source {options.source}")
                return Identified(sample, ((importer, match),), (importer, match))
        names = ", ".join(importer.NAME for importer in candidates)
        raise UsageError(f"There is no source {options.source!r}.", hint=f"Known sources: {names}.")
    try:
        asked = [(importer, importer.identify(sample)) for importer in candidates]
    except JourneyminerError as error:
        return Identified(sample, (), None, error)
    answered = [(importer, match) for importer, match in asked if match]
    if not answered and options.columns and sample.suffix in TABLES:
        answered = [
            (importer, Match(0.3, "a table, mapped by --map")) for importer in candidates if importer.NAME == "tabular"
        ]
    answered.sort(key=lambda answer: -answer[1].score)
    if not answered:
        return Identified(sample, (), None, _unclaimed(sample, options))
    if len(answered) > 1 and answered[0][1].score == answered[1][1].score:
        both = " and ".join(f"{importer.NAME} ({match.reason})" for importer, match in answered[:2])
        tie = AmbiguousSource(
            f"Two importers claim the file: {both}.", place=sample.shown, hint="Choose with --source."
        )
        return Identified(sample, tuple(answered), None, tie)
    return Identified(sample, tuple(answered), answered[0])


def _unclaimed(sample: Sample, options: ReadOptions) -> UnidentifiedSource:
    """Why nobody reads a file: of a table, which columns it has and how to name them."""
    from journeyminer.importers.tabular import missing_columns

    if sample.suffix in WORKBOOKS:
        return UnidentifiedSource(
            "Workbooks are not read.", place=sample.shown, hint="Save the sheet as CSV (UTF-8) and give that file."
        )
    if not sample.head:
        return UnidentifiedSource("The file is empty.", place=sample.shown, hint="Export it again.")
    missing = missing_columns(sample, options) if sample.suffix in TABLES else None
    if missing is None:
        return UnidentifiedSource("No importer knows this file.", place=sample.shown, hint=HOW_TO_READ)
    return UnidentifiedSource(missing.message, place=sample.shown, hint=missing.hint)


FILES = {
    "xes": "*.xes, *.xes.gz",
    "parquet": "*.parquet",
    "zendesk": "*.json, *.ndjson, *.gz",
    "mail": "*.mbox, *.eml, Maildir",
    "whatsapp": "*.txt",
    "tabular": "*.csv, *.tsv, *.txt, *.gz",
}


class KnownSource(NamedTuple):
    """A source that can be read: its name for --source, its files, and what they are."""

    source: str
    files: str
    reads: str


def sources() -> list[KnownSource]:
    """Every importer, and for tables every profile, in the order in which they are asked."""
    from journeyminer.importers.tabular.profile import profiles

    known: list[KnownSource] = []
    for importer in importers():
        if importer.NAME == "tabular":
            known += [KnownSource(f"tabular:{each.name}", FILES["tabular"], each.title) for each in profiles()]
        else:
            first = (importer.__doc__ or "").strip().split("\n")[0].rstrip(".")
            known.append(KnownSource(importer.NAME, FILES[importer.NAME], first))
    return known
