"""Renderers: each turns a Report (and nothing else) into one kind of output; `write_report` knows them all."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zlib import crc32

from journeyminer.config import language_of
from journeyminer.errors import DrawingFailed, MissingProgram, Unwritable, UsageError, nearest
from journeyminer.note import Note
from journeyminer.outputs import MADE_BY, STDOUT, in_place

if TYPE_CHECKING:
    from journeyminer.i18n import Language
    from journeyminer.render.map.diagram import Diagram
    from journeyminer.report.sections import Report

SUFFIXES: Final = {".html": "html", ".md": "markdown", ".json": "json", ".svg": "svg", ".dot": "dot", ".png": "png",
                   ".txt": "terminal"}  # fmt: skip
FORMATS: Final = (*SUFFIXES.values(), "csv", "junit", "github", "benchmark", "openmetrics")
_COMMENTS: Final = {
    "html": f"<!-- {MADE_BY} -->\n",
    "markdown": f"\n<!-- {MADE_BY} -->\n",
    "svg": f"<!-- {MADE_BY} -->\n",
    "dot": f"// {MADE_BY}\n",
    "terminal": f"\n{MADE_BY}\n",
}
"""format -> its last line; JSON has a name inside"""
_PNG_HEAD: Final = 33
"""bytes of a PNG's signature and of its first chunk"""
FOLDER: Final = ("report.html", "report.md", "report.json", "journey.svg", "journey.md", "map.svg", "map.dot")
"""what `write_folder` writes, beside the tables"""


def write_report(
    report: Report, path: str | Path, *, language: str = "en", format: str | None = None, program: str | None = None
) -> None:
    """Write a report in one form.

    Args:
        report: what `build` made, or `render.json.load` of a report.json.
        path: the file, `-` for stdout; a folder for csv, where each table is a file.
        language: the code of the reader's language.
        format: html, markdown, json, svg, dot, png, terminal, csv, or what a CI system reads: junit, github,
            benchmark, openmetrics (see `render.gates`, `render.gauges`); by default what the suffix of `path` says.
        program: the Graphviz that draws the map, see `render_dot`.

    Raises:
        UsageError: there is no such language or format, or the report has no graph to draw.
        Unwritable: the folder is read-only or a log, or the disk is full.
        MissingProgram, DrawingFailed: the map cannot be drawn (a page says so and has the table).
    """
    path = Path(path)
    chosen = format or format_of(path)
    if chosen == "csv":
        if path == STDOUT:
            raise UsageError(Note("usage.tables_are_files"), hint=Note("usage.folder_for_tables"))
        _write_tables(report, path)
    else:
        write(path, render(report, chosen, language_of(language), program=program))


def write_folder(
    report: Report, folder: str | Path, *, language: str = "en", program: str | None = None
) -> tuple[Path, ...]:
    """Write a report as HTML, Markdown and JSON, its map as SVG and DOT, and its tables; return what was written.

    Arguments and errors as `write_report`; the map is laid out once for all forms. A report without a graph has no map.
    """
    folder, reader = Path(folder), language_of(language)
    check_no_log(folder)
    drawn = _diagram(report, reader)
    names = [name for name in FOLDER if drawn or not name.startswith("map")]
    journey = _journey(report, reader)
    names = [name for name in names if name in journey or not name.startswith("journey")]
    contents = {
        name: journey.get(name) or render(report, format_of(Path(name)), reader, drawn=drawn, program=program)
        for name in names
    }
    with in_place(folder) as new:
        _write_tables(report, new / "tables")
        for name, content in contents.items():
            _fill(new / name, content)
    return (*(folder / name for name in contents), folder / "tables")


def format_of(path: Path) -> str:
    """Return the format that a file's name says; stdout is a terminal. Raise UsageError where it says none."""
    if path == STDOUT:
        return "terminal"
    if found := SUFFIXES.get(path.suffix.lower()):
        return found
    raise UsageError(Note("usage.no_format", name=str(path)), hint=Note("usage.formats", suffixes=tuple(SUFFIXES)))


