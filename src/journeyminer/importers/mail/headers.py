"""Where mails begin and end in a file, and what their headers say; bodies are passed over, never kept.

An mbox separator is a line `From sender weekday month day time year` after an empty line and before a header field.
Programs write other ones too (`From `, `From - `, a zone after the year, no empty line before): a line is one where it
looks like the first of its file, or holds a date, and a field that mails begin with comes after it. A line that begins
with `From ` and comes before a field, and is taken for neither, is counted.

A Content-Length that leads exactly to the next separator or the end is trusted to step over the body.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.header import decode_header
from typing import IO

from journeyminer.encoding import from_head
from journeyminer.importers.mail.separators import count_separators

Headers = dict[str, list[str]]
"""lower-case field name -> its values in order, unfolded, encoded words as they are"""

SEPARATOR = re.compile(
    rb"From \S+ .*\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? +\w{3} +\d{1,2} +\d{1,2}:\d{2}(?::\d{2})?\b.* \d{4}\s*$"
)
_DATED = re.compile(rb"From .*\b\d{1,2}:\d{2}(?::\d{2})?\b.*")
_BEGINS = re.compile(
    rb"(?:from|to|cc|date|subject|sender|reply-to|return-path|received|delivered-to|message-id|mime-version|content-"
    rb"[a-z-]+|envelope-[a-z]+|status|x-[a-z0-9-]+|dkim-signature|arc-[a-z-]+|authentication-results|in-reply-to|"
    rb"references|list-[a-z]+|thread-[a-z]+|precedence|importance|auto-submitted)[ \t]*:",
    re.IGNORECASE,
)
"""a field that the header of a mail begins with"""
FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:[ \t]*(.*)", re.DOTALL)
LONGEST_LINE = 1 << 16
LONGEST_FIELD = 1 << 16
MOST_LINES = 5000
"""a header longer than this is a body without the empty line before it"""


@dataclass
class Passed:
    """The lines that begin as a separator does, and are none."""

    n: int = 0
    """how many, those in bodies that were stepped over among them"""
    is_mbox: bool = False
    """whether the file has separators at all"""
    missed: list[int] = field(default_factory=list)
    """the numbers of the mails in whose bodies one stands before a field, so that it may be one all the same"""


def header_blocks(file: IO[bytes], passed: Passed | None = None) -> Iterator[list[bytes]]:
    """The header lines of every mail of a file: one of an .eml, many of an mbox. Reads line by line.

    Args:
        passed: filled with what else looks like a separator.
    """
    passed = passed or Passed()
    line: bytes | None = _first_line(file)
    is_mbox = line is not None and may_separate(line)
    passed.is_mbox = is_mbox
    form, number = _form(line or b""), 0
    if is_mbox:
        line = file.readline(LONGEST_LINE)
    while line is not None:
        block, after = _block(file, line)
        yield block
        number += 1
        if not is_mbox:
            return
        line = _next_mail(file, block, after, form=form, number=number, passed=passed)


def may_separate(line: bytes) -> bool:
    """Whether a line begins as a separator of mails does."""
    return line.startswith(b"From ") or line.rstrip() == b"From"


def fields(block: list[bytes]) -> Headers:
    """The fields of a header, unfolded. Bytes outside ASCII are read as UTF-8, else as what their letters tell."""
    headers: Headers = {}
    name, value = "", b""

    def close() -> None:
        if name:
            headers.setdefault(name, []).append(_text(value[:LONGEST_FIELD]).strip())

    for line in block:
        if line[:1] in (b" ", b"\t"):
            if len(value) < LONGEST_FIELD:
                value += line
            continue
        found = FIELD.match(line)
        if found:
            close()
            name, value = found[1].decode("ascii").lower(), found[2]
    close()
    return headers


def first(headers: Headers, *names: str) -> str:
    """The first value of the first of these fields that is there; "" where none is."""
    return next((headers[name][0] for name in names if headers.get(name)), "")


def decode_words(text: str) -> str:
    """The text with its encoded words (`=?utf-8?Q?...?=`) read; an unknown or wrong charset never fails."""
    if "=?" not in text:
        return text
    try:
        pieces = decode_header(text)
    except (HeaderParseError, ValueError):
        return text
    read = "".join(piece if isinstance(piece, str) else _decode(piece, charset) for piece, charset in pieces)
    return read.encode("utf-8", "replace").decode("utf-8")  # half a surrogate pair is no text


def _decode(piece: bytes, charset: str | None) -> str:
    try:
        return piece.decode(charset or "raw-unicode-escape")
    except (LookupError, ValueError):
        return _text(piece)


def _text(value: bytes) -> str:
    text = re.sub(rb"\r?\n[ \t]*", b" ", value)
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode(from_head(text).name, "replace")


def _first_line(file: IO[bytes]) -> bytes:
    """The first line that says something, without a byte order mark and the byte count of Apple's .emlx."""
    line = file.readline(LONGEST_LINE).removeprefix(b"\xef\xbb\xbf")
    while line and (not line.strip() or line.strip().isdigit()):
        line = file.readline(LONGEST_LINE)
    return line


