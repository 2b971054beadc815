"""Counting: what a file holds, counted by code that shares no parser with its reader, against what was read of it.

A reader that loses records says nothing of it. So every format counts its records a second time, by their marks alone
(objects, start tags, separators, the beginnings of entries, the footer of a table), and here is the one place where
both counts meet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Final

from journeyminer.errors import UnreadableExport
from journeyminer.files import open_bytes
from journeyminer.note import Note

BLOCK: Final = 1 << 16
"""so many bytes are looked at at once; the first ones tell the encoding"""


def check_count(differ: Note, first: Callable[[], str]) -> None:
    """Raises UnreadableExport where a file holds more or fewer records than were read of it.

    Args:
        differ: says so, with both numbers as `counted` and `read`. What a reader leaves out for a reason that has a
            name is in both of them.
        first: finds the place of the first record that differs; asked for only where the numbers do.
    """
    if differ.params["counted"] != differ.params["read"]:
        raise UnreadableExport(differ, place=first(), hint=Note("hint.export_or_copy_again"))


def first_difference(counted: Iterable[int], read: Iterable[int]) -> str:
    """Return the place of the first of two rows of line numbers that is not in both."""
    for one, other in zip_longest(counted, read):
        if one != other:
            return f"line {min(line for line in (one, other) if line is not None)}"
    return ""


def text_blocks(path: Path, encoding: str | None) -> Iterator[bytes]:
    """Yield a file's text in UTF-8 without its byte order mark, unpacked and decoded where it has to be."""
    from journeyminer.encoding import decoded, from_head

    with open_bytes(path) as file:
        block = file.read(BLOCK)
        chosen = from_head(block, encoding)
        if chosen.is_utf8:
            block = block.removeprefix(b"\xef\xbb\xbf")
            while block:
                yield block
                block = file.read(BLOCK)
            return
    yield from (text.encode("utf-8", "replace") for text in decoded(path, chosen))
