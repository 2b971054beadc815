"""The receipt in a report: what was read, what became of every record, and what the data cannot say."""

from __future__ import annotations

from collections.abc import Iterator

from journeyminer.log import EventLog
from journeyminer.log.receipt import SourceReceipt
from journeyminer.mining.lens import Lens
from journeyminer.mining.measure import Count, Row
from journeyminer.mining.moves import moves
from journeyminer.note import Note

FIRST_REJECTS = 20


class SourceRow(Row, frozen=True):
    """One file that was read.

    Attributes:
        file: Its path below the folder that was given.
        importer: The importer that read it.
        profile: The profile that a table was read by; empty for other files.
        reason: Why that importer claimed the file.
        records: Its records, as its format counts them.
        used: Records that became events or said something of a case.
        rejected: Records that should have been used and could not be.
        deduplicated: Records whose events another file had brought already.
        ignored: Records that hold no event by design.
        events: Events that the file brought.
        decisions: What was decided about the file (encoding, date order, zone ...) and the proof.
        rejected_reasons: How many records were rejected for which reason, a slug of a fate.
        ignored_reasons: How many records were ignored for which reason, a slug of a fate.
        zone_assumed: Whether times without a time zone were read as UTC.
    """

    file: str
    importer: str
    profile: str
    reason: Note
    records: Count
    used: Count
    rejected: Count
    deduplicated: Count
    ignored: Count
    events: Count
    decisions: tuple[Note, ...]
    rejected_reasons: dict[str, int]
    ignored_reasons: dict[str, int]
    zone_assumed: bool = False


class UnmatchedRow(Row, frozen=True):
    """A value of the sources that no rule knows.

    Attributes:
        field: The column of the log.
        value: What the source says.
        n: How often.
        line: What to paste into journeyminer.toml.
    """

    field: str
    value: str
    n: Count
    line: str


class UnreadFile(Row, frozen=True):
    """A file that is not in the figures.

    Attributes:
        file: Its path below the folder that was given.
        reason: Why it was not read.
    """

    file: str
    reason: Note


class RejectRow(Row, frozen=True):
    """A rejected record.

    Attributes:
        file: The file that holds it.
        record: Where in the file: a kind of record and its number or id.
        reason: Why, a slug of a fate.
    """

    file: str
    record: str
    reason: str


class Quality(Row, frozen=True):
    """The receipt beyond the files' balances.

    Attributes:
        records: Records of all files.
        used: Records used.
        rejected: Records rejected.
        deduplicated: Records seen before.
        ignored: Records ignored by design.
        balances: Whether every file's fates sum to its records.
        unclaimed: Files that nobody could read.
        failed: Files that broke.
        unmatched: Values that no rule knows.
        notes: What the data cannot say, and what was left out.
        rejects: The first rejected records.
    """

    records: Count
    used: Count
    rejected: Count
    deduplicated: Count
    ignored: Count
    balances: bool
    unclaimed: tuple[UnreadFile, ...]
    failed: tuple[UnreadFile, ...]
    unmatched: tuple[UnmatchedRow, ...]
    notes: tuple[Note, ...]
    rejects: tuple[RejectRow, ...]


def read_files(log: EventLog) -> tuple[SourceRow, ...]:
    """The files of a log, in the order in which they were read."""
    return tuple(map(_source, log.receipt.sources))


def _source(source: SourceReceipt) -> SourceRow:
    row = {name: getattr(source, name) for name in SourceRow.__struct_fields__}
    for counted in ("rejected_reasons", "ignored_reasons"):
        row[counted] = dict(sorted(row[counted].items()))
    row["decisions"] = tuple(row["decisions"])
    return SourceRow(**row)


def quality(lens: Lens) -> Quality:
    """The receipt of a log, and what the figures of the lens cannot say."""
    from journeyminer.prepare import paste_line

    log, receipt = lens.log, lens.log.receipt
    totals = {fate: sum(getattr(source, fate) for source in receipt.sources)
              for fate in ("records", "used", "rejected", "deduplicated", "ignored")}  # fmt: skip
    unmatched = tuple(UnmatchedRow(value.field, value.value, value.n, paste_line(value)) for value in receipt.unmatched)
    rejects = log.rows(f"SELECT file, record, reason FROM rejects LIMIT {FIRST_REJECTS}")
    return Quality(
        **totals,
        balances=all(source.balances for source in receipt.sources),
        unclaimed=tuple(UnreadFile(file.file, file.reason) for file in receipt.unclaimed),
        failed=tuple(UnreadFile(file.file, file.reason) for file in receipt.failed),
        unmatched=unmatched,
        notes=(*receipt.notes, *_notes(lens)),
        rejects=tuple(RejectRow(*row) for row in rejects),
    )


def _notes(lens: Lens) -> Iterator[Note]:
    """What the figures of this log cannot say, beside the notes of the reading."""
    log = lens.log
    if n := lens.scope.n_left_out:
        yield Note("left_out", n=n)
    if log.has("synthetic"):
        yield Note("synthetic")
    if not log.has("started_at") and lens.zone_is_assumed is None:
        return
    overlapped = "overlapped" if log.has("started_at") else "false"
    n_overlaps, n_untimed = log.one(
        f"SELECT count(*) FILTER (WHERE {overlapped}), count(*) FILTER (WHERE us IS NULL) "
        f"FROM {moves(lens)} WHERE next_activity IS NOT NULL"
    )
    if n_overlaps:
        yield Note("overlaps", n=n_overlaps)
    if n_untimed:
        yield Note("mixed_zones", n=n_untimed)
