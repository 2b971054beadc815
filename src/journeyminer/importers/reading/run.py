"""Reading: files, folders and archives become one log; one broken file never stops the others."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from journeyminer.errors import JourneyminerError, TooManyRejected, UnidentifiedSource, UnreadableExport, UsageError
from journeyminer.files import Scratch, State, sha256, state_of
from journeyminer.importers.base import Importer, Match, Sample, Source, readable
from journeyminer.importers.reading.archive import is_archive, unpack
from journeyminer.importers.reading.file_names import PERSONAL, numbered, public_name
from journeyminer.importers.reading.folders import Skipped, as_text, find_files
from journeyminer.importers.reading.identify import Identified, identify
from journeyminer.log.build import LogBuilder
from journeyminer.log.engine import Engine
from journeyminer.log.pseudonyms import hidden
from journeyminer.log.receipt import SourceReceipt, Unclaimed, counted
from journeyminer.log.store import stage_stored
from journeyminer.note import Note
from journeyminer.options import ReadOptions

if TYPE_CHECKING:
    from journeyminer.log import EventLog

MIN_REJECTED = 10
"""so many rejected records of a file are no error, whatever their share"""

Progress = Callable[[str, int, int], None]
"""called with the file's name, the bytes read so far and the bytes in all"""


def read_log(
    paths: Sequence[str | Path],
    *,
    options: ReadOptions | None = None,
    memory: str | None = None,
    append_to: Path | None = None,
    fingerprints: bool = True,
    progress: Progress | None = None,
    skipped: Skipped | None = None,
) -> EventLog:
    """Read exports into one log, in the sources' own words (`prepare` gives them the closed sets).

    One broken file never stops the others: it is listed in the receipt's `failed`, a file nobody claims in
    `unclaimed`. With `options.strict` the first broken file is raised.

    Args:
        append_to: a log folder whose events come first. A file that it holds already, whatever its name, is passed
            over; an event that it holds already is deduplicated.
        fingerprints: whether to take the SHA-256 of every file for the manifest; a log that is not saved needs none.
        skipped: called with the name of every folder that is left out because journeyminer wrote it.

    Raises:
        UnidentifiedSource: no file was claimed at all.
        UnreadableExport: every file is broken; the first one is named.
        EmptyLog: no event in any of the files.
    """
    options = options or ReadOptions()
    builder = LogBuilder(Engine(memory=memory))
    if append_to is not None:
        stage_stored(builder, append_to)
        builder.failed, builder.unclaimed = [], []  # of this reading, not of the last
    with Scratch() as folder:
        found = find_files(map(Path, paths), skipped=skipped)
        files = _unpacked(found, Path(folder), builder, options)
        claimed = _claim(files, builder, options)
        if not claimed and not builder.failed:
            if len(builder.unclaimed) == 1:
                (only,) = builder.unclaimed
                raise UnidentifiedSource(only.reason, place=only.place, hint=only.hint)
            names = tuple(unread.file for unread in builder.unclaimed[:5])
            what = Note("read.no_importer_for_any", files=names) if names else Note("read.no_files")
            raise UnidentifiedSource(what, hint=Note("hint.sources"))
        _Reading(builder, options, claimed, fingerprints=fingerprints, progress=progress).run()
        if not builder.sources and builder.failed:
            first = builder.failed[0]
            raise UnreadableExport(first.reason, place=first.place, hint=first.hint)
        return builder.build()


def identify_files(
    paths: Sequence[str | Path], options: ReadOptions, *, skipped: Skipped | None = None
) -> Iterator[Identified]:
    """What identify says of every file under the paths, archives' members among them."""
    with Scratch() as folder:
        for number, (path, shown) in enumerate(find_files(map(Path, paths), skipped=skipped)):
            try:
                members = unpack(path, shown, Path(folder) / str(number)) if is_archive(path) else [(path, shown)]
            except UnreadableExport as error:
                yield Identified(Sample(path, shown), (), None, error)
                continue
            for member, name in members:
                yield identify(Sample(member, name, encoding=options.encoding), options)


def _unpacked(
    files: Iterable[tuple[Path, str]], folder: Path, builder: LogBuilder, options: ReadOptions
) -> list[tuple[Path, str]]:
    """The files with every archive replaced by its members."""
    unpacked: list[tuple[Path, str]] = []
    for number, (path, shown) in enumerate(files):
        if not is_archive(path):
            unpacked.append((_readable(path, folder / str(number)), shown))
            continue
        try:
            with readable():
                before = state_of(path)
            unpacked += unpack(path, shown, folder / str(number))
            _check_unchanged(path, before)
        except UnreadableExport as error:
            if options.strict:
                error.in_file(shown)
                raise
            builder.failed.append(_listed(numbered(shown, builder.pseudonyms), shown, error))
    return unpacked


def _readable(path: Path, folder: Path) -> Path:
    """The path; a link to it where its name is no UTF-8, which the engine cannot open."""
    if os.fsencode(path).isascii() or as_text(path) == path.as_posix():
        return path
    folder.mkdir()
    link = folder / as_text(Path(path.name))
    link.symlink_to(path.resolve())
    return link


