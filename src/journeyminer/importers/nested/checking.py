"""Checking: the records of a file of documents, as the engine has them, against the objects that the file holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

from journeyminer.importers.counting import check_count, text_blocks
from journeyminer.importers.nested.objects import Objects, count_lines, line_places
from journeyminer.note import Note

if TYPE_CHECKING:
    from journeyminer.importers.nested.documents import Piece, Tally
    from journeyminer.importers.nested.profile import Profile

_SURROGATE: Final = re.compile(rb"\\u(?:[dD][89a-fA-F][0-9a-fA-F]{2}|fffd)")


def check_documents(
    path: Path,
    encoding: str | None,
    profile: Profile,
    tally: Tally,
    *,
    read: int,
    kept: Callable[[], set[int]],
    pieces: Callable[[], Iterable[Piece]],
) -> None:
    """Compare what a file holds with what was read of it.

    Args:
        read: how many records of the file the engine has.
        kept: their places among all that were handed to it, from 0, to find where the two differ.
        pieces: reads the file again, for the same.

    Raises:
        UnreadableExport: they differ, and the reader names no reason.
    """

    def first() -> str:
        return _first_difference(b"".join(text_blocks(path, encoding)), profile, tally, kept(), pieces())

    if tally.by_line:
        counted = count_lines(text_blocks(path, encoding))
        check_count(Note("read.lines_differ", counted=counted, read=read), first)
        return
    objects = Objects(profile)
    objects.take(text_blocks(path, encoding))
    counted = objects.n - tally.own + tally.owners + tally.wrapped + tally.others
    check_count(Note("read.objects_differ", counted=counted, read=read), first)


def _first_difference(text: bytes, profile: Profile, tally: Tally, kept: set[int], pieces: Iterable[Piece]) -> str:
    """Return the line of the first object that is not the record that was read in its place, or that got lost later."""
    if tally.by_line:
        places = line_places(text)
    else:
        objects = Objects(profile, located=True)
        objects.take([text])
        places = objects.starts or []
    records = _records(pieces, by_line=tally.by_line)
    for place, end in pairwise([*places, len(text)]):
        nth, record = next(records, (-1, b""))
        if nth not in kept or record not in _plain(text[place:end]):
            line = text.count(b"\n", 0, place) + 1
            return f"line {line}"
    return ""


def _records(pieces: Iterable[Piece], *, by_line: bool) -> Iterator[tuple[int, bytes]]:
    """Yield all records that are objects, without white space, each with its place among all records."""
    lines = (line for piece in pieces for line in piece.lines.split(b"\n")[:-1])
    for nth, line in enumerate(lines):
        if by_line or line.startswith(b"{"):
            yield nth, _plain(line)


def _plain(text: bytes) -> bytes:
    """A text without what the reader changes in it: white space, and halves of surrogate pairs."""
    return _SURROGATE.sub(b"?", text.translate(None, b" \t\r\n"))
