"""Labels: the sources' own words become the closed sets of role, status, channel and visibility.

The rules look at the distinct combinations of words only (a few hundred in a log of millions of events); the result is
a small table that the log's events are joined with, so nothing is stored twice.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from journeyminer.config import CLOSED_SETS, GIVE, Config
from journeyminer.log import EventLog
from journeyminer.log.engine import Engine, name, quote
from journeyminer.log.quality import Receipt, Unmatched
from journeyminer.prepare.rules import Meaning, Rules
from journeyminer.vocabulary import RESOLVED_STATUSES

WORDS = ("activity", "status", "role", "lifecycle", "visibility", "channel")
TALKS = ("mail", "whatsapp")
"""the sources whose every message is by the customer or by us"""
Sources = Mapping[int, tuple[str, ...]]
"""number of a source -> its importer and, for a table, its profile"""


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
    that no rule knows are counted in the receipt (`unmatched`). A log whose words mean themselves is returned as it is.

    Receipt notes: `status_is_final` (a file repeats the last status of a case on all its events; such a status is left
    out), `us_unknown` (files of mail or chat in which nobody is known as customer or as us).
    """
    rules = Rules(config)
    sources = {
        number: (source.importer, source.decisions.get("profile", source.importer))
        for number, source in enumerate(log.receipt.sources)
    }
    final = _final_status(log, rules, sources)
    labelled = _labelled(log, rules, sources, final)
    receipt = _receipt(log, labelled)
    if final:
        receipt.note("status_is_final", files=len(final))
    changed = [column for column in GIVE if any(row.result[column] != row.said[column] for row in labelled)]
    if not changed:
        return replace(log, receipt=receipt)
    filled = {column for column in changed if any(row.result[column] is not None for row in labelled)}
    keys = _deciding(labelled, changed)
    table = _make_table(log, labelled, keys, sorted(filled))
    dropped = ", ".join(name(column) for column in changed if log.has(column))
    rest = f"e.* EXCLUDE ({dropped})" if dropped else "e.*"
    added = "".join(f", m.{name('new_' + column)} AS {name(column)}" for column in sorted(filled))
    met = " AND ".join(f"e.{name(key)} IS NOT DISTINCT FROM m.{name(key)}" for key in keys) or "true"
    prepared = log.derive(
        (log.columns - set(changed)) | filled,
        event_rows=f"SELECT {rest}{added} FROM {{log}}.event_rows e JOIN {table} m ON {met}",
    )
    return replace(prepared, receipt=receipt)


def paste_line(unmatched: Unmatched) -> str:
    """The line for the top of journeyminer.toml that says what a value means; the value stays to be filled in."""
    word = json.dumps(unmatched.value, ensure_ascii=False).replace("\x7f", "\\u007f")
    *first, last = CLOSED_SETS[unmatched.field]
    return f'{unmatched.field}.{word} = ""  # {", ".join(first)} or {last}'


def _labelled(log: EventLog, rules: Rules, sources: Sources, final: set[int]) -> list[Labelled]:
    """Every combination of words with its meaning, in a fixed order."""
    columns = [column for column in WORDS if log.has(column)]
    listed = "".join(f", CAST({name(column)} AS VARCHAR) AS {name(column)}" for column in columns)
    rows = log.rows(f"SELECT source_no{listed}, count(*) FROM event_rows GROUP BY ALL ORDER BY ALL")
    labelled = []
    for number, *words, n in rows:
        said = dict.fromkeys(WORDS) | dict(zip(columns, words, strict=True))
        meaning = rules.meaning(said | {"status": None} if number in final else said, sources[number])
        result = {"activity": said["activity"], **dict.fromkeys(CLOSED_SETS), **meaning.give}
        labelled.append(Labelled(number, said, n, result, meaning))
    return labelled


