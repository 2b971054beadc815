"""Findings: what is said first rests on the figures of the same report."""

from __future__ import annotations

from msgspec.structs import replace

from journeyminer.i18n import Language
from journeyminer.mining.turns import TurnRow
from journeyminer.render import phrases
from journeyminer.render.terminal import render
from journeyminer.report.build import build
from journeyminer.report.findings import find, usual_cautions, worth_saying
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


def test_a_place_of_less_than_an_hour_is_no_finding_and_no_line() -> None:
    report = sample_report()
    first, second, *_ = report.bottlenecks or ()
    tiny = replace(report, bottlenecks=(replace(first, lost_seconds=3600), replace(second, rank=2, lost_seconds=3599)))
    assert [place.rank for place in worth_saying(tiny)] == [1]
    nothing = replace(report, bottlenecks=(replace(first, lost_seconds=3599),))
    assert not {"bottleneck", "bottleneck_assumed", "one_off"} & {found.slug for found in find(nothing)}
    assert "bottleneck" in {found.slug for found in find(tiny)}
    assert "Group changed" in render(tiny, Language("en")) and "Group changed" not in render(nothing, Language("en"))


def test_an_assumed_turn_is_no_headline_without_an_if() -> None:
    report = sample_report()
    first, second, *_ = report.bottlenecks or ()
    assumed = replace(first, assumed=True)
    for places, expected in (
        ((assumed, second), ["bottleneck_known"]),
        ((assumed, replace(second, one_off="single_day")), ["one_off"]),
        ((assumed,), ["bottleneck_assumed"]),
        ((first, replace(second, assumed=True)), ["bottleneck"]),
    ):
        found = find(replace(report, bottlenecks=places))
        assert [each.slug for each in found if "bottleneck" in each.slug or each.slug == "one_off"] == expected
    sentence = phrases.finding(find(replace(report, bottlenecks=(assumed,)))[1], "case", Language("en"))
    assert sentence.startswith("If it was our turn, the most is lost at “First line › Billing: Group changed →")


def test_known_and_assumed_time_are_two_sentences() -> None:
    tiny = build(log("A: a@09:00/by=ana b@10:00/by=bob c@12:00/by=ana"))
    assert [(found.slug, found.params) for found in tiny.findings or () if "turns" in found.slug] == [
        ("turns_assumed", {"share": 1.0, "seconds": 3 * 3600, "until": "end"})
    ]
    both = build(log("A: a@09:00/by=ana b@10:00/by=bob/to=open c@12:00/by=ana"))
    assert {found.slug for found in both.findings or () if "turns" in found.slug} == {"turns", "turns_assumed"}


def test_work_is_called_work() -> None:
    report = sample_report()
    first, *_ = report.bottlenecks or ()
    (found,) = (
        found
        for found in find(replace(report, bottlenecks=(replace(first, turn="us_work"),)))
        if "bottleneck" in found.slug
    )
    assert found.slug == "bottleneck_work"
    assert "“First line › Billing: work on Agent reply”" in phrases.finding(found, "case", Language("en"))


def test_a_place_that_hangs_on_one_day_is_not_every_day_also_where_nearly_all_do() -> None:
    report = sample_report()
    first, second, *_ = report.bottlenecks or ()
    odd = tuple(replace(place, one_off="single_day") for place in (first, second))
    found = find(replace(report, bottlenecks=odd))
    assert [each.slug for each in found if "one_off" in each.slug or "bottleneck" in each.slug] == ["one_off"]


def test_hand_offs_are_named_by_their_level_and_counted_over_the_traces_that_have_any() -> None:
    """Three changes in two of four cases: 1.5 each, not 0.75."""
    cases = log("""
        A: ask@09:00/in=L1 more@10:00/in=L2 back@11:00/in=L1
        B: ask@1d09:00/in=L1 more@1d10:00/in=L2
        C: ask@2d09:00/in=L1
        D: ask@2d10:00/in=L1
    """)
    (found,) = (each for each in build(cases).findings or () if each.slug == "handovers")
    assert phrases.finding(found, "case", Language("en")) == (
        "50% of 4 cases changed hands between teams; those that did, 1.5 times on average."
    )


