"""What is true of a world, as the mechanisms wrote it down; nothing here is measured from files.

Times end with the export: what was open then is known up to it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from journeybench.desk import Pair
from journeybench.plan import BOT, Cause, System

if TYPE_CHECKING:
    from journeybench.contacts import Begun, Contact, Ended, Need, Step, Turn
    from journeybench.world import World

ONE_OFF = 0.25
"""a pair is a one-off where a bulk move holds more than this share of its seconds"""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a contact in one turn."""

    begin: int
    end: int
    turn: Turn


@dataclass(frozen=True, slots=True)
class Journey:
    """One need from its first word to its end."""

    number: int
    person: int
    begun: Begun
    ended: Ended


@dataclass(frozen=True, slots=True)
class Truth:
    """All of it, contacts by number and steps by their place in the contact."""

    spans: dict[int, list[Span]]
    causes: dict[int, dict[Cause, int]]
    handoffs: dict[int, list[Pair]]
    """team to team, up to the first resolution, in order"""
    places: dict[Pair, int]
    """seconds that were lost in a queue"""
    one_offs: set[Pair]
    customer: dict[int, int]
    """contact -> person"""
    journey: dict[int, int]
    """contact -> need"""
    journeys: dict[int, Journey]
    figures: dict[str, float]
    figure_counts: dict[str, int]
    changes: list[tuple[int, str, str]] = field(default_factory=list)
    """week, kind, what"""


def truth(world: World) -> Truth:
    """Gather what the simulation wrote down."""
    contacts = world.contacts
    places, bulk = Counter[Pair](), Counter[Pair]()
    causes: dict[int, dict[Cause, int]] = defaultdict(dict)
    for wait in world.waits:
        pair = wait.pair
        for cause, seconds in wait.causes.items():
            causes[wait.case][cause] = causes[wait.case].get(cause, 0) + seconds
            places[pair] += seconds
            bulk[pair] += seconds * wait.bulk
    begun = _begun(world)
    figures, counts = key_figures(world, contacts)
    return Truth(
        spans={contact.number: spans(world, contact) for contact in contacts},
        causes=dict(causes),
        handoffs={contact.number: handoffs(world.steps(contact)) for contact in contacts},
        places=dict(places),
        one_offs={pair for pair, seconds in places.items() if bulk[pair] > ONE_OFF * seconds},
        customer={contact.number: contact.person.number for contact in contacts},
        journey={contact.number: contact.need.number for contact in contacts},
        journeys={
            need.number: Journey(need.number, need.person.number, begun[need.number], _ended(need, world.end))
            for need in world.needs
        },
        figures=figures,
        figure_counts=counts,
        changes=[(change.week, change.kind, change.what) for change in world.plan.changes],
    )


def rank_places(item: tuple[Pair, float]) -> tuple[float, str, str]:
    """Sort key of places: the largest first."""
    (giver, receiver), seconds = item
    return -seconds, giver or "", receiver


def spans(world: World, contact: Contact) -> list[Span]:
    """The turns of a contact from its opening to the export, or to its last resolution: then nobody waits any more."""
    marks = [(at, turn) for at, turn, _ in contact.turns if at < world.end]
    while marks and marks[-1][1] == "after_resolution" and len(marks) > 1 and marks[-2][1] == "after_resolution":
        marks.pop()
    ends = marks.pop()[0] if marks[-1][1] == "after_resolution" else world.end
    made: list[Span] = []
    for (begin, turn), (end, _) in pairwise([*marks, (ends, marks[-1][1] if marks else "customer")]):
        if end > begin and made and made[-1].turn == turn:
            made[-1] = Span(made[-1].begin, end, turn)
        elif end > begin:
            made.append(Span(begin, end, turn))
    return made


def handoffs(steps: list[Step]) -> list[Pair]:
    """The hand-offs from team to team until the first resolution."""
    found: list[Pair] = []
    team = None
    for step in steps:
        if step.status in ("solved", "closed"):
            break
        if step.team and step.team != BOT:
            if team and step.team != team:
                found.append((team, step.team))
            team = step.team
    return found


def _begun(world: World) -> dict[int, Begun]:
    """Why each need began; the first one of a customer is `first`, whatever else it is."""
    begun: dict[int, Begun] = {}
    known: set[int] = set()
    for need in sorted(world.needs, key=lambda need: (need.born, need.number)):
        begun[need.number] = need.begun if need.person.number in known else "first"
        known.add(need.person.number)
    return begun


def _ended(need: Need, end: int) -> Ended:
    """How a need stands at the export: open while any of its contacts waits for somebody."""
    if need.ended == "abandoned" and need.ended_at < end:
        return "abandoned"
    begun = [contact for contact in need.contacts if contact.opened < end]
    now = [[turn for at, turn, _ in contact.turns if at < end][-1] for contact in begun]
    return "resolved" if now and {*now} == {"after_resolution"} else "open"


def quantile(values: list[float], share: float) -> float:
    """The value at a share of the sorted values, between two of them in a straight line."""
    at = share * (len(values) - 1)
    below = int(at)
    above = min(below + 1, len(values) - 1)
    return values[below] + (values[above] - values[below]) * (at - below)


def key_figures(
    world: World,
    contacts: list[Contact],
    seen: dict[int, list[int]] | None = None,
    hidden: Mapping[System, frozenset[str]] | None = None,
) -> tuple[dict[str, float], dict[str, int]]:
    """Key figures over some contacts, and of how many contacts each is made.

    Seconds are real ones, also of what was answered after the export; shares and means are those at the export.

    Args:
        seen: contact -> the places of the steps that are known; the others before the export never were. What comes
            after it is: whoever waits then is counted with how long it will have been. None: all are known.
        hidden: system -> what its format cannot say: answers (who reads a state sees no message), ratings.
    """
    answers, resolutions, reopened, hops, ratings = [], [], [], [], []
    for contact in contacts:
        steps, unknown = contact.steps, (hidden or {}).get(contact.system, frozenset())
        if seen is not None:
            steps = [contact.steps[place] for place in seen[contact.number]]
            steps += [step for step in contact.steps if step.at >= world.end]
        known = [step for step in steps if step.at < world.end]
        answer = next((step.at for step in steps if step.replies), None)
        if answer and not unknown & {"answers"}:
            answers.append(float(answer - contact.opened))
        over = next((step.at for step in steps if step.status in ("solved", "closed")), None)
        if over:
            resolutions.append(float(over - contact.opened))
        if over and over < world.end:
            reopened.append(any(step.kind == "reopened" for step in known))
        hops.append(len(handoffs(known)))
        if not unknown & {"ratings"} and any(step.kind == "rated" for step in known):
            ratings.append(((contact.rating or 1) - 1) / 4)
    lists: dict[str, tuple[float, int]] = {
        "first_response": (_median(answers), len(answers)),
        "first_resolution": (_median(resolutions), len(resolutions)),
        "reopen_rate": (_mean(reopened), len(reopened)),
        "hops": (_mean(hops), len(hops)),
        "csat": (_mean(ratings), len(ratings)),
    }
    return {name: value for name, (value, _) in lists.items()}, {name: n for name, (_, n) in lists.items()}


def _median(values: list[float]) -> float:
    return quantile(sorted(values), 0.5) if values else 0.0


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