def _final_status(log: EventLog, rules: Rules, sources: Sources) -> set[int]:
    """The sources that repeat a case's last status on all its events: they say nothing of the status after an event.

    The proof: no case ever changes its status, and one of several events is resolved from the first on.
    """
    if not log.has("status"):
        return set()
    rows = log.rows(
        "WITH per_case AS (SELECT source_no, case_key, count(*) AS n, count(status) AS n_said, "
        "min(status) AS lowest, max(status) AS highest FROM event_rows GROUP BY ALL) "
        "SELECT source_no, list(DISTINCT CAST(lowest AS VARCHAR)) FILTER (WHERE n > 1 AND n = n_said) "
        "FROM per_case GROUP BY source_no HAVING NOT coalesce(bool_or(lowest <> highest), false)"
    )
    return {
        number
        for number, words in rows
        if any(rules.meaning({"status": word}, sources[number]).give.get("status") in RESOLVED_STATUSES
               for word in words or ())
    }  # fmt: skip


def _deciding(labelled: Sequence[Labelled], changed: Sequence[str]) -> list[str]:
    """The fewest columns that already decide what becomes of the changed ones: a join over one word is a fast one."""
    keys = ["source_no", *(column for column in WORDS if any(row.said[column] is not None for row in labelled))]
    for column in ("source_no", *reversed(WORDS)):
        fewer = [key for key in keys if key != column]
        results: dict[tuple[object, ...], set[tuple[str | None, ...]]] = defaultdict(set)
        for row in labelled:
            results[_key(row, fewer)].add(tuple(row.result[column] for column in changed))
        if all(len(found) == 1 for found in results.values()):
            keys = fewer
    return keys


def _key(row: Labelled, keys: Sequence[str]) -> tuple[object, ...]:
    return tuple(row.source_no if key == "source_no" else row.said[key] for key in keys)


def _make_table(log: EventLog, labelled: Sequence[Labelled], keys: Sequence[str], columns: Sequence[str]) -> str:
    """The table keys -> new words, in a schema of its own, coded like the log's columns; returns its name."""
    engine = log.engine
    schema = engine.new_schema()
    for column in columns:
        words = CLOSED_SETS.get(column) or sorted({row.result[column] or "" for row in labelled})
        _make_type(engine, f"{schema}.{name('word_' + column)}", words)
    rows = {_key(row, keys): tuple(row.result[column] for column in columns) for row in labelled}
    given = [[str(part) if part is not None else None for part in line] for line in zip(*rows, strict=True)]
    given += [list(line) for line in zip(*rows.values(), strict=True)]
    texts = [*(f"key_{key}" for key in keys), *columns]
    unnested = ", ".join(f"unnest(CAST(? AS VARCHAR[])) AS {name(text)}" for text in texts)
    picked = [f"d.{name(key)}" for key in keys] + [
        f"CAST(v.{name(column)} AS {schema}.{name('word_' + column)}) AS {name('new_' + column)}" for column in columns
    ]
    # the keys are taken from the log itself, so that they have its own codes
    met = " AND ".join(f"CAST(d.{name(key)} AS VARCHAR) IS NOT DISTINCT FROM v.{name('key_' + key)}" for key in keys)
    distinct = f"SELECT DISTINCT {', '.join(map(name, keys))} FROM {log.schema}.event_rows" if keys else "SELECT 1"
    engine.execute(
        f"CREATE TABLE {schema}.labels AS SELECT {', '.join(picked)} FROM ({distinct}) d "
        f"JOIN (SELECT {unnested}) v ON {met or 'true'}",
        given,
    )
    return f"{schema}.labels"


def _make_type(engine: Engine, type_: str, words: Sequence[str]) -> None:
    engine.execute(f"CREATE TYPE {type_} AS ENUM ({', '.join(map(quote, words))})")


def _receipt(log: EventLog, labelled: Sequence[Labelled]) -> Receipt:
    """The log's receipt with the unmatched words (the most frequent first) and the notes of labelling."""
    counts: Counter[tuple[str, str]] = Counter()
    spoken: dict[int, bool] = defaultdict(bool)
    for row in labelled:
        for found in row.meaning.unmatched:
            counts[found] += row.n
        spoken[row.source_no] |= row.result["role"] in ("customer", "agent")
    # words that an earlier preparation made null are not met again
    counts = Counter({(known.field, known.value): known.n for known in log.receipt.unmatched}) | counts
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    receipt = replace(
        log.receipt,
        unmatched=[Unmatched(field, value, n) for (field, value), n in ranked],
        notes=list(log.receipt.notes),
    )
    silent = sum(not known and log.receipt.sources[number].importer in TALKS for number, known in spoken.items())
    if silent:
        receipt.note("us_unknown", files=silent)
    return receipt
