"""Families of worlds: the same operation asked other questions. A plan is a function of family and seed.

- easy: one injected place, its cause by the seed; files are clean but for a note that is none
- hard: three places of several causes and sizes, a team that becomes slower, every kind of dirt by turns
- misleading: no place at all; a campaign moved in bulk, cases set aside under a false state, slow customers and
  vendors, a mix of needs that changes while nothing else does, and identities more tangled than elsewhere

In every family the six formats of the desk take turns, and so do formats and languages of the other systems.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from journeybench.dialects.vocabulary import LANGUAGES
from journeybench.plan import (
    BACK_OFFICE,
    BILLING,
    CAUSES,
    FIRST,
    TEAMS,
    TECHNICAL,
    WEEKDAYS,
    Change,
    Dirt,
    Place,
    Plan,
    Shares,
    Shift,
    System,
)

FAMILIES = ("easy", "hard", "misleading")
TUNED = range(1, 101)
"""seeds to work with; `make truth` takes the first twenty, `make truth-full` all"""
RESERVED = range(9_000, 9_100)
"""seeds that nobody tunes to: they are run to report, never to look into"""

DESKS = ("zendesk", "servicenow", "events", "xes", "intercom", "freshdesk")
LEGACY = ("zendesk_csv", "jira", "list")
PAIRS = ((FIRST, BILLING), (BILLING, TECHNICAL), (FIRST, TECHNICAL), (FIRST, BACK_OFFICE))
ZONES = ("Europe/Lisbon", "America/Sao_Paulo", "Europe/Madrid", "Europe/Budapest")


def plan(family: str, seed: int, *, customers: int = 700) -> Plan:
    """The plan of a world.

    Raises:
        ValueError: there is no such family.
    """
    base = Plan(seed, family, customers=customers, teams=TEAMS, zone=ZONES[seed % 4], dialects=_dialects(seed))
    if family == "easy":
        return _with(base, [_place(seed, 0, 1.0)])
    if family == "hard":
        places = [_place(seed, 0, 0.9), _place(seed, 1, 0.6), _place(seed, 2, 0.4)]
        full = {place.receiver for place in places if place.cause == "contention"}  # more would be no queue but a flood
        team = next(team for team in (BILLING, TECHNICAL)[:: 1 - 2 * (seed % 2)] if team not in full)
        slower = Change(3 + seed % 5, "rate", team, 1.22)
        return _with(replace(base, changes=(slower,), dirt=_dirt(seed)), places)
    if family == "misleading":
        shares = Shares(unasked=0.14, vendor=0.5, asks=0.5, switchboards=0.19, shared_mailboxes=0.12, recycled=0.04)
        mix = Change(3 + seed % 5, "mix", ("dispute", "outage")[seed % 2], 1.5)
        return replace(base, shares=shares, changes=(mix,), bulk_day=25 + 7 * (seed % 3), dirt=Dirt(overlap=True))
    raise ValueError(f"There is no family {family}: {', '.join(FAMILIES)}.")


def worlds(seeds: Iterable[int], families: Iterable[str] = FAMILIES) -> list[tuple[str, int]]:
    """The family and seed of every world, the families by turns."""
    listed = tuple(families)
    return [(family, seed) for seed in seeds for family in listed]


def _dialects(seed: int) -> tuple[tuple[System, str], ...]:
    """Formats and languages by turns; the systems of a world write different languages."""
    language = [LANGUAGES[(seed + shift) % 4] for shift in range(4)]
    desk, legacy = DESKS[seed % 6], LEGACY[seed % 3]
    return (
        ("desk", f"{desk}_{language[seed // 6 % 4]}" if desk == "events" else desk),
        ("legacy", f"{legacy}_{language[3]}" if legacy == "list" else legacy),
        ("mailbox", "mbox"),
        ("chat", "slack" if seed % 5 == 1 else f"chat_{language[0]}"),
        ("phone", f"calls_{language[1]}"),
        ("whatsapp", "telegram" if seed % 5 == 3 else f"whatsapp_{language[2]}"),
    )


def _place(seed: int, number: int, size: float) -> Place:
    """One place: causes and pairs take turns with the seed, so that all of them meet."""
    giver, receiver = PAIRS[(seed // 5 + seed + number) % 4]
    return Place(CAUSES[(seed + 2 * number) % 5], giver, receiver, size)


def _with(base: Plan, places: list[Place]) -> Plan:
    """The plan with places injected; what a cause is made of is no rule of the place but of the receiving team."""
    made = replace(base, places=tuple(places))
    for place in places:
        team = made.team(place.receiver)
        if place.cause == "contention":
            made = made.with_team(team.name, minutes=team.minutes.times(1 + 0.28 * place.size))
        elif place.cause == "prioritisation":
            made = made.with_team(team.name, minutes=team.minutes.times(1 + 0.1 * place.size), rule="sla")
        elif place.cause == "off_duty":
            mornings = Shift(WEEKDAYS, 8 * 60, (13 if place.size > 0.5 else 15) * 60)
            made = made.with_team(team.name, shifts=(mornings,), agents=1.6 * team.agents)
        elif place.cause == "batching" and place.size < 0.5:
            made = replace(made, batch_days=(0, 1, 2, 3, 4))
    return made


def _dirt(seed: int) -> Dirt:
    """The kinds of dirt by turns, two or three a world."""
    return Dirt(
        no_zone=seed % 2 == 0,
        one_timestamp=seed % 3 == 0,
        no_assignee=0.08 if seed % 3 == 1 else 0.0,
        broken=2 + seed % 4,
        overlap=seed % 4 == 0,
        copied=seed % 4 == 2,
        truncated=seed % 5 == 0,
        closed_only=seed % 4 == 1,
    )
