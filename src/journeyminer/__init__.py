"""Customer journeys and hand-off bottlenecks from the exports of support tools.

    import journeyminer as jm

    log = jm.read("exports/")
    jm.bottlenecks(log)
    report = jm.build(log)

Everything is loaded on first use, so that importing the package is instant.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from journeyminer.log import EventLog
    from journeyminer.options import ReadOptions

_LAZY = {
    "EventLog": "journeyminer.log",
    "ReadOptions": "journeyminer.options",
    "filter_log": "journeyminer.prepare.filters",
    "prepare": "journeyminer.prepare",
    "build": "journeyminer.report.build",
    "Report": "journeyminer.report.sections",
    "write_report": "journeyminer.render",
    "read_report": "journeyminer.render.json",
}
"""name -> its module; beside these, every measure of `report.sections` is public"""


def read(
    *paths: str | Path,
    options: ReadOptions | None = None,
    config: str | Path | None = None,
    memory: str | None = None,
) -> EventLog:
    """The prepared log of export files and folders: read, labelled, customers known.

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
    return prepare(read_log(paths, options=options, memory=memory), config=known)


def __getattr__(attribute: str) -> Any:  # noqa: ANN401 - a module's attribute may be anything
    if attribute in _LAZY:
        return getattr(import_module(_LAZY[attribute]), attribute)
    if attribute == "__all__" or not attribute.startswith("_"):
        from journeyminer.report.sections import MEASURES

        if attribute == "__all__":
            return ["read", *_LAZY, *MEASURES]
        if attribute in MEASURES:
            return MEASURES[attribute]
    raise AttributeError(f"module 'journeyminer' has no attribute {attribute!r}")
