"""A Report as files: every form into a folder, or one form to a place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from journeyminer.errors import Unwritable, UsageError

if TYPE_CHECKING:
    from journeyminer.i18n import Language
    from journeyminer.report.sections import Report


def write_all(report: Report, language: Language, folder: Path, *, dot: str | None) -> list[Path]:
    """Write the report as HTML, Markdown and JSON, the map as SVG and DOT, and the tables; returns what was written."""
    from journeyminer.render import write

    names = {"report.html": "html", "report.md": "markdown", "report.json": "json", "map.svg": "svg", "map.dot": "dot"}
    contents = {name: rendered(report, format_, language, dot=dot) for name, format_ in names.items()}
    for name, content in contents.items():
        write(folder / name, content)
    write_tables(report, folder / "tables")
    return [*(folder / name for name in names), folder / "tables"]


def write_one(report: Report, format_: str, language: Language, output: Path, *, dot: str | None) -> None:
    """Write one form of the report; `-` is stdout, csv is a folder of tables."""
    from journeyminer.render import write

    if format_ != "csv":
        write(output, rendered(report, format_, language, dot=dot))
    elif str(output) == "-":
        raise UsageError(
            "The tables are several files.", hint="Give a folder with -o, or print one with: show --format csv."
        )
    else:
        write_tables(report, output)


def check_no_log(folder: Path) -> None:
    """Raises Unwritable where a log is: a folder is a log or a report, never both."""
    from journeyminer.log.store import is_log

    if is_log(folder):
        raise Unwritable("This folder is a log.", place=str(folder), hint="Give another folder with -o.")


def write_tables(report: Report, folder: Path) -> None:
    """Write every table of the report as a CSV file."""
    from journeyminer.render import tables, write

    check_no_log(folder)
    for name, text in tables.files(report).items():
        write(folder / name, text)


def rendered(report: Report, format_: str, language: Language, *, dot: str | None) -> str | bytes:
    """One form of a report. A report without a graph has no map: its forms say so."""
    from journeyminer.render import FORMATS
    from journeyminer.render.map import map_dot, map_file

    if format_ in FORMATS:
        return FORMATS[format_](report, language)
    if report.graph is None:
        raise UsageError("The report holds no graph to draw.", hint="Make the report of a log or of exports.")
    if format_ == "dot":
        return map_dot(report.graph, language, per=report.per)
    return map_file(report.graph, language, "png" if format_ == "png" else "svg", per=report.per, program=dot)