def test_a_caution_that_holds_for_nearly_every_place_is_said_once() -> None:
    report = sample_report()
    first, second, *_ = report.bottlenecks or ()
    odd = tuple(replace(place, one_off="single_day") for place in (first, second))
    assert usual_cautions(replace(report, bottlenecks=odd)) == {"one_off": 2}
    assert usual_cautions(replace(report, bottlenecks=odd[:1])) == {}
    usual = replace(report, bottlenecks=odd)
    english = Language("en")
    assert (
        "Of the 2 places: in 2 over a quarter of the hours comes from one case or one day."
        in phrases.bottlenecks_lead(usual, english)
    )
    assert phrases.cautions(odd[0], usual_cautions(usual), english) == ""


def test_what_cannot_be_known_is_not_called_nothing() -> None:
    english = Language("en")
    unknown = build(log("A: a@09:00 b@10:00"))
    assert phrases.bottlenecks_lead(unknown, english).startswith("For 100% of the time the data does not")
    assert phrases.handovers(unknown, english) == ["The data does not say who owned a case."]
    known = build(log("A: ask@09:00/as=customer/to=pending b@10:00/by=ana/to=pending c@11:00/by=ana/to=solved"))
    assert phrases.bottlenecks_lead(known, english) == "No wait in our turn was found."
    assert phrases.handovers(known, english) == ["The owner never changed."]


def test_a_lasting_place_is_named_first_only_where_it_costs_as_much() -> None:
    """Of a first place that hangs on one day, and a second one that does not."""
    report = sample_report()
    first, second, *_ = report.bottlenecks or ()
    odd, steady = replace(first, lost_seconds=10_000, one_off="single_day"), replace(second, one_off=None)
    for lost, expected in ((5000, ["one_off", "bottleneck"]), (4999, ["one_off"])):
        found = find(replace(report, bottlenecks=(odd, replace(steady, lost_seconds=lost))))
        assert [each.slug for each in found if "one_off" in each.slug or "bottleneck" in each.slug] == expected
    assert [each.slug for each in find(report)].count("bottleneck") == 1


def test_time_after_the_resolution_makes_our_share_no_smaller() -> None:
    """One hour of ours and one of the customer's, and a timer that closes the case after one hour or ten."""
    for closed in ("12:00", "21:00"):
        tiny = log(f"A: ask@09:00/to=open wait@10:00/to=pending done@11:00/to=solved end@{closed}/to=closed")
        (found,) = (found for found in build(tiny).findings or () if found.slug == "turns")
        assert found.params == {"share": 0.5, "seconds": 3600, "until": "resolution"}


def test_where_every_way_is_taken_once_none_is_the_most_frequent() -> None:
    once, twice = build(log("A: a@09:00 b@10:00\nB: a@09:00 c@10:00")), build(log("A: a@09:00\nB: a@09:00"))
    assert "happy_path" not in {finding.slug for finding in once.findings or ()}
    assert phrases.happy_path(once, Language()) == ("", None)
    assert "happy_path" in {finding.slug for finding in twice.findings or ()}


def test_who_still_waits_for_a_first_reply_is_among_those_who_asked() -> None:
    answered = "\n".join(f"A{n}: ask@09:00/as=customer/to=new agent_reply@10:00/as=agent/to=open" for n in range(10))
    made = build(log(f"{answered}\nB: ask@09:00/as=customer/to=new"))
    (found,) = (each for each in made.findings or () if each.slug == "first_response")
    assert (found.params["n"], found.params["n_open"]) == (11, 1)


def test_time_runs_until_the_resolution_only_where_one_is_known() -> None:
    def until(text: str) -> set[object]:
        return {each.params["until"] for each in build(log(text)).findings or () if each.slug.startswith("turns")}

    assert until("A: ask@09:00/as=customer/to=new agent_reply@10:00/as=agent/to=solved") == {"resolution"}
    assert until("A: ask@09:00/as=customer agent_reply@10:00/as=agent") == {"end"}


def test_what_is_ours_is_said_with_how_much_of_it_is_assumed_or_that_nothing_is_known() -> None:
    def said(*rows: TurnRow) -> str:
        return phrases.in_our_hands(replace(sample_report(), turns=rows), Language("en"))

    hour = TurnRow("us_queue", "assumed", 3600, 0.5)
    assert "; 1 h of that is assumed." in said(hour, TurnRow("customer", "status", 3600, 0.5))
    assert "assumed" not in said(replace(hour, basis="status"))
    assert said(TurnRow("unknown", "none", 3600, 1.0)) == "The data does not say whether any of it was in our hands."
