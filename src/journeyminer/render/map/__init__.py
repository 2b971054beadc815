"""The journey map: the shown part of the directly-follows graph as DOT, SVG and PNG.

Line width is how often, line colour is how much of the lost time; the happy path runs straight down. A ping-pong pair
is one line with two heads, a rare repetition is a note inside its activity. `#1` marks the costliest place. Names from
the data never reach an attribute that Graphviz interprets: nodes are called n0, n1 ..., labels are escaped, hover texts
are written by us afterwards.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from journeyminer.render.map.dot import Format, render_dot
from journeyminer.render.map.svg import XML_HEADER, Caption, redraw

if TYPE_CHECKING:
    from journeyminer.render.map.diagram import Diagram, Legend
    from journeyminer.render.map.labels import Box, Line

FONT: Final = "DejaVu Sans"
"""wide metrics that the bundled engine knows: text that is drawn in any other sans-serif stays inside its box"""
PNG_FONT: Final = "Arial"
"""what the bundled engine can draw by itself"""
INK: Final = "#1f2933"
QUIET: Final = "#5b6770"
BOX, RIM = "#ffffff", "#8a94a0"
SPINE_BOX, SPINE_RIM = "#e8eff6", "#47617a"
LOST: Final = ("#a3acb5", "#dda04e", "#c8641b", "#8f2d0a")
"""neutral, then one hue from light to dark: readable without colour vision, and width tells the rest"""
OPACITIES: Final = {
    INK: 1, QUIET: 0.75, BOX: 0.02, RIM: 0.5, SPINE_BOX: 0.1, SPINE_RIM: 0.85, LOST[0]: 0.4,
}  # fmt: skip
"""in a page these give way to the text colour around the map, seen through, so that it fits a light and a dark page"""

MAP_CSS: Final = """
.journey-map { max-width: 100%; height: auto; font-family: inherit; }
.journey-map .node:hover path, .journey-map .node:focus path { stroke-opacity: 1; stroke-width: 2.4; }
.journey-map .lost-0 path { stroke: currentColor; stroke-opacity: 0.4; }
.journey-map .lost-1 { --lost: var(--map-lost-1, #dda04e); }
.journey-map .lost-2 { --lost: var(--map-lost-2, #c8641b); }
.journey-map .lost-3 { --lost: var(--map-lost-3, #8f2d0a); }
.journey-map [class*="lost-"]:not(.lost-0) path { stroke: var(--lost); }
.journey-map [class*="lost-"]:not(.lost-0) polygon { fill: var(--lost); stroke: var(--lost); }
@media (prefers-color-scheme: dark) {
  .journey-map { --map-lost-1: #a8783a; --map-lost-2: #e2933f; --map-lost-3: #ffcf94; }
}
"""
"""A page's share of an inline map: on a dark page much lost time is bright. A page with its own switch between light
and dark sets the variables itself."""


def map_dot(drawn: Diagram) -> str:
    """Return the map as DOT text with its legend: the same diagram gives the same text.

    An edge leads from the upper activity to the lower one, which is what keeps the layout in order; its `dir` says
    which way the move goes (forward, back, both).
    """
    return _dot(drawn, font=FONT, legend=True)


def map_svg(drawn: Diagram, *, prefix: str = "", program: str | None = None) -> str:
    """Return the map as an SVG element for a page: shapes, texts and nothing else, in the colours of the page.

    It has neither legend nor background, and looks best with MAP_CSS. Every `g.node` and `g.edge` has
    a stable id (`node-0`, `edge-3`: the position in `shown`), a `<title>` to hover over, and data attributes: nodes
    data-activity, data-n, data-cases; lines data-source and data-target (ids of nodes), data-n, and data-back, the
    count of the way back of a ping-pong pair. Lines from the start and to the end are `start-0`, `end-0`.

    Args:
        drawn: the boxes and lines of `diagram`.
        prefix: goes before every id, where a page holds two maps.
        program: a Graphviz to use, see `render_dot`.

    Raises:
        MissingProgram: there is no layout engine.
        DrawingFailed: the engine gave up.
    """
    svg = render_dot(_dot(drawn, font=FONT, legend=False), "svg", program=program)
    return redraw(svg, label=drawn.title, captions=_captions(drawn), opacities=OPACITIES, prefix=prefix)


def map_file(drawn: Diagram, format: Format = "svg", *, program: str | None = None) -> str | bytes:
    """Return the map as an SVG or PNG file: dark on white, with its legend. Arguments and errors as `map_svg`."""
    if format == "png":
        return render_dot(_dot(drawn, font=PNG_FONT, legend=True), "png", program=program)
    svg = render_dot(_dot(drawn, font=FONT, legend=True), "svg", program=program)
    return XML_HEADER + redraw(svg, label=drawn.title, captions=_captions(drawn), background=True)


def _captions(drawn: Diagram) -> dict[str, Caption]:
    captions = {"start": Caption(drawn.start, {}), "end": Caption(drawn.end, {})}
    captions |= {box.id: Caption(box.title, box.data) for box in drawn.boxes}
    return captions | {line.id: Caption(line.title, line.data) for line in drawn.lines}


def _dot(drawn: Diagram, *, font: str, legend: bool) -> str:
    from graphviz import Digraph

    dot = Digraph(
        "journey",
        graph_attr={
            "rankdir": "TB", "nodesep": "0.3", "ranksep": "0.35", "pad": "0.1", "bgcolor": "white",
            "fontname": font, "fontsize": "9", "fontcolor": QUIET, "labelloc": "b", "labeljust": "l",
        },
        node_attr={
            "shape": "box", "style": "rounded,filled", "fillcolor": BOX, "color": RIM,
            "fontname": font, "fontsize": "11", "fontcolor": INK, "margin": "0.1,0.04", "height": "0.4",
        },
        edge_attr={"fontname": font, "fontsize": "9", "fontcolor": INK, "arrowsize": "0.6"},
    )  # fmt: skip
    if legend:
        dot.attr("graph", label=_legend(drawn.legend, costs=drawn.costs))
    for name, shape, size in (("start", "circle", "0.2"), ("end", "doublecircle", "0.14")):
        dot.node(name, id=name, label="", shape=shape, width=size, height=size, group="spine", fillcolor=INK,
                 color=INK, **{"class": "terminal"})  # fmt: skip
    dot.body.append("\t{ rank=source; start }\n\t{ rank=sink; end }\n")
    names = {box.id: f"n{at}" for at, box in enumerate(drawn.boxes)}
    for box in drawn.boxes:
        dot.node(names[box.id], **_box(box))
    for line in drawn.lines:
        upper = "start" if line.upper is None else names[line.upper]
        dot.edge(upper, "end" if line.lower is None else names[line.lower], **_line(line))
    return str(dot.source)


def _box(box: Box) -> dict[str, str]:
    count = f'<FONT POINT-SIZE="9" COLOR="{QUIET}">{_rows((box.count, *box.notes))}</FONT>'
    cells = f"<TR><TD>{_rows(box.lines)}</TD></TR><TR><TD>{count}</TD></TR>"
    attributes = {"id": box.id, "label": _table(cells, padding=0.5), "class": "spine" if box.spine else "aside"}
    spine = {"group": "spine", "fillcolor": SPINE_BOX, "color": SPINE_RIM, "penwidth": "1.4"}
    lost = {"color": LOST[box.level], "penwidth": "1.8", "class": f"{attributes['class']} lost-{box.level}"}
    return attributes | (spine if box.spine else {}) | (lost if box.level else {})


def _line(line: Line) -> dict[str, str]:
    cells = f'<TR><TD BALIGN="LEFT">{_rows(line.lines)}</TD></TR>'
    return {
        "id": line.id,
        "class": "marker" if line.marker else f"lost-{line.level}",
        "label": _table(cells, padding=3 + line.width / 3),
        "dir": line.arrow,
        "penwidth": f"{line.width:.2f}",
        "color": LOST[line.level],
        "weight": "1000" if line.spine else "1" if line.marker else f"{max(1, round(line.width))}",
        "minlen": str(line.depth),
        "style": "dashed" if line.marker else "solid",
    }


def _rows(lines: tuple[str, ...]) -> str:
    return "<BR/>".join(_text(line) for line in lines)


def _text(text: str) -> str:
    """Return text for an HTML-like label, in which Graphviz still reads backslash sequences such as \\N."""
    return escape(text).replace("\\", "\\\\")


def _table(cells: str, *, padding: float, spacing: int = 0) -> str:
    """Return an HTML-like label; `cells` is our own markup around escaped text."""
    frame = f'BORDER="0" CELLBORDER="0" CELLSPACING="{spacing}" CELLPADDING="{padding:.1f}"'
    return f"<<TABLE {frame}>{cells}</TABLE>>"


def _legend(legend: Legend, *, costs: bool) -> str:
    """Return a line on widths and numbers, then a swatch for each colour where lost time is known."""
    swatches = "".join(
        f'<TD BGCOLOR="{colour}" WIDTH="20" HEIGHT="6" FIXEDSIZE="TRUE"></TD><TD>{_text(text)}</TD>'
        for colour, text in zip(LOST, legend.levels, strict=True)
    )
    colours = f"<TR><TD>{_text(legend.lost)}</TD>{swatches}</TR>" if costs else ""
    lines = f'<TR><TD COLSPAN="9" ALIGN="LEFT">{_text(legend.lines)}</TD></TR>'
    return _table(lines + colours, padding=1, spacing=4)
