"""What the templates read: the sections of a report as words and pictures, ready to be set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from journeyminer.i18n import Language
from journeyminer.mining.bottlenecks import Bottleneck, Evidence
from journeyminer.render import phrases, tables
from journeyminer.render.map.diagram import legend
from journeyminer.report.sections import Report
from journeyminer.vocabulary import HandoverLevel, Turn

if TYPE_CHECKING:
    from markupsafe import Markup

TOP_VARIANTS: Final = 10
STEPS: Final = 24
"""steps of one way that are shown before the rest is counted"""
CHIP_COLOURS: Final = 8
HEAT_ORDER: Final[tuple[HandoverLevel, ...]] = ("group", "tier", "resource", "channel", "role")


class Share(NamedTuple):
    """A turn's part of all the time."""

    turn: Turn
    word: str
    share: str
    hours: str


class Place(NamedTuple):
    """A place where customers wait, with its pictures."""

    rank: str
    ranks: Markup
    move: str
    about: str
    cautions: str
    evidence: tuple[Evidence, ...]
    whisker: Markup
    likely: str
    figures: Bottleneck


class HeatMap(NamedTuple):
    """Who passes cases to whom: a row for each giver, with how many and how dark for each receiver."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[int, int], ...]], ...]


class Card(NamedTuple):
    """A key figure; `unknown` says why there is none."""

    name: str
    value: str
    unknown: str
    p90: str
    likely: str
    basis: str
    meaning: str


class Way(NamedTuple):
    """A sequence of steps, each with its colour."""

    share: str
    traces: str
    bar: Markup
    steps: tuple[tuple[str, int], ...]
    n_more: int


class View:
    """A report for the templates. What a section needs is made when its partial asks for it."""

    def __init__(self, report: Report, language: Language, map_svg: Markup | None) -> None:
        self.report = report
        self.language = language
        self.map_svg = map_svg
        self.tables = tables.report_tables(report)
        self.parts = phrases.sections(report)
        self.legend = legend(language)
