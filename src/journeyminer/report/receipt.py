"""The receipt in a report: what was read, what became of every record, and what the data cannot say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from journeyminer.mining.measure import Count, Row, Share, about
from journeyminer.mining.moves import moves
from journeyminer.note import Note

if TYPE_CHECKING:
    from journeyminer.log import EventLog
    from journeyminer.log.receipt import SourceReceipt
    from journeyminer.mining.lens import Lens

FIRST_REJECTS = 20


class SourceRow(Row, frozen=True):
    """One file that was read."""

    file: Annotated[str, about("Its path below the folder that was given.")]
    importer: Annotated[str, about("The importer that read it.")]
    profile: Annotated[str, about("The profile that a table was read by; empty for other files.")]
    reason: Annotated[Note, about("Why that importer claimed the file.")]
    records: Annotated[Count, about("Its records, as its format counts them.")]
    used: Annotated[Count, about("Records that became events or said something of a case.")]
    rejected: Annotated[Count, about("Records that should have been used and could not be.")]
    deduplicated: Annotated[Count, about("Records whose events another file had brought already.")]
    ignored: Annotated[Count, about("Records that hold no event by design.")]
    events: Annotated[Count, about("Events that the file brought.")]
    decisions: Annotated[tuple[Note, ...], about("What was decided (encoding, date order, zone ...) and the proof.")]
    rejected_reasons: Annotated[dict[str, int], about("Reason (a slug of a fate) to number of rejected records.")]
    ignored_reasons: Annotated[dict[str, int], about("Reason (a slug of a fate) to number of ignored records.")]
    zone_assumed: Annotated[bool, about("Whether times without a time zone were read as UTC.")] = False


class UnmatchedRow(Row, frozen=True):
    """A value of the sources that no rule knows."""

    field: Annotated[str, about("The column of the log.")]
    value: Annotated[str, about("What the source says.")]
    n: Annotated[Count, about("How often.")]
    line: Annotated[str, about("What to paste into journeyminer.toml.")]


class UnreadFile(Row, frozen=True):
    """A file that is not in the figures."""

    file: Annotated[str, about("Its path below the folder that was given.")]
    reason: Annotated[Note, about("Why it was not read.")]


class RejectRow(Row, frozen=True):
    """A rejected record."""

    file: Annotated[str, about("The file that holds it.")]
    record: Annotated[str, about("Where in the file: a kind of record and its number or id.")]
    reason: Annotated[str, about("Why, a slug of a fate.")]


class Quality(Row, frozen=True):
    """The receipt beyond the files' balances."""

    records: Annotated[Count, about("Records of all files.")]
    used: Annotated[Count, about("Records used.")]
    rejected: Annotated[Count, about("Records rejected.")]
    rejected_share: Annotated[Share | None, about("Share of the records that were rejected; null where there is none.")]
    deduplicated: Annotated[Count, about("Records seen before.")]
    ignored: Annotated[Count, about("Records ignored by design.")]
    balances: Annotated[bool, about("Whether every file's fates sum to its records.")]
    unclaimed: Annotated[tuple[UnreadFile, ...], about("Files that nobody could read.")]
    failed: Annotated[tuple[UnreadFile, ...], about("Files that broke.")]
    unmatched: Annotated[tuple[UnmatchedRow, ...], about("Values that no rule knows.")]
    notes: Annotated[tuple[Note, ...], about("What the data cannot say, and what was left out.")]
    rejects: Annotated[tuple[RejectRow, ...], about("The first rejected records.")]


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
    from journeyminer.config import paste_line

    log, receipt = lens.log, lens.log.receipt
    totals = {fate: sum(getattr(source, fate) for source in receipt.sources)
              for fate in ("records", "used", "rejected", "deduplicated", "ignored")}  # fmt: skip
    unmatched = tuple(
        UnmatchedRow(value.field, value.value, value.n, paste_line(value.field, value.value))
        for value in receipt.unmatched
    )
    rejects = log.rows(f"SELECT file, record, reason FROM rejects LIMIT {FIRST_REJECTS}")
    return Quality(
        **totals,
        rejected_share=totals["rejected"] / totals["records"] if totals["records"] else None,
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
