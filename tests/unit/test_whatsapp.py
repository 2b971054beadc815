"""WhatsApp: forms of date, kinds of entry, whose side is ours, sessions, and that the customer's name stays inside."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from journeyminer.errors import AmbiguousTimestamp, UnreadableExport
from journeyminer.importers import whatsapp
from journeyminer.importers.base import Match, Sample, Source
from journeyminer.importers.whatsapp.lines import Entry, moment_of, orders_of, read_entries, read_lines
from journeyminer.log import EventLog
from journeyminer.log.build import LogBuilder
from journeyminer.log.engine import Engine
from journeyminer.log.receipt import SourceReceipt
from journeyminer.note import Note
from journeyminer.options import ReadOptions

Data = Callable[[str], Path]
LRM, NARROW, NO_BREAK = "\u200e", "\u202f", "\u00a0"


def entries_of(text: str) -> list[Entry]:
    return read_entries(read_lines(text)[0])


def read(*paths: Path, shown: str = "", **options: Any) -> EventLog:
    """The log of WhatsApp chats, by the importer alone."""
    builder = LogBuilder(Engine())
    for path in paths:
        sample = Sample(path, shown or path.name)
        match = whatsapp.identify(sample)
        assert match, path
        loader = builder.loader(SourceReceipt(sample.shown, whatsapp.NAME, match.reason, namespace=path.stem))
        whatsapp.load(Source(sample, match, ReadOptions(**options)), loader)
        assert loader.receipt.balances
    return builder.build()


@pytest.fixture
def chat(tmp_path: Path) -> Callable[..., EventLog]:
    def make(text: str, *, name: str = "chat.txt", **options: Any) -> EventLog:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8", newline="")
        return read(path, **options)

    return make


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("13/02/2025, 10:04 - Ana: Oi", "2025-02-13 10:04:00"),
        ("13/02/2025 10:04 - Ana: Oi", "2025-02-13 10:04:00"),
        ("2/13/25, 9:04 PM - Ana: Oi", "2025-02-13 21:04:00"),
        (f"2/13/25, 9:04{NARROW}PM - Ana: Oi", "2025-02-13 21:04:00"),
        (f"13/2/2025, 12:04{NO_BREAK}a.{NO_BREAK}m. - Ana: Oi", "2025-02-13 00:04:00"),
        ("13/2/2025, 00:04 a. m. - Ana: Oi", "2025-02-13 00:04:00"),
        ("13/2/2025, 12:04 p. m. - Ana: Oi", "2025-02-13 12:04:00"),
        ("2025/02/13, 10:04 - Ana: Oi", "2025-02-13 10:04:00"),
        ("2025. 02. 13. 10:04 - Ana: Oi", "2025-02-13 10:04:00"),
        ("2025. 02. 13. du. 2:05 - Ana: Oi", "2025-02-13 14:05:00"),
        ("13.02.25, 10:04 - Ana: Oi", "2025-02-13 10:04:00"),
        ("[13/02/25, 10:04:59] Ana: Oi", "2025-02-13 10:04:59"),
        (f"{LRM}[2025-02-13 10.04.59] Ana: Oi", "2025-02-13 10:04:59"),
        (f"[2/13/25, 10:04:59{NARROW}AM] ~{NARROW}Ana: Oi", "2025-02-13 10:04:59"),
        ("13/02/2025, 10:04 – Ana: Oi", "2025-02-13 10:04:00"),
    ],
)
def test_every_form_of_date_and_time_is_read(line: str, said: str) -> None:
    (entry,) = entries_of(line)
    proved = orders_of([entry])[entry.form]
    assert proved
    assert str(moment_of(entry, proved[0])) == said
    assert (entry.author, entry.kind, entry.text) == ("Ana", "message", "Oi")


@pytest.mark.parametrize(
    ("rest", "kind", "author"),
    [
        ("Ana: um: dois", "message", "Ana"),
        ("Ana: ", "empty", "Ana"),
        ("Ana:.", "empty", "Ana"),
        ("Ana: null", "media", "Ana"),
        ("Ana: <Media omitted>", "media", "Ana"),
        ("Ana: <Mídia oculta>", "media", "Ana"),
        ("Ana: <Ficheiro não revelado>", "media", "Ana"),
        ("Ana: <Multimedia omitido>", "media", "Ana"),
        ("Ana: <Média elhagyva>", "media", "Ana"),
        (f"Ana: {LRM}imagen omitida", "media", "Ana"),
        (f"Ana: {LRM}<anexado: 0003-PHOTO.jpg>", "media", "Ana"),
        ("Ana: IMG-0001.jpg (file attached)", "media", "Ana"),
        (f"Ana: {LRM}This message was deleted.", "deleted message", "Ana"),
        ("Ana: Ez az üzenet törlésre került", "deleted message", "Ana"),
        (f"Ana: {LRM}Missed voice call", "missed call", "Ana"),
        ("Chamada de vídeo perdida", "missed call", None),
        ("Nem fogadott hanghívás", "missed call", None),
        (f"Ana: {LRM}Video call, 12 min", "call", "Ana"),
        ("Ana: Video call, tomorrow?", "message", "Ana"),
        ("Ana: she left the group", "message", "Ana"),
        (f"Ana: {LRM}Ana left", "notice", "Ana"),
        ("Ana added you", "notice", None),
        ('Ana changed the subject to "orders: new"', "notice", None),
        ("Loja: As mensagens são protegidas com a criptografia de ponta a ponta.", "notice", "Loja"),
        ("https://example.org/a: b", "notice", None),
    ],
)
def test_every_kind_of_entry_is_told(rest: str, kind: str, author: str | None) -> None:
    entry = entries_of(f"13/02/2025, 10:00 - Ana: hi\n13/02/2025, 10:04 - {rest}")[1]
    assert (entry.kind, entry.author) == (kind, author)


def test_a_pasted_chat_of_another_form_is_text() -> None:
    pasted = "13/02/2025, 10:00 - Ana: look\n[12/02/2025, 09:00:00] Bob: pasted\n13/02/2025, 10:01 - Bob: no"
    assert [(entry.number, entry.author) for entry in entries_of(pasted)] == [(1, "Ana"), (3, "Bob")]


def test_line_ends_of_two_systems_and_odd_separators_do_not_cut_a_message() -> None:
    (entry,) = entries_of("13/02/2025, 10:00 - Ana: one\u2028two\r\nthree\r\n")
    assert entry.text == "one\u2028two\nthree"


def test_an_order_that_nothing_proves_is_an_error_naming_the_flag(chat: Callable[..., EventLog]) -> None:
    text = "03/04/2025, 10:00 - Ana: hi\n03/04/2025, 10:01 - Bob: hello"
    with pytest.raises(AmbiguousTimestamp) as caught:
        chat(text)
    assert caught.value.hint == Note("hint.date_order")
    assert caught.value.place == "line 1"
    assert chat(text, date_order="mdy").one("SELECT month(min(timestamp)) FROM events") == (3,)


def test_one_number_for_day_and_month_needs_no_order(chat: Callable[..., EventLog]) -> None:
    assert chat("04/04/2025, 10:00 - Ana: hi").n_events == 1


NAMED = "13/02/2025, 10:00 - Dora Pike: hi\n13/02/2025, 10:01 - Lee: hello"


@pytest.mark.parametrize(
    "name",
    [
        "WhatsApp Chat with Dora Pike.txt",
        "WhatsApp Chat - Dora Pike.zip/_chat.txt",
        "Chat de WhatsApp con dora pike.txt",
        "Conversa do WhatsApp com Dora Pike (2).txt",
        "exports/Conversa no WhatsApp com Dora Pike.txt",
        "WhatsApp-beszélgetés Dora Pike.txt",
    ],
)
def test_the_customer_is_the_one_the_chat_is_named_after(tmp_path: Path, name: str) -> None:
    path = tmp_path / "_chat.txt"
    path.write_text(NAMED)
    log = read(path, shown=name)
    assert log.rows("SELECT role, resource FROM events ORDER BY seq") == [("customer", None), ("agent", "Lee")]
    assert log.rows("SELECT kind, value FROM identities") == [("name", "Dora Pike")]


def test_the_side_that_is_given_wins(chat: Callable[..., EventLog]) -> None:
    log = chat(NAMED, name="WhatsApp Chat with Dora Pike.txt", us=("dora pike",))
    assert log.rows("SELECT role FROM events ORDER BY seq") == [("agent",), ("customer",)]


def test_without_a_sign_nobody_has_a_role_and_nobody_is_a_resource(chat: Callable[..., EventLog]) -> None:
    log = chat(NAMED)
    assert log.rows("SELECT DISTINCT role, resource FROM events") == [(None, None)]
    assert log.rows("SELECT * FROM identities") == []
    assert Note("decision.us_unnamed") in log.receipt.sources[0].decisions


def test_a_number_is_the_same_however_it_is_spaced(chat: Callable[..., EventLog]) -> None:
    name = "WhatsApp Chat with +55 11 90000-0001.txt"
    log = chat("13/02/2025, 10:00 - \u202a+55 11 90000 0001\u202c: hi", name=name)
    assert log.rows("SELECT kind, value FROM identities") == [("phone", "+55 11 90000 0001")]


def test_a_day_of_silence_begins_a_session(chat: Callable[..., EventLog]) -> None:
    times = ("13/02/2025, 10:00", "14/02/2025, 10:00", "15/02/2025, 10:01", "15/02/2025, 22:02")
    text = "\n".join(f"{time} - Ana: hi" for time in times)
    sizes = "SELECT list(n ORDER BY case_id) FROM (SELECT case_id, count(*) AS n FROM events GROUP BY 1)"
    assert chat(text).one(sizes) == ([2, 2],)
    assert chat(text, session_gap_hours=12).one(sizes) == ([1, 1, 1, 1],)


def test_a_later_export_of_the_chat_adds_only_what_is_new(tmp_path: Path) -> None:
    early, late = tmp_path / "early.txt", tmp_path / "late.txt"
    same = "13/02/2025, 10:01 - Lee: hello\n" * 2
    early.write_text(f"13/02/2025, 10:00 - Dora: hi\n{same}")
    late.write_text(
        f"2025/02/13, 10:00 - Dora: hi\n{same.replace('13/02/2025', '2025/02/13')}2025/02/19, 9:00 - Lee: ?"
    )
    log = read(early, late)
    assert log.n_events == 4
    assert [(source.used, source.deduplicated) for source in log.receipt.sources] == [(3, 0), (1, 3)]
    assert log.n_cases == 2


def test_one_greeting_to_two_customers_is_two_chats(tmp_path: Path) -> None:
    chats = [tmp_path / f"WhatsApp Chat with {name}.txt" for name in ("Ana", "Bob", "Cleo")]
    chats[0].write_text("13/02/2025, 10:00 - Lee: Happy new year\n13/02/2025, 10:05 - Ana: thanks")
    chats[1].write_text("13/02/2025, 10:00 - Lee: Happy new year\n13/02/2025, 10:06 - Bob: thanks")
    chats[2].write_text("13/02/2025, 10:00 - Lee: Happy new year")
    assert read(*chats).n_cases == 3


def test_the_customer_and_the_text_stay_inside(tmp_path: Path) -> None:
    path = tmp_path / "WhatsApp Chat with Dora Pike.txt"
    path.write_text(NAMED.replace("hi", "my secret") + "\n31/02/2025, 10:02 - Dora Pike: never")
    log = read(path)
    shown = str(log.receipt) + str(log.rows("SELECT * FROM events")) + str(log.rows("SELECT * FROM rejects"))
    assert "Lee" in shown
    assert not [word for word in ("Dora", "Pike", "secret", "never") if word in shown]
    with pytest.raises(AmbiguousTimestamp) as caught:
        path.write_text("03/04/2025, 10:00 - Dora Pike: hi")
        read(path)
    assert "Dora" not in str(caught.value)


def test_a_file_without_an_entry_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Shopping: bread\n13/02/2025 is the day\n")
    assert whatsapp.identify(Sample(path, path.name)) is None
    with pytest.raises(UnreadableExport):
        builder = LogBuilder(Engine())
        loader = builder.loader(SourceReceipt("notes.txt", whatsapp.NAME, Note("match.given")))
        match = Match(1, Note("match.given"))
        whatsapp.load(Source(Sample(path, path.name), match, ReadOptions()), loader)


def test_a_table_is_no_chat(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(NAMED)
    assert whatsapp.identify(Sample(path, path.name)) is None


@pytest.mark.parametrize(
    ("file", "n_events", "ignored", "order"),
    [
        ("whatstk/lorem.txt", 500, 0, None),
        ("whatstk/lorem-2000.txt", 2_000, 0, None),
        ("whatstk/lorem-merge-part1.txt", 300, 0, None),
        ("whatstk/lorem-merge-part2.txt", 300, 0, None),
        ("whatstk/pokemon.txt", 18, 2, None),
        ("chat_analytics/whatsapp/2A_5M.txt", 5, 0, None),
        ("chat_analytics/whatsapp/4A_11M.txt", 11, 3, "mdy"),
    ],
)
def test_public_chats_have_their_stated_size(
    data: Data, file: str, n_events: int, ignored: int, order: str | None
) -> None:
    log = read(data(file), date_order=order)
    assert (log.n_events, log.receipt.sources[0].ignored) == (n_events, ignored)


@pytest.mark.parametrize(
    "style", ["[mmddyy]_24hrs", "ddmmyy_24hrs", "mmddyy_24hrs", "mmddyyyy_12hrs", "yyyymmdd_24hrs"]
)
def test_one_chat_in_five_styles_is_what_its_makers_say(data: Data, style: str) -> None:
    target = json.loads(data("chat_miner/whatsapp/target.json").read_text(encoding="utf-8"))
    text = data(f"chat_miner/whatsapp/test_{style}.txt").read_text(encoding="utf-8")
    entries = entries_of(text)
    (proved,) = orders_of(entries).values()
    assert proved
    found = [
        {
            "timestamp": f"{moment_of(entry, proved[0]):%Y-%m-%dT%H:%M:%S}",
            "author": entry.author,
            "message": " ".join(entry.text.split()),
        }
        for entry in entries
        if entry.kind == "message"
    ]
    assert found[::-1] == target


def test_five_styles_of_one_chat_are_one_chat(data: Data) -> None:
    files = sorted(data("chat_miner/whatsapp").glob("test_*.txt"))
    log = read(*files)
    assert len(files) == 5
    assert log.n_events == 6
    assert sum(source.deduplicated for source in log.receipt.sources) == 24


def test_the_log_file_of_a_program_is_no_chat(tmp_path: Path) -> None:
    path = tmp_path / "app.txt"
    path.write_text("2026-01-25 10:00:00 - INFO: started\n2026-01-25 10:00:01 - worker - ERROR: failed\n")
    assert whatsapp.identify(Sample(path, path.name)) is None
