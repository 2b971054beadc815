"""From arguments to a prepared log: exports or a log folder, configuration, progress, filters."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from journeyminer.cli.options import Filters, Reading
from journeyminer.cli.progress import progress_bar
from journeyminer.config import Config, load_config
from journeyminer.errors import UsageError

if TYPE_CHECKING:
    from journeyminer.importers import ReadOptions
    from journeyminer.log import EventLog


def read_options(reading: Reading, config: Config) -> ReadOptions:
    """The options of the importers: flag before journeyminer.toml before default."""
    from journeyminer.importers import ReadOptions

    default = ReadOptions()
    return ReadOptions(
        source=reading.source,
        columns=reading.columns,
        timezone=reading.timezone or config.timezone,
        date_order=reading.date_order,
        encoding=reading.encoding,
        session_gap_hours=first(reading.session_gap, config.session_gap_hours, default.session_gap_hours),
        us=(*reading.us, *config.us),
        timezones=config.timezones,
        namespaces={**config.namespaces, **reading.namespaces},
        max_rejected=first(reading.max_rejected, config.max_rejected, default.max_rejected),
        strict=reading.strict,
    )


def read_exports(
    exports: tuple[Path, ...], reading: Reading, *, append_to: Path | None = None, fingerprints: bool = False
) -> EventLog:
    """The prepared log of exports, or of one log folder."""
    from journeyminer.importers import read_log
    from journeyminer.log import EventLog
    from journeyminer.log.store import is_log
    from journeyminer.prepare import prepare

    config = load_config(reading.config)
    logs = [path for path in exports if is_log(path)]
    if logs and (len(exports) > 1 or append_to):
        raise UsageError(
            f"{logs[0]} is a log; give it alone.", hint="Add exports to a log with: import EXPORT... -o LOG --append."
        )
    if logs:
        log = EventLog.open(logs[0], memory=reading.memory)
    else:
        with progress_bar(quiet=reading.quiet) as step:
            log = read_log(
                exports,
                options=read_options(reading, config),
                memory=reading.memory,
                append_to=append_to,
                fingerprints=fingerprints,
                as_of=reading.as_of,
                progress=lambda shown, done, total: step(f"reading {shown}", done, total),
            )
    return prepare(log, config=config)


def filtered(log: EventLog, filters: Filters) -> tuple[EventLog, tuple[str, ...]]:
    """The log of the cases that the filters keep, and the filters in words."""
    from journeyminer.prepare.filters import describe_filters, filter_log

    chosen = {"since": filters.since, "until": filters.until, "where": filters.where, "channels": filters.channels}
    return filter_log(log, **chosen), describe_filters(**chosen)  # type: ignore[arg-type]


def warn_about(log: EventLog, *, quiet: bool) -> None:
    """Say on stderr what of the reading did not go as it should: broken and unclaimed files."""
    if quiet:
        return
    for broken in log.receipt.failed:
        click.echo(f"Broken: {broken.reason}", err=True)
    for unclaimed in log.receipt.unclaimed:
        click.echo(f"Not read: {unclaimed.file}: {unclaimed.reason}", err=True)


def first(*values: float | None) -> float:
    """The first value that is given."""
    return next(value for value in values if value is not None)
