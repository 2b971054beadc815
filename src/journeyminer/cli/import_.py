"""`journeyminer import`: exports become one unified event log on disk."""

from __future__ import annotations

from pathlib import Path

import click

from journeyminer.cli.options import EXPORTS, Reading, reading_options


@click.command("import")
@EXPORTS
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), metavar="LOG", help="The log folder.")
@click.option("--append", is_flag=True, help="Add to the log; what it holds already is not added again.")
@reading_options
def command(exports: tuple[Path, ...], output: Path, append: bool, reading: Reading) -> int:
    """Read exports into one unified event log: a folder of Parquet files with a manifest."""
    from journeyminer.cli.output import receipt_status, say, say_receipt
    from journeyminer.cli.reading import read_exports
    from journeyminer.log.store import is_log

    base = output if append and is_log(output) else None
    log = read_exports(exports, reading, append_to=base, fingerprints=True)
    log.save(output)
    say_receipt(log, quiet=reading.quiet)
    say(f"wrote {output} ({log.n_events} events, {log.n_cases} cases)", quiet=reading.quiet)
    return receipt_status(log)
