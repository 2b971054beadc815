"""Identity: which cases are one customer's, by what the sources wrote down of them; never by a name."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from journeyminer.config import Config, read_toml
from journeyminer.prepare.phones import canonical
from journeyminer.sql import listed, quote

if TYPE_CHECKING:
    from journeyminer.log import EventLog
    from journeyminer.log.engine import Schema

KINDS = ("email", "external_id", "phone", "handle")
"""the kinds that identify a person, the first one wins: an address means the same in every source"""
SCOPED = ("external_id", "handle")
"""kinds whose values mean something inside one namespace only"""
MIN_PHONE_DIGITS = 7

_LOCAL = "regexp_replace(split_part(address, '@', 1), '[+].*$', '')"
_DOMAIN = "rtrim(split_part(address, '@', 2), '.')"


def identify_customers(log: EventLog, *, config: Config | None = None) -> EventLog:
    """The log whose cases carry `customer_key`, and `customer_kind`: the kind of identifier it was made of.

    A case's customer is its strongest identifier: e-mail, external_id, phone, handle; of several of a kind the first
    in the alphabet. Cases with the same identifier are one customer; nothing is concluded over two steps, but that the
    addresses of one account (its only handle stands beside them, and beside no other account) are one address, and so
    are its phone numbers. A case without an identifier has no customer. External ids and handles count inside their
    namespace only.

    E-mail addresses are compared in NFKC, lower case and without their +tag; phone numbers as the world writes them
    (`phones`), else by their digits and leading +, at least seven of them. Excluded: names, the addresses of desks and
    machines (mailboxes.toml), and everything that the configuration calls ours.
    """
    if _are_known(log) or not log.one("SELECT count(*) FROM identities")[0]:
        return log
    schema = log.engine.new_schema(log.schema)
    _make_plain(log, schema)
    schema.execute(f"CREATE TABLE customers AS {_customers(config or Config())}")
    for made in ("plain", "phones"):
        schema.execute(f"DROP TABLE {made}")
    return log.derive(
        into=schema,
        case_rows="SELECT c.*, k.customer_key, k.customer_kind "
        f"FROM {{log}}.case_rows c LEFT JOIN {schema}.customers k USING (case_key)",
    )


def _are_known(log: EventLog) -> bool:
    return "customer_key" in log.schema.columns(f"{log.schema}.case_rows")


@dataclass(frozen=True, slots=True)
class Customers:
    """How many cases have a known customer, by the kind of identifier, and how many customers these are."""

    n_customers: int
    n_cases: dict[str, int]


def count_customers(log: EventLog) -> Customers | None:
    """The count of a log's customers; None where no source tells one customer from another."""
    if not _are_known(log):
        return None
    rows = log.rows(
        "SELECT customer_kind, count(*) FROM case_rows WHERE customer_key IS NOT NULL GROUP BY ALL ORDER BY ALL"
    )
    (n,) = log.one("SELECT count(DISTINCT customer_key) FROM case_rows")
    return Customers(n, dict(rows))


def _make_plain(log: EventLog, schema: Schema) -> None:
    """Make what the engine does not know: `plain`, identifiers with letters beyond ASCII in NFKC, and `phones`."""
    rows = log.rows("SELECT DISTINCT value FROM identities WHERE regexp_matches(value, '[^\\x00-\\x7F]')")
    values = [value for (value,) in rows]
    schema.execute(
        "CREATE TABLE plain AS SELECT unnest(CAST(? AS VARCHAR[])) AS value, unnest(CAST(? AS VARCHAR[])) AS plain",
        [values, [unicodedata.normalize("NFKC", value) for value in values]],
    )
    numbers = canonical(value for (value,) in log.rows("SELECT DISTINCT value FROM identities WHERE kind = 'phone'"))
    schema.execute(
        "CREATE TABLE phones AS SELECT unnest(CAST(? AS VARCHAR[])) AS value, unnest(CAST(? AS VARCHAR[])) AS number",
        [[*numbers], [*numbers.values()]],
    )


