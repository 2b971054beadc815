"""Workbooks: the sheet that is a table is read as the same table of text would be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from journeyminer.errors import AmbiguousSource, JourneyminerError, UnreadableExport
from journeyminer.importers import read_log
from journeyminer.log import EventLog
from journeyminer.options import ReadOptions
from workbooks import Cell, ods, xlsx

HEADERS = ("Case ID", "Activity", "Timestamp", "Agent")
ROWS: list[Sequence[Cell]] = [
    (101, "Opened", datetime(2026, 1, 2, 9), "Ana"),
    (101, "Solved", datetime(2026, 2, 1, 10, 30), "Ana"),
    (102, "Opened", datetime(2026, 1, 3, 9, 15, 30), None),
]
EVENTS = [
    ("101", "Opened", datetime(2026, 1, 2, 9), "Ana"),
    ("101", "Solved", datetime(2026, 2, 1, 10, 30), "Ana"),
    ("102", "Opened", datetime(2026, 1, 3, 9, 15, 30), None),
]


def read(path: Path, **options: Any) -> EventLog:
    log = read_log([path], options=ReadOptions(strict=True, **options))
    assert all(source.balances for source in log.receipt.sources)
    return log


def events(log: EventLog) -> list[tuple[object, ...]]:
    return log.rows(
        "SELECT split_part(case_id, ':', 2), activity, timestamp, resource FROM events ORDER BY case_id, timestamp"
    )


def decided(log: EventLog) -> dict[str, dict[str, object]]:
    return {note.slug.removeprefix("decision."): dict(note.params) for note in log.receipt.sources[0].decisions}


@pytest.mark.parametrize(("write", "name"), [(xlsx, "a.xlsx"), (xlsx, "a.xlsm"), (ods, "a.ods")])
def test_cells_are_what_the_spreadsheet_says(
    tmp_path: Path, write: Callable[[Path, dict[str, list[Sequence[Cell]]]], Path], name: str
) -> None:
    """2 January and 1 February need no proof of their order: they are dates, not text."""
    log = read(write(tmp_path / name, {"Log": [HEADERS, *ROWS]}))
    assert events(log) == EVENTS
    assert decided(log)["sheet"] == {"name": "Log"}
    assert log.rows("SELECT DISTINCT source_ref FROM events ORDER BY 1")[0] == (f"{name}: row 2",)


def test_titles_above_totals_below_and_empty_rows_between(tmp_path: Path) -> None:
    sheet: list[Sequence[Cell]] = [("Weekly export",), (), HEADERS, *ROWS[:2], (), ROWS[2], (None, "Total", 3.0)]
    log = read(xlsx(tmp_path / "a.xlsx", {"Log": sheet}))
    (source,) = log.receipt.sources
    assert events(log) == EVENTS
    assert (source.used, source.rejected, decided(log)["header_row"]) == (3, 1, {"row": 3})
    assert log.rows("SELECT max(source_ref) FROM events") == [("a.xlsx: row 7",)]


def test_the_sheet_is_chosen_by_its_content_and_the_others_are_named(tmp_path: Path) -> None:
    notes = [("Read me",), ("This is the export of January",), ("Ask Ana",)]
    log = read(xlsx(tmp_path / "a.xlsx", {"Notes": notes, "Empty": [], "Data": [HEADERS, *ROWS]}))
    assert events(log) == EVENTS
    assert decided(log)["sheets_unread"] == {"sheets": ("Notes (3)",)}


def test_two_sheets_that_may_be_meant_are_an_error_that_names_both(tmp_path: Path) -> None:
    with pytest.raises(AmbiguousSource, match="“Jan” and “Feb”"):
        read(xlsx(tmp_path / "a.xlsx", {"Jan": [HEADERS, *ROWS], "Feb": [HEADERS, *ROWS[:2]]}))


@pytest.mark.parametrize("write", [xlsx, ods])
def test_sheets_of_one_header_are_one_table(
    tmp_path: Path, write: Callable[[Path, dict[str, list[Sequence[Cell]]]], Path]
) -> None:
    """Titles above and sheets without rows do not matter; another table is listed with its rows."""
    months: dict[str, list[Sequence[Cell]]] = {
        "Jan": [("January",), HEADERS, *ROWS[:1]],
        "Feb": [("February",), (), HEADERS, *ROWS[1:]],
        "Mar": [HEADERS],
        "Notes": [("x", "y"), ("a", "b")],
    }
    log = read(write(tmp_path / f"a.{write.__name__}", months))
    assert events(log) == EVENTS
    assert decided(log)["sheets_joined"] == {"sheets": ("Jan (3)", "Feb (4)")}
    assert decided(log)["sheets_unread"] == {"sheets": ("Notes (2)",)}


def test_a_sheet_of_all_rows_beside_those_of_months_is_an_error(tmp_path: Path) -> None:
    months = {"Jan": [HEADERS, *ROWS[:2]], "Feb": [HEADERS, ROWS[2]], "All": [HEADERS, *ROWS]}
    with pytest.raises(AmbiguousSource):
        read(xlsx(tmp_path / "a.xlsx", months))


def test_errors_are_empty_and_numbers_keep_what_they_have(tmp_path: Path) -> None:
    rows: list[Sequence[Cell]] = [
        (1.0, True, datetime(2026, 1, 2), "#N/A"), (2.5, 3.0, datetime(2026, 1, 2), "#REF!"),
    ]  # fmt: skip
    log = read(xlsx(tmp_path / "a.xlsx", {"Log": [HEADERS, *rows]}))
    assert [row[:2] + row[3:] for row in events(log)] == [("1", "true", None), ("2.5", "3", None)]


def test_ids_that_lost_their_digits_are_refused(tmp_path: Path) -> None:
    rows = [(1.2345678901234567e17, "a", datetime(2026, 1, 2), None)]
    with pytest.raises(UnreadableExport, match="rounded"):
        read(xlsx(tmp_path / "a.xlsx", {"Log": [HEADERS, *rows]}))


def test_columns_can_be_mapped(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", {"Log": [("A", "B", "C", "D"), *ROWS]})
    with pytest.raises(JourneyminerError, match="--map"):
        read(path)
    assert events(read(path, columns={"case": "A", "activity": "B", "timestamp": "C", "resource": "D"})) == EVENTS


@pytest.mark.parametrize("content", [b"PK", b"PK\x03\x04 and nothing", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 cut"])
@pytest.mark.parametrize("name", ["a.xlsx", "a.xls"])
def test_a_damaged_workbook_is_an_error(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableExport, match="damaged"):
        read(tmp_path / name)


def test_text_that_is_named_like_a_workbook_is_read_as_text(tmp_path: Path) -> None:
    (tmp_path / "a.xls").write_text("Case ID\tActivity\tTimestamp\n1\tOpened\t2026-01-02 09:00\n")
    assert read(tmp_path / "a.xls").n_events == 1
