"""The product of today as an answer: run on a world's exports, read from what it wrote.

Events are matched by the source's own record ids. Files that the product shows under another name (chats are named
after customers) are recognised by their records.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from journeybench.answers import Answer, Lost, Step
from journeybench.clock import moment
from journeybench.truth import Span

if TYPE_CHECKING:
    from journeybench.desk import Pair
    from journeybench.dialects import Book, Record

ASK = Path(__file__).with_name("ask.py")
FORMS = (".html", ".json", ".md", ".csv", ".svg", ".dot", ".txt")
"""the outputs that a personal string must not be in; the log keeps identifiers in a table of their own"""


UNSAID = "?"
"""the giver of a place where the product does not name any"""


class ProductFailedError(Exception):
    """The product wrote no answer; the message is what it printed."""


def ask(book: Book, folder: Path) -> Answer:
    """Write the exports into a folder, run the product on them, and say what it said.

    Raises:
        ProductFailedError: it wrote nothing.
    """
    exports, out, config = folder / "exports", folder / "out", folder / "journeyminer.toml"
    for name, content in book.files.items():
        path = exports / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    config.write_text(book.config, encoding="utf-8")
    command = [
        sys.executable,
        str(ASK),
        "exports",
        str(config),
        f"{moment(book.world.end):%Y-%m-%dT%H:%M:%S}",
        str(out),
    ]
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if not (out / "answer.json").exists():
        raise ProductFailedError(done.stderr[-2000:])
    (out / "printed.txt").write_text(done.stdout + done.stderr, encoding="utf-8")
    lists = json.loads((out / "answer.json").read_text("utf-8"))
    (out / "answer.json").unlink()
    report = json.loads((out / "report.json").read_text("utf-8"))
    return _Reading(book, lists, report).answer(leaked=leaks(book, out))


def leaks(book: Book, out: Path) -> int:
    """How many personal strings stand in what was written or printed, outside of the log."""
    files = [path for path in out.rglob("*") if path.suffix in FORMS and path.parent.name != "log"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    return sum(secret in text for secret in book.personal)


@dataclass(slots=True)
class _Reading:
    """The product's lists beside the records of the book."""

    book: Book
    lists: dict[str, list[list[Any]]]
    report: dict[str, Any]

    def answer(self, *, leaked: int) -> Answer:
        """What the product says, in the words of the truth."""
        steps = self._steps()
        strange = Counter(ref.rpartition(": ")[0] for seq, ref, *_ in self.lists["events"] if seq not in steps)
        case: dict[int, int] = {seq: step[0] for seq, step in steps.items()}
        spans: dict[int, list[Span]] = defaultdict(list)
        for seq, turn, begin, end in self.lists["spans"]:
            if seq in case and turn != "unknown":
                spans[case[seq]].append(Span(round(begin), round(end), turn))
        votes: dict[int, Counter[Hashable]] = defaultdict(Counter)
        for seq, _, _, case_key, customer, _ in self.lists["events"]:
            if seq in case:
                votes[case[seq]][customer or f"case {case_key}"] += 1
        return Answer(
            spans={number: _apart(listed) for number, listed in spans.items()},
            handoffs=self._handoffs(),
            places=self._places(),
            customer={number: counted.most_common(1)[0][0] for number, counted in votes.items()},
            journey={
                steps[seq]: journey or f"case {case_key}"
                for seq, _, _, case_key, _, journey in self.lists["events"]
                if seq in steps
            },
            figures={figure["id"]: figure["value"] for figure in self.report["kpis"] if figure["value"] is not None},
            fates=self._fates(),
            leaked=leaked,
            read=self._told(steps),
            unmatched=strange,
        )

    def _steps(self) -> dict[int, Step]:
        """The product's event -> the step that it is, where a record tells of it."""
        records = {(record.file, record.ref): record for record in self.book.records}
        names = self._names()
        found = {}
        for seq, source_ref, at, *_ in self.lists["events"]:
            file, _, ref = source_ref.rpartition(": ")
            record = records.get((names.get(file, file), ref))
            if record:
                found[seq] = (record.case, self._nearest(record, at))
        return found

    def _nearest(self, record: Record, at: float) -> int:
        """Of the steps that a record tells of, the one at this moment or nearest to it."""
        contact = self.book.world.contacts[record.case - 1]
        return min(record.steps, key=lambda place: (abs(contact.steps[place].at - at), place))

    def _names(self) -> dict[str, str]:
        """Shown name -> file, for files that are shown under another name: the one with the same records."""
        moments: dict[tuple[str, int], set[str]] = defaultdict(set)
        for record in self.book.records:
            moments[record.ref, record.at // 60].add(record.file)
        votes: dict[str, Counter[str]] = defaultdict(Counter)
        for _, source_ref, at, *_ in self.lists["events"]:
            file, _, ref = source_ref.rpartition(": ")
            if file not in self.book.files:
                votes[file].update(moments.get((ref, int(at) // 60), ()))
        return {shown: counted.most_common(1)[0][0] for shown, counted in votes.items() if counted}

    def _told(self, steps: dict[int, Step]) -> set[Step]:
        """All steps of the records that were read, also where one event stands for several."""
        read = {*steps.values()}
        return {
            (r.case, place) for r in self.book.records if any((r.case, s) in read for s in r.steps) for place in r.steps
        }

    def _handoffs(self) -> Counter[Pair]:
        return Counter({
            (row["source"], row["target"]): row["n"] for row in self.report["handovers"] if row["by"] == "group"
        })  # fmt: skip

    def _places(self) -> list[Lost]:
        """Places in our queue; who gave the case, the report says where it names a giver."""
        return [
            Lost((row.get("giver", UNSAID), row["group"]), row["lost_seconds"], row["low"], row["high"],
                 (row["source"], row["target"], row["group"]), bool(row["one_off"]))
            for row in self.report["bottlenecks"] if row["turn"] == "us_queue" and row["group"]
        ]  # fmt: skip

    def _fates(self) -> Counter[tuple[str, str]]:
        """Fates of records and files; a file that is shown by a number is the first one of its suffix that is left."""
        fates: Counter[tuple[str, str]] = Counter()
        names, left = self._names(), dict.fromkeys(sorted(self.book.files))
        for source in self.report["sources"]:
            file = names.get(source["file"], source["file"])
            left.pop(file, None)
            for fate in ("rejected", "deduplicated"):
                fates[file, fate] += source[fate]
        quality = self.report["quality"]
        for kind in ("unclaimed", "failed"):
            for shown in (one["file"] for one in quality.get(kind, [])):
                alike = (file for file in left if Path(file).suffix == Path(shown).suffix)
                file = shown if shown in left else next(alike, shown)
                left.pop(file, None)
                fates[file, kind] += 1
        return +fates


def _apart(spans: list[Span]) -> list[Span]:
    """Spans in order, none over another: of two cases that are one contact, the first holds."""
    made: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.begin, span.end)):
        begin = max(span.begin, made[-1].end) if made else span.begin
        if span.end > begin:
            made.append(Span(begin, span.end, span.turn))
    return made
