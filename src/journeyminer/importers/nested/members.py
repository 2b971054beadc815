"""Members: which members of a record a profile names, and how they are kept in the engine's table of records."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from journeyminer.sql import name, quote

_STEP: Final = re.compile(r"([^.\[\]]+)(?:\[(\d+)\])?")
"""a step of a path: the key of a member, and the place in its list where it has one"""


@dataclass
class Member:
    """A member of a record with those of its own members that a profile names."""

    members: dict[str, Member] = field(default_factory=dict)
    is_list: bool = False
    is_text: bool = False
    """whether its value is asked for, not only whether it has one"""

    def at(self, path: str) -> Member:
        """Return the member at the end of a path, made where nobody named it before."""
        found = self
        for key, index in _STEP.findall(path):
            found = found.members.setdefault(key, Member())
            found.is_list = found.is_list or bool(index)
        return found

    @property
    def type(self) -> str:
        """The type of its column."""
        if not self.members:
            return "VARCHAR[]" if self.is_list else "VARCHAR"
        if self.is_text:
            return "JSON"  # an object in some records and a plain value in others
        listed = ", ".join(f"{name(key)} {member.type}" for key, member in self.members.items())
        return f"STRUCT({listed}){'[]' if self.is_list else ''}"

    @property
    def is_whole(self) -> bool:
        """Whether all that is read of it is kept."""
        return self.is_text or (bool(self.members) and all(member.is_whole for member in self.members.values()))

    def kept(self, sql: str) -> str:
        """Return SQL of what is kept of its column.

        Of a member whose value nobody asks for, only that it has one: the words of messages go no further.
        """
        if self.is_whole:
            return sql
        if not self.members:
            return f"CASE WHEN {sql} IS NOT NULL THEN 'true' END"
        if self.is_list:
            return f"list_transform({sql}, lambda x: {self._packed('x')})"
        return f"CASE WHEN {sql} IS NOT NULL THEN {self._packed(sql)} END"

    def _packed(self, sql: str) -> str:
        listed = (f"{quote(key)}: {member.kept(f'{sql}.{name(key)}')}" for key, member in self.members.items())
        return f"{{{', '.join(listed)}}}"

    def value(self, sql: str, path: str) -> str:
        """Return SQL of the value at the end of a path; `sql` is what holds the first member of it."""
        member = self
        steps = _STEP.findall(path)
        for place, (key, index) in enumerate(steps, 1):
            member = member.members[key]
            sql += f".{name(key)}" + (f"[{int(index) + 1}]" if index else "")
            if member.type == "JSON" and place < len(steps):
                rest = "".join(f'."{key}"' + (f"[{index}]" if index else "") for key, index in steps[place:])
                return f"json_extract_string({sql}, {quote(f'${rest}')})"
        return sql

    def listed(self, sql: str, path: str) -> str:
        """Return SQL of the list at the end of a path; null where something else stands there."""
        member = self
        steps = [key for key, _ in _STEP.findall(path)]
        for place, key in enumerate(steps, 1):
            member = member.members[key]
            if member.type == "JSON" and place < len(steps):
                held = ".".join(map(name, steps[:place]))
                rest = "".join(f'."{step}"' for step in steps[place:])
                shape = self.at(path).shape
                return f"from_json(json_extract({sql}.{held}, {quote(f'${rest}')}), {quote(shape)})"
        return self.value(sql, path)

    @property
    def shape(self) -> str:
        """Its type as the engine's JSON functions write it."""
        if self.type == "JSON" or not self.members:
            shape = f'"{"JSON" if self.type == "JSON" else "VARCHAR"}"'
        else:
            shape = "{" + ", ".join(f'"{key}": {member.shape}' for key, member in self.members.items()) + "}"
        return f"[{shape}]" if self.is_list else shape

    def text(self, sql: str, path: str) -> str:
        """Return SQL of the text at the end of a path; null where it is empty, or an object."""
        self.at(path).is_text = True
        value = self.value(sql, path)
        if self.at(path).type == "JSON":
            value = (
                f"CASE WHEN json_type({value}) NOT IN ('OBJECT', 'ARRAY') THEN json_extract_string({value}, '$') END"
            )
        value = f"nullif({value}, '')"
        if not path.endswith("id"):
            return value
        # numbers that went through a table with gaps are written 12.0
        return rf"CASE WHEN ends_with({value}, '.0') THEN regexp_replace({value}, '^(\d+)\.0$', '\1') ELSE {value} END"

    def is_null(self, sql: str, path: str) -> str:
        """Return SQL of whether a member is there and says null, which is not the same as a missing one."""
        holder, _, key = path.rpartition(".")
        self.at(path)
        self.at(holder).is_text = True  # so that it is read as JSON
        return f"json_type({self.value(sql, holder)}, {quote(f'$.{name(key)}')}) = 'NULL'"
