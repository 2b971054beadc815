"""What a report says in words, once for all renderers; every figure here is already in the Report.

Phrases hold data as it is: each renderer escapes them for its medium.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import TYPE_CHECKING, Final

from journeyminer.mining.bottlenecks import where
from journeyminer.mining.turns import our_time
from journeyminer.note import Note
from journeyminer.report.findings import UNKNOWN_SHARE, usual_cautions
from journeyminer.vocabulary import FATES, OUR_TURNS, RATINGS, Per

if TYPE_CHECKING:
    from journeyminer.i18n import Language
    from journeyminer.mining.bottlenecks import Bottleneck
    from journeyminer.mining.kpis import Kpi
    from journeyminer.report.model import Finding, Promise
    from journeyminer.report.receipt import SourceRow
    from journeyminer.report.sections import Report

HEADLINES: Final = 4
"""findings that are shown as headlines"""
COUNTED: Final = {
    "first_response": "n", "handovers": "of", "ping_pong": "n_cases", "reopened": "of", "open_cases": "of",
    "happy_path": "n_cases",
}  # fmt: skip
"""finding -> which of its parameters is a number of traces"""
GLOSSARY: Final = (
    "case", "turn", "lost", "interval", "handover", "ping_pong", "median", "open", "variant", "one_off",
)  # fmt: skip


def span(report: Report, language: Language) -> str:
    """Return the first and the last day of the data, which may be one."""
    first, last = report.log.first, report.log.last
    if language.date(first) == language.date(last):
        return language.date(first)
    return language.text("title.span", first=first, last=last)


def as_of(report: Report, language: Language) -> str:
    """Return the moment up to which open traces were followed."""
    return language.text("title.as_of", as_of=report.as_of)


def traces(report: Report, n: int, language: Language) -> str:
    """Return a number of traces in the report's lens: `1,284 cases`."""
    return language.text(f"count.{report.per}", n=n)


def balance_line(report: Report, language: Language) -> str:
    """Return files and the balance of their records on one line."""
    return language.text("read.balance", **_read(report, language))


def _read(report: Report, language: Language) -> dict[str, object]:
    """Return how much was read and what became of it; fates that no record met are left out."""
    totals = {fate: sum(getattr(source, fate) for source in report.sources) for fate in FATES}
    fates = (language.text(f"fate.{fate}", n=n) for fate, n in totals.items() if n or fate == "used")
    return {
        "files": len(report.sources),
        "records": sum(source.records for source in report.sources),
        "fates": ", ".join(fates),
        "events": report.log.n_events,
        "cases": report.log.n_cases,
        "customers": report.log.n_customers,
    }


def left_out(report: Report, language: Language) -> str:
    """Return how many cases are in no trace of the lens, as no customer is known for them; nothing where all are."""
    notes = report.quality.notes if report.quality else ()
    return next((language.note(note) for note in notes if note.slug == "left_out"), "")


def what_was_read(report: Report, language: Language) -> str:
    """Return what was read, what it makes (customers only where any are known), and what the lens leaves out."""
    key = "read.sentence_customers" if report.log.n_customers else "read.sentence"
    return f"{language.text(key, **_read(report, language))} {left_out(report, language)}".rstrip()


def read_as(source: SourceRow, language: Language) -> str:
    """Return what a file was read as, in words where the language has some for the source, else by its name."""
    return language.word("source", source.profile or source.importer)


def recognised(source: SourceRow, language: Language) -> str:
    """Return what a file was read as, and why."""
    return f"{read_as(source, language)}: {language.note(source.reason)}"


def reasons(counts: Mapping[str, int], language: Language) -> list[tuple[str, str]]:
    """Return why records met a fate: how many, and the reason."""
    return [(language.number(n), language.fate(reason)) for reason, n in counts.items()]


def finding(found: Finding, per: Per, language: Language) -> str:
    """Return a finding as a sentence, in which traces are called what they are in the lens."""
    counted = COUNTED.get(found.slug)
    words = {"cases": language.text(f"count.{per}", n=found.params.get(counted))} if counted else {}
    if "turn" in found.params:
        words["place"] = _place(language, **{key: found.params[key] for key in _PLACE})
    return language.text(f"finding.{found.slug}", per=per, **found.params, **words)


