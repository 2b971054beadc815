"""Mail: where mails begin, who is us, which mails are one case, what a machine wrote; and real mailboxes survive."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journeyminer.clock import ZoneRule
from journeyminer.errors import UnreadableExport, UsageError
from journeyminer.importers import mail, read_log
from journeyminer.importers.base import Sample
from journeyminer.importers.mail.headers import Passed, decode_words, fields, first, header_blocks
from journeyminer.importers.mail.message import Mail, read_mail, sent_at
from journeyminer.importers.mail.threads import in_order, thread
from journeyminer.importers.mail.us import ours_given, ours_inferred
from journeyminer.log import EventLog
from journeyminer.log.store import save_log
from journeyminer.note import Note
from journeyminer.options import ReadOptions

FIVE = ("kim", "lee", "mo", "pat", "sam")
US = ReadOptions(source="mail", us=("desk.example",))


def letter(id_: str, when: str = "09:00", **headers: str) -> str:
    """A mail of 2 March 2026 from kim to the desk; `headers` go before the defaults."""
    said = {
        "From": "Kim <kim@home.example>",
        "To": "help@desk.example",
        "Subject": "Box",
        "Date": f"Mon, 2 Mar 2026 {when}:00 +0000",
        "Message-ID": f"<{id_}>",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    return "".join(f"{name}: {value}\n" for name, value in said.items() if value)


def parsed(text: str) -> Mail:
    return read_mail(fields(text.encode().splitlines(keepends=True)), ref="", zone=ZoneRule(None))


def box(tmp_path: Path, *letters: str, options: ReadOptions = US) -> EventLog:
    """A folder with one .eml a letter, read."""
    for number, text in enumerate(letters, 1):
        (tmp_path / f"{number}.eml").write_text(f"{text}\nBody.\n")
    return read_log([tmp_path], options=options)


def column(log: EventLog, name: str) -> list[object]:
    return [value for (value,) in log.rows(f'SELECT "{name}" FROM events ORDER BY seq')]


def mbox(text: str) -> list[str]:
    return [first(fields(block), "subject") for block in header_blocks(io.BytesIO(text.encode()))]


FROM = "From kim@home.example Mon Mar  2 09:00:00 2026\n"


def test_a_body_line_that_begins_with_from_splits_nothing() -> None:
    body = f"From now on.\n\nFrom Monday on.\n\n{FROM}No header follows here.\n\n>{FROM}"
    assert mbox(f"{FROM}Subject: one\n\n{body}\n{FROM}Subject: two\n\nend\n") == ["one", "two"]


@pytest.mark.parametrize(
    "separator",
    [
        "From ", "From", "From -", "From  Fri Jul  1 09:13:09 2025", "From vera  Fri Jul  1 09:13:09 2025 PST",
        "From vera@x.example Fri Jul  1 09:13:09 2025 (+0700)", "From vera@x.example 2025-07-01 09:13:09",
        "From vera@x.example Tue, 1 Jul 2025 09:13:09 +0000", "From vera@x.example ter jul  1 09:13:09 2025",
        "From ???",
    ],
)  # fmt: skip
@pytest.mark.parametrize("before", ["text\n\n", "text\n", ""])
def test_the_separator_that_a_file_begins_with_is_one_further_down_too(separator: str, before: str) -> None:
    line = f"{separator}\n"
    text = "".join(f"{line}From: a@x.example\nSubject: {each}\n\n{before}" for each in ("one", "two", "three"))
    assert mbox(text) == ["one", "two", "three"]


def test_a_line_of_a_body_that_looks_like_a_separator_is_counted() -> None:
    body = "Dear Sir,\nFrom me to you\nSubject: to change\n\nFrom here on:\nnothing\n\n"
    passed = Passed()
    file = io.BytesIO(f"{FROM}Subject: one\n\n{body}{FROM}Subject: two\n\nx\n".encode())
    assert len(list(header_blocks(file, passed))) == 2
    assert passed.missed == [1]


def test_the_separator_of_a_takeout_has_its_year_after_the_zone() -> None:
    takeout = "From 1795@xxx Mon Mar 02 09:00:00 +0000 2026\r\n"
    assert mbox(f"{takeout}Subject: one\r\n\r\ntext\r\n\r\n{takeout}Subject: two\r\n\r\n") == ["one", "two"]


def test_a_mail_without_a_body_ends_at_the_next_separator() -> None:
    assert mbox(f"{FROM}Subject: one\n{FROM}Subject: two\n\n{FROM}Subject: three") == ["one", "two", "three"]


def test_a_content_length_that_leads_to_a_separator_steps_over_a_whole_mail_in_the_body(tmp_path: Path) -> None:
    body = f"\n{FROM}Subject: forwarded\n\nold\n"
    text = f"{FROM}Subject: one\nContent-Length: {len(body)}\n\n{body}\n{FROM}Subject: two\n\n"
    path = tmp_path / "cl.mbox"
    path.write_text(text)
    with path.open("rb") as file:
        assert [first(fields(block), "subject") for block in header_blocks(file)] == ["one", "two"]


def test_a_wrong_content_length_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "cl.mbox"
    for length in (3, 99_999):
        path.write_text(f"{FROM}Subject: one\nContent-Length: {length}\n\ntext\n\n{FROM}Subject: two\n\nend\n")
        with path.open("rb") as file:
            assert [first(fields(block), "subject") for block in header_blocks(file)] == ["one", "two"]


def test_encoded_words_of_unknown_and_wrong_charsets_are_read_as_well_as_can_be() -> None:
    assert decode_words("=?utf-8?Q?In=C3=AAs?= =?utf-8?Q?_Prado?=") == "Inês Prado"
    assert decode_words("=?x-unknown?Q?In=C3=AAs?=") == "Inês"
    assert decode_words("=?utf-8?B?A?=") == "=?utf-8?B?A?="
    assert fields(["Subject: Számla\n".encode("cp1250")])["subject"] == ["Számla"]


@pytest.mark.parametrize(
    ("date", "received", "expected"),
    [
        ("Mon, 2 Mar 2026 10:00:00 +0100", "", (9, "date")),
        ("Mon, 2 Mar 2026 09:00:00 -0000", "", (9, "date")),
        ("Mon, 2 Mar 2026 09:00:00 GMT (what a comment)", "", (9, "date")),
        ("Mon, 2 Mar 2026 09:00:00 +0000", "Mon, 2 Mar 2026 12:00:00 +0000", (9, "date")),
        ("Mon, 2 Mar 2020 09:00:00 +0000", "Mon, 2 Mar 2026 12:00:00 +0000", (12, "received")),
        ("yesterday", "Mon, 2 Mar 2026 12:00:00 +0000", (12, "received")),
        ("Mon, 2 Mar 2026 09:00:00", "Mon, 2 Mar 2026 12:00:00 +0000", (12, "received")),
        ("Mon, 2 Mar 2026 09:00:00", "", (9, "assumed")),
        ("Mon, 2 Mar 2026 09:00:00 +9999", "", None),
        ("", "by a host, without a time", None),
    ],
)
def test_the_time_is_the_senders_unless_our_server_knows_better(
    date: str, received: str, expected: tuple[int, str] | None
) -> None:
    headers = {"date": [date], "received": [f"from a by b; {received}", "from z by y; Mon, 2 Mar 2026 08:00:00 +0000"]}
    if not received or expected is None:
        headers["received"] = [received]
    zone = ZoneRule(None)
    moment, by_received = sent_at(headers, zone)
    if expected is None:
        assert moment is None
    else:
        clock = "received" if by_received else "assumed" if zone.naive else "date"
        assert (moment, clock) == (datetime(2026, 3, 2, expected[0], tzinfo=UTC), expected[1])


def test_a_date_without_a_zone_is_in_the_zone_that_the_user_gave() -> None:
    moment, by_received = sent_at({"date": ["Mon, 2 Mar 2026 09:00:00"]}, ZoneRule("Europe/Budapest"))
    assert (moment, by_received) == (datetime(2026, 3, 2, 8, tzinfo=UTC), False)


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({}, "message"),
        ({"Auto_Submitted": "auto-replied (vacation)"}, "auto-reply"),
        ({"Auto_Submitted": "no"}, "message"),
        ({"Precedence": "auto_reply"}, "auto-reply"),
        ({"Precedence": "bulk", "List_Id": "<list.home.example>"}, "message"),
        ({"X_Autoreply": "yes"}, "auto-reply"),
        ({"X_Auto_Response_Suppress": "All"}, "message"),
        ({"X_Auto_Response_Suppress": "All", "X_MS_Exchange_Inbox_Rules_Loop": "a@b.example"}, "auto-reply"),
        ({"Return_Path": "<>"}, "message"),
        ({"X_Autoreply": "no"}, "message"),
        ({"X_Auto_Response": "1"}, "auto-reply"),
        ({"Precedence": "auto-reply"}, "auto-reply"),
        ({"Delivered_To": "Autoresponder"}, "auto-reply"),
        ({"Subject": "AUTO: Vera is out of the office"}, "auto-reply"),
        ({"Subject": "Auto: front light broken"}, "message"),
        ({"Subject": "Ausência do escritório: Re: Caixa"}, "auto-reply"),
        ({"Subject": "Ausente de la oficina: caja"}, "auto-reply"),
        ({"Subject": "Irodán kívül: doboz"}, "auto-reply"),
        ({"Subject": "Undelivered Mail Returned to Sender"}, "bounce"),
        ({"Subject": "No se puede entregar: caja"}, "bounce"),
        ({"From": "no-reply@home.example", "Reply_To": "vera@x.example"}, "message"),
        ({"From": "no-reply@home.example", "Reply_To": "noreply@home.example"}, "auto-reply"),
        ({"From": "no-reply@home.example"}, "auto-reply"),
        ({"From": "nao-responda@home.example"}, "auto-reply"),
        ({"From": "norah@home.example"}, "message"),
        ({"Subject": "Automatic reply: Box"}, "auto-reply"),
        ({"Subject": "Resposta automática: Caixa"}, "auto-reply"),
        ({"Subject": "Fuera de la oficina"}, "auto-reply"),
        ({"Subject": "Szabadságon vagyok"}, "auto-reply"),
        ({"Subject": "Out of office chairs"}, "message"),
        ({"Subject": "Re: Automatic reply: Box"}, "message"),
        ({"From": "MAILER-DAEMON@home.example"}, "bounce"),
        ({"X_Failed_Recipients": "a@b.example"}, "bounce"),
        ({"Content_Type": "multipart/report; report-type=delivery-status"}, "bounce"),
        ({"Content_Type": "multipart/report; report-type=disposition-notification"}, "auto-reply"),
    ],
)
def test_machines_are_told_from_people(headers: dict[str, str], kind: str) -> None:
    assert parsed(letter("a", **headers)).kind == kind


@pytest.mark.parametrize("prefix", ["Re: ", "RES: ", "RV: ", "Vá: ", "Válasz: ", "ENC: Re: ", "Re[2]: ", "[list] Re: "])
def test_reply_prefixes_of_four_languages_come_off_the_subject(prefix: str) -> None:
    answer = parsed(letter("a", Subject=f"{prefix}Számla"))
    assert (answer.subject, answer.is_reply) == ("szamla", True)


def test_a_ticket_number_in_brackets_stays_in_the_subject() -> None:
    assert parsed(letter("a", Subject="Re: [#4711] Box")).subject == "[#4711] box"


def cases(*letters: str) -> list[int]:
    """The number of each letter's thread, counted in the order of the letters."""
    mails = [parsed(text) for text in letters]
    case_of = thread(in_order(mails)).case_of
    order = list(dict.fromkeys(case_of[mail.id] for mail in mails))
    return [order.index(case_of[mail.id]) for mail in mails]


