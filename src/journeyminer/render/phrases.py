"""What a report says in words, once for all renderers; every figure here is already in the Report.

Phrases hold data as it is: each renderer escapes them for its medium.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from journeyminer.report.model import TELLING_SHARE
from journeyminer.vocabulary import FATES, OUR_TURNS, Per, Turn

if TYPE_CHECKING:
    from journeyminer.i18n import Language
    from journeyminer.mining.bottlenecks import Bottleneck
    from journeyminer.mining.kpis import Kpi
    from journeyminer.note import Note
    from journeyminer.report.model import Finding
    from journeyminer.report.receipt import SourceRow
    from journeyminer.report.sections import Report

ORDER: Final[tuple[Turn, ...]] = (
    "us_queue", "us_work", "bot", "vendor", "customer", "after_resolution", "unknown",
)  # fmt: skip
"""turns as pictures show them: ours first, the queue before the work"""
HEADLINES: Final = 4
NAMES: Final = 3
"""findings and names that are shown before the rest is folded or counted"""
COUNTED: Final = {
    "first_response": "n", "handovers": "of", "ping_pong": "n_cases", "reopened": "of", "open_cases": "of",
    "happy_path": "n_cases",
}  # fmt: skip
"""finding -> which of its parameters is a number of traces"""
GLOSSARY: Final = (
    "case", "turn", "lost", "interval", "handover", "ping_pong", "median", "open", "variant", "one_off",
)  # fmt: skip


def span(report: Report, language: Language) -> str:
    """From the first to the last day of the data, which may be one."""
    first, last = report.log.first, report.log.last
    if language.date(first) == language.date(last):
        return language.date(first)
    return language.text("title.span", first=first, last=last)


def as_of(report: Report, language: Language) -> str:
    """The moment up to which open traces were followed."""
    return language.text("title.as_of", as_of=report.as_of)


def traces(report: Report, n: int, language: Language) -> str:
    """A number of traces in the report's lens: `1,284 cases`."""
    return language.text(f"count.{report.per}", n=n)


def balance(sources: Iterable[SourceRow], language: Language) -> str:
    """What became of the records: `9,842 used, 15 rejected, ...`; fates that nothing met are left out."""
    rows = tuple(sources)
    totals = {fate: sum(getattr(row, fate) for row in rows) for fate in FATES}
    return ", ".join(language.text(f"fate.{fate}", n=n) for fate, n in totals.items() if n or fate == "used")


def balance_line(report: Report, language: Language) -> str:
    """Files and the balance of their records on one line."""
    return language.text(
        "read.balance",
        files=language.text("count.files", n=len(report.sources)),
        records=language.text("count.records", n=sum(row.records for row in report.sources)),
        fates=balance(report.sources, language),
    )


def left_out(report: Report, language: Language) -> str:
    """How many cases are in no trace of the lens, as no customer is known for them; nothing where all are."""
    notes = report.quality.notes if report.quality else ()
    return next((language.note(note) for note in notes if note.slug == "left_out"), "")


def what_was_read(report: Report, language: Language) -> str:
    """Files, records and their fates, events, cases and, where anyone is known, customers; what the lens leaves out."""
    key = "read.sentence_customers" if report.log.n_customers else "read.sentence"
    read = language.text(
        key,
        files=language.text("count.files", n=len(report.sources)),
        records=language.text("count.records", n=sum(row.records for row in report.sources)),
        fates=balance(report.sources, language),
        events=language.text("count.events", n=report.log.n_events),
        cases=language.text("count.case", n=report.log.n_cases),
        customers=language.text("count.customers", n=report.log.n_customers or 0),
    )
    return f"{read} {left_out(report, language)}".rstrip()


def read_as(source: SourceRow, language: Language) -> str:
    """What a file was read as, in words where the language has some for the source, else by its name."""
    return language.word("source", source.profile or source.importer)


def recognised(source: SourceRow, language: Language) -> str:
    """What a file was read as, and why."""
    return f"{read_as(source, language)}: {language.note(source.reason)}"


def reasons(counts: Mapping[str, int], language: Language) -> list[tuple[str, str]]:
    """Why records met a fate: how many, and the reason."""
    return [(language.number(n), language.fate(reason)) for reason, n in counts.items()]


def finding(found: Finding, per: Per, language: Language) -> str:
    """A finding as a sentence, its traces called what they are in the lens."""
    counted = COUNTED.get(found.slug)
    traces = {"cases": language.text(f"count.{per}", n=found.params.get(counted))} if counted else {}
    return language.text(f"finding.{found.slug}", per=per, **found.params, **traces)


