"""One run of a command: its options, its configuration and language, and the way from exports to a Report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from journeyminer.cli.asked import Filters, Look, Reading
from journeyminer.cli.output import say
from journeyminer.cli.progress import progress_bar
from journeyminer.config import Config, language_of, load_config
from journeyminer.errors import ExitStatus, JourneyminerError, UsageError

if TYPE_CHECKING:
    from journeyminer.i18n import Language
    from journeyminer.importers import ReadOptions
    from journeyminer.log import EventLog
    from journeyminer.report.model import Report


@dataclass
class Session:
    """What a command was told; a flag goes before journeyminer.toml, that before the default."""

    reading: Reading = field(default_factory=Reading)
    filters: Filters = field(default_factory=Filters)
    look: Look = field(default_factory=Look)
    status: ExitStatus = ExitStatus.OK
    """3 once a file of this run's reading broke, although everything else is written"""

    @cached_property
    def config(self) -> Config:
        """journeyminer.toml, read once."""
        return load_config(self.reading.config)

    @cached_property
    def language(self) -> Language:
        """The language of what is printed."""
        return language_of(self.reading.language or self.config.language or "en")

    @cached_property
    def read_options(self) -> ReadOptions:
        """The options of the importers."""
        from journeyminer.importers import ReadOptions

        flags, config, default = self.reading, self.config, ReadOptions()
        return ReadOptions(
            source=flags.source,
            columns=flags.columns,
            timezone=flags.timezone or config.timezone,
            date_order=flags.date_order,
            encoding=flags.encoding,
            session_gap_hours=_first(flags.session_gap, config.session_gap_hours, default.session_gap_hours),
            us=(*flags.us, *config.us),
            timezones=config.timezones,
            namespaces={**config.namespaces, **flags.namespaces},
            max_rejected=_first(flags.max_rejected, config.max_rejected, default.max_rejected),
            strict=flags.strict,
        )

    def read(self, exports: Sequence[Path], *, append_to: Path | None = None, fingerprints: bool = False) -> EventLog:
        """The prepared log of exports, of one log folder or of one output folder with its log.

        Says on stderr which files broke or were not read.
        """
        from journeyminer.importers import read_log
        from journeyminer.importers.reading.folders import log_of
        from journeyminer.log import EventLog
        from journeyminer.log.store import is_log
        from journeyminer.prepare import prepare

        flags = self.reading
        alone = log_of(exports[0]) if len(exports) == 1 and not append_to else None
        logs = [path for path in exports if is_log(path)]
        if logs and not alone:
            hint = "Add exports to a log with: journeyminer import EXPORT... -o LOG --append."
            raise UsageError(f"{logs[0]} is a log; give it alone.", hint=hint)
        if alone:
            log = EventLog.open(alone, memory=flags.memory)
        else:
            with progress_bar(quiet=flags.quiet) as step:
                log = read_log(
                    exports,
                    options=self.read_options,
                    memory=flags.memory,
                    append_to=append_to,
                    fingerprints=fingerprints,
                    progress=lambda shown, done, total: step(f"reading {shown}", done, total),
                    skipped=self.say_skipped,
                )
            self._say_what_broke(log)
        prepared = prepare(log, config=self.config)
        return prepared.run_to(flags.as_of) if flags.as_of else prepared

    def say_skipped(self, shown: str) -> None:
        """Say that something in a folder of exports is none."""
        self.say("skipped", what=shown)

    def _say_what_broke(self, log: EventLog) -> None:
        for broken in log.receipt.failed:
            self.status = ExitStatus.DATA
            self.say("broken", what=broken.told(self.language))
        for unclaimed in log.receipt.unclaimed:
            self.say("not_read", what=unclaimed.told(self.language))

    def filter(self, log: EventLog) -> EventLog:
        """The log of the cases that the filters keep."""
        from journeyminer.prepare.filters import filter_log

        asked = self.filters
        return filter_log(log, since=asked.since, until=asked.until, where=asked.where, channels=asked.channels)

    def report(self, log: EventLog, *, sections: Sequence[str] | None = None) -> Report:
        """The Report of a filtered log; `sections` None is all of them."""
        from journeyminer.prepare.filters import describe_filters
        from journeyminer.report.build import SECTIONS, build

        asked, look = self.filters, self.look
        return build(
            log,
            sections=SECTIONS if sections is None else sections,
            per=asked.per,
            named=look.agents == "named",
            max_nodes=look.max_nodes or self.config.max_nodes or 25,
            max_edges=look.max_edges or self.config.max_edges or 40,
            filters=describe_filters(since=asked.since, until=asked.until, where=asked.where, channels=asked.channels),
            generated_at=_moment(look.generated_at),
        )

    def say(self, key: str, **params: object) -> None:
        """A line of chatter on stderr in the reader's language, unless --quiet; the words stand under `cli.<key>`."""
        say(self.language.text(f"cli.{key}", **params), quiet=self.reading.quiet)

    def fail(self, error: JourneyminerError) -> ExitStatus:
        """Say why a command fails, in the reader's language as far as that is known; returns its exit status."""
        try:
            language = self.language
        except JourneyminerError:  # a failure of the configuration, which would have said the language
            language = language_of("en")
        say(language.text("cli.error", what=error.told(language)))
        return error.status


def _first(*values: float | None) -> float:
    return next(value for value in values if value is not None)


def _moment(text: str | None) -> str | None:
    """ISO 8601 of --generated-at: a time as it is, or SOURCE_DATE_EPOCH's seconds."""
    if not text:
        return None
    try:
        when = datetime.fromtimestamp(int(text), UTC) if text.isdigit() else datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError(f"{text!r} is no time.", hint="Write it like --generated-at 2026-01-05T09:00.") from error
    return when.replace(tzinfo=None).isoformat(timespec="seconds")
