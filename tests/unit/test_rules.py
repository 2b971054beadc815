"""Label rules: four languages, first match wins, and what does not say whose turn it is stays unknown."""

from __future__ import annotations

import pytest

from journeyminer.config import Config, Rule
from journeyminer.prepare.rules import Rules, _our_rules, fold

RULES = Rules()


def given(**said: str) -> dict[str, str]:
    """What is known of an event beside the name of its step, see test_steps.py."""
    return {column: value for column, value in RULES.meaning(said).give.items() if column != "activity"}


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Függőben lévő", "fuggoben levo"),
        ("Waiting_on-Customer!", "waiting on customer"),
        ("  E-MAIL ", "e mail"),
        ("Em espera", "em espera"),
        ("Closed*", "closed*"),
        ("ＯＰＥＮ", "open"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("new", ["New", "Novo", "Nuevo", "Új", "NEW"]),
        ("open", ["open", "In Progress", "Em andamento", "Abierto", "Nyitott", "Folyamatban", "Waiting for support"]),
        ("pending", ["Pending", "Awaiting User Info", "Pendente", "Aguardando cliente", "Pendiente", "Ügyfélre vár"]),
        ("on_hold", ["on_hold", "On-hold", "Em espera", "En espera", "Awaiting Vendor", "Felfüggesztve"]),
        ("solved", ["Solved", "Resolved", "Resolvido", "Resuelto", "Megoldva"]),
        ("closed", ["Closed", "Cancelled", "Fechado", "Cerrado", "Lezárva", "Closed Successful"]),
    ],
)
def test_a_status_in_four_languages(status: str, words: list[str]) -> None:
    assert [given(activity="x", status=word) for word in words] == [{"status": status}] * len(words)


@pytest.mark.parametrize(
    ("activity", "meaning"),
    [
        ("Resolve ticket", {"status": "solved"}),
        ("Ticket: solved", {"status": "solved"}),
        ("Chamado encerrado", {"status": "closed"}),
        ("Caso cerrado", {"status": "closed"}),
        ("Jegy lezárva", {"status": "closed"}),
        ("Change status to Pending", {"status": "pending"}),
        ("Take in charge ticket", {"status": "open"}),
        ("Incident created", {"status": "new"}),
        ("Reopened", {"status": "open"}),
        ("Customer reply", {"role": "customer", "visibility": "public"}),
        ("Resposta do cliente", {"role": "customer", "visibility": "public"}),
        ("Respuesta del agente", {"role": "agent", "visibility": "public"}),
        ("Belső megjegyzés", {"role": "agent", "visibility": "internal"}),
        ("Automatikus válasz", {"role": "system", "visibility": "public"}),
    ],
)
def test_an_activity_that_says_it(activity: str, meaning: dict[str, str]) -> None:
    assert given(activity=activity) == meaning


@pytest.mark.parametrize(
    "activity",
    [
        "Assign seriousness",
        "Resolve SW anomaly",
        "Call",
        "Assigned",
        "Completed",
        "Accepted",
        "Reply",
        "Update",
    ],
)
def test_an_activity_that_does_not(activity: str) -> None:
    assert given(activity=activity) == {}


def test_a_status_beside_the_activity_is_the_first_source() -> None:
    assert given(activity="Resolved", status="In Progress") == {"status": "open"}
    assert given(activity="Resolved", status="In QA") == {"status": "unknown"}


def test_a_sub_status_says_more_than_the_status_beside_it() -> None:
    assert given(activity="x", status="Accepted", lifecycle="Wait - User") == {"status": "pending"}
    assert given(activity="Accepted", lifecycle="Wait - Implementation") == {"status": "on_hold"}
    assert given(activity="Queued", lifecycle="Awaiting Assignment") == {"status": "open"}
    assert given(activity="Accepted", lifecycle="In Progress") == {"status": "open"}
    assert given(activity="Completed", lifecycle="Closed") == {"status": "closed"}


def test_an_activity_that_only_started_gives_no_status() -> None:
    assert given(activity="Resolve ticket", lifecycle="start") == {}
    assert given(activity="Resolve ticket", lifecycle="complete") == {"status": "solved"}


def test_a_wait_for_nobody_named_is_unknown_and_listed() -> None:
    for said in ({"activity": "Wait"}, {"activity": "x", "status": "Wait"}, {"activity": "x", "lifecycle": "Wait"}):
        meaning = RULES.meaning(said)
        assert meaning.give["status"] == "unknown"
        assert meaning.unmatched[0] == ("status", "Wait")
    accepted = RULES.meaning({"activity": "x", "status": "Accepted", "lifecycle": "Wait"})
    assert accepted.give == {"status": "unknown"}
    assert accepted.unmatched == (("status", "Wait"), ("activity", "x"))


def test_words_that_no_rule_knows_are_listed() -> None:
    meaning = RULES.meaning({"activity": "x", "status": "Triage 2", "role": "Wizard", "channel": "Post"})
    assert meaning.give == {"status": "unknown"}
    assert meaning.unmatched == (("status", "Triage 2"), ("role", "Wizard"), ("channel", "Post"), ("activity", "x"))


@pytest.mark.parametrize(
    ("column", "word", "value"),
    [
        ("channel", "telefone", "voice"),
        ("channel", "E-mail", "email"),
        ("channel", "Internet", "web"),
        ("channel", "Desk", "in_person"),
        ("channel", "Correo electrónico", "email"),
        ("channel", "Csevegés", "chat"),
        ("channel", "Személyesen", "in_person"),
        ("role", "End-user", "customer"),
        ("role", "Ügyfél", "customer"),
        ("role", "Atendente", "agent"),
        ("role", "Ügyintéző", "agent"),
        ("visibility", "Private", "internal"),
        ("visibility", "Nyilvános", "public"),
    ],
)
def test_words_of_the_other_columns(column: str, word: str, value: str) -> None:
    assert given(activity="x", **{column: word}) == {column: value}


def test_the_users_rules_go_first() -> None:
    config = Config(
        words={"status": {"Awaiting Evidence": "pending", "Resolved": "open"}},
        labels=(Rule({"activity": ("Call back*",), "status": ("Open",)}, {"role": "agent", "activity": "Callback"}),),
    )
    rules = Rules(config)
    assert rules.meaning({"activity": "x", "status": "awaiting evidence"}).give == {"status": "pending"}
    assert rules.meaning({"activity": "Awaiting evidence"}).give == {"status": "pending"}
    assert rules.meaning({"activity": "x", "status": "Resolved"}).give == {"status": "open"}
    assert rules.meaning({"activity": "Call back, 2nd", "status": "open"}).give == {
        "role": "agent", "activity": "Callback", "status": "open",
    }  # fmt: skip
    assert rules.meaning({"activity": "Call back, 2nd", "status": "new"}).give == {"status": "new"}


def test_a_star_of_the_source_is_no_pattern() -> None:
    config = Config(labels=(Rule({"activity": ("Step 2",)}, {"role": "agent"}),))
    assert Rules(config).meaning({"activity": "Step *"}).give == {}


def test_our_rule_file_names_steps_of_known_sources_only() -> None:
    labels, _ = _our_rules()
    assert [rule for rule in labels if "activity" in rule.give and "source" not in rule.when] == []