def figure(found: Finding, language: Language) -> str:
    """Return the figure of a finding that is worth large type; nothing where it has none."""
    return language.text(f"figure.{found.slug}", **found.params) if language.has(f"figure.{found.slug}") else ""


def headlines(report: Report, language: Language) -> list[str]:
    """Return the first findings as sentences."""
    return [finding(found, report.per, language) for found in (report.findings or ())[:HEADLINES]]


_PLACE: Final = ("giver", "group", "source", "target", "turn")


def place(bottleneck: Bottleneck, language: Language) -> str:
    """Return where a bottleneck is, after the teams that gave and received: `L1 › Billing: Assigned → Agent reply`."""
    return _place(language, **{key: getattr(bottleneck, key) for key in _PLACE})


def move(bottleneck: Bottleneck, language: Language) -> str:
    """Return what a wait came after and what ended it, or what was worked on."""
    return _place(language, source=bottleneck.source, target=bottleneck.target, turn=bottleneck.turn)


def _place(
    language: Language, *, source: object, target: object, turn: object, giver: object = None, group: object = None
) -> str:
    way = f"{language.value(source, 'source')} → {language.value(target, 'target')}"
    if turn == "us_work":
        way = language.text("section.bottlenecks.work", target=target)
    between = teams(giver, group)
    return f"{between}: {way}" if between else way


def teams(giver: object, group: object) -> str:
    """Return the team that gave a case and the one that received it, those that are known: `L1 › Billing`."""
    return " › ".join(str(team) for team in (giver, group) if team is not None)


def interval(low: float | None, high: float | None, kind: str, language: Language) -> str:
    """Return a likely range, or the mark of what is not knowable."""
    if low is None or high is None:
        return language.value(None)
    return f"{language.value(low, kind)} – {language.value(high, kind)}"


def happy_path(report: Report, language: Language) -> tuple[str, float | None]:
    """Return the most frequent complete way as a line, and its share of the traces; "" where none is taken twice."""
    steps = report.graph.shown.happy_path if report.graph else ()
    rows = report.variants.rows if report.variants else ()
    if rows and rows[0].n_cases == 1 < report.log.n_traces:
        return "", None
    share = next((row.share for row in rows if row.activities == steps), None)
    return " → ".join(language.activity(step) for step in steps), share


UNITS: Final = {"seconds": "duration", "share": "percent", "score": "percent", "count": "decimal", "points": "decimal"}
"""unit of a key figure -> how its value is written"""


def kpi_kind(kpi: Kpi) -> str:
    """Return the kind of a key figure, see `Language.value`."""
    return UNITS.get(kpi.unit, "")


def kpi_name(id: str, per: Per, language: Language) -> str:
    """Return the name of a key figure."""
    key = f"kpi.{id}.name"
    return language.text(key, per=per) if language.has(key) else id.replace("_", " ")


def kpi_basis(kpi: Kpi, per: Per, language: Language) -> str:
    """Return how many traces a key figure rests on: `1,240 cases`. Ratings are of cases, whatever a trace is."""
    return language.text("count.case" if kpi.id in RATINGS else f"count.{per}", n=kpi.n)


def cautions(bottleneck: Bottleneck, usual: Container[str], language: Language) -> str:
    """Return what to mind about a place, but what is usual: an assumed turn, or much from one case or one day."""
    says = [language.text("section.bottlenecks.assumed")] if bottleneck.assumed and "assumed" not in usual else []
    says += [language.word("one_off", bottleneck.one_off)] if bottleneck.one_off and "one_off" not in usual else []
    return ", ".join(says)


