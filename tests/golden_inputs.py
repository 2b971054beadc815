"""The golden inputs: every file or folder under tests/golden/importers/<format>/, and what stands beside it.

`name.csv` (or a folder `name/`) has its events in `name.expected.csv` and may have reading options, as keys of
ReadOptions, in `name.options.json`.
"""

from __future__ import annotations

import json
from pathlib import Path

from journeyminer.options import ReadOptions

FOLDER = Path(__file__).parent / "golden" / "importers"
INPUTS = sorted(
    path
    for path in FOLDER.glob("*/*")
    if not path.name.endswith((".expected.csv", ".options.json")) and not path.name.startswith(".")
)


def name_of(path: Path) -> str:
    """The name that an input shares with what stands beside it."""
    return path.name.split(".")[0]


def beside(path: Path, ending: str) -> Path:
    """What stands beside an input."""
    return path.with_name(f"{name_of(path)}.{ending}")


def options_of(path: Path) -> ReadOptions:
    """How an input is to be read."""
    options = beside(path, "options.json")
    return ReadOptions(**json.loads(options.read_text(encoding="utf-8"))) if options.exists() else ReadOptions()
