"""JSON as exports and API scripts leave it: one object a line, one document, or documents one after another."""

from __future__ import annotations

import io
import json
import re
import zlib
from collections.abc import Generator, Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from journeyminer.encoding import decoded, from_head
from journeyminer.errors import UnreadableExport
from journeyminer.files import open_bytes
from journeyminer.importers.base import SAMPLE_BYTES
from journeyminer.note import Note

LISTS = {
    "tickets": "ticket", "audits": "audit", "ticket_audits": "audit", "ticket_events": "ticket event",
    "ticket_metric_events": "metric event", "satisfaction_ratings": "rating", "users": "user", "groups": "group",
    "organizations": "organization", "results": "",
}  # fmt: skip
"""key of a list in a document -> what its items are; "" where each item's own keys tell"""
SINGLE = {
    "ticket": "ticket", "audit": "audit", "ticket_event": "ticket event", "satisfaction_rating": "rating",
    "user": "user", "group": "group", "organization": "organization",
}  # fmt: skip
_SHAPES: tuple[tuple[str, set[str]], ...] = (
    ("ticket event", {"ticket_id", "child_events"}),
    ("audit", {"ticket_id", "events"}),
    ("metric event", {"ticket_id", "metric"}),
    ("rating", {"ticket_id", "score"}),
    ("ticket", {"id", "requester_id"}),
    ("ticket", {"id", "requester"}),
    ("user", {"id", "role"}),
    ("organization", {"id", "domain_names"}),
    ("organization", {"id", "organization_fields"}),
)
"""what an object is -> the keys that tell; the first that fits"""
_GROUP_KEYS = {"id", "url", "name", "description", "default", "deleted", "is_public", "created_at", "updated_at"}


_PAGE = re.compile(rf'(?:\{{\s*"({"|".join(LISTS)})"\s*:\s*)?\[\s*')
_ACCOUNT = re.compile(rb'"https?:(?:\\?/){2}([a-z0-9-]+)\.zendesk\.com\\?/api\\?/v2', re.IGNORECASE)


class Item(NamedTuple):
    """One record of a file: where it stands, what it is ("" where that cannot be told), and its JSON."""

    place: str
    kind: str
    value: object


def items(path: Path, encoding: str | None) -> Iterator[Item]:
    """Every record of a file, whatever its shape. A line of a line-wise file that is no JSON is an item of kind "".

    Raises:
        UnreadableExport: the file is no JSON, breaks off, or its bytes do not fit its encoding.
    """
    number = 0
    for line, document in _documents(path, encoding):
        for kind, value in _unwrapped(document):
            number += 1
            place = f"line {line}" if line else f"record {number}"
            yield Item(place, kind, value)


def subdomain(path: Path) -> str:
    """The account that an address of the API names near the file's beginning or end; "" where none does."""
    try:
        with open_bytes(path) as file:
            ends = file.read(SAMPLE_BYTES)
            if isinstance(file, io.BufferedReader):
                file.seek(max(0, path.stat().st_size - SAMPLE_BYTES))
                ends += file.read()
    except (OSError, EOFError, zlib.error):
        return ""
    found = _ACCOUNT.search(ends)
    return found[1].decode("ascii").lower() if found else ""


def kind_of(value: object) -> str:
    """What an object is by its own keys: the same words as in LISTS, "" where it is nothing of Zendesk's."""
    if not isinstance(value, dict):
        return ""
    told = next((kind for kind, keys in _SHAPES if keys <= value.keys()), "")
    return told or ("group" if value.keys() >= {"id", "name"} and value.keys() <= _GROUP_KEYS else "")


