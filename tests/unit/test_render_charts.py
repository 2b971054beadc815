"""The small pictures: right lengths, words for those who cannot see them, data as text."""

from __future__ import annotations

from xml.etree import ElementTree

from journeyminer.i18n import Language
from journeyminer.render.page import charts
from sample_report import HANDOVERS

EN = Language("en")


def parts(svg: str, kind: str) -> list[dict[str, str]]:
    return [part.attrib for part in ElementTree.fromstring(svg).iter() if kind in part.get("class", "").split()]


def test_the_clock_has_a_part_for_each_turn_that_fills_the_bar() -> None:
    svg = charts.clock_bar([("us_queue", 1800, 0.25), ("customer", 5400, 0.75)], "the clock", EN)
    assert [(part["x"], part["width"]) for part in parts(svg, "part")] == [("0%", "25%"), ("25%", "75%")]
    assert 'aria-label="the clock"' in svg
    assert "<title>our queue: 25%, 0.5 h</title>" in svg


def test_a_whisker_shows_value_and_range_on_one_scale() -> None:
    svg = charts.whisker(50, 40, 80, 100, "lost")
    assert parts(svg, "bar")[0]["width"] == "50%"
    assert (parts(svg, "range")[0]["x1"], parts(svg, "range")[0]["x2"]) == ("40%", "80%")


def test_what_is_not_known_is_not_drawn() -> None:
    assert parts(charts.whisker(0, None, None, 0, ""), "range") == []
    assert parts(charts.rank_range(1, None, None, 1, ""), "range") == []


def test_the_rank_s_range_lies_on_the_scale_of_all_ranks() -> None:
    svg = charts.rank_range(2, 1, 9, 3, "rank 2")
    assert parts(svg, "dot")[0]["cx"] == "50%"
    assert (parts(svg, "range")[0]["x1"], parts(svg, "range")[0]["x2"]) == ("6%", "94%")


def test_the_heat_map_is_of_one_level_and_the_busiest_first() -> None:
    names, matrix = charts.heat_map(HANDOVERS, "group")
    assert names == ("First line", "Billing", "Technical", "Vendor desk")
    assert matrix[0] == ((0, 0), (268, 8), (211, 7), (0, 0))


def test_words_are_escaped() -> None:
    svg = charts.share_bar(0.5, 1, '"><script>')
    assert ElementTree.fromstring(svg).get("aria-label") == '"><script>'
    assert "<script>" not in svg
