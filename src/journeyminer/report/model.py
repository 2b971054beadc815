"""The Report: plain, frozen data, one dataclass per key of report.json (DESIGN §5).

Seconds are integers, shares 0..1, times ISO 8601 in UTC. A section that was not computed is None here and absent
in JSON; inside a section, None is "computed and not knowable" and a `reason` slug says why. Nothing here is prose:
every text is a slug, a value of the data or a name, and words come from `locales/`. Names of resources
are already "agent 1 ... n" unless the user asked for names.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from journeyminer.note import Note
from journeyminer.vocabulary import HandoverLevel, Per, Turn, TurnBasis

SCHEMA_NAME = "journeyminer.report"
SCHEMA_VERSION = 2


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One file: its balance and what was decided about it. `zone_assumed`: times without a zone were read as UTC.

    `profile` is what a table was read as; the keys of `rejected_reasons` and `ignored_reasons` are slugs of fates.
    """

    file: str
    importer: str
    profile: str
    reason: Note
    records: int
    used: int
    rejected: int
    deduplicated: int
    ignored: int
    events: int
    decisions: tuple[Note, ...]
    rejected_reasons: dict[str, int]
    ignored_reasons: dict[str, int]
    zone_assumed: bool = False


@dataclass(frozen=True, slots=True)
class LogSummary:
    """How large the log is and what time it spans.

    `n_ties`: events at the same moment as the one before in their trace.
    """

    n_events: int
    n_cases: int
    n_journeys: int | None
    n_customers: int | None
    first: str | None
    last: str | None
    n_ties: int


@dataclass(frozen=True, slots=True)
class Node:
    """An activity with how often it happened (`n`) and in how many traces (`n_cases`).

    `label_slug` is true where `activity` is a slug of our vocabulary, to be translated when rendered.
    """

    activity: str
    n: int
    n_cases: int
    label_slug: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """Directly-follows: `target` came right after `source` `n` times in `n_cases` traces.

    Seconds run from the source's completion to the target's start where known, else its completion.
    `lost_seconds`: the part of total_seconds in a turn we control (us_work, us_queue, bot); None where turns were
    not computed.
    """

    source: str
    target: str
    n: int
    n_cases: int
    mean_seconds: int | None
    median_seconds: int | None
    p90_seconds: int | None
    total_seconds: int | None
    lost_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An activity that traces start or end with."""

    activity: str
    n: int


@dataclass(frozen=True, slots=True)
class Shown:
    """What the map shows of the graph and what it hides; counts in the graph are never changed by hiding.

    `edges` are lines between two activities; a repetition (an edge from an activity to itself) is shown with its node
    and is hidden only where the node is.
    `happy_path`: the most frequent complete variant. Hidden shares are of all moves, and of all lost seconds.
    """

    nodes: tuple[str, ...]
    edges: tuple[tuple[str, str], ...]
    happy_path: tuple[str, ...]
    hidden_nodes: int
    hidden_edges: int
    hidden_moves_share: float
    hidden_lost_share: float | None


@dataclass(frozen=True, slots=True)
class GraphData:
    """The whole directly-follows graph; `shown` is the choice for the map."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    start: tuple[Endpoint, ...]
    end: tuple[Endpoint, ...]
    shown: Shown


@dataclass(frozen=True, slots=True)
class VariantRow:
    """One sequence of activities and how many traces took it; `share` of all traces."""

    activities: tuple[str, ...]
    n_cases: int
    share: float


@dataclass(frozen=True, slots=True)
class Variants:
    """The most frequent variants. `n_total` counts all variants, `n_once` those of a single trace;
    `n_for_80` is how many of the most frequent ones cover 80 % of traces."""

    rows: tuple[VariantRow, ...]
    n_total: int
    n_once: int
    n_for_80: int


@dataclass(frozen=True, slots=True)
class HandoverRow:
    """A change of owner from `source` to `target` at the level `by`; seconds as on an edge, last owned event of the
    old owner to first owned event of the new one."""

    by: HandoverLevel
    source: str
    target: str
    n: int
    n_cases: int
    median_seconds: int | None
    p90_seconds: int | None
    total_seconds: int | None


@dataclass(frozen=True, slots=True)
class HandoverTotal:
    """All hand-overs at one level. `ping_pong`: A-B-A on the owners with repeats collapsed. `hops_mean`: per trace."""

    by: HandoverLevel
    n: int
    n_cases: int
    ping_pong: int
    ping_pong_cases: int
    hops_mean: float


