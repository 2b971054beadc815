"""Footer: how many rows a Parquet file says that it has, read from its last bytes without the engine.

The footer is a Thrift structure in the compact protocol; field 3 of it is the number of rows, and what comes before is
passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from journeyminer.errors import UnreadableExport
from journeyminer.note import Note

_ROWS: Final = 3
_TAIL: Final = 8
"""the length of the footer, and a mark"""
_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(1, 13)
"""the types of fields"""


def count_rows(path: Path) -> int:
    """Return the rows of a Parquet file. Raises UnreadableExport where its footer does not say them."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _TAIL))
        length = int.from_bytes(file.read(4), "little")
        file.seek(max(0, size - _TAIL - length))
        footer = _Footer(file.read(length))
    try:
        for field, kind in footer.fields():
            if field == _ROWS and kind in (_I32, _I64):
                return footer.whole()
            footer.skip(kind)
    except (IndexError, RecursionError) as error:
        raise UnreadableExport(Note("read.bad_parquet"), hint=Note("hint.export_or_copy_again")) from error
    raise UnreadableExport(Note("read.bad_parquet"), hint=Note("hint.export_or_copy_again"))


class _Footer:
    """The bytes of a footer, and the place in it."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def fields(self) -> Iterator[tuple[int, int]]:
        """Yield number and type of every field of the structure that begins here; who asks passes over its value."""
        field = 0
        while kind := (head := self._byte()) & 15:
            field = field + (head >> 4) if head >> 4 else self.whole()
            yield field, kind

    def whole(self) -> int:
        """Return a number that is written with its sign in the lowest bit."""
        number = self._number()
        return (number >> 1) ^ -(number & 1)

    def skip(self, kind: int, *, inside: bool = False) -> None:
        """Pass over a value; `inside` of a list the truth takes a byte."""
        if kind in (_TRUE, _FALSE):
            self.at += inside
        elif kind in (_I16, _I32, _I64):
            self._number()
        elif kind == _STRUCT:
            for _, each in self.fields():
                self.skip(each)
        elif kind in (_LIST, _SET):
            head = self._byte()
            for _ in range(head >> 4 if head >> 4 < 15 else self._number()):
                self.skip(head & 15, inside=True)
        elif kind == _MAP:
            n = self._number()
            kinds = self._byte() if n else 0
            for _ in range(n):
                self.skip(kinds >> 4, inside=True)
                self.skip(kinds & 15, inside=True)
        else:
            size = {_BYTE: 1, _DOUBLE: 8}.get(kind) or self._number()
            self.at += size

    def _byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def _number(self) -> int:
        number = shift = 0
        while (byte := self._byte()) & 128:
            number |= (byte & 127) << shift
            shift += 7
        return number | byte << shift
