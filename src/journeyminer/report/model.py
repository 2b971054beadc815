"""What a report holds beside its measures and the receipt: the log's size, and the findings.

Nothing in a report is prose: every text is a slug, a value of the data or a name, and words come from `locales/`. None
is "not knowable", and a `reason` slug says why.
"""

from __future__ import annotations

from journeyminer.mining.bottlenecks import Evidence
from journeyminer.mining.measure import Count, Row


class LogSummary(Row, frozen=True):
    """How large the log is, and what time it spans.

    Attributes:
        n_events: Events.
        n_cases: Cases.
        n_journeys: Journeys; null where they were not made.
        n_customers: Customers; null where none are known.
        n_traces: Traces of the lens; cases that belong to none are in the notes of `quality`.
        first: The first moment; null for an empty log.
        last: The last moment; null for an empty log.
        n_ties: Events at the same moment as the one before in their trace, which the order of the source decides.
    """

    n_events: Count
    n_cases: Count
    n_journeys: Count | None
    n_customers: Count | None
    n_traces: Count
    first: str | None
    last: str | None
    n_ties: Count


class Finding(Row, frozen=True):
    """Something worth saying.

    Attributes:
        slug: What it is; its words stand under `finding.<slug>`.
        severity: info, warning or error.
        params: The figures and names that its sentence holds.
        evidence: Cases behind it.
    """

    slug: str
    severity: str
    params: dict[str, str | int | float | None]
    evidence: tuple[Evidence, ...] = ()
