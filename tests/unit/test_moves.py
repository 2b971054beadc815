"""Moves: order, seconds, zones and scopes, computed by hand."""

from __future__ import annotations

from journeyminer.log import EventLog
from journeyminer.log.build import LogBuilder
from journeyminer.log.engine import Engine
from journeyminer.log.receipt import SourceReceipt
from journeyminer.mining.events import acts
from journeyminer.mining.lens import Lens
from journeyminer.mining.moves import changes, moves, ordered, traces
from journeyminer.note import Note
from journeyminer.vocabulary import Per
from tiny import log, with_customers

MINUTE = 60_000_000


def steps(log: EventLog, columns: str, per: Per = "case") -> list[tuple[object, ...]]:
    return log.rows(f"SELECT {columns} FROM {moves(Lens(log, per))} ORDER BY trace, pos")


def test_a_move_is_an_event_beside_the_next_one() -> None:
    tiny = log("A: open@09:00 reply@09:30 close@11:00")
    assert steps(tiny, "pos, activity, next_activity, us") == [
        (1, "open", "reply", 30 * MINUTE),
        (2, "reply", "close", 90 * MINUTE),
        (3, "close", None, None),
    ]


def test_events_at_one_moment_stay_in_the_order_of_the_source() -> None:
    tiny = log("A: late@10:00 z@09:00 a@09:00 m@09:00")
    assert [row[0] for row in steps(tiny, "activity")] == ["z", "a", "m", "late"]


def test_seconds_run_from_the_completion_to_the_next_start() -> None:
    tiny = log("A: call@09:00-09:30 work@10:00-10:20 mail@11:00")
    assert [row[0] for row in steps(tiny, "us")] == [30 * MINUTE, 40 * MINUTE, None]


def test_an_overlap_counts_as_nothing_and_is_counted() -> None:
    tiny = log("A: call@09:00-09:30 work@09:20-10:00 mail@11:00")
    assert steps(tiny, "us, overlapped") == [(0, True), (60 * MINUTE, False), (None, None)]


def test_a_change_runs_from_the_last_event_of_the_old_owner_with_customers_skipped() -> None:
    tiny = log(
        "A: open@09:00/as=customer reply@09:10/by=ana/as=agent note@09:20 ask@09:30/as=customer fix@09:40/by=bob\n"
        "B: reply@09:00/by=bob/as=agent reply@09:30/by=bob/as=agent"
    )
    assert tiny.rows(f"SELECT source, target, us FROM {changes(Lens(tiny), 'resource')}") == [
        ("ana", "bob", 20 * MINUTE)
    ]


def test_what_stands_at_the_moment_of_an_assignment_is_no_act_on_whichever_side_of_it() -> None:
    tiny = log(
        "A: open@09:00/as=customer note@09:10 tag@09:10 assigned@09:10 mark@09:10 mark@09:20 assigned@09:30\n"
        "B: note@09:10 reply@09:10/by=ana/as=agent assigned@09:10 note@09:11 mark@09:11\n"
        "C: note@09:10 mark@09:10 assigned@09:30/by=ana/as=agent note@09:30"
    )
    ours = f"SELECT case_key, timestamp, activity FROM event_rows WHERE {acts(tiny)} ORDER BY ALL"
    rows = tiny.rows(f"SELECT trace, timestamp, activity FROM {ordered(Lens(tiny))} WHERE is_act ORDER BY ALL")
    assert rows == tiny.rows(ours)
    assert sorted(activity for _, _, activity in rows) == ["mark"] * 3 + ["note"] * 3 + ["reply"]


def test_one_role_alone_hands_over_to_nobody() -> None:
    def handed(text: str) -> list[tuple[object, ...]]:
        tiny = log(text)
        return tiny.rows(f"SELECT source, target FROM {changes(Lens(tiny), 'role')}")

    assert handed("A: open@09:00/as=customer reply@09:10/by=ana/as=agent reply@09:20/by=bob/as=agent") == []
    assert handed("A: hello@09:10/by=robo/as=bot reply@09:20/by=bob/as=agent") == [("bot", "agent")]


def test_no_wait_between_a_known_and_an_assumed_zone() -> None:
    builder = LogBuilder(Engine())
    for file, assumed in (("mail.mbox", False), ("calls.csv", True)):
        source = SourceReceipt(file, "test", Note("match.given"), namespace=file, zone_assumed=assumed)
        minute = 1 if assumed else 0
        builder.loader(source).table(
            f"SELECT 'A' AS case_id, 'x' AS activity, TIMESTAMP '2026-01-05 09:00:00' + INTERVAL (i * 2 + {minute}) "
            "MINUTE AS timestamp FROM range(2) t(i)"
        )
    both = builder.build()
    assert [row[0] for row in steps(both, "us")] == [2 * MINUTE, None, 2 * MINUTE, None]
    customer = both.derive(case_rows="SELECT *, 7::UBIGINT AS customer_key FROM {log}.case_rows")
    assert [row[0] for row in steps(customer, "us", "customer")] == [None, None, None, None]


def test_a_customer_has_the_events_of_all_their_cases() -> None:
    tiny = with_customers(log("A: a@09:00 b@11:00\nB: c@10:00\nC: d@09:00\nD: e@09:00"), A=1, B=1, C=2)
    assert steps(tiny, "trace, activity, us", "customer") == [
        (1, "a", 60 * MINUTE), (1, "c", 60 * MINUTE), (1, "b", None), (2, "d", None)
    ]  # fmt: skip
    found = Lens(tiny, "customer").scope
    assert (found.n_traces, found.n_cases, found.n_customers, found.n_left_out) == (2, 3, 2, 1)
    assert Lens(tiny).scope.n_cases == 4


def test_traces_of_one_key_have_one_sequence() -> None:
    tiny = log("A: x@09:00 y@10:00\nB: y@09:00 x@10:00\nC: x@08:00 y@12:00\nD: x@09:00 x@09:01 y@09:02")
    (n,) = tiny.one(f"SELECT count(*) FROM (SELECT DISTINCT key_a, key_b, n_events FROM {traces(Lens(tiny))})")
    assert n == 3
