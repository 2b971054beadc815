"""Turns: whose clock ran. A ledger of every second of every trace, and what moves cost in the turns that we control."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import product
from typing import TYPE_CHECKING, Annotated, Any

from journeyminer.mining.measure import Count, Exact, Row, Share, about, measure
from journeyminer.mining.moves import moves
from journeyminer.mining.spans import spans, states
from journeyminer.sql import listed
from journeyminer.vocabulary import OUR_TURNS, RESOLVED_STATUSES, TURN_BASES, TURNS, Turn, TurnBasis

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from journeyminer.mining.lens import Lens

_PRECEDENCE: tuple[Turn, ...] = ("us_work", "us_queue", "bot", "vendor", "customer", "unknown", "after_resolution")
"""Of the turns of several cases at once, the first of these counts. `after_resolution` is the last: a case that is
resolved does not make another one resolved of which nothing is known."""
_CODES = tuple((turn, basis) for turn in _PRECEDENCE for basis in TURN_BASES)
_SHOWN: tuple[Turn, ...] = ("us_queue", "us_work", "bot", "vendor", "customer", "after_resolution", "unknown")
_GAP = len(_CODES)
"""the code of a second in which no case says anything"""

Sums = Mapping[tuple[str, str], int]
"""turn and basis -> microseconds"""


class TurnRow(Row, frozen=True):
    """Time of all traces in one turn, known in one way."""

    turn: Annotated[Turn, about("Whose clock was running.")]
    basis: Annotated[TurnBasis, about("The rule that says so.")]
    seconds: Annotated[Count, about("Seconds; all rows sum to the traces' throughput time, rounded once.")]
    share: Annotated[Share, about("Share of the time of all traces.")]


def clock(rows: Iterable[TurnRow]) -> list[tuple[Turn, int, float]]:
    """Return the seconds and the share of each turn that occurs, as reports show them: ours first."""
    sums = Counter[Turn]()
    for row in rows:
        sums[row.turn] += row.seconds
    return [(turn, sums[turn], sums[turn] / sums.total()) for turn in _SHOWN if sums[turn]]


def our_time(rows: Iterable[TurnRow]) -> tuple[float, int]:
    """Return the share and the seconds of the time in a turn that we control."""
    ours = [(share, seconds) for turn, seconds, share in clock(rows) if turn in OUR_TURNS]
    return sum(share for share, _ in ours), sum(seconds for _, seconds in ours)


@measure(TurnRow)
def turns(lens: Lens) -> Exact:
    """The seconds of all traces by whose turn it was and by the rule that says so; `spans` has the rules.

    A trace runs from the beginning of its first event to its last one; where a case's status is open, to `as_of`. What
    comes after the last event of a resolved case is no part of it. A second in which a trace has several open cases
    belongs to the first of us_work, us_queue, bot, vendor, customer, unknown that any of them is in; one between two
    cases is after_resolution where a case before it was resolved, else unknown.

    Returns:
        One row a turn and basis that occurs, in the order of the vocabulary.
    """
    return finish(partial(lens))


def partial(lens: Lens) -> Sums:
    """The whole microseconds of a lens's traces; those of other traces may be added before `finish`."""
    if lens.one_case:
        rows = lens.log.rows(
            "SELECT CAST(turn AS VARCHAR), CAST(basis AS VARCHAR), sum(closed - opened) "
            f"FROM {spans(lens.log)} GROUP BY ALL"
        )
        return {(turn, basis): int(us) for turn, basis, us in rows}
    segments = _segments(lens)
    lengths = segments["closed"] - segments["opened"]
    sums = Counter[tuple[str, str]]()
    for code in {*segments["code"].tolist()}:
        sums[("unknown", "none") if code == _GAP else _CODES[code]] += int(lengths[segments["code"] == code].sum())
    return sums


def finish(sums: Sums) -> Exact:
    """The rows of `turns`: running sums are rounded, so that the rows still sum to the total."""
    total, before = sum(sums.values()), 0
    for turn, basis in product(TURNS, TURN_BASES):
        if us := sums.get((turn, basis), 0):
            seconds = _rounded(before + us) - _rounded(before)
            yield {"turn": turn, "basis": basis, "seconds": seconds, "share": us / total}
            before += us


def lost_by_edge(lens: Lens) -> dict[tuple[str, str], int]:
    """The part of each move's seconds in a turn that we control (us_work, us_queue, bot), whole seconds.

    Moves are left out that take no time, or of whose time nobody knows whose turn it was. Seconds of a move end where
    its target begins, so that the work on the target itself is no part of them.
    """
    if not lens.one_case:
        return _lost_over_cases(lens)
    rows = lens.log.rows(
        f"""
        SELECT CAST(source AS VARCHAR) AS source, CAST(target AS VARCHAR) AS target, CAST(round(sum(
            CASE WHEN turn IN ({listed(OUR_TURNS)}) THEN least(closed, wait_until) - opened ELSE 0 END
        ) / 1e6) AS BIGINT)
        FROM {spans(lens.log)}
        WHERE turn <> 'unknown' AND wait_until > opened AND source IS NOT NULL AND target IS NOT NULL
        GROUP BY ALL ORDER BY source, target
        """
    )
    return {(source, target): seconds for source, target, seconds in rows}


