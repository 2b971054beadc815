"""Building a log: importers hand over records or tables, one file each; `LogBuilder.build` makes the log of them.

Text is staged as it comes. Finishing codes it (dictionaries for words, one integer a case), gives every event its
place in the declared order, and takes out what stood in the log before.
"""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from typing import TYPE_CHECKING

from journeyminer.errors import EmptyLog, MissingColumn
from journeyminer.log.engine import Engine
from journeyminer.log.eventlog import EventLog
from journeyminer.log.finish import Placed, finish_log
from journeyminer.log.forgotten import Forgotten, leave_out, make_table
from journeyminer.log.loader import Loader
from journeyminer.log.pseudonyms import Pseudonyms
from journeyminer.log.receipt import Receipt, SourceReceipt, Unclaimed, counted
from journeyminer.log.rows import StagedRows
from journeyminer.log.schema import EVENT_TYPES, STORED
from journeyminer.log.staging import IS_EVENT, Staged, filled_columns
from journeyminer.log.twins import join_twins
from journeyminer.note import Note
from journeyminer.sql import name

if TYPE_CHECKING:
    import pandas as pd


class LogBuilder:
    """Collects the files of one reading.

    Attributes:
        sources: the receipts of the files, in the order of their loaders.
        failed, unclaimed: the files that broke and those that nobody reads.
        pseudonyms: the numbers of what is not shown by its name.
        forgotten: the customers who are left out.
    """

    def __init__(self, engine: Engine) -> None:
        self.schema = engine.new_schema()
        self.sources: list[SourceReceipt] = []
        self.failed: list[Unclaimed] = []
        self.unclaimed: list[Unclaimed] = []
        self.rows = StagedRows(self.schema)
        self.pseudonyms = Pseudonyms()
        self.forgotten = Forgotten()
        self._notes: list[Note] = []
        self._loaders: list[Loader] = []
        self._stored: list[Staged] = []
        self._placed: dict[int, Placed] = {}

    def loader(self, receipt: SourceReceipt) -> Loader:
        """Return the way in for one file; its receipt is filled as records come."""
        self.sources.append(receipt)
        number = len(self.sources) - 1
        self._loaders.append(
            Loader(self.schema, self.rows, self._notes, pseudonyms=self.pseudonyms, number=number, receipt=receipt)
        )
        return self._loaders[-1]

    def drop(self, loader: Loader, why: Unclaimed) -> None:
        """Take back all of the last file, which is broken, and list it."""
        loader.rollback()
        self._loaders.remove(loader)
        self.sources.pop()
        self.failed.append(why)

    def resume(self, receipt: Receipt, placed: dict[int, Placed], select: str) -> None:
        """Begin with a stored log.

        Args:
            receipt: that of the stored log.
            placed: number of a source -> where its events stand.
            select: query of the events, in the sources' words, with their source_no, seq and event_id.
        """
        self.sources += receipt.sources
        self.failed += receipt.failed
        self.unclaimed += receipt.unclaimed
        self._notes += receipt.notes
        self._placed = placed
        self.schema.execute(f"CREATE TABLE stored_events AS {select}")
        self._stored = [Staged("stored_events", None, filled_columns(self.schema, "stored_events"), 0)]

    def build(self) -> EventLog:
        """Make the log. Raises EmptyLog where no event was handed over."""
        self.rows.flush()
        tables = [staged for loader in self._loaders for staged in loader.tables]
        leave_out(self.schema, tables, self.sources, len(self._placed), self.forgotten)
        make_table(self.schema, self.forgotten, "forgotten")
        self.pseudonyms.write(self.schema, self.sources)
        if not any(source.events for source in self.sources):
            files = [source.file for source in self.sources]
            place = files[0] if len(files) == 1 else ""
            raise EmptyLog(Note("read.no_event"), place=place, hint=_why_empty(self.sources))
        tables, same = join_twins(self.schema, [*self._stored, *tables], self.sources, len(self._placed))
        columns = finish_log(self.schema, tables=tables, sources=self.sources, placed=self._placed)
        sources = tuple(deepcopy(self.sources))
        receipt = Receipt(sources, tuple(self.unclaimed), tuple(self.failed), notes=(*self._notes, *same))
        (last,) = self.schema.one("SELECT max(as_of) FROM namespaces")
        return EventLog(self.schema, columns, receipt, last)


def _why_empty(sources: list[SourceReceipt]) -> Note:
    """Return what became of all the records of a reading without an event."""
    reasons: Counter[str] = Counter()
    for source in sources:
        reasons += source.rejected_reasons + source.ignored_reasons
    return Note("hint.why", reasons=counted(reasons)) if reasons else Note("hint.no_records")


def from_pandas(
    frame: pd.DataFrame,
    *,
    case: str = "case_id",
    activity: str = "activity",
    timestamp: str = "timestamp",
    **columns: str,
) -> EventLog:
    """Return the log of a DataFrame, one row an event, in the order of the rows and in the frame's own words.

    Args:
        case, activity, timestamp: the columns' names in `frame`; timestamps without a zone are taken as UTC.
        columns: further columns of the schema, `resource="agent"`, `group="team"` ...

    Raises:
        MissingColumn: a named column is not in the frame, or the log has no such column.
    """
    named = {"case_id": case, "activity": activity, "timestamp": timestamp, **columns}
    if missing := [theirs for theirs in named.values() if theirs not in frame.columns]:
        have = tuple(map(str, frame.columns))
        raise MissingColumn(Note("usage.no_frame_column", column=missing[0]), hint=Note("usage.known", known=have))
    if unknown := [ours for ours in named if ours not in ("case_id", *STORED)]:
        hint = Note("hint.log_has", columns=("case_id", *STORED))
        raise MissingColumn(Note("usage.no_log_column", column=unknown[0]), hint=hint)
    builder = LogBuilder(Engine())
    loader = builder.loader(SourceReceipt("DataFrame", "pandas", Note("match.given"), namespace="frame"))
    loader.engine.take("given", frame[list(dict.fromkeys(named.values()))])
    cast = ", ".join(f"CAST({name(theirs)} AS {EVENT_TYPES[ours]}) AS {name(ours)}" for ours, theirs in named.items())
    select = f"SELECT {cast} FROM given"
    (lost,) = loader.engine.one(f"SELECT count(*) FROM ({select}) WHERE NOT ({IS_EVENT})")
    loader.table(select, rejected={"incomplete_event": lost} if lost else None, first_row=0)
    loader.engine.execute("DROP TABLE given")
    return builder.build()
