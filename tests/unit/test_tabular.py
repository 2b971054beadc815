from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from journeyminer.errors import (
    AmbiguousTimestamp,
    JourneyminerError,
    MissingColumn,
    TooManyRejected,
    UnreadableExport,
    UsageError,
)
from journeyminer.importers import read_log
from journeyminer.importers.base import Sample
from journeyminer.importers.tabular import identify
from journeyminer.log import EventLog
from journeyminer.log.receipt import SourceReceipt
from journeyminer.note import Note
from journeyminer.options import ReadOptions
from tiny import decided

HEADER = "case,activity,timestamp\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "export.csv"


def read(file: Path, text: str | bytes, **options: Any) -> EventLog:
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_log([file], options=ReadOptions(strict=True, **options))


def receipt(log: EventLog) -> SourceReceipt:
    (source,) = log.receipt.sources
    assert source.balances
    return source


def rows(log: EventLog, columns: str) -> list[tuple[Any, ...]]:
    return log.rows(f"SELECT {columns} FROM events ORDER BY seq")


def test_decisions_say_how_the_file_was_read(file: Path) -> None:
    log = read(file, HEADER + "1,a,14/02/2025 10:00\n1,b,15/02/2025 10:00\n")
    proof = Note("proof.day_above_12", example="15/02/2025")
    assert receipt(log).decisions == [
        Note("decision.dates_proved", column="timestamp", formats=("DD/MM/YYYY hh:mm",), proof=proof),
        Note("decision.zone_assumed"),
        Note("decision.columns", columns=("case_id = case", "activity = activity", "timestamp = timestamp")),
        Note("decision.encoding", name="utf-8", proof=Note("proof.valid_utf8")),
        Note("decision.separator", separator="comma"),
        Note("decision.header_row", row=1),
    ]
    assert (receipt(log).profile, receipt(log).zone_assumed) == ("event_log", True)


def test_columns_that_are_not_read_are_named(file: Path) -> None:
    text = "case,activity,timestamp,E-mail,Shoe size,,Shoe size\n1,a,2025-02-14 10:00,x@y.example,9,,9\n"
    assert Note("decision.columns_unused", columns=("Shoe size",)) in receipt(read(file, text)).decisions
    milestones = "ticket id,created at,solved at,status,colour\n1,2025-02-14 10:00,2025-02-15 10:00,open,red\n"
    assert Note("decision.columns_unused", columns=("colour",)) in receipt(read(file, milestones)).decisions


def test_an_order_that_nothing_proves_is_an_error_that_names_the_flag(file: Path) -> None:
    text = HEADER + "1,a,01/02/2025 10:00\n1,b,03/04/2025 10:00\n"
    with pytest.raises(AmbiguousTimestamp, match=r"“timestamp”.*01/02/2025 10:00, 03/04/2025 10:00.*--date-order dmy"):
        read(file, text)
    assert rows(read(file, text, date_order="mdy"), "CAST(timestamp AS VARCHAR)")[0] == ("2025-01-02 10:00:00",)


def test_a_part_above_twelve_far_below_the_head_proves_the_order(file: Path) -> None:
    text = HEADER + "1,a,05/06/2025 10:00\n" * 9_000 + "1,b,06/25/2025 10:00\n"
    assert "06/25/2025" in decided(receipt(read(file, text)))["dates_proved"]


def test_rows_that_run_forward_prove_the_order(file: Path) -> None:
    days = ["01/02/2025", "02/02/2025", "01/03/2025", "05/03/2025", "02/04/2025"]
    log = read(file, HEADER + "".join(f"1,a,{day}\n" for day in days))
    assert "the rows run forward in time" in decided(receipt(log))["dates_proved"]
    assert rows(log, "CAST(timestamp AS VARCHAR)")[-1] == ("2025-04-02 00:00:00",)


def test_another_column_proves_the_order(file: Path) -> None:
    log = read(file, "case,activity,timestamp,due\n1,a,01/02/2025,28/02/2025\n1,b,01/02/2025,03/02/2025\n")
    assert "as in the column “due”" in decided(receipt(log))["dates_proved"]


def test_a_column_that_holds_both_orders_is_an_error(file: Path) -> None:
    with pytest.raises(AmbiguousTimestamp, match="holds dates of both orders"):
        read(file, HEADER + "1,a,14/02/2025\n" * 9_000 + "1,b,02/14/2025\n")


def test_an_unreadable_record_is_rejected_with_its_row_and_its_date(file: Path) -> None:
    log = read(file, HEADER + "1,a,2025-01-01\n1,b,2025-02-30\n,c,2025-01-03\n1,d,anas@mail.example 1\n1,,2025-01-04\n")
    assert (receipt(log).records, receipt(log).used, receipt(log).rejected) == (5, 1, 4)
    assert log.rows('SELECT record, reason, "column", value FROM rejects') == [
        ("row 3", "unreadable_timestamp", "timestamp", "2025-02-30"),
        ("row 4", "no_case", "case", None),
        ("row 5", "unreadable_timestamp", "timestamp", None),
        ("row 6", "no_activity", "activity", None),
    ]


