"""Lanes: who acts and whether the customer sees it. The customer, what he sees of us, our teams unseen, vendors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal

from journeyminer.mining.measure import Count, Exact, Row, about, measure
from journeyminer.mining.staged import neighbours, staged
from journeyminer.sql import quote
from journeyminer.vocabulary import STAGES, Stage

if TYPE_CHECKING:
    from journeyminer.mining.lens import Lens

Lane = Literal["customer", "seen", "team", "vendor"]
LANES: Final[tuple[Lane, ...]] = ("customer", "seen", "team", "vendor")
PERSON, BOT = "person", "bot"
"""who the customer sees of us: people; bots and automatic messages"""


class StepRow(Row, frozen=True):
    """An activity in one stage and lane."""

    stage: Annotated[Stage, about("The stage.")]
    lane: Annotated[Lane, about("customer; seen: of us, by the customer; team: of us, unseen; vendor.")]
    group: Annotated[str | None, about("The team; null where none is known, or in other lanes.")]
    activity: Annotated[str, about("A slug of the vocabulary, or the source's own word.")]
    n: Annotated[Count, about("Events.")]
    n_cases: Annotated[Count, about("Traces with such an event.")]


@measure(StepRow)
def steps(lens: Lens) -> Exact:
    """What is done in each stage and lane, see `stages` and `blueprint`: every event is in one row.

    Returns:
        One row a stage, lane, team and activity, in order of stage, lane and falling `n`.
    """
    rows = lens.log.dicts(
        f"""
        SELECT stage, lane, CASE WHEN lane = 'team' THEN team END AS "group", CAST(activity AS VARCHAR) AS activity,
            count(*) AS n, count(DISTINCT trace) AS n_cases
        FROM {stations(lens)} GROUP BY ALL ORDER BY n DESC, "group", activity
        """
    )
    return sorted(rows, key=lambda row: (STAGES.index(row["stage"]), LANES.index(row["lane"])))


def stations(lens: Lens) -> str:
    """Make the table of events with their lanes and return its name.

    To what `staged` says come `lane`, `team`, `who`, and `waits`, whether a vendor is awaited from here on.
    """
    log = lens.log
    who = "team" if log.has("group") else "CAST(activity AS VARCHAR)"
    return lens.materialise(
        "stations",
        f"""
        WITH placed AS (
            SELECT *, CASE WHEN role = 'customer' THEN 'customer' WHEN role = 'vendor' THEN 'vendor'
                    WHEN touch THEN 'seen' ELSE 'team' END AS lane,
                CAST(CASE WHEN gives AND named <> held THEN held ELSE holder END AS VARCHAR)
                    AS team,
                coalesce(status = 'on_hold' AND status_before IS DISTINCT FROM 'on_hold', false) AS waits
            FROM ({neighbours(lens, staged(lens), before={"status_before": "status"})})
        )
        SELECT trace, pos, case_key, seq, timestamp, begin, activity, stage, state, lane, team, waits,
            CASE lane WHEN 'team' THEN {who} WHEN 'seen'
                THEN CASE WHEN role IN ('bot', 'system') THEN {quote(BOT)} ELSE {quote(PERSON)} END END AS who,
            CASE WHEN lane = 'seen' AND (role IS NULL OR role = 'agent') THEN team END AS via
        FROM placed
        """,
    )
