"""Labels: the sources' own words become the closed sets of role, status, channel and visibility.

The rules look at the distinct combinations of words only (a few hundred in a log of millions of events); the result is
a small table that the log's events are joined with, so nothing is stored twice.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from journeyminer.config import GIVE, Config
from journeyminer.log.receipt import Receipt, SourceReceipt, Unmatched
from journeyminer.log.schema import RAW
from journeyminer.note import Note
from journeyminer.prepare.rules import Meaning, Rules, source_profiles
from journeyminer.sql import listed, name
from journeyminer.text import fold
from journeyminer.vocabulary import CLOSED_SETS, RESOLVED_STATUSES
from journeyminer.words import UNKNOWN

if TYPE_CHECKING:
    from journeyminer.log import EventLog
    from journeyminer.log.engine import Schema

WORDS = ("activity", "status", "role", "lifecycle", "visibility", "channel")
UNMATCHED = ("status", "role", "channel", "activity")
"""the columns whose unknown words are counted, the one that costs most first"""
MOST_ACTIVITIES = 20
"""so many of the activities that are no step of ours are listed, the most frequent ones"""
CHATS = ("whatsapp", *(source for source, profile in source_profiles().items() if profile.get("chat")))
TALKS = ("mail", *CHATS)
"""the sources whose every message is by the customer or by us"""
_DECIDED = ("decision.labels", "decision.configured", "decision.own_rule")
"""what labelling says of a source, each time anew"""


class Labelled(NamedTuple):
    """One combination of words of one source: what the source says, how many events, what it means."""

    source_no: int
    said: dict[str, str | None]
    n: int
    result: dict[str, str | None]
    meaning: Meaning


def label(log: EventLog, *, config: Config | None = None) -> EventLog:
    """The log with role, status, channel and visibility in their closed sets, or null where no rule knows the word.

    `activity` becomes a slug of ours where a rule of a known product matched; else it stays the source's text. Words
    that no rule knows are counted in the receipt (`unmatched`). What a file's events came to know is its decision
    `labels`; `configured` and `own_rule` name the user's configuration, and each rule of it that gave a label. What the
    source said stays beside the labels (`schema.RAW`), of which a labelled log is labelled anew.

    Receipt notes: `status_is_final` (a file repeats the last status of a case on all its events; such a status is left
    out), `ends_unknown` (a file has no status and the names of its activities do not say how most of its cases end; no
    status is read from them), `spellings` (activities that differ by their spelling only are several), `us_unknown` and
    `us_unknown_chat` (files of mail or chat in which nobody is known as customer or as us).
    """
    rules = Rules(config)
    final = _final_status(log, rules)
    labelled = _labelled(log, rules, final)
    prepared = _with_labels(log, labelled)
    unproved = _without_ends(prepared, labelled)
    if unproved:
        labelled = [_without_named_status(row) if row.source_no in unproved else row for row in labelled]
        prepared = _with_labels(log, labelled)
    told = _configured(config or Config(), rules, labelled)
    # who acts is numbered where customers are known first
    origin = (log.origin or log) if log.prepared else None
    return replace(prepared, receipt=_receipt(log, labelled, told, final, unproved), prepared=True, origin=origin)


def call_as_sources(log: EventLog) -> EventLog:
    """The labelled log with the sources' names of activities; which step of ours one is stays known as `step`."""
    told = "* REPLACE (coalesce(raw_activity, CAST(activity AS VARCHAR)) AS activity), activity AS step"
    called = log.derive(log.columns | {"step"}, event_rows=f"SELECT {told} FROM {{log}}.event_rows")
    spelt = _spellings(called.rows("SELECT source_no, CAST(activity AS VARCHAR) FROM event_rows GROUP BY ALL"))
    others = (note for note in log.receipt.notes if note.slug != spelt.slug)
    notes = (*others, *([spelt] if spelt.params["files"] else ()))
    return replace(called, receipt=replace(log.receipt, notes=notes))


def _with_labels(log: EventLog, labelled: Sequence[Labelled]) -> EventLog:
    """The log in which every combination of words has its result."""
    changed = [
        column for column in GIVE if log.prepared or any(row.result[column] != row.said[column] for row in labelled)
    ]
    if not changed:
        return log
    filled = [column for column in changed if any(row.result[column] is not None for row in labelled)]
    dropped = ", ".join(name(column) for column in changed if log.has(column))
    picked = f"e.* EXCLUDE ({dropped})" if dropped else "e.*"
    joined = ""
    schema = log.engine.new_schema(log.schema)
    if filled:
        keys = _deciding(labelled, changed)
        _make_table(schema, labelled, keys, filled)
        met = " AND ".join(f"e.{_said(key)} IS NOT DISTINCT FROM m.{name(key)}" for key in keys) or "true"
        joined = f"JOIN {schema}.labels m ON {met}"
        picked += "".join(f", m.{name('new_' + column)} AS {name(column)}" for column in filled)
    return log.derive(
        (log.columns - set(changed)) | set(filled),
        into=schema,
        event_rows=f"SELECT {picked} FROM {{log}}.event_rows e {joined}",
    )


