"""Variants: traces with the same sequence of activities."""

from __future__ import annotations

from journeyminer.mining.lens import Lens
from journeyminer.mining.measure import Count, Exact, Row, Share, measure
from journeyminer.mining.moves import moves, traces


class VariantRow(Row, frozen=True):
    """One complete sequence of activities.

    Attributes:
        activities: The activities in order.
        n_cases: Traces that took it.
        share: Share of all traces.
    """

    activities: tuple[str, ...]
    n_cases: Count
    share: Share


class VariantTotals(Row, frozen=True):
    """How varied the traces are.

    Attributes:
        n_total: All variants.
        n_once: Variants of a single trace.
        n_for_80: How many of the most frequent variants cover at least 80 % of the traces.
    """

    n_total: Count
    n_once: Count
    n_for_80: Count


class Variants(Row, frozen=True):
    """The sequences of activities of the traces.

    Attributes:
        rows: The most frequent ones, the most frequent first.
        n_total: All variants.
        n_once: Variants of a single trace.
        n_for_80: How many of the most frequent variants cover at least 80 % of the traces.
    """

    rows: tuple[VariantRow, ...]
    n_total: Count
    n_once: Count
    n_for_80: Count


@measure(VariantRow)
def variants(lens: Lens, *, top: int | None = 20) -> Exact:
    """The most frequent sequences of activities.

    Every trace counts, also one that is still open. Ties are broken by the sequence itself, in alphabetical order.

    Args:
        top: how many variants; None for all.

    Returns:
        One row a variant, the most frequent first.
    """
    limit = "" if top is None else f"LIMIT {top}"
    rows = lens.log.dicts(
        # Sequences are put together for the candidates only: all variants as frequent as the last one shown.
        f"""
        WITH counted AS (SELECT n, example FROM {variant_keys(lens)}),
        most AS (SELECT n FROM counted ORDER BY n DESC {limit}),
        candidates AS (SELECT n, example AS trace FROM counted WHERE n >= (SELECT min(n) FROM most)),
        sequences AS (
            SELECT any_value(c.n) AS n_cases, list(CAST(m.activity AS VARCHAR) ORDER BY m.pos) AS activities
            FROM candidates c JOIN {moves(lens)} m USING (trace) GROUP BY trace
        )
        SELECT activities, n_cases, n_cases / (SELECT sum(n) FROM counted) AS share
        FROM sequences ORDER BY n_cases DESC, activities {limit}
        """
    )
    return (row | {"activities": tuple(row["activities"])} for row in rows)


@measure(VariantTotals)
def variant_totals(lens: Lens) -> Exact:
    """How varied the traces are.

    Returns:
        One row.
    """
    return lens.log.dicts(
        f"""
        WITH ranked AS (
            SELECT n, sum(n) OVER (ORDER BY n DESC ROWS UNBOUNDED PRECEDING) AS covered, sum(n) OVER () AS n_traces
            FROM {variant_keys(lens)}
        )
        SELECT count(*) AS n_total, count(*) FILTER (WHERE n = 1) AS n_once,
            count(*) FILTER (WHERE (covered - n) * 5 < n_traces * 4) AS n_for_80
        FROM ranked
        """
    )


def variant_keys(lens: Lens) -> str:
    """Make the table of variants and return its name: `n` traces and one of them, `example`."""
    return lens.materialise(
        "variants", f"SELECT count(*) AS n, min(trace) AS example FROM {traces(lens)} GROUP BY key_a, key_b, n_events"
    )
