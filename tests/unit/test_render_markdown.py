"""The report as Markdown: the finding first, nothing in the data can become markup."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from msgspec.structs import replace

from journeyminer.i18n import Language
from journeyminer.render.markdown import mermaid, render
from sample_report import empty_report, hostile_report, sample_report

EN = Language("en")
GFM = MarkdownIt("gfm-like", {"linkify": False})


def test_the_finding_comes_before_everything_else() -> None:
    lines = render(sample_report(), EN).splitlines()
    assert lines[0] == "# Customer journeys"
    assert lines[2].startswith("**Of the time until the resolution")


def test_every_row_of_a_table_has_the_cells_of_its_head() -> None:
    lines = render(hostile_report(), EN).splitlines()
    blocks = "\n".join(line if line.startswith("| ") else "" for line in lines).split("\n\n")
    for block in (block.strip().splitlines() for block in blocks if block.strip()):
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in block}) == 1


def test_hostile_text_adds_no_heading_link_image_or_tag() -> None:
    def shape(text: str) -> list[str]:
        tokens = [inner for token in GFM.parse(text) for inner in (token, *(token.children or ()))]
        markup = ("heading_open", "link_open", "image", "html_block", "html_inline", "fence", "code_inline", "em_open")
        return [token.type for token in tokens if token.type in markup]

    assert shape(render(hostile_report(), EN)) == shape(render(sample_report(), EN))


def test_the_map_has_every_shown_step_and_move() -> None:
    report = sample_report()
    assert report.graph is not None
    lines = mermaid(report, EN).splitlines()
    assert len([line for line in lines if "[" in line]) == len(report.graph.shown.nodes)
    assert len([line for line in lines if ">|" in line]) == len(report.graph.shown.edges)
    assert '  n0 ==>|"1,118"| n1' in lines


def test_a_line_to_paste_cannot_close_its_fence() -> None:
    text = render(hostile_report(), EN)
    (inside,) = re.findall(r"^(`{3,})\n.*\n\1$", text, re.MULTILINE)
    assert inside


def test_an_empty_report_is_a_receipt() -> None:
    text = render(empty_report(), EN)
    assert "## The receipt" in text
    assert "## The map" not in text


def test_a_table_that_is_cut_says_how_many_rows_more_there_are() -> None:
    report = sample_report()
    (row, *_) = report.teams or ()
    many = render(replace(report, teams=(row,) * 12), EN)
    assert "\n\n… 2 more\n\n" in many.partition("## Whose clock, by team")[2].partition("## ")[0]
