"""What a file holds is counted twice: a reader that is broken on purpose is found out, a good file never is."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest

from journeyminer.errors import UnreadableExport
from journeyminer.importers.mail.separators import count_separators, separator_lines
from journeyminer.importers.nested.documents import Tally, _Walk, read_pieces
from journeyminer.importers.nested.objects import Objects, count_lines
from journeyminer.importers.nested.profile import profiles
from journeyminer.importers.nested.records import Records
from journeyminer.importers.reading.run import read_log
from journeyminer.importers.tabular.footer import count_rows
from journeyminer.importers.whatsapp.entries import entry_lines
from journeyminer.importers.xes.tags import Tags
from journeyminer.log import EventLog
from journeyminer.options import ReadOptions

Break = Callable[[pytest.MonkeyPatch], None]
HERE = "journeyminer.importers"


def audit(number: int, body: str = "x") -> str:
    return (
        f'{{"id": {number}, "ticket_id": {number}, "created_at": "2026-01-05T10:0{number}:00Z", "author_id": 7, '
        f'"via": {{"channel": "web"}}, "events": [{{"id": {number}0, "type": "Comment", "body": "{body}"}}]}}'
    )


AUDITS = '{"audits": [\n' + ",\n".join(map(audit, range(1, 6))) + '\n], "next_page": null}'
AUDIT_LINES = "".join(audit(number) + "\n" for number in range(1, 6))


def event(number: int) -> str:
    return (
        f'<event><string key="concept:name" value="A{number}"/>'
        f'<date key="time:timestamp" value="2026-01-05T10:0{number}:00Z"/></event>\n'
    )


def trace(*numbers: int) -> str:
    events = "".join(map(event, numbers))
    return f'<trace>\n<string key="concept:name" value="t{numbers[0]}"/>\n{events}</trace>\n'


XES = f'<log xes.version="1.0">\n{trace(1, 2)}{trace(3, 4)}</log>'
CHAT = "".join(f"{day}/01/2026, 10:00 - {who}: hello\n" for day in range(13, 19) for who in ("Ana", "Bob"))
MAIL = (
    "From a@x Mon Jan  5 10:0{n}:00 2026\nFrom: a@x.example\nTo: b@y.example\nDate: Mon, 5 Jan 2026 10:0{n}:00 +0000\n"
)
MBOX = "".join(f"{MAIL.format(n=n)}Message-ID: <{n}@x>\n\nhello\n\n" for n in range(1, 5))


def read(path: Path, content: str | bytes) -> EventLog:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_log([path], options=ReadOptions(strict=True))


def without_third_line(*given: Any) -> Iterator[Any]:
    for piece in read_pieces(*given):
        lines = piece.lines.splitlines(keepends=True)
        yield piece._replace(lines=b"".join(line for line in lines if b'"id": 3,' not in line))


def lose_an_object(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(f"{HERE}.nested.reading.read_pieces", without_third_line)


def join_two_objects(patch: pytest.MonkeyPatch) -> None:
    cut = _Walk._cut

    def joined(self: _Walk, text: bytes, starts: list[int], ends: list[int], *given: Any) -> list[bytes]:
        return cut(self, text, [*starts[:2], *starts[3:]], [ends[0], *ends[2:]], *given)

    patch.setattr(_Walk, "_cut", joined)


def lose_a_row_in_the_engine(patch: pytest.MonkeyPatch) -> None:
    flush = Records._flush

    def forgetful(records: Records) -> None:
        flush(records)
        records.schema.execute("DELETE FROM records WHERE id = '3'")

    patch.setattr(Records, "_flush", forgetful)


def lose_an_event(patch: pytest.MonkeyPatch) -> None:
    from journeyminer.importers.xes.traces import TraceReader

    end = TraceReader._end_event

    def forgetful(self: TraceReader, event: dict[str, Any]) -> None:
        if event.get("activity") == "A3":
            self._event = None
        else:
            end(self, event)

    patch.setattr(TraceReader, "_end_event", forgetful)


def lose_a_message(patch: pytest.MonkeyPatch) -> None:
    from journeyminer.importers.whatsapp.lines import read_entries

    patch.setattr(
        f"{HERE}.whatsapp.read_entries", lambda lines: [one for one in read_entries(lines) if one.number != 4]
    )


def lose_a_mail(patch: pytest.MonkeyPatch) -> None:
    from journeyminer.importers.mail.headers import header_blocks

    patch.setattr(f"{HERE}.mail.header_blocks", lambda *given: islice(header_blocks(*given), 3))


def swallow_a_mail(patch: pytest.MonkeyPatch) -> None:
    from journeyminer.importers.mail import headers

    may_separate = headers.may_separate
    patch.setattr(headers, "may_separate", lambda line: may_separate(line) and b"10:03" not in line)


class Case(NamedTuple):
    name: str
    content: str
    broken: Break
    slug: str
    counts: tuple[int, int]
    place: str


@pytest.mark.parametrize(
    "case",
    [
        Case("a.json", AUDITS, lose_an_object, "objects_differ", (5, 4), "line 4"),
        Case("a.json", AUDITS, join_two_objects, "objects_differ", (5, 4), "line 3"),
        Case("a.json", AUDITS, lose_a_row_in_the_engine, "objects_differ", (5, 4), "line 4"),
        Case("a.ndjson", AUDIT_LINES, lose_an_object, "lines_differ", (5, 4), "line 3"),
        Case("a.xes", XES, lose_an_event, "events_differ", (4, 3), "line 9"),
        Case("WhatsApp Chat with Ana.txt", CHAT, lose_a_message, "entries_differ", (12, 11), "line 4"),
        Case("a.mbox", MBOX, swallow_a_mail, "mails_differ", (4, 3), "line 17"),
        Case("a.mbox", MBOX, lose_a_mail, "mails_differ", (4, 3), "line 25"),
    ],
    ids=lambda case: f"{case.name}-{case.broken.__name__}",
)
@pytest.mark.parametrize("ends", ["\n", "\r\n", "none at the end"])
def test_a_broken_reader_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: Case, ends: str) -> None:
    content = case.content.replace("\n", "\r\n") if ends == "\r\n" else case.content
    content = content.rstrip("\n") if ends == "none at the end" else content
    read(tmp_path / case.name, content)
    case.broken(monkeypatch)
    with pytest.raises(UnreadableExport) as raised:
        read(tmp_path / case.name, content)
    found = raised.value.message
    assert (found.slug, found.params["counted"], found.params["read"]) == (f"read.{case.slug}", *case.counts)
    assert raised.value.place.endswith(case.place)
    assert int(raised.value.status) == 3


def test_a_parquet_file_that_lacks_rows_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    times = pd.date_range("2026-01-05", periods=5, tz="UTC")
    frame = pd.DataFrame({"case": ["1"] * 5, "activity": list("abcde"), "timestamp": times})
    import duckdb

    with duckdb.connect() as connection:
        connection.register("frame", frame)
        connection.execute(f"COPY frame TO '{tmp_path / 'a.parquet'}' (FORMAT parquet)")
    assert count_rows(tmp_path / "a.parquet") == 5
    read_log([tmp_path / "a.parquet"], options=ReadOptions(strict=True))
    from journeyminer.importers.tabular import parquet

    look = parquet._look

    def short(*given: Any) -> Any:
        dialect, table = look(*given)
        return dialect, replace(table, relation=f"(SELECT * FROM {table.relation} LIMIT 3)")

    monkeypatch.setattr(parquet, "_look", short)
    with pytest.raises(UnreadableExport) as raised:
        read_log([tmp_path / "a.parquet"], options=ReadOptions(strict=True))
    assert (raised.value.message.params["counted"], raised.value.message.params["read"]) == (5, 3)
    assert raised.value.place.endswith("row 4")


@pytest.mark.parametrize("packing", ["gz", "zip"])
def test_a_packed_file_is_counted_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packing: str) -> None:
    def packed(content: str, name: str) -> bytes:
        if packing == "gz":
            return gzip.compress(content.encode())
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr(name, content)
        return buffer.getvalue()

    for name, content, broken in (("a.json", AUDITS, lose_an_object), ("a.xes", XES, lose_an_event)):
        path = tmp_path / f"{name}.{packing}"
        read(path, packed(content, name))
        with monkeypatch.context() as patch:
            broken(patch)
            with pytest.raises(UnreadableExport, match="were read"):
                read(path, packed(content, name))


def blocks(text: str | bytes, size: int) -> list[bytes]:
    data = text if isinstance(text, bytes) else text.encode()
    return [data[at : at + size] for at in range(0, len(data), size)]


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("", 0), ("[]", 0), ('{"audits": []}', 0), ('[{"id": 1}, {"id": 2}]', 2),
        ('{"audits": [{"audits": [{"id": 1}]}, {}]}', 2),  # a key of the same name inside
        (r'{"audits": [{"a": "}, {\"audits\": [{"}, {"b": "\\"}, {"c": "\\\"{"}]}', 3),
        ('{"x": "\\"audits\\": [{", "audits" : [{}, 1, "{", [{}], {}]}', 2),
        ('{"more": [{}, {}], "meta": {"audits": [{}]}, "audits": [{}]}', 1),
        ('{"audits": [{}]}{"audits": [{}, {}]}\n{"id": 5}', 4),  # documents one after another
        ('{"id": 1, "fields": [{}, {}]}', 1), ("[[{}], {}]", 1),
        (AUDITS, 5), (AUDITS.replace("\n", "\r\n"), 5), (AUDITS.replace('"x"', '"é {[ \\u007b"'), 5),
    ],
)  # fmt: skip
def test_objects_are_counted_by_their_brackets(text: str, n: int) -> None:
    for size in (1, 2, 3, 7, 1 << 16):
        objects = Objects(profiles()["zendesk"], located=True)
        objects.take(blocks(text, size))
        assert objects.n == n
        assert all(text.encode()[start : start + 1] == b"{" for start in objects.starts or ())
        assert len(objects.starts or ()) == n


def test_objects_are_counted_in_lists_at_any_depth() -> None:
    text = '{"chats": {"about": "x", "list": [{"id": 1, "messages": [{}, {"messages": [{}]}]}, {"messages": [{}]}]}}'
    for size in (1, 5, 1 << 16):
        objects = Objects(profiles()["telegram"])
        objects.take(blocks(text, size))
        assert objects.n == 3


@pytest.mark.parametrize(
    "text",
    [AUDITS, f"[{audit(1)}, 5, null, [1], {audit(2)}]", f'{{"ticket_audit": 1, "audits": [{audit(1)}, "x"]}}',
     f'{audit(1)[:-1]}, "tickets": [{{"id": 1}}]}}', AUDITS * 3, f"{audit(1)}\n5\n{audit(2)}", AUDIT_LINES,
     '{"user": {"id": 1, "role": "agent"}, "organization": {"id": 2}}', f'{{"audit": {audit(1)}}}',
     f"\n\n{audit(1)}\n   \n{audit(2)}\nno json\n", '{"tickets": [], "users": [], "groups": []}'],
)  # fmt: skip
def test_what_the_reader_names_explains_every_difference(text: str) -> None:
    profile, tally = profiles()["zendesk"], Tally()
    read = sum(piece.lines.count(b"\n") for piece in read_pieces(iter([text.encode()]), profile, tally))
    if tally.by_line:
        assert count_lines([text.encode()]) == read
        return
    objects = Objects(profile)
    objects.take([text.encode()])
    assert objects.n - tally.own + tally.owners + tally.wrapped + tally.others == read


@pytest.mark.parametrize(
    ("text", "n"), [("", 0), ("a", 1), ("a\n\n \t\r\nb", 2), ("\n\na\r\n", 1), (" a\n b\n", 2), ("\n \n", 0)]
)
def test_lines_that_hold_nothing_are_not_counted(text: str, n: int) -> None:
    assert {count_lines(blocks(text, size)) for size in (1, 2, 1 << 16)} == {n}


@pytest.mark.parametrize(
    ("text", "n"),
    [
        (XES, 4), (XES.replace("event>", "event >").replace("<event ", "<event\r\n"), 4),
        (f"<log><!-- {event(1)} --><![CDATA[ {event(2)}]]><?x <event> ?>{event(3)}</log>", 1),
        (f"<log><!--a--><!--{event(1)}-->{event(2)}<!-- > - -- <event/></log>", 1),
        ('<log><event/><event id="1"/><events/><eventual/><string value="&lt;event>"/></log>', 2),
        ("<x:log><x:trace><x:event></x:event></x:trace></x:log>", 1),
    ],
)  # fmt: skip
def test_tags_are_counted_outside_of_comments(text: str, n: int) -> None:
    for size in (1, 2, 5, 1 << 16):
        tags = Tags(located=True)
        tags.take(blocks(text, size))
        assert tags.n_events == n
        assert len(tags.lines or ()) == n


def test_an_entry_with_an_unknown_word_for_half_a_day_is_not_swallowed(tmp_path: Path) -> None:
    chat = "".join(
        f"{day}/01/2026, 10:00 {half} - {who}: hello\n"
        for day in range(13, 25)
        for half, who in (("AM", "Ana"), ("nachm", "Bob"))
    )
    with pytest.raises(UnreadableExport) as raised:
        read(tmp_path / "WhatsApp Chat with Ana.txt", chat)
    assert (raised.value.message.params["counted"], raised.value.message.params["read"]) == (24, 12)
    assert raised.value.place.endswith("line 2")


def test_a_time_that_somebody_writes_begins_no_entry(tmp_path: Path) -> None:
    text = CHAT.replace("Ana: hello\n", "Ana: see\n14/01/2026 10:00 lunch - with Bob\n14/01/2026 11:00 call\n", 1)
    log = read(tmp_path / "WhatsApp Chat with Ana.txt", text * 3)
    assert log.receipt.sources[0].records == 36
    assert len(entry_lines(text)) == 12


@pytest.mark.parametrize(
    ("text", "lines"),
    [("From a\nx\nFrom b\n", [1, 3]), ("\r\nFrom \r\n>From x\r\nFromage\r\nFrom", [2, 5]), ("x From a\n From b", []),
     ("From\n\nFrom: x\n", [1])],
)  # fmt: skip
def test_separators_are_counted_by_the_beginnings_of_lines(
    text: str, lines: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for size in (1, 2, 3, 1 << 16):
        monkeypatch.setattr(f"{HERE}.mail.separators.BLOCK", size)
        assert count_separators(io.BytesIO(text.encode())) == len(lines)
        assert list(separator_lines(io.BytesIO(text.encode()))) == lines


def test_a_body_that_is_stepped_over_may_hold_separators(tmp_path: Path) -> None:
    inner = "From x Mon Jan  5 10:00:00 2026\nSubject: inside\n\nFrom me to you\n"
    content = f"{MAIL.format(n=1)}Content-Length: {len(inner)}\n\n{inner}\n{MAIL.format(n=2)}\nhello\n"
    assert read(tmp_path / "a.mbox", content).receipt.sources[0].records == 2


def test_a_document_whose_records_go_over_lines_that_end_in_both_signs_is_known(tmp_path: Path) -> None:
    text = json.dumps(json.loads(AUDITS), indent=1).replace("\n", "\r\n")
    assert read(tmp_path / "a.json", text).receipt.sources[0].records == 5
