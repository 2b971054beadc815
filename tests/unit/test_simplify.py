"""What the map shows: the happy path, the frequent, the costly, and nothing that hangs in the air."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

import networkx as nx
import pytest

from journeyminer.mining import simplify as simplifying
from journeyminer.mining.graph import Found
from journeyminer.mining.simplify import Place, Shown

Trace = tuple[str, ...]


def simplify(graph: nx.DiGraph[str], places: Iterable[Place] = (), **limits: int) -> Shown:
    nodes = {activity: graph.nodes[activity] for activity in graph}
    edges = {move: graph.edges[move] for move in graph.edges}
    return simplifying.simplify(Found(nodes, edges, **graph.graph), places=places, **limits)


def graph_of(traces: dict[Trace, int], *, lost: dict[tuple[str, str], int] | None = None) -> nx.DiGraph[str]:
    """The directly-follows graph of variants with their frequencies; `lost` seconds of some moves, 0 on the others."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    for trace, times in traces.items():
        graph.add_nodes_from(trace)
        graph.add_edges_from(pairwise(trace))
        for activity, n in Counter(trace).items():
            _count(graph.nodes[activity], n * times, times)
        for move, n in Counter(pairwise(trace)).items():
            _count(graph.edges[move], n * times, times)
    for _, _, attributes in graph.edges(data=True):
        attributes["lost_seconds"] = None if lost is None else 0
    for (source, target), seconds in (lost or {}).items():
        graph.edges[source, target]["lost_seconds"] = seconds
    start, end = Counter[str](), Counter[str]()
    for trace, times in traces.items():
        start[trace[0]] += times
        end[trace[-1]] += times
    graph.graph.update(start=dict(start), end=dict(end), happy_path=max(traces, key=lambda trace: traces[trace]))
    return graph


def _count(counts: dict[str, int], n: int, n_cases: int) -> None:
    counts["n"] = counts.get("n", 0) + n
    counts["n_cases"] = counts.get("n_cases", 0) + n_cases


def on_a_way(shown: Shown, graph: nx.DiGraph[str]) -> set[str]:
    """The activities that a walk over shown moves can pass from a start activity to an end activity."""
    picture: nx.DiGraph[str] = nx.DiGraph(shown.edges)
    picture.add_nodes_from(shown.nodes)

    def reach(roots: Iterable[str], over: nx.DiGraph[str]) -> set[str]:
        return {node for root in roots if root in over for node in nx.descendants(over, root) | {root}}

    return reach(graph.graph["start"], picture) & reach(graph.graph["end"], picture.reverse())


def lines(path: Trace) -> set[tuple[str, str]]:
    return {(source, target) for source, target in pairwise(path) if source != target}


def visible(shown: Shown) -> set[tuple[str, str]]:
    """The moves that have a line."""
    return set(shown.edges)


def random_graph(seed: int) -> nx.DiGraph[str]:
    dice = random.Random(seed)
    activities = [f"a{number}" for number in range(dice.randint(1, 40))]
    traces = {
        tuple(dice.choices(activities, k=dice.randint(1, 12))): dice.choice((1, 1, 1, 2, 5, 30))
        for _ in range(dice.randint(1, 60))
    }
    graph = graph_of(traces, lost={} if dice.random() < 0.8 else None)
    for _, _, move in graph.edges(data=True):
        if move["lost_seconds"] is not None:
            move["lost_seconds"] = dice.choice((0, 0, 60, 3600, 90_000))
    return graph


def test_a_small_graph_is_shown_whole() -> None:
    graph = graph_of({("open", "reply", "close"): 5, ("open", "close"): 2}, lost={("open", "reply"): 60})
    assert simplify(graph) == Shown(
        nodes=("open", "reply", "close"),
        edges=(("open", "reply"), ("open", "close"), ("reply", "close")),
        happy_path=("open", "reply", "close"),
        hidden_nodes=0,
        hidden_edges=0,
        hidden_moves_share=0.0,
        hidden_lost_share=0.0,
    )


