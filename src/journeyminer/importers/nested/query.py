"""Queries: the rules of a profile as statements over the records of a reading."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple, TypeVar

from journeyminer.importers.nested.members import Member
from journeyminer.importers.nested.profile import (
    CASE_VALUES,
    EVENT_VALUES,
    IDENTITY_VALUES,
    CaseRule,
    LookupRule,
    Profile,
    RecordRule,
    Rule,
    Value,
)
from journeyminer.importers.nested.scope import ITEM, Items, Scope, Tables
from journeyminer.sql import is_address_sql, name, quote
from journeyminer.vocabulary import LINK_KINDS

_SCORES = ("csat", "nps", "ces")
AnyRule = TypeVar("AnyRule", bound=Rule)


class Further(NamedTuple):
    """Tables that no profile can say, made of the records before there are events."""

    lookups: frozenset[str]
    """those that values look into; their tables are called lookup_NAME and have the columns account and key"""
    tables: Callable[[Query], Mapping[str, str]]
    """gives name -> query, in the order in which the tables are made"""


class Query:
    """The statements of a profile over the tables of one reading.

    These are there: `records`, `parents` (see `records`) and `files` (file_no, account, folder, zone, first). The
    tables of `items` and then `tables` are to be made before the others can be asked.
    """

    def __init__(self, profile: Profile, further: Further | None) -> None:
        self.profile = profile
        self.record = Member()
        lookups = {*profile.lookup, "us", *(further.lookups if further else ())}
        self.scopes = Tables(frozenset(lookups))
        # which members are read, and as what, is known only after everything was asked once
        for _ in range(2):
            self.items: dict[str, Items] = {}
            """record or list -> its rows; what holds a list stands before it"""
            self.scopes.actors.clear()
            self.kind = self._kind()
            self.events = " UNION ALL ".join(self._events())
            self.cases = " UNION ALL ".join(self._case(of, rule) for of, rule in _each(profile.case))
            self.identities = " UNION ALL ".join(self._identities())
            self.links = " UNION ALL ".join(self._links())
            self.totals = " UNION ALL ".join(self._total(record) for record in profile.record if record.total)
            self.tables = {f"lookup_{word}": self._lookup(word, rule) for word, rule in profile.lookup.items()}
            self.tables |= further.tables(self) if further else {}

    def scope(self, of: str, let: Mapping[str, Value] | None = None) -> Scope:
        """Return the scope of the items that a rule is of."""
        counted, path = self._counted(of)
        items = self._items(f"{counted.within}[].{path}".strip("[].") if counted.within else of)
        return Scope(self.scopes, items, {**self.profile.let, **(let or {})})

    def _counted(self, of: str) -> tuple[RecordRule, str]:
        """The record that the items of a rule count for, and the way from there to their list."""
        word, _, path = of.partition(".")
        return next(record for record in self.profile.record if record.name == word), path

    def _around(self, of: str, scope: Scope) -> Scope:
        """The scope of the record that the items count for."""
        _, path = self._counted(of)
        return replace(scope, above="../" * len(path.split("[].")) if path else "")

    def _items(self, of: str) -> Items:
        """The rows of a record, or of a list in it; the same for all rules."""
        if of in self.items:
            return self.items[of]
        around, _, path = of.rpartition("[].") if "[]." in of else of.partition(".") if "." in of else ("", "", of)
        files = 'r JOIN files f ON f.file_no = r."@file"'
        if around:
            holder = self._items(around)
            member = holder.member.at(path)
            member.is_list = True
            relation = f"items_{len(self.items)} {files}"
            made = Items(relation, 'r."@item"', member, Scope(self.scopes, holder, self.profile.let), path)
        else:
            records = f'(SELECT *, 0 AS "@nth" FROM records WHERE "@kind" = {quote(of)})'
            beside = ' LEFT JOIN parents d ON d."@list" = r."@list"' if self.scopes.parent.members else ""
            made = Items(f"{records} {files}{beside}", "r", self.record)
        self.items[of] = made
        return made

    def _kind(self) -> str:
        """SQL of the kind of a record; null where it is none. The same as `Profile.rule_of`."""
        scope = Scope(self.scopes, Items("", "b", self.record), self.profile.let)
        told = ""
        for record in self.profile.record:
            if not record.within:
                listed = f" AND u.listed IN ({', '.join(map(quote, record.holders))})" if record.listed else ""
                conditions = scope.meets({**dict.fromkeys(record.has, True), **record.when}, record.unless)
                told += f" WHEN {conditions}{listed} THEN {quote(record.name)}"
        return f"CASE{told} END"

    def _events(self) -> Iterator[str]:
        """The query of every event rule: its events, each with its record and its place in it."""
        rules = list(_each(each for rule in self.profile.event for each in rule.each()))
        for number, (of, rule) in enumerate(rules):
            scope, (counted, _) = self.scope(of, rule.let), self._counted(of)
            around = self._around(of, scope)
            # what is made of one list stays together, in the order of its items
            rank = sum(one != other for (one, _), (other, _) in pairwise(rules[: number + 1]))
            ref = f"{quote(counted.name.replace('_', ' '))} || ' ' || {around.value(counted.ref)}"
            picked = {
                "n": 'r."@n"', "rank": str(rank), "nth": 'r."@nth"', "rule": str(number), "file_no": 'r."@file"',
                "zone": "f.zone", "kind": quote(counted.name), "synthetic": str(rule.synthetic).lower(),
                "record": ITEM if counted.within else ITEM.partition(" +")[0],
                "ref": f"coalesce({ref}, 'record ' || (r.\"@n\" - f.first + 1))",
                "case_id": scope.value(rule.case) or around.value(counted.case),
            }  # fmt: skip
            for column in EVENT_VALUES:
                said = scope.value(getattr(rule, column)) or around.value(counted.event.get(column, ()))
                picked[column] = said or "CAST(NULL AS VARCHAR)"
            if not rule.id:
                picked["id"] = f"{ref} || ' ' || {picked['activity']} || ' ' || {picked['timestamp']}"
            yield _select(picked, scope, rule)

    def _case(self, of: str, rule: CaseRule) -> str:
        """The query of what a rule's items say of their cases."""
        scope = self.scope(of, rule.let)
        picked = {"n": 'r."@n"', "file_no": 'r."@file"', "zone": "f.zone", "case_id": self._case_id(of, rule, scope)}
        for column in CASE_VALUES:
            text = self.mapped(column, scope.value(getattr(rule, column)) or "CAST(NULL AS VARCHAR)")
            picked[column] = self._scaled(column, text) if column in _SCORES else text
        entries = ", ".join(f"{{'k': {quote(key)}, 'v': {scope.value(value)}}}" for key, value in rule.extras.items())
        kept = f"list_filter([{entries}], lambda entry: entry.v IS NOT NULL)"
        picked["extras"] = f"nullif(map_from_entries({kept}), MAP {{}})" if entries else "NULL"
        return _select(picked, scope, rule)

    def _identities(self) -> Iterator[str]:
        """The queries of what identifies customers, one a rule and kind of identity."""
        for of, rule in _each(self.profile.identity):
            for kind in IDENTITY_VALUES:
                scope = self.scope(of, rule.let)
                if value := scope.value(getattr(rule, kind)):
                    # an address is an address, whatever it is called
                    told = f"CASE WHEN {is_address_sql(value)} THEN 'email' ELSE {quote(kind)} END"
                    case = self._case_id(of, rule, scope)
                    picked = {"file_no": 'r."@file"', "case_id": case, "kind": told, "value": value}
                    yield _select(picked, scope, rule)

    def _links(self) -> Iterator[str]:
        """The queries of the cases that are tied to others, one a rule and kind of link."""
        for of, rule in _each(self.profile.link):
            for kind in LINK_KINDS:
                scope = self.scope(of, rule.let)
                if other := scope.value(getattr(rule, kind)):
                    case = self._case_id(of, rule, scope)
                    picked = {"file_no": 'r."@file"', "case_id": case, "kind": quote(kind), "other": other}
                    yield _select(picked, scope, rule)

    def _total(self, record: RecordRule) -> str:
        """The query of how many records each list of a kind lacks."""
        scope = self.scope(record.name)
        missing = f"max(TRY_CAST({scope.value(record.total)} AS BIGINT)) - count(*) AS missing"
        return f'SELECT r."@file" AS file_no, {missing} FROM {scope.source} GROUP BY r."@file", r."@n"'

    def _case_id(self, of: str, rule: Rule, scope: Scope) -> str:
        counted, _ = self._counted(of)
        return scope.value(rule.case) or self._around(of, scope).value(counted.case)

    def _lookup(self, word: str, rule: LookupRule) -> str:
        """The query of a lookup's table: account, key, and what is asked for of its items."""
        scope = self.scope(str(rule.of), rule.let)
        wanted = {path: scope.text(path) for path in self.scopes.wanted.get(word, ())}
        picked = {"account": "f.account", "key": scope.value(rule.key), "n": 'r."@n"', **wanted}
        last = "".join(f", arg_max({path}, n) FILTER ({path} IS NOT NULL) AS {path}" for path in map(name, wanted))
        inner = _select(picked, scope, rule)
        return f"SELECT account, key{last} FROM ({inner}) WHERE key IS NOT NULL GROUP BY account, key"

    def mapped(self, column: str, text: str) -> str:
        """Return SQL of a text with the profile's words for it; a word that the profile does not know stays."""
        words = self.profile.values.get(column)
        if not words:
            return text
        cases = " ".join(f"WHEN {quote(word)} THEN {quote(ours) if ours else 'NULL'}" for word, ours in words.items())
        return f"CASE lower({text}) {cases} ELSE {text} END"

    def _scaled(self, column: str, text: str) -> str:
        low, high = self.profile.scales.get(column, (0, 1))
        value = f"((TRY_CAST({text} AS DOUBLE) - {low}) / {high - low})"
        return f"CASE WHEN {value} BETWEEN 0 AND 1 THEN {value} END" if column == "csat" else value


def _each(rules: Iterable[AnyRule]) -> Iterator[tuple[str, AnyRule]]:
    """Yield every rule with each record or list that it is of."""
    for rule in rules:
        for of in [rule.of] if isinstance(rule.of, str) else rule.of:
            yield of, rule


def _select(picked: Mapping[str, str], scope: Scope, rule: Rule) -> str:
    listed = ", ".join(f"{sql} AS {name(column)}" for column, sql in picked.items())
    where = scope.meets(rule.when, rule.unless)  # before the source: it may join more
    return f"SELECT {listed} FROM {scope.source} WHERE {where}"
