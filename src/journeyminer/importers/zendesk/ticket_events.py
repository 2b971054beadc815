"""From a ticket event of the incremental export to the audit that says the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

_CHILD_KEYS = {
    "id", "via", "via_reference_id", "event_type", "previous_value", "type", "public", "author_id", "body", "html_body",
    "plain_body", "audit_id", "attachments", "metadata", "data", "score", "comment_present", "comment_public",
}  # fmt: skip
"""keys of a child event that are not the field it changed"""
_CHANGES = ("Create", "Change")


def reshape(lines: bytes) -> bytes:
    """Return records, one a line, with ticket events as audits."""
    if b'"child_events"' not in lines:
        return lines
    return b"".join(_as_audit(line) if b'"child_events"' in line else line for line in lines.splitlines(keepends=True))


def _as_audit(line: bytes) -> bytes:
    try:
        event = json.loads(line)
    except ValueError:
        return line
    children = event.get("child_events") if isinstance(event, dict) else None
    if not isinstance(children, list):
        return line
    via = event.get("via")
    audit = {
        **{key: event.get(key) for key in ("id", "ticket_id", "created_at")},
        "author_id": event.get("updater_id"),
        "via": via if isinstance(via, dict) else {"channel": via},
        "events": [part for child in children if isinstance(child, dict) for part in _parts(child)],
    }
    stamp = event.get("timestamp")
    if not audit["created_at"] and isinstance(stamp, int) and 0 <= stamp < 1 << 35:
        audit["created_at"] = datetime.fromtimestamp(stamp, UTC).isoformat()
    return json.dumps(audit).encode() + b"\n"


def _parts(child: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The events of a child: one Create may hold many fields."""
    via = child.get("via")
    event = {
        **child,
        "type": child.get("event_type"),
        "public": child.get("public", child.get("comment_public")),
        "via": {"channel": via} if isinstance(via, str) else via,
    }
    named = [key for key in child if key not in _CHILD_KEYS]
    if event["type"] not in _CHANGES or not named:
        yield event
        return
    for key in named:
        yield {**event, "field_name": key, "value": child[key]}
