"""Exports of the log: whole, safe to open, the same bytes each time, and the same events when read again."""

from __future__ import annotations

import csv
import gzip
import io
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tiny
from journeyminer.errors import Unwritable
from journeyminer.importers import xes
from journeyminer.importers.base import Match, Sample, Source
from journeyminer.log import EventLog
from journeyminer.log.build import LogBuilder
from journeyminer.log.engine import Engine
from journeyminer.log.export import CSV_COLUMNS, write_csv, write_xes
from journeyminer.log.receipt import SourceReceipt
from journeyminer.log.record import Case, Event, Identity, Record
from journeyminer.log.schema import SHOWN_EXTRAS
from journeyminer.note import Note
from journeyminer.options import ReadOptions

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def made(*records: Record) -> EventLog:
    builder = LogBuilder(Engine())
    builder.loader(SourceReceipt("made.txt", "tiny", Note("match.given"), namespace="n")).records(records)
    return builder.build()


def one(activity: str, **fields: str) -> EventLog:
    return made(Record("row 1", events=[Event("1", activity, NOON, **fields)]))  # type: ignore[arg-type]


def read_xes(path: Path) -> EventLog:
    builder = LogBuilder(Engine())
    loader = builder.loader(SourceReceipt(path.name, xes.NAME, Note("match.given"), namespace="n"))
    xes.load(Source(Sample(path, path.name), Match(1, Note("match.given")), ReadOptions()), loader)
    return builder.build()


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode(), newline="")))


def facts(log: EventLog) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """Everything an XES log can carry, in an order that does not depend on the source's."""
    events = log.rows(
        "SELECT case_id, timestamp, seq - min(seq) OVER (PARTITION BY case_key), activity, started_at, lifecycle, "
        'role, channel, stage, visibility, resource, "group", tier, status, synthetic, attributes '
        "FROM events ORDER BY case_id, timestamp, seq"
    )
    return events, log.rows("SELECT * EXCLUDE (case_key, as_of) FROM cases ORDER BY case_id")


def test_xes_has_the_standard_names(tmp_path: Path) -> None:
    log = tiny.log("A: work@09:00-09:30/by=ana/in=L1/as=agent\nB: ask@08:00/via=chat")
    write_xes(log, tmp_path / "log.xes")
    root = ElementTree.parse(tmp_path / "log.xes").getroot()
    name = "{http://www.xes-standard.org/}"
    assert [element.get("prefix") for element in root.iter(f"{name}extension")] == [
        "concept",
        "time",
        "lifecycle",
        "org",
    ]
    traces = [
        [[(at.get("key"), at.get("value")) for at in event] for event in trace.iter(f"{name}event")]
        for trace in root.iter(f"{name}trace")
    ]
    ask, work = [event for trace in traces for event in trace]
    assert ask == [
        ("concept:name", "ask"),
        ("time:timestamp", "2026-01-05T08:00:00.000+00:00"),
        ("channel", "chat"),
    ]
    assert ("start_timestamp", "2026-01-05T09:00:00.000+00:00") in work
    assert {("org:resource", "ana"), ("org:group", "L1"), ("org:role", "agent")} < set(work)


def test_a_native_id_is_shown_where_it_is_unique(tmp_path: Path) -> None:
    builder = LogBuilder(Engine())
    for namespace, cases in (("x", "12"), ("y", "23")):
        receipt = SourceReceipt(f"{namespace}.csv", "tiny", Note("match.given"), namespace=namespace)
        builder.loader(receipt).records(Record("row", events=[Event(case, "a", NOON)]) for case in cases)
    write_csv(builder.build(), tmp_path / "log.csv")
    assert [row["case_id"] for row in rows_of(tmp_path / "log.csv")] == ["1", "x:2", "y:2", "3"]


def test_markup_in_the_data_stays_text(tmp_path: Path) -> None:
    activity = "<event> & \"quote\" 'tick' \t\n ]]>"
    write_xes(one(activity), tmp_path / "log.xes")
    assert read_xes(tmp_path / "log.xes").one("SELECT activity FROM events") == (activity,)


def test_a_character_that_xml_cannot_hold_is_replaced(tmp_path: Path) -> None:
    write_xes(one("bell \x07 rings"), tmp_path / "log.xes")
    assert read_xes(tmp_path / "log.xes").one("SELECT activity FROM events") == ("bell \ufffd rings",)


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_cell_never_starts_a_formula(tmp_path: Path, first: str) -> None:
    write_csv(one(f'{first}HYPERLINK("x")', resource=f"{first}1"), tmp_path / "log.csv")
    (row,) = rows_of(tmp_path / "log.csv")
    shown = first if first.isprintable() else " "
    assert row["activity"] == f'\'{shown}HYPERLINK("x")'
    assert row["resource"] == f"'{shown}1"


def test_csv_has_one_header_whatever_the_log_holds(tmp_path: Path) -> None:
    write_csv(one("a, b"), tmp_path / "log.csv")
    (row,) = rows_of(tmp_path / "log.csv")
    assert tuple(row) == CSV_COLUMNS
    assert (row["activity"], row["timestamp"], row["source_ref"]) == (
        "a, b",
        "2026-01-05T12:00:00.000000Z",
        "made.txt: row 1",
    )


@pytest.mark.parametrize("write", [write_csv, write_xes])
def test_identifiers_do_not_leave(tmp_path: Path, write: Callable[[EventLog, Path], None]) -> None:
    who = [Identity("1", "email", "dora@example.org"), Identity("1", "name", "Dora Pike")]
    write(made(Record("row 1", events=[Event("1", "a", NOON)], identities=who)), tmp_path / "log")
    text = (tmp_path / "log").read_text()
    assert "dora" not in text.lower()


