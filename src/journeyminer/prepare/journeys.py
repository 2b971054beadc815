"""Journeys: which cases of a customer are about one need.

The evidence, strongest first. What the source states: this case was merged into that one, follows it up, is a part of
it or was caused by it; unless they are known to be different customers'. Then a case that begins so soon after the
customer's last word or ours that chance is no explanation (`gaps` learns how soon that is, for each pair of steps).
Everything else is a need of its own: neither the same topic nor an open case beside it says that the need is the same,
as customers have several. Without a link, cases of one system whose topics differ are never one need.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from journeyminer.options import JourneyOptions
from journeyminer.prepare.gaps import Bin, Pair, bins_sql, cut_sql, find_cuts
from journeyminer.sql import listed
from journeyminer.vocabulary import OPEN_STATUSES, OWNING_ROLES

if TYPE_CHECKING:
    from journeyminer.log import EventLog
    from journeyminer.log.engine import Schema
    from journeyminer.vocabulary import JourneyReason

_TOUCHES = ("customer", *OWNING_ROLES)
"""who says or does something; what the system does by itself, an automatic close say, ends no silence"""


def find_journeys(log: EventLog, *, options: JourneyOptions | None = None) -> EventLog:
    """The log whose cases carry `journey_key`, and `joined_by`: why a case goes on with one before it, else null.

    `begun_by` says why the others begin a journey of their own, see `JourneyBeginning`; it is null where they do not.
    The key is that of the journey's first case. A case whose customer nobody knows is a journey of its own. A case that
    goes on for months is one need however long it is silent, and is never cut.

    Args:
        options: `case_is_journey` makes each case a journey; `journey_window` is the longest silence in hours after
            which a customer's next case goes on with the last one, instead of what the log teaches.
    """
    options = options or JourneyOptions()
    have = log.schema.columns(f"{log.schema}.case_rows")
    if "journey_key" in have:
        return log
    if options.case_is_journey:
        alone = (
            "SELECT *, case_key AS journey_key, CAST(NULL AS VARCHAR) AS joined_by, 'as_asked' AS begun_by "
            "FROM {log}.case_rows"
        )
        return log.derive(case_rows=alone)
    known = "customer_key" in have
    if not known and not log.one("SELECT count(*) FROM links")[0]:
        return log
    schema = log.engine.new_schema(log.schema)
    ties = f"SELECT case_key, o.case_key AS before, l.kind, 0 AS rank FROM {_other_cases(log)}"
    if known:
        _make_begins(log, schema)
        within, reason = _within(schema, options.journey_window)
        ties += f" UNION ALL SELECT case_key, before, '{reason}', 1 FROM begins WHERE NOT differs AND gap <= {within}"
    _make_joined(schema, _join(_ties(log, schema, ties, "customer_key" if known else "NULL")))
    begun, before = "'unknown_customer'", ""
    if known:
        begun = (
            "CASE WHEN customer_key IS NULL THEN 'unknown_customer' WHEN b.case_key IS NULL THEN 'first_contact' "
            "WHEN b.is_open THEN 'beside_open' WHEN b.differs THEN 'other_topic' ELSE 'after_silence' END"
        )
        before = f"LEFT JOIN {schema}.begins b ON b.case_key = c.case_key"
    return log.derive(
        into=schema,
        case_rows="SELECT c.*, coalesce(j.journey_key, c.case_key) AS journey_key, j.joined_by, "
        f"CASE WHEN j.case_key IS NULL THEN {begun} END AS begun_by "
        f"FROM {{log}}.case_rows c LEFT JOIN {schema}.joined j ON j.case_key = c.case_key {before}",
    )


class _Case(NamedTuple):
    """A case as it is joined; the earliest comes first."""

    opened_at: datetime
    ns_no: int
    native_id: str
    key: int


class _Tie(NamedTuple):
    """Two cases that are one need, unless both are known to be different customers'."""

    case: _Case
    customer: int | None
    other: _Case
    other_customer: int | None
    why: str


def _other_cases(log: EventLog) -> str:
    """SQL of the links `l` with the cases `c` and `o` that they tie."""
    cases = f"{log.schema}.case_rows"
    return (
        f"{log.schema}.links l JOIN {cases} c USING (case_key) "
        f"JOIN {cases} o ON o.ns_no = c.ns_no AND o.native_id = l.other"
    )


def _ties(log: EventLog, schema: Schema, ties: str, customer: str) -> list[_Tie]:
    """The ties of a query of case_key, before, kind and rank, the strongest first."""
    cases = f"{log.schema}.case_rows"
    told = ", ".join(
        f"{each}.opened_at, {each}.ns_no, {each}.native_id, {each}.case_key, "
        + (f"{each}.{customer}" if customer != "NULL" else customer)
        for each in ("c", "o")
    )
    rows = schema.rows(
        f"SELECT {told}, t.kind FROM ({ties}) t JOIN {cases} c ON c.case_key = t.case_key "
        f"JOIN {cases} o ON o.case_key = t.before "
        "ORDER BY t.rank, c.opened_at, c.ns_no, c.native_id, o.opened_at, o.ns_no, o.native_id, t.kind"
    )
    return [_Tie(_Case(*row[:4]), row[4], _Case(*row[5:9]), row[9], row[10]) for row in rows]


