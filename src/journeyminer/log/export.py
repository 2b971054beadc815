"""The log in other tools' formats: XES and CSV. Identifiers of customers never leave."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from journeyminer.log.schema import CASES, EVENTS, SHOWN_EXTRAS, Column
from journeyminer.outputs import in_place
from journeyminer.sql import listed, name, quote
from journeyminer.text import printable_sql

if TYPE_CHECKING:
    from journeyminer.log.eventlog import EventLog

ATTRIBUTE_PREFIX = "attribute:"
"""XES key prefix of an event's further attributes, so that none can pass for a known one"""

_EVENT_KEYS = {
    column.name: column.xes or column.name
    for column in EVENTS
    if (column.xes and column.name != "case_id") or column.name in ("synthetic", "attributes")
}
_CASE_COLUMNS = tuple(column.name for column in CASES if column.name != "case_id")
_CSV_EVENT_COLUMNS = tuple(column for column in _EVENT_KEYS if column not in ("activity", "timestamp", "attributes"))
CSV_COLUMNS = (
    "case_id", "activity", "timestamp", *_CSV_EVENT_COLUMNS, "attributes", "source", "source_ref", "customer",
    *(f"case_{column}" for column in _CASE_COLUMNS),
)  # fmt: skip
"""The header of a CSV export, always the same. Meanings are those of `log.schema`; times are UTC, `customer` is a
number that stands for a resolved customer in this export only, maps are JSON, `case_` columns say the same on every
event of a case."""

_SHOWN = f"map_from_entries(list_filter(map_entries(extras), lambda entry: entry.key IN ({listed(SHOWN_EXTRAS)})))"
_LABELLED = f"""
    SELECT case_key,
           CASE WHEN native_id IN (SELECT native_id FROM cases GROUP BY native_id HAVING count(*) = 1)
               THEN native_id ELSE case_id END AS label,
           CASE WHEN customer_key IS NOT NULL THEN dense_rank() OVER (ORDER BY customer_key NULLS LAST) END AS customer,
           * EXCLUDE (case_key, customer_key, customer_id) REPLACE (nullif({_SHOWN}, MAP {{}}) AS extras)
    FROM cases
"""
"""every case by the name that outputs show: the source's own id where no other namespace has it too"""

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0" xes.features="" xmlns="http://www.xes-standard.org/">
 <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
 <extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
 <extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
 <extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
 <global scope="trace">
  <string key="concept:name" value=""/>
 </global>
 <global scope="event">
  <string key="concept:name" value=""/>
  <date key="time:timestamp" value="1970-01-01T00:00:00.000+00:00"/>
 </global>
 <classifier name="Activity" keys="concept:name"/>
 <string key="creator" value="journeyminer"/>
