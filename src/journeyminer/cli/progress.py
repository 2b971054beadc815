"""The progress bar: on a terminal only, and only once something takes longer than a second."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Timer
from typing import TYPE_CHECKING

from journeyminer.note import Note
from journeyminer.text import printable

if TYPE_CHECKING:
    from journeyminer.cli.output import Reader

PATIENCE = 1.0
"""seconds before the bar appears"""

Step = Callable[[Note, int, int], None]
"""called with what is being done, how much is done and how much there is; 0 of 0 is "cannot say" """


@contextmanager
def progress_bar(reader: Reader) -> Iterator[Step]:
    """Yield a bar on stderr in the reader's language; nothing at all where stderr is not a terminal."""
    if reader.quiet or not sys.stderr.isatty():
        yield _no_step
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, Progress, TextColumn

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        console=Console(stderr=True),
        transient=True,
    )
    task = bar.add_task(reader.language.note(Note("run.starting")), total=None)
    # a timer, not a look at the clock in each step: one large file is one long step
    timer = Timer(PATIENCE, bar.start)
    timer.daemon = True
    timer.start()

    def step(what: Note, done: int, total: int) -> None:
        description = escape(printable(reader.language.note(what))[:60])
        bar.update(task, description=description, completed=done, total=total or None)

    try:
        yield step
    finally:
        timer.cancel()
        timer.join()
        bar.stop()


def _no_step(what: Note, done: int, total: int) -> None:
    """Progress where there is no bar."""
