"""The way into a log: fates, namespaces, deduplication, the declared order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from journeyminer.errors import EmptyLog, MissingColumn, TooLittleMemory, UsageError
from journeyminer.log.build import LogBuilder, from_pandas
from journeyminer.log.engine import Engine
from journeyminer.log.loader import Loader
from journeyminer.log.receipt import SourceReceipt, Unclaimed
from journeyminer.log.record import Case, Event, Identity, Record
from journeyminer.note import Note
from tiny import log

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
BROKEN = Unclaimed("bad.txt", Note("read.bad_json"))


def event(case: str, activity: str, minute: int = 0, **more: str) -> Event:
    return Event(case, activity, NOON + timedelta(minutes=minute), **more)  # type: ignore[arg-type]


def loader(builder: LogBuilder, file: str, namespace: str) -> Loader:
    return builder.loader(SourceReceipt(file, "test", Note("match.given"), namespace=namespace))


def used(ref: str, *events: Event) -> Record:
    return Record(ref, events=list(events))


def test_every_record_has_one_fate() -> None:
    builder = LogBuilder(Engine())
    way = loader(builder, "a.txt", "a")
    way.records(
        [
            used("line 1", event("A", "x")),
            Record.rejected("line 2", "no_timestamp", column="when", value="soon"),
            Record.ignored("line 3", "app_notice"),
        ]
    )
    made = builder.build()
    receipt = made.receipt.sources[0]
    assert (receipt.records, receipt.used, receipt.rejected, receipt.ignored, receipt.events) == (3, 1, 1, 1, 1)
    assert receipt.balances
    assert made.rows("SELECT * EXCLUDE (source_no) FROM rejects") == [
        ("a.txt", "line 2", "no_timestamp", "when", "soon")
    ]


def test_the_same_native_id_in_two_namespaces_is_two_cases() -> None:
    builder = LogBuilder(Engine())
    for namespace in ("a", "b"):
        loader(builder, f"{namespace}.txt", namespace).records([used("1", event("7", "x"))])
    made = builder.build()
    assert made.rows("SELECT case_id FROM cases ORDER BY 1") == [("a:7",), ("b:7",)]


def test_identical_rows_of_one_file_stay_and_the_same_rows_in_a_second_file_go() -> None:
    builder = LogBuilder(Engine())
    rows = [used("1", event("7", "x")), used("2", event("7", "x")), used("3", event("7", "y"))]
    loader(builder, "one.txt", "same").records(rows)
    loader(builder, "two.txt", "same").records([*rows, used("4", event("7", "x"))])
    made = builder.build()
    one, two = made.receipt.sources
    assert (one.used, one.deduplicated) == (3, 0)
    assert (two.used, two.deduplicated) == (1, 3)  # its third x is one more than the first file holds
    assert one.balances and two.balances
    assert made.n_events == 4


def test_the_id_of_an_event_does_not_hang_on_the_files_beside_it() -> None:
    def ids(*beside: Event) -> set[str]:
        builder = LogBuilder(Engine())
        loader(builder, "a.txt", "a").records([used("1", event("A", "x"))])
        if beside:
            loader(builder, "b.txt", "b").records([used("1", *beside)])
        frame = builder.build().to_pandas()
        return {str(each) for each in frame.loc[frame["case_id"] == "a:A", "event_id"]}

    assert ids() == ids(event("B", "y", resource="ana", status="open"))


def test_the_source_own_id_decides_inside_a_file_too() -> None:
    builder = LogBuilder(Engine())
    way = loader(builder, "pages.json", "z")
    way.records([used("1", event("7", "x", id="e1")), used("2", event("7", "changed", id="e1"))])
    made = builder.build()
    assert made.n_events == 1
    assert made.receipt.sources[0].deduplicated == 1
    assert made.receipt.sources[0].balances


def test_a_case_all_of_whose_events_stand_elsewhere_is_none() -> None:
    builder = LogBuilder(Engine())
    who = [Identity("B", "email", "someone@example.com")]
    twice = [used("1", event("A", "x", id="7")), Record("2", events=[event("B", "x", id="7")], identities=who)]
    loader(builder, "a.txt", "a").records(twice)
    made = builder.build()
    assert (made.n_cases, made.rows("SELECT * FROM identities")) == (1, [])


def test_a_record_with_one_event_left_is_used() -> None:
    builder = LogBuilder(Engine())
    way = loader(builder, "pages.json", "z")
    way.records([used("1", event("7", "x", id="e1")), used("2", event("7", "x", id="e1"), event("7", "y", id="e2"))])
    receipt = builder.build().receipt.sources[0]
    assert (receipt.used, receipt.deduplicated, receipt.events) == (2, 0, 2)


def test_a_table_comes_in_by_one_query_with_row_numbers_of_a_spreadsheet() -> None:
    builder = LogBuilder(Engine())
    way = loader(builder, "t.csv", "t")
    way.table(
        "SELECT * FROM (VALUES ('A','x',TIMESTAMP '2026-01-05 12:00:00','ana'), ('A','y',NULL,'ana'), "
        "('B','x',TIMESTAMP '2026-01-05 12:00:00',NULL)) v(case_id, activity, timestamp, resource)",
        rejected={"no_timestamp": 1},
    )
    made = builder.build()
    assert made.rows("SELECT source_ref, resource FROM events ORDER BY seq") == [
        ("t.csv: row 2", "ana"),
        ("t.csv: row 4", None),
    ]
    assert made.receipt.sources[0].used == 2


def test_a_table_whose_events_have_ids_of_their_own_keeps_the_first_of_each() -> None:
    builder = LogBuilder(Engine())
    loader(builder, "t.csv", "t").table(
        "SELECT * FROM (VALUES ('A','x','1'), ('A','x','1'), ('A','y','2')) v(case_id, activity, id), "
        "(SELECT TIMESTAMP '2026-01-05' AS timestamp)"
    )
    made = builder.build()
    assert made.rows("SELECT activity, source_ref FROM events ORDER BY seq") == [
        ("x", "t.csv: row 2"),
        ("y", "t.csv: row 4"),
    ]
    assert (made.receipt.sources[0].used, made.receipt.sources[0].deduplicated) == (2, 1)


def test_a_table_beside_a_file_of_its_namespace_without_events_is_a_log() -> None:
    builder = LogBuilder(Engine())
    loader(builder, "t.csv", "n").table("SELECT 'A' AS case_id, 'x' AS activity, TIMESTAMP '2026-01-05' AS timestamp")
    loader(builder, "m.txt", "n").records([Record.ignored("line 1", "app_notice")])
    assert builder.build().n_events == 1


def test_files_of_both_ways_join_in_one_log() -> None:
    builder = LogBuilder(Engine())
    loader(builder, "t.csv", "t").table("SELECT 'A' AS case_id, 'x' AS activity, TIMESTAMP '2026-01-05' AS timestamp")
    loader(builder, "m.txt", "m").records([used("line 9", event("A", "y", resource="ana"))])
    made = builder.build()
    assert made.rows("SELECT case_id, activity, resource, source_ref FROM events ORDER BY seq") == [
        ("t:A", "x", None, "t.csv: row 2"),
        ("m:A", "y", "ana", "m.txt: line 9"),
    ]


def test_later_records_override_case_attributes_field_by_field() -> None:
    builder = LogBuilder(Engine())
    loader(builder, "a.txt", "a").records(
        [
            Record("1", events=[event("A", "x")], cases=[Case("A", priority="low", product="app")]),
            Record("2", events=[event("A", "y")], cases=[Case("A", priority="high", csat=1.0)]),
        ]
    )
    row = builder.build().one("SELECT priority, product, csat FROM cases")
    assert row == ("high", "app", 1.0)


def test_a_broken_file_takes_back_what_it_had_handed_over() -> None:
    builder = LogBuilder(Engine())
    loader(builder, "good.txt", "g").records([used("1", event("A", "x"))])
    broken = loader(builder, "bad.txt", "b")
    broken.records([used("1", event("B", "x"))])
    builder.drop(broken, BROKEN)
    made = builder.build()
    assert made.rows("SELECT case_id FROM events") == [("g:A",)]
    assert ([source.file for source in made.receipt.sources], made.receipt.failed) == (["good.txt"], (BROKEN,))


def test_a_table_takes_the_place_of_a_table_that_was_taken_back() -> None:
    builder = LogBuilder(Engine())
    for resource in ("ana", "bo"):
        way = loader(builder, f"{resource}.csv", resource)
        way.table(
            f"SELECT 'A' AS case_id, 'x' AS activity, TIMESTAMP '2026-01-05' AS timestamp, '{resource}' AS resource"
        )
        if resource == "ana":
            builder.drop(way, BROKEN)
    assert builder.build().rows("SELECT case_id, resource FROM events") == [("bo:A", "bo")]


def test_a_maildir_of_more_files_than_two_bytes_can_count() -> None:
    builder = LogBuilder(Engine())
    for number in range(66_000):
        loader(builder, f"{number}.eml", str(number)).records([used("mail", event("1", "sent"))])
    made = builder.build()
    assert (made.n_events, made.n_cases) == (66_000, 66_000)


def test_identities_stand_in_their_own_table_only() -> None:
    builder = LogBuilder(Engine())
    record = Record("1", events=[event("A", "x")], identities=[Identity("A", "email", "someone@example.com")])
    loader(builder, "a.txt", "a").records([record])
    made = builder.build()
    assert made.rows("SELECT kind, value FROM identities") == [("email", "someone@example.com")]
    assert "someone" not in str(made.to_pandas().to_dict()) + str(made.rows("SELECT * FROM cases"))


def test_an_empty_reading_is_an_error() -> None:
    with pytest.raises(EmptyLog):
        LogBuilder(Engine()).build()


def test_a_reading_without_an_event_says_why() -> None:
    builder = LogBuilder(Engine())
    loader(builder, "a.txt", "a").records([Record.rejected(str(n), "no_timestamp") for n in range(2)])
    loader(builder, "b.txt", "b").records([Record.ignored("1", "app_notice")])
    with pytest.raises(EmptyLog, match=r"no timestamp \(2\), a notice of the app \(1\)") as error:
        builder.build()
    assert error.value.message == Note("read.no_event")
    builder = LogBuilder(Engine())
    loader(builder, "a.csv", "a").table("SELECT '1' AS case_id, 'a' AS activity, NULL::TIMESTAMP AS timestamp")
    with pytest.raises(EmptyLog):
        builder.build()


def test_a_placeholder_is_no_date() -> None:
    builder = LogBuilder(Engine())
    ages = [datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))), datetime(9999, 12, 31, tzinfo=UTC), NOON]
    loader(builder, "a.txt", "a").records([used(str(age.year), Event("A", "x", age)) for age in ages])
    made = builder.build()
    assert made.n_events == 1
    assert made.receipt.sources[0].rejected_reasons == {"date_out_of_range": 2}


def test_from_pandas_names_the_missing_column() -> None:
    import pandas as pd

    frame = pd.DataFrame({"id": ["A"], "what": ["x"]})
    with pytest.raises(MissingColumn, match="id, what"):
        from_pandas(frame, case="id", activity="what", timestamp="when")
    with pytest.raises(MissingColumn, match=r"no column “mood”\. The log has: case_id, activity, timestamp"):
        from_pandas(frame, case="id", activity="what", timestamp="what", mood="id")


def test_a_moment_without_a_zone_is_a_fault_of_the_importer() -> None:
    way = loader(LogBuilder(Engine()), "a.txt", "a")
    with pytest.raises(ValueError, match="without a zone"):
        way.records([used("1", Event("A", "x", NOON, started_at=NOON.replace(tzinfo=None)))])


def test_from_pandas_rejects_rows_without_a_time_and_the_receipt_balances() -> None:
    import pandas as pd

    frame = pd.DataFrame(
        {"case_id": ["A", "A"], "activity": ["x", "y"], "timestamp": [pd.Timestamp("2026-01-05"), pd.NaT]}
    )
    made = from_pandas(frame)
    assert (made.n_events, made.receipt.sources[0].rejected) == (1, 1)
    assert made.receipt.sources[0].balances


def test_columns_the_log_has_are_known_and_the_others_read_as_null() -> None:
    made = log("A: created@09:00/by=ana")
    assert made.has("resource") and not made.has("group")
    assert made.one('SELECT "group", synthetic FROM events') == (None, False)


def test_a_derived_log_leaves_the_first_alone() -> None:
    made = log("A: x@09:00\nB: x@10:00")
    one = made.derive(
        event_rows="SELECT e.* FROM {log}.event_rows e JOIN {log}.case_rows c USING (case_key) WHERE c.native_id = 'A'",
        case_rows="SELECT * FROM {log}.case_rows WHERE native_id = 'A'",
    )
    assert (one.n_events, one.n_cases, made.n_events) == (1, 1, 2)
    assert one.rows("SELECT case_id FROM events") == [("tiny:A",)]


TABLE = (
    "SELECT * FROM (VALUES ('A','x',TIMESTAMP '2026-01-05 12:00','ana'), ('A','y',TIMESTAMP '2026-01-05 13:00','bea'), "
    "('B','z',TIMESTAMP '2026-01-05 14:00','ana'), ('B','a',TIMESTAMP '2026-01-05 15:00',NULL)) "
    "v(case_id, activity, timestamp, resource)"
)


def test_words_beyond_the_first_rows_are_coded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def rows(sample: int) -> list[tuple[object, ...]]:
        monkeypatch.setattr("journeyminer.log.staging.SAMPLE_ROWS", sample)
        builder = LogBuilder(Engine())
        loader(builder, "t.csv", "t").table(TABLE)
        return builder.build().rows("SELECT case_id, activity, resource FROM events ORDER BY seq")

    assert rows(100) == [("t:A", "x", "ana"), ("t:A", "y", "bea"), ("t:B", "z", "ana"), ("t:B", "a", None)]
    assert rows(1) == rows(2) == rows(4) == rows(100)
    monkeypatch.setattr("journeyminer.log.staging.MANY_WORDS", 2)
    assert rows(1) == rows(2) == rows(4) == rows(100)


def test_case_keys_that_collide_are_salted_until_they_are_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    def weak(native: str, namespace: str, salt: int) -> str:
        return f"CAST({salt} * length({native}) + {salt} * ascii({native}) AS UBIGINT)"  # salt 0: one key for all

    for module in ("staging", "finish"):
        monkeypatch.setattr(f"journeyminer.log.{module}.case_key", weak)
    builder = LogBuilder(Engine())
    loader(builder, "t.csv", "t").table(TABLE)
    made = builder.build()
    assert made.n_cases == 2
    assert made.rows("SELECT case_id, activity FROM events ORDER BY seq")[2] == ("t:B", "z")


def test_half_a_character_in_a_broken_export_does_not_end_the_reading() -> None:
    builder = LogBuilder(Engine())
    loader(builder, "a.txt", "a").records([used("1", event("A", "broken \ud83d"), event("A", "ő 😀 \x00 \u2028"))])
    assert builder.build().rows("SELECT activity FROM events ORDER BY seq") == [("broken ?",), ("ő 😀 \x00 \u2028",)]


def test_a_namespace_after_the_table_is_refused() -> None:
    way = loader(LogBuilder(Engine()), "t.csv", "t")
    way.table(TABLE)
    with pytest.raises(ValueError, match="before"):
        way.namespace("desk")


def test_open_traces_run_to_the_last_event_of_their_namespace_or_to_a_given_moment() -> None:
    builder = LogBuilder(Engine())
    loader(builder, "a.txt", "a").records([used("1", event("A", "x"))])
    loader(builder, "b.txt", "b").records([used("1", event("B", "x", minute=60))])
    made = builder.build()
    as_of = "SELECT case_id, hour(as_of) FROM cases ORDER BY 1"
    assert made.rows(as_of) == [("a:A", 12), ("b:B", 13)]
    later = made.run_to(NOON + timedelta(hours=8))
    assert later.rows(as_of) == [("a:A", 20), ("b:B", 20)]
    assert later.as_of == datetime(2026, 1, 5, 20)
    with pytest.raises(UsageError, match="--until"):
        made.run_to(NOON)


def test_too_little_memory_names_the_flag() -> None:
    with pytest.raises(TooLittleMemory, match="--memory"):
        Engine(memory="64MB").rows("SELECT list(i) FROM range(30000000) t(i)")
