"""Scores: numbers as exports write them, and on which scale customers rated.

A scale is proved by the values: nobody rates 5 on a scale that ends at 1. One that is not proved is not guessed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from journeyminer.note import Note
from journeyminer.sql import quote
from journeyminer.text import fold_sql

if TYPE_CHECKING:
    from journeyminer.importers.tabular.plan import Plan
    from journeyminer.importers.tabular.table import Table
    from journeyminer.log.engine import Database

NUMBERS: Final = ("csat", "nps", "ces")
"""what customers rate: satisfaction (kept as 0..1), whether they would recommend us (0..10), their effort"""
_MOST = 1000
"""so many different answers say more than a scale"""
_SCALES: Final = ((0, 1, -1), (1, 5, 3), (0, 5, 4), (1, 7, 5), (1, 10, 7), (0, 10, 7), (0, 100, 10))
"""lowest and highest score of a scale, and above what the highest answer must be to prove it; the first one counts"""
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
    return f"TRY_CAST({plain} AS DOUBLE)"


def rating(text: str) -> str:
    """SQL of an answer to a question of satisfaction as a number: a percentage by its number, words for yes and no."""
    plain = fold_sql(text)
    good, bad = (", ".join(map(quote, those)) for those in (_GOOD, _BAD))
    figure = as_number(f"rtrim({text}, ' %')")
    return f"CASE WHEN {plain} IN ({good}) THEN 1.0 WHEN {plain} IN ({bad}) THEN 0.0 ELSE {figure} END"


def scaled(engine: Database, relation: str, text: str, column: str, given: tuple[float, float] | None) -> str:
    """SQL of a score; of satisfaction as 0..1, and null where no scale is proved or the answer is not on it.

    Args:
        relation: what the text stands in.
        given: the lowest and the highest score, where the profile knows them.
    """
    if column != "csat":
        value = as_number(text)
        return value if given is None else f"({value} - {given[0]}) / {given[1] - given[0]}"
    value = rating(text)
    if given is None:
        told = engine.rows(f"SELECT DISTINCT {value} AS v FROM {relation} WHERE v IS NOT NULL LIMIT {_MOST}")
        given = scale_of([score for (score,) in told])
    if given is None:
        return "CAST(NULL AS DOUBLE)"
    low, high = given
    return f"CASE WHEN {value} BETWEEN {low} AND {high} THEN ({value} - {low}) / {high - low} END"


def score_notes(plan: Plan, table: Table, engine: Database) -> Iterator[Note]:
    """What was decided of the customers' ratings, for the receipt."""
    place, given = plan.columns.get("csat"), plan.profile.scales.get("csat")
    if place is None or plan.profile.values.get("csat"):
        return
    text, header = table.text(place), plan.headers.texts[place].strip()
    sql = scaled(engine, table.relation, text, "csat", given)
    n, n_read = engine.one(f"SELECT count({text}), count({sql}) FROM {table.relation}")
    told = engine.rows(f"SELECT DISTINCT {rating(text)} AS v FROM {table.relation} WHERE v IS NOT NULL LIMIT {_MOST}")
    scale = given or scale_of([score for (score,) in told])
    if n and scale is None:
        yield Note("decision.scale_unproved", column=header, n=n)
    elif n and scale:
        yield Note("decision.scale", column=header, low=scale[0], high=scale[1])
        if n > n_read:
            yield Note("decision.scores_unread", column=header, n=n - n_read)


def scale_of(scores: list[float]) -> tuple[float, float] | None:
    """The lowest and the highest score of the scale on which all of these are; None where they prove none.

    0 to 1 where none is higher; 1 to 5 from a score of 4 or 5; 1 to 7 from 6 or 7; 0 or 1 to 10 from 8 to 10; 0 to 100
    above. A lone 1 may be the best or the worst, and low scores alone may be on any scale.
    """
    if not scores or scores == [1.0] or min(scores) < 0:
        return None
    low, high = min(scores), max(scores)
    return next(((first, last) for first, last, above in _SCALES if first <= low and above < high <= last), None)
