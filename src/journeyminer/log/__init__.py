"""The event log: its schema, its engine, the handle that analysis reads, and its folder on disk."""

from journeyminer.log.eventlog import EventLog

__all__ = ["EventLog"]
