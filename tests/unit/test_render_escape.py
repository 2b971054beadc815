"""Hostile text stays text, medium by medium."""

from __future__ import annotations

import csv
import io
import re

import pytest

from journeyminer.render import escape
from sample_report import HOSTILE


@pytest.mark.parametrize("text", HOSTILE)
def test_printable_is_one_line_without_controls(text: str) -> None:
    shown = escape.printable(text)
    assert len(shown.splitlines()) == 1
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e]", shown)


def test_what_was_neutralised_can_still_be_seen() -> None:
    assert escape.printable("\x1b[31mred") == "␛[31mred"
    assert escape.printable("a\tb\u2028c") == "a b c"
    assert escape.printable("half \ud800 pair") == "half \ufffd pair"
    assert escape.printable("👩\u200d🔧 ação ő") == "👩\u200d🔧 ação ő"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a|b", r"a\|b"),
        ("`code`", r"\`code\`"),
        ("<b>", "&lt;b&gt;"),
        ("# heading", r"\# heading"),
        ("- item", r"\- item"),
        ("1. item", r"1\. item"),
        ("a\nb", "a b"),
        ("[x](y)", r"\[x\](y)"),
        ("@octocat", "@\u2060octocat"),
        ("see #12", "see #\u206012"),
        ("http://evil.example", "http:\u2060//evil.example"),
        ("www.evil.example", "www\u2060.evil.example"),
        ("4 h 20 min", "4 h 20 min"),
        ("3.2 d", "3.2 d"),
    ],
)
def test_markdown_is_plain_text_again_when_rendered(text: str, says: str) -> None:
    assert escape.markdown(text) == says


@pytest.mark.parametrize("text", HOSTILE)
def test_a_mermaid_label_cannot_leave_its_quotes(text: str) -> None:
    assert not set(escape.mermaid(text)) & set('"`<>[](){}|\n\\')


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
def test_no_cell_starts_a_formula(start: str) -> None:
    cell = escape.csv_cell(f"{start}1+1")
    assert cell.startswith("'")
    assert next(csv.reader(io.StringIO(cell))) == [cell]


def test_ordinary_cells_stay_as_they_are() -> None:
    assert escape.csv_cell("Billing, first line") == "Billing, first line"
