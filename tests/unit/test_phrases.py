"""Phrases: only what there is to say is said."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from journeyminer.i18n import Language, available_languages
from journeyminer.note import Note
from journeyminer.prepare.filters import describe_filters
from journeyminer.render import json, phrases, render
from journeyminer.render.json import load
from journeyminer.render.tables import report_tables
from journeyminer.render.terminal import UNKNOWN_LENGTH
from journeyminer.report.findings import SPOIL_ROLES, unknowns
from journeyminer.report.model import Finding
from journeyminer.report.receipt import UnreadFile
from journeyminer.report.sections import Report
from sample_report import sample_report

EN = Language("en")


def said(report: Report, language: Language) -> list[str]:
    return [phrases.unknown(note, report.per, language) for note in unknowns(report)]


def hiding(edges: int, nodes: int) -> Report:
    report = sample_report()
    assert report.graph is not None
    shown = replace(report.graph.shown, hidden_edges=edges, hidden_nodes=nodes)
    return replace(report, graph=replace(report.graph, shown=shown))


@pytest.mark.parametrize(
    ("edges", "nodes", "says"),
    [(7, 0, "picture: 7 lines with"), (0, 1, "picture: 1 step with"), (7, 2, "picture: 7 lines and 2 steps with")],
)
def test_the_map_says_what_it_leaves_out(edges: int, nodes: int, says: str) -> None:
    assert says in phrases.hidden(hiding(edges, nodes), EN)


def test_a_map_that_leaves_nothing_out_says_nothing() -> None:
    assert phrases.hidden(hiding(0, 0), EN) == ""


def test_a_log_of_one_day_names_it_once() -> None:
    report = sample_report()
    assert phrases.span(report, EN) == "5 Jan 2026 to 31 Mar 2026"
    assert phrases.span(replace(report, log=replace(report.log, last=report.log.first)), EN) == "5 Jan 2026"


def test_customers_are_counted_only_where_anyone_is_known() -> None:
    report = sample_report()
    assert "of 1,019 customers" in phrases.what_was_read(report, EN)
    unknown = replace(report, log=replace(report.log, n_customers=0))
    assert "customers" not in phrases.what_was_read(unknown, EN)


def test_durations_name_open_cases_only_where_there_are_any() -> None:
    report = sample_report()
    assert "Until the last resolution it is 22 h for half of all (1,193 cases stayed resolved)." in (
        phrases.durations_lead(report, EN)
    )
    report = replace(report, kpis=())
    assert report.durations is not None
    closed = replace(report, durations=replace(report.durations, n=5, n_open=0))
    assert phrases.durations_lead(closed, EN) == "From first to last event, over 5 cases; none is still open."
    silent = replace(report, durations=replace(report.durations, n=5, n_open=0, n_unknown=2))
    assert phrases.durations_lead(silent, EN) == (
        "From first to last event, over 5 cases. 2 of them have no known status: they count as finished."
    )
    assert "open ones are not in" in phrases.durations_lead(report, EN)


def test_where_no_owner_is_named_nobody_knows_whether_they_changed() -> None:
    report = sample_report()
    totals = {total.by: replace(total, n=0) for total in report.handover_totals or ()}
    for by, said in (("resource", "The owner never changed."), ("role", "The data does not say who owned a case.")):
        one = replace(next(iter(totals.values())), by=by)
        assert phrases.handovers(replace(report, handover_totals=(one,)), EN) == [said]


def test_levels_without_a_hand_off_are_left_out() -> None:
    report = sample_report()
    totals = report.handover_totals or ()
    none = replace(report, handover_totals=(replace(totals[0], n=0), *totals[1:]))
    assert len(phrases.handovers(none, EN)) == len(totals) - 1


def test_a_source_is_called_by_its_words_and_without_any_by_its_name() -> None:
    source = sample_report().sources[2]
    assert phrases.read_as(source, EN) == "event log"
    assert phrases.read_as(source, Language("hu")) == "eseménynapló"
    assert phrases.read_as(replace(source, profile="acme_desk"), EN) == "acme_desk"
    assert phrases.recognised(source, EN) == "event log: its columns Call ID, Event, Date"


def of_customers() -> Report:
    report = sample_report()
    assert report.quality is not None
    return replace(report, per="customer", quality=replace(report.quality, notes=(Note("left_out", n=7),)))


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (Finding("first_response", "info", {"median": 60, "p90": 120, "n": 9}), "Half of 9 customers had"),
        (Finding("handovers", "info", {"share": 0.5, "of": 9, "by": "group", "mean": 1}), "50% of 9 customers changed"),
        (Finding("ping_pong", "warning", {"n": 4, "n_cases": 3}), "3 customers went back"),
        (Finding("reopened", "warning", {"share": 0.5, "n": 4, "of": 8}), "of 8 customers with a resolved case"),
        (Finding("open_cases", "info", {"n": 1, "of": 9}), "1 of 9 customers still had an open case"),
        (
            Finding("happy_path", "info", {"share": 0.5, "n_cases": 4, "last": "x", "ends": "way"}),
            "50% (4 customers); it ends",
        ),
        (
            Finding("happy_path", "info", {"share": 0.5, "n_cases": 4, "last": "x", "ends": "one_step"}),
            "it is “x” alone",
        ),
        (Finding("bottleneck", "warning", {"seconds": 9, "n_cases": 4, "each": 2, "median": 1}), "in 4 cases"),
    ],
)
def test_a_finding_calls_traces_what_they_are_and_a_places_cases_cases(found: Finding, says: str) -> None:
    assert says in phrases.finding(found, "customer", EN)


@pytest.mark.parametrize("code", available_languages())
def test_no_finding_calls_customers_cases(code: str) -> None:
    language = Language(code)
    for slug, counted in phrases.COUNTED.items():
        params: dict[str, str | int | float | None] = {"n": 2, "of": 2, "n_cases": 2, counted: 777}
        assert language.text("count.customer", n=777) in phrases.finding(
            Finding(slug, "", params), "customer", language
        )


def test_the_first_lines_say_how_many_cases_belong_to_nobody() -> None:
    assert phrases.what_was_read(of_customers(), EN).endswith("7 cases are left out: nobody knows whose they are.")
    assert phrases.what_was_read(sample_report(), EN).endswith("1,019 customers.")


def test_places_and_ratings_count_cases_and_all_else_traces() -> None:
    report = of_customers()
    heads = {name: table.head(EN) for name, table in report_tables(report).items()}
    assert {"Cases", "Customers"} <= set(heads["bottlenecks"])
    assert all("Customers" in heads[name] for name in ("edges", "activities", "variants", "handovers", "durations"))
    bases = {kpi.id: phrases.kpi_basis(kpi, report.per, EN) for kpi in report.kpis or ()}
    assert (bases["hops"], bases["csat"]) == ("1,284 customers", "139 cases")


def test_a_measure_of_customers_is_named_and_explained_as_one() -> None:
    hops = next(kpi for kpi in sample_report().kpis or () if kpi.id == "hops")
    assert phrases.kpi_name(hops.id, "customer", EN) == "Hand-offs per customer"
    assert phrases.kpi_definition(hops, "customer", EN).startswith("How often a customer went")
    assert phrases.kpi_name(hops.id, "case", EN) == "Hand-offs per case"


def test_the_words_explain_the_lens_where_it_is_not_the_case() -> None:
    assert "customer" in phrases.glossary(of_customers())
    assert phrases.glossary(sample_report()) == list(phrases.GLOSSARY)


def test_what_cannot_be_known_is_ordered_by_what_it_spoils_and_junk_comes_last() -> None:
    report = sample_report()
    assert report.quality is not None
    junk = tuple(UnreadFile(f"note {n}.txt", Note("read.no_importer")) for n in range(10))
    notes = Note("overlaps", n=1), Note("synthetic"), Note("us_unknown_chat", files=2), Note("mixed_zones", n=3)
    says = said(replace(report, quality=replace(report.quality, notes=notes, unclaimed=junk)), EN)
    starts = ("The chats do not", "For 9% of the time", "Contacts per case:", "1 file names no time zone",
              "Some files hold one row", "3 waits were not", "1 step began", "37 events", "1 file broke:",
              "10 files were not read: note 0.txt, note 1.txt, note 2.txt, 7 more;")  # fmt: skip
    assert [line[: len(start)] for line, start in zip(says, starts, strict=True)] == list(starts)


def test_a_trace_of_unknown_time_spoils_little() -> None:
    report = sample_report()
    rows = tuple(replace(row, seconds=1) if row.turn == "unknown" else row for row in report.turns or ())
    says = said(replace(report, turns=rows), EN)
    assert says[0].startswith("Contacts per case:")
    assert any(line.startswith("For <0.1% of the time") for line in says)


def test_figures_that_lack_the_same_share_a_sentence() -> None:
    report = sample_report()
    kpis = tuple(replace(kpi, value=None, reason="no_status") for kpi in (report.kpis or ())[1:4])
    says = said(replace(report, kpis=kpis), EN)
    assert "First resolution, Last resolution, Reopened: the data holds no status." in says


@pytest.mark.parametrize("code", available_languages())
def test_the_line_to_paste_is_never_cut_on_a_terminal(code: str) -> None:
    language = Language(code)
    mail, chat = (language.text(f"note.{slug}") for slug in SPOIL_ROLES)
    assert re.search(r'us\.domains = \["\S+"\]$', mail)
    assert re.search(r'us\.names = \[".+"\]$', chat)
    assert max(len(mail), len(chat)) <= UNKNOWN_LENGTH


@pytest.mark.parametrize("format", ["html", "markdown"])
def test_the_filters_stand_in_the_report_in_the_language_of_the_reader(format: str) -> None:
    filters = describe_filters(since="2026-01-05", channels=("Telefone", "e-mail"))
    report = load(json.render(replace(sample_report(), filters=filters)))
    assert report.filters == filters
    assert "Somente: desde 2026-01-05, canal telefone, e-mail" in str(render(report, format, Language("pt")))
