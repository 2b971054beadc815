"""Files: how one is opened, and how a new one comes to its place in one step."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import IO, Final, cast

from journeyminer.errors import Unwritable
from journeyminer.note import Note

STDOUT: Final = Path("-")


_GZIP: Final = b"\x1f\x8b"


def open_bytes(path: Path) -> IO[bytes]:
    """Open a file to read its content, unpacked where it is gzip."""
    return cast("IO[bytes]", gzip.open(path)) if is_gzip(path) else path.open("rb")


def is_gzip(path: Path) -> bool:
    """Return whether a file begins as gzip does, whatever it is called."""
    with path.open("rb") as file:
        return file.read(2) == _GZIP


_BEGINNINGS: Final = {
    _GZIP: ".gz",
    b"PAR1": ".parquet",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": ".xls",
    b"PK\x03\x04": ".zip",
}
_INSIDE: Final = {"xl/workbook.xml": ".xlsx", "xl/workbook.bin": ".xlsb", "content.xml": ".ods"}
"""member of an archive -> the workbook that it is"""


def suffix_of(path: Path) -> str:
    """Return the suffix that a file's content would have as a name, empty for text and what is not known."""
    with path.open("rb") as file:
        head = file.read(8)
    suffix = next((suffix for beginning, suffix in _BEGINNINGS.items() if head.startswith(beginning)), "")
    if suffix == ".zip":
        with suppress(zipfile.BadZipFile), zipfile.ZipFile(path) as archive:
            suffix = next((kind for member, kind in _INSIDE.items() if member in archive.namelist()), suffix)
    return suffix


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def in_place(path: Path) -> Iterator[Path]:
    """Give the block a path to write a file or a folder at; put it in the place of `path` once it is whole.

    The new one lies beside its place under a temporary name until the block ends, so that a crash leaves the old one
    or the new one. Missing folders above it are made. What is written has the mode that the process gives any new
    file. `-` is standard output, which gets the whole file at the end.

    Raises:
        Unwritable: the folder is missing or read-only, or the disk is full; what stood there is untouched.
    """
    if path == STDOUT:
        with tempfile.TemporaryDirectory(prefix="journeyminer-") as folder:
            yield Path(folder) / "output"
            with (Path(folder) / "output").open("rb") as file:
                shutil.copyfileobj(file, sys.stdout.buffer)
            sys.stdout.flush()
        return
    temporary = path.with_name(f".{path.name}-{token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        _put(temporary, path)
    except OSError as error:
        reason = error.strerror or str(error)
        what = Note("file.unwritable", reason=reason)
        raise Unwritable(what, place=str(path), hint=Note("file.elsewhere")) from error
    finally:
        with suppress(OSError):
            shutil.rmtree(temporary) if temporary.is_dir() else temporary.unlink()


def _put(temporary: Path, path: Path) -> None:
    if not (temporary.is_dir() and path.is_dir()):
        temporary.replace(path)
        return
    # a folder that holds anything cannot be replaced in one step
    old = temporary.with_name(f"{temporary.name}-old")
    path.rename(old)
    try:
        temporary.rename(path)
    except OSError:
        old.rename(path)
        raise
    shutil.rmtree(old)
