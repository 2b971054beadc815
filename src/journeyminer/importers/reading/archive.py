"""Zip archives: their members are files of the folder like any other."""

from __future__ import annotations

import shutil
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

from journeyminer.errors import UnreadableExport
from journeyminer.note import Note

MAX_BYTES = 20 << 30
MAX_RATIO = 200
"""a member that unpacks to more than this many times its packed size is taken for a bomb, once it is large"""
LARGE = 256 << 20


def is_archive(path: Path) -> bool:
    """Whether the file is a zip of exports (an .xlsx is a zip too, and is not)."""
    return path.suffix.lower() == ".zip" and zipfile.is_zipfile(path)


def is_bomb(members: Iterable[zipfile.ZipInfo]) -> bool:
    """Whether any member of a zip unpacks to far more than it should."""
    return any(info.file_size > LARGE and info.file_size > MAX_RATIO * max(info.compress_size, 1) for info in members)


def unpack(path: Path, shown: str, into: Path) -> list[tuple[Path, str]]:
    """Unpack the members into a folder of our own and name each `archive.zip/member`.

    Members keep their own file names, since importers look at them; the folders on the way are numbers, so that no
    name in the archive can lead outside.

    Raises:
        UnreadableExport: the archive is damaged, encrypted, or unpacks to far more than an export would.
    """
    members: list[tuple[Path, str]] = []
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir() and not _is_hidden(info.filename)]
            huge = sum(info.file_size for info in infos) > MAX_BYTES
            for number, info in enumerate(sorted(infos, key=lambda info: info.filename)):
                if huge or is_bomb([info]):
                    raise UnreadableExport(Note("read.zip_bomb"), place=f"file {number + 1}", hint=Note("hint.unpack"))
                target = into / str(number) / Path(info.filename).name
                target.parent.mkdir(parents=True)
                with archive.open(info) as packed, target.open("wb") as file:
                    shutil.copyfileobj(packed, file)
                members.append((target, f"{shown}/{info.filename}"))
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError, ValueError) as error:
        # a password is a RuntimeError; a name that no file can have is an OSError or a ValueError
        raise UnreadableExport(Note("read.bad_zip", error=str(error)), hint=Note("hint.unpack")) from error
    return members


def _is_hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) and part != ".." for part in Path(name).parts)
