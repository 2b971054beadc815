"""Tables: plain values in CSV, words and figures for readers."""

from __future__ import annotations

import csv
import io

from msgspec.structs import replace

from journeyminer.i18n import Language
from journeyminer.render.tables import Table, files, report_tables, to_csv, to_markdown
from sample_report import empty_report, hostile_report, sample_report

EN = Language("en")


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_a_report_has_a_file_for_each_section() -> None:
    names = {"activities", "edges", "variants", "handovers", "handover_totals", "durations", "turns", "teams",
             "bottlenecks", "kpis", "findings", "sources", "promises", "trend", "stages",
             "stage_ways", "marks", "steps", "journeys", "journey_beginnings"}  # fmt: skip
    assert files(sample_report()).keys() == {f"{name}.csv" for name in names}
    assert files(empty_report()).keys() == {"sources.csv"}


def test_csv_holds_plain_figures() -> None:
    head, first, *_ = rows(files(sample_report())["bottlenecks.csv"])
    place = dict(zip(head, first, strict=True))
    assert place["source"] == "group_changed"
    assert (place["lost_seconds"], place["share"], place["assumed"]) == ("9700000", "0.3139", "false")
    assert place["evidence"] == "10422; 10988; 10034"


def test_variants_are_one_cell() -> None:
    head, first, *_ = rows(files(sample_report())["variants.csv"])
    assert first[head.index("activities")] == "ticket_created > assigned > agent_reply > solved"


def test_unknown_is_an_empty_cell() -> None:
    assert rows(to_csv(Table("t", ("a", "b"), ((None, 1.5),)))) == [["a", "b"], ["", "1.5"]]


def test_no_file_of_a_hostile_report_holds_a_formula_or_a_control() -> None:
    for text in files(hostile_report()).values():
        assert not [cell for row in rows(text) for cell in row if cell.startswith(("=", "+", "@", "\t", "\r"))]
        assert "\x1b" not in text


def test_readers_get_words_and_figures() -> None:
    table = report_tables(sample_report())["turns"]
    assert table.head(EN) == ("Turn", "Known from", "Time", "Share")
    assert table.cells(EN)[0] == ("our queue", "ticket status", "5,972 h", "8%")
    assert [table.is_numeric(column) for column in table.columns] == [False, False, True, True]


def test_findings_are_sentences_for_readers_and_slugs_for_programs() -> None:
    table = report_tables(sample_report())["findings"]
    assert table.cells(EN)[0][1].startswith("Of the time until the resolution")
    assert "turns share=0.1152" in to_csv(table)


def test_columns_can_be_picked() -> None:
    table = report_tables(sample_report())["edges"].pick("target", "n", limit=1)
    assert (table.columns, table.rows) == (("target", "n"), (("assigned", 1118),))


def test_the_lens_names_what_is_counted() -> None:
    table = report_tables(sample_report())["activities"]
    assert table.head(EN)[2] == "Cases"


def test_markdown_puts_figures_to_the_right() -> None:
    assert to_markdown(Table("t", ("group", "n"), (("A|B", 1200),)), EN).splitlines() == [
        "| Team | Times |",
        "| --- | ---: |",
        r"| A\|B | 1,200 |",
    ]


def test_hours_that_were_not_computed_have_no_column() -> None:
    report = sample_report()
    assert report.graph is not None
    bare = replace(report.graph, edges=tuple(replace(edge, lost_seconds=None) for edge in report.graph.edges))
    assert "lost_seconds" in report_tables(report)["edges"].columns
    edges = report_tables(replace(report, graph=bare))["edges"]
    assert "lost_seconds" not in edges.columns
    assert edges.pick("n", "lost_seconds").columns == ("n",)
