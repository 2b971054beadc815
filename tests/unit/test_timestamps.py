from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journeyminer.clock import Order, clock_change, read_moment, to_utc
from journeyminer.importers.tabular.timestamps import TimestampColumn, above_twelve, needs_order, patterns_of
from journeyminer.log.engine import Engine, quote

ENGINE = Engine(threads=1)


def read(texts: list[str], *, order: Order | None = None, zone: str | None = None) -> list[datetime | None]:
    """The texts as one column, read by the engine."""
    moment = TimestampColumn("m", "when", "x", patterns_of(texts, order)).sql(zone)
    values = ", ".join(f"({number}, {quote(text)})" for number, text in enumerate(texts))
    inner = "".join(f", {column}" for column in moment.inner)
    rows = ENGINE.rows(f"SELECT {moment.moment} FROM (SELECT n{inner} FROM (VALUES {values}) t(n, x)) ORDER BY n")
    return [row[0] for row in rows]


@pytest.mark.parametrize(
    "text",
    [
        "2025-03-02",
        "2025-03-02 10:04:11.5",
        "2025/3/2 1:04",
        "20250302T100411",
        "2025-03-02T10:04:11Z",
        "2025-03-02T10:04:11.123456789+01:00",
        "2025-03-02 10:04:11.000+0100",
        "2025-03-02 10:04:11 UTC",
        "2025. 03. 02. 10:04",
        "2025.03.02. 10:04",
        "2025. márc. 2. 10:04",
        "2025. március 2. du. 3:04",
        "2 de março de 2025 10:04",
        "02/mar/25 10:04 AM",
        "09/Oct/25 1:42 PM",
        "02-dic-25 10:04\u202fp.\u00a0m.",
        "Mar 2, 2025 1:04 PM",
        "2/3/25 10h04",
        "02.03.2025, 12:00 am",
        "20250302100411",
        "1º de março de 2025 10:04",
        "martes, 4 mar 2025 10:04",
        "mar 4 may 2025 10:04",
        "dom., 2 de mar. de 2025 às 10:04",
        "domingo, 2 de marzo de 2025 a las 10:04 hs",
        "March 2nd, 2025 at 1:04 PM",
        "2025. március 2., vasárnap, 10:04",
        "2025.03.02. vasárnap",
        "2025-03-02 Sun 10:04",
        "02/03/2025 (dom) 10:04",
        "2025-03-02T10:04:11+01:00[Europe/Budapest]",
        "Sun Mar 02 2025 10:04:11 GMT+0100 (CET)",
        "2025-03-02 10:04 (UTC-03:00)",
    ],
)
def test_the_engine_reads_a_moment_as_python_does(text: str) -> None:
    moment = read_moment(text, "dmy")
    assert moment
    assert read([text], order="dmy") == [moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1735725600", "2025-01-01 10:00:00"),
        ("1735725600.25", "2025-01-01 10:00:00.250000"),
        ("1735725600000", "2025-01-01 10:00:00"),
        ("1735725600000000", "2025-01-01 10:00:00"),
        ("1735725600000000000", "2025-01-01 10:00:00"),
        ("45658.4166666667", "2025-01-01 10:00:00"),
        ("45658,5", "2025-01-01 12:00:00"),
    ],
)
def test_counted_moments_are_known_by_their_size(text: str, expected: str) -> None:
    assert read([text]) == [datetime.fromisoformat(expected)]


def test_a_column_may_hold_several_formats_and_both_zoned_and_naive_moments() -> None:
    texts = ["2025-07-01 10:00", "2025-07-01T10:00:00Z", "01/07/25 10:00", "01/07/2025 10:00"]
    assert read(texts, order="dmy", zone="Europe/Lisbon") == [
        datetime(2025, 7, 1, 9),
        datetime(2025, 7, 1, 10),
        datetime(2025, 7, 1, 9),
        datetime(2025, 7, 1, 9),
    ]


def test_a_year_that_no_export_is_from_is_no_moment() -> None:
    assert read(["2025-01-01", "0001-01-01", "9999-12-31"])[1:] == [None, None]


def test_what_the_formats_do_not_say_is_null() -> None:
    assert read(["2025-01-01 10:00", "2025-02-30 10:00", "soon", "2025-01-01 25:00"])[1:] == [None, None, None]


def test_only_digits_with_the_year_last_need_an_order() -> None:
    assert needs_order("02/03/2025")
    assert needs_order("13/03/25 10:00")
    assert not any(map(needs_order, ["2025-03-02", "02/mar/2025", "1735725600", "45658.5", "10:04", "x"]))


@pytest.mark.parametrize(
    ("text", "expected"), [("13/01/2025", True), ("01/13/2025", True), ("12/12/2025", False), ("01/02/25 13:00", False)]
)
def test_the_engine_finds_a_part_above_twelve(text: str, expected: bool) -> None:
    assert ENGINE.one(f"SELECT {above_twelve(quote(text))}") == (expected,)


@given(st.datetimes(datetime(1971, 1, 1), datetime(2079, 6, 5)).map(lambda moment: moment.replace(microsecond=0)))
@settings(max_examples=30, deadline=None)
def test_the_engine_and_python_agree_on_every_hour_of_a_zone(moment: datetime) -> None:
    for zone in ("Europe/Budapest", "America/Sao_Paulo", "Asia/Kolkata"):
        assert read([str(moment)], zone=zone) == [to_utc(moment, zone).replace(tzinfo=None)]


def test_hours_of_clock_changes_are_marked() -> None:
    twice, skipped = datetime(2025, 10, 26, 2, 30), datetime(2025, 3, 30, 2, 30)
    texts = [str(twice), str(skipped), str(twice + timedelta(hours=1))]
    moment = TimestampColumn("m", "when", "x", patterns_of(texts, None)).sql("Europe/Budapest")
    for text, expected in zip(texts, (1, 2, 0), strict=True):
        marked = (
            f"SELECT {moment.clock_change} FROM (SELECT {', '.join(moment.inner)} FROM (SELECT {quote(text)} AS x))"
        )
        assert ENGINE.one(marked) == (expected,)
    assert (clock_change(twice, "Europe/Budapest"), clock_change(skipped, "Europe/Budapest")) == ("overlap", "gap")
