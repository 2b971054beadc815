"""`journeyminer sources`: what can be read."""

from __future__ import annotations

import click

from journeyminer.cli.asked import Reading
from journeyminer.cli.options import LANGUAGE, table_format


@click.command("sources")
@LANGUAGE
@table_format
def command(format_: str, language: str | None) -> int:
    """List every source that can be read, and how its files are recognised."""
    from journeyminer.cli.output import print_table
    from journeyminer.cli.session import Session
    from journeyminer.importers.reading.identify import KnownSource, sources

    words = Session(Reading(language=language)).language
    rows = [{**source._asdict(), "reads": words.word("source", source.reads)} for source in sources()]
    print_table(rows, KnownSource._fields, format_, language=words)
    return 0
