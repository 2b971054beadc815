"""The summary and tables on a terminal: plain, narrow, harmless."""

from __future__ import annotations

import json
import re

import pytest
from msgspec.structs import replace

from journeyminer.i18n import Language
from journeyminer.render.tables import report_tables
from journeyminer.render.terminal import _cells, render, render_table, table
from sample_report import HOSTILE, empty_report, hostile_report, sample_report

EN = Language("en")


@pytest.mark.parametrize("language", ["en", "pt", "es", "hu"])
def test_the_summary_is_short_and_fits_eighty_columns(language: str) -> None:
    lines = render(sample_report(), Language(language)).splitlines()
    assert len(lines) <= 24  # three of them for the promises
    assert max(map(len, lines)) <= 80
    assert not [line for line in lines if line != line.rstrip()]


def test_the_summary_of_a_plain_report_is_about_fifteen_lines() -> None:
    report = sample_report()
    plain = replace(
        report,
        sources=report.sources[:1],
        turns=tuple(row for row in report.turns or () if row.turn in ("us_queue", "customer")),
        log=replace(report.log, n_customers=0),
        quality=None,
        promises=None,
    )
    lines = render(plain, EN).splitlines()
    assert len(lines) <= 16
    assert "0 customers" not in "".join(lines)


@pytest.mark.parametrize("language", ["en", "pt", "es", "hu"])
def test_a_sign_of_the_bar_stands_beside_its_words(language: str) -> None:
    lines = render(sample_report(), Language(language)).splitlines()
    assert not [line for line in lines if re.search(r"\s[█▓▒▚░·?]$", line)]


@pytest.mark.parametrize("width", [60, 100])
@pytest.mark.parametrize("language", ["en", "pt", "es", "hu"])
def test_the_summary_keeps_to_its_width(width: int, language: str) -> None:
    lines = render(sample_report(), Language(language), width=width).splitlines()
    assert max(map(len, lines)) <= width
    assert next(len(line.split()[-1]) for line in lines if "█" in line) == min(60, width - 20)


def test_colour_only_where_it_is_asked_for() -> None:
    assert "\x1b" not in render(sample_report(), EN)
    assert "\x1b[" in render(sample_report(), EN, color=True)


def test_the_environment_does_not_change_what_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = render(sample_report(), EN)
    for name, value in {"COLUMNS": "40", "FORCE_COLOR": "1", "TERM": "xterm-256color"}.items():
        monkeypatch.setenv(name, value)
    assert render(sample_report(), EN) == plain


def test_data_cannot_steer_the_terminal() -> None:
    shown = "".join(render(hostile_report(first), EN, color=True) for first in range(len(HOSTILE)))
    colourless = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", colourless)
    assert "␛[31mred" in colourless


def test_a_report_without_anything_is_still_a_summary() -> None:
    assert render(empty_report(), EN).splitlines() == ["Read  0 files: 0 records = 0 used", "Log   0 events · 0 cases"]


def test_the_bar_is_as_wide_as_it_should_be() -> None:
    assert _cells([0.5, 0.3, 0.2], 10) == [5, 3, 2]
    assert _cells([0.998, 0.001, 0.001], 10) == [8, 1, 1]
    assert _cells([1 / 3] * 3, 10) == [4, 3, 3]


ROWS: list[dict[str, object]] = [{"source": "zendesk", "files": 2}, {"source": "=calls\x1b[31m", "files": None}]


def test_a_table_in_each_format() -> None:
    assert table(ROWS, ["source", "files"], "csv", EN) == "source,files\nzendesk,2\n'=calls␛[31m,\n"
    assert json.loads(table(ROWS, ["files", "source"], "json", EN)) == ROWS
    assert "| zendesk | 2 |" in table(ROWS, ["source", "files"], "markdown", EN)
    assert "=calls␛[31m" in table(ROWS, ["source", "files"], "terminal", EN)


def test_an_empty_table_still_has_its_head() -> None:
    assert table([], ["source", "files"], "csv", EN) == "source,files\n"
    assert table([], ["source", "files"], "json", EN) == "[]\n"
    assert "files" in table([], ["source", "files"], "terminal", EN)


def test_no_cell_is_cut_without_a_width() -> None:
    steps = "Ticket created → Assigned → Group changed → Group changed → Agent reply → Customer message"
    assert steps in render_table(report_tables(sample_report())["variants"], "terminal", EN)
