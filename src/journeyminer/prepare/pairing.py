"""Pairing: the rows that say that an activity was scheduled, begun and completed become the one event that it is.

What stands in the file stays in the log on disk; it is paired when the log is opened, so that what began in one week's
export and ended in the next one's is one event too.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from journeyminer.note import Note
from journeyminer.sql import listed, name, quote
from journeyminer.words import transition

if TYPE_CHECKING:
    from journeyminer.log import EventLog
    from journeyminer.log.receipt import SourceReceipt


def pair_transitions(log: EventLog) -> EventLog:
    """The log in which a start and the completion of one activity of a case are one event, with both moments.

    The event is that of the completion (its status, place in the file), and `started_at` the moment of the start. What
    only the start says (resource, group ...) is said of the event; the status that the start says holds from then on
    and is kept as `begun_status`. Of several starts that are open the first is completed first, whoever completes it.
    A row that says only that an activity is due is part of the next one of that name in its case. A start that is not
    completed, a completion without a start and all other transitions (assign, suspend, resume ...) stay events of
    their own.

    Returns: The same log where its lifecycle column does not say completions and what comes before them. Else another
    one, whose `unpaired` is this one; each file's receipt has the decision `paired`, and counts the events that are
    left.
    """
    if not log.has("lifecycle"):
        return log
    said = [word for (word,) in log.rows("SELECT DISTINCT CAST(lifecycle AS VARCHAR) FROM event_rows") if word]
    words = {kind: listed(sorted(word for word in said if transition(word) == kind)) for kind in _KINDS}
    if not (words["complete"] and (words["start"] or words["schedule"])):
        return log
    schema = log.engine.new_schema(log.schema)
    schema.execute(f"CREATE TABLE {schema}.transitions AS {_transitions(words, has_begin=log.has('started_at'))}")
    if not schema.one("SELECT count(*) FROM transitions WHERE is_part")[0]:
        return log
    have = log.schema.columns(f"{log.schema}.event_rows")
    begin = "coalesce(t.started_at, e.started_at)" if log.has("started_at") else "t.started_at"
    had = " EXCLUDE (started_at)" if "started_at" in have else ""
    both = ", ".join(f"coalesce(e.{name(each)}, s.{name(each)}) AS {name(each)}" for each in _SAID_ONCE if each in have)
    status = ", s.status AS begun_status" if "status" in have else ""
    paired = log.derive(
        log.columns | {"started_at"},
        into=schema,
        event_rows=f"SELECT e.*{had}{f' REPLACE ({both})' if both else ''}, {begin} AS started_at{status} "
        f"FROM {{log}}.event_rows e LEFT JOIN {schema}.transitions t USING (seq) "
        f"LEFT JOIN {{log}}.event_rows s ON s.seq = t.start_seq WHERE t.is_part IS NOT TRUE",
    )
    counted = schema.rows(
        "SELECT source_no, count(started_at), count(*) FILTER (is_part), "
        "count(*) FILTER (kind = 'start' AND NOT is_part), "
        "count(*) FILTER (kind = 'complete' AND started_at IS NULL AND may_begin) FROM transitions GROUP BY ALL"
    )
    of_source = {number: tuple(counts) for number, *counts in counted}
    sources = tuple(_paired(source, of_source.get(number)) for number, source in enumerate(log.receipt.sources))
    return replace(paired, receipt=replace(log.receipt, sources=sources), unpaired=log)


_KINDS = ("schedule", "start", "complete")
_SAID_ONCE = ("role", "channel", "visibility", "resource", "group", "tier")
"""columns that hold for the whole of an activity, whichever of its rows names them"""


def _transitions(words: dict[str, str], *, has_begin: bool) -> str:
    """SQL of the rows that say a transition: `seq`, `source_no`, `kind`, `started_at` and `start_seq` of a completion
    whose start is known, `is_part`: whether the row is part of another one's event, and `may_begin`: whether its
    activity ever starts. Activities that are only completed are left out.

    A completion lacks a start where so many completions as starts came before it: the balance falls to a new low.
    """
    kinds = " ".join(f"WHEN lifecycle IN ({words[kind]}) THEN {quote(kind)}" for kind in _KINDS if words[kind])
    begun = f"SELECT raw_activity FROM event_rows WHERE lifecycle IN ({words['start'] or 'NULL'})"
    before = ", ".join(filter(None, (words["start"], words["schedule"])))
    told = f"SELECT raw_activity FROM event_rows WHERE lifecycle IN ({before})"
    alone = "AND started_at IS NULL" if has_begin else ""
    of_one = "PARTITION BY case_key, raw_activity"
    return f"""
    WITH said AS (
        SELECT seq, source_no, case_key, raw_activity, timestamp, CASE {kinds} END AS kind FROM event_rows
        WHERE kind IS NOT NULL AND raw_activity IN ({told}) {alone}
    ),
    balanced AS (
        SELECT *,
            count(nullif(kind, 'schedule')) OVER (trail ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS n_left,
            sum(CASE kind WHEN 'start' THEN 1 WHEN 'complete' THEN -1 ELSE 0 END)
                OVER (trail ROWS UNBOUNDED PRECEDING) AS balance
        FROM said WINDOW trail AS ({of_one} ORDER BY timestamp, kind <> 'start', seq)
    ),
    lows AS (
        SELECT *, coalesce(min(least(balance, 0))
            OVER (trail ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS low
        FROM balanced WINDOW trail AS ({of_one} ORDER BY timestamp, kind <> 'start', seq)
    ),
    numbered AS (
        SELECT *, kind = 'start' OR (kind = 'complete' AND balance >= low) AS may_pair,
            row_number() OVER ({of_one}, kind, balance >= low OR kind = 'start' ORDER BY timestamp, seq) AS nth
        FROM lows
    )
    SELECT a.seq, a.source_no, a.kind, a.raw_activity IN ({begun}) AS may_begin,
        CASE WHEN a.kind = 'complete' THEN b.timestamp END AS started_at,
        CASE WHEN a.kind = 'complete' THEN b.seq END AS start_seq,
        CASE a.kind WHEN 'start' THEN b.seq IS NOT NULL
            WHEN 'schedule' THEN a.n_left > 0 ELSE false END AS is_part
    FROM numbered a LEFT JOIN numbered b ON a.may_pair AND b.may_pair AND a.case_key = b.case_key
        AND a.raw_activity = b.raw_activity AND a.nth = b.nth AND a.kind <> b.kind
    """


def _paired(source: SourceReceipt, counts: tuple[int, ...] | None) -> SourceReceipt:
    if not counts:
        return source
    n, n_parts, n_open, n_bare = counts
    told = Note("decision.paired", n=n, open=n_open, bare=n_bare)
    decisions = [*(each for each in source.decisions if each.slug != told.slug), told]
    return replace(source, decisions=decisions, events=source.events - n_parts)
