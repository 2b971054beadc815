from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from journeyminer.importers.tabular.dialect import Dialect, read_dialect


def dialect(text: str) -> Dialect:
    found = read_dialect(text, complete=True)
    assert found
    return found


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_the_one_that_makes_even_rows(separator: str) -> None:
    text = "case,activity,note\n1,a,x\n2,b,y\n".replace(",", separator)
    assert dialect(text).separator == separator
    assert dialect(text).headers == ("case", "activity", "note")


def test_decimal_commas_do_not_make_a_comma_table() -> None:
    assert dialect("case;amount;cost\n1;1,5;2,5\n2;3,25;4\n").separator == ";"


def test_a_first_line_that_names_the_separator_is_obeyed() -> None:
    found = dialect("sep=|\r\na,b|c,d|e,f\r\n1,2|3,4|5,6\r\n")
    assert (found.separator, found.header_row) == ("|", 2)


def test_the_header_is_the_first_row_of_words_as_wide_as_the_rows() -> None:
    found = dialect("Weekly report\nfrom 2025-01-01,to 2025-01-07\n\ncase,activity,time\n1,a,10:00\n")
    assert (found.header_row, found.headers) == (4, ("case", "activity", "time"))
    assert not found.plain


def test_repeated_and_empty_headers_keep_their_places() -> None:
    assert dialect(",a,b,a,,c\n1,2,3,4,5,6\n").headers == ("", "a", "b", "a", "", "c")


def test_separators_at_the_end_of_every_line_make_no_column() -> None:
    assert dialect("a,b,c,\n1,2,3,\n4,5,6,\n").width == 3
    assert dialect("a,b,c\n1,2,3,\n4,5,6,\n").width == 3


def test_an_unnamed_last_column_with_values_is_one() -> None:
    assert dialect("a,b,c,\n1,2,3,4\n").width == 4


def test_quotes_hold_separators_and_line_ends() -> None:
    found = dialect('a;b;c\r\n1;"x;y\r\nz ""q""";2\r\n')
    assert found.head == (("1", 'x;y\r\nz "q"', "2"),)
    assert dialect("a,b,c\n1,'x,y',2\n2,'z',3\n").quote == "'"


@pytest.mark.parametrize("text", ["", "\n\n", "one column\nonly\n", "1,2,3\n4,5,6\n", '{"a": 1,\n"b": 2}', "a\0b,c\n"])
def test_what_has_no_header_of_two_columns_is_no_table(text: str) -> None:
    assert read_dialect(text, complete=True) is None


def test_the_last_line_of_a_cut_head_is_left_out() -> None:
    found = read_dialect('a,b,c\n1,2,3\n4,5,"cut in the mid', complete=False)
    assert found and len(found.head) == 1


def test_a_row_may_have_empty_cells_beyond_the_table_and_no_others() -> None:
    found = dialect("a,b,c\n1,2,3\n")
    assert found.fits(("1", "2", "3", ""))
    assert not found.fits(("1", "2", "3", "x"))
    assert not found.fits(("1", "2"))


NAMES = ["comma_in_quotes", "empty", "escaped_quotes", "json", "newlines_crlf", "quotes_and_newlines", "simple", "utf8"]


@pytest.mark.parametrize("name", NAMES)
def test_the_csv_spectrum_is_read_to_its_expected_content(data: Callable[[str], Path], name: str) -> None:
    text = data(f"csv_spectrum/csvs/{name}.csv").read_bytes().decode()
    expected = json.loads(data(f"csv_spectrum/json/{name}.json").read_bytes().decode())
    found = dialect(text)
    assert [dict(zip(found.headers, row, strict=True)) for row in found.head] == expected


def test_a_backslash_escapes_quotes_and_is_a_character_elsewhere() -> None:
    found = dialect('a,b,c\n1,"5\\"","x, y"\n2,"",it\\\'s\n3,"8\\" \\\\ ok",C:\\dir\n')
    assert found.escape == "\\"
    assert found.head == (("1", '5"', "x, y"), ("2", "", "it\\'s"), ("3", '8" \\ ok', "C:\\dir"))
    assert dialect('a,b,c\n1,"5""","C:\\"\n').escape == '"'


def test_blanks_may_stand_between_a_separator_and_a_quote() -> None:
    found = dialect('a, b, c\n1, "x, y", 2\n2, "z", 3\n')
    assert (found.spaced, found.plain, found.headers) == (True, False, ("a", "b", "c"))
    assert found.head[0] == ("1", "x, y", "2")
    assert not dialect('a,b,c\n1,"say, ""x""",2\n').spaced


ROWS = "a,b,c,d\n" + "1,x,2026-01-05,\n" * 12


@pytest.mark.parametrize("row", ["1,,x,2026-01-05,", ",1,x,2026-01-05,", "1,x,2026-01-05,,", "1,x,,,2026-01-05,"])
def test_empty_cells_too_many_are_dropped_where_the_others_fit_their_columns(row: str) -> None:
    assert dialect(ROWS).settled(tuple(row.split(","))) == ("1", "x", "2026-01-05", "")


def test_where_an_empty_cell_too_many_may_stand_in_two_places_none_is_dropped() -> None:
    words = dialect("a,b,c\nx,y,z\nx,,z\n")
    assert words.settled(("x", "", "z", "")) is None
    assert words.settled(("x", "y", "z", "")) == ("x", "y", "z")
    assert words.settled(("x", "y", "w", "z")) is None
