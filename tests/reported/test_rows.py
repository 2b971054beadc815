"""Rows: none is swallowed, shifted or lost, whatever a quote or a separator too many does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import journeyminer as jm
from journeyminer.errors import JourneyminerError, UnreadableExport
from journeyminer.importers import read_log
from journeyminer.importers.tabular.lines import Count, count_lines, read_rows_safely
from journeyminer.log import EventLog
from journeyminer.log.receipt import SourceReceipt
from journeyminer.options import ReadOptions

REPORTED = Path(__file__).parent
QUOTES = REPORTED / "tables/02-stray-quote-swallows-rows"


def read(path: Path, text: str | bytes | None = None) -> EventLog:
    if text is not None:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_log([path], options=ReadOptions(strict=True))


def receipt(log: EventLog) -> SourceReceipt:
    (source,) = log.receipt.sources
    return source


def repaired(log: EventLog) -> int:
    return sum(int(str(note.params["n"])) for note in receipt(log).decisions if note.slug == "decision.quotes_repaired")


@pytest.mark.parametrize(("name", "n"), [("02", 2), ("02b", 2), ("02c", 1), ("q1", 1), ("q5", 0)])
def test_a_quote_that_nobody_closes_swallows_no_row(name: str, n: int) -> None:
    """02 and 02b hold `"old" printer`, too: its quotes are characters as well."""
    log = read(QUOTES / f"{name}.csv")
    assert (receipt(log).records, receipt(log).used, log.n_cases, repaired(log)) == (200, 200, 100, n)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("place", [0, 50, 2999, 3999])
@pytest.mark.parametrize("column", [3, 4])
def test_a_lone_quote_anywhere_is_a_character(tmp_path: Path, separator: str, place: int, column: int) -> None:
    rows = [
        [str(n // 2), "AB"[n % 2], f"2026-01-{1 + n // 1440:02} {n // 60 % 24:02}:{n % 60:02}", "x", "y"]
        for n in range(4000)
    ]
    rows[place][column] = '"x'
    header = ["Ticket ID", "Event", "Time", "Subject", "Group"]
    log = read(tmp_path / "a.csv", "\n".join(separator.join(row) for row in [header, *rows]))
    assert (receipt(log).used, log.n_cases, repaired(log)) == (4000, 2000, 1)


def test_two_lone_quotes_do_not_close_each_other(tmp_path: Path) -> None:
    rows = [f"{n},A,2026-01-05 10:{n:02},{chr(34) if n in (3, 9) else ''}note" for n in range(20)]
    log = read(tmp_path / "a.csv", "case,activity,timestamp,note\n" + "\n".join(rows))
    assert (receipt(log).used, repaired(log)) == (20, 2)


@pytest.mark.parametrize(
    "cell", ['5"" screen', 'said ""no""', "line one\nline two", "a,b\nc,d\n\ne", "2026-01-05 10:00\nfrom then on"]
)
def test_honest_quotes_and_lines_in_cells_stay(tmp_path: Path, cell: str) -> None:
    rows = "".join(f'{n},A,2026-01-05 10:0{n},"{cell}"\n' for n in range(5))
    log = read(tmp_path / "a.csv", f"case,activity,timestamp,group\n{rows}")
    assert (receipt(log).used, receipt(log).rejected, repaired(log)) == (5, 0, 0)
    assert {group for (group,) in log.rows('SELECT CAST("group" AS VARCHAR) FROM events')} == {cell.replace('""', '"')}


def test_an_empty_cell_too_many_shifts_nothing() -> None:
    """Only without the empty cell in the middle does the number stand in the column of numbers."""
    log = read(REPORTED / "meaning/ragged2.csv")
    assert (receipt(log).used, decided(log)["empty_cells_dropped"]) == (4, 1)
    assert {activity for (activity,) in log.rows("SELECT CAST(activity AS VARCHAR) FROM events")} == {
        "Created",
        "Solved",
    }


@pytest.mark.parametrize("end", [",", ",,", ""])
def test_rows_may_all_end_in_separators(tmp_path: Path, end: str) -> None:
    rows = "".join(f"{n},A,2026-01-05 10:0{n}{end}\n" for n in range(5))
    log = read(tmp_path / "a.csv", f"case,activity,timestamp{end}\n{rows}")
    assert (receipt(log).used, receipt(log).rejected) == (5, 0)


def test_a_reader_that_loses_a_row_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(*given: Any) -> Iterator[Any]:
        return (row for row in read_rows_safely(*given) if row.number != 3)

    monkeypatch.setattr("journeyminer.importers.tabular.table.read_rows_safely", forgetful)
    with pytest.raises(UnreadableExport) as raised:
        read(
            tmp_path / "a.csv",
            'case,activity,timestamp,note\n1,A,2026-01-05,"x\ny"\n1,B,2026-01-06,\n2,A,2026-01-07,\n',
        )
    assert raised.value.message.slug == "read.lines_differ"
    assert (raised.value.message.params["counted"], raised.value.message.params["read"]) == (5, 4)
    assert raised.value.place.endswith("row 3")


@pytest.mark.parametrize(
    ("content", "n"),
    [(b"", 0), (b"a", 1), (b"a\n", 1), (b"a\n\n\n\nb", 2), (b"\n\na\n", 1), (b"a\r\n\r\nb\r\n", 2), (b"a\rb\r\rc", 3),
     (b"a\n" * 3, 3), (b"\r\n" * 5, 0)],
)  # fmt: skip
def test_lines_are_counted_by_their_ends_alone(
    tmp_path: Path, content: bytes, n: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    for size in (1 << 20, 1, 2, 3):
        monkeypatch.setattr("journeyminer.importers.tabular.lines._BLOCK", size)
        assert count_lines(path, "a", "b") == Count(n, content.count(b"a"), b"b" in content)
        n_with_blank = len(content.splitlines())
        assert count_lines(path, "a", "b", blank=True) == Count(n_with_blank, content.count(b"a"), b"b" in content)


def decided(log: EventLog) -> dict[str, object]:
    return {note.slug.removeprefix("decision."): note.params.get("n") for note in receipt(log).decisions}


def test_a_row_of_a_list_that_says_again_what_another_one_says_is_no_other_ticket(tmp_path: Path) -> None:
    rows = [f"{n},2026-01-05 09:00,2026-01-06 09:00,x{n}" for n in range(1, 9)]
    text = "\n".join(["Ticket ID,Created at,Solved at,Subject", *rows, rows[2], rows[4]])
    log = read(tmp_path / "a.csv", text)
    assert (receipt(log).records, receipt(log).used, receipt(log).ignored_reasons) == (10, 8, {"repeated_row": 2})
    assert (log.n_cases, log.n_events) == (8, 16)


@pytest.mark.parametrize(
    ("row", "n"),
    [("2026-01-05 09:00,2026-01-05 10:00,2026-01-06 09:00", None), ("2026-01-05 09:00,2026-01-05 08:00,", 1),
     ("2026-01-05 09:00,,2025-12-31 09:00", 1), (",2026-01-05 10:00,2026-01-04 09:00", None)],
)  # fmt: skip
def test_what_a_list_dates_before_the_creation_is_counted(tmp_path: Path, row: str, n: int | None) -> None:
    text = f"Ticket ID,Created at,First response at,Solved at\n1,2026-01-05 09:00,,\n2,{row}\n"
    assert decided(read(tmp_path / "a.csv", text)).get("before_creation") == n


def test_an_hour_that_comes_twice_may_put_the_reply_before_the_ticket() -> None:
    path = REPORTED / "tables/18-dst-in-milestones/53.csv"
    told = decided(read_log([path], options=ReadOptions(strict=True, timezone="Europe/Budapest")))
    assert (told["hours_twice"], told["hours_skipped"], told["before_creation"]) == (2, 1, 1)


def test_an_end_before_its_start_is_counted() -> None:
    assert decided(read(REPORTED / "tables/21-end-missing-or-before-start/16.csv"))["ends_before_start"] == 1


def test_changes_that_do_not_say_what_they_changed_to_are_told_apart() -> None:
    log = read(REPORTED / "tables/38-values-hidden/47b.csv")
    assert receipt(log).ignored_reasons == {"no_value": 2}


@pytest.mark.parametrize("name", ["49", "51"])
def test_lists_of_other_products_are_read(name: str) -> None:
    log = read(REPORTED / f"tables/20-ticket-lists-that-cannot-be-mapped/{name}.csv")
    steps = dict(log.rows("SELECT activity, count(*) FROM events GROUP BY ALL"))
    assert steps == {"ticket_created": 2, "closed": 1}


def test_the_moments_of_a_list_can_be_mapped_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Vorgang,Eingang,Ende\n1,2026-01-05 09:00,2026-01-06 09:00\n2,2026-01-05 10:00,\n")
    columns = {"case": "Vorgang", "ticket_created": "Eingang", "solved": "Ende"}
    log = read_log([path], options=ReadOptions(strict=True, columns=columns))
    assert dict(log.rows("SELECT activity, count(*) FROM events GROUP BY ALL")) == {"ticket_created": 2, "solved": 1}


def test_a_table_with_a_nul_is_refused_by_its_line() -> None:
    with pytest.raises(JourneyminerError, match="NUL"):
        read(REPORTED / "tables/37-control-characters/30.csv")


def test_steps_that_differ_by_their_spelling_are_said() -> None:
    log = jm.read(REPORTED / "tables/37-control-characters/25.csv", options=ReadOptions(activities="raw"))
    (note,) = [note for note in log.receipt.notes if note.slug == "spellings"]
    assert note.params["files"] == 1


def test_every_column_is_listed_as_read_or_as_unused(tmp_path: Path) -> None:
    text = (
        "Ticket ID,Customer,Created at,Solved at,Status,Ward\n1,Ana Silva,2026-01-05 09:00,2026-01-06 09:00,Solved,7\n"
    )
    params = {note.slug: note.params for note in receipt(read(tmp_path / "a.csv", text)).decisions}
    assert params["decision.columns"]["columns"] == (
        "case_id = Ticket ID", "ticket_created = Created at", "solved = Solved at", "customer_name = Customer",
        "x_status = Status",
    )  # fmt: skip
    assert params["decision.columns_unused"]["columns"] == ("Ward",)


@pytest.mark.parametrize("times", [("0", "0", "0.5"), ("0", "0,25", "0.75"), ("0.5", "0", "0")])
def test_midnight_as_a_spreadsheet_counts_it_is_a_time_of_day(tmp_path: Path, times: tuple[str, ...]) -> None:
    rows = "".join(f"{n};a;2026-01-0{n + 1};{time}\n" for n, time in enumerate(times))
    log = read(tmp_path / "a.csv", f"case;activity;date;time\n{rows}")
    hours = [float(time.replace(",", ".")) * 24 for time in times]
    assert [hour for (hour,) in log.rows("SELECT hour(timestamp) FROM events ORDER BY seq")] == hours