def test_too_many_rejected_records_are_an_error_with_the_reasons(file: Path) -> None:
    text = HEADER + "1,a,2025-01-01\n" * 50 + "1,b,someday\n" * 11
    with pytest.raises(TooManyRejected, match=r"11 of 61 records were rejected: unreadable timestamp \(11\)"):
        read(file, text)
    assert receipt(read(file, text, max_rejected=0.5)).rejected == 11


def test_formats_further_down_are_read_too(file: Path) -> None:
    log = read(
        file, HEADER + "1,a,2025-01-01 10:00\n" * 9_000 + "1,b,01/mar/2025 10:00\n1,c,2025-03-02T10:00:00+02:00\n"
    )
    assert [row[0] for row in rows(log, "CAST(timestamp AS VARCHAR)")[-2:]] == [
        "2025-03-01 10:00:00",
        "2025-03-02 08:00:00",
    ]
    assert receipt(log).used == 9_002


def test_a_ragged_row_is_rejected_and_the_rows_keep_their_numbers(file: Path) -> None:
    log = read(file, HEADER + '1,a,2025-01-01\n1,b\n1,"c\nd",2025-01-03\n\n1,e,2025-01-04,x\n1,f,2025-01-05\n')
    assert [row[0] for row in rows(log, "source_ref")] == [
        "export.csv: row 2",
        "export.csv: row 4",
        "export.csv: row 7",
    ]
    assert receipt(log).rejected_reasons == {"too_few_cells": 1, "too_many_cells": 1}


def test_rows_with_bytes_of_another_encoding_are_rejected(file: Path) -> None:
    good = "".join(f"{n},ação,2025-01-01\n" for n in range(5))
    log = read(file, (HEADER + good).encode() + "9,ação,2025-01-01\n".encode("cp1252"))
    assert receipt(log).rejected_reasons == {"not_utf8": 1}
    assert receipt(log).used == 5


def test_bytes_of_another_encoding_far_below_the_head_do_not_matter(file: Path) -> None:
    log = read(file, (HEADER + "1,a,2025-01-01\n" * 9_000 + "2,ação,2025-01-01\n").encode("cp1252"))
    assert rows(log, "activity")[-1] == ("ação",)
    assert Note("decision.encoding", name="cp1252", proof=Note("proof.portuguese_letters")) in receipt(log).decisions


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("packed", [False, True])
def test_line_ends_and_gzip_do_not_matter(tmp_path: Path, end: str, packed: bool) -> None:
    text = (HEADER + "1,a,2025-01-01\n1,b,2025-01-02\n").replace("\n", end).encode()
    log = read(tmp_path / ("export.csv.gz" if packed else "export.csv"), gzip.compress(text) if packed else text)
    assert rows(log, "activity") == [("a",), ("b",)]


def test_words_for_nothing_stay_text(file: Path) -> None:
    log = read(file, "case,activity,timestamp,group\nNA,null,2025-01-01,00123\nNA,None,2025-01-02,\n")
    assert rows(log, 'activity, "group"') == [("null", "00123"), ("None", None)]


def test_a_zone_moves_naive_moments_only_and_clock_changes_are_counted(file: Path) -> None:
    text = HEADER + "1,a,2025-03-30 02:30\n1,b,2025-10-26 02:30\n1,c,2025-07-01 10:00\n1,d,2025-07-01 10:00:00Z\n"
    log = read(file, text, timezone="Europe/Budapest")
    assert [row[0][5:16] for row in rows(log, "CAST(timestamp AS VARCHAR)")] == [
        "03-30 01:30", "10-26 00:30", "07-01 08:00", "07-01 10:00",
    ]  # fmt: skip
    assert not receipt(log).zone_assumed
    assert Note("decision.hours_twice", n=1) in receipt(log).decisions
    assert Note("decision.hours_skipped", n=1) in receipt(log).decisions


def test_a_mapping_overrides_the_headers(file: Path) -> None:
    text = "case,activity,timestamp,ref,team\nx,y,2025-01-01,7,L1\n"
    log = read(file, text, columns={"case": "ref", "group": "team", "activity": "case"})
    assert rows(log, 'case_id, activity, "group"') == [("export.csv:7", "x", "L1")]


def test_a_bad_byte_costs_its_row_only_and_a_wrong_encoding_the_file(file: Path) -> None:
    text = b"\xef\xbb\xbf" + HEADER.encode() + b"1,a,2025-01-01\n1,b\xff,2025-01-02\n"
    assert receipt(read(file, text)).rejected_reasons == {"not_utf8": 1}
    with pytest.raises(JourneyminerError, match="Byte 0xff is not utf-8"):
        read(file, text, encoding="utf-8")


