"""`journeyminer identify`: what is this file, why, and what would be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from journeyminer.cli.options import EXPORTS, TABLE_FORMAT, session_options
from journeyminer.options import ReadOptions, RunOptions

if TYPE_CHECKING:
    from journeyminer.cli.session import Session
    from journeyminer.i18n import Language

Row = dict[str, object]
COLUMNS = ("file", "importer", "profile", "score", "reason")
ALIKE = 3
"""so many files of one folder with the same answer are a line each, more are one: a Maildir has thousands"""


@click.command("identify")
@EXPORTS
@click.option("--all", "every", is_flag=True, help="Every importer's answer, not only the best.")
@session_options(ReadOptions, RunOptions)
@TABLE_FORMAT
def command(exports: tuple[Path, ...], every: bool, format_: str, session: Session) -> int:
    """Say what each file is and why, without reading it all."""
    from journeyminer.cli.output import print_table
    from journeyminer.errors import ExitStatus
    from journeyminer.importers.reading.run import identify_files

    rows: list[Row] = []
    read = 0
    for answer in identify_files(exports, session.read_options, skipped=session.say_skipped):
        chosen = answer.chosen
        read += chosen is not None
        file = answer.sample.shown
        for importer, match in answer.answers if every else answer.answers[:1] if chosen else ():
            told = (file, importer.NAME, match.profile or None, match.score, match.reason)
            rows.append(dict(zip(COLUMNS, told, strict=True)))
        if answer.error:
            rows.append({"file": file, "reason": answer.error.message})
    language = session.language
    if format_ == "terminal":
        rows = list(_folded(rows, language))
    print_table(rows, COLUMNS, format_, language)
    return ExitStatus.OK if read else ExitStatus.DATA


def _folded(rows: Iterable[Row], language: Language) -> Iterator[Row]:
    """The rows with runs of files of one folder that have the same answer as one row each."""

    def alike(row: Row) -> tuple[object, ...]:
        return str(row["file"]).rpartition("/")[0], *map(row.get, COLUMNS[1:])

    for (folder, *_), run in groupby(rows, alike):
        files = list(run)
        if folder and len(files) > ALIKE:
            yield {**files[0], "file": f"{folder}/ ({language.text('count.files', n=len(files))})"}
        else:
            yield from files