"""

_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
_SPECIAL = re.compile('[&<>"\x00-\x1f\ufffe\uffff]')


def write_xes(log: EventLog, path: Path | str, *, agents: Mapping[str, str] | None = None) -> None:
    """Write the log as XES 1.0, packed where the name ends in .gz, `-` to stdout; the same log, the same bytes.

    Traces come in the order of their first events, events in the log's order. A trace has the attributes of its case
    under the names of `log.schema.CASES`. Characters that XML cannot hold become U+FFFD.

    Args:
        agents: resource -> the name it is written by (`lists.resource_names`); default: as in the log. A customer is
            no resource, even where the source has one there.

    Raises:
        Unwritable: the file cannot be written; what stood there is untouched.
    """
    columns = [column for column in _EVENT_KEYS if log.has(column)]
    counted = ", ".join(f"count({name(column)})" for column in _CASE_COLUMNS)
    counts = log.one(f"SELECT {counted} FROM ({_LABELLED})")
    case_columns = [column for column, n in zip(_CASE_COLUMNS, counts, strict=True) if n]
    # a case that was opened with its first event says nothing more by that date
    said_of_case = [
        "nullif(c.opened_at, f.first)" if column == "opened_at" else f"c.{name(column)}" for column in case_columns
    ]
    columns_said = ", ".join([*said_of_case, *(_value(column, agents) for column in columns)])
    rows = log.stream(
        f"SELECT c.label, {columns_said} FROM events e JOIN ({_LABELLED}) c USING (case_key) "
        "JOIN (SELECT case_key, min(timestamp) AS first FROM event_rows GROUP BY case_key) f USING (case_key) "
        "ORDER BY f.first, c.case_id, e.timestamp, e.seq"
    )
    keys = [_EVENT_KEYS[column] for column in columns]
    begin = 1 + len(case_columns)
    with in_place(Path(path)) as temporary, _open(temporary, packed=str(path).endswith(".gz")) as file:
        file.write(_HEAD.encode())
        for label, trace in groupby(rows, key=itemgetter(0)):
            events = list(trace)
            lines = [" <trace>\n", _attribute("concept:name", label, "  ")]
            lines += _attributes(case_columns, events[0][1:begin], "  ")
            for event in events:
                lines += ["  <event>\n", *_attributes(keys, event[begin:], "   "), "  </event>\n"]
            lines.append(" </trace>\n")
            file.write("".join(lines).encode())
        file.write(b"</log>\n")


def write_csv(log: EventLog, path: Path | str, *, agents: Mapping[str, str] | None = None) -> None:
    """Write the log as CSV with the header CSV_COLUMNS, packed where the name ends in .gz, `-` to stdout.

    UTF-8, comma, one event a line in the order of time, case and source. A cell is one line that steers no
    terminal (`text.printable`), and what a spreadsheet would run as a formula gets an apostrophe (`text.guarded`).

    Args:
        agents: resource -> the name it is written by (`lists.resource_names`); default: as in the log. A customer is
            no resource, even where the source has one there.

    Raises:
        Unwritable: the file cannot be written; what stood there is untouched.
    """
    picked = [
        f"{_cell('c.label', 'VARCHAR')} AS case_id",
        *(f"{_cell(_value(column.name, agents), column.type)} AS {name(column.name)}" for column in _csv_columns()),
        "c.customer",
        *(
            f"{_cell(f'c.{name(column.name)}', column.type)} AS {name('case_' + column.name)}"
            for column in CASES
            if column.name != "case_id"
        ),
    ]
    query = (
        f"SELECT {', '.join(picked)} FROM events e JOIN ({_LABELLED}) c USING (case_key) "
        "ORDER BY e.timestamp, c.case_id, e.seq"
    )
    packed = ", COMPRESSION gzip" if str(path).endswith(".gz") else ""
    with in_place(Path(path)) as temporary:
        log.copy(query, temporary, f"FORMAT csv, HEADER{packed}")


def _csv_columns() -> list[Column]:
    types = {column.name: column for column in EVENTS}
    return [types[column] for column in CSV_COLUMNS if column in types and column != "case_id"]


def _value(column: str, agents: Mapping[str, str] | None) -> str:
    """SQL of an event's column as it leaves."""
    if column != "resource":
        return f"e.{name(column)}"
    resource = "CAST(e.resource AS VARCHAR)"
    if agents:
        pairs = ", ".join(f"{quote(said)}: {quote(shown)}" for said, shown in agents.items())
        resource = f"MAP {{{pairs}}}[{resource}]"
    return f"CASE WHEN CAST(e.role AS VARCHAR) IS DISTINCT FROM 'customer' THEN {resource} END"


def _cell(value: str, type_: str) -> str:
    """SQL of one cell of the CSV."""
    if type_ == "TIMESTAMP":
        return f"strftime({value}, '%Y-%m-%dT%H:%M:%S.%fZ')"
    if type_.startswith("MAP"):
        value = f"to_json({value})"
    elif type_ != "VARCHAR":
        return value
    return printable_sql(f"CAST({value} AS VARCHAR)")


def _attributes(keys: list[str], values: tuple[Any, ...], indent: str) -> Iterator[str]:
    """The XML of the attributes that have a value."""
    for key, value in zip(keys, values, strict=True):
        if isinstance(value, dict):
            prefix = ATTRIBUTE_PREFIX if key == "attributes" else ""
            for inner in sorted(value):
                yield _attribute(prefix + inner, value[inner], indent)
        elif isinstance(value, datetime):
            unit = "microseconds" if value.microsecond % 1000 else "milliseconds"
            yield f'{indent}<date key="{key}" value="{value.isoformat(timespec=unit)}+00:00"/>\n'
        elif value is not None and value is not False:
            yield _attribute(key, value, indent)


@lru_cache(1 << 16)
def _attribute(key: str, value: str | bool | float, indent: str) -> str:
    if isinstance(value, bool):
        return f'{indent}<boolean key="{key}" value="true"/>\n'
    kind = "float" if isinstance(value, float) else "string"
    return f'{indent}<{kind} key="{_xml(key)}" value="{_xml(str(value))}"/>\n'


def _xml(text: str) -> str:
    return _SPECIAL.sub(lambda found: _ESCAPES.get(found[0], "\ufffd"), text)


@contextmanager
def _open(path: Path, *, packed: bool) -> Iterator[IO[bytes]]:
    with path.open("wb") as file:
        if packed:
            # no name and no date in the header: the same log is the same bytes
            with gzip.GzipFile("", "wb", fileobj=file, mtime=0) as inner:
                yield cast("IO[bytes]", inner)
        else:
            yield file
