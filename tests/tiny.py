"""Tiny logs written as text: `log("A: created@09:00 customer>agent ...")` keeps tests readable."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from journeyminer.i18n import Language
from journeyminer.log import EventLog
from journeyminer.log.build import LogBuilder
from journeyminer.log.engine import Engine
from journeyminer.log.receipt import SourceReceipt
from journeyminer.log.record import Event, Record
from journeyminer.note import Note
from journeyminer.vocabulary import ACTIVITIES

DAY = datetime(2026, 1, 5, tzinfo=UTC)
KEYS = {
    "by": "resource",
    "in": "group",
    "as": "role",
    "to": "status",
    "via": "channel",
    "tier": "tier",
    "vis": "visibility",
}


def moment(text: str) -> datetime:
    """`09:30`, or `2d09:30` for two days later; all days count from Monday 5 January 2026, UTC."""
    days, _, clock = text.rpartition("d")
    hours, minutes = clock.split(":")
    return DAY + timedelta(days=int(days or 0), hours=int(hours), minutes=int(minutes))


def log(text: str) -> EventLog:
    """A log with one case a line: `A: created@09:00 reply@09:30/by=ana/in=L1/to=open work@10:00-10:20`.

    An underscore in an activity is a blank, unless the activity is a slug of the vocabulary.
    An event is `activity@time`, or `activity@start-end`, then `/key=value` with the keys of KEYS.
    """
    events = []
    for line in text.strip().splitlines():
        case, _, rest = line.strip().partition(": ")
        events += [_event(case, word) for word in rest.split()]
    builder = LogBuilder(Engine())
    records = [Record(f"event {number}", events=[event]) for number, event in enumerate(events, 1)]
    builder.loader(SourceReceipt("tiny.txt", "tiny", Note("match.given"), namespace="tiny")).records(records)
    return builder.build()


def decided(source: SourceReceipt) -> dict[str, str]:
    """What a file's receipt says that was decided, in English, by the last word of the slug."""
    return {note.slug.removeprefix("decision."): Language().note(note) for note in source.decisions}


def with_customers(log: EventLog, **customers: int) -> EventLog:
    """The log with the cases linked to customers: `with_customers(log, A=1, B=1)`; the other cases have none."""
    listed = ", ".join(f"('{case}', {key}::UBIGINT)" for case, key in customers.items())
    return log.derive(
        case_rows="SELECT c.*, k.customer_key FROM {log}.case_rows c "
        f"LEFT JOIN (VALUES {listed}) k(native_id, customer_key) USING (native_id)"
    )


def emptied(log: EventLog) -> EventLog:
    """The log without any case."""
    return log.derive(
        event_rows="SELECT * FROM {log}.event_rows WHERE false", case_rows="SELECT * FROM {log}.case_rows WHERE false"
    )


def _event(case: str, word: str) -> Event:
    what, *settings = word.split("/")
    activity, _, when = what.partition("@")
    start, dash, end = when.partition("-")
    label = activity if activity in ACTIVITIES else activity.replace("_", " ")
    event = Event(case, label, moment(end if dash else start), moment(start) if dash else None)
    for setting in settings:
        key, _, value = setting.partition("=")
        setattr(event, KEYS[key], value)
    return event
