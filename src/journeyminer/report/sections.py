"""THE list: the fields of `Report` are the keys of report.json, and each section says what it is made of, which tables
it has and where it is shown.

Nothing else lists sections: `build`, `show`, the tables, the renderers, the JSON Schema, the reference and the public
measures derive theirs from here. A new measure is a module of `mining/`, an entry here, and a partial of the page.
"""

from __future__ import annotations

from typing import Annotated, Final, get_type_hints

from msgspec import Struct
from msgspec.structs import asdict, astuple, replace

from journeyminer.mining.blueprint import JourneyMap, blueprint
from journeyminer.mining.bottlenecks import Bottleneck, bottlenecks, where
from journeyminer.mining.contrasts import Contrast, contrasts
from journeyminer.mining.durations import Durations, durations
from journeyminer.mining.graph import Edge, GraphData, activities, find_graph, graph
from journeyminer.mining.handovers import HandoverRow, HandoverTotal, handover_totals, handovers
from journeyminer.mining.journeys import JourneyBegun, JourneyFigure, journey_beginnings, journeys
from journeyminer.mining.kpis import Kpi, kpis
from journeyminer.mining.lanes import StepRow, steps
from journeyminer.mining.measure import about
from journeyminer.mining.simplify import simplify
from journeyminer.mining.stages import StageRow, stages
from journeyminer.mining.teams import TeamRow, teams
from journeyminer.mining.trend import NEWEST, TrendRow, trend
from journeyminer.mining.turns import TurnRow, turns
from journeyminer.mining.variants import Variants, variant_totals, variants
from journeyminer.note import Note
from journeyminer.report.model import Finding, LogSummary, Period, Promise
from journeyminer.report.receipt import Quality, SourceRow, quality, read_files
from journeyminer.report.section import Making, Section, Sheet
from journeyminer.vocabulary import Per


def _graph(making: Making) -> GraphData:
    found = find_graph(making.lens, lost="turns" in making.wanted)
    places = [where(place) for place in making.places] if "bottlenecks" in making.wanted else ()
    return found.data(simplify(found, places=places, max_nodes=making.max_nodes, max_edges=making.max_edges))


def _variants(making: Making) -> Variants:
    (totals,) = variant_totals.rows(making.lens)
    return Variants(rows=variants.rows(making.lens), **asdict(totals))


def _handovers(making: Making) -> tuple[HandoverRow, ...]:
    names = making.names
    return tuple(
        replace(row, source=names[row.source], target=names[row.target]) if row.by == "resource" else row
        for row in handovers.rows(making.lens)
    )


def _evidence(places: tuple[Bottleneck, ...]) -> list[tuple[object, ...]]:
    return [(*astuple(place)[:-1], "; ".join(case.case_id for case in place.evidence)) for place in places]


def _inside(rows: tuple[StageRow, ...], list_: str) -> list[tuple[object, ...]]:
    """The rows of a list that every stage has, each with its stage."""
    return [(row.stage, *astuple(each)) for row in rows for each in getattr(row, list_)]


def _read_as(sources: tuple[SourceRow, ...]) -> list[tuple[object, ...]]:
    """Under `importer` stands the source itself: a reader sees what the file was read as."""
    return [(row.file, row, *(getattr(row, column) for column in _COUNTS), row.reason) for row in sources]


def _trend(making: Making) -> tuple[TrendRow, ...] | None:
    return making.periods[-NEWEST:] if making.period else None


def _period(making: Making) -> Period | None:
    if making.period is None:
        return None
    n = len(making.periods)
    return Period(making.period, making.timezone, n, min(n, NEWEST))


_FIGURES: Final = ("id", "value", "unit", "n", "n_open", "median", "p90", "low", "high", "clock", "reason")
_DURATIONS: Final = (
    "n", "n_open", "n_unclear", "n_unknown", "median_seconds", "p90_seconds", "mean_seconds", "min_seconds",
    "max_seconds",
)  # fmt: skip
_COUNTS: Final = ("records", "used", "rejected", "deduplicated", "ignored", "events")
_MOVE: Final = {"source": "activity", "target": "activity"}
_STAGE: Final = {"stage": "stage", "to": "stage", "lane": "lane", "mark": "mark", "activity": "activity"}
_WAIT: Final = {"source": "source", "target": "target", "low": "hours", "high": "hours"}

