"""What holds of every log.

Measures against plain loops over their definitions, and against changes of the log that mean nothing.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from journeyminer.log import EventLog
from journeyminer.log.build import from_pandas
from journeyminer.mining.bottlenecks import bottlenecks
from journeyminer.mining.durations import durations
from journeyminer.mining.graph import graph
from journeyminer.mining.handovers import handover_totals, handovers
from journeyminer.mining.lens import Lens
from journeyminer.mining.turns import lost_by_edge, turns
from journeyminer.mining.variants import variant_totals, variants
from journeyminer.vocabulary import ROLES, STATUSES, HandoverLevel, Per

Row = dict[str, Any]
SETTINGS = settings(max_examples=int(os.environ.get("JOURNEYMINER_EXAMPLES", "15")), deadline=None, derandomize=True)
START = datetime(2026, 1, 5)
COLUMNS = ("case_id", "activity", "timestamp", "started_at", "resource", "group", "role", "status", "visibility")


def maybe(*values: str) -> st.SearchStrategy[str | None]:
    return st.sampled_from([None, *values])


@st.composite
def events(draw: st.DrawFn, *, ties: bool = True) -> list[Row]:
    """The rows of a log in any order: few cases, words and moments, so that everything happens often."""
    moments = st.integers(0, 40 if ties else 10**6)
    rows: list[Row] = draw(
        st.lists(
            st.fixed_dictionaries(
                {
                    "case_id": st.sampled_from("ABCD"),
                    "activity": st.sampled_from(["a", "b", "c", "agent_reply", "group_changed"]),
                    "minute": moments,
                    "worked": st.sampled_from([None, None, 0, 3, 20]),
                    "resource": maybe("ana", "bob", "cora"),
                    "group": maybe("L1", "L2"),
                    "role": maybe(*ROLES),
                    "status": maybe(*STATUSES),
                    "visibility": maybe("public", "internal"),
                }
            ),
            min_size=1,
            max_size=24,
            unique_by=None if ties else lambda row: row["minute"],
        )
    )
    for row in rows:
        row["timestamp"] = START + timedelta(minutes=row.pop("minute"))
        worked = row.pop("worked")
        row["started_at"] = None if worked is None else row["timestamp"] - timedelta(minutes=worked)
    return rows


def log_of(rows: list[Row]) -> EventLog:
    frame = pd.DataFrame(rows, columns=list(COLUMNS)).astype(
        {"timestamp": "datetime64[us]", "started_at": "datetime64[us]"}
    )
    return from_pandas(frame, case="case_id", **{column: column for column in COLUMNS[1:]})


def customers_of(log: EventLog) -> EventLog:
    """Cases A and B are one customer's, C another's, D nobody's."""
    whose = "CASE native_id WHEN 'A' THEN 1 WHEN 'B' THEN 1 WHEN 'C' THEN 2 END"
    return log.derive(case_rows=f"SELECT *, {whose}::UBIGINT AS customer_key FROM {{log}}.case_rows")


def lenses(rows: list[Row]) -> list[tuple[EventLog, Per]]:
    log = log_of(rows)
    return [(log, "case"), (customers_of(log), "customer")]


def edges(log: EventLog, value: str, per: Per = "case") -> dict[tuple[str, str], Any]:
    return {(source, target): data[value] for source, target, data in graph(log, per=per).edges(data=True)}


def traces_of(rows: list[Row]) -> dict[str, list[Row]]:
    traces: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: row["timestamp"]):
        traces.setdefault(row["case_id"], []).append(row)
    return traces


def table(frame: pd.DataFrame) -> list[Row]:
    return frame.astype(object).where(frame.notna(), None).to_dict("records")  # type: ignore[return-value]


@SETTINGS
@given(events())
def test_counts_add_up(rows: list[Row]) -> None:
    for log, per in lenses(rows):
        found = graph(log, per=per)
        n_traces = Lens(log, per).scope.n_traces
        n_events = sum(data["n"] for _, data in found.nodes(data=True))
        assert sum(edges(log, "n", per).values()) == n_events - n_traces
        assert sum(found.graph["start"].values()) == sum(found.graph["end"].values()) == n_traces
        shown = variants(log, per=per, top=None)
        assert shown["n_cases"].sum() == n_traces
        assert len(shown) == variant_totals(log, per=per)["n_total"].iloc[0]


