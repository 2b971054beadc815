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
