"""Published counts of real tables, where the folder of real logs is there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from journeyminer.importers import read_log
from journeyminer.log import EventLog
from journeyminer.options import ReadOptions

Data = Callable[[str], Path]
BPIC = {
    "case": "Problem Number",
    "activity": "Problem Status",
    "lifecycle": "Problem Sub Status",
    "timestamp": "Problem Change Date+Time",
    "resource": "Problem Involved Action Owner First Name",
    "group": "Problem Involved Owner ST",
}


def read(path: Path, **options: Any) -> EventLog:
    log = read_log([path], options=ReadOptions(strict=True, **options))
    assert all(source.balances for source in log.receipt.sources)
    return log


@pytest.mark.parametrize(
    ("name", "n_cases", "n_events", "columns"),
    [
        ("helpdesk/finale.csv.gz", 4580, 21348, {}),
        ("bpic2013/VINST cases closed problems.csv", 1487, 6660, BPIC),
        ("bpic2013/VINST cases open problems.csv", 819, 2351, BPIC),
        ("pm4py_logs/running-example.csv", 6, 42, {}),
        ("pm4py_logs/running-example-transformed.csv", 6, 42, {}),
        ("pm4py_logs/running_example_broken.csv", 6, 34, {}),
        ("pm4py_logs/receipt.csv", 1434, 8577, {}),
        ("pm4py_logs/receipt.parquet", 1434, 8577, {}),
        ("pm4py_logs/reviewing.csv", 100, 3730, {}),
        ("pm4py_logs/roadtraffic100traces.csv", 100, 390, {}),
        ("pm4py_logs/interval_event_log.csv", 1266, 8109, {}),
        ("eventdataR/traffic_fines.csv.gz", 10000, 34724, {}),
        ("eventdataR/patients.csv", 500, 5442, {"case": "patient", "activity": "handling"}),
        ("simod_logs/Insurance_Claims_train.csv", 1000, 5443, {}),
        ("simod_logs/Insurance_Claims_test.csv", 1000, 5398, {}),
        ("retentioneering/simple-onlineshop.csv", 3751, 32283, {"case": "user_id"}),
        ("wta/manual_log_3.csv", 18, 63, {}),
    ],
)
def test_published_counts_of_cases_and_events(
    data: Data, name: str, n_cases: int, n_events: int, columns: dict[str, str]
) -> None:
    log = read(data(name), columns=columns)
    assert (log.n_cases, log.n_events) == (n_cases, n_events)
    assert log.receipt.sources[0].rejected == 0


def test_the_span_of_the_help_desk(data: Data) -> None:
    log = read(data("helpdesk/finale.csv.gz"))
    span = log.one("SELECT CAST(min(timestamp) AS VARCHAR), CAST(max(timestamp) AS VARCHAR) FROM events")
    assert span == ("2010-01-13 08:40:25", "2014-01-03 13:20:58")


def test_starts_are_read_where_the_file_has_them(data: Data) -> None:
    log = read(data("pm4py_logs/interval_event_log.csv"))
    assert log.one("SELECT count(started_at), count(*) FILTER (WHERE started_at <= timestamp) FROM events") == (
        8109,
        8109,
    )


def test_the_order_of_a_date_agrees_with_the_column_that_spells_the_month(data: Data) -> None:
    path = data("comcast/Comcast_telecom_complaints_data.csv")
    mapped = {"activity": "Status", "timestamp": "Date"}
    spelled = {"activity": "Status", "timestamp": "Date_month_year"}
    moments = [
        log.rows("SELECT timestamp FROM events ORDER BY seq")
        for log in (read(path, columns=mapped), read(path, columns=spelled))
    ]
    assert len(moments[0]) == 2224
    assert moments[0] == moments[1]


def test_service_now_snapshots_give_the_measured_group_changes(data: Data) -> None:
    log = read(data("uci_incident/incident_event_log_first2000.csv.gz"))
    (source,) = log.receipt.sources
    assert (source.profile, source.records, log.n_cases) == ("servicenow_audit", 14041, 2000)
    assert source.used + source.ignored == 14041
    changes = log.one(
        'SELECT count(*), count(DISTINCT case_id) FROM (SELECT case_id, "group", '
        'lag("group") OVER (PARTITION BY case_id ORDER BY timestamp, seq) AS before FROM events '
        'WHERE "group" IS NOT NULL) WHERE "group" <> before'
    )
    assert changes == (2083, 920)
    assert log.one("SELECT count(*) FROM events WHERE activity = 'ticket_created'") == (2000,)


def test_field_histories_of_a_warehouse_are_known(data: Data) -> None:
    log = read(data("dbt_seeds/zendesk/ticket_field_history_data.csv"))
    assert (log.receipt.sources[0].profile, log.n_cases) == ("field_history", 17)


def test_a_damaged_row_is_rejected_and_the_other_rows_are_read(data: Data, tmp_path: Path) -> None:
    """Of the polluted tables with one short row, at most that row is lost, and none is read shifted."""
    folder = data("pollock/csv")
    mapped = {"case": "PRODUCTID", "activity": "ProductType", "timestamp": "DATE", "time": "TIME"}
    n_lost = []
    for path in sorted(folder.glob("row_less_sep*.csv")):
        log = read(path, columns=mapped, max_rejected=1.0)
        (source,) = log.receipt.sources
        n_lost.append(83 - source.used)
    assert n_lost
    assert max(n_lost) <= 1
