"""Pairing: a start and a completion of one activity are one event."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import journeyminer as jm
from journeyminer.errors import JourneyminerError
from journeyminer.log import EventLog
from journeyminer.log.build import LogBuilder
from journeyminer.log.engine import Engine
from journeyminer.log.receipt import SourceReceipt
from journeyminer.log.record import Event, Record
from journeyminer.mining.kpis import kpis
from journeyminer.mining.lens import Lens
from journeyminer.mining.turns import turns
from journeyminer.note import Note
from journeyminer.options import ReadOptions
from journeyminer.prepare import pair_transitions
from tiny import moment

Step = tuple[str, str, str]
"""activity, lifecycle, moment"""


def log(*steps: Step) -> EventLog:
    builder = LogBuilder(Engine())
    records = [
        Record(str(number), events=[Event("A", activity, moment(when), lifecycle=lifecycle)])
        for number, (activity, lifecycle, when) in enumerate(steps)
    ]
    builder.loader(SourceReceipt("tiny", "tiny", Note("match.given"), namespace="tiny")).records(records)
    return builder.build()


def events(log: EventLog) -> list[tuple[str, str, str | None]]:
    """Activity, moment and start of every event, in order."""
    begun = "strftime(started_at, '%H:%M')" if log.has("started_at") else "NULL"
    return log.rows(f"SELECT activity, strftime(timestamp, '%H:%M'), {begun} FROM event_rows ORDER BY timestamp, seq")


def counted(log: EventLog) -> dict[str, object]:
    (source,) = log.receipt.sources
    assert source.balances
    assert source.events == log.n_events
    return dict(next(note.params for note in source.decisions if note.slug == "decision.paired"))


def test_first_begun_is_first_completed() -> None:
    paired = pair_transitions(
        log(("x", "start", "09:00"), ("x", "start", "10:00"), ("x", "complete", "11:00"), ("x", "complete", "12:00"))
    )
    assert events(paired) == [("x", "11:00", "09:00"), ("x", "12:00", "10:00")]
    assert counted(paired) == {"n": 2, "open": 0, "bare": 0}


def test_what_has_no_other_half_stays_and_is_counted() -> None:
    paired = pair_transitions(
        log(
            ("x", "complete", "08:00"), ("x", "start", "09:00"), ("x", "complete", "10:00"), ("x", "complete", "11:00"),
            ("x", "start", "12:00"), ("y", "start", "09:30"), ("z", "complete", "09:40"),
        )
    )  # fmt: skip
    assert events(paired) == [
        ("x", "08:00", None), ("y", "09:30", None), ("z", "09:40", None), ("x", "10:00", "09:00"),
        ("x", "11:00", None), ("x", "12:00", None),
    ]  # fmt: skip
    assert counted(paired) == {"n": 1, "open": 2, "bare": 2}  # z never starts: its completions lack nothing


def test_what_is_due_is_part_of_what_follows() -> None:
    paired = pair_transitions(
        log(
            ("x", "schedule", "08:00"), ("x", "start", "09:00"), ("x", "suspend", "09:10"), ("x", "complete", "10:00"),
            ("x", "schedule", "11:00"),
        )
    )  # fmt: skip
    assert events(paired) == [("x", "09:10", None), ("x", "10:00", "09:00"), ("x", "11:00", None)]


def test_at_one_moment_a_start_comes_first() -> None:
    paired = pair_transitions(log(("x", "complete", "09:00"), ("x", "start", "09:00")))
    assert events(paired) == [("x", "09:00", "09:00")]


def test_a_log_of_completions_is_left_as_it_is() -> None:
    plain = log(("x", "complete", "09:00"), ("y", "complete", "10:00"))
    assert pair_transitions(plain) is plain


@pytest.mark.parametrize(
    ("start", "end"), [("START", "COMPLETE"), ("início", "conclusão"), ("Inicio", "Fin"), ("Kezdés", "Befejezés")]
)
def test_work_between_start_and_completion_is_work_in_every_language(tmp_path: Path, start: str, end: str) -> None:
    path = tmp_path / "log.csv"
    path.write_text(
        "case,activity,timestamp,lifecycle,resource\n"
        f"1,Fix,2026-01-05 10:00,{start},Bob\n1,Fix,2026-01-05 12:00,{end},Bob\n"
        f"1,Test,2026-01-05 13:00,{start},Ann\n1,Test,2026-01-05 13:30,{end},Ann\n"
    )
    spent = {row.turn: row.seconds for row in turns.rows(Lens(jm.read(path)))}
    assert spent == {"us_work": 2.5 * 3600, "us_queue": 3600}
    assert jm.read(path, options=ReadOptions(no_pair=True)).n_events == 4


def test_what_begins_in_one_week_and_ends_in_the_next_is_one(tmp_path: Path) -> None:
    """A log on disk keeps the rows: a part that is added pairs with what was there, and nothing is added twice."""
    from journeyminer.importers import read_log
    from journeyminer.prepare import prepare

    head, rows = "case,activity,timestamp,lifecycle", ["1,x,2026-01-05 10:00,start", "1,x,2026-01-12 12:00,complete"]
    for week, row in enumerate(rows):
        (tmp_path / f"week{week}.csv").write_text("\n".join([head, row, f"2,y,2026-01-0{week + 1},complete"]))
    options = ReadOptions(namespaces={"week*": "desk"})
    saved = tmp_path / "log"
    jm.save_log(jm.read(tmp_path / "week0.csv", options=options), saved)
    for _ in range(2):
        more = prepare(read_log([tmp_path / "week0.csv", tmp_path / "week1.csv"], options=options, append_to=saved))
        jm.save_log(more, saved)
    whole = jm.open_log(saved)
    assert whole.n_events == 3
    assert whole.one("SELECT count(started_at) FROM events") == (1,)
    assert jm.open_log(saved, pair=False).n_events == 4


def test_preparing_again_changes_nothing() -> None:
    from journeyminer.prepare import prepare

    once = prepare(log(("x", "start", "09:00"), ("x", "complete", "10:00"), ("x", "start", "11:00")))
    again = prepare(once)
    assert events(again) == events(once)
    assert again.receipt.sources[0].events == once.n_events


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.sampled_from("xy"), st.sampled_from(["start", "complete"])), max_size=12))
def test_pairs_equal_a_plain_loop(steps: list[tuple[str, str]]) -> None:
    if not steps:
        with pytest.raises(JourneyminerError):
            log()
        return
    waiting: dict[str, list[str]] = {"x": [], "y": []}
    expected: dict[tuple[str, str], str | None] = {}
    for hour, (activity, kind) in enumerate(steps, 1):
        when = f"{hour:02}:00"
        if kind == "start":
            waiting[activity].append(when)
        else:
            expected[activity, when] = waiting[activity].pop(0) if waiting[activity] else None
    expected |= {(activity, when): None for activity, left in waiting.items() for when in left}
    paired = pair_transitions(log(*((a, kind, f"{hour:02}:00") for hour, (a, kind) in enumerate(steps, 1))))
    assert {(activity, when): begun for activity, when, begun in events(paired)} == expected


def of_rows(*rows: dict[str, str]) -> EventLog:
    """A paired log with one case a letter: rows with a lifecycle that may say more than their moment."""
    builder = LogBuilder(Engine())
    records = [
        Record(
            str(number),
            events=[Event(row.pop("case", "A"), row.pop("activity", "x"), moment(row.pop("at")), **row)],  # type: ignore[arg-type]
        )
        for number, row in enumerate(rows)
    ]
    builder.loader(SourceReceipt("tiny", "tiny", Note("match.given"), namespace="tiny")).records(records)
    return pair_transitions(builder.build())


def begun(at: str, **says: str) -> dict[str, str]:
    return {"at": at, "lifecycle": "start", **says}


def done(at: str, **says: str) -> dict[str, str]:
    return {"at": at, "lifecycle": "complete", **says}


def test_the_status_of_a_start_holds_from_the_start_on() -> None:
    paired = of_rows(
        begun("09:00", status="open"), done("09:10", status="solved"), begun("10:00", status="open"),
        done("10:30", status="solved"),
        begun("09:00", case="B", status="open"), done("09:10", case="B", status="solved"),
    )  # fmt: skip
    of = {row["turn"]: row["seconds"] for row in turns(paired).to_dict("records")}
    assert of == {"us_work": 50 * 60, "after_resolution": 50 * 60}
    rate = kpis(paired).set_index("id").loc["reopen_rate"]
    assert (rate["value"], rate["n"]) == (0.5, 2)


def test_a_case_that_waits_for_the_customer_is_worked_on_from_a_start_that_opens_it() -> None:
    paired = of_rows(
        done("09:00", status="pending"), begun("10:00", activity="y", status="open"), done("11:00", activity="y")
    )
    of = {row["turn"]: row["seconds"] for row in turns(paired).to_dict("records")}
    assert of == {"customer": 3600, "us_work": 3600}


def test_what_only_the_start_says_is_said_of_the_event() -> None:
    paired = of_rows(begun("09:00", group="L1", resource="ana"), done("09:10", resource="bob"))
    assert paired.rows('SELECT "group", resource FROM events') == [("L1", "bob")]


def test_what_was_due_is_part_of_its_completion_also_where_nothing_says_that_it_began() -> None:
    paired = of_rows({"at": "09:00", "lifecycle": "schedule"}, done("09:10"), done("09:20", activity="y"))
    assert events(paired) == [("x", "09:10", None), ("y", "09:20", None)]
    assert counted(paired) == {"n": 0, "open": 0, "bare": 0}
