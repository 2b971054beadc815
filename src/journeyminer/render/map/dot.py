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

Format = Literal["svg", "png"]

BUNDLED: Final = "graphviz-pure"
SYSTEM: Final = "dot"
ENVIRONMENT_VARIABLE: Final = "JOURNEYMINER_DOT"
TIMEOUT_SECONDS: Final = 20


def render_dot(dot: str, format: Format, *, program: str | None = None) -> bytes:
    """The picture of a DOT graph.

    Args:
        dot: the graph; who writes it keeps data out of attributes that load or run something (image, URL, fontname).
        format: svg or png.
        program: path or name of a Graphviz `dot`; by default the one the environment variable JOURNEYMINER_DOT
            names, else the bundled engine, else `dot` on the PATH.

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
        raise DrawingFailed(
            f"The map was not drawn within {TIMEOUT_SECONDS} seconds.",
            place=engine,
            hint="Show less of it: --max-nodes 15 --max-edges 25.",
        ) from None
    except OSError as error:
        raise MissingProgram(
            f"The drawing program cannot be started ({error.strerror}).", place=engine, hint=_INSTALL
        ) from None
    if done.returncode or not done.stdout:
        # What an engine prints may quote labels, so it stays out of the message; the status tells crash from refusal.
        raise DrawingFailed(
            f"The drawing program gave up with status {done.returncode}.",
            place=engine,
            hint="Choose another Graphviz with --dot PATH; map.dot holds what it was asked to draw.",
        )
    return done.stdout


def find_engine(program: str | None = None) -> str:
    """The path of the layout engine, in the order that `render_dot` describes.

    A package manager may put the bundled engine beside our own command without putting either on the PATH, so the
    scripts folders of this Python are searched first.

    Raises:
        MissingProgram: nothing is there, or not what was asked for.
    """
    asked = program or os.environ.get(ENVIRONMENT_VARIABLE)
    if asked:
        if found := shutil.which(asked):
            return found
        raise MissingProgram(f"There is no program {asked!r}.", hint=f"Name one with --dot or {ENVIRONMENT_VARIABLE}.")
    folders = (
        sysconfig.get_path("scripts"),
        sysconfig.get_path("scripts", sysconfig.get_preferred_scheme("user")),
        os.path.dirname(sys.executable),  # noqa: PTH120 - joined into a search path
    )
    found = shutil.which(BUNDLED, path=os.pathsep.join(folders)) or shutil.which(BUNDLED) or shutil.which(SYSTEM)
    if found is None:
        raise MissingProgram("Drawing the map needs Graphviz, and there is none.", hint=_INSTALL)
    return found


_INSTALL: Final = f"Install it with: python -m pip install {BUNDLED}; or name a Graphviz with --dot PATH."
