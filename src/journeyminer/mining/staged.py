"""The stage of every event, and of the time after it.

A stage is told by who acts, what the customer sees, the status and whose turn it is, and never by the name of an
activity: so it is the same in every source and language.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from journeyminer.log.order import in_order
from journeyminer.mining.events import acts
from journeyminer.mining.spans import states
from journeyminer.sql import listed
from journeyminer.vocabulary import OPEN_STATUSES, RESOLVED_STATUSES

if TYPE_CHECKING:
    from journeyminer.mining.lens import Lens


def staged(lens: Lens) -> str:
    """Make the table of events with their stages, in the declared order, and return its name.

    One row an event: `trace`, `pos` (1 for the first of the trace), `case_key`, `seq`, `timestamp`, `begin`,
    `activity`, `role`, `touch`, `says`, `actor`, `named`, `held`, `holder`, `status` and `gives` as in `states`;
    `stage`, in which it happens, and `state`, the stage of the time after it; `is_open`, whether a case of the trace is
    open after it (null where no status is known), `is_answer`, whether it is the first answer.

    - An answer is a public message of a human of ours (role agent), after the first event of the trace and, where a
      customer acts in the trace, after that. In a namespace in which nothing of that kind is known, it is our first
      act that is not the first event of the trace
    - A trace is resolved after an event where a status is known of any of its cases begun so far, and none of these is
      anything but solved or closed
    """
    return lens.materialise("staged", _staged(lens))


def neighbours(lens: Lens, table: str, *, before: Mapping[str, str]) -> str:
    """SQL of the rows of a table in the order of `staged` with what the event before it in its case says."""
    if lens.one_case:
        return in_order(table, before=before)
    beside = (
        f"lag({sql}) OVER (PARTITION BY case_key ORDER BY timestamp, seq) AS {new}" for new, sql in before.items()
    )
    return f"SELECT *, {', '.join(beside)} FROM {table}"


def _staged(lens: Lens) -> str:
    placed = in_order(_told(lens), position="pos", holding={"has_asked": "if(role = 'customer', true, NULL)"})
    answers = """pos > 1 AND coalesce(CASE WHEN tells_replies
        THEN role = 'agent' AND says = 'us' AND (has_asked OR NOT has_customer) ELSE is_act END, false)"""
    so_far = in_order(
        f"(SELECT *, {answers} AS answers FROM ({placed}))",
        holding={
            "answered": "if(answers, true, NULL)",
            "once_over": "if(is_open = false, true, NULL)",
            "taken_up": "if(pos > 1 AND role IS DISTINCT FROM 'customer', true, NULL)",
        },
    )
    told = in_order(f"({so_far})", before={"answered_before": "answered", "over_before": "once_over"})
    first = "answers AND NOT coalesce(answered_before, false) AND NOT coalesce(over_before, false)"
    return f"""
    SELECT trace, pos, case_key, seq, timestamp, begin, activity, role, touch, says, actor, named, held, holder,
        status, gives,
        is_open, {first} AS is_answer,
        CASE WHEN {first} THEN 'first_answer' WHEN is_open = false THEN 'resolved' WHEN over_before THEN 'comes_back'
            WHEN answered_before THEN 'works_it_out' WHEN NOT taken_up THEN 'reaches_out' ELSE 'first_answer' END
            AS stage,
        CASE WHEN is_open = false THEN 'resolved' WHEN once_over THEN 'comes_back' WHEN answered THEN 'works_it_out'
            ELSE 'first_answer' END AS state
    FROM ({told})
    """


def _told(lens: Lens) -> str:
    """Make the table of what `staged` needs of the events, in the declared order, and return its name."""
    resolved, still_open = listed(RESOLVED_STATUSES), listed((*OPEN_STATUSES, "unknown"))
    log, source = lens.log, f"(SELECT * FROM {states(lens.log)} WHERE NOT is_begin)"
    is_open = f"CASE WHEN status IN ({resolved}) THEN false WHEN status IN ({still_open}) THEN true END"
    if not lens.one_case:
        was = "lag(status) OVER (PARTITION BY case_key ORDER BY timestamp, seq)"
        source = f"""(
            SELECT *, CAST(status IS NOT NULL AND {was} IS NULL AS INTEGER) AS knows,
                CAST(coalesce(status IN ({still_open}), false) AS INTEGER)
                - CAST(coalesce({was} IN ({still_open}), false) AS INTEGER) AS opens FROM {source}
        )"""
        so_far = f"OVER (PARTITION BY trace ORDER BY {lens.order} ROWS UNBOUNDED PRECEDING)"
        is_open = f"CASE WHEN sum(knows) {so_far} > 0 THEN sum(opens) {so_far} > 0 END"
    return lens.materialise(
        "staging",
        f"""
        WITH told AS (SELECT * FROM {lens.rows(source)}),
        replying AS (
            SELECT case_key, tells_replies FROM case_rows JOIN (
                SELECT ns_no, coalesce(bool_or(role = 'agent' AND says = 'us'), false) AS tells_replies
                FROM {states(log)} JOIN (SELECT case_key, ns_no FROM case_rows) USING (case_key) GROUP BY ns_no
            ) USING (ns_no)
        ),
        asking AS (SELECT DISTINCT trace AS asks FROM told WHERE role = 'customer')
        SELECT trace, case_key, seq, timestamp, begin, activity, role, touch, says, actor, named, held, holder,
        status, gives,
            {is_open} AS is_open, tells_replies, asks IS NOT NULL AS has_customer, {acts(log)} AS is_act
        FROM told JOIN replying USING (case_key) LEFT JOIN asking ON asks = trace
        ORDER BY trace, {lens.order}
        """,
    )