def test_ids_join_mails_even_where_the_mail_between_them_is_missing() -> None:
    one, two = letter("a@x"), letter("c@x", "11:00", References="<a@x> <b@x>")
    three = letter("d@x", "12:00", In_Reply_To="<b@x>")
    assert cases(one, two, three, letter("e@x", "13:00")) == [0, 0, 0, 1]


def test_a_case_keeps_its_id_when_only_the_replies_are_exported_next_week() -> None:
    root, answer = parsed(letter("a@x")), parsed(letter("b@x", "10:00", References="<a@x>"))
    both, later = thread(in_order([answer, root])).case_of, thread([answer]).case_of
    assert both["b@x"] == later["b@x"] == both["a@x"]
    assert "@" not in both["a@x"]


def test_an_address_in_the_prose_of_in_reply_to_is_no_id() -> None:
    prose = 'Message from "Kim <kim@home.example>" of "Mon, 2 Mar 2026" <a@x>'
    assert parsed(letter("b@x", In_Reply_To=prose)).parents == ("a@x",)


def test_gmail_and_outlook_marks_join() -> None:
    index = "AdMX0a0xlsz7QmLvS1eQk3G5q3nYqA=="
    longer = "AdMX0a0xlsz7QmLvS1eQk3G5q3nYqAAAAAAA"
    assert cases(letter("a", Thread_Index=index), letter("b", "10:00", Thread_Index=longer)) == [0, 0]
    assert cases(letter("a", X_GM_THRID="7"), letter("b", "10:00", X_GM_THRID="7")) == [0, 0]


