"""The naive rules, each as everybody begins: what a world must be too hard for, and the column that every score beats.

- identity: contacts with one identifier in common are one customer's
- journeys: a contact is a journey where contacts have a number; else seven days of silence end one
- causes: batching, contention, priority, calendar, rest, in this order and by what the agent who came did, as Kronos
  does (Lashkevich et al., CAiSE 2023)
- turns: a public message of ours makes it the customer's turn, everything else ours, until the last resolution
- places: the edges between two steps that took most hours in all
- changes: a place whose mean wait is a tenth longer than last week's became slower
- leaving: what those who left had more often is why they left

The rules are given more than a reader has: true customers for the journeys, both timestamps, true waits for changes.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Hashable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from journeybench.answers import Answer, Lost, planted
from journeybench.clock import DAY, HOUR, MINUTE, WEEK
from journeybench.leavers import DECOY, EFFECTS, renewals, risk_ratio
from journeybench.truth import Span, handoffs

if TYPE_CHECKING:
    from journeybench.contacts import Contact, Turn
    from journeybench.contacts import Step as Said
    from journeybench.desk import Pair
    from journeybench.dialects import Book
    from journeybench.plan import Cause

SILENCE = 7 * DAY
"""the gap that ends a journey"""
WORSE = 1.1
"""the mean wait of a week, of last week's"""
RISK = 1.3
"""who leaves so many times as often is said to leave because of it"""
SHARE_OF_WEEKS = 0.3
"""an hour of the week in which an agent acts in so many weeks is one on duty"""


def naive(book: Book) -> Answer:
    """What the naive rules say of the files."""
    seen: dict[int, set[int]] = defaultdict(set)
    for record in book.records:
        seen[record.case].update(record.steps)
    contacts = {contact.number: contact for contact in book.world.contacts}
    shown = {case: [contacts[case].steps[place] for place in sorted(places)] for case, places in seen.items()}
    named = (steps for case, steps in shown.items() if book.shown[contacts[case].system].teams)
    renewed = renewals(book.world)
    return Answer(
        spans={case: _turns(steps, book.world.end) for case, steps in shown.items()},
        causes=_kronos(shown),
        handoffs=Counter(pair for steps in named for pair in handoffs(steps)),
        places=_edges(shown),
        customer=_identity(book),
        journey=_journeys(book, contacts, seen),
        fates=planted(book),
        changes=_worse(book),
        leaving={what for what in (*EFFECTS, DECOY) if risk_ratio(renewed, what) > RISK},
    )


def _turns(steps: list[Said], end: int) -> list[Span]:
    made: list[Span] = []
    open_until = end if any(step.status for step in steps) else steps[-1].at
    turn: Turn = "us_queue"
    for step, until in zip(steps, [*(step.at for step in steps[1:]), open_until], strict=True):
        if step.status in ("solved", "closed"):
            turn = "after_resolution"
        elif turn != "after_resolution" or step.status:
            turn = "customer" if step.role in ("agent", "bot") and step.public else "us_queue"
        if until > step.at:
            made.append(Span(step.at, until, turn))
    return made


def _identity(book: Book) -> dict[int, Hashable]:
    parent: dict[Hashable, Hashable] = {}

    def find(item: Hashable) -> Hashable:
        while parent.setdefault(item, item) != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    for case, values in book.identifiers.items():
        for value in sorted(values):
            parent[find(case)] = find(value)
    return {contact.number: find(contact.number) for contact in book.world.contacts}


def _journeys(book: Book, contacts: dict[int, Contact], seen: dict[int, set[int]]) -> dict[tuple[int, int], Hashable]:
    """A contact with a number is a journey; of a customer's talk, what no seven days of silence cut."""
    found: dict[tuple[int, int], Hashable] = {}
    talk: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for case, places in seen.items():
        for place in places:
            if book.shown[contacts[case].system].ids:
                found[case, place] = case
            else:
                talk[contacts[case].person.number].append((contacts[case].steps[place].at, case, place))
    for person, listed in talk.items():
        number, before = 0, 0
        for at, case, place in sorted(listed):
            number += at - before > SILENCE
            before = at
            found[case, place] = ("talk", person, number)
    return found


# ---- causes in the order of Kronos -----------------------------------------------------------------------------------


@dataclass(eq=False, slots=True)
class _Work:
    """One piece of work: enabled, begun and ended, and the batch it is in."""

    case: int
    kind: str
    team: str
    enabled: int
    start: int
    end: int
    batch_enabled: int = 0


