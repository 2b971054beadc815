"""`journeyminer forget`: delete a customer from a log."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from journeyminer.cli.options import session_options
from journeyminer.errors import UsageError
from journeyminer.note import Note
from journeyminer.options import RunOptions, WriteOptions
from journeyminer.vocabulary import IdentityKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from journeyminer.cli.session import Session

KINDS = get_args(IdentityKind)


@click.command("forget")
@click.argument("whom", nargs=-1, required=True, metavar="[CUSTOMER] LOG")
@click.option(
    "--identifier", "identifiers", multiple=True, metavar="KIND=VALUE",
    help=f"The customer with this {', '.join(KINDS)}; - reads them from stdin, one a line.",
)  # fmt: skip
@session_options(RunOptions, WriteOptions)
def command(whom: tuple[str, ...], identifiers: tuple[str, ...], session: Session) -> int:
    """Delete a customer from a log, and leave the customer out of what is imported into it later.

    CUSTOMER is a number that `show identities` lists. Reports that were made before are named, and not changed.
    """
    from journeyminer.log.store import load_log, save_log, stored_receipt
    from journeyminer.prepare import prepare
    from journeyminer.prepare.forget import forget

    *customers, log = whom
    if "-" in customers:
        customers, identifiers = [], (*identifiers, "-")
    if len(customers) + bool(identifiers) != 1:
        raise UsageError(Note("usage.forget_whom"), hint=Note("hint.show_identities"))
    path = Path(log)
    stored_receipt(path)  # what is no log is said before anything else is asked of it
    with session.writing(path, ()):
        prepared = prepare(load_log(path, memory=session.run.memory), config=session.config)
        left = forget(prepared.unpaired or prepared, customer="".join(customers), identifiers=list(_read(identifiers)))
        save_log(left.log, path)
    told = {"cases": left.n_cases, "events": left.n_events, "identifiers": left.n_identifiers}
    session.tell(Note("run.forgot", file=str(path), **told))
    if before := _made_before(path):
        session.tell(Note("run.made_before", files=before))
    return session.status


def _read(identifiers: Iterable[str]) -> Iterable[tuple[str, str]]:
    """Yield kind and value of each identifier that is given or stands on stdin."""
    for given in identifiers:
        for line in sys.stdin.read().splitlines() if given == "-" else [given]:
            kind, sign, value = line.partition("=")
            if line.strip() and (not sign or kind.strip() not in KINDS or not value.strip()):
                what = line if given != "-" else kind  # what comes by stdin is not to be seen
                raise UsageError(Note("usage.no_identifier", what=what), hint=Note("hint.identifier", kinds=KINDS))
            if line.strip():
                yield kind.strip(), value.strip()


def _made_before(log: Path) -> tuple[str, ...]:
    """Return the outputs beside a log that `discover -o` wrote with it."""
    from journeyminer.importers.reading.folders import OUTPUTS

    found = [log.absolute().with_name(name) for name in OUTPUTS if name != log.name]
    return tuple(str(path) for path in found if path.exists())
