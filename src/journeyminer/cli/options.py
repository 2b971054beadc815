"""The flags of commands, made from the options classes; one spelling everywhere."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from journeyminer.cli.output import Reader
from journeyminer.cli.session import Session
from journeyminer.errors import UsageError
from journeyminer.files import Scratch, sha256, suffix_of
from journeyminer.note import Note
from journeyminer.options import Option, options_of

Command = TypeVar("Command", bound=Callable[..., Any])

STDIN = Path("-")


def _streams(ctx: click.Context, param: click.Parameter, paths: tuple[Path, ...]) -> tuple[Path, ...]:
    """Copy to a file what can be read only once (`-` is stdin; a pipe): an export is looked at before it is read.

    The file has the suffix of its content, and a name that two streams do not share: they are of two systems, unless
    `--namespace` joins them or the one holds what the other holds.
    """
    if paths.count(STDIN) > 1:
        raise UsageError(Note("usage.stdin_twice"))
    read: list[Path] = []
    for number, path in enumerate(paths, 1):
        if path != STDIN and not path.is_fifo():
            read.append(path)
            continue
        folder = Path(ctx.with_resource(Scratch()))
        copied = folder / ("stdin" if path == STDIN else f"pipe {number}")
        with copied.open("wb") as file, nullcontext(sys.stdin.buffer) if path == STDIN else path.open("rb") as stream:
            shutil.copyfileobj(stream, file)
        read.append(copied.rename(folder / f"{copied.name} {sha256(copied)[:8]}{suffix_of(copied)}"))
    return tuple(read)


EXPORTS = click.argument(
    "exports",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path),
    metavar="EXPORT...",
    callback=_streams,
)
TABLE_FORMATS = ("terminal", "json", "csv", "markdown")


def table_format(*others: str) -> Callable[[Command], Command]:
    """Return the option that says how a table is printed; `others` are formats beside those of every table."""
    return click.option(
        "--format",
        "format_",
        type=click.Choice([*TABLE_FORMATS, *others]),
        default="terminal",
        show_default=True,
        help="How the table is printed on stdout.",
    )


TABLE_FORMAT = table_format()


def session_options(*kinds: type) -> Callable[[Command], Command]:
    """Give a command the flags of these options classes; what was given arrives as one `session: Session`."""
    offered = [each for kind in kinds for each in options_of(kind) if each.flags]

    def decorate(command: Command) -> Command:
        @wraps(command)
        def with_session(**values: object) -> object:
            reader = click.get_current_context().find_object(Reader) or Reader()
            given = [(each, value) for each in offered if (value := values.pop(each.name)) not in (None, (), False)]
            return command(session=Session.open(given, reader), **values)

        for each in reversed(offered):
            with_session = _flag(each)(with_session)
        return with_session  # type: ignore[return-value]

    return decorate


def _flag(option: Option) -> Callable[[Command], Command]:
    """Return the flag of an option. click checks nothing; `Option.read_flag` does, so that all mistakes are told."""
    if isinstance(option.default, bool):
        return click.option(*option.flags, option.name, is_flag=True, help=option.help)
    return click.option(
        *option.flags,
        option.name,
        metavar=option.metavar,
        multiple=isinstance(option.default, tuple | dict),
        envvar=option.env,
        help=f"{option.help}  [default: {option.shown_default}]" if option.shown_default else option.help,
    )