def test_a_row_longer_than_the_engine_reads_is_left_out(file: Path) -> None:
    log = read(file, f"{HEADER}1,a,2025-01-01\n1,{'x' * 2_100_000},2025-01-02\n1,{'y' * 1_500_000},2025-01-03\n")
    assert receipt(log).rejected_reasons == {"too_long_row": 1}
    assert rows(log, "length(activity)") == [(1,), (1_500_000,)]


def test_a_table_that_nobody_knows_is_read_as_mapped(file: Path) -> None:
    text = "Vorgang,Schritt,Zeitpunkt\n7,a,2025-01-01\n"
    with pytest.raises(JourneyminerError, match="--map"):
        read(file, text)
    log = read(file, text, columns={"case": "Vorgang", "activity": "Schritt", "timestamp": "Zeitpunkt"})
    assert rows(log, "activity") == [("a",)]


def test_a_missing_column_lists_the_headers_and_the_flags(file: Path) -> None:
    hint = r"with --map activity=\.\.\. \(it has: ticket id, when, date\)"
    with pytest.raises(MissingColumn, match=rf"to hold the activity\. .*{hint}"):
        read(file, "ticket id,when,date\n1,x,2025-01-01\n")


@pytest.mark.parametrize("header", ["phone number", "Tipo de chamado", "order key type"])
def test_a_column_that_only_holds_a_word_of_a_case_is_not_taken_for_one(file: Path, header: str) -> None:
    with pytest.raises(MissingColumn, match="to hold the case"):
        read(file, f"{header},activity,timestamp\n555,a,2025-01-01\n555,b,2025-01-02\n", source="tabular")


def test_a_column_without_dates_is_no_timestamp(file: Path) -> None:
    with pytest.raises(MissingColumn, match="“timestamp” holds no dates"):
        read(file, HEADER + "1,a,first\n1,b,second\n")


def test_an_unknown_profile_lists_the_known_ones(file: Path) -> None:
    with pytest.raises(UsageError, match=r"no profile “nope”.*event_log.*servicenow_audit"):
        read(file, HEADER + "1,a,2025-01-01\n", source="tabular:nope")


@pytest.mark.parametrize(("text", "message"), [("", "empty"), (HEADER, "no rows")])
def test_an_empty_table_says_so(file: Path, text: str, message: str) -> None:
    with pytest.raises(UnreadableExport, match=message):
        read(file, text, source="tabular")


def test_status_is_the_activity_where_cases_repeat_and_nothing_else_is(file: Path) -> None:
    log = read(file, "case,status,date\n1,New,2025-01-01\n1,Open,2025-01-02\n1,Closed,2025-01-03\n")
    assert rows(log, "activity, status") == [("New", "New"), ("Open", "Open"), ("Closed", "Closed")]
    with pytest.raises(MissingColumn):
        read(file, "case,status,date\n1,New,2025-01-01\n2,Open,2025-01-02\n3,Closed,2025-01-03\n")


def test_what_a_customer_is_called_is_an_identity_and_nothing_personal_is_kept(file: Path) -> None:
    log = read(
        file,
        "case,activity,timestamp,customer name,email,subject,message,priority\n"
        "1,a,2025-01-01,Ana Sol,ana@sol.example,my secret,my words,high\n",
    )
    assert log.rows("SELECT kind, value FROM identities ORDER BY kind") == [
        ("email", "ana@sol.example"),
        ("name", "Ana Sol"),
    ]
    assert log.rows("SELECT priority FROM cases") == [("high",)]
    stored = str(log.rows("SELECT * FROM events")) + str(log.rows("SELECT * FROM cases"))
    assert "secret" not in stored and "words" not in stored and "Ana" not in stored


def test_an_unreadable_start_rejects_the_record(file: Path) -> None:
    log = read(file, "case,activity,start,end\n1,a,2025-01-01,2025-01-02\n1,b,soon,2025-01-03\n1,c,,2025-01-04\n")
    assert rows(log, "activity") == [("a",), ("c",)]
    assert receipt(log).rejected_reasons == {"unreadable_start": 1}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.json", '{"case": 1, "activity": 2}'),
        ("x.csv", "<html>case,activity,timestamp"),
        ("users.csv", "id,name,email,created_at\n1,Ana,ana@sol.example,2025-01-01\n"),
        ("chat.txt", "12/03/24, 10:04 - Ana: hello\n12/03/24, 10:05 - Rui: hi\n"),
    ],
)
def test_what_is_no_table_of_events_is_left_to_others(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    assert identify(Sample(path, name)) is None


@pytest.mark.parametrize("odd", ["tick*.csv", "ticket?.csv", "[tickets].csv", "it's {a,b}.csv"])
def test_a_file_is_itself_whatever_its_name(tmp_path: Path, odd: str) -> None:
    (tmp_path / "tickets.csv").write_text(HEADER + "1,a,2025-01-01\n")
    (tmp_path / odd).write_text(HEADER + "2,a,2025-01-01\n")
    log = read_log([tmp_path / odd])
    assert rows(log, "split_part(case_id, ':', 2)") == [("2",)]