def _kronos(shown: dict[int, list[Said]]) -> dict[int, dict[Cause, int]]:
    """Each wait for work by cause, seen from the agent who did it in the end."""
    by_agent: dict[str, list[_Work]] = defaultdict(list)
    acts: dict[str, list[int]] = defaultdict(list)
    for case, steps in shown.items():
        last, team = steps[0].at, ""
        for step in steps:
            team = step.team or team
            if step.role == "agent" and step.started is not None:  # Kronos knows work, and not what customers do
                by_agent[step.by].append(_Work(case, step.kind, team, min(last, step.started), step.started, step.at))
                acts[step.by].append(step.at)
                last = step.at
    ledger: dict[int, dict[Cause, int]] = defaultdict(dict)
    for agent, works in by_agent.items():
        works.sort(key=lambda work: (work.start, work.end))
        _batch(works)
        duty = _calendar(acts[agent])
        starts = [work.start for work in works]
        longest = max((work.end - work.start for work in works), default=0)
        for work in works:
            near = works[bisect_left(starts, work.enabled - longest) : bisect_left(starts, work.start)]
            for cause, seconds in _split(work, near, duty).items():
                ledger[work.case][cause] = ledger[work.case].get(cause, 0) + seconds
    return dict(ledger)


def _batch(works: list[_Work]) -> None:
    """Work of one kind, done back to back, all of it enabled before the first began: a batch of two or more."""
    open_batches: dict[str, list[_Work]] = {}
    for work in works:
        batch = open_batches.get(work.kind)
        if batch and work.enabled <= batch[0].start and work.start - batch[-1].end <= MINUTE:
            batch.append(work)
        else:
            batch = open_batches[work.kind] = [work]
        for member in batch if len(batch) > 1 else []:
            member.batch_enabled = max(other.enabled for other in batch)


def _calendar(acts: list[int]) -> set[int]:
    """The hours of the week in which an agent is on duty."""
    weeks = max(1, (max(acts) - min(acts)) // WEEK)
    cells = Counter((at % WEEK) // HOUR for at in {at // HOUR * HOUR for at in acts})
    return {cell for cell, n in cells.items() if n >= SHARE_OF_WEEKS * weeks}


def _split(work: _Work, near: list[_Work], duty: set[int]) -> dict[Cause, int]:
    """The seconds of one wait: each later cause gets what the earlier ones leave."""
    lost: dict[Cause, int] = {}
    at = work.enabled
    if work.batch_enabled > at:
        at = min(work.batch_enabled, work.start)
        lost["batching"] = at - work.enabled
    reference = at
    cuts = sorted({at, work.start, *(t for other in near for t in (other.start, other.end) if at < t < work.start)})
    cuts = sorted({*cuts, *range((at // HOUR + 1) * HOUR, work.start, HOUR)})
    for begin, end in pairwise(cuts):
        busy = [other for other in near if other.start <= begin and other.end >= end]
        if any(other.enabled <= reference for other in busy):
            cause: Cause = "contention"
        elif busy:
            cause = "prioritisation"
        else:
            cause = "unexplained" if (begin % WEEK) // HOUR in duty else "off_duty"
        lost[cause] = lost.get(cause, 0) + end - begin
    return lost


# ---- places and changes ----------------------------------------------------------------------------------------------


def _edges(shown: dict[int, list[Said]]) -> list[Lost]:
    """The edges by all their hours; one is a place of ours only where somebody takes what a customer or a team gave."""
    hours: Counter[tuple[str, str, Pair]] = Counter()
    for steps in shown.values():
        giver, team = "", ""
        for step, after in pairwise(steps):
            if step.team and step.team != team:
                giver, team = team, step.team
            receiver = after.team or team
            gave = giver if step.kind == "moved" and giver not in ("", "bot") else None
            hours[step.kind, after.kind, (gave, receiver)] += after.at - step.at
    return [
        Lost(pair if _is_ours(kind, after) else (kind, after), seconds, key=(kind, after, pair))
        for (kind, after, pair), seconds in sorted(hours.items(), key=lambda item: (-item[1], str(item[0])))
    ]


def _is_ours(kind: str, after: str) -> bool:
    return kind not in ("asked", "solved", "closed", "held", "replied", "reminded") and after != "answered"


def _worse(book: Book) -> set[tuple[int, Pair]]:
    """Places whose mean wait in a week is a tenth above last week's."""
    waits: dict[Pair, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for wait in book.world.waits:
        waits[wait.pair][(wait.begin - book.world.start) // WEEK].append(min(wait.end, book.world.end) - wait.begin)
    found = set()
    for pair, weeks in waits.items():
        for week in sorted(weeks):
            before = weeks.get(week - 1)
            if before and sum(weeks[week]) / len(weeks[week]) > WORSE * sum(before) / len(before):
                found.add((week, pair))
    return found
