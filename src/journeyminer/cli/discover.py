"""`journeyminer discover`: the main job, everything in one go."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from journeyminer.cli.options import EXPORTS, session_options

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
@session_options("reading", "filters", "look")
def command(exports: tuple[Path, ...], output: Path | None, session: Session) -> int:
    """Find the journeys, hand-offs and bottlenecks of a folder of exports.

    Prints a summary; with -o it writes the whole report, the map, the tables and the unified log.
    """
    from journeyminer.cli.progress import progress_bar
    from journeyminer.cli.writing import check_no_log, rendered, write_all

    if output is not None:
        check_no_log(output)
    log = session.read(exports, fingerprints=output is not None)
    written = []
    with progress_bar(quiet=session.reading.quiet) as step:
        step("mining", 0, 0)
        report = session.report(session.filter(log))
        if output is not None:
            step("writing", 0, 0)
            written = write_all(report, session.language, output, dot=session.look.dot)
            log.save(output / "log")
            written.append(output / "log")
    click.echo(rendered(report, "terminal", session.language, dot=None), nl=False)
    if written:
        first, *others = written
        session.say("wrote_all", path=first, others=", ".join(path.name for path in others))
    return session.status