def figure(found: Finding, language: Language) -> str:
    """The one number of a finding that is worth large type; nothing where it has none."""
    return language.text(f"figure.{found.slug}", **found.params) if language.has(f"figure.{found.slug}") else ""


def headlines(report: Report, language: Language) -> list[str]:
    """The first findings as sentences."""
    return [finding(found, report.per, language) for found in (report.findings or ())[:HEADLINES]]


def clock(report: Report) -> list[tuple[Turn, int, float]]:
    """Seconds and share of each turn that occurs, ours first."""
    rows = report.turns or ()
    total = sum(row.seconds for row in rows)
    sums = [(turn, sum(row.seconds for row in rows if row.turn == turn)) for turn in ORDER]
    return [(turn, seconds, seconds / total) for turn, seconds in sums if seconds]


def ours(report: Report) -> tuple[float, int]:
    """Share and seconds of the time in a turn we control."""
    rows = [(share, seconds) for turn, seconds, share in clock(report) if turn in OUR_TURNS]
    return sum(share for share, _ in rows), sum(seconds for _, seconds in rows)


def place(bottleneck: Bottleneck, language: Language) -> str:
    """Where a bottleneck is: `Billing: Group changed → Agent reply`."""
    way = move(bottleneck, language)
    return f"{bottleneck.group}: {way}" if bottleneck.group else way


def move(bottleneck: Bottleneck, language: Language) -> str:
    """What a wait came after and what ended it."""
    return f"{language.source(bottleneck.source)} → {language.target(bottleneck.target)}"


def interval(low: float | None, high: float | None, kind: str, language: Language) -> str:
    """A likely range, or the mark of what is not knowable."""
    if low is None or high is None:
        return language.value(None)
    return f"{language.value(low, kind)} – {language.value(high, kind)}"


def happy_path(report: Report, language: Language) -> tuple[str, float | None]:
    """The most frequent complete way as a line, and its share of the traces."""
    steps = report.graph.shown.happy_path if report.graph else ()
    rows = report.variants.rows if report.variants else ()
    share = next((row.share for row in rows if row.activities == steps), None)
    return " → ".join(language.activity(step) for step in steps), share


UNITS: Final = {"seconds": "duration", "share": "percent", "score": "percent", "count": "decimal"}
"""unit of a key figure -> how its value is written"""


def kpi_kind(kpi: Kpi) -> str:
    """How a measure's figures are written."""
    return UNITS.get(kpi.unit, "")


def kpi_name(kpi: Kpi, per: Per, language: Language) -> str:
    """A measure's name."""
    key = f"kpi.{kpi.id}.name"
    return language.text(key, per=per) if language.has(key) else kpi.id.replace("_", " ")


def kpi_basis(kpi: Kpi, per: Per, language: Language) -> str:
    """How many traces a measure rests on: `1,240 cases`. Ratings are of cases, whatever a trace is."""
    return language.text("count.case" if kpi.id == "csat" else f"count.{per}", n=kpi.n)


def cautions(bottleneck: Bottleneck, language: Language) -> str:
    """What to mind about a place: the turn is assumed, or much of it is one case or one day."""
    says = [language.text("section.bottlenecks.assumed")] if bottleneck.assumed else []
    says += [language.word("one_off", bottleneck.one_off)] if bottleneck.one_off else []
    return ", ".join(says)


def kpi_figures(kpi: Kpi, language: Language) -> tuple[str, str]:
    """A measure's value and its likely range; where it is not knowable, the reason and nothing."""
    kind = kpi_kind(kpi)
    if kpi.value is None:
        return language.text("section.kpis.unknown", reason=language.word("reason", kpi.reason)), ""
    return language.value(kpi.value, kind), interval(kpi.low, kpi.high, kind, language)


def hidden(report: Report, language: Language) -> str:
    """What the map leaves out; nothing where it shows all."""
    if report.graph is None or not (report.graph.shown.hidden_edges or report.graph.shown.hidden_nodes):
        return ""
    shown = report.graph.shown
    counts = {"moves": shown.hidden_edges, "steps": shown.hidden_nodes}
    words = [language.text(f"count.{kind}", n=n) for kind, n in counts.items() if n]
    key = "section.map.hidden" if shown.hidden_lost_share is None else "section.map.hidden_lost"
    return language.text(
        key,
        what=words[0] if len(words) == 1 else language.text("count.both", first=words[0], second=words[1]),
        moves=shown.hidden_moves_share,
        lost=shown.hidden_lost_share,
    )


