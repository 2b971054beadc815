"""What a report holds beside its measures and the receipt: the log's size, and the findings.

Nothing in a report is prose: every text is a slug, a value of the data or a name, and words come from `locales/`. None
is "not knowable", and a `reason` slug says why.
"""

from __future__ import annotations

from typing import Annotated

from journeyminer.mining.bottlenecks import Evidence
from journeyminer.mining.measure import Count, Row, about

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


class Finding(Row, frozen=True):
    """Something worth saying."""

    slug: Annotated[str, about("What it is; its words stand under `finding.<slug>`.")]
    severity: Annotated[str, about("info, warning or error.")]
    params: Annotated[dict[str, str | int | float | None], about("The figures and names that its sentence holds.")]
    evidence: Annotated[tuple[Evidence, ...], about("Cases behind it.")] = ()