def test_an_empty_graph_gives_an_empty_picture() -> None:
    graph: nx.DiGraph[str] = nx.DiGraph(start={}, end={}, happy_path=())
    assert simplify(graph) == Shown((), (), (), 0, 0, 0.0, None)


def test_shares_count_the_moves_and_seconds_that_are_left_out() -> None:
    graph = graph_of(
        {("open", "close"): 6, ("open", "ask", "close"): 2},
        lost={("open", "close"): 900, ("open", "ask"): 100},
    )
    shown = simplify(graph, max_nodes=2)
    assert (shown.nodes, shown.hidden_nodes, shown.hidden_edges) == (("open", "close"), 1, 2)
    assert shown.hidden_moves_share == 4 / 10
    assert shown.hidden_lost_share == 100 / 1000


def test_without_turns_the_lost_share_is_not_known() -> None:
    assert simplify(graph_of({("open", "close"): 1})).hidden_lost_share is None


def test_a_rare_but_costly_way_is_kept_before_a_frequent_cheap_one() -> None:
    traces = {("open", "close"): 100, ("open", "note", "close"): 30, ("open", "vendor", "close"): 1}
    cheap = simplify(graph_of(traces), max_nodes=3)
    costly = simplify(graph_of(traces, lost={("open", "vendor"): 10**6}), max_nodes=3)
    assert cheap.nodes == ("open", "close", "note")
    assert costly.nodes == ("open", "close", "vendor")


@pytest.mark.parametrize(("lost", "shown"), [(0, False), (5, False), (20, True)])
def test_a_curiosity_is_left_out_unless_it_costs_much(lost: int, shown: bool) -> None:
    """One trace in a thousand; it stays with more than a hundredth of the lost seconds."""
    graph = graph_of({("a", "b"): 999, ("a", "odd", "b"): 1}, lost={("a", "b"): 1000, ("a", "odd"): lost})
    found = simplify(graph)
    assert ("odd" in found.nodes) == (("a", "odd") in found.edges) == shown
    assert found.hidden_nodes == (not shown)


def test_an_activity_brings_the_activities_its_way_needs() -> None:
    traces = {("open", "close"): 9, ("open", "first", "second", "close"): 1}
    lost = {("second", "close"): 10**6}
    assert simplify(graph_of(traces, lost=lost), max_nodes=4).nodes == ("open", "close", "first", "second")
    assert simplify(graph_of(traces, lost=lost), max_nodes=3).nodes == ("open", "close")


def test_the_way_in_is_the_widest_not_the_shortest() -> None:
    traces = {
        ("open", "close"): 99,
        ("open", "triage", "close"): 40,
        ("open", "triage", "expert", "close"): 20,
        ("open", "expert", "close"): 3,
    }
    shown = simplify(graph_of(traces), max_edges=5)
    assert ("triage", "expert") in shown.edges
    assert ("open", "expert") not in shown.edges


def test_the_happy_path_is_shown_beyond_the_budget() -> None:
    graph = graph_of({tuple("abcdeaf"): 3, tuple("agf"): 1})
    shown = simplify(graph, max_nodes=3, max_edges=3)
    assert shown.nodes == tuple("abcdef")
    assert set(shown.edges) == set(pairwise("abcdeaf"))


def test_a_repetition_is_shown_with_its_activity_and_costs_no_line() -> None:
    traces = {("open", "reply", "close"): 5, ("open", "reply", "reply", "close"): 4, ("open", "close"): 1}
    shown = simplify(graph_of(traces), max_edges=2)
    assert shown.edges == (("open", "reply"), ("reply", "reply"), ("reply", "close"))
    assert shown.hidden_edges == 1
    assert shown.hidden_moves_share == pytest.approx(1 / 23)


