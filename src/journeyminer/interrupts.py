"""Ctrl-C and SIGTERM while the engine works: Python hears of signals between its own steps, and a statement is one."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread, current_thread, main_thread
from types import FrameType
from typing import Protocol

STOPPING = frozenset({signal.SIGINT, signal.SIGTERM})
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
def interrupts_heard(told: list[int] | None = None) -> Iterator[None]:
    """Listen for Ctrl-C and SIGTERM in the main thread: a signal stops every statement that runs at that moment.

    Python raises KeyboardInterrupt as ever, for both; `told` holds the numbers of those that came. Where a library made
    another failure of it (pandas that cannot be imported, say), it is one again when the block is left.
    """
    if current_thread() is not main_thread() or not hasattr(os, "set_blocking"):
        yield
        return
    read_end, write_end = os.pipe()
    os.set_blocking(write_end, False)
    heard, left = Event(), Event()
    running, told = list[set[Stoppable]](), [] if told is None else told
    # whoever ignores a signal, as `nohup` and a shell's background do, is not stopped by it
    former = {each: how for each in STOPPING if (how := signal.getsignal(each)) not in (signal.SIG_IGN, None)}

    def note(number: int, frame: FrameType | None) -> None:
        running.append(set(_at_work))
        told.append(number)
        raising = former[signal.Signals(number)]
        if callable(raising):
            raising(number, frame)
        raise KeyboardInterrupt

    watcher = Thread(target=_watch, args=(read_end, heard, left, running), daemon=True)
    before = signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
    for number in former:
        signal.signal(number, note)
    watcher.start()

    try:
        try:
            yield
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)
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
        if not STOPPING.intersection(signals):
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