@SETTINGS
@given(events())
def test_the_graph_and_the_variants_equal_a_plain_loop(rows: list[Row]) -> None:
    moves, in_traces, waits = Counter[Any](), Counter[Any](), Counter[Any]()
    for trace in traces_of(rows).values():
        steps = [(a["activity"], b["activity"]) for a, b in pairwise(trace)]
        moves.update(steps)
        in_traces.update(set(steps))
        for a, b in pairwise(trace):
            wait = (b["started_at"] or b["timestamp"]) - a["timestamp"]
            waits[a["activity"], b["activity"]] += max(int(wait.total_seconds()), 0)
    log = log_of(rows)
    assert edges(log, "n") == moves
    assert edges(log, "n_cases") == in_traces
    assert edges(log, "total_seconds") == {step: waits[step] for step in moves}
    sequences = Counter(tuple(row["activity"] for row in trace) for trace in traces_of(rows).values())
    expected = sorted(sequences.items(), key=lambda item: (-item[1], item[0]))
    assert [(row["activities"], row["n_cases"]) for row in table(variants(log, top=3))] == expected[:3]


def without_rest(trace: list[Row], by: str) -> list[Row]:
    """The owned events; what a giver does in the minute of the hand-over names no owner and is no act (`rest`)."""
    kept: list[Row] = []
    holder = given = None
    for row in trace:
        if row["role"] == "customer" and not (by == "group" and row[by]):
            continue
        if not is_act_in(trace, row):
            if holder is not None and row[by] not in (None, holder):
                given = row["timestamp"], holder
        elif given == (row["timestamp"], row[by]):
            kept.append({**row, by: None, "rest": True})
            holder = row[by]
            continue
        kept.append({**row, "rest": False})
        holder = row[by] or holder
    return kept


def is_act_in(trace: list[Row], row: Row) -> bool:
    given = {each["timestamp"] for each in trace if each["role"] is None and each["activity"] == "group_changed"}
    is_bare = row["role"] is None and row["timestamp"] in given
    return row["role"] not in ("customer", "system") and row["activity"] != "group_changed" and not is_bare


def changes_of(trace: list[Row], by: str) -> list[Any]:
    """Giver, receiver, seconds until the receiver's first act, and whether the trace was resolved, of every change."""
    found: list[Any] = []
    holder: Any = None
    over = over_since(trace)
    waiting: Any = None
    last: Any = None
    for row in without_rest(trace, by):
        begin = row["started_at"] or row["timestamp"]
        is_act = is_act_in(trace, row) and not row["rest"]
        is_change = holder is not None and row[by] not in (None, holder)
        if waiting and (is_act or is_change):
            found.append((*waiting[:2], seconds_from(waiting[2], begin), waiting[3]))
            waiting = None
        if is_change and last:
            is_late = over is not None and row["timestamp"] > over
            if is_act:
                found.append((holder, row[by], seconds_from(last, begin), is_late))
            else:
                waiting = holder, row[by], row["timestamp"], is_late
        holder, last = row[by] or holder, row["timestamp"]
    return [*found, *([(*waiting[:2], None, waiting[3])] if waiting else [])]


def over_since(trace: list[Row]) -> datetime | None:
    """When the trace was resolved for good."""
    over = ("solved", "closed")
    last_open = max((row["timestamp"] for row in trace if row["status"] not in (None, *over)), default=datetime.min)
    return min(
        (row["timestamp"] for row in trace if row["status"] in over and row["timestamp"] > last_open), default=None
    )


def seconds_from(before: datetime, after: datetime) -> int:
    return max(int((after - before).total_seconds()), 0)