def handovers(report: Report, language: Language) -> list[str]:
    """How often owners changed, and came back, at every level at which they did."""
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
        says.append(f"{line} {back}" if total.ping_pong else line)
    return says


def coverage(report: Report, language: Language) -> str:
    """How many ways there are and how few of them are most traces."""
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


def lead(part: str, report: Report, language: Language) -> str:
    """What a part is about."""
    share, seconds = ours(report)
    cases = traces(report, report.log.n_traces, language)
    return language.text(f"section.{part}.lead", per=report.per, cases=cases, ours=share, seconds=seconds)


def durations_lead(report: Report, language: Language) -> str:
    """What the durations are of."""
    if report.durations is None:
        return ""
    of = report.durations
    key = "lead" if of.n_open else "lead_plain" if of.n_unknown else "lead_all"
    cases = traces(report, of.n, language)
    says = [language.text(f"section.durations.{key}", per=report.per, cases=cases, n_open=of.n_open)]
    if of.n_unknown:
        says.append(language.text("section.durations.unknown", n_unknown=of.n_unknown))
    return " ".join(says)


def kpi_definition(kpi: Kpi, per: Per, language: Language) -> str:
    """What a measure means, in one sentence; nothing where no catalogue says."""
    key = f"kpi.{kpi.definition}.definition"
    return language.text(key, per=per) if language.has(key) else ""


def glossary(report: Report) -> list[str]:
    """The words that a page explains: what a case is, what a trace is, and the rest."""
    first, *rest = GLOSSARY
    return list(dict.fromkeys((first, report.per, *rest)))


def unknowns(report: Report, language: Language) -> list[str]:
    """What the data cannot say, in sentences, by what it spoils: roles and turns, key figures, times, then the rest.

    Files that were not read come last: they are listed in the receipt.
    """
    notes = report.quality.notes if report.quality else ()
    first = [language.note(note) for note in notes if note.slug in SPOIL_ROLES]
    rest = sorted((note for note in notes if note.slug not in SPOIL_ROLES), key=_graveness)
    turns = _unknown_turns(report, language)
    says = [*first, *(line for line, share in turns if share >= TELLING_SHARE), *_unknown_figures(report, language)]
    if assumed_zone := [source.file for source in report.sources if source.zone_assumed]:
        says.append(language.text("section.unknowns.zone", n=len(assumed_zone), files=some(assumed_zone, language)))
    says += map(language.note, rest)
    says += [line for line, share in turns if share < TELLING_SHARE]
    if report.log.n_ties:
        says.append(language.text("section.unknowns.ties", n=report.log.n_ties))
    return says + _unread(report, language)


SPOIL_ROLES: Final = ("us_unknown", "us_unknown_chat")
NOTES: Final = ("status_is_final", "ends_unknown", "synthetic", "mixed_zones", "left_out", "overlaps")
"""notes of a reading; the gravest first"""


def _graveness(note: Note) -> int:
    return NOTES.index(note.slug) if note.slug in NOTES else len(NOTES)


def _unknown_turns(report: Report, language: Language) -> list[tuple[str, float]]:
    """Sentences on the time of which the turn is unknown or assumed, with the share that it is."""
    shares = {
        "unknown_turns": sum(share for turn, _, share in clock(report) if turn == "unknown"),
        "assumed_turns": sum(row.share for row in report.turns or () if row.basis == "assumed"),
    }
    return [(language.text(f"section.unknowns.{key}", share=share), share) for key, share in shares.items() if share]


def _unknown_figures(report: Report, language: Language) -> list[str]:
    """One sentence a reason, with all the figures that it spoils."""
    names: dict[str | None, list[str]] = {}
    for kpi in report.kpis or ():
        if kpi.value is None:
            names.setdefault(kpi.reason, []).append(kpi_name(kpi, report.per, language))
    return [
        language.text("section.unknowns.kpi", names=", ".join(spoilt), reason=language.word("reason", reason))
        for reason, spoilt in names.items()
    ]


def _unread(report: Report, language: Language) -> list[str]:
    quality = report.quality
    kinds = {"failed": quality.failed, "unclaimed": quality.unclaimed} if quality else {}
    return [
        language.text(f"section.unknowns.{key}", n=len(items), files=some([item.file for item in items], language))
        for key, items in kinds.items()
        if items
    ]


def some(names: list[str], language: Language) -> str:
    """The first names of a list, and how many more there are."""
    rest = len(names) - NAMES
    return ", ".join([*names[:NAMES], *([language.text("count.more", n=rest)] if rest > 0 else [])])
