"""Customer journeys and hand-off bottlenecks from the exports of support tools.

    import journeyminer as jm

    log = jm.read("exports/")
    jm.bottlenecks(log)
    report = jm.build(log)
    jm.write_report(report, "report.html", language="pt")

Everything is loaded on first use, so that importing the package is instant.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from journeyminer.log import EventLog
    from journeyminer.options import ReadOptions
    from journeyminer.vocabulary import Naming

_HOMES = {
    "config": ("Promised",),
    "log": ("EventLog",),
    "log.lists": ("cases", "events", "identities"),
    "log.store": ("save_log",),
    "options": ("ReadOptions",),
    "prepare.filters": ("filter_log",),
    "prepare.split": ("split_log",),
    "render": ("write_folder", "write_report"),
    "render.json": ("read_report",),
    "report.build": ("build",),
    "report.promises": ("check",),
    "report.sections": ("Report",),
}
_LAZY = {name: f"journeyminer.{module}" for module, names in _HOMES.items() for name in names}
"""name -> its module; beside these, every measure of `report.sections` is public"""


def read(
    *paths: str | Path,
    options: ReadOptions | None = None,
    config: str | Path | None = None,
    memory: str | None = None,
) -> EventLog:
    """Read export files and folders into a log: labelled, customers known.

    Args:
        paths: files and folders of exports.
        options: how to read them; see ReadOptions. Default: as `config` says.
        config: a journeyminer.toml; default: the one of the working folder, where there is one.
        memory: the engine's memory limit, such as "4GB".

    Raises:
        JourneyminerError: nothing could be read; a single broken file is listed in `log.receipt.failed` instead.
    """
    from journeyminer.config import load_config
    from journeyminer.importers import read_log
    from journeyminer.options import ReadOptions, fill
    from journeyminer.prepare import prepare

    known = load_config(Path(config) if config else None)
    options = options or fill(ReadOptions, known.options)
    log = read_log(paths, options=options, memory=memory)
    return prepare(log, config=known, pair=not options.no_pair, activities=options.activities)


def open_log(
    path: str | Path,
    *,
    config: str | Path | None = None,
    memory: str | None = None,
    pair: bool = True,
    activities: Naming = "steps",
) -> EventLog:
    """Open a log folder that `save_log` or `journeyminer import` wrote: as if its exports had been read today.

    Args:
        path: the folder.
        config: a journeyminer.toml; default: the one of the working folder, where there is one.
        memory: the engine's memory limit, such as "4GB".
        pair: whether rows of the start and the completion of an activity are one event.
        activities: "raw" to call them as their sources do, also where a rule knows which step of ours one is.

    Raises:
        UnreadableLog: the folder is not a log, is damaged, or was written by another schema version.
    """
    from journeyminer.config import load_config
    from journeyminer.log.store import load_log
    from journeyminer.prepare import prepare

    known = load_config(Path(config) if config else None)
    return prepare(load_log(path, memory=memory), config=known, pair=pair, activities=activities)


def from_pandas(
    frame: pd.DataFrame,
    *,
    case: str = "case_id",
    activity: str = "activity",
    timestamp: str = "timestamp",
    config: str | Path | None = None,
    activities: Naming = "steps",
    **columns: str,
) -> EventLog:
    """Make a log of a DataFrame, one row an event; rows with the same time keep their order.

    Args:
        frame: the events. Text, or what reads as text; timestamps without a zone are taken as UTC.
        case, activity, timestamp: the names of these columns in `frame`.
        config: a journeyminer.toml; default: the one of the working folder, where there is one.
        activities: "raw" to call them as the frame does, also where a rule knows which step of ours one is.
        columns: further columns, `resource="agent"`, `group="team"`, `status="state"`, `started_at=` ...

    Raises:
        MissingColumn: a named column is not in the frame, or the log has no such column.
    """
    from journeyminer.config import load_config
    from journeyminer.log.build import from_pandas as build_log
    from journeyminer.prepare import prepare

    log = build_log(frame, case=case, activity=activity, timestamp=timestamp, **columns)
    return prepare(log, config=load_config(Path(config) if config else None), activities=activities)


def __getattr__(attribute: str) -> Any:  # noqa: ANN401 - a module's attribute may be anything
    if attribute in _LAZY:
        return getattr(import_module(_LAZY[attribute]), attribute)
    if attribute == "__all__" or not attribute.startswith("_"):
        from journeyminer.report.sections import MEASURES

        if attribute == "__all__":
            return ["read", "open_log", "from_pandas", *_LAZY, *MEASURES]
        if attribute in MEASURES:
            return MEASURES[attribute]
    raise AttributeError(f"module 'journeyminer' has no attribute {attribute!r}")
