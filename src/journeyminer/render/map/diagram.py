"""The map before its layout: boxes and lines in their order from top to bottom, with labels and hover texts.

We set the order, not the layout engine: the happy path runs straight down, a deviation stands below the activity where
it leaves, and as few moves as possible run upwards. So an arrow in a label (↓ ↑) can say which way a count goes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from journeyminer.render.map.labels import LOST_SHARES, Box, Labels, Line, Ranks, Words

if TYPE_CHECKING:
    from journeyminer.mining.graph import Edge, Endpoint, GraphData
    from journeyminer.vocabulary import Per

MARKED: Final = 0.95
"""which share of all starts and ends is drawn, beyond those that an activity would hang in the air without"""
FAN: Final = 3
"""more activities than this that touch only one other one are set at different depths, so that the map stays narrow"""


@dataclass(frozen=True, slots=True)
class Legend:
    """What widths and numbers say, and what the colours of lines mean, from little lost time to much."""

    lines: str
    lost: str
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Diagram:
    """All boxes and lines, from top to bottom. `costs`: whether any time is known to be lost, so that colours mean
    something."""

    title: str
    start: str
    end: str
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    costs: bool
    legend: Legend


def diagram(graph: GraphData, words: Words, *, per: Per = "case", ranks: Ranks | None = None) -> Diagram:
    """Return the shown part of a graph in a reader's words. `per` says what a trace is called."""
    edges = {(edge.source, edge.target): edge for edge in graph.edges}
    nodes = {node.activity: node for node in graph.nodes}
    spine = tuple(dict.fromkeys(graph.shown.happy_path))
    shown = {move: edges[move] for move in graph.shown.edges if move[0] != move[1]}
    loops = {move[0]: edges[move] for move in graph.shown.edges if move[0] == move[1]}
    order = _order(graph.shown.nodes, spine, _Ways.of(shown), {end.activity: end.n for end in graph.start})
    labels = Labels(
        words=words,
        per=per,
        ids={activity: f"node-{at}" for at, activity in enumerate(graph.shown.nodes)},
        most=max((edge.n for edge in graph.edges), default=1),
        lost=sum(edge.lost_seconds or 0 for edge in graph.edges)
        + sum((node.work_seconds or 0) + (node.waiting_seconds or 0) for node in graph.nodes),
        ranks=ranks or {},
    )
    starts, ends = sum(end.n for end in graph.start), sum(end.n for end in graph.end)
    return Diagram(
        title=words.text("map.title", nodes=len(order), edges=len(shown) + len(loops), traces=labels.traces(starts)),
        start=words.text("map.start", traces=labels.traces(starts)),
        end=words.text("map.end", traces=labels.traces(ends)),
        boxes=tuple(
            labels.box(nodes[name], None if name in loops else edges.get((name, name)), spine=name in spine)
            for name in order
        ),
        lines=(
            *_moves(shown, order, spine, labels),
            *(labels.loop(loops[name], number) for number, name in enumerate(order) if name in loops),
            *_markers(graph, shown, spine, labels),
        ),
        costs=labels.lost > 0,
        legend=legend(words),
    )


def legend(words: Words) -> Legend:
    """Return the legend of any map, in a reader's words."""
    bounds = [words.percent(share) for share in LOST_SHARES]
    first = words.text("map.legend.below", share=bounds[0])
    between = [words.text("map.legend.between", low=low, high=high) for low, high in pairwise(bounds)]
    last = words.text("map.legend.above", share=bounds[-1])
    lines, lost = words.text("map.legend.lines"), words.text("map.legend.lost")
    return Legend(lines, lost, (first, *between, last))


@dataclass(frozen=True, slots=True)
class _Ways:
    """How often each activity is reached from which (`into`) and left to which (`out`)."""

    into: Mapping[str, Mapping[str, int]]
    out: Mapping[str, Mapping[str, int]]

    @classmethod
    def of(cls, moves: Mapping[tuple[str, str], Edge]) -> _Ways:
        """Return how often these moves reach and leave each activity."""
        into: defaultdict[str, dict[str, int]] = defaultdict(dict)
        out: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for (source, target), edge in moves.items():
            into[target][source] = out[source][target] = edge.n
        return cls(into, out)


