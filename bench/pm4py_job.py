"""The same questions asked of pm4py through its natural API: `python bench/pm4py_job.py log.csv out.json`.

Writes the directly-follows graph with its mean and median seconds and the number of variants, for the comparison.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main() -> None:
    """Read, discover, write."""
    import pandas as pd
    import pm4py

    log = pd.read_csv(sys.argv[1])
    log["timestamp"] = pd.to_datetime(log["timestamp"])
    log = pm4py.format_dataframe(log, case_id="case_id", activity_key="activity", timestamp_key="timestamp")
    log = log.rename(columns={"resource": "org:resource", "group": "org:group"})
    graph, _, _ = pm4py.discover_dfg(log)
    performance, _, _ = pm4py.discover_performance_dfg(log)
    variants = pm4py.get_variants(log)
    durations = pm4py.get_all_case_durations(log)
    pm4py.discover_handover_of_work_network(log.dropna(subset=["org:resource"]))  # it cannot sort a missing name
    edges = [
        [source, target, n, float(performance[source, target]["mean"]), float(performance[source, target]["median"])]
        for (source, target), n in sorted(graph.items())
    ]
    answer = {"edges": edges, "n_variants": len(variants), "n_cases": len(durations)}
    Path(sys.argv[2]).write_text(json.dumps(answer), encoding="utf-8")


if __name__ == "__main__":
    main()
