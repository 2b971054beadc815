"""The lens: what a trace is, which trace a case belongs to, and how many there are.

Every measure and every sentence asks a `Lens`; nothing else compares `per` with a word. A trace is a set of whole
cases, so a lens is a column of the cases. Its words stand in `locales/` under its slug: `count`, `per`, `a_trace`,
`traces`, `each_trace` and `term`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from journeyminer.errors import UsageError, nearest
from journeyminer.note import Note

if TYPE_CHECKING:
    from journeyminer.log import EventLog
    from journeyminer.vocabulary import Per

KEYS: Final[dict[str, str]] = {"case": "case_key", "journey": "journey_key", "customer": "customer_key"}
"""lens -> the column of `case_rows` that holds a case's trace: a whole number, null where the case is in no trace"""


class Scope(NamedTuple):
    """What a measure is about: so many traces of so many cases, and so many customers (None where none are known).

    `n_left_out` cases belong to no trace.
    """

    per: Per
    n_traces: int
    n_cases: int
    n_customers: int | None
    n_left_out: int


@dataclass(frozen=True)
class Lens:
    """A log and what a trace of it is.

    Raises:
        UsageError: `per` is not a kind of trace, or the log does not say which cases are one.
    """

    log: EventLog
    per: Per = "case"

    def __post_init__(self) -> None:
        if self.per not in KEYS:
            raise UsageError(Note("usage.not_one_of", value=self.per, hint=nearest(self.per, KEYS)))
        if self.key not in self._of_cases:
            raise UsageError(Note("usage.lens_unknown", per=self.per), hint=Note("usage.lens_case"))

    @property
    def key(self) -> str:
        """The column of `case_rows` that holds a case's trace."""
        return KEYS[self.per]

    @property
    def one_case(self) -> bool:
        """Whether every trace is one case."""
        return self.key == "case_key"

    @property
    def knows_customers(self) -> bool:
        """Whether cases have been linked to customers."""
        return KEYS["customer"] in self._of_cases

    @cached_property
    def _of_cases(self) -> frozenset[str]:
        return self.log.schema.columns(f"{self.log.schema}.case_rows")

    def rows(self, table: str) -> str:
        """SQL of the rows of a table that has a `case_key`, each with its `trace`; rows of no trace are left out.

        Where a trace has several cases, `ns_no` and `native_id` of the case stand beside it.
        """
        if self.one_case:
            return f"(SELECT case_key AS trace, * FROM {table})"
        cases = f"SELECT case_key, {self.key} AS trace, ns_no, native_id FROM case_rows WHERE {self.key} IS NOT NULL"
        return f"(SELECT * FROM {table} JOIN ({cases}) USING (case_key))"

    @property
    def order(self) -> str:
        """SQL of the declared order of events inside a trace, over `rows` of events."""
        return "timestamp, seq" if self.one_case else "timestamp, ns_no, native_id, seq"

    @cached_property
    def zone_is_assumed(self) -> str | None:
        """SQL of whether the zone of an event was assumed; None where all zones of the log are equally sure."""
        return zone_is_assumed(self.log)

    def materialise(self, table: str, select: str, *, then: str = "") -> str:
        """Make a table of the log for this lens once, on first use, and return its name.

        Args:
            then: a statement that finishes the new table, which is `{table}` in it.
        """
        called = f"{table}_{self.per}"
        return self.log.materialise(called, select, then=then.replace("{table}", called))

    @cached_property
    def scope(self) -> Scope:
        """How many traces, cases and customers there are. Every case of a log has an event."""
        n_in, n_all = self.log.one(f"SELECT count({self.key}), count(*) FROM case_rows")
        return Scope(self.per, self.how_many(self.per) or 0, n_in, self.how_many("customer"), n_all - n_in)

    def how_many(self, per: Per) -> int | None:
        """How many traces the log has through another lens; None where it does not say which cases are one."""
        if KEYS[per] not in self._of_cases:
            return None
        return int(self.log.one(f"SELECT count(DISTINCT {KEYS[per]}) FROM case_rows")[0])


def zone_is_assumed(log: EventLog) -> str | None:
    """SQL of whether the zone of an event was assumed; None where all zones of the log are equally sure."""
    rows = log.rows("SELECT source_no, zone_assumed FROM sources ORDER BY source_no")
    assumed = [str(source_no) for source_no, zone_assumed in rows if zone_assumed]
    return f"source_no IN ({', '.join(assumed)})" if 0 < len(assumed) < len(rows) else None
