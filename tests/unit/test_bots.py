"""Bots: who is a program by name is no person."""

from __future__ import annotations

import pytest

from journeyminer.config import Config
from journeyminer.log import EventLog
from journeyminer.mining.kpis import kpis
from journeyminer.mining.lens import Lens
from journeyminer.prepare import prepare, tell_bots
from tiny import log


def answered(by: str, role: str = "agent") -> EventLog:
    return log(
        f"A: customer_message@09:00/as=customer/by=Vera agent_reply@09:01/as={role}/by={by}/vis=public "
        "agent_reply@11:00/as=agent/by=Ana/vis=public"
    )


def response(told: EventLog) -> float | None:
    return next(kpi.value for kpi in kpis.rows(Lens(told)) if kpi.id == "first_response")


@pytest.mark.parametrize(
    "name",
    [
        "Answer Bot",
        "Chatbot",
        "chat-bot",
        "HelpBot",
        "Robô de atendimento",
        "Asistente Virtual",
        "Virtuális asszisztens",
    ],
)
def test_a_bot_is_known_by_its_name(name: str) -> None:
    told = tell_bots(answered("BY").derive(
        event_rows=f"SELECT * REPLACE (CASE WHEN resource = 'BY' THEN '{name}' ELSE CAST(resource AS VARCHAR) END "
        "AS resource) FROM {log}.event_rows"
    ))  # fmt: skip
    assert told.rows("SELECT role, activity FROM event_rows ORDER BY timestamp")[1] == ("bot", "bot_reply")
    assert response(told) == 2 * 3600


@pytest.mark.parametrize("name", ["Talbot", "Abbot", "Robert", "Bottas", "Ana"])
def test_people_are_none(name: str) -> None:
    same = answered(name)
    assert tell_bots(same) is same
    assert response(same) == 60


@pytest.mark.parametrize("name", ["Automation", "Automação"])
def test_an_agent_that_is_called_as_automations_are_is_the_system(name: str) -> None:
    told = tell_bots(answered(name))
    assert told.rows("SELECT role, activity FROM event_rows ORDER BY timestamp")[1] == ("system", "auto_reply")
    assert response(told) == 2 * 3600


def test_others_are_named_in_the_configuration() -> None:
    assert response(prepare(answered("Lia"))) == 60
    assert response(prepare(answered("Lia"), config=Config(options={"bots": ("LIA",)}))) == 2 * 3600


def test_a_log_without_roles_knows_its_bots_too() -> None:
    told = tell_bots(log("A: a@09:00/by=Chatbot b@10:00/by=Ana"))
    assert told.rows("SELECT role FROM event_rows ORDER BY timestamp") == [("bot",), (None,)]
    assert told.has("role")


def test_a_customer_who_is_called_so_stays_one() -> None:
    same = answered("Chatbot", role="customer")
    assert tell_bots(same) is same


@pytest.mark.parametrize(
    ("name", "is_bot"),
    [("helpbot@example.com", True), ("support-bot@example.com", True), ("Jan Bot", True),
     ("m.talbot@example.com", False), ("Abbot Costello", False), ("FAQ bot", True), ("Robota Ilona", False)],
)  # fmt: skip
def test_programs_by_their_names_are_counted_and_a_person_can_be_named(name: str, is_bot: bool) -> None:
    called = f"CASE WHEN resource = 'ana' THEN '{name}' END AS resource"
    tiny = log("A: ask@09:00/as=customer agent_reply@09:05/as=agent/by=ana").derive(
        event_rows=f"SELECT * REPLACE ({called}) FROM {{log}}.event_rows"
    )
    told = tell_bots(tiny)
    assert [note.params["n"] for note in told.receipt.notes if note.slug == "bots_by_name"] == ([1] if is_bot else [])
    named = tell_bots(tiny, people=[name.upper()])
    assert named.one("SELECT role FROM events WHERE resource IS NOT NULL") == ("agent",)
    assert not named.receipt.notes


@pytest.mark.parametrize("word", ["Auto reply", "Resposta automática", "Respuesta automática", "Automatikus válasz"])
@pytest.mark.parametrize("role", ["agent", "customer"])
def test_an_automatic_reply_is_nobodys_in_whosever_name_it_is_sent(word: str, role: str) -> None:
    words = word.replace(" ", "_")
    ended = prepare(
        log(f"A: ask@09:00/as=customer {words}@09:01/as={role}/by=ana answer@10:00/as=agent/by=ana/vis=public")
    )
    (first,) = (figure for figure in kpis.rows(Lens(ended)) if figure.id == "first_response")
    assert first.value == 3600
