from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from journeyminer.clock import clock_change, prove_date_order, read_moment, to_utc, zone_changes
from journeyminer.errors import UsageError
from journeyminer.note import Note


@pytest.mark.parametrize(
    ("values", "order"),
    [
        (["2024-03-04", "2024-05-06"], "ymd"),
        (["04/03/2024", "13/03/2024"], "dmy"),
        (["04/03/2024", "03/13/2024"], "mdy"),
        (["[04.03.24, 10:00] Ana", "[31.12.24, 10:00] Ana"], "dmy"),
        (["2024. 03. 04. 10:00"], "ymd"),
    ],
)
def test_the_order_is_proved_by_a_part_that_no_month_has(values: list[str], order: str) -> None:
    proved = prove_date_order(values)
    assert proved and proved.order == order


def test_both_parts_above_twelve_prove_nothing() -> None:
    assert prove_date_order(["13/01/2024", "01/13/2024"]) is None


def test_the_order_is_proved_by_rows_that_run_forward_in_one_reading_only() -> None:
    proved = prove_date_order(["01/02/2024", "02/02/2024", "01/03/2024", "05/03/2024", "02/04/2024"])
    assert proved
    assert proved.order == "dmy"
    assert proved.proof == Note("proof.runs_forward", n=2, of=5)
    assert prove_date_order(["01/02/2024", "02/02/2024", "01/03/2024"], by_rows=False) is None


def test_rows_that_run_forward_in_both_readings_prove_nothing() -> None:
    assert prove_date_order(["01/02/2024", "03/04/2024"]) is None
    assert prove_date_order(["no date here"]) is None
    assert prove_date_order([]) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-03-02", "2025-03-02T00:00:00"),
        ("2025-03-02 10:04", "2025-03-02T10:04:00"),
        ("2025/03/02 10:04:11.5", "2025-03-02T10:04:11.500000"),
        ("20250302T100411", "2025-03-02T10:04:11"),
        ("2025-03-02T10:04:11Z", "2025-03-02T10:04:11+00:00"),
        ("2025-03-02T10:04:11.000+0100", "2025-03-02T10:04:11+01:00"),
        ("2025-03-02 10:04:11 UTC", "2025-03-02T10:04:11+00:00"),
        ("2025. 03. 02. 10:04", "2025-03-02T10:04:00"),
        ("2025. márc. 2. 10:04", "2025-03-02T10:04:00"),
        ("2025. március 2. du. 3:04", "2025-03-02T15:04:00"),
        ("2 de março de 2025 10:04", "2025-03-02T10:04:00"),
        ("02/mar/25 10:04 AM", "2025-03-02T10:04:00"),
        ("09/Oct/25 12:42 AM", "2025-10-09T00:42:00"),
        ("02-dic-25 10:04\u202fp.\u00a0m.", "2025-12-02T22:04:00"),
        ("Mar 2, 2025 1:04 PM", "2025-03-02T13:04:00"),
    ],
)
def test_a_moment_is_read_in_the_way_it_was_written(text: str, expected: str) -> None:
    moment = read_moment(text)
    assert moment and moment.isoformat() == expected


@pytest.mark.parametrize("text", ["02/03/2025", "", "soon", "2025-02-30", "2025-03-02 at noon", "2025-03-02 25:00"])
def test_what_says_no_moment_is_none(text: str) -> None:
    assert read_moment(text) is None


def test_a_given_order_is_kept_to() -> None:
    assert read_moment("02/03/2025", "dmy") == datetime(2025, 3, 2)
    assert read_moment("02/03/2025", "mdy") == datetime(2025, 2, 3)
    assert read_moment("13/03/2025", "mdy") is None


def test_an_hour_that_comes_twice_is_its_first_pass() -> None:
    twice = datetime(2025, 10, 26, 2, 30)
    assert to_utc(twice, "Europe/Budapest") == datetime(2025, 10, 26, 0, 30, tzinfo=UTC)
    assert clock_change(twice, "Europe/Budapest") == "overlap"


def test_an_hour_that_is_skipped_is_shifted_forward() -> None:
    skipped = datetime(2025, 3, 30, 2, 30)
    assert to_utc(skipped, "Europe/Budapest") == datetime(2025, 3, 30, 1, 30, tzinfo=UTC)
    assert clock_change(skipped, "Europe/Budapest") == "gap"
    assert clock_change(datetime(2025, 3, 30, 3, 0), "Europe/Budapest") is None


@pytest.mark.parametrize("zone", ["Europe/Budapest", "America/Sao_Paulo", "Africa/Casablanca", "Australia/Lord_Howe"])
def test_the_changes_of_a_zone_convert_as_to_utc_does(zone: str) -> None:
    for change in zone_changes(zone):
        for wall in (change.begin - timedelta(hours=1), change.begin, change.end - timedelta(seconds=1), change.end):
            offset = change.before if wall < change.end else change.after
            assert to_utc(wall, zone).replace(tzinfo=None) == wall - offset
            assert (clock_change(wall, zone) is not None) == (change.begin <= wall < change.end)


def test_an_unknown_zone_names_a_known_one() -> None:
    with pytest.raises(UsageError, match="Europe/Lisbon"):
        to_utc(datetime(2025, 1, 1), "Europe/Atlantis")
