"""Forget: a log without one customer, who stays out of it whatever is imported later."""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from journeyminer.errors import UnknownCustomer, UsageError
from journeyminer.log.forgotten import SCOPED, Forgotten, from_rows, ignore, make_table, of_case, of_person
from journeyminer.log.pseudonyms import Pseudonyms, hidden
from journeyminer.note import Note
from journeyminer.prepare.phones import canonical
from journeyminer.sql import quote

if TYPE_CHECKING:
    from journeyminer.log import EventLog
    from journeyminer.log.engine import Schema

Identified = tuple[str, str]
"""kind and value of an identifier"""


@dataclass(frozen=True, slots=True)
class Left:
    """The log that is left, and how much of the customer was in it."""

    log: EventLog
    n_cases: int
    n_events: int
    n_identifiers: int


def forget(log: EventLog, *, customer: str = "", identifiers: Sequence[Identified] = ()) -> Left:
    """Take a customer out of a prepared log: cases, events, identifiers, and what is called after the customer.

    The customer's identifiers go from the cases of others too. What was used of the files becomes ignored, as
    `forgotten`. A name that stands alone does not tell one customer from another: all cases that have it go.

    Args:
        customer: `customer 12`, as `show identities` says, or its number.
        identifiers: kind and value of any of the customer's.

    Raises:
        UnknownCustomer: nobody in the log is called that, or has any of the identifiers.
        UsageError: the identifiers are those of several customers.
    """
    cases = _cases_of(log, customer, identifiers)
    if not cases:
        raise UnknownCustomer(Note("forget.unknown"), hint=Note("hint.show_identities"))
    schema = log.engine.new_schema(log.schema)
    schema.execute("CREATE TABLE gone_cases AS SELECT unnest(CAST(? AS UBIGINT[])) AS case_key", [cases])
    named = bool(identifiers) and all(kind == "name" for kind, _ in identifiers)
    values = schema.rows(
        "SELECT DISTINCT i.kind, i.value, n.namespace FROM identities i SEMI JOIN gone_cases USING (case_key) "
        "JOIN case_rows USING (case_key) JOIN namespaces n USING (ns_no) ORDER BY ALL"
    )
    _remember(log, schema, values, named=named)
    held = [value for _, value, _ in values]
    schema.execute("CREATE TABLE gone_values AS SELECT unnest(CAST(? AS VARCHAR[])) AS value", [held])
    counted = schema.rows(
        f"SELECT source_no, count(*), count(DISTINCT {_record(schema)}) FROM event_rows SEMI JOIN gone_cases "
        "USING (case_key) GROUP BY source_no ORDER BY source_no"
    )
    stay = "SELECT * FROM {log}.%s ANTI JOIN " + f"{schema}.gone_cases USING (case_key)"
    says = f"(SELECT bool_or(contains(lower(r.value), lower(g.value))) FROM {schema}.gone_values g)"
    made = log.derive(
        into=schema,
        event_rows=stay % "event_rows",
        case_rows=stay % "case_rows",
        links=stay % "links",
        identities=f"{stay % 'identities'} WHERE value NOT IN (SELECT value FROM {schema}.gone_values)",
        rejects=f"SELECT * REPLACE (CASE WHEN NOT coalesce({says}, false) THEN r.value END AS value) "
        "FROM {log}.rejects r",
        pseudonyms=f"SELECT * FROM {schema}.names_left",
        forgotten=f"SELECT * FROM {schema}.forgotten_now",
    )
    sources = deepcopy(log.receipt.sources)
    for number, events, records in counted:
        ignore(sources[number], events=events, records=records)
    receipt = replace(log.receipt, sources=sources)
    n_events = sum(events for _, events, _ in counted)
    return Left(replace(made, receipt=receipt), len(cases), n_events, len(values))


def _record(schema: Schema) -> str:
    return "coalesce(record, seq)" if "record" in schema.columns("event_rows") else "seq"


def _cases_of(log: EventLog, customer: str, identifiers: Sequence[Identified]) -> list[int]:
    """Return the keys of the customer's cases; none where nobody is meant."""
    known = "customer_no" in log.schema.columns(f"{log.schema}.case_rows")
    if customer:
        number = re.search(r"\d+", customer)
        if not known or not number:
            return []
        rows = log.rows(f"SELECT case_key FROM case_rows WHERE customer_no = {int(number[0])} ORDER BY case_key")
        return [case for (case,) in rows]
    wanted = {of_person(kind, value, "") for kind, value in identifiers}
    kinds = sorted({kind for kind, _ in identifiers})
    said = log.rows(
        f"SELECT case_key, kind, value FROM identities WHERE kind IN ({', '.join(map(quote, kinds))}) ORDER BY ALL"
    )
    spelt = canonical(
        value for kind, value in (*identifiers, *((kind, value) for _, kind, value in said)) if kind == "phone"
    )
    wanted |= {of_person(kind, spelt.get(value, value), "") for kind, value in identifiers}
    found = {case for case, kind, value in said if of_person(kind, value, "") in wanted
             or of_person(kind, spelt.get(value, value), "") in wanted}  # fmt: skip
    if not found or not known:
        return sorted(found)
    listed = ", ".join(map(str, sorted(found)))
    of = f"SELECT DISTINCT customer_no FROM case_rows WHERE case_key IN ({listed}) AND customer_no IS NOT NULL"
    customers = sorted(number for (number,) in log.rows(of))
    if len(customers) > 1:
        raise UsageError(Note("forget.several", n=len(customers)), hint=Note("hint.show_identities"))
    more = log.rows(f"SELECT case_key FROM case_rows WHERE customer_no IN ({of})")
    return sorted(found | {case for (case,) in more})


def _remember(log: EventLog, schema: Schema, values: list[tuple[str, str, str]], *, named: bool) -> None:
    """Make `forgotten_now`, with digests of the identifiers and cases, and `names_left`, the pseudonyms still known."""
    forgotten: Forgotten = from_rows(log.rows("SELECT * FROM forgotten"))
    spelt = canonical(value for kind, value, _ in values if kind == "phone")
    for kind, value, namespace in values:
        if kind != "name" or named:
            forgotten.add(*of_person(kind, value, namespace if kind in SCOPED else ""))
            forgotten.add(*of_person(kind, spelt.get(value, value), namespace if kind in SCOPED else ""))
    keys = {f"{kind} {number}": (kind, key) for kind, key, number in log.rows("SELECT * FROM pseudonyms") if key}
    gone, left = set[str](), set[str]()
    for native, namespace, is_gone in schema.rows(
        "SELECT native_id, namespace, case_key IN (SELECT case_key FROM gone_cases) FROM case_rows "
        "JOIN namespaces USING (ns_no) ORDER BY ALL"
    ):
        name, dash, part = native.partition("-")
        (gone if is_gone else left).add(name)
        if is_gone:
            shown = hidden(*keys[name]) + dash + part if name in keys else native
            product, _, last = namespace.rpartition(":")
            account = f"{product}:{hidden(*keys[last])}" if last in keys else namespace
            forgotten.add(*of_case(account, shown))
    held = [value.casefold() for _, value, _ in values if len(value) > 2]
    names = Pseudonyms()
    for kind, key, number in log.rows("SELECT * FROM pseudonyms"):
        is_theirs = f"{kind} {number}" in gone - left or any(value in (key or "").casefold() for value in held)
        names.know([(kind, None if is_theirs else key, number)])
    names.make_table(schema, "names_left")
    make_table(schema, forgotten, "forgotten_now")
