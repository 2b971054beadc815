"""Separators: how many lines of a mailbox begin as a separator of mails does, whatever stands around them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, Final

from journeyminer.importers.counting import BLOCK

_SIGN: Final = re.compile(rb"\nFrom(?: |\s*(?=\n|\Z))")
_LONGEST: Final = 1 << 12
"""so many bytes of a line tell what it begins with"""


def count_separators(file: IO[bytes], size: int | None = None) -> int:
    """Return how many lines begin so from here on, to the end or in the next `size` bytes, which are passed then."""
    return sum(len(_SIGN.findall(lines)) for lines in _lines(file, size))


def separator_lines(file: IO[bytes]) -> Iterator[int]:
    """Yield the numbers of these lines, from 1."""
    n = 0
    for lines in _lines(file, None):
        yield from (n + lines.count(b"\n", 0, found.start() + 1) for found in _SIGN.finditer(lines))
        n += lines.count(b"\n")


def _lines(file: IO[bytes], size: int | None) -> Iterator[bytes]:
    """Yield whole lines, with the end of the line before them and without their own; very long ones are cut."""
    held = b""
    first = b"\n"
    while block := file.read(BLOCK if size is None else min(BLOCK, size)):
        size = None if size is None else size - len(block)
        text = first + held + (block.removeprefix(b"\xef\xbb\xbf") if first else block)
        first = b""
        end = text.rfind(b"\n")
        yield text[:end] if end > 0 else b""
        held = text[max(end, 0) :][:_LONGEST]
    yield held