def _said(word: str) -> str:
    """SQL of the column with what the source says."""
    return f"raw_{word}" if f"raw_{word}" in RAW else name(word)


def _labelled(log: EventLog, rules: Rules, final: set[int]) -> list[Labelled]:
    """Every combination of words with its meaning, in a fixed order."""
    columns = [column for column in WORDS if log.has(f"raw_{column}" if f"raw_{column}" in RAW else column)]
    said_columns = [_said(column) for column in columns]
    counted = f"SELECT source_no, count(*) AS n, {', '.join(said_columns)} FROM event_rows GROUP BY ALL"
    texts = "".join(f", CAST({column} AS VARCHAR)" for column in said_columns)  # codes are faster to group by
    rows = log.rows(f"SELECT source_no{texts}, n FROM ({counted}) ORDER BY ALL")
    labelled = []
    for number, *words, n in rows:
        said: dict[str, str | None] = dict.fromkeys(WORDS)
        said.update(zip(columns, words, strict=True))
        asked = said | {"status": None} if number in final else said
        meaning = rules.meaning(asked, _names(log.receipt.sources[number]))
        result = {column: meaning.give.get(column) for column in GIVE}
        result["activity"] = result["activity"] or said["activity"]
        labelled.append(Labelled(number, said, n, result, meaning))
    return labelled


def _names(source: SourceReceipt) -> tuple[str, str]:
    """What a rule's `source` may name: the importer and, for a table, its profile."""
    return source.importer, source.profile or source.importer


def _final_status(log: EventLog, rules: Rules) -> set[int]:
    """The sources that repeat a case's last status on all its events: they say nothing of the status after an event.

    The proof: no case ever changes its status, and one of several events is resolved from the first on.
    """
    if not log.has("raw_status"):
        return set()
    rows = log.rows(
        "WITH per_case AS (SELECT source_no, case_key, count(*) AS n, count(raw_status) AS n_said, "
        "min(raw_status) AS lowest, max(raw_status) AS highest FROM event_rows GROUP BY ALL) "
        "SELECT source_no, list(DISTINCT CAST(lowest AS VARCHAR)) FILTER (WHERE n > 1 AND n = n_said) "
        "FROM per_case GROUP BY source_no HAVING NOT coalesce(bool_or(lowest <> highest), false)"
    )
    final = set()
    for number, words in rows:
        source = log.receipt.sources[number]
        meanings = [rules.meaning({"status": word}, _names(source)).give.get("status") for word in words or ()]
        if not set(RESOLVED_STATUSES).isdisjoint(meanings):
            final.add(number)
    return final


def _without_ends(log: EventLog, labelled: Sequence[Labelled]) -> set[int]:
    """The sources that say no status, and whose activities tell of less than half of the cases that they are over.

    There a case would stay open for ever after its first step. Two thousand cases, taken by their keys, are looked at.
    """
    told = {row.source_no for row in labelled if row.said["status"] is not None}
    asked = {row.source_no for row in labelled if _is_named(row)} - told
    if not asked:
        return set()
    highest = 2**64 * min(2000, log.n_cases) // log.n_cases  # the keys are spread evenly
    rows = log.rows(
        f"""
        WITH per_case AS (
            SELECT source_no, case_key, arg_max(status IN ({listed(RESOLVED_STATUSES)}), (timestamp, seq)) AS is_over
            FROM event_rows WHERE case_key < {highest} AND source_no IN ({", ".join(map(str, sorted(asked)))})
            GROUP BY source_no, case_key
        )
        SELECT source_no FROM per_case GROUP BY source_no HAVING count(*) FILTER (is_over) * 2 < count(*)
        """
    )
    return {number for (number,) in rows}


def _is_named(row: Labelled) -> bool:
    """Whether a rule of ours takes the status from what the event says beside it."""
    return row.said["status"] is None and row.result["status"] is not None and "status" not in row.meaning.own


def _without_named_status(row: Labelled) -> Labelled:
    return row._replace(result=row.result | {"status": None}) if _is_named(row) else row


def _deciding(labelled: Sequence[Labelled], changed: Sequence[str]) -> list[str]:
    """The fewest columns that already decide what becomes of the changed ones: a join over one word is a fast one."""
    after = [[row.result[column] for column in changed] for row in labelled]
    keys = [key for key in ("source_no", *WORDS) if len({_key(row, [key]) for row in labelled}) > 1]
    for column in ("source_no", *reversed(WORDS)):
        fewer = [key for key in keys if key != column]
        results: dict[tuple[object, ...], list[str | None]] = {}
        if all(
            results.setdefault(_key(row, fewer), found) == found for row, found in zip(labelled, after, strict=True)
        ):
            keys = fewer
    return keys


def _key(row: Labelled, keys: Sequence[str]) -> tuple[object, ...]:
    return tuple(row.source_no if key == "source_no" else row.said[key] for key in keys)


