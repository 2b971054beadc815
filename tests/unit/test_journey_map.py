"""The picture of the journey: nothing overlaps, no line crosses a box, every number is the report's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations, pairwise
from typing import NamedTuple
from xml.etree import ElementTree as ET

import pytest

from journeyminer.i18n import Language, available_languages
from journeyminer.log import EventLog
from journeyminer.render.map.journey import journey_svg
from journeyminer.render.map.metrics import clipped, text_width, wrapped
from journeyminer.render.map.sketch import FILLS, INK, LOST, PAPER
from journeyminer.report.build import build
from journeyminer.report.sections import Report
from sample_report import empty_report, hostile_report, sample_report
from tiny import log

SVG = "{http://www.w3.org/2000/svg}"


def crowd(n_teams: int, n_cases: int) -> EventLog:
    """Cases that wander between teams, wait for a vendor and come back, each its own way."""
    lines = []
    for at in range(n_cases):
        first, second = f"T{at % n_teams}", f"T{(at * 7 + 3) % n_teams}"
        line = f"K{at}: ask@0{at % 9}:00/as=customer/to=new/via={('email', 'chat', 'web')[at % 3]}"
        line += f" hello@09:0{at % 9}/as=bot/vis=public" if at % 4 == 0 else ""
        line += f" take@10:{at % 50 + 10}/as=agent/in={first}/to=open group_changed@11:00/as=agent/in={second}"
        line += f" reply@13:{at % 50 + 10}/as=agent/in={second}/vis=public"
        line += " hurry@14:00/as=customer" if at % 3 == 0 else ""
        line += f" park@15:00/as=agent/in={second}/to=on_hold" if at % 5 == 0 else ""
        line += f" fix@{at % 4 + 1}d16:00/as=agent/in={first}/to=solved" if at % 6 else ""
        line += " again@6d10:00/as=customer/to=open" if at % 7 == 1 else ""
        lines.append(line)
    return log("\n".join(lines))


STEPS = log("\n".join(
    f"K{at}: open@09:00/by=a {'look' if at % 2 else 'look_again'}@10:0{at % 10}/by=b wait_for_parts@1d11:00/by=c "
    f"step_{at % 6}@{at % 3 + 2}d10:00/by=a done@6d10:00/by=b/to=solved" for at in range(30)
))  # fmt: skip
LOGS = {"two teams": crowd(2, 9), "three teams": crowd(3, 40), "many teams": crowd(19, 120), "no teams": STEPS}
REPORTS = {name: build(tiny) for name, tiny in LOGS.items()} | {"sample": sample_report(), "hostile": hostile_report()}


class Area(NamedTuple):
    """What something covers."""

    what: str
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Area) -> bool:
        """Whether both cover a point."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


def number(element: ET.Element, name: str) -> float:
    return float(element.get(name, "0"))


def picture(report: Report, code: str = "en") -> ET.Element:
    return ET.fromstring(journey_svg(report, Language(code), standalone=True).encode())


def boxes(svg: ET.Element) -> list[Area]:
    found = [
        (group.get("id", ""), group.find(f"{SVG}rect")) for group in svg.iter(f"{SVG}g") if group.get("class") == "box"
    ]
    return [
        Area(name, number(rect, "x"), number(rect, "y"), number(rect, "x") + number(rect, "width"),
             number(rect, "y") + number(rect, "height"))
        for name, rect in found if rect is not None
    ]  # fmt: skip


def texts(svg: ET.Element) -> list[Area]:
    """What the texts cover, from their capitals' tops to their base line."""
    found = []
    for text in svg.iter(f"{SVG}text"):
        size, words = number(text, "font-size"), text.text or ""
        width = text_width(words, size, bold=text.get("font-weight") is not None)
        left = number(text, "x") - (width if text.get("text-anchor") == "end" else 0)
        found.append(Area(words, left, number(text, "y") - 0.75 * size, left + width, number(text, "y")))
    return found


