"""XES event logs, plain or gzip, read as a stream: one record an event, its place a line of the file.

XML is taken as hostile: entity declarations are refused, nothing outside the file is ever loaded.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn
from xml.parsers import expat

from journeyminer.clock import ZoneRule
from journeyminer.errors import UnreadableExport
from journeyminer.files import open_bytes
from journeyminer.importers.base import Match, Sample, Source
from journeyminer.importers.counting import check_count, first_difference, text_blocks
from journeyminer.importers.xes.tags import Tags
from journeyminer.importers.xes.traces import ELEMENTS, TraceReader, local_name
from journeyminer.note import Note

if TYPE_CHECKING:
    from journeyminer.log.loader import Loader
    from journeyminer.log.record import Record

NAME = "xes"
FILES = "*.xes, *.xes.gz"
CHUNK = 1 << 18
COPY_AGAIN = Note("hint.export_or_copy_again")

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
            return Match(0.95, Note("match.xes"))
        if named or (children and all(child in ELEMENTS for child in children)):
            return Match(0.8, Note("match.xes_like"))
    return Match(0.5, Note("match.xes_suffix")) if named else None


def load(source: Source, loader: Loader) -> None:
    """Read the whole log.

    Raises:
        UnreadableExport: the XML is broken, truncated or declares entities, the document is no XES log, or none of
            its events can be used, or others were read than its tags begin; the place names the line.
    """
    reader = TraceReader(ZoneRule(source.timezone))
    loader.records(_records(source, reader))
    if not reader.n_used:
        _refuse(reader)
    _check(source, reader)
    loader.decide_zone(reader.zone)
    for decision in reader.decisions():
        loader.decide(decision)


def _check(source: Source, reader: TraceReader) -> None:
    """Compare the traces and events that were read with the start tags of the file. Raises UnreadableExport."""

    def count(*, located: bool = False) -> Tags:
        tags = Tags(located=located)
        tags.take(text_blocks(source.path, source.options.encoding))
        return tags

    def first() -> str:
        again = TraceReader(ZoneRule(source.timezone))
        read = sorted(int(record.ref.removeprefix("line ")) for record in _records(source, again))
        return first_difference(count(located=True).lines or (), read)

    tags = count()
    check_count(Note("read.events_differ", counted=tags.n_events, read=reader.n_events), first)
    check_count(Note("read.traces_differ", counted=tags.n_traces, read=reader.n_traces), first)


def _records(source: Source, reader: TraceReader) -> Iterator[Record]:
    """The records of the file, trace by trace, without holding more than one chunk and one trace."""
    parser = expat.ParserCreate(source.options.encoding)
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    reader.line_of = lambda: parser.CurrentLineNumber

    def refuse_entities(*_: object) -> NoReturn:
        raise _unreadable(parser.CurrentLineNumber, Note("read.xml_entities"))

    parser.EntityDeclHandler = refuse_entities
    ended = False
    try:
        with open_bytes(source.path) as file:
            while not ended:
                chunk = file.read(CHUNK)
                ended = not chunk
                parser.Parse(chunk, ended)
                yield from reader.take()
    except expat.ExpatError as error:
        what = expat.ErrorString(error.code)
        cut = what in _CUT
        fault = Note("read.cut_xml", error=what) if cut else Note("read.bad_xml", column=error.offset + 1, error=what)
        raise _unreadable(error.lineno, fault) from error
    except (LookupError, ValueError) as error:
        if "encoding" not in str(error):
            raise
        raise _unreadable(1, Note("read.xml_encoding"), hint=Note("hint.export_as_utf8")) from error


def _refuse(reader: TraceReader) -> NoReturn:
    """Say why nothing of a well-formed document can be used, with the line that is to blame."""
    if reader.root != "log":
        raise _unreadable(reader.root_line, Note("read.not_xes", root=reader.root))
    hint = Note("hint.xes_event")
    if reader.first_reject:
        line, reason = reader.first_reject
        raise _unreadable(line, Note("read.xes_unusable", n=reader.n_events, fate=reason), hint=hint)
    if reader.first_fault:
        line, fault = reader.first_fault
        raise _unreadable(line, Note("read.xes_fault", fault=fault), hint=hint)
    raise _unreadable(reader.last_line, Note("read.xes_empty"), hint=hint)


def _unreadable(line: int, message: Note, *, hint: Note = COPY_AGAIN) -> UnreadableExport:
    return UnreadableExport(message, place=f"line {line}", hint=hint)


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
