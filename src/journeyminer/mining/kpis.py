"""Key figures of a support desk, each with its number of traces, its uncertainty and those that still wait."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from journeyminer.log import EventLog
from journeyminer.log.engine import name
from journeyminer.mining.handovers import handover_counts
from journeyminer.mining.moves import scoped, trace_of, zone_is_assumed
from journeyminer.mining.spans import states
from journeyminer.mining.survival import Z, kaplan_meier, wilson
from journeyminer.vocabulary import OPEN_STATUSES, RESOLVED_STATUSES, HandoverLevel, Per

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table."""

    id: str
    unit: str
    value: float | None = None
    n: int = 0
    n_open: int = 0
    median: float | None = None
    p90: float | None = None
    low: float | None = None
    high: float | None = None
    clock: str | None = None
    definition: str = ""
    reason: str | None = None


def kpis(log: EventLog, *, per: Per = "case") -> pd.DataFrame:
    """The key figures of the traces.

    - first_response: from the customer's first event (else the creation of the case) to the first public reply of a
      human at or after it; bots and automatic replies do not count. Traces resolved without a reply are left out, and
      so are those that begin with a message of ours and in which no customer acts, those of which no role is known, and
      those of a namespace in which humans act and nothing that they do is known to reach the customer
    - first_resolution: from the creation to the first event after which a case is solved or closed
    - last_resolution: from the creation to the event from which on every case stayed solved or closed
    - reopen_rate: of the traces ever resolved, the share that was new, open, pending or on hold after that. These
      three leave out traces of which no status is known
    - hops: hand-overs a trace, by group, else by resource; see `handovers`
    - touches: events a trace that the customer sees: public ones, and where nothing says public or internal the
      customer's own and our messages. Left out are traces of which neither visibility nor role is known
    - csat: the cases' satisfaction, 0..1; no row where no case has any

    Durations are on the 24x7 clock; they leave out traces of which some events have a known time zone and others an
    assumed one. Of a trace that still waits at `as_of` it is known that it lasts longer: it is in
    `n_open` and in the estimate (Kaplan-Meier), and a quantile that the curve does not reach is null (reason
    `too_many_open`). Where nobody waits, quantiles are interpolated linearly.

    Returns:
        One row a figure: `id`, `unit` (seconds, share, count, score), `value` (durations: the median; counts and
        scores: the mean), `n` (traces in the figure; durations: those that ended), `n_open` (still waiting), `median`,
        `p90`, `low` and `high` (95 % bounds of the value: of a median by the curve's, of a share Wilson's, of a mean
        the normal ones), `clock`, `definition` (a slug), `reason` (a slug, where the value is null: no_roles,
        no_replies, no_status, never_resolved, no_owners, no_visibility, too_many_open).
    """
    import pandas as pd

    waits = log.sql(_waits(log, per))
    timed = waits[~waits["zones_differ"]]
    stated = timed[timed["has_status"]]
    figures = [
        _first_response(timed),
        _duration("first_resolution", stated["first_resolved"], stated),
        _duration("last_resolution", stated["last_resolved"], stated),
        _reopen_rate(waits[waits["has_status"]]),
        _hops(log, per),
        _touches(waits),
        *_csat(log),
    ]
    frame = pd.DataFrame([asdict(figure) for figure in figures], columns=list(Figure.__dataclass_fields__))
    numbers = ["value", "median", "p90", "low", "high"]
    return scoped(frame.astype(dict.fromkeys(numbers, "float64")), log, per=per)


def _waits(log: EventLog, per: Per) -> str:
    """SQL of the traces, one row each: moments as microseconds, what happened, and whether anything is still open."""
    trace, stated = trace_of(log, per, states(log))
    resolved = ", ".join(f"'{status}'" for status in RESOLVED_STATUSES)
    still_open = ", ".join(f"'{status}'" for status in OPEN_STATUSES)
    assumed = zone_is_assumed(log) or "false"
    return f"""
    WITH steps AS (
        SELECT {trace} AS trace, e.*, lag(e.status) OVER (PARTITION BY e.case_key ORDER BY e.timestamp, e.seq) AS before
        FROM {stated} WHERE {trace} IS NOT NULL
    ),
    per_case AS (
        SELECT trace, case_key, min(begin) AS first,
            min(timestamp) FILTER (WHERE role = 'customer') AS asked, count(*) FILTER (WHERE touch) AS n_touches,
            arg_min(coalesce(says, ''), (timestamp, seq)) AS began, count(role) > 0 AS has_role,
            count(*) FILTER (WHERE role = 'agent') AS n_acts, count(*) FILTER (WHERE says = 'us') AS n_says,
            count(touch) > 0 AS has_touches, count(nullif(status, 'unknown')) > 0 AS has_status,
            min(timestamp) FILTER (WHERE status IN ({resolved})) AS first_resolved,
            max(timestamp) FILTER (WHERE status IN ({resolved}) AND coalesce(before NOT IN ({resolved}), true))
                AS last_resolved,
            coalesce(max((timestamp, seq)) FILTER (WHERE status IN ({still_open}))
                > min((timestamp, seq)) FILTER (WHERE status IN ({resolved})), false) AS reopened,
            arg_max(status, (timestamp, seq)) FILTER (WHERE status <> 'unknown') IN ({still_open}) AS is_open,
            bool_or({assumed}) AS some_assumed, bool_and({assumed}) AS all_assumed
        FROM steps e GROUP BY ALL
    ),
    told AS (
        SELECT ns_no, sum(n_says) > 0 OR sum(n_acts) = 0 AS tells_replies
        FROM per_case JOIN case_rows USING (case_key) GROUP BY ns_no
    ),
    per_trace AS (
        SELECT p.trace, min(least(c.opened_at, p.first)) AS created, min(p.asked) AS asked,
            arg_min(began, (p.first, case_key)) AS began, CAST(sum(n_touches) AS BIGINT) AS n_touches,
            min(first_resolved) AS first_resolved, max(last_resolved) AS last_resolved,
            bool_or(has_role) AS has_role, bool_or(tells_replies) AS tells_replies,
            bool_or(has_touches) AS has_touches, bool_or(has_status) AS has_status,
            bool_or(reopened) AS reopened, coalesce(bool_or(is_open), false) AS is_open, max(n.as_of) AS as_of,
            bool_or(some_assumed) AND NOT bool_and(all_assumed) AS zones_differ
        FROM per_case p JOIN case_rows c USING (case_key) JOIN namespaces n USING (ns_no) JOIN told USING (ns_no)
        GROUP BY p.trace
    ),
    replies AS (
        SELECT trace, min(timestamp) AS replied FROM steps JOIN per_trace USING (trace)
        WHERE role = 'agent' AND says = 'us' AND timestamp >= coalesce(asked, created) GROUP BY trace
    )
    SELECT epoch_us(created) AS created, epoch_us(coalesce(asked, created)) AS asked, epoch_us(replied) AS replied,
        asked IS NULL AND began = 'us' AS outbound, n_touches, epoch_us(first_resolved) AS first_resolved,
        CASE WHEN NOT is_open THEN epoch_us(last_resolved) END AS last_resolved, reopened, is_open,
        has_role, tells_replies, has_touches, has_status, zones_differ, epoch_us(as_of) AS as_of
    FROM per_trace LEFT JOIN replies USING (trace) ORDER BY trace
    """


