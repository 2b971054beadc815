"""`journeyminer demo`: a realistic folder of exports to try."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import IO, TYPE_CHECKING
from zipfile import ZipFile

import click

from journeyminer.errors import Unwritable
from journeyminer.note import Note

if TYPE_CHECKING:
    from journeyminer.cli.output import Reader


@click.command("demo")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.pass_obj
def command(reader: Reader, folder: Path) -> int:
    """Write ten weeks of one invented support team's exports, in several formats and languages."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Unwritable(Note("run.folder_not_empty"), place=str(folder))
    with (files("journeyminer") / "demo.zip").open("rb") as archive:
        n_files = unpack(archive, folder)
    reader.tell(Note("run.wrote_demo", n=n_files, folder=str(folder)))
    reader.tell(Note("run.try_demo", folder=str(folder)))
    return 0


def unpack(archive: IO[bytes], folder: Path) -> int:
    """Write the files of an archive into a folder and return how many there are; none lands outside of it."""
    with ZipFile(archive) as zipped:
        zipped.extractall(folder)  # drops drive letters, leading slashes and ".." from the names
        return len(zipped.namelist())
