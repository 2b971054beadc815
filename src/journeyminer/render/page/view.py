"""What the templates read: a report as words and pictures, ready to be set. They see nothing else of the program."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container
from typing import TYPE_CHECKING, Final, NamedTuple

from markupsafe import Markup

from journeyminer.mining.turns import clock
from journeyminer.render import phrases, tables
from journeyminer.render.map.diagram import legend
from journeyminer.render.map.journey import journey_svg
from journeyminer.render.page import charts
from journeyminer.report.findings import unknowns, usual_cautions
from journeyminer.report.sections import Report, parts

if TYPE_CHECKING:
    from journeyminer.i18n import Language
    from journeyminer.mining.bottlenecks import Bottleneck
    from journeyminer.mining.kpis import Kpi
    from journeyminer.mining.variants import VariantRow
    from journeyminer.vocabulary import HandoverLevel

PLACES: Final = 10
WAYS: Final = 10
STEPS: Final = 24
"""places, ways, and steps of one way that are shown before the rest is folded or counted"""
MOST_ROWS: Final = 200
"""a page with tens of thousands of rows helps nobody; the tables beside it have them all"""
CHIP_COLOURS: Final = 8
HEAT_ORDER: Final[tuple[HandoverLevel, ...]] = ("group", "tier", "resource", "channel", "role")


class Place(NamedTuple):
    """A place where customers wait, with its pictures."""

    of: Bottleneck
    move: str
    about: str
    cautions: str
    likely: str
    ranks: Markup
    whisker: Markup


class Card(NamedTuple):
    """A key figure in words, `kind` says how its figures are written; `value` is the reason where there is none."""

    of: Kpi
    kind: str
    name: str
    value: str
    basis: str
    meaning: str


class Way(NamedTuple):
    """A sequence of steps, each with the number of its colour, and how many more there are."""

    of: VariantRow
    traces: str
    bar: Markup
    steps: list[tuple[str, int]]
    n_more: int


class View:
    """A report for the templates: `report` and `language` as they are, and what stands in each section."""

    MOST_ROWS = MOST_ROWS
    PLACES = PLACES

    def __init__(self, report: Report, language: Language, map_svg: str | None) -> None:
        self.report, self.language = report, language
        self.parts = [*parts(report), "unknowns", "receipt", "definitions"]
        """the parts of the page in order: what the report has something for, and what every page has"""
        self.tables = tables.worded_tables(report, language)
        self.rejects, self.unmatched = tables.rejects(report), tables.unmatched(report)
        self.span = phrases.span(report, language) if report.log.first else ""
        self.as_of = phrases.as_of(report, language)
        self.what_was_read = phrases.what_was_read(report, language)
        self.headlines = [
            (phrases.figure(found, language), phrases.finding(found, report.per, language))
            for found in (report.findings or ())[: phrases.HEADLINES]
        ]
        self.journey_svg = Markup(journey_svg(report, language))
        self.map_svg = None if map_svg is None else Markup(map_svg)
        self.legend, self.hidden = legend(language), phrases.hidden(report, language)
        self.clock = clock(report.turns or ())
        self.clock_bar = charts.clock_bar(self.clock, language.text("section.turns.picture"), language)
        self.places, self.bottlenecks_lead = _places(report, language), phrases.bottlenecks_lead(report, language)
        self.n_more_places = len(report.bottlenecks or ()) - PLACES
        self.handovers, self.heat = phrases.handovers(report, language), _heat(report)
        self.cards = [_card(kpi, report, language) for kpi in report.kpis or ()]
        self.coverage, self.ways = phrases.coverage(report, language), _ways(report, language)
        self.trend_lead, self.trend_bars = phrases.trend_lead(report, language), _trend_bars(report, language)
        self.durations_lead = phrases.durations_lead(report, language)
        self.unknowns = [phrases.unknown(note, report.per, language) for note in unknowns(report)]
        self.balance_line = phrases.balance_line(report, language)
        self.sources = [(source, phrases.recognised(source, language)) for source in report.sources]
        self.glossary = phrases.glossary(report)

    def lead(self, part: str) -> str:
        """Return what a part of the page is about."""
        return phrases.lead(part, self.report, self.language)

    def tables_of(self, part: str) -> list[tables.Table]:
        """Return the tables of a part."""
        return [self.tables[sheet.name] for sheet in parts(self.report)[part].sheets]


def _places(report: Report, language: Language) -> list[Place]:
    places = report.bottlenecks or ()
    most = max((place.high or place.lost_seconds for place in places), default=0)
    usual = usual_cautions(report)
    return [_place(place, usual, most, len(places), language) for place in places[:PLACES]]


def _place(place: Bottleneck, usual: Container[str], most: int, last: int, language: Language) -> Place:
    """Return a place. `usual` cautions are said above; its lost time's scale ends at `most`, its rank's at `last`."""
    t = language.text
    ranks = t("section.bottlenecks.rank", rank=place.rank, low=place.rank_low, high=place.rank_high)
    likely = t("section.bottlenecks.whisker", lost=place.lost_seconds, low=place.low, high=place.high)
    about = (phrases.teams(place.giver, place.group), language.word("turn", place.turn), t("count.waits", n=place.n))
    return Place(
        place,
        phrases.move(place, language),
        ", ".join(filter(None, about)),
        phrases.cautions(place, usual, language),
        phrases.interval(place.low, place.high, "hours", language),
        charts.rank_range(place.rank, place.rank_low, place.rank_high, last, ranks),
        charts.whisker(place.lost_seconds, place.low, place.high, most, likely),
    )


def _trend_bars(report: Report, language: Language) -> list[tuple[str, Markup]]:
    """Return each figure of the trend that is known in any period, by name, with its picture."""
    rows, bars = report.trend or (), []
    for name in phrases.TREND:
        if all(getattr(row, name) is None for row in rows):
            continue
        head = language.text(f"column.{name}")
        kind = "duration" if name.endswith("_seconds") else "number"
        told = []
        for row in rows:
            says = f"{language.date(row.starts)}: {language.value(getattr(row, name), kind)}"
            says += "" if row.complete else f" ({language.text('section.trend.running')})"
            told.append((getattr(row, name), row.complete, says))
        bars.append((head, charts.columns(told, language.text("section.trend.bars", figure=head))))
    return bars


def _heat(report: Report) -> dict[str, tuple[tuple[int, int], ...]]:
    """Return giver -> how often, and how dark, for each receiver, at the first level of HEAT_ORDER that there is."""
    rows = report.handovers or ()
    level = next((level for level in HEAT_ORDER if any(row.by == level for row in rows)), None)
    return dict(zip(*charts.heat_map(rows, level), strict=True)) if level else {}


def _card(kpi: Kpi, report: Report, language: Language) -> Card:
    value, _ = phrases.kpi_figures(kpi, language)
    basis = [phrases.kpi_basis(kpi, report.per, language)]
    basis += [language.text("count.open", n=kpi.n_open)] if kpi.n_open else []
    basis += [language.word("clock", kpi.clock)] if kpi.clock else []
    name = phrases.kpi_name(kpi.id, report.per, language)
    meaning = phrases.kpi_definition(kpi, report.per, language)
    return Card(kpi, phrases.kpi_kind(kpi), name, value, ", ".join(basis), meaning)


def _ways(report: Report, language: Language) -> list[Way]:
    """Return the most frequent ways; an activity has the same colour in all of them, 0 where colours run out."""
    rows = report.variants.rows[:WAYS] if report.variants else ()
    counts: Counter[str] = Counter()
    for row in rows:
        for activity in row.activities:
            counts[activity] += row.n_cases
    order = sorted(counts, key=lambda activity: (-counts[activity], activity))
    colours = {activity: at if at <= CHIP_COLOURS else 0 for at, activity in enumerate(order, 1)}
    widest = max((row.share for row in rows), default=0.0)
    return [
        Way(
            row,
            phrases.traces(report, row.n_cases, language),
            charts.share_bar(row.share, widest, language.percent(row.share)),
            [(step, colours[step]) for step in row.activities[:STEPS]],
            len(row.activities) - STEPS,
        )
        for row in rows
    ]