def test_a_subject_joins_only_a_reply_between_the_same_two() -> None:
    question = letter("a")
    answer = letter("b", "10:00", Subject="Re: Box", From="help@desk.example", To="kim@home.example")
    stranger = letter("c", "11:00", Subject="Re: Box", From="lee@home.example")
    plain = letter("d", "12:00", From="help@desk.example", To="kim@home.example")
    assert cases(question, answer, stranger, plain) == [0, 0, 1, 2]


def test_a_subject_reaches_thirty_days_back() -> None:
    late = letter("b", Subject="Re: Box", From="help@desk.example", To="kim@home.example")
    assert cases(letter("a"), late.replace("2 Mar", "2 Apr")) == [0, 1]
    assert cases(letter("a"), late.replace("2 Mar", "31 Mar")) == [0, 0]


def test_a_ring_of_references_is_one_case() -> None:
    assert cases(letter("a", References="<b>"), letter("b", "10:00", References="<a>")) == [0, 0]


def test_us_is_the_address_that_most_mails_are_delivered_to() -> None:
    mails = [parsed(letter(name, From=f"{name}@home.example")) for name in FIVE]
    reply = parsed(letter("r", From="ana@desk.example", To="kim@home.example"))
    ours = ours_inferred([*mails, reply])
    assert ours and ours.wrote(reply) and not ours.wrote(mails[0])
    assert ours.basis == Note("decision.us_domain", mailbox="help@desk.example", domain="desk.example", n=5, of=6)


