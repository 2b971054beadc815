"""Options that commands share: one spelling everywhere; flag before journeyminer.toml before default."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from journeyminer.cli.asked import Filters, Look, Reading
from journeyminer.cli.session import Session
from journeyminer.config import MOST_HOURS
from journeyminer.errors import JourneyminerError
from journeyminer.vocabulary import PERS

Command = TypeVar("Command", bound=Callable[..., Any])

EXPORTS = click.argument("exports", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="EXPORT...")


def _pairs(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    pairs = {}
    for value in values:
        left, sign, right = value.partition("=")
        if not sign or not left or not right:
            raise click.BadParameter(f"{value!r} is not of the form LEFT=RIGHT.", ctx, param)
        pairs[left.strip()] = right.strip()
    return pairs


def _share(ctx: click.Context, param: click.Parameter, value: str | None) -> float | None:
    if value is None:
        return None
    try:
        share = float(value.rstrip("%")) / (100 if value.endswith("%") else 1)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise click.BadParameter(f"{value!r} is not a share such as 1% or 0.01.", ctx, param)
    return share


def _hours(ctx: click.Context, param: click.Parameter, value: float | None) -> float | None:
    if value is not None and not 0 < value <= MOST_HOURS:
        raise click.BadParameter(f"{value:g} is no number of hours from 0 to ten years.", ctx, param)
    return value


LANGUAGE = click.option("--language", metavar="CODE", help="Language of all that is said: en, es, hu, pt.")

READING = (
    click.option("--source", metavar="NAME", help="Read every file as this source, whatever it looks like."),
    click.option("--map", "columns", multiple=True, callback=_pairs, metavar="COLUMN=HEADER",
                 help="Map a column by hand, e.g. --map case='Ticket No' --map timestamp=When."),
    click.option("--timezone", metavar="ZONE", help="Zone of timestamps that carry none, e.g. Europe/Lisbon."),
    click.option("--date-order", type=click.Choice(["dmy", "mdy", "ymd"]), help="Order of dates that prove none."),
    click.option("--encoding", metavar="NAME", help="Encoding of text files, e.g. cp1250."),
    click.option("--namespace", "namespaces", multiple=True, callback=_pairs, metavar="GLOB=NAME",
                 help="Files of one name are one account: their cases are the same cases."),
    click.option("--us", multiple=True, metavar="WHO", help="An address, domain or name of our own side."),
    click.option("--session-gap", type=float, callback=_hours, metavar="HOURS",
                 help="Silence that ends a chat's case (24)."),
    click.option("--max-rejected", callback=_share, metavar="SHARE", help="Rejected records a file may have (1%)."),
    click.option("--strict", is_flag=True, help="Stop at the first file that breaks."),
    click.option("--config", type=click.Path(path_type=Path, exists=True, dir_okay=False),
                 help="Configuration (journeyminer.toml of this folder)."),
    click.option("--memory", metavar="SIZE", help="Memory limit of the engine, e.g. 4GB (60 % of what there is)."),
    click.option("--as-of", type=click.DateTime(), help="The moment open cases run to, UTC (last timestamp)."),
    click.option("-q", "--quiet", is_flag=True, help="No progress and no notes on stderr."),
    LANGUAGE,
)  # fmt: skip

FILTERS = (
    click.option("--since", metavar="DATE", help="Cases that begin on or after this day, UTC."),
    click.option("--until", metavar="DATE", help="Cases that begin before this day, UTC."),
    click.option("--where", metavar="SQL", help="Cases with an event for which this holds: \"group = 'Billing'\"."),
    click.option("--channel", "channels", multiple=True, metavar="CHANNEL",
                 help="Cases that touch this channel: phone, e-mail, chat ..."),
    click.option("--per", type=click.Choice(PERS), default="case", show_default=True, help="What a trace is."),
)  # fmt: skip

AGENTS = click.option(
    "--agents",
    type=click.Choice(["numbered", "named"]),
    default="numbered",
    show_default=True,
    help="Print agents as 'agent 1 ... n' or by name.",
)

LOOK = (
    AGENTS,
    click.option("--max-nodes", type=click.IntRange(2), help="Nodes on the map (25)."),
    click.option("--max-edges", type=click.IntRange(1), help="Edges on the map (40)."),
    click.option("--dot", metavar="PATH", envvar="JOURNEYMINER_DOT", help="Draw with this Graphviz (bundled one)."),
    click.option("--generated-at", metavar="TIME", envvar="SOURCE_DATE_EPOCH", help="Date the output (undated)."),
)  # fmt: skip


BUNDLES: dict[str, tuple[Any, tuple[Callable[[Any], Any], ...]]] = {
    "reading": (Reading, READING),
    "filters": (Filters, FILTERS),
    "look": (Look, LOOK),
}

table_format = click.option(
    "--format",
    "format_",
    type=click.Choice(["terminal", "json", "csv", "markdown"]),
    default="terminal",
    show_default=True,
    help="How the table is printed on stdout.",
)


def session_options(*bundles: str) -> Callable[[Command], Command]:
    """Give a command the options of these bundles, handed over as one `session: Session`."""

    def decorate(command: Command) -> Command:
        @wraps(command)
        def bundled(**values: object) -> object:
            told = {}
            for bundle in bundles:
                kind, _ = BUNDLES[bundle]
                told[bundle] = kind(**{option.name: values.pop(option.name) for option in fields(kind)})
            session = Session(**told)
            try:
                return command(session=session, **values)
            except JourneyminerError as error:
                return session.fail(error)

        for bundle in reversed(bundles):
            for option in reversed(BUNDLES[bundle][1]):
                bundled = option(bundled)
        return bundled  # type: ignore[return-value]

    return decorate
