"""The map: what is drawn, in which order, and that data stays text whatever it holds."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journeyminer.errors import MissingProgram
from journeyminer.i18n import Language, available_languages
from journeyminer.mining.graph import Edge, Endpoint, GraphData, Node
from journeyminer.mining.simplify import Shown
from journeyminer.render.map import LOST, map_dot, map_file, map_svg
from journeyminer.render.map.diagram import diagram, legend
from journeyminer.render.map.dot import find_engine
from journeyminer.render.map.labels import Line, plain, wrap
from journeyminer.render.map.svg import ATTRIBUTES, SHAPES, Caption, redraw

try:
    ENGINE = find_engine()
except MissingProgram as missing:
    ENGINE, WHY = "", str(missing)
else:
    WHY = ""
needs_engine = pytest.mark.skipif(not ENGINE, reason=WHY)

ENGLISH = Language("en")
NODE = "{http://www.w3.org/2000/svg}"
HOSTILE = (
    'say "no"', "back\\slash\\", "\\N \\G \\l", "\\\\", "<b>bold</b>", "<>", "</TABLE>", "]]>", "<!-- x -->",
    "<script>alert(1)</script>", "&lt;", "&amp;amp;", "&#92;", "a:b", "n0", "-> n1;", "{x|y}", "line\nbreak\r\n",
    "tab\there", "\x00\x1b[31mred\x07", "\u202eright to left", "مرحبا بالعالم", "naïve ő ű ã ñ", "日本語のラベル",
    "👩‍👩‍👧 family", "\ud800 lone", "\ufffe\uffff", "", "   ", "=1+1", "${x}", "%s {0}", 'x" onmouseover="alert(1)',
    "javascript:alert(1)", "url(http://example.org)", "long " * 60, "W" * 300,
)  # fmt: skip


def graph_of(
    moves: Mapping[tuple[str, str], int],
    *,
    start: Mapping[str, int],
    end: Mapping[str, int],
    happy_path: Iterable[str],
    lost: Mapping[tuple[str, str], int] | None = None,
) -> GraphData:
    """A graph that is shown whole; every wait takes an hour, `lost` seconds are 0 where they are not said."""
    names = sorted({*start, *end, *(name for move in moves for name in move)})
    edges = tuple(
        Edge(*move, n, n, 3600, 3600, 7200, 3600 * n, None if lost is None else lost.get(move, 0))
        for move, n in moves.items()
    )
    return GraphData(
        nodes=tuple(Node(name, 10, 5) for name in names),
        edges=edges,
        start=tuple(Endpoint(*item) for item in start.items()),
        end=tuple(Endpoint(*item) for item in end.items()),
        shown=Shown(
            nodes=tuple(names),
            edges=tuple(move for move in moves if move[0] != move[1]),
            happy_path=tuple(happy_path),
            hidden_nodes=0,
            hidden_edges=0,
            hidden_moves_share=0.0,
            hidden_lost_share=None,
        ),
    )


def chain(names: Iterable[str]) -> GraphData:
    names = list(dict.fromkeys(names))
    moves = dict.fromkeys(pairwise(names), 7)
    return graph_of(moves, start={names[0]: 7}, end={names[-1]: 7}, happy_path=names[:2])


def desk() -> GraphData:
    """Open, reply and close; a vendor who is asked and answers; a reopened case; a repeated reply."""
    return graph_of(
        {
            ("open", "reply"): 90,
            ("reply", "reply"): 12,
            ("reply", "close"): 80,
            ("reply", "vendor"): 20,
            ("vendor", "reply"): 15,
            ("vendor", "close"): 5,
            ("close", "open"): 3,
        },
        start={"open": 97, "reply": 3},
        end={"close": 100},
        happy_path=("open", "reply", "close"),
        lost={("open", "reply"): 2_000, ("reply", "vendor"): 600, ("vendor", "reply"): 90, ("vendor", "close"): 7_310},
    )


def lines_of(graph: GraphData) -> dict[tuple[str | None, str | None], Line]:
    """The lines of a picture by the activities they join."""
    drawn = diagram(graph, ENGLISH)
    names: dict[str | None, str | None] = {box.id: box.data["activity"] for box in drawn.boxes}
    return {(names.get(line.upper), names.get(line.lower)): line for line in drawn.lines}


def order_of(graph: GraphData) -> list[str]:
    return [box.data["activity"] for box in diagram(graph, ENGLISH).boxes]


def groups(svg: str) -> dict[str, ET.Element]:
    return {group.get("id", ""): group for group in ET.fromstring(svg).iter(f"{NODE}g") if group.get("id")}


def texts(group: ET.Element) -> list[str]:
    return [text.text or "" for text in group.iter(f"{NODE}text")]


def test_the_happy_path_runs_down_and_a_deviation_stands_below_where_it_leaves() -> None:
    assert order_of(desk()) == ["open", "reply", "vendor", "close"]


def test_an_activity_before_the_happy_path_stands_above_it() -> None:
    graph = graph_of(
        {("call", "open"): 4, ("open", "close"): 9},
        start={"open": 5, "call": 4},
        end={"close": 9},
        happy_path=("open", "close"),
    )
    assert order_of(graph) == ["call", "open", "close"]


def test_a_ping_pong_pair_is_one_line_with_two_heads_and_both_counts() -> None:
    line = lines_of(desk())["reply", "vendor"]
    assert (line.arrow, line.lines) == ("both", ("↓ 20 · 1 h", "↑ 15 · 1 h"))
    assert line.data == {"source": "node-2", "target": "node-3", "n": "20", "back": "15"}


def test_a_move_upwards_points_back() -> None:
    line = lines_of(desk())["open", "close"]
    assert (line.arrow, line.lines) == ("back", ("3", "1 h"))
    assert (line.data["source"], line.data["target"]) == ("node-0", "node-1")


def test_a_repetition_is_a_note_in_its_activity() -> None:
    reply = next(box for box in diagram(desk(), ENGLISH).boxes if box.data["activity"] == "reply")
    assert "12" in reply.count
    assert ("reply", "reply") not in lines_of(desk())


def test_the_colour_says_which_share_of_the_lost_time_a_line_has() -> None:
    levels = {move: line.level for move, line in lines_of(desk()).items() if not line.marker}
    assert levels == {
        ("open", "reply"): 3,  # 20 %
        ("reply", "close"): 0,
        ("reply", "vendor"): 2,  # 6.9 %, both ways
        ("vendor", "close"): 3,  # 73.1 %
        ("open", "close"): 0,
    }


def test_a_line_is_wider_the_more_often_it_was_taken() -> None:
    lines = lines_of(desk())
    assert lines["open", "close"].width < lines["reply", "vendor"].width < lines["open", "reply"].width <= 4.8


def test_rare_starts_are_not_drawn_unless_an_activity_would_hang_in_the_air() -> None:
    assert [line.lines for line in lines_of(desk()).values() if line.upper is None] == [("97",)]
    hanging = graph_of(
        {("open", "close"): 99, ("odd", "close"): 1},
        start={"open": 99, "odd": 1},
        end={"close": 100},
        happy_path=("open", "close"),
    )
    assert (None, "odd") in lines_of(hanging)


def test_many_activities_around_one_stand_at_different_depths() -> None:
    moves = {("open", "close"): 99} | {("open", f"note {number}"): 2 for number in range(5)}
    ends = {"close": 99} | {f"note {number}": 2 for number in range(5)}
    graph = graph_of(moves, start={"open": 109}, end=ends, happy_path=("open", "close"))
    assert sorted(line.depth for line in lines_of(graph).values() if not line.marker) == [1, 1, 1, 2, 2, 3]


@pytest.mark.parametrize(
    ("label", "lines"),
    [
        ("Closed", ["Closed"]),
        ("Determine necessity of stop advice", ["Determine necessity", "of stop advice"]),
        ("", ["–"]),
        (" two \n words ", ["two words"]),
        ("x" * 30, ["x" * 22, "x" * 8]),
        ("x" * 300, ["x" * 22, "x" * 22, "x" * 21 + "…"]),
    ],
)
def test_labels_wrap_into_lines_of_about_equal_length(label: str, lines: list[str]) -> None:
    assert wrap(label) == lines


def test_without_lost_time_there_are_no_colours_and_the_legend_has_none() -> None:
    graph = chain(["open", "reply", "close"])
    assert LOST[3] not in map_dot(diagram(graph, ENGLISH))
    assert LOST[3] in map_dot(diagram(desk(), ENGLISH))


def test_the_legend_has_words_for_every_colour() -> None:
    assert len(set(legend(ENGLISH).levels)) == len(LOST)


def test_dot_is_the_same_each_time_and_holds_no_name_as_an_identifier() -> None:
    source = map_dot(diagram(desk(), ENGLISH))
    assert source == map_dot(diagram(desk(), ENGLISH))
    assert re.search(r"^\tn0 -> n1 \[", source, re.MULTILINE)
    assert not re.search(r"^\t\W*(open|reply|close|vendor)\b", source, re.MULTILINE)


@pytest.mark.parametrize("code", available_languages())
def test_our_own_words_hold_no_glyph_that_the_bundled_font_lacks(code: str) -> None:
    drawable = re.compile(r"[\u0020-\u017f\u2013-\u2026\u202f←↑→↓↔↕≤≥−]*")
    label_texts = re.sub(r"<[^>]*>", " ", map_dot(diagram(desk(), Language(code))))
    assert drawable.fullmatch(label_texts.replace("\n", " ").replace("\t", " "))


@needs_engine
def test_the_spine_is_straight() -> None:
    svg = groups(map_svg(diagram(desk(), ENGLISH)))
    centres = {svg[f"node-{place}"].find(f"{NODE}text").get("x") for place in (0, 1, 2)}  # type: ignore[union-attr]
    assert len({round(float(centre or 0)) for centre in centres}) == 1


@needs_engine
def test_groups_have_stable_ids_titles_and_data_that_fit_together() -> None:
    svg = groups(map_svg(diagram(desk(), ENGLISH), prefix="a-"))
    nodes = {name for name in svg if name.startswith("a-node-")}
    assert nodes == {"a-node-0", "a-node-1", "a-node-2", "a-node-3"}
    assert svg["a-node-2"].get("data-activity") == "reply"
    assert {name for name in svg if "edge" in name} == {"a-edge-0", "a-edge-1", "a-edge-2", "a-edge-4", "a-edge-5"}
    for name, group in svg.items():
        assert group.find(f"{NODE}title") is not None, name
        assert {group.get("data-source"), group.get("data-target")} - {None} <= nodes
    assert "lost-3" in svg["a-edge-0"].get("class", "").split()
    assert svg["a-node-0"].get("tabindex") == "0"


@needs_engine
def test_inline_is_an_element_in_the_colours_of_the_page_and_a_file_is_dark_on_white() -> None:
    inline, file = map_svg(diagram(desk(), ENGLISH)), map_file(diagram(desk(), ENGLISH))
    assert isinstance(file, str)
    assert inline.startswith("<svg ")
    assert 'fill="white"' not in inline
    assert "currentColor" in inline
    assert file.startswith("<?xml")
    assert 'fill="white"' in file
    assert "currentColor" not in file
    assert "<!DOCTYPE" not in inline + file


@needs_engine
def test_the_map_is_a_png_picture_too() -> None:
    png = map_file(diagram(desk(), ENGLISH), "png")
    assert isinstance(png, bytes)
    assert png.startswith(b"\x89PNG")


@needs_engine
def test_an_empty_graph_has_an_empty_map() -> None:
    svg = map_svg(diagram(graph_of({}, start={}, end={}, happy_path=()), ENGLISH))
    assert set(groups(svg)) == {"start", "end"}


def assert_harmless(svg: str) -> None:
    """Nothing but shapes, titles and texts with attributes from the list."""
    own = {"id", "tabindex", "role", "fill-opacity", "stroke-opacity"}
    root = ET.fromstring(svg)
    for element in root.iter():
        assert element.tag.removeprefix(NODE) in SHAPES | {"svg", "title"}
        if element is not root:
            names = {name for name in element.attrib if not name.startswith("data-")}
            assert names <= ATTRIBUTES | own
    assert not re.search(r"<[^>]* (on\w+|href|style|src|xlink:\w+)=", re.sub(r'"[^"]*"', '""', svg))


def assert_survives(labels: Iterable[str]) -> None:
    labels = list(dict.fromkeys(labels))
    graph = chain(labels)
    svg = map_svg(diagram(graph, ENGLISH))
    assert_harmless(svg)
    drawn = groups(svg)
    for place, label in enumerate(graph.shown.nodes):
        *lines, _count = texts(drawn[f"node-{place}"])
        assert lines == wrap(ENGLISH.activity(label)), label
        title = drawn[f"node-{place}"].findtext(f"{NODE}title") or ""
        assert plain(ENGLISH.activity(label)) in title.replace("\n", " ") or "\n" in label


@needs_engine
def test_hostile_labels_stay_text_to_the_letter() -> None:
    assert_survives(HOSTILE)


@needs_engine
def test_naughty_strings_stay_text_to_the_letter(data: Callable[[str], Path]) -> None:
    labels = json.loads(data("naughty/blns.json").read_text(encoding="utf-8"))
    for first in range(0, len(labels), 60):
        assert_survives(labels[first : first + 60])


@needs_engine
@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=2, max_size=8))
def test_any_text_stays_text(labels: list[str]) -> None:
    assert_survives([*labels, "end"])


def test_what_an_engine_smuggles_in_is_not_copied() -> None:
    svg = b"""<?xml version="1.0"?><?xml-stylesheet href="x.css"?>
    <svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" onload="x()" width="1pt"
      height="1pt" viewBox="0 0 1 1"><script>x()</script><style>*{}</style><image href="file:///etc/passwd"/>
      <g id="node-0" class="node" onclick="x()"><title>n0</title><a xlink:href="javascript:x()"><text>gone</text></a>
      <foreignObject/><path d="M0,0" fill="url(http://example.org)" style="x"/><text fill="#000000">kept</text></g>
    </svg>"""
    clean = redraw(svg, label='a "map"', captions={"node-0": Caption("<b>", {"activity": '"x"'})})
    assert_harmless(clean)
    assert "gone" not in clean
    assert "url(" not in clean
    assert texts(groups(clean)["node-0"]) == ["kept"]
    assert groups(clean)["node-0"].findtext(f"{NODE}title") == "<b>"
