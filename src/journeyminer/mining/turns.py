"""Turns: whose clock ran. A ledger of every second of every trace, and what moves cost in the turns that we control."""

from __future__ import annotations

from collections import Counter
from itertools import product
from typing import TYPE_CHECKING, Any

from journeyminer.log import EventLog
from journeyminer.mining.moves import moves, scoped, trace_of
from journeyminer.mining.spans import spans, states
from journeyminer.vocabulary import OUR_TURNS, RESOLVED_STATUSES, TURN_BASES, TURNS, Per, Turn

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

_PRECEDENCE: tuple[Turn, ...] = ("us_work", "us_queue", "bot", "vendor", "customer", "unknown", "after_resolution")
"""Of several cases of a trace, the first: what is unknown of one is not over because another is."""
_CODES = tuple((turn, basis) for turn in _PRECEDENCE for basis in TURN_BASES)
_GAP = len(_CODES)
"""the code of a second in which no case says anything"""


def turns(log: EventLog, *, per: Per = "case") -> pd.DataFrame:
    """The seconds of all traces by whose turn it was and by the rule that says so; `spans` has the rules.

    A trace runs from the beginning of its first event to its last one; where a case's status is open, to `as_of`. What
    comes after the last event of a resolved case is no part of it. A second in which a customer has several open cases
    belongs to the first of us_work, us_queue, bot, vendor, customer, unknown that any of them is in; one between two
    cases is after_resolution where a case before it was resolved, else unknown.

    Returns:
        One row a turn and basis that occurs, in the order of the vocabulary: `turn`, `basis`, `seconds` (whole; they
        sum to the throughput time of all traces, rounded once), `share` (of that sum).
    """
    if per == "case":
        sums = {(turn, basis): int(us) for turn, basis, us in log.rows(
            f"SELECT CAST(turn AS VARCHAR), CAST(basis AS VARCHAR), sum(closed - opened) FROM {spans(log)} GROUP BY ALL"
        )}  # fmt: skip
    else:
        segments = _segments(log, per)
        lengths = segments["closed"] - segments["opened"]
        sums = Counter[tuple[str, str]]()
        for code in {*segments["code"].tolist()}:
            sums[("unknown", "none") if code == _GAP else _CODES[code]] += int(lengths[segments["code"] == code].sum())
    return scoped(_ledger(sums), log, per=per)


def lost_by_edge(log: EventLog, *, per: Per = "case") -> dict[tuple[str, str], int]:
    """The part of each move's seconds in a turn that we control (us_work, us_queue, bot), whole seconds.

    Moves without any are left out. Seconds of a move end where its target begins, so that the work on the target
    itself is no part of them.
    """
    ours = ", ".join(f"'{turn}'" for turn in OUR_TURNS)
    if per == "case":
        rows = log.rows(
            f"""
            SELECT CAST(source AS VARCHAR) AS source, CAST(target AS VARCHAR) AS target,
                CAST(round(sum(least(closed, wait_until) - opened) / 1e6) AS BIGINT) AS seconds
            FROM {spans(log)}
            WHERE turn IN ({ours}) AND wait_until > opened AND source IS NOT NULL AND target IS NOT NULL
            GROUP BY ALL ORDER BY source, target
            """
        )
        return {(source, target): seconds for source, target, seconds in rows}
    return _lost_over_cases(log, per)


def _ledger(sums: dict[tuple[str, str], int]) -> pd.DataFrame:
    """Microseconds as whole seconds: running sums are rounded, so that the rows still sum to the total."""
    import pandas as pd

    total, before, rows = sum(sums.values()), 0, []
    for said in product(TURNS, TURN_BASES):
        if us := sums.get(said, 0):
            seconds = _rounded(before + us) - _rounded(before)
            rows.append((*said, seconds, us / total))
            before += us
    frame = pd.DataFrame(rows, columns=["turn", "basis", "seconds", "share"])
    return frame.astype({"turn": "str", "basis": "str", "seconds": "int64", "share": "float64"})


def _rounded(us: int) -> int:
    return (us + 500_000) // 1_000_000


def _segments(log: EventLog, per: Per) -> dict[str, NDArray[Any]]:
    """The stretches of each trace with one code each: spans of its cases on top of each other, the first code wins.

    No stretch lasts beyond an event, so that each lies in one move.
    """
    import numpy as np

    trace, spanned = trace_of(log, per, spans(log))
    _, stated = trace_of(log, per, states(log))
    codes = ", ".join(f"('{turn}', '{basis}', {code})" for code, (turn, basis) in enumerate(_CODES))
    resolved = ", ".join(f"'{status}'" for status in RESOLVED_STATUSES)
    over = _CODES.index(("after_resolution", "status"))
    frame = log.sql(
        f"""
        WITH ends AS (
            SELECT {trace} AS trace, e.case_key, epoch_us(min(least(e.begin, e.timestamp))) AS opened,
                epoch_us(max(e.timestamp)) AS closed, arg_max(e.status, (e.timestamp, e.seq)) AS status
            FROM {stated} WHERE {trace} IS NOT NULL GROUP BY ALL
        ),
        inside AS (
            SELECT {trace} AS trace, e.opened, e.closed, k.code FROM {spanned}
            JOIN (VALUES {codes}) k(turn, basis, code) ON e.turn = k.turn AND e.basis = k.basis
            WHERE {trace} IS NOT NULL
        ),
        whole AS (
            SELECT trace, min(opened) AS opened, max(closed) AS closed
            FROM (SELECT trace, opened, closed FROM ends UNION ALL SELECT trace, opened, closed FROM inside)
            GROUP BY trace
        )
        SELECT trace, opened, closed, code FROM inside
        UNION ALL SELECT trace, opened, closed, {_GAP} FROM whole
        UNION ALL SELECT {trace}, epoch_us(e.timestamp), epoch_us(e.timestamp), {_GAP} FROM {stated}
        WHERE {trace} IS NOT NULL
        UNION ALL SELECT trace, e.closed, w.closed, {over}
        FROM ends e JOIN whole w USING (trace) WHERE e.status IN ({resolved})
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


def _lost_over_cases(log: EventLog, per: Per) -> dict[tuple[str, str], int]:
    """`lost_by_edge` where a trace has several cases: every piece lies in the move that had begun last before it."""
    import pandas as pd

    pieces = pd.DataFrame(_segments(log, per))
    ours = [number for number, (turn, _) in enumerate(_CODES) if turn in OUR_TURNS]
    pieces = pieces[pieces["code"].isin(ours)].sort_values(["opened", "trace"])
    steps = log.sql(
        "SELECT trace, CAST(activity AS VARCHAR) AS source, CAST(next_activity AS VARCHAR) AS target, "
        f"epoch_us(timestamp) AS begun, epoch_us(timestamp) + us AS wait_until FROM {moves(log, per=per)} "
        "WHERE us > 0 ORDER BY begun, trace"
    )
    placed = pd.merge_asof(pieces, steps, left_on="opened", right_on="begun", by="trace").dropna(subset=["wait_until"])
    placed["us"] = placed[["closed", "wait_until"]].min(axis=1).astype("int64") - placed["opened"]
    sums = placed[placed["us"] > 0].groupby(["source", "target"], as_index=False)["us"].sum()
    return {
        (source, target): _rounded(us)
        for source, target, us in zip(sums["source"], sums["target"], sums["us"].tolist(), strict=True)
    }
