"""Columns: SQL of what a row says of its event, its case and its customer, as the profile has it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final

from journeyminer.importers.tabular.scores import scaled
from journeyminer.log.schema import CASES
from journeyminer.note import Note
from journeyminer.sql import is_address_sql, name, quote
from journeyminer.text import fold, fold_sql, words
from journeyminer.vocabulary import IDENTITY_KINDS, RATINGS
from journeyminer.words import UNKNOWN, values

if TYPE_CHECKING:
    from journeyminer.importers.tabular.plan import Plan
    from journeyminer.importers.tabular.table import Table
    from journeyminer.log.engine import Database
    from journeyminer.log.loader import Loader

EVENT_COLUMNS: Final = (
    "case_id", "activity", "timestamp", "started_at", "lifecycle", "id", "role", "channel", "visibility", "resource",
    "group", "tier", "status",
)  # fmt: skip
"""what one row may say of its event"""
CASE_COLUMNS: Final = tuple(column.name for column in CASES if column.name not in ("case_id", "opened_at", "extras"))
"""what one row may say of its case"""
RECORD: Final = "record"
"""the column with the number of a row in its file"""
NOTHING: Final = "CAST(NULL AS VARCHAR)"
"""SQL of a text that no row has"""
PLAIN_COLUMNS = tuple(column for column in EVENT_COLUMNS if column not in ("case_id", "timestamp", "started_at"))
CASE_PREFIX, IDENTITY_PREFIX, LINK_PREFIX, EXTRA_PREFIX = "case_", "identity_", "link_", "extra_"


def mapped(text: str, values: Mapping[str, str]) -> str:
    """SQL of a text with the profile's words for it; a word that the profile does not know stays."""
    if not values:
        return text
    cases = " ".join(f"WHEN {quote(fold(word))} THEN {quote(ours)}" for word, ours in values.items())
    return f"CASE {fold_sql(text)} {cases} ELSE {text} END"


def in_our_words(engine: Database, relation: str, text: str, column: str, own: Mapping[str, Mapping[str, str]]) -> str:
    """SQL of a text with the value of a closed set that its word means, in any of our languages; else the word.

    Args:
        relation: what the text stands in; its different words are looked up.
        own: the profile's words for each column, which go before ours.
    """
    return f"coalesce({known_words(engine, relation, text, column, own)}, {text})"


def known_words(engine: Database, relation: str, text: str, column: str, own: Mapping[str, Mapping[str, str]]) -> str:
    """SQL of the value of a closed set that a text means; null where no word of ours is known for it."""
    said = [word for (word,) in engine.rows(f"SELECT DISTINCT {text} FROM {relation}") if word]
    meant = {word: own.get(column, {}).get(fold(word)) or values()[column].get(words(word), UNKNOWN) for word in said}
    cases = " ".join(f"WHEN {quote(word)} THEN {quote(value)}" for word, value in meant.items() if value != UNKNOWN)
    return f"CASE {text} {cases} END" if cases else NOTHING


def evidence(text: str) -> str:
    """SQL of what the list of rejects shows of a text: a date or a number, never an address or free text."""
    is_fit = f"regexp_matches({text}, '\\d') AND NOT contains({text}, '@') AND length({text}) <= 40"
    return f"CASE WHEN {is_fit} THEN {text} END"


def event_columns(plan: Plan, table: Table, engine: Database) -> dict[str, str]:
    """Our column -> SQL, of all that a row says of its event but its case and its moments.

    Where a column of status has a finer one beside it, a word of that which is known goes first.
    """
    profile = plan.profile
    found = {column: quote(value) for column, value in profile.constants.items()}
    for column in PLAIN_COLUMNS:
        if column in plan.columns:
            found[column] = mapped(table.text(plan.columns[column]), profile.values.get(column, {}))
    if "substatus" in plan.columns:
        text = table.text(plan.columns["substatus"])
        finer = known_words(engine, table.relation, text, "status", profile.values)
        found["status"] = f"coalesce({finer}, {found.get('status', NOTHING)})"
    if "id" in found and "case_id" in plan.columns:
        # many desks number the events of each ticket from 1
        found["id"] = f"{table.text(plan.columns['case_id'])} || '/' || {found['id']}"
    listed = plan.headers.match(profile.attributes)
    if listed:
        entries = ", ".join(f"{{'k': {quote(key)}, 'v': {table.text(place)}}}" for key, place in listed.items())
        found["attributes"] = f"map_from_entries(list_filter([{entries}], lambda entry: entry.v IS NOT NULL))"
    return found