def test_a_rare_repetition_is_a_note_and_a_costly_one_is_a_line() -> None:
    traces = {("open", "reply", "close"): 500, ("open", "reply", "reply", "close"): 4}
    assert ("reply", "reply") not in simplify(graph_of(traces)).edges
    costly = graph_of(traces, lost={("reply", "reply"): 1000, ("open", "reply"): 1000})
    assert ("reply", "reply") in simplify(costly).edges


PLACES: tuple[tuple[Place, set[str], set[tuple[str, str]]], ...] = (
    (("open", "vendor"), {"vendor"}, {("open", "vendor")}),
    (("vendor", None), {"vendor"}, set()),
    ((None, "vendor"), {"vendor"}, set()),
    (("reply", "reply"), {"reply"}, {("reply", "reply")}),
    (("close", "open"), set(), {("close", "open")}),
    (("open", "elsewhere"), set(), set()),
    (("elsewhere", "open"), set(), set()),
)


@pytest.mark.parametrize(("place", "nodes", "edges"), PLACES)
def test_what_is_ranked_is_shown_before_what_is_frequent(
    place: Place, nodes: set[str], edges: set[tuple[str, str]]
) -> None:
    traces = {
        ("open", "close"): 900,
        ("open", "note", "close"): 300,
        ("open", "reply", "close"): 200,
        ("open", "reply", "reply", "close"): 1,
        ("open", "vendor", "close"): 1,
        ("open", "close", "open", "close"): 1,
    }
    shown = simplify(graph_of(traces), [place], max_nodes=3)
    assert set(shown.nodes) == {"open", "close"} | (nodes or {"note"})
    assert edges <= set(shown.edges)
    without = simplify(graph_of(traces), max_nodes=3)
    assert not (edges & set(without.edges) or nodes & set(without.nodes))


@pytest.mark.parametrize("first", range(0, 1000, 100))
def test_every_shown_activity_is_on_a_way_and_budgets_and_shares_hold(first: int) -> None:
    for seed in range(first, first + 100):
        graph = random_graph(seed)
        dice = random.Random(-seed)
        max_nodes, max_edges = dice.randint(2, 30), dice.randint(1, 45)
        shown = simplify(graph, max_nodes=max_nodes, max_edges=max_edges)
        path = shown.happy_path

        assert on_a_way(shown, graph) == set(shown.nodes)
        assert set(path) <= set(shown.nodes)
        assert lines(path) <= set(shown.edges)
        assert len(shown.nodes) <= max(max_nodes, len(set(path)))
        assert sum(source != target for source, target in shown.edges) <= max(max_edges, len(lines(path)))
        assert len(set(shown.nodes)) == len(shown.nodes) == len(graph) - shown.hidden_nodes
        assert len(set(shown.edges)) == len(shown.edges)
        assert len(visible(shown)) == graph.number_of_edges() - shown.hidden_edges
        _assert_share(shown.hidden_moves_share, graph, shown, "n")
        if shown.hidden_lost_share is not None:
            _assert_share(shown.hidden_lost_share, graph, shown, "lost_seconds")


def _assert_share(share: float, graph: nx.DiGraph[str], shown: Shown, amount: str) -> None:
    everything = sum(move[amount] for _, _, move in graph.edges(data=True))
    seen = sum(graph.edges[move][amount] for move in visible(shown))
    assert share == pytest.approx(1 - seen / everything if everything else 0)


def test_the_order_in_which_a_graph_was_filled_does_not_matter() -> None:
    for seed in range(200):
        graph = random_graph(seed)
        dice = random.Random(seed)
        shuffled: nx.DiGraph[str] = nx.DiGraph(**graph.graph)
        nodes, edges = list(graph.nodes(data=True)), list(graph.edges(data=True))
        dice.shuffle(nodes)
        dice.shuffle(edges)
        shuffled.add_nodes_from(nodes)
        shuffled.add_edges_from(edges)
        assert simplify(shuffled, max_nodes=8, max_edges=12) == simplify(graph, max_nodes=8, max_edges=12)
