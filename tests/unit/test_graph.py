"""The directly-follows graph of tiny logs, counted by hand."""

from __future__ import annotations

from typing import Any

import pytest

from journeyminer.mining.graph import graph
from journeyminer.mining.lens import Lens
from journeyminer.mining.turns import lost_by_edge
from tiny import emptied, log, with_customers

DESK = log("""
    A: open@09:00 reply@09:10 reply@09:30 close@10:30
    B: open@09:00 reply@09:20 close@09:50
    C: open@09:00 close@09:30
""")


def test_nodes_count_events_and_traces() -> None:
    nodes: Any = graph(DESK).nodes(data=True)
    assert dict(nodes) == {
        "close": {"n": 3, "n_cases": 3},
        "open": {"n": 3, "n_cases": 3},
        "reply": {"n": 3, "n_cases": 2},
    }


def test_an_edge_counts_moves_and_measures_their_seconds() -> None:
    move = graph(DESK).edges["open", "reply"]
    assert move == {
        "n": 2, "n_cases": 2, "mean_seconds": 900.0, "median_seconds": 900.0, "p90_seconds": pytest.approx(1140.0),
        "total_seconds": 1800, "lost_seconds": None,
    }  # fmt: skip
    assert graph(DESK).edges["reply", "reply"]["n"] == 1


def test_a_move_made_twice_in_a_trace_is_one_trace() -> None:
    move = graph(log("A: a@09:00 b@09:10 a@09:20 b@09:30\nB: a@09:00 b@09:10")).edges["a", "b"]
    assert (move["n"], move["n_cases"]) == (3, 2)


def test_the_graph_says_where_traces_start_and_end_and_what_is_usual() -> None:
    found = graph(DESK).graph
    assert (found["start"], found["end"]) == ({"open": 3}, {"close": 3})
    assert found["happy_path"] == ("open", "close")  # all three variants once: the first by name
    assert (found["per"], found["n_traces"], found["n_cases"], found["n_customers"]) == ("case", 3, 3, None)


def test_nodes_and_edges_come_by_falling_count_then_by_name() -> None:
    tiny = graph(log("A: c@09:00 b@09:10 a@09:20 c@09:30 b@09:40"))
    assert list(tiny.nodes) == ["b", "c", "a"]
    assert tiny.edges["c", "b"]["n"] == 2


def test_lost_seconds_are_those_in_our_turns() -> None:
    tiny = log("A: ask@09:00/to=new reply@10:00/to=pending answer@12:00/to=open solve@12:30/to=solved")
    edges = graph(tiny, lost=True).edges
    assert edges["ask", "reply"]["lost_seconds"] == 3600
    assert edges["reply", "answer"]["lost_seconds"] == 0
    assert lost_by_edge(Lens(tiny)) == {("answer", "solve"): 1800, ("ask", "reply"): 3600, ("reply", "answer"): 0}


def test_what_is_lost_is_not_known_where_nobody_knows_whose_turn_it_was() -> None:
    for per in ("case", "customer"):
        tiny = with_customers(
            log("A: ask@09:00 reply@10:00 note@10:00\nB: ask@09:00/to=new solve@12:00/to=solved"), A=1, B=2
        )
        edges = graph(tiny, per=per, lost=True).edges
        assert edges["ask", "reply"]["lost_seconds"] is None
        assert edges["reply", "note"]["lost_seconds"] == 0  # it took no time
        assert edges["ask", "solve"]["lost_seconds"] == 3 * 3600


def test_lost_seconds_of_a_customer_lie_on_the_moves_of_the_customer() -> None:
    cases = log("""
        A: ask@09:00/to=new reply@10:00/to=pending answer@12:00/to=solved
        B: call@09:30/to=open end@10:30/to=solved
    """)
    tiny = with_customers(cases, A=1, B=1)
    # ask 9:00 call 9:30 reply 10:00 end 10:30 answer 12:00; ours until 10:30, then pending in A
    assert lost_by_edge(Lens(tiny, "customer")) == {
        ("ask", "call"): 1800,
        ("call", "reply"): 1800,
        ("reply", "end"): 1800,
        ("end", "answer"): 0,
    }
    assert graph(tiny, per="customer", lost=True).edges["end", "answer"]["lost_seconds"] == 0


def test_an_empty_log_has_an_empty_graph() -> None:
    empty = emptied(DESK)
    found = graph(empty, lost=True)
    assert (len(found), found.graph["happy_path"], found.graph["start"], found.graph["n_traces"]) == (0, (), {}, 0)
