"""The blueprint: who does what in which stage, and what follows what. Boxes and lines of the journey map.

A box is everything that one party does in one stage: the customer, our people or our bots where the customer sees
them, a team of ours where not, a vendor. A log without teams has a box for each step of ours instead.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

from msgspec.structs import replace

from journeyminer.mining.bottlenecks import lost_waits
from journeyminer.mining.lanes import LANES, Lane, stations
from journeyminer.mining.measure import Count, Row, Seconds, Share, about
from journeyminer.sql import quote
from journeyminer.vocabulary import STAGES, Channel, Stage

if TYPE_CHECKING:
    from journeyminer.mining.lens import Lens

MAX_BOXES: Final = 22
MAX_TEAMS: Final = 4
MAX_STEPS: Final = 3
"""so many teams have boxes of their own; where no team is known, so many steps in each stage"""
MAX_LINES: Final = 18
MAX_PLACES: Final = 20
"""so many places are numbered, as `bottlenecks` ranks"""
ALWAYS_DRAWN: Final = 10
"""the line of a place up to this rank is drawn, however rare; the number of others may stand at the box it leads to"""
SMALL: Final = 0.1
"""people and bots that the customer sees in a stage share a box where one of both does less than this"""
TINY: Final = 0.005
"""what does and holds a smaller share of what all of ours do and hold has no box of its own"""


class ChannelCount(Row, frozen=True):
    """How often a customer used a channel."""

    channel: Annotated[Channel, about("The channel.")]
    n: Annotated[Count, about("Events.")]


class MapBox(Row, frozen=True):
    """A box of the journey map: one party in one stage."""

    stage: Annotated[Stage, about("The stage.")]
    lane: Annotated[Lane, about("The lane.")]
    who: Annotated[str | None, about("person or bot where seen; the team, or where none is known the step; else null.")]
    n_merged: Annotated[Count, about("0: it is one party; else how many that have no box of their own it stands for.")]
    n: Annotated[Count, about("Events.")]
    n_cases: Annotated[Count, about("Traces with any, or that waited for it.")]
    held_seconds: Annotated[Count, about("Seconds in our turn that cases were in the hands of this team.")]
    inside_seconds: Annotated[Count, about("Seconds lost at no line: work, between its own steps, still waiting.")]
    channels: Annotated[tuple[ChannelCount, ...], about("The customer's channels, the most frequent first.")]
    steps: Annotated[tuple[str, ...], about("Its activities, the most frequent first.")]
    places: Annotated[tuple[int, ...], about("Ranks of the bottlenecks that are here, or at a line that is not shown.")]
    shown: Annotated[bool, about("Whether the picture has it.")]


class MapLine(Row, frozen=True):
    """What comes after what on the journey map. Boxes are told by their position in `boxes`."""

    source: Annotated[Count, about("The box before.")]
    target: Annotated[Count, about("The box after.")]
    n: Annotated[Count, about("Moves.")]
    n_cases: Annotated[Count, about("Traces with such a move.")]
    share: Annotated[Share, about("Share of the moves that leave the box before.")]
    median_seconds: Annotated[Seconds | None, about("Median of the seconds to the next act; null: no time passes.")]
    lost_seconds: Annotated[Count, about("Seconds of it in a turn that we control.")]
    places: Annotated[tuple[int, ...], about("Ranks of the bottlenecks that lose most of their seconds here.")]
    shown: Annotated[bool, about("Whether the picture has it.")]


class JourneyMap(Row, frozen=True):
    """The journey map: all events, moves and lost seconds are in its boxes and lines, shown or not."""

    by_team: Annotated[bool, about("Whether boxes of ours stand for teams; else for steps, as no team is known.")]
    boxes: Annotated[tuple[MapBox, ...], about("Boxes by stage, lane and name.")]
    lines: Annotated[tuple[MapLine, ...], about("Lines between different boxes, the most frequent first.")]


class Key(NamedTuple):
    """A party in a stage."""

    stage: Stage
    lane: Lane
    who: str | None


class Spot(NamedTuple):
    """A box before it is filled: a party in a stage, or several together."""

    stage: Stage
    lane: Lane
    who: str | None
    is_many: bool


@dataclass(slots=True)
class _Cell:
    """What is known of a party in a stage before boxes are chosen."""

    n: int = 0
    held: int = 0


def blueprint(lens: Lens) -> JourneyMap:
    """The boxes and lines of the journey map.

    Events without a team of their own belong to the team that holds the case; what gives a case to another team is done
    by the team that held it. A public message of a team is done by the team and seen by the customer: it has a line
    from the one to the other, which takes no time. Where a case is put on hold it goes to the vendor. A line leads from
    the box of an event to that of the next event of its case; its seconds run as those of moves.
    """
    cells = _cells(lens)
    if not cells:
        return JourneyMap(lens.log.has("group"), (), ())
    boxes = _choose(cells, by_team=lens.log.has("group"))
    went = _went(lens, boxes)
    return _drawn(lens, boxes, cells, went)


def _cells(lens: Lens) -> dict[Key, _Cell]:
    """Every party in every stage: its events, and the microseconds in which it was its turn."""
    table, found = stations(lens), dict[Key, _Cell]()
    for stage, lane, who, n in lens.log.rows(
        f"""
        SELECT stage, lane, who, count(*) FROM {table} GROUP BY ALL
        UNION ALL SELECT stage, 'team', via, 0 FROM {table} WHERE via IS NOT NULL GROUP BY ALL
        UNION ALL SELECT state, 'vendor', NULL, 0 FROM {table} WHERE waits GROUP BY ALL
        """
    ):
        found.setdefault(Key(stage, lane, who), _Cell()).n += n
    if lens.log.has("group"):
        for stage, team, us in lens.log.rows(
            f"""
            SELECT CASE WHEN source IS NULL THEN 'reaches_out' ELSE state END, queue, CAST(sum(us) AS BIGINT)
            FROM {lost_waits(lens)} JOIN {table} USING (seq) GROUP BY ALL
            """
        ):
            found.setdefault(Key(stage, "team", team), _Cell()).held += us
    return found


def _choose(cells: Mapping[Key, _Cell], *, by_team: bool) -> dict[Key, Spot]:
    """Return for each party in a stage its box: stage, lane, who, and whether it stands for several."""
    ours = {key: cell for key, cell in cells.items() if key[1] == "team"}
    n_all, held_all = sum(cell.n for cell in ours.values()) or 1, sum(cell.held for cell in ours.values()) or 1

    def weight(keys: Iterable[Key]) -> tuple[float, str]:
        """What the parties hold, and a quarter of what they do, of all that ours hold and do; names decide ties."""
        keys = list(keys)
        n, held = sum(ours[key].n for key in keys) / n_all, sum(ours[key].held for key in keys) / held_all
        return -(held + n / 4), str(keys[0][2])

    names = dict.fromkeys(key[2] for key in ours)
    if by_team:
        ranked = sorted((each for each in names if each is not None),
                        key=lambda who: weight(key for key in ours if key[2] == who))  # fmt: skip
        rows: set[str | None] = {*(ranked[:MAX_TEAMS] if len(ranked) > MAX_TEAMS + 1 else ranked)}
    else:
        rows = {*names}
    joined = _joined(cells)
    room = MAX_BOXES - (len(cells) - len(ours) - len(joined)) - len({key[0] for key in ours if key[2] not in rows})
    kept: set[Key] = set()
    for key in sorted((key for key in ours if key[2] in rows), key=lambda key: (*weight([key]), key[0])):
        crowded = not by_team and sum(other[0] == key[0] for other in kept) >= MAX_STEPS
        if len(kept) < room and not crowded and weight([key])[0] <= -TINY:
            kept.add(key)
    left = Counter(key[0] for key in ours if key not in kept)
    return {
        key: Spot(key.stage, key.lane, None, is_many=True)
        if (key.lane == "seen" and key.stage in joined) or (key in ours and key not in kept and left[key.stage] > 1)
        else Spot(*key, is_many=False)
        for key in cells
    }


def _joined(cells: Mapping[Key, _Cell]) -> set[Stage]:
    """The stages in which what the customer sees of us is one box."""
    seen = {key: cell.n for key, cell in cells.items() if key[1] == "seen"}
    found = set()
    for stage in {key[0] for key in seen}:
        both = [n for key, n in seen.items() if key[0] == stage]
        if len(both) > 1 and min(both) < SMALL * sum(both):
            found.add(stage)
    return found


@dataclass(frozen=True, slots=True)
class _Went:
    """What the boxes hold and what goes between them, by their positions."""

    order: tuple[Spot, ...]
    n_cases: Mapping[int, int]
    lines: Mapping[tuple[int, int], tuple[int, int, float | None]]
    lost: Counter[tuple[int, int]]
    places: Mapping[int, tuple[int, int]]
    """rank -> where most of its time is lost; at a box where both ends are one"""


def _order(box: Spot) -> tuple[int, int, bool, str]:
    """By stage, lane and name, those that stand for several last."""
    return STAGES.index(box.stage), LANES.index(box.lane), box.is_many, str(box.who)


def _went(lens: Lens, boxes: Mapping[Key, Spot]) -> _Went:
    order = tuple(sorted({*boxes.values()}, key=_order))
    number = {box: at for at, box in enumerate(order)}
    of_keys = ", ".join(
        f"({quote(stage)}, {quote(lane)}, {'NULL' if who is None else quote(who)}, {number[box]})"
        for (stage, lane, who), box in boxes.items()
    )
    log = lens.log
    moves = lens.materialise(
        "map_moves",
        f"""
        WITH keys(stage, lane, who, box) AS (VALUES {of_keys}),
        boxed AS (
            SELECT s.*, b.box, coalesce(v.box, b.box) AS arrives, v.box AS done_by, h.box AS held_by
            FROM {stations(lens)} s
            JOIN keys b ON b.stage = s.stage AND b.lane = s.lane AND b.who IS NOT DISTINCT FROM s.who
            LEFT JOIN keys v ON v.stage = s.stage AND v.lane = 'team' AND v.who = s.via
            LEFT JOIN keys h ON h.stage = s.state AND h.lane = 'vendor' AND s.waits
        )
        SELECT *, lead(arrives) OVER w AS goes_to,
            CASE WHEN held_by IS NOT NULL THEN held_by WHEN lead(lane) OVER w = 'customer' THEN box ELSE arrives END
                AS leaves,
            greatest(epoch_us(lead(begin) OVER w) - epoch_us(timestamp), 0) AS us
        FROM boxed WINDOW w AS (PARTITION BY case_key ORDER BY timestamp, seq)
        """,
    )
    n_cases = dict(
        log.rows(
            f"""
            SELECT box, count(DISTINCT trace) FROM (
                SELECT trace, box FROM {moves} UNION ALL SELECT trace, done_by FROM {moves} WHERE done_by IS NOT NULL
                UNION ALL SELECT trace, held_by FROM {moves} WHERE held_by IS NOT NULL
            ) GROUP BY box
            """
        )
    )
    lines = log.rows(
        f"""
        SELECT leaves, goes_to, count(*), count(DISTINCT trace), quantile_cont(us, 0.5) / 1e6 FROM (
            SELECT leaves, goes_to, trace, us FROM {moves} WHERE goes_to IS NOT NULL
            UNION ALL SELECT done_by, box, trace, NULL FROM {moves} WHERE done_by IS NOT NULL
            UNION ALL SELECT arrives, held_by, trace, NULL FROM {moves} WHERE held_by IS NOT NULL
        ) WHERE leaves <> goes_to GROUP BY ALL
        """
    )
    lost, by_place = Counter[tuple[int, int]](), dict[int, Counter[tuple[int, int]]]()
    team = (
        "b.stage = m.state AND b.lane = 'team' AND b.who IS NOT DISTINCT FROM w.queue" if log.has("group") else "false"
    )
    for place, source, target, us in log.rows(
        f"""
        WITH keys(stage, lane, who, box) AS (VALUES {of_keys})
        SELECT place, CASE WHEN w.source IS NULL THEN arrives WHEN w.turn = 'us_work' THEN coalesce(goes_to, leaves)
                WHEN w.target IS NULL THEN coalesce(b.box, leaves) ELSE leaves END AS source,
            CASE WHEN w.source IS NULL THEN arrives WHEN w.target IS NULL THEN coalesce(b.box, leaves)
                ELSE coalesce(goes_to, leaves) END AS target, CAST(sum(w.us) AS BIGINT)
        FROM {lost_waits(lens)} w JOIN {moves} m USING (seq) LEFT JOIN keys b ON {team} GROUP BY ALL
        """
    ):
        lost[source, target] += us
        if place < MAX_PLACES:
            by_place.setdefault(place + 1, Counter())[source, target] += us
    places = {rank: min(where, key=lambda at: (-where[at], at)) for rank, where in by_place.items()}
    return _Went(order, n_cases, {(source, target): (*row,) for source, target, *row in lines}, lost, places)


def _drawn(lens: Lens, boxes: Mapping[Key, Spot], cells: Mapping[Key, _Cell], went: _Went) -> JourneyMap:
    of_box: dict[Spot, list[Key]] = {}
    for key, box in boxes.items():
        of_box.setdefault(box, []).append(key)
    table, log = stations(lens), lens.log
    channels: dict[str, list[ChannelCount]] = {}
    if log.has("channel"):
        for stage, channel, n in log.rows(
            f"""
            SELECT stage, CAST(channel AS VARCHAR) AS channel, count(*) AS n FROM {table}
            JOIN (SELECT seq, channel FROM event_rows) USING (seq)
            WHERE lane = 'customer' AND channel IS NOT NULL GROUP BY ALL ORDER BY stage, n DESC, channel
            """
        ):
            channels.setdefault(stage, []).append(ChannelCount(channel, n))
    done: dict[Key, Counter[str]] = {}
    for stage, lane, who, activity, n in log.rows(
        f"SELECT stage, lane, who, CAST(activity AS VARCHAR), count(*) FROM {table} GROUP BY ALL"
    ):
        done.setdefault(Key(stage, lane, who), Counter())[activity] = n
    at: dict[tuple[int, int], list[int]] = {}
    for rank, where in sorted(went.places.items()):
        at.setdefault(where, []).append(rank)
    tiny = _tiny(went, cells, of_box, lens.scope.n_traces)
    made = []
    for number, box in enumerate(went.order):
        acts = sum((done.get(key, Counter()) for key in of_box[box]), Counter[str]())
        made.append(
            MapBox(
                stage=box.stage,
                lane=box.lane,
                who=box.who,
                n_merged=len(of_box[box]) if box.is_many else 0,
                n=sum(cells[key].n for key in of_box[box]),
                n_cases=went.n_cases.get(number, 0),
                held_seconds=_rounded(sum(cells[key].held for key in of_box[box])),
                inside_seconds=_rounded(went.lost[number, number]),
                channels=tuple(channels.get(box.stage, ())) if box.lane == "customer" else (),
                steps=tuple(sorted(acts, key=lambda each: (-acts[each], each))),
                places=tuple(at.get((number, number), ())),
                shown=number not in tiny,
            )
        )
    lines = _lines(went, at, tiny)
    for line in lines:
        if line.places and not line.shown:
            there = made[line.target]
            made[line.target] = replace(there, places=tuple(sorted((*there.places, *line.places))))
    return JourneyMap(log.has("group"), tuple(made), lines)


def _tiny(went: _Went, cells: Mapping[Key, _Cell], of_box: Mapping[Spot, Sequence[Key]], n_traces: int) -> set[int]:
    """The boxes that few traces ever reach, in which little time is lost and at which no place is."""
    held = sum(cell.held for cell in cells.values()) or 1
    found = set()
    for number, box in enumerate(went.order):
        rare = went.n_cases.get(number, 0) < TINY * n_traces
        if rare and sum(cells[key].held for key in of_box[box]) < TINY * held:
            found.add(number)
    return found - {number for where in went.places.values() for number in where}


def _lines(went: _Went, at: Mapping[tuple[int, int], list[int]], tiny: set[int]) -> tuple[MapLine, ...]:
    """All lines. Shown are those with a place, and the most frequent ones as far as there is room."""
    leaving = Counter[int]()
    for (source, _), (n, _, _) in went.lines.items():
        leaving[source] += n
    ranked = sorted(went.lines, key=lambda move: (-went.lines[move][0], move))
    shown = {move for move in ranked if min(at.get(move, [MAX_PLACES])) <= ALWAYS_DRAWN}
    entered: set[int] = set()
    drawable = [move for move in ranked if tiny.isdisjoint(move)]
    for move in drawable:  # every box is reached and left, as far as its most frequent ways can say so
        if move[1] not in entered:
            entered.add(move[1])
            shown.add(move)
    for move in drawable:
        if len(shown) >= MAX_LINES:
            break
        shown.add(move)
    return tuple(
        MapLine(
            source, target, n, n_cases, n / leaving[source], None if median is None else round(median),
            _rounded(went.lost[source, target]), tuple(at.get((source, target), ())), (source, target) in shown,
        )
        for source, target in ranked
        for n, n_cases, median in [went.lines[source, target]]
    )  # fmt: skip


def _rounded(us: int) -> int:
    return (us + 500_000) // 1_000_000
