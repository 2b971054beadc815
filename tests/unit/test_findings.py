"""Findings: what is said first rests on the figures of the same report."""

from __future__ import annotations

from msgspec.structs import replace

from journeyminer.i18n import Language
from journeyminer.render.terminal import render
from journeyminer.report.build import build
from journeyminer.report.findings import find, worth_saying
from sample_report import sample_report
from tiny import log, with_customers


def test_shares_are_of_the_traces() -> None:
    cases = log("""
        A: ask@09:00/in=L1 more@10:00/in=L2 back@11:00/in=L1
        B: ask@1d09:00/in=L1
        C: ask@2d09:00/in=L1
        D: ask@2d10:00/in=L1
    """)
    tiny = with_customers(cases, A=1, B=1, C=2, D=2)
    reports = build(tiny), build(tiny, per="customer")
    shares = [
        found.params["share"] for report in reports for found in report.findings or () if found.slug == "handovers"
    ]
    assert shares == [0.25, 0.5]


def test_a_place_of_less_than_a_minute_is_no_finding_and_no_line() -> None:
    report = sample_report()
    first, second, *_ = report.bottlenecks or ()
    tiny = replace(report, bottlenecks=(replace(first, lost_seconds=60), replace(second, rank=2, lost_seconds=59)))
    assert [place.rank for place in worth_saying(tiny)] == [1]
    nothing = replace(report, bottlenecks=(replace(first, lost_seconds=59),))
    assert not {"bottleneck", "bottleneck_group", "one_off"} & {found.slug for found in find(nothing)}
    assert "bottleneck_group" in {found.slug for found in find(tiny)}
    assert "Billing: Group changed" not in render(nothing, Language("en"))


def test_a_lasting_place_is_named_first_only_where_it_costs_as_much() -> None:
    """Of a first place that hangs on one day, and a second one that does not."""
    report = sample_report()
    first, second, *_ = report.bottlenecks or ()
    odd, steady = replace(first, lost_seconds=1000, one_off="single_day"), replace(second, one_off=None)
    for lost, expected in ((500, ["one_off_group", "bottleneck_group"]), (499, ["one_off_group"])):
        found = find(replace(report, bottlenecks=(odd, replace(steady, lost_seconds=lost))))
        assert [each.slug for each in found if "one_off" in each.slug or "bottleneck" in each.slug] == expected
    assert [each.slug for each in find(report)].count("bottleneck_group") == 1


def test_time_after_the_resolution_makes_our_share_no_smaller() -> None:
    """One hour of ours and one of the customer's, and a timer that closes the case after one hour or ten."""
    for closed in ("12:00", "21:00"):
        tiny = log(f"A: ask@09:00/to=open wait@10:00/to=pending done@11:00/to=solved end@{closed}/to=closed")
        (found,) = (found for found in build(tiny).findings or () if found.slug == "turns")
        assert found.params == {"share": 0.5, "seconds": 3600}
