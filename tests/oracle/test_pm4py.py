"""pm4py computes the same where it computes the same thing: on generated logs and on real ones.

pm4py is fed with the events in our declared order, since it breaks ties by the order of rows, and with nanoseconds.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pm4py
import pytest

from journeyminer.log.build import from_pandas
from journeyminer.mining.durations import durations
from journeyminer.mining.graph import graph
from journeyminer.mining.variants import variants

REAL = {
    "helpdesk/finale.csv.gz": ("Case ID", "Activity", "Complete Timestamp"),
    "pm4py_logs/receipt.csv": ("case:concept:name", "concept:name", "time:timestamp"),
    "pm4py_logs/running-example.csv": ("case:concept:name", "concept:name", "time:timestamp"),
    "bpic2013/VINST cases closed problems.csv": ("Problem Number", "Problem Status", "Problem Change Date+Time"),
}


def generated(seed: int) -> pd.DataFrame:
    """300 cases of up to 12 events, one in five at the same moment as another of its case."""
    rng = random.Random(seed)
    start = pd.Timestamp("2026-01-05")
    rows = []
    for case in range(300):
        moment = start + pd.Timedelta(minutes=rng.randrange(50_000))
        for _ in range(rng.randint(1, 12)):
            rows.append((f"case {case}", rng.choice("abcdef"), moment))
            moment += pd.Timedelta(seconds=0 if rng.random() < 0.2 else rng.expovariate(1 / 3600))
    rng.shuffle(rows)
    return pd.DataFrame(rows, columns=["case", "activity", "timestamp"])


def check(frame: pd.DataFrame) -> None:
    frame = frame.assign(timestamp=frame["timestamp"].dt.as_unit("us"))
    log = from_pandas(frame, case="case")
    ordered = frame.assign(seq=range(len(frame))).sort_values(["case", "timestamp", "seq"])
    theirs = pd.DataFrame(
        {
            "case:concept:name": ordered["case"].astype(str),
            "concept:name": ordered["activity"].astype(str),
            "time:timestamp": ordered["timestamp"].dt.as_unit("ns"),
        }
    ).reset_index(drop=True)
    found: Any = graph(log)
    dfg, start, end = pm4py.discover_dfg(theirs)
    assert {(u, v): n for u, v, n in found.edges(data="n")} == dict(dfg)
    assert (found.graph["start"], found.graph["end"]) == (start, end)
    for measure in ("mean", "median"):
        performance, _, _ = pm4py.discover_performance_dfg(theirs, perf_aggregation_key=measure)
        ours = {(u, v): seconds for u, v, seconds in found.edges(data=f"{measure}_seconds")}
        assert ours == pytest.approx(performance, abs=1e-5)
    sequences = pm4py.get_variants(theirs)
    shown = variants(log, top=None)
    assert dict(zip(shown["activities"], shown["n_cases"], strict=True)) == sequences
    lasted = pd.Series(pm4py.get_all_case_durations(theirs))
    row = durations(log).iloc[0]
    assert (row["mean_seconds"], row["median_seconds"]) == pytest.approx((lasted.mean(), lasted.median()), abs=1e-5)
    assert (row["n"], row["min_seconds"], row["max_seconds"]) == pytest.approx(
        (len(lasted), lasted.min(), lasted.max())
    )


@pytest.mark.parametrize("seed", range(3))
def test_generated_logs(seed: int) -> None:
    check(generated(seed))


@pytest.mark.parametrize("file", REAL)
def test_real_logs(data: Callable[[str], Path], file: str) -> None:
    options: dict[str, Any] = {"sep": ";", "encoding": "latin-1"} if "bpic2013" in file else {}
    frame = pd.read_csv(data(file), dtype=str, **options)
    frame = frame[list(REAL[file])].set_axis(["case", "activity", "timestamp"], axis=1)
    frame["timestamp"] = pd.to_datetime(frame["timestamp"], utc=True, format="mixed").dt.tz_localize(None)
    check(frame)
