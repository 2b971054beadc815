"""Dates as real exports write them: placeholders, two columns, two forms in one column, and proof that is none.

The files in `tables` are invented; each stands for a kind of fault that was reported of some tool.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from journeyminer.clock import read_moment
from journeyminer.errors import AmbiguousTimestamp, MissingColumn
from journeyminer.importers import read_log
from journeyminer.log import EventLog
from journeyminer.log.receipt import SourceReceipt
from journeyminer.options import ReadOptions

TABLES = Path(__file__).parent / "tables"
TICKETS = "Ticket ID,Created at,First response at,Resolved at,Closed at\n"


def read(path: Path, text: str | None = None, **options: object) -> EventLog:
    if text is not None:
        path.write_text(text, encoding="utf-8")
    return read_log([path], options=ReadOptions(strict=True, **options))  # type: ignore[arg-type]


def receipt(log: EventLog) -> SourceReceipt:
    (source,) = log.receipt.sources
    return source


def moments(log: EventLog) -> list[datetime]:
    return [moment for (moment,) in log.rows("SELECT timestamp FROM events ORDER BY seq")]


def noted(log: EventLog, slug: str) -> list[dict[str, object]]:
    return [dict(note.params) for note in receipt(log).decisions if note.slug == f"decision.{slug}"]


# ---- a time of day in a column of its own ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["09", "09b", "09d"])
def test_a_time_that_cannot_be_read_costs_its_row_and_no_other(name: str) -> None:
    log = read(TABLES / f"01-time-column-dropped/{name}.csv")
    assert (receipt(log).used, receipt(log).rejected) == (21, 1)
    assert moments(log)[0] == datetime(2026, 1, 5, 8)


@pytest.mark.parametrize("name", ["56a", "56b", "56c"])
def test_times_that_a_spreadsheet_or_a_data_frame_rewrote_are_read(name: str) -> None:
    log = read(TABLES / f"01-time-column-dropped/{name}.csv")
    assert log.n_events == 20
    assert [f"{moment:%H:%M}" for moment in moments(log)[:4]] == ["08:00", "08:37", "09:14", "09:51"]


@pytest.mark.parametrize("bad", ["-", "N/A", "sem hora", "25:99", "?", "later", ""])
@pytest.mark.parametrize("row", [0, 3, 90])
def test_one_bad_time_anywhere_is_one_rejected_row(tmp_path: Path, bad: str, row: int) -> None:
    rows = [f"{n // 2},{'AB'[n % 2]},2026-01-{5 + n % 20:02},{8 + n % 8:02}:30" for n in range(100)]
    rows[row] = rows[row].rpartition(",")[0] + f",{bad}"
    log = read(tmp_path / "a.csv", "Case ID,Activity,Date,Time\n" + "\n".join(rows))
    assert (receipt(log).used, receipt(log).rejected) == (99, 1)
    assert all(moment.minute == 30 for moment in moments(log))


@pytest.mark.parametrize(
    ("time", "hour"),
    [("08:00 h", 8), ("0800", 8), ("8h00min", 8), ("T08:00:00", 8), ("8:00 AM", 8), ("8:00 p. m.", 20), ("0.5", 12),
     ("0,25", 6)],
)  # fmt: skip
def test_times_of_day_are_read_however_they_are_spelt(tmp_path: Path, time: str, hour: int) -> None:
    rows = "".join(f"{n};A;05/01/2026;{time}\n{n};B;{15 + n}/01/2026;{time}\n" for n in range(3))
    log = read(tmp_path / "a.csv", f"Chamado;Evento;Data;Hora\n{rows}")
    assert {moment.hour for moment in moments(log)} == {hour}


@pytest.mark.parametrize("day", ["45361", "45361.0", "45361,00", "2024-03-10", "2024-03-10 00:00:00"])
@pytest.mark.parametrize("time", ["0.375", "09:00", "9:00 AM"])
def test_a_day_that_a_spreadsheet_counts_takes_the_time_beside_it(tmp_path: Path, day: str, time: str) -> None:
    log = read(tmp_path / "log.csv", f"case;activity;date;time\n1;open;{day};{time}\n")
    assert moments(log) == [datetime(2024, 3, 10, 9)]


def test_a_column_of_durations_is_no_time_of_day(tmp_path: Path) -> None:
    rows = "".join(f"{n},A,2026-01-05 09:{n:02},{minutes}\n" for n, minutes in enumerate((5, 120, 45)))
    assert {moment.hour for moment in moments(read(tmp_path / "a.csv", f"Case,Activity,Timestamp,Time\n{rows}"))} == {9}


def test_a_time_that_map_names_is_obeyed_or_refused(tmp_path: Path) -> None:
    text = "case,activity,day,hours\n1,A,2026-01-05,x\n1,B,2026-01-06,y\n"
    columns = {"timestamp": "day", "time": "hours"}
    with pytest.raises(MissingColumn):
        read(tmp_path / "a.csv", text, columns=columns)
    log = read(tmp_path / "a.csv", text.replace(",x\n", ",10:15\n"), columns=columns)
    assert (moments(log), receipt(log).rejected) == ([datetime(2026, 1, 5, 10, 15)], 1)


def test_a_date_with_midnight_behind_it_takes_the_time_beside_it() -> None:
    log = read(TABLES / "19-moment-forms-refused/t1.csv")
    assert moments(log) == [datetime(2026, 1, 5, 9), datetime(2026, 1, 5, 11, 30), datetime(2026, 1, 6, 9)]


# ---- what stands for a date that has not come ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["20a", "20b", "20f", "20h", "20k"])
def test_a_ticket_is_open_where_a_word_or_a_placeholder_stands_for_its_end(name: str) -> None:
    log = read(TABLES / f"03-null-date-sentinels/{name}.csv")
    assert (receipt(log).used, log.n_events) == (40, 140)
    assert max(moments(log)) < datetime(2026, 2, 1)
    n = {"20k": []}.get(name, [10, 10])
    assert [note["n"] for note in noted(log, "dates_not_yet")] == n


@pytest.mark.parametrize(
    "word",
    ["-", "N/A", "NULL", "null", "NaT", "None", "0000-00-00", "0000-00-00 00:00:00", "1899-12-30 00:00:00",
     "1900-01-01", "1753-01-01 00:00:00", "1970-01-01 00:00:00", "2099-12-31", "9999-12-31 23:59:59",
     "2100-01-01 00:00:00", "2079-06-06"],
)  # fmt: skip
def test_placeholders_are_empty(tmp_path: Path, word: str) -> None:
    row = "2026-01-0{0} 08:00:00,2026-01-0{0} 09:00:00"
    done = "".join(f"{n},{row.format(n)},2026-01-0{n} 12:00:00,2026-01-1{n} 12:00:00\n" for n in range(1, 7))
    log = read(tmp_path / "a.csv", f"{TICKETS}{done}7,{row.format(7)},{word},{word}\n")
    assert (receipt(log).used, log.n_events) == (7, 26)
    assert [(note["column"], note["n"]) for note in noted(log, "dates_not_yet")] == [
        ("Resolved at", 1),
        ("Closed at", 1),
    ]


def test_a_column_may_begin_with_nothing_but_placeholders(tmp_path: Path) -> None:
    head = "".join(f"{n},2026-01-05 08:00,2026-01-05 09:00,N/A,N/A\n" for n in range(3000))
    log = read(
        tmp_path / "a.csv", f"{TICKETS}{head}x,2026-01-05 08:00,2026-01-05 09:00,2026-01-06 10:00,2026-01-07 10:00\n"
    )
    assert log.n_events == 6004


def test_a_date_that_nobody_can_read_costs_the_milestone_and_not_the_ticket(tmp_path: Path) -> None:
    log = read(
        tmp_path / "a.csv",
        f"{TICKETS}1,2026-01-05 08:00,soon,2026-01-06 10:00,\n2,2026-01-05 08:00,2026-01-05 09:00,,\n",
    )
    assert (receipt(log).used, receipt(log).rejected, log.n_events) == (2, 0, 4)
    assert noted(log, "dates_unread") == [{"column": "First response at", "n": 1}]


def test_a_row_without_any_date_is_rejected(tmp_path: Path) -> None:
    log = read(tmp_path / "a.csv", f"{TICKETS}1,2026-01-05 08:00,,,\n2,soon,,,\n3,N/A,,,\n")
    assert dict(receipt(log).rejected_reasons) == {"unreadable_timestamp": 1, "no_timestamp": 1}


def test_placeholders_in_event_tables() -> None:
    log = read(TABLES / "03-null-date-sentinels/p1.csv")
    assert (receipt(log).used, dict(receipt(log).rejected_reasons)) == (15, {"no_timestamp": 3})
    log = read(TABLES / "03-null-date-sentinels/p2.csv")
    assert log.n_events == 9
    (oldest,) = log.one("SELECT min(started_at) FROM events")
    assert oldest == datetime(2026, 1, 5, 9)


def test_logs_that_hide_their_years_are_read(tmp_path: Path) -> None:
    log = read(tmp_path / "a.csv", "case,activity,timestamp\n1,A,2184-03-05 10:00:00\n1,B,2184-03-06 10:00:00\n")
    assert log.n_events == 2


# ---- the order of day and month --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["08-order-from-year-first/i3", "08-order-from-year-first/yy5", "09-order-proved-by-sort/23",
     "09-order-proved-by-sort/23b"],
)  # fmt: skip
def test_what_proves_no_order_is_refused_and_names_the_flag(name: str) -> None:
    with pytest.raises(AmbiguousTimestamp) as raised:
        read(TABLES / f"{name}.csv")
    assert raised.value.hint is not None
    assert raised.value.hint.slug == "hint.date_order"
    log = read(TABLES / f"{name}.csv", date_order="dmy")
    assert receipt(log).rejected == 0
    assert {moment.year for moment in moments(log)} == {2026}


@pytest.mark.parametrize(
    "days",
    [
        ["02/03/2026", "05/01/2026"],  # newest first
        ["01/02/2026", "02/02/2026", "03/01/2026", "03/04/2026"],  # sorted by the text
        ["12/04/2026", "11/05/2026", "10/06/2026", "09/07/2026"],  # sorted downwards
        ["2026-01-05", "03/02/2026", "04/02/2026"],  # a year in front says nothing of the others
        ["26/01/05", "03/02/26", "04/02/26"],
    ],
)
def test_a_run_of_rows_that_sorting_could_fake_proves_nothing(tmp_path: Path, days: list[str]) -> None:
    rows = "".join(f"{n},A,{day} 09:00\n" for n, day in enumerate(days))
    if days[0] == "26/01/05":
        rows = rows.replace("26/01/05", "2026/01/05")
    with pytest.raises(AmbiguousTimestamp):
        read(tmp_path / "a.csv", f"case,activity,timestamp\n{rows}")


def test_rows_in_the_order_of_time_prove_it(tmp_path: Path) -> None:
    days = ["02/01/2026", "05/01/2026", "11/01/2026", "01/02/2026", "03/02/2026", "02/03/2026"]
    log = read(
        tmp_path / "a.csv", "case,activity,timestamp\n" + "".join(f"{n},A,{day} 09:00\n" for n, day in enumerate(days))
    )
    assert [(moment.month, moment.day) for moment in moments(log)] == [(1, 2), (1, 5), (1, 11), (2, 1), (2, 3), (3, 2)]


@pytest.mark.parametrize("name", ["11", "54"])
def test_a_column_of_which_a_spreadsheet_swapped_half_is_refused(name: str) -> None:
    with pytest.raises(AmbiguousTimestamp) as raised:
        read(TABLES / f"07-excel-swapped-half/{name}.csv")
    assert raised.value.message.slug == "read.swapped_days"
    with pytest.raises(AmbiguousTimestamp):
        read(TABLES / f"07-excel-swapped-half/{name}.csv", date_order="dmy")


def test_two_honest_forms_in_one_column_are_both_read(tmp_path: Path) -> None:
    rows = [f"{n};A;2026-01-{n + 5:02} 10:00\n{n};B;{n + 5:02}/02/2026 10:00\n" for n in range(20)]
    log = read(tmp_path / "a.csv", "case;activity;timestamp\n" + "".join(rows))
    assert (log.n_events, receipt(log).rejected) == (40, 0)


# ---- how moments are spelt -------------------------------------------------------------------------------------------


def test_midnight_at_the_end_of_a_day_is_the_next_day() -> None:
    log = read(TABLES / "19-moment-forms-refused/19.csv")
    assert receipt(log).used == 8
    assert all(moment.year == 2026 for moment in moments(log))
    rows = log.rows("SELECT hour(timestamp) FROM events WHERE hour(timestamp) = 0")
    assert rows


@pytest.mark.parametrize("text", ["2026-01-05 24:00", "2026-01-05T24:00:00", "05/01/2026 24:00", "05.01.2026 24:00:00"])
def test_24_o_clock_in_every_form(tmp_path: Path, text: str) -> None:
    other = "2026-01-04 10:00" if text.startswith("2026") else "20/01/2026 10:00"
    log = read(tmp_path / "a.csv", f"case;activity;timestamp\n1;A;{text}\n1;B;{other}\n", date_order="dmy")
    assert datetime(2026, 1, 6) in moments(log)


@pytest.mark.parametrize(
    "text",
    ["Mon Jan 05 2026 14:19:29 GMT+0100 (Central European Standard Time)", "Mon, 05 Jan 2026 13:19:29 +0000",
     "Monday, January 5, 2026 13:19:29", "seg, 05 jan 2026 13:19:29", "lunes 5 enero 2026 13:19:29",
     "hétfő, 2026. január 5. 13:19:29", "05-01-2026:13.19.29"],
)  # fmt: skip
def test_moments_with_days_of_the_week_and_zones_by_name(tmp_path: Path, text: str) -> None:
    log = read(tmp_path / "a.csv", f'case;activity;timestamp\n1;A;"{text}"\n2;A;"{text}"\n', date_order="dmy")
    assert moments(log) == [datetime(2026, 1, 5, 13, 19, 29)] * 2


def test_a_header_that_is_a_form_of_dates_can_be_mapped() -> None:
    log = read(TABLES / "19-moment-forms-refused/05.csv", columns={"timestamp": "dd-MM-yyyy:HH.mm"})
    assert moments(log)[0] == datetime(2025, 12, 30, 11, 2)
    assert log.n_events == 4


def test_rows_of_separators_are_passed_over_and_counted() -> None:
    log = read(TABLES / "15-blank-rows-of-separators/40.csv")
    assert (receipt(log).used, receipt(log).rejected, dict(receipt(log).ignored_reasons)) == (20, 0, {"blank_row": 200})


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_blank_rows_may_stand_anywhere(tmp_path: Path, separator: str) -> None:
    blank = separator * 2
    rows = ["case,activity,timestamp", "1,A,2026-01-05 10:00", blank, "1,B,2026-01-06 10:00", blank]
    log = read(tmp_path / "a.csv", "\n".join(row.replace(",", separator) for row in rows))
    assert (receipt(log).records, receipt(log).used, receipt(log).ignored) == (4, 2, 2)


LOG = "Case ID;Activity;Timestamp\n"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("martes 3 mar 2026 09:00", datetime(2026, 3, 3, 9)),
        ("mar 5 may 2026 09:00", datetime(2026, 5, 5, 9)),
        ("mar., 5 de may. de 2026 a las 9:00", datetime(2026, 5, 5, 9)),
        ("2026. január 5., hétfő 09:00", datetime(2026, 1, 5, 9)),
        ("5 January 2026, Monday 09:00", datetime(2026, 1, 5, 9)),
        ("13/01/2026 (ter) 09:00", datetime(2026, 1, 13, 9)),
    ],
)
def test_a_day_of_the_week_says_nothing_wherever_it_stands(tmp_path: Path, text: str, moment: datetime) -> None:
    assert moments(read(tmp_path / "log.csv", f"{LOG}1;a;{text}\n")) == [moment]


def test_a_zone_in_brackets_says_nothing_beside_its_offset_and_is_no_date_without() -> None:
    assert read_moment("2026-01-13 09:00 -0300 (BRT)") == read_moment("2026-01-13T12:00Z")
    assert read_moment("2026-01-13 09:00 (UTC)") == read_moment("2026-01-13T09:00Z")
    assert read_moment("2026-01-13 09:00 (BRT)") is None


@pytest.mark.parametrize("days", [("26-01-13", "26-01-14"), ("26/2/03", "26/1/20"), ("25.12.30.", "25.12.31.")])
def test_a_year_of_two_digits_that_may_stand_first_is_no_day(tmp_path: Path, days: tuple[str, str]) -> None:
    """As days these would be of one day of the month in several years: 26 January 2013 and 26 January 2014."""
    text = LOG + "".join(f"1;a{n};{day} 09:00\n" for n, day in enumerate(days))
    with pytest.raises(AmbiguousTimestamp):
        read(tmp_path / "log.csv", text)
    year = 2000 + int(days[0][:2])
    assert {moment.year for moment in moments(read(tmp_path / "log.csv", text, date_order="ymd"))} == {year}


def test_days_before_a_year_of_two_digits_are_read(tmp_path: Path) -> None:
    text = f"{LOG}1;a;13/01/26 09:00\n1;b;14/01/26 09:00\n2;a;13/01/26 09:00\n"
    assert {moment.day for moment in moments(read(tmp_path / "log.csv", text))} == {13, 14}
