"""What a map shows of a graph: few enough activities and moves to read, all of them on a way from start to end.

The frame of the picture is built of widest ways: of all ways from the start to an activity, the one whose rarest move
is the most frequent (Split Miner's criterion, Augusto et al. 2019), and the same from the activity to the end. Against
the textbook's pair of maximum arborescences it shows the same share of moves on real logs and is linear where those
take seconds on graphs of ten thousand moves.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Set
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, TypeVar

from journeyminer.mining.measure import Count, Row, Share, about
from journeyminer.options import ReportOptions

if TYPE_CHECKING:
    from journeyminer.mining.graph import Found

RARE = 0.005
"""in a smaller share of the traces, an activity or move is a curiosity"""
OFTEN = 0.1
"""a repetition that is a larger share of its activity's events is a line of its own"""
COSTLY = 0.01
"""with a larger share of the lost seconds it is none"""

Move = tuple[str, str]
Place = tuple[str | None, str | None]
"""a move; without a source our work on an activity, without a target what still waits after one"""
Thing = TypeVar("Thing", bound=Hashable)


class Shown(Row, frozen=True):
    """What the map shows of the graph, and how much it hides. Repetitions that are many or cost much are lines too."""

    nodes: Annotated[tuple[str, ...], about("The shown activities.")]
    edges: Annotated[
        tuple[tuple[str, str], ...], about("The shown lines; one from an activity to itself is a repetition.")
    ]
    happy_path: Annotated[tuple[str, ...], about("The most frequent variant.")]
    hidden_nodes: Annotated[Count, about("Activities that are not shown.")]
    hidden_edges: Annotated[Count, about("Edges that are not shown.")]
    hidden_moves_share: Annotated[Share, about("Share of all moves on those.")]
    hidden_lost_share: Annotated[Share | None, about("Share of all lost seconds on those; null without turns.")]


def simplify(
    graph: Found,
    *,
    places: Iterable[Place] = (),
    max_nodes: int = ReportOptions.max_nodes,
    max_edges: int = ReportOptions.max_edges,
) -> Shown:
    """The part of a directly-follows graph that is worth drawing.

    1. The happy path stays, with every move on it, whatever the budgets say.
    2. The places come next, the costliest first: what a report ranks, its map shows.
    3. The other activities are asked in order of weight: their rank by cases, or by the lost seconds of the costliest
       thing about them (a move, our work, what still waits), whichever is better.
    4. The moves between shown activities fill what is left of the edge budget, in the same order of weight, so that
       rare but costly ways stay.

    A place or an activity is shown together with its widest way from the start and to the end; if that does not fit
    into both budgets, it is hidden: a way that ends nowhere would be worse.

    Activities and moves of less than one in two hundred traces are left out though they would fit, unless they hold
    more than a hundredth of the lost seconds or a shown way needs them.

    Only lines between two activities cost something of the edge budget. A repetition is a line of its own where one in
    ten of its activity's events is one, it costs 1 % of the lost time or is a place, and else a note inside its
    activity. The way in from the start and the way out to the end of a trace are no moves. Activities that no trace can
    pass from start to end are hidden. Counts are never changed by hiding.

    Args:
        graph: what `find_graph` found.
        places: where the ranked places are, the costliest first.
        max_nodes: activities shown at most, unless the happy path alone has more.
        max_edges: moves shown at most, unless the happy path alone has more.
    """
    happy_path = graph.happy_path
    forth = [(source, target, edge["n_cases"]) for (source, target), edge in graph.edges.items()]
    back = [(target, source, n_cases) for source, target, n_cases in forth]
    frame = _Frame(
        before=_widest(forth, graph.start) | _neighbours(happy_path[::-1]),
        after=_widest(back, graph.end) | _neighbours(happy_path),
    )
    nodes, edges = set(happy_path), {(u, v) for u, v in pairwise(happy_path) if u != v}
    repeated = set[str]()
    floor = (sum(graph.start.values()) * RARE, sum(_lost(graph).values()) * COSTLY)
    others = _by_weight(_above(floor, _activity_weights(graph)))
    for source, target in (*places, *((activity, None) for activity in others)):
        wider = frame.around(filter(None, (source, target)), nodes)
        moves = frame.moves(wider) | edges
        if source and target and source != target:
            moves |= {(source, target)} & graph.edges.keys()
        if wider and len(wider) <= max_nodes and len(moves) <= max_edges:
            nodes, edges = wider, moves
            if source and source == target:
                repeated.add(source)
    for move in _by_weight(_above(floor, _move_weights(graph))):
        if len(edges) >= max_edges:
            break
        if nodes.issuperset(move) and move[0] != move[1]:
            edges.add(move)
    return _result(graph, nodes, edges, repeated, happy_path)


