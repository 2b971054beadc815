"""Lenses: who is a trace, how many there are, and that a new one needs nothing but its column and its words."""

from __future__ import annotations

from typing import cast

import pytest

from journeyminer import i18n
from journeyminer.errors import UsageError
from journeyminer.i18n import Language, available_languages
from journeyminer.log import EventLog
from journeyminer.mining import lens as lenses
from journeyminer.mining.bottlenecks import bottlenecks
from journeyminer.mining.lens import KEYS, Lens, Scope
from journeyminer.render import phrases
from journeyminer.render.markdown import render
from journeyminer.render.tables import report_tables
from journeyminer.report.build import build
from journeyminer.report.sections import Report
from journeyminer.vocabulary import PERS, Per
from tiny import log, with_customers

TOY = cast(Per, "channel")
WORDS = {
    "count.channel": {"one": "{n:number} channel", "other": "{n:number} channels"},
    "per.channel": "Channels",
    "a_trace.channel": "a channel",
    "traces.channel": "channels",
    "each_trace.channel": "per channel",
    "term.channel.word": "Channel",
    "term.channel.means": "All cases that began in one channel.",
}
HOUR = 3600


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> EventLog:
    """A lens more, as a new feature would add it, and six channels: five of one case, and chat with two."""
    monkeypatch.setitem(KEYS, TOY, "channel_key")
    catalogue = i18n.catalogue
    monkeypatch.setattr(i18n, "catalogue", lambda code: {**catalogue(code), **WORDS})
    ask, reply = "/as=customer/to=new/via=", "/as=agent/vis=public/to="
    later = enumerate(("email", "web", "sms", "social", "voice"), 1)
    lines = [
        f"A: ask@09:00{ask}chat reply@10:00{reply}pending/in=L1 more@12:00/as=customer/to=open",
        f"B: ask@11:00{ask}chat reply@11:30{reply}solved/in=L2",
        *(f"C{n}: ask@{n}d09:00{ask}{channel} reply@{n}d{9 + n}:00{reply}solved/in=L1" for n, channel in later),
        "D: ask@09:00/as=customer/to=new",
    ]
    cases = log("\n".join(lines))
    return cases.derive(
        case_rows="SELECT *, (SELECT CASE min(CAST(channel AS VARCHAR)) WHEN 'chat' THEN 1 WHEN 'email' THEN 2 "
        "WHEN 'web' THEN 3 WHEN 'sms' THEN 4 WHEN 'social' THEN 5 WHEN 'voice' THEN 6 END FROM {log}.event_rows e "
        "WHERE e.case_key = c.case_key) AS channel_key FROM {log}.case_rows c"
    )


def made(toy: EventLog) -> Report:
    return build(toy, per=TOY)


def test_a_toy_lens_counts_its_traces(toy: EventLog) -> None:
    assert Lens(toy, TOY).scope == Scope(TOY, n_traces=6, n_cases=7, n_customers=None, n_left_out=1)
    report = made(toy)
    assert (report.per, report.log.n_traces, report.log.n_cases) == ("channel", 6, 8)


def test_every_measure_is_of_the_toy_s_traces(toy: EventLog) -> None:
    report = made(toy)
    assert report.graph and report.variants and report.durations and report.handover_totals and report.kpis
    assert sum(point.n for point in report.graph.start) == 6
    # chat: ask 9:00, reply 10:00, ask 11:00 (B), reply 11:30 (B), more 12:00 (A); the other five are ask, reply
    assert [(row.n_cases, row.activities) for row in report.variants.rows] == [
        (5, ("ask", "reply")),
        (1, ("ask", "reply", "ask", "reply", "more")),
    ]
    (ask_reply,) = (edge for edge in report.graph.edges if (edge.source, edge.target) == ("ask", "reply"))
    assert (ask_reply.n, ask_reply.n_cases) == (7, 6)
    assert (report.durations.n, report.durations.n_open, report.durations.max_seconds) == (5, 1, 5 * HOUR)
    groups = next(total for total in report.handover_totals if total.by == "group")
    # L1 replied to A, then L2 to B: in the trace of the channel that is a hand-over, in no case is one
    assert (groups.n, groups.n_cases, groups.hops_mean) == (1, 1, 1 / 6)
    # chat waits from 9:00 to 10:00 and 11:00 to 11:30, is the customer's until 12:00 and open to the end, 5d14:00
    ours = sum(row.seconds for row in report.turns or () if row.turn == "us_queue")
    assert ours == (1 + 0.5 + 5 * 24 + 2) * HOUR + (1 + 2 + 3 + 4 + 5) * HOUR
    figures = {kpi.id: kpi for kpi in report.kpis}
    assert (figures["first_response"].n, figures["first_response"].n_open) == (6, 0)
    assert (figures["last_resolution"].n, figures["last_resolution"].n_open) == (5, 1)
    assert (figures["hops"].value, figures["touches"].value) == (1 / 6, (5 + 5 * 2) / 6)


