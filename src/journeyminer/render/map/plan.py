"""The plan of the journey map: where boxes, lines and labels stand. Own rules, no layout engine, always the same.

Columns are stages and rows are parties. Lines run only in the gutters between columns and in the alleys between rows,
so that none can cross a box; each has a track of its own, and its label stands at its end, beside the box it leads to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

TRACK: Final = 7
"""between two lines that run side by side"""
HEAD: Final = 6
"""length of an arrow's head"""
GAP: Final = 6
ROW_GAP: Final = 10
GRID: Final = 6
"""lines leave boxes to the right on multiples of this, to the left half way between: none runs on top of another"""

Side = Literal["left", "right"]


class Size(NamedTuple):
    """Room that something needs, in px."""

    width: float
    above: float
    below: float


@dataclass(slots=True)
class Tile:
    """A box: its place in the grid, the height of its content; the plan says where it stands."""

    column: int
    row: int
    content: float
    x: float = 0
    y: float = 0
    width: float = 0
    height: float = 0


@dataclass(slots=True)
class Wire:
    """A line between two tiles with the room for its label at its end (`arrives`) and its beginning (`leaves`)."""

    source: int
    target: int
    arrives: Size
    leaves: Size
    points: tuple[tuple[float, float], ...] = ()
    out: Side = "right"
    into: Side = "left"
    gutters: tuple[int, ...] = ()
    alley: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Where everything stands. A column's slot is its left gutter and its boxes; `bands` are the rows' tops."""

    tiles: Sequence[Tile]
    wires: Sequence[Wire]
    slots: tuple[tuple[float, float], ...]
    rows: tuple[tuple[float, float], ...]
    right: float
    bottom: float


@dataclass(slots=True)
class _Ports:
    """What leaves and enters at one side of a tile, from top to bottom."""

    ends: list[tuple[Wire, bool]] = field(default_factory=list)

    def size(self, end: tuple[Wire, bool]) -> Size:
        """The room of an end."""
        return end[0].arrives if end[1] else end[0].leaves

    @property
    def height(self) -> float:
        """The room that all ends need."""
        return sum(sum(self.size(end)[1:]) + GRID for end in self.ends)


def plan(
    tiles: Sequence[Tile], wires: Sequence[Wire], *, n_columns: int, n_rows: int, left: float, top: float,
    box_width: float, breaks: Mapping[int, float],
) -> Plan:  # fmt: skip
    """Say where tiles and wires stand.

    Args:
        n_columns, n_rows: of the grid.
        left, top: where the first gutter and the first row begin.
        box_width: of every tile.
        breaks: row -> further room above it, where a lane begins.
    """
    ports: dict[tuple[int, Side], _Ports] = defaultdict(_Ports)
    for wire in wires:
        _route(wire, tiles)
        ports[wire.source, wire.out].ends.append((wire, False))
        ports[wire.target, wire.into].ends.append((wire, True))
    for (at, _), side in ports.items():
        side.ends.sort(key=lambda end: _order(end, tiles, at))
    for at, tile in enumerate(tiles):
        tile.height = max(tile.content, *(ports[at, side].height for side in ("left", "right")))
    alleys = _tracks(
        (wire, wire.alley, min(wire.gutters), max(wire.gutters)) for wire in wires if wire.alley is not None
    )
    rows, bottom = _rows(tiles, n_rows, top, breaks, alleys)
    for tile in tiles:
        tile.y = rows[tile.row][0]
    heights = _heights(ports, tiles)
    spans = []
    for wire in wires:
        start, end = heights[id(wire), False], heights[id(wire), True]
        if wire.alley is None:
            spans.append((wire, wire.gutters[0], min(start, end), max(start, end)))
        else:
            level = _level(wire, alleys, rows)
            spans.append((wire, wire.gutters[0], min(start, level), max(start, level)))
            spans.append((wire, wire.gutters[1], min(end, level), max(end, level)))
    tracks = _tracks(spans)
    slots, ways, right = _columns(tiles, wires, tracks, n_columns, left, box_width)
    for wire in wires:
        _draw(wire, tiles, heights, tracks, alleys, rows, ways)
    return Plan(tiles, wires, slots, rows, right, bottom)


def _route(wire: Wire, tiles: Sequence[Tile]) -> None:
    """Choose the sides, the gutters and the alley of a wire."""
    source, target = tiles[wire.source], tiles[wire.target]
    ahead = target.column - source.column
    wire.out = "right" if ahead > 0 else "left"
    wire.into = "right" if ahead < 0 else "left"
    first = source.column + (1 if ahead > 0 else 0)
    last = target.column + (1 if ahead < 0 else 0)
    wire.gutters = (first,) if first == last else (first, last)
    if first != last:
        wire.alley = target.row if target.row > source.row else target.row + 1


def _order(end: tuple[Wire, bool], tiles: Sequence[Tile], at: int) -> tuple[float, float, int, bool]:
    """From top to bottom: what comes from or goes to higher rows first."""
    wire, arrives = end
    here, there = tiles[at], tiles[wire.source if arrives else wire.target]
    row = there.row if wire.alley is None else wire.alley - 0.5
    far = abs(there.column - here.column)
    return row - here.row, far if row < here.row else -far, wire.source * 1000 + wire.target, arrives


Spans = Iterable[tuple[Wire, int, float, float]]
Tracks = dict[int, list[list[tuple[float, float, int]]]]
"""channel -> its tracks -> what runs there: from, to, and which wire"""


def _tracks(spans: Spans) -> Tracks:
    """Give each stretch the first track of its channel on which nothing else runs there; short ones first."""
    found: Tracks = defaultdict(list)
    for wire, channel, low, high in sorted(spans, key=lambda span: (span[3] - span[2], span[1], span[2])):
        for track in found[channel]:
            if all(high + GAP < a or b + GAP < low for a, b, _ in track):
                track.append((low, high, id(wire)))
                break
        else:
            found[channel].append([(low, high, id(wire))])
    return found


def _number(tracks: Tracks, channel: int, wire: Wire) -> int:
    return next(at for at, track in enumerate(tracks[channel]) if any(whose == id(wire) for *_, whose in track))


def _rows(
    tiles: Sequence[Tile], n_rows: int, top: float, breaks: Mapping[int, float], alleys: Tracks
) -> tuple[tuple[tuple[float, float], ...], float]:
    """The top and the height of each row; alley r is above row r."""
    rows, y = [], top
    for row in range(n_rows):
        y += breaks.get(row, 0) + _alley(alleys, row)
        height = max((tile.height for tile in tiles if tile.row == row), default=0)
        rows.append((y, height))
        y += height + ROW_GAP
    return tuple(rows), y + _alley(alleys, n_rows)


def _alley(alleys: Tracks, at: int) -> float:
    return TRACK * len(alleys[at]) if at in alleys else 0


def _level(wire: Wire, alleys: Tracks, rows: Sequence[tuple[float, float]]) -> float:
    """The height at which a wire runs in its alley, which ends a little above the row below it."""
    assert wire.alley is not None
    if wire.alley < len(rows):
        return rows[wire.alley][0] - GAP - TRACK * _number(alleys, wire.alley, wire)
    top, height = rows[-1]
    return top + height + GAP + TRACK * _number(alleys, wire.alley, wire)


def _heights(ports: Mapping[tuple[int, Side], _Ports], tiles: Sequence[Tile]) -> dict[tuple[int, bool], float]:
    """Where each wire leaves (False) and arrives (True)."""
    found = {}
    for (at, side), these in ports.items():
        y = tiles[at].y + (tiles[at].height - these.height) / 2
        for end in these.ends:
            size = these.size(end)
            line = y + size.above
            shift = 0 if side == "right" else GRID / 2
            line = -(-(line - shift) // GRID) * GRID + shift
            found[id(end[0]), end[1]] = line
            y += size.above + size.below + GRID
    return found


Ways = Mapping[int, tuple[float, float]]
"""gutter -> where its first track is, and its right end"""


def _columns(  # noqa: PLR0917 - all that a column depends on
    tiles: Sequence[Tile], wires: Sequence[Wire], tracks: Tracks, n_columns: int, left: float, box_width: float
) -> tuple[tuple[tuple[float, float], ...], Ways, float]:
    """Slots of the columns and the tracks of the gutters. A gutter has labels, tracks, labels, from left to right."""
    zones: dict[tuple[int, Side], float] = defaultdict(float)
    for wire in wires:
        source, target = tiles[wire.source], tiles[wire.target]
        for tile, side, size in ((source, wire.out, wire.leaves), (target, wire.into, wire.arrives)):
            zones[tile.column, side] = max(zones[tile.column, side], size.width)
    slots, ways, x = [], {}, left
    for column in range(n_columns + 1):
        start = x
        behind, ahead = (zones.get((column - 1, "right"), 0), zones.get((column, "left"), 0))
        n_tracks = len(tracks.get(column, ()))
        x += behind + GAP
        ways[column] = x + GAP / 2, x
        x += TRACK * n_tracks + ahead + (GAP if column < n_columns else 0)
        if column < n_columns:
            for tile in tiles:
                if tile.column == column:
                    tile.x, tile.width = x, box_width
            x += box_width
            slots.append((start, x))
    return tuple(slots), ways, x


def _draw(  # noqa: PLR0917 - all that a line depends on
    wire: Wire, tiles: Sequence[Tile], heights: Mapping[tuple[int, bool], float], tracks: Tracks, alleys: Tracks,
    rows: Sequence[tuple[float, float]], ways: Ways,
) -> None:  # fmt: skip
    """The corners of a wire, from the edge of one box to that of the other."""
    source, target = tiles[wire.source], tiles[wire.target]
    start, end = heights[id(wire), False], heights[id(wire), True]
    begin = source.x + (source.width if wire.out == "right" else 0)
    stop = target.x + (target.width if wire.into == "right" else 0)
    at = [ways[gutter][0] + TRACK * _number(tracks, gutter, wire) for gutter in wire.gutters]
    if wire.alley is None:
        corners = [(begin, start), (at[0], start), (at[0], end), (stop, end)]
    else:
        level = _level(wire, alleys, rows)
        corners = [(begin, start), (at[0], start), (at[0], level), (at[1], level), (at[1], end), (stop, end)]
    wire.points = tuple(corners)
