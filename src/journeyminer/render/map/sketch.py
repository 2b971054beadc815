"""The journey map as SVG: shapes and texts by plan, each colour a class of the page beside its own value."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from journeyminer.mining.lanes import LANES
from journeyminer.render.map.diagram import legend
from journeyminer.render.map.labels import plain
from journeyminer.render.map.metrics import clipped, text_width, wrapped
from journeyminer.render.map.plan import HEAD
from journeyminer.render.map.svg import SANS, XML_HEADER

if TYPE_CHECKING:
    from journeyminer.mining.blueprint import MapBox, MapLine
    from journeyminer.render.map.plan import Plan, Tile, Wire
    from journeyminer.render.map.telling import Journey, Row, Words

INK, SOFT, PAPER, PANEL, RULE = "#1a2230", "#515b69", "#ffffff", "#f6f7f9", "#d3d9e0"
CARD, TINT, ACCENT = "#ffffff", "#dfeaf7", "#1766c2"
LOST: Final = ("#6f7b88", "#a8690a", "#c2410c", "#8a1c06")
"""grey, then darker with every step: told apart in grey too, and on white by AA for graphics"""
PAIN, GOOD = "#b42318", "#176f43"
TURNS: Final = {
    "us_queue": "#1766c2", "us_work": "#6ea3de", "bot": "#b4cfee", "vendor": "#77818f", "customer": "#b7bfc9",
    "unknown": "#e3e7ec",
}  # fmt: skip
FILLS: Final = {
    "ink": INK, "soft": SOFT, "paper": PAPER, "panel": PANEL, "card": CARD, "tint": TINT, "accent": ACCENT,
    "pain": PAIN, "good": GOOD,
}  # fmt: skip
JOURNEY_CSS: Final = """
.journey { display: block; max-width: none; font-family: inherit; }
.journey .ink { fill: var(--ink); } .journey .soft { fill: var(--soft); } .journey .paper { fill: var(--paper); }
.journey .panel { fill: var(--panel); } .journey .card { fill: var(--paper); } .journey .accent { fill: var(--accent); }
.journey .tint { fill: rgb(var(--heat) / 0.16); }
.journey .box:hover .card, .journey .box:focus .card { stroke: var(--accent); stroke-width: 2; }
.journey .line:hover path, .journey .line:focus path { stroke-width: 6; }
.journey [tabindex]:focus { outline: none; }
figure.stages { margin: 1rem 0; overflow-x: auto; }
@media screen and (min-width: 62rem) {
  figure.stages { --out: min(80rem, 100vw - 2rem); }
  figure.stages { margin-inline: calc((min(76rem, 100vw) - 2 * clamp(1rem, 4vw, 3rem) - var(--out)) / 2); }
}
@media (prefers-color-scheme: dark) {
  .journey .pain { fill: #ff9b8f; } .journey .good { fill: #63d297; }
  .journey .lost-0 { --wire: #8a94a0; } .journey .lost-1 { --wire: #b98a4a; }
  .journey .lost-2 { --wire: #ec8b4a; } .journey .lost-3 { --wire: #ffc79a; }
  .journey [class*="lost-"] path { stroke: var(--wire); } .journey [class*="lost-"] polygon { fill: var(--wire); }
}
@page wide { size: A4 landscape; margin: 6mm; }
@page tall { size: A4 portrait; margin: 6mm; }
@media print {
  figure.stages { page: tall; overflow: visible; margin: 0; }
  figure.stages:has(.wide) { page: wide; }
  .journey { width: 100%; height: auto; max-height: 280mm; }
  .journey.wide { max-height: 195mm; }
  .journey * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""
"""A page's share of the journey map."""

SMALL, PLAIN, LARGE = 11, 12, 15
LINE, PAD = 15, 7
BEND: Final = 5
POINT: Final = 11
"""how far the head of a stage points into the next one"""


class Sketch:
    """Draws a journey by its plan."""

    def __init__(self, journey: Journey, drawn: Plan, rows: Sequence[Row]) -> None:
        self.journey, self.plan, self.rows = journey, drawn, rows
        self.parts: list[str] = []
        self.width = math.ceil(drawn.right + 14)

    def svg(self, *, standalone: bool) -> str:
        """Return the picture."""
        self._lanes()
        self._heads()
        for number, (line, wire) in enumerate(zip(self.journey.lines, self.plan.wires, strict=True)):
            self._line(number, line, wire)
        for number, tile in zip(self.journey.boxes, self.plan.tiles, strict=True):
            self._box(number, self.journey.boxes[number], tile)
        bottom = self._legend(self._under(self.plan.bottom + 16))
        height = math.ceil(bottom + 8)
        t = self.journey.t
        shape = "journey wide" if self.width > height else "journey"
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="{shape}" role="group" width="{self.width}" '
            f'height="{height}" viewBox="0 0 {self.width} {height}" font-family="{SANS}" font-size="{SMALL}" '
            f'aria-labelledby="journey-title" aria-describedby="journey-desc">'
            f'<title id="journey-title">{_text(t("journey.title"))}</title>'
            f'<desc id="journey-desc">{_text(t("journey.desc"))}</desc>'
        )
        ground = f'<rect width="{self.width}" height="{height}" fill="{PAPER}"/>' if standalone else ""
        return f"{XML_HEADER if standalone else ''}{head}{ground}{chr(10).join(self.parts)}</svg>\n"

    def _rect(self, x: float, y: float, width: float, height: float, kind: str, *, more: str = "") -> None:
        fill = FILLS.get(kind) or TURNS[kind.removeprefix("part ")]
        self.parts.append(f'<rect class="{kind}" x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" '
                          f'fill="{fill}"{more}/>')  # fmt: skip

    def _say(self, x: float, y: float, words: str, kind: str = "ink", size: float = SMALL, *, bold: bool = False,
             anchor: str = "start") -> None:  # fmt: skip
        weight = ' font-weight="600"' if bold else ""
        where = f' text-anchor="{anchor}"' if anchor != "start" else ""
        self.parts.append(f'<text class="{kind}" x="{_n(x)}" y="{_n(y)}" font-size="{size:g}" fill="{FILLS[kind]}"'
                          f"{weight}{where}>{_text(words)}</text>")  # fmt: skip

    def _lanes(self) -> None:
        """The lanes, and the line of visibility below what the customer sees."""
        rows = self.rows
        lanes = sorted({lane for lane, _ in rows})
        tops = {
            lane: min(self.plan.rows[at][0] for at, row in enumerate(rows) if row[0] == lane) - 14 for lane in lanes
        }
        for at, lane in enumerate(lanes):
            top = tops[lane]
            bottom = tops[lanes[at + 1]] if at + 1 < len(lanes) else self.plan.bottom + 4
            if lane % 2 == 0:
                self._rect(0, top, self.width, bottom - top, "panel")
            name = self.journey.t(f"lane.{LANES[lane]}")
            for nth, words in enumerate(wrapped(name, SMALL, 90, lines=4, bold=True)):
                self._say(8, top + 28 + nth * 14, words, "soft", bold=True)
        if tops.get(2) is not None:
            y = tops[2]
            self.parts.append(f'<path d="M0 {_n(y)}H{self.width}" fill="none" stroke="{SOFT}" stroke-width="1.5" '
                              'stroke-dasharray="7 5"/>')  # fmt: skip
            if lanes[0] >= LANES.index("team"):
                self._say(8, y - 10, self.journey.t("journey.unseen"), "soft", PLAIN)
            else:
                for nth, words in enumerate(wrapped(self.journey.t("journey.visibility"), SMALL, 84, lines=2)):
                    self._say(8, y - 18 + nth * 13, words, "soft")

    def _heads(self) -> None:
        """The stages: an arrow each, with how many traces are ever in it."""
        journey = self.journey
        most = max(row.n_cases for row in journey.rows.values())
        for at, (stage, (left, right)) in enumerate(zip(journey.stages, self.plan.slots, strict=True)):
            start, stop = left + (POINT + 4 if at else 0), right + 6
            begin = _n(start - (POINT if at else 0))
            shape = f"M{begin} 6H{_n(stop)}l{POINT} 21l-{POINT} 21H{begin}"
            shape += f"l{POINT} -21Z" if at else "Z"
            self.parts.append(f'<path class="tint" d="{shape}" fill="{TINT}"/>')
            room, row = stop - start - 10, journey.rows[stage]
            self._say(
                start + 8,
                24,
                clipped(_capital(journey.language.word("stage", stage)), LARGE, room, bold=True),
                size=LARGE,
                bold=True,
            )
            told = f"{journey.traces(row.n_cases)} · {journey.language.percent(row.n_cases / most)}"
            self._say(start + 8, 41, clipped(told, PLAIN, room), "soft", PLAIN)

    def _box(self, number: int, box: MapBox, tile: Tile) -> None:
        content = self.journey.content(box, tile.width - 2 * PAD)
        says = self.journey.who(box) or self.journey.t("lane.customer")
        steps = ", ".join(map(self.journey.language.activity, box.steps))
        level = self.journey.level(box.inside_seconds)
        rim = LOST[level] if level else "#8b95a3"
        self.parts.append(f'<g class="box" id="box-{number}" tabindex="0"><title>{_text(f"{says}: {steps}")}</title>')
        self._rect(tile.x, tile.y, tile.width, tile.height, "card",
                   more=f' rx="6" stroke="{rim}" stroke-width="{1 + level * 0.6:g}"')  # fmt: skip
        y = tile.y + (tile.height - sum(map(_height, content))) / 2
        for words in content:
            y = self._words(tile.x + PAD, y, tile.width - 2 * PAD, words)
        self.parts.append("</g>")

    def _words(self, x: float, y: float, room: float, words: Words) -> float:
        """One line of a box; returns where the next one begins."""
        if words.size < 0:
            self._badge(x, y + 1, words.left)
        else:
            kind = "ink" if words.bold else "soft"
            self._say(x, y + 11.5, words.left, kind, words.size, bold=words.bold)
        if words.bar is not None:
            self._rect(x, y + LINE + 1, room, 4, "tint")
            self._rect(x, y + LINE + 1, max(2, room * words.bar), 4, "accent")
        return y + _height(words)

    def _badge(self, x: float, y: float, ranks: str, anchor: str = "start") -> None:
        """The numbers of places, on a dark ground."""
        width = text_width(ranks, SMALL, bold=True) + 6
        left = x if anchor == "start" else x - width
        self._rect(left, y, width, 14, "ink", more=' rx="4"')
        self._say(left + 3, y + 11, ranks, "paper", bold=True)

    def _line(self, number: int, line: MapLine, wire: Wire) -> None:
        level = self.journey.level(line.lost_seconds)
        most = max(each.n for each in self.journey.lines)
        width = 1.2 + 3 * math.log(line.n + 1) / math.log(most + 1)
        x, y = wire.points[-1]
        way = 1 if wire.into == "left" else -1
        colour = LOST[level]
        says = _text(self.journey.title(line))
        self.parts.append(
            f'<g class="line lost-{level}" id="line-{number}" tabindex="0"><title>{says}</title>'
            f'<path d="{_path(wire.points, way * HEAD)}" fill="none" stroke="{colour}" stroke-width="{width:.1f}"/>'
            f'<polygon points="{_n(x)},{_n(y)} {_n(x - way * HEAD)},{_n(y - 4)} {_n(x - way * HEAD)},{_n(y + 4)}" '
            f'fill="{colour}"/>'
        )
        above, below = self.journey.label(line)
        x -= way * (HEAD + 3)
        anchor = "end" if way > 0 else "start"
        *ranks, count = above
        self._say(x, y - 4, count, bold=True, anchor=anchor)
        aside = x - way * (text_width(count, SMALL, bold=True) + 5)
        for nth, words in enumerate(reversed(ranks)):
            self._badge(x if nth else aside, y - 15 - 15 * nth, words, anchor)
        for nth, words in enumerate(below):
            self._say(x, y + 12 + 13 * nth, words, "soft" if nth == 0 else "ink", bold=nth > 0, anchor=anchor)
        if wire.leaves.above > 10:
            x, y = wire.points[0]
            share = self.journey.language.percent(line.share)
            self._say(x + (4 if wire.out == "right" else -4), y - 4, share, "accent",
                      anchor="start" if wire.out == "right" else "end")  # fmt: skip
        self.parts.append("</g>")

    def _under(self, y: float) -> float:
        """What stands under the stages, a row for each kind; returns where it ends."""
        journey = self.journey
        columns = [dict(journey.below(journey.rows[stage])) for stage in journey.stages]
        for key in ("clock", "ways", "unresolved", "csat", "felt"):
            if not any(key in column for column in columns):
                continue
            self.parts.append(f'<path d="M0 {_n(y)}H{self.width}" stroke="{RULE}" fill="none"/>')
            for nth, words in enumerate(wrapped(journey.t(f"journey.head.{key}"), SMALL, 84, lines=3, bold=True)):
                self._say(4, y + 16 + nth * 13, words, "soft", bold=True)
            ends = [y + 16 + 13 * 2]
            for stage, column, (left, right) in zip(journey.stages, columns, self.plan.slots, strict=True):
                ends.append(self._cell(stage, column.get(key, ()), left + 8, y + 4, right - left - 10))
            y = max(ends) + 4
        return y

    def _cell(self, stage: str, told: Iterable[tuple[str, str]], x: float, y: float, room: float) -> float:
        for sign, words in told:
            if sign == "clock":
                self._clock(stage, x, y + 3, room)
                y += 16
            inset = 14 if sign in ("pain", "good", "way", "end") else 0
            for nth, line in enumerate(wrapped(words, SMALL, room - inset, lines=3)):
                if nth == 0 and inset:
                    self._sign(sign, x, y + 8)
                self._say(x + inset, y + 12, line)
                y += 14
        return y

    def _clock(self, stage: str, x: float, y: float, room: float) -> None:
        clock = self.journey.clock(self.journey.rows[stage])  # type: ignore[index]
        whole = sum(share for *_, share in clock)
        for turn, _, share in clock:
            width = room * share / whole
            self._rect(x, y, width, 11, f"part {turn}", more=f' stroke="{PAPER}"')
            x += width

    def _sign(self, sign: str, x: float, y: float) -> None:
        """A sign, each of another shape: down for pain, up for delight, an arrow for a way on, a block for an end."""
        shapes = {
            "pain": f"M{_n(x)} {_n(y - 4)}h10l-5 9z", "good": f"M{_n(x)} {_n(y + 5)}h10l-5 -9z",
            "way": f"M{_n(x)} {_n(y - 1)}h5v-3l5 4l-5 4v-3h-5z", "end": f"M{_n(x + 1)} {_n(y - 4)}h8v8h-8z",
        }  # fmt: skip
        kind = sign if sign in FILLS else "soft"
        self.parts.append(f'<path class="{kind}" d="{shapes[sign]}" fill="{FILLS[kind]}"/>')

    def _legend(self, y: float) -> float:
        journey, t = self.journey, self.journey.t
        self.parts.append(f'<path d="M0 {_n(y)}H{self.width}" stroke="{RULE}" fill="none"/>')
        for line in wrapped(t("journey.legend"), SMALL, self.width - 10, lines=4):
            y += 15
            self._say(4, y, line, "soft")
        y += 18
        x = 4.0
        words = t("map.legend.lost")
        self._say(x, y, words, "soft")
        x += text_width(words, SMALL) + 8
        for level, said in enumerate(legend(journey.language).levels):
            self.parts.append(f'<g class="lost-{level}"><path d="M{_n(x)} {_n(y - 4)}h20" stroke="{LOST[level]}" '
                              'stroke-width="4" fill="none"/></g>')  # fmt: skip
            self._say(x + 25, y, said, "soft")
            x += 25 + text_width(said, SMALL) + 16
        hidden = journey.hidden()
        for line in wrapped(hidden, SMALL, self.width - 10, lines=2):
            y += 16
            self._say(4, y, line, "soft")
        return y


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _height(words: Words) -> float:
    return LINE + (8 if words.bar is not None else 0)


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def _text(words: str) -> str:
    return escape(plain(words))


def _path(points: tuple[tuple[float, float], ...], head: float) -> str:
    """A line with round corners that ends where its head begins."""
    *most, (x, y) = points
    corners = [*most, (x - head, y)]
    steps = [f"M{_n(corners[0][0])} {_n(corners[0][1])}"]
    for (x0, y0), (x1, y1), (x2, y2) in zip(corners, corners[1:], corners[2:], strict=False):
        before = min(BEND, (abs(x1 - x0) + abs(y1 - y0)) / 2)
        after = min(BEND, (abs(x2 - x1) + abs(y2 - y1)) / 2)
        if before and after:
            begin = f"{_n(x1 - _sign(x1 - x0) * before)} {_n(y1 - _sign(y1 - y0) * before)}"
            end = f"{_n(x1 + _sign(x2 - x1) * after)} {_n(y1 + _sign(y2 - y1) * after)}"
            steps.append(f"L{begin}Q{_n(x1)} {_n(y1)} {end}")
    return "".join([*steps, f"L{_n(corners[-1][0])} {_n(corners[-1][1])}"])


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)
