"""The one small door to a layout engine: DOT text in, a picture out.

The engine is the bundled `graphviz-pure`, so that a picture has the same bytes on every machine; a system Graphviz
is taken where the user asks for it, and where there is no other.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from typing import Final, Literal

from journeyminer.errors import DrawingFailed, MissingProgram
from journeyminer.note import Note

Format = Literal["svg", "png"]

BUNDLED: Final = "graphviz-pure"
SYSTEM: Final = "dot"
TIMEOUT_SECONDS: Final = 20


def render_dot(dot: str, format: Format, *, program: str | None = None) -> bytes:
    """Return the picture of a DOT graph.

    Args:
        dot: the graph; who writes it keeps data out of attributes that load or run something (image, URL, fontname).
        format: svg or png.
        program: path or name of a Graphviz `dot`; by default the bundled engine, else `dot` on the PATH.

    Raises:
        MissingProgram: there is no engine.
        DrawingFailed: the engine gave up, or did not finish within 20 seconds.
    """
    engine = find_engine(program)
    try:
        done = subprocess.run(
            [engine, f"-T{format}"], input=dot.encode(), capture_output=True, timeout=TIMEOUT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        slow = Note("report.slow_drawing", seconds=TIMEOUT_SECONDS)
        raise DrawingFailed(slow, place=engine, hint=Note("report.show_less")) from None
    except OSError as error:
        not_started = Note("report.drawing_not_started", error=error.strerror)
        raise MissingProgram(not_started, place=engine, hint=_INSTALL) from None
    if done.returncode or not done.stdout:
        # What an engine prints may quote labels, so it stays out of the message; the status tells crash from refusal.
        failed = Note("report.drawing_failed", status=done.returncode)
        raise DrawingFailed(failed, place=engine, hint=Note("report.another_program"))
    return done.stdout


def find_engine(program: str | None = None) -> str:
    """Return the path of the layout engine, in the order that `render_dot` describes.

    A package manager may put the bundled engine beside our own command without putting either on the PATH, so the
    scripts folders of this Python are searched first.

    Raises:
        MissingProgram: nothing is there, or not what was asked for.
    """
    if program:
        if found := shutil.which(program):
            return found
        raise MissingProgram(Note("report.no_program", name=program), hint=Note("report.another_program"))
    folders = (
        sysconfig.get_path("scripts"),
        sysconfig.get_path("scripts", sysconfig.get_preferred_scheme("user")),
        os.path.dirname(sys.executable),  # noqa: PTH120 - joined into a search path
    )
    found = shutil.which(BUNDLED, path=os.pathsep.join(folders)) or shutil.which(BUNDLED) or shutil.which(SYSTEM)
    if found is None:
        raise MissingProgram(Note("report.no_graphviz"), hint=_INSTALL)
    return found


_INSTALL: Final = Note("report.install_graphviz", package=BUNDLED)
