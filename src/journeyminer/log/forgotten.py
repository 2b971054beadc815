"""Forgotten: customers who were deleted from a log, so that what is imported later leaves them out.

A log keeps keyed digests of their identifiers and cases, in its private part: who has that part can tell whether
somebody was forgotten, and nobody can read from it who was.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from journeyminer.log.rows import OF_CASES
from journeyminer.log.staging import IS_EVENT, Staged
from journeyminer.text import fold

if TYPE_CHECKING:
    from journeyminer.log.engine import Schema
    from journeyminer.log.receipt import SourceReceipt

SCOPED: Final = ("external_id", "handle")
"""kinds whose values mean something inside one namespace only"""
_ADDRESS: Final = re.compile(r"([^\s<>\"',;:()@+]+)(?:\+[^\s@]*)?@([^\s<>\"',;:()@]+)")


@dataclass
class Forgotten:
    """The digests of a log, and the key that they are made with; there is none before somebody is forgotten."""

    key: str = ""
    digests: set[str] = field(default_factory=set)

    def add(self, *said: str) -> None:
        """Forget an identifier or a case, see `of_person` and `of_case`."""
        self.key = self.key or secrets.token_hex(32)
        self.digests.add(self._digest(said))

    def knows(self, *said: str) -> bool:
        """Return whether an identifier or a case is forgotten."""
        return self._digest(said) in self.digests

    def _digest(self, said: tuple[str, ...]) -> str:
        return hmac.new(bytes.fromhex(self.key), "\x1f".join(said).encode("utf-8", "replace"), "sha256").hexdigest()


def of_person(kind: str, value: str, namespace: str) -> tuple[str, ...]:
    """Return an identifier in one spelling: addresses without case and tag, telephones by digits, names folded."""
    if kind == "email":
        found = _ADDRESS.search(value.casefold())
        return kind, f"{found[1]}@{found[2].rstrip('.')}" if found else value.casefold()
    if kind == "phone":
        return kind, re.sub(r"\D", "", value.partition("@")[0])
    if kind == "name":
        return kind, fold(value)
    return kind, namespace, value.strip().lstrip("@").casefold()


def of_case(namespace: str, native: str) -> tuple[str, ...]:
    """Return a case as it is forgotten: as its importer calls it, before it has a number."""
    return "case", namespace, native


def leave_out(
    schema: Schema, tables: Sequence[Staged], sources: Sequence[SourceReceipt], first: int, forgotten: Forgotten
) -> None:
    """Take the cases of forgotten customers out of what is staged, and count their records as ignored.

    Args:
        first: the number of the first source of this reading; those before it were stored without them.
    """
    if not forgotten.digests:
        return
    found: set[tuple[str, str]] = set()
    rows = schema.rows(
        f"SELECT DISTINCT source_no, case_id, kind, value FROM staged_identities WHERE source_no >= {first}"
    )
    for source_no, case, kind, value in rows:
        namespace = sources[source_no].namespace
        if value and forgotten.knows(*of_person(kind, value, namespace)):
            found.add((namespace, case))
    tables = [table for table in tables if table.source_no is not None]
    staged = [Staged("staged_events", None, frozenset(), 0), *tables]
    cases: defaultdict[int, list[str]] = defaultdict(list)
    for stage in staged:
        number = "source_no" if stage.source_no is None else str(stage.source_no)
        for source_no, case in schema.rows(f"SELECT DISTINCT {number}, case_id FROM {stage.table} WHERE {IS_EVENT}"):
            namespace = sources[source_no].namespace
            if source_no >= first and ((namespace, case) in found or forgotten.knows(*of_case(namespace, case))):
                cases[source_no].append(case)
    schema.execute("CREATE TABLE left_out (source_no UINTEGER, case_id VARCHAR)")
    for source_no, those in cases.items():
        schema.execute(f"INSERT INTO left_out SELECT {source_no}, unnest(?)", [those])
    for stage in staged:
        _count(schema, stage, sources)
    for kind in OF_CASES:
        schema.execute(
            f"DELETE FROM staged_{kind} WHERE (source_no, case_id) IN (SELECT source_no, case_id FROM left_out)"
        )
    for stage in tables:
        # the rows stay, as the place of a row is its number, and are no events
        schema.execute(
            f'UPDATE {stage.table} SET "case_id" = NULL, "case_key" = NULL '
            f"WHERE case_id IN (SELECT case_id FROM left_out WHERE source_no = {stage.source_no})"
        )
    schema.execute("DROP TABLE left_out")


def _count(schema: Schema, stage: Staged, sources: Sequence[SourceReceipt]) -> None:
    """Correct the receipts of the files whose events are left out; a record that holds others too stays used."""
    number = "source_no" if stage.source_no is None else f"CAST({stage.source_no} AS UINTEGER)"
    record = "record" if "record" in schema.columns(stage.table) else "rowid"
    gone = "l.case_id IS NOT NULL"
    for source_no, events, records in schema.rows(
        f"""
        WITH rows AS (
            SELECT {number} AS source_no, {record} AS r, case_id FROM {stage.table} WHERE {IS_EVENT}
        ), each AS (
            SELECT source_no, r, count(*) FILTER ({gone}) AS n, bool_and({gone}) AS whole
            FROM rows LEFT JOIN left_out l USING (source_no, case_id) GROUP BY source_no, r
        )
        SELECT source_no, CAST(sum(n) AS BIGINT), count(*) FILTER (whole) FROM each
        GROUP BY source_no HAVING sum(n) > 0 ORDER BY source_no
        """
    ):
        ignore(sources[source_no], events=events, records=records)


def ignore(source: SourceReceipt, *, events: int, records: int) -> None:
    """Count records of a file as ignored, and their events as none."""
    source.events -= events
    source.used -= records
    source.ignored += records
    if records:
        source.ignored_reasons["forgotten"] += records


def make_table(schema: Schema, forgotten: Forgotten, table: str) -> None:
    """Make a table of the key and the digests, from which `from_rows` makes them again."""
    schema.execute(
        f"CREATE TABLE {table} AS SELECT CAST(? AS VARCHAR) AS key, unnest(CAST(? AS VARCHAR[])) AS digest",
        [forgotten.key, sorted(forgotten.digests)],
    )


def from_rows(rows: Iterable[tuple[str, str]]) -> Forgotten:
    """Return what `make_table` wrote."""
    found = Forgotten()
    for key, digest in rows:
        found.key = key
        found.digests.add(digest)
    return found