def bottlenecks_lead(report: Report, language: Language) -> str:
    """Return what the places are, and what to mind about nearly all of them; or why there are none."""
    if not report.bottlenecks:
        unknown = sum(row.share for row in report.turns or () if row.turn == "unknown")
        why = "unknown" if unknown >= UNKNOWN_SHARE else "none"
        return language.text(f"section.bottlenecks.{why}", unknown=unknown)
    says = [lead("bottlenecks", report, language)]
    keys = {"assumed": "section.bottlenecks.all_assumed", "one_off": "section.bottlenecks.one_offs"}
    if usual := [language.text(keys[caution], n=n) for caution, n in sorted(usual_cautions(report).items())]:
        n_places = len(report.bottlenecks)
        says.append(language.text("section.bottlenecks.mostly", n_places=n_places, cautions=tuple(usual)))
    return " ".join(says)


def kpi_figures(kpi: Kpi, language: Language) -> tuple[str, str]:
    """Return a key figure and its likely range; the reason and nothing where it is not knowable."""
    kind = kpi_kind(kpi)
    if kpi.value is None:
        return language.text("section.kpis.unknown", reason=language.word("reason", kpi.reason)), ""
    return language.value(kpi.value, kind), interval(kpi.low, kpi.high, kind, language)


def promise_figure(promise: Promise, language: Language) -> str:
    """Return the figure of a promise, and why it decides nothing where it does not."""
    is_whole = promise.value is not None and promise.unit == "count" and promise.value.is_integer()
    value = language.value(promise.value, "number" if is_whole else UNITS[promise.unit])
    if promise.why is None:
        return value
    why = language.word("reason", promise.why)
    if promise.value is None:
        return language.text("section.kpis.unknown", reason=why)
    return language.text("section.promises.not_decided", value=value, why=why)


def promise_verdict(promise: Promise, language: Language) -> str:
    """Return whether a promise was kept, and that a broken one fails nothing where that is so."""
    says = language.word("verdict", promise.verdict)
    is_said_only = (promise.verdict, promise.severity) == ("broken", "warning")
    return f"{says} ({language.word('severity', promise.severity)})" if is_said_only else says


def breach(promise: Promise, language: Language) -> Note:
    """Return what to say of a promise that was not kept."""
    rule, value, n, command = promise.rule, promise_figure(promise, language), promise.n, promise.command
    if promise.verdict == "undecided":
        said = Note("promise.undecided", rule=rule, value=value, n=n, command=command)
    else:
        said = Note("promise.broken", rule=rule, severity=promise.severity, value=value, n=n, command=command)
    return Note("promise.with_reason", said=said, reason=promise.reason) if promise.reason else said


def hidden(report: Report, language: Language) -> str:
    """Return what the map leaves out, ranked places by name; nothing where it shows all."""
    if report.graph is None or not (report.graph.shown.hidden_edges or report.graph.shown.hidden_nodes):
        return ""
    shown = report.graph.shown
    counts = {"moves": shown.hidden_edges, "steps": shown.hidden_nodes}
    words = [language.text(f"count.{kind}", n=n) for kind, n in counts.items() if n]
    key = "section.map.hidden" if shown.hidden_lost_share is None else "section.map.hidden_lost"
    says = language.text(
        key,
        what=words[0] if len(words) == 1 else language.text("count.both", first=words[0], second=words[1]),
        moves=shown.hidden_moves_share,
        lost=shown.hidden_lost_share,
    )
    drawn = {*shown.edges, *((None, node) for node in shown.nodes), *((node, None) for node in shown.nodes)}
    if ranks := [f"#{place.rank}" for place in report.bottlenecks or () if where(place) not in drawn]:
        says += f" {language.text('section.map.hidden_places', n=len(ranks), places=ranks)}"
    return says


def handovers(report: Report, language: Language) -> list[str]:
    """Return how often owners changed, and came back, at every level at which they did; or why nothing is said."""
    says = []
    for total in report.handover_totals or ():
        if not total.n:
            continue
        line = language.text(
            "section.handovers.total",
            n=total.n,
            by=total.by,
            n_cases=total.n_cases,
            cases=traces(report, report.log.n_traces, language),
            mean=total.hops_mean,
        )
        back = language.text(
            "section.handovers.ping_pong", n=total.ping_pong, cases=traces(report, total.ping_pong_cases, language)
        )
        after = language.text("section.handovers.after", n_after_resolution=total.n_after_resolution)
        told = {line: True, back: total.ping_pong, after: total.n_after_resolution}
        says.append(" ".join(sentence for sentence, n in told.items() if n))
    owned = any(total.by in ("resource", "group", "tier") for total in report.handover_totals or ())
    return says or [language.text(f"section.handovers.{'none' if owned else 'unknown'}")]


