"""Scores: numbers as exports write them, and on which scale customers rated.

A scale is told by the answers: those that fill it and lie nowhere else. One that is not told is not guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, TypeAlias

from journeyminer.note import Note
from journeyminer.sql import quote
from journeyminer.text import fold_sql
from journeyminer.vocabulary import RATINGS

if TYPE_CHECKING:
    from journeyminer.importers.tabular.plan import Plan
    from journeyminer.importers.tabular.table import Table
    from journeyminer.log.engine import Database

Scale: TypeAlias = tuple[float, float]

_MOST = 1000
"""so many different answers say more than a scale"""
_SCALES: Final = ((1, 5), (1, 7), (0, 10), (1, 10), (0, 100))
"""the usual scales from the narrowest on, without 0 to 1; 0 to 5 looks like 0 to 10 of which nobody was content"""
_MANY = 20
"""so many answers would reach both ends of a wider scale"""
_ON_IT = 0.98
"""the share of the answers that must be on their scale; the others are slips"""
_RANGES: Final[dict[str, Scale]] = {"nps": (0, 10), "ces": (0, 100)}
"""what can be an answer to the questions that have one scale, or whose scale stays the file's"""
LARGEST: Final = 1e12
"""a number in an export that is larger, or none (NaN), is a fault"""
_GOOD: Final = (
    "good", "good with comment", "satisfied", "happy", "positive", "bom", "boa", "satisfeito", "satisfeita", "positiva",
    "positivo", "bueno", "buena", "satisfecho", "satisfecha", "jo", "elegedett", "pozitiv",
)  # fmt: skip
_BAD: Final = (
    "bad", "bad with comment", "unsatisfied", "dissatisfied", "unhappy", "negative", "ruim", "mau", "insatisfeito",
    "insatisfeita", "negativa", "negativo", "malo", "mala", "insatisfecho", "insatisfecha", "rossz", "elegedetlen",
    "negativ",
)  # fmt: skip


def as_number(text: str) -> str:
    """SQL of a number. A comma before each three digits groups them; so does a point where a decimal comma follows."""
    plain = (
        f"CASE WHEN regexp_matches({text}, '^[+-]?\\d{{1,3}}(,\\d{{3}})+(\\.\\d+)?$') THEN replace({text}, ',', '') "
        f"WHEN regexp_matches({text}, '^[+-]?\\d{{1,3}}(\\.\\d{{3}})+,\\d+$') "
        f"THEN replace(replace({text}, '.', ''), ',', '.') ELSE replace({text}, ',', '.') END"
    )
    number = f"TRY_CAST({plain} AS DOUBLE)"
    return f"CASE WHEN abs({number}) < {LARGEST:.0f} THEN {number} END"


def rating(text: str) -> str:
    """SQL of an answer to a question of satisfaction as a number: a percentage by its number, words for yes and no."""
    plain = fold_sql(text)
    good, bad = (", ".join(map(quote, those)) for those in (_GOOD, _BAD))
    figure = as_number(f"rtrim({text}, ' %')")
    return f"CASE WHEN {plain} IN ({good}) THEN 1.0 WHEN {plain} IN ({bad}) THEN 0.0 ELSE {figure} END"


def scaled(plan: Plan, table: Table, engine: Database, column: str, text: str) -> str:
    """SQL of a score; of satisfaction as 0..1, and null where no scale is told or the answer is not on it."""
    known = plan.profile.scales.get(column)
    if column != "csat":
        value, (low, high) = as_number(text), known or _RANGES[column]
        within = f"CASE WHEN {value} BETWEEN {low} AND {high} THEN {value} END"
        return within if known is None else f"({within} - {low}) / {high - low}"
    scale = known or _told(engine, table.relation, text) or plan.csat_scale
    return _on_scale(text, scale) if scale else "CAST(NULL AS DOUBLE)"


def score_notes(plan: Plan, table: Table, engine: Database) -> Iterator[Note]:
    """What was decided of the customers' ratings, for the receipt."""
    for column in RATINGS:
        place = plan.columns.get(column)
        if place is None or plan.profile.values.get(column):
            continue
        text, header = table.text(place), plan.headers.texts[place].strip()
        told = plan.profile.scales.get(column) or (_told(engine, table.relation, text) if column == "csat" else None)
        scale = told or (plan.csat_scale if column == "csat" else None)
        n, n_read = engine.one(
            f"SELECT count({text}), count({scaled(plan, table, engine, column, text)}) FROM {table.relation}"
        )
        if column == "csat" and n:
            if scale is None:
                yield Note("decision.scale_unproved", column=header, n=n)
                continue
            low, high = scale
            if told:
                yield Note("decision.scale", column=header, low=low, high=high)
            else:
                yield Note("decision.scale_given", column=header, low=low, high=high)
        if n > n_read:
            yield Note("decision.scores_unread", column=header, n=n - n_read)


def _on_scale(text: str, scale: Scale) -> str:
    """SQL of an answer as 0..1; null where it is not on the scale."""
    value, (low, high) = rating(text), scale
    return f"CASE WHEN {value} BETWEEN {low} AND {high} THEN ({value} - {low}) / {high - low} END"


def _told(engine: Database, relation: str, text: str) -> Scale | None:
    """The scale that the answers in a column tell."""
    answers = f"SELECT {rating(text)} AS v, count(*) FROM {relation} WHERE v IS NOT NULL GROUP BY v LIMIT {_MOST}"
    return scale_of(dict(engine.rows(answers)))


def scale_of(answers: Mapping[float, int]) -> Scale | None:
    """The lowest and the highest score of the scale on which nearly all answers are; None where they tell none.

    0 to 1 where none is outside and they say more than the same end again and again; 0 to 100 where most are above 10;
    else the narrowest scale that holds them, of which the highest score was given, and the lowest too unless there are
    so many answers that a wider one would show. A highest answer of 4 may be on any scale, and so may a lone 1.

    Args:
        answers: each different answer, and how often it was given.
    """
    n = sum(answers.values())
    if not n or min(answers) < 0:
        return None
    if max(answers) <= 1:
        return (0, 1) if set(answers) - {0, 1} or len(answers) > 1 else None
    for low, high in _SCALES:
        inside = sum(count for answer, count in answers.items() if low <= answer <= high)
        is_plain = inside >= _MANY and high != 10  # where two scales end
        is_filled = high in answers and (low in answers or is_plain)
        if high == 100:
            is_filled = sum(count for answer, count in answers.items() if answer > 10) * 2 > n
        if inside >= n * _ON_IT and is_filled:
            return low, high
    return None
