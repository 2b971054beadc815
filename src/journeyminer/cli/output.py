"""What commands say: results on stdout, everything else on stderr."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from journeyminer.text import printable

if TYPE_CHECKING:
    from journeyminer.i18n import Language


def say(text: str, *, quiet: bool = False) -> None:
    """A line of chatter on stderr."""
    if not quiet:
        # names of files and columns come from data, and must not steer the terminal
        click.echo("\n".join(map(printable, text.split("\n"))), err=True)


def print_table(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[str], format_: str, *, language: Language | None = None
) -> None:
    """A table on stdout in one of the four formats; JSON is a list of objects. Heads are English without a language."""
    from journeyminer.render.terminal import table

    click.echo(table(rows, columns, format_, language=language, color=sys.stdout.isatty()), nl=False)
