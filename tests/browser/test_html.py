"""The HTML report in a real browser: offline, without a complaint, the map alive, hostile text dead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from browser.chromium import Page, browser, find
from journeyminer.i18n import Language
from journeyminer.render import render
from journeyminer.report.sections import Report
from sample_report import HOSTILE, empty_report, hostile_report, sample_report

Open = Callable[[Report], Page]


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    program = find()
    if program is None:
        pytest.skip("needs Chromium or Chrome; set CHROME to its path")
    with browser(program, tmp_path_factory.mktemp("profile")) as page:
        yield page


@pytest.fixture
def opened(tab: Page, tmp_path: Path) -> Open:
    """Writes a report, opens it and gives the tab."""

    def open_(report: Report) -> Page:
        file = tmp_path / "report.html"
        file.write_text(str(render(report, "html", Language("en"))), encoding="utf-8")
        tab.open(file)
        return tab

    return open_


@pytest.mark.parametrize("report", [sample_report, hostile_report, empty_report])
def test_the_page_asks_for_nothing_and_complains_of_nothing(opened: Open, report: Callable[[], Report]) -> None:
    page = opened(report())
    requests = [event["request"]["url"] for event in page.told("Network.requestWillBeSent")]
    assert [url.rpartition("/")[2] for url in requests] == ["report.html"]
    assert page.told("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown") == []


def test_every_shown_step_and_move_is_on_the_map(opened: Open) -> None:
    report = sample_report()
    assert report.graph is not None
    page = opened(report)
    nodes = page.run("[...document.querySelectorAll('.map .node[data-activity]')].map(n => n.dataset.activity)")
    assert sorted(nodes) == sorted(report.graph.shown.nodes)
    drawn = page.run(
        """[...document.querySelectorAll('.map .edge')].filter(e => e.dataset.source && e.dataset.target).flatMap(e => {
             const name = id => document.getElementById(id).dataset.activity;
             const pair = [name(e.dataset.source), name(e.dataset.target)];
             return e.dataset.back ? [pair, [...pair].reverse()] : [pair];
           })"""
    )
    assert sorted(map(tuple, drawn)) == sorted(report.graph.shown.edges)


def test_a_step_in_focus_dims_the_lines_that_do_not_touch_it(opened: Open) -> None:
    page = opened(sample_report())
    page.run("document.querySelector('[data-activity=reopened]').focus()")
    lines = "[...document.querySelectorAll('.map .edge:not(.faded)')].filter(e => e.dataset.n)"
    assert sorted(page.run(f"{lines}.map(e => e.dataset.n)")) == ["122", "139"]
    page.run("document.activeElement.blur()")
    assert page.run("document.querySelectorAll('.faded').length") == 0


def test_the_map_zooms_by_button_and_back(opened: Open) -> None:
    page = opened(sample_report())
    width = "document.querySelector('.map svg').viewBox.baseVal.width"
    whole = page.run(width)
    page.run("document.querySelector('[data-step=in]').click()")
    assert page.run(width) == pytest.approx(whole * 0.8, rel=1e-3)
    page.run("document.querySelector('[data-step=all]').click()")
    assert page.run(width) == pytest.approx(whole)


@pytest.mark.parametrize("width", [360, 1280])
def test_the_map_stays_inside_its_frame_and_is_not_shrunk_to_fine_print(opened: Open, width: int) -> None:
    page = opened(sample_report())
    page.ask("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False)
    map_ = "document.querySelector('.map .picture svg')"
    own, drawn = page.run(f"[{map_}.viewBox.baseVal.width * 4 / 3, {map_}.getBoundingClientRect().width]")
    frame = page.run("document.querySelector('.map .picture').clientWidth")
    assert drawn == pytest.approx(min(own, max(frame, 48 * 16)), abs=2)
    assert frame < width
    page.ask("Emulation.clearDeviceMetricsOverride")


@pytest.mark.parametrize("width", [360, 390, 760, 1280])
def test_the_lost_hours_of_every_place_are_seen_without_scrolling_sideways(opened: Open, width: int) -> None:
    page = opened(sample_report())
    page.ask("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False)
    edges = page.run("[...document.querySelectorAll('.places td.lost')].map(td => td.getBoundingClientRect().right)")
    assert len(edges) == len(sample_report().bottlenecks or ())
    assert max(edges) <= width
    page.ask("Emulation.clearDeviceMetricsOverride")


def test_a_map_wider_than_the_page_opens_at_its_beginning(opened: Open, tab: Page) -> None:
    tab.ask("Emulation.setDeviceMetricsOverride", width=390, height=800, deviceScaleFactor=1, mobile=False)
    page = opened(sample_report())
    start = page.run("(({ left, right }) => [left, right])(document.getElementById('start').getBoundingClientRect())")
    assert 0 < start[0] < start[1] < 390
    assert page.run("document.querySelector('.map .picture').scrollLeft") > 0
    page.ask("Emulation.clearDeviceMetricsOverride")


def test_hostile_text_is_read_and_not_run(opened: Open) -> None:
    page = opened(hostile_report())
    assert page.run("document.title").startswith("Customer journeys")
    assert page.run("document.querySelectorAll('script').length") == 1
    assert page.run("document.querySelectorAll('img, a[href*=evil]').length") == 0
    assert HOSTILE[0] in page.run("document.body.textContent")


def test_what_is_smuggled_in_all_the_same_is_not_run(opened: Open) -> None:
    """The second wall: the policy stops a script that some mistake of ours let into the page."""
    page = opened(sample_report())
    page.run(
        """{ const frame = document.createElement('div');
             frame.innerHTML = '<img src=x onerror="document.title=1">';
             const script = document.createElement('script');
             script.textContent = 'document.title = 2';
             document.body.append(frame, script); }"""
    )
    assert page.run("new Promise(done => setTimeout(() => done(document.title), 200))").startswith("Customer")


@pytest.mark.parametrize("width", [360, 800, 1600])
def test_the_page_never_scrolls_sideways(opened: Open, width: int) -> None:
    page = opened(hostile_report())
    page.ask("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False)
    assert page.run("document.documentElement.scrollWidth") <= width
    page.ask("Emulation.clearDeviceMetricsOverride")


def test_the_page_has_a_dark_side(opened: Open) -> None:
    page = opened(sample_report())
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.run(paper)
    page.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    assert page.run(paper) != light
    page.ask("Emulation.setEmulatedMedia", features=[])


def test_nothing_stays_folded_on_paper(opened: Open) -> None:
    page = opened(sample_report())
    folded = "document.querySelectorAll('details:not([open])').length"
    before = page.run(folded)
    page.run("dispatchEvent(new Event('beforeprint'))")
    assert before > 5
    assert page.run(folded) == 0
    page.run("dispatchEvent(new Event('afterprint'))")
    assert page.run(folded) == before
