"""Teams: in whose hands cases were while our clock ran."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from journeyminer.mining.measure import Count, Exact, Row, Share, about, measure
from journeyminer.mining.spans import spans
from journeyminer.mining.turns import TurnRow
from journeyminer.sql import listed
from journeyminer.vocabulary import OUR_TURNS, Turn, TurnBasis

if TYPE_CHECKING:
    from journeyminer.mining.lens import Lens


class TeamRow(Row, frozen=True):
    """Time in which it was one team's turn, known in one way."""

    group: Annotated[str | None, about("The team; null where none is known.")]
    turn: Annotated[Turn, about("Whether cases waited in its queue, were worked on, or lay with a bot.")]
    basis: Annotated[TurnBasis, about("The rule that says so.")]
    seconds: Annotated[Count, about("Seconds of all cases.")]
    share: Annotated[Share, about("Share of the seconds of all teams.")]
    n_cases: Annotated[Count, about("Cases with any of them.")]


@measure(TeamRow)
def teams(lens: Lens) -> Exact:
    """The seconds of all cases in a turn of ours, by the team whose turn it was.

    The team is that in whose queue a case waits, which is the one that acts next, and for work the one that does it;
    see `spans`. A customer who waits in two cases at once waits in both, so that the sum may be more than `turns` says.

    Returns:
        One row a team, turn and basis that occurs, the most seconds first; none where no event names a team.
    """
    if not lens.log.has("group"):
        return []
    return lens.log.dicts(
        f"""
        WITH ours AS (
            SELECT CAST(queue AS VARCHAR) AS "group", CAST(turn AS VARCHAR) AS turn, CAST(basis AS VARCHAR) AS basis,
                CAST(sum(closed - opened) AS HUGEINT) AS us, count(DISTINCT case_key) AS n_cases
            FROM {lens.rows(spans(lens.log))} WHERE turn IN ({listed(OUR_TURNS)}) GROUP BY ALL
        )
        SELECT "group", turn, basis, CAST(round(us / 1e6) AS BIGINT) AS seconds,
            us / (SELECT sum(us) FROM ours) AS share, n_cases
        FROM ours ORDER BY us DESC, "group", turn, basis
        """
    )


def turns_of(lens: Lens, team: str) -> tuple[TurnRow, ...]:
    """The rows of `teams` of one team, as rows of `turns`; shares are those of its own seconds."""
    rows = [row for row in teams.rows(lens) if row.group == team]
    total = sum(row.seconds for row in rows) or 1
    return tuple(TurnRow(row.turn, row.basis, row.seconds, row.seconds / total) for row in rows)
