"""The contract of every source: what holds for each importer and each profile, found by itself.

A source has a folder of golden inputs under its name, see golden_inputs.py; with it comes everything here.
"""

from __future__ import annotations

import gzip
import json
import zipfile
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest

from contract.inputs import HOSTILE, bodies, files_of, hostile
from golden_inputs import FOLDER, INPUTS, options_of
from journeyminer.errors import EmptyLog, JourneyminerError, UsageError
from journeyminer.importers import read_log
from journeyminer.importers.base import Sample
from journeyminer.importers.reading.identify import identify, sources
from journeyminer.log import EventLog
from journeyminer.log.receipt import to_data
from journeyminer.log.store import save_log
from journeyminer.options import ReadOptions

SOURCES = {known.source.rpartition(":")[2]: known.source for known in sources()}
"""name of the folder of golden inputs -> what --source calls it"""
WORDS = ("activity", "timestamp", "started_at", "role", "channel", "visibility", "resource", "group", "status")
every_input = pytest.mark.parametrize("path", INPUTS, ids=lambda path: f"{path.parent.name}/{path.name}")


@dataclass(frozen=True)
class Outcome:
    """What a reading came to, without the names of files and namespaces."""

    events: list[tuple[object, ...]]
    counts: list[tuple[int, ...]]
    identities: set[str]
    told: str
    """all text of the log outside the table of identities, and its receipt"""


def outcome(log: EventLog) -> Outcome:
    listed = ", ".join(f'"{word}"' for word in WORDS)
    told = [
        str(row)
        for table in ("events", "cases", "sources", "rejects")
        for row in log.rows(f"SELECT * FROM {table} ORDER BY ALL")
    ]
    return Outcome(
        log.rows(f"SELECT {listed} FROM events ORDER BY ALL"),
        sorted((source.records, source.rejected, source.ignored) for source in log.receipt.sources),
        {value for (value,) in log.rows("SELECT value FROM identities")},
        "\n".join([*told, json.dumps(to_data(log.receipt), ensure_ascii=False)]),
    )


def as_read(path: Path) -> EventLog:
    log = read_log([path], options=replace(options_of(path), max_rejected=1))
    assert all(source.balances for source in log.receipt.sources)
    return log


@cache
def golden(path: Path) -> Outcome:
    """What a golden input comes to; read once for all tests."""
    return outcome(as_read(path))


def test_every_source_has_golden_inputs() -> None:
    assert {folder.name for folder in FOLDER.iterdir()} == SOURCES.keys()


@every_input
def test_a_source_claims_its_own_files_alone(path: Path) -> None:
    for file in files_of(path):
        found = identify(Sample(file, str(file.relative_to(path.parent))), ReadOptions())
        assert found.error is None, (file, found.error)
        assert found.chosen is not None
        importer, match = found.chosen
        assert path.parent.name in (importer.NAME, match.profile), file


@every_input
def test_packed_it_is_the_same(path: Path, tmp_path: Path) -> None:
    archive = tmp_path / f"{path.name}.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for file in files_of(path):
            packed.write(file, file.relative_to(path.parent))
    found = outcome(read_log([archive], options=options_of(path)))
    assert (found.events, found.counts) == (golden(path).events, golden(path).counts)


@every_input
def test_gzip_is_the_same(path: Path, tmp_path: Path) -> None:
    if path.is_dir() or path.suffix == ".parquet":
        pytest.skip("exports of this shape are not packed one by one")
    packed = tmp_path / f"{path.name}.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    found = outcome(read_log([packed], options=options_of(path)))
    assert (found.events, found.counts) == (golden(path).events, golden(path).counts)


@every_input
def test_a_truncated_file_is_an_error_or_a_balanced_part(path: Path, tmp_path: Path) -> None:
    for number, file in enumerate(files_of(path)):
        cut = tmp_path / str(number) / file.name
        cut.parent.mkdir()
        cut.write_bytes(file.read_bytes()[: file.stat().st_size * 3 // 5])
        options = replace(options_of(path), source=SOURCES[path.parent.name], max_rejected=1)
        try:
            log = read_log([cut], options=options)
        except JourneyminerError as error:
            assert error.message.slug
        else:
            assert all(source.balances for source in log.receipt.sources)
            assert log.n_events <= len(golden(path).events)


@every_input
def test_an_empty_file_is_an_error(path: Path, tmp_path: Path) -> None:
    empty = tmp_path / files_of(path)[0].name
    empty.write_bytes(b"")
    for options in (ReadOptions(), ReadOptions(source=SOURCES[path.parent.name])):
        with pytest.raises(JourneyminerError):
            read_log([empty], options=options)


@every_input
def test_a_zone_that_is_none_is_refused(path: Path) -> None:
    with pytest.raises(UsageError):
        read_log([path], options=replace(options_of(path), timezone="Mars/Olympus"))


@every_input
def test_hostile_text_stays_text(path: Path, tmp_path: Path) -> None:
    options = replace(options_of(path), source=SOURCES[path.parent.name], max_rejected=1)
    try:
        log = read_log([hostile(path, tmp_path)], options=options)
    except EmptyLog:
        assert path.parent.name == "field_history"  # none of its fields is one that we follow any more
        return
    assert all(source.balances for source in log.receipt.sources)
    assert log.n_events > 0
    words = {str(word) for row in outcome(log).events for word in row if word and "<img" in str(word)}
    assert all(HOSTILE.split("\x1b")[0] in word for word in words), "a part of the text was taken for structure"


@every_input
def test_who_the_customers_are_and_what_they_wrote_stays_out_of_the_log(path: Path) -> None:
    found = golden(path)
    said = [word for word in found.identities | bodies(path) if len(word) > 3]
    assert not [word for word in said if word in found.told]


@every_input
def test_reading_it_again_changes_nothing(path: Path, tmp_path: Path) -> None:
    first = read_log([path], options=options_of(path))
    save_log(first, tmp_path / "log")
    again = read_log([path], options=options_of(path), append_to=tmp_path / "log", fingerprints=False)
    assert again.to_pandas().equals(first.to_pandas())
    assert not any(source.events for source in again.receipt.sources[len(first.receipt.sources) :])