@dataclass(frozen=True, slots=True)
class _Frame:
    """The neighbour of each activity on its widest way from the start (`before`) and to the end (`after`): one, or
    none where the way starts or ends right there."""

    before: Mapping[str, tuple[str, ...]]
    after: Mapping[str, tuple[str, ...]]

    def around(self, activities: Iterable[str], nodes: set[str]) -> set[str]:
        """`nodes` with some activities and everything their ways need; empty if one has no such way."""
        wider, open_ends = set(nodes), [*activities]
        while open_ends:
            current = open_ends.pop()
            if current in wider:
                continue
            if current not in self.before or current not in self.after:
                return set()
            wider.add(current)
            open_ends += self.before[current] + self.after[current]
        return wider

    def moves(self, nodes: set[str]) -> set[Move]:
        """The moves of the widest ways of these activities."""
        into = {(source, node) for node in nodes for source in self.before[node]}
        return into | {(node, target) for node in nodes for target in self.after[node]}


def _widest(moves: Iterable[tuple[str, str, int]], first: Mapping[str, int]) -> dict[str, tuple[str, ...]]:
    """Grow from the first activities along the most frequent move that leads to a new one; this finds widest ways."""
    steps = defaultdict[str, list[tuple[str, int]]](list)
    for source, target, n_cases in moves:
        steps[source].append((target, n_cases))
    before: dict[str, tuple[str, ...]] = {}
    heap: list[tuple[int, str, tuple[str, ...]]] = [(-n, activity, ()) for activity, n in first.items()]
    heapify(heap)
    while heap:
        _, activity, origin = heappop(heap)
        if activity in before:
            continue
        before[activity] = origin
        for following, n_cases in steps[activity]:
            if following not in before:
                heappush(heap, (-n_cases, following, (activity,)))
    return before


def _neighbours(path: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """What follows the last occurrence of each activity of a path: the way along it to its end, without its loops."""
    return dict(zip(path, [*((following,) for following in path[1:]), ()], strict=True)) if path else {}


def _move_weights(graph: Found) -> dict[Move, tuple[int, int]]:
    return {move: (edge["n_cases"], edge["lost_seconds"] or 0) for move, edge in graph.edges.items()}


def _activity_weights(graph: Found) -> dict[str, tuple[int, int]]:
    costliest = dict.fromkeys(graph.nodes, 0)
    for thing, lost in _lost(graph).items():
        for activity in (thing,) if isinstance(thing, str) else thing:
            costliest[activity] = max(costliest[activity], lost)
    return {activity: (graph.nodes[activity]["n_cases"], lost) for activity, lost in costliest.items()}


def _above(floor: tuple[float, float], weights: Mapping[Thing, tuple[int, int]]) -> dict[Thing, tuple[int, int]]:
    """Those with enough cases or more than enough lost seconds."""
    return {thing: weight for thing, weight in weights.items() if weight[0] >= floor[0] or weight[1] > floor[1]}


def _by_weight(weights: Mapping[Thing, tuple[int, int]]) -> list[Thing]:
    """Ordered by the better of two ranks, by cases and by lost seconds; then by cases, then by name."""
    cases = sorted(-n_cases for n_cases, _ in weights.values())
    losses = sorted(-lost for _, lost in weights.values())

    def rank(thing: Thing) -> tuple[int, int, Thing]:
        n_cases, lost = weights[thing]
        by_cases = bisect_left(cases, -n_cases)
        by_lost = bisect_left(losses, -lost) if lost else len(losses)
        return min(by_cases, by_lost), by_cases, thing

    return sorted(weights, key=rank)


def _result(graph: Found, nodes: set[str], edges: set[Move], repeated: set[str], happy_path: tuple[str, ...]) -> Shown:
    order = {activity: at for at, activity in enumerate(dict.fromkeys(happy_path))}
    by_cases = _by_weight({node: (graph.nodes[node]["n_cases"], 0) for node in nodes - order.keys()})
    order |= {activity: len(order) + at for at, activity in enumerate(by_cases)}
    moves = {move: edge["n"] for move, edge in graph.edges.items()}
    lost = _lost(graph)
    loops = {(node, node) for node in nodes} & moves.keys()
    costly = COSTLY * sum(lost.values())
    shown = edges | {
        loop
        for loop in loops
        if moves[loop] >= OFTEN * graph.nodes[loop[0]]["n"] or lost.get(loop, 0) > costly or loop[0] in repeated
    }
    return Shown(
        nodes=tuple(order),
        edges=tuple(sorted(shown, key=lambda move: (order[move[0]], order[move[1]]))),
        happy_path=happy_path,
        hidden_nodes=len(graph.nodes) - len(order),
        hidden_edges=len(moves) - len(shown),
        hidden_moves_share=_hidden_share(moves, shown),
        hidden_lost_share=_hidden_share(lost, shown | nodes) if lost else None,
    )


def _lost(graph: Found) -> dict[Move | str, int]:
    """The lost seconds of each move, and at each activity itself, as far as they are known."""
    lost: dict[Move | str, int] = {
        move: edge["lost_seconds"] for move, edge in graph.edges.items() if edge["lost_seconds"] is not None
    }
    for name, node in graph.nodes.items():
        if at := (node.get("work_seconds") or 0) + (node.get("waiting_seconds") or 0):
            lost[name] = at
    return lost


def _hidden_share(amounts: Mapping[Thing, int], shown: Set[object]) -> float:
    total = sum(amounts.values())
    hidden = sum(amount for move, amount in amounts.items() if move not in shown)
    return hidden / total if total else 0.0
