"""Stages: a journey as the customer lives it. Reaches out, first answer, works it out, resolved, comes back."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

from journeyminer.mining.measure import Count, Exact, Row, Share, about, measure
from journeyminer.mining.pains import Mark, marks
from journeyminer.mining.spans import spans
from journeyminer.mining.staged import staged
from journeyminer.vocabulary import STAGES, TURNS, Stage

if TYPE_CHECKING:
    from journeyminer.mining.lens import Lens


class StageWay(Row, frozen=True):
    """A way on from a stage."""

    to: Annotated[Stage | None, about("The stage after it; null where the trace goes no further.")]
    n: Annotated[Count, about("Times that a trace went this way.")]
    share: Annotated[Share, about("Share of all times that a trace left this stage or went no further.")]


class StageRow(Row, frozen=True):
    """A stage of the traces. Seconds are those of all cases, see `teams`."""

    stage: Annotated[Stage, about("The stage.")]
    n: Annotated[Count, about("Events in it.")]
    n_cases: Annotated[Count, about("Traces that were ever in it.")]
    n_end: Annotated[Count, about("Traces that are in it at their end.")]
    n_unresolved: Annotated[Count, about("Of these, those that a status says are open.")]
    us_queue_seconds: Annotated[Count, about("Seconds in which cases waited in our queue.")]
    us_work_seconds: Annotated[Count, about("Seconds of our work.")]
    bot_seconds: Annotated[Count, about("Seconds with a bot.")]
    vendor_seconds: Annotated[Count, about("Seconds in which a vendor was awaited.")]
    customer_seconds: Annotated[Count, about("Seconds in which the customer was awaited.")]
    after_resolution_seconds: Annotated[Count, about("Seconds after a resolution.")]
    unknown_seconds: Annotated[Count, about("Seconds of which nobody knows whose turn it was.")]
    csat: Annotated[float | None, about("Mean satisfaction, 0..1, of the rated cases of its traces; null: none.")]
    n_csat: Annotated[Count, about("How many cases that is.")]
    ways: Annotated[tuple[StageWay, ...], about("Where traces go from it, the most frequent way first.")]
    marks: Annotated[tuple[Mark, ...], about("What hurt customers in it and what pleased them.")]


@measure(StageRow)
def stages(lens: Lens) -> Exact:
    """The stages of the traces: how many reach each, whose clock ran in it, where they go on to and where they end.

    Every event of a trace is in one stage, the first of these that holds:

    - first_answer: it is the first answer, and the trace was never resolved before
    - resolved: after it no case of the trace is open
    - comes_back: the trace was resolved before
    - works_it_out: the trace was answered before
    - reaches_out: it is the first event, or nobody but the customer has acted since the first event
    - first_answer: all other events before the answer

    An answer is a public message of a human of ours after the first event and, where a customer acts, after that; in a
    namespace in which nothing of that kind is known, our first act after the first event.

    Time is in the stage that the events before it lead to: before the first answer first_answer, from then on
    works_it_out, while no case is open resolved, while one is open again comes_back; only our work before the first
    event of a case is in reaches_out. A trace ends in the stage of the time after its last event. Of the ways on, what
    is counted are changes of that stage; every trace goes from reaches_out to the stage after its first event.

    Marks say what hurt customers and what pleased them:

    - chased: a message of the customer while a case waited in our queue or for the end of our work, after somebody had
      taken the trace up; in the stage of the message
    - gave_up: the trace ended in the customer's turn: it is open, the customer has been silent for longer than 95 % of
      the customers' silences that ended; or the system or a bot resolved it for good when it was the customer's turn.
      In the stage of the silence
    - unanswered: the customer acted, and the trace is resolved without an answer by a human or a bot; in first_answer
    - came_back: the trace was open again after a resolution; in comes_back
    - rated_low, rated_high: satisfaction of at most 0.25, of at least 0.75; in the stage in which the trace ends
    - solved_at_once: answered, resolved for good, and the customer did not have to act between; in resolved

    Returns:
        One row a stage in which any trace was, in the order of the customer's experience.
    """
    table = staged(lens)
    found: dict[Stage, dict[str, Any]] = {}
    counts = lens.log.rows(
        f"""
        WITH inside AS (SELECT trace, stage FROM {table} UNION SELECT trace, state FROM {table}),
        ends AS (
            SELECT arg_max(state, pos) AS stage, arg_max(is_open, pos) AS is_open FROM {table} GROUP BY trace
        )
        SELECT stage, n, n_cases, coalesce(n_end, 0), coalesce(n_unresolved, 0)
        FROM (SELECT stage, count(*) AS n_cases FROM inside GROUP BY stage)
        LEFT JOIN (SELECT stage, count(*) AS n FROM {table} GROUP BY stage) USING (stage)
        LEFT JOIN (
            SELECT stage, count(*) AS n_end, count(*) FILTER (WHERE is_open) AS n_unresolved FROM ends GROUP BY stage
        ) USING (stage)
        """
    )
    clocks, rated = _clocks(lens, table), _ratings(lens, table)
    ways, felt = _ways(lens, table), marks(lens, table)
    for stage, n, n_cases, n_end, n_unresolved in counts:
        csat, n_csat = rated.get(stage, (None, 0))
        found[stage] = {
            "stage": stage, "n": n or 0, "n_cases": n_cases, "n_end": n_end, "n_unresolved": n_unresolved,
            **{f"{turn}_seconds": clocks.get((stage, turn), 0) for turn in TURNS},
            "csat": csat, "n_csat": n_csat, "ways": ways.get(stage, ()), "marks": felt.get(stage, ()),
        }  # fmt: skip
    return [found[stage] for stage in STAGES if stage in found]


def _clocks(lens: Lens, table: str) -> dict[tuple[str, str], int]:
    """The seconds of each stage and turn."""
    rows = lens.log.rows(
        f"""
        SELECT CASE WHEN s.source IS NULL THEN 'reaches_out' ELSE state END AS stage, CAST(turn AS VARCHAR),
            CAST(round(sum(closed - opened) / 1e6) AS BIGINT)
        FROM {spans(lens.log)} s JOIN {table} t USING (seq) GROUP BY ALL
        """
    )
    return {(stage, turn): seconds for stage, turn, seconds in rows}


def _ratings(lens: Lens, table: str) -> dict[str, tuple[float, int]]:
    """The mean satisfaction of the cases whose traces were in a stage, and how many these are."""
    rows = lens.log.rows(
        f"""
        WITH inside AS (SELECT trace, stage FROM {table} UNION SELECT trace, state FROM {table}),
        rated AS (SELECT trace, csat FROM {lens.rows("cases")} WHERE csat IS NOT NULL)
        SELECT stage, sum(CAST(csat AS DECIMAL(18, 9))), count(*) FROM inside JOIN rated USING (trace) GROUP BY stage
        """
    )
    return {stage: (float(total) / n, n) for stage, total, n in rows}


def _ways(lens: Lens, table: str) -> dict[str, tuple[StageWay, ...]]:
    """Where traces went from each stage."""
    rows = lens.log.rows(
        f"""
        WITH seen AS (
            SELECT trace, pos, state AS stage FROM {table}
            UNION ALL SELECT trace, 0, 'reaches_out' FROM {table} WHERE pos = 1
        ),
        changed AS (
            SELECT * FROM seen
            QUALIFY stage IS DISTINCT FROM lag(stage) OVER (PARTITION BY trace ORDER BY pos)
        ),
        went AS (SELECT stage, lead(stage) OVER (PARTITION BY trace ORDER BY pos) AS next FROM changed)
        SELECT stage, next, count(*) AS n FROM went GROUP BY ALL ORDER BY stage, n DESC, next
        """
    )
    total = Counter[str]()
    for stage, _, n in rows:
        total[stage] += n
    found: dict[str, tuple[StageWay, ...]] = {}
    for stage, to, n in rows:
        found[stage] = (*found.get(stage, ()), StageWay(to, n, n / total[stage]))
    return found
