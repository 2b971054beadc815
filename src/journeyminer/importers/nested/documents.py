"""Documents: JSON as exports and scripts leave it, cut into records, one a line.

A file may hold one record a line, documents one after another, an array of records, pages of an API
(`{"tickets": [...], "next_page": ...}`) or one huge document with lists at any depth. Whatever it is, it is read piece
by piece: what is in memory is a window of a few megabytes, or one record where that is larger.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from journeyminer.encoding import decoded, from_head
from journeyminer.errors import UnreadableExport
from journeyminer.files import is_gzip, open_bytes
from journeyminer.importers.base import SAMPLE_BYTES
from journeyminer.importers.nested.brackets import BrokenOff, Window
from journeyminer.note import Note

if TYPE_CHECKING:
    from journeyminer.importers.nested.profile import Profile

CHUNK: Final = 1 << 22
SMALL: Final = 1 << 16
"""a member of so many bytes may describe the records beside it; a larger one is a list that is not read"""
LARGE: Final = "..."
"""stands for the value of a larger one"""

_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_SCALAR = re.compile(rb"[^\s,\]}\[{\"]+")
_MEMBERS = re.compile(rb'(?:\s*,?\s*"(?:[^"\\]|\\.)*"\s*:\s*(?:"(?:[^"\\]|\\.)*"|[\w.+-]+)(?=\s*,))*')
_LONE = re.compile(
    rb"\\u[dD](?:[89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    rb"|[c-fC-F][0-9a-fA-F]{2}(?<!\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}))"
)
"""half of a surrogate pair: broken software writes it, and the engine would refuse the whole record"""


class Piece(NamedTuple):
    """Some records that stand together."""

    lines: bytes
    """one record a line, each with its line end"""
    listed: str = ""
    """the path of the list that they stand in, or the name of what wraps the only one; else empty"""
    parent: dict[str, Any] | None = None
    """what the object that holds the list says beside it; the same object for all pieces of a list"""


@dataclass
class Tally:
    """What a reader of a text knows of its records that no count of objects can know."""

    by_line: bool = False
    """whether the text holds one record a line"""
    others: int = 0
    """elements of lists, and whole documents, that are no objects; each is a record that says nothing"""
    wrapped: int = 0
    """records beyond the first that one document wraps"""
    own: int = 0
    """objects in lists that belong to a record, though they are called as lists of records are"""
    owners: int = 0
    """documents with such lists, and none of records"""


def read_chunks(path: Path, encoding: str | None) -> Iterator[bytes]:
    """Read a file's content in UTF-8 without its byte order mark, unpacked and decoded where it has to be."""
    with open_bytes(path) as file:
        head = file.read(SAMPLE_BYTES)
        chosen = from_head(head, encoding)
        if not chosen.is_utf8:
            yield from (text.encode("utf-8", "replace") for text in decoded(path, chosen))
            return
        chunk = head.removeprefix(b"\xef\xbb\xbf") + file.read(CHUNK)
        while chunk:
            yield chunk
            chunk = file.read(CHUNK)


def read_pieces(chunks: Iterator[bytes], profile: Profile, tally: Tally | None = None) -> Iterator[Piece]:
    """Cut a text into records.

    Args:
        chunks: the text in UTF-8, piece by piece.
        profile: says which lists hold records, and what a record looks like.
        tally: filled with what a count of objects has to be compared with.

    Raises:
        UnreadableExport: the text is not JSON, or breaks off; the message names the line.
    """
    first = next(chunks, b"")
    tally = tally or Tally()
    tally.by_line = _is_line_wise(first, profile)
    found = _lines(first, chunks, profile) if tally.by_line else _Walk(first, chunks, profile, tally).pieces()
    for piece in found:
        halves = b"\\ud" in piece.lines or b"\\uD" in piece.lines
        yield piece._replace(lines=_LONE.sub(rb"\\ufffd", piece.lines)) if halves else piece


