"""What an XES parser's start and end tags mean: attributes become events, cases and identities of one trace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from journeyminer.importers.tabular.headers import normalise
from journeyminer.log.export import ATTRIBUTE_PREFIX
from journeyminer.log.record import Case, Event, Identity, Record
from journeyminer.log.schema import EVENTS
from journeyminer.note import Note
from journeyminer.vocabulary import IDENTITY_KINDS
from journeyminer.words import headers

if TYPE_CHECKING:
    from journeyminer.clock import ZoneRule
    from journeyminer.vocabulary import FateReason

ATTRIBUTES = frozenset({"string", "date", "int", "float", "boolean", "id", "list", "container"})
ELEMENTS = ATTRIBUTES | {"log", "extension", "global", "classifier", "trace", "event", "values"}

EXTRA_PREFIX = "x_"

_EVENT_FIELDS = {column.xes: column.name for column in EVENTS if column.xes and column.name != "case_id"}
_EVENT_FIELDS |= {"identity:id": "id", "synthetic": "synthetic"}
_CASE_TEXTS = ("priority", "product", "topic", "language", "segment")
_CASE_RANGES = {"csat": (0.0, 1.0), "nps": (0.0, 10.0), "ces": (1.0, 7.0)}
_CASE_FIELDS = frozenset({*_CASE_TEXTS, *_CASE_RANGES, "opened_at"})
_BESIDE = frozenset({*_CASE_TEXTS, *IDENTITY_KINDS})
"""said of an event by the source, true of its case"""

_LIFECYCLE = frozenset({
    "schedule", "assign", "rollback", "reassign", "start", "suspend", "resume", "pi_abort", "ate_abort", "complete",
    "autoskip", "manualskip", "unknown",
})  # fmt: skip
"""the standard lifecycle model: known words are spelt its way, others stay as they are"""


@cache
def _identity_kind(key: str) -> str | None:
    """What an attribute identifies customers by; its key is known by the words for headers of tables."""
    header = normalise(key)
    found = (kind for kind, texts in headers("identities").items() if header in texts)
    return "external_id" if header == "customer" else next(found, None)


class _Wanted(dict[str, str | None]):
    """Key of an attribute of an event -> what it is to us; None: nothing."""

    def __missing__(self, key: str) -> str | None:
        self[key] = found = _identity_kind(key)
        return found


_WANTED = _Wanted(_EVENT_FIELDS | {key: key for key in _CASE_TEXTS})


def local_name(name: str) -> str:
    """The name of an element without its namespace prefix."""
    return name.rpartition(":")[2]


class TraceReader:
    """Collects traces from start and end tags; `take` hands over the records of the traces that are complete.

    Defaults of `<global>` are not read into events: what writers put there are placeholders (UNKNOWN, 1970-01-01).
    Lists, containers, attributes of attributes and keys that are neither standard nor our own are passed over.
    """

    def __init__(self, zone: ZoneRule) -> None:
        self.zone = zone
        self.line_of: Callable[[], int] = lambda: 0
        self.root = ""
        self.root_line = 0
        self.last_line = 0
        self.n_events = 0
        self.n_traces = 0
        self.n_used = 0
        self.first_fault: tuple[int, Note] | None = None
        self.first_reject: tuple[int, FateReason] | None = None
        self._counts: Counter[str] = Counter()
        self._depth = 0
        self._records: list[Record] = []
        self._names: set[str] = set()
        self._trace: dict[str, str] | None = None
        self._trace_depth = 0
        self._trace_events: list[tuple[int, dict[str, Any]]] = []
        self._event: dict[str, Any] | None = None
        self._event_depth = 0
        self._event_line = 0

    def take(self) -> list[Record]:
        """The records that are complete since the last call."""
        taken, self._records = self._records, []
        return taken

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """A start tag. The attributes of events come first: nine of ten tags are theirs."""
        self._depth = depth = self._depth + 1
        event = self._event
        if event is not None:
            if depth == self._event_depth:
                key = attributes.get("key")
                if key is None:
                    self._fault(Note("read.tag_without_key", tag=name))
                elif target := _WANTED[key]:
                    event[target] = attributes.get("value", "").strip()
                elif key.startswith(ATTRIBUTE_PREFIX):
                    kept = event.setdefault("attributes", {})
                    kept[key.removeprefix(ATTRIBUTE_PREFIX)] = attributes.get("value", "")
            return
        self._start_outside_event(local_name(name), attributes, depth)

    def _start_outside_event(self, name: str, attributes: dict[str, str], depth: int) -> None:
        if depth == 1:
            self.root, self.root_line = name, self.line_of()
        elif name == "event" and (self._trace is None or depth == self._trace_depth):
            self._event, self._event_depth, self._event_line = {}, depth + 1, self.line_of()
        elif name == "trace" and self._trace is None:
            self._trace, self._trace_depth, self._trace_events = {}, depth + 1, []
        elif name not in ELEMENTS:
            self._fault(Note("read.unknown_tag", tag=name))
        elif name in ATTRIBUTES and "key" not in attributes:
            self._fault(Note("read.tag_without_key", tag=name))
        elif self._trace is not None and depth == self._trace_depth and "value" in attributes:
            self._trace[attributes["key"].removeprefix("case:")] = attributes["value"]

    def end(self, _: str) -> None:
        """An end tag."""
        self._depth = depth = self._depth - 1
        if self._event is not None:
            if depth == self._event_depth - 2:
                self._end_event(self._event)
        elif self._trace is not None:
            if depth == self._trace_depth - 2:
                self._end_trace(self._trace)
        elif depth == 0:
            self.last_line = self.line_of()

    def _end_event(self, event: dict[str, Any]) -> None:
        self._event = None
        if self.root != "log":
            return
        self.n_events += 1
        if self._trace is None:
            self._reject(self._event_line, "outside_trace")
        else:
            self._trace_events.append((self._event_line, event))

    def _end_trace(self, trace: dict[str, str]) -> None:
        self._trace = None
        self.n_traces += 1
        case = trace.get("concept:name", "").strip()
        if not case:
            case = f"trace {self.n_traces}"
            self._counts["unnamed"] += 1
        if case in self._names:
            self._counts["repeated"] += 1
        self._names.add(case)
        said: dict[str, Any] = {}
        first: Record | None = None
        for line, fields in self._trace_events:
            for key in _BESIDE & fields.keys():
                value = fields.pop(key)
                if key in _CASE_TEXTS or not said.get(key):
                    said[key] = value
            record = self._record(case, line, fields, trace.get("channel"))
            if record and not first:
                first = record
        if first:
            said |= trace
            said |= {kind: value for key, value in trace.items() if value and (kind := _identity_kind(key))}
            self._say_of_case(first, case, said)

    def _record(self, case: str, line: int, fields: dict[str, Any], channel: str | None) -> Record | None:
        """The record of one event; None where it was rejected."""
        activity = fields.pop("activity", None)
        if not activity:
            self._reject(line, "no_activity", column="concept:name")
            return None
        when = fields.pop("timestamp", None)
        if not when:
            self._reject(line, "no_timestamp", column="time:timestamp")
            return None
        timestamp = self._moment(when)
        if timestamp is None:
            self._reject(line, "unreadable_timestamp", column="time:timestamp", value=when)
            return None
        started = fields.pop("started_at", None)
        if started:
            fields["started_at"] = self._moment(started)
            self._counts["unread_starts"] += fields["started_at"] is None
        lifecycle = fields.get("lifecycle")
        if lifecycle and lifecycle.lower() in _LIFECYCLE:
            fields["lifecycle"] = lifecycle.lower()
        if "synthetic" in fields:
            fields["synthetic"] = fields["synthetic"] == "true"
        fields.setdefault("channel", channel)
        for key in [key for key, value in fields.items() if value == ""]:
            del fields[key]  # empty is null
        self.n_used += 1
        record = Record(f"line {line}", events=[Event(case, activity, timestamp, **fields)])
        self._records.append(record)
        return record

    def _say_of_case(self, record: Record, case: str, said: dict[str, Any]) -> None:
        """Put what the trace says of its case on the trace's first record."""
        fields: dict[str, Any] = {key: said[key] for key in _CASE_TEXTS if said.get(key)}
        for key, (low, high) in _CASE_RANGES.items():
            number = _number(said.get(key, ""))
            if number is not None and low <= number <= high:
                fields[key] = number
        if said.get("opened_at"):
            fields["opened_at"] = self._moment(said["opened_at"])
        extras = {key: value for key, value in said.items() if key.startswith(EXTRA_PREFIX) and value}
        if fields or extras:
            record.cases.append(Case(case, **fields, extras=extras or None))
        record.identities += [Identity(case, kind, said[kind]) for kind in IDENTITY_KINDS if said.get(kind)]

    def _moment(self, text: str) -> datetime | None:
        # the ISO parser also takes dates without separators and weeks; a number must not pass for one
        try:
            moment = datetime.fromisoformat(text) if text[4:5] == "-" else None
        except ValueError:
            return None
        return moment and self.zone.aware(moment)

    def _reject(self, line: int, reason: FateReason, *, column: str = "", value: str = "") -> None:
        self.first_reject = self.first_reject or (line, reason)
        self._records.append(Record.rejected(f"line {line}", reason, column=column, value=value))

    def _fault(self, what: Note) -> None:
        self._counts["faults"] += 1
        self.first_fault = self.first_fault or (self.line_of(), what)

    def decisions(self) -> Iterator[Note]:
        """What was decided while reading, for the receipt."""
        counts = self._counts
        if n := counts["unnamed"]:
            yield Note("decision.traces_unnamed", n=n)
        if n := counts["repeated"]:
            yield Note("decision.traces_repeated", n=n)
        if n := counts["unread_starts"]:
            yield Note("decision.starts_unread", n=n)
        if self.first_fault:
            line, fault = self.first_fault
            yield Note("decision.faults", n=counts["faults"], at=f"line {line}", fault=fault)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
