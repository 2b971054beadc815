"""Bottlenecks: the places where customers lose hours in a turn that we control."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from journeyminer.log import EventLog
from journeyminer.mining.bootstrap import MAX_PLACES, bounds
from journeyminer.mining.moves import customers_known, scope, scoped, trace_of
from journeyminer.mining.spans import spans
from journeyminer.vocabulary import OUR_TURNS, Per

if TYPE_CHECKING:
    import pandas as pd

MIN_TRACES = 5
"""With fewer cases (or customers) behind a place its bounds would say nothing, and are left empty."""
ONE_OFF_SHARE = 0.25
MIN_DAYS = 8
"""In a log of fewer days every day holds a large share of the hours."""
N_EVIDENCE = 3

COLUMNS = (
    "rank", "rank_low", "rank_high", "source", "target", "group", "turn", "assumed", "n", "n_cases", "n_customers",
    "lost_seconds", "low", "high", "share", "median_seconds", "p90_seconds", "one_off", "evidence",
)  # fmt: skip


def bottlenecks(log: EventLog, *, per: Per = "case", top: int | None = 20) -> pd.DataFrame:
    """The places ranked by the seconds that customers lost at them.

    A place is a move inside a case (`source` to `target`), in one queue, in one turn of ours: us_work, us_queue or bot
    (`spans` has the rules). What comes after a resolution, waits for the customer or a vendor, or is unknown, ranks
    nowhere. The wait of a case that is still open counts as long as it has lasted, with no `target`; work before the
    first event of a case was complete has no `source`. A customer who waits in two cases at once waits in both.

    Args:
        per: what is drawn again for the bounds: cases, or customers with all their cases.
        top: how many places; None for all.

    Returns:
        One row a place:

        - `rank`; `rank_low`, `rank_high`: 95 % bounds of the rank (see `bootstrap`), null below 5 traces
        - `source`, `target`, `group` (its queue; null where the log has no groups), `turn`
        - `assumed`: whether only an assumption says that it was our turn, for any part
        - `n` waits of `n_cases` cases of `n_customers` customers (null where no customers are known)
        - `lost_seconds`; `low`, `high`: 95 % bounds, null below 5 traces; `share` of all seconds lost at any place
        - `median_seconds`, `p90_seconds` of the waits
        - `one_off`: single_case or single_day where one case, or one day (UTC) on which waits ended, holds more than a
          quarter of the seconds (days only in logs of 8 days and more); else null
        - `evidence`: the three cases that lost most, as dicts of `case_id`, `source_ref` and `seconds`
    """
    import pandas as pd

    waits = _make_waits(log, per)
    total, n_places = log.one(f"SELECT coalesce(sum(us), 0), coalesce(max(place) + 1, 0) FROM {waits}")
    shown = n_places if top is None else min(top, n_places)
    rows = log.sql(_places(log, waits, shown))
    evidence = _evidence(log, waits, shown)
    found = _bounds(log, waits, per, n_places)
    frame = pd.DataFrame(index=range(shown))
    for column in COLUMNS:
        if column in rows:
            frame[column] = rows[column]
    n_traces = rows["n_cases" if per == "case" else "n_customers"]
    ranked = (n_traces >= MIN_TRACES) & (rows["place"] < MAX_PLACES)
    for column, values in found.items():
        series = pd.Series(values[:shown]).reindex(range(shown))
        frame[column] = series.where(ranked).round().astype("Int64")
    frame["rank"] = rows["place"] + 1
    frame["share"] = rows["us"] / total if total else 0.0
    frame["evidence"] = pd.Series([evidence.get(place, []) for place in range(shown)], dtype=object)
    return scoped(frame[list(COLUMNS)], log, per=per)


def _make_waits(log: EventLog, per: Per) -> str:
    """One row a span in our turn: its place (0 is the largest sum; ties by name), trace, case, day and length."""
    trace, joined = trace_of(log, per, spans(log))
    ours = ", ".join(f"'{turn}'" for turn in OUR_TURNS)
    return log.materialise(
        f"waits_{per}",
        f"""
        WITH waits AS (
            SELECT {trace} AS trace, e.case_key, seq, CAST(source AS VARCHAR) AS source,
                CAST(target AS VARCHAR) AS target, CAST(queue AS VARCHAR) AS queue,
                CAST(turn AS VARCHAR) AS turn, basis = 'assumed' AS assumed, opened,
                CAST(make_timestamp(CASE WHEN target IS NULL THEN opened ELSE closed END) AS DATE) AS day,
                closed - opened AS us
            FROM {joined} WHERE turn IN ({ours}) AND {trace} IS NOT NULL
        ),
        places AS (
            SELECT source, target, queue, turn,
                row_number() OVER (ORDER BY sum(us) DESC, source, target, queue, turn) - 1 AS place
            FROM waits GROUP BY source, target, queue, turn
        )
        SELECT p.place, w.* FROM waits w JOIN places p ON w.turn = p.turn AND w.source IS NOT DISTINCT FROM p.source
            AND w.target IS NOT DISTINCT FROM p.target AND w.queue IS NOT DISTINCT FROM p.queue
        """,
    )


def _places(log: EventLog, waits: str, shown: int) -> str:
    """SQL of the first places, one row each."""
    customers, known = "CAST(NULL AS BIGINT)", ""
    if customers_known(log):
        customers, known = (
            "count(DISTINCT customer_key)",
            "JOIN (SELECT case_key, customer_key FROM case_rows) USING (case_key)",
        )
    (n_days,) = log.one("SELECT coalesce(date_diff('day', min(timestamp), max(timestamp)) + 1, 0) FROM event_rows")
    days = f"largest_day > sum_us * {ONE_OFF_SHARE} AND {n_days} >= {MIN_DAYS}"
    return f"""
    WITH shown AS (SELECT * FROM {waits} {known} WHERE place < {shown}),
    largest_case AS (SELECT place, max(us) AS largest_case FROM
        (SELECT place, sum(us) AS us FROM shown GROUP BY place, case_key) GROUP BY place),
    largest_day AS (SELECT place, max(us) AS largest_day FROM
        (SELECT place, sum(us) AS us FROM shown GROUP BY place, day) GROUP BY place),
    summed AS (
        SELECT place, any_value(source) AS source, any_value(target) AS target, any_value(queue) AS "group",
            any_value(turn) AS turn, bool_or(assumed) AS assumed, count(*) AS n, count(DISTINCT case_key) AS n_cases,
            {customers} AS n_customers, sum(us) AS sum_us, quantile_cont(us, [0.5, 0.9]) AS quantiles
        FROM shown GROUP BY place
    )
    SELECT * EXCLUDE (quantiles, sum_us), sum_us AS us, CAST(round(sum_us / 1e6) AS BIGINT) AS lost_seconds,
        quantiles[1] / 1e6 AS median_seconds, quantiles[2] / 1e6 AS p90_seconds,
        CASE WHEN largest_case > sum_us * {ONE_OFF_SHARE} THEN 'single_case'
            WHEN {days} THEN 'single_day' END AS one_off
    FROM summed JOIN largest_case USING (place) JOIN largest_day USING (place) ORDER BY place
    """


def _evidence(log: EventLog, waits: str, shown: int) -> dict[int, list[dict[str, Any]]]:
    """The worst cases of the first places. The record is the one with which the longest wait of the case began."""
    rows = log.rows(
        f"""
        WITH per_case AS (
            SELECT place, case_key, sum(us) AS us, arg_max(seq, (us, -seq)) AS seq
            FROM {waits} WHERE place < {shown} GROUP BY ALL
        ),
        worst AS (
            SELECT *, row_number() OVER (PARTITION BY place ORDER BY us DESC, case_id) AS nth
            FROM per_case JOIN cases USING (case_key) QUALIFY nth <= {N_EVIDENCE}
        ),
        twice AS (SELECT native_id FROM case_rows SEMI JOIN worst USING (native_id) GROUP BY 1 HAVING count(*) > 1)
        SELECT place, CASE WHEN w.native_id IN (FROM twice) THEN w.case_id ELSE w.native_id END, v.source_ref,
            CAST(round(us / 1e6) AS BIGINT)
        FROM worst w JOIN events v USING (seq) ORDER BY place, nth
        """
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for place, case_id, source_ref, seconds in rows:
        found.setdefault(place, []).append({"case_id": case_id, "source_ref": source_ref, "seconds": seconds})
    return found


def _bounds(log: EventLog, waits: str, per: Per, n_places: int) -> dict[str, Any]:
    """The bounds of the places that take part in the ranking, in the order of the places."""
    frame = log.sql(
        f"""
        WITH numbered AS (
            SELECT trace, row_number() OVER (ORDER BY trace) - 1 AS cluster FROM (SELECT DISTINCT trace FROM {waits})
        )
        SELECT place, cluster, CAST(round(sum(us) / 1e6) AS BIGINT) AS seconds
        FROM {waits} JOIN numbered USING (trace) WHERE place < {min(n_places, MAX_PLACES)} GROUP BY ALL
        ORDER BY ALL
        """
    )
    found = bounds(
        *(frame[column].to_numpy() for column in ("place", "cluster", "seconds")),
        n_clusters=scope(log, per=per).n_traces,
    )
    return {column: getattr(found, column) for column in ("low", "high", "rank_low", "rank_high")}
