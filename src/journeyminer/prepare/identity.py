"""Identity: which cases are one customer's, by what the sources wrote down of them; never by a name alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from journeyminer.config import Config
from journeyminer.note import Note
from journeyminer.prepare.identifiers import KINDS, SCOPED, make_identifiers
from journeyminer.prepare.people import STRONG, Identifier, People, Together, find_people
from journeyminer.sql import listed, quote

if TYPE_CHECKING:
    from journeyminer.log import EventLog
    from journeyminer.log.engine import Schema


def identify_customers(log: EventLog, *, config: Config | None = None) -> EventLog:
    """The log whose cases carry `customer_key`, `customer_kind` (the kind of identifier it was made of), and the
    customer's number in the log, `customer_no`, in the order of their first cases.

    A case's customer is the person of its strongest identifier: e-mail, external_id, handle, phone; of several of a
    kind the first in the alphabet. Which identifiers are one person's is told by the cases in which they stand
    together, see `people`. A case without an identifier has no customer, nor has one whose only identifier several
    people share; how many such there are is the receipt's note `identifiers_shared`. External ids and handles count
    inside their namespace only.
    """
    if _are_known(log) or not log.one("SELECT count(*) FROM identities")[0]:
        return log
    schema = log.engine.new_schema(log.schema)
    make_identifiers(log, schema, config or Config())
    people = find_people(_together(schema))
    _make_people(schema, people)
    schema.execute(f"CREATE TABLE customers AS {_customers()}")
    for made in ("identifiers", "people"):
        schema.execute(f"DROP TABLE {made}")
    derived = log.derive(
        into=schema,
        case_rows="SELECT c.*, k.customer_key, k.customer_kind, k.customer_no "
        f"FROM {{log}}.case_rows c LEFT JOIN {schema}.customers k USING (case_key)",
    )
    n_shared = sum(person is None for person in people.person.values())
    notes = [note for note in log.receipt.notes if note.slug != "identifiers_shared"]
    told = [Note("identifiers_shared", n=n_shared)] if n_shared else []
    return replace(derived, receipt=replace(log.receipt, notes=(*notes, *told)))


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


def _together(schema: Schema) -> list[Together]:
    """What stands together in cases, each once.

    Where a case has two of a kind, nobody knows which goes with what, but that the addresses and telephones beside the
    only account of a product are that account's.
    """
    columns = ", ".join(f"min(identifier) FILTER (kind = {quote(kind)}) AS {kind}" for kind in KINDS)
    beside = ", ".join(
        "s.identifier" if kind == "handle" else f"if(i.kind = {quote(kind)}, i.identifier, NULL)" for kind in KINDS
    )
    rows = schema.rows(f"""
        WITH counted AS (
            SELECT case_key, kind, any_value(scope) AS scope, min(identifier) AS identifier, count(*) AS n
            FROM identifiers GROUP BY case_key, kind
        ), single AS (
            FROM counted WHERE n = 1
        ), wide AS (
            SELECT min(identifier) FILTER (kind = 'name') AS name, min(scope) AS scope, {columns},
                count(*) FILTER (kind IN ({listed(STRONG)})) > 1 AS joined, bool_or(kind NOT IN ({listed(STRONG)}))
                    AND bool_or(kind <> 'name') AS shared
            FROM single GROUP BY case_key
        )
        SELECT name, scope, [{", ".join(KINDS)}] FROM wide WHERE joined OR shared
        UNION SELECT NULL, s.scope, [{beside}]
        FROM identifiers i JOIN counted c ON c.case_key = i.case_key AND c.kind = i.kind AND c.n > 1
        JOIN single s ON s.case_key = i.case_key AND s.kind = 'handle' WHERE i.kind IN ('email', 'phone')
    """)
    return [
        Together(
            tuple(
                Identifier(kind, scope if kind in SCOPED else "", value)
                for kind, value in zip(KINDS, values, strict=True)
                if value
            ),
            name,
        )
        for name, scope, values in rows
    ]


def _make_people(schema: Schema, people: People) -> None:
    """Make `people`: an identifier, the name that tells who it is or null, and its person's first identifier."""
    rows: list[tuple[Identifier, str | None, Identifier | None]]
    rows = [(each, None, person) for each, person in people.person.items() if each != person]
    rows += [(each, name, person) for (each, name), person in people.by_name.items()]
    columns = {
        "kind": [each.kind for each, _, _ in rows],
        "scope": [each.scope for each, _, _ in rows],
        "identifier": [each.value for each, _, _ in rows],
        "name": [name for _, name, _ in rows],
        "person": [person and "\x1f".join(person) for _, _, person in rows],
    }
    unnested = ", ".join(f"unnest(CAST(? AS VARCHAR[])) AS {column}" for column in columns)
    schema.execute(f"CREATE TABLE people AS SELECT {unnested}", [*columns.values()])


def _customers() -> str:
    """Return the query of case_key, customer_key and customer_kind for every case whose customer is known."""
    rank = " ".join(f"WHEN {quote(kind)} THEN {number}" for number, kind in enumerate(KINDS))
    return f"""
    WITH named AS (
        SELECT case_key, min(identifier) AS name FROM identifiers WHERE kind = 'name'
        GROUP BY case_key HAVING count(*) = 1
    ), told AS (
        SELECT i.case_key, i.kind, i.identifier, coalesce(n.person, p.person,
            CASE WHEN p.kind IS NULL AND i.kind <> 'role_email'
                THEN concat_ws(chr(31), i.kind, coalesce(i.scope, ''), i.identifier) END) AS person
        FROM (SELECT * FROM identifiers WHERE kind IN ({listed(KINDS)})) i LEFT JOIN named USING (case_key)
        LEFT JOIN (FROM people WHERE name IS NULL) p
            ON (p.kind, p.scope, p.identifier) = (i.kind, coalesce(i.scope, ''), i.identifier)
        LEFT JOIN people n ON (n.kind, n.scope, n.identifier, n.name)
            = (i.kind, coalesce(i.scope, ''), i.identifier, named.name)
    ), strongest AS (
        SELECT case_key, min(struct_pack(rank := CASE kind {rank} END, identifier := identifier, kind := kind,
            person := person)) AS best
        FROM told WHERE person IS NOT NULL GROUP BY case_key
    ), known AS (
        SELECT case_key, best.kind AS customer_kind, md5_number_lower(best.person) AS customer_key FROM strongest
    ), numbered AS (
        SELECT customer_key, row_number() OVER (ORDER BY min(opened_at), customer_key) AS customer_no
        FROM known JOIN case_rows USING (case_key) GROUP BY customer_key
    )
    SELECT * FROM known JOIN numbered USING (customer_key)
    """
