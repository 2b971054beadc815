"""`journeyminer discover`: the main job, everything in one go."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from journeyminer.cli.options import EXPORTS, session_options
from journeyminer.note import Note
from journeyminer.options import FilterOptions, ReadOptions, ReportOptions, RunOptions

if TYPE_CHECKING:
    from journeyminer.cli.session import Session


@click.command("discover")
@EXPORTS
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write report.html, .md and .json, the map, the tables and the log here.",
)
@session_options(ReadOptions, RunOptions, FilterOptions, ReportOptions)
def command(exports: tuple[Path, ...], output: Path | None, session: Session) -> int:
    """Find the journeys, hand-offs and bottlenecks of a folder of exports.

    Prints a summary; with -o it writes the whole report, the map, the tables and the unified log.
    """
    from journeyminer.cli.output import print_summary
    from journeyminer.cli.progress import progress_bar
    from journeyminer.log.store import save_log
    from journeyminer.render import check_no_log, write_folder

    if output is not None:
        check_no_log(output)
    log = session.read(exports, fingerprints=output is not None)
    written: tuple[Path, ...] = ()
    with progress_bar(session.reader) as step:
        step(Note("run.mining"), 0, 0)
        report = session.report(session.filter(log))
        if output is not None:
            step(Note("run.writing"), 0, 0)
            written = write_folder(report, output, language=session.language.code, program=session.look.dot)
            save_log(log, output / "log")
            written = (*written, output / "log")
    print_summary(report, session.language)
    if written:
        first, *others = written
        session.tell(Note("run.wrote_folder", file=str(first), others=tuple(path.name for path in others)))
    return session.status
