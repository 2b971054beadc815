"""Brackets: a window on JSON text that knows where its brackets stand and how deep each is.

A list of a hundred thousand objects is cut into its objects without parsing them: only quotes and brackets are looked
at, a whole window at a time. The engine parses each object later, once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Positions = NDArray[np.int64]
    Depths = NDArray[np.int32]

_SPACE: Final = re.compile(rb"[ \t\r\n]*")
_QUOTE, _BACKSLASH = 0x22, 0x5C
_STEP: Final = bytes(1 if byte in b"[{" else 255 if byte in b"]}" else 0 for byte in range(256))
"""byte -> one level down, one up (as a signed byte), or none"""
_TELLING: Final = bytes(byte in b'"[]{}' for byte in range(256))


class BrokenOff(ValueError):
    """The text ends inside a value."""


class Window:
    """The part of a text that is in memory: bytes, and the brackets outside strings. Positions count from its start.

    Args:
        first, chunks: the text in UTF-8, piece by piece.
    """

    def __init__(self, first: bytes, chunks: Iterator[bytes]) -> None:
        import numpy as np

        self._chunks = chunks
        self._held = b""  # backslashes at the end of a chunk belong to what follows
        self._in_string = False
        self._depth = 0
        self.data = bytearray()
        self.lines = 0
        """line ends before the window"""
        self.marks: Positions = np.empty(0, np.int64)
        """positions of the brackets that are not inside strings"""
        self.depths: Depths = np.empty(0, np.int32)
        """how many brackets are open after each of them"""
        self._take(first)

    def more(self) -> bool:
        """Read on; False at the end of the text."""
        chunk = next(self._chunks, b"")
        self._take(chunk)
        return bool(chunk)

    def _take(self, chunk: bytes) -> None:
        import numpy as np

        whole = self._held + chunk
        chunk = whole.rstrip(b"\\")
        self._held = whole[len(chunk) :]
        if not chunk:
            return
        marks, depths = self._brackets(chunk)
        self.marks = np.concatenate([self.marks, marks + len(self.data)])
        self.depths = np.concatenate([self.depths, depths])
        self.data += chunk

    def drop(self, end: int) -> None:
        """Forget everything before a position, which is 0 from now on."""
        self.lines += self.data.count(b"\n", 0, end)
        del self.data[:end]
        first = int(self.marks.searchsorted(end))
        self.marks, self.depths = self.marks[first:] - end, self.depths[first:]

    def line(self, position: int) -> int:
        """Return the number of the line in the text that a position stands in."""
        return self.lines + self.data.count(b"\n", 0, position) + 1

    def skip_space(self, position: int) -> int:
        """Return the position of the next byte that is no white space; the end of the data at the end of the text."""
        while True:
            found = _SPACE.match(self.data, position)
            position = found.end() if found else position
            if position < len(self.data) or not self.more():
                return position

    def depth(self, position: int) -> int:
        """Return how many brackets are open after the one at `position`."""
        return int(self.depths[self.marks.searchsorted(position)])

    def close(self, position: int) -> int:
        """Return the position after the bracket that closes the one at `position`. Raises BrokenOff."""
        first = int(self.marks.searchsorted(position))
        outside, looked_at = self.depths[first] - 1, first
        while True:
            for end in (looked_at + 64, len(self.depths)):  # most values are small
                found = (self.depths[looked_at:end] <= outside).nonzero()[0]
                if len(found):
                    return int(self.marks[looked_at + found[0]]) + 1
                looked_at = min(end, len(self.depths))
            if not self.more():
                raise BrokenOff

    def closed(self, position: int, *, within: int, around: int = 0) -> int | None:
        """Return the position after the bracket that closes the one at `position`; None where it is farther away.

        Args:
            within: how many bytes behind `position` are looked at; they are read where they are not in memory.
            around: 1 for the bracket around it, which is open there.
        """
        first = looked_at = int(self.marks.searchsorted(position))
        outside, step = self.depths[first] - 1 - around, 64  # most values are small
        while True:
            end = min(looked_at + step, len(self.depths))
            found = (self.depths[looked_at:end] <= outside).nonzero()[0]
            if len(found):
                after = int(self.marks[looked_at + found[0]]) + 1
                return after if after - position <= within else None
            looked_at, step = end, 2 * step
            if looked_at == len(self.depths) and (len(self.data) - position >= within or not self.more()):
                return None

    def _brackets(self, chunk: bytes) -> tuple[Positions, Depths]:
        """Return the brackets of a chunk outside strings, and the depth after each."""
        import numpy as np

        data = np.frombuffer(chunk, np.uint8)
        found = np.frombuffer(chunk.translate(_TELLING), np.bool_).nonzero()[0]
        is_quote = data[found] == _QUOTE
        if b"\\" in chunk:
            is_quote[is_quote] = ~_escaped(data, found[is_quote])
        inside = (np.cumsum(is_quote) + self._in_string) & 1
        self._in_string = bool(inside[-1]) if len(inside) else self._in_string
        marks = found[(inside == 0) & (data[found] != _QUOTE)]
        steps = np.frombuffer(_STEP, np.int8)[data[marks]]
        depths = np.cumsum(steps, dtype=np.int32) + np.int32(self._depth)
        self._depth = int(depths[-1]) if len(depths) else self._depth
        return marks, depths


def _escaped(data: NDArray[np.uint8], quotes: Positions) -> NDArray[np.bool_]:
    """Return which quotes belong to their strings: an odd number of backslashes stands before them."""
    import numpy as np

    odd = np.zeros(len(quotes), np.bool_)
    at, which = quotes - 1, np.arange(len(quotes))
    while len(which):
        backslash = (at >= 0) & (data[at] == _BACKSLASH)
        at, which = at[backslash] - 1, which[backslash]
        odd[which] ^= True
    return odd
