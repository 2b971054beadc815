"""Renderers: each turns a Report (and nothing else) into one kind of output; FORMATS lists them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from journeyminer.errors import DrawingFailed, MissingProgram
from journeyminer.files import STDOUT, in_place
from journeyminer.i18n import Language
from journeyminer.report.model import Report


def _html(report: Report, language: Language) -> str:
    from journeyminer.render import page
    from journeyminer.render.map import map_svg

    drawn = None
    if report.graph is not None and report.graph.shown.nodes:
        with suppress(MissingProgram, DrawingFailed):  # the page says that there is no picture, and has the table
            drawn = map_svg(report.graph, language, per=report.per)
    return page.render(report, language, map_svg=drawn)


def _json(report: Report, language: Language) -> str:  # noqa: ARG001 (report.json speaks no language)
    from journeyminer.render import json

    return json.render(report)


def _markdown(report: Report, language: Language) -> str:
    from journeyminer.render import markdown

    return markdown.render(report, language)


def _terminal(report: Report, language: Language) -> str:
    from journeyminer.render import terminal

    return terminal.render(report, language)


FORMATS: Final[dict[str, Callable[[Report, Language], str]]] = {
    "html": _html,
    "json": _json,
    "markdown": _markdown,
    "terminal": _terminal,
}
"""format -> renderer of a whole report; tables.files() gives the CSV tables, which are several files"""


def write(path: str | Path, content: str | bytes) -> None:
    """Write an output: `-` is stdout; a file appears under its name only when it is complete.

    Raises:
        Unwritable: the folder is missing or read-only, or the disk is full.
    """
    data = content.encode("utf-8", "replace") if isinstance(content, str) else content
    path = Path(path)
    if path == STDOUT:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    with in_place(path) as temporary:
        temporary.write_bytes(data)