def test_a_public_mail_providers_domain_is_not_ours() -> None:
    mails = [parsed(letter(name, From=f"{name}@gmail.com", To="shop@gmail.com")) for name in FIVE]
    reply = parsed(letter("r", From="shop@gmail.com", To="kim@gmail.com"))
    ours = ours_inferred([*mails, reply])
    assert ours and ours.owns("shop@gmail.com") and not ours.owns("kim@gmail.com")


@pytest.mark.parametrize(
    "letters",
    [
        [letter("a"), letter("b", From="help@desk.example", To="kim@home.example")],  # two who write to each other
        [letter(to, From="help@desk.example", To=f"{to}@home.example") for to in ("kim", "lee", "kim2")],  # sent mail
        [letter("a", From="help@desk.example", To="kim@home.example"), letter("b", From="help@desk.example",
                To="kim@home.example"), letter("c", From="help@desk.example", To="lee@else.example")],
        [letter(name, From=f"{name}@home.example") for name in FIVE],  # nobody there ever writes
        [*(letter(name, From=f"{name}@home.example") for name in FIVE[:4]),
         letter("r", From="help@desk.example", To="kim@home.example")],  # four may be one who writes from everywhere
        [*(letter(name, From=f"{name}@home.example") for name in FIVE),
         letter("r", From="help@desk.example", To="else@where.example")],  # none of them is answered
        [letter("a", From="bea@desk.example"), letter("b", From="cy@shop.example", To="kim@home.example"),
         letter("c", From="bea@desk.example", To="kim@home.example"), letter("d")],  # two of ours write to a customer
    ],
)  # fmt: skip
def test_an_undecidable_us_is_nobody(letters: list[str]) -> None:
    assert ours_inferred([parsed(text) for text in letters]) is None


def test_us_can_be_addresses_domains_and_names() -> None:
    ours = ours_given(("Boss@Else.example", "@desk.example", "Ana Duarte"))
    assert ours.owns("boss+x@else.example") and ours.owns("bea@mail.desk.example") and not ours.owns("a@else.example")
    assert ours.wrote(parsed(letter("a", From="Ana DUARTE <ana@private.example>")))


def test_roles_resources_and_visibility(tmp_path: Path) -> None:
    log = box(
        tmp_path,
        letter("a"),
        letter("b", "10:00", References="<a>", From="Ana <ana@desk.example>", To="bea@desk.example"),
        letter("c", "11:00", References="<a>", From="bea@desk.example", To="kim@home.example"),
        letter("d", "12:00", References="<a>", Auto_Submitted="auto-replied"),
    )
    assert column(log, "role") == ["customer", "agent", "agent", "system"]
    assert column(log, "resource") == [None, "Ana", "bea", None]
    assert column(log, "visibility") == ["public", "internal", "public", "public"]
    assert set(column(log, "channel")) == {"email"}
    assert log.n_cases == 1


