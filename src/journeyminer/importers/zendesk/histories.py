"""What all files of a Zendesk account say together: who works for us, and how the fields of every ticket changed.

Audits may stand in other files than their tickets, pages may overlap and come in any order. So what holds after an
event is looked up in the whole history of its ticket, not carried from record to record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from journeyminer.importers.nested.moments import moment
from journeyminer.importers.nested.scope import ITEM, Scope
from journeyminer.sql import name, quote

if TYPE_CHECKING:
    from journeyminer.importers.nested.query import Query

LOOKUPS: Final = frozenset({"now", "last", "person", "address"})
FIELDS: Final = ("status", "group_id", "assignee_id", "requester_id", "priority", "type")
_ANSWERS: Final = "('good', 'good_with_comment', 'bad', 'bad_with_comment')"
_PERSON: Final = ("name", "role", "email", "phone", "external_id", "locale")


def tables(query: Query) -> dict[str, str]:
    """Return the queries of the tables, in the order in which they are made.

    `lookup_now` knows of an item (`@item`) what holds for its ticket right after it, `lookup_last` of a ticket what
    holds at its end, `lookup_person` of somebody's id what the files tell of the person, `lookup_address` of it all
    further addresses and numbers, one a row.
    """
    return {
        "changes": _changes(query),
        "snapshots": _snapshots(query),
        "opened": "SELECT account, ticket, arg_min(author, (moment, number)) AS author FROM changes "
        "WHERE author IS NOT NULL GROUP BY ALL",
        "lookup_person": _people(query),
        "lookup_address": _addresses(query),
        "states": _states(),
        "lookup_now": "SELECT account, CAST(item AS VARCHAR) AS key, * EXCLUDE (account, item) FROM states",
        "lookup_last": _last(),
    }


def _changes(query: Query) -> str:
    """The query of every place in a ticket's history: an audit and each of its events, in order.

    `place` is where the event stands in its audit; the audit itself and all that it was created with stand before its
    first event. `field` and `value` say what changed there, if a field did.
    """
    of_audit, of_event = query.scope("audit"), query.scope("audit.events")
    field, kind = of_event.text("field_name"), of_event.text("type")
    value, before = of_event.text("value"), of_event.text("previous_value")
    score = f"coalesce({of_event.text('score')}, CASE WHEN {field} = 'satisfaction_score' THEN {value} END)"
    # a status of the account's own is the one of its category
    category = of_event.text("custom_status[value].status_category")
    is_own = f"{field} = 'custom_status_id' AND {category} IS NOT NULL"
    former = of_event.text("custom_status[previous_value].status_category")
    is_change = f"{kind} IN ('Create', 'Change') AND {field} IN ({', '.join(map(quote, FIELDS))})"
    place = f"CASE {kind} WHEN 'Create' THEN -1 ELSE r.{name('@nth')} END"
    return f"""
        {_place(of_audit, above="", place="-1")}, NULL AS field, NULL AS value, NULL AS before FROM {of_audit.source}
        UNION ALL
        {_place(of_event, above="../", place=place)},
            CASE WHEN {score} IN {_ANSWERS} THEN 'score' WHEN {is_own} THEN 'status'
                WHEN {is_change} THEN {field} END AS field,
            CASE WHEN {score} IN {_ANSWERS} THEN {score} WHEN {is_own} THEN {category} ELSE {value} END AS value,
            CASE WHEN {is_own} THEN {former} ELSE {before} END AS before
        FROM {of_event.source}
    """


def _place(scope: Scope, *, above: str, place: str) -> str:
    at = f"{moment(scope.text(f'{above}created_at'), ())} AS moment"
    return (
        f"SELECT f.account, {ITEM} AS item, {scope.text(f'{above}ticket_id')} AS ticket, {at}, "
        f"coalesce(TRY_CAST({scope.text(f'{above}id')} AS HUGEINT), 0) AS number, {place} AS place, "
        f"{scope.text(f'{above}author_id')} AS author"
    )


def _reference(scope: Scope, field: str) -> str:
    """SQL of a field of a ticket; where exports expand `requester_id` to an object `requester`, of its id."""
    if not field.endswith("_id"):
        return scope.text(field)
    return f"coalesce({scope.text(field)}, {scope.text(field.removesuffix('_id') + '.id')})"


def _snapshots(query: Query) -> str:
    """The query of every ticket's fields, as its newest copy has them."""
    scope = query.scope("ticket")
    newest = f"coalesce({scope.text('updated_at')}, '') || coalesce({scope.text('generated_timestamp')}, '')"
    picked = ", ".join(f"arg_max({_reference(scope, field)}, {newest}) AS {name(field)}" for field in FIELDS)
    return f"SELECT f.account, {scope.text('id')} AS ticket, {picked} FROM {scope.source} GROUP BY ALL"