def _unwrapped(document: object) -> Iterator[tuple[str, object]]:
    if isinstance(document, list):
        for value in document:
            yield kind_of(value), value
        return
    kind = kind_of(document)
    if kind or not isinstance(document, dict):
        yield kind, document
        return
    lists = [key for key in LISTS if isinstance(document.get(key), list)]
    for key in lists:
        for value in document[key]:
            yield LISTS[key] or kind_of(value), value
    singles = [key for key in SINGLE if isinstance(document.get(key), dict)]
    for key in singles:
        yield SINGLE[key], document[key]
    if not lists and not singles:
        yield "", document


def _documents(path: Path, encoding: str | None) -> Iterator[tuple[int, object]]:
    """The JSON values of a file, with their line where every line is one (else 0)."""
    lines = _lines(path, encoding)
    number, first = next(((number, line) for number, line in lines if line.strip()), (1, ""))
    try:
        yield number, _parse(first)
    except ValueError:
        text = "".join(chain([first], (line for _, line in lines)))
        for document in _values(text, skipped=number - 1):
            yield 0, document
        return
    for number, line in lines:
        if line.strip():
            try:
                document = _parse(line)
            except ValueError:
                document = None
            yield number, document


def _parse(text: str) -> object:
    """Raises ValueError for all that is no JSON value we could use, endless nesting included."""
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _values(text: str, *, skipped: int) -> Iterator[object]:
    """JSON values one after another; a page's first list comes element by element, so that it is never held whole."""
    try:
        yield from _walk(text)
    except (ValueError, RecursionError) as error:
        at = error.pos if isinstance(error, json.JSONDecodeError) else 0
        broken_off = at >= len(text.rstrip()) or "Unterminated" in str(error)
        raise UnreadableExport(
            Note("read.cut_json") if broken_off else Note("read.bad_json"),
            place=f"line {skipped + text.count(chr(10), 0, at) + 1}",
            hint=Note("hint.export_or_copy_again"),
        ) from error


def _walk(text: str) -> Iterator[object]:
    decoder = json.JSONDecoder()
    position = _skip(text, 0)
    while position < len(text):
        page = _PAGE.match(text, position)
        if page:
            position = yield from _elements(decoder, text, page)
        else:
            value, position = decoder.raw_decode(text, position)
            yield value
        position = _skip(text, position)


def _elements(decoder: json.JSONDecoder, text: str, page: re.Match[str]) -> Generator[object, None, int]:
    """The elements of a page's list, each as a page of one, then the rest of the page; returns where it ends."""
    key = page[1]
    position = page.end()
    while not text.startswith("]", position):
        value, position = decoder.raw_decode(text, position)
        yield {key: [value]} if key else [value]
        position = _skip(text, position)
        if text.startswith(",", position):
            position = _skip(text, position + 1)
        elif not text.startswith("]", position):
            raise json.JSONDecodeError("Expecting ',' delimiter", text, position)
    position = _skip(text, position + 1)
    if not key:
        return position
    if not text.startswith(",", position):
        if text.startswith("}", position):
            return position + 1
        raise json.JSONDecodeError("Expecting ',' delimiter", text, position)
    try:
        # the comma becomes the brace of an object with the keys that are left
        rest, end = decoder.raw_decode("{" + text[position + 1 :])
    except json.JSONDecodeError as error:
        raise json.JSONDecodeError(error.msg, text, position + error.pos) from error
    if rest.keys() & (LISTS.keys() | SINGLE.keys()):
        yield rest
    return position + end


def _skip(text: str, position: int) -> int:
    while position < len(text) and text[position] in " \t\r\n\ufeff":
        position += 1
    return position


def _lines(path: Path, encoding: str | None) -> Iterator[tuple[int, str]]:
    """Numbered lines with their line ends, unpacked and decoded."""
    with open_bytes(path) as file:
        chosen = from_head(file.read(SAMPLE_BYTES), encoding)
    number, rest = 0, ""
    for piece in decoded(path, chosen):
        *complete, rest = (rest + piece).split("\n") if "\n" in piece else [rest + piece]
        for line in complete:
            number += 1
            yield number, f"{line}\n"
    if rest:
        yield number + 1, rest
