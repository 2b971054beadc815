"""A perfect answer scores 1 everywhere; every twentieth thing wrong costs a twentieth there and nowhere else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace

import pytest

from journeybench.answers import Answer, Step, ceiling, perfect
from journeybench.desk import Pair
from journeybench.dialects import Book, export
from journeybench.families import plan
from journeybench.naive import naive
from journeybench.plan import CAUSES, Cause
from journeybench.score import Score, score, starts
from journeybench.truth import Span, Truth, truth
from journeybench.world import simulate

SHARE = 20
"""one thing in so many is spoiled"""
MERGED = {"pair_precision", "pair_recall", "b_cubed", "largest_merge"}
"""views of one clustering: what spoils one may show in the last two"""


@dataclass(frozen=True)
class Case:
    """A world with its export and its truth."""

    book: Book
    right: Truth

    def scores(self, answer: Answer) -> dict[str, Score]:
        return score(answer, self.book, self.right)


@pytest.fixture(scope="module")
def case() -> Case:
    """The truth is enriched, so that a twentieth of everything is something: twenty places, twenty changes."""
    world = simulate(plan("misleading", 6, customers=400))
    right = truth(world)
    places: dict[Pair, int] = {("giver", f"team {number:02d}"): 100_000 for number in range(SHARE)}
    changes = [(number, "rate", f"team {number:02d}") for number in range(SHARE)]
    return Case(export(world), replace(right, places=places, one_offs=set(), changes=changes))


def test_a_perfect_answer_scores_1_everywhere(case: Case) -> None:
    scores = case.scores(perfect(case.book, case.right))
    assert len(scores) > 20
    assert {name for name, figure in scores.items() if figure.value != 1} == set()
    assert all(figure.n > 0 for figure in scores.values())


# ---- every kind of error, at a twentieth -----------------------------------------------------------------------------


def wrong_turns(answer: Answer, _: Case) -> None:
    """The last twentieth of every stretch is given to somebody else."""
    spoiled: dict[int, list[Span]] = {}
    for number, spans in (answer.spans or {}).items():
        spoiled[number] = []
        for span in spans:
            cut = span.end - (span.end - span.begin) // SHARE
            other = "vendor" if span.turn == "customer" else "customer"
            spoiled[number] += [Span(span.begin, cut, span.turn), Span(cut, span.end, other)]  # type: ignore[arg-type]
    answer.spans = spoiled


def wrong_causes(answer: Answer, _: Case) -> None:
    """A twentieth of the seconds of each cause goes to another one, which the case does not know."""
    spoiled: dict[int, dict[Cause, int]] = {}
    for number, ledger in (answer.causes or {}).items():
        lost = {cause: seconds // SHARE for cause, seconds in ledger.items()}
        other = next(cause for cause in CAUSES if cause not in ledger)
        spoiled[number] = {cause: seconds - lost[cause] for cause, seconds in ledger.items()}
        spoiled[number][other] = sum(lost.values())
    answer.causes = spoiled


def wrong_handoffs(answer: Answer, _: Case) -> None:
    lost = Counter(sorted((answer.handoffs or Counter()).elements())[::SHARE])
    answer.handoffs = (answer.handoffs or Counter()) - lost + Counter({("nobody", "nobody"): lost.total()})


def lost_places(answer: Answer, _: Case) -> None:
    """The last of the twenty places is not named, and another one in its stead."""
    assert answer.places
    answer.places[-1] = replace(answer.places[-1], pair=("giver", "nobody"), seconds=99_999)


def wrong_hours(answer: Answer, _: Case) -> None:
    answer.places = [replace(lost, seconds=lost.seconds * (1 - 1 / SHARE)) for lost in answer.places or []]


def false_merges(answer: Answer, _: Case) -> None:
    """Customers are taken for each other, two by two, until a twentieth of the pairs that are said is false."""
    customer = answer.customer or {}
    contacts = Counter(customer.values())
    wanted = sum(n * (n - 1) // 2 for n in contacts.values()) // (SHARE - 1)
    few = sorted(contacts, key=lambda person: (contacts[person], str(person)))
    for first, second in zip(few[::2], few[1::2], strict=False):
        if wanted > 0:
            wanted -= contacts[first] * contacts[second]
            customer |= {number: first for number, person in customer.items() if person == second}


def false_splits(answer: Answer, _: Case) -> None:
    """Customers lose a contact until a twentieth of the pairs is lost."""
    customer = answer.customer or {}
    contacts = Counter(customer.values())
    wanted = sum(n * (n - 1) // 2 for n in contacts.values()) // SHARE
    last = {person: number for number, person in sorted(customer.items()) if contacts[person] > 1}
    for person, number in last.items():
        if wanted > 0:
            wanted -= contacts[person] - 1
            del customer[number]


def false_starts(answer: Answer, case: Case) -> None:
    """Journeys are cut where none ends: as many more starts as make F1 lose a twentieth."""
    journey = answer.journey or {}
    first = starts(journey, case.book)
    firsts = {label for label in first.values() if case.right.journeys[int(str(label))].begun == "first"}
    systems = {contact.number: contact.system for contact in case.book.world.contacts}
    for with_ids in (True, False):
        kind = [step for step in sorted(journey) if case.book.shown[systems[step[0]]].ids == with_ids]
        n = len([step for step in kind if step in first and first[step] not in firsts])
        inner = [step for step in kind if step not in first]
        for step in inner[: round(2 * n / (SHARE - 1))]:
            journey[step] = ("cut", step)


def wrong_reasons(place: int) -> Callable[[Answer, Case], None]:
    def spoil(answer: Answer, _: Case) -> None:
        for label in sorted(answer.reasons, key=str)[::SHARE]:
            reasons = list(answer.reasons[label])
            reasons[place] = None
            answer.reasons[label] = (reasons[0], reasons[1])  # type: ignore[assignment]

    return spoil


def wrong_figure(name: str) -> Callable[[Answer, Case], None]:
    def spoil(answer: Answer, _: Case) -> None:
        assert answer.figures is not None
        answer.figures[name] *= 1 + 1 / SHARE

    return spoil


def wrong_fates(answer: Answer, _: Case) -> None:
    answer.fates = Counter({fate: n - n // SHARE for fate, n in (answer.fates or {}).items()})


def leaks(answer: Answer, case: Case) -> None:
    answer.leaked = len(case.book.personal) // SHARE


def unread(answer: Answer, _: Case) -> None:
    answer.read = (answer.read or set()) - {*sorted(answer.read or set())[::SHARE]}


def unfound(answer: Answer, _: Case) -> None:
    answer.changes = (answer.changes or set()) - {(3, (None, "team 03"))}


def false_alarms(answer: Answer, _: Case) -> None:
    answer.changes = (answer.changes or set()) | {(3, (None, "nobody"))}


ERRORS: dict[str, tuple[Callable[[Answer, Case], None], set[str]]] = {
    "wrong turns": (wrong_turns, {"turns"}),
    "wrong causes": (wrong_causes, {"causes"}),
    "wrong hand-offs": (wrong_handoffs, {"handoffs"}),
    "lost places": (lost_places, {"places", "places_by_receiver", "hours_of_places", "hours_of_places_by_receiver"}),
    "wrong hours": (wrong_hours, {"hours_of_places", "hours_of_places_by_receiver"}),
    "false merges": (false_merges, {"pair_precision"}),
    "false splits": (false_splits, {"pair_recall"}),
    "false starts": (false_starts, {"journey_starts", "journey_starts_talk"}),
    "wrong reasons to begin": (wrong_reasons(0), {"why_begun"}),
    "wrong ends": (wrong_reasons(1), {"why_ended"}),
    **{f"wrong {name}": (wrong_figure(name), {name}) for name in
       ("first_response", "first_resolution", "reopen_rate", "hops", "csat")},
    "wrong fates": (wrong_fates, {"receipt"}),
    "leaks": (leaks, {"personal_kept"}),
    "unread records": (unread, {"records_read"}),
    "unfound changes": (unfound, {"changes_found"}),
    "false alarms": (false_alarms, {"alarms_right"}),
}  # fmt: skip
"""what is spoiled -> what spoils it, and the figures that lose by it"""


@pytest.mark.parametrize("error", ERRORS)
def test_a_twentieth_of_errors_costs_a_twentieth_in_that_figure_and_in_no_other(case: Case, error: str) -> None:
    spoil, figures = ERRORS[error]
    answer = perfect(case.book, case.right)
    spoil(answer, case)
    scores = case.scores(answer)
    lost = {name for name, figure in scores.items() if figure.value != 1}
    assert lost - (MERGED if figures & MERGED else set()) == figures - MERGED
    for name in figures:
        assert scores[name].value == pytest.approx(1 - 1 / SHARE, abs=0.007), name


def test_the_worst_merge_is_counted_in_people(case: Case) -> None:
    answer = perfect(case.book, case.right)
    answer.customer = {number: 1 if person <= 7 else person for number, person in case.right.customer.items()}
    assert case.scores(answer)["largest_merge"].value == len({p for p in case.right.customer.values() if p <= 7})


def test_one_wrong_reason_to_leave_of_two_costs_a_third(case: Case) -> None:
    answer = perfect(case.book, case.right)
    answer.leaving = {"returned"}
    assert case.scores(answer)["leaver_causes"].value == pytest.approx(2 / 3)
    answer.leaving = {"returned", "waited", "called"}
    assert case.scores(answer)["leaver_causes"].value == pytest.approx(4 / 5)


def test_a_one_off_among_the_first_three_places_is_a_decoy(case: Case) -> None:
    pair = ("giver", "team 02")
    marked = Case(case.book, replace(case.right, one_offs={pair}))
    answer = perfect(marked.book, marked.right)
    assert marked.scores(answer)["decoys_out"].value == 1
    answer.places = [replace(lost, one_off=False) for lost in answer.places or []]
    assert marked.scores(answer)["decoys_out"].value == 0


def test_what_is_said_after_the_last_resolution_is_no_mistake_unless_somebody_waits_then(case: Case) -> None:
    number, spans = next((number, spans) for number, spans in case.right.spans.items() if spans)
    for turn, value in (("after_resolution", 1.0), ("us_queue", 0.9)):
        answer = perfect(case.book, case.right)
        whole = sum(span.end - span.begin for listed in case.right.spans.values() for span in listed)
        beyond = Span(spans[-1].end, spans[-1].end + whole // 9, turn)  # type: ignore[arg-type]
        answer.spans = {**case.right.spans, number: [*spans, beyond]}
        assert case.scores(answer)["turns"].value == pytest.approx(value, abs=1e-4)


def test_nobody_can_say_more_than_the_files_do(case: Case) -> None:
    best, simple = (case.scores(answer) for answer in (ceiling(case.book, case.right), naive(case.book)))
    for name in ("turns", "causes", "handoffs", "pair_precision", "b_cubed", "journey_starts", "journey_starts_talk"):
        assert simple[name].value <= best[name].value + 1e-9, name
        assert best[name].value > 0.6
    assert best["pair_precision"].value == 1
    assert simple["pair_recall"] == best["pair_recall"]


def test_who_says_nothing_is_not_scored(case: Case) -> None:
    assert case.scores(Answer()) == {}
    assert set(case.scores(Answer(leaked=0))) == {"personal_kept"}


def test_starts_are_the_first_steps_in_time(case: Case) -> None:
    first, second = (contact.number for contact in case.book.world.contacts[:2])
    labels: dict[Step, Hashable] = {(second, 0): "a", (first, 1): "a", (first, 0): "a"}
    assert starts(labels, case.book) == {(first, 0): "a"}
