"""Milestone tables: one row a ticket, with columns that say when it was created, assigned, solved ...

Each filled column becomes an event marked synthetic: the file does not hold the history between them. The row's owner
and group are those of its last update, so only the milestones that the profile says so carry them.

The row's own status is what the ticket was when it was exported, so it is the state after the last milestone. Where
that was a resolution and the ticket is open, it was reopened since; where it is over and no milestone says when,
nothing is known of the time after the last one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from journeyminer.errors import MissingColumn
from journeyminer.importers.tabular.columns import (
    IDENTITY_PREFIX,
    NOTHING,
    RECORD,
    case_columns,
    event_columns,
    hand_over_cases,
    in_our_words,
)
from journeyminer.importers.tabular.date_formats import DateFormats
from journeyminer.importers.tabular.rows import Rows, keep
from journeyminer.importers.tabular.scores import as_number
from journeyminer.note import Note
from journeyminer.sql import listed, name, quote
from journeyminer.vocabulary import OPEN_STATUSES, RESOLVED_STATUSES
from journeyminer.words import UNKNOWN

if TYPE_CHECKING:
    from journeyminer.importers.base import Source
    from journeyminer.importers.tabular.plan import Plan
    from journeyminer.importers.tabular.profile import Milestone
    from journeyminer.importers.tabular.table import Table
    from journeyminer.importers.tabular.timestamps import TimestampColumn
    from journeyminer.log.engine import Database
    from journeyminer.log.loader import Loader

_OWN = ("role", "status", "visibility")
_MOST_MINUTES = 60 * 24 * 366 * 50
"""more minutes than a ticket lasts"""
STATUS = "status_now"
"""the column of rows with what the ticket was when it was exported"""


@dataclass(frozen=True)
class _Filled:
    """A milestone that the file has, and the column of rows with its moment."""

    milestone: Milestone
    moment: str
    kept: str = "true"
    """SQL of whether a filled cell is an event"""
    author: str | None = None
    """SQL of who wrote the cell"""
    minutes: str | None = None
    """SQL of how long after the moment it happened"""
    unread: tuple[str, str] | None = None
    """the header of these minutes, and SQL of whether a cell holds something else"""


def load_milestones(plan: Plan, table: Table, source: Source, loader: Loader) -> None:
    """Read a table with one row a ticket.

    Raises:
        AmbiguousTimestamp: day and month of a column cannot be told apart.
        MissingColumn: no column of moments has a value.
    """
    raw = table.stored(loader.engine, f"raw{loader.number}")
    formats = DateFormats(loader.engine, raw, plan.headers.texts, source.options)
    filled, moments = _filled(plan, raw, formats)
    if not filled:
        raise MissingColumn(Note("read.no_moments"), hint=Note("hint.file_has", headers=plan.headers.listed))
    said, beside = event_columns(plan, raw, loader.engine), case_columns(plan, raw, loader.engine)
    columns = dict(said)
    status = _status(plan, raw, loader.engine)
    columns |= {STATUS: status} if status else {}
    for number, each in enumerate(filled):
        columns |= {f"kept{number}": each.kept}
        columns |= {f"author{number}": each.author} if each.author else {}
        columns |= {f"minutes{number}": each.minutes} if each.minutes else {}
        columns |= {f"unread{number}": each.unread[1]} if each.unread else {}
    main = tuple(column.name for column in moments)
    rows, kept = keep(Rows(plan, raw, moments, main, source.timezone, columns, beside), formats, loader)
    (n,) = loader.engine.one(f"SELECT count(*) FROM {kept}")
    n_again = _drop_repeated(loader.engine, kept)
    good = f"(SELECT * FROM {kept} ANTI JOIN ({rows.rejects(kept)}) USING ({RECORD}))"
    events = _events(good, filled, said, beside, source.options.us)
    loader.engine.execute(f"CREATE TABLE early AS {_early(events)}")
    (n_early,) = loader.engine.one(f"SELECT count(DISTINCT {RECORD}) FROM early")
    events = f"SELECT * FROM ({events}) ANTI JOIN early USING ({RECORD}, nth)" if n_early else events
    told = _with_status(events, good) if status else events
    loader.table(f"SELECT * EXCLUDE (nth) FROM ({told}) ORDER BY {RECORD}, nth", records=n)
    rows.reject(loader, kept, ignored={"repeated_row": n_again} if n_again else None)
    hand_over_cases(loader, good, beside, RECORD)
    rows.decide(loader, kept)
    loader.decide(Note("decision.milestones_only"))
    if n_early:
        loader.decide(Note("decision.before_creation", n=n_early))
    for number, each in enumerate(filled):
        if each.unread and (n := loader.engine.one(f"SELECT count(*) FILTER (unread{number}) FROM {kept}")[0]):
            loader.decide(Note("decision.minutes_unread", column=each.unread[0], n=n))
    for made in (f"raw{loader.number}", f"rows{loader.number}", "early"):
        loader.engine.execute(f"DROP TABLE {made}")


def _early(events: str) -> str:
    """SQL of the milestones (RECORD, `nth`) that are dated before the creation of their ticket: nobody knows when."""
    created = (
        f"SELECT {RECORD}, min(timestamp) AS created FROM ({events}) WHERE activity = 'ticket_created' GROUP BY ALL"
    )
    return f"SELECT {RECORD}, nth FROM ({events}) JOIN ({created}) USING ({RECORD}) WHERE timestamp < created"


def _drop_repeated(engine: Database, rows: str) -> int:
    """Drop the rows that say again what one before them says of the same ticket; return how many there were."""
    told = ", ".join(name(column) for column in sorted(engine.columns(rows) - {RECORD}))
    again = f"SELECT {RECORD} FROM {rows} QUALIFY row_number() OVER (PARTITION BY {told} ORDER BY {RECORD}) > 1"
    engine.execute(f"CREATE TABLE repeated AS {again} INTERSECT SELECT {RECORD} FROM {rows} WHERE case_id IS NOT NULL")
    (n,) = engine.one("SELECT count(*) FROM repeated")
    engine.execute(f"DELETE FROM {rows} WHERE {RECORD} IN (FROM repeated)")
    engine.execute("DROP TABLE repeated")
    return int(n)


def _filled(plan: Plan, raw: Table, formats: DateFormats) -> tuple[list[_Filled], tuple[TimestampColumn, ...]]:
    """The milestones whose columns have a value, and these columns, each once."""
    filled: list[_Filled] = []
    moments: dict[int, TimestampColumn] = {}
    for milestone, places in plan.milestones:
        for place in places:
            text, author, minutes, samples, unread = raw.text(place), None, None, None, None
            if milestone.cell:
                author = f"nullif(trim(split_part({text}, {quote(milestone.cell)}, 2)), '')"
                text = f"nullif(trim(split_part({text}, {quote(milestone.cell)}, 1)), '')"
                samples = [cell.split(milestone.cell)[0] for cell in raw.cells(place)] or None
            kept = "true"
            for other in plan.headers.find(milestone.only_if_not):
                kept = f"{text} IS DISTINCT FROM {raw.text(other)}"
            if milestone.minutes:
                counted = plan.headers.find(milestone.minutes)
                if not counted:
                    continue
                number = as_number(raw.text(counted[0]))
                minutes = f"CASE WHEN {number} BETWEEN 0 AND {_MOST_MINUTES} THEN {number} END"
                kept = f"{minutes} IS NOT NULL"
                unread = plan.headers.texts[counted[0]], f"{raw.text(counted[0])} IS NOT NULL AND {minutes} IS NULL"
            if place not in moments and (samples or raw.cells(place) or formats.has_value(place)):
                moments[place] = formats.column(f"m{place}", place, text=text, samples=samples, fault=None)
            if place in moments:
                filled.append(_Filled(milestone, moments[place].name, kept, author, minutes, unread))
    return filled, tuple(moments.values())


def _events(rows: str, filled: list[_Filled], said: Mapping[str, str], beside: Iterable[str], us: Sequence[str]) -> str:
    """SQL of the events of all columns; RECORD and `nth`, the place in the profile, are their order."""
    selects = []
    for number, each in enumerate(filled):
        milestone = each.milestone
        later = f" + to_microseconds(CAST(minutes{number} * 60000000 AS BIGINT))" if each.minutes else ""
        values = {
            RECORD: RECORD,
            "case_id": "case_id",
            "activity": quote(milestone.activity),
            "timestamp": f"{each.moment}{later}",
            "synthetic": "true",
            "nth": str(number),
            **{own: quote(getattr(milestone, own)) if getattr(milestone, own) else NOTHING for own in _OWN},
            **{ours: name(ours) for ours in said if ours in ("channel", *milestone.carries)},
        }
        if each.author:
            ours = [f"lower(author{number}) IN ({listed([word.strip().lower() for word in us])})"] if us else []
            ours += [f"author{number} IN (SELECT resource FROM {rows})"] if "resource" in said else []
            customers = [key for key in beside if key.startswith(IDENTITY_PREFIX)]
            values |= _by_author(f"author{number}", milestone, customers, " OR ".join(ours) or "false")
        picked = ", ".join(f"{sql} AS {name(ours)}" for ours, sql in values.items())
        selects.append(f"SELECT {picked} FROM {rows} WHERE {each.moment} IS NOT NULL AND kept{number}")
    return " UNION ALL BY NAME ".join(selects)


def _status(plan: Plan, raw: Table, engine: Database) -> str | None:
    """SQL of the status of a row in our words, or in its own where we have none; None where the file has no status."""
    place = plan.columns.get("status", plan.headers.match(plan.profile.extras).get("x_status"))
    if place is None:
        return None
    return in_our_words(engine, raw.relation, raw.text(place), "status", plan.profile.values)


def _with_status(events: str, rows: str) -> str:
    """SQL of the events with the status of their row after the last one, in the same order."""
    ends, opens = listed(RESOLVED_STATUSES), listed(OPEN_STATUSES)
    is_over, is_open = f"now IN ({ends})", f"now IN ({opens})"
    return f"""
    WITH told AS (SELECT e.*, r.{STATUS} AS now FROM ({events}) e JOIN {rows} r USING ({RECORD})),
    ended AS (
        SELECT {RECORD}, max((timestamp, nth)) AS last, bool_or(coalesce(status IN ({ends}), false)) AS has_end
        FROM told GROUP BY {RECORD}
    ),
    placed AS (
        SELECT t.*, (timestamp, nth) = last AS is_last, coalesce(status IN ({ends}), false) AS ends, has_end
        FROM told t JOIN ended USING ({RECORD})
    )
    SELECT * EXCLUDE (now, is_last, ends, has_end) FROM (
        SELECT * REPLACE (CASE WHEN NOT is_last OR now IS NULL OR ends OR {is_over} AND has_end THEN status
            WHEN {is_over} THEN {quote(UNKNOWN)} ELSE now END AS status)
        FROM placed
        UNION ALL BY NAME
        SELECT * EXCLUDE (role, visibility) REPLACE ('reopened' AS activity, now AS status, nth + 1 AS nth)
        FROM placed WHERE is_last AND ends AND {is_open}
    )
    """


def _by_author(author: str, milestone: Milestone, identities: list[str], is_ours: str) -> dict[str, str]:
    """A cell's author is the customer where the row names the customer so, one of us where any row of the file is owned
    by the author or the user says so; anybody else, as a customer's colleague in copy, is not known and not named."""
    known = ", ".join(f"coalesce({name(identity)}, '')" for identity in identities) or "''"
    is_customer = f"{author} IN ({known})"
    return {
        "activity": f"CASE WHEN {is_customer} THEN 'customer_message' "
        f"WHEN {is_ours} THEN {quote(milestone.activity)} ELSE 'message' END",
        "role": f"CASE WHEN {is_customer} THEN 'customer' WHEN {is_ours} THEN 'agent' END",
        "resource": f"CASE WHEN NOT ({is_customer}) AND ({is_ours}) THEN {author} END",
    }
