"""Write a synthetic event log of a support desk: `python bench/generate.py 1000000 log.csv`.

Columns case_id, activity, timestamp, resource, group. Traces come from a Markov chain: a few frequent variants, a long
tail, 2 to 30 events, about seven on average. One move in fifty takes no time at all (ties); where nobody in particular
acts, resource is empty, and some events lack their group. The rows are shuffled over the whole file. The same number
of events and seed give the same file with the same numpy.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

MAX_LENGTH = 30
END = ""
CHAIN: dict[str, dict[str, float]] = {
    "created": {"auto reply": 0.24, "assigned": 0.70, "bot answer": 0.06},
    "auto reply": {"assigned": 0.97, "escalated": 0.03},
    "bot answer": {END: 0.45, "assigned": 0.55},
    "assigned": {"agent reply": 0.72, "internal note": 0.10, "escalated": 0.12, "reassigned": 0.06},
    "reassigned": {"agent reply": 0.80, "internal note": 0.15, "reassigned": 0.05},
    "internal note": {"agent reply": 0.65, "escalated": 0.30, "internal note": 0.05},
    "agent reply": {"customer reply": 0.30, "solved": 0.60, "pending": 0.10},
    "pending": {"customer reply": 0.75, "reminder": 0.25},
    "reminder": {"customer reply": 0.35, "solved": 0.65},
    "customer reply": {"agent reply": 0.74, "solved": 0.12, "escalated": 0.08, "customer reply": 0.06},
    "escalated": {"assigned": 0.85, "on hold": 0.15},
    "on hold": {"vendor answer": 1.0},
    "vendor answer": {"agent reply": 0.9, "on hold": 0.1},
    "solved": {"closed": 0.62, END: 0.18, "rated": 0.12, "reopened": 0.08},
    "rated": {"closed": 0.9, "reopened": 0.1},
    "reopened": {"assigned": 0.6, "agent reply": 0.4},
    "closed": {END: 1.0},
}
NOBODY = {"auto reply", "bot answer", "reminder", "closed", "customer reply", "rated", "created"}
"""activities without a resource"""
MINUTES = {"assigned": 90, "agent reply": 45, "customer reply": 900, "closed": 10_080, "vendor answer": 3_000}
"""mean minutes before an activity; 120 before the others"""
GROUPS = ("L1", "Billing", "Technical", "Sales", "Back office", "Retention")
AGENTS_A_GROUP = 40
NO_GROUP = 0.03
TIES = 0.02
CASES_AT_ONCE = 500_000
ARRIVALS_SECONDS = 365 * 86_400

Columns = dict[str, "np.ndarray[Any, Any]"]


def generate(events: int, out: Path, *, seed: int = 7) -> None:
    """Write the log."""
    import duckdb
    import numpy as np
    import pandas as pd

    chance = np.random.Generator(np.random.PCG64(seed))
    parts: list[Columns] = []
    total = cases = 0
    while total < events:
        part = _traces(chance, cases=min(CASES_AT_ONCE, (events - total) // 6 + 100), first=cases)
        cases = int(part["case"][-1]) + 1
        total += len(part["case"])
        parts.append(part)
    order = chance.permutation(events)
    columns = {}
    for name in list(parts[0]):
        columns[name] = np.concatenate([part.pop(name) for part in parts])[:events][order]
    del order

    agents = [f"agent {number:03d}" for number in range(1, AGENTS_A_GROUP * len(GROUPS) + 1)]
    with duckdb.connect() as engine:
        engine.register("coded", pd.DataFrame(columns, copy=False))
        engine.execute(
            f"""
            COPY (
                SELECT
                    'C-' || lpad("case"::VARCHAR, 8, '0') AS case_id,
                    {_words(CHAIN)}[activity + 1] AS activity,
                    (TIMESTAMP '2025-01-01' + to_seconds(second))::VARCHAR AS "timestamp",
                    {_words(agents)}[resource] AS resource,
                    {_words(GROUPS)}["group"] AS "group"
                FROM coded
            ) TO {_text(str(out))} (HEADER, DELIMITER ',')
            """
        )


def _traces(chance: np.random.Generator, *, cases: int, first: int) -> Columns:
    """The events of some cases, numbered from `first`, as codes: 0 is nobody, no group, the first activity.

    All cases take a step at the same time; those that end drop out.
    """
    import numpy as np

    names = list(CHAIN)
    steps = np.array([[moves.get(name, 0.0) for name in (*names, END)] for moves in CHAIN.values()]).cumsum(axis=1)
    steps[:, -1] = 1.0
    ladder = (steps + np.arange(len(names))[:, None]).ravel()
    nobody = np.array([name in NOBODY for name in names])
    minutes = np.array([MINUTES.get(name, 120) for name in names], dtype=float)
    hands_over = np.array([name in ("escalated", "reassigned") for name in names])

    case = np.arange(first, first + cases, dtype=np.int32)
    state = np.zeros(cases, dtype=np.int64)
    second = chance.random(cases) * ARRIVALS_SECONDS
    group = np.ones(cases, dtype=np.int64)
    agent = chance.integers(1, AGENTS_A_GROUP + 1, cases)
    taken = []
    for _ in range(MAX_LENGTH):
        n = len(case)
        resource = np.where(nobody[state], 0, (group - 1) * AGENTS_A_GROUP + agent)
        shown_group = np.where(chance.random(n) < NO_GROUP, 0, group)
        taken.append((case, state.astype(np.int8), second.astype(np.int32), resource.astype(np.int16),
                      shown_group.astype(np.int8)))  # fmt: skip
        following = np.searchsorted(ladder, state + chance.random(n), side="right") - state * (len(names) + 1)
        alive = following < len(names)
        case, state, second, group, agent = case[alive], following[alive], second[alive], group[alive], agent[alive]
        n = len(case)
        if n == 0:
            break
        wait = chance.exponential(minutes[state] * 60)
        second = second + np.where(chance.random(n) < TIES, 0, wait + 1)
        moved = hands_over[state]
        group = np.where(moved & (names.index("escalated") == state), chance.integers(1, len(GROUPS) + 1, n), group)
        agent = np.where(moved, chance.integers(1, AGENTS_A_GROUP + 1, n), agent)
    names_of_columns = ("case", "activity", "second", "resource", "group")
    columns = {name: np.concatenate([values[place] for values in taken]) for place, name in enumerate(names_of_columns)}
    order = np.argsort(columns["case"], kind="stable")
    return {name: values[order] for name, values in columns.items()}


def _words(words: Iterable[str]) -> str:
    return "[" + ", ".join(_text(word) for word in words) + "]"


def _text(word: str) -> str:
    return "'" + word.replace("'", "''") + "'"


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("events", type=int)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    generate(arguments.events, arguments.out, seed=arguments.seed)


if __name__ == "__main__":
    main()