def _people(query: Query) -> str:
    """The query of all people: those of users files, those that tickets hold as objects, and who did an agent's work.

    Who was assigned a ticket or wrote a note that no customer sees is staff, whatever the person is today. An agent's
    name is never that of a customer.
    """
    users, tickets, events = query.scope("user"), query.scope("ticket"), query.scope("audit.events")
    author = f"coalesce({events.text('author_id')}, {events.text('../author_id')})"
    told = ", ".join(f"{users.text(key)} AS {key}" for key in _PERSON)
    people = [f'SELECT f.account, {users.text("id")} AS key, 1 AS rank, r."@n" AS n, {told} FROM {users.source}']
    for holder in ("requester", "assignee", "submitter"):
        told = ", ".join(f"{tickets.text(f'{holder}.{key}')} AS {key}" for key in _PERSON)
        people.append(f'SELECT f.account, {tickets.text(f"{holder}.id")}, 0, -r."@n", {told} FROM {tickets.source}')
    last = ", ".join(f"arg_max({key}, (rank, n)) AS {key}" for key in _PERSON)
    return f"""
        WITH known AS (
            SELECT account, key, {last} FROM ({" UNION ALL ".join(people)}) WHERE key IS NOT NULL GROUP BY ALL
        ),
        assigned AS (
            SELECT account, value AS key, true AS assigned FROM changes WHERE field = 'assignee_id'
            UNION SELECT account, assignee_id, true FROM snapshots
            UNION SELECT f.account, {author}, true FROM {events.source}
            WHERE {events.text("type")} = 'Comment' AND {events.text("public")} = 'false' AND {author} <> '-1'
        ),
        asking AS (
            SELECT DISTINCT account, value AS key, true AS asks FROM changes WHERE field = 'requester_id'
            UNION SELECT account, requester_id, true FROM snapshots
        ),
        people AS (
            SELECT *, coalesce(assigned, false) OR coalesce(role IN ('agent', 'admin'), false) AS staff
            FROM known FULL JOIN (SELECT * FROM assigned WHERE key IS NOT NULL) USING (account, key)
        )
        SELECT *, CAST(staff AS VARCHAR) AS is_staff,
            CASE WHEN staff THEN CASE WHEN role = 'admin' THEN role ELSE 'agent' END END AS staff_role,
            coalesce(CASE WHEN staff AND (role IN ('agent', 'admin') OR asks IS NULL) THEN name END, 'agent ' || key)
                AS agent
        FROM people LEFT JOIN asking USING (account, key)
    """


def _addresses(query: Query) -> str:
    """The query of what else people are reached by: a person has as many rows as identities."""
    scope = query.scope("user_identity")
    kind, value = scope.text("type"), scope.text("value")
    return f"""
        SELECT f.account, {scope.text("user_id")} AS key, CASE {kind} WHEN 'email' THEN {value} END AS email,
            CASE {kind} WHEN 'phone_number' THEN {value} END AS phone
        FROM {scope.source}
    """


def _states() -> str:
    """The query of what holds right after each place of a history.

    Before the first known change of a field: what that change says was there before. Without any change: what the
    ticket itself says, for then it never changed.
    """
    trail = "PARTITION BY account, ticket ORDER BY moment, number, place"
    past = f"({trail} RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
    coming = f"({trail} ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)"
    after = ", ".join(
        f"last_value(CASE WHEN field = '{each}' THEN {{'is': value}} END IGNORE NULLS) OVER {past} AS {each}_after, "
        f"first_value(CASE WHEN field = '{each}' THEN {{'was': before}} END IGNORE NULLS) OVER {coming} AS {each}_next"
        for each in FIELDS
    )
    held = ", ".join(
        f'CASE WHEN {each}_after IS NOT NULL THEN {each}_after."is" WHEN {each}_next IS NOT NULL THEN {each}_next.was '
        f"ELSE s.{name(each)} END AS {name(each)}"
        for each in FIELDS
    )
    return f"""
        WITH walked AS (
            SELECT account, ticket, item, {after} FROM changes WHERE moment IS NOT NULL AND ticket IS NOT NULL
        ),
        held AS (
            SELECT w.account, w.ticket, item, {held}
            FROM walked w LEFT JOIN snapshots s USING (account, ticket)
        )
        SELECT h.account, item, * EXCLUDE (account, item, ticket, requester_id),
            coalesce(requester_id, {_opener()}) AS requester_id
        FROM held h {_joined_opener("h")}
    """


def _last() -> str:
    """The query of what holds for every ticket at its end, its last answer to a survey among it."""
    ends = ", ".join(
        f"arg_max({{'is': value}}, (moment, number, place)) FILTER (field = '{each}') AS {each}_end"
        for each in (*FIELDS, "score")
    )
    held = ", ".join(
        f'CASE WHEN {each}_end IS NULL THEN s.{name(each)} ELSE {each}_end."is" END AS {name(each)}'
        for each in FIELDS
        if each != "requester_id"
    )
    return f"""
        WITH ends AS (SELECT account, ticket, {ends} FROM changes GROUP BY ALL)
        SELECT e.account, e.ticket AS key, {held}, score_end."is" AS score,
            coalesce(CASE WHEN requester_id_end IS NULL THEN s.requester_id ELSE requester_id_end."is" END, {_opener()})
                AS requester_id
        FROM (SELECT account, ticket FROM ends UNION SELECT account, ticket FROM snapshots) e
        LEFT JOIN ends USING (account, ticket) LEFT JOIN snapshots s USING (account, ticket)
        {_joined_opener("e")} WHERE e.ticket IS NOT NULL
    """


def _opener() -> str:
    """SQL of the customer where no requester is known: whoever opened the ticket, if it is neither an agent nor -1."""
    return "CASE WHEN o.author <> '-1' AND NOT coalesce(p.staff, false) THEN o.author END"


def _joined_opener(alias: str) -> str:
    return (
        f"LEFT JOIN opened o ON o.account = {alias}.account AND o.ticket = {alias}.ticket "
        f"LEFT JOIN lookup_person p ON p.account = {alias}.account AND p.key = o.author"
    )
