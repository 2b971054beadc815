"""Tags: how many traces and events a text of XES begins, told by its start tags alone, without an XML parser."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

_OPAQUE: Final = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>"}
"""what begins a stretch whose tags are none -> what ends it"""
_OPENS: Final = re.compile(rb"<(?:!--|!\[CDATA\[|\?)")
_PREFIX: Final = rb"(?:[^\s<>/!?'\"=]+:)?"
_TAGS: Final = {
    (tag, prefix): re.compile(b"<" + prefix + tag + rb"[\s/>]")
    for tag in (b"event", b"trace")
    for prefix in (b"", _PREFIX)
}


class Tags:
    """The start tags of a text, outside of comments, CDATA and instructions.

    Args:
        located: whether to keep the lines of all events.
    """

    def __init__(self, *, located: bool = False) -> None:
        self.n_traces = self.n_events = 0
        self.lines: list[int] | None = [] if located else None
        self._line = 1

    def take(self, blocks: Iterable[bytes]) -> None:
        """Count the tags of a text."""
        for text in _whole(_outside(blocks)):
            event, trace = (_TAGS[tag, _PREFIX if b":" + tag in text else b""] for tag in (b"event", b"trace"))
            self.n_events += len(event.findall(text))
            self.n_traces += len(trace.findall(text))
            if self.lines is not None:
                self.lines += (self._line + text.count(b"\n", 0, found.start()) for found in event.finditer(text))
                self._line += text.count(b"\n")


def _whole(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield blocks that end before a tag that is cut."""
    held = b""
    for block in blocks:
        text = held + block
        end = text.rfind(b"<")
        end = end if end >= 0 and text.find(b">", end) < 0 else len(text)
        held = text[end:]
        yield text[:end]


def _outside(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the text outside of comments, CDATA and instructions; of those, the line ends stay."""
    held, closing = b"", b""
    for block in blocks:
        text, at, kept = held + block, 0, []
        while True:
            if closing:
                end = text.find(closing, at)
                if end < 0:
                    end = max(at, len(text) - len(closing) + 1)
                    kept.append(b"\n" * text.count(b"\n", at, end))
                    held = text[end:]
                    break
                kept.append(b"\n" * text.count(b"\n", at, end))
                at, closing = end + len(closing), b""
            found = _OPENS.search(text, at)
            if not found:
                cut = text.rfind(b"<", max(at, len(text) - 9))  # what opens a stretch may be cut
                cut = cut if cut >= at else len(text)
                kept.append(text[at:cut])
                held = text[cut:]
                break
            kept.append(text[at : found.start()])
            at, closing = found.end(), _OPAQUE[found[0]]
        yield b"".join(kept)
    if not closing:
        yield held
