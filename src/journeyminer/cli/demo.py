"""`journeyminer demo`: a realistic folder of exports to try."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import IO
from zipfile import ZipFile

import click

from journeyminer.errors import Unwritable


@click.command("demo")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
def command(folder: Path) -> int:
    """Write ten weeks of one invented support team's exports, in several formats and languages."""
    from journeyminer.cli.output import say

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Unwritable("The folder is not empty.", place=str(folder), hint="Give a new one.")
    with (files("journeyminer") / "demo.zip").open("rb") as archive:
        n_files = unpack(archive, folder)
    say(f"wrote {n_files} files of exports to {folder}")
    say(f"Now try: journeyminer discover {folder} -o out")
    return 0


def unpack(archive: IO[bytes], folder: Path) -> int:
    """Write the files of an archive into a folder and return how many there are; none lands outside of it."""
    with ZipFile(archive) as zipped:
        zipped.extractall(folder)  # drops drive letters, leading slashes and ".." from the names
        return len(zipped.namelist())
