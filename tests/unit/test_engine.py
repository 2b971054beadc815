"""The engine: what goes wrong in a query is told as what it is."""

from __future__ import annotations

import pytest

from journeyminer.errors import TooLittleMemory, UsageError
from journeyminer.log.engine import Engine, parse_memory


@pytest.mark.parametrize(("text", "size"), [("4GB", 4 << 30), ("512 MiB", 512 << 20), ("1.5g", 3 << 29), ("7", 7)])
def test_sizes(text: str, size: int) -> None:
    assert parse_memory(text) == size


def test_what_is_no_size() -> None:
    with pytest.raises(UsageError, match="lots"):
        parse_memory("lots")


def test_too_little_memory_says_which_flag_gives_more() -> None:
    with pytest.raises(TooLittleMemory) as error:
        Engine(memory="64MB").one("SELECT length(list(repeat('x', 1000) || i)) FROM range(1000000) t(i)")
    assert (error.value.status, "--memory" in str(error.value)) == (4, True)


def test_an_engine_leaves_no_folder_behind() -> None:
    engine = Engine()
    spill = engine._spill
    assert spill.exists()
    engine.close()
    assert not spill.exists()
