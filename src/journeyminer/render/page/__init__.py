"""The report as one offline HTML file: nothing is fetched, nothing but our own script and style may run.

The template decides the page; this module only hands it the report, the words and the pictures. jinja2 escapes all
data, a policy with the hashes of script and style is the second wall.
"""

from __future__ import annotations

import base64
import hashlib
from importlib import resources
from typing import TYPE_CHECKING, Final

from journeyminer.i18n import Language
from journeyminer.mining.handovers import HandoverRow
from journeyminer.render import phrases, tables
from journeyminer.render.page import charts
from journeyminer.report.sections import Report
from journeyminer.text import printable
from journeyminer.vocabulary import HandoverLevel

if TYPE_CHECKING:
    from jinja2 import Environment

TOP_VARIANTS: Final = 10
CHIP_COLOURS: Final = 8
HEAT_ORDER: Final[tuple[HandoverLevel, ...]] = ("group", "tier", "resource", "channel", "role")
MOST_ROWS: Final = 200
"""a page with tens of thousands of rows helps nobody; the tables beside it have them all"""


def render(report: Report, language: Language, *, map_svg: str | None = None) -> str:
    """The page. `map_svg` is the drawn map (render/map), inlined as it is; without one the moves are a table."""
    from markupsafe import Markup

    from journeyminer.render.map import MAP_CSS
    from journeyminer.render.map.picture import legend

    css, script = _asset("report.css") + MAP_CSS, _asset("report.js")
    page = _environment().get_template("report.html.j2")
    return page.render(
        report=report,
        language=language,
        t=language.text,
        phrases=phrases,
        charts=charts,
        tables=tables.report_tables(report),
        rejects=tables.rejects(report),
        unmatched=tables.unmatched(report),
        zip=zip,
        css=Markup(css),
        script=Markup(script),
        policy=_policy(css, script),
        map_legend=legend(language),
        map_svg=None if map_svg is None else Markup(map_svg),
        heat_level=_heat_level(report.handovers or ()),
        chips=_chips(report),
        top_variants=TOP_VARIANTS,
        MOST_ROWS=MOST_ROWS,
    )


def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("journeyminer.render.page"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_plain,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["svg"] = _svg
    return made


def _svg(drawn: str) -> str:
    """A picture of charts.py as markup; it has escaped its words."""
    from markupsafe import Markup

    return Markup(drawn)


def _plain(value: object) -> object:
    """Data without control characters; markup of our own as it is."""
    return value if hasattr(value, "__html__") or not isinstance(value, str) else printable(value)


def _asset(name: str) -> str:
    return resources.files("journeyminer.render.page").joinpath("templates", name).read_text(encoding="utf-8")


def _policy(css: str, script: str) -> str:
    """The page's Content-Security-Policy: our script and style by hash, and nothing from anywhere."""
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(css)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _heat_level(rows: tuple[HandoverRow, ...]) -> HandoverLevel | None:
    """The level whose hand-overs the matrix shows: teams, else the next one there is."""
    present = {row.by for row in rows}
    return next((level for level in HEAT_ORDER if level in present), None)


def _chips(report: Report) -> dict[str, int]:
    """A colour number for each activity of the shown variants, the most frequent first; 0 where colours run out."""
    counts: dict[str, int] = {}
    for row in (report.variants.rows if report.variants else ())[:TOP_VARIANTS]:
        for activity in row.activities:
            counts[activity] = counts.get(activity, 0) + row.n_cases
    order = sorted(counts, key=lambda activity: (-counts[activity], activity))
    return {activity: at if at <= CHIP_COLOURS else 0 for at, activity in enumerate(order, 1)}
