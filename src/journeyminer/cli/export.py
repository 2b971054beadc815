"""`journeyminer export`: the log in a format of other tools."""

from __future__ import annotations

from pathlib import Path

import click

from journeyminer.cli.options import EXPORTS, Filters, Reading, filter_options, reading_options
from journeyminer.errors import UsageError


@click.command("export")
@EXPORTS
@click.option(
    "-o", "--output", required=True, metavar="FILE", help="log.xes, log.xes.gz or log.csv; - is stdout (CSV)."
)
@reading_options
@filter_options
def command(exports: tuple[Path, ...], output: str, reading: Reading, filters: Filters) -> int:
    """Write a log (or exports) as XES or CSV."""
    from journeyminer.cli.output import receipt_status, say, say_receipt
    from journeyminer.cli.reading import filtered, read_exports
    from journeyminer.log.exchange import write_csv, write_xes

    if output == "-" or output.endswith(".csv"):
        write = write_csv
    elif output.endswith((".xes", ".xes.gz")):
        write = write_xes
    else:
        raise UsageError(f"No format is known for {output!r}.", hint="Name the file .xes, .xes.gz or .csv.")
    log, _ = filtered(read_exports(exports, reading), filters)
    write(log, Path(output))
    say_receipt(log, quiet=reading.quiet)
    if output != "-":
        say(f"wrote {output}", quiet=reading.quiet)
    return receipt_status(log)