def first_objects(head: bytes, profile: Profile, *, is_whole: bool) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield the records that a file begins with, each with the list that it stands in, until its head ends.

    Args:
        head: the first bytes in UTF-8.
        is_whole: whether they are all of the file.
    """
    if not is_whole and not _is_line_wise(head, profile):
        head = closed(head)
    try:
        for piece in read_pieces(iter((head,)), profile):
            for line in piece.lines.split(b"\n"):
                value = _parsed(line)
                if isinstance(value, dict):
                    yield value, piece.listed
    except UnreadableExport:
        return


def account_of(path: Path, pattern: re.Pattern[bytes]) -> str:
    """Return the account that stands near a file's beginning or end, in lower case; empty where none does."""
    with open_bytes(path) as file:
        ends = file.read(SAMPLE_BYTES)
        if not is_gzip(path):
            file.seek(max(0, path.stat().st_size - SAMPLE_BYTES))
            ends += file.read()
    found = pattern.search(ends)
    return found[1].decode("ascii", "replace").lower() if found else ""


def closed(head: bytes) -> bytes:
    """Return the beginning of a document as a whole one: cut where a member ends, with all that is open closed."""
    window = Window(head, iter(()))
    opened: list[bytes] = []
    for mark in window.marks.tolist():
        if head[mark : mark + 1] in (b"[", b"{"):
            opened.append(b"]" if head[mark : mark + 1] == b"[" else b"}")
        elif opened:
            opened.pop()
    end = int(window.marks[-1]) + 1 if len(window.marks) else 0
    members = _MEMBERS.match(head, end) if opened[-1:] == [b"}"] else None
    return head[: members.end() if members else end] + b"".join(reversed(opened))


def _is_line_wise(head: bytes, profile: Profile) -> bool:
    """Return whether a text holds one record a line, bare or wrapped."""
    if b"\n" not in head.strip() and not head.endswith(b"\n"):
        return False
    lines = [_parsed(line) for line in head.lstrip().split(b"\n", 10)[:10]]
    return isinstance(lines[0], dict) and any(
        isinstance(value, dict) and (profile.kind_of(value) or (len(value) == 1 and value.keys() <= profile.names))
        for value in lines
    )


def _parsed(line: bytes) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _lines(first: bytes, chunks: Iterator[bytes], profile: Profile) -> Iterator[Piece]:
    """Whole lines; blank ones are left out, and one that is not JSON is a record that says nothing."""
    names = [name.encode() for name in sorted(profile.names)]
    wrapped = re.compile(rb'^\s*\{\s*"(?:' + b"|".join(names) + rb')"\s*:\s*(\{.*\})\s*\}[ \t\r]*$', re.MULTILINE)
    chunk, rest = first, b""
    while chunk:
        whole, end, rest = (rest + chunk).rpartition(b"\n")
        chunk = next(chunks, b"")
        if not chunk:
            whole, end, rest = whole + end + rest, b"\n", b""
        if any(b'{"' + name + b'"' in whole for name in names):  # much faster than to look at every line
            whole = wrapped.sub(rb"\1", whole)
        whole = re.sub(rb"(?m)^[ \t\r]*\n", b"", whole + end)
        if whole.strip():
            yield Piece(whole)


def _one_line(value: bytes | bytearray) -> bytes:
    """Return a value in one line: a line end in it is white space, as strings have none."""
    return bytes(value).replace(b"\n", b" ") + b"\n"


