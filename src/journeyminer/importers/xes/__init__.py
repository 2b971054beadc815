"""XES event logs, plain or gzip, read as a stream: one record an event, its place a line of the file.

XML is taken as hostile: entity declarations are refused, nothing outside the file is ever loaded.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, NoReturn, cast
from xml.parsers import expat

from journeyminer.errors import UnreadableExport
from journeyminer.importers.base import Match, Sample, Source
from journeyminer.importers.xes.traces import ELEMENTS, TraceReader, local_name
from journeyminer.log.build import Loader
from journeyminer.log.record import Record

NAME = "xes"
CHUNK = 1 << 18

_XES_ONLY = ("trace", "event", "extension", "classifier", "global")
_CUT = (
    expat.errors.XML_ERROR_NO_ELEMENTS,
    expat.errors.XML_ERROR_UNCLOSED_TOKEN,
    expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    expat.errors.XML_ERROR_PARTIAL_CHAR,
)
"""what the parser says of a document that stops in the middle"""
_OCEL = ("events", "objects", "object-types", "event-types")


def identify(sample: Sample) -> Match | None:
    """An XML document whose root is a `log` of traces; whatever else is named .xes is claimed to be refused clearly."""
    named = sample.suffix == ".xes"
    root, attributes, children = _outline(sample.head)
    if root == "log" and not any(child in _OCEL for child in children):
        if "xes.version" in attributes or any(child in _XES_ONLY for child in children):
            return Match(0.95, "an XML log with the elements of XES")
        if named or (children and all(child in ELEMENTS for child in children)):
            return Match(0.8, "an XML log with attributes as in XES")
    return Match(0.5, "named .xes, but its XML is no XES log") if named else None


def load(source: Source, loader: Loader) -> None:
    """Read the whole log.

    Raises:
        UnreadableExport: the XML is broken, truncated or declares entities, the document is no XES log, or none of
            its events can be used; the place names the line.
    """
    reader = TraceReader(source.timezone)
    loader.records(_records(source, reader))
    if not reader.n_used:
        _refuse(source, reader)
    loader.receipt.zone_assumed = reader.zone_assumed
    for key, value in reader.decisions().items():
        loader.decide(key, value)


def _records(source: Source, reader: TraceReader) -> Iterator[Record]:
    """The records of the file, trace by trace, without holding more than one chunk and one trace."""
    parser = expat.ParserCreate(source.options.encoding)
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    reader.line_of = lambda: parser.CurrentLineNumber

    def refuse_entities(*_: object) -> NoReturn:
        message = "The XML declares entities; no XES export needs them, and XML bombs are made of them."
        raise _unreadable(source, parser.CurrentLineNumber, message)

    parser.EntityDeclHandler = refuse_entities
    ended = False
    try:
        with _open(source.path) as file:
            while not ended:
                chunk = file.read(CHUNK)
                ended = not chunk
                parser.Parse(chunk, ended)
                yield from reader.take()
    except expat.ExpatError as error:
        what = expat.ErrorString(error.code)
        if what in _CUT:
            message = f"The XML ends before the log does ({what})."
        else:
            message = f"The XML is broken at column {error.offset + 1} ({what})."
        raise _unreadable(source, error.lineno, message) from error
    except (LookupError, ValueError) as error:
        if "encoding" not in str(error):
            raise
        message = "The XML is in an encoding that cannot be read."
        raise _unreadable(source, 1, message, hint="Export it again as UTF-8.") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        message = "The gzip file is truncated or damaged after this line."
        raise _unreadable(source, parser.CurrentLineNumber, message) from error
    except OSError as error:
        raise UnreadableExport(f"The file cannot be read ({error.strerror}).", place=source.shown) from error


def _open(path: Path) -> IO[bytes]:
    file = path.open("rb")
    packed = file.read(2) == b"\x1f\x8b"
    file.seek(0)
    return cast("IO[bytes]", gzip.GzipFile(fileobj=file)) if packed else file


def _refuse(source: Source, reader: TraceReader) -> NoReturn:
    """Say why nothing of a well-formed document can be used, with the line that is to blame."""
    if reader.root != "log":
        raise _unreadable(source, reader.root_line, f"The document is no XES log: its root is <{reader.root}>.")
    hint = "An event needs a concept:name and a time:timestamp, and stands in a trace."
    if reader.first_reject:
        line, reason = reader.first_reject
        n = reader.n_events
        raise _unreadable(source, line, f"No event of the log can be used ({n} in all): {reason}.", hint=hint)
    line, fault = reader.first_fault or (reader.last_line, "")
    message = f"The log holds no event, and here {fault}." if fault else "The log ends without an event."
    raise _unreadable(source, line, message, hint=hint)


def _unreadable(
    source: Source, line: int, message: str, *, hint: str = "Export or copy the file again."
) -> UnreadableExport:
    return UnreadableExport(message, place=f"{source.shown}: line {line}", hint=hint)


def _outline(head: bytes) -> tuple[str, dict[str, str], list[str]]:
    """The root of an XML document, its attributes and its children, as far as the head goes; empty for other bytes."""
    path: list[str] = []
    root: dict[str, str] = {}
    top: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        path.append(local_name(name))
        if len(path) == 1:
            top.append(path[0])
            root.update(attributes)
        elif len(path) == 2:
            # OCEL 1.0 marks itself only by a global of the whole log
            ocel = path[1] == "global" and attributes.get("scope") in ("log", "object")
            top.append("objects" if ocel else path[1])

    def stop(*_: object) -> NoReturn:
        raise expat.ExpatError

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: path.pop()
    parser.EntityDeclHandler = stop
    # the head is cut anywhere; what stood before counts
    with suppress(expat.ExpatError, LookupError, ValueError):
        parser.Parse(head, False)
    return (top[0] if top else ""), root, top[1:]