def strokes(svg: ET.Element) -> Iterator[tuple[str, Area]]:
    """The straight parts of every line."""
    for group in svg.iter(f"{SVG}g"):
        path = group.find(f"{SVG}path")
        if "line" not in group.get("class", "").split() or path is None:
            continue
        corners = [tuple(map(float, pair)) for pair in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path.get("d", ""))]
        for (x0, y0), (x1, y1) in pairwise(corners):
            yield group.get("id", ""), Area("", min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def wider(area: Area, by: float) -> Area:
    return Area(area.what, area.left - by, area.top - by, area.right + by, area.bottom + by)


@pytest.mark.parametrize("code", available_languages())
@pytest.mark.parametrize("name", REPORTS)
def test_no_box_and_no_label_lies_on_another(name: str, code: str) -> None:
    svg = picture(REPORTS[name], code)
    drawn, said = boxes(svg), texts(svg)
    assert len(drawn) > 3
    assert not [(a.what, b.what) for a, b in combinations(drawn, 2) if a.meets(b)]
    assert not [(a.what, b.what) for a, b in combinations(said, 2) if a.meets(b)]
    half_out = [
        (a.what, b.what) for a in said for b in drawn if a.meets(b) and not (a.left >= b.left and a.right <= b.right)
    ]
    assert not half_out


@pytest.mark.parametrize("name", REPORTS)
def test_no_line_crosses_a_box_or_a_label(name: str) -> None:
    svg = picture(REPORTS[name])
    drawn = [Area(box.what, box.left + 1, box.top + 1, box.right - 1, box.bottom - 1) for box in boxes(svg)]
    crossed = [(line, box.what) for line, part in strokes(svg) for box in drawn if wider(part, 0.1).meets(box)]
    assert not crossed
    struck = [(line, words.what) for line, part in strokes(svg) for words in texts(svg) if wider(part, 1).meets(words)]
    assert not struck


@pytest.mark.parametrize("name", REPORTS)
def test_text_is_large_enough_and_inside(name: str) -> None:
    svg = picture(REPORTS[name], "hu")
    assert min(number(text, "font-size") for text in svg.iter(f"{SVG}text")) >= 11
    assert max(area.right for area in texts(svg)) <= number(svg, "width")
    assert max(area.bottom for area in texts(svg)) <= number(svg, "height")


@pytest.mark.parametrize("name", REPORTS)
def test_the_numbers_at_the_lines_are_those_of_the_report(name: str) -> None:
    svg, report = picture(REPORTS[name]), REPORTS[name]
    assert report.journey_map is not None
    shown = [line for line in report.journey_map.lines if line.shown]
    for at, line in enumerate(shown):
        (group,) = [group for group in svg.iter(f"{SVG}g") if group.get("id") == f"line-{at}"]
        told = [text.text for text in group.iter(f"{SVG}text")]
        assert Language().number(line.n) in told
        assert all(f"#{rank}" in " ".join(filter(None, told)) for rank in line.places)
    ranks = {int(rank) for text in svg.iter(f"{SVG}text") for rank in re.findall(r"#(\d+)", text.text or "")}
    wanted = {rank for line in report.journey_map.lines for rank in line.places}
    assert wanted <= ranks


def test_names_of_the_data_are_text_and_nothing_else() -> None:
    drawn, plain = picture(hostile_report()), picture(sample_report())
    assert [each.tag for each in drawn.iter()] == [each.tag for each in plain.iter()]
    assert {name for each in drawn.iter() for name in each.attrib} == {
        name for each in plain.iter() for name in each.attrib
    }


def test_nothing_is_drawn_where_nothing_is_known() -> None:
    assert journey_svg(empty_report(), Language()) == ""


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2."""

    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_enough_for_text_and_for_lines() -> None:
    for ground in ("paper", "panel", "tint"):
        assert min(contrast(FILLS[kind], FILLS[ground]) for kind in ("ink", "soft", "pain", "good")) >= 4.5
    assert contrast(FILLS["accent"], FILLS["panel"]) >= 4.5
    assert min(contrast(colour, FILLS["panel"]) for colour in LOST) >= 3
    assert contrast(PAPER, INK) >= 4.5


def test_texts_are_cut_to_their_room() -> None:
    assert clipped("short", 11, 100) == "short"
    assert text_width(clipped("a very long name of a team", 11, 60), 11) <= 60
    assert wrapped("one two three", 11, 60, lines=2) == ["one two", "three"]
    assert wrapped("", 11, 40, lines=2) == [""]
