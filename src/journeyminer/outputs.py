"""Outputs: a new one comes to its place whole, in one step that lasts, and takes nothing with it that is not ours."""

from __future__ import annotations

import errno
import json
import os
import shutil
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from journeyminer.errors import Unwritable
from journeyminer.files import Scratch, open_bytes
from journeyminer.locks import beside, one_writer

STDOUT: Final = Path("-")
MARKER: Final = ".journeyminer"
"""the file in every folder that we write: the names of what we wrote there"""
MADE_BY: Final = "made by journeyminer"
"""stands in the first or the last bytes of every file of ours that may hold a comment"""
MARKS: Final = (
    MADE_BY.encode(),
    b'key="creator" value="journeyminer"',
    b",attributes,source,source_ref,customer,case_opened_at",
    b'"journeyminer.report"',
)
"""what tells a page, a text or a picture, an XES log, a CSV log, a report.json of ours"""
_HEAD, _TAIL = 2048, 64


@contextmanager
def in_place(path: Path) -> Iterator[Path]:
    """Give the block a path to write a file or a folder at; put it in the place of `path` once it is whole.

    The new one lies beside its place as `.NAME.new` until the block ends; then it is flushed to the disk and changes
    places with the old one in one step. A crash or a power cut leaves the old one or the new one, and who reads sees
    one of them. A link stays, and what it leads to is written; the mode of what stood there stays. A folder gets a
    marker (`MARKER`); what others laid into the old one is in the new one too. A block that writes nothing changes
    nothing.
    Missing folders above are made. `-` is standard output; it, a device and a pipe get the whole file at the end.

    Raises:
        Unwritable: the folder is missing or read-only, or the disk is full; what stood there is untouched.
        Locked: another run writes it, and does not end.
    """
    if is_stream(path):
        with Scratch() as folder:
            output = Path(folder) / "output"
            yield output
            _pour(output, path)
        return
    place = path.resolve()
    with one_writer(place):
        new = beside(place, "new")
        try:
            recover(place)
            yield new
            if new.exists():
                _put(new, place)
        except OSError as error:
            raise Unwritable.because(error, path) from error
        finally:
            with suppress(OSError):
                _remove(new)


def recover(place: Path) -> None:
    """Clear away what a killed run left beside an output, which nobody else may write meanwhile.

    Where the system cannot exchange two folders, a crash may have left the old one under another name: it comes back.
    """
    old = beside(place, "old")
    if not os.path.lexists(place) and old.exists():
        old.rename(place)
    for left in (old, beside(place, "new")):
        _remove(left)


def find_again(path: Path) -> None:
    """Let a log come back to its place that a killed run left beside it; whoever reads it asks."""
    place = path.resolve()
    if not place.exists() and beside(place, "old").exists():
        with one_writer(place):
            recover(place)


def is_stream(path: Path) -> bool:
    """Return whether an output can only be written to and not be replaced: standard output, a device, a pipe."""
    if path == STDOUT or path.absolute().parts[1:2] in (("dev",), ("proc",)):
        return True
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def is_ours(path: Path) -> bool:
    """Return whether we wrote what stands there, or nothing does that could be lost."""
    if path.is_dir():
        on_the_way = {beside(path, kind) for kind in ("new", "old", "lock")}
        return (path / MARKER).is_file() or on_the_way.issuperset(path.iterdir())
    if not path.exists() or not path.stat().st_size:
        return True
    with suppress(OSError, EOFError), open_bytes(path) as file:
        if path.suffix == ".json":  # its keys are sorted, so that its name may stand anywhere
            told = file.read()
        else:
            told = file.read(_HEAD)
            with path.open("rb") as end:
                end.seek(max(0, path.stat().st_size - _TAIL))
                told += end.read()
        return any(mark in told for mark in MARKS)
    return False


