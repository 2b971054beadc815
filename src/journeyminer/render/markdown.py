"""The report as GitHub's Markdown: reads as the summary of a CI job, the finding first, the receipt folded away."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from journeyminer.render import escape, phrases, tables
from journeyminer.render.escape import markdown as text
from journeyminer.render.map.text import journey_text
from journeyminer.report.findings import unknowns, usual_cautions
from journeyminer.report.sections import Report, parts
from journeyminer.text import printable

if TYPE_CHECKING:
    from journeyminer.i18n import Language
    from journeyminer.report.receipt import SourceRow
    from journeyminer.report.section import Section

TOP: Final = 10
STEPS_SHOWN: Final = 12
BARS: Final = "▁▂▃▄▅▆▇█"


def render(report: Report, language: Language) -> str:
    """The whole report; sections that were not computed are left out."""
    made = tables.worded_tables(report, language)
    pieces = [*_top(report, language)]
    for part, section in parts(report).items():
        pieces.append(_heading(part, language))
        form = FORMS.get(part)
        pieces += form(report, made, language) if form else _plain(part, section, report, made, language)
    pieces += [*_unknowns(report, language), *_receipt(report, made, language), *_words(report, language)]
    return "\n\n".join(filter(None, pieces)) + "\n"


Made = dict[str, tables.Table]


def _plain(part: str, section: Section, report: Report, made: Made, language: Language) -> Iterable[str]:
    """What a part is about and its tables: the form of every section that has none of its own."""
    yield phrases.lead(part, report, language)
    for sheet in section.sheets:
        yield from _first(made[sheet.name], language)


def _first(table: tables.Table, language: Language) -> Iterable[str]:
    """The first rows of a table, and how many more there are."""
    yield _table(table.pick(*table.columns, limit=TOP), language)
    if (rest := len(table.rows) - TOP) > 0:
        yield text(language.text("section.variants.more", n=rest))


def _top(report: Report, language: Language) -> Iterable[str]:
    yield f"# {language.text('title.report')}"
    if headlines := phrases.headlines(report, language):
        first, *others = headlines
        yield f"**{text(first)}**"
        if others:
            yield "\n".join(f"- {text(line)}" for line in others)
    when = f"{phrases.span(report, language)}, {phrases.as_of(report, language)}. " if report.log.first else ""
    yield text(when + phrases.what_was_read(report, language))
    if report.filters:
        yield text(language.text("title.filters", filters=report.filters))
    if report.generated_at:
        yield text(language.text("title.generated", generated_at=report.generated_at))


def _bottlenecks(report: Report, _: Made, language: Language) -> Iterable[str]:
    yield phrases.bottlenecks_lead(report, language)
    if not report.bottlenecks:
        return
    usual = usual_cautions(report)
    rows = tuple(
        (
            place.rank,
            phrases.place(place, language),
            place.turn,
            place.lost_seconds,
            phrases.interval(place.low, place.high, "hours", language),
            place.n_cases,
            place.median_seconds,
            place.p90_seconds,
            phrases.cautions(place, usual, language),
        )
        for place in report.bottlenecks[:TOP]
    )
    columns = "rank", "place", "turn", "lost_seconds", "likely", "n_cases", "median_seconds", "p90_seconds", "one_off"
    yield _table(tables.Table("", columns, rows, {"one_off": ""}), language)
    rest = len(report.bottlenecks) - TOP
    if rest > 0:
        yield text(language.text("section.variants.more", n=rest))
    cases = (", ".join(language.name(item.case_id) for item in place.evidence) for place in report.bottlenecks[:TOP])
    folded = "\n".join(f"{at}. {text(line)}" for at, line in enumerate(cases, 1))
    yield _details(language.text("section.bottlenecks.evidence"), folded)


def _kpis(report: Report, _: Made, language: Language) -> Iterable[str]:
    columns = ("id", "value", "likely", "rests_on", "n_open", "definition")
    yield _table(tables.kpis_in_words(report, language).pick(*columns), language)


def _journey(report: Report, made: Made, language: Language) -> Iterable[str]:
    yield phrases.lead("journey", report, language)
    yield journey_text(report, language)
    yield _details(language.text("section.journey.table"), _table(made["stages"], language))


def _map(report: Report, made: Made, language: Language) -> Iterable[str]:
    cases = phrases.traces(report, report.log.n_traces, language)
    yield language.text("section.map.lead_plain", cases=cases)
    yield mermaid(report, language)
    yield text(phrases.hidden(report, language))
    columns = "source", "target", "n", "n_cases", "median_seconds", "p90_seconds", "lost_seconds"
    moves = made["edges"].pick(*columns, limit=100)
    yield _details(language.text("section.map.table"), _table(moves, language))


def mermaid(report: Report, language: Language) -> str:
    """The shown part of the graph as a Mermaid flowchart; the happy path's lines are thick."""
    if report.graph is None:
        return ""
    shown = report.graph.shown
    ids = {activity: f"n{at}" for at, activity in enumerate(shown.nodes)}
    counts = {node.activity: node.n for node in report.graph.nodes}
    moves = {(edge.source, edge.target): edge.n for edge in report.graph.edges}
    happy = set(zip(shown.happy_path, shown.happy_path[1:], strict=False))
    lines = ["```mermaid", "flowchart LR"]
    for activity, name in ids.items():
        label = f"{escape.mermaid(language.activity(activity))}<br/>{language.number(counts.get(activity))}"
        lines.append(f'  {name}["{label}"]')
    for source, target in shown.edges:
        arrow = "==>" if (source, target) in happy else "-->"
        lines.append(f'  {ids[source]} {arrow}|"{language.number(moves.get((source, target)))}"| {ids[target]}')
    return "\n".join([*lines, "```"])


