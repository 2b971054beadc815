"""Steps: one step has one name in every language, and what nobody knows keeps its own."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import journeyminer as jm
from journeyminer import words as dictionaries
from journeyminer.config import Config
from journeyminer.i18n import Language, available_languages
from journeyminer.log import EventLog
from journeyminer.mining.handovers import handovers
from journeyminer.mining.kpis import kpis
from journeyminer.mining.lens import Lens
from journeyminer.options import ReadOptions
from journeyminer.prepare import prepare
from journeyminer.prepare.rules import Rules
from journeyminer.prepare.steps import STEP_FILE, named
from journeyminer.vocabulary import ACTIVITIES, CLOSED_SETS
from tiny import log

STEPS = tomllib.loads(STEP_FILE.read_text(encoding="utf-8"))
LIGHT = STEPS.pop("light")


def step(name: str, **known: str) -> str | None:
    return Rules().meaning({"activity": name, **known}).give.get("activity")


@pytest.mark.parametrize("language", available_languages())
def test_the_name_that_a_step_is_shown_by_is_read_as_this_step(language: str) -> None:
    """So a source's word never stands on a map beside ours, and no two steps have one name."""
    shown = {slug: Language(language).activity(slug) for slug in ACTIVITIES}
    assert {slug: step(name) for slug, name in shown.items()} == {slug: slug for slug in ACTIVITIES}


@pytest.mark.parametrize("names", [
    "customer_message: Reply from customer | Cliente respondeu | El cliente respondió | Az ügyfél válasza",
    "agent_reply: Replied to the customer | Resposta ao cliente | Respuesta al cliente | Válasz az ügyfélnek",
    "callback_requested: Callback requested | Solicitou retorno | Llamada solicitada | Visszahívás kérve",
    "call_inbound: Customer called | Cliente ligou | Llamada del cliente | Ügyfél hívása",
    "call_outbound: Called customer back | Ligação para o cliente | Llamada al cliente | Ügyfél visszahívva",
    "group_changed: Transferred to tier 2 | Transferido para N2 | Derivada a Soporte | Továbbadva: 2. szint",
    "assigned: Assigned to Ana Lima | Atribuído ao analista | Técnico asignado | Kiosztva Kovács Péternek",
    "vendor_contacted: Sent to vendor | Encaminhado ao fornecedor | Escalado al proveedor | Beszállítónak átadva",
    "status_pending: Awaiting customer reply | Aguardando cliente | En espera del cliente | Ügyfélre vár",
    "reopened: Reopened by customer | Reaberto pelo cliente | Caso reabierto | Jegy újranyitva",
    "closed: Ticket: closed | Chamado encerrado | Caso cerrado | Jegy lezárva",
    "closed_automatically: Auto-closed after 7 days | Auto-encerrado | Cierre automático | Automatikus lezárás",
    "csat_offered: Survey sent | Pesquisa de satisfação enviada | Encuesta enviada | Kérdőív kiküldve",
    "ticket_created: Ticket opened | Chamado aberto | Caso creado | Bejelentés rögzítve",
])  # fmt: skip
def test_a_step_has_one_name_in_four_languages(names: str) -> None:
    slug, _, listed = names.partition(": ")
    assert {name: step(name) for name in listed.split(" | ")} == dict.fromkeys(listed.split(" | "), slug)


@pytest.mark.parametrize("name", [
    "Assign seriousness", "Resolve SW anomaly", "Call", "Reply", "Completed", "Fix", "Test drive", "Require upgrade",
    "W_Completeren aanvraag", "A_CANCELLED", "O_CANCELLED", "Bot could not answer", "Transferencias revisadas mal",
    "Nota 5", "to Peter", "", "—", "客户回复", "T02 Check confirmation of receipt",
    "Close the account of the customer who wrote to us about the invoice of last month",
])  # fmt: skip
def test_what_no_rule_knows_keeps_its_name(name: str) -> None:
    assert step(name) is None


