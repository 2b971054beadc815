"""Variants: traces with the same sequence of activities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from journeyminer.log import EventLog
from journeyminer.mining.moves import moves, scoped, traces
from journeyminer.vocabulary import Per

if TYPE_CHECKING:
    import pandas as pd


def variants(log: EventLog, *, per: Per = "case", top: int | None = 20) -> pd.DataFrame:
    """The most frequent sequences of activities.

    Every trace counts, also one that is still open. Ties are broken by the sequence itself, in alphabetical order.

    Args:
        per: what a trace is.
        top: how many variants; None for all.

    Returns:
        One row a variant, the most frequent first: `activities` (tuple), `n_cases` (traces), `share` (of all traces).
    """
    import pandas as pd

    rows = variant_rows(log, per=per, top=top)
    frame = pd.DataFrame(
        {
            "activities": pd.Series([row["activities"] for row in rows], dtype=object),
            "n_cases": pd.Series([row["n_cases"] for row in rows], dtype="int64"),
            "share": pd.Series([row["share"] for row in rows], dtype="float64"),
        }
    )
    return scoped(frame, log, per=per)


def variant_rows(log: EventLog, *, per: Per = "case", top: int | None = 20) -> list[dict[str, Any]]:
    """The rows of `variants`."""
    limit = "" if top is None else f"LIMIT {top}"
    rows = log.dicts(
        # Sequences are put together for the candidates only: all variants as frequent as the last one shown.
        f"""
        WITH counted AS (SELECT n, example FROM {variant_keys(log, per=per)}),
        most AS (SELECT n FROM counted ORDER BY n DESC {limit}),
        candidates AS (SELECT n, example AS trace FROM counted WHERE n >= (SELECT min(n) FROM most)),
        sequences AS (
            SELECT any_value(c.n) AS n_cases, list(CAST(m.activity AS VARCHAR) ORDER BY m.pos) AS activities
            FROM candidates c JOIN {moves(log, per=per)} m USING (trace) GROUP BY trace
        )
        SELECT activities, n_cases, n_cases / (SELECT sum(n) FROM counted) AS share
        FROM sequences ORDER BY n_cases DESC, activities {limit}
        """
    )
    return [row | {"activities": tuple(row["activities"])} for row in rows]


def variant_totals(log: EventLog, *, per: Per = "case") -> pd.DataFrame:
    """How varied the traces are.

    Returns:
        One row: `n_total` (variants), `n_once` (variants of a single trace), `n_for_80` (how many of the most frequent
        variants cover at least 80 % of the traces).
    """
    return scoped(log.sql(variant_totals_query(log, per=per)), log, per=per)


def variant_totals_query(log: EventLog, *, per: Per = "case") -> str:
    """SQL of `variant_totals`."""
    return f"""
        WITH ranked AS (
            SELECT n, sum(n) OVER (ORDER BY n DESC ROWS UNBOUNDED PRECEDING) AS covered, sum(n) OVER () AS n_traces
            FROM {variant_keys(log, per=per)}
        )
        SELECT count(*) AS n_total, count(*) FILTER (WHERE n = 1) AS n_once,
            count(*) FILTER (WHERE (covered - n) * 5 < n_traces * 4) AS n_for_80
        FROM ranked
        """


def variant_keys(log: EventLog, *, per: Per = "case") -> str:
    """Make the table of variants and return its name: `n` traces and one of them, `example`."""
    return log.materialise(
        f"variants_{per}",
        f"SELECT count(*) AS n, min(trace) AS example FROM {traces(log, per=per)} GROUP BY key_a, key_b, n_events",
    )
