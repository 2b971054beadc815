"""Variants: traces with the same sequence of activities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from journeyminer.mining.measure import Count, Exact, Row, Share, about, measure
from journeyminer.mining.moves import moves, traces

if TYPE_CHECKING:
    from journeyminer.mining.lens import Lens


class VariantRow(Row, frozen=True):
    """One complete sequence of activities."""

    activities: Annotated[tuple[str, ...], about("The activities in order.")]
    n_cases: Annotated[Count, about("Traces that took it.")]
    share: Annotated[Share, about("Share of all traces.")]


class VariantTotals(Row, frozen=True):
    """How varied the traces are."""

    n_total: Annotated[Count, about("All variants.")]
    n_once: Annotated[Count, about("Variants of a single trace.")]
    n_for_80: Annotated[Count, about("How many of the most frequent variants cover at least 80 % of the traces.")]


class Variants(VariantTotals, frozen=True):
    """The sequences of activities of the traces."""

    rows: Annotated[tuple[VariantRow, ...], about("The most frequent ones, the most frequent first.")]


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
        WITH counted AS (SELECT n FROM {variant_keys(lens)}),
        ranked AS (
            SELECT n, sum(n) OVER (ORDER BY n DESC ROWS UNBOUNDED PRECEDING) AS covered,
                (SELECT sum(n) FROM counted) AS n_traces
            FROM counted
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