def render(
    report: Report, format: str, language: Language, *, drawn: Diagram | None = None, program: str | None = None
) -> str | bytes:
    """Return one form of a report that is one file. `drawn` is its map, if at hand; else as `write_report`.

    It says that we made it, in a comment where its format has any: so a later run may write over it.
    """
    content = _render(report, format, language, drawn, program)
    return _commented(content) if isinstance(content, bytes) else content + _COMMENTS.get(format, "")


def _render(report: Report, format: str, language: Language, drawn: Diagram | None, program: str | None) -> str | bytes:
    from journeyminer.render import gates, gauges, json, markdown, page, terminal
    from journeyminer.render.map import map_dot, map_file, map_svg

    figures = {"json": json.render, "benchmark": gauges.benchmark, "openmetrics": gauges.openmetrics}
    if format in figures:
        return figures[format](report)
    texts = {"markdown": markdown.render, "terminal": terminal.render, "junit": gates.junit, "github": gates.github}
    if format in texts:
        return texts[format](report, language)
    drawn = drawn or _diagram(report, language)
    if format == "html":
        inline = None
        with suppress(MissingProgram, DrawingFailed):  # the page says that there is no picture, and has the table
            inline = map_svg(drawn, program=program) if drawn and drawn.boxes else None
        return page.render(report, language, map_svg=inline)
    if drawn is None:
        raise UsageError(Note("report.no_graph"), hint=Note("report.make_it_of_a_log"))
    if format == "dot":
        return map_dot(drawn)
    if format in ("svg", "png"):
        return map_file(drawn, "png" if format == "png" else "svg", program=program)
    raise UsageError(Note("usage.not_one_of", value=format, hint=nearest(format, FORMATS)))


def _commented(png: bytes) -> bytes:
    """Return a PNG that says in a chunk of text, behind its head, who made it."""
    body = b"tEXtSoftware\0" + MADE_BY.encode()
    chunk = (len(body) - 4).to_bytes(4) + body + crc32(body).to_bytes(4)
    return png[:_PNG_HEAD] + chunk + png[_PNG_HEAD:]


def check_no_log(folder: Path) -> None:
    """Raise Unwritable where the folder is a log: a folder is a log or a report, never both."""
    from journeyminer.log.store import is_log

    if is_log(folder):
        raise Unwritable(Note("report.folder_is_a_log"), place=str(folder), hint=Note("report.another_folder"))


def _diagram(report: Report, language: Language) -> Diagram | None:
    from journeyminer.render.map.diagram import diagram
    from journeyminer.render.map.labels import ranks_of

    if report.graph is None:
        return None
    return diagram(report.graph, language, per=report.per, ranks=ranks_of(report.bottlenecks or ()))


def _journey(report: Report, language: Language) -> dict[str, str | bytes]:
    """Return the journey map as a picture and as text, by name; nothing where there is none."""
    from journeyminer.render.map.journey import journey_svg
    from journeyminer.render.map.text import journey_text

    picture = journey_svg(report, language, standalone=True)
    if not picture:
        return {}
    said = f"# {language.text('section.journey.title')}\n\n{journey_text(report, language)}\n"
    return {"journey.svg": picture + _COMMENTS["svg"], "journey.md": said + _COMMENTS["markdown"]}


def _write_tables(report: Report, folder: Path) -> None:
    from journeyminer.render import tables

    check_no_log(folder)
    with in_place(folder) as new:
        new.mkdir()
        for name, content in tables.files(report).items():
            _fill(new / name, content)


def write(path: str | Path, content: str | bytes) -> None:
    """Write an output: `-` is stdout; a file appears under its name only when it is complete.

    Raises:
        Unwritable: the folder is missing or read-only, or the disk is full.
    """
    with in_place(Path(path)) as temporary:
        _fill(temporary, content)


def _fill(path: Path, content: str | bytes) -> None:
    path.write_bytes(content.encode("utf-8", "replace") if isinstance(content, str) else content)