STAGES = Section(
    (stages,),
    sheets=(
        Sheet("stages", StageRow.__struct_fields__[:-2], kinds={"stage": "stage"}),
        Sheet("stage_ways", ("stage", "to", "n", "share"), lambda rows: _inside(rows, "ways"), _STAGE, traces=""),
        Sheet("marks", ("stage", "mark", "good", "n", "n_cases"), lambda rows: _inside(rows, "marks"), _STAGE),
    ),
    part="journey",
)
STEPS = Section((steps,), sheets=(Sheet("steps", StepRow.__struct_fields__, kinds=_STAGE),), of="stages")
JOURNEY_MAP = Section(make=lambda making: blueprint(making.lens), of="stages")
PROMISES = Section(
    sheets=(Sheet("promises", Promise.__struct_fields__, kinds={"verdict": "verdict"}, traces=""),), part="promises"
)
TREND = Section(
    (trend,),
    _trend,
    (Sheet("trend", TrendRow.__struct_fields__, kinds={"starts": "date"}, traces="arrivals"),),
    part="trend",
)
PERIOD = Section(make=_period, of="trend")
GRAPH = Section(
    (graph,),
    _graph,
    (
        Sheet("edges", Edge.__struct_fields__, lambda data: data.edges, _MOVE, optional="lost_seconds"),
        Sheet("activities", ("activity", "n", "n_cases", "start", "end"), activities),
    ),
    part="map",
)
TURNS = Section((turns,), sheets=(Sheet("turns", TurnRow.__struct_fields__, kinds={"seconds": "hours"}),), part="turns")
TEAMS = Section(
    (teams,),
    sheets=(Sheet("teams", TeamRow.__struct_fields__, kinds={"group": "team", "seconds": "hours"}, traces=""),),
    part="teams",
)
BOTTLENECKS = Section(
    (bottlenecks,),
    lambda making: making.places,
    (Sheet("bottlenecks", Bottleneck.__struct_fields__, _evidence, _WAIT, traces=""),),
    part="bottlenecks",
    even_empty=True,
)
HANDOVERS = Section(
    (handovers,), _handovers, (Sheet("handovers", HandoverRow.__struct_fields__),), part="handovers", even_empty=True
)
HANDOVER_TOTALS = Section(
    (handover_totals,), sheets=(Sheet("handover_totals", HandoverTotal.__struct_fields__),), of="handovers"
)
KPIS = Section((kpis,), sheets=(Sheet("kpis", _FIGURES),), part="kpis")
CONTRASTS = Section((contrasts,), sheets=(Sheet("contrasts", ("by", "part", *_FIGURES)),), part="contrasts")
JOURNEYS = Section(
    (journeys,), sheets=(Sheet("journeys", JourneyFigure.__struct_fields__, traces=""),), part="journeys"
)
JOURNEY_BEGINNINGS = Section(
    (journey_beginnings,),
    sheets=(
        Sheet("journey_beginnings", JourneyBegun.__struct_fields__, kinds={"reason": "journey_beginning"}, traces=""),
    ),
    of="journeys",
)
VARIANTS = Section(
    (variants, variant_totals),
    _variants,
    (Sheet("variants", ("n_cases", "share", "activities"), lambda data: data.rows, {"activities": "activity"}),),
    part="variants",
)
DURATIONS = Section(
    (durations,),
    lambda making: durations.rows(making.lens)[0],
    (Sheet("durations", _DURATIONS, lambda data: (data,), traces="n"),),
    part="durations",
)
FINDINGS = Section(
    sheets=(Sheet("findings", ("severity", "finding"), lambda found: [(each.severity, each) for each in found]),),
    needs=("variants", "handovers", "durations", "turns", "bottlenecks", "kpis", "contrasts"),
)
SOURCES = Section(
    make=lambda making: read_files(making.lens.log),
    sheets=(Sheet("sources", ("file", "importer", *_COUNTS, "reason"), _read_as, traces=""),),
    of="quality",
)
QUALITY = Section(make=lambda making: quality(making.lens))