def _pour(output: Path, path: Path) -> None:
    """Copy a whole output into what only takes bytes."""
    with output.open("rb") as file:
        if path == STDOUT:
            shutil.copyfileobj(file, sys.stdout.buffer)
            sys.stdout.flush()
            return
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND), "wb") as stream:
                shutil.copyfileobj(file, stream)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise Unwritable.because(error, path) from error


def _put(new: Path, place: Path) -> None:
    """Put what is whole in its place, on the disk."""
    if new.is_dir():
        _mark(new)
    if place.is_mount():
        _put_inside(new, place)
        return
    if place.is_dir() and new.is_dir():
        _carry(place, new)
    if place.exists() and place.is_dir() == new.is_dir():
        shutil.copymode(place, new)
    _flush(new)
    if place.is_dir() and new.is_dir():
        _exchange(new, place)
        _carry(new, place)  # what came while the two changed places
    else:
        new.replace(place)
    _flush_folder(place.parent)


def _put_inside(new: Path, place: Path) -> None:
    """Put a folder in the place of one that cannot be exchanged, since a file system is mounted there: part by part."""
    _flush(new)
    stale = [path for path in _ours(place, _files(place)) if len(path.parts) == 1 and not (new / path).exists()]
    for part in sorted(new.iterdir()):
        target = place / part.name
        if part.is_dir() and target.is_dir():
            _carry(target, part)
            _exchange(part, target)
        else:
            part.replace(target)
    for path in stale:
        _remove(place / path)
    _flush_folder(place)


def _exchange(new: Path, place: Path) -> None:
    """Let two folders change places; in two steps where the system has no single one."""
    if _exchanged(new, place):
        return
    old = beside(place, "old")
    place.rename(old)
    try:
        new.rename(place)
    except OSError:
        old.rename(place)
        raise
    old.rename(new)


def _exchanged(one: Path, other: Path) -> bool:
    """Let two paths change places in one step; return False where the system or the file system cannot."""
    import ctypes

    try:
        call = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    if call(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0:
        return True
    failed = ctypes.get_errno()
    if failed in (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP):
        return False
    raise OSError(failed, os.strerror(failed), str(other))


def _files(folder: Path) -> list[Path]:
    """The paths of all files below a folder, relative to it, in order."""
    return sorted(
        Path(here, name).relative_to(folder)
        for here, folders, names in os.walk(folder)
        for name in (*names, *(each for each in folders if Path(here, each).is_symlink()))
    )


def _mark(folder: Path) -> None:
    # a lock that could not be removed is no part of it
    names = [path.as_posix() for path in _files(folder) if path.name != MARKER and path.suffix != ".lock"]
    (folder / MARKER).write_text(json.dumps(names, indent=0) + "\n", encoding="utf-8")


def _ours(folder: Path, files: Iterable[Path]) -> set[Path]:
    """The files below a folder that a marker names."""
    ours: set[Path] = set()
    for marker in (path for path in files if path.name == MARKER):
        with suppress(OSError, ValueError, TypeError):
            names = json.loads((folder / marker).read_text(encoding="utf-8"))
            ours |= {marker, *(marker.parent / name for name in names)}
    return ours


def _carry(old: Path, new: Path) -> None:
    """Give a new folder what others laid into the old one, except under a name that is ours now."""
    files = _files(old)
    ours = _ours(old, files)
    for path in (path for path in files if path not in ours):
        target = new / path
        if os.path.lexists(target) or any((new / above).is_file() for above in path.parents[:-1]):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(old / path, target, follow_symlinks=False)
        except OSError:  # a file system without hard links
            shutil.copy2(old / path, target, follow_symlinks=False)


def _flush(path: Path) -> None:
    """Have all of a file or folder on the disk."""
    if path.is_dir():
        for here, _, names in os.walk(path):
            for name in names:
                _flush(Path(here, name))
            _flush_folder(Path(here))
    elif path.is_file():
        with path.open("rb") as file:
            os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    if os.name != "posix":  # elsewhere a folder is no file
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
