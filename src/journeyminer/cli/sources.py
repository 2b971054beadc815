"""`journeyminer sources`: what can be read."""

from __future__ import annotations

import click

from journeyminer.cli.options import TABLE_FORMAT


@click.command("sources")
@TABLE_FORMAT
def command(format_: str) -> int:
    """List every source that can be read, and how its files are recognised."""
    from journeyminer.cli.output import print_table
    from journeyminer.importers.reading.identify import sources

    rows = [source._asdict() for source in sources()]
    print_table(rows, ("source", "files", "reads"), format_)
    return 0
