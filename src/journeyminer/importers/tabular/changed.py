"""What changed: the activities of a change of status, group, owner or priority, in tables that tell of changes."""

from __future__ import annotations

from journeyminer.log.engine import quote
from journeyminer.vocabulary import OPEN_STATUSES, RESOLVED_STATUSES

CREATED, REOPENED, UPDATED = "ticket_created", "reopened", "updated"
FOLLOWED = ("group", "resource", "priority", "status")
"""the fields whose change is an event, in the order in which changes of one moment are told"""


def status_activity(now: str, before: str) -> str:
    """SQL of the activity of a change of status: reopened where a solved case is open again, else what it became."""
    became = {status: f"status_{status}" for status in OPEN_STATUSES} | {status: status for status in RESOLVED_STATUSES}
    cases = " ".join(f"WHEN {quote(status)} THEN {quote(activity)}" for status, activity in became.items())
    opened = f"{before} IN {_listed(RESOLVED_STATUSES)} AND {now} IN {_listed(OPEN_STATUSES)}"
    return f"CASE WHEN {opened} THEN {quote(REOPENED)} ELSE CASE {now} {cases} ELSE {quote(UPDATED)} END END"


def owner_activity(before: str) -> str:
    """SQL of the activity of a change of owner."""
    return f"CASE WHEN {before} IS NULL THEN 'assigned' ELSE 'reassigned' END"


def _listed(words: tuple[str, ...]) -> str:
    return f"({', '.join(map(quote, words))})"
