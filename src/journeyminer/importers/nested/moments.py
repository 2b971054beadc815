"""Moments: what the texts of times in documents mean."""

from __future__ import annotations

from collections.abc import Iterable

from journeyminer.importers.tabular.timestamps import shifted_sql
from journeyminer.sql import quote


def moment(text: str, zones: Iterable[str] = ()) -> str:
    """Return SQL of the UTC moment that a text says: seconds, milli- or microseconds since 1970, or ISO 8601.

    A number that no moment can have is null.

    Args:
        text: SQL of the text.
        zones: the zones that were given for files; where the column `zone` is one of them, a time without a zone of
            its own is in it, and else in UTC.
    """
    number = f"TRY_CAST({text} AS DECIMAL(28, 6))"
    micros = (
        f"CASE WHEN {number} < 1e8 THEN NULL WHEN {number} < 1e11 THEN {number} * 1000000 "
        f"WHEN {number} < 1e14 THEN {number} * 1000 WHEN {number} < 9e18 THEN {number} END"
    )
    written = f"CAST(TRY_CAST({text} AS TIMESTAMPTZ) AS TIMESTAMP)"
    shifted = " ".join(f"WHEN {quote(zone)} THEN {shifted_sql(written, zone)}" for zone in zones)
    local = f"CASE WHEN {is_local(text)} THEN CASE zone {shifted} ELSE {written} END ELSE {written} END"
    # the engine also knows words such as `infinity` and `epoch`
    return (
        f"CASE WHEN {number} IS NOT NULL THEN make_timestamp(CAST({micros} AS BIGINT)) "
        f"WHEN {text}[1] BETWEEN '0' AND '9' THEN {local if shifted else written} END"
    )


def is_local(text: str) -> str:
    """Return SQL of whether a moment carries no zone."""
    return rf"NOT regexp_matches({text}, '^[\d.]+$|(Z|UTC|GMT|[+-]\d\d(:?\d\d)?)$')"
