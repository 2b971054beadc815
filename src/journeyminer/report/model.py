"""What a report holds beside its measures and the receipt: the log's size, the promises, the findings.

Nothing in a report is prose: every text is a slug, a value of the data or a name, and words come from `locales/`. None
is "not knowable", and a `reason` slug says why.
"""

from __future__ import annotations

from typing import Annotated

from journeyminer.mining.bottlenecks import Evidence
from journeyminer.mining.measure import Count, Row, about
from journeyminer.vocabulary import PeriodUnit, Severity, Verdict

TELLING_SHARE = 0.02
"""What is a smaller share of the traces, or of the time, is not worth a sentence."""


class LogSummary(Row, frozen=True):
    """How large the log is, and what time it spans."""

    n_events: Annotated[Count, about("Events.")]
    n_cases: Annotated[Count, about("Cases.")]
    n_journeys: Annotated[Count | None, about("Journeys; null where they were not made.")]
    n_customers: Annotated[Count | None, about("Customers; null where none are known.")]
    n_traces: Annotated[Count, about("Traces of the lens; cases that belong to none are in the notes of `quality`.")]
    first: Annotated[str | None, about("The first moment; null for an empty log.")]
    last: Annotated[str | None, about("The last moment; null for an empty log.")]
    n_ties: Annotated[Count, about("Events at the same moment as the one before: the source's order decides.")]


class Promise(Row, frozen=True):
    """A rule that must hold, and whether it does."""

    rule: Annotated[str, about("The rule as it was written.")]
    severity: Annotated[Severity, about("error: a breach fails the command; warning: it is said.")]
    verdict: Annotated[Verdict, about("kept, broken; undecided: too few, or not knowable.")]
    figure: Annotated[str, about("The figure as the report names it, with its row.")]
    unit: Annotated[str, about("Unit of value and limit: seconds, share, count, score or points.")]
    value: Annotated[float | None, about("The figure; null where it is not knowable.")]
    limit: Annotated[float, about("What it is compared with.")]
    n: Annotated[Count, about("How many the figure rests on.")]
    min_n: Annotated[Count, about("A figure that rests on fewer decides nothing; 0: it is a count, and exact.")]
    why: Annotated[str | None, about("Slug of why it is undecided; else null.")]
    reason: Annotated[str | None, about("Why it was promised, as the file says it.")]
    command: Annotated[str, about("The command that lists what is behind the figure.")]


class Period(Row, frozen=True):
    """What the periods of the trend are."""

    unit: Annotated[PeriodUnit, about("How long each is.")]
    timezone: Annotated[str, about("The IANA zone in which they begin.")]
    n: Annotated[Count, about("Periods from the first trace to the last known moment.")]
    n_shown: Annotated[Count, about("Of these, the newest, which the trend holds.")]


class Finding(Row, frozen=True):
    """Something worth saying."""

    slug: Annotated[str, about("What it is; its words stand under `finding.<slug>`.")]
    severity: Annotated[str, about("info, warning or error.")]
    params: Annotated[dict[str, str | int | float | None], about("The figures and names that its sentence holds.")]
    evidence: Annotated[tuple[Evidence, ...], about("Cases behind it.")] = ()
