"""The report as one offline HTML file: nothing is fetched, nothing but our own script and style may run.

`view.py` makes what is shown, the templates set it: page.html.j2 and a partial for each section. jinja2 escapes all
data; a policy with the hashes of script and style is the second wall.
"""

from __future__ import annotations

import base64
import hashlib
from importlib import resources
from typing import TYPE_CHECKING

from journeyminer.text import printable

if TYPE_CHECKING:
    from jinja2 import Environment

    from journeyminer.i18n import Language
    from journeyminer.report.sections import Report


def render(report: Report, language: Language, *, map_svg: str | None = None) -> str:
    """Return the page. `map_svg` is the drawn map (render/map), inlined as it is; without one the moves are a table."""
    from markupsafe import Markup

    from journeyminer.render.map import MAP_CSS
    from journeyminer.render.map.sketch import JOURNEY_CSS
    from journeyminer.render.page.view import View

    css, script = _asset("page.css") + JOURNEY_CSS + MAP_CSS, _asset("page.js")
    return _environment(language).get_template("page.html.j2").render(
        view=View(report, language, map_svg),
        t=language.text,
        css=Markup(css),
        script=Markup(script),
        policy=_policy(css, script),
    )  # fmt: skip


def _environment(language: Language) -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("journeyminer.render", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_plain,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["shown"] = language.value
    return made


def _plain(value: object) -> object:
    """Return data without control characters; markup of our own as it is."""
    return value if hasattr(value, "__html__") or not isinstance(value, str) else printable(value)


def _asset(name: str) -> str:
    return resources.files("journeyminer.render.page").joinpath(name).read_text(encoding="utf-8")


def _policy(css: str, script: str) -> str:
    """Return the page's Content-Security-Policy: our script and style by hash, and nothing from anywhere."""
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(css)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
