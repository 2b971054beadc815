"""Polluted tables are read as their clean twins are, or it is said that they are not: a seeded share of them.

`make pollock` reads all of them and prints the shares.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from pollock import read, read_all, shares

N = 40
REFUSED = {
    "file_header_multirow_3": "read.no_column",  # the twin names its columns by three header rows joined; one is read
    "file_multitable_less": "read.too_many_rejected",  # a second table with fewer columns follows
    "file_no_payload": "read.empty",
    "file_quotation_char_0x27": "read.too_many_rejected",  # apostrophes of words are taken for closing quotes
    "row_extra_quote0_col0": "read.no_table",  # a quote before the first header opens a cell that nobody closes
    "row_field_delimiter_0_0x20": "read.no_table",  # the header has blanks for separators, the rows have commas
    "row_more_sep_row0_col0": "read.no_dates",  # the header has an empty cell too many, so that every column is shifted
}
"""the files that are refused whole -> the slug of the reason; of 150"""
WRONG = {
    # The second table has the same columns. The twin has the first table only, but nothing tells it from two exports of
    # one kind put together: the rows of both are read, and the header between them is rejected.
    "file_multitable_same": "unreadable_timestamp",
}
"""the files that are read otherwise than their twins -> why rows of theirs were rejected"""


@pytest.fixture(scope="session")
def folder(data: Callable[[str], Path]) -> Path:
    return data("pollock/csv").parent


def test_a_share_of_the_polluted_tables_is_read_right_or_honestly(folder: Path) -> None:
    names = sorted(path.stem for path in (folder / "csv").glob("*.csv"))
    others = [name for name in names if name not in REFUSED and name not in WRONG]
    reads = list(read_all(folder, Random(8).sample(others, N)))
    assert [each for each in reads if each.verdict not in ("right", "rejected")] == []
    assert shares(reads)["right"] >= 0.5


@pytest.mark.parametrize(("name", "reason"), [*REFUSED.items(), *WRONG.items()])
def test_what_is_not_read_has_its_reason(folder: Path, name: str, reason: str) -> None:
    found = read(folder, name)
    assert found.verdict == ("wrong" if name in WRONG else "refused")
    assert reason in found.reason