def lost_at_activities(lens: Lens) -> tuple[dict[str, int], dict[str, int]]:
    """Our work on each activity until it was complete, and the time that cases still wait for us after one.

    Whole seconds, case by case: these are no part of any move.
    """
    rows = lens.log.rows(
        f"""
        SELECT CAST(CASE WHEN turn = 'us_work' THEN target ELSE source END AS VARCHAR) AS activity, turn = 'us_work',
            CAST(round(sum(closed - opened) / 1e6) AS BIGINT)
        FROM {lens.rows(spans(lens.log))}
        WHERE turn = 'us_work' OR (turn IN ({listed(OUR_TURNS)}) AND target IS NULL) GROUP BY ALL
        """
    )
    work, waiting = ({activity: n for activity, is_work, n in rows if is_work is wanted} for wanted in (True, False))
    return work, waiting


def _rounded(us: int) -> int:
    return (us + 500_000) // 1_000_000


def _segments(lens: Lens) -> dict[str, NDArray[Any]]:
    """The stretches of each trace with one code each: spans of its cases on top of each other, the first code wins.

    No stretch lasts beyond an event, so that each lies in one move.
    """
    import numpy as np

    codes = ", ".join(f"('{turn}', '{basis}', {code})" for code, (turn, basis) in enumerate(_CODES))
    over = _CODES.index(("after_resolution", "status"))
    frame = lens.log.sql(
        f"""
        WITH steps AS (SELECT * FROM {lens.rows(states(lens.log))}),
        ends AS (
            SELECT trace, case_key, epoch_us(min(least(begin, timestamp))) AS opened,
                epoch_us(max(timestamp)) AS closed, arg_max(status, (timestamp, seq)) AS status
            FROM steps GROUP BY ALL
        ),
        inside AS (
            SELECT trace, opened, closed, k.code FROM {lens.rows(spans(lens.log))} e
            JOIN (VALUES {codes}) k(turn, basis, code) ON e.turn = k.turn AND e.basis = k.basis
        ),
        whole AS (
            SELECT trace, min(opened) AS opened, max(closed) AS closed
            FROM (SELECT trace, opened, closed FROM ends UNION ALL SELECT trace, opened, closed FROM inside)
            GROUP BY trace
        )
        SELECT trace, opened, closed, code FROM inside
        UNION ALL SELECT trace, opened, closed, {_GAP} FROM whole
        UNION ALL SELECT trace, epoch_us(timestamp), epoch_us(timestamp), {_GAP} FROM steps
        UNION ALL SELECT trace, e.closed, w.closed, {over}
        FROM ends e JOIN whole w USING (trace) WHERE e.status IN ({listed(RESOLVED_STATUSES)})
        """
    )
    columns = {column: frame[column].to_numpy() for column in ("trace", "opened", "closed")}
    return overlay(**columns, code=frame["code"].to_numpy().astype(np.int16))


def overlay(
    trace: NDArray[Any], opened: NDArray[np.int64], closed: NDArray[np.int64], code: NDArray[np.int16]
) -> dict[str, NDArray[Any]]:
    """Cut each trace at every end of its intervals and give each piece the lowest code that covers it."""
    import numpy as np

    moment, whose = np.concatenate([opened, closed]), np.concatenate([trace, trace])
    step = np.concatenate([np.ones(len(opened), np.int32), -np.ones(len(closed), np.int32)])
    codes = np.concatenate([code, code])
    order = np.lexsort((moment, whose))
    moment, whose, step, codes = moment[order], whose[order], step[order], codes[order]
    lowest = np.full(len(moment), -1, np.int16)
    for each in sorted({*code.tolist()}, reverse=True):
        # every interval that opens in a trace closes in it, so the running count is 0 between traces
        lowest[np.cumsum(np.where(codes == each, step, 0)) > 0] = each
    piece = np.flatnonzero((whose[1:] == whose[:-1]) & (moment[1:] > moment[:-1]) & (lowest[:-1] >= 0))
    return {"trace": whose[piece], "opened": moment[piece], "closed": moment[piece + 1], "code": lowest[piece]}


def _lost_over_cases(lens: Lens) -> dict[tuple[str, str], int]:
    """`lost_by_edge` where a trace has several cases: every piece lies in the move that had begun last before it."""
    import pandas as pd

    pieces = pd.DataFrame(_segments(lens))
    ours, unknown = (
        [number for number, (turn, _) in enumerate(_CODES) if turn in turns] for turns in (OUR_TURNS, ("unknown",))
    )
    pieces = pieces[~pieces["code"].isin(unknown)].sort_values(["opened", "trace"])
    steps = lens.log.sql(
        "SELECT trace, CAST(activity AS VARCHAR) AS source, CAST(next_activity AS VARCHAR) AS target, "
        f"epoch_us(timestamp) AS begun, epoch_us(timestamp) + us AS wait_until FROM {moves(lens)} "
        "WHERE us > 0 ORDER BY begun, trace"
    )
    placed = pd.merge_asof(pieces, steps, left_on="opened", right_on="begun", by="trace").dropna(subset=["wait_until"])
    placed["us"] = placed[["closed", "wait_until"]].min(axis=1).astype("int64") - placed["opened"]
    placed = placed[placed["us"] > 0]
    placed.loc[~placed["code"].isin(ours), "us"] = 0
    sums = placed.groupby(["source", "target"], as_index=False)["us"].sum()
    return {
        (source, target): _rounded(us)
        for source, target, us in zip(sums["source"], sums["target"], sums["us"].tolist(), strict=True)
    }
