"""Scopes: the values and conditions of a rule as SQL over the items that it is of."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from journeyminer.importers.nested.members import Member
from journeyminer.importers.nested.profile import Choice, Condition, Value
from journeyminer.sql import name, quote

_BRACES: Final = re.compile(r"\{([^{}]+)\}")
_LOOKED_UP: Final = re.compile(r"(\w+)\[(.+)\]\.([^\]]+)")
_COMPARED: Final = re.compile(r"(>=?) (.*)")

ITEM: Final = f'r."@n" * {1 << 30} + r."@nth"'
"""SQL of the number of an item, the same in all tables"""
_SPECIAL: Final = {
    "@folder": "f.folder", "@nth": 'CAST(r."@nth" AS VARCHAR)', "@list": 'CAST(r."@list" AS VARCHAR)',
    "@record": 'CAST(r."@n" AS VARCHAR)', "@item": f"CAST({ITEM} AS VARCHAR)",
}  # fmt: skip
"""what is known of an item beside its members: the folder of its file, its place in its list, and numbers of the list
that its record stands in, of its record, and its own"""
_CHATS: Final = ("@chat", "@session")
_EVERYWHERE: Final = ("us", "chats")
"""lookups that are not of one account"""


@dataclass
class Tables:
    """What the scopes of one profile have in common: its lookups, and what is asked of them and of parents."""

    lookups: frozenset[str]
    parent: Member = field(default_factory=Member)
    """what is asked of the objects that hold the lists of records"""
    wanted: dict[str, dict[str, None]] = field(default_factory=dict)
    """lookup -> the paths that are asked for of its items"""
    actors: dict[str, None] = field(default_factory=dict)
    """queries of those of whom the user may say that they are on our side"""


@dataclass
class Items:
    """The rows that rules look at: the records of a kind, or all items of a list in them.

    The items of a list are a table, made once for all rules: with the item stands what they ask of its holder.
    """

    relation: str
    """SQL of the rows as `r`, with their files as `f`"""
    item: str
    """SQL of what holds the members of an item"""
    member: Member
    holder: Scope | None = None
    path: str = ""
    """the way from the holder to the list"""
    asked: dict[str, str] = field(default_factory=dict)
    """name of a column of the table -> SQL of what the holder says"""

    @property
    def select(self) -> str:
        """The query of the table of a list's items; empty where the items are records."""
        if self.holder is None:
            return ""
        listed = self.holder.items.member.listed(self.holder.items.item, self.path)
        held = "".join(f", {sql} AS {name(column)}" for column, sql in self.asked.items())
        return (
            f'SELECT r."@n", r."@file", r."@list", r."@nth" * 1000000 + generate_subscripts({listed}, 1) AS "@nth", '
            f'unnest({listed}) AS "@item"{held} FROM {self.holder.source}'
        )


