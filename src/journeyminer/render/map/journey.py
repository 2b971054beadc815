"""The journey map as a picture: stages from left to right, the customer above the line of visibility, our teams below.

What stands on it is what `telling` says of the report's `journey_map` and `stages`; `plan` says where, `sketch` draws.
Data reaches the picture as escaped text only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from journeyminer.render.map.metrics import text_width
from journeyminer.render.map.plan import HEAD, Plan, Size, Tile, Wire, plan
from journeyminer.render.map.sketch import Sketch
from journeyminer.render.map.telling import LINE, PAD, SMALL, Journey, grid, row_of

if TYPE_CHECKING:
    from journeyminer.i18n import Language
    from journeyminer.mining.blueprint import MapLine
    from journeyminer.report.sections import Report

WIDTH: Final = 1230
LANE_WIDTH: Final = 88
HEADER: Final = 66
NARROWEST, WIDEST = 114, 190
"""of a box"""


def journey_svg(report: Report, language: Language, *, standalone: bool = False) -> str:
    """Return the journey map as an SVG element, or as a file of its own; nothing where there is nothing to draw.

    In a page it takes the page's colours, which JOURNEY_CSS says; each box and line has a title to point at. A file has
    a white background.
    """
    if not report.journey_map or not report.journey_map.boxes:
        return ""
    journey = Journey(report, language)
    box_width: float = NARROWEST
    drawn = _planned(journey, box_width)
    room = (WIDTH - drawn.right) / len(journey.stages)
    if room > 1:
        drawn = _planned(journey, min(WIDEST, box_width + int(room)))
    return Sketch(journey, drawn, grid(journey)[0]).svg(standalone=standalone)


def _planned(journey: Journey, box_width: float) -> Plan:
    """Return the plan for boxes of a width."""
    rows, breaks = grid(journey)
    number = {row: at for at, row in enumerate(rows)}
    tiles = []
    for box in journey.boxes.values():
        content = journey.content(box, box_width - 2 * PAD)
        height = 2 * PAD + sum(LINE + (8 if line.bar is not None else 0) for line in content)
        tiles.append(Tile(journey.stages.index(box.stage), number[row_of(journey, box)], height))
    at = {box: number for number, box in enumerate(journey.boxes)}
    wires = [_wire(journey, line, at) for line in journey.lines]
    return plan(
        tiles, wires, n_columns=len(journey.stages), n_rows=len(rows), left=LANE_WIDTH, top=HEADER,
        box_width=box_width, breaks=breaks,
    )  # fmt: skip


def _wire(journey: Journey, line: MapLine, at: Mapping[int, int]) -> Wire:
    above, below = journey.label(line)
    widest = max(text_width(words, SMALL, bold=True) for words in (*above, *below))
    if len(above) > 1:  # the last places stand beside the count
        widest = max(widest, text_width(above[-2] + above[-1], SMALL, bold=True) + 12)
    share = text_width(journey.language.percent(line.share), SMALL) if _decides(journey, line) else 0
    return Wire(
        at[line.source], at[line.target],
        arrives=Size(widest + HEAD + 6, 15 * max(1, len(above) - 1) + 3, 13 * len(below) + 2),
        leaves=Size(share + 6 if share else 8, 14 if share else 5, 4),
    )  # fmt: skip


def _decides(journey: Journey, line: MapLine) -> bool:
    """Whether a line leaves a moment of decision: a box with several drawn ways on."""
    return sum(other.source == line.source for other in journey.lines) > 1