def coverage(report: Report, language: Language) -> str:
    """Return how many ways there are, and how few of them cover most traces."""
    if report.variants is None:
        return ""
    found = report.variants
    return language.text(
        "section.variants.coverage",
        n_total=found.n_total,
        n_for_80=found.n_for_80,
        n_once=found.n_once,
        cases=traces(report, report.log.n_traces, language),
    )


TREND: Final = ("arrivals", "departures", "backlog", "first_response_seconds", "resolution_seconds")
"""the figures of the trend that are drawn"""


def trend_lead(report: Report, language: Language) -> str:
    """Return what the periods are, what their figures mean, and how many of them are shown."""
    period = report.period
    if period is None:
        return ""
    says = [language.text("section.trend.lead", unit=period.unit, timezone=period.timezone)]
    says.append(language.text("section.trend.censored"))
    if period.n_shown < period.n:
        says.append(language.text("section.trend.shown", n_shown=period.n_shown, n=period.n))
    return " ".join(says)


def lead(part: str, report: Report, language: Language) -> str:
    """Return what a part is about."""
    cases = traces(report, report.log.n_traces, language)
    says = language.text(f"section.{part}.lead", per=report.per, cases=cases)
    return f"{says} {in_our_hands(report, language)}" if part == "turns" else says


def in_our_hands(report: Report, language: Language) -> str:
    """Return how much of the time was in a turn that we control, and how much of that is assumed."""
    rows = report.turns or ()
    share, seconds = our_time(rows)
    assumed = sum(row.seconds for row in rows if row.turn in OUR_TURNS and row.basis == "assumed")
    key = "unknown" if all(row.turn == "unknown" for row in rows) else "assumed" if assumed else "known"
    return language.text(f"section.turns.ours_{key}", ours=share, seconds=seconds, assumed=assumed)


def durations_lead(report: Report, language: Language) -> str:
    """Return how many traces the durations are of."""
    if report.durations is None:
        return ""
    of = report.durations
    key = "lead" if of.n_open else "lead_plain" if of.n_unknown or of.n_unclear else "lead_all"
    cases = traces(report, of.n, language)
    says = [language.text(f"section.durations.{key}", per=report.per, cases=cases, n_open=of.n_open)]
    if of.n_unclear:
        says.append(language.text("section.durations.unclear", n_unclear=of.n_unclear))
    if of.n_unknown:
        which = "unknown_all" if of.n_unknown == of.n > 1 else "unknown"
        says.append(language.text(f"section.durations.{which}", n_unknown=of.n_unknown))
    resolved = next((kpi for kpi in report.kpis or () if kpi.id == "last_resolution" and kpi.median is not None), None)
    if resolved and resolved.median != of.median_seconds:
        cases = traces(report, resolved.n, language)
        says.append(language.text("section.durations.resolved", cases=cases, median=resolved.median))
    return " ".join(says)


def kpi_definition(kpi: Kpi, per: Per, language: Language) -> str:
    """Return the definition of a key figure in one sentence; nothing where no catalogue has one."""
    key = f"kpi.{kpi.definition}.definition"
    return language.text(key, per=per) if language.has(key) else ""


def glossary(report: Report) -> list[str]:
    """Return the words that a page explains: what a case is, what a trace is, and the rest."""
    first, *rest = GLOSSARY
    return list(dict.fromkeys((first, report.per, *rest)))


def unknown(note: Note, per: Per, language: Language) -> str:
    """Return what the data cannot say as a sentence."""
    if note.slug != "unknown.figures":
        return language.note(note)
    figures = note.params["figures"]
    names = [kpi_name(str(figure), per, language) for figure in figures] if isinstance(figures, tuple) else []
    return language.text("note.unknown.figures", figures=names, reason=note.params["reason"])
