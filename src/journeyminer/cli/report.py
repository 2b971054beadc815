"""`journeyminer report`: render a log or a report.json again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from journeyminer.cli.asked import Filters
from journeyminer.cli.options import EXPORTS, session_options
from journeyminer.errors import UnreadableExport, UsageError

if TYPE_CHECKING:
    from journeyminer.cli.session import Session

FORMATS = ("terminal", "markdown", "html", "json", "csv", "svg", "dot", "png")
SUFFIXES = {".html": "html", ".md": "markdown", ".json": "json", ".svg": "svg", ".dot": "dot", ".png": "png",
            ".txt": "terminal"}  # fmt: skip


@click.command("report")
@EXPORTS
@click.option("--format", "format_", type=click.Choice(FORMATS), help="By the output's suffix; terminal on stdout.")
@click.option("-o", "--output", default="-", metavar="FILE", help="- is stdout; csv wants a folder.")
@session_options("reading", "filters", "look")
def command(exports: tuple[Path, ...], format_: str | None, output: str, session: Session) -> int:
    """Render a log, exports or a report.json in any format and language."""
    from journeyminer.cli.writing import write_one
    from journeyminer.render.json import load

    chosen = format_ or _format_of(output)
    if len(exports) == 1 and _is_report(exports[0]):
        if session.filters != Filters():
            raise UsageError("A report.json is finished; it cannot be filtered.", hint="Give the log or the exports.")
        report = load(_text(exports[0]))
    else:
        log = session.read(exports)
        report = session.report(session.filter(log))
    write_one(report, chosen, session.language, Path(output), dot=session.look.dot)
    if output != "-":
        session.say("wrote", path=output)
    return session.status


def _format_of(output: str) -> str:
    """The format that the output's name says; stdout is a terminal."""
    suffix = Path(output).suffix.lower()
    if output == "-":
        return "terminal"
    if suffix not in SUFFIXES:
        raise UsageError(
            f"No format is known for {output!r}.",
            hint=f"Name the file {', '.join(SUFFIXES)}, or say --format (csv fills a folder).",
        )
    return SUFFIXES[suffix]


def _is_report(path: Path) -> bool:
    return path.suffix.lower() == ".json" and path.is_file() and '"journeyminer.report"' in _text(path)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableExport(f"The file cannot be read as a report ({error}).", place=str(path)) from error
