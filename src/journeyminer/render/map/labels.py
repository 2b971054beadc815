"""The words on the map: labels and hover texts of boxes and lines, in the reader's language."""

from __future__ import annotations

import math
import textwrap
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, Protocol

from journeyminer.mining.bottlenecks import where
from journeyminer.text import printable

if TYPE_CHECKING:
    from journeyminer.mining.bottlenecks import Bottleneck
    from journeyminer.mining.graph import Edge, Node
    from journeyminer.vocabulary import Per

LOST_SHARES: Final = (0.01, 0.05, 0.15)
"""from which share of all lost seconds on a line has colour 1, 2, 3"""
WRAP: Final = 22
ROWS: Final = 3
_NOT_XML: Final = {0xFFFE: "\ufffd", 0xFFFF: "\ufffd"}


class Words(Protocol):
    """What the map needs of a language (i18n.Language has it)."""

    def text(self, key: str, /, **params: object) -> str:
        """Return the sentence of a key with its parameters."""

    def number(self, value: float | None, digits: int = 0) -> str:
        """Return a count."""

    def percent(self, share: float | None) -> str:
        """Return a share 0..1."""

    def duration(self, seconds: float | None) -> str:
        """Return a length of time, short."""

    def activity(self, label: str) -> str:
        """Return the words of an activity."""


@dataclass(frozen=True, slots=True)
class Box:
    """An activity: its label in lines, its count, and as title all that is known of it."""

    id: str
    lines: tuple[str, ...]
    count: str
    notes: tuple[str, ...]
    """our work, and what still waits, where it is much"""
    level: int
    """the colour of its rim, as that of a line"""
    title: str
    spine: bool
    data: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """A move, or a ping-pong pair (`arrow` both), from the upper box to the lower one; `back` points upwards.

    `level` is the colour, 0 to 3, by the share of all lost time. A marker leads from the start or to the end, where
    `upper` or `lower` is None.
    """

    id: str
    upper: str | None
    lower: str | None
    lines: tuple[str, ...]
    title: str
    arrow: Literal["forward", "back", "both"] = "forward"
    width: float = 1.0
    level: int = 0
    spine: bool = False
    depth: int = 1
    data: Mapping[str, str] = field(default_factory=dict)

    @property
    def marker(self) -> bool:
        """Whether this is the way in or out, not a move."""
        return self.upper is None or self.lower is None


Ranks = Mapping[tuple[str | None, str | None], Sequence[int]]
"""the ranks of the places at a move; without a source at our work on an activity, without a target where cases wait"""


def ranks_of(places: Iterable[Bottleneck]) -> Ranks:
    """Return where on the map the places are, with their ranks."""
    found: defaultdict[tuple[str | None, str | None], list[int]] = defaultdict(list)
    for place in places:
        found[where(place)].append(place.rank)
    return found


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels of boxes and lines in the reader's language, and the weight of a line in the whole graph."""

    words: Words
    per: Per
    ids: Mapping[str, str]
    most: int
    lost: int
    ranks: Ranks

    def marks(self, source: str | None, target: str | None) -> str:
        """Return the ranks of the places at a move or an activity: `#1 #4`."""
        return " ".join(f"#{rank}" for rank in self.ranks.get((source, target), ()))

    def traces(self, n: int) -> str:
        """Return `12 cases`, or what else a trace is."""
        return self.words.text(f"count.{self.per}", n=n)

    def box(self, node: Node, repetition: Edge | None, *, spine: bool) -> Box:
        """Return an activity with its repetition as a note."""
        count = self.words.number(node.n)
        title = self.words.text("map.node", activity=node.activity, n=node.n, traces=self.traces(node.n_cases))
        if repetition is not None:
            count += f" · {self.words.text('map.repeats', n=repetition.n)}"
            title += "\n" + self.edge_title(repetition)
        held = {"work": (node.work_seconds or 0, (None, node.activity)),
                "waiting": (node.waiting_seconds or 0, (node.activity, None))}  # fmt: skip
        notes = []
        for key, (seconds, at) in held.items():
            marks = self.marks(*at)
            if marks or self.level(seconds):
                note = self.words.text(f"map.{key}", seconds=seconds)
                notes.append(f"{marks} {note}".lstrip())
                title += f"\n{note}"
        return Box(
            id=self.ids[node.activity],
            lines=tuple(wrap(self.words.activity(node.activity))),
            count=count,
            notes=tuple(notes),
            level=self.level(sum(seconds for seconds, _ in held.values())),
            title=title,
            spine=spine,
            data={"activity": node.activity, "n": str(node.n), "cases": str(node.n_cases)},
        )

    def label(self, edge: Edge) -> list[str]:
        """Return how often, and the median wait where it is known."""
        waits = [] if edge.median_seconds is None else [self.words.duration(edge.median_seconds)]
        marks = self.marks(edge.source, edge.target)
        return [*([marks] if marks else []), self.words.number(edge.n), *waits]

    def loop(self, edge: Edge, number: int) -> Line:
        """Return the line of a repetition."""
        box = self.ids[edge.source]
        return Line(
            id=f"loop-{number}",
            upper=box,
            lower=box,
            lines=tuple(self.label(edge)),
            title=self.edge_title(edge),
            width=self.width(edge.n),
            level=self.level(edge.lost_seconds or 0),
            data={"source": box, "target": box, "n": str(edge.n)},
        )

    def pair_label(self, down: Edge, up: Edge) -> list[str]:
        """Return the labels of both moves of a ping-pong pair, with where they go."""
        return [f"{arrow} {' · '.join(self.label(edge))}" for arrow, edge in (("↓", down), ("↑", up))]

    def edge_title(self, edge: Edge) -> str:
        """Return all that is known of a move, one sentence a line."""
        move = self.words.text(
            "map.edge", source=edge.source, target=edge.target, n=edge.n, traces=self.traces(edge.n_cases)
        )
        if edge.median_seconds is None:
            return move
        waits = self.words.text("map.waits", median=edge.median_seconds, p90=edge.p90_seconds)
        if edge.lost_seconds is None:
            return f"{move}\n{waits}"
        share = edge.lost_seconds / self.lost if self.lost else 0.0
        return f"{move}\n{waits}\n{self.words.text('map.lost', seconds=edge.lost_seconds, share=share)}"

    def width(self, n: int) -> float:
        """Return a line's width in points: 0.8 to 4.8, growing with the logarithm of its count."""
        return 0.8 + 4 * min(1.0, math.log(n + 1) / math.log(self.most + 1))

    def level(self, lost_seconds: int) -> int:
        """Return a line's colour, 0 to 3, by its share of all lost seconds."""
        return sum(lost_seconds >= share * self.lost for share in LOST_SHARES) if lost_seconds else 0


def wrap(label: str) -> list[str]:
    """Return a label in at most three lines of about equal length; what does not fit ends with an ellipsis."""
    text = " ".join(plain(label).split()) or "–"
    lines = _cut(text, WRAP)
    narrower = (_cut(text, width) for width in range(WRAP // 2, WRAP))
    return next((cut for cut in narrower if len(cut) == len(lines) and " ".join(cut) == " ".join(lines)), lines)


def plain(text: str) -> str:
    """Return text of one line that any XML document may hold."""
    return printable(text).translate(_NOT_XML)


def _cut(text: str, width: int) -> list[str]:
    lines = textwrap.wrap(text, width)
    if len(lines) > ROWS:
        lines[ROWS - 1 :] = [lines[ROWS - 1][: width - 1].rstrip() + "…"]
    return lines