def case_columns(plan: Plan, table: Table, engine: Database) -> dict[str, str]:
    """Column of `cases` (behind CASE_PREFIX or EXTRA_PREFIX), kind of identity or of link (theirs) -> SQL."""
    profile = plan.profile
    found = {}
    for column in CASE_COLUMNS:
        if column in plan.columns:
            text = mapped(table.text(plan.columns[column]), profile.values.get(column, {}))
            if column in RATINGS:
                text = scaled(plan, table, engine, column, text)
            found[CASE_PREFIX + column] = text
    used = set(plan.columns.values())
    for kind, place in _identities(plan).items():
        found[IDENTITY_PREFIX + kind] = table.text(place)
    for kind, place in plan.headers.match(profile.links).items():
        found[LINK_PREFIX + kind] = table.text(place)
    for extra, place in plan.headers.match(profile.extras).items():
        if place not in used:
            found[EXTRA_PREFIX + extra] = table.text(place)
    return found


def _identities(plan: Plan) -> dict[str, int]:
    given = {kind: plan.columns[f"customer_{kind}"] for kind in IDENTITY_KINDS if f"customer_{kind}" in plan.columns}
    return {**plan.headers.match(plan.profile.identities), **given}


def hand_over_cases(loader: Loader, relation: str, found: Iterable[str], order: str) -> None:
    """Put what the rows say of their cases and customers beside the events; the last row that says it counts.

    Args:
        relation: has case_id and those columns of `found` that a row fills.
        order: SQL of the order of rows.
    """
    have = loader.engine.columns(relation)  # staging leaves out what no row says
    there = [column for column in found if column in have]
    cases, extras, identities, links = (
        [column for column in there if column.startswith(prefix)]
        for prefix in (CASE_PREFIX, EXTRA_PREFIX, IDENTITY_PREFIX, LINK_PREFIX)
    )
    if cases or extras:

        def last(column: str) -> str:
            return f"arg_max({name(column)}, {order}) FILTER (WHERE {name(column)} IS NOT NULL)"

        picked = [f"{last(column)} AS {name(column.removeprefix(CASE_PREFIX))}" for column in cases]
        picked += _extras(extras, last)
        loader.add_rows(
            "cases", f"SELECT case_id, {', '.join(picked)} FROM {relation} WHERE case_id IS NOT NULL GROUP BY case_id"
        )
    for column in links:
        loader.add_rows(
            "links",
            f"SELECT DISTINCT case_id, {quote(column.removeprefix(LINK_PREFIX))} AS kind, {name(column)} AS other "
            f"FROM {relation} WHERE case_id IS NOT NULL AND {name(column)} IS NOT NULL",
        )
    for column in identities:
        kind = column.removeprefix(IDENTITY_PREFIX)
        if kind == "external_id" and _holds_names(loader.engine, relation, column):
            kind = "name"
            loader.decide(Note("decision.names_no_ids"))
        # an address is an address, whatever its column is called
        told = f"CASE WHEN {is_address_sql(name(column))} THEN 'email' ELSE {quote(kind)} END"
        loader.add_rows(
            "identities",
            f"SELECT DISTINCT case_id, {told} AS kind, {name(column)} AS value FROM {relation} "
            f"WHERE case_id IS NOT NULL AND {name(column)} IS NOT NULL",
        )


def _holds_names(engine: Database, relation: str, column: str) -> bool:
    """Whether a column of identifiers holds names: most of its values have no digit and are no address."""
    value = name(column)
    told = f"regexp_matches({value}, '\\d') OR contains({value}, '@')"
    n, n_told = engine.one(
        f"SELECT count(DISTINCT {value}), count(DISTINCT {value}) FILTER ({told}) "
        f"FROM {relation} WHERE {value} IS NOT NULL"
    )
    return n_told * 2 < n  # type: ignore[no-any-return]


def _extras(extras: list[str], last: Callable[[str], str]) -> list[str]:
    if not extras:
        return []
    entries = ", ".join(f"{{'k': {quote(extra.removeprefix(EXTRA_PREFIX))}, 'v': {last(extra)}}}" for extra in extras)
    return [f"map_from_entries(list_filter([{entries}], lambda entry: entry.v IS NOT NULL)) AS extras"]