def _customers(config: Config) -> str:
    """Return the query of case_key, customer_key and customer_kind for every case with an identifier."""
    rank = " ".join(f"WHEN {quote(kind)} THEN {number}" for number, kind in enumerate(KINDS))
    return f"""
    WITH said AS (
        SELECT i.case_key, i.kind, trim(coalesce(h.number, p.plain, i.value)) AS value
        FROM identities i LEFT JOIN plain p ON i.value = p.value
        LEFT JOIN phones h ON i.kind = 'phone' AND i.value = h.value
    ), addressed AS (
        SELECT *, CASE WHEN kind = 'email' THEN
            lower(regexp_extract(value, '[^\\s<>"'',;:()@]+@[^\\s<>"'',;:()@]+')) END AS address
        FROM said
    ), normal AS (
        SELECT case_key, kind, CASE kind
            WHEN 'email' THEN CASE WHEN {_is_person(config)} THEN {_LOCAL} || '@' || {_DOMAIN} END
            WHEN 'phone' THEN {_phone()}
            WHEN 'external_id' THEN value
            WHEN 'handle' THEN lower(ltrim(value, '@')) END AS identifier
        FROM addressed WHERE kind IN ({listed(KINDS)})
    ), accounts AS (
        SELECT case_key, min(identifier) AS account FROM normal WHERE kind = 'handle' AND identifier <> ''
        GROUP BY case_key HAVING count(DISTINCT identifier) = 1
    ), held AS (
        SELECT DISTINCT ns_no, account, kind, identifier
        FROM normal JOIN accounts USING (case_key) JOIN case_rows USING (case_key)
        WHERE kind IN ('email', 'phone') AND identifier <> ''
    ), own AS (
        SELECT kind, identifier, min(ns_no) AS ns_no, min(account) AS account FROM held
        GROUP BY kind, identifier HAVING count(*) = 1
    ), firsts AS (
        SELECT ns_no, account, kind, min(identifier) AS main FROM own GROUP BY ALL
    ), mains AS (
        SELECT kind, identifier, main FROM own JOIN firsts USING (ns_no, account, kind)
    ), told AS (
        SELECT case_key, kind, coalesce(main, identifier) AS identifier
        FROM normal LEFT JOIN mains USING (kind, identifier)
    ), strongest AS (
        SELECT case_key, min(struct_pack(rank := CASE kind {rank} END, identifier := identifier, kind := kind)) AS best
        FROM told WHERE identifier <> '' GROUP BY case_key
    )
    SELECT s.case_key, best.kind AS customer_kind, md5_number_lower(concat_ws(chr(31), best.kind,
        CASE WHEN best.kind IN ({listed(SCOPED)}) THEN n.namespace ELSE '' END, best.identifier)) AS customer_key
    FROM strongest s JOIN case_rows c USING (case_key) JOIN namespaces n USING (ns_no)
    """


def _is_person(config: Config) -> str:
    """SQL: the address may be one person's."""
    local_parts, relays = _mailboxes()
    ours = [word.strip().lower().lstrip("@") for word in config.us]
    conditions = [
        "address <> ''",
        f"{_LOCAL} <> ''",
        f"regexp_replace({_LOCAL}, '[._-]', '', 'g') NOT IN ({listed(local_parts)})",
        *(f"NOT {_DOMAIN} GLOB {quote(relay)}" for relay in relays),
        *(f"address <> {quote(word)}" for word in ours if "@" in word),
        *(f"{_DOMAIN} <> {quote(word)} AND NOT ends_with({_DOMAIN}, {quote('.' + word)})"
          for word in ours if "@" not in word and "." in word),
    ]  # fmt: skip
    return " AND ".join(conditions)


def _phone() -> str:
    """SQL of a phone number's digits, the + before them where there is one; null where it is too short for one."""
    number = "split_part(value, '@', 1)"  # a chat's account is written number@server
    digits = f"regexp_replace({number}, '[^0-9]', '', 'g')"
    plus = f"CASE WHEN starts_with({number}, '+') THEN '+' ELSE '' END"
    return f"CASE WHEN length({digits}) >= {MIN_PHONE_DIGITS} THEN {plus} || {digits} END"


@cache
def _mailboxes() -> tuple[tuple[str, ...], tuple[str, ...]]:
    data = read_toml(Path(__file__).with_name("mailboxes.toml"))
    return tuple(data["local_parts"]), tuple(data["relay_domains"])
