"""Places where customers lose hours, by hand, and what may never rank."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from journeyminer.log import EventLog
from journeyminer.log.build import from_pandas
from journeyminer.mining.bottlenecks import Bottleneck, bottlenecks
from tiny import log, with_customers

HOUR = 3600


def places(tiny: EventLog, **options: Any) -> list[tuple[object, ...]]:
    frame = bottlenecks(tiny, **options)
    return [
        tuple(row[key] for key in ("rank", "source", "target", "group", "turn", "lost_seconds"))
        for row in frame.astype(object).where(frame.notna(), None).to_dict("records")
    ]


def test_places_are_ranked_by_what_customers_lost_in_our_turns() -> None:
    tiny = log("""
        A: ask@09:00/to=new/in=L1 reply@10:00/to=pending/in=L1 back@20:00/to=open solve@22:00/to=solved/in=L2
        B: ask@09:00/to=new/in=L1 reply@09:30/to=pending/in=L1 close@5d20:00/to=closed
    """)
    assert places(tiny) == [
        (1, "back", "solve", "L2", "us_queue", 2 * HOUR),
        (2, "ask", "reply", "L1", "us_queue", 90 * 60),
    ]
    first = bottlenecks(tiny).iloc[0]
    assert (first["n"], first["n_cases"], first["share"]) == (1, 1, 2 / 3.5)
    assert pd.isna(first["low"])
    assert pd.isna(first["n_customers"])


def test_evidence_is_the_worst_cases_with_their_records() -> None:
    tiny = log("\n".join(f"{case}: ask@09:00/to=new reply@{10 + n}:00/to=solved" for n, case in enumerate("ABCD")))
    evidence = bottlenecks(tiny).iloc[0]["evidence"]
    assert [(each.case_id, each.seconds) for each in evidence] == [
        ("D", 4 * HOUR),
        ("C", 3 * HOUR),
        ("B", 2 * HOUR),
    ]
    assert evidence[0].source_ref == "tiny.txt: event 7"


def test_the_record_of_a_case_is_where_its_longest_wait_began() -> None:
    # twice in the same place: one hour, then three
    tiny = log("A: ask@09:00/to=open reply@10:00/to=pending ask@11:00/to=open reply@14:00/to=solved")
    (evidence,) = bottlenecks(tiny).iloc[0]["evidence"]
    assert (evidence.seconds, evidence.source_ref) == (4 * HOUR, "tiny.txt: event 3")


def test_who_still_waits_counts_as_long_as_it_lasted() -> None:
    tiny = log("A: ask@09:00/to=new\nB: ask@11:00/to=new reply@12:00/to=solved")
    assert places(tiny) == [
        (1, "ask", None, None, "us_queue", 3 * HOUR),
        (2, "ask", "reply", None, "us_queue", HOUR),
    ]


def test_bounds_hold_the_sum_and_are_the_same_every_time() -> None:
    lines = [f"{n}: ask@09:00/to=new reply@{10 + n % 7}:00/to=open solve@{18 + n % 3}:00/to=solved" for n in range(40)]
    tiny = log("\n".join(f"C{line}" for line in lines))
    frame = bottlenecks(tiny)
    for row in frame.to_dict("records"):
        assert row["low"] < row["lost_seconds"] < row["high"]
        assert row["rank_low"] == row["rank_high"] == row["rank"]
    again = bottlenecks(log("\n".join(f"C{line}" for line in reversed(lines))))
    assert list(again["lost_seconds"]) == list(frame["lost_seconds"])
    assert frame.drop(columns="evidence").equals(bottlenecks(tiny).drop(columns="evidence"))


@pytest.mark.parametrize(("n", "is_sure"), [(4, False), (5, True)])
def test_a_handful_of_traces_has_bounds_and_fewer_have_none(n: int, is_sure: bool) -> None:
    frame = bottlenecks(log("\n".join(f"C{n}: ask@{n}d09:00/to=new reply@{n}d10:00/to=solved" for n in range(n))))
    assert frame[["low", "high", "rank_low", "rank_high"]].notna().all(axis=None) == is_sure


def test_many_cases_of_few_customers_have_no_bounds() -> None:
    cases = log("\n".join(f"C{n}: ask@{n}d09:00/to=new reply@{n}d10:00/to=solved" for n in range(6)))
    tiny = with_customers(cases, **{f"C{n}": n % 2 for n in range(6)})
    assert bottlenecks(tiny, per="case")["low"].notna().all()
    assert bottlenecks(tiny, per="customer")[["low", "high", "rank_low", "rank_high"]].isna().all(axis=None)


def test_hours_that_hang_on_one_case_or_one_day_are_a_one_off() -> None:
    single = log("\n".join(f"{case}: ask@09:00/to=new reply@10:00/to=solved" for case in "ABCDE")
                 + "\nF: ask@09:00/to=new reply@9d10:00/to=solved")  # fmt: skip
    assert list(bottlenecks(single)["one_off"]) == ["single_case"]
    bulk = log("\n".join(f"{n}C: ask@{n}d09:00/to=new reply@9d10:00/to=solved" for n in range(8)))
    assert list(bottlenecks(bulk)["one_off"]) == ["single_day"]
    week = log("\n".join(f"{n}C: ask@{n}d09:00/to=new reply@7d10:00/to=solved" for n in range(8)))
    assert list(bottlenecks(week)["one_off"]) == ["single_day"]
    steady = log("\n".join(f"{n}C: ask@{n}d09:00/to=new reply@{n}d10:00/to=solved" for n in range(9)))
    assert bottlenecks(steady)["one_off"].isna().all()


def test_an_assumed_turn_is_marked_and_an_unknown_one_left_out() -> None:
    assumed = bottlenecks(log("A: a@09:00/by=ana b@10:00/by=bob"))
    assert list(assumed["assumed"]) == [True]
    assert len(bottlenecks(log("A: a@09:00 b@10:00"))) == 0
    assert list(bottlenecks(log("A: a@09:00 b@10:00")).columns) == list(Bottleneck.__struct_fields__)


def test_customers_are_counted_and_top_cuts() -> None:
    cases = log(
        "A: a@09:00/to=new b@10:00/to=solved\nB: a@09:00/to=new b@10:00/to=solved\nC: a@09:00/to=open c@09:30/to=solved"
    )
    tiny = with_customers(cases, A=1, B=1, C=2)
    frame = bottlenecks(tiny, per="customer")
    assert list(frame["n_cases"]) == [2, 1]
    assert list(frame["n_customers"]) == [1, 1]
    assert len(bottlenecks(tiny, top=1)) == 1


def test_an_auto_close_timer_never_ranks(data: Callable[[str], Path]) -> None:
    frame = pd.read_csv(data("helpdesk/finale.csv.gz"))
    frame["Complete Timestamp"] = pd.to_datetime(frame["Complete Timestamp"], format="%Y/%m/%d %H:%M:%S.%f")
    frame["status"] = frame["Activity"].map({"Resolve ticket": "solved", "Closed": "closed"})
    names = {"case": "Case ID", "activity": "Activity", "timestamp": "Complete Timestamp", "resource": "Resource"}
    found = bottlenecks(from_pandas(frame, **names, status="status"), top=None)
    assert len(found) > 20
    assert not ((found["source"] == "Resolve ticket") & (found["target"] == "Closed")).any()
    assert found["assumed"].all()
