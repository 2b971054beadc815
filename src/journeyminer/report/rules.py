"""The rules of promises, as their texts say them.

    rule    = figure comparison limit [ "where" column "=" 'value' { "and" column "=" 'value' } ]
    figure  = key of the report [ "." row ] "." name          kpis.first_response.p90, handovers.ping_pong_share
    limit   = number with its unit: s, min, h, d for times, % for shares, nothing for counts
    column  = channel | group

`figures.py` says which figures there are, `promises.py` decides.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from journeyminer.errors import UsageError, nearest
from journeyminer.note import Note

COMPARISONS: Final[dict[str, Callable[[float, float], bool]]] = {
    "<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt, "=": operator.eq,
}  # fmt: skip
SECONDS_OF: Final = {"s": 1, "min": 60, "h": 3600, "d": 86_400}
UNIT_WORDS: Final = {"seconds": tuple(SECONDS_OF), "share": ("%",), "score": ("%",), "count": (), "points": ()}
"""unit of a figure -> the units in which its limit is written; none are plain numbers"""
COLUMNS: Final = ("channel", "group")
"""the columns of a `where`"""

_WORD: Final = r"(?:\w+|'(?:[^']|'')*')"
_RULE: Final = re.compile(
    rf"\s*(?P<figure>{_WORD}(?:\.{_WORD})*)\s*(?P<comparison><=|>=|<|>|=)\s*(?P<number>-?[0-9]+(?:\.[0-9]+)?)"
    r"\s*(?P<unit>%|\w*)(?:\s+where\s+(?P<where>.+?))?\s*"
)
_CONDITION: Final = re.compile(r"(?P<column>\w+)\s*=\s*(?P<value>'(?:[^']|'')*')\s*(?:and\s+|$)")

Where = tuple[tuple[str, str], ...]
"""pairs of a column and the value that a case must have in it"""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule whose form is right; whether there is such a figure is another question."""

    text: str
    figure: str
    words: tuple[str, ...]
    """those of the figure"""
    comparison: str
    number: float
    unit: str
    where: Where

    def limit(self, unit: str) -> float:
        """Return the limit of a figure in this unit. Raise UsageError where it is written in no unit of that."""
        units = UNIT_WORDS[unit]
        if self.unit not in (units or ("",)):
            raise UsageError(
                Note("promise.wrong_unit", name=self.figure, limit=f"{self.number:g}{self.unit}"),
                hint=Note("promise.units", units=units) if units else Note("promise.plain_number"),
            )
        return self.number / 100 if self.unit == "%" else self.number * SECONDS_OF.get(self.unit, 1)


def parse_rule(text: str) -> Rule:
    """Return the rule that a text says. Raise UsageError where it is none."""
    found = _RULE.fullmatch(text)
    if found is None:
        raise UsageError(Note("promise.unclear"), hint=Note("promise.example"))
    words = tuple(map(_unquoted, re.findall(_WORD, found["figure"])))
    number, where = float(found["number"]), _conditions(found["where"] or "")
    return Rule(text.strip(), found["figure"], words, found["comparison"], number, found["unit"], where)


def _conditions(text: str) -> Where:
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(text):
        condition = _CONDITION.match(text, at)
        if condition is None:
            raise UsageError(Note("promise.unclear_where", where=text), hint=Note("promise.example"))
        if condition["column"] not in COLUMNS:
            hint = nearest(condition["column"], COLUMNS)
            raise UsageError(Note("usage.no_log_column", column=condition["column"]), hint=hint)
        if condition["column"] in dict(found):
            raise UsageError(Note("promise.twice", column=condition["column"]))
        found.append((condition["column"], _unquoted(condition["value"])))
        at = condition.end()
    return tuple(found)


def _unquoted(word: str) -> str:
    return word[1:-1].replace("''", "'") if word.startswith("'") else word
