"""WhatsApp Business: what a program answers is no answer of a person."""

from __future__ import annotations

from pathlib import Path

import pytest

import journeyminer as jm
from journeyminer.log import EventLog
from journeyminer.options import ReadOptions
from reported_logs import facts

HELLO = "Hello {}! Welcome to the shop, one of us is with you in a moment."
NAMES = ("Vera", "Ivo", "Ana", "Petra")


def chat(folder: Path, name: str, *said: tuple[str, str, str], dated: str = "13/03/2025, {} - ") -> None:
    """A chat of one day: time, author, text."""
    lines = "".join(f"{dated.format(time)}{author}: {text}\n" for time, author, text in said)
    (folder / f"WhatsApp Chat with {name}.txt").write_text(lines)


def read(folder: Path) -> EventLog:
    return jm.read(folder, options=ReadOptions(strict=True))


def steps(log: EventLog) -> list[tuple[str, str | None]]:
    return log.rows("SELECT activity, resource FROM events ORDER BY timestamp, seq")


@pytest.mark.parametrize(
    ("dated", "at_once"),
    [("13/03/2025, {} - ", "09:00"), ("[13/03/2025, {}] ", "09:00:03")],
    ids=["minutes", "seconds"],
)
def test_the_same_greeting_for_all_is_a_programs(tmp_path: Path, dated: str, at_once: str) -> None:
    begin = "09:00" if len(at_once) == 5 else "09:00:00"
    for n, name in enumerate(NAMES):
        said = (begin, name, f"hi {n}"), (at_once, "Nils", HELLO.format(name)), (f"09:30{begin[5:]}", "Nils", f"ok {n}")
        chat(tmp_path, name, *said, dated=dated)
    log = read(tmp_path)
    assert [who for step, who in steps(log) if step == "auto_reply"] == [None] * 4
    assert facts(log)["first"] == (1800, 4, 0)
    told = [note.params["n"] for source in log.receipt.sources for note in source.decisions if "automatic" in note.slug]
    assert told == [1] * 4


@pytest.mark.parametrize(
    "text",
    [
        "Thank you for contacting Blue Shop! Please let us know how we can help you.",
        "Thank you for your message. We're unavailable right now, but will respond as soon as possible.",
        "Agradecemos sua mensagem. Não estamos disponíveis no momento, mas responderemos assim que possível.",
        "Gracias por comunicarte con Blue Shop. ¿Cómo podemos ayudarte?",
        "Gracias por tu mensaje. En este momento no podemos responder, pero lo haremos lo antes posible.",
        "Köszönjük az üzenetét! Jelenleg nem vagyunk elérhetőek, hamarosan válaszolunk.",
        "Esta é uma mensagem automática: abrimos às 8h.",
    ],
)
def test_what_the_app_proposes_is_known_by_its_words(tmp_path: Path, text: str) -> None:
    chat(tmp_path, "Vera", ("09:00", "Vera", "hi"), ("09:00", "Nils", text), ("09:10", "Nils", "we have it"))
    log = read(tmp_path)
    assert [step for step, _ in steps(log)] == ["customer_message", "auto_reply", "agent_reply"]
    assert facts(log)["first"] == (600, 1, 0)


def test_the_same_words_later_are_a_persons(tmp_path: Path) -> None:
    text = "Thank you for your message. We will reply as soon as possible."
    chat(tmp_path, "Vera", ("09:00", "Vera", "hi"), ("09:20", "Nils", text))
    assert facts(read(tmp_path))["first"] == (1200, 1, 0)


def test_a_greeting_of_two_messages(tmp_path: Path) -> None:
    menu = "Write 1 for orders, 2 for returns, 3 for all the rest"
    for n, name in enumerate(NAMES):
        chat(tmp_path, name, ("09:00", name, f"hi {n}"), ("09:00", "Nils", HELLO.format("")), ("09:00", "Nils", menu),
             ("09:01", name, f"{n}"), ("09:15", "Nils", f"done {n}"))  # fmt: skip
    assert facts(read(tmp_path))["first"] == (900, 4, 0)


@pytest.mark.parametrize("late", ["09:02", "09:40"])
def test_a_standing_phrase_of_a_person_is_an_answer(tmp_path: Path, late: str) -> None:
    for n, name in enumerate(NAMES):
        at = "09:00" if n == 0 else late
        chat(tmp_path, name, ("09:00", name, f"hi {n}"), (at, "Nils", HELLO.format(name)))
    assert {step for step, _ in steps(read(tmp_path))} == {"customer_message", "agent_reply"}


def test_quick_words_in_a_talk_are_answers(tmp_path: Path) -> None:
    phrase = "Yes, that is right, thank you very much"
    for n, name in enumerate(NAMES):
        chat(tmp_path, name, ("09:00", name, f"hi {n}"), ("09:05", "Nils", f"is it {n}?"), ("09:06", name, "yes"),
             ("09:06", "Nils", phrase))  # fmt: skip
    assert {step for step, _ in steps(read(tmp_path))} == {"customer_message", "agent_reply"}


def test_short_words_and_customers_are_not_told(tmp_path: Path) -> None:
    for n, name in enumerate(NAMES):
        chat(tmp_path, name, ("09:00", "Nils", f"order {n}"), ("09:00", name, "what order is that, and who are you"),
             ("12:00", name, f"hi {n}"), ("12:00", "Nils", "Good morning!"))  # fmt: skip
    assert "auto_reply" not in {step for step, _ in steps(read(tmp_path))}


def test_where_nobody_is_us_nobody_is_a_program(tmp_path: Path) -> None:
    (tmp_path / "_chat.txt").write_text(
        "13/03/2025, 09:00 - Vera: hi\n13/03/2025, 09:00 - Nils: Thank you for contacting us! How can we help?\n"
    )
    assert [step for step, _ in steps(read(tmp_path))] == ["message", "message"]
