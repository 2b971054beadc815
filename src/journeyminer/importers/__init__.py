"""Importers: they recognise exports and hand their records over; `read_log` runs them over files and folders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from importlib import import_module
from pathlib import Path
from typing import cast

from journeyminer.errors import AmbiguousSource, JourneyminerError, UnidentifiedSource, UnreadableExport, UsageError
from journeyminer.importers.base import Importer, Match, ReadOptions, Sample, Source
from journeyminer.log import EventLog
from journeyminer.log.engine import Engine
from journeyminer.log.intake import LogBuilder
from journeyminer.log.quality import SourceReceipt, Unclaimed
from journeyminer.log.store import is_log, sha256, stage_stored

MODULES = ("xes", "parquet", "zendesk", "mail", "whatsapp", "tabular")
"""Every importer is one module of this package; a table is one profile of `tabular`."""

Progress = Callable[[str, int, int], None]
"""called with the file's name, the bytes read so far and the bytes in all"""


def importers() -> list[Importer]:
    """All importers, in the order of MODULES."""
    return [cast(Importer, import_module(f"{__name__}.{module}")) for module in MODULES]


@dataclass(frozen=True, slots=True)
class Identified:
    """What identify says of one file: every importer's answer, best first, and the one that reads it, if any."""

    sample: Sample
    answers: tuple[tuple[Importer, Match], ...]
    chosen: tuple[Importer, Match] | None
    error: JourneyminerError | None = None


def identify(sample: Sample, options: ReadOptions) -> Identified:
    """Ask every importer about a file. The best score wins; a tie is an error naming both; `options.source` overrides."""
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
        answered = [(importer, match) for importer in candidates if (match := importer.identify(sample))]
    except JourneyminerError as error:
        return Identified(sample, (), None, error)
    answered.sort(key=lambda answer: -answer[1].score)
    if not answered:
        unclaimed = UnidentifiedSource(
            "No importer knows this file.",
            place=sample.shown,
            hint="See what can be read with: journeyminer sources; map a table by hand with --map.",
        )
        return Identified(sample, (), None, unclaimed)
    if len(answered) > 1 and answered[0][1].score == answered[1][1].score:
        both = " and ".join(f"{importer.NAME} ({match.reason})" for importer, match in answered[:2])
        tie = AmbiguousSource(
            f"Two importers claim the file: {both}.", place=sample.shown, hint="Choose with --source."
        )
        return Identified(sample, tuple(answered), None, tie)
    return Identified(sample, tuple(answered), answered[0])


def find_files(paths: Iterable[Path]) -> list[tuple[Path, str]]:
    """All files under the paths with the name each is shown by, in the order of those names.

    Hidden files and log folders are left out. A name is relative to the folder given; where two would be the same,
    the folder's own name stands before it.
    """
    found: list[tuple[Path, Path, Path]] = []
    for path in paths:
        if path.is_dir():
            inside = [
                file
                for file in path.rglob("*")
                if file.is_file()
                and not any(part.startswith(".") for part in file.relative_to(path).parts)
                and not any(is_log(folder) for folder in file.parents)
            ]
            found += [(file, file.relative_to(path), path) for file in inside]
        elif path.exists():
            found.append((path, Path(path.name), path.parent))
        else:
            raise UnreadableExport("There is no such file or folder.", place=str(path))
    names = [name for _, name, _ in found]
    files = [
        (file, (name if names.count(name) == 1 else base.resolve().name / name).as_posix())
        for file, name, base in found
    ]
    return sorted(set(files), key=lambda pair: pair[1])


def read_log(
    paths: Sequence[str | Path],
    *,
    options: ReadOptions | None = None,
    memory: str | None = None,
    append_to: Path | None = None,
    progress: Progress | None = None,
) -> EventLog:
    """Read exports into one log, in the sources' own words (`prepare` gives them the closed sets).

    One broken file never stops the others: it is listed in the receipt's `failed`, a file nobody claims in
    `unclaimed`. With `options.strict` the first broken file is raised.

    Args:
        append_to: a log folder whose events come first; what it holds already is deduplicated.

    Raises:
        EmptyLog: no event in any of the files.
        UnidentifiedSource: no file was claimed at all.
    """
    options = options or ReadOptions()
    builder = LogBuilder(Engine(memory=memory))
    if append_to is not None:
        stage_stored(builder, append_to)
    known = {source.sha256: source.namespace for source in builder.receipt.sources if source.sha256}
    files = find_files(Path(path) for path in paths)
    claimed: list[tuple[Sample, Importer, Match]] = []
    for path, shown in files:
        answer = identify(Sample(path, shown, encoding=options.encoding), options)
        if answer.chosen:
            claimed.append((answer.sample, *answer.chosen))
        elif answer.error:
            if options.strict:
                raise answer.error
            broken = not isinstance(answer.error, UnidentifiedSource)
            listed = builder.receipt.failed if broken else builder.receipt.unclaimed
            listed.append(Unclaimed(shown, answer.error.message))
    if not claimed and not builder.receipt.failed:
        listed_names = ", ".join(shown for _, shown in files[:5]) or "the folder is empty"
        raise UnidentifiedSource(
            f"No importer knows any of the files ({listed_names}).",
            hint="See what can be read with: journeyminer sources; map a table by hand with --map.",
        )
    total = sum(sample.path.stat().st_size for sample, _, _ in claimed)
    done = 0
    for sample, importer, match in claimed:
        if progress:
            progress(sample.shown, done, total)
        _load(builder, sample, importer, match, options, claimed, known)
        done += sample.path.stat().st_size
    if progress:
        progress("", total, total)
    if not builder.receipt.sources and builder.receipt.failed:
        first = builder.receipt.failed[0]
        raise UnreadableExport(first.reason, place=first.file)
    return builder.seal()


def _load(
    builder: LogBuilder,
    sample: Sample,
    importer: Importer,
    match: Match,
    options: ReadOptions,
    claimed: Sequence[tuple[Sample, Importer, Match]],
    known: dict[str, str],
) -> None:
    """Load one file; a broken one is taken back whole and listed."""
    digest = sha256(sample.path)
    given = [name for glob, name in options.namespaces.items() if fnmatch(sample.path.name, glob)]
    namespace = given[0] if given else known.get(digest, _stem(sample.shown))
    receipt = SourceReceipt(
        sample.shown,
        importer.NAME,
        match.reason,
        namespace=namespace,
        size=sample.path.stat().st_size,
        sha256=digest,
    )
    intake = builder.intake(receipt)
    intake.namespace_given = bool(given) or digest in known
    siblings = tuple(other.path for other, claimer, _ in claimed if claimer is importer)
    try:
        importer.load(Source(sample, match, options, siblings), intake)
    except JourneyminerError as error:
        if options.strict:
            raise
        builder.withdraw(intake)
        builder.receipt.sources.pop()
        builder.receipt.failed.append(Unclaimed(sample.shown, str(error)))
        return
    known.setdefault(digest, receipt.namespace)


def _stem(shown: str) -> str:
    """The namespace of a file that says none: its name without suffixes."""
    path = Path(shown)
    return path.with_name(path.name.split(".")[0] or path.name).as_posix()
