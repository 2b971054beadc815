"""Shared fixtures: the folder of real logs, where there is one, and tiny logs written as text."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# The examples are the same every day, so that a test fails for a change alone; `make fuzz` looks for new ones.
settings.register_profile("seeded", derandomize=True)
settings.register_profile("fuzz")
settings.load_profile("fuzz" if os.environ.get("JOURNEYMINER_FUZZ") else "seeded")

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def data() -> Callable[[str], Path]:
    """`data("helpdesk/finale.csv.gz")`: a file of the real logs; the test is skipped where it is absent."""
    folder = Path(os.environ.get("JOURNEYMINER_DATA", ROOT.parent / "shared" / "data"))

    def find(name: str) -> Path:
        path = folder / name
        if not path.exists():
            pytest.skip(f"needs {name} of the real logs; set JOURNEYMINER_DATA to their folder")
        return path

    return find
