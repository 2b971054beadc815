"""Files: how one is opened, what it holds, whether it changed; and folders for what a run needs on its way."""

from __future__ import annotations

import errno
import gzip
import hashlib
import os
import shutil
import tempfile
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import IO, Final, NamedTuple, cast

if os.name == "posix":
    import fcntl

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


class State(NamedTuple):
    """What tells that a file is another one now, or was written to."""

    device: int
    number: int
    size: int
    written: int
    """nanoseconds"""


def state_of(path: Path) -> State:
    """Return the state of a file. Raises OSError where it is gone."""
    now = path.stat()
    return State(now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns)


WAIT_SECONDS: Final = 600.0
"""so long a run waits for another one that holds a lock"""
_NO_LOCKS: Final = (errno.ENOSYS, errno.ENOTSUP, errno.ENOLCK, errno.EINVAL)
"""what a file system says that knows none"""


def lock(file: int) -> bool:
    """Lock an open file or folder until it is closed or the process dies; return False where another one holds it."""
    if os.name != "posix":  # Windows has no such locks: there nobody waits for anybody
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
    return True


_PREFIX: Final = "journeyminer-run-"


class Scratch(tempfile.TemporaryDirectory[str]):
    """A temporary folder of this run. A killed run leaves its own behind; the next run removes it.

    The owner holds a lock on the folder, which the system frees when the process dies: so nobody removes the folder of
    a run that lives, in whatever container.
    """

    def __init__(self) -> None:
        _sweep()
        while True:
            super().__init__(prefix=_PREFIX, ignore_cleanup_errors=True)
            self._held = -1
            if os.name != "posix":
                return
            with suppress(FileNotFoundError):
                self._held = os.open(self.name, os.O_RDONLY)
                if lock(self._held) and Path(self.name).exists():
                    return
            self.cleanup()  # another run swept it before it was locked

    @property
    def path(self) -> Path:
        """Where it is."""
        return Path(self.name)

    def cleanup(self) -> None:
        """Remove the folder and let go of it."""
        super().cleanup()
        if self._held >= 0:
            os.close(self._held)
            self._held = -1


_swept: set[str] = set()


def _sweep() -> None:
    """Remove what dead runs of this user left in the folder of temporaries, once a process."""
    folder = tempfile.gettempdir()
    if os.name != "posix" or folder in _swept:
        return
    _swept.add(folder)
    for left in Path(folder).glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if left.lstat().st_uid == os.getuid():
                _remove_if_dead(left)


def _remove_if_dead(folder: Path) -> None:
    """Remove a folder that nobody holds. Its lock is ours until it is gone: a run that just made it makes another."""
    held = os.open(folder, os.O_RDONLY)
    try:
        if lock(held):
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(held)