def test_nobody_has_a_role_where_us_is_unknown(tmp_path: Path) -> None:
    log = box(tmp_path, letter("a"), options=ReadOptions(source="mail"))
    assert column(log, "role") == [None]
    assert log.rows("SELECT * FROM identities") == []
    assert Note("decision.us_unknown") in log.receipt.sources[0].decisions


def test_the_group_is_the_mailbox_of_ours_among_several(tmp_path: Path) -> None:
    log = box(
        tmp_path,
        letter("a"),
        letter("b", To="Billing <billing+x@desk.example>"),
        letter("c", "10:00", References="<a>", From="Ana <ana@desk.example>", To="kim@home.example"),
        letter("d", "11:00", References="<a>", To="ana@desk.example"),
        letter("e", "12:00", References="<a>", From="Ana <ana@desk.example>", To="billing@desk.example"),
    )
    assert column(log, "group") == ["help", "billing", None, None, "billing"]


def test_only_the_customer_of_a_thread_is_an_identity(tmp_path: Path) -> None:
    log = box(
        tmp_path,
        letter("a"),
        letter("b", "10:00", References="<a>", From="Vic <vic@vendor.example>"),
        letter("f@x", From="form@desk.example", Reply_To="mo@home.example"),
        letter("o@x", From="ana@desk.example", To="lee@home.example"),
    )
    found = {(kind, value) for _, kind, value in log.rows("SELECT case_key, kind, value FROM identities")}
    emails = {("email", f"{name}@home.example") for name in ("kim", "mo", "lee")}
    assert found == {*emails, ("name", "Kim")}


def test_a_mail_in_two_mailboxes_is_one_event_even_without_an_id(tmp_path: Path) -> None:
    log = box(tmp_path, letter("a"), letter("a", Delivered_To="x@desk.example"), letter("", Message_ID=""),
              letter("", Message_ID="", X_Other="1"))  # fmt: skip
    assert log.n_events == 2
    assert [source.deduplicated for source in log.receipt.sources] == [0, 1, 0, 1]


def test_drafts_are_ignored_and_mails_without_a_time_rejected(tmp_path: Path) -> None:
    text = f"{FROM}{letter('a')}\n\n{FROM}{letter('b', Date='soon')}\n\n{FROM}{letter('c', X_Gmail_Labels='Drafts')}\n"
    (tmp_path / "all.mbox").write_text(text)
    (source,) = read_log([tmp_path], options=US).receipt.sources
    assert (source.records, source.used, source.rejected, source.ignored) == (3, 1, 1, 1)
    assert source.rejected_reasons == {"no_mail_date": 1}


def test_a_file_of_mail_and_a_thread_are_shown_by_numbers(tmp_path: Path) -> None:
    (tmp_path / "kim@home.example.mbox").write_text(f"{FROM}{letter('b', Date='Tue, 3 Mar 2026 10:00:00 +0000')}\n")
    (tmp_path / "Kim Doe.mbox").write_text(f"{FROM}{letter('c', Date='Mon, 2 Mar 2026 10:00:00 +0000')}\n")
    (tmp_path / "My contract.eml").write_text(letter("a", Date="Wed, 4 Mar 2026 10:00:00 +0000"))
    log = read_log([tmp_path], options=US)
    assert [source.file for source in log.receipt.sources] == ["mailbox 1", "mail 1", "mailbox 2"]
    assert log.rows("SELECT case_id, source_ref FROM events ORDER BY timestamp") == [
        ("mail:thread 1", "mailbox 1: message 1"),
        ("mail:thread 2", "mailbox 2: message 1"),
        ("mail:thread 3", "mail 1: message 1"),
    ]


