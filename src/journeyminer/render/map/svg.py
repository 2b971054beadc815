"""A layout engine's SVG, drawn again: only shapes and texts that are on a list, with our own titles and data.

Scripts, links, handlers, styles and outside references that an engine or a label smuggled in have no way into the
result, because nothing is copied that is not named here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET

from journeyminer.errors import DrawingFailed
from journeyminer.note import Note
from journeyminer.render.map.labels import plain

SVG: Final = "{http://www.w3.org/2000/svg}"
SANS: Final = "system-ui, 'Segoe UI', 'DejaVu Sans', Helvetica, Arial, sans-serif"
SHAPES: Final = frozenset({"g", "path", "polygon", "polyline", "ellipse", "text"})
ATTRIBUTES: Final = frozenset({
    "class", "transform", "d", "points", "cx", "cy", "rx", "ry", "x", "y", "fill", "stroke", "stroke-width",
    "stroke-dasharray", "text-anchor", "font-size", "font-weight",
})  # fmt: skip
NAMED: Final = {"white": "#ffffff", "black": "#000000"}
"""the engine writes some colours by name"""
XML_HEADER: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
FRAME: Final = ("width", "height", "viewBox")
_HARMLESS: Final = re.compile(r"[\w #.,()+-]*")


@dataclass(frozen=True, slots=True)
class Caption:
    """What a group of shapes says when pointed at, and what a page can read from it as data-*."""

    title: str
    data: Mapping[str, str]


def redraw(
    svg: bytes,
    *,
    label: str,
    captions: Mapping[str, Caption],
    opacities: Mapping[str, float] | None = None,
    prefix: str = "",
    background: bool = False,
) -> str:
    """Return an `<svg>` element with the shapes and texts of an engine's document.

    Args:
        svg: what the layout engine drew; groups that have a caption carry its key as id, all other ids are dropped.
        label: what the picture is called by a screen reader.
        captions: for each group its hover text and data.
        opacities: colours that give way to the text colour around the picture, and how much of it they take.
        prefix: goes before every id, and before data-source and data-target, which hold ids.
        background: keep the engine's background.

    Raises:
        DrawingFailed: the engine's output is not SVG.
    """
    try:
        drawn = ET.fromstring(svg)
    except ET.ParseError:
        raise DrawingFailed(Note("report.not_svg"), hint=Note("report.another_program")) from None
    writer = _SvgWriter(captions, opacities or {}, prefix, background)
    root = ET.Element("svg", {"xmlns": SVG[1:-1], **{name: drawn.get(name, "") for name in FRAME}})
    root.attrib |= {"class": "journey-map", "role": "group", "aria-label": plain(label), "font-family": SANS}
    writer.copy_children(drawn, root)
    ET.indent(root, space="")
    return f"{ET.tostring(root, encoding='unicode')}\n"


@dataclass(frozen=True, slots=True)
class _SvgWriter:
    """Copies what is on the lists of this module into a new element."""

    captions: Mapping[str, Caption]
    opacities: Mapping[str, float]
    prefix: str
    background: bool

    def copy_children(self, source: ET.Element, target: ET.Element) -> None:
        """Draw the shapes and texts inside an element again."""
        for child in source:
            kind = child.tag.removeprefix(SVG) if isinstance(child.tag, str) else ""
            background = kind == "polygon" and source.get("class") == "graph"
            if kind in SHAPES and (self.background or not background):
                self.copy(child, ET.SubElement(target, kind))

    def copy(self, source: ET.Element, target: ET.Element) -> None:
        """Draw one shape, text or group again."""
        for name, value in source.attrib.items():
            if name in ATTRIBUTES and _HARMLESS.fullmatch(value):
                target.set(name, value)
        for paint in ("fill", "stroke"):
            opacity = self.opacities.get(NAMED.get(target.get(paint, ""), target.get(paint, "")).lower())
            if opacity is not None:
                target.attrib |= {paint: "currentColor", f"{paint}-opacity": str(opacity)}
        caption = self.captions.get(source.get("id", ""))
        if caption is not None:
            self._caption(target, source.get("id", ""), caption)
        if target.tag == "text":
            target.text = plain(source.text or "")
        self.copy_children(source, target)

    def _caption(self, target: ET.Element, name: str, caption: Caption) -> None:
        target.set("id", self.prefix + name)
        for key, value in caption.data.items():
            target.set(f"data-{key}", self.prefix + value if key in ("source", "target") else plain(value))
        if "node" in target.get("class", "").split():
            target.attrib |= {"tabindex": "0", "role": "img"}
        ET.SubElement(target, "title").text = "\n".join(plain(line) for line in caption.title.split("\n"))