class _Walk:
    """A walk over documents that stand one after another."""

    def __init__(self, first: bytes, chunks: Iterator[bytes], profile: Profile, tally: Tally) -> None:
        self.window = Window(first, chunks)
        self.profile = profile
        self.tally = tally
        self.at = 0
        """the position in the window of what comes next"""

    def pieces(self) -> Iterator[Piece]:
        """The records of all documents."""
        try:
            while opening := self._peek():
                self._drop()
                if opening == b"[":
                    yield from self._records("", None)
                elif opening == b"{":
                    yield from self._document()
                else:
                    self.tally.others += 1
                    yield Piece(_one_line(self._skip()))
        except BrokenOff as error:
            raise self._unreadable(Note("read.cut_json"), len(self.window.data.rstrip())) from error

    def _document(self) -> Iterator[Piece]:
        """An object at the top: it holds lists of records, wraps one, or is one."""
        members: dict[str, Any] = {}
        places: dict[str, tuple[int, int]] = {}
        lists, own = 0, self.tally.own
        for piece in self._members("", members, places):
            lists += 1
            yield piece
        wrapped = [name for name in sorted(self.profile.names) if isinstance(members.get(name), dict)]
        if lists:
            return
        self.tally.owners += self.tally.own > own
        if wrapped and not self.profile.kind_of(members):
            self.tally.wrapped += len(wrapped) - 1
            for name in wrapped:
                yield Piece(_one_line(self.window.data[slice(*places[name])]), name)
        else:
            yield Piece(_one_line(self.window.data[: self.at]))

    def _members(
        self, path: str, members: dict[str, Any], places: dict[str, tuple[int, int]] | None = None
    ) -> Iterator[Piece]:
        """Walk an object: pieces of its lists of records; what else it says goes into `members`."""
        self.at += 1
        while self._next() != b"}":
            key = json.loads(self._string())
            self._expect(b":")
            inner = f"{path}.{key}" if path else key
            opening = self._next()
            said = {**self._behind(), **members} if opening == b"[" and inner in self.profile.lists else {}
            # what is a record, with a list of that name, is none that holds records
            if opening == b"[" and inner in self.profile.lists and not self.profile.kind_of({**said, key: LARGE}):
                yield from self._records(inner, said)
            elif opening == b"{" and self.profile.leads(f"{inner}."):
                yield from self._members(inner, {})
            elif opening == b"[" and self.profile.leads(f"{inner}[]"):
                yield from self._holders(f"{inner}[]")
            else:
                begin = self.at
                text = self._skip()
                if opening == b"[" and inner in self.profile.lists:
                    self.tally.own += sum(isinstance(value, dict) for value in json.loads(text))
                members[key] = _parsed(text) if len(text) <= SMALL else LARGE
                if places is not None:
                    places[key] = (begin, self.at)
            if self._next() != b"}":
                self._expect(b",")
        self.at += 1

    def _behind(self) -> dict[str, Any]:
        """What the object says behind the list that begins here, where it ends within a chunk; its lists are LARGE.

        The order of members means nothing in JSON; what goes on for many megabytes is read in the order it has.
        """
        end = self.window.closed(self.at, within=CHUNK)
        outside = self.window.closed(self.at, within=CHUNK, around=1)
        if end is None or outside is None:
            return {}
        rest = bytes(self.window.data[end : outside - 1]).strip().removeprefix(b",")
        said = _parsed(b"{" + rest + b"}")
        members = said.items() if isinstance(said, dict) else ()
        return {key: LARGE if isinstance(value, list) else value for key, value in members}

    def _holders(self, path: str) -> Iterator[Piece]:
        """Walk a list of objects that hold lists of records."""
        self.at += 1
        while (opening := self._next()) != b"]":
            if opening == b"{":
                yield from self._members(path, {})
            else:
                self._skip()
            if self._next() != b"]":
                self._expect(b",")
        self.at += 1

    def _records(self, listed: str, parent: dict[str, Any] | None) -> Iterator[Piece]:
        """Cut a list of records: every object in it, a window at a time.

        Yields one piece at least, so that an empty list is known for one.
        """
        window = self.window
        inside = window.depth(self.at)
        self.at += 1
        self._drop()
        begun = False
        while True:
            leaving = (window.depths < inside).nonzero()[0]
            stop = int(leaving[0]) if len(leaving) else len(window.marks)
            closing = (window.depths[:stop] == inside).nonzero()[0]
            ends = window.marks[closing] + 1
            starts = window.marks[[0, *(closing[:-1] + 1)]] if len(closing) else ends
            end = int(window.marks[stop]) if len(leaving) else int(ends[-1]) if len(ends) else 0
            lines = self._cut(bytes(window.data[:end]), starts.tolist(), ends.tolist(), begun, bool(len(leaving)))
            if lines or len(leaving):
                yield Piece(b"".join(lines), listed, parent)
            begun = begun or bool(lines)
            self.at = end + bool(len(leaving))
            self._drop()
            if len(leaving):
                return
            if not window.more():
                raise BrokenOff

    def _cut(self, text: bytes, starts: list[int], ends: list[int], begun: bool, ended: bool) -> list[bytes]:
        """Return the elements of a part of a list, one a line.

        Args:
            begun: whether elements stand before this part.
            ended: whether the list ends with this part.
        """
        flat = text.replace(b"\n", b" ") if b"\n" in text else text
        lines: list[bytes] = []
        last = 0
        for start, end in zip(starts, ends, strict=True):
            gap = text[last:start]
            if not begun or gap.strip() != b",":
                lines += self._scalars(gap, start, follows=begun, leads=True)
            lines.append(flat[start:end] + b"\n")
            last, begun = end, True
        lines += self._scalars(text[last:], len(text), follows=begun, leads=False) if ended else []
        self.tally.others += sum(line[:1] != b"{" for line in lines)
        return lines

    def _scalars(self, gap: bytes, end: int, *, follows: bool, leads: bool) -> list[bytes]:
        """Return the elements between two objects of a list: numbers and texts, which hold no brackets."""
        masked = _STRING.sub(lambda text: text[0].replace(b",", b"\0"), gap)
        parts = [part.replace(b"\0", b",").strip() for part in masked.split(b",")]
        is_whole = not (follows and (parts[0] or (leads and len(parts) == 1)))
        parts = parts[follows:]
        if leads and parts:
            is_whole = is_whole and not parts[-1]
            parts.pop()
        if parts == [b""] and not follows:
            parts.clear()
        if not is_whole or not all(parts):
            raise self._unreadable(Note("read.bad_json"), end)
        return [part + b"\n" for part in parts]

    def _skip(self) -> bytes:
        """Pass over a value; returns its text."""
        begin = self.at
        opening = self._peek()
        if opening in (b"[", b"{"):
            self.at = self.window.close(self.at)
        elif opening == b'"':
            return self._string()
        else:
            found = _SCALAR.match(self.window.data, self.at)
            while found and found.end() == len(self.window.data) and self.window.more():
                found = _SCALAR.match(self.window.data, self.at)
            if not found:
                raise self._unreadable(Note("read.bad_json"), self.at)
            self.at = found.end()
        return bytes(self.window.data[begin : self.at])

    def _string(self) -> bytes:
        """Pass over a string; returns its text."""
        if self._next() != b'"':
            raise self._unreadable(Note("read.bad_json"), self.at)
        while not (found := _STRING.match(self.window.data, self.at)):
            if not self.window.more():
                raise BrokenOff
        self.at = found.end()
        return bytes(found[0])

    def _expect(self, sign: bytes) -> None:
        if self._next() != sign:
            raise self._unreadable(Note("read.bad_json"), self.at)
        self.at += 1

    def _peek(self) -> bytes:
        """Pass over white space; returns the next byte, nothing at the end of the text."""
        self.at = self.window.skip_space(self.at)
        return bytes(self.window.data[self.at : self.at + 1])

    def _next(self) -> bytes:
        """Pass over white space inside a value; returns the next byte. Raises BrokenOff."""
        if not (found := self._peek()):
            raise BrokenOff
        return found

    def _drop(self) -> None:
        self.window.drop(self.at)
        self.at = 0

    def _unreadable(self, fault: Note, position: int) -> UnreadableExport:
        place = f"line {self.window.line(position)}"
        return UnreadableExport(fault, place=place, hint=Note("hint.export_or_copy_again"))
