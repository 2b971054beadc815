"""Identifiers: what the sources wrote down of a case's customer, in one spelling each."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from journeyminer.config import Config, read_toml
from journeyminer.prepare.phones import canonical
from journeyminer.sql import listed, quote

if TYPE_CHECKING:
    from journeyminer.log import EventLog
    from journeyminer.log.engine import Schema

KINDS = ("email", "external_id", "handle", "phone", "role_email")
"""The kinds that tell who a customer is, the first one wins: an address means the same in every source, an account
belongs to one person, a telephone stands in a household, and at a desk's address there is whoever has the name."""
SCOPED = ("external_id", "handle")
"""kinds whose values mean something inside one namespace only"""
MIN_PHONE_DIGITS = 7

_LOCAL = "regexp_replace(split_part(address, '@', 1), '[+].*$', '')"
_DOMAIN = "rtrim(split_part(address, '@', 2), '.')"


def make_identifiers(log: EventLog, schema: Schema, config: Config) -> None:
    """Make `identifiers` in a schema that needs the log's: case_key, kind, scope, identifier; each once.

    E-mail addresses are in NFKC, lower case and without their +tag; phone numbers as the world writes them (`phones`),
    else by their digits and leading +, at least seven of them; names are as they were written. `scope` is the
    namespace in which the identifier means somebody, null where it does so everywhere. The address of a desk
    (mailboxes.toml) is of the kind role_email. Left out: those of machines, and all that the configuration calls ours.
    """
    odd = log.rows("SELECT DISTINCT value FROM identities WHERE regexp_matches(value, '[^\\x00-\\x7F]')")
    plain = {value: unicodedata.normalize("NFKC", value) for (value,) in odd}
    numbers = canonical(value for (value,) in log.rows("SELECT DISTINCT value FROM identities WHERE kind = 'phone'"))
    for table, spelt in (("plain", plain), ("phones", numbers)):
        schema.execute(
            f"CREATE TABLE {table} AS SELECT unnest(CAST(? AS VARCHAR[])) AS value, "
            "unnest(CAST(? AS VARCHAR[])) AS spelt",
            [[*spelt], [*spelt.values()]],
        )
    schema.execute(f"CREATE TABLE identifiers AS {_identifiers(config)}")
    for table in ("plain", "phones"):
        schema.execute(f"DROP TABLE {table}")


def _identifiers(config: Config) -> str:
    return f"""
    WITH said AS (
        SELECT kind, value, trim(coalesce(h.spelt, p.spelt, value)) AS told
        FROM (SELECT DISTINCT kind, value FROM identities WHERE kind <> 'name')
        LEFT JOIN plain p USING (value) LEFT JOIN (SELECT 'phone' AS kind, * FROM phones) h USING (kind, value)
    ), addressed AS (
        SELECT *, CASE WHEN kind = 'email' THEN
            lower(regexp_extract(told, '[^\\s<>"'',;:()@]+@[^\\s<>"'',;:()@]+')) END AS address
        FROM said
    ), spelt AS (
        SELECT kind, value, kind = 'email' AND {_is_desk()} AS is_desk, CASE kind
            WHEN 'email' THEN CASE WHEN {_is_customer(config)} THEN {_LOCAL} || '@' || {_DOMAIN} END
            WHEN 'phone' THEN {_phone()}
            WHEN 'handle' THEN lower(ltrim(told, '@'))
            ELSE told END AS identifier
        FROM addressed
    )
    SELECT DISTINCT case_key, if(is_desk, 'role_email', kind) AS kind,
        CASE WHEN kind IN ({listed(SCOPED)}) THEN namespace END AS scope, identifier
    FROM identities JOIN spelt USING (kind, value) JOIN case_rows USING (case_key) JOIN namespaces USING (ns_no)
    WHERE identifier <> ''
    UNION ALL SELECT case_key, kind, NULL, value FROM identities WHERE kind = 'name' AND trim(value) <> ''
    """


def _is_desk() -> str:
    """SQL: the address is a desk's."""
    return f"regexp_replace({_LOCAL}, '[._-]', '', 'g') IN ({listed(_mailboxes()['desks'])})"


def _is_customer(config: Config) -> str:
    """SQL: the address may be a customer's."""
    known = _mailboxes()
    ours = [word.strip().lower().lstrip("@") for word in config.us]
    conditions = [
        "address <> ''",
        f"{_LOCAL} <> ''",
        f"regexp_replace({_LOCAL}, '[._-]', '', 'g') NOT IN ({listed(known['machines'])})",
        *(f"NOT {_DOMAIN} GLOB {quote(relay)}" for relay in known["relay_domains"]),
        *(f"address <> {quote(word)}" for word in ours if "@" in word),
        *(f"{_DOMAIN} <> {quote(word)} AND NOT ends_with({_DOMAIN}, {quote('.' + word)})"
          for word in ours if "@" not in word and "." in word),
    ]  # fmt: skip
    return " AND ".join(conditions)


def _phone() -> str:
    """SQL of a phone number's digits, the + before them where there is one; null where it is too short for one."""
    number = "split_part(told, '@', 1)"  # a chat's account is written number@server
    digits = f"regexp_replace({number}, '[^0-9]', '', 'g')"
    plus = f"CASE WHEN starts_with({number}, '+') THEN '+' ELSE '' END"
    return f"CASE WHEN length({digits}) >= {MIN_PHONE_DIGITS} THEN {plus} || {digits} END"


@cache
def _mailboxes() -> dict[str, list[str]]:
    return read_toml(Path(__file__).with_name("mailboxes.toml"))
