"""Analysis ends here: the measures of a log become one Report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from journeyminer.mining.lens import Lens
from journeyminer.mining.moves import n_ties
from journeyminer.options import ReportOptions
from journeyminer.report.findings import find
from journeyminer.report.model import LogSummary
from journeyminer.report.section import Making
from journeyminer.report.sections import ASKED, SECTIONS, Report, together

if TYPE_CHECKING:
    from journeyminer.log import EventLog
    from journeyminer.note import Note
    from journeyminer.vocabulary import Per, PeriodUnit


def build(
    log: EventLog,
    *,
    sections: Sequence[str] = ASKED,
    per: Per = "case",
    named: bool = False,
    max_nodes: int = ReportOptions.max_nodes,
    max_edges: int = ReportOptions.max_edges,
    period: PeriodUnit | None = None,
    timezone: str = "UTC",
    filters: tuple[Note, ...] = (),
    generated_at: str | None = None,
) -> Report:
    """The Report of a prepared log.

    Args:
        sections: which sections to make, by key of the report; what they rest on is made too.
        per: what a trace is.
        named: whether resources keep their names; else they are "agent 1 ... n".
        max_nodes, max_edges: how much the map shows.
        period: the periods of the trend; None for no trend.
        timezone: the IANA zone in which they begin.
        filters: the filters that made the log, see `describe_filters`.
        generated_at: ISO 8601, where the report is to be dated.

    Raises:
        UsageError: the log has no such traces.
    """
    lens = Lens(log, per)
    wanted = together("sources", *sections, *(needed for key in sections for needed in SECTIONS[key].needs))
    making = Making(lens, named, max_nodes, max_edges, wanted, period, timezone)
    report = Report(
        per=per,
        as_of=_iso(log.as_of),
        generated_at=generated_at,
        filters=filters,
        log=_summary(lens),
        **{key: section.made(making) for key, section in SECTIONS.items() if key in wanted and section.makes},
    )
    return replace(report, findings=find(report)) if "findings" in wanted else report


def _summary(lens: Lens) -> LogSummary:
    n_events, first, last = lens.log.one("SELECT count(*), min(timestamp), max(timestamp) FROM event_rows")
    return LogSummary(
        n_events=n_events,
        n_cases=lens.log.n_cases,
        n_journeys=lens.how_many("journey"),
        n_customers=lens.scope.n_customers,
        n_traces=lens.scope.n_traces,
        first=_iso(first),
        last=_iso(last),
        n_ties=n_ties(lens),
    )


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
