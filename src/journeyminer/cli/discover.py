"""`journeyminer discover`: the main job, everything in one go."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from journeyminer.cli.options import EXPORTS, session_options
from journeyminer.note import Note
from journeyminer.options import FilterOptions, PromiseOptions, ReadOptions, ReportOptions, RunOptions, WriteOptions

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
@session_options(ReadOptions, RunOptions, FilterOptions, ReportOptions, PromiseOptions, WriteOptions)
def command(exports: tuple[Path, ...], output: Path | None, session: Session) -> int:
    """Find the journeys, hand-offs and bottlenecks of a folder of exports.

    Prints a summary; with -o it writes the whole report, the map, the tables and the unified log.
    """
    from journeyminer.cli.output import print_summary
    from journeyminer.cli.progress import progress_bar
    from journeyminer.log.store import save_log
    from journeyminer.outputs import in_place
    from journeyminer.render import check_no_log, write_folder

    session.check_rules()
    if output is not None:
        check_no_log(output)
    written: list[str] = []
    with session.writing(output, exports):
        log = session.read(exports, fingerprints=output is not None)
        with progress_bar(session.reader) as step:
            step(Note("run.mining"), 0, 0)
            report = session.report(session.filter(log))
            if output is not None:
                step(Note("run.writing"), 0, 0)
                with in_place(output) as new:
                    parts = write_folder(report, new, language=session.language.code, program=session.look.dot)
                    save_log(log, new / "log")
                written = [*(part.name for part in parts), "log"]
    print_summary(report, session.language)
    if output is not None:
        session.tell(Note("run.wrote_folder", file=str(output / written[0]), others=tuple(written[1:])))
    session.gate(report)
    return session.status
