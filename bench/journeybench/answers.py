"""An answer: what some analysis says of a world, in the words of the truth. And two answers that we make ourselves.

`perfect` feeds the truth back. `ceiling` is what the best reader could say of these very files: an oracle that knows
the truth at every moment which a record bears, and nothing in between; that joins two contacts of a customer only where
the files say one identifier of both; and that knows only what is in the files.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from journeybench.leavers import EFFECTS
from journeybench.truth import Span, Truth, handoffs, key_figures, rank_places

if TYPE_CHECKING:
    from journeybench.contacts import Begun, Contact, Ended
    from journeybench.desk import Pair
    from journeybench.dialects import Book
    from journeybench.plan import Cause

Step = tuple[int, int]
"""contact and place of a step in it"""


@dataclass(frozen=True, slots=True)
class Lost:
    """A place as it is said: seconds lost, their bounds, and what it is called where it is said."""

    pair: Pair
    seconds: float
    low: float | None = None
    high: float | None = None
    key: Hashable = None
    one_off: bool = False


@dataclass(slots=True)
class Answer:
    """What is said; None where nothing is said."""

    spans: dict[int, list[Span]] | None = None
    causes: dict[int, dict[Cause, int]] | None = None
    handoffs: Counter[Pair] | None = None
    places: list[Lost] | None = None
    """the largest first"""
    customer: dict[int, Hashable] | None = None
    """contact -> whoever it is of; a contact that is missing is nobody else's"""
    journey: dict[Step, Hashable] | None = None
    """step -> which journey it is in"""
    reasons: dict[Hashable, tuple[Begun | None, Ended | None]] = field(default_factory=dict)
    """journey -> why it began, and how it stands at the export"""
    figures: dict[str, float] | None = None
    fates: Counter[tuple[str, str]] | None = None
    """(file, rejected or deduplicated) -> records; (file, unclaimed) and (file, failed) -> 1"""
    leaked: int | None = None
    """personal strings that were found in what was written"""
    read: set[Step] | None = None
    """the steps of which a record was read"""
    unmatched: Counter[str] = field(default_factory=Counter)
    """file -> events that stand for no record of the export"""
    changes: set[tuple[int, Pair]] | None = None
    """week from which on a place is said to be slower for good"""
    leaving: set[str] | None = None
    """what is said to make customers leave: names of `leavers`"""


def perfect(book: Book, truth: Truth) -> Answer:
    """The truth, as if somebody had said it."""
    every = _every_step(book)
    return Answer(
        spans=truth.spans,
        causes=truth.causes,
        handoffs=Counter(pair for pairs in truth.handoffs.values() for pair in pairs),
        places=[
            Lost(pair, seconds, 0, 3 * seconds, pair, pair in truth.one_offs)
            for pair, seconds in sorted(truth.places.items(), key=rank_places)
        ],
        customer=dict(truth.customer),
        journey={step: truth.journey[step[0]] for step in every},
        reasons={number: (journey.begun, journey.ended) for number, journey in truth.journeys.items()},
        figures=dict(truth.figures),
        fates=planted(book),
        leaked=0,
        read={(record.case, step) for record in book.records for step in record.steps},
        changes={(week, (None, what)) for week, kind, what in truth.changes if kind == "rate"},
        leaving={*EFFECTS},
    )


def ceiling(book: Book, truth: Truth) -> Answer:
    """The best that the files allow."""
    world = book.world
    seen: dict[int, list[int]] = defaultdict(list)
    for record in book.records:
        seen[record.case] += record.steps
    seen = {case: sorted({*places}) for case, places in seen.items()}
    contacts = {contact.number: contact for contact in world.contacts}
    spans = {case: _oracle(book, contacts[case], truth.spans[case], places) for case, places in seen.items()}
    customer = _joined(book, truth)
    shown = {contact: book.shown[contact.system] for contact in world.contacts}
    passed = {
        case: handoffs([contacts[case].steps[place] for place in places])
        for case, places in seen.items()
        if shown[contacts[case]].teams
    }
    causes: dict[int, dict[Cause, int]] = {}
    places: Counter[Pair] = Counter()
    for wait in world.waits:
        contact = contacts[wait.case]
        if wait.case in spans and shown[contact].teams:
            known = _overlap(spans[wait.case], wait.begin, min(wait.end, world.end))
            whole = max(1, min(wait.end, world.end) - wait.begin)
            ledger = causes.setdefault(wait.case, {})
            for cause, seconds in wait.causes.items():
                ledger[cause] = ledger.get(cause, 0) + seconds * known // whole
                places[wait.pair] += seconds * known // whole
    label = {case: (truth.journey[case], customer[case]) for case in customer}
    told = [contacts[case] for case in seen]
    figures, _ = key_figures(world, told, seen, {system: form.hidden for system, form in book.shown.items()})
    return Answer(
        spans=spans,
        causes=causes,
        handoffs=Counter(pair for pairs in passed.values() for pair in pairs),
        places=[
            Lost(pair, seconds, 0, 3 * seconds, pair, pair in truth.one_offs)
            for pair, seconds in sorted(places.items(), key=rank_places)
        ],
        customer=customer,
        journey={(case, place): label[case] for case, listed in seen.items() for place in listed},
        reasons={
            found: (truth.journeys[found[0]].begun, truth.journeys[found[0]].ended) for found in {*label.values()}
        },
        figures=figures,
        fates=planted(book),
        leaked=0,
        read={(case, place) for case, listed in seen.items() for place in listed},
        changes={(week, (None, what)) for week, kind, what in truth.changes if kind == "rate"},
        leaving={*EFFECTS},
    )


def planted(book: Book) -> Counter[tuple[str, str]]:
    """The fates that records were made to meet, and the files that are no export."""
    fates = Counter({(file, fate): n for file, fated in book.planted.items() for fate, n in fated.items()})
    return fates + Counter({(file, "unclaimed"): 1 for file in book.unclaimed})


def _every_step(book: Book) -> Iterable[Step]:
    return ((contact.number, place) for contact in book.world.contacts for place, _ in book.steps(contact))


def _oracle(book: Book, contact: Contact, true: list[Span], places: list[int]) -> list[Span]:
    """After every step that is shown, the turn that truly holds then, until the next one that is shown.

    Where work shows its beginning, that is a moment which a record bears too.
    """
    moments = {contact.steps[place].at for place in places}
    if book.shown[contact.system].starts:
        begun = (contact.steps[place].started for place in places)
        moments |= {at for at in begun if at is not None and at >= min(moments)}
    ordered = sorted(moments)
    until = max(true[-1].end if true else 0, ordered[-1])
    made = []
    for begin, end in zip(ordered, [*ordered[1:], until], strict=True):
        turn = next((span.turn for span in true if span.begin <= begin < span.end), None)
        if turn and end > begin:
            made.append(Span(begin, end, turn))
    return made


def _overlap(spans: list[Span], begin: int, end: int) -> int:
    """The seconds of a stretch in which the spans say that it is our queue."""
    ours = [span for span in spans if span.turn == "us_queue"]
    return sum(max(0, min(span.end, end) - max(span.begin, begin)) for span in ours)


def _joined(book: Book, truth: Truth) -> dict[int, Hashable]:
    """Contacts of one person that are joined by identifiers, over any number of steps; who is alone has a number."""
    parent: dict[object, object] = {}

    def find(item: object) -> object:
        while parent.setdefault(item, item) != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    for case in truth.customer:
        for value in sorted(book.identifiers.get(case, ())):
            parent[find(("case", case))] = find((truth.customer[case], value))
    return {case: str(find(("case", case))) for case in truth.customer}
