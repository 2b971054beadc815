"""Prepare: what makes a raw log (the sources' own words) a prepared log (closed sets, customers)."""

from __future__ import annotations

from journeyminer.config import Config
from journeyminer.log import EventLog
from journeyminer.prepare.labels import label, paste_line


def prepare(log: EventLog, *, config: Config | None = None) -> EventLog:
    """The log that measures read: words in their closed sets, cases with their customer.

    Preparing a prepared log changes nothing. What was done is in the log's receipt.
    """
    return label(log, config=config)


__all__ = ["label", "paste_line", "prepare"]