def test_bounds_are_of_the_toy_s_traces(toy: EventLog) -> None:
    by_case, by_channel = bottlenecks(toy), bottlenecks(toy, per=TOY)
    at = (by_channel["source"] == "ask") & (by_channel["target"] == "reply") & (by_channel["group"] == "L1")
    (place,) = by_channel[at].to_dict("records")
    # six traces wait there, chat among them for an hour; drawn one by one, all of them can be chat or all voice
    assert (place["n"], place["n_cases"], place["lost_seconds"]) == (6, 6, 16 * HOUR)
    assert 6 * HOUR <= place["low"] < place["lost_seconds"] < place["high"] <= 30 * HOUR
    assert place["low"] != by_case.loc[by_case["source"] == "ask", "low"].max()  # of eight cases


def test_every_sentence_calls_the_toy_s_traces_what_they_are(toy: EventLog) -> None:
    report, language = made(toy), Language("en")
    assert report_tables(report)["variants"].head(language)[0] == "Channels"
    names = {kpi.id: phrases.kpi_name(kpi.id, report.per, language) for kpi in report.kpis or ()}
    assert (names["hops"], names["touches"]) == ("Hand-offs per channel", "Contacts per channel")
    assert phrases.durations_lead(report, language).startswith("From first to last event, over 5 channels without an")
    assert "channel" in phrases.glossary(report)
    text = " ".join(phrases.finding(found, report.per, language) for found in report.findings or ())
    assert "1 of 6 channels still had an open case at the end of the data." in text
    text = render(report, language)
    assert "From the creation of the first case of a channel to the first time" in text
    assert "1 case is left out" in text


def test_a_customer_is_a_trace_of_all_their_cases() -> None:
    tiny = with_customers(log("A: a@09:00 b@11:00\nB: c@10:00\nC: d@09:00\nD: e@09:00"), A=1, B=1, C=2)
    assert Lens(tiny, "customer").scope == Scope("customer", 2, 3, 2, 1)
    assert Lens(tiny).scope == Scope("case", 4, 4, 2, 0)
    assert Lens(log("A: a@09:00")).scope.n_customers is None


@pytest.mark.parametrize("code", available_languages())
def test_journeys_are_traces_as_soon_as_cases_have_them(code: str) -> None:
    tiny = log("A: a@09:00/to=new b@11:00/to=solved\nB: c@10:00/to=solved\nC: d@09:00/to=solved")
    made = tiny.derive(case_rows="SELECT *, CASE WHEN native_id < 'C' THEN 1 END AS journey_key FROM {log}.case_rows")
    report = build(made, per="journey")
    assert (report.log.n_journeys, report.log.n_traces) == (1, 1)
    assert report.variants and report.variants.rows[0].activities == ("a", "c", "b")
    language = Language(code)
    assert language.text("count.journey", n=1) in phrases.durations_lead(report, language)
    assert language.text("term.journey.means") and "journey" in phrases.glossary(report)


def test_what_the_log_does_not_have_is_a_usage_error() -> None:
    tiny = log("A: x@09:00")
    for per, says in (
        ("journey", "a journey"),
        ("customer", "a customer"),
        ("day", "not one of the known values"),
    ):
        with pytest.raises(UsageError, match=says):
            Lens(tiny, cast(Per, per))


@pytest.mark.parametrize("code", available_languages())
@pytest.mark.parametrize("per", PERS)
def test_every_lens_has_its_words(code: str, per: str) -> None:
    entries = i18n.catalogue(code)
    assert [key for key in WORDS if key.replace("channel", per) not in entries] == []
    assert set(lenses.KEYS) == set(PERS)
