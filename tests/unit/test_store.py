"""The log folder: round trip, append, atomic replace, damage."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from journeyminer.errors import UnreadableLog, Unwritable
from journeyminer.log import EventLog
from journeyminer.log.build import LogBuilder
from journeyminer.log.engine import Engine
from journeyminer.log.receipt import SourceReceipt
from journeyminer.log.record import Case, Event, Identity, Record
from journeyminer.log.store import load_log, save_log, stage_stored
from journeyminer.note import Note
from tiny import log, moment

TEXT = "A: created@09:00/as=customer reply@09:30/by=ana/in=L1/to=open work@10:00-10:20\nB: created@1d09:00"


def rich_log() -> EventLog:
    builder = LogBuilder(Engine())
    way = builder.loader(SourceReceipt("a.json", "test", Note("match.given"), namespace="a"))
    way.decide(Note("decision.zone_given", zone="UTC"))
    way.records(
        [
            Record(
                "ticket 1",
                events=[Event("1", "created", moment("09:00"), id="e1", attributes={"k": "v"})],
                cases=[Case("1", priority="high", csat=1.0, opened_at=moment("08:59"), extras={"x_plan": "pro"})],
                identities=[Identity("1", "email", "p@example.com")],
            ),
            Record.rejected("ticket 2", "no_timestamp", column="created_at", value="??"),
        ]
    )
    return builder.build()


@pytest.mark.parametrize("made", [log(TEXT), rich_log()], ids=["tiny", "rich"])
def test_a_saved_log_opens_as_it_was(made: EventLog, tmp_path: Path) -> None:
    save_log(made, tmp_path / "log")
    again = load_log(tmp_path / "log")
    assert again.to_pandas().equals(made.to_pandas())
    assert again.receipt == made.receipt
    assert again.as_of == made.as_of
    cases = "SELECT * EXCLUDE (case_key) FROM cases ORDER BY case_id"
    assert str(again.rows(cases)) == str(made.rows(cases))
    for table in ("identities", "rejects"):
        assert len(again.rows(f"SELECT * FROM {table}")) == len(made.rows(f"SELECT * FROM {table}"))


def test_the_moment_that_open_traces_run_to_is_kept(tmp_path: Path) -> None:
    save_log(log(TEXT).run_to(moment("9d00:00")), tmp_path / "log")
    again = load_log(tmp_path / "log")
    assert again.as_of is not None and again.as_of.day == 14
    assert again.one("SELECT DISTINCT as_of FROM cases") == (again.as_of,)


def test_saving_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        save_log(rich_log(), tmp_path / folder)
    for file in (
        "events.parquet",
        "cases.parquet",
        "private/identities.parquet",
        "private/extras.parquet",
        "manifest.json",
    ):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_the_name_of_a_folder_is_no_pattern(tmp_path: Path) -> None:
    """The engine would read `log*` as `logs` and all others that fit."""
    save_log(rich_log(), tmp_path / "log*")
    save_log(rich_log(), tmp_path / "logs")
    assert load_log(tmp_path / "log*").n_events == rich_log().n_events


def append(folder: Path, records: list[Record], file: str, namespace: str) -> EventLog:
    builder = LogBuilder(Engine())
    stage_stored(builder, folder)
    builder.loader(SourceReceipt(file, "test", Note("match.given"), namespace=namespace)).records(records)
    made = builder.build()
    save_log(made, folder)
    return load_log(folder)


def test_appending_the_same_again_adds_nothing_and_a_new_week_adds_itself(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    first = [
        Record("1", events=[Event("A", "x", moment("09:00"))]),
        Record("2", events=[Event("A", "x", moment("09:00"))]),
    ]
    append_to_empty = LogBuilder(Engine())
    append_to_empty.loader(SourceReceipt("w1", "test", Note("match.given"), namespace="n")).records(first)
    save_log(append_to_empty.build(), folder)

    again = append(folder, first, "w1 again", "n")
    assert again.n_events == 2
    assert again.receipt.sources[1].deduplicated == 2

    later = append(folder, [Record("1", events=[Event("A", "y", moment("1d09:00"))])], "w2", "n")
    assert later.n_events == 3
    assert [source.used for source in later.receipt.sources] == [2, 0, 1]
    assert all(source.balances for source in later.receipt.sources)
    refs = later.rows("SELECT source_ref FROM events ORDER BY seq")
    assert refs == [("w1: 1",), ("w1: 2",), ("w2: 1",)]

    untouched = append(folder, [Record("1", events=[Event("A", "x", moment("09:00"))])], "w3", "n")
    assert untouched.n_events == 3  # the ids of stored events do not move when files are appended


def test_another_file_appended_twice_is_there_once(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    save_log(rich_log(), folder)
    beside = [Record("1", events=[Event("A", "x", moment("09:00"))])]
    first = append(folder, beside, "b.csv", "b")
    assert first.one("SELECT count(*) FROM event_rows WHERE event_id IS NULL") == (0,)
    again = append(folder, beside, "b.csv", "b")
    assert (again.n_events, again.receipt.sources[2].deduplicated) == (2, 1)


def test_a_namespace_that_begins_with_another_keeps_its_own(tmp_path: Path) -> None:
    builder = LogBuilder(Engine())
    for namespace, case, priority in (("a", "b:1", "low"), ("a:b", "1", "high")):
        record = Record(
            "1",
            events=[Event(case, "x", moment("09:00"))],
            cases=[Case(case, priority=priority)],
            identities=[Identity(case, "email", f"{priority}@example.com")],
        )
        builder.loader(SourceReceipt("f", "test", Note("match.given"), namespace=namespace)).records([record])
    save_log(builder.build(), tmp_path / "log")
    said = "SELECT namespace, native_id, priority, value FROM cases JOIN identities USING (case_key) ORDER BY ALL"
    assert load_log(tmp_path / "log").rows(said) == [
        ("a", "b:1", "low", "low@example.com"),
        ("a:b", "1", "high", "high@example.com"),
    ]


def test_rejects_stay_with_their_file_where_two_weeks_have_one_name(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    save_log(rich_log(), folder)
    week = [Record("1", events=[Event("A", "x", moment("09:00"))]), Record.rejected("line 2", "no_timestamp")]
    again = append(folder, week, "a.json", "b")
    assert again.rows("SELECT file, record FROM rejects") == [("a.json", "ticket 2"), ("a.json", "line 2")]


def test_a_folder_that_is_no_log_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep me")
    with pytest.raises(Unwritable, match="in the way"):
        save_log(log(TEXT), tmp_path / "mine")
    assert (tmp_path / "mine" / "notes.txt").read_text() == "keep me"


def test_a_failed_save_leaves_the_old_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "log"
    made = log(TEXT)
    save_log(made, folder)

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("journeyminer.log.store.documented_events", fail)
    with pytest.raises(KeyboardInterrupt):
        save_log(made, folder)
    assert load_log(folder).n_events == 4
    assert [path.name for path in tmp_path.iterdir()] == ["log"]


def test_a_missing_damaged_or_foreign_log_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableLog, match="is not a log"):
        load_log(tmp_path)
    save_log(log(TEXT), tmp_path / "log")
    manifest = json.loads((tmp_path / "log" / "manifest.json").read_text())
    (tmp_path / "log" / "manifest.json").write_text(json.dumps(manifest | {"version": 99}))
    with pytest.raises(UnreadableLog, match="99"):
        load_log(tmp_path / "log")
    (tmp_path / "log" / "manifest.json").write_text("[]")
    with pytest.raises(UnreadableLog, match="schema None None"):
        load_log(tmp_path / "log")
    (tmp_path / "log" / "manifest.json").write_text(json.dumps(manifest | {"receipt": {"sources": 1}}))
    with pytest.raises(UnreadableLog, match="damaged"):
        load_log(tmp_path / "log")
    (tmp_path / "log" / "manifest.json").write_text(json.dumps(manifest))
    (tmp_path / "log" / "events.parquet").write_bytes(b"PAR1 not really")
    with pytest.raises(UnreadableLog, match="damaged"):
        load_log(tmp_path / "log")
