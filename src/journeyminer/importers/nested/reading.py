"""Reading: all files of a source together, from their records to events, cases and identities in tables.

The first file of a reading reads them all, since what one file says (people, teams) is asked for by another. Every file
then takes its own part of the tables.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from journeyminer.clock import END, FIRST, ZoneRule
from journeyminer.errors import JourneyminerError
from journeyminer.importers.base import Sample, Source, readable
from journeyminer.importers.mail.us import ours_given
from journeyminer.importers.nested.checking import check_documents
from journeyminer.importers.nested.documents import Piece, Tally, account_of, read_chunks, read_pieces
from journeyminer.importers.nested.moments import is_local, moment
from journeyminer.importers.nested.profile import EVENT_VALUES, Profile
from journeyminer.importers.nested.query import Further, Query
from journeyminer.importers.nested.records import Records
from journeyminer.importers.nested.scope import ITEM
from journeyminer.importers.reading.file_names import public_name
from journeyminer.importers.tabular.columns import evidence
from journeyminer.note import Note
from journeyminer.sql import name, quote
from journeyminer.text import fold

if TYPE_CHECKING:
    from journeyminer.log.engine import Schema
    from journeyminer.log.loader import Loader
    from journeyminer.log.pseudonyms import Pseudonyms
    from journeyminer.log.rows import Kind
    from journeyminer.vocabulary import FateReason

Reshape = Callable[[bytes], bytes]
"""gives records, one a line, another shape before they are read"""

_TYPE: Final = re.compile(r"[A-Za-z]{2,}(?:[._:-]?[A-Za-z]+){0,5}|custom status \d+")
"""how products call types of events: a word or some in one, and no number; and what a profile calls a status by"""
_WORDS: Final = tuple(column for column in EVENT_VALUES if column not in ("timestamp", "started_at", "seconds"))
_FIRST, _END = (f"TIMESTAMP '{day:%Y-%m-%d}'" for day in (FIRST, END))
_LONGEST: Final = "INTERVAL 1 DAY"
"""what began earlier before its end is no act, but a mistake"""


@dataclass
class File:
    """One file of a reading, and what became of its records."""

    number: int
    sample: Sample
    zone: str | None
    namespace: str = ""
    error: JourneyminerError | None = None
    """why it cannot be read"""
    first: int = 0
    """the number of its first record"""
    tally: Tally = field(default_factory=Tally)
    kinds: Counter[str] = field(default_factory=Counter)
    """kind of record -> how many; empty for what is none"""
    used: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    reasons: Counter[FateReason] = field(default_factory=Counter)
    """why records were rejected -> how many were"""
    events: int = 0
    unread: set[str] = field(default_factory=set)
    """words of items that the profile does not know"""
    n_cut: int = 0
    """lists that lack records, and how many they lack"""
    n_missing: int = 0
    is_local: bool = False
    """whether some of its times carry no zone"""

    def silent(self, kind: str) -> int:
        """Return how many records of a kind make no event, by design."""
        return self.kinds[kind] - self.used[kind] - self.rejected[kind]


class Reading:
    """The files of one source in tables of their own schema; `made` holds their events in order."""

    def __init__(
        self, profile: Profile, source: Source, schema: Schema, *,
        pseudonyms: Pseudonyms, reshape: Reshape | None, further: Further | None,
    ) -> None:  # fmt: skip
        self.profile = profile
        self.options = source.options
        self.schema = schema
        self.pseudonyms = pseudonyms
        self.query = Query(profile, further)
        samples = source.siblings or (source.sample,)
        self.files = [File(n, sample, source.options.zone_of(sample.path)) for n, sample in enumerate(samples)]
        self.zones = sorted({file.zone for file in self.files if file.zone})
        self._name_accounts()
        self._read(reshape)
        self._make_files()
        for items in self.query.items.values():
            if items.holder:
                self._make(items.relation.split()[0], items.select)
        for table, select in self.query.tables.items():
            self._make(table, select)
        self._cut_sessions()
        self._know_us()
        self._make_events()
        self._count()

    def file(self, sample: Sample) -> File:
        """Return the file of a sample."""
        return next(file for file in self.files if file.sample is sample)

    def load(self, sample: Sample, loader: Loader) -> None:
        """Hand over what a file says. Raises the error of a file that cannot be read."""
        file = self.file(sample)
        if file.error:
            raise file.error
        loader.namespace(file.namespace)
        ignored: Counter[FateReason] = Counter()
        # of several rules of one name the first says what becomes of its records
        for record in {record.name: record for record in reversed(self.profile.record)}.values():
            if record.fate != "used":
                ignored[record.fate] += file.silent(record.name)
        loader.receipt.records += file.kinds.total()
        loader.receipt.events += file.events
        loader.count_outcomes(rejected=file.reasons, ignored=+ignored)
        filled: dict[Kind, object] = {
            "events": file.events, "cases": self.query.cases, "identities": self.query.identities,
            "links": self.query.links, "rejects": file.reasons,
        }  # fmt: skip
        for kind, there in filled.items():
            if there:
                loader.add_rows(kind, f"SELECT * FROM {self.schema}.{kind} WHERE file_no = {file.number}")
        if file.unread:
            loader.decide(Note("decision.types_unread", types=_shown(file.unread)))
        if file.n_cut:
            loader.decide(Note("decision.lists_cut", n=file.n_cut, missing=file.n_missing))
        loader.decide_zone(ZoneRule(file.zone, naive=file.is_local))

    def _make(self, table: str, select: str) -> None:
        self.schema.execute(f"CREATE TABLE {table} AS {select}")

    def _name_accounts(self) -> None:
        """Give every file its namespace. One that names no account belongs to the only one that the others name."""
        pattern = re.compile(self.profile.account.encode(), re.IGNORECASE) if self.profile.account else None
        named = [account_of(file.sample.path, pattern) if pattern else "" for file in self.files]
        accounts = set(named) - {""}
        only = accounts.pop() if len(accounts) == 1 else ""
        for file, account in zip(self.files, named, strict=True):
            file.namespace = "-".join(filter(None, [self.profile.namespace, account or only]))

    def _read(self, reshape: Reshape | None) -> None:
        """Put the records of all files into a table; a file that breaks off gives none."""
        with Records(self.query, self.schema) as records:
            for file in self.files:
                file.first = records.n
                try:
                    with readable():
                        for piece in self._pieces(file):
                            records.add(file.number, _reshaped(piece, reshape) if reshape else piece)
                except JourneyminerError as error:
                    file.error = error
        self._check()
        if listed := ", ".join(str(file.number) for file in self.files if file.error):
            self.schema.execute(f'DELETE FROM records WHERE "@file" IN ({listed})')

    def _pieces(self, file: File) -> Iterator[Piece]:
        file.tally = Tally()
        return read_pieces(read_chunks(file.sample.path, self.options.encoding), self.profile, file.tally)

    def _check(self) -> None:
        """Compare the records of every file with the objects that it holds; a file that holds others gives none."""
        read = dict(self.schema.rows('SELECT "@file", count(*) FROM records GROUP BY ALL'))
        for file in self.files:
            try:
                if not file.error:
                    with readable():
                        check_documents(
                            file.sample.path, self.options.encoding, self.profile, file.tally,
                            read=read.get(file.number, 0), kept=partial(self._kept, file),
                            pieces=partial(self._pieces, file),
                        )  # fmt: skip
            except JourneyminerError as error:
                file.error = error

    def _kept(self, file: File) -> set[int]:
        """Return the places of a file's records that the engine has, from 0."""
        numbers = self.schema.rows(f'SELECT "@n" FROM records WHERE "@file" = {file.number}')
        return {number - file.first for (number,) in numbers}

    def _make_files(self) -> None:
        """`files`: number, account, folder, zone, and the first record."""
        namespaces = [file.namespace for file in self.files]
        folders = [PurePosixPath(public_name(file.sample.shown, self.pseudonyms)).parent.name for file in self.files]
        accounts = [namespaces.index(namespace) for namespace in namespaces]
        zones = [file.zone for file in self.files]
        firsts = 'SELECT "@file" AS file_no, min("@n") AS first FROM records GROUP BY ALL'
        unnested = ", ".join(f"unnest(?) AS {column}" for column in ("file_no", "account", "folder", "zone"))
        select = f"SELECT * FROM (SELECT {unnested}) LEFT JOIN ({firsts}) USING (file_no)"
        numbers = list(range(len(self.files)))
        self.schema.execute(f"CREATE TABLE files AS {select}", [numbers, accounts, folders, zones])

    def _cut_sessions(self) -> None:
        """`lookup_chats`: the chat and the session of what is said in a chat, which is one list."""
        rule = self.profile.session
        if rule is None:
            return
        scope = self.query.scope(str(rule.of), rule.let)
        said, at = scope.value(rule.name), moment(scope.value(rule.timestamp), self.zones)
        where = scope.meets(rule.when, rule.unless)
        gap = f"to_microseconds({round(self.options.session_gap_hours * 3_600_000_000)})"
        self._make(
            "lookup_chats",
            f"""
            WITH spoken AS (
                SELECT {ITEM} AS key, r."@list" AS list, f.zone AS zone, {said} AS said, {at} AS moment
                FROM {scope.source} WHERE {where}
            ),
            gaps AS (
                SELECT *, moment > {gap} + max(moment) OVER (
                    PARTITION BY list ORDER BY key ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS is_begin
                FROM spoken
            )
            SELECT key, substr(md5(first(said) OVER chat), 1, 12) AS chat,
                1 + count(*) FILTER (is_begin) OVER chat AS session
            FROM gaps WINDOW chat AS (PARTITION BY list ORDER BY key ROWS UNBOUNDED PRECEDING)
            """,
        )

    def _know_us(self) -> None:
        """`lookup_us`: of all who act, who is on our side as the user says; nobody where none of them is."""
        ours = ours_given(self.options.us)
        asked = {who for select in self.query.scopes.actors for (who,) in self.schema.rows(select) if who}
        told = {who: ours.owns(who.lower()) if "@" in who else fold(who) in ours.names for who in sorted(asked)}
        roles = {who: "agent" if one else "customer" for who, one in told.items()} if any(told.values()) else {}
        self.schema.execute(
            "CREATE TABLE lookup_us AS SELECT CAST(unnest(?) AS VARCHAR) AS key, CAST(unnest(?) AS VARCHAR) AS role",
            [list(roles), list(roles.values())],
        )

    def _make_events(self) -> None:
        """`made`, `cases`, `identities`, `links`; in `made` also what would be an event and lacks its case or time."""
        words = ", ".join(f"{self.query.mapped(column, name(column))} AS {name(column)}" for column in _WORDS)
        self._make(
            "made",
            f"""
            WITH said AS (
                SELECT * EXCLUDE (timestamp, started_at), timestamp AS said_at,
                    {moment("timestamp", self.zones)} AS timestamp, {moment("started_at", self.zones)} AS began
                FROM ({self.query.events}) WHERE activity IS NOT NULL
            )
            SELECT n, rank, nth, rule, file_no, kind, record, ref, case_id, synthetic, {words}, said_at, timestamp,
                coalesce(began, timestamp - to_seconds(TRY_CAST(seconds AS INTEGER))) AS since,
                CASE WHEN since BETWEEN timestamp - {_LONGEST} AND timestamp THEN since END AS started_at,
                timestamp IS NOT NULL AND {is_local("said_at")} AS is_local,
                case_id IS NOT NULL AND coalesce(timestamp >= {_FIRST} AND timestamp < {_END}, false) AS is_event
            FROM said ORDER BY n, timestamp, rank, nth, rule
            """,
        )
        self.schema.execute("CREATE VIEW events AS SELECT * FROM made WHERE is_event")
        if self.query.cases:
            opened = moment("opened_at", self.zones)
            self._make("cases", f"SELECT * REPLACE ({opened} AS opened_at) FROM ({self.query.cases}) ORDER BY n")
        if self.query.identities:
            self._make("identities", f"SELECT DISTINCT * FROM ({self.query.identities})")
        if self.query.links:
            self._make("links", f"SELECT DISTINCT * FROM ({self.query.links}) WHERE other IS NOT NULL")
        self._make(
            "rejects",
            f"""
            SELECT n, file_no, kind, ref AS record,
                CASE WHEN case_id IS NULL THEN 'no_case' WHEN said_at IS NULL THEN 'no_timestamp'
                    WHEN timestamp IS NULL THEN 'unreadable_timestamp' ELSE 'date_out_of_range' END AS reason,
                CASE WHEN case_id IS NULL THEN 'case_id' ELSE 'timestamp' END AS "column",
                CASE WHEN case_id IS NOT NULL THEN {evidence("said_at")} END AS value
            FROM (SELECT DISTINCT ON (kind, record) * FROM made WHERE NOT is_event ORDER BY n, rank, nth)
                ANTI JOIN events USING (kind, record)
            UNION ALL
            SELECT r."@n", r."@file", '', 'record ' || (r."@n" - f.first + 1), 'unknown_object', NULL, NULL
            FROM records r JOIN files f ON f.file_no = r."@file" WHERE r."@kind" IS NULL
            ORDER BY n
            """,
        )

    def _count(self) -> None:
        """Count what became of the records of every file."""
        kinds = 'SELECT "@file", coalesce("@kind", \'\'), count(*) FROM records GROUP BY ALL'
        for rule in self.profile.record:
            if rule.within:
                source = self.query.scope(rule.name).source
                kinds += f' UNION ALL SELECT r."@file", {quote(rule.name)}, count(*) FROM {source} GROUP BY ALL'
        for number, kind, n in self.schema.rows(kinds):
            self.files[number].kinds[kind] += n
        used = "SELECT file_no, kind, count(DISTINCT record), count(*) FROM events GROUP BY ALL"
        for number, kind, n, events in self.schema.rows(used):
            self.files[number].used[kind] += n
            self.files[number].events += events
        rejected = "SELECT file_no, kind, reason, count(*) FROM rejects GROUP BY ALL"
        for number, kind, reason, n in self.schema.rows(rejected):
            self.files[number].rejected[kind] += n
            self.files[number].reasons[reason] += n
        for (number,) in self.schema.rows("SELECT DISTINCT file_no FROM made WHERE is_local"):
            self.files[number].is_local = True
        if self.query.totals:
            cut = (
                f"SELECT file_no, count(*), sum(missing) FROM ({self.query.totals}) WHERE missing > 0 GROUP BY file_no"
            )
            for number, n, missing in self.schema.rows(cut):
                self.files[number].n_cut, self.files[number].n_missing = n, int(missing)
        if unread := self.profile.unread:
            known = set(map(_letters, unread.known))
            scope = self.query.scope(unread.of)
            words = f'SELECT DISTINCT r."@file", {scope.text(unread.word)} FROM {scope.source}'
            for number, word in self.schema.rows(words):
                if word and _letters(word) not in known:
                    self.files[number].unread.add(word)


def _reshaped(piece: Piece, reshape: Reshape) -> Piece:
    return piece._replace(lines=reshape(piece.lines))


def _letters(word: str) -> str:
    """A word however it is spelt: `Satisfaction rating` is `SatisfactionRating`."""
    return re.sub(r"[^a-z]", "", word.lower())


def _shown(types: Iterable[str]) -> tuple[str, ...]:
    """Return types of events as a report shows them: a question mark for what may be anything."""
    return tuple(sorted({word if _TYPE.fullmatch(word) else "?" for word in types}))