@pytest.mark.parametrize("write", [write_csv, write_xes])
def test_agents_are_written_by_the_given_names_and_customers_by_none(
    tmp_path: Path, write: Callable[..., None]
) -> None:
    log = tiny.log("A: ask@09:00/by=dora/as=customer reply@09:30/by=lee/as=agent")
    write(log, tmp_path / "named")
    write(log, tmp_path / "numbered", agents={"lee": "agent 1"})
    named, numbered = (tmp_path / "named").read_text(), (tmp_path / "numbered").read_text()
    assert ("dora" in named, "lee" in named) == (False, True)
    assert ("dora" in numbered, "lee" in numbered, "agent 1" in numbered) == (False, False, True)


@pytest.mark.parametrize("write", [write_csv, write_xes])
def test_packed_is_the_same_content_and_every_run_the_same_bytes(
    tmp_path: Path, write: Callable[[EventLog, Path], None]
) -> None:
    log = tiny.log("A: ask@09:00 reply@09:30")
    for name in ("plain", "first.gz", "second.gz"):
        write(log, tmp_path / name)
    assert (tmp_path / "first.gz").read_bytes() == (tmp_path / "second.gz").read_bytes()
    assert gzip.decompress((tmp_path / "first.gz").read_bytes()) == (tmp_path / "plain").read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"plain", "first.gz", "second.gz"}


@pytest.mark.parametrize("write", [write_csv, write_xes])
def test_a_dash_is_stdout(
    tmp_path: Path, write: Callable[[EventLog, Path | str], None], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    log = tiny.log("A: ask@09:00")
    write(log, "-")
    write(log, tmp_path / "file")
    assert capfdbinary.readouterr().out == (tmp_path / "file").read_bytes()


@pytest.mark.parametrize("write", [write_csv, write_xes])
def test_a_place_that_cannot_be_written_is_said(tmp_path: Path, write: Callable[[EventLog, Path], None]) -> None:
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "folder").mkdir()
    for place in (tmp_path / "file" / "log", tmp_path / "folder"):
        with pytest.raises(Unwritable):
            write(tiny.log("A: ask@09:00"), place)
    assert {path.name for path in tmp_path.iterdir()} == {"file", "folder"}


XML_CHARACTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff")
TEXTS = st.text(st.one_of(XML_CHARACTERS, st.sampled_from("\t\n\r")), min_size=1, max_size=8)
WORDS = TEXTS.map(str.strip).filter(bool)  # an importer leaves no white space around a word
MOMENTS = st.integers(0, 10**12).map(lambda microseconds: NOON + timedelta(microseconds=microseconds))
EVENTS = st.builds(
    Event,
    case=st.sampled_from(["1", "T-2", "a & b"]),
    activity=WORDS,
    timestamp=MOMENTS,
    started_at=st.none() | MOMENTS,
    # a word of the standard model is spelt its way, so only its own spelling comes back
    lifecycle=st.none() | st.sampled_from(["complete", "start", "In Progress"]),
    role=st.none() | WORDS,
    channel=st.none() | WORDS,
    resource=st.none() | WORDS,
    group=st.none() | WORDS,
    status=st.none() | WORDS,
    synthetic=st.booleans(),
    attributes=st.none() | st.dictionaries(WORDS, WORDS, min_size=1, max_size=2),
)
CASES = st.builds(
    Case,
    case=st.just(""),
    opened_at=st.none() | MOMENTS,
    priority=st.none() | WORDS,
    language=st.none() | WORDS,
    csat=st.none() | st.floats(0, 1),
    extras=st.none() | st.dictionaries(st.sampled_from(SHOWN_EXTRAS), WORDS, min_size=1, max_size=2),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(EVENTS, CASES), min_size=1, max_size=6))
def test_a_log_that_is_written_and_read_twice_says_the_same(pairs: list[tuple[Event, Case]]) -> None:
    for event, case in pairs:
        case.case = event.case
    log = made(*(Record(f"row {n}", events=[event], cases=[case]) for n, (event, case) in enumerate(pairs)))
    with tempfile.TemporaryDirectory() as folder:
        first, second = Path(folder, "first.xes"), Path(folder, "second.xes.gz")
        write_xes(log, first)
        again = read_xes(first)
        write_xes(again, second)
        assert gzip.decompress(second.read_bytes()) == first.read_bytes()
        assert facts(read_xes(second)) == facts(again)
    events, cases = facts(log)
    # the order of the source becomes the order of time
    assert [row[:2] + row[3:] for row in events] == [row[:2] + row[3:] for row in facts(again)[0]]
    assert cases == facts(again)[1]


@pytest.mark.parametrize("write", [write_xes, write_csv])
def test_extras_that_describe_a_customer_stay(tmp_path: Path, write: Callable[[EventLog, Path], None]) -> None:
    extras = {"x_organization": "Secret Ltd", "x_status": "Waiting"}
    log = made(Record("1", events=[Event("A", "x", NOON)], cases=[Case("A", extras=extras)]))
    write(log, tmp_path / "log")
    said = (tmp_path / "log").read_text()
    assert "Waiting" in said and "Secret" not in said


def test_pm4py_reads_what_we_write(data: Callable[[str], Path], tmp_path: Path) -> None:
    pm4py = pytest.importorskip("pm4py")
    write_xes(read_xes(data("pm4py_logs/08_receipt.xes.gz")), tmp_path / "log.xes")
    frame = pm4py.read_xes(str(tmp_path / "log.xes"), show_progress_bar=False)
    assert len(frame) == 8_577
    assert len(pm4py.get_variants(frame)) == 116