def test_what_is_appended_renumbers_nothing(tmp_path: Path) -> None:
    week = tmp_path / "week"
    week.mkdir()
    (week / "two.mbox").write_text(f"{FROM}{letter('b', Date='Tue, 3 Mar 2026 10:00:00 +0000')}\n")
    save_log(read_log([week], options=US), tmp_path / "log")
    (week / "one.mbox").write_text(f"{FROM}{letter('a', Date='Mon, 2 Mar 2026 10:00:00 +0000')}\n")
    reply = letter("c", Date="Wed, 4 Mar 2026 10:00:00 +0000", In_Reply_To="<b>")
    (week / "three.mbox").write_text(f"{FROM}{reply}\n")
    log = read_log([week], options=US, append_to=tmp_path / "log")
    assert log.rows("SELECT case_id, source_ref FROM events ORDER BY timestamp") == [
        ("mail:thread 2", "mailbox 2: message 1"),
        ("mail:thread 1", "mailbox 1: message 1"),
        ("mail:thread 1", "mailbox 3: message 1"),
    ]


def test_subjects_and_bodies_are_not_kept(tmp_path: Path) -> None:
    log = box(tmp_path, letter("a", Subject="zanzibar"))
    kept = "".join(str(log.rows(f"SELECT * FROM {table}")) for table in ("events", "cases", "identities"))
    assert "zanzibar" not in kept and "Body" not in kept


def test_a_gzip_mbox_is_read_and_a_truncated_one_named(tmp_path: Path) -> None:
    packed = gzip.compress(f"{FROM}{letter('a')}\n{'text ' * 5000}\n".encode())
    (tmp_path / "good.mbox.gz").write_bytes(packed)
    assert read_log([tmp_path / "good.mbox.gz"], options=US).n_events == 1
    (tmp_path / "bad.mbox.gz").write_bytes(packed[:-12])
    log = read_log([tmp_path], options=US)
    assert [failed.file for failed in log.receipt.failed] == ["mailbox 1"]
    with pytest.raises(UnreadableExport, match="truncated or damaged"):
        read_log([tmp_path / "bad.mbox.gz"], options=US)


@pytest.mark.parametrize(
    ("name", "text", "claimed"),
    [
        ("a.mbox", f"{FROM}{letter('a')}\n", True),
        ("1772450000.M1P1.host,S=9:2,S", letter("a"), True),
        ("a.txt", "\n\n" + letter("a"), True),
        ("a.emlx", "1234\n" + letter("a"), True),
        ("a.eml", "Subject: only\n\n", True),
        ("a.txt", "From now on\n\nwe write: prose\n", False),
        ("a.csv", "From,To,Subject\na,b,c\n", False),
        ("a.txt", "Note: yes\nOther: no\n\n", False),
        ("a.eml", "", False),
    ],
)
def test_what_is_claimed(tmp_path: Path, name: str, text: str, claimed: bool) -> None:
    path = tmp_path / name.replace(":", "_")
    path.write_text(text)
    assert (mail.identify(Sample(path, name)) is not None) == claimed


@settings(deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"", FROM.encode(), letter("a").encode()]))
def test_no_bytes_break_the_reader(noise: bytes, start: bytes) -> None:
    for block in header_blocks(io.BytesIO(start + noise)):
        thread([read_mail(fields(block), ref="", zone=ZoneRule(None))])


def read_all(folder: Path) -> EventLog:
    log = read_log([folder], options=ReadOptions(max_rejected=1))
    assert all(source.balances for source in log.receipt.sources)
    return log


def test_a_real_mailing_list_is_all_accounted_for(data: Callable[[str], Path]) -> None:
    log = read_all(data("ponymail_mbox/httpd-users-2020-07.mbox"))
    (source,) = log.receipt.sources
    assert (source.records, source.used) == (108, 108)
    # every reply stands in a case with a mail before it, or answers one that is not in the file
    assert log.n_cases == 40
    (in_threads,) = log.one("SELECT sum(n) FROM (SELECT count(*) AS n FROM events GROUP BY case_id HAVING n > 1)")
    assert in_threads >= 74


def test_real_mails_of_every_charset_are_read(data: Callable[[str], Path]) -> None:
    assert read_all(data("spamassassin/easy-ham-1")).n_events == 300


def test_malformed_mime_never_stops_the_reading(data: Callable[[str], Path], tmp_path: Path) -> None:
    for number, path in enumerate(sorted(data("mime4j/testmsgs").rglob("*.*"))):
        (tmp_path / f"{number}.eml").write_bytes(path.read_bytes())
    log = read_all(tmp_path)
    assert not log.receipt.failed
    assert read_all(data("mime4j/mbox-test-1")).n_events == 5


def test_a_zone_that_is_none_is_a_mistake_of_the_user(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no time zone “Lisboa”"):
        box(tmp_path, letter("a@x"), options=ReadOptions(source="mail", timezone="Lisboa"))
