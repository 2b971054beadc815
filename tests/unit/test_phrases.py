"""Phrases: only what there is to say is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from journeyminer.i18n import Language
from journeyminer.render import phrases
from journeyminer.report.model import Report
from sample_report import sample_report

EN = Language("en")


def hiding(edges: int, nodes: int) -> Report:
    report = sample_report()
    assert report.graph is not None
    shown = replace(report.graph.shown, hidden_edges=edges, hidden_nodes=nodes)
    return replace(report, graph=replace(report.graph, shown=shown))


@pytest.mark.parametrize(
    ("edges", "nodes", "says"),
    [(7, 0, "picture: 7 lines with"), (0, 1, "picture: 1 step with"), (7, 2, "picture: 7 lines and 2 steps with")],
)
def test_the_map_says_what_it_leaves_out(edges: int, nodes: int, says: str) -> None:
    assert says in phrases.hidden(hiding(edges, nodes), EN)


def test_a_map_that_leaves_nothing_out_says_nothing() -> None:
    assert phrases.hidden(hiding(0, 0), EN) == ""


def test_a_log_of_one_day_names_it_once() -> None:
    report = sample_report()
    assert phrases.span(report, EN) == "5 Jan 2026 to 31 Mar 2026"
    assert phrases.span(replace(report, log=replace(report.log, last=report.log.first)), EN) == "5 Jan 2026"


def test_customers_are_counted_only_where_anyone_is_known() -> None:
    report = sample_report()
    assert "of 1,019 customers" in phrases.what_was_read(report, EN)
    unknown = replace(report, log=replace(report.log, n_customers=0))
    assert "customers" not in phrases.what_was_read(unknown, EN)


def test_durations_name_open_cases_only_where_there_are_any() -> None:
    report = sample_report()
    assert report.durations is not None
    closed = replace(report, durations=replace(report.durations, n=5, n_open=0))
    assert phrases.durations_lead(closed, EN) == "From first to last event, over 5 cases; none is still open."
    silent = replace(report, durations=replace(report.durations, n=5, n_open=0, n_unknown=2))
    assert phrases.durations_lead(silent, EN) == (
        "From first to last event, over 5 cases. Of 2 of them no status is known: they count as finished."
    )
    assert "open ones are not in" in phrases.durations_lead(report, EN)


def test_levels_without_a_hand_off_are_left_out() -> None:
    report = sample_report()
    totals = report.handover_totals or ()
    none = replace(report, handover_totals=(replace(totals[0], n=0), *totals[1:]))
    assert len(phrases.handovers(none, EN)) == len(totals) - 1


def test_a_decision_is_about_something_in_words() -> None:
    source = replace(sample_report().sources[0], decisions={"header_row": "3"})
    assert phrases.decisions(source, EN) == [("header row", "3")]
    assert phrases.decisions(source, Language("pt")) == [("linha do cabeçalho", "3")]


def test_a_decision_that_holds_words_of_the_source_keeps_them() -> None:
    source = replace(sample_report().sources[0], decisions={"columns": "case_id = no case, activity = nothing"})
    assert phrases.decisions(source, Language("pt")) == [("colunas", "case_id = no case, activity = nothing")]


def test_a_table_is_read_as_what_its_profile_calls_it() -> None:
    source = sample_report().sources[2]
    assert phrases.read_as(source, EN) == "event log"
    assert phrases.read_as(source, Language("hu")) == "eseménynapló"
    assert phrases.read_as(replace(source, decisions={}), EN) == "tabular"  # a log that an earlier version saved
