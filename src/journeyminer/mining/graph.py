"""The directly-follows graph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from journeyminer.mining.lens import Lens
from journeyminer.mining.measure import Count, Row, Seconds, about, whole
from journeyminer.mining.moves import moves
from journeyminer.mining.simplify import Move, Shown
from journeyminer.mining.turns import lost_at_activities, lost_by_edge
from journeyminer.mining.variants import variant_keys, variants

if TYPE_CHECKING:
    import networkx as nx

    from journeyminer.log import EventLog
    from journeyminer.vocabulary import Per


class Node(Row, frozen=True):
    """An activity."""

    activity: Annotated[str, about("A slug of the vocabulary, or the source's own word.")]
    n: Annotated[Count, about("Events.")]
    n_cases: Annotated[Count, about("Traces with such an event.")]
    work_seconds: Annotated[int | None, about("Our work until it was complete; null without turns.")] = None
    waiting_seconds: Annotated[int | None, about("What cases still wait for us after it; null without turns.")] = None


class Edge(Row, frozen=True):
    """One activity right after another. Seconds run from the source's completion to the target's start, where known."""

    source: Annotated[str, about("The activity before.")]
    target: Annotated[str, about("The activity after.")]
    n: Annotated[Count, about("Moves.")]
    n_cases: Annotated[Count, about("Traces with such a move.")]
    mean_seconds: Annotated[Seconds | None, about("Mean of the seconds; null where none is known.")]
    median_seconds: Annotated[Seconds | None, about("Median, interpolated; null where none is known.")]
    p90_seconds: Annotated[Seconds | None, about("90th percentile, interpolated; null where none is known.")]
    total_seconds: Annotated[int | None, about("Sum of the seconds; null where none is known.")]
    lost_seconds: Annotated[int | None, about("The part of it in a turn that we control; null where none is known.")]


class Endpoint(Row, frozen=True):
    """An activity that traces start or end with."""

    activity: Annotated[str, about("The activity.")]
    n: Annotated[Count, about("Traces.")]


class Activity(Row, frozen=True):
    """An activity with how many traces start and end with it."""

    activity: Annotated[str, about("A slug of the vocabulary, or the source's own word.")]
    n: Annotated[Count, about("Events.")]
    n_cases: Annotated[Count, about("Traces with such an event.")]
    start: Annotated[Count, about("Traces that start with it.")]
    end: Annotated[Count, about("Traces that end with it.")]


class GraphData(Row, frozen=True):
    """The whole directly-follows graph; hiding on the map changes no figure."""

    nodes: Annotated[tuple[Node, ...], about("All activities, the most frequent first.")]
    edges: Annotated[tuple[Edge, ...], about("All pairs of activities, the most frequent first.")]
    start: Annotated[tuple[Endpoint, ...], about("What traces start with.")]
    end: Annotated[tuple[Endpoint, ...], about("What traces end with.")]
    shown: Annotated[Shown, about("The choice for the map.")]


@dataclass(frozen=True, slots=True)
class Found:
    """A graph in exact figures, nodes and edges in order of falling `n`, then by name."""

    nodes: dict[str, dict[str, Any]]
    edges: dict[Move, dict[str, Any]]
    start: Mapping[str, int]
    end: Mapping[str, int]
    happy_path: tuple[str, ...]
    n_overlaps: int = 0
    n_untimed: int = 0

    def data(self, shown: Shown) -> GraphData:
        """The graph as a report holds it."""
        return GraphData(
            nodes=tuple(Node(activity, **node) for activity, node in self.nodes.items()),
            edges=whole(Edge, ({"source": move[0], "target": move[1], **edge} for move, edge in self.edges.items())),
            start=_endpoints(self.start),
            end=_endpoints(self.end),
            shown=shown,
        )


def graph(log: EventLog, *, per: Per = "case", lost: bool = False) -> nx.DiGraph[str]:
    """Which activity came right after which, how often, and how long that took.

    Seconds of a move run from the source's completion to the target's start where known, else its completion; an
    overlap counts as 0 (`n_overlaps`). Moves whose seconds cannot be known (one time zone known, the other assumed) are
    in `n` and not in the seconds (`n_untimed`). Quantiles are interpolated linearly.

    Args:
        per: what a trace is.
        lost: also sum the seconds in a turn that we control, see `lost_by_edge`.

    Returns:
        A graph whose nodes are activities with `n` (events), `n_cases` (traces), and where asked for `work_seconds` and
        `waiting_seconds` (our work on it, and what cases still wait for us after it), and whose edges have `n` (moves),
        `n_cases` (traces), `mean_seconds`, `median_seconds`, `p90_seconds`, `total_seconds` and `lost_seconds` (None
        where not asked for, or where nobody knows whose turn any of them was). Nodes and edges come in order of falling
        `n`, then by name. Graph attributes: `start` and `end` (activity to traces), `happy_path` (the most frequent
        variant), `n_overlaps`, `n_untimed`, and the scope: `per`, `n_traces`, `n_cases`, `n_customers`, `n_left_out`.
    """
    import networkx as nx

    lens = Lens(log, per)
    found = find_graph(lens, lost=lost)
    about = {name: getattr(found, name) for name in ("start", "end", "happy_path", "n_overlaps", "n_untimed")}
    made: nx.DiGraph[str] = nx.DiGraph(**about, **lens.scope._asdict())
    made.add_nodes_from(found.nodes.items())
    made.add_edges_from((*move, edge) for move, edge in found.edges.items())
    return made


def find_graph(lens: Lens, *, lost: bool) -> Found:
    """The `graph` of a lens as plain data."""
    rows = _edges(lens)
    n_cases = _in_traces(lens)
    lost_seconds = lost_by_edge(lens) if lost else {}
    work, waiting = lost_at_activities(lens) if lost else ({}, {})
    n, edges = Counter[str](), {}
    for row in rows:
        n[row["source"]] += row["n"]
        if row["target"] is not None:
            move = row["source"], row["target"]
            edges[move] = {
                "n": row["n"],
                "n_cases": n_cases[move],
                **{name: row[name] for name in ("mean_seconds", "median_seconds", "p90_seconds", "total_seconds")},
                # without any known time, none is lost only where there is none
                "lost_seconds": lost_seconds.get(move, None if row["total_seconds"] else 0) if lost else None,
            }
    best = variants.rows(lens, top=1)
    start = "SELECT CAST(activity AS VARCHAR) AS a, count(*) AS n"
    return Found(
        nodes={
            each: {"n": n[each], "n_cases": n_cases[each]}
            | ({"work_seconds": work.get(each, 0), "waiting_seconds": waiting.get(each, 0)} if lost else {})
            for each in sorted(n, key=lambda a: (-n[a], a))
        },
        edges=edges,
        start=dict(lens.log.rows(f"{start} FROM {moves(lens)} WHERE pos = 1 GROUP BY a ORDER BY n DESC, a")),
        end={row["source"]: row["n"] for row in rows if row["target"] is None},
        happy_path=best[0].activities if best else (),
        n_overlaps=sum(row["n_overlaps"] for row in rows),
        n_untimed=sum(row["n"] - row["n_timed"] for row in rows if row["target"] is not None),
    )


def activities(data: GraphData) -> tuple[Activity, ...]:
    """The activities of a graph, each with how many traces start and end with it."""
    start, end = ({point.activity: point.n for point in points} for points in (data.start, data.end))
    return tuple(
        Activity(node.activity, node.n, node.n_cases, start.get(node.activity, 0), end.get(node.activity, 0))
        for node in data.nodes
    )


def _endpoints(counts: Mapping[str, int]) -> tuple[Endpoint, ...]:
    return tuple(Endpoint(*pair) for pair in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _edges(lens: Lens) -> list[dict[str, Any]]:
    """The edges, and the ends of traces as edges without a target."""
    overlapped = "overlapped" if lens.log.has("started_at") else "false"
    return lens.log.dicts(
        f"""
        WITH timed AS (
            SELECT activity, next_activity, count(*) AS n, count(us) AS n_timed,
                count(*) FILTER (WHERE {overlapped}) AS n_overlaps, sum(us) AS us,
                quantile_cont(us, [0.5, 0.9]) AS quantiles
            FROM {moves(lens)} GROUP BY ALL
        )
        SELECT CAST(activity AS VARCHAR) AS source, CAST(next_activity AS VARCHAR) AS target, n,
            us / n_timed / 1e6 AS mean_seconds, quantiles[1] / 1e6 AS median_seconds, quantiles[2] / 1e6 AS p90_seconds,
            CAST(round(us / 1e6) AS BIGINT) AS total_seconds, n_timed, n_overlaps
        FROM timed ORDER BY n DESC, source, target
        """
    )


def _in_traces(lens: Lens) -> dict[tuple[str, str | None] | str, int]:
    """In how many traces each activity and each pair of them happened.

    Traces of one variant have the same of both, so one example of each variant stands for all of them.
    """
    rows = lens.log.rows(
        f"""
        WITH passed AS MATERIALIZED (
            SELECT DISTINCT trace, n, activity, next_activity
            FROM {moves(lens)} JOIN {variant_keys(lens)} ON trace = example
        )
        SELECT true AS pair, CAST(activity AS VARCHAR), CAST(next_activity AS VARCHAR), CAST(sum(n) AS BIGINT)
        FROM passed GROUP BY activity, next_activity
        UNION ALL
        SELECT false, CAST(activity AS VARCHAR), NULL, CAST(sum(n) AS BIGINT)
        FROM (SELECT DISTINCT trace, n, activity FROM passed) GROUP BY activity
        """
    )
    return {(source, target) if pair else source: n for pair, source, target, n in rows}