def _make_begins(log: EventLog, schema: Schema) -> None:
    """Make `begins`: one row a case that is not the first of its customer, with what was before it.

    `before` is the case of the customer's last touch, `gap` the minutes since then, `step` and `next_step` are the
    activities at both ends, `same_topic` says whether both have the same one, `differs` whether both are of one system
    and have different ones, `is_open` whether the status of `before` was an open one.
    """
    cases = f"{log.schema}.case_rows"
    have = log.schema.columns(cases)
    topics = [column for column in ("topic", "product") if column in have]
    differs = " OR ".join(f"t.{column} <> t.{column}_before" for column in topics) or "false"
    same = "coalesce(t.topic = t.topic_before, false)" if "topic" in topics else "false"
    told = "".join(f", c.{column}" for column in topics)
    lagged = "".join(f", lag({column}) OVER past AS {column}_before" for column in ("ns_no", *topics))
    role = "e.role" if log.has("role") else "NULL"
    status = "e.status" if log.has("status") else "NULL"
    begun = "coalesce(e.started_at, e.timestamp)" if log.has("started_at") else "e.timestamp"
    schema.execute(
        f"""
        CREATE TABLE begins AS
        WITH several AS (
            SELECT customer_key FROM {cases} WHERE customer_key IS NOT NULL GROUP BY ALL HAVING count(*) > 1
        ), told AS (
            SELECT c.customer_key, c.case_key, c.ns_no, c.native_id, e.seq, {begun} AS begun, e.timestamp AS ended,
                CAST(e.activity AS VARCHAR) AS step, {status} AS status{told},
                coalesce({role} IN ({listed(_TOUCHES)}), true) AND e.activity <> 'closed' AS is_touch,
                row_number() OVER (PARTITION BY e.case_key ORDER BY e.timestamp, e.seq) = 1 AS is_first
            FROM {log.schema}.event_rows e JOIN {cases} c USING (case_key)
            SEMI JOIN several USING (customer_key)
        ), touched AS (
            SELECT *, lag(case_key) OVER past AS before, lag(ended) OVER past AS ended_before,
                lag(step) OVER past AS step_before{lagged}
            FROM told WHERE is_touch OR is_first
            WINDOW past AS (PARTITION BY customer_key ORDER BY begun, ended, ns_no, native_id, seq)
        ), begun AS (
            SELECT case_key, before, begun, greatest(date_diff('microsecond', ended_before, begun), 0) / 6e7 AS gap,
                step_before AS step, step AS next_step, {same} AS same_topic,
                ns_no = ns_no_before AND coalesce({differs}, false) AS differs
            FROM touched t WHERE is_first AND before IS NOT NULL
        ), stood AS (
            SELECT b.case_key, arg_max(t.status, (t.ended, t.seq)) IN ({listed(OPEN_STATUSES)}) AS is_open
            FROM begun b JOIN told t ON t.case_key = b.before AND t.ended <= b.begun
            WHERE t.status IS NOT NULL GROUP BY b.case_key
        )
        SELECT begun.* EXCLUDE (begun), coalesce(is_open, false) AS is_open FROM begun LEFT JOIN stood USING (case_key)
        """
    )


def _within(schema: Schema, window: float | None) -> tuple[str, JourneyReason]:
    """SQL of the longest gap, in minutes, after which a case of `begins` goes on; and how it is called."""
    if window is not None:
        return str(window * 60), "within_window"
    bins = bins_sql("gap")
    histograms: dict[Pair, tuple[Bin, ...]] = {
        (step, after, same): tuple(Bin(each["n"], each["minutes"]) for each in made)
        for step, after, same, made in schema.rows(
            f"SELECT step, next_step, same_topic, {bins} FROM begins WHERE NOT differs GROUP BY ALL ORDER BY ALL"
        )
    }
    return cut_sql(find_cuts(histograms), "step", "next_step", "same_topic"), "soon_after"


def _join(ties: Iterable[_Tie]) -> dict[int, tuple[int, str]]:
    """Case -> the first case of its journey, and why it goes on; of the cases that are not the first of theirs.

    A tie that would bring two customers together does not count, whether at once or over cases of nobody known.
    """
    first: dict[_Case, _Case] = {}
    customers: dict[_Case, int | None] = {}
    why: dict[_Case, str] = {}

    def find(case: _Case) -> _Case:
        while first.setdefault(case, case) != case:
            first[case] = first[first[case]]
            case = first[case]
        return case

    for tie in ties:
        begin, end = sorted((find(tie.case), find(tie.other)))
        customers.setdefault(tie.case, tie.customer)
        customers.setdefault(tie.other, tie.other_customer)
        known = {customers[begin], customers[end]} - {None}
        if len(known) < 2:
            first[end] = begin
            customers[begin] = next(iter(known), None)
            early, late = sorted((tie.case, tie.other))
            why.setdefault(late, tie.why)
            why.setdefault(early, tie.why)
    return {case.key: (find(case).key, why[case]) for case in sorted(first) if find(case) != case}


def _make_joined(schema: Schema, roots: dict[int, tuple[int, str]]) -> None:
    columns = [list(roots), [root for root, _ in roots.values()], [why for _, why in roots.values()]]
    schema.execute(
        "CREATE TABLE joined AS SELECT unnest(CAST(? AS UBIGINT[])) AS case_key, "
        "unnest(CAST(? AS UBIGINT[])) AS journey_key, unnest(CAST(? AS VARCHAR[])) AS joined_by",
        columns,
    )
