"""Ask the product: `python ask.py EXPORTS CONFIG AS_OF OUT`, run as a process of its own by `product`.

The only file of JourneyBench that imports the analyser. It runs `journeyminer discover` as a user would, and writes
what the report does not list one by one: every event with its record and customer, every stretch with its turn.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main(exports: str, config: str, as_of: str, out: str) -> int:
    """Write report, tables and log to OUT and the lists to OUT/answer.json; the exit status is the product's."""
    from journeyminer.cli.main import run

    folder = Path(out)
    how = ["--config", config, "--as-of", as_of, "--quiet"]
    status = run(["discover", exports, "-o", out, *how])
    if (folder / "log").is_dir():
        (folder / "answer.json").write_text(json.dumps(lists(folder / "log", Path(config))), encoding="utf-8")
    return status


def lists(folder: Path, config: Path) -> dict[str, list[tuple[object, ...]]]:
    """The events and the stretches of a saved log. Times in seconds."""
    import journeyminer as jm
    from journeyminer.mining.spans import spans

    log = jm.open_log(folder, config=config)
    events = log.rows(
        "SELECT seq, source_ref, epoch(timestamp), case_key, CAST(customer_key AS VARCHAR), "
        "CAST(journey_key AS VARCHAR) FROM events ORDER BY seq"
    )
    stretches = log.rows(
        f"SELECT seq, CAST(turn AS VARCHAR), opened / 1e6, closed / 1e6 FROM {spans(log)} ORDER BY seq, opened"
    )
    return {"events": events, "spans": stretches}


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
