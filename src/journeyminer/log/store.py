"""The log on disk: a folder of Parquet files and a manifest, put in place in one step."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from journeyminer.errors import JourneyminerError, UnreadableLog, Unwritable
from journeyminer.files import in_place
from journeyminer.log import finish
from journeyminer.log.build import LogBuilder
from journeyminer.log.engine import Engine, name, one_file
from journeyminer.log.eventlog import EventLog
from journeyminer.log.receipt import from_data, to_data
from journeyminer.log.schema import CASES, EVENTS, SAID, SCHEMA_NAME, SCHEMA_VERSION
from journeyminer.log.staging import columns_of

MANIFEST = "manifest.json"
FILES = ("events", "cases", "identities", "rejects")
_NATIVE = "substr(case_id, 2 + length((SELECT namespace FROM stored_sources s WHERE s.source_no = v.source_no)))"
"""SQL of the source's own case id: the number of the source says which part of the id is the namespace"""


def is_log(path: Path) -> bool:
    """Whether a path is a log folder."""
    return (path / MANIFEST).is_file() and (path / "events.parquet").is_file()


def documented_events(log: EventLog) -> str:
    """A query of all events with the columns of `schema.EVENTS`, ids included."""
    listed = ", ".join(f"{_event_column(column.name)} AS {name(column.name)}" for column in EVENTS)
    return f"SELECT {listed} FROM events v JOIN ({_event_ids(log)}) i USING (seq)"


def _event_column(column: str) -> str:
    if column == "event_id":
        return "i.event_id"
    if column == "customer_id":
        return "CAST(v.customer_key AS VARCHAR)"
    if column == "journey_id":
        return "CAST(NULL AS VARCHAR)"
    return f"v.{name(column)}"


def _event_ids(log: EventLog) -> str:
    # of the source's words, not of the labels that prepare gives them: the same export next week has the same ids
    rows = f"{log.schema}.raw_rows"
    have = columns_of(log.engine, rows)
    if "event_id" in have and not log.engine.one(f"SELECT count(*) FROM {rows} WHERE event_id IS NULL")[0]:
        return f"SELECT seq, event_id FROM {rows}"
    cases, namespaces = f"{log.schema}.case_rows", f"{log.schema}.namespaces"
    relation = f"{rows} e JOIN {cases} c USING (case_key) JOIN {namespaces} n USING (ns_no)"
    return finish.event_ids(have, relation)


def save_log(log: EventLog, path: Path) -> None:
    """Write the log folder beside its place under a temporary name, then rename: a crash leaves the old or the new.

    Raises:
        Unwritable: the folder cannot be written, or something that is no log stands in its place.
    """
    if path.exists() and not is_log(path):
        raise Unwritable(
            "Something that is no log stands in the way.", place=str(path), hint="Give another folder with -o."
        )
    with in_place(path) as folder:
        folder.mkdir()
        _write(log, folder)


def _write(log: EventLog, folder: Path) -> None:
    listed = ", ".join(name(column.name) for column in CASES)
    # any source of the right namespace will do: attributes and identities belong to the case
    number = "(SELECT min(source_no) FROM sources s WHERE s.namespace = c.namespace) AS source_no"
    queries = {
        # number, record and ref are what source_ref and the order are made of; a reopened log needs them apart, and
        # what the source said, to be labelled by the rules of then
        "events": f"SELECT d.*, r.source_no{_own_columns(log)} FROM ({documented_events(log)}) d "
        "JOIN event_rows r USING (seq) ORDER BY seq",
        "cases": f"SELECT {listed}, {number} FROM cases c ORDER BY case_id, source_no",
        "identities": f"SELECT c.case_id, i.kind, i.value, {number} FROM identities i JOIN cases c USING (case_key) "
        "ORDER BY ALL",
        "rejects": "SELECT * FROM rejects",
    }
    for file, query in queries.items():
        log.copy(query, folder / f"{file}.parquet", "FORMAT parquet, COMPRESSION zstd")
    sources = log.rows("SELECT source_no, seq_offset, first_row FROM sources ORDER BY source_no")
    receipt = to_data(log.receipt)
    for source, (_, offset, first_row) in zip(receipt["sources"], sources, strict=True):
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


def _own_columns(log: EventLog) -> str:
    have = columns_of(log.engine, f"{log.schema}.event_rows")
    return "".join(f", r.{column}" for column in ("record", "ref", *SAID) if column in have)


def open_log(path: Path, engine: Engine) -> EventLog:
    """Open a log folder; see EventLog.open."""
    builder = LogBuilder(engine)
    manifest = stage_stored(builder, path)
    log = builder.build()
    as_of: datetime | None = manifest["as_of"]
    return log.run_to(as_of) if as_of and log.as_of and as_of > log.as_of else log


def stage_stored(builder: LogBuilder, path: Path) -> dict[str, Any]:
    """Hand a stored log to a builder, so that more files can be appended; returns its manifest, `as_of` as a moment."""
    manifest = _manifest(path)
    events = f"read_parquet({one_file(path / 'events.parquet')})"
    try:
        manifest["as_of"] = datetime.fromisoformat(manifest["as_of"]) if manifest["as_of"] else None
        builder.receipt = from_data(manifest["receipt"])
        for number, entry in enumerate(manifest["receipt"]["sources"]):
            builder.placed[number] = (entry["seq_offset"], entry["first_row"])
        builder.engine.execute(f"CREATE TABLE {builder.schema}.stored_sources (source_no UINTEGER, namespace VARCHAR)")
        builder.engine.execute(
            f"INSERT INTO {builder.schema}.stored_sources SELECT unnest(?), unnest(?)",
            [list(builder.placed), [source.namespace for source in builder.receipt.sources]],
        )
        builder.engine.execute(f"SET schema = '{builder.schema}'")
        builder.stored(
            f"SELECT v.* EXCLUDE (case_id, customer_id, journey_id, source, source_ref), {_NATIVE} AS case_id "
            f"FROM {events} v"
        )
        for stage in ("cases", "identities", "rejects"):
            _stage_beside(builder, stage, path)
    except JourneyminerError:
        raise
    except Exception as error:
        raise UnreadableLog(
            "A file of the log folder is missing or damaged.", place=str(path), hint="Import the exports again."
        ) from error
    return manifest


def _stage_beside(builder: LogBuilder, stage: str, path: Path) -> None:
    """Case attributes, identities and rejects of a stored log, back under their source's number."""
    rows = f"read_parquet({one_file(path / f'{stage}.parquet')})"
    columns = "v.* EXCLUDE (file)" if stage == "rejects" else f"v.* REPLACE ({_NATIVE} AS case_id)"
    builder.engine.execute(f"INSERT INTO staged_{stage} BY NAME SELECT {columns} FROM {rows} v")


def _manifest(path: Path) -> dict[str, Any]:
    try:
        manifest: Any = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UnreadableLog(
            "The folder is no log.", place=str(path), hint="Make one with: journeyminer import EXPORT -o LOG."
        ) from error
    if not isinstance(manifest, dict):
        manifest = {}
    if manifest.get("schema") != SCHEMA_NAME or manifest.get("version") != SCHEMA_VERSION:
        raise UnreadableLog(
            f"The log has schema {manifest.get('schema')} {manifest.get('version')}; this program reads "
            f"{SCHEMA_NAME} {SCHEMA_VERSION}.",
            place=str(path),
            hint="Import the exports again.",
        )
    return cast("dict[str, Any]", manifest)
