"""Key figures of a support desk, each with its number of traces, its uncertainty and those that still wait."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Annotated, Final

from msgspec.structs import asdict

from journeyminer.mining.events import own_count
from journeyminer.mining.handovers import handovers_per_trace
from journeyminer.mining.measure import Count, Exact, Row, about, measure
from journeyminer.mining.spans import states
from journeyminer.mining.survival import Z, kaplan_meier, wilson
from journeyminer.sql import listed
from journeyminer.vocabulary import OPEN_STATUSES, RESOLVED_STATUSES, HandoverLevel

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike

    from journeyminer.log import EventLog
    from journeyminer.mining.lens import Lens


UNITS: Final = {
    "first_response": "seconds", "first_resolution": "seconds", "last_resolution": "seconds", "reopen_rate": "share",
    "hops": "count", "touches": "count", "csat": "score", "nps": "points", "ces": "count",
}  # fmt: skip
"""key figure -> its unit"""
DURATIONS: Final = {
    "first_response": "replied",
    "first_resolution": "first_resolved",
    "last_resolution": "last_resolved",
}
"""key figure -> the moment that ends it"""


class Kpi(Row, frozen=True):
    """A key figure."""

    id: Annotated[str, about("A slug.")]
    unit: Annotated[str, about("How the figure is written: seconds, share, count, score or points.")]
    value: Annotated[float | None, about("Durations: the median; counts and scores: the mean; null: unknown.")] = None
    n: Annotated[Count, about("Traces (of ratings: cases) in the figure; of durations those that ended.")] = 0
    n_open: Annotated[Count, about("Traces that still wait; they are in the estimate, not in n.")] = 0
    median: Annotated[float | None, about("Median; null where it is not reached or makes no sense.")] = None
    p90: Annotated[float | None, about("90th percentile; null where it is not reached or makes no sense.")] = None
    low: Annotated[float | None, about("Lower 95 % bound of the value; null where not knowable.")] = None
    high: Annotated[float | None, about("Upper 95 % bound of the value; null where not knowable.")] = None
    clock: Annotated[str | None, about("24x7 for durations, else null.")] = None
    definition: Annotated[str, about("Slug of what exactly is measured.")] = ""
    reason: Annotated[str | None, about("Slug of why the value is null; else null.")] = None


@measure(Kpi)
def kpis(lens: Lens) -> Exact:
    """The key figures of the traces.

    - first_response: from the customer's first event (else the creation of the case) to the first public reply of a
      human after it, of a call that somebody takes to its beginning; bots and automatic replies do not count. Traces
      resolved without a reply are left out, and so are those that one of us opened, or that begin with a message of
      ours, and in which no customer acts, those of which no role is known (of cases known by milestones: of none in the
      file), and those of a namespace in which humans act and nothing that they do is known to reach the customer
    - first_resolution: from the creation to the first event after which a case is solved or closed. Left out are cases
      that were resolved when their history begins, or opened again before it tells of a resolution, and those known by
      the milestones of a table that says that they were opened again: it has the last resolution only
    - last_resolution: from the creation to the event from which on every case stayed solved or closed
    - reopen_rate: of the traces ever resolved, the share that was new, open, pending or on hold after that. These
      three leave out traces of which no status is known, and those that were not resolved before their status became
      one that nobody knows. Where the source counts the times itself (x_reopens), its count is taken, and a case that
      was opened again was resolved before; a case known by the milestones of a table without one is left out, also
      where it is seen to be open again: of those that were opened again and solved since, nothing is seen
    - hops: hand-overs a trace, by group, else by resource, see `handovers`; of cases known by milestones only where
      the source counts them itself (x_group_stations, x_assignee_stations)
    - touches: records a trace that tell of an event which the customer sees: a public one, or where nothing says
      public or internal the customer's own or our message. Left out are traces of which neither visibility nor role is
      known, and those with a case that is known by milestones
    - csat: the mean satisfaction of the cases, 0..1
    - nps: the share of cases that would recommend us (9 or 10) less that of those that would not (0 to 6), in points
      from -100 to 100; answers outside of 0 to 10 are left out
    - ces: the mean effort that customers had, on the scale of the file, see `ces` of the cases

    Of these three there is no row where no case has any.

    Durations are on the 24x7 clock; they leave out traces of which some events have a known time zone and others an
    assumed one. Of a trace that still waits at `as_of` it is known that it lasts longer: it is in
    `n_open` and in the estimate (Kaplan-Meier), and a quantile that the curve does not reach is null (reason
    `too_many_open`). Where nobody waits, quantiles are interpolated linearly.

    Bounds are 95 %: of a median by those of the curve, of a share Wilson's, of a mean the normal ones. Reasons for
    a null are no_roles, no_replies, all_outbound, no_status, never_resolved, none_stayed, no_owners, no_visibility,
    no_traces, too_many_open, no_history.

    Returns:
        One row a figure.
    """
    *durations, touches = figures_of(waits(lens))
    return map(asdict, [*durations, _hops(lens), touches, *_ratings(lens.log)])


def waits(lens: Lens) -> pd.DataFrame:
    """What the figures of `figures_of` are made of: one row a trace, in order, see `_waits`."""
    return lens.log.sql(f"SELECT * FROM {lens.materialise('kpi_waits', _waits(lens))} ORDER BY trace")


def figures_of(waits: pd.DataFrame) -> tuple[Kpi, ...]:
    """The key figures that are told by the events of the traces alone: all but hand-offs and ratings."""
    timed = waits[~waits["zones_differ"]]
    stated = timed[timed["has_status"]]
    return (
        _first_response(timed),
        _resolution("first_resolution", stated),
        _resolution("last_resolution", stated),
        _reopen_rate(waits[waits["has_status"]]),
        _touches(waits),
    )


def _waits(lens: Lens) -> str:
    """SQL of the traces, one row each: moments as microseconds, what happened, and whether anything is still open."""
    resolved, still_open = listed(RESOLVED_STATUSES), listed(OPEN_STATUSES)
    assumed, n_reopens = lens.zone_is_assumed or "false", own_count("c", "x_reopens", lens.log)
    return f"""
    WITH steps AS (
        SELECT *, lag(status) OVER trail AS before, row_number() OVER trail = 1 AS is_first
        FROM {lens.rows(states(lens.log))} WINDOW trail AS (PARTITION BY case_key ORDER BY timestamp, seq)
    ),
    per_case AS (
        SELECT trace, case_key, min(begin) AS first,
            min((timestamp, seq)) FILTER (WHERE role = 'customer') AS asked,
            count(DISTINCT record) FILTER (WHERE touch) AS n_touches,
            arg_min(says, (timestamp, seq)) FILTER (says IS NOT NULL) AS said_first,
            min(timestamp) FILTER (says IS NOT NULL) AS said_at,
            arg_min(role, (timestamp, seq)) FILTER (synthetic IS NOT TRUE) AS opened_by,
            count(role) > 0 AS has_role,
            count(*) FILTER (WHERE role = 'agent') AS n_acts, count(*) FILTER (WHERE says = 'us') AS n_says,
            count(touch) > 0 AS has_touches, count(nullif(status, 'unknown')) > 0 AS has_status,
            bool_and(coalesce(synthetic, false)) AS milestones_only,
            min(timestamp) FILTER (WHERE status IN ({resolved})) AS first_resolved,
            min(timestamp) FILTER (WHERE is_first AND status IN ({resolved})) AS begins_resolved,
            max(timestamp) FILTER (WHERE status IN ({resolved}) AND coalesce(before NOT IN ({resolved}), true))
                AS last_resolved,
            min(timestamp) FILTER (WHERE step = 'reopened') AS opened_again,
            opened_again IS NOT NULL OR coalesce(max((timestamp, seq)) FILTER (WHERE status IN ({still_open}))
                > min((timestamp, seq)) FILTER (WHERE status IN ({resolved})), false) AS reopened,
            arg_max(status, (timestamp, seq)) AS last_status,
            bool_or({assumed}) AS some_assumed, bool_and({assumed}) AS all_assumed
        FROM steps GROUP BY ALL
    ),
    told AS (
        SELECT ns_no, sum(n_says) > 0 OR sum(n_acts) = 0 AS tells_replies,
            bool_or(has_role AND milestones_only) AS tells_roles
        FROM per_case JOIN case_rows USING (case_key) GROUP BY ns_no
    ),
    per_trace AS (
        SELECT p.trace, min(least(c.opened_at, p.first)) AS created, min(p.asked) AS asked,
            arg_min(coalesce(said_first = 'us' AND NOT milestones_only
                AND (opened_by = 'agent' OR said_at = p.first), false), (p.first, case_key)) AS by_us,
            CASE WHEN bool_or(has_touches) AND NOT bool_or(milestones_only) THEN CAST(sum(n_touches) AS BIGINT) END
                AS n_touches,
            min(first_resolved) AS first_resolved, max(last_resolved) AS last_resolved,
            arg_min(coalesce(begins_resolved <= least(c.opened_at, p.first), false), (first_resolved, case_key))
                AS begins_resolved,
            arg_min(coalesce(milestones_only AND {n_reopens} > 0, false)
                OR coalesce(opened_again < first_resolved, false), (first_resolved, case_key)) AS again_since,
            bool_or(coalesce({n_reopens} > 0, false) OR opened_again IS NOT NULL) AS counted_again,
            bool_or(has_role OR milestones_only AND tells_roles) AS has_role, bool_or(tells_replies) AS tells_replies,
            bool_or(has_status) AS has_status,
            bool_or(milestones_only) AS has_milestones,
            CASE WHEN bool_and({n_reopens} IS NOT NULL OR NOT milestones_only)
                THEN bool_or(coalesce({n_reopens} > 0, reopened)) END AS reopened,
            coalesce(bool_or(last_status IN ({still_open})), false) AS is_open,
            coalesce(bool_or(last_status = 'unknown'), false) AS is_unclear, max(n.as_of) AS as_of,
            bool_or(some_assumed) AND NOT bool_and(all_assumed) AS zones_differ
        FROM per_case p JOIN case_rows c USING (case_key) JOIN namespaces n USING (ns_no) JOIN told USING (ns_no)
        GROUP BY p.trace
    ),
    replies AS (
        SELECT trace, min(if(is_call, begin, timestamp)) AS replied FROM steps JOIN per_trace USING (trace)
        WHERE role = 'agent' AND says = 'us' AND coalesce((timestamp, seq) > asked, timestamp >= created) GROUP BY trace
    )
    SELECT trace, epoch_us(created) AS created, epoch_us(coalesce(asked[1], created)) AS asked,
        epoch_us(replied) AS replied, asked IS NULL AND by_us AS outbound, n_touches,
        CASE WHEN NOT begins_resolved AND NOT again_since THEN epoch_us(first_resolved) END AS first_resolved,
        CASE WHEN NOT is_open AND NOT is_unclear AND NOT (begins_resolved AND first_resolved = last_resolved)
            THEN epoch_us(last_resolved) END AS last_resolved,
        first_resolved IS NOT NULL OR counted_again AS was_resolved, reopened, is_open, is_unclear, has_role,
        tells_replies, has_milestones, has_status, zones_differ, epoch_us(as_of) AS as_of
    FROM per_trace LEFT JOIN replies USING (trace)
    """


def lasted(waits: pd.DataFrame, id_: str) -> pd.Series[float]:
    """Seconds by trace of a duration of `figures_of`: how long it took, or has taken so far where it still waits."""
    timed = waits[~waits["zones_differ"]]
    if id_ == "first_response":
        found, since = _asked(timed), "asked"
    else:
        found, since = _resolved_or_waiting(id_, timed[timed["has_status"]]), "created"
    return _seconds(id_, found, since).set_axis(found["trace"])


def _seconds(id_: str, waits: pd.DataFrame, since: str) -> pd.Series[float]:
    """The time from `since` to the moment that ends a duration; where it is missing, the trace waits at `as_of`."""
    return ((waits[DURATIONS[id_]].fillna(waits["as_of"]) - waits[since]) / 1e6).clip(lower=0)


def _asked(waits: pd.DataFrame) -> pd.DataFrame:
    """The traces in which a first response came or is due."""
    known = waits[waits["has_role"] & waits["tells_replies"]]
    unanswered = known["was_resolved"] & ~known["is_open"] & known["replied"].isna()
    asked = known[~known["outbound"] & ~unanswered]
    return asked[asked["replied"].notna() | ~asked["is_unclear"]]


def _first_response(waits: pd.DataFrame) -> Kpi:
    asked = _asked(waits)
    if not asked["replied"].notna().any():
        known = waits[waits["has_role"] & waits["tells_replies"]]
        only_ours = len(known) and known["outbound"].all()
        reason = "no_roles" if not waits["has_role"].any() else "all_outbound" if only_ours else "no_replies"
        n_open = len(asked)  # of a period, say, in which nobody was answered yet
        return Kpi("first_response", "seconds", n_open=n_open, clock="24x7", definition="first_response", reason=reason)
    return _duration("first_response", asked, "asked")


def _resolved_or_waiting(id_: str, stated: pd.DataFrame) -> pd.DataFrame:
    """The traces in which a resolution came or is due. Who was resolved when nobody knows is in no figure."""
    until = DURATIONS[id_]
    waiting = ~stated["was_resolved"] if id_ == "first_resolution" else ~stated["was_resolved"] | stated["is_open"]
    return stated[stated[until].notna() | (waiting & ~stated["is_unclear"])]


def _resolution(id_: str, stated: pd.DataFrame) -> Kpi:
    told = _resolved_or_waiting(id_, stated)
    if told[DURATIONS[id_]].notna().any():
        return _duration(id_, told, "created")
    n_open = len(told)
    reason = "no_status" if not len(stated) else "never_resolved"
    if stated["was_resolved"].any():
        reason = "none_stayed" if id_ == "last_resolution" and n_open else "no_history"
    return Kpi(id_, "seconds", n_open=n_open, clock="24x7", definition=id_, reason=reason)


def _duration(id_: str, waits: pd.DataFrame, since: str) -> Kpi:
    """A duration from `since` on, whose end some traces have reached, see `_seconds`."""
    import numpy as np

    ended = waits[DURATIONS[id_]].notna().to_numpy()
    n, n_open = int(ended.sum()), int((~ended).sum())
    lasted = np.asarray(_seconds(id_, waits, since), np.float64)
    curve = kaplan_meier(lasted, ended)
    median, p90 = (float(np.quantile(lasted, share)) if ended.all() else curve.quantile(share) for share in (0.5, 0.9))
    low, high = curve.median_bounds()
    return Kpi(
        id_, "seconds", median, n, n_open, median, p90, low, high, "24x7", id_,
        reason="too_many_open" if median is None else None,
    )  # fmt: skip


def _reopen_rate(stated: pd.DataFrame) -> Kpi:
    told = stated[stated["was_resolved"] | ~stated["is_unclear"]]
    known = told[told["was_resolved"] & told["reopened"].notna()]
    n, n_open = len(known), int((~told["was_resolved"]).sum())
    if not n:
        reason = "no_history" if told["was_resolved"].any() else "never_resolved" if n_open else "no_status"
        return Kpi("reopen_rate", "share", n_open=n_open, definition="reopen_rate", reason=reason)
    n_reopened = int(known["reopened"].sum())
    low, high = wilson(n_reopened, n)
    return Kpi("reopen_rate", "share", n_reopened / n, n, n_open, low=low, high=high, definition="reopen_rate")


def _hops(lens: Lens) -> Kpi:
    level: HandoverLevel = "group" if lens.log.has("group") else "resource"
    if not lens.log.has(level):
        return Kpi("hops", "count", definition="hops_resource", reason="no_owners")
    amounts = handovers_per_trace(lens, by=level)
    if not amounts:
        return Kpi("hops", "count", definition=f"hops_{level}", reason="no_history")
    return _mean("hops", "count", amounts, f"hops_{level}")


def _touches(waits: pd.DataFrame) -> Kpi:
    known = waits[waits["n_touches"].notna()]
    if not len(known):
        reason = "no_history" if waits["has_milestones"].any() else "no_visibility"
        return Kpi("touches", "count", definition="touches", reason=reason)
    return _mean("touches", "count", known["n_touches"], "touches")


_PROMOTERS: Final = (
    "CASE WHEN nps BETWEEN 9 AND 10 THEN 100 WHEN nps BETWEEN 7 AND 8 THEN 0 WHEN nps BETWEEN 0 AND 6 THEN -100 END"
)
_RATINGS: Final = {
    "csat": ("score", "csat", 0.0, 1.0),
    "nps": ("points", _PROMOTERS, -100.0, 100.0),
    "ces": ("count", "ces", 0.0, inf),
}
"""what customers are asked -> unit, SQL of what one case adds to the mean, and the lowest and highest mean there is"""


def _ratings(log: EventLog) -> list[Kpi]:
    found = []
    for id_, (unit, sql, least, most) in _RATINGS.items():
        rows = log.rows(f"SELECT CAST({sql} AS DOUBLE) AS score FROM cases WHERE score IS NOT NULL")
        if rows:
            found.append(_mean(id_, unit, [score for (score,) in rows], id_, (least, most)))
    return found


def _mean(id_: str, unit: str, amounts: ArrayLike, definition: str, ends: tuple[float, float] = (0.0, inf)) -> Kpi:
    """Mean with its normal 95 % bounds, which lie between the lowest and the highest mean there is, median and p90."""
    import numpy as np

    values = np.sort(np.asarray(amounts))  # a sum of floats depends on their order
    n = len(values)
    if not n:
        return Kpi(id_, unit, definition=definition, reason="no_traces")
    mean, (median, p90) = float(values.mean()), (float(each) for each in np.quantile(values, [0.5, 0.9]))
    half = Z * float(values.std(ddof=1)) / n**0.5 if n > 1 else None
    low, high = (None, None) if half is None else (max(mean - half, ends[0]), min(mean + half, ends[1]))
    if unit == "points":  # they are only -100, 0 and 100
        return Kpi(id_, unit, mean, n, low=low, high=high, definition=definition)
    return Kpi(id_, unit, mean, n, median=median, p90=p90, low=low, high=high, definition=definition)
