"""The scorer: how near an answer comes to the truth, figure by figure. A perfect answer scores 1 everywhere.

Every figure is a share of 1 but `largest_merge`, which counts the people in the worst cluster (1 is right).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from journeybench.answers import Answer, Step, perfect, planted
from journeybench.leavers import EFFECTS
from journeybench.truth import Span, Truth, rank_places

if TYPE_CHECKING:
    from journeybench.desk import Pair
    from journeybench.dialects import Book

LARGE = 0.05
"""the share of all lost hours from which on a place must be found"""


class Score(NamedTuple):
    """One figure of one world: its value, and of how many things (hours, cases, places ...) it is made."""

    value: float
    n: int


Scores = dict[str, Score]
Figures = dict[str, Score | None]
"""None: there is nothing to score in this world"""


def score(answer: Answer, book: Book, truth: Truth) -> Scores:
    """Every figure of which the answer says anything."""
    found: dict[str, Score | None] = {}
    for part, scorer in SCORERS.items():
        if getattr(answer, part) is not None:
            found |= scorer(answer, book, truth)
    return {name: figure for name, figure in found.items() if figure is not None}


def _f1(both: float, said: float, right: float) -> float:
    return 2 * both / (said + right) if said + right else 1.0


# ---- hours -----------------------------------------------------------------------------------------------------------


def _turns(answer: Answer, _: Book, truth: Truth) -> Figures:
    """Seconds with the right turn, of all seconds that the truth or the answer gives to anybody.

    The truth ends with the last resolution. What is said to be after a resolution later than that is no mistake.
    """
    said, right = answer.spans or {}, truth.spans
    same = either = 0
    for case in {*said, *right}:
        true = right.get(case, [])
        ours = [span for span in map(partial(_within, true), said.get(case, [])) if span.end > span.begin]
        same += _common(ours, true, lambda a, b: a.turn == b.turn)
        either += sum(span.end - span.begin for span in (*ours, *true)) - _common(ours, true, lambda _, __: True)
    return {"turns": Score(same / either if either else 1.0, either // 3600)}


def _within(true: list[Span], span: Span) -> Span:
    """The span without what lies after a resolution and outside of the truth."""
    if span.turn != "after_resolution" or not true:
        return span
    return Span(max(span.begin, true[0].begin), min(span.end, true[-1].end), span.turn)


def _common(said: list[Span], right: list[Span], counts: Callable[[Span, Span], bool]) -> int:
    seconds = place = 0
    for span in right:
        while place < len(said) and said[place].end <= span.begin:
            place += 1
        at = place
        while at < len(said) and said[at].begin < span.end:
            if counts(said[at], span):
                seconds += min(said[at].end, span.end) - max(said[at].begin, span.begin)
            at += 1
    return seconds


def _causes(answer: Answer, _: Book, truth: Truth) -> Figures:
    """Hours on the right cause: case by case the smaller of both, of the larger of both sums."""
    said, right = answer.causes or {}, truth.causes
    same = whole = 0
    for case in {*said, *right}:
        ours, true = said.get(case, {}), right.get(case, {})
        same += sum(min(seconds, true.get(cause, 0)) for cause, seconds in ours.items())
        whole += max(sum(ours.values()), sum(true.values()))
    return {"causes": Score(same / whole if whole else 1.0, whole // 3600)}


def _handoffs(answer: Answer, _: Book, truth: Truth) -> Figures:
    """Hand-offs between the right two teams: as many as there are of each pair."""
    said = answer.handoffs or Counter()
    right = Counter(pair for pairs in truth.handoffs.values() for pair in pairs)
    return {"handoffs": Score(_f1((said & right).total(), said.total(), right.total()), right.total())}


def _figures(answer: Answer, _: Book, truth: Truth) -> Figures:
    """How near each key figure is, of its true value."""
    said = answer.figures or {}
    near = {
        name: max(0.0, 1 - abs(said[name] - value) / value) if name in said and value else 0.0
        for name, value in truth.figures.items()
    }
    return {name: Score(value, truth.figure_counts[name]) for name, value in near.items()}


# ---- places ----------------------------------------------------------------------------------------------------------


def _places(answer: Answer, _: Book, truth: Truth) -> Figures:
    """Places that hold at least a twentieth of the lost hours, found at their true rank or above it."""
    said = answer.places or []
    figures: Figures = {}
    levels: tuple[tuple[str, Callable[[Pair], Hashable]], ...] = (
        ("places", lambda pair: pair),
        ("places_by_receiver", lambda pair: pair[1]),
    )
    for name, key in levels:
        right, ours = Counter[Hashable](), Counter[Hashable]()
        for pair, seconds in truth.places.items():
            if pair not in truth.one_offs:
                right[key(pair)] += seconds
        for lost in said:
            if not lost.one_off:
                ours[key(lost.pair)] += int(lost.seconds)
        order = [found for found, _ in sorted(ours.items(), key=lambda item: (-item[1], str(item[0])))]
        ranked = [found for found, _ in sorted(right.items(), key=lambda item: (-item[1], str(item[0])))]
        large = [found for found in ranked if right[found] >= LARGE * sum(truth.places.values())]
        hits = sum(found in order[: rank + 1] for rank, found in enumerate(large))
        figures[name] = Score(hits / len(large), len(large)) if large else None
        near = [min(ours[found], right[found]) / max(ours[found], right[found]) for found in large]
        figures[f"hours_of_{name}"] = Score(sum(near) / len(near), len(near)) if near else None
    if truth.one_offs:
        unmarked = [lost for lost in said if not lost.one_off]
        top = sorted(unmarked, key=lambda lost: rank_places((lost.pair, lost.seconds)))
        figures["decoys_out"] = Score(float(not {lost.pair for lost in top[:3]} & truth.one_offs), 1)
    return figures


# ---- who, and which journey ------------------------------------------------------------------------------------------


def _identity(answer: Answer, _: Book, truth: Truth) -> Figures:
    """Pairs of contacts that are one customer's, B-cubed over contacts, and the worst false merge."""
    said, right = answer.customer or {}, truth.customer
    label = {case: said.get(case, ("alone", case)) for case in right}
    ours, true, both = Counter(label.values()), Counter(right.values()), Counter((label[c], right[c]) for c in right)
    pairs_ours, pairs_true, pairs_both = (sum(n * (n - 1) // 2 for n in c.values()) for c in (ours, true, both))
    n = len(right)
    precision = sum(m * m / ours[who] for (who, _), m in both.items()) / n
    recall = sum(m * m / true[person] for (_, person), m in both.items()) / n
    people: dict[Hashable, set[int]] = defaultdict(set)
    for case, person in right.items():
        people[label[case]].add(person)
    return {
        "pair_precision": Score(pairs_both / pairs_ours if pairs_ours else 1.0, pairs_ours),
        "pair_recall": Score(pairs_both / pairs_true if pairs_true else 1.0, pairs_true),
        "b_cubed": Score(_f1(precision * recall, precision, recall) if precision + recall else 0.0, n),
        "largest_merge": Score(float(max(map(len, people.values()))), len(people)),
    }


def starts(journey: Mapping[Step, Hashable], book: Book) -> dict[Step, Hashable]:
    """The first step of every journey, in time."""
    first: dict[Hashable, tuple[int, Step]] = {}
    contacts = {contact.number: contact for contact in book.world.contacts}
    for step, label in journey.items():
        at = contacts[step[0]].steps[step[1]].at, step
        if label not in first or at < first[label]:
            first[label] = at
    return {step: label for label, (_, step) in first.items()}


def _journeys(answer: Answer, book: Book, truth: Truth) -> Figures:
    """Where journeys begin, after each customer's first one, in cases with a number and in mere talk; and why."""
    said = starts(answer.journey or {}, book)
    right_answer = perfect(book, truth)
    right = starts(right_answer.journey or {}, book)
    firsts = {step for step, number in right.items() if truth.journeys[int(str(number))].begun == "first"}
    systems = {contact.number: contact.system for contact in book.world.contacts}
    figures: Figures = {}
    for name, with_ids in (("journey_starts", True), ("journey_starts_talk", False)):

        def counted(steps: Iterable[Step], with_ids: bool = with_ids) -> set[Step]:
            return {step for step in steps if step not in firsts and book.shown[systems[step[0]]].ids == with_ids}

        ours, true = counted(said), counted(right)
        figures[name] = Score(_f1(len(ours & true), len(ours), len(true)), len(true)) if ours or true else None
    reasons = {number: (journey.begun, journey.ended) for number, journey in truth.journeys.items()}
    for name, place in (("why_begun", 0), ("why_ended", 1)):
        hits = sum(
            step in said and answer.reasons.get(said[step], (None, None))[place] == reasons[int(str(number))][place]
            for step, number in right.items()
        )
        figures[name] = Score(hits / len(right), len(right)) if answer.reasons else None
    return figures


# ---- receipts and changes --------------------------------------------------------------------------------------------


def _read(answer: Answer, book: Book, _: Truth) -> Figures:
    """Steps of which a record was read, of all that the files tell."""
    told = {(record.case, step) for record in book.records for step in record.steps}
    return {"records_read": Score(len((answer.read or set()) & told) / len(told), len(told))}


def _fates(answer: Answer, book: Book, _: Truth) -> Figures:
    """Records and files whose fate is told as it was planted, of all that either tells."""
    said, right = answer.fates or Counter(), planted(book)
    either = (said | right).total()
    return {"receipt": Score((said & right).total() / either if either else 1.0, right.total())}


def _personal(answer: Answer, book: Book, _: Truth) -> Figures:
    """Personal strings that are in no output."""
    return {"personal_kept": Score(1 - (answer.leaked or 0) / len(book.personal), len(book.personal))}


def _changes(answer: Answer, _: Book, truth: Truth) -> Figures:
    """Places said to be slower: how many rightly, at a slower team within three weeks, and how many teams are found."""
    said = answer.changes or set()
    right = {(week, team) for week, kind, team in truth.changes if kind == "rate"}
    hits = {alarm: {(week, team) for week, team in right if team == alarm[1][1] and 0 <= alarm[0] - week < 3}
            for alarm in said}  # fmt: skip
    found = {change for changes in hits.values() for change in changes}
    return {
        "alarms_right": Score(sum(map(bool, hits.values())) / len(said), len(said)) if said else None,
        "changes_found": Score(len(found) / len(right), len(right)) if right else None,
    }


def _leaving(answer: Answer, _: Book, __: Truth) -> Figures:
    """What makes customers leave, and nothing that only goes with it."""
    said = answer.leaving or set()
    return {"leaver_causes": Score(_f1(len(said & {*EFFECTS}), len(said), len(EFFECTS)), len(EFFECTS))}


SCORERS: dict[str, Callable[[Answer, Book, Truth], Figures]] = {
    "read": _read, "spans": _turns, "causes": _causes, "handoffs": _handoffs, "places": _places,
    "customer": _identity, "journey": _journeys, "figures": _figures, "fates": _fates, "leaked": _personal,
    "changes": _changes, "leaving": _leaving,
}  # fmt: skip
"""part of an answer -> what scores it"""
