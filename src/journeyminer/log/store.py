"""The log on disk: a folder of Parquet files and a manifest, put in place in one step."""

from __future__ import annotations

import errno
import json
import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from msgspec import MsgspecError

from journeyminer.errors import NotOurs, UnreadableLog, Unwritable
from journeyminer.files import State, state_of
from journeyminer.log.build import LogBuilder
from journeyminer.log.engine import Engine
from journeyminer.log.finish import Placed
from journeyminer.log.forgotten import from_rows
from journeyminer.log.receipt import Receipt, from_data, to_data
from journeyminer.log.schema import CASES, RAW, SCHEMA_NAME, SCHEMA_VERSION
from journeyminer.log.views import documented_events
from journeyminer.note import Note
from journeyminer.outputs import find_again, in_place
from journeyminer.sql import name, one_file
from journeyminer.vocabulary import RARE

if TYPE_CHECKING:
    from journeyminer.log.eventlog import EventLog

MANIFEST = "manifest.json"
PRIVATE = "private"
"""the folder of a log's tables that say who the customers are; what lies beside it does not"""
_NATIVE = "substr(case_id, 2 + length((SELECT namespace FROM stored_sources s WHERE s.source_no = v.source_no)))"
"""SQL of the source's own case id: the number of the source says which part of the id is the namespace"""


def is_log(path: Path) -> bool:
    """Return whether a path is a log folder."""
    return (path / MANIFEST).is_file() and (path / "events.parquet").is_file()


def save_log(log: EventLog, path: str | Path) -> None:
    """Write a log as a folder. It comes to its place whole, so that a crash leaves the old one or the new one.

    Raises:
        Unwritable: the folder cannot be written.
        NotOurs: something that is not a log stands in its place.
        Locked: another run writes it, and does not end.
    """
    path, log = Path(path), log.unpaired or log
    check_place(path)
    with in_place(path) as folder:
        folder.mkdir()
        _write(log, folder)


def check_place(path: Path) -> None:
    """Raise NotOurs where something stands in the place of a log that is none, and no empty folder either.

    Raises Unwritable where a file system is mounted there: a log could not come to such a place in one step.
    """
    if path.is_mount():
        raise Unwritable.because(OSError(errno.EBUSY, os.strerror(errno.EBUSY)), path)
    if path.exists() and not is_log(path) and not (path.is_dir() and not any(path.iterdir())):
        raise NotOurs(Note("log.in_the_way"), place=str(path), hint=Note("hint.another_folder"))


def _write(log: EventLog, folder: Path) -> None:
    listed = ", ".join(name(column.name) for column in CASES if column.name != "extras")
    # any source of the right namespace will do: attributes and identities belong to the case
    number = "(SELECT min(source_no) FROM sources s WHERE s.namespace = c.namespace) AS source_no"
    # number, record and ref are what source_ref and the order are made of; a reopened log needs them apart
    have = log.schema.columns(f"{log.schema}.event_rows")
    own = "".join(f", r.{column}" for column in ("record", "ref") if column in have)
    rare = "r.is_rare" if "is_rare" in have else "false"  # the source's word may say who a customer is
    word = f"if({rare}, '{RARE}', CAST(d.raw_activity AS VARCHAR))"
    queries = {
        "events": f"SELECT d.* REPLACE ({word} AS raw_activity), r.source_no{own} "
        f"FROM ({documented_events(log.schema)}) d JOIN event_rows r USING (seq) ORDER BY seq",
        "cases": f"SELECT {listed}, {number} FROM cases c ORDER BY case_id, source_no",
        f"{PRIVATE}/steps": "SELECT seq, CAST(raw_activity AS VARCHAR) AS step FROM event_rows r "
        f"WHERE {rare} ORDER BY seq",
        f"{PRIVATE}/extras": f"SELECT case_id, extras, {number} FROM cases c WHERE extras IS NOT NULL "
        "ORDER BY case_id, source_no",
        f"{PRIVATE}/identities": f"SELECT c.case_id, i.kind, i.value, {number} FROM identities i "
        "JOIN cases c USING (case_key) ORDER BY ALL",
        "links": f"SELECT c.case_id, l.kind, l.other, {number} FROM links l JOIN cases c USING (case_key) ORDER BY ALL",
        f"{PRIVATE}/rejects": "SELECT * FROM rejects",
        f"{PRIVATE}/pseudonyms": "SELECT * FROM pseudonyms ORDER BY ALL",
        f"{PRIVATE}/forgotten": "SELECT * FROM forgotten ORDER BY ALL",
    }
    (folder / PRIVATE).mkdir(mode=0o700)
    for file, query in queries.items():
        log.copy(query, folder / f"{file}.parquet", "FORMAT parquet, COMPRESSION zstd")
    placed = log.rows("SELECT seq_offset, first_row FROM sources ORDER BY source_no")
    receipt = to_data(log.receipt)
    for source, (offset, first_row) in zip(receipt["sources"], placed, strict=True):
        source |= {"seq_offset": offset, "first_row": first_row}
    manifest = {
        "schema": SCHEMA_NAME,
        "version": SCHEMA_VERSION,
        "as_of": log.as_of.isoformat() if log.as_of else None,
        "n_events": log.n_events,
        "n_cases": log.n_cases,
        "receipt": receipt,
    }
    # names of files and words of the data stand in it: as ASCII none of them can steer a terminal
    text = json.dumps(manifest, indent=1, sort_keys=True)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def load_log(path: str | Path, *, memory: str | None = None) -> EventLog:
    """Return the log of a folder in the sources' own words, as it was when its exports had been read.

    `prepare` labels it by the rules of today.

    Args:
        memory: the engine's memory limit, such as "4GB".

    Raises:
        UnreadableLog: the folder is not a log, is damaged, or was written by another schema version.
    """
    path = Path(path)
    find_again(path)
    engine = Engine(memory=memory)
    while True:
        # a writer may put another log in the place of this one meanwhile: what was read of two is read anew
        before = _state(path)
        builder = LogBuilder(engine)
        try:
            as_of = stage_stored(builder, path)
        except UnreadableLog:
            if _state(path) == before:
                raise
            continue
        if _state(path) == before:
            log = builder.build()
            return log.run_to(as_of) if as_of and log.as_of and as_of > log.as_of else log