@SETTINGS
@given(events())
def test_hand_overs_equal_a_plain_loop(rows: list[Row]) -> None:
    log = log_of(rows)
    levels: tuple[HandoverLevel, ...] = ("resource", "group")
    for by in levels:
        pairs, seconds, ping_pong, n_late = Counter[Any](), dict[Any, int | None](), 0, 0
        cases: dict[Any, set[str]] = {}
        for case, trace in traces_of(rows).items():
            changes = changes_of(trace, by)
            in_time = [change for change in changes if not change[3]]
            n_late += len(changes) - len(in_time)
            for giver, receiver, lasted, _ in in_time:
                pair = giver, receiver
                pairs[pair] += 1
                cases.setdefault(pair, set()).add(case)
                known = [each for each in (seconds.get(pair), lasted) if each is not None]
                seconds[pair] = sum(known) if known else None
            ping_pong += sum(a[0] == b[1] for a, b in pairwise(in_time))
        found = {(row["source"], row["target"]): row for row in table(handovers(log, by=by))}
        assert {pair: row["n"] for pair, row in found.items()} == pairs
        assert {pair: row["n_cases"] for pair, row in found.items()} == {pair: len(cases[pair]) for pair in pairs}
        assert {pair: row["total_seconds"] for pair, row in found.items()} == seconds
        for total in table(handover_totals(log, by=by)):
            assert (total["n"], total["ping_pong"], total["n_after_resolution"]) == (pairs.total(), ping_pong, n_late)


@SETTINGS
@given(events())
def test_the_ledger_sums_to_the_throughput_time(rows: list[Row]) -> None:
    as_of = max(row["timestamp"] for row in rows)
    spans: dict[str, tuple[datetime, datetime]] = {}
    for case, trace in traces_of(rows).items():
        status = next((row["status"] for row in reversed(trace) if row["status"]), None)
        is_open = status in ("new", "open", "pending", "on_hold")
        first = min(row["started_at"] or row["timestamp"] for row in trace)
        spans[case] = first, as_of if is_open else trace[-1]["timestamp"]
    log = log_of(rows)
    assert turns(log)["seconds"].sum() == sum((b - a).total_seconds() for a, b in spans.values())
    whole = [[spans[case] for case in cases if case in spans] for cases in ("AB", "C")]
    expected = sum((max(b for _, b in each) - min(a for a, _ in each)).total_seconds() for each in whole if each)
    assert turns(customers_of(log), per="customer")["seconds"].sum() == expected


@SETTINGS
@given(events())
def test_what_is_lost_on_a_move_is_part_of_its_seconds(rows: list[Row]) -> None:
    for log, per in lenses(rows):
        total = edges(log, "total_seconds", per)
        for move, seconds in lost_by_edge(Lens(log, per)).items():
            assert 0 <= seconds <= total[move]


@SETTINGS
@given(events(), st.sampled_from(["case", "customer"]))
def test_places_lose_what_our_turns_hold(rows: list[Row], per: Any) -> None:
    lens = customers_of(log_of(rows))
    places = bottlenecks(lens, per=per, top=None)
    assert list(places["lost_seconds"]) == sorted(places["lost_seconds"], reverse=True)
    if per == "case":
        ledger = turns(lens)
        assert (
            places["lost_seconds"].sum() == ledger[ledger["turn"].isin(["us_work", "us_queue", "bot"])]["seconds"].sum()
        )


def everything(log: EventLog) -> list[Any]:
    return [
        sorted(graph(log, lost=True).edges(data=True), key=lambda edge: edge[:2]),
        table(variants(log)),
        table(handovers(log)),
        table(handover_totals(log)),
        table(durations(log)),
        table(turns(log)),
        table(bottlenecks(log).drop(columns=["evidence", "low", "high", "rank_low", "rank_high", "one_off"])),
    ]


@SETTINGS
@given(events(ties=False), st.randoms(use_true_random=False))
def test_the_order_of_rows_means_nothing_without_ties(rows: list[Row], random: Any) -> None:
    shuffled = random.sample(rows, len(rows))
    assert everything(log_of(shuffled)) == everything(log_of(rows))


@SETTINGS
@given(events(), st.integers(-(10**7), 10**7))
def test_shifting_all_clocks_changes_no_seconds(rows: list[Row], seconds: int) -> None:
    shift = timedelta(seconds=seconds)
    shifted = [
        {**row, "timestamp": row["timestamp"] + shift, "started_at": row["started_at"] and row["started_at"] + shift}
        for row in rows
    ]
    assert everything(log_of(shifted)) == everything(log_of(rows))
