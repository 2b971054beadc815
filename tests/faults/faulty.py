"""Runs commands in children of one warm process, where the n-th step on the disk kills the child or fails.

A step is a rename, an exchange, a link, an fsync, an unlink or an rmdir. To be run as a program: each line of stdin is
an order as JSON, each line of stdout the answer, [status, number of steps]; a killed child's status is -9.
"""

from __future__ import annotations

import atexit
import errno
import json
import os
import signal
import sys
from typing import Any

import duckdb
import pandas as pd

from journeyminer import outputs
from journeyminer.cli import discover, export, import_, report
from journeyminer.cli.main import run
from journeyminer.log import store

WARM = (duckdb, pd, discover, export, import_, report, store)
"""loaded once, for all children"""
EVENTS = {"os.rename", "os.link", "os.remove", "os.rmdir"}


def inject(point: int, mode: str, *, exchange: bool) -> list[int]:
    """Let the step number `point` of this process (from 1; 0 is none) end in `kill` or `error`; return the counter."""
    steps = [0]

    def step() -> None:
        steps[0] += 1
        if steps[0] == point:
            if mode == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            raise OSError(errno.EIO, "injected")

    fsync, exchanged = os.fsync, outputs._exchanged

    def fsync_or_fail(file: Any) -> None:
        step()
        fsync(file)

    def exchange_or_fail(*paths: Any) -> bool:
        step()
        return exchange and exchanged(*paths)

    setattr(os, "fsync", fsync_or_fail)  # noqa: B010 - for the type checker they are constants
    setattr(outputs, "_exchanged", exchange_or_fail)  # noqa: B010
    sys.addaudithook(lambda event, _: step() if event in EVENTS else None)
    return steps


def child(order: dict[str, Any], answer: int) -> None:
    """Carry out one order and leave as a command leaves."""
    os.chdir(order["folder"])
    said = os.open("said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(said, 1)
    os.dup2(said, 2)
    steps = inject(order["point"], order["mode"], exchange=order["exchange"])
    status = run(order["args"])
    n = steps[0]
    atexit._run_exitfuncs()
    os.write(answer, json.dumps([int(status), n]).encode())
    os._exit(0)


def serve() -> None:
    """Answer the orders one by one."""
    for line in sys.stdin:
        read, write = os.pipe()
        process = os.fork()
        if not process:
            child(json.loads(line), write)
        os.close(write)
        with os.fdopen(read, "rb") as answer:
            told = answer.read()
        os.waitpid(process, 0)
        sys.stdout.write(f"{told.decode() or '[-9, 0]'}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
