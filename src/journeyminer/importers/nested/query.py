"""Queries: what a profile says of an item, as SQL over the records that were read.

A record stands in a table with the members that the profile names, in the shape of its JSON: structs, lists, texts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final, NamedTuple, TypeVar

from journeyminer.importers.nested.profile import (
    CASE_VALUES,
    EVENT_VALUES,
    IDENTITY_VALUES,
    CaseRule,
    Choice,
    Condition,
    EventRule,
    IdentityRule,
    LookupRule,
    Profile,
    RecordRule,
    Rule,
    Value,
)
from journeyminer.importers.tabular.moments import shifted_sql
from journeyminer.log.engine import name, quote

_BRACES: Final = re.compile(r"\{([^{}]+)\}")
_LOOKED_UP: Final = re.compile(r"(\w+)\[(.+)\]\.([^\]]+)")
_STEP: Final = re.compile(r"([^.\[\]]+)(?:\[(\d+)\])?")


@dataclass
class Member:
    """A member of a record that the profile names, with the members of it that it names."""

    members: dict[str, Member] = field(default_factory=dict)
    is_list: bool = False
    is_text: bool = False
    """whether its own value is asked for, not only whether it has one"""

    def at(self, path: str) -> Member:
        """The member at the end of a path."""
        found = self
        for key, index in _STEP.findall(path):
            found = found.members.setdefault(key, Member())
            found.is_list = found.is_list or bool(index)
        return found

    @property
    def type(self) -> str:
        """Its type in the table of records."""
        if not self.members:
            return "VARCHAR[]" if self.is_list else "VARCHAR"
        if self.is_text:
            return "JSON"  # an object in some records and a plain value in others
        return f"STRUCT({self.fields}){'[]' if self.is_list else ''}"

    @property
    def fields(self) -> str:
        """Its members with their types."""
        return ", ".join(f"{name(key)} {member.type}" for key, member in self.members.items())

    @property
    def is_bare(self) -> bool:
        """Whether everything that is read of it is kept as it is."""
        return (self.is_text or bool(self.members)) and all(member.is_bare for member in self.members.values())

    def kept(self, sql: str) -> str:
        """SQL of what is kept of it: of a member whose value nobody asks for (a message's body), that it has one."""
        if self.is_bare or self.is_text:
            return sql
        if not self.members:
            return f"CASE WHEN {sql} IS NOT NULL THEN 'true' END"
        if self.is_list:
            return f"list_transform({sql}, lambda x: {self._packed('x')})"
        return f"CASE WHEN {sql} IS NOT NULL THEN {self._packed(sql)} END"

    def _packed(self, sql: str) -> str:
        listed = (f"{quote(key)}: {member.kept(f'{sql}.{name(key)}')}" for key, member in self.members.items())
        return f"{{{', '.join(listed)}}}"


@dataclass
class Items:
    """The rows that rules look at: the records of a kind, or all items of a list in them.

    The items of a list are a table, made once for all rules: with the item stands what they ask of its holder.
    """

    relation: str
    """SQL of the rows, with the alias r"""
    item: str
    """SQL before the name of a member"""
    member: Member
    holder: Scope | None = None
    path: str = ""
    """the way from the holder to the list"""
    asked: dict[str, str] = field(default_factory=dict)
    """name of a column of the table -> SQL of what the holder says"""

    @property
    def select(self) -> str:
        """The query of the table of a list's items."""
        if self.holder is None:
            return ""
        listed = _reach(self.holder.items.item, self.holder.items.member, self.path, is_text=False)
        held = "".join(f", {sql} AS {name(column)}" for column, sql in self.asked.items())
        return (
            f'SELECT r."@n", r."@file", r."@list", r."@nth" * 1000000 + generate_subscripts({listed}, 1) AS "@nth", '
            f'unnest({listed}) AS "@item"{held} FROM {self.holder.source}'
        )


@dataclass
class Scope:
    """Where the values of a rule are looked up: an item, what holds it, and the tables joined with it."""

    query: Query
    items: Items
    joins: dict[tuple[str, str], str] = field(default_factory=dict)
    let: Mapping[str, Value] = field(default_factory=dict)
    above: str = ""
    """`../` as often as the values stand above the item"""

    @property
    def source(self) -> str:
        """SQL of the items with all that is joined."""
        return self._joined(self.joins)

    def _joined(self, joins: Mapping[tuple[str, str], str]) -> str:
        sql = self.items.relation
        for (table, key), alias in joins.items():
            account = f"{alias}.account = f.account AND " if table not in ("us", "chats") else ""
            sql += f" LEFT JOIN {self.query.schema}.lookup_{table} {alias} ON {account}{alias}.key = {key}"
        return sql

    def value(self, value: Value) -> str:
        """SQL of a value; empty where a profile gives none."""
        if isinstance(value, str | Choice):
            value = (value,)
        tried = [self._choice(each) if isinstance(each, Choice) else self._filled(each) for each in value]
        return f"coalesce({', '.join(tried)})" if len(tried) > 1 else "".join(tried)

    def meets(self, when: Condition, unless: Condition) -> str:
        """SQL of whether conditions hold; `true` where there are none."""
        parts = [self._meets(path, wanted) for path, wanted in when.items()]
        if unless:
            refused = " AND ".join(self._meets(path, wanted) for path, wanted in unless.items())
            parts.append(f"NOT coalesce({refused}, false)")
        return " AND ".join(parts) or "true"

    def text(self, path: str) -> str:
        """SQL of the text at the end of a path; null where it is blank."""
        if path in ("@chat", "@session"):
            return f"CAST({self._join('chats', 'r.' + name('@n'))}.{path[1:]} AS VARCHAR)"
        if path in SPECIAL:
            return SPECIAL[path]
        if path.startswith("$"):
            return self.value(self.let[path[1:]])
        if looked_up := self._lookup(path):
            return looked_up
        path = self.above + path
        if path.startswith("../"):
            return self._held(path, Scope.text)
        self.items.member.at(path).is_text = True
        text = f"nullif({_reach(self.items.item, self.items.member, path)}, '')"
        # numbers that went through a table with gaps are written 12.0
        whole = f"regexp_replace({text}, '^(\\d+)\\.0$', '\\1')"
        return f"CASE WHEN ends_with({text}, '.0') THEN {whole} ELSE {text} END" if path.endswith("id") else text

    def _is_there(self, path: str) -> str:
        """SQL of a value that is null where nothing stands at the end of a path."""
        path = self.above + path
        if path.startswith("../"):
            return self._held(path, Scope._is_there)
        self.items.member.at(path)
        return (
            f"CASE WHEN {_reach(self.items.item, self.items.member, path, is_text=False)} IS NOT NULL THEN 'true' END"
        )

    def _held(self, path: str, ask: Callable[[Scope, str], str]) -> str:
        """SQL of what the holder of the item says, or what stands beside the list of records."""
        path = path.removeprefix("../")
        if self.items.holder is None:
            self.query.parent.at(path).is_text = True
            return f"nullif(trim({_reach('d', self.query.parent, path)}), '')"
        column = f"../{path}{'' if ask is Scope.text else '?'}"
        self.items.asked[column] = ask(self.items.holder, path)
        return f"r.{name(column)}"

    def _lookup(self, path: str) -> str | None:
        """SQL of what a lookup knows; None where the path is none into a lookup."""
        found = _LOOKED_UP.fullmatch(path)
        if not found or found[1] not in self.query.lookups:
            return None
        table, key, column = found[1], self.text(found[2]), found[3]
        if table == "us":
            known = {join: alias for join, alias in self.joins.items() if join[0] != "us"}
            self.query.us[f"SELECT DISTINCT {key} FROM {self._joined(known)}"] = None
        alias = self._join(table, key)
        if column != "key":
            self.query.wanted[table].setdefault(column)
        return f"{alias}.{name(column)}"

    def _join(self, table: str, key: str) -> str:
        """Join the table of a lookup by a key; returns its alias."""
        return self.joins.setdefault((table, key), f"l{len(self.joins)}")

    def _meets(self, path: str, wanted: bool | str | tuple[str, ...]) -> str:
        if isinstance(wanted, bool):
            is_made = path.startswith(("@", "$")) or self._lookup(path)
            return f"{self.text(path) if is_made else self._is_there(path)} IS {'NOT ' if wanted else ''}NULL"
        if wanted == "null":
            return self._is_null(path)
        if isinstance(wanted, str) and wanted.startswith((">= ", "> ")):
            sign, _, template = wanted.partition(" ")
            return f"{self.text(path)} {sign} {self._filled(template)}"
        values = [wanted] if isinstance(wanted, str) else wanted
        return f"{self.text(path)} IN ({', '.join(map(self._filled, values))})"

    def _is_null(self, path: str) -> str:
        """SQL of whether a member is there and says null, which is not the same as a missing one."""
        holder, _, key = path.rpartition(".")
        self.items.member.at(path)
        self.items.member.at(holder).is_text = True  # so that it is read as JSON
        return f"json_type({_reach(self.items.item, self.items.member, holder, is_text=False)}, {quote(f'$.{name(key)}')}) = 'NULL'"

    def _choice(self, choice: Choice) -> str:
        return f"CASE WHEN {self.meets(choice.when, choice.unless)} THEN {self.value(choice.value)} END"

    def _filled(self, template: str) -> str:
        """SQL of a text with its paths filled in; null where one of them says nothing."""
        parts = _BRACES.split(template)  # text, path, text ...
        filled = [self.text(part) if place % 2 else quote(part) for place, part in enumerate(parts) if part]
        return " || ".join(filled) if filled else "''"


SPECIAL: Final = {
    "@record": 'CAST(r."@n" AS VARCHAR)', "@item": f'CAST(r."@n" * {1 << 30} + r."@nth" AS VARCHAR)',
    "@nth": 'CAST(r."@nth" AS VARCHAR)', "@folder": "f.folder", "@list": 'CAST(r."@list" AS VARCHAR)',
    "@chat": "s.chat", "@session": "CAST(s.session AS VARCHAR)",
}  # fmt: skip
"""what is known of an item beside its members: the number of its record and its own, its place in its list, the folder
of its file, and the number of the list that its record stands in"""


def _reach(sql: str, member: Member, path: str, *, is_text: bool = True) -> str:
    """SQL of a member; of one that holds an object in some records, its text where it is none."""
    steps = _STEP.findall(path)
    for place, (key, index) in enumerate(steps):
        sql, member = f"{sql}.{name(key)}", member.members[key]
        sql += f"[{int(index) + 1}]" if index else ""
        if member.type == "JSON":
            rest = "".join(f'."{key}"' + (f"[{index}]" if index else "") for key, index in steps[place + 1 :])
            if rest:
                return f"json_extract_string({sql}, {quote(f'${rest}')})"
            if not is_text:
                return sql
            return f"CASE WHEN json_type({sql}) NOT IN ('OBJECT', 'ARRAY') THEN json_extract_string({sql}, '$') END"
    return sql


class Further(NamedTuple):
    """Tables that no profile can say, made of the records before there are events."""

    lookups: tuple[str, ...]
    """the names of those that values look into; they have the columns account and key"""
    tables: Callable[[Query], dict[str, str]]
    """gives name -> query, in the order in which they are made"""


class Query:
    """The statements of a profile over the tables of one reading, in `schema`.

    Tables: `records` (the members that the profile names, and "@n", "@file", "@parent", "@kind"), `files` (file_no,
    account, folder, zone), `parents`, and one `lookup_` table a lookup.
    """

    def __init__(self, profile: Profile, schema: str, further: Further | None = None) -> None:
        self.profile = profile
        self.schema = schema
        self.record = Member()
        self.parent = Member()
        self.further = further or Further((), lambda _: {})
        self.lookups = {*profile.lookup, "us", *self.further.lookups}
        self.wanted: dict[str, dict[str, None]] = {lookup: {} for lookup in self.lookups}
        """lookup -> the paths that are asked for of its items"""
        # which members are read, and how, is known only after everything was asked once
        for _ in range(2):
            self.us: dict[str, None] = {}
            """queries of those who act, of whom the user may say that they are on our side"""
            self.items: dict[str, Items] = {}
            """`of` of a rule -> its rows; a holder stands before its items"""
            self.kind, self.events, self.cases, self.identities, self.tables = self._statements()

    def _statements(self) -> tuple[str, str, str, str, dict[str, str]]:
        profile = self.profile
        return (
            self._kind(),
            " UNION ALL ".join(self._event(number, of, rule) for number, (of, rule) in enumerate(_each(profile.event))),
            " UNION ALL ".join(self._case(of, rule) for of, rule in _each(profile.case)),
            " UNION ALL ".join(select for of, rule in _each(profile.identity) for select in self._identities(of, rule)),
            {
                **{f"lookup_{word}": self._lookup(word, rule) for word, rule in profile.lookup.items()},
                **self.further.tables(self),
            },
        )

    def _kind(self) -> str:
        """SQL of the kind of a record; null where it is none."""
        scope = Scope(self, Items("", "b", self.record), let=self.profile.let)
        told = ""
        for record in self.profile.record:
            if record.within:
                continue
            conditions = scope.meets({**dict.fromkeys(record.has, True), **record.when}, record.unless)
            if record.listed:
                conditions += f" AND u.listed IN ({', '.join(map(quote, (*record.lists, record.name)))})"
            told += f" WHEN {conditions} THEN {quote(record.name)}"
        return f"CASE{told} END"

    def scope(self, of: str, let: Mapping[str, Value] | None = None) -> tuple[Scope, Scope, RecordRule]:
        """Return the scope of the items that a rule is of, that of the record they count for, and its rule."""
        word, _, path = of.partition(".")
        counted = self._rule(word)
        items = self._items(f"{counted.within}[].{path}".strip("[].") if counted.within else of)
        scope = Scope(self, items, let={**self.profile.let, **(let or {})})
        return scope, replace(scope, above="../" * len(path.split("[].")) if path else ""), counted

    def _items(self, of: str) -> Items:
        """Return the rows of a record or of a list in it, the same for all rules."""
        if of in self.items:
            return self.items[of]
        around, _, path = of.rpartition("[].")
        if not around and "." in of:
            around, _, path = of.partition(".")
        files = f'r JOIN {self.schema}.files f ON f.file_no = r."@file"'
        if around:
            holder = self._items(around)
            holder.member.at(path).is_list = True
            table = f"{self.schema}.items_{len(self.items)}"
            made = Items(
                f"{table} {files}", 'r."@item"', holder.member.at(path), Scope(self, holder, let=self.profile.let), path
            )
        else:
            if self.parent.members:
                files += f' LEFT JOIN {self.schema}.parents d ON d."@list" = CAST(r."@list" AS VARCHAR)'
            records = f'(SELECT *, 0 AS "@nth" FROM {self.schema}.records WHERE "@kind" = {quote(of)})'
            made = Items(f"{records} {files}", "r", self.record)
        self.items[of] = made
        return made

    def _rule(self, word: str) -> RecordRule:
        return next(record for record in self.profile.record if record.name == word)

    def _case_id(self, rule: Rule, scope: Scope, around: Scope, counted: RecordRule) -> str:
        return scope.value(rule.case) or around.value(counted.case)

    def _event(self, number: int, of: str, rule: EventRule) -> str:
        """The query of all events that a rule makes, each with its record and its place in it."""
        scope, around, counted = self.scope(of, rule.let)
        before = [other for other, _ in _each(self.profile.event)][: number + 1]
        rank = sum(one != other for one, other in pairwise(before))
        own = f"{quote(counted.name.replace('_', ' '))} || ' ' || {around.value(counted.ref)}"
        picked = {
            "n": 'r."@n"', "rank": str(rank), "nth": 'r."@nth"', "rule": str(number),
            "file_no": 'r."@file"', "kind": quote(counted.name),
            "record": f'r."@n" * {1 << 30} + {"r." + name("@nth") if counted.within else 0}',
            "ref": f"coalesce({own}, 'record ' || (r.\"@n\" - f.first + 1))",
            "zone": "f.zone",
            "case_id": self._case_id(rule, scope, around, counted),
            "synthetic": str(rule.synthetic).lower(),
        }  # fmt: skip
        for column in EVENT_VALUES:
            said = scope.value(getattr(rule, column)) or around.value(counted.event.get(column, ()))
            picked[column] = said or "CAST(NULL AS VARCHAR)"
        return _select(picked, scope, rule)

    def _case(self, of: str, rule: CaseRule) -> str:
        """The query of what a rule's items say of their cases."""
        scope, around, counted = self.scope(of, rule.let)
        case = self._case_id(rule, scope, around, counted)
        picked = {"n": 'r."@n"', "file_no": 'r."@file"', "zone": "f.zone", "case_id": case}
        for column in CASE_VALUES:
            text = scope.value(getattr(rule, column)) or "CAST(NULL AS VARCHAR)"
            picked[column] = self.mapped(column, text)
            if column in ("csat", "nps", "ces"):
                picked[column] = self._scaled(column, picked[column])
        entries = ", ".join(f"{{'k': {quote(key)}, 'v': {scope.value(value)}}}" for key, value in rule.extras.items())
        kept = f"list_filter([{entries}], lambda entry: entry.v IS NOT NULL)"
        picked["extras"] = f"nullif(map_from_entries({kept}), MAP {{}})" if entries else "NULL"
        return _select(picked, scope, rule)

    def _identities(self, of: str, rule: IdentityRule) -> Iterator[str]:
        """The queries of what identifies the customers of a rule's items, one a kind of identity."""
        for kind in IDENTITY_VALUES:
            scope, around, counted = self.scope(of, rule.let)
            if value := scope.value(getattr(rule, kind)):
                case = self._case_id(rule, scope, around, counted)
                # an address is an address, whatever it is called
                told = f"CASE WHEN contains({value}, '@') THEN 'email' ELSE {quote(kind)} END"
                picked = {"file_no": 'r."@file"', "case_id": case, "kind": told, "value": value}
                yield _select(picked, scope, rule)

    def _lookup(self, word: str, rule: LookupRule) -> str:
        """The query of a lookup's table: account, key, and what is asked for of its items."""
        scope, _, _ = self.scope(str(rule.of), rule.let)
        picked = {"account": "f.account", "key": scope.value(rule.key), "n": 'r."@n"'}
        picked |= {path: scope.text(path) for path in self.wanted[word]}
        last = "".join(
            f", arg_max({name(path)}, n) FILTER ({name(path)} IS NOT NULL) AS {name(path)}"
            for path in self.wanted[word]
        )
        inner = _select(picked, scope, rule)
        return f"SELECT account, key{last} FROM ({inner}) WHERE key IS NOT NULL GROUP BY account, key"

    def mapped(self, column: str, text: str) -> str:
        """SQL of a text with the profile's words for it; a word that the profile does not know stays."""
        words = self.profile.values.get(column)
        if not words:
            return text
        cases = " ".join(f"WHEN {quote(word)} THEN {quote(ours) if ours else 'NULL'}" for word, ours in words.items())
        return f"CASE lower({text}) {cases} ELSE {text} END"

    def _scaled(self, column: str, text: str) -> str:
        low, high = self.profile.scales.get(column, (0, 1))
        value = f"((TRY_CAST({text} AS DOUBLE) - {low}) / {high - low})"
        return f"CASE WHEN {value} BETWEEN 0 AND 1 THEN {value} END" if column == "csat" else value


R = TypeVar("R", bound=Rule)


def _each(rules: Iterable[R]) -> Iterator[tuple[str, R]]:
    """Yield every rule with each record or list that it is of."""
    for rule in rules:
        for of in [rule.of] if isinstance(rule.of, str) else rule.of:
            yield of, rule


def _select(picked: Mapping[str, str], scope: Scope, rule: Rule) -> str:
    listed = ", ".join(f"{sql} AS {name(column)}" for column, sql in picked.items())
    where = scope.meets(rule.when, rule.unless)
    return f"SELECT {listed} FROM {scope.source} WHERE {where}"


def moment(text: str, zones: Iterable[str]) -> str:
    """SQL of the UTC moment that a text says: seconds, milliseconds or microseconds since 1970, or ISO 8601.

    Args:
        zones: the zones that were given for the files; where `zone` is one of them, a time without a zone is in it.
    """
    number = f"TRY_CAST({text} AS DECIMAL(28, 6))"
    micros = (
        f"CASE WHEN {number} < 100000000 THEN NULL WHEN {number} < 100000000000 THEN {number} * 1000000 "
        f"WHEN {number} < 100000000000000 THEN {number} * 1000 ELSE {number} END"
    )
    written = f"CAST(TRY_CAST({text} AS TIMESTAMPTZ) AS TIMESTAMP)"
    shifted = " ".join(f"WHEN {quote(zone)} THEN {shifted_sql(written, zone)}" for zone in zones)
    local = f"CASE WHEN {is_local(text)} THEN CASE zone {shifted} ELSE {written} END ELSE {written} END"
    return (
        f"CASE WHEN {number} IS NOT NULL THEN make_timestamp(CAST({micros} AS BIGINT)) "
        f"WHEN {text}[1] BETWEEN '0' AND '9' THEN {local if shifted else written} END"
    )


def is_local(text: str) -> str:
    """SQL of whether a moment carries no zone."""
    return rf"NOT regexp_matches({text}, '^[\d.]+$|(Z|UTC|GMT|[+-]\d\d(:?\d\d)?)$')"