def _state(path: Path) -> State | None:
    with suppress(OSError):
        return state_of(path / MANIFEST)
    return None


def stored_receipt(path: Path) -> Receipt:
    """Return the receipt of a log folder. Raises UnreadableLog where that is damaged."""
    try:
        return from_data(_manifest(path)["receipt"])
    except (MsgspecError, LookupError) as error:
        raise UnreadableLog(Note("log.damaged"), place=str(path), hint=Note("hint.import_again")) from error


def stage_stored(builder: LogBuilder, path: Path) -> datetime | None:
    """Hand a stored log to a builder, so that more files can be appended. Return its `as_of`."""
    manifest = _manifest(path)
    try:
        receipt = from_data(manifest["receipt"])
        placed = {
            number: Placed(source["seq_offset"], source["first_row"])
            for number, source in enumerate(manifest["receipt"]["sources"])
        }
        builder.schema.execute(
            "CREATE TABLE stored_sources AS SELECT unnest(?) AS source_no, unnest(?) AS namespace",
            [list(placed), [source.namespace for source in receipt.sources]],
        )
        # what prepare made of the sources' words is made anew
        made = ("case_id", "customer_id", "journey_id", "source", "source_ref", *RAW, *RAW.values())
        steps = _file(path, f"{PRIVATE}/steps")
        said = {column: f"v.{raw}" for raw, column in RAW.items()}
        stored = f"{_file(path, 'events')} v"
        if builder.schema.one(f"SELECT count(*) FROM {steps}")[0]:
            said["activity"] = "coalesce(s.step, v.raw_activity)"
            stored += f" LEFT JOIN {steps} s USING (seq) ORDER BY seq"
        words = ", ".join(f"{word} AS {name(column)}" for column, word in said.items())
        events = f"SELECT v.* EXCLUDE ({', '.join(map(name, made))}), {words}, {_NATIVE} AS case_id FROM {stored}"
        builder.resume(receipt, placed, events)
        builder.pseudonyms.know(builder.schema.rows(f"SELECT * FROM {_file(path, f'{PRIVATE}/pseudonyms')}"))
        builder.forgotten = from_rows(builder.schema.rows(f"SELECT * FROM {_file(path, f'{PRIVATE}/forgotten')}"))
        for file, kind in (
            ("cases", "cases"),
            ("links", "links"),
            (f"{PRIVATE}/extras", "cases"),
            (f"{PRIVATE}/identities", "identities"),
            (f"{PRIVATE}/rejects", "rejects"),
        ):
            own = "v.* EXCLUDE (file)" if kind == "rejects" else f"v.* REPLACE ({_NATIVE} AS case_id)"
            builder.schema.execute(f"INSERT INTO staged_{kind} BY NAME SELECT {own} FROM {_file(path, file)} v")
        return datetime.fromisoformat(manifest["as_of"]) if manifest["as_of"] else None
    except (builder.schema.failure, MsgspecError, LookupError, TypeError, ValueError) as error:
        raise UnreadableLog(Note("log.damaged"), place=str(path), hint=Note("hint.import_again")) from error


def _file(path: Path, kind: str) -> str:
    return f"read_parquet({one_file(path / f'{kind}.parquet')})"


def _manifest(path: Path) -> dict[str, Any]:
    try:
        manifest: Any = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UnreadableLog(Note("log.not_a_log"), place=str(path), hint=Note("hint.make_log")) from error
    if not isinstance(manifest, dict):
        manifest = {}
    if manifest.get("schema") != SCHEMA_NAME or manifest.get("version") != SCHEMA_VERSION:
        found = f"{manifest.get('schema')} {manifest.get('version')}"
        what = Note("log.other_version", found=found, known=f"{SCHEMA_NAME} {SCHEMA_VERSION}")
        raise UnreadableLog(what, place=str(path), hint=Note("hint.import_again"))
    return cast("dict[str, Any]", manifest)
