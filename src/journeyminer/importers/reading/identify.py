"""Which importer reads a file: every importer is asked, the best answer wins, and the reason is kept."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, cast

from journeyminer.errors import AmbiguousSource, JourneyminerError, UnidentifiedSource, UsageError
from journeyminer.importers.base import Importer, Match, Sample
from journeyminer.importers.nested import importers as nested_importers
from journeyminer.note import Note

if TYPE_CHECKING:
    from journeyminer.options import ReadOptions

MODULES = ("xes", "tabular.parquet", "tabular.workbook", "zendesk", "mail", "whatsapp", "tabular")
"""Every importer is one module of this package; a table is one profile of `tabular`."""

TABLES = (".csv", ".tsv", ".tab", ".txt", "")
"""a file of these suffixes that nobody claims is read as a table where --map says its columns"""


def importers() -> list[Importer]:
    """All importers: those of MODULES in their order, then the profiles of nested sources that have no module."""
    modules = [cast(Importer, import_module(f"journeyminer.importers.{module}")) for module in MODULES]
    names = {module.NAME for module in modules}
    return [*modules, *(documents for documents in nested_importers() if documents.NAME not in names)]


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
                match = Match(1.0, Note("match.source_given", source=options.source))
                return Identified(sample, ((importer, match),), (importer, match))
        names = tuple(importer.NAME for importer in candidates)
        raise UsageError(Note("usage.no_source", source=options.source), hint=Note("usage.known", known=names))
    try:
        asked = [(importer, importer.identify(sample)) for importer in candidates]
    except JourneyminerError as error:
        return Identified(sample, (), None, error)
    answered = [(importer, match) for importer, match in asked if match]
    if not answered and options.columns and sample.suffix in TABLES:
        answered = [
            (importer, Match(0.3, Note("match.mapped"))) for importer in candidates if importer.NAME == "tabular"
        ]
    answered.sort(key=lambda answer: -answer[1].score)
    if not answered:
        return Identified(sample, (), None, _unclaimed(sample, options))
    if len(answered) > 1 and answered[0][1].score == answered[1][1].score:
        (first, why_first), (second, why_second) = answered[:2]
        tie = Note(
            "read.tie", first=first.NAME, first_reason=why_first.reason, second=second.NAME,
            second_reason=why_second.reason,
        )  # fmt: skip
        return Identified(sample, tuple(answered), None, AmbiguousSource(tie, hint=Note("hint.choose_source")))
    return Identified(sample, tuple(answered), answered[0])


def _unclaimed(sample: Sample, options: ReadOptions) -> UnidentifiedSource:
    """Why nobody reads a file: of a table, which columns it has and how to name them."""
    from journeyminer.importers.tabular import missing_columns

    if not sample.head:
        return UnidentifiedSource(Note("read.empty"), hint=Note("hint.export_again"))
    before, zero, _ = sample.text.partition("\0")
    if zero and sample.suffix in TABLES:
        return UnidentifiedSource(Note("read.nul", line=before.count("\n") + 1), hint=Note("hint.export_again"))
    missing = missing_columns(sample, options) if sample.suffix in TABLES else None
    if missing is None:
        return UnidentifiedSource(Note("read.no_importer"), hint=Note("hint.sources"))
    return UnidentifiedSource(missing.message, hint=missing.hint)


class KnownSource(NamedTuple):
    """A source that can be read: its name for --source, its files, and the name of its words in `locales/`."""

    source: str
    files: str
    reads: str


def sources() -> list[KnownSource]:
    """Every importer, and for tables every profile, in the order in which they are asked."""
    from journeyminer.importers.tabular.profile import profiles

    known: list[KnownSource] = []
    for importer in importers():
        if importer.NAME == "tabular":
            known += [KnownSource(f"tabular:{each.name}", importer.FILES, each.name) for each in profiles()]
        else:
            known.append(KnownSource(importer.NAME, importer.FILES, importer.NAME))
    return known
