"""Stray quotes: one reading makes a row of the table, or none does."""

from __future__ import annotations

import re

import pytest

from journeyminer.importers.tabular.dialect import Dialect, read_dialect
from journeyminer.importers.tabular.lines import read_rows_safely
from journeyminer.importers.tabular.quotes import is_torn, mend, torn_pattern

HEADER = "case,time,price,item,note\n"
ROWS = HEADER + "".join(f'{n},2026-01-05 10:{n:02},7,Desk,"a, b"\n' for n in range(12))


def dialect(text: str = ROWS) -> Dialect:
    found = read_dialect(text, complete=True)
    assert found
    return found


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        ('1,2026-01-05 10:00,7,"Desk,"a, b"', ('"Desk', "a, b")),
        ('1,2026-01-05 10:00,7,Desk,""a, b"', ("Desk", '"a, b')),
        ('1,2026-01-05 10:00,7,Desk,"', ("Desk", '"')),
        ('1,2026-01-05 10:00,7,Desk,"the "big, red" one"', ("Desk", 'the "big, red" one')),
        ('1,2026-01-05 10:00,7,"old" desk,x', ('"old" desk', "x")),
        ('1,2026-01-05 10:00,7,"a, b","5"" x" y"', ("a, b", '5" x" y')),
    ],
)
def test_a_stray_quote_is_a_character_where_one_reading_fits(row: str, cells: tuple[str, str]) -> None:
    assert mend(row + "\n", dialect()) == ("1", "2026-01-05 10:00", "7", *cells)


@pytest.mark.parametrize(
    "row",
    [
        '1,2026-01-05 10:00,"7,Desk "a',  # too few cells in every reading
        '1,"2026-01-05 10:00,7,Desk"a,b,c',  # too many, or a word where prices stand
        '1,2026-01-05 10:00,7,"a,"b,"c" d',  # which of the commas separates?
        "1,2026-01-05 10:00,7,Desk," + '"x' * 30,
    ],
)
def test_where_no_reading_fits_or_several_do_the_row_is_unclear(row: str) -> None:
    assert mend(row, dialect()) is None


def test_a_row_that_is_unclear_is_one_line_and_told() -> None:
    lines = [HEADER, '1,2026-01-05 10:00,"7,Desk "a\n', "2,2026-01-05 10:01,7,Desk,x\n"]
    assert [(len(row.cells), row.n_lines, row.is_unclear) for row in read_rows_safely(lines, dialect())] == [
        (5, 1, False),
        (0, 1, True),
        (5, 1, False),
    ]


def test_quotes_inside_a_cell_of_several_lines_are_characters_too() -> None:
    lines = [HEADER, '1,2026-01-05 10:00,7,Desk,"he said\n', '"no" again"\n', "2,2026-01-05 10:01,7,Desk,x\n"]
    rows = list(read_rows_safely(lines, dialect()))
    assert [row.n_lines for row in rows] == [1, 2, 1]
    assert rows[1].cells[-1] == 'he said\n"no" again'


TORN = ['1,x,$7"Desk, small",y', 'x"Desk, small"', '1,Pack"Desk, small, red",y,z']
WHOLE = ['1,x,5" desk,y', '1,12",13"', '1,the "big" desk,y', '1,"$7""Desk, small""",y', 'TV 5" wide,screen 4",x']


@pytest.mark.parametrize(("row", "torn"), [*((row, True) for row in TORN), *((row, False) for row in WHOLE)])
def test_a_quoted_text_without_the_separator_before_it_is_torn(row: str, torn: bool) -> None:
    assert is_torn(row + "\r\n", dialect()) == torn


def test_the_engine_asks_the_same_of_the_cells_that_it_read() -> None:
    torn = re.compile(torn_pattern("\x1f", '"'))
    assert torn.search('1\x1f$7"Desk\x1f small"\x1fx')
    assert not torn.search('1\x1fa "b, c" d\x1fsaid "no"\x1f5" x')
