"""Journeys: how many cases a need takes, why journeys begin, and who comes back; beside what single cases would say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal

from journeyminer.mining.events import column
from journeyminer.mining.measure import Count, Exact, Row, Share, about, measure
from journeyminer.mining.spans import states
from journeyminer.sql import listed
from journeyminer.vocabulary import OPEN_STATUSES, RESOLVED_STATUSES, JourneyBeginning

if TYPE_CHECKING:
    from journeyminer.mining.lens import Lens

WINDOW_DAYS: Final = 7
"""who comes back later than that did not come back for what was resolved"""
JourneyFigureId = Literal["cases", "several_cases", "several_channels", "came_back", "silent_recontact"]
UNITS: Final[dict[JourneyFigureId, str]] = {
    "cases": "count",
    "several_cases": "share",
    "several_channels": "share",
    "came_back": "share",
    "silent_recontact": "share",
}
"""figure -> its unit"""


class JourneyFigure(Row, frozen=True):
    """A figure of the journeys."""

    id: Annotated[JourneyFigureId, about("A slug; its definition stands under `journey_figure` in the catalogues.")]
    unit: Annotated[str, about("count or share.")]
    value: Annotated[float | None, about("A mean or a share of journeys; null: unknown.")]
    n: Annotated[Count, about("Journeys that it rests on.")]
    by_case: Annotated[float | None, about("The same where each case counts alone; null where that says nothing.")]
    n_by_case: Annotated[Count, about("Cases that `by_case` rests on.")]
    reason: Annotated[str | None, about("Slug of why the value is null; else null.")]


class JourneyBegun(Row, frozen=True):
    """How many journeys begin for one reason."""

    reason: Annotated[JourneyBeginning, about("Why.")]
    n: Annotated[Count, about("Journeys.")]
    share: Annotated[Share, about("Share of all journeys of the log.")]


@measure(JourneyFigure)
def journeys(lens: Lens) -> Exact:
    """The journeys of the log, whatever the lens, and beside each figure what cases alone would say.

    - cases: cases a journey, on average
    - several_cases: of the journeys, the share with more than one case
    - several_channels: of the journeys in which the customer's channel is known, the share with more than one
    - came_back: of the journeys in which a case was resolved at least seven days before the end of its namespace, the
      share in which, within seven days of such a resolution, the case was opened again or the customer began another
      one of the journey; by_case is the share of such cases that were opened again in that time
    - silent_recontact: the same, where the customer began another case while the first one stayed resolved

    A case begins with the customer's first act in it; one without any is no contact, unless the log knows no roles in
    it, when it begins as it is opened. Journeys cut what no evidence ties, so that both rates are lower bounds.

    Returns:
        One row a figure; none where the log does not say which cases are one journey.
    """
    if not lens.how_many("journey"):
        return
    n, n_cases, n_several = lens.log.one(
        "SELECT count(*), sum(n)::BIGINT, count(*) FILTER (n > 1) "
        "FROM (SELECT count(*) AS n FROM case_rows GROUP BY journey_key)"
    )
    yield _figure("cases", n_cases / n, n, 1.0, n_cases)
    yield _figure("several_cases", n_several / n, n)
    if lens.log.has("channel"):
        n_known, n_switched = lens.log.one(
            "SELECT count(*), count(*) FILTER (n > 1) FROM (SELECT count(DISTINCT e.channel) AS n FROM event_rows e "
            "JOIN case_rows USING (case_key) WHERE e.channel <> 'internal' "
            f"AND coalesce({column(lens.log, 'role')} = 'customer', true) GROUP BY journey_key)"
        )
        if n_known:
            yield _figure("several_channels", n_switched / n_known, n_known)
    over, back, silent, cases, again = lens.log.one(_came_back(lens))
    by_case = again / cases if cases else None
    yield _figure("came_back", back / over if over else None, over, by_case, cases)
    yield _figure("silent_recontact", silent / over if over else None, over)


def _figure(
    id_: JourneyFigureId, value: float | None, n: int, by_case: float | None = None, n_by_case: int = 0
) -> dict[str, object]:
    reason = "never_resolved" if value is None else None
    return {
        "id": id_,
        "unit": UNITS[id_],
        "value": value,
        "n": n,
        "by_case": by_case,
        "n_by_case": n_by_case,
        "reason": reason,
    }


def _came_back(lens: Lens) -> str:
    """SQL of one row: journeys resolved, those that came back, those in silence; cases resolved, those opened again."""
    done, role = listed(RESOLVED_STATUSES), column(lens.log, "role")
    return f"""
    WITH told AS (
        SELECT case_key, timestamp, seq, status IN ({done}) AS done FROM {states(lens.log)}
        WHERE status IN ({listed(OPEN_STATUSES)}, {done})
    ), changed AS (
        SELECT *, lag(done) OVER (PARTITION BY case_key ORDER BY timestamp, seq) AS before FROM told
    ), stood AS (
        SELECT case_key, done, timestamp AS resolved,
            lead(timestamp) OVER (PARTITION BY case_key ORDER BY timestamp, seq) AS until
        FROM changed WHERE done IS DISTINCT FROM before
    ), over AS (
        SELECT journey_key, case_key, resolved, until, resolved + INTERVAL {WINDOW_DAYS} DAY AS latest
        FROM stood JOIN case_rows USING (case_key) JOIN namespaces n USING (ns_no)
        WHERE done AND resolved + INTERVAL {WINDOW_DAYS} DAY <= n.as_of
    ), asked AS (
        SELECT case_key, journey_key, coalesce(min(timestamp) FILTER ({role} = 'customer'),
            CASE WHEN count({role}) = 0 THEN min(opened_at) END) AS asked
        FROM event_rows JOIN case_rows USING (case_key) GROUP BY ALL
    ), found AS (
        SELECT o.journey_key, o.case_key, bool_or(coalesce(o.until <= o.latest, false)) AS again,
            bool_or(coalesce(a.asked >= o.resolved AND a.asked <= o.latest
                AND (o.until IS NULL OR a.asked < o.until), false)) AS silent
        FROM over o LEFT JOIN asked a ON a.journey_key = o.journey_key AND a.case_key <> o.case_key GROUP BY ALL
    ), traced AS (
        SELECT bool_or(again OR silent) AS back, bool_or(silent) AS silent FROM found GROUP BY journey_key
    )
    SELECT count(*), count(*) FILTER (back), count(*) FILTER (silent), (SELECT count(*) FROM found),
        (SELECT count(*) FROM found WHERE again)
    FROM traced
    """


@measure(JourneyBegun)
def journey_beginnings(lens: Lens) -> Exact:
    """Why the journeys of the log begin, as the first case of each says it.

    Returns:
        One row a reason that occurs, the most frequent first; none where nobody looked for journeys.
    """
    if "begun_by" not in lens.log.schema.columns(f"{lens.log.schema}.case_rows"):
        return []
    return lens.log.dicts(
        "SELECT begun_by AS reason, count(*) AS n, n / (SELECT count(begun_by) FROM case_rows) AS share "
        "FROM case_rows WHERE begun_by IS NOT NULL GROUP BY begun_by ORDER BY n DESC, reason"
    )
