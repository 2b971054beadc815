"""Hostile text stays text, medium by medium."""

from __future__ import annotations

import csv
import io
import json

import pytest

from journeyminer.render import escape
from sample_report import HOSTILE


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


def test_json_holds_the_same_data_and_steers_nothing() -> None:
    data = ["##vso[x]", "\x1b[31m", "tag \U000e0041", "line\u2028end", "ő C#[0] 👩\u200d🔧"]
    written = escape.json_safe(json.dumps(data, ensure_ascii=False))
    assert json.loads(written) == data
    assert written.isprintable() and "##" not in written and "ő" in written
