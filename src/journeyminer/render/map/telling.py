"""What the journey map says, in the reader's language: lines of boxes, labels of lines, what stands under a stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from journeyminer.mining.lanes import BOT, LANES
from journeyminer.render.map.labels import LOST_SHARES
from journeyminer.render.map.metrics import clipped, text_width, wrapped
from journeyminer.vocabulary import STAGES, Stage

if TYPE_CHECKING:
    from journeyminer.i18n import Language
    from journeyminer.mining.blueprint import JourneyMap, MapBox, MapLine
    from journeyminer.mining.stages import StageRow
    from journeyminer.report.sections import Report
    from journeyminer.vocabulary import Turn

SMALL, PLAIN, LARGE = 11, 12, 15
"""sizes of text in px; no text is smaller"""
LINE: Final = 15
PAD: Final = 7
LANE_GAP: Final = 22
UNKNOWN_HEIGHT: Final = 24
"""of the words in place of the customer's lanes, where the data does not tell of any"""
STEPS: Final = 3
CHANNELS: Final = 2
WAYS: Final = 4
TELLING, TOLD = 0.005, 0.03
"""what is a smaller share of the time is no part of a clock, and has no words under it"""
CLOCK: Final[tuple[Turn, ...]] = ("us_queue", "us_work", "bot", "vendor", "customer", "unknown")
"""the turns under a stage; time after a resolution is nobody's"""


@dataclass(frozen=True, slots=True)
class Words:
    """One line of a box: what stands left, and right; a bar below it for a share of the most."""

    left: str
    right: str = ""
    bold: bool = False
    size: float = SMALL
    bar: float | None = None