def _block(file: IO[bytes], line: bytes) -> tuple[list[bytes], bytes]:
    """The header that begins with `line`, and the first line after it (empty line, body, separator, or the end)."""
    block: list[bytes] = []
    while line and len(block) < MOST_LINES:
        folded = line[:1] in (b" ", b"\t") and bool(line.strip())
        if not (folded or FIELD.match(line)) and not line.startswith(b">From "):
            break
        block.append(line)
        line = file.readline(LONGEST_LINE)
    return block, line


def _form(line: bytes) -> bytes:
    """What a separator looks like, whatever its words and numbers are."""
    return re.sub(rb"[^\W\d_]+", b"a", re.sub(rb"\d+", b"9", re.sub(rb"(?<!\S)[^\s@]*@\S*", b"a", line.strip())))


def _next_mail(
    file: IO[bytes], block: list[bytes], line: bytes, *, form: bytes, number: int, passed: Passed
) -> bytes | None:
    """Read on from the first line after a header to the next separator; the line after that, or None at the end."""
    if line and not line.strip():
        _step_over(file, block, passed)
    after_empty = True
    while line:
        if may_separate(line):
            may_be = _form(line) == form or _DATED.match(line) is not None
            is_usual = after_empty and _separates(line)
            line = file.readline(LONGEST_LINE)
            if (is_usual and (FIELD.match(line) or line.startswith(b">From "))) or (may_be and _BEGINS.match(line)):
                return line
            passed.n += 1
            if _BEGINS.match(line):
                passed.missed.append(number)
            after_empty = False
            continue
        after_empty = line in (b"\n", b"\r\n")
        line = file.readline(LONGEST_LINE)
    return None


def _separates(line: bytes) -> bool:
    return line.startswith(b"From ") and SEPARATOR.match(line) is not None


def _step_over(file: IO[bytes], block: list[bytes], passed: Passed) -> None:
    """Go to the end of the body that Content-Length names, where a separator or the end of the file proves it."""
    if not isinstance(file, io.BufferedReader):
        return  # stepping back in a gzip would unpack it again
    length = first(fields([line for line in block if line[:15].lower() == b"content-length:"]), "content-length")
    if not (length.isascii() and length.isdigit() and len(length) < 16):
        return
    start = file.tell()
    end = start + int(length)
    if end <= os.fstat(file.fileno()).st_size:
        file.seek(end)
        line = file.readline(LONGEST_LINE)
        while line in (b"\n", b"\r\n"):
            line = file.readline(LONGEST_LINE)
        if not line or _separates(line):
            # one byte back, so that the line break before the separator counts as the empty line
            file.seek(start)
            passed.n += count_separators(file, max(start, end - 1) - start)
            return
    file.seek(start)
