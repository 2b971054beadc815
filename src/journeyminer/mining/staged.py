"""The stage of every event, and of the time after it.

A stage is told by who acts, what the customer sees, the status and whose turn it is, and never by the name of an
activity: so it is the same in every source and language.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from journeyminer.mining.events import acts
from journeyminer.mining.spans import states
from journeyminer.sql import listed
from journeyminer.vocabulary import OPEN_STATUSES, RESOLVED_STATUSES

if TYPE_CHECKING:
    from journeyminer.mining.lens import Lens


def staged(lens: Lens) -> str:
    """Make the table of events with their stages, in the declared order, and return its name.

    One row an event: `trace`, `pos` (1 for the first of the trace), `case_key`, `seq`, `timestamp`, `begin`,
    `activity`, `role`, `touch`, `says`, `actor`, `named`, `held`, `holder` and `status` as in `states`; `stage`, in
    which it happens, and `state`, the stage of the time after it; `is_open`, whether a case of the trace is open after
    it (null where no status is known), `is_answer`, whether it is the first answer.

    - An answer is a public message of a human of ours (role agent), after the first event of the trace and, where a
      customer acts in the trace, after that. In a namespace in which nothing of that kind is known, it is our first
      act that is not the first event of the trace
    - A trace is resolved after an event where a status is known of any of its cases begun so far, and none of these is
      anything but solved or closed
    """
    return lens.materialise("staged", _staged(lens))


def _staged(lens: Lens) -> str:
    resolved, still_open = listed(RESOLVED_STATUSES), listed((*OPEN_STATUSES, "unknown"))
    log = lens.log
    if lens.one_case:
        is_open = f"CASE WHEN status IN ({resolved}) THEN false WHEN status IN ({still_open}) THEN true END"
        counted = "told"
    else:
        is_open = "CASE WHEN sum(knows) OVER w > 0 THEN sum(opens) OVER w > 0 END"
        was = "lag(status) OVER (PARTITION BY case_key ORDER BY timestamp, seq)"
        counted = f"""(
            SELECT *, CAST(status IS NOT NULL AND {was} IS NULL AS INTEGER) AS knows,
                CAST(coalesce(status IN ({still_open}), false) AS INTEGER)
                - CAST(coalesce({was} IN ({still_open}), false) AS INTEGER) AS opens
            FROM told
        )"""
    so_far = "ROWS UNBOUNDED PRECEDING"
    return f"""
    WITH told AS (SELECT * FROM {lens.rows(states(log))} WHERE NOT is_begin),
    replying AS (
        SELECT ns_no, bool_or(role = 'agent' AND says = 'us') AS tells_replies
        FROM {states(log)} JOIN (SELECT case_key, ns_no FROM case_rows) USING (case_key) GROUP BY ns_no
    ),
    placed AS (
        SELECT *, row_number() OVER w AS pos, {is_open} AS is_open,
            bool_or(role = 'customer')
                OVER (PARTITION BY trace ORDER BY {lens.order}
                    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS has_customer,
            bool_or(role = 'customer') OVER w AS has_asked
        FROM {counted} WINDOW w AS (PARTITION BY trace ORDER BY {lens.order} {so_far})
    ),
    answering AS (
        SELECT p.*, pos > 1 AND coalesce(CASE WHEN tells_replies
            THEN role = 'agent' AND says = 'us' AND (has_asked OR has_customer IS NOT TRUE)
            ELSE {acts(log)} END, false) AS answers
        FROM placed p JOIN (SELECT case_key, ns_no AS space FROM case_rows) USING (case_key)
        JOIN (SELECT ns_no AS space, tells_replies FROM replying) USING (space)
    ),
    so_far AS (
        SELECT *, bool_or(answers) OVER w AS answered, coalesce(bool_or(is_open = false) OVER w, false) AS once_over,
            bool_or(pos > 1 AND role IS DISTINCT FROM 'customer') OVER w AS taken_up
        FROM answering WINDOW w AS (PARTITION BY trace ORDER BY pos {so_far})
    ),
    before AS (
        SELECT *, coalesce(lag(answered) OVER w, false) AS answered_before,
            coalesce(lag(once_over) OVER w, false) AS over_before
        FROM so_far WINDOW w AS (PARTITION BY trace ORDER BY pos)
    )
    SELECT trace, pos, case_key, seq, timestamp, begin, activity, role, touch, says, actor, named, held, holder, status,
        is_open, answers AND NOT answered_before AND NOT over_before AS is_answer,
        CASE WHEN answers AND NOT answered_before AND NOT over_before THEN 'first_answer'
            WHEN is_open = false THEN 'resolved' WHEN over_before THEN 'comes_back'
            WHEN answered_before THEN 'works_it_out' WHEN NOT taken_up THEN 'reaches_out' ELSE 'first_answer' END
            AS stage,
        CASE WHEN is_open = false THEN 'resolved' WHEN once_over THEN 'comes_back' WHEN answered THEN 'works_it_out'
            ELSE 'first_answer' END AS state
    FROM before ORDER BY trace, pos
    """
