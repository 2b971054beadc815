"""Filters choose whole cases, so that every trace stays whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

from journeyminer.errors import EmptyLog, UsageError
from journeyminer.prepare.rules import value_of
from journeyminer.prepare.where import check_where, columns_hint, events_with_cases, meant
from journeyminer.sql import quote
from journeyminer.vocabulary import CHANNELS

if TYPE_CHECKING:
    from journeyminer.log import EventLog
    from journeyminer.log.engine import Schema

Moment = str | date | datetime | None


class _Step(NamedTuple):
    """One filter: in words, as the query of the case keys it lets through, and what it may have meant."""

    description: str
    select: str
    meant: Callable[[], str] = str


def filter_log(
    log: EventLog, *, since: Moment = None, until: Moment = None, where: str | None = None, channels: Sequence[str] = ()
) -> EventLog:
    """The log of the cases that pass every filter; `as_of` stays the whole log's.

    Args:
        since, until: cases whose first event lies in [since, until); a date is its midnight, all in UTC.
        where: a SQL expression over the columns of `events` and `cases`; a case is kept where it holds for at least
            one event. `group` needs no quotes. `case_id` is the source's own id or the full `namespace:native`.
        channels: cases with at least one event in one of these channels, by any word that `rules.toml` has for one.

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
            raise UsageError(f"The filter cannot be used ({problem}).", place=step.description, hint=columns_hint(log))
        if not schema.one(f"SELECT count(*) FROM {table}")[0]:
            raise EmptyLog(f"No case is left after the filter {step.description}.", hint=step.meant() or _reach(log))
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
    )


def describe_filters(
    *, since: Moment = None, until: Moment = None, where: str | None = None, channels: Sequence[str] = ()
) -> tuple[str, ...]:
    """The filters in words, as a report shows them: what the user asked, not translated."""
    described = []
    for name, moment in (("since", _moment("since", since)), ("until", _moment("until", until))):
        if moment is not None:
            described.append(f"{name} {_shown(moment)}")
    if channels:
        described.append(f"channel {', '.join(map(_channel, channels))}")
    if where:
        described.append(f"where {where}")
    return tuple(described)


def _steps(
    log: EventLog, since: datetime | None, until: datetime | None, where: str | None, channels: Sequence[str]
) -> Iterator[_Step]:
    if since and until and since >= until:
        raise UsageError("--since must be before --until.", place=f"since {_shown(since)} until {_shown(until)}")
    first = f"SELECT case_key FROM {log.schema}.event_rows GROUP BY case_key HAVING min(timestamp)"
    if since:
        yield _Step(f"since {_shown(since)}", f"{first} >= {_timestamp(since)}")
    if until:
        yield _Step(f"until {_shown(until)}", f"{first} < {_timestamp(until)}")
    if channels:
        channels = [_channel(channel) for channel in channels]
        listed = ", ".join(map(quote, channels))
        met = f"channel IN ({listed})" if log.has("channel") else "false"
        select = f"SELECT case_key FROM {log.schema}.event_rows WHERE {met}"
        yield _Step(f"channel {', '.join(channels)}", select)
    if where is not None:
        # a text or a number would be taken for true
        boolean = "CAST(if(typeof(x) = 'BOOLEAN', x, error('neither true nor false')) AS BOOLEAN)"
        checked = check_where(log, where)
        asked = f"SELECT case_key, (\n{checked.text}\n) AS x FROM ({events_with_cases(log, checked.texts)})"
        select = f"SELECT case_key FROM ({asked}) WHERE {boolean}"
        yield _Step(f"where {where}", select, lambda: meant(log, checked))


def _channel(said: str) -> str:
    """A channel by its name or by any word for it, `e-mail` or `telefone`."""
    channel = value_of("channel", said)
    if channel is None:
        near = get_close_matches(said.lower(), CHANNELS, 1)
        step = f"Did you mean {near[0]!r}?" if near else f"Channels: {', '.join(CHANNELS)}."
        raise UsageError(f"There is no channel {said!r}.", hint=step)
    return channel


def _reach(log: EventLog) -> str:
    first, last = log.one("SELECT min(timestamp), max(timestamp) FROM event_rows")
    return f"The log spans {_shown(first)} to {_shown(last)}."


def _moment(flag: str, moment: Moment) -> datetime | None:
    """A date or time as the user gives it, in UTC without a zone."""
    if moment is None:
        return None
    if isinstance(moment, str):
        try:
            moment = datetime.fromisoformat(moment.strip())
        except ValueError:
            raise UsageError(
                f"--{flag} {moment!r} is no date.", hint=f"Write it like --{flag} 2026-01-31 or 2026-01-31T09:30."
            ) from None
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time())
    try:
        return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    except OverflowError:
        raise UsageError(f"--{flag} {moment} lies outside the years that there are.") from None


def _shown(moment: datetime) -> str:
    return moment.date().isoformat() if moment.time() == time() else moment.isoformat(timespec="seconds")


def _timestamp(moment: datetime) -> str:
    return f"TIMESTAMP {quote(moment.isoformat(sep=' '))}"
