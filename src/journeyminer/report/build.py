"""Analysis ends here: the measures of a log become one Report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from journeyminer.log import EventLog
from journeyminer.mining.lens import Lens
from journeyminer.mining.moves import moves, n_ties
from journeyminer.note import Note
from journeyminer.options import ReportOptions
from journeyminer.report import model
from journeyminer.report.findings import find
from journeyminer.report.section import Making
from journeyminer.report.sections import ASKED, SECTIONS, Report, together
from journeyminer.vocabulary import Per

FIRST_REJECTS = 20


def build(
    log: EventLog,
    *,
    sections: Sequence[str] = ASKED,
    per: Per = "case",
    named: bool = False,
    max_nodes: int = ReportOptions.max_nodes,
    max_edges: int = ReportOptions.max_edges,
    filters: tuple[Note, ...] = (),
    generated_at: str | None = None,
) -> Report:
    """The Report of a prepared log.

    Args:
        sections: which sections to make, by key of the report; what they rest on is made too.
        per: what a trace is.
        named: whether resources keep their names; else they are "agent 1 ... n".
        max_nodes, max_edges: how much the map shows.
        filters: the filters that made the log, see `describe_filters`.
        generated_at: ISO 8601, where the report is to be dated.

    Raises:
        UsageError: the log has no such traces.
    """
    lens = Lens(log, per)
    wanted = together(*sections, *(needed for key in sections for needed in SECTIONS[key].needs))
    making = Making(lens, named, max_nodes, max_edges, wanted)
    report = Report(
        per=per,
        as_of=_iso(log.as_of),
        generated_at=generated_at,
        filters=filters,
        sources=tuple(_source(source) for source in log.receipt.sources),
        log=_summary(lens),
        quality=_quality(lens) if "quality" in wanted else None,
        **{key: section.made(making) for key, section in SECTIONS.items() if key in wanted and section.makes},
    )
    return replace(report, findings=find(report)) if "findings" in wanted else report


def _quality(lens: Lens) -> model.Quality:
    from journeyminer.prepare import paste_line

    log, receipt = lens.log, lens.log.receipt
    totals = {fate: sum(getattr(source, fate) for source in receipt.sources)
              for fate in ("records", "used", "rejected", "deduplicated", "ignored")}  # fmt: skip
    unmatched = tuple(
        model.UnmatchedRow(value.field, value.value, value.n, paste_line(value)) for value in receipt.unmatched
    )
    rejects = log.rows(f"SELECT file, record, reason FROM rejects LIMIT {FIRST_REJECTS}")
    return model.Quality(
        **totals,
        balances=all(source.balances for source in receipt.sources),
        unclaimed=tuple(model.UnreadFile(file.file, file.reason) for file in receipt.unclaimed),
        failed=tuple(model.UnreadFile(file.file, file.reason) for file in receipt.failed),
        unmatched=unmatched,
        notes=(*receipt.notes, *_notes(lens)),
        rejects=tuple(model.RejectRow(*row) for row in rejects),
    )


def _notes(lens: Lens) -> Iterator[Note]:
    """What the figures of this log cannot say, beside the notes of the reading."""
    log = lens.log
    if n := lens.scope.n_left_out:
        yield Note("left_out", n=n)
    if log.has("synthetic"):
        yield Note("synthetic")
    if not log.has("started_at") and lens.zone_is_assumed is None:
        return
    overlapped = "overlapped" if log.has("started_at") else "false"
    n_overlaps, n_untimed = log.one(
        f"SELECT count(*) FILTER (WHERE {overlapped}), count(*) FILTER (WHERE us IS NULL) "
        f"FROM {moves(lens)} WHERE next_activity IS NOT NULL"
    )
    if n_overlaps:
        yield Note("overlaps", n=n_overlaps)
    if n_untimed:
        yield Note("mixed_zones", n=n_untimed)


def _summary(lens: Lens) -> model.LogSummary:
    n_events, first, last = lens.log.one("SELECT count(*), min(timestamp), max(timestamp) FROM event_rows")
    return model.LogSummary(
        n_events=n_events,
        n_cases=lens.log.n_cases,
        n_journeys=None,
        n_customers=lens.scope.n_customers,
        n_traces=lens.scope.n_traces,
        first=_iso(first),
        last=_iso(last),
        n_ties=n_ties(lens),
    )


def _source(source: Any) -> model.SourceRow:  # noqa: ANN401 - a SourceReceipt
    row = {name: getattr(source, name) for name in model.SourceRow.__struct_fields__}
    for counted in ("rejected_reasons", "ignored_reasons"):
        row[counted] = dict(sorted(row[counted].items()))
    row["decisions"] = tuple(row["decisions"])
    return model.SourceRow(**row)


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
