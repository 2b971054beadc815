"""Rows: what importers hand over record by record waits here for more, and goes to the engine in batches."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from journeyminer.log.schema import CASES
from journeyminer.sql import name, quote

if TYPE_CHECKING:
    from journeyminer.log.engine import Schema
    from journeyminer.log.record import Case, Event

BATCH = 20_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_US = timedelta(microseconds=1)
_MOMENTS = ("timestamp", "started_at", "opened_at")
"""fields that are microseconds on the way and timestamps in the engine"""

Kind = Literal["events", "cases", "identities", "links", "rejects"]
_WORDS = ("lifecycle", "role", "channel", "stage", "visibility", "resource", "group", "tier", "status")
FIELDS: dict[Kind, dict[str, str]] = {
    "events": {
        "source_no": "UINTEGER", "record": "BIGINT", "ref": "VARCHAR", "id": "VARCHAR", "case_id": "VARCHAR",
        "activity": "VARCHAR", "timestamp": "BIGINT", "started_at": "BIGINT", "synthetic": "BOOLEAN",
        **dict.fromkeys(_WORDS, "VARCHAR"), "attributes": "MAP(VARCHAR, VARCHAR)",
    },
    "cases": {
        "source_no": "UINTEGER",
        **{column.name: "BIGINT" if column.name in _MOMENTS else column.type for column in CASES},
    },
    "identities": {"source_no": "UINTEGER", "case_id": "VARCHAR", "kind": "VARCHAR", "value": "VARCHAR"},
    "links": {"source_no": "UINTEGER", "case_id": "VARCHAR", "kind": "VARCHAR", "other": "VARCHAR"},
    "rejects": {
        "source_no": "UINTEGER", "record": "VARCHAR", "reason": "VARCHAR", "column": "VARCHAR", "value": "VARCHAR",
    },
}  # fmt: skip
"""kind -> the fields of its rows, in order, and their types on the way"""
OF_CASES = tuple(kind for kind, fields in FIELDS.items() if "case_id" in fields)
"""the kinds whose rows say of which case they are"""


class StagedRows:
    """The tables staged_events, staged_cases, staged_identities, staged_links, staged_rejects of a schema.

    Rows of several files wait together, since an insert has its price.
    """

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._waiting: dict[Kind, list[tuple[Any, ...]]] = {kind: [] for kind in FIELDS}
        for kind, fields in FIELDS.items():
            types = {field: "TIMESTAMP" if field in _MOMENTS else type_ for field, type_ in fields.items()}
            listed = ", ".join(f"{name(field)} {type_}" for field, type_ in types.items())
            schema.execute(f"CREATE TABLE staged_{kind} ({listed})")

    def add(self, kind: Kind, rows: Iterable[tuple[Any, ...]]) -> None:
        """Take rows of the fields of a kind."""
        waiting = self._waiting[kind]
        waiting += rows
        if len(waiting) >= BATCH:
            self.flush(kind)

    def select(self, kind: Kind, source_no: int, select: str) -> None:
        """Take the rows of a query, which may lack fields and have others; moments are timestamps."""
        self.flush(kind)
        have = self._schema.columns(f"({select})")
        listed = ", ".join(name(field) for field in FIELDS[kind] if field in have)
        self._schema.execute(
            f"INSERT INTO staged_{kind} (source_no, {listed}) SELECT {source_no}, {listed} FROM ({select})"
        )

    def flush(self, *kinds: Kind) -> None:
        """Insert the rows that wait, of all kinds where none is named."""
        for kind in kinds or FIELDS:
            if self._waiting[kind]:
                self._insert(kind, self._waiting[kind])
                self._waiting[kind].clear()

    def _insert(self, kind: Kind, rows: list[tuple[Any, ...]]) -> None:
        # column by column: nearly three times as fast as JSON objects row by row
        fields = FIELDS[kind]
        columns = {
            field: values
            for field, values in zip(fields, zip(*rows, strict=True), strict=True)
            if any(value is not None for value in values)
        }
        shape = quote(json.dumps({field: [fields[field]] for field in columns}))
        picked = ", ".join(f"{_unnested(field)} AS {name(field)}" for field in columns)
        self._schema.execute(
            f"INSERT INTO staged_{kind} BY NAME SELECT {picked} FROM (SELECT from_json_strict(?::JSON, {shape}) AS r)",
            # a lone surrogate in a broken export would end the whole insert
            [json.dumps(columns, ensure_ascii=False).encode("utf-8", "replace").decode("utf-8")],
        )

    def rollback(self, source_no: int) -> None:
        """Take back all rows of a file."""
        for kind, waiting in self._waiting.items():
            waiting[:] = [row for row in waiting if row[0] != source_no]
            self._schema.execute(f"DELETE FROM staged_{kind} WHERE source_no = {source_no}")


def event_row(source_no: int, event: Event, record: int, ref: str) -> tuple[Any, ...]:
    """Return the row of an event of the nth record of a file."""
    return (
        source_no, record, ref, event.id, event.case, event.activity, _microseconds(event.timestamp),
        _microseconds(event.started_at), event.synthetic, event.lifecycle, event.role, event.channel, event.stage,
        event.visibility, event.resource, event.group, event.tier, event.status, event.attributes,
    )  # fmt: skip


def case_row(source_no: int, case: Case) -> tuple[Any, ...]:
    """Return the row of what a record says of its case."""
    return (
        source_no, case.case, _microseconds(case.opened_at), case.priority, case.product, case.topic, case.language,
        case.csat, case.nps, case.ces, case.segment, case.extras,
    )  # fmt: skip


def _microseconds(moment: datetime | None) -> int | None:
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise ValueError("an importer handed over a timestamp without a zone")
    return (moment - _EPOCH) // _US


def _unnested(field: str) -> str:
    values = f"unnest(r.{name(field)})"
    return f"make_timestamp({values})" if field in _MOMENTS else values