def _order(names: tuple[str, ...], spine: tuple[str, ...], ways: _Ways, starts: Mapping[str, int]) -> dict[str, int]:
    """Return the position of each activity from top to bottom.

    The happy path keeps its order. Each further activity, the one with the most frequent way in first, goes below the
    one from which it is mostly reached, to the position where the fewest moves run upwards.
    """
    placed = list(spine)
    waiting = sorted(set(names) - set(spine))

    def way_in(name: str) -> tuple[int, str | None]:
        n, source = max(((n, source) for source, n in ways.into[name].items() if source in placed), default=(0, ""))
        return (n, source) if n > starts.get(name, 0) else (starts.get(name, 0), None)

    def upwards(name: str, at: int) -> int:
        above = sum(ways.out[name].get(other, 0) for other in placed[:at])
        return above + sum(ways.into[name].get(other, 0) for other in placed[at:])

    while waiting:
        name = max(waiting, key=lambda name: way_in(name)[0])
        _, source = way_in(name)
        first = 0 if source is None else placed.index(source) + 1
        costs = [upwards(name, at) for at in range(first, len(placed) + 1)]
        placed.insert(first + costs.index(min(costs)), name)
        waiting.remove(name)
    return {name: at for at, name in enumerate(placed)}


def _moves(
    shown: Mapping[tuple[str, str], Edge], order: Mapping[str, int], spine: tuple[str, ...], labels: Labels
) -> Iterator[Line]:
    """Yield one line for each move, and one for both moves of a ping-pong pair."""
    numbers = {move: number for number, move in enumerate(shown)}
    depths = _depths(shown, spine, order)
    pairs = {tuple(sorted(move, key=order.__getitem__)) for move in shown}
    for upper, lower in sorted(pairs, key=lambda pair: [order[name] for name in pair]):
        down, up = shown.get((upper, lower)), shown.get((lower, upper))
        moves = [move for move in (down, up) if move is not None]
        yield Line(
            id=f"edge-{numbers[moves[0].source, moves[0].target]}",
            upper=labels.ids[upper],
            lower=labels.ids[lower],
            arrow="both" if down and up else "forward" if down else "back",
            lines=tuple(labels.pair_label(down, up) if down and up else labels.label(moves[0])),
            title="\n".join(labels.edge_title(move) for move in moves),
            width=labels.width(sum(move.n for move in moves)),
            level=labels.level(sum(move.lost_seconds or 0 for move in moves)),
            spine=(upper, lower) in pairwise(spine),
            depth=depths.get(upper, depths.get(lower, 1)),
            data={"source": labels.ids[moves[0].source], "target": labels.ids[moves[0].target], "n": str(moves[0].n)}
            | ({"back": str(moves[1].n)} if len(moves) > 1 else {}),
        )


def _depths(shown: Iterable[tuple[str, str]], spine: tuple[str, ...], order: Mapping[str, int]) -> dict[str, int]:
    """Return how many ranks below its only neighbour an activity stands, where that one has many such activities."""
    neighbours: defaultdict[str, set[str]] = defaultdict(set)
    for source, target in shown:
        neighbours[source].add(target)
        neighbours[target].add(source)
    fans: defaultdict[str, list[str]] = defaultdict(list)
    for name in order:
        if len(neighbours[name]) == 1 and name not in spine:
            fans[min(neighbours[name])].append(name)
    wide = [fan for fan in fans.values() if len(fan) > FAN]
    return {name: 1 + at % FAN for fan in wide for at, name in enumerate(fan)}


def _markers(
    graph: GraphData, shown: Iterable[tuple[str, str]], spine: tuple[str, ...], labels: Labels
) -> Iterator[Line]:
    """Yield the lines from the start and to the end of traces."""
    after: defaultdict[str, set[str]] = defaultdict(set)
    before: defaultdict[str, set[str]] = defaultdict(set)
    for source, target in shown:
        after[source].add(target)
        before[target].add(source)
    for ends, steps, key in ((graph.start, after, "start"), (graph.end, before, "end")):
        mouth = spine[:1] if key == "start" else spine[-1:]
        for number, end in enumerate(_marked([end for end in ends if end.activity in labels.ids], steps)):
            box = labels.ids[end.activity]
            yield Line(
                id=f"{key}-{number}",
                upper=None if key == "start" else box,
                lower=box if key == "start" else None,
                lines=(labels.words.number(end.n),),
                title=labels.words.text(f"map.{key}_here", activity=end.activity, traces=labels.traces(end.n)),
                spine=end.activity in mouth,
                data={"source" if key == "end" else "target": box, "n": str(end.n)},
            )


def _marked(ends: Iterable[Endpoint], steps: Mapping[str, set[str]]) -> list[Endpoint]:
    """Return the most frequent starts that make up the share MARKED, and those that no drawn start leads to."""
    by_n = sorted(ends, key=lambda end: (-end.n, end.activity))
    enough = MARKED * sum(end.n for end in by_n)
    chosen, counted, reached = [], 0, set[str]()
    for end in by_n:
        if counted < enough or end.activity not in reached:
            chosen.append(end)
            open_ends = [end.activity]
            while open_ends:
                name = open_ends.pop()
                if name not in reached:
                    reached.add(name)
                    open_ends += steps[name]
        counted += end.n
    return chosen
