"""Importers: they recognise exports and hand their records over; `read_log` runs them over files and folders."""

from journeyminer.importers.base import ReadOptions
from journeyminer.importers.folders import find_files
from journeyminer.importers.reading import read_log
from journeyminer.importers.registry import identify, importers

__all__ = ["ReadOptions", "find_files", "identify", "importers", "read_log"]
