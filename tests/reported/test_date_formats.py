"""--date-format: a form of moments that nobody knows is read as the user says, or refused with the reason."""

from __future__ import annotations

from pathlib import Path

import pytest

import journeyminer as jm
from journeyminer.errors import AmbiguousTimestamp, JourneyminerError, MissingColumn, UsageError
from journeyminer.log import EventLog
from journeyminer.options import ReadOptions, date_format

TABLES = Path(__file__).parent / "tables"


def table(folder: Path, *moments: str) -> Path:
    path = folder / "log.csv"
    path.write_text("Case ID;Activity;Timestamp\n" + "".join(f"1;s{n};{each}\n" for n, each in enumerate(moments)))
    return path


def read(path: Path, *formats: str, **options: object) -> EventLog:
    return jm.read(path, options=ReadOptions(strict=True, date_formats=formats, **options))  # type: ignore[arg-type]


def moments(log: EventLog) -> list[str]:
    return [str(at)[:16] for (at,) in log.rows("SELECT timestamp FROM events ORDER BY timestamp")]


@pytest.mark.parametrize(
    ("format_", "text", "expected"),
    [
        ("%d|%m|%Y %H.%M", "05|01|2026 9.05", "2026-01-05 09:05"),
        ("%m|%d|%Y %H.%M", "05|01|2026 9.05", "2026-05-01 09:05"),
        ("%H:%M %d/%m/%Y", "09:05 05/01/2026", "2026-01-05 09:05"),
        ("%d%m%Y %H%M", "05012026 0905", "2026-01-05 09:05"),
        ("%Y/%d/%m %H:%M", "2026/05/01 09:05", "2026-01-05 09:05"),
        ("%Y-%d-%m", "2026-05-01", "2026-01-05 00:00"),
        ("%d %B de %Y às %H h %M", "5 Janeiro de 2026 às 9 h 05", "2026-01-05 09:05"),
        ("%H.%M, %b %d %Y", "9.05, ene 05 2026", "2026-01-05 09:05"),
        ("%I-%M %p on %d.%m.%y", "9-05 PM on 05.01.26", "2026-01-05 21:05"),
        ("[%d/%m/%Y:%H:%M:%S %z]", "[05/01/2026:09:05:00 +0200]", "2026-01-05 07:05"),
    ],
)
def test_a_form_that_is_not_known_is_read_as_the_user_says(
    tmp_path: Path, format_: str, text: str, expected: str
) -> None:
    log = read(table(tmp_path, text, text), format_)
    assert moments(log) == [expected] * 2
    (source,) = log.receipt.sources
    assert [note.params["format"] for note in source.decisions if note.slug == "decision.format_given"] == [format_]


def test_without_it_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JourneyminerError):
        read(table(tmp_path, "09:05 05/01/2026"))


def test_the_zone_is_asked_for_as_ever(tmp_path: Path) -> None:
    log = read(table(tmp_path, "05|01|2026 9.05"), "%d|%m|%Y %H.%M", timezone="Europe/Budapest")
    assert moments(log) == ["2026-01-05 08:05"]


def test_rows_of_other_forms_are_read_as_ever_and_bad_ones_are_rejected(tmp_path: Path) -> None:
    log = read(table(tmp_path, "05|01|2026 9.05", "2026-01-06 10:00", "soon", "-"), "%d|%m|%Y %H.%M")
    assert moments(log) == ["2026-01-05 09:05", "2026-01-06 10:00"]
    assert log.receipt.sources[0].rejected == 2


def test_two_forms_and_two_files(tmp_path: Path) -> None:
    table(tmp_path, "05|01|2026 9.05", "05012026 0910")
    (tmp_path / "b.csv").write_text("Case ID,Activity,Timestamp\n2,A,2026-01-07 08:00\n")
    log = read(tmp_path, "%d|%m|%Y %H.%M", "%d%m%Y %H%M")
    assert moments(log) == ["2026-01-05 09:05", "2026-01-05 09:10", "2026-01-07 08:00"]


def test_tickets_and_changes_are_read_so_too(tmp_path: Path) -> None:
    tickets, changes = tmp_path / "tickets.csv", tmp_path / "changes.csv"
    tickets.write_text("Ticket ID,Created at,Resolved at\n1,05|01|2026 9.05,06|01|2026 9.05\n")
    changes.write_text("Issue key,Field,Changed at,Old value,New value\n1,status,05|01|2026 9.05,,Open\n")
    for path in (tickets, changes):
        assert moments(read(path, "%d|%m|%Y %H.%M"))[0] == "2026-01-05 09:05"


