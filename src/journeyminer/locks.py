"""Locks: of several runs that would write one output, one does at a time."""

from __future__ import annotations

import os
import platform
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from journeyminer.errors import Locked, Unwritable
from journeyminer.files import WAIT_SECONDS, lock
from journeyminer.note import Note

_LOOK_AGAIN: Final = 0.05


class _Held(threading.local):
    def __init__(self) -> None:
        self.paths: set[Path] = set()


_held = _Held()
"""the outputs that this thread writes: who writes a log while its command holds it does not wait for himself"""


def beside(path: Path, kind: str) -> Path:
    """Return where an output's lock or temporary lies: beside it, so that one step changes their places.

    A folder that a file system is mounted on has nothing of that beside it; there it lies inside.
    """
    return (path if path.is_mount() else path.parent) / f".{path.name}.{kind}"


@contextmanager
def one_writer(path: Path, *, wait: float = WAIT_SECONDS, tell: Callable[[Note], None] | None = None) -> Iterator[None]:
    """Be the only run that writes an output, for the length of the block; where another one is, wait.

    The lock is a file beside the output, `.NAME.lock`, which says who holds it and goes with the block. What a killed
    run leaves of it holds nobody up. Missing folders above the output are made; they go again where they stay empty.

    Args:
        wait: seconds.
        tell: called with a note when the waiting begins.

    Raises:
        Locked: the other one is still at it when the time is over.
        Unwritable: the folder of the output is missing or read-only.
    """
    path = path.resolve()
    if path in _held.paths:
        yield
        return
    made = [folder for folder in path.parents if not folder.exists()]
    file_of_lock = beside(path, "lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = _take(file_of_lock, path, wait, tell)
    except OSError as error:
        raise Unwritable.because(error, path) from error
    _held.paths.add(path)
    try:
        yield
    finally:
        _held.paths.discard(path)
        with suppress(OSError):
            file_of_lock.unlink()  # before the lock is free: who takes it next looks whether the file is there
        os.close(file)
        with suppress(OSError):
            for folder in made:
                folder.rmdir()


def _take(file_of_lock: Path, path: Path, wait: float, tell: Callable[[Note], None] | None) -> int:
    """Return the open lock file once it is ours."""
    until = time.monotonic() + wait
    while True:
        file = os.open(file_of_lock, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            ours = lock(file)
            holder = "" if ours else os.pread(file, 200, 0).decode("utf-8", "replace").strip()
            if ours and _is_there(file, file_of_lock):
                os.ftruncate(file, 0)
                os.pwrite(file, f"{os.getpid()} {platform.node()}\n".encode(), 0)
                return file
        except BaseException:
            os.close(file)
            raise
        os.close(file)
        if ours:
            continue  # who held it removed it just now
        process, _, machine = holder.partition(" ")
        who = Note("file.holder", process=process or "?", machine=machine or "?")
        if time.monotonic() >= until:
            raise Locked(Note("file.locked", holder=who, seconds=wait), place=str(path), hint=Note("file.wait_longer"))
        if tell:
            tell(Note("file.waiting", file=str(path), holder=who))
            tell = None
        time.sleep(_LOOK_AGAIN)


def _is_there(file: int, path: Path) -> bool:
    """Return whether an open file still stands under its name."""
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except FileNotFoundError:
        return False
