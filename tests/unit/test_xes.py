"""XES: what is read, what is refused and with which line; real logs against their published numbers."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from journeyminer.errors import UnreadableExport
from journeyminer.i18n import Language
from journeyminer.importers import read_log, xes
from journeyminer.importers.base import Match, Sample, Source
from journeyminer.log import EventLog
from journeyminer.log.build import LogBuilder
from journeyminer.log.engine import Engine
from journeyminer.log.receipt import SourceReceipt
from journeyminer.note import Note
from journeyminer.options import ReadOptions
from tiny import decided

Data = Callable[[str], Path]

ONE = '<string key="concept:name" value="{}"/><date key="time:timestamp" value="2026-01-05T10:00:00Z"/>'
VARIANTS = (
    "SELECT count(DISTINCT way) FROM "
    "(SELECT list(activity ORDER BY timestamp, seq) AS way FROM event_rows GROUP BY case_key)"
)


def event(name: str = "a", more: str = "") -> str:
    return f"<event>{ONE.format(name)}{more}</event>"


def trace(name: str, *events: str) -> str:
    return f'<trace><string key="concept:name" value="{name}"/>{"".join(events)}</trace>'


def document(*parts: str) -> str:
    return f'<log xes.version="1.0">{"".join(parts)}</log>'


def read(path: Path, **options: Any) -> EventLog:
    """The log of one XES file, by the importer alone."""
    sample = Sample(path, path.name)
    builder = LogBuilder(Engine())
    loader = builder.loader(SourceReceipt(path.name, xes.NAME, Note("match.given"), namespace="n"))
    xes.load(Source(sample, xes.identify(sample) or Match(0, Note("match.given")), ReadOptions(**options)), loader)
    assert loader.receipt.balances
    return builder.build()


@pytest.fixture
def log_of(tmp_path: Path) -> Callable[..., EventLog]:
    def make(text: str, **options: Any) -> EventLog:
        path = tmp_path / "log.xes"
        path.write_text(text, encoding="utf-8")
        return read(path, **options)

    return make


def refusal(path: Path) -> str:
    with pytest.raises(UnreadableExport) as caught:
        read(path)
    assert caught.value.hint
    return f"{path.name}: {caught.value.place}: {Language().note(caught.value.message)}"


@pytest.mark.parametrize(
    ("text", "score"),
    [
        (document(), 0.95),
        ("<log><trace/></log>", 0.95),
        ('<x:log xmlns:x="http://www.xes-standard.org/"><x:trace/></x:log>', 0.95),
        ('<log><string key="origin" value="csv"/>', 0.8),
        ("<log><logentry/></log>", None),
        ("<log><object-types/></log>", None),
        ('<log><global scope="log"/><events/></log>', None),
        ("case,activity\n", None),
    ],
)
def test_an_xml_log_of_traces_is_recognised(tmp_path: Path, text: str, score: float | None) -> None:
    path = tmp_path / "log.xml"
    path.write_text(text)
    match = xes.identify(Sample(path, path.name))
    assert (match.score if match else None) == score


def test_a_packed_log_is_told_by_its_bytes_and_not_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "log.xes"
    path.write_bytes(gzip.compress(document(trace("1", event())).encode()))
    assert read(path).n_events == 1


def test_the_same_time_in_three_spellings_is_one_time(log_of: Callable[..., EventLog]) -> None:
    times = ("2026-01-05T10:00:00.000+01:00", "2026-01-05T09:00:00Z", "2026-01-05 06:00:00-03:00")
    spelt = [
        f'<event><string key="concept:name" value="a"/><string key="time:timestamp" value="{time}"/></event>'
        for time in times
    ]
    log = log_of(document(trace("1", *spelt)))
    assert {str(row[0]) for row in log.rows("SELECT timestamp FROM events")} == {"2026-01-05 09:00:00"}
    assert not log.receipt.sources[0].zone_assumed


def test_a_date_without_a_zone_is_utc_and_said_or_the_given_zone(log_of: Callable[..., EventLog]) -> None:
    text = document(trace("1", event()).replace("00Z", "00"))
    assumed, given = log_of(text), log_of(text, timezone="America/Sao_Paulo")
    assert assumed.one("SELECT hour(timestamp) FROM events") == (10,)
    assert given.one("SELECT hour(timestamp) FROM events") == (13,)
    assert assumed.receipt.sources[0].zone_assumed
    assert not given.receipt.sources[0].zone_assumed
    assert Note("decision.zone_given", zone="America/Sao_Paulo") in given.receipt.sources[0].decisions


@pytest.mark.parametrize("when", ["05/01/2026 10:00", "20260105", "1767600000", "2026-02-30T10:00:00Z", "yesterday"])
def test_a_time_that_is_no_iso_date_is_rejected_with_its_line(log_of: Callable[..., EventLog], when: str) -> None:
    bad = event().replace("2026-01-05T10:00:00Z", when)
    log = log_of(document(trace("1", event(), f"\n{bad}")))
    (row,) = log.rows("SELECT record, reason, value FROM rejects")
    assert row == ("line 2", "unreadable_timestamp", when)


def test_defaults_of_a_global_are_placeholders(log_of: Callable[..., EventLog]) -> None:
    default = f'<global scope="event">{ONE.format("UNKNOWN")}<string key="org:group" value="UNKNOWN"/></global>'
    log = log_of(document(default, trace("1", event(), "<event/>")))
    assert log.rows('SELECT activity, "group" FROM events') == [("a", None)]
    assert log.receipt.sources[0].rejected_reasons == {"no_activity": 1}


def test_attributes_of_attributes_are_not_the_events_own(log_of: Callable[..., EventLog]) -> None:
    nested = '<list key="l"><values><string key="concept:name" value="inner"/></values></list>'
    log = log_of(document(trace("1", event("outer", nested))))
    assert log.one("SELECT activity FROM events") == ("outer",)


def test_what_an_event_says_of_its_case_is_said_of_the_case(log_of: Callable[..., EventLog]) -> None:
    first = event("a", '<string key="product" value="old"/><string key="customer" value="c1"/>')
    last = event("b", '<string key="product" value="new"/><string key="customer" value="c2"/>')
    log = log_of(document(trace("1", first, last)))
    assert log.one("SELECT product FROM cases") == ("new",)
    assert log.rows("SELECT kind, value FROM identities") == [("external_id", "c1")]


def test_customers_are_known_by_the_words_for_headers_in_four_languages(log_of: Callable[..., EventLog]) -> None:
    keys = {"customer_email": "a@x.test", "Telefone do cliente": "+351912345678", "Ügyfél neve": "Ana", "cliente": "z"}
    said = "".join(f'<string key="{key}" value="{value}"/>' for key, value in keys.items())
    log = log_of(document(trace("1", event()).replace("<event>", f"{said}<event>", 1), trace("2", event("a", said))))
    expected = {("email", "a@x.test"), ("phone", "+351912345678"), ("name", "Ana")}
    for case in ("1", "2"):
        rows = log.rows("SELECT kind, value FROM identities JOIN cases USING (case_key) WHERE native_id = ?", [case])
        assert set(rows) == expected


def test_a_score_outside_its_range_is_no_score(log_of: Callable[..., EventLog]) -> None:
    said = '<float key="csat" value="4.0"/><int key="nps" value="9"/>'
    log = log_of(document(trace("1", event()).replace("<event>", f"{said}<event>", 1)))
    assert log.one("SELECT csat, nps FROM cases") == (None, 9.0)


def test_the_words_of_the_standard_lifecycle_are_spelt_one_way(log_of: Callable[..., EventLog]) -> None:
    words = ("COMPLETE", "Start", "In Progress")
    events = [event(w, f'<string key="lifecycle:transition" value="{w}"/>') for w in words]
    log = log_of(document(trace("1", *events)))
    assert [row[0] for row in log.rows("SELECT lifecycle FROM events ORDER BY seq")] == [
        "complete",
        "start",
        "In Progress",
    ]


def test_traces_of_one_name_are_one_case_and_that_is_said(log_of: Callable[..., EventLog]) -> None:
    log = log_of(document(trace("1", event()), trace("1", event()), f"<trace>{event()}</trace>"))
    assert log.rows("SELECT native_id FROM cases ORDER BY 1") == [("1",), ("trace 3",)]
    assert {"traces_unnamed", "traces_repeated"} <= decided(log.receipt.sources[0]).keys()


def test_the_same_identity_twice_is_one_event(log_of: Callable[..., EventLog]) -> None:
    same = event("a", '<id key="identity:id" value="7d0c"/>')
    log = log_of(document(trace("1", same, same, event("b"))))
    assert (log.n_events, log.receipt.sources[0].deduplicated) == (2, 1)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "log.xes: line 1: The XML ends before the log does (no element found)."),
        ("hello", "log.xes: line 1: The XML is broken at column 1 (syntax error)."),
        ('<log>\n<trace>\n<event a="', "log.xes: line 3: The XML ends before the log does (unclosed token)."),
        ("<log>\n<trace>\n</log>", "log.xes: line 3: The XML is broken at column 3 (mismatched tag)."),
        ("<bomb/>", "log.xes: line 1: The document is not an XES log: its root is <bomb>."),
        (document("\n"), "log.xes: line 2: The log ends without an event."),
        (document("\n<string/>\n"), "log.xes: line 2: The log holds no event, and here <string> has no key."),
        (
            document(f"\n{event()}"),
            "log.xes: line 2: No event of the log can be used (1 in all): an event outside any trace has no case.",
        ),
        (
            '<!DOCTYPE log [\n<!ENTITY a SYSTEM "file:///etc/hostname">]><log>&a;</log>',
            "log.xes: line 2: The XML declares entities; no XES export needs them, and XML bombs are made of them.",
        ),
    ],
)
def test_a_broken_log_is_refused_in_one_sentence_with_its_line(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "log.xes"
    path.write_text(text)
    assert refusal(path) == sentence


@pytest.mark.parametrize("encoding", ["klingon", "utf-7", "cp932"])
def test_an_encoding_that_cannot_be_read_is_said(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "log.xes"
    path.write_text(f'<?xml version="1.0" encoding="{encoding}"?><log><trace/></log>')
    assert refusal(path) == "log.xes: line 1: The XML is in an encoding that cannot be read."


def test_a_truncated_gzip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.xes.gz"
    lines = "\n".join(trace(str(number), event(str(number * 7919 % 1000))) for number in range(20_000))
    packed = gzip.compress(document(lines).encode())
    path.write_bytes(packed[: len(packed) // 2])
    with pytest.raises(UnreadableExport, match=r"^log\.xes\.gz: The gzip file is truncated or damaged\."):
        read_log([path])


@pytest.mark.parametrize(
    ("file", "n_cases", "n_events", "n_variants"),
    [
        ("helpdesk/helpdesk.xes.gz", 4_580, 21_348, 226),
        ("bpic2013/bpic2013_closed_problems.xes.gz", 1_487, 6_660, 183),
        ("pm4py_logs/08_receipt.xes.gz", 1_434, 8_577, 116),
        ("pm4py_logs/running-example.xes", 6, 42, 6),
        ("pm4py_logs/01_running-example.xes.gz", 6, 42, 6),
        ("pm4py_logs/roadtraffic100traces.xes", 100, 390, 10),
        ("pm4py_logs/interval_event_log.xes", 1_266, 8_109, None),
        ("pm4py_logs/04_reviewing.xes.gz", 100, 3_730, None),
        ("pm4py_logs/11_tickets.xes.gz", 9, 43, None),
    ],
)
def test_real_logs_have_their_published_size(
    data: Data, file: str, n_cases: int, n_events: int, n_variants: int | None
) -> None:
    log = read(data(file))
    assert (log.n_cases, log.n_events) == (n_cases, n_events)
    assert n_variants in (None, log.one(VARIANTS)[0])


def test_a_channel_of_the_trace_is_its_events_channel(data: Data) -> None:
    log = read(data("pm4py_logs/08_receipt.xes.gz"))
    found = dict(log.rows("SELECT CAST(channel AS VARCHAR), count(DISTINCT case_key) FROM events GROUP BY ALL"))
    assert found == {"Internet": 1_250, "Desk": 109, "Post": 53, "e-mail": 21, "Intern": 1}
    assert log.one('SELECT count(*) FROM events WHERE "group" IS NULL') == (1_936,)  # the log says EMPTY


def test_starts_are_read_where_the_log_has_them(data: Data) -> None:
    log = read(data("pm4py_logs/interval_event_log.xes"))
    assert log.one("SELECT count(*) FROM events WHERE started_at <= timestamp") == (8_109,)


def test_every_malformed_log_is_refused_in_one_sentence_with_a_line(data: Data) -> None:
    files = sorted(data("xes_malformed").glob("*.xes"))
    assert len(files) == 36
    for file in files:
        assert xes.identify(Sample(file, file.name)), file.name
        assert refusal(file).startswith(f"{file.name}: line "), file.name


def test_an_xml_bomb_is_refused_at_its_first_entity(data: Data, tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.xes"
    bomb.write_bytes(data("xml_attacks/xmlbomb.xml").read_bytes())
    assert "line 2: The XML declares entities" in refusal(bomb)
    harmless = tmp_path / "harmless.xes"
    harmless.write_bytes(data("xml_attacks/simple.xml").read_bytes())
    assert "its root is <root>" in refusal(harmless)