def test_a_date_and_its_time_in_two_columns(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("Case ID,Activity,Date,Time\n1,A,2026/05/01,09:05\n1,B,2026/06/01,10:00\n")
    log = read(path, "%Y/%d/%m %H:%M")
    assert moments(log) == ["2026-01-05 09:05", "2026-01-06 10:00"]


def test_a_flag_overrules_no_proof(tmp_path: Path) -> None:
    with pytest.raises(AmbiguousTimestamp, match="13/01/2026"):
        read(table(tmp_path, "05/01/2026 9.05", "13/01/2026 9.05"), "%m/%d/%Y %H.%M")


def test_a_form_that_no_column_has_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--date-format"):
        read(table(tmp_path, "2026-01-05 09:05"), "%d|%m|%Y")
    with pytest.raises(MissingColumn):  # what is wrong with the file comes first
        read(table(tmp_path, "soon", "later"), "%d|%m|%Y")


@pytest.mark.parametrize(
    "wrong", ["%d|%m", "%q %d %m %Y", "%d %d %m %Y", "%Y %m %d %I", "%Y%m%d %p", "%", "dd/MM/yyyy"]
)
def test_what_is_no_form_is_refused(wrong: str) -> None:
    with pytest.raises(UsageError):
        date_format(wrong)


def test_a_reply_before_its_ticket_is_noticed() -> None:
    options = ReadOptions(strict=True, timezone="Europe/Budapest")
    (source,) = jm.read(TABLES / "18-dst-in-milestones/53.csv", options=options).receipt.sources
    told = {note.slug: note.params.get("n") for note in source.decisions}
    assert told["decision.before_creation"] == 1
    assert (told["decision.hours_twice"], told["decision.hours_skipped"]) == (2, 1)


@pytest.mark.parametrize(
    ("row", "n"),
    [
        ("2026-01-05 10:00,2026-01-05 09:00,2026-01-06 09:00", 1),
        ("2026-01-05 10:00,2026-01-05 10:00,2026-01-06 09:00", 0),
        ("2026-01-05 10:00,2026-01-05 11:00,2026-01-04 09:00", 1),
        ("2026-01-05 10:00,,2026-01-06 09:00", 0),
        (",2026-01-05 09:00,2026-01-06 09:00", 0),
    ],
)
def test_every_moment_before_the_ticket_is(tmp_path: Path, row: str, n: int) -> None:
    path = tmp_path / "tickets.csv"
    path.write_text(f"Ticket ID,Created at,First response at,Resolved at\n1,{row}\n2,{'2026-01-05 08:00,' * 2}\n")
    (source,) = jm.read(path).receipt.sources
    assert sum(int(str(note.params["n"])) for note in source.decisions if "before_creation" in note.slug) == n


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-W02-1", "2026-01-05 00:00:00"),
        ("2026W022T10:30", "2026-01-06 10:30:00"),
        ("2026-W53-7 09:00:05", "2027-01-03 09:00:05"),
        ("5th of January 2026", "2026-01-05 00:00:00"),
        ("5 de enero del 2026 10:00", "2026-01-05 10:00:00"),
        ("5 de janeiro de 2026", "2026-01-05 00:00:00"),
        ("2026. január 5. 10:00", "2026-01-05 10:00:00"),
        ("2040-06-15 10:00", "2040-06-15 10:00:00"),
    ],
)
def test_a_day_is_read_however_it_is_spelled(tmp_path: Path, text: str, expected: str) -> None:
    log = read(table(tmp_path, "2026-01-07 09:00", text))
    assert [str(at) for (at,) in log.rows("SELECT timestamp FROM events WHERE activity = 's1'")] == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "2026-Q1-05", "2026-W60-1", "2026-X01-05", "week 2 of 2026", "2026-01-05T10:00+99:99",
        "2026-01-05 10:00 +15:00", "2038-01-19 03:14:07", "2038-01-18 22:14:07", "2049-12-31",
        "2050-12-31 00:00:00", "2106-02-07 06:28:15",
    ],
)  # fmt: skip
def test_what_is_no_day_or_stands_for_none_is_no_moment(tmp_path: Path, text: str) -> None:
    log = jm.read(table(tmp_path, *(f"2026-01-{n:02} 09:00" for n in range(1, 10)), text))
    (source,) = log.receipt.sources
    assert (log.n_events, source.rejected) == (9, 1)
