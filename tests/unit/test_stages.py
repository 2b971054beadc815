"""The stages of a journey, by hand; and the journey map, whose boxes and lines hold all events and hours."""

from __future__ import annotations

import pytest

from journeyminer.log import EventLog
from journeyminer.mining.blueprint import MAX_BOXES, JourneyMap, blueprint
from journeyminer.mining.bottlenecks import bottlenecks
from journeyminer.mining.lanes import steps
from journeyminer.mining.lens import Lens
from journeyminer.mining.staged import staged
from journeyminer.mining.stages import StageRow, stages
from tiny import emptied, log, with_customers

HOUR = 3600

DESK = log(
    """
    A: ask@09:00/as=customer/to=new/via=email take@09:30/as=agent/in=L1/to=open reply@10:00/as=agent/in=L1/vis=public
       hurry@10:30/as=customer/via=chat note@11:00/as=agent/in=L1 pass@11:10/as=agent/in=L2
       reply@12:00/as=agent/in=L2/vis=public/to=pending
       thanks@14:00/as=customer/to=open fix@15:00/as=agent/in=L2/to=solved
       again@16:00/as=customer/to=open fix@18:00/as=agent/in=L2/to=solved
    B: ask@09:00/as=customer/to=new reply@09:20/as=agent/in=L1/vis=public/to=solved
    C: ask@09:00/as=customer/to=new
    D: ask@09:00/as=customer/to=new close@11:00/as=system/to=closed
""".replace("\n       ", " ")
)


def by_stage(tiny: EventLog) -> dict[str, StageRow]:
    return {row.stage: row for row in stages.rows(Lens(tiny))}


def placed(tiny: EventLog, case: str) -> list[tuple[str, str, str]]:
    lens = Lens(tiny)
    return tiny.rows(
        f"SELECT activity, stage, state FROM {staged(lens)} JOIN case_rows USING (case_key) "
        "WHERE native_id = ? ORDER BY pos",
        [case],
    )


def test_every_event_is_in_a_stage_and_leads_to_one() -> None:
    assert placed(DESK, "A") == [
        ("ask", "reaches_out", "first_answer"),
        ("take", "first_answer", "first_answer"),
        ("reply", "first_answer", "works_it_out"),
        ("hurry", "works_it_out", "works_it_out"),
        ("note", "works_it_out", "works_it_out"),
        ("pass", "works_it_out", "works_it_out"),
        ("reply", "works_it_out", "works_it_out"),
        ("thanks", "works_it_out", "works_it_out"),
        ("fix", "resolved", "resolved"),
        ("again", "comes_back", "comes_back"),
        ("fix", "resolved", "resolved"),
    ]
    assert placed(DESK, "B")[1] == ("reply", "first_answer", "resolved")
    assert placed(DESK, "D")[1] == ("close", "resolved", "resolved")


def test_where_traces_are_where_they_go_and_where_they_end() -> None:
    rows = by_stage(DESK)
    assert {stage: (row.n, row.n_cases, row.n_end, row.n_unresolved) for stage, row in rows.items()} == {
        "reaches_out": (4, 4, 0, 0),
        "first_answer": (3, 4, 1, 1),
        "works_it_out": (5, 1, 0, 0),
        "resolved": (3, 3, 3, 0),
        "comes_back": (1, 1, 0, 0),
    }
    assert [(way.to, way.n, way.share) for way in rows["first_answer"].ways] == [
        ("resolved", 2, 0.5), ("works_it_out", 1, 0.25), (None, 1, 0.25),
    ]  # fmt: skip
    assert [(way.to, way.n) for way in rows["resolved"].ways] == [(None, 3), ("comes_back", 1)]


def test_the_clock_of_a_stage_is_that_of_the_state_before_it_ends() -> None:
    rows = by_stage(DESK)
    waits = 60 + 20 + 9 * 60 + 120  # minutes to the first answers of A and B; C waits to the end; D was closed
    assert rows["first_answer"].us_queue_seconds == waits * 60
    assert (rows["works_it_out"].us_queue_seconds, rows["works_it_out"].customer_seconds) == (3 * HOUR, 2 * HOUR)
    assert rows["comes_back"].us_queue_seconds == 2 * HOUR
    assert rows["resolved"].after_resolution_seconds == HOUR


def test_what_hurt_and_what_pleased() -> None:
    marks = {stage: [(mark.mark, mark.good, mark.n) for mark in row.marks] for stage, row in by_stage(DESK).items()}
    assert marks == {
        "reaches_out": [],
        "first_answer": [("unanswered", False, 1)],
        "works_it_out": [("chased", False, 1)],
        "resolved": [("solved_at_once", True, 1)],
        "comes_back": [("came_back", False, 1)],
    }


