"""Bots: programs that products list among their agents are told by their names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from journeyminer.note import Note
from journeyminer.sql import listed
from journeyminer.text import fold, words

if TYPE_CHECKING:
    from journeyminer.log import EventLog

_BOT: Final = re.compile(r"\b(?:bot|robot|robo|(?:answer|chat|faq|help|service|support|ticket|virtual|web) ?bot)\b")
_CAMEL: Final = re.compile(r"[a-z](?:Bot|BOT)\b")
"""HelpBot, but not Talbot"""
_ASSISTANT: Final = ("virtual assistant", "assistente virtual", "asistente virtual", "virtualis asszisztens")
_AUTOMATION: Final = (
    "automation", "automation for jira", "automacao", "automatizacion", "automatizalas", "zendesk triggers",
    "zendesk system", "system user", "servicenow system", "system", "sistema", "rendszer",
)  # fmt: skip
_REPLIES: Final = {"bot": "bot_reply", "system": "auto_reply"}
"""what an agent's reply is where a program wrote it"""


def tell_bots(log: EventLog, *, named: Iterable[str] = (), people: Iterable[str] = ()) -> EventLog:
    """The log in which who is a program by name has the role of one, so that no reply of it is a person's.

    A chat bot or a virtual assistant, in the words of our languages, is a bot, whatever the source says but a customer;
    so is everybody in `named`. An agent who is called as automations are is the system. How many were told by their
    names alone is the receipt's note `bots_by_name`, as a person may be called Bot.

    Args:
        named: names of bots as the source writes them; case and accents count for nothing.
        people: names of those who are none.
    """
    if not log.has("resource"):
        return log
    given, persons = {fold(name) for name in named}, {fold(name) for name in people}
    found: dict[str, list[str]] = {"bot": [], "system": []}
    for (name,) in log.rows("SELECT resource FROM event_rows WHERE resource IS NOT NULL GROUP BY ALL"):
        said = words(name)
        if fold(name) in persons:
            continue
        if fold(name) in given or _BOT.search(said) or _CAMEL.search(name) or said in _ASSISTANT:
            found["bot"].append(name)
        elif said in _AUTOMATION and log.has("role"):
            found["system"].append(name)
    role, others = ("role", "role IS DISTINCT FROM 'customer'") if log.has("role") else ("NULL", "true")
    when = {"bot": others, "system": "role = 'agent'"}
    programs = {
        kind: f"{when[kind]} AND CAST(resource AS VARCHAR) IN ({listed(sorted(names))})"
        for kind, names in found.items()
        if names
    }
    if not programs or not log.rows(f"SELECT 1 FROM event_rows WHERE {' OR '.join(programs.values())} LIMIT 1"):
        return log
    roles = " ".join(f"WHEN {those} THEN '{kind}'" for kind, those in programs.items())
    steps = " ".join(
        f"WHEN activity = 'agent_reply' AND {those} THEN '{_REPLIES[kind]}'" for kind, those in programs.items()
    )
    known = {step for step, _ in log.steps}
    coded = f"ENUM ({listed(sorted(known | set(_REPLIES.values())))})"
    had = "activity, role" if "role" in log.schema.columns(f"{log.schema}.event_rows") else "activity"
    step, who = f"CASE {steps} ELSE CAST(activity AS VARCHAR) END", f"CASE {roles} ELSE CAST({role} AS VARCHAR) END"
    told = f"SELECT * EXCLUDE ({had}), CAST({step} AS {coded}) AS activity, {who} AS role FROM {{log}}.event_rows"
    by_name = sum(fold(name) not in given for names in found.values() for name in names)
    derived = log.derive(log.columns | {"role"}, event_rows=told)
    if not by_name:
        return derived
    notes = [note for note in log.receipt.notes if note.slug != "bots_by_name"]
    receipt = replace(log.receipt, notes=(*notes, Note("bots_by_name", n=by_name)))
    return replace(derived, receipt=receipt)
