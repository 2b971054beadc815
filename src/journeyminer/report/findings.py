"""What is worth saying of a report: its findings, and what its data cannot say.

Everything here is a slug with parameters; words are made where the report is rendered.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from journeyminer.mining.turns import clock
from journeyminer.note import Note
from journeyminer.report.model import TELLING_SHARE, Finding
from journeyminer.vocabulary import OUR_TURNS

if TYPE_CHECKING:
    from journeyminer.mining.bottlenecks import Bottleneck
    from journeyminer.mining.kpis import Kpi
    from journeyminer.report.sections import Report

UNKNOWN_SHARE = 0.2
"""From this share of unknown time on, the reader must know it first."""
LASTING_SHARE = 0.5
"""Where a one-off costs most, the costliest lasting place is named too, if it loses at least this share of it."""
WORTH_SECONDS = 3600
"""A place that loses less in all stands in the table, and in no sentence."""
MOSTLY = 0.75
"""What holds for more than this share of the places sets none of them apart."""

SPOIL_ROLES: Final = ("us_unknown", "us_unknown_chat")
"""Notes of a reading that leave roles, and so turns, unknown."""
NOTES: Final = (
    "same_log",
    "one_system",
    "same_events",
    "same_cases",
    "status_is_final",
    "ends_unknown",
    "synthetic",
    "mixed_zones",
    "spellings",
    "left_out",
    "overlaps",
)
"""The other notes, the gravest first."""


def find(report: Report) -> tuple[Finding, ...]:
    """The findings of a report, the most important first. Each rests on figures that stand in the report too."""
    found = [*_unknown(report), *_turns(report), *_bottleneck(report), *_first_response(report), *_handovers(report),
             *_reopened(report), *_open(report), *_happy_path(report)]  # fmt: skip
    return tuple(found)


def worth_saying(report: Report) -> tuple[Bottleneck, ...]:
    """The places that are worth a sentence, the costliest first."""
    return tuple(place for place in report.bottlenecks or () if place.lost_seconds >= WORTH_SECONDS)


def unknowns(report: Report) -> tuple[Note, ...]:
    """What the data cannot say, by what it spoils: roles and turns, key figures, times, then the rest.

    Files that were not read come last: they are listed in the receipt.
    """
    notes = report.quality.notes if report.quality else ()
    unknown = sum(share for turn, _, share in clock(report.turns or ()) if turn == "unknown")
    assumed = sum(row.share for row in report.turns or () if row.basis == "assumed")
    turns = (unknown, Note("unknown.turns", share=unknown)), (assumed, Note("unknown.assumed_turns", share=assumed))
    return (
        *(note for note in notes if note.slug in SPOIL_ROLES),
        *(note for share, note in turns if share >= TELLING_SHARE),
        *_unknown_figures(report),
        *_assumed_zones(report),
        *sorted((note for note in notes if note.slug not in SPOIL_ROLES), key=_gravity),
        *(note for share, note in turns if 0 < share < TELLING_SHARE),
        *([Note("unknown.ties", n=report.log.n_ties)] if report.log.n_ties else []),
        *_unread(report),
    )


def _gravity(note: Note) -> int:
    return NOTES.index(note.slug) if note.slug in NOTES else len(NOTES)


def _unknown_figures(report: Report) -> Iterator[Note]:
    """One note a reason, with all the key figures that it spoils."""
    spoilt: dict[str | None, list[str]] = {}
    for kpi in report.kpis or ():
        if kpi.value is None:
            spoilt.setdefault(kpi.reason, []).append(kpi.id)
    for reason, figures in spoilt.items():
        yield Note("unknown.figures", figures=tuple(figures), reason=reason)


def _assumed_zones(report: Report) -> Iterator[Note]:
    if files := tuple(source.file for source in report.sources if source.zone_assumed):
        yield Note("unknown.zone", n=len(files), files=files)


def _unread(report: Report) -> Iterator[Note]:
    failed, unclaimed = (
        tuple(unread.file for unread in files)
        for files in ((report.quality.failed, report.quality.unclaimed) if report.quality else ((), ()))
    )
    if failed:
        yield Note("unknown.failed", n=len(failed), files=failed)
    if unclaimed:
        yield Note("unknown.unclaimed", n=len(unclaimed), files=unclaimed)


def _unknown(report: Report) -> Iterator[Finding]:
    share = sum(row.share for row in report.turns or () if row.turn == "unknown")
    if share >= UNKNOWN_SHARE:
        yield Finding("unknown_turns", "warning", {"share": share})


def _turns(report: Report) -> Iterator[Finding]:
    # of the time until the resolution: else a longer timer that closes what is solved would make us look better
    until = sum(row.seconds for row in report.turns or () if row.turn != "after_resolution")
    is_resolved = any(row.turn == "after_resolution" for row in report.turns or ()) or _kpi(report, "first_resolution")
    end = "resolution" if is_resolved else "end"
    ours = [row for row in report.turns or () if row.turn in OUR_TURNS]
    assumed = sum(row.seconds for row in ours if row.basis == "assumed")
    known = sum(row.seconds for row in ours) - assumed
    if known:
        yield Finding("turns", "info", {"share": known / until, "seconds": known, "until": end})
    if assumed and assumed >= TELLING_SHARE * until:
        yield Finding("turns_assumed", "info", {"share": assumed / until, "seconds": assumed, "until": end})


def _bottleneck(report: Report) -> Iterator[Finding]:
    worth = worth_saying(report)
    places = [place for place in worth if not place.assumed]
    if not places:
        if worth:
            yield _place("bottleneck_assumed", "info", worth[0])
        return
    top = places[0]
    if top.one_off is not None:
        yield _place("one_off", "info", top)
    lasting = next((place for place in places if place.one_off is None), None)
    if lasting and lasting.lost_seconds >= LASTING_SHARE * top.lost_seconds:
        is_work = lasting.turn == "us_work"
        # where an assumption puts another place before it, it is the first only of what is known
        waits = "bottleneck" if worth[0] is top else "bottleneck_known"
        yield _place("bottleneck_work" if is_work else waits, "info" if is_work else "warning", lasting)


def usual_cautions(report: Report) -> dict[str, int]:
    """The cautions, `assumed` and `one_off`, said once as they hold for so many places, with their number."""
    places = report.bottlenecks or ()
    counts = {
        "assumed": sum(place.assumed for place in places),
        "one_off": sum(place.one_off is not None for place in places),
    }
    return {caution: n for caution, n in counts.items() if n > max(MOSTLY * len(places), 1)}


def _place(slug: str, severity: str, place: Bottleneck) -> Finding:
    params: dict[str, str | int | float | None] = {
        "giver": place.giver,
        "group": place.group,
        "source": place.source,
        "target": place.target,
        "turn": place.turn,
        "seconds": place.lost_seconds,
        "n_cases": place.n_cases,
        "each": round(place.lost_seconds / place.n_cases),
        "median": place.median_seconds,
    }
    return Finding(slug, severity, params, place.evidence)


def _kpi(report: Report, id_: str) -> Kpi | None:
    return next((kpi for kpi in report.kpis or () if kpi.id == id_ and kpi.value is not None), None)


def _first_response(report: Report) -> Iterator[Finding]:
    kpi = _kpi(report, "first_response")
    if kpi is not None and kpi.median is not None and kpi.p90 is not None:
        n = kpi.n + kpi.n_open  # the estimate is of those who still wait, too
        yield Finding("first_response", "info", {"median": kpi.median, "p90": kpi.p90, "n": n, "n_open": kpi.n_open})
    told = {row.value: row.part for row in report.contrasts or () if (row.id, row.by) == ("first_response", "channel")}
    told.pop(None, None)
    if len(told) > 1:
        (fast, quickest), *_, (slow, slowest) = sorted(told.items(), key=lambda item: item[0] or 0)
        params = {"quickest": quickest, "fast": fast, "slowest": slowest, "slow": slow}
        yield Finding("first_response_differs", "info", params)


def _handovers(report: Report) -> Iterator[Finding]:
    n_traces = report.log.n_traces
    between = {row.by: row for row in report.handover_totals or () if row.n_cases >= max(TELLING_SHARE * n_traces, 1)}
    total = between.get("group") or between.get("resource")
    if total is None or not n_traces:
        return
    mean = total.n / total.n_cases
    params: dict[str, str | int | float | None] = {
        "share": total.n_cases / n_traces,
        "of": n_traces,
        "by": total.by,
        "mean": mean,
    }
    yield Finding("handovers", "info", params)
    if total.ping_pong_cases >= TELLING_SHARE * n_traces:
        yield Finding("ping_pong", "warning", {"n": total.ping_pong, "n_cases": total.ping_pong_cases})


def _reopened(report: Report) -> Iterator[Finding]:
    kpi = _kpi(report, "reopen_rate")
    if kpi is not None and kpi.value is not None and kpi.value >= TELLING_SHARE:
        yield Finding("reopened", "warning", {"share": kpi.value, "n": round(kpi.value * kpi.n), "of": kpi.n})


def _open(report: Report) -> Iterator[Finding]:
    if report.durations is not None and report.durations.n_open:
        yield Finding("open_cases", "info", {"n": report.durations.n_open, "of": report.log.n_traces})


def _happy_path(report: Report) -> Iterator[Finding]:
    if report.variants is not None and report.variants.rows:
        best = report.variants.rows[0]
        if best.n_cases == 1 < report.log.n_traces:
            return  # none is more frequent than another
        *way, last = best.activities
        ends = "way" if way else "one_step"
        yield Finding("happy_path", "info", {"share": best.share, "n_cases": best.n_cases, "last": last, "ends": ends})