def _make_table(schema: Schema, labelled: Sequence[Labelled], keys: Sequence[str], columns: Sequence[str]) -> None:
    """Make the table `labels`: keys -> new words, coded like the log's columns."""
    for column in columns:
        words = CLOSED_SETS.get(column) or sorted({row.result[column] or "" for row in labelled})
        schema.execute(f"CREATE TYPE {name('word_' + column)} AS ENUM ({listed(words)})")
    rows = {_key(row, keys): tuple(row.result[column] for column in columns) for row in labelled}
    given = [[str(part) if part is not None else None for part in line] for line in zip(*rows, strict=True)]
    given += [list(line) for line in zip(*rows.values(), strict=True)]
    texts = [*(f"key_{key}" for key in keys), *columns]
    unnested = ", ".join(f"unnest(CAST(? AS VARCHAR[])) AS {name(text)}" for text in texts)
    picked = [f"d.{name(key)}" for key in keys] + [
        f"CAST(v.{name(column)} AS {name('word_' + column)}) AS {name('new_' + column)}" for column in columns
    ]
    # the keys are taken from the log itself, so that they have its own codes
    met = " AND ".join(f"CAST(d.{name(key)} AS VARCHAR) IS NOT DISTINCT FROM v.{name('key_' + key)}" for key in keys)
    of_log = ", ".join(f"{_said(key)} AS {name(key)}" for key in keys)
    distinct = f"SELECT DISTINCT {of_log} FROM event_rows" if keys else "SELECT 1"
    schema.execute(
        f"CREATE TABLE labels AS SELECT {', '.join(picked)} FROM ({distinct}) d "
        f"JOIN (SELECT {unnested}) v ON {met or 'true'}",
        given,
    )


def _receipt(
    log: EventLog,
    labelled: Sequence[Labelled],
    told: Mapping[int, Sequence[Note]],
    final: set[int],
    unproved: set[int],
) -> Receipt:
    """The log's receipt with what labelling came to: per source what is known, the unmatched words, who is silent."""
    counts: Counter[tuple[str, str]] = Counter()
    known: dict[int, Counter[str]] = defaultdict(Counter)
    for row in labelled:
        for found in row.meaning.unmatched:
            counts[found] += row.n
        known[row.source_no].update({c: row.n for c in CLOSED_SETS if row.result[c] not in (None, UNKNOWN)})
        known[row.source_no]["us"] += row.result["role"] in ("customer", "agent")
    ranked = sorted(counts.items(), key=lambda item: (UNMATCHED.index(item[0][0]), -item[1], item[0][1]))
    ranked = ranked[: MOST_ACTIVITIES + sum(field != "activity" for field, _ in counts)]
    silent = Counter(
        source.importer
        for number, source in enumerate(log.receipt.sources)
        if source.importer in TALKS and source.events and not known[number]["us"]
    )
    made = (
        Note("us_unknown", files=silent["mail"]),
        Note("us_unknown_chat", files=sum(silent[source] for source in CHATS)),
        Note("status_is_final", files=len(final)),
        Note("ends_unknown", files=len(unproved)),
        _spellings((row.source_no, row.result["activity"] or "") for row in labelled),
    )
    slugs = {note.slug for note in made}
    return replace(
        log.receipt,
        sources=tuple(
            _labelled_source(source, known[number], told.get(number, ()))
            for number, source in enumerate(log.receipt.sources)
        ),
        unmatched=tuple(Unmatched(field, value, n) for (field, value), n in ranked),
        notes=(
            *(note for note in log.receipt.notes if note.slug not in slugs),
            *(note for note in made if note.params["files"]),
        ),
    )


def _configured(config: Config, rules: Rules, labelled: Sequence[Labelled]) -> dict[int, list[Note]]:
    """Per source the file of the configuration, and each of its rules that gave a label, with the number of events."""
    if not config.file:
        return {}
    given: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for row in labelled:
        given[row.source_no].update(dict.fromkeys(row.meaning.own.values(), row.n))
    read = Note("decision.configured", file=config.file, sha256=config.sha256)
    return {source_no: [read, *_own_rules(rules, counts)] for source_no, counts in given.items()}


def _own_rules(rules: Rules, counts: Counter[int]) -> Iterator[Note]:
    for number, n in sorted(counts.items()):
        rule = rules.own[number]
        when = tuple(f"{column} = {' | '.join(texts)}" for column, texts in rule.when.items())
        give = tuple(f"{column} = {value}" for column, value in rule.give.items())
        yield Note("decision.own_rule", when=when, give=give, n=n)


def _spellings(activities: Iterable[tuple[int, str]]) -> Note:
    """In how many files activities differ by capitals, accents and blanks only, and two spellings of one of them."""
    spelt: dict[tuple[int, str], set[str]] = defaultdict(set)
    for number, activity in activities:
        spelt[number, fold(activity)].add(activity)
    several = {key: sorted(texts) for key, texts in spelt.items() if len(texts) > 1}
    example = several[min(several)][:2] if several else ()
    return Note("spellings", files=len({number for number, _ in several}), example=tuple(example))


def _labelled_source(source: SourceReceipt, known: Counter[str], told: Sequence[Note]) -> SourceReceipt:
    labels = Note("decision.labels", n=source.events, **{column: known[column] for column in CLOSED_SETS})
    kept = (each for each in source.decisions if each.slug not in _DECIDED)
    return replace(source, decisions=[*kept, labels, *told])
