"""Ctrl-C while the engine works: Python hears of a signal between two of its own steps, and a statement is one step."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread, current_thread, main_thread
from types import FrameType
from typing import Protocol

AGAIN = 0.05
"""seconds until a statement that did not stop is told again: it may not have begun when it was told first"""


class Stoppable(Protocol):
    """What carries out statements, and can be told by another thread to stop the one that runs."""

    def interrupt(self) -> None:
        """Let the statement fail; nothing happens where none runs."""


_at_work: set[Stoppable] = set()
"""of the whole process, as signals are"""


@contextmanager
def stopped_by_interrupt(worker: Stoppable) -> Iterator[None]:
    """Have the statements of the block stopped by Ctrl-C, where somebody listens."""
    _at_work.add(worker)
    try:
        yield
    finally:
        _at_work.discard(worker)


@contextmanager
def interrupts_heard() -> Iterator[None]:
    """Listen for Ctrl-C in the main thread: its signal stops every statement that runs at that moment.

    Python raises KeyboardInterrupt as ever. Where a library made another failure of it (pandas that cannot be imported,
    say), it is one again when the block is left.
    """
    if current_thread() is not main_thread() or not hasattr(os, "set_blocking"):
        yield
        return
    read_end, write_end = os.pipe()
    os.set_blocking(write_end, False)
    heard, left = Event(), Event()
    raising, running = signal.getsignal(signal.SIGINT), list[set[Stoppable]]()

    def note(number: int, frame: FrameType | None) -> None:
        running.append(set(_at_work))
        if callable(raising):
            raising(number, frame)

    watcher = Thread(target=_watch, args=(read_end, heard, left, running), daemon=True)
    before = signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
    if callable(raising):
        signal.signal(signal.SIGINT, note)
    watcher.start()

    try:
        try:
            yield
        finally:
            if callable(raising):
                signal.signal(signal.SIGINT, raising)
            signal.set_wakeup_fd(before)
            left.set()
            os.close(write_end)  # the end of what the watcher reads
            watcher.join()
            os.close(read_end)
    except Exception as error:
        if heard.is_set():
            raise KeyboardInterrupt from error
        raise


def _watch(read_end: int, heard: Event, left: Event, running: list[set[Stoppable]]) -> None:
    """Stop what is at work at each signal.

    Args:
        running: what was at work when Python heard of each signal. Where this thread hears of it later, what began
            since then, to clean up say, goes on.
    """
    n = 0
    while signals := os.read(read_end, 1):
        if signal.SIGINT not in signals:
            continue
        heard.set()
        due = set(_at_work).intersection(*running[n : n + 1])
        n += 1
        while due and not left.is_set():
            for worker in due:
                with suppress(Exception):  # it may be closed by now
                    worker.interrupt()
            left.wait(AGAIN)
            due &= _at_work
