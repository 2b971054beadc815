"""The progress bar: on a terminal only, and only once something takes longer than a second."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Timer

PATIENCE = 1.0
"""seconds before the bar appears"""

Step = Callable[[str, int, int], None]
"""called with what is being done, how much is done and how much there is; 0 of 0 is "cannot say" """


@contextmanager
def progress_bar(*, quiet: bool) -> Iterator[Step]:
    """A bar on stderr; nothing at all where stderr is no terminal."""
    if quiet or not sys.stderr.isatty():
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
    task = bar.add_task("starting", total=None)
    # a timer, not a look at the clock in each step: one large file is one long step
    timer = Timer(PATIENCE, bar.start)
    timer.daemon = True
    timer.start()

    def step(what: str, done: int, total: int) -> None:
        bar.update(task, description=escape(what)[:60], completed=done, total=total or None)

    try:
        yield step
    finally:
        timer.cancel()
        timer.join()
        bar.stop()


def _no_step(what: str, done: int, total: int) -> None:
    """Progress that nobody looks at."""
