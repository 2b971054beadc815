"""Objects: how many records a text of JSON holds, told by its brackets and the keys of its lists alone.

This shares nothing with what cuts the text into records (documents, brackets): neither how strings are passed over, nor
what a list of records is told by, nor what a record is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from journeyminer.importers.nested.profile import Profile

_STEPS: Final = bytes({0x5B: 1, 0x7B: 1, 0x5D: 255, 0x7D: 255}.get(byte, 0) for byte in range(256))
_OPENS: Final = b"[{"
_LONGEST_KEY: Final = 1 << 10
_LINE: Final = re.compile(rb"\n[ \t\r\n]*+[^ \t\r\n]")
"""what begins a line that is not blank"""


class _Open(NamedTuple):
    """A bracket that is open, with what it may hold."""

    path: str | None
    """what a key inside it adds to, or a holder's objects; None where no records can be inside"""
    is_list: bool
    is_counted: bool = False


_NOTHING: Final = _Open(None, is_list=False)


class Objects:
    """The objects that are records of a text: those in its lists of records, and every document without such a list.

    Args:
        profile: says which lists hold records.
        located: whether to keep where each begins, in bytes of the text; takes longer.
    """

    def __init__(self, profile: Profile, *, located: bool = False) -> None:
        self.n = 0
        self.starts: list[int] | None = [] if located else None
        self._lists, self._leads = profile.lists, profile.leads
        self._open: list[_Open] = []
        self._depth = 0
        self._in_string = False
        self._before = b""
        """the end of the last block: a key may begin there"""
        self._offset = 0
        self._document = 0
        self._has_list = False

    def take(self, blocks: Iterable[bytes]) -> None:
        """Count the objects of a text in UTF-8."""
        held = b""
        for block in blocks:
            whole = held + block
            text = whole.rstrip(b"\\")
            held = whole[len(text) :]
            self._walk(text)
            self._before = (self._before + text[-_LONGEST_KEY:])[-_LONGEST_KEY:]
            self._offset += len(text)

    def _walk(self, text: bytes) -> None:
        """Count a block, bracket by bracket outside of records."""
        import numpy as np

        # a character for a character, so that places stay; a pair of backslashes goes first
        plain = text.replace(b"\\\\", b"__").replace(b'\\"', b"__") if b'\\"' in text else text
        data = np.frombuffer(plain, np.uint8)
        lower = data | 0x20  # { and [ are one then, } and ] too
        places = np.flatnonzero((lower == ord("{")) | (lower == ord("}")) | (data == ord('"')))
        is_quote = data[places] == ord('"')
        inside = (np.cumsum(is_quote, dtype=np.uint8) + self._in_string) & 1 == 1  # parity outlives an overflow
        self._in_string = bool(inside[-1]) if len(inside) else self._in_string
        places = places[~(is_quote | inside)]
        marks = data[places].tobytes()
        depths = np.cumsum(np.frombuffer(marks.translate(_STEPS), np.int8), dtype=np.int32) + np.int32(self._depth)
        at = 0
        while at < len(marks):
            if self._open and (self._open[-1].is_counted or self._open[-1].path is None):
                at = self._jump(at, marks, places, depths)
            elif marks[at] in _OPENS:
                self._opens(text, marks[at] == ord("["), int(places[at]))
                at += 1
            else:
                self._closes()
                at += 1
        self._depth = int(depths[-1]) if len(depths) else self._depth

    def _jump(self, at: int, marks: bytes, places: NDArray[np.int64], depths: NDArray[np.int32]) -> int:
        """Count to the end of the list or of what holds no records; return the place after it, or that of the end."""
        import numpy as np

        inside = len(self._open)
        out = np.flatnonzero(depths[at : at + 64] < inside)
        if not len(out):
            out = np.flatnonzero(depths[at:] < inside)
        end = at + int(out[0]) if len(out) else len(marks)
        if self._open[-1].is_counted:
            found = np.flatnonzero(
                (depths[at:end] == inside + 1) & (np.frombuffer(marks, np.uint8)[at:end] == ord("{"))
            )
            self.n += len(found)
            if self.starts is not None:
                self.starts += (places[at + found] + self._offset).tolist()
        if end < len(marks):
            self._closes()
        return end + 1

    def _opens(self, text: bytes, is_list: bool, place: int) -> None:
        if not self._open:
            self._document, self._has_list = self._offset + place, False
            self._open.append(_Open("", is_list, is_counted=is_list))
            return
        holder = self._open[-1]
        if holder.is_list:  # of objects that hold lists
            self._open.append(_NOTHING if is_list else _Open(holder.path, is_list=False))
            return
        path = f"{holder.path}{self._key(text, place)}"
        if is_list and path in self._lists:
            self._has_list = True
            self._open.append(_Open(path, is_list=True, is_counted=True))
        elif is_list and self._leads(f"{path}[]"):
            self._open.append(_Open(f"{path}[].", is_list=True))
        elif not is_list and self._leads(f"{path}."):
            self._open.append(_Open(f"{path}.", is_list=False))
        else:
            self._open.append(_NOTHING)

    def _closes(self) -> None:
        if self._open:
            closed = self._open.pop()
            if not self._open and not closed.is_list and not self._has_list:
                self.n += 1
                if self.starts is not None:
                    self.starts.append(self._document)

    def _key(self, text: bytes, place: int) -> str:
        """Return the key before a bracket."""
        before = text[max(0, place - _LONGEST_KEY) : place]
        if place < _LONGEST_KEY:
            before = self._before + before
        before = before.rstrip().removesuffix(b":").rstrip()
        begin = before.rfind(b'"', 0, -1)
        while begin > 0 and before[begin - 1 : begin] == b"\\":
            begin = before.rfind(b'"', 0, begin)
        try:
            return str(json.loads(before[begin:]))
        except ValueError:
            return ""


def count_lines(blocks: Iterable[bytes]) -> int:
    """Return how many lines of a text hold anything but white space."""
    return sum(len(found) for found in map(_LINE.findall, _unbroken(blocks)))


def line_places(text: bytes) -> list[int]:
    """Return where the lines begin that `count_lines` counts."""
    return [found.end() - 2 for found in _LINE.finditer(b"\n" + text)]


def _unbroken(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield blocks none of which ends in white space; a line end stands before the first."""
    held = b"\n"
    for block in blocks:
        whole = held + block
        text = whole.rstrip(b" \t\r\n")
        held = whole[len(text) :]
        yield text
