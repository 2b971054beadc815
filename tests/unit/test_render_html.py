"""The HTML report: one file, locked, every section there; what needs a browser is in tests/browser."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from jinja2 import TemplateNotFound
from msgspec.structs import replace

from journeyminer.i18n import Language
from journeyminer.render.page import _environment, render
from journeyminer.render.page.view import View
from sample_report import empty_report, hostile_report, sample_report

EN = Language("en")
SVG = '<svg class="journey-map"><g class="node" id="node-0"></g></svg>'


class Page(HTMLParser):
    """Every start tag with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_only_our_own_script_and_style_may_run() -> None:
    text = render(sample_report(), EN, map_svg=SVG)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy
    for tag in ("script", "style"):
        (inside,) = re.findall(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{tag}-src &#39;sha256-{digest}&#39;" in policy[1]
    assert policy[1].startswith("default-src &#39;none&#39;")


@pytest.mark.parametrize(
    "report", [sample_report(), hostile_report(), empty_report()], ids=["sample", "hostile", "empty"]
)
def test_nothing_is_fetched_and_nothing_handles_events(report: object) -> None:
    for tag, attributes in Page(render(report, EN, map_svg=SVG)).tags:  # type: ignore[arg-type]
        assert tag not in ("img", "link", "iframe", "object", "embed", "base", "form")
        assert not [name for name in attributes if name.startswith("on") or name in ("src", "style", "srcset")]
        assert (attributes.get("href") or "#").startswith("#")


def test_hostile_text_adds_no_tag() -> None:
    def tags(text: str) -> list[str]:
        return [tag for tag, _ in Page(text).tags]

    assert tags(render(hostile_report(), EN)) == tags(render(sample_report(), EN))


def test_the_contents_lead_to_sections_that_are_there() -> None:
    for report in (sample_report(), empty_report()):
        tags = Page(render(report, EN, map_svg=SVG)).tags
        targets = {attributes["href"] for tag, attributes in tags if tag == "a"}
        ids = {f"#{attributes['id']}" for tag, attributes in tags if tag == "section" and "id" in attributes}
        assert targets == ids


def test_no_id_is_used_twice() -> None:
    ids = [
        attributes["id"] for _, attributes in Page(render(sample_report(), EN, map_svg=SVG)).tags if "id" in attributes
    ]
    assert len(ids) == len(set(ids))


def test_without_a_drawn_map_the_page_says_so() -> None:
    assert "No picture was drawn" in render(sample_report(), EN)
    assert "No picture was drawn" not in render(sample_report(), EN, map_svg=SVG)


def test_a_receipt_that_does_not_balance_is_said_first() -> None:
    report = sample_report()
    assert report.quality is not None
    broken = replace(report, quality=replace(report.quality, balances=False))
    text = render(broken, EN)
    assert text.index("does not add up") < text.index("<main>")


def test_the_page_speaks_the_reader_s_language() -> None:
    text = render(sample_report(), Language("pt"))
    assert '<html lang="pt">' in text
    assert "Onde os clientes esperam por nós" in text
    assert "1.284 casos" in text


def test_a_column_of_customers_only_where_anyone_is_known() -> None:
    report = sample_report()
    nobody = replace(report, log=replace(report.log, n_customers=0))
    head = f">{EN.text('column.n_customers')}</th>"
    assert head in render(report, EN) and head not in render(nobody, EN)


def test_a_part_without_a_partial_of_its_own_shows_its_lead_and_its_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    loader = _environment(EN).loader
    assert loader is not None
    partials = {name.removeprefix("sections/") for name in loader.list_templates() if name.startswith("sections/")}
    own = {*View(sample_report(), EN, None).parts, "plain"} - {"teams", "promises", "journeys"}
    assert partials == {f"{part}.html.j2" for part in own}
    monkeypatch.setattr(loader.__class__, "get_source", hiding("sections/turns.html.j2", loader.__class__.get_source))
    text = render(sample_report(), EN, map_svg=SVG)
    (turns,) = re.findall(r'<section id="turns">.*?</section>', text, re.DOTALL)
    assert "Every hour from first to last event" in turns
    assert turns.count("<table>") == 1 and "<svg" not in turns


def hiding(name: str, get_source: Callable[..., object]) -> Callable[..., object]:
    """A loader's `get_source` that does not find one of its templates."""

    def find(self: object, environment: object, template: str) -> object:
        if template == name:
            raise TemplateNotFound(template)
        return get_source(self, environment, template)

    return find
