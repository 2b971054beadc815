"""Encodings: what a file's bytes mean, and a UTF-8 copy of it where the engine needs one.

In this order: what the user gave, a byte order mark, strict UTF-8, UTF-16 by its zero bytes, UTF-8 with a few damaged
bytes, then the 8-bit encodings, of which Windows-1250 and Windows-1252 are told apart by the letters of the languages.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from journeyminer.errors import UnreadableExport, UsageError
from journeyminer.files import open_bytes
from journeyminer.note import Note

CHUNK = 1 << 20
TELLING_BYTES = 1 << 18
"""how many bytes of the lines that are not plain ASCII go to the detector"""

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_MULTI_BYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]")

# ő and ű stand in Windows-1250 where õ and û stand in Windows-1252, and õ is a Portuguese letter too.
_HUNGARIAN_BYTES = re.compile(rb"[\xf5\xfb\xd5\xdb]")
_HUNGARIAN = re.compile("sz|gy|cs|ny|[éáöü]")
_PORTUGUESE = re.compile("ção|ões|ã|ç|õe")


class Encoding(NamedTuple):
    """A Python codec's name, why it was chosen, and whether some bytes do not fit it."""

    name: str
    proof: Note
    damaged: bool = False

    @property
    def is_utf8(self) -> bool:
        """Whether the engine reads the file as it is."""
        return self.name in ("utf-8", "utf-8-sig") and not self.damaged


_DAMAGED = Encoding("utf-8", Note("proof.damaged_utf8"), damaged=True)


def decode_head(head: bytes, given: str | None) -> str:
    """The head of a file as text, without its byte order mark; never fails, and a character cut at the end is left out.

    Args:
        head: the first bytes, of the unpacked content.
        given: the encoding that the user gave.
    """
    encoding = from_head(head, given)
    decoder = codecs.getincrementaldecoder(encoding.name)(errors="replace")
    return decoder.decode(head).removeprefix("\ufeff")


def from_head(head: bytes, given: str | None = None) -> Encoding:
    """What the first bytes of a file say about its encoding. Raises UsageError where `given` is no encoding."""
    if given:
        return Encoding(_known(given), Note("proof.encoding_given"))
    for mark, name in _MARKS:
        if head.startswith(mark):
            return Encoding(name, Note("proof.byte_order_mark"))
    wide = _utf16_without_mark(head)
    if wide:
        return Encoding(wide, Note("proof.zero_bytes"))
    if _is_utf8(head):
        return Encoding("utf-8", Note("proof.valid_utf8"))
    return _told_by_letters(head)


def from_file(path: Path, given: str | None = None) -> Encoding:
    """The encoding of a file, from all its bytes; `.gz` content is looked at unpacked."""
    with open_bytes(path) as file:
        head = file.read(CHUNK)
        first = from_head(head, given)
        if given or first.name.startswith("utf-16"):
            return first
        decoder = codecs.getincrementaldecoder("utf-8")()
        telling = bytearray()
        valid = True
        chunk = head
        while chunk:
            following = file.read(CHUNK)
            if valid:
                try:
                    decoder.decode(chunk, not following)
                except UnicodeDecodeError:
                    valid = False
            if not chunk.isascii():
                for line in chunk.splitlines(keepends=True):
                    if len(telling) >= TELLING_BYTES:
                        break
                    if not line.isascii():
                        telling += line
            chunk = following
    if valid:
        return first if first.name == "utf-8-sig" else Encoding("utf-8", Note("proof.valid_utf8"))
    return _DAMAGED if first.name == "utf-8-sig" else _told_by_letters(bytes(telling))


def decoded(path: Path, encoding: Encoding) -> Iterator[str]:
    """The text of a file in pieces. Bytes that do not fit become U+FFFD where the encoding is known to be damaged.

    Raises:
        UnreadableExport: a byte does not fit the encoding; says which.
    """
    decoder = codecs.getincrementaldecoder(encoding.name)(errors="replace" if encoding.damaged else "strict")
    offset = 0
    begun = False
    with open_bytes(path) as file:
        while True:
            chunk = file.read(CHUNK)
            try:
                text = decoder.decode(chunk, not chunk)
            except UnicodeDecodeError as error:
                place = offset + len(chunk) - len(error.object) + error.start
                raise UnreadableExport(
                    Note(
                        "read.bad_byte_at",
                        byte=f"{error.object[error.start]:02x}",
                        offset=place,
                        encoding=encoding.name,
                    ),
                    hint=Note("hint.try_encoding"),
                ) from error
            if text and not begun:
                text, begun = text.removeprefix("\ufeff"), True
            yield text
            if not chunk:
                return
            offset += len(chunk)


def as_utf8(path: Path, encoding: Encoding, folder: Path) -> Path:
    """A UTF-8 file with the content of `path`: itself, or a copy in `folder` where it is in another encoding."""
    if encoding.is_utf8:
        return path
    copy = folder / "utf8.csv"
    with copy.open("w", encoding="utf-8", newline="") as file:
        file.writelines(decoded(path, encoding))
    return copy


def _known(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError as error:
        raise UsageError(Note("usage.no_encoding", encoding=name), hint=Note("hint.encoding_name")) from error


def _is_utf8(data: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError:
        return False
    return True


def _utf16_without_mark(data: bytes) -> str | None:
    """UTF-16 text of our languages has a zero in every other byte of most characters."""
    sample = data[:4096]
    if sample.count(0) * 3 < len(sample) or len(sample) < 4:
        return None
    return "utf-16-le" if sample[1::2].count(0) > sample[0::2].count(0) else "utf-16-be"


def _told_by_letters(data: bytes) -> Encoding:
    n_high = len(_HIGH.findall(data))
    n_fitting = sum(len(sequence) for sequence in _MULTI_BYTE.findall(data))
    if n_fitting * 2 > n_high:
        return _DAMAGED
    western = data.decode("cp1252", "replace").lower()
    if _PORTUGUESE.search(western):
        return Encoding(_western(data), Note("proof.portuguese_letters"))
    if _HUNGARIAN_BYTES.search(data) and _HUNGARIAN.search(western):
        return Encoding("cp1250", Note("proof.hungarian_letters"))
    import chardet

    name = chardet.detect(data)["encoding"] or "cp1252"
    try:
        name = codecs.lookup(name).name
        data.decode(name)
    except (LookupError, UnicodeDecodeError):
        name = "cp1252"
    if name in ("iso8859-1", "iso8859-15", "cp1252", "ascii"):
        name = _western(data)
    return Encoding({"iso8859-2": "cp1250"}.get(name, name), Note("proof.letters"))


def _western(data: bytes) -> str:
    """Windows-1252, or Latin-1 where a byte stands that Windows-1252 leaves open."""
    try:
        data.decode("cp1252")
    except UnicodeDecodeError:
        return "iso8859-1"
    return "cp1252"