class Journey:
    """What the journey map says, in the reader's language."""

    def __init__(self, report: Report, language: Language) -> None:
        assert report.journey_map is not None
        assert report.stages is not None
        self.map: JourneyMap = report.journey_map
        self.rows: dict[Stage, StageRow] = {row.stage: row for row in report.stages}
        self.per, self.language, self.t = report.per, language, language.text
        self.counts = {(step.stage, step.lane, step.group, step.activity): step.n for step in report.steps or ()}
        self.stages = [stage for stage in STAGES if stage in self.rows]
        self.lines = [line for line in self.map.lines if line.shown]
        self.boxes = {at: box for at, box in enumerate(self.map.boxes) if box.shown}
        self.lost = sum(line.lost_seconds for line in self.map.lines) + sum(
            box.inside_seconds for box in self.map.boxes
        )
        self.held = max((box.held_seconds for box in self.map.boxes), default=0)
        self.by_team = self.map.by_team

    def traces(self, n: int) -> str:
        """Return `12 cases`, or what else a trace is."""
        return self.t(f"count.{self.per}", n=n)

    def who(self, box: MapBox) -> str:
        """Return whose box it is; nothing for the customer's, whose lane says so."""
        if box.n_merged:
            if box.lane == "seen":
                return self.t("journey.us")
            return self.t("journey.teams" if self.by_team else "journey.steps", n=box.n_merged)
        if box.lane == "seen":
            return self.t("journey.bots" if box.who == BOT else "journey.people")
        if box.lane == "team":
            if self.by_team:
                return self.t("journey.no_team") if box.who is None else self.language.name(box.who)
            return self.language.activity(box.who or "")
        return self.t("lane.vendor") if box.lane == "vendor" else ""

    def content(self, box: MapBox, room: float) -> list[Words]:
        """Return the lines of a box."""
        named = self.by_team and box.lane == "team" and box.who is not None
        lines = [
            Words(line, bold=True, size=PLAIN)
            for line in wrapped(self.who(box), PLAIN, room, lines=1 if named else 2, bold=True)
        ]
        if not lines[0].left:
            lines = []
        amount = (
            self.t("journey.amount", n=box.n, traces=self.traces(box.n_cases)) if box.n else self.traces(box.n_cases)
        )
        lines += [Words(line) for line in wrapped(amount, SMALL, room, lines=2)]
        if box.held_seconds:
            held = self.t("journey.held", seconds=box.held_seconds)
            lines += [Words(line, bold=True) for line in wrapped(held, SMALL, room, lines=2, bold=True)]
            lines[-1] = Words(lines[-1].left, bold=True, bar=box.held_seconds / self.held)
        single = box.lane == "team" and not self.by_team and not box.n_merged
        steps = () if single else box.steps[: STEPS if box.lane != "team" else 2]
        rest = "" if single or len(box.steps) == len(steps) else f" +{len(box.steps) - len(steps)}"
        for step in steps:
            more = rest if step == steps[-1] else ""
            words = clipped(self.language.activity(step), SMALL, room - text_width(more, SMALL))
            lines.append(Words(words + more))
        total = sum(each.n for each in box.channels)
        for each in box.channels[:CHANNELS]:
            told = f"{self.language.percent(each.n / total)} {self.language.word('channel', each.channel)}"
            lines.append(Words(clipped(told, SMALL, room, bold=True), bold=True))
        if box.places:
            lines.append(Words(clipped(self.ranks(box.places), SMALL, room, bold=True), size=-SMALL, bold=True))
        return lines

    def ranks(self, places: tuple[int, ...]) -> str:
        """Return the numbers of places: `#1 #4`."""
        return " ".join(f"#{rank}" for rank in places)

    def level(self, seconds: int) -> int:
        """Return a line's colour, 0 to 3, by its share of all lost seconds."""
        return sum(seconds >= share * self.lost for share in LOST_SHARES) if seconds else 0

    def wait(self, seconds: float) -> str:
        """Return a wait in one unit: minutes, hours or days."""
        return self.language.hours(seconds) if 3600 <= seconds < 86_400 else self.language.duration(seconds)

    def label(self, line: MapLine) -> tuple[list[str], list[str]]:
        """Return what stands above a line's end, the places first, and what stands below it."""
        above = [self.ranks(line.places[at : at + 2]) for at in range(0, len(line.places), 2)]
        above.append(self.language.number(line.n))
        below = [self.wait(line.median_seconds)] if line.median_seconds else []
        if self.level(line.lost_seconds):
            below.append(f"Σ {self.language.hours(line.lost_seconds)}")
        return above, below

    def way_on(self, line: MapLine) -> str:
        """Return a line from where it begins: `→ first answer, L1: 379 (66%) · 1 h · Σ 2,032 h #3`."""
        box = self.map.boxes[line.target]
        above, below = self.label(line)
        to = f"{self.language.word('stage', box.stage)}, {self.who(box) or self.t('lane.customer')}"
        facts = [f"{above[-1]} ({self.language.percent(line.share)})", *below, *above[:-1]]
        return f"→ {to}: {' · '.join(facts)}"

    def title(self, line: MapLine) -> str:
        """Return all that is known of a line."""
        ends = (self.map.boxes[at] for at in (line.source, line.target))
        source, target = (f"{self.language.word('stage', box.stage)}, {self.who(box) or self.t('lane.customer')}"
                          for box in ends)  # fmt: skip
        said = self.t("journey.line", source=source, target=target, n=line.n, traces=self.traces(line.n_cases))
        if line.median_seconds is not None:
            said += " " + self.t("journey.waits", median=line.median_seconds, lost=line.lost_seconds)
        return said

    def clock(self, row: StageRow) -> list[tuple[Turn, int, float]]:
        """Return whose clock ran in a stage: turn, seconds, share."""
        seconds = {turn: getattr(row, f"{turn}_seconds") for turn in CLOCK}
        total = sum(seconds.values())
        return [(turn, n, n / total) for turn, n in seconds.items() if total and n >= TELLING * total]

    def hidden(self) -> str:
        """Return what the lines that are not drawn hold; nothing where all are."""
        hidden = [line for line in self.map.lines if not line.shown]
        if not hidden:
            return ""
        moves = sum(line.n for line in hidden) / sum(line.n for line in self.map.lines)
        lost = sum(line.lost_seconds for line in hidden) / self.lost if self.lost else 0.0
        said = self.t("journey.hidden", n=len(hidden), moves=moves, lost=lost)
        # where a vendor is waited for, nothing is known to happen: such a box has no events
        boxes = [box for box in self.map.boxes if not box.shown and box.n]
        if not boxes:
            return said
        return f"{said} {self.t('journey.hidden_boxes', n=len(boxes), events=sum(box.n for box in boxes))}"

    def below(self, row: StageRow) -> list[tuple[str, list[tuple[str, str]]]]:
        """Return what stands under a stage: a head, and lines with the slug of their sign each."""
        t, word = self.t, self.language.word
        turns = " · ".join(f"{word('turn', turn)} {self.language.percent(share)}" for turn, _, share in self.clock(row)
                           if share >= TOLD)  # fmt: skip
        told = [("clock", [("clock" if turns else "", turns or t("journey.no_clock"))])]
        ways = [("end" if way.to is None else "way",
                 t("journey.way", to=word("stage", way.to) if way.to else t("journey.ends"), share=way.share, n=way.n))
                for way in row.ways[:WAYS]]  # fmt: skip
        told.append(("ways", ways))
        if row.n_end:
            told.append(("unresolved", [("", t("journey.unresolved", n=row.n_unresolved, of=row.n_end))]))
        if row.csat is not None:
            told.append(("csat", [("", t("journey.csat", share=row.csat, n=row.n_csat))]))
        felt = [
            ("good" if mark.good else "pain", t("journey.mark", mark=word("mark", mark.mark), n=mark.n))
            for mark in row.marks
        ]
        if felt:
            told.append(("felt", felt))
        return told


Row = tuple[int, str]
"""lane, and what stands in it"""


def row_of(journey: Journey, box: MapBox) -> Row:
    """Return the row of a box. Where steps stand in place of teams, they are stacked from the top of their lane."""
    lane = LANES.index(box.lane)
    if box.lane == "seen":
        return lane, "1" if box.who == BOT else "0"
    if box.lane != "team":
        return lane, ""
    if journey.by_team:
        teams = list(dict.fromkeys(
            each.who for each in sorted(journey.boxes.values(), key=lambda each: (-each.held_seconds, -each.n))
            if each.lane == "team" and not each.n_merged
        ))  # fmt: skip
        return lane, "z" if box.n_merged else f"{teams.index(box.who):02}"
    same = sorted((each for each in journey.boxes.values() if (each.stage, each.lane) == (box.stage, "team")),
                  key=lambda each: (each.n_merged > 0, -each.n, str(each.who)))  # fmt: skip
    return lane, f"{same.index(box):02}"


def grid(journey: Journey) -> tuple[list[Row], dict[int, float]]:
    """Return the rows from top to bottom, and the room above those with which a lane begins."""
    rows = sorted({row_of(journey, box) for box in journey.boxes.values()})
    breaks = {at: float(LANE_GAP) for at, row in enumerate(rows) if at == 0 or rows[at - 1][0] != row[0]}
    if breaks and rows[0][0] >= LANES.index("team"):
        breaks[0] += UNKNOWN_HEIGHT
    return rows, breaks
