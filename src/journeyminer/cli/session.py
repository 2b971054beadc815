"""One run of a command: its options, its configuration and language, and the way from exports to a Report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from journeyminer.cli.progress import progress_bar
from journeyminer.config import Config, Mistakes, Promised, load_config
from journeyminer.errors import ExitStatus, NotOurs, UsageError
from journeyminer.locks import one_writer
from journeyminer.note import Note
from journeyminer.options import (
    FilterOptions,
    Option,
    PromiseOptions,
    ReadOptions,
    ReportOptions,
    RunOptions,
    WriteOptions,
    fill,
)

if TYPE_CHECKING:
    from journeyminer.cli.output import Reader
    from journeyminer.i18n import Language
    from journeyminer.log import EventLog
    from journeyminer.log.receipt import Unclaimed
    from journeyminer.report.sections import Report


@dataclass
class Session:
    """What a command was told: a flag goes before journeyminer.toml, that before the default."""

    reader: Reader
    config: Config
    read_options: ReadOptions
    run: RunOptions
    filters: FilterOptions
    look: ReportOptions
    write: WriteOptions
    promises: tuple[Promised, ...]
    """those of the file, then those of --fail-on"""
    status: ExitStatus = ExitStatus.OK
    """3 once a file of this run's reading broke, although everything else is written"""

    @classmethod
    def open(cls, given: Iterable[tuple[Option, Any]], reader: Reader) -> Session:
        """Return the session of a command from the texts of its flags. Raise UsageError with all their mistakes."""
        given = list(given)
        texts = {option.name: text for option, text in given}
        reader.asked, reader.quiet = texts.get("language"), "quiet" in texts
        reader.config = Path(texts["config"]) if "config" in texts else None
        config = load_config(reader.config)
        mistakes = Mistakes()
        flags = {}
        for option, text in given:
            shown = option.flags[-1]
            flags[option.name] = mistakes.take({shown: text}, shown, option.read_flag)
        mistakes.stop(UsageError)
        return cls(
            reader,
            config,
            fill(ReadOptions, flags, config.options),
            fill(RunOptions, flags, config.options),
            fill(FilterOptions, flags),
            fill(ReportOptions, flags, config.options),
            fill(WriteOptions, flags),
            (*config.promises, *map(Promised, fill(PromiseOptions, flags).fail_on)),
        )

    @property
    def language(self) -> Language:
        """The language of what is printed."""
        return self.reader.language

    def read(self, exports: Sequence[Path], *, append_to: Path | None = None, fingerprints: bool = False) -> EventLog:
        """Return the prepared log of exports, of a log folder or of an output folder with its log; say what broke."""
        from journeyminer.importers import read_log
        from journeyminer.importers.reading.folders import log_of
        from journeyminer.log.store import is_log, load_log
        from journeyminer.prepare import prepare

        alone = log_of(exports[0]) if len(exports) == 1 and not append_to else None
        logs = [path for path in exports if is_log(path)]
        if logs and not alone:
            raise UsageError(Note("usage.log_not_alone"), place=str(logs[0]), hint=Note("usage.append_to_log"))
        if alone:
            log = load_log(alone, memory=self.run.memory)
        else:
            with progress_bar(self.reader) as step:
                log = read_log(
                    exports,
                    options=self.read_options,
                    memory=self.run.memory,
                    append_to=append_to,
                    fingerprints=fingerprints,
                    progress=lambda shown, done, total: step(Note("run.reading", file=shown), done, total),
                    skipped=self.say_skipped,
                )
            self._say_what_broke(log)
        read = self.read_options
        prepared = prepare(
            log, config=self.config, pair=not read.no_pair, activities=read.activities, journeys=self.look
        )
        return prepared.run_to(self.run.as_of) if self.run.as_of else prepared

    @contextmanager
    def writing(self, output: Path | None, inputs: Sequence[Path]) -> Iterator[None]:
        """Be the only run that writes an output, for the length of the block; None and streams are nobody's.

        Raises:
            NotOurs: it is one of the inputs, or somebody's own and --force was not given.
            Locked: another run writes it, and is not done within --wait.
        """
        from journeyminer.importers.reading.folders import files_among
        from journeyminer.outputs import find_again, is_ours, is_stream, recover

        for path in inputs:
            find_again(path)
        if output is None or is_stream(output):
            yield
            return
        read = [*inputs, *([self.reader.config] if self.reader.config else [])]
        if files_among(read, output):
            raise NotOurs(Note("file.is_input"), place=str(output), hint=Note("file.elsewhere"))
        with one_writer(output, wait=self.write.wait, tell=self.tell):
            recover(output.resolve())
            if not self.write.force and not is_ours(output):
                what = Note("file.foreign_folder") if output.is_dir() else Note("file.foreign")
                raise NotOurs(what, place=str(output), hint=Note("file.force"))
            yield

    def say_skipped(self, shown: str) -> None:
        """Say that something in a folder of exports is none."""
        self.tell(Note("run.skipped", what=shown))

    def _say_what_broke(self, log: EventLog) -> None:
        for broken in log.receipt.failed:
            self.status = ExitStatus.DATA
            self.tell(Note("run.broken", what=broken.told(self.language)))
        alike: dict[tuple[Note, Note | None], list[Unclaimed]] = {}
        for unclaimed in log.receipt.unclaimed:
            alike.setdefault((unclaimed.reason, unclaimed.hint), []).append(unclaimed)
        for (reason, _), files in alike.items():
            if len(files) == 1:
                self.tell(Note("run.not_read", what=files[0].told(self.language)))
            else:
                names = tuple(each.file for each in files)
                self.tell(Note("run.not_read_alike", n=len(files), files=names, reason=reason))

    def filter(self, log: EventLog) -> EventLog:
        """Return the log of the cases that the filters keep."""
        from journeyminer.prepare.filters import filter_log

        return filter_log(log, **asdict(self.filters))

    def report(self, log: EventLog, *, sections: Sequence[str] | None = None) -> Report:
        """Return the Report of a filtered log; `sections` None is all of them."""
        from journeyminer.prepare.filters import describe_filters
        from journeyminer.report.build import build
        from journeyminer.report.promises import check
        from journeyminer.report.sections import ASKED

        look = self.look
        report = build(
            log,
            sections=ASKED if sections is None else sections,
            per=look.per,
            named=look.agents == "named",
            max_nodes=look.max_nodes,
            max_edges=look.max_edges,
            period=look.period or ("week" if sections is not None and "trend" in sections else None),
            timezone=self.read_options.timezone or "UTC",
            filters=describe_filters(**asdict(self.filters)),
            generated_at=look.generated_at.isoformat(timespec="seconds") if look.generated_at else None,
        )
        is_asked = "promises" in sections if sections is not None else bool(self.promises)
        return check(report, self.promises, log=log) if is_asked else report

    def check_rules(self) -> None:
        """Raise UsageError where a promise cannot be meant: before anything is read."""
        from journeyminer.report.promises import understand

        for promised in self.promises:
            understand(promised.rule)

    def report_of(self, exports: Sequence[Path], *, sections: Sequence[str] | None = None) -> Report:
        """Return the Report of exports, of a log or in a report.json, with the promises of this run.

        `sections` None is all of them; a report.json keeps those that it has.
        """
        from journeyminer.render.json import is_report, read_report
        from journeyminer.report.promises import check

        self.check_rules()
        if len(exports) == 1 and is_report(exports[0]):
            if (self.filters, self.look.per) != (FilterOptions(), ReportOptions.per):
                raise UsageError(Note("usage.report_is_finished"), hint=Note("usage.give_the_log"))
            report = read_report(exports[0])
            return check(report, self.promises) if self.promises else report
        return self.report(self.filter(self.read(exports)), sections=sections)

    def gate(self, report: Report) -> None:
        """Say which promises are broken or undecided, also with --quiet; the status is 1 where a broken one fails."""
        from journeyminer.render import phrases
        from journeyminer.report.promises import broken

        for promise in report.promises or ():
            if promise.verdict != "kept":
                self.reader.fail(phrases.breach(promise, self.language))
        if broken(report) and self.status == ExitStatus.OK:
            self.status = ExitStatus.GATE_FAILED

    def tell(self, note: Note) -> None:
        """Say a note on stderr, unless --quiet."""
        self.reader.tell(note)
