"""Chats, mail and help desks as real exports write them: nothing is swallowed, and who wrote is not guessed.

The inputs in `chats` are invented; each stands for a kind of fault that was reported of some tool.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import journeyminer as jm
from journeyminer.errors import AmbiguousTimestamp, UnidentifiedSource
from journeyminer.log import EventLog
from journeyminer.note import Note
from journeyminer.options import ReadOptions
from reported_logs import facts, mail, read

EXPECTED: dict[str, dict[str, object]] = {
    "01": {"used": 3, "ignored": 6},
    "02": {"used": 3, "ignored": 6, "roles": [None] * 3},
    "03": {"used": 2, "ignored": 4, "cases": 1, "first": (590, 1, 0)},
    "04": {"used": 2, "ignored": 2, "agents": ["Nils"]},
    "08": {"used": 2, "agents": ["Nils"]},
    "10": {"used": 2},
    "12": {"used": 2, "ignored": 5},
    "13": {"used": 4},
    "14": {"used": 2, "ignored": 2, "agents": ["Nils"]},
    "16": {"records": 5, "used": 5},
    "21": {"records": 3, "cases": 2, "first": (3600, 1, 1)},
    "22": {"records": 3, "cases": 2, "first": (3600, 1, 1)},
    "23": {"records": 3, "cases": 2, "first": (3600, 1, 1)},
    "24": {"records": 3, "cases": 2, "first": (3600, 1, 1)},
    "30": {"records": 3, "cases": 2},
    "31": {"records": 3},
    "32": {"roles": ["customer", "agent", "customer"]},
    "36": {"first": (3600, 1, 0)},
    "39": {"used": 3, "rejected": 1, "as_of": "2025-03-04"},
    "40": {"steps": ["customer_message", "agent_reply", "customer_message", "agent_reply"], "as_of": "2025-03-06"},
    "41": {"used": 2, "cases": 2},
    "43": {"cases": 1, "first": (3600, 1, 0)},
    "45": {"cases": 1, "first": (3600, 1, 0)},
    "46": {"used": 3, "ignored": 3, "first": (3600, 1, 1)},
    "47": {"cases": 3, "customers": 3},
    "49": {"cases": 2, "customers": 2},
    "50": {"cases": 1},
    "51": {"steps": ["customer_message", "agent_reply", "auto_reply"]},
    "52": {"steps": ["customer_message", "agent_reply", "customer_message"]},
    "53": {"customers": 1, "first": (7200, 2, 0)},
    "55": {"agents": ["Nils"], "roles": ["customer", "agent"] * 2},
    "56": {"customers": 3, "first": (3600, 2, 1), "agents": ["Nils"]},
    "58": {"used": 2, "ignored": 2, "first": (3600, 1, 0)},
    "59": {"ignored": 1, "first": (3600, 1, 0)},
    "61": {"used": 3, "ignored": 3},
    "62": {"used": 3},
    "63": {"cases": 1},
    "64": {"first": (3600, 1, 0), "agents": ["Ex", "Nils"]},
    "68": {"first": (28_800, 3, 0)},
    "70": {"first": (7200, 1, 0)},
    "71": {"first": (7200, 1, 0)},
    "75": {"first_resolution": (3600, 1, 0)},
    "78": {"first": (3600, 1, 0)},
    "80": {"first": (3600, 1, 0)},
    "83": {"reopen_rate": 1.0},
    "84": {"hops": 1.5},
    "89": {"used": 10},
    "90": {"customers": 1},
    "91": {"customers": 1},
}


US = {"Nils": "08 14", "shop.example": "21 22 23 24 30 31 32 36 39 40 41 43 45 46 47 49 50 51 52 53 55 58 59 61 62 63"}


@pytest.mark.parametrize("name", EXPECTED)
def test_what_was_reported_is_read_rightly(name: str) -> None:
    found = facts(read(name, us=tuple(us for us, names in US.items() if name in names.split())))
    assert {key: found[key] for key in EXPECTED[name]} == EXPECTED[name]


def test_no_date_is_guessed() -> None:
    with pytest.raises(AmbiguousTimestamp, match="--date-order"):
        read("18")


@pytest.mark.parametrize("name", ["11", "19"])
def test_what_is_not_read_yet_is_refused(name: str) -> None:
    with pytest.raises(UnidentifiedSource):
        read(name)


def chat(folder: Path, name: str, *dates: str) -> Path:
    path = folder / f"WhatsApp Chat with {name}.txt"
    path.write_text("".join(f"{date}, 10:0{n} - {who}: {n}\n" for n, (date, who) in
                            enumerate(zip(dates, (name, "Nils") * 9, strict=False))))  # fmt: skip
    return path


def days(log: EventLog) -> list[str]:
    return [str(day) for (day,) in log.rows("SELECT DISTINCT CAST(timestamp AS DATE) FROM events ORDER BY 1")]


def test_one_phone_writes_all_its_chats_in_one_way(tmp_path: Path) -> None:
    chat(tmp_path, "Vera", "01/02/2025", "02/02/2025")
    chat(tmp_path, "Ivo", "13/02/2025", "14/02/2025")
    log = jm.read(tmp_path, options=ReadOptions(strict=True))
    assert days(log) == ["2025-02-01", "2025-02-02", "2025-02-13", "2025-02-14"]
    told = [
        note.params["proof"] for source in log.receipt.sources for note in source.decisions if "proof" in note.params
    ]
    assert "proof.other_files" in {proof.slug for proof in told if isinstance(proof, Note)}


def test_chats_that_prove_both_ways_prove_nothing_of_a_third(tmp_path: Path) -> None:
    chat(tmp_path, "Vera", "01/02/2025")
    chat(tmp_path, "Ivo", "13/02/2025")
    chat(tmp_path, "Ana", "02/13/2025")
    with pytest.raises(AmbiguousTimestamp):
        jm.read(tmp_path, options=ReadOptions(strict=True))
    log = jm.read(tmp_path, options=ReadOptions(strict=True, date_order="dmy"))
    assert days(log) == ["2025-02-01", "2025-02-13"]  # the flag fills in, and overrules no proof


def test_a_chat_of_another_form_says_nothing(tmp_path: Path) -> None:
    chat(tmp_path, "Vera", "01.02.2025")
    chat(tmp_path, "Ivo", "13/02/2025")
    with pytest.raises(AmbiguousTimestamp):
        jm.read(tmp_path, options=ReadOptions(strict=True))


def test_a_flag_overrules_no_order_that_stands_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "_chat.txt"
    path.write_text("2025. 01. 06. 9:12 - Vera: a\n2025. 01. 07. 9:12 - Nils: b\n")
    assert days(jm.read(path, options=ReadOptions(date_order="dmy"))) == ["2025-01-06", "2025-01-07"]


def test_a_pasted_chat_is_text_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "WhatsApp Chat with Vera.txt"
    path.write_text(
        "13/02/2025, 10:00 - Vera: look:\n[14/02/2025, 09:00:00] Ivo: x\n[14/02/2025, 09:01:00] Ivo: y\n"
        "13/02/2025, 10:05 - Nils: ok\n"
    )
    (source,) = jm.read(path).receipt.sources
    assert source.records == 2
    assert [note.params["n"] for note in source.decisions if note.slug == "decision.other_forms"] == [2]


NOTICES = {
    "en": "This business uses a secure service. Tap to learn more.",
    "pt": "Você atualizou a duração das mensagens temporárias.",
    "es": "Desbloqueaste a este contacto.",
    "hu": "Feloldottad a névjegy letiltását.",
}


@pytest.mark.parametrize("language", NOTICES)
def test_what_an_iphone_marks_and_is_no_content_is_a_notice(tmp_path: Path, language: str) -> None:
    path = tmp_path / "WhatsApp Chat - Vera.txt"
    lines = ["hi", f"\u200e{NOTICES[language]}", "\u200eimage omitted", "\u200ePOLL:\nyes or no?", "\u200eLocation: x"]
    path.write_text("".join(f"[13/03/2025, 09:00:0{n}] Vera: {text}\n" for n, text in enumerate(lines)))
    (source,) = jm.read(path).receipt.sources
    assert (source.used, source.ignored) == (4, 1)


def test_an_author_who_only_sends_polls_is_no_notice(tmp_path: Path) -> None:
    path = tmp_path / "WhatsApp Chat - Vera.txt"
    path.write_text("[13/03/2025, 09:00:00] Vera: hi\n[13/03/2025, 09:00:01] Nils: \u200ePOLL:\nyes?\n")
    assert facts(jm.read(path))["roles"] == ["customer", "agent"]


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("Mon, 3 Mar 2025 09:00:00 -05:00", "14:00"), ("Mon, 3 Mar 2025 09:00:00 GMT+0100", "08:00"),
        ("Mon, 3 Mar 2025 09:00:00 CEST", "07:00"), ("Mon, 3 Mar 2025 09:00:00 PM +0000", "21:00"),
        ("2025-03-03T09:00:00+01:00", "08:00"), ("2025-03-03 09:00:00 +0100", "08:00"),
        ("Mon, 3 Mar 2025 09:00:00 +0100 (CET)", "08:00"), ("Mon, 3 Mar 2025 12:00:00 AM UTC", "00:00"),
    ],
)  # fmt: skip
def test_dates_of_mails_lose_no_zone_and_no_half_day(tmp_path: Path, date: str, expected: str) -> None:
    log = jm.read(mail(tmp_path / "a.mbox", {"Date": date}))
    assert str(log.one("SELECT timestamp FROM events")[0])[11:16] == expected


def test_a_zone_that_nobody_knows_is_no_utc(tmp_path: Path) -> None:
    path = mail(tmp_path / "a.mbox", {}, {"Date": "Mon, 3 Mar 2025 09:00:00 QXT"})
    assert facts(jm.read(path))["rejected"] == 1


def test_a_form_that_writes_one_id_on_many_mails_loses_none(tmp_path: Path) -> None:
    path = mail(
        tmp_path / "a.mbox",
        *({"From": f"{who}@a.example", "Message-ID": "<form@us.example>"} for who in ("vera", "ivo", "ana")),
    )
    log = jm.read(path)
    assert (facts(log)["used"], log.n_cases) == (3, 3)
    assert {note.params.get("n") for note in log.receipt.sources[0].decisions if "ids_shared" in note.slug} == {3}


def test_the_same_mail_in_two_boxes_is_one(tmp_path: Path) -> None:
    for name in ("a", "b"):
        mail(tmp_path / f"{name}.mbox", {}, {"From": "ivo@b.example"})
    log = jm.read(tmp_path)
    assert log.n_events == 2
    assert sum(source.deduplicated for source in log.receipt.sources) == 2


def test_the_address_of_a_party_is_no_id(tmp_path: Path) -> None:
    copied = {"In-Reply-To": "<help@us.example>"}
    path = mail(tmp_path / "a.mbox", {**copied}, {**copied, "From": "ivo@b.example"})
    assert jm.read(path).n_cases == 2