def test_what_an_event_says_of_itself_decides() -> None:
    assert step("Comment", role="customer") == step("Comment", role="Requester") == "customer_message"
    assert step("Comment", role="agent") == "agent_reply"
    assert step("Comment", role="agent", visibility="private") == "internal_note"
    assert step("Comment", role="bot") == "bot_reply"
    assert step("Comment") == "message"
    assert step("Customer reply", role="agent") is None
    assert step("Resolved", status="In progress") is None
    assert step("Resolved", status="Done") == "solved"
    assert step("Accepted", lifecycle="Wait - User") == "accepted"


@pytest.mark.parametrize("slug", STEPS)
def test_a_step_means_values_of_the_closed_sets(slug: str) -> None:
    meant = named(slug)
    assert slug in ACTIVITIES
    assert meant
    assert [value for column, value in meant.meaning.items() if value not in (*CLOSED_SETS[column], "unknown")] == []
    assert {*meant.roles, *meant.also} <= set(CLOSED_SETS["role"])
    assert len(set(meant.says)) == len(meant.says)


def test_every_concept_has_words_and_is_part_of_a_step() -> None:
    files = sorted(Path(dictionaries.__file__).parent.glob("*.toml"))
    tables = [tomllib.loads(file.read_text(encoding="utf-8"))["concepts"] for file in files]
    concepts = {concept for table in tables for key in table for concept in key.split()}
    used = {part for said in STEPS.values() for text in (*said["says"], *said.get("acts", ())) for part in text.split()}
    assert used | set(LIGHT) == concepts


def test_what_a_step_means_is_said_where_the_event_is_silent() -> None:
    meaning = Rules().meaning({"activity": "Cliente respondeu", "role": "Requester"})
    assert meaning.give == {"activity": "customer_message", "role": "customer", "visibility": "public"}
    assert Rules().meaning({"activity": "Close case", "lifecycle": "start"}).give == {"activity": "closed"}


DESK = """
    A: Chamado_aberto@09:00/by=ana/in=L1/as=agent Transferido_para_N2@10:00/in=L2/as=system
    A: fix@11:00/by=bo/in=L2/as=agent
    A: Reopened@12:00/by=bo/in=L2/as=agent
"""


def test_a_log_is_called_as_its_sources_call_it_and_means_the_same() -> None:
    def told(called: EventLog) -> tuple[object, ...]:
        return [row.n for row in handovers.rows(Lens(called), by="group")], kpis.rows(Lens(called))

    ours, theirs = prepare(log(DESK)), prepare(log(DESK), activities="raw")
    shown = "SELECT activity FROM events ORDER BY seq"
    assert [name for (name,) in ours.rows(shown)] == ["ticket_created", "group_changed", "fix", "reopened"]
    assert [name for (name,) in theirs.rows(shown)] == ["Chamado aberto", "Transferido para N2", "fix", "Reopened"]
    assert told(ours) == told(theirs)


def test_a_file_is_read_with_its_own_names_where_that_is_asked(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("case,activity,timestamp\n1,Cliente ligou,2026-01-05 10:00\n")
    assert jm.read(tmp_path / "log.csv").steps == (("call_inbound", "customer"),)
    raw = jm.read(tmp_path / "log.csv", options=ReadOptions(activities="raw"))
    assert raw.rows("SELECT activity FROM events") == [("Cliente ligou",)]
    assert raw.steps == (("call_inbound", "customer"),)


def test_a_word_of_the_users_is_a_step() -> None:
    known = Config(words={"activity": {"fix": "investigated", "Chamado aberto": "customer_message"}})
    assert [step for step, _ in prepare(log(DESK), config=known).steps] == [
        "customer_message", "group_changed", "investigated", "reopened",
    ]  # fmt: skip


def test_what_is_no_step_of_ours_is_listed_with_the_line_to_paste() -> None:
    (unmatched,) = prepare(log(DESK)).receipt.unmatched
    assert (unmatched.field, unmatched.value, unmatched.n) == ("activity", "fix", 1)