def _claim(files: Iterable[tuple[Path, str]], builder: LogBuilder, options: ReadOptions) -> list[Claimed]:
    """Every file that an importer reads; the others go to the receipt's `unclaimed` and `failed`."""
    claimed: list[Claimed] = []
    for path, shown in files:
        try:
            with readable():
                before = state_of(path)
        except UnreadableExport as error:  # it is gone
            if options.strict:
                raise error.in_file(shown) from None
            builder.failed.append(_listed(numbered(shown, builder.pseudonyms), shown, error))
            continue
        answer = identify(Sample(path, shown, encoding=options.encoding), options)
        if answer.chosen:
            claimed.append(Claimed(answer.sample, *answer.chosen, before))
        elif isinstance(answer.error, UnidentifiedSource):
            builder.unclaimed.append(_listed(numbered(shown, builder.pseudonyms), shown, answer.error))
        elif answer.error:
            if options.strict:
                raise answer.error.in_file(shown)
            builder.failed.append(_listed(numbered(shown, builder.pseudonyms), shown, answer.error))
    return claimed


class Claimed(NamedTuple):
    """A file and the importer that reads it."""

    sample: Sample
    importer: Importer
    match: Match
    before: State
    """of the file, before anybody looked into it"""


class _Reading:
    """One run over the claimed files."""

    def __init__(
        self,
        builder: LogBuilder,
        options: ReadOptions,
        claimed: Sequence[Claimed],
        *,
        fingerprints: bool,
        progress: Progress | None,
    ) -> None:
        self.builder = builder
        self.options = options
        self.claimed = claimed
        self.progress = progress
        self.sizes = {claim.sample.path: claim.before.size for claim in claimed}
        self.times = Counter(self.sizes.values())
        self.siblings = {
            name: tuple(claim.sample for claim in claimed if name == claim.importer.NAME)
            for name in {claim.importer.NAME for claim in claimed}
        }
        self.shared: dict[str, dict[str, Any]] = defaultdict(dict)
        self.fingerprints = fingerprints
        self.stored = {source.sha256 for source in builder.sources if source.sha256}
        self.known: dict[str, str] = {}

    def run(self) -> None:
        """Load every file; a broken one is taken back whole and listed."""
        total = sum(self.sizes.values())
        done = 0
        for claim in self.claimed:
            if self.progress:
                self.progress(PERSONAL.get(claim.importer.NAME) or self._public(claim), done, total)
            self._load(claim)
            done += self.sizes[claim.sample.path]
        if self.progress:
            self.progress("", total, total)
        if not self.builder.failed:
            self._check_formats()

    def _check_formats(self) -> None:
        """Raises UsageError where a form of dates that the user gives is that of no column of any file."""
        told = {
            note.params["format"]
            for source in self.builder.sources
            for note in source.decisions
            if note.slug == "decision.format_given"
        }
        for format_ in self.options.date_formats:
            if format_ not in told:
                raise UsageError(Note("usage.format_of_none", format=format_))

    def _load(self, claim: Claimed) -> None:
        sample, importer, match, before = claim
        digest = self._digest(sample.path)
        if digest in self.stored:  # what is in the log already changes nothing, not even its receipt
            return
        given = [name for glob, name in self.options.namespaces.items() if fnmatch(sample.path.name, glob)]
        # the same bytes are the same log, whatever the file is called: its records will all be deduplicated
        file = self._public(claim)
        namespace = given[0] if given else self.known.get(digest, _own_namespace(file))
        receipt = SourceReceipt(
            file,
            importer.NAME,
            match.reason,
            namespace=namespace,
            size=self.sizes[sample.path],
            sha256=digest,
        )
        loader = self.builder.loader(receipt)
        loader.namespace_given = bool(given) or digest in self.known
        source = Source(sample, match, self.options, self.siblings[importer.NAME], self.shared[importer.NAME])
        try:
            with readable():
                importer.load(source, loader)
            _check_unchanged(sample.path, before)
            _check_rejected(receipt, self.options.max_rejected)
        except JourneyminerError as error:
            # what the user got wrong is wrong for every file
            if isinstance(error, UsageError):
                raise
            if self.options.strict:
                error.in_file(sample.shown)
                raise
            names = self.builder.pseudonyms
            self.builder.drop(loader, _listed(names.shown(receipt.file), sample.shown, error))
            return
        if digest:
            self.known.setdefault(digest, receipt.namespace)

    def _public(self, claim: Claimed) -> str:
        """What the file is called from here on, with its number to come where only its events can give it one."""
        if kind := PERSONAL.get(claim.importer.NAME):
            return hidden(kind, claim.sample.shown)
        return public_name(claim.sample.shown, self.builder.pseudonyms)

    def _digest(self, path: Path) -> str:
        """The file's SHA-256, where it is wanted or another file of the same size may be the same file."""
        return sha256(path) if self.fingerprints or self.times[self.sizes[path]] > 1 else ""


def _check_unchanged(path: Path, before: State) -> None:
    """Raise UnreadableExport where a file is another one than before, or was written to: half of it may be read."""
    with readable():
        if state_of(path) != before:
            raise UnreadableExport(Note("read.changed"), hint=Note("hint.when_whole"))


def _check_rejected(receipt: SourceReceipt, share: float) -> None:
    if receipt.rejected <= MIN_REJECTED or receipt.rejected <= share * receipt.records:
        return
    reasons = counted(receipt.rejected_reasons)
    raise TooManyRejected(
        Note("read.too_many_rejected", n=receipt.rejected, of=receipt.records, reasons=reasons),
        hint=Note("hint.max_rejected"),
    )


def _listed(file: str, shown: str, error: JourneyminerError) -> Unclaimed:
    """A file that could not be read, as the receipt lists it: under its public name, with the place inside it."""
    reason = Note("read.at", place=error.place, fault=error.message) if error.place else error.message
    return Unclaimed(file, reason, shown, error.hint)


def _own_namespace(shown: str) -> str:
    """The namespace of a file that says none: its name, packed or not, so that `tickets.csv` and `tickets.xes` are two
    logs."""
    return shown.removesuffix(".gz")
