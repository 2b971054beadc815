"""`journeyminer sources`: what can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from journeyminer.cli.options import TABLE_FORMAT, session_options
from journeyminer.options import LanguageOptions

if TYPE_CHECKING:
    from journeyminer.cli.session import Session


@click.command("sources")
@session_options(LanguageOptions)
@TABLE_FORMAT
def command(format_: str, session: Session) -> int:
    """List every source that can be read, and how its files are recognised."""
    from journeyminer.cli.output import print_table
    from journeyminer.importers.reading.identify import KnownSource, sources

    words = session.language.word
    rows = [{**source._asdict(), "reads": words("source", source.reads)} for source in sources()]
    print_table(rows, KnownSource._fields, format_, session.language)
    return 0
