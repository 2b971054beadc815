"""The directly-follows graph."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from journeyminer.log import EventLog
from journeyminer.mining.moves import moves, scope
from journeyminer.mining.turns import lost_by_edge
from journeyminer.mining.variants import variant_keys, variant_rows
from journeyminer.vocabulary import Per

if TYPE_CHECKING:
    import networkx as nx


def graph(log: EventLog, *, per: Per = "case", lost: bool = False) -> nx.DiGraph[str]:
    """Which activity came right after which, how often, and how long that took.

    Seconds of a move run from the source's completion to the target's start where known, else its completion; an
    overlap counts as 0 (`n_overlaps`). Moves whose seconds cannot be known (one time zone known, the other assumed) are
    in `n` and not in the seconds (`n_untimed`). Quantiles are interpolated linearly.

    Args:
        per: what a trace is.
        lost: also sum the seconds in a turn that we control, see `lost_by_edge`.

    Returns:
        A graph whose nodes are activities with `n` (events) and `n_cases` (traces), and whose edges have `n` (moves),
        `n_cases` (traces), `mean_seconds`, `median_seconds`, `p90_seconds`, `total_seconds` and `lost_seconds` (None
        where not asked for). Nodes and edges come in order of falling `n`, then by name. Graph attributes: `start`
        and `end` (activity to traces), `happy_path` (the most frequent variant), `n_overlaps`, `n_untimed`, and the
        scope: `per`, `n_traces`, `n_cases`, `n_customers`, `n_left_out`.
    """
    import networkx as nx

    edges = _edges(log, per)
    n_cases = _in_traces(log, per)
    n: dict[str, int] = {}
    for edge in edges:
        n[edge["source"]] = n.get(edge["source"], 0) + edge["n"]
    lost_seconds = lost_by_edge(log, per=per) if lost else {}
    best = variant_rows(log, per=per, top=1)
    result: nx.DiGraph[str] = nx.DiGraph(
        start=dict(log.rows(
            f"SELECT CAST(activity AS VARCHAR) AS a, count(*) AS n FROM {moves(log, per=per)} "
            "WHERE pos = 1 GROUP BY a ORDER BY n DESC, a"
        )),
        end={edge["source"]: edge["n"] for edge in edges if edge["target"] is None},
        happy_path=best[0]["activities"] if best else (),
        n_overlaps=sum(edge["n_overlaps"] for edge in edges),
        n_untimed=sum(edge["n"] - edge["n_timed"] for edge in edges if edge["target"] is not None),
        **asdict(scope(log, per=per)),
    )  # fmt: skip
    for activity in sorted(n, key=lambda activity: (-n[activity], activity)):
        result.add_node(activity, n=n[activity], n_cases=n_cases[activity])
    for edge in edges:
        if edge["target"] is not None:
            move = edge["source"], edge["target"]
            measured = {key: edge[key] for key in ("mean_seconds", "median_seconds", "p90_seconds", "total_seconds")}
            lost_here = lost_seconds.get(move, 0) if lost else None
            result.add_edge(*move, n=edge["n"], n_cases=n_cases[move], **measured, lost_seconds=lost_here)
    return result


def _edges(log: EventLog, per: Per) -> list[dict[str, Any]]:
    """The edges, and the ends of traces as edges without a target."""
    overlapped = "overlapped" if log.has("started_at") else "false"
    return log.dicts(
        f"""
        WITH timed AS (
            SELECT activity, next_activity, count(*) AS n, count(us) AS n_timed,
                count(*) FILTER (WHERE {overlapped}) AS n_overlaps, sum(us) AS us,
                quantile_cont(us, [0.5, 0.9]) AS quantiles
            FROM {moves(log, per=per)} GROUP BY ALL
        )
        SELECT CAST(activity AS VARCHAR) AS source, CAST(next_activity AS VARCHAR) AS target, n,
            us / n_timed / 1e6 AS mean_seconds, quantiles[1] / 1e6 AS median_seconds, quantiles[2] / 1e6 AS p90_seconds,
            CAST(round(us / 1e6) AS BIGINT) AS total_seconds, n_timed, n_overlaps
        FROM timed ORDER BY n DESC, source, target
        """
    )


def _in_traces(log: EventLog, per: Per) -> dict[tuple[str, str | None] | str, int]:
    """In how many traces each activity and each pair of them happened.

    Traces of one variant have the same of both, so one example of each variant stands for all of them.
    """
    rows = log.rows(
        f"""
        WITH passed AS MATERIALIZED (
            SELECT DISTINCT trace, n, activity, next_activity
            FROM {moves(log, per=per)} JOIN {variant_keys(log, per=per)} ON trace = example
        )
        SELECT true AS pair, CAST(activity AS VARCHAR), CAST(next_activity AS VARCHAR), CAST(sum(n) AS BIGINT)
        FROM passed GROUP BY activity, next_activity
        UNION ALL
        SELECT false, CAST(activity AS VARCHAR), NULL, CAST(sum(n) AS BIGINT)
        FROM (SELECT DISTINCT trace, n, activity FROM passed) GROUP BY activity
        """
    )
    return {(source, target) if pair else source: n for pair, source, target, n in rows}
