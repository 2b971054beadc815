"""Importers: they recognise exports and hand their records over; `read_log` runs them over files and folders."""

from journeyminer.importers.reading.folders import find_files
from journeyminer.importers.reading.identify import identify, importers
from journeyminer.importers.reading.run import read_log
from journeyminer.options import ReadOptions

__all__ = ["ReadOptions", "find_files", "identify", "importers", "read_log"]