@dataclass(frozen=True, slots=True)
class Durations:
    """Throughput time of the traces: first to last event. `n_open` traces are not resolved at as_of and are not in the
    figures (`n` traces are, also the `n_unknown` of which no status is known); None where n is 0."""

    n: int
    n_open: int
    n_unknown: int
    mean_seconds: int | None
    median_seconds: int | None
    p90_seconds: int | None
    min_seconds: int | None
    max_seconds: int | None


@dataclass(frozen=True, slots=True)
class TurnRow:
    """Seconds of all traces in one turn, by the rule (`basis`) that says so; all rows sum to the throughput time."""

    turn: Turn
    basis: TurnBasis
    seconds: int
    share: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """A case behind a number: its native id, the record, and the seconds it adds."""

    case_id: str
    source_ref: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """A place where customers lose hours in a turn we control.

    `source` to `target` is the move; `target` is None for cases that still wait, `source` for work that ends with
    the first event. `group` is the team whose queue it is, or the agent in a log without teams. `low`/`high` bound
    `lost_seconds` and `rank_low`/`rank_high` the rank (bootstrap over traces); None where those are too few.
    `n_cases` and `n_customers` are cases and customers, whatever a trace is.
    `one_off` is a slug (single_case, single_day) where more than a quarter of the hours hangs on one of those.
    """

    rank: int
    rank_low: int | None
    rank_high: int | None
    source: str | None
    target: str | None
    group: str | None
    turn: Turn
    assumed: bool
    n: int
    n_cases: int
    n_customers: int | None
    lost_seconds: int
    low: int | None
    high: int | None
    share: float
    median_seconds: int | None
    p90_seconds: int | None
    one_off: str | None
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Kpi:
    """One measure. `unit`: seconds, share, count or score; `clock`: 24x7, or None for what is no duration.

    `n` traces (of csat: cases) are in the figure, `n_open` are censored (still waiting at as_of). `value` None has a
    `reason` slug. `definition` is a slug, words under `kpi.<definition>.definition`.
    """

    id: str
    unit: str
    value: float | None
    n: int
    n_open: int
    median: float | None
    p90: float | None
    low: float | None
    high: float | None
    clock: str | None
    definition: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something worth saying: a slug (words under `finding.<slug>`), its parameters, its evidence."""

    slug: str
    severity: str
    params: dict[str, str | int | float | None]
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class UnmatchedRow:
    """A value no rule knows; `line` is what to paste into journeyminer.toml."""

    field: str
    value: str
    n: int
    line: str


@dataclass(frozen=True, slots=True)
class UnreadFile:
    """A file that is not in the figures, and why."""

    file: str
    reason: Note


@dataclass(frozen=True, slots=True)
class RejectRow:
    """A rejected record: where it stands, and the slug of its fate."""

    file: str
    record: str
    reason: str


@dataclass(frozen=True, slots=True)
class Quality:
    """The receipt beyond the sources: files nobody claimed, files that broke, unmatched values, warnings."""

    records: int
    used: int
    rejected: int
    deduplicated: int
    ignored: int
    balances: bool
    unclaimed: tuple[UnreadFile, ...]
    failed: tuple[UnreadFile, ...]
    unmatched: tuple[UnmatchedRow, ...]
    notes: tuple[Note, ...]
    """what the data cannot say, and what was left out"""
    rejects: tuple[RejectRow, ...]
    """the first rejected records"""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that renderers know."""

    per: Per
    as_of: str | None
    generated_at: str | None
    filters: tuple[str, ...]
    sources: tuple[SourceRow, ...]
    log: LogSummary
    graph: GraphData | None = None
    variants: Variants | None = None
    handovers: tuple[HandoverRow, ...] | None = None
    handover_totals: tuple[HandoverTotal, ...] | None = None
    durations: Durations | None = None
    turns: tuple[TurnRow, ...] | None = None
    bottlenecks: tuple[Bottleneck, ...] | None = None
    kpis: tuple[Kpi, ...] | None = None
    findings: tuple[Finding, ...] | None = None
    quality: Quality | None = None


def to_dict(report: Report) -> dict[str, Any]:
    """The keys of report.json with their values as they are here; sections that were not computed are absent."""
    data = {key: value for key, value in members(report).items() if value is not None or key == "as_of"}
    return {"schema": {"name": SCHEMA_NAME, "version": SCHEMA_VERSION}, **data}


def members(row: Any) -> dict[str, Any]:  # noqa: ANN401 - any dataclass of a report
    """The fields of a dataclass with their values; TypeError where it is none."""
    return {name: getattr(row, name) for name in _names(row.__class__)}


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))