def test_who_is_silent_for_long_in_his_own_turn_gave_up() -> None:
    answered = "ask@09:00/as=customer/to=new reply@10:00/as=agent/vis=public/to=pending"
    quick = "\n".join(
        f"Q{at}: {answered} more@11:00/as=customer/to=open fix@12:00/as=agent/to=solved" for at in range(5)
    )
    rows = by_stage(log(f"{quick}\nSILENT: {answered}\nLATE: ask@9d09:00/as=customer/to=new"))
    assert [(mark.mark, mark.n) for mark in rows["works_it_out"].marks] == [("gave_up", 1)]
    bot = log(f"A: {answered} closed@3d10:00/as=system/to=solved\nB: {answered} fix@3d10:00/as=agent/to=solved")
    assert [(mark.mark, mark.n) for mark in by_stage(bot)["works_it_out"].marks] == [("gave_up", 1)]


def test_without_roles_the_first_act_of_ours_is_the_answer() -> None:
    tiny = log("A: open@09:00/by=ana work@10:00/by=bob work@11:00/by=bob done@12:00/by=bob/to=solved")
    assert [stage for _, stage, _ in placed(tiny, "A")] == ["reaches_out", "first_answer", "works_it_out", "resolved"]


def test_a_customer_comes_back_with_a_new_case() -> None:
    cases = log("A: ask@09:00/as=customer/to=new fix@10:00/as=agent/to=solved\nB: ask@12:00/as=customer/to=new")
    lens = Lens(with_customers(cases, A=1, B=1), "customer")
    assert [(row.stage, row.n_end) for row in stages.rows(lens)] == [
        ("reaches_out", 0), ("first_answer", 0), ("resolved", 0), ("comes_back", 1),
    ]  # fmt: skip


def test_steps_hold_every_event_in_one_lane() -> None:
    rows = steps.rows(Lens(DESK))
    assert sum(row.n for row in rows) == 16
    assert [(row.stage, row.group, row.activity, row.n) for row in rows if row.lane == "team"] == [
        ("first_answer", "L1", "take", 1),
        ("works_it_out", "L1", "note", 1),
        ("works_it_out", "L2", "pass", 1),
        ("resolved", "L2", "fix", 2),
        ("resolved", None, "close", 1),
    ]


def all_lost(made: JourneyMap) -> int:
    return sum(line.lost_seconds for line in made.lines) + sum(box.inside_seconds for box in made.boxes)


@pytest.mark.parametrize("tiny", [
    DESK,
    log("A: a@09:00/by=x b@10:00/by=y c@11:00/by=x\nB: a@09:00/by=x c@19:00/by=y"),
    log("\n".join(f"K{at}: ask@09:00/as=customer/to=new work@{at % 9 + 10}:00/as=agent/in=T{at} "
                  f"fix@20:00/as=agent/in=T{at // 2}/to=solved" for at in range(40))),
])  # fmt: skip
def test_boxes_and_lines_hold_every_event_and_every_lost_second(tiny: EventLog) -> None:
    lens = Lens(tiny)
    made = blueprint(lens)
    places = bottlenecks.rows(lens, top=None)
    assert len(made.boxes) <= MAX_BOXES + 5
    assert sum(box.n for box in made.boxes) == tiny.n_events
    assert all_lost(made) == sum(place.lost_seconds for place in places)
    shown = [rank for line in made.lines if line.shown for rank in line.places]
    told = {*shown, *(rank for box in made.boxes for rank in box.places)}
    assert told == {place.rank for place in places[:20]}
    assert all(0 <= at < len(made.boxes) for line in made.lines for at in (line.source, line.target))


def test_a_case_waits_on_the_line_to_the_team_that_takes_it() -> None:
    made = blueprint(Lens(DESK))
    named = {
        (made.boxes[line.source].who, made.boxes[line.target].who, line.n, line.lost_seconds) for line in made.lines
    }
    assert ("L1", "person", 2, 0) in named  # what L1 does and the customer sees takes no time
    assert (None, "L1", 2, 50 * 60) in named  # A for half an hour, B for twenty minutes
    assert sum(box.held_seconds for box in made.boxes if box.who == "L1") == (4 * 30 + 20) * 60


def test_an_empty_log_has_no_map() -> None:
    made = blueprint(Lens(emptied(DESK)))
    assert (made.boxes, made.lines) == ((), ())
    assert stages.rows(Lens(emptied(DESK))) == ()
