"""Filters choose whole cases, so that every trace stays whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING, NamedTuple

from journeyminer.errors import EmptyLog, UsageError, nearest
from journeyminer.note import Note
from journeyminer.options import moment
from journeyminer.prepare.rules import value_of
from journeyminer.prepare.where import check_where, columns_hint, events_with_cases, meant
from journeyminer.sql import quote
from journeyminer.vocabulary import CHANNELS

if TYPE_CHECKING:
    from journeyminer.log import EventLog
    from journeyminer.log.engine import Schema

Moment = str | date | datetime | None


class _Step(NamedTuple):
    """One filter: as a note, as the query of the case keys it lets through, and what it may have meant."""

    note: Note
    select: str
    meant: Callable[[], Note | None] = lambda: None


def filter_log(
    log: EventLog, *, since: Moment = None, until: Moment = None, where: str | None = None, channels: Sequence[str] = ()
) -> EventLog:
    """The log of the cases that pass every filter; `as_of` stays the whole log's.

    Args:
        since, until: cases whose first event lies in [since, until); a date is its midnight, all in UTC.
        where: a SQL expression over the columns of `events` and `cases`; a case is kept where it holds for at least
            one event. `group` needs no quotes. `case_id` is the source's own id or the full `namespace:native`.
        channels: cases in which the customer used one of these channels, see `case_channels`, by any word that
            `rules.toml` has for one.

    Raises:
        UsageError: a filter cannot mean anything.
        EmptyLog: no case is left; the message names the filter that removed the last ones, the hint what it may
            have meant.
    """
    steps = list(_steps(log, _moment("since", since), _moment("until", until), where, channels))
    if not steps:
        return log
    schema = log.engine.new_schema(log.schema)
    kept = "case_rows"
    for number, step in enumerate(steps):
        table = f"kept{number}"
        passed = f"SELECT case_key FROM {kept} SEMI JOIN ({step.select}) USING (case_key)"
        if problem := schema.attempt(f"CREATE TABLE {table} AS {passed}"):
            unusable = Note("filter.unusable", problem=problem)
            raise UsageError(unusable, place=f"--where {where}", hint=columns_hint(log))
        if not schema.one(f"SELECT count(*) FROM {table}")[0]:
            raise EmptyLog(Note("filter.none_left", filter=step.note), hint=step.meant() or _reach(log))
        kept = table
    return keep_cases(log, schema, kept)


def keep_cases(log: EventLog, schema: Schema, table: str) -> EventLog:
    """Return the log of the cases whose keys stand in a table of a schema that needs the log's."""
    kept = f"x SEMI JOIN {schema}.{table} USING (case_key)"
    return log.derive(
        into=schema,
        event_rows=f"SELECT x.* FROM {{log}}.event_rows {kept}",
        case_rows=f"SELECT x.* FROM {{log}}.case_rows {kept}",
        identities=f"SELECT x.* FROM {{log}}.identities {kept}",
        links=f"SELECT x.* FROM {{log}}.links {kept}",
    )


def describe_filters(
    *, since: Moment = None, until: Moment = None, where: str | None = None, channels: Sequence[str] = ()
) -> tuple[Note, ...]:
    """The filters as notes for a report."""
    described = []
    if (first := _moment("since", since)) is not None:
        described.append(Note("filter.since", moment=_shown(first)))
    if (last := _moment("until", until)) is not None:
        described.append(Note("filter.until", moment=_shown(last)))
    if channels:
        described.append(Note("filter.channel", channels=tuple(map(_channel, channels))))
    if where:
        described.append(Note("filter.where", expression=where))
    return tuple(described)


def case_channels(log: EventLog) -> str:
    """SQL of the pairs of case_key and channel, each once.

    A case's channels are those of its customer: an agent may answer a mail from a web page. Where no event of a
    customer names one, all that its events name count.
    """
    events = f"{log.schema}.events"
    named = f"SELECT DISTINCT case_key, channel, role IS NOT DISTINCT FROM 'customer' AS own FROM {events}"
    return (
        f"WITH named AS ({named} WHERE channel IS NOT NULL) SELECT DISTINCT case_key, channel FROM named "
        "WHERE own OR case_key NOT IN (SELECT case_key FROM named WHERE own)"
    )


def _steps(
    log: EventLog, since: datetime | None, until: datetime | None, where: str | None, channels: Sequence[str]
) -> Iterator[_Step]:
    if since and until and since >= until:
        raise UsageError(Note("filter.order"), place=f"--since {_shown(since)} --until {_shown(until)}")
    first = f"SELECT case_key FROM {log.schema}.event_rows GROUP BY case_key HAVING min(timestamp)"
    if since:
        yield _Step(Note("filter.since", moment=_shown(since)), f"{first} >= {_timestamp(since)}")
    if until:
        yield _Step(Note("filter.until", moment=_shown(until)), f"{first} < {_timestamp(until)}")
    if channels:
        channels = tuple(_channel(channel) for channel in channels)
        listed = ", ".join(map(quote, channels))
        met = f"channel IN ({listed})"
        select = f"SELECT case_key FROM ({case_channels(log)}) WHERE {met}"
        yield _Step(Note("filter.channel", channels=channels), select)
    if where is not None:
        # a text or a number would be taken for true
        boolean = "CAST(if(typeof(x) = 'BOOLEAN', x, error('neither true nor false')) AS BOOLEAN)"
        checked = check_where(log, where)
        asked = f"SELECT case_key, (\n{checked.text}\n) AS x FROM ({events_with_cases(log, checked.texts)})"
        select = f"SELECT case_key FROM ({asked}) WHERE {boolean}"
        yield _Step(Note("filter.where", expression=where), select, lambda: meant(log, checked))


def _channel(said: str) -> str:
    """A channel by its name or by any word for it, `e-mail` or `telefone`."""
    channel = value_of("channel", said)
    if channel is None:
        raise UsageError(Note("filter.no_channel", name=said, hint=nearest(said.lower(), CHANNELS)))
    return channel


def _reach(log: EventLog) -> Note:
    first, last = log.one("SELECT min(timestamp), max(timestamp) FROM event_rows")
    return Note("filter.spans", first=_shown(first), last=_shown(last))


def _moment(flag: str, given: Moment) -> datetime | None:
    """A date or time as the user gives it, in UTC without a zone."""
    try:
        return None if given is None else moment(given)
    except UsageError as error:
        raise UsageError(Note("usage.mistake", key=f"--{flag}", problem=error.message)) from None


def _shown(when: datetime) -> str:
    return when.date().isoformat() if when.time() == time() else when.isoformat(timespec="seconds")


def _timestamp(when: datetime) -> str:
    return f"TIMESTAMP {quote(when.isoformat(sep=' '))}"
