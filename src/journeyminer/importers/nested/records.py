"""Records: what documents hold goes into one table, by the engine's own JSON reader, a block of lines at a time.

Lines go through a file: handed over as a parameter, the same text would cost a third more.
"""

from __future__ import annotations

import json
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from journeyminer.files import Scratch
from journeyminer.log.order import nth_row
from journeyminer.sql import name, one_file, quote

if TYPE_CHECKING:
    from journeyminer.importers.nested.documents import Piece
    from journeyminer.importers.nested.members import Member
    from journeyminer.importers.nested.query import Query
from journeyminer.log.engine import Schema

BLOCK: Final = 8 << 20
"""so many bytes of records go to the engine at once"""
_OBJECT: Final = 16 << 20
"""the largest record that the engine takes without being told"""


class Run(NamedTuple):
    """Records of one list in a block: where they begin, and what they have in common."""

    first: int
    file_no: int
    list_no: int
    listed: str


class Records:
    """The tables `records` and `parents` while they are filled; numbers of records and lists count through all files.

    Attributes:
        n: how many records were taken.

    `records` holds the members that the profile names, and "@n", "@file", "@list", "@kind"; `parents` what stands
    beside each list.
    """

    def __init__(self, query: Query, schema: Schema) -> None:
        self.query = query
        self.schema = schema
        self._folder = Scratch()
        self._lines: list[bytes] = []
        self.n = self._size = self._before = 0
        self._runs: list[Run] = []
        self._parents: list[bytes] = []
        self._last: tuple[int, object] | None = None
        own = '"@n" BIGINT, "@file" INTEGER, "@list" INTEGER, "@kind" VARCHAR'
        fields = "".join(f", {name(key)} {member.type}" for key, member in query.record.members.items())
        schema.execute(f"CREATE TABLE records ({own}{fields})")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, error: type[BaseException] | None, value: object, trace: TracebackType | None) -> None:
        if error is None:
            self._flush()
            if self.query.scopes.parent.members:
                self._fill_parents()
        self._folder.cleanup()

    def add(self, file_no: int, piece: Piece) -> None:
        """Take records of a file."""
        if self._last is None or self._last[0] != file_no or self._last[1] is not piece.parent:
            self._last = (file_no, piece.parent)
            self._parents.append(json.dumps(piece.parent or {}).encode())
        run = Run(self.n - self._before, file_no, len(self._parents), piece.listed)
        if not self._runs or self._runs[-1][1:] != run[1:]:
            self._runs.append(run)
        self._lines.append(piece.lines)
        self._size += len(piece.lines)
        self.n += piece.lines.count(b"\n")
        if self._size >= BLOCK:
            self._flush()

    def _flush(self) -> None:
        """Give the block to the engine."""
        if not self._size:
            return
        members = self.query.record.members.items()
        kept = "".join(f", {member.kept(f'b.{name(key)}')} AS {name(key)}" for key, member in members)
        numbered = f'(SELECT {nth_row(0)} AS "@k", * FROM {self._read(self._lines, self.query.record)}) b'
        unnested = ", ".join(f"unnest(?) AS {column}" for column in Run._fields)
        # a join of nearly all blocks, which hold records of one list, with one row is twice as fast
        joined = (
            f"CROSS JOIN (SELECT {unnested}) u"
            if len(self._runs) == 1
            else f'ASOF JOIN (SELECT {unnested}) u ON b."@k" >= u.first'
        )
        self.schema.execute(
            f'INSERT INTO records SELECT {self._before} + b."@k", u.file_no, u.list_no, '
            f"{self.query.kind}{kept} FROM {numbered} {joined}",
            [list(column) for column in zip(*self._runs, strict=True)],
        )
        self._lines.clear()
        self._runs.clear()
        self._size, self._before = 0, self.n

    def _fill_parents(self) -> None:
        parent = self.query.scopes.parent
        lines = b"".join(line + b"\n" for line in self._parents)
        self.schema.execute(
            f'CREATE TABLE parents AS SELECT {nth_row()} AS "@list", * FROM {self._read([lines], parent)}'
        )

    def _read(self, lines: list[bytes], shape: Member) -> str:
        """SQL of objects, one a line, with the members of a shape; one that is not JSON is null throughout."""
        file = Path(self._folder.name) / "block.json"
        with file.open("wb") as block:
            block.writelines(lines)
        longest = max(map(len, b"".join(lines).split(b"\n"))) if file.stat().st_size > _OBJECT else 0
        columns = ", ".join(f"{quote(key)}: {quote(member.type)}" for key, member in shape.members.items())
        return (
            f"read_json({one_file(file)}, format = 'newline_delimited', ignore_errors = true, "
            f"maximum_object_size = {max(longest + 2, _OBJECT)}, columns = {{{columns}}})"
        )
