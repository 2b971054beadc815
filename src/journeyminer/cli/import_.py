"""`journeyminer import`: exports become one unified event log on disk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from journeyminer.cli.options import EXPORTS, session_options
from journeyminer.note import Note
from journeyminer.options import ReadOptions, RunOptions, WriteOptions

if TYPE_CHECKING:
    from journeyminer.cli.session import Session


@click.command("import")
@EXPORTS
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), metavar="LOG", help="The log folder.")
@click.option("--append", is_flag=True, help="Add to the log; what it holds already is not added again.")
@session_options(ReadOptions, RunOptions, WriteOptions)
def command(exports: tuple[Path, ...], output: Path, append: bool, session: Session) -> int:
    """Read exports into one unified event log: a folder of Parquet files with a manifest."""
    from journeyminer.log.receipt import to_data
    from journeyminer.log.store import check_place, is_log, save_log, stored_receipt

    check_place(output)
    with session.writing(output, exports):
        there = append and is_log(output)
        log = session.read(exports, append_to=output if there else None, fingerprints=True)
        if there and to_data((log.unpaired or log).receipt) == to_data(stored_receipt(output)):
            session.tell(Note("run.nothing_new", file=str(output)))
            return session.status
        save_log(log, output)
    session.tell(Note("run.wrote_log", file=str(output), events=log.n_events, cases=log.n_cases))
    return session.status
