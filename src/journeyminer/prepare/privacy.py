"""Privacy: a customer is not a resource, and no step."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from journeyminer.note import Note
from journeyminer.sql import listed
from journeyminer.text import fold
from journeyminer.vocabulary import RARE

if TYPE_CHECKING:
    from journeyminer.log import EventLog

MIN_CASES: Final = 3
"""what stands in so many cases is a step, whatever it looks like"""
_PERSONAL: Final = re.compile(r"[^\s@]@[^\s@]+\.[^\s@]|(?:\d[ ().\-/]{0,2}){7}")
"""an address, or a number as long as a telephone's"""
_LONGEST_NAME: Final = 5


def hide_customers(log: EventLog) -> EventLog:
    """The log in which no customer is a resource: such names, which tables of turns hold, go to the identities."""
    named = "role = 'customer' AND resource IS NOT NULL"
    if not log.has("resource", "role") or not log.rows(f"SELECT 1 FROM event_rows WHERE {named} LIMIT 1"):
        return log
    ours = "CASE WHEN role IS DISTINCT FROM 'customer' THEN resource END"
    return log.derive(
        event_rows=f"SELECT * REPLACE ({ours} AS resource) FROM {{log}}.event_rows",
        identities="SELECT case_key, kind, value FROM {log}.identities UNION "
        f"SELECT case_key, 'name', CAST(resource AS VARCHAR) FROM {{log}}.event_rows WHERE {named}",
    )


def hide_rare_steps(log: EventLog) -> EventLog:
    """The log in which rare steps that hold an address, a long number or a customer's name are one, `rare_step`.

    Where sources put free text into their steps, such a text may say who the customer is. Rare is what fewer than three
    cases have; how many such steps there are is the note `rare_steps`. A name is one of two words or more that
    a source gives as a customer's. Where a rule knows the step, it is shown, but the source's word for it is private
    all the same (`is_rare`).
    """
    known = log.rows("SELECT DISTINCT CAST(raw_activity AS VARCHAR) AS step FROM event_rows ORDER BY step")
    names = {fold(name) for (name,) in log.rows("SELECT DISTINCT value FROM identities WHERE kind = 'name'")}
    doubtful = [step for (step,) in known if _PERSONAL.search(step) or not names.isdisjoint(_parts(step))]
    if not doubtful:
        return log
    rare = log.rows(
        "SELECT CAST(raw_activity AS VARCHAR) AS word, bool_or(CAST(activity AS VARCHAR) = word) FROM event_rows "
        f"WHERE raw_activity IN ({listed(doubtful)}) GROUP BY word HAVING count(DISTINCT case_key) < {MIN_CASES}"
    )
    if not rare:
        return log
    hidden = listed(sorted(word for word, _ in rare))
    is_rare = f"coalesce(CAST(raw_activity AS VARCHAR) IN ({hidden}), false)"
    shown = f"if({is_rare} AND CAST(activity AS VARCHAR) = CAST(raw_activity AS VARCHAR), '{RARE}', activity)"
    steps = log.rows(f"SELECT DISTINCT {shown} FROM event_rows ORDER BY ALL")
    coded = f"CAST({shown} AS ENUM ({listed(step for (step,) in steps)}))"
    derived = log.derive(
        event_rows=f"SELECT * REPLACE ({coded} AS activity), {is_rare} AS is_rare FROM {{log}}.event_rows"
    )
    notes = [note for note in log.receipt.notes if note.slug != "rare_steps"]
    if n := sum(is_shown for _, is_shown in rare):
        notes.append(Note("rare_steps", n=n))
    words = {word for word, _ in rare}
    unmatched = tuple(each for each in log.receipt.unmatched if each.value not in words)
    return replace(derived, receipt=replace(log.receipt, notes=tuple(notes), unmatched=unmatched))


def _parts(text: str) -> Iterator[str]:
    """Yield every run of two words to five of a text."""
    words = re.findall(r"[^\W\d_][\w'’-]*", fold(text))
    for begin in range(len(words)):
        for end in range(begin + 2, min(begin + _LONGEST_NAME, len(words)) + 1):
            yield " ".join(words[begin:end])
