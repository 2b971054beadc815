"""The list of sections: what is made for whom, and what is shown of it."""

from __future__ import annotations

import pytest

from journeyminer.render.tables import report_tables
from journeyminer.report.build import build
from journeyminer.report.sections import ASKED, SECTIONS, Report, parts, tables_of, together
from sample_report import empty_report, sample_report
from tiny import emptied, log

DESK = log("A: ask@09:00/as=customer/to=new/by=ana/in=L1 reply@10:00/as=agent/to=solved/by=bob/in=L2\nB: ask@11:00")

ON_DEMAND = {"promises", "period", "trend"}
"""what is made only where there are rules to check and periods to split"""


def made(report: Report) -> set[str]:
    return {key for key in SECTIONS if getattr(report, key) is not None} - {"sources"}


@pytest.mark.parametrize("key", ASKED)
def test_a_section_is_made_with_what_it_rests_on_and_nothing_else(key: str) -> None:
    wanted = together(key, *SECTIONS[key].needs)
    assert made(build(DESK, sections=(key,))) == wanted - {"sources", *ON_DEMAND}


def test_keys_that_belong_together_are_made_and_printed_together() -> None:
    assert together("handovers") == {"handovers", "handover_totals"}
    assert together("quality") == {"quality", "sources"}
    assert together("stages") == {"stages", "steps", "journey_map"}
    assert {name: tables_of(name) for name in ("graph", "handovers", "quality")} == {
        "graph": ("edges", "activities"),
        "handovers": ("handovers",),
        "quality": ("sources",),
    }


def test_every_key_is_asked_for_or_belongs_to_one_that_is() -> None:
    assert made(build(DESK)) == SECTIONS.keys() - {"sources", *ON_DEMAND}
    assert {section.of for section in SECTIONS.values()} - {""} <= set(ASKED)
    assert {needed for section in SECTIONS.values() for needed in section.needs} <= set(ASKED)


def test_parts_are_shown_where_they_have_something_to_say() -> None:
    everything = ["journey", "map", "turns", "teams", "bottlenecks", "handovers", "kpis", "variants", "durations"]
    assert list(parts(build(DESK))) == everything
    assert list(parts(sample_report())) == [
        "journey", "promises", "trend", *everything[1:7], "journeys", *everything[7:],
    ]  # fmt: skip
    assert parts(empty_report()) == {}
    # that nobody waited and nobody was handed over is worth saying; no ways through and no clock are not
    assert list(parts(build(emptied(DESK)))) == ["bottlenecks", "handovers", "kpis", "durations"]


def test_lost_hours_are_on_the_edges_where_turns_are_made_too() -> None:
    alone, both = (report_tables(build(DESK, sections=keys))["edges"] for keys in (("graph",), ("graph", "turns")))
    assert "lost_seconds" not in alone.columns
    assert both.rows[0][both.columns.index("lost_seconds")] == 3600


def test_people_are_numbers_unless_names_are_asked_for() -> None:
    for named, people in ((False, ("agent 1", "agent 2")), (True, ("ana", "bob"))):
        rows = build(log("A: x@09:00/by=ana y@10:00/by=bob"), sections=("handovers",), named=named).handovers
        assert [(row.source, row.target) for row in rows or ()] == [people]


def test_the_evidence_of_a_place_is_a_list_of_cases_in_its_table() -> None:
    table = report_tables(sample_report())["bottlenecks"]
    assert table.columns[-1] == "evidence"
    assert table.rows[0][-1] == "; ".join(item.case_id for item in (sample_report().bottlenecks or ())[0].evidence)