@dataclass
class Scope:
    """Where the values of a rule are looked up: an item, what holds it, and the tables joined with it."""

    tables: Tables
    items: Items
    let: Mapping[str, Value]
    above: str = ""
    """`../` as often as the values stand above the item"""
    joins: dict[tuple[str, str], str] = field(default_factory=dict)
    """(lookup, SQL of the key) -> alias"""

    @property
    def source(self) -> str:
        """SQL of the items with all that is joined."""
        return self._joined(self.joins)

    def value(self, value: Value) -> str:
        """Return SQL of a value; empty where a profile gives none."""
        listed = (value,) if isinstance(value, str | Choice) else value
        tried = [self._choice(each) if isinstance(each, Choice) else self._filled(each) for each in listed]
        return f"coalesce({', '.join(tried)})" if len(tried) > 1 else "".join(tried)

    def meets(self, when: Condition, unless: Condition) -> str:
        """Return SQL of whether all conditions of `when` hold and not all of `unless`; `true` where there are none."""
        parts = [self._meets(path, wanted) for path, wanted in when.items()]
        if unless:
            refused = " AND ".join(self._meets(path, wanted) for path, wanted in unless.items())
            parts.append(f"NOT coalesce({refused}, false)")
        return " AND ".join(parts) or "true"

    def text(self, path: str) -> str:
        """Return SQL of the text at the end of a path; null where nothing stands there."""
        if path in _SPECIAL:
            return _SPECIAL[path]
        if path in _CHATS:
            return f"CAST({self._join('chats', ITEM)}.{path[1:]} AS VARCHAR)"
        if path.startswith("$"):
            return self.value(self.let[path[1:]])
        if looked_up := self._looked_up(path):
            return looked_up
        path = self.above + path
        return self._held(path, Scope.text) if path.startswith("../") else self.items.member.text(self.items.item, path)

    def _is_there(self, path: str) -> str:
        """SQL of something that is null where nothing stands at the end of a path."""
        if path.startswith(("@", "$")) or self._looked_up(path):
            return self.text(path)
        path = self.above + path
        if path.startswith("../"):
            return self._held(path, Scope._is_there)
        self.items.member.at(path)
        return f"CASE WHEN {self.items.member.value(self.items.item, path)} IS NOT NULL THEN 'true' END"

    def _held(self, path: str, ask: Callable[[Scope, str], str]) -> str:
        """SQL of what the holder of the item says, or what stands beside the list of records."""
        path = path.removeprefix("../")
        if self.items.holder is None:
            return self.tables.parent.text("d", path)
        column = f"../{path}{'' if ask is Scope.text else ' is there'}"
        self.items.asked[column] = ask(self.items.holder, path)
        return f"r.{name(column)}"

    def _looked_up(self, path: str) -> str | None:
        """SQL of what a lookup knows; None where the path is not one into a lookup."""
        found = _LOOKED_UP.fullmatch(path)
        if not found or found[1] not in self.tables.lookups:
            return None
        table, key, column = found[1], self.text(found[2]), found[3]
        if table == "us":
            known = {join: alias for join, alias in self.joins.items() if join[0] != "us"}
            self.tables.actors[f"SELECT DISTINCT {key} FROM {self._joined(known)}"] = None
        if column != "key":
            self.tables.wanted.setdefault(table, {})[column] = None
        return f"{self._join(table, key)}.{name(column)}"

    def _join(self, table: str, key: str) -> str:
        """Join a lookup by a key; returns its alias."""
        return self.joins.setdefault((table, key), f"l{len(self.joins)}")

    def _joined(self, joins: Mapping[tuple[str, str], str]) -> str:
        sql = self.items.relation
        for (table, key), alias in joins.items():
            account = "" if table in _EVERYWHERE else f"{alias}.account = f.account AND "
            sql += f" LEFT JOIN lookup_{table} {alias} ON {account}{alias}.key = {key}"
        return sql

    def _meets(self, path: str, wanted: bool | str | tuple[str, ...]) -> str:
        if isinstance(wanted, bool):
            return f"{self._is_there(path)} IS {'NOT ' if wanted else ''}NULL"
        if wanted == "null":
            return self.items.member.is_null(self.items.item, path)
        compared = _COMPARED.fullmatch(wanted) if isinstance(wanted, str) else None
        if compared:
            return f"{self.text(path)} {compared[1]} {self._filled(compared[2])}"
        values = (wanted,) if isinstance(wanted, str) else wanted
        return f"{self.text(path)} IN ({', '.join(map(self._filled, values))})"

    def _choice(self, choice: Choice) -> str:
        return f"CASE WHEN {self.meets(choice.when, choice.unless)} THEN {self.value(choice.value)} END"

    def _filled(self, template: str) -> str:
        """SQL of a text with its paths filled in; null where one of them says nothing."""
        parts = _BRACES.split(template)  # text, path, text ...
        filled = [self.text(part) if place % 2 else quote(part) for place, part in enumerate(parts) if part]
        return " || ".join(filled) if filled else "''"
