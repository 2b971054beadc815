"""The table: every figure by family, with its number of worlds and things, an interval, and what stands beside it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from journeybench.run import Result

FIGURES = {
    "records_read": "records read",
    "turns": "whose turn: hours right",
    "causes": "why we let them wait: hours right",
    "handoffs": "hand-offs (F1 of pairs)",
    "places": "places at their true rank",
    "places_by_receiver": "places, receiving team only",
    "hours_of_places": "their lost hours",
    "hours_of_places_by_receiver": "their lost hours, receiving team only",
    "coverage": "95 % bounds of lost hours hold",
    "decoys_out": "one-off moves kept out of the first three",
    "pair_precision": "customers: pair precision",
    "pair_recall": "customers: pair recall",
    "b_cubed": "customers: B-cubed F1",
    "largest_merge": "people in the worst cluster (1 is right)",
    "journey_starts": "journeys: starts, numbered cases (F1)",
    "journey_starts_talk": "journeys: starts, calls and chats (F1)",
    "why_begun": "journeys: why begun",
    "why_ended": "journeys: how they stand",
    "first_response": "first response, median",
    "first_resolution": "first resolution, median",
    "reopen_rate": "reopen rate",
    "hops": "hand-offs a case",
    "csat": "satisfaction",
    "leaver_causes": "why customers leave (F1)",
    "alarms_right": "teams said to be slower: rightly",
    "changes_found": "teams that became slower: found",
    "receipt": "receipt: planted dirt told",
    "personal_kept": "personal strings kept back",
}
"""figure -> how it is called in the table"""
DRAWS = 1_000
FEWEST = 5
"""worlds of one kind that are needed to know what a place loses on average"""


def markdown(results: Sequence[Result]) -> str:
    """The table in Markdown."""
    families = list(dict.fromkeys(result["family"] for result in results))
    lines = ["| figure | family | worlds | n | naive | product | 95 % | ceiling |", "|---|---|--:|--:|--:|--:|---|--:|"]
    for figure, title in FIGURES.items():
        for family in families:
            told = [result for result in results if result["family"] == family]
            row = coverage_row(told) if figure == "coverage" else _row(told, figure)
            if row:
                lines.append(f"| {title} | {family} | {' | '.join(row)} |")
    failed = [f"{result['family']} {result['seed']}" for result in results if result["failed"]]
    lines += ["", f"Worlds on which the product wrote nothing: {', '.join(failed) or 'none'}."]
    strange = Counter[str]()
    for result in results:
        strange.update({re.sub(r"[0-9a-f]{6,}", "…", file): n for file, n in result["unmatched"].items()})
    where = ", ".join(f"{file} {n:,}" for file, n in strange.most_common(5))
    lines.append(f"Events that no record explains: {strange.total():,}{f' ({where})' if where else ''}.")
    return "\n".join(lines) + "\n"


def _row(results: Sequence[Result], figure: str) -> list[str] | None:
    columns = {who: values(results, who, figure) for who in ("naive", "product", "ceiling")}
    if not any(columns.values()):
        return None
    n = max(sum(result["scores"].get(who, {}).get(figure, (0, 0))[1] for result in results) for who in columns)
    worlds = max(map(len, columns.values()))
    low, high = interval(columns["product"]) if columns["product"] else (None, None)
    bounds = f"{low:.2f} to {high:.2f}" if low is not None and high is not None else ""
    told = {who: f"{sum(column) / len(column):.3f}" if column else "–" for who, column in columns.items()}
    return [str(worlds), f"{n:,}", told["naive"], told["product"], bounds, told["ceiling"]]


def values(results: Iterable[Result], who: str, figure: str) -> list[float]:
    """A figure of every world in which it is known."""
    told = (result["scores"].get(who, {}).get(figure) for result in results)
    return [value[0] for value in told if value is not None]


def interval(column: Sequence[float]) -> tuple[float, float]:
    """The 95 % bounds of the mean over worlds, drawn again a thousand times from the same stream."""
    chance = np.random.Generator(np.random.PCG64(7))
    drawn = chance.integers(0, len(column), (DRAWS, len(column)))
    low, high = np.quantile(np.array(column)[drawn].mean(axis=1), [0.025, 0.975])
    return float(low), float(high)


def coverage_row(results: Sequence[Result]) -> list[str] | None:
    """How often the product's bounds hold what the same place loses on average in the other worlds of its kind."""
    hits = coverage(results)
    if not hits:
        return None
    low, high = interval([float(hit) for hit in hits])
    share = f"{sum(hits) / len(hits):.3f}"
    return [str(len(results)), str(len(hits)), "–", share, f"{low:.2f} to {high:.2f}", "0.950"]


def coverage(results: Sequence[Result]) -> list[bool]:
    """One answer a place and world: whether its bounds hold the mean of the other worlds.

    Only places at teams at which nothing was injected in any of these worlds: there all of them are the same
    operation. The mean of n other worlds is uncertain itself, so the bounds are widened by the root of 1 + 1/n.
    """
    injected = {team for result in results for team in result["injected"]}
    kinds: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        kinds[result["desk"].split("_")[0]].append(result)
    hits = []
    for kind in kinds.values():
        lost: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
        for result in kind:
            for key, seconds, low, high in result["places"]:
                if low is not None and high is not None and not any(team in key for team in injected):
                    lost[key].append((seconds, low, high))
        for told in lost.values():
            if len(told) == len(kind) >= FEWEST:
                hits += [_holds(told, place) for place in range(len(told))]
    return hits


def _holds(told: Sequence[tuple[float, float, float]], place: int) -> bool:
    seconds, low, high = told[place]
    others = [other for nth, (other, _, _) in enumerate(told) if nth != place]
    wider = (1 + 1 / len(others)) ** 0.5
    mean = sum(others) / len(others)
    return bool(seconds - (seconds - low) * wider <= mean <= seconds + (high - seconds) * wider)
