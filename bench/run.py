"""Time the core job against pm4py and against a bare scan: `python bench/run.py [EVENTS ...] [--no-pm4py]`.

Every job is a whole process, from start to exit; the jobs of one size take turns, so that a busy machine is busy for
all of them. What counts is CPU (user + system) and peak memory; wall time is beside it. The directly-follows graphs
of the core job and of pm4py must be identical: edges, counts, means and medians. Exit status 1 where they are not.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

BENCH = Path(__file__).parent
MEASURES = "graph,variants,handovers,durations,quality"
PM4PY_LIMIT = 10_000_000
"""above this size pm4py needs more memory than most machines have"""
ONE_PM4PY = 1_000_000
"""above this size it runs once"""


@dataclass(frozen=True)
class Run:
    """What one process cost."""

    cpu: float
    wall: float
    peak_mib: float


@dataclass(frozen=True)
class Target:
    """A ratio that must hold (DESIGN §6): `cost` of `job` at most `floor` times that of `against`; `goal` is beyond."""

    job: str
    against: str
    cost: str
    events: int
    floor: float
    goal: float


TARGETS = (
    Target("core", "pm4py", "cpu", 1_000_000, 1 / 6, 1 / 10),
    Target("core", "pm4py", "wall", 10_000_000, 1 / 15, 1 / 30),
    Target("core", "scan", "cpu", 1_000_000, 6, 3.5),
    Target("core", "scan", "cpu", 10_000_000, 6, 3.5),
)


def measure(command: list[str], out: Path) -> Run:
    """Run a process to its end, its output in a file. Raises CalledProcessError where it fails."""
    with out.open("wb") as stdout, out.with_suffix(".err").open("wb") as stderr:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=stdout, stderr=stderr)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        message = out.with_suffix(".err").read_text(errors="replace")
        raise subprocess.CalledProcessError(process.returncode, command, stderr=message)
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10  # bytes there, KiB elsewhere
    return Run(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / unit)


def jobs(log: Path, folder: Path, *, with_pm4py: bool) -> dict[str, list[str]]:
    """The commands by name."""
    core = [sys.executable, "-m", "journeyminer", "show", MEASURES, str(log), "--format", "json"]
    found = {"core": core, "scan": [sys.executable, str(BENCH / "scan_job.py"), str(log)]}
    if with_pm4py:
        found["pm4py"] = [sys.executable, str(BENCH / "pm4py_job.py"), str(log), str(folder / "pm4py.json")]
    return found


def differences(core: Path, pm4py: Path) -> list[str]:
    """Where the two answers differ; the core job rounds seconds to whole ones."""
    ours = json.loads(core.read_text("utf-8"))
    theirs = json.loads(pm4py.read_text("utf-8"))
    found = []
    edges = {(edge["source"], edge["target"]): edge for edge in ours["graph"]["edges"]}
    expected = {(source, target): (n, mean, middle) for source, target, n, mean, middle in theirs["edges"]}
    found += [f"edge {pair} is in one graph only" for pair in edges.keys() ^ expected.keys()]
    for pair in edges.keys() & expected.keys():
        edge, (n, mean, middle) = edges[pair], expected[pair]
        if edge["n"] != n:
            found.append(f"edge {pair}: n {edge['n']}, pm4py {n}")
        for name, value in (("mean_seconds", mean), ("median_seconds", middle)):
            if abs(edge[name] - value) > 0.5 + 1e-6:
                found.append(f"edge {pair}: {name} {edge[name]}, pm4py {value}")
    if ours["variants"]["n_total"] != theirs["n_variants"]:
        found.append(f"variants {ours['variants']['n_total']}, pm4py {theirs['n_variants']}")
    return sorted(found)


def compare(events: int, folder: Path, *, repeats: int, with_pm4py: bool) -> list[str]:
    """Measure one size, print it, and return the differences."""
    log = folder / f"log-{events}.csv"
    made = measure([sys.executable, str(BENCH / "generate.py"), str(events), str(log)], folder / "generate.out")
    once = ", pm4py once" if with_pm4py and repeats > 1 and events > ONE_PM4PY else ""
    print(f"\n{events:,} events, {log.stat().st_size / 1e6:,.0f} MB, written in {made.wall:.1f} s; "
          f"medians of {repeats} {'run' if repeats == 1 else 'runs'}{once}")  # fmt: skip
    commands = jobs(log, folder, with_pm4py=with_pm4py)
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for turn in range(repeats):
        for name, command in commands.items():
            if name == "pm4py" and turn and events > ONE_PM4PY:
                continue  # its minutes tell no more when they come again
            runs[name].append(measure(command, folder / f"{name}.out"))
    cost = {
        name: Run(*(median(getattr(run, field) for run in done) for field in ("cpu", "wall", "peak_mib")))
        for name, done in runs.items()
    }
    table(cost)
    print(f"core: {cost['core'].cpu / events * 1e6:.2f} s CPU a million events")
    for target in TARGETS:
        if target.events == events and target.against in cost:
            judge(target, cost)
    log.unlink()
    if not with_pm4py:
        print("pm4py: not run at this size; nothing to compare the graph with")
        return []
    found = differences(folder / "core.out", folder / "pm4py.json")
    print("graph: " + ("identical to pm4py's" if not found else f"{len(found)} differences from pm4py's"))
    for line in found[:10]:
        print(f"  {line}")
    return found


def table(cost: dict[str, Run]) -> None:
    """Print what the jobs cost."""
    print(f"{'job':<8}{'CPU s':>9}{'wall s':>9}{'peak MiB':>10}")
    for name, run in cost.items():
        print(f"{name:<8}{run.cpu:>9.2f}{run.wall:>9.2f}{run.peak_mib:>10.0f}")


def judge(target: Target, cost: dict[str, Run]) -> None:
    """Print one ratio beside what is asked of it."""
    ratio = getattr(cost[target.job], target.cost) / getattr(cost[target.against], target.cost)
    verdict = "goal reached" if ratio <= target.goal else "holds" if ratio <= target.floor else "MISSED"
    print(
        f"{target.job} / {target.against}, {target.cost}: {_times(ratio)} "
        f"(at most {_times(target.floor)}, goal {_times(target.goal)}): {verdict}"
    )


def _times(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio >= 1 else f"1/{1 / ratio:.1f}"


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("events", type=int, nargs="*", default=[100_000, 1_000_000], metavar="EVENTS")
    parser.add_argument("--no-pm4py", action="store_true", help="leave pm4py out")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each job (3)")
    arguments = parser.parse_args()
    failed: list[str] = []
    # the folder of the logs: TMPDIR, as everywhere
    with tempfile.TemporaryDirectory(prefix="journeyminer-bench-") as name:
        folder = Path(name)
        started = [measure([sys.executable, "-m", "journeyminer", "--help"], folder / "help.out") for _ in range(5)]
        print(f"start-up (--help): {median(run.cpu for run in started) * 1000:.0f} ms CPU, "
              f"{median(run.wall for run in started) * 1000:.0f} ms wall, "
              f"{median(run.peak_mib for run in started):.0f} MiB")  # fmt: skip
        for events in arguments.events:
            with_pm4py = not arguments.no_pm4py and events <= PM4PY_LIMIT
            try:
                failed += compare(events, folder, repeats=arguments.repeats, with_pm4py=with_pm4py)
            except subprocess.CalledProcessError as error:
                print(f"\nfailed with status {error.returncode}: {' '.join(error.cmd)}\n{error.stderr}")
                failed.append(str(error))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
