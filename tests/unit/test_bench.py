"""The benchmark's log is what its generator says, and its comparison notices differences. No test times anything."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest

from generate import CHAIN, generate
from run import differences

EVENTS = 2_000

Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    out = tmp_path_factory.mktemp("bench") / "log.csv"
    generate(EVENTS, out)
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def traces(rows: Rows) -> dict[str, list[dict[str, str]]]:
    by_case: dict[str, list[dict[str, str]]] = {}
    for row in sorted(rows, key=lambda row: row["timestamp"]):
        by_case.setdefault(row["case_id"], []).append(row)
    return by_case


def test_the_log_has_as_many_events_as_asked_for_in_five_columns(rows: Rows) -> None:
    assert len(rows) == EVENTS
    assert list(rows[0]) == ["case_id", "activity", "timestamp", "resource", "group"]


def test_traces_are_of_the_length_that_the_generator_says(rows: Rows) -> None:
    lengths = [len(trace) for trace in traces(rows).values()]
    assert 6 < sum(lengths) / len(lengths) < 9
    assert max(lengths) <= 30


def test_rows_are_shuffled(rows: Rows) -> None:
    moments = [row["timestamp"] for row in rows]
    back = sum(later < earlier for earlier, later in pairwise(moments))
    assert 0.4 * EVENTS < back < 0.6 * EVENTS


def test_resources_and_groups_are_missing_in_places(rows: Rows) -> None:
    without_resource = sum(not row["resource"] for row in rows)
    without_group = sum(not row["group"] for row in rows)
    assert 0.2 * EVENTS < without_resource < 0.5 * EVENTS
    assert 0.01 * EVENTS < without_group < 0.06 * EVENTS
    assert all(not row["resource"] for row in rows if row["activity"] == "customer reply")


def test_some_moves_take_no_time(rows: Rows) -> None:
    ties = sum(
        earlier["timestamp"] == later["timestamp"]
        for trace in traces(rows).values()
        for earlier, later in pairwise(trace)
    )
    assert 0.005 * EVENTS < ties < 0.04 * EVENTS


def test_a_few_variants_are_frequent_and_many_are_rare(rows: Rows) -> None:
    variants = Counter(tuple(row["activity"] for row in trace) for trace in traces(rows).values())
    n_cases = variants.total()
    assert sum(n for _, n in variants.most_common(5)) > 0.25 * n_cases
    assert sum(n == 1 for n in variants.values()) > 0.1 * n_cases


def test_moves_without_ties_are_steps_of_the_chain(rows: Rows) -> None:
    for trace in traces(rows).values():
        if len({row["timestamp"] for row in trace}) == len(trace):
            for earlier, later in pairwise(trace):
                assert later["activity"] in CHAIN[earlier["activity"]]


def test_chances_of_the_chain_sum_to_one() -> None:
    assert all(sum(moves.values()) == pytest.approx(1) for moves in CHAIN.values())


def test_equal_arguments_write_equal_bytes(tmp_path: Path) -> None:
    generate(300, tmp_path / "a.csv", seed=1)
    generate(300, tmp_path / "b.csv", seed=1)
    generate(300, tmp_path / "c.csv", seed=2)
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert (tmp_path / "a.csv").read_bytes() != (tmp_path / "c.csv").read_bytes()


def test_timestamps_are_iso_without_zone(rows: Rows) -> None:
    assert all(datetime.fromisoformat(row["timestamp"]).tzinfo is None for row in rows[:50])


@pytest.mark.parametrize(
    ("n", "mean", "n_total", "expected"),
    [(3, 60, 9, 0), (4, 60, 9, 1), (3, 61, 9, 1), (3, 60, 8, 1)],
)
def test_the_comparison_notices_a_wrong_count_a_wrong_mean_and_a_wrong_number_of_variants(
    tmp_path: Path, n: int, mean: int, n_total: int, expected: int
) -> None:
    edge = {"source": "a", "target": "b", "n": n, "mean_seconds": mean, "median_seconds": 60}
    core, pm4py = tmp_path / "core.json", tmp_path / "pm4py.json"
    core.write_text(json.dumps({"graph": {"edges": [edge]}, "variants": {"n_total": n_total}}))
    pm4py.write_text(json.dumps({"edges": [["a", "b", 3, 60.4, 60.0]], "n_variants": 9}))
    assert len(differences(core, pm4py)) == expected


def test_an_edge_of_one_graph_only_is_a_difference(tmp_path: Path) -> None:
    core, pm4py = tmp_path / "core.json", tmp_path / "pm4py.json"
    core.write_text(json.dumps({"graph": {"edges": []}, "variants": {"n_total": 1}}))
    pm4py.write_text(json.dumps({"edges": [["a", "b", 3, 60.4, 60.0]], "n_variants": 1}))
    assert differences(core, pm4py) == ["edge ('a', 'b') is in one graph only"]
