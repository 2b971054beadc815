"""What a report holds beside its measures: the log, the receipt, the findings.

Nothing here is prose: every text is a slug, a value of the data or a name, and words come from `locales/`. None is "not
knowable", and a `reason` slug says why.
"""

from __future__ import annotations

from journeyminer.mining.bottlenecks import Evidence
from journeyminer.mining.measure import Count, Row
from journeyminer.note import Note


class SourceRow(Row, frozen=True):
    """One file that was read.

    Attributes:
        file: Its path below the folder that was given.
        importer: The importer that read it.
        profile: The profile that a table was read by; empty for other files.
        reason: Why that importer claimed the file.
        records: Its records, as its format counts them.
        used: Records that became events or said something of a case.
        rejected: Records that should have been used and could not be.
        deduplicated: Records whose events another file had brought already.
        ignored: Records that hold no event by design.
        events: Events that the file brought.
        decisions: What was decided about the file (encoding, date order, zone ...) and the proof.
        rejected_reasons: How many records were rejected for which reason, a slug of a fate.
        ignored_reasons: How many records were ignored for which reason, a slug of a fate.
        zone_assumed: Whether times without a time zone were read as UTC.
    """

    file: str
    importer: str
    profile: str
    reason: Note
    records: Count
    used: Count
    rejected: Count
    deduplicated: Count
    ignored: Count
    events: Count
    decisions: tuple[Note, ...]
    rejected_reasons: dict[str, int]
    ignored_reasons: dict[str, int]
    zone_assumed: bool = False


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


class UnmatchedRow(Row, frozen=True):
    """A value of the sources that no rule knows.

    Attributes:
        field: The column of the log.
        value: What the source says.
        n: How often.
        line: What to paste into journeyminer.toml.
    """

    field: str
    value: str
    n: Count
    line: str


class UnreadFile(Row, frozen=True):
    """A file that is not in the figures.

    Attributes:
        file: Its path below the folder that was given.
        reason: Why it was not read.
    """

    file: str
    reason: Note


class RejectRow(Row, frozen=True):
    """A rejected record.

    Attributes:
        file: The file that holds it.
        record: Where in the file: a kind of record and its number or id.
        reason: Why, a slug of a fate.
    """

    file: str
    record: str
    reason: str


class Quality(Row, frozen=True):
    """The receipt beyond the files' balances.

    Attributes:
        records: Records of all files.
        used: Records used.
        rejected: Records rejected.
        deduplicated: Records seen before.
        ignored: Records ignored by design.
        balances: Whether every file's fates sum to its records.
        unclaimed: Files that nobody could read.
        failed: Files that broke.
        unmatched: Values that no rule knows.
        notes: What the data cannot say, and what was left out.
        rejects: The first rejected records.
    """

    records: Count
    used: Count
    rejected: Count
    deduplicated: Count
    ignored: Count
    balances: bool
    unclaimed: tuple[UnreadFile, ...]
    failed: tuple[UnreadFile, ...]
    unmatched: tuple[UnmatchedRow, ...]
    notes: tuple[Note, ...]
    rejects: tuple[RejectRow, ...]
