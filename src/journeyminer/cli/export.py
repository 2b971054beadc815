"""`journeyminer export`: the log in a format of other tools."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from journeyminer.cli.options import EXPORTS, session_options
from journeyminer.errors import UsageError
from journeyminer.note import Note
from journeyminer.options import FilterOptions, NameOptions, ReadOptions, RunOptions, WriteOptions

if TYPE_CHECKING:
    from journeyminer.cli.session import Session


@click.command("export")
@EXPORTS
@click.option(
    "-o", "--output", required=True, metavar="FILE", help="log.xes, log.xes.gz or log.csv; - is CSV on stdout."
)
@session_options(NameOptions, ReadOptions, RunOptions, FilterOptions, WriteOptions)
def command(exports: tuple[Path, ...], output: str, session: Session) -> int:
    """Write a log (or exports) as XES or CSV."""
    from journeyminer.log.export import write_csv, write_xes
    from journeyminer.log.lists import resource_names

    if output == "-" or output.endswith(".csv"):
        write = write_csv
    elif output.endswith((".xes", ".xes.gz")):
        write = write_xes
    else:
        raise UsageError(Note("usage.no_format", name=output), hint=Note("usage.export_formats"))
    with session.writing(Path(output), exports):
        log = session.read(exports)
        write(session.filter(log), Path(output), agents=resource_names(log, named=session.look.agents == "named"))
    if output != "-":
        session.tell(Note("run.wrote", file=output))
    return session.status
