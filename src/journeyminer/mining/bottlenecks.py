"""Bottlenecks: the places where customers lose hours in a turn that we control."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from journeyminer.mining.bootstrap import MAX_PLACES, bounds
from journeyminer.mining.measure import Count, Exact, Row, Seconds, Share, about, measure
from journeyminer.mining.spans import spans
from journeyminer.sql import listed
from journeyminer.vocabulary import OUR_TURNS, Turn

if TYPE_CHECKING:
    from journeyminer.mining.lens import Lens

MIN_TRACES = 5
"""With fewer traces behind a place its bounds would say nothing, and are left empty."""
ONE_OFF_SHARE = 0.25
MIN_DAYS = 8
"""In a log of fewer days every day holds a large share of the hours."""
N_EVIDENCE = 3


class Evidence(Row, frozen=True):
    """A case behind a number."""

    case_id: Annotated[str, about("Its number in the source, with the namespace where two sources use it.")]
    source_ref: Annotated[str, about("The file and the record.")]
    seconds: Annotated[int, about("What the case adds to the number.")]


class Bottleneck(Row, frozen=True):
    """A place where customers lose time in a turn that we control. `n_cases` counts cases, whatever a trace is."""

    rank: Annotated[Count, about("By lost_seconds, 1 is the costliest.")]
    rank_low: Annotated[Count | None, about("Best rank it may well have (95 %); null below 5 traces.")]
    rank_high: Annotated[Count | None, about("Worst rank it may well have; null below 5 traces.")]
    source: Annotated[str | None, about("The activity before the wait; null for work that a case begins with.")]
    target: Annotated[str | None, about("The activity that ends it; null for cases that still wait.")]
    giver: Annotated[str | None, about("The team that handed the case over; null where none did, or it is not known.")]
    group: Annotated[str | None, about("The team whose queue it is; null where not known.")]
    turn: Annotated[Turn, about("Whose turn it was.")]
    assumed: Annotated[bool, about("Whether only an assumption says so, for any part.")]
    n: Annotated[Count, about("Waits.")]
    n_cases: Annotated[Count, about("Cases with such a wait.")]
    n_customers: Annotated[Count | None, about("Customers with such a wait; null where none are known.")]
    lost_seconds: Annotated[int, about("Seconds lost in all.")]
    low: Annotated[int | None, about("Lower 95 % bound of lost_seconds; null below 5 traces.")]
    high: Annotated[int | None, about("Upper 95 % bound of lost_seconds; null below 5 traces.")]
    share: Annotated[Share, about("Share of the seconds lost at any place.")]
    median_seconds: Annotated[Seconds | None, about("Median of the waits.")]
    p90_seconds: Annotated[Seconds | None, about("90th percentile of the waits.")]
    one_off: Annotated[str | None, about("single_case or single_day that holds over a quarter; else null.")]
    evidence: Annotated[tuple[Evidence, ...], about("The three cases that lost most.")]


def where(place: Bottleneck) -> tuple[str | None, str | None]:
    """Where a place is in a graph: at a move; our work on an activity (no source); what still waits (no target)."""
    return None if place.turn == "us_work" else place.source, place.target


@measure(Bottleneck)
def bottlenecks(lens: Lens, *, top: int | None = 20) -> Exact:
    """The places ranked by the seconds that customers lost at them.

    A place is a move inside a case (`source` to `target`), in one queue, in one turn of ours: us_work, us_queue or bot
    (`spans` has the rules); a wait for the first act of a team is another place than its later ones (`giver`). What
    comes after a resolution, waits for the customer or a vendor, or is unknown, ranks nowhere. The wait of a case that
    is still open counts as long as it has lasted, with no `target`; work before the first event of a case was complete
    has no `source`. A customer who waits in two cases at once waits in both.

    Traces, with all their cases, are drawn again for the bounds (see `bootstrap`). A place is a one-off where one case,
    or one day (UTC) on which waits ended, holds more than a quarter of its seconds; days only in logs of 8 days and
    more. Its evidence are the three cases that lost most.

    Args:
        top: how many places; None for all.

    Returns:
        One row a place.
    """
    waits = lost_waits(lens)
    total, n_places = lens.log.one(f"SELECT coalesce(sum(us), 0), coalesce(max(place) + 1, 0) FROM {waits}")
    shown = n_places if top is None else min(top, n_places)
    evidence = _evidence(lens, waits, shown)
    found = _bounds(lens, waits, n_places)
    for row in lens.log.dicts(_places(lens, waits, shown)):
        place, us, n_traces = row.pop("place"), row.pop("us"), row.pop("n_traces")
        sure = n_traces >= MIN_TRACES and place < MAX_PLACES
        likely = {column: int(values[place].round()) if sure else None for column, values in found.items()}
        yield row | likely | {"rank": place + 1, "share": us / total, "evidence": evidence[place]}


_KEY = ("source", "target", "giver", "queue", "turn")


def lost_waits(lens: Lens) -> str:
    """One row a span in our turn: its place (0 is the largest sum; ties by name), trace, case, day and length."""
    key, same = ", ".join(_KEY), " AND ".join(f"w.{column} IS NOT DISTINCT FROM p.{column}" for column in _KEY)
    return lens.materialise(
        "waits",
        f"""
        WITH waits AS (
            SELECT trace, case_key, seq, CAST(source AS VARCHAR) AS source, CAST(target AS VARCHAR) AS target,
                CAST(giver AS VARCHAR) AS giver, CAST(queue AS VARCHAR) AS queue, CAST(turn AS VARCHAR) AS turn,
                basis = 'assumed' AS assumed, opened,
                CAST(make_timestamp(CASE WHEN target IS NULL THEN opened ELSE closed END) AS DATE) AS day,
                closed - opened AS us
            FROM {lens.rows(spans(lens.log))} WHERE turn IN ({listed(OUR_TURNS)})
        ),
        places AS (
            SELECT {key}, row_number() OVER (ORDER BY sum(us) DESC, {key}) - 1 AS place FROM waits GROUP BY {key}
        )
        SELECT p.place, w.* FROM waits w JOIN places p ON {same}
        """,
    )


def _places(lens: Lens, waits: str, shown: int) -> str:
    """SQL of the first places, one row each, with `n_traces` and the microseconds `us`."""
    customer = "customer_key" if lens.knows_customers else "CAST(NULL AS BIGINT)"
    (n_days,) = lens.log.one("SELECT coalesce(date_diff('day', min(timestamp), max(timestamp)) + 1, 0) FROM event_rows")
    days = f"largest_day > us * {ONE_OFF_SHARE} AND {n_days} >= {MIN_DAYS}"
    return f"""
    WITH shown AS (
        SELECT w.*, customer FROM {waits} w JOIN (SELECT case_key, {customer} AS customer FROM case_rows)
        USING (case_key) WHERE place < {shown}
    ),
    largest_case AS (SELECT place, max(us) AS largest_case FROM
        (SELECT place, sum(us) AS us FROM shown GROUP BY place, case_key) GROUP BY place),
    largest_day AS (SELECT place, max(us) AS largest_day FROM
        (SELECT place, sum(us) AS us FROM shown GROUP BY place, day) GROUP BY place),
    summed AS (
        SELECT place, any_value(source) AS source, any_value(target) AS target, any_value(giver) AS giver,
            any_value(queue) AS "group",
            any_value(turn) AS turn, bool_or(assumed) AS assumed, count(*) AS n, count(DISTINCT case_key) AS n_cases,
            count(DISTINCT trace) AS n_traces, count(DISTINCT customer) AS n_customers, sum(us) AS us,
            quantile_cont(us, [0.5, 0.9]) AS quantiles
        FROM shown GROUP BY place
    )
    SELECT place, us, n_traces, source, target, giver, "group", turn, assumed, n, n_cases,
        CASE WHEN {lens.knows_customers} THEN n_customers END AS n_customers,
        CAST(round(us / 1e6) AS BIGINT) AS lost_seconds,
        quantiles[1] / 1e6 AS median_seconds, quantiles[2] / 1e6 AS p90_seconds,
        CASE WHEN largest_case > us * {ONE_OFF_SHARE} THEN 'single_case' WHEN {days} THEN 'single_day' END AS one_off
    FROM summed JOIN largest_case USING (place) JOIN largest_day USING (place) ORDER BY place
    """


def _evidence(lens: Lens, waits: str, shown: int) -> dict[int, tuple[Evidence, ...]]:
    """The worst cases of the first places. The record is the one with which the longest wait of the case began."""
    rows = lens.log.rows(
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
    found: dict[int, tuple[Evidence, ...]] = {}
    for place, *evidence in rows:
        found[place] = (*found.get(place, ()), Evidence(*evidence))
    return found


def _bounds(lens: Lens, waits: str, n_places: int) -> dict[str, Any]:
    """The bounds of the places that take part in the ranking, in the order of the places."""
    frame = lens.log.sql(
        f"""
        WITH numbered AS (
            SELECT trace, row_number() OVER (ORDER BY trace) - 1 AS cluster FROM (SELECT DISTINCT trace FROM {waits})
        )
        SELECT place, cluster, CAST(round(sum(us) / 1e6) AS BIGINT) AS seconds
        FROM {waits} JOIN numbered USING (trace) WHERE place < {min(n_places, MAX_PLACES)} GROUP BY ALL
        ORDER BY ALL
        """
    )
    amounts = (frame[column].to_numpy() for column in ("place", "cluster", "seconds"))
    return bounds(*amounts, n_clusters=lens.scope.n_traces)._asdict()
