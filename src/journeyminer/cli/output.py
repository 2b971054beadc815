"""What commands say: results on stdout, everything else on stderr, and the exit status of a reading."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from journeyminer.errors import ExitStatus

if TYPE_CHECKING:
    from journeyminer.log import EventLog


def say(text: str, *, quiet: bool = False) -> None:
    """A line of chatter on stderr."""
    if not quiet:
        click.echo(printable(text), err=True)


def printable(text: str) -> str:
    """Text without what could steer a terminal: names of files and columns come from data."""
    return "".join(char if char.isprintable() or char in "\n\t" else "?" for char in text)


def say_receipt(log: EventLog, *, quiet: bool) -> None:
    """Files that broke, first, then files nobody reads."""
    for broken in log.receipt.failed:
        say(f"broken: {broken.reason}", quiet=quiet)
    for unclaimed in log.receipt.unclaimed:
        say(f"not read: {unclaimed.file}: {unclaimed.reason}", quiet=quiet)


def receipt_status(log: EventLog) -> ExitStatus:
    """3 where a file of the reading broke, although everything else was written."""
    return ExitStatus.DATA if log.receipt.failed else ExitStatus.OK


def print_table(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], format_: str) -> None:
    """A table on stdout in one of the four formats; JSON is a list of objects."""
    from journeyminer.render.terminal import table

    click.echo(table(list(rows), columns, format_, color=sys.stdout.isatty()), nl=False)