def _handovers(report: Report, made: Made, language: Language) -> Iterable[str]:
    yield "\n".join(f"- {text(line)}" for line in phrases.handovers(report, language))
    if report.handovers:
        columns = "by", "source", "target", "n", "n_cases", "median_seconds", "p90_seconds"
        yield from _first(made["handovers"].pick(*columns), language)


def _variants(report: Report, made: Made, language: Language) -> Iterable[str]:
    yield phrases.coverage(report, language)
    found = report.variants.rows if report.variants else ()
    rows = tuple((row.n_cases, row.share, row.activities[:STEPS_SHOWN]) for row in found[:TOP])
    yield _table(replace(made["variants"], rows=rows), language)


def _durations(report: Report, made: Made, language: Language) -> Iterable[str]:
    yield text(phrases.durations_lead(report, language))
    columns = "n", "median_seconds", "p90_seconds", "mean_seconds", "min_seconds", "max_seconds"
    yield _table(made["durations"].pick(*columns), language)


def _trend(report: Report, made: Made, language: Language) -> Iterable[str]:
    yield text(phrases.trend_lead(report, language))
    whole = [row for row in report.trend or () if row.complete]
    lines = (
        (language.text(f"column.{name}"), sparkline([getattr(row, name) for row in whole])) for name in phrases.TREND
    )
    yield "\n".join(f"- {text(name)}: {line}" for name, line in lines if line)
    yield _table(made["trend"], language)


def sparkline(values: Sequence[float | None]) -> str:
    """Values as bars from zero to the highest, unknown ones as dots; nothing where fewer than two are known."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return ""
    most = max(known) or 1
    return "".join("·" if value is None else BARS[round(value / most * (len(BARS) - 1))] for value in values)


def _unknowns(report: Report, language: Language) -> Iterable[str]:
    says = [phrases.unknown(note, report.per, language) for note in unknowns(report)]
    yield _heading("unknowns", language)
    yield "\n".join(f"- {text(line)}" for line in says) or language.text("section.unknowns.none")


def _receipt(report: Report, made: Made, language: Language) -> Iterable[str]:
    yield _heading("receipt", language)
    yield language.text("section.receipt.lead")
    columns = "file", "importer", "records", "used", "rejected", "deduplicated", "ignored", "events"
    yield _table(made["sources"].pick(*columns), language)
    inside = [line for source in report.sources for line in _source(source, language)]
    quality = report.quality
    if quality and quality.rejects:
        inside += [f"**{language.text('section.receipt.rejects')}**", _table(tables.rejects(report), language)]
    for key, files in (("unclaimed", quality.unclaimed), ("failed", quality.failed)) if quality else ():
        if files:
            listed = "\n".join(
                f"- {text(f'{language.name(each.file)}: {language.note(each.reason)}')}" for each in files
            )
            inside += [f"**{language.text(f'section.receipt.{key}')}**", listed]
    if quality and quality.unmatched:
        inside.append(f"**{language.text('section.receipt.unmatched')}**")
        inside.append(text(language.text("section.receipt.unmatched_lead")))
        inside.append(_code(row.line for row in quality.unmatched))
    if inside:
        yield _details(language.text("section.receipt.details"), "\n\n".join(inside))


def _words(report: Report, language: Language) -> Iterable[str]:
    terms = phrases.glossary(report)
    said = (
        f"- **{text(language.text(f'term.{term}.word'))}**: {text(language.text(f'term.{term}.means'))}"
        for term in terms
    )
    yield _heading("definitions", language)
    yield "\n".join(said)


def _source(source: SourceRow, language: Language) -> Iterable[str]:
    yield f"**{text(language.name(source.file))}**: {text(phrases.recognised(source, language))}"
    says = list(map(language.note, source.decisions))
    says += [
        f"{n} × {reason}"
        for counts in (source.rejected_reasons, source.ignored_reasons)
        for n, reason in phrases.reasons(counts, language)
    ]
    if says:
        yield "\n".join(f"- {text(line)}" for line in says)


def _heading(section: str, language: Language) -> str:
    return f"## {language.text(f'section.{section}.title')}"


def _table(table: tables.Table, language: Language) -> str:
    return tables.to_markdown(table, language)


def _details(summary: str, inside: str) -> str:
    return f"<details><summary>{text(summary)}</summary>\n\n{inside}\n\n</details>"


def _code(lines: Iterable[str]) -> str:
    """Lines to copy as they are: a fence longer than any run of backticks among them."""
    plain = [printable(line) for line in lines]
    fence = "```"
    while any(fence in line for line in plain):
        fence += "`"
    return "\n".join([fence, *plain, fence])


FORMS: Final[dict[str, Callable[[Report, Made, Language], Iterable[str]]]] = {
    "journey": _journey,
    "map": _map,
    "bottlenecks": _bottlenecks,
    "handovers": _handovers,
    "kpis": _kpis,
    "trend": _trend,
    "variants": _variants,
    "durations": _durations,
}
"""part -> what stands under its heading, where that is more than a lead and its tables"""