class Report(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A report of journeyminer.

    Seconds are integers, shares 0..1, times ISO 8601 in UTC. A section that was not computed is absent; null is
    computed and not knowable.
    """

    per: Annotated[Per, about("The lens: what a trace is in every section.")]
    as_of: Annotated[str | None, about("Open traces were followed up to this moment; null for an empty log.")]
    generated_at: Annotated[str | None, about("When it was written; absent unless the user asked for a date.")] = None
    filters: Annotated[tuple[Note, ...], about("The filters that made the log.")]
    sources: Annotated[tuple[SourceRow, ...], SOURCES, about("Every file that was read, with its balance.")]
    log: Annotated[LogSummary, about("How large the log is and what time it spans.")]
    stages: Annotated[tuple[StageRow, ...] | None, STAGES, about("The journey as the customer lives it.")] = None
    steps: Annotated[tuple[StepRow, ...] | None, STEPS, about("Who does what in which stage.")] = None
    journey_map: Annotated[JourneyMap | None, JOURNEY_MAP, about("The boxes and lines of the journey map.")] = None
    promises: Annotated[
        tuple[Promise, ...] | None, PROMISES, about("Rules that must hold; absent where none was given.")
    ] = None
    period: Annotated[Period | None, PERIOD, about("What the periods of the trend are; absent without one.")] = None
    trend: Annotated[tuple[TrendRow, ...] | None, TREND, about("What came, went and stayed; the newest periods.")] = (
        None
    )
    graph: Annotated[GraphData | None, GRAPH, about("What came right after what, and what the map shows of it.")] = None
    turns: Annotated[tuple[TurnRow, ...] | None, TURNS, about("Whose clock was running.")] = None
    teams: Annotated[tuple[TeamRow, ...] | None, TEAMS, about("Whose clock was running, by team.")] = None
    bottlenecks: Annotated[tuple[Bottleneck, ...] | None, BOTTLENECKS, about("Where customers lose time.")] = None
    handovers: Annotated[tuple[HandoverRow, ...] | None, HANDOVERS, about("Changes of owner, by pair.")] = None
    handover_totals: Annotated[tuple[HandoverTotal, ...] | None, HANDOVER_TOTALS, about("Changes of owner.")] = None
    kpis: Annotated[tuple[Kpi, ...] | None, KPIS, about("Key figures.")] = None
    contrasts: Annotated[
        tuple[Contrast, ...] | None, CONTRASTS, about("Key figures in which channels or teams differ.")
    ] = None
    journeys: Annotated[
        tuple[JourneyFigure, ...] | None, JOURNEYS, about("Journeys, beside what cases alone would say.")
    ] = None
    journey_beginnings: Annotated[tuple[JourneyBegun, ...] | None, JOURNEY_BEGINNINGS, about("Why journeys begin.")] = (
        None
    )
    variants: Annotated[Variants | None, VARIANTS, about("The most frequent sequences of activities.")] = None
    durations: Annotated[Durations | None, DURATIONS, about("Throughput time of the traces that are over.")] = None
    findings: Annotated[tuple[Finding, ...] | None, FINDINGS, about("What is worth saying first, in order.")] = None
    quality: Annotated[Quality | None, QUALITY, about("The receipt beyond the files' balances.")] = None


SECTIONS: Final[dict[str, Section]] = {
    key: section
    for key, hint in get_type_hints(Report, include_extras=True).items()
    for section in getattr(hint, "__metadata__", ())
    if isinstance(section, Section)
}
"""key of the report -> its section, in the order in which reports show them"""
ASKED: Final = tuple(key for key, section in SECTIONS.items() if not section.of)
"""the keys that `show` and `build` know by name"""
MEASURES: Final = {measure.__name__: measure for section in SECTIONS.values() for measure in section.measures}
"""name -> public measure"""


def together(*keys: str) -> frozenset[str]:
    """These keys with those that are made and printed with them."""
    return frozenset(key for key, section in SECTIONS.items() if key in keys or section.of in keys)


def tables_of(key: str) -> tuple[str, ...]:
    """The names of a section's tables, the one that CSV prints first; without any, of those of the keys beside it."""
    own = SECTIONS[key].sheets or tuple(sheet for beside in together(key) for sheet in SECTIONS[beside].sheets)
    return tuple(sheet.name for sheet in own)


def parts(report: Report) -> dict[str, Section]:
    """The parts that the page and the Markdown show of this report, in order, with their sections."""
    return {section.part: section for key, section in SECTIONS.items() if section.is_shown(getattr(report, key))}
