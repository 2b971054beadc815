"""What hurt customers on their way and what pleased them, each in the stage in which it happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal, get_args

from journeyminer.mining.measure import Count, Row, about
from journeyminer.mining.spans import spans
from journeyminer.mining.staged import neighbours

if TYPE_CHECKING:
    from journeyminer.mining.lens import Lens
    from journeyminer.vocabulary import Stage

MarkSlug = Literal["chased", "gave_up", "unanswered", "came_back", "rated_low", "solved_at_once", "rated_high"]
GOOD: Final = ("solved_at_once", "rated_high")
LOW, HIGH = 0.25, 0.75
"""satisfaction up to here is a low rating, from here on a high one: 1 or 2, and 4 or 5, of five stars"""
SILENT: Final = 0.95
"""A customer who has been silent for longer than this share of the customers' silences that ended has given up."""


class Mark(Row, frozen=True):
    """Something that hurt or pleased customers in a stage."""

    mark: Annotated[MarkSlug, about("What it is; `stages` of the library says what counts.")]
    good: Annotated[bool, about("Whether it pleased.")]
    n: Annotated[Count, about("How often.")]
    n_cases: Annotated[Count, about("In how many traces; of ratings: cases.")]


def marks(lens: Lens, table: str) -> dict[Stage, tuple[Mark, ...]]:
    """The marks of each stage, over the table of `staged`; `stages` says what each is."""
    log = lens.log
    before = neighbours(lens, table, before={"state_before": "state", "seq_before": "seq"})
    rows = log.rows(
        f"""
        WITH steps AS ({before}),
        ended AS (SELECT seq, CAST(turn AS VARCHAR) AS turn, closed FROM {spans(log)} WHERE source IS NOT NULL),
        of_us AS (
            SELECT s.*, turn AS turn_before
            FROM steps s JOIN ended e ON e.seq = seq_before AND closed = epoch_us(timestamp)
            WHERE (says = 'customer' AND stage IN ('first_answer', 'works_it_out', 'comes_back'))
                OR (role IN ('system', 'bot') AND state = 'resolved')
        ),
        silences AS (
            SELECT seq, closed - opened AS us, target IS NULL AS lasts FROM {spans(log)} WHERE turn = 'customer'
        ),
        silence AS (SELECT quantile_cont(us, {SILENT}) AS longest FROM silences WHERE NOT lasts),
        traces AS (
            SELECT trace, arg_max(state, pos) AS ends_in, arg_max(is_open, pos) AS is_open,
                bool_or(role = 'customer') AS has_customer, bool_or(is_answer) AS answered,
                bool_or(says = 'us' AND role = 'bot') AS bot_said, bool_or(state = 'comes_back') AS came_back,
                bool_or(role = 'customer' AND stage = 'works_it_out') AS wrote_again,
                max(pos) FILTER (WHERE state = 'resolved' AND state_before IS DISTINCT FROM 'resolved') AS resolved_at
            FROM steps GROUP BY trace
        ),
        found AS (
            SELECT 'chased' AS mark, stage, trace FROM of_us
            WHERE says = 'customer' AND stage <> 'resolved' AND turn_before IN ('us_queue', 'us_work')
            UNION ALL
            SELECT 'gave_up', state, trace FROM silences JOIN {table} USING (seq), silence
            WHERE lasts AND is_open AND us > longest
            UNION ALL
            SELECT 'gave_up', state_before, trace FROM of_us JOIN traces USING (trace)
            WHERE pos = resolved_at AND ends_in = 'resolved' AND role IN ('system', 'bot') AND turn_before = 'customer'
            UNION ALL
            SELECT 'unanswered', 'first_answer', trace FROM traces
            WHERE ends_in = 'resolved' AND has_customer AND NOT answered AND bot_said IS NOT TRUE AND NOT came_back
            UNION ALL
            SELECT 'came_back', 'comes_back', trace FROM steps
            WHERE state = 'comes_back' AND state_before IS DISTINCT FROM 'comes_back'
            UNION ALL
            SELECT CASE WHEN csat <= {LOW} THEN 'rated_low' ELSE 'rated_high' END, ends_in, trace
            FROM {lens.rows("cases")} JOIN traces USING (trace) WHERE csat <= {LOW} OR csat >= {HIGH}
            UNION ALL
            SELECT 'solved_at_once', 'resolved', trace FROM traces
            WHERE ends_in = 'resolved' AND answered AND has_customer AND NOT came_back AND wrote_again IS NOT TRUE
        )
        SELECT stage, mark, count(*), count(DISTINCT trace) FROM found GROUP BY ALL
        """
    )
    order = get_args(MarkSlug)
    told: dict[Stage, tuple[Mark, ...]] = {}
    for stage, mark, n, n_cases in sorted(rows, key=lambda row: order.index(row[1])):
        told[stage] = (*told.get(stage, ()), Mark(mark, mark in GOOD, n, n_cases))
    return told
