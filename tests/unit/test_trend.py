"""The trend: what came, went and stayed, period by period."""

from __future__ import annotations

import pytest

from journeyminer.mining.lens import Lens
from journeyminer.mining.trend import NEWEST, TrendRow, trend
from journeyminer.render.json import load, render
from journeyminer.render.markdown import sparkline
from journeyminer.report.build import build
from journeyminer.vocabulary import PeriodUnit
from tiny import emptied, log

# Monday 5 January 2026 is day 0
DESK = """
A: customer_message@0d09:00/as=customer/to=new agent_reply@0d10:00/as=agent/vis=public/to=solved
B: customer_message@1d09:00/as=customer/to=new agent_reply@9d09:00/as=agent/vis=public/to=solved
C: customer_message@6d23:30/as=customer/to=new agent_reply@7d00:30/as=agent/vis=public/to=open
D: customer_message@15d09:00/as=customer/to=new agent_reply@15d09:10/as=agent/vis=public/to=solved x@16d08:00/to=open
E: customer_message@16d09:00/as=customer/to=new
"""


def told(rows: tuple[TrendRow, ...]) -> list[tuple[str, int, int | None, int | None, bool]]:
    return [(row.starts, row.arrivals, row.departures, row.backlog, row.complete) for row in rows]


def test_what_came_went_and_stayed_week_by_week() -> None:
    assert told(trend.rows(Lens(log(DESK)))) == [
        ("2026-01-05", 3, 1, 2, True),
        ("2026-01-12", 0, 1, 1, True),
        ("2026-01-19", 2, 0, 3, False),  # D was opened again; the week still runs
    ]


@pytest.mark.parametrize(
    ("timezone", "arrivals"), [("UTC", 3), ("Asia/Tokyo", 2), ("America/Lima", 3)]
)  # fmt: skip
def test_days_begin_in_the_zone(timezone: str, arrivals: int) -> None:
    rows = trend.rows(Lens(log(DESK)), timezone=timezone)
    assert (rows[0].starts, rows[0].arrivals) == ("2026-01-05", arrivals)
    assert sum(row.arrivals for row in rows) == 5


@pytest.mark.parametrize(
    ("period", "starts"),
    [("month", ["2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01"]), ("quarter", ["2026-01-01", "2026-04-01"])],
)
def test_months_and_quarters_are_those_of_the_calendar(period: PeriodUnit, starts: list[str]) -> None:
    cases = log("A: x@0d09:00 y@0d10:00\nB: x@100d09:00 y@100d10:00")
    rows = trend.rows(Lens(cases), period=period)
    assert [row.starts for row in rows] == starts
    assert [row.complete for row in rows] == [False, *[True] * (len(rows) - 2), False]


def test_who_still_waits_is_in_the_times() -> None:
    first, _, last = trend.rows(Lens(log(DESK)))
    assert (first.first_response_n, first.first_response_open, first.first_response_seconds) == (3, 0, 3600)
    assert (first.resolution_n, first.resolution_open, first.resolution_seconds) == (2, 1, 8 * 86_400)
    assert (last.first_response_n, last.first_response_open) == (1, 1)


def test_a_period_in_which_nobody_was_answered_has_those_who_wait() -> None:
    later = DESK.replace("agent_reply@15d09:10/as=agent/vis=public/to=solved x@16d08:00/to=open", "")
    *_, last = trend.rows(Lens(log(later)))
    assert (last.first_response_n, last.first_response_open, last.first_response_seconds) == (0, 2, None)


def test_what_no_trace_tells_is_not_known_and_not_nothing() -> None:
    (row,) = trend.rows(Lens(log("A: x@0d09:00 y@0d10:00")))
    assert (row.first_response_n, row.first_response_open, row.resolution_n, row.departures) == (None, None, None, None)


def test_the_backlog_is_the_balance_of_what_is_known() -> None:
    rows = trend.rows(Lens(log(DESK + "F: x@8d09:00/to=unknown\nG: x@8d10:00")))
    before = 0
    for row in rows:
        assert row.backlog == before + row.arrivals - row.n_unclear - (row.departures or 0)
        before = row.backlog
    assert [row.n_unclear for row in rows] == [0, 2, 0]


def test_without_a_status_there_is_no_backlog() -> None:
    (row,) = trend.rows(Lens(log("A: x@09:00 y@10:00")))
    assert (row.arrivals, row.n_unclear, row.departures, row.backlog) == (1, 1, None, None)
    assert trend.rows(Lens(emptied(log(DESK)))) == ()


def test_a_report_holds_the_newest_periods_and_says_how_many_there_are() -> None:
    cases = log("\n".join(f"W{week}: x@{7 * week}d09:00/to=new y@{7 * week}d10:00/to=solved" for week in range(52)))
    report = build(cases, sections=("trend",), period="week")
    assert report.period is not None and report.trend is not None
    assert (report.period.n, report.period.n_shown, len(report.trend)) == (52, NEWEST, NEWEST)
    assert report.trend[-1].starts == "2026-12-28"
    assert load(render(report)) == report
    assert build(cases, sections=("trend",)).trend is None


def test_a_line_of_bars_goes_from_nothing_to_the_highest() -> None:
    assert sparkline([0, 1, None, 7]) == "▁▂·█"
    assert sparkline([0, 0]) == "▁▁"
    assert not sparkline([3])
