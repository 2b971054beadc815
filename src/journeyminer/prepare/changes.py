"""Changes of status: in a table of changes, a step is called by what the status became in our words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from journeyminer.prepare.rules import source_profiles
from journeyminer.prepare.steps import OF_STATUS
from journeyminer.sql import listed, quote
from journeyminer.vocabulary import OPEN_STATUSES, RESOLVED_STATUSES

if TYPE_CHECKING:
    from journeyminer.log import EventLog

_SHAPES: Final = ("snapshots", "changes")
"""the shapes of tables whose rows say what changed"""


def name_changes(log: EventLog) -> EventLog:
    """The log in which a change to a status that only a label rule knows is called as all others are.

    The importer knows the words of status of our languages and calls a change to another word `updated`; what the
    rules and the user's `[status]` say of it is known here. A case that was over and is open again is `reopened`,
    whichever of both knew the words. A change between words of one status stays `updated`.
    """
    profiles = source_profiles()
    numbers = [
        str(number)
        for number, source in enumerate(log.receipt.sources)
        if profiles.get(source.profile or "", {}).get("shape") in _SHAPES
    ]
    of_changes = f"source_no IN ({', '.join(numbers)})"
    named = f"{of_changes} AND activity = 'updated' AND status IN ({listed(sorted(OF_STATUS))})"
    if not numbers or not log.has("status") or not log.rows(f"SELECT 1 FROM event_rows WHERE {named} LIMIT 1"):
        return log
    steps = " ".join(f"WHEN {quote(status)} THEN {quote(step)}" for status, step in OF_STATUS.items())
    is_status = f"step IN ('updated', {listed([OF_STATUS[status] for status in OPEN_STATUSES])})"
    was_over, is_open = f"before IN ({listed(RESOLVED_STATUSES)})", f"now IN ({listed(OPEN_STATUSES)})"
    schema = log.engine.new_schema(log.schema)
    schema.execute(
        f"""
        CREATE TABLE steps AS WITH told AS (
            SELECT seq, CAST(activity AS VARCHAR) AS step, CAST(status AS VARCHAR) AS now,
                lag(CAST(status AS VARCHAR) IGNORE NULLS) OVER (PARTITION BY case_key ORDER BY timestamp, seq) AS before
            FROM event_rows WHERE {of_changes}
        )
        SELECT seq, CASE WHEN {is_status} AND {was_over} AND {is_open} THEN 'reopened'
            WHEN step = 'updated' AND now IS DISTINCT FROM before THEN CASE now {steps} END END AS step FROM told
        """
    )
    known = {step for (step,) in log.rows("SELECT DISTINCT CAST(activity AS VARCHAR) FROM event_rows")}
    coded = f"ENUM ({listed(sorted(known | {'reopened', *OF_STATUS.values()}))})"
    return log.derive(
        log.columns,
        into=schema,
        event_rows="SELECT e.* EXCLUDE (activity), "
        f"CAST(coalesce(s.step, CAST(e.activity AS VARCHAR)) AS {coded}) AS activity "
        f"FROM {{log}}.event_rows e LEFT JOIN {schema}.steps s USING (seq)",
    )
