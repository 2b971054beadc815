"""Read polluted tables and compare with their clean twins: `python bench/pollock.py FOLDER`.

FOLDER holds `csv/` (each file damaged in one way) and `clean/` (the same table, whole), as the Pollock benchmark has
them: a sale a row, one header. Each file is read as a user would, with `--map` to the columns of its clean twin, all of
them, and gets one verdict:

- **right**: the log holds the rows of the clean twin, no more and no fewer, every cell as it is there
- **rejected**: all rows but the polluted one, and that is rejected with a reason
- **refused**: exit status 3 with a reason; both are honest
- **wrong**: anything else, for nobody is told

Which row is polluted stands in the file's name (`row_..._row24_col3`; the header is row 0); a file polluted as a whole
has none. The expected rows are read with Python's csv, which knows nothing of the product.
"""

from __future__ import annotations

import csv
import os
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

from journeyminer.errors import ExitStatus, JourneyminerError
from journeyminer.importers import ReadOptions, read_log

Verdict: TypeAlias = Literal["right", "rejected", "refused", "wrong"]
Rows: TypeAlias = Counter[tuple[str, ...]]


class Goal(NamedTuple):
    """What the share of some verdicts has to be."""

    verdicts: tuple[Verdict, ...]
    bound: float
    at_least: bool


GOALS = (
    Goal(("right", "rejected", "refused"), 0.95, at_least=True),
    Goal(("right",), 0.50, at_least=True),
    Goal(("refused",), 0.10, at_least=False),
    Goal(("wrong",), 0.02, at_least=False),
)
COLUMNS = (
    "timestamp", "time_of_day", "lifecycle", "case_id", "tier", "activity", "resource", "group", "topic",
)  # fmt: skip
"""what the clean twin's columns are mapped to, in their order: the comparison needs a place for every cell"""
_ROW = re.compile(r"row_(?:[a-z_]+?)(\d+)_")
_READ = (
    "SELECT CAST(timestamp AS VARCHAR), lifecycle, native_id, tier, raw_activity, resource, \"group\", topic "
    "FROM events JOIN cases USING (case_key)"
)  # fmt: skip


@dataclass(frozen=True)
class Read:
    """What became of one file."""

    name: str
    verdict: Verdict
    reason: str = ""
    """of a file that was refused or read wrong"""

    @property
    def kind(self) -> str:
        """How it is polluted, in the words of its name; files that are polluted as a whole are one kind."""
        return re.sub(r"_?(row)?\d+_(col\d+|0x20)", "", self.name) if self.name.startswith("row_") else "file"


def read_all(folder: Path, names: Iterable[str] = ()) -> Iterator[Read]:
    """Read the files of a folder, in order; all of them where no names are given."""
    for name in sorted(names or (path.stem for path in (folder / "csv").glob("*.csv"))):
        yield read(folder, name)


def read(folder: Path, name: str) -> Read:
    """Read one polluted file and compare it with its clean twin."""
    with (folder / "clean" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        headers, *clean = list(csv.reader(file)) or [[]]
    # the quantities stand where starts and completions do, and are none
    options = ReadOptions(strict=True, no_pair=True, columns=dict(zip(COLUMNS, headers, strict=bool(headers))))
    try:
        log = read_log([folder / "csv" / f"{name}.csv"], options=options)
    except JourneyminerError as error:
        is_refused = error.status == ExitStatus.DATA
        return Read(name, "refused" if is_refused else "wrong", f"{error.message.slug}: {error}")
    (source,) = log.receipt.sources
    have: Rows = Counter(tuple(cell or "" for cell in row) for row in log.rows(_READ))
    want, polluted = _expected(clean, _polluted(name))
    reasons = ", ".join(source.rejected_reasons) or "none"
    if have == want + polluted and source.rejected == 0:
        return Read(name, "right")
    if have == want and source.rejected == len(_polluted(name)) > 0:
        return Read(name, "rejected", reasons)
    missing, more = (want + polluted - have).total(), (have - want - polluted).total()
    return Read(name, "wrong", f"{missing} rows missing, {more} that are not in the clean twin; rejected: {reasons}")


def _polluted(name: str) -> list[int]:
    """The polluted rows, from 1; the header is none."""
    found = _ROW.match(name)
    return [int(found[1])] if found and int(found[1]) else []


def _expected(clean: list[list[str]], polluted: list[int]) -> tuple[Rows, Rows]:
    """The rows that must be in the log, and those that may be rejected instead."""
    rows = [_as_read(row) for row in clean]
    may = Counter(rows[number - 1] for number in polluted)
    return Counter(rows) - may, may


def _as_read(row: list[str]) -> tuple[str, ...]:
    """A clean row as the log has it: date and time are one moment; a row where they are none can only be rejected."""
    day, time, *others = row
    try:
        moment = str(datetime.strptime(f"{day} {time}", "%d/%m/%Y %H:%M"))
    except ValueError:
        moment = f"unreadable: {day} {time}"
    return moment, *others


def shares(reads: list[Read]) -> dict[Verdict, float]:
    """The share of each verdict, 0..1."""
    counted = Counter(read.verdict for read in reads)
    return {verdict: counted[verdict] / len(reads) for verdict in ("right", "rejected", "refused", "wrong")}


def main() -> int:
    """Print the shares by kind, the goals, and every file refused or read wrong; exit 1 where a goal is missed."""
    default = Path(__file__).parents[2] / "shared" / "data"
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("JOURNEYMINER_DATA", default))
    folder = folder if (folder / "csv").is_dir() else folder / "pollock"
    reads = list(read_all(folder))
    if not reads:
        print(f"no polluted files in {folder}; give their folder, or set JOURNEYMINER_DATA")
        return 2
    print(f"{'':<22}{'n':>5}{'right':>9}{'rejected':>10}{'refused':>9}{'wrong':>8}")
    for kind in [*sorted({read.kind for read in reads}), "all"]:
        of_kind = [read for read in reads if kind in (read.kind, "all")]
        told = shares(of_kind)
        print(f"{kind:<22}{len(of_kind):>5}{told['right']:>9.3f}{told['rejected']:>10.3f}{told['refused']:>9.3f}"
              f"{told['wrong']:>8.3f}")  # fmt: skip
    of_all, missed = shares(reads), False
    for goal in GOALS:
        share = sum(of_all[verdict] for verdict in goal.verdicts)
        holds = share >= goal.bound if goal.at_least else share <= goal.bound
        missed |= not holds
        bound = f"at {'least' if goal.at_least else 'most'} {goal.bound:.2f}"
        print(f"{' or '.join(goal.verdicts)}: {share:.3f} ({bound}): {'holds' if holds else 'MISSED'}")
    for verdict in ("refused", "wrong"):
        for read in reads:
            if read.verdict == verdict:
                print(f"{verdict}: {read.name}: {read.reason}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