def _first_response(waits: pd.DataFrame) -> Figure:
    known = waits[waits["has_role"] & waits["tells_replies"]]
    unanswered = known["first_resolved"].notna() & ~known["is_open"] & known["replied"].isna()
    asked = known[~known["outbound"] & ~unanswered]
    if not asked["replied"].notna().any():
        reason = "no_replies" if waits["has_role"].any() else "no_roles"
        return Figure("first_response", "seconds", clock="24x7", definition="first_response", reason=reason)
    return _duration("first_response", asked["replied"], asked, since="asked")


def _duration(id_: str, until: pd.Series[Any], waits: pd.DataFrame, *, since: str = "created") -> Figure:
    """The time from `since` to `until`; where that is missing, the trace waits at `as_of`."""
    import numpy as np

    ended = until.notna().to_numpy()
    if not ended.any():
        why = "never_resolved" if len(ended) else "no_status"
        return Figure(id_, "seconds", n_open=len(ended), clock="24x7", definition=id_, reason=why)
    lasted = (until.fillna(waits["as_of"]) - waits[since]).to_numpy(np.float64) / 1e6
    lasted = np.maximum(lasted, 0.0)
    curve = kaplan_meier(lasted, ended)
    median, p90 = (float(np.quantile(lasted, share)) if ended.all() else curve.quantile(share) for share in (0.5, 0.9))
    low, high = curve.median_bounds()
    reason = "too_many_open" if median is None else None
    return Figure(
        id_, "seconds", median, int(ended.sum()), int((~ended).sum()), median, p90, low, high, "24x7", id_, reason
    )


def _reopen_rate(waits: pd.DataFrame) -> Figure:
    resolved = waits["first_resolved"].notna()
    n, n_open = int(resolved.sum()), int((~resolved).sum())
    if not n:
        reason = "never_resolved" if n_open else "no_status"
        return Figure("reopen_rate", "share", n_open=n_open, definition="reopen_rate", reason=reason)
    n_reopened = int((resolved & waits["reopened"]).sum())
    low, high = wilson(n_reopened, n)
    return Figure("reopen_rate", "share", n_reopened / n, n, n_open, low=low, high=high, definition="reopen_rate")


def _hops(log: EventLog, per: Per) -> Figure:
    level: HandoverLevel = "group" if log.has("group") else "resource"
    if not log.has(level):
        return Figure("hops", "count", definition="hops_resource", reason="no_owners")
    return _mean("hops", "count", handover_counts(log, by=level, per=per)["n"].to_numpy(), f"hops_{level}")


def _touches(waits: pd.DataFrame) -> Figure:
    known = waits[waits["has_touches"]]
    if not len(known):
        return Figure("touches", "count", definition="touches", reason="no_visibility")
    return _mean("touches", "count", known["n_touches"].to_numpy(), "touches")


def _csat(log: EventLog) -> list[Figure]:
    scores = log.sql(f"SELECT {name('csat')} AS csat FROM cases WHERE csat IS NOT NULL ORDER BY csat")["csat"]
    return [_mean("csat", "score", scores.to_numpy(), "csat")] if len(scores) else []


def _mean(id_: str, unit: str, values: NDArray[Any], definition: str) -> Figure:
    """Mean with its normal 95 % bounds, median and p90."""
    import numpy as np

    n = len(values)
    if not n:
        return Figure(id_, unit, definition=definition, reason="no_traces")
    values = np.sort(values)  # a sum of floats hangs on their order
    mean, (median, p90) = float(values.mean()), (float(each) for each in np.quantile(values, [0.5, 0.9]))
    half = Z * float(values.std(ddof=1)) / n**0.5 if n > 1 else None
    low, high = (None, None) if half is None else (max(mean - half, 0.0), mean + half)
    return Figure(id_, unit, mean, n, 0, median, p90, low, high, None, definition)
