"""Text: one way to compare words, one way to show them, and the engine does the same."""

from __future__ import annotations

import re
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeyminer.log.engine import Engine
from journeyminer.text import EXACT, fold, fold_sql, guarded, is_hidden, printable, printable_sql, words
from sample_report import HOSTILE


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Waiting on CUSTOMER", "waiting on customer"),
        ("  Aguardando\tvocê ", "aguardando voce"),
        ("Straße", "strasse"),
        ("Nº do Protocolo", "no do protocolo"),
        ("clo\u200bsed\u200e", "closed"),
        ("12\u202f30\u00a0h", "12 30 h"),
        ("e\u0301te\u0301", "ete"),
        ("ＯＰＥＮ", "open"),
        ("ügyfélre vár", "ugyfelre var"),
        ("İstanbul", "istanbul"),
        ("", ""),
    ],
)
def test_words_are_compared_without_case_accents_and_what_nobody_sees(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_words_hold_letters_and_digits_and_the_signs_to_keep() -> None:
    assert words("Re-opened_by: agent (2)") == "re opened by agent 2"
    assert words("*solved*!", keep="*") == "*solved*"
    assert words("^]a-b", keep="^]") == "^]a b"


def test_the_engine_folds_as_python_does() -> None:
    texts = [
        f"{left}{chr(code)}{right}" for code in EXACT for left in ("x", "x ", " ", "") for right in ("Y", " y", "")
    ]
    engine = Engine()
    engine.execute("CREATE TABLE t AS SELECT unnest(?) AS x", [texts])
    assert [(x, y) for x, y in engine.rows(f"SELECT x, {fold_sql('x')} FROM t") if y != fold(x)] == []


@pytest.mark.parametrize("text", HOSTILE)
def test_printable_is_one_line_without_controls(text: str) -> None:
    shown = printable(text)
    assert len(shown.splitlines()) == 1
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e]", shown)


def test_what_was_neutralised_can_still_be_seen() -> None:
    assert printable("\x1b[31mred") == "␛[31mred"
    assert printable("a\tb\u2028c") == "a b c"
    assert printable("half \ud800 pair") == "half \ufffd pair"
    assert printable("👩\u200d🔧 ação ő") == "👩\u200d🔧 ação ő"


@pytest.mark.parametrize("start", "=+-@\t\r\n＝＋－＠")
def test_no_cell_starts_a_formula_in_python_or_in_the_engine(start: str) -> None:
    text = f"{start}1+1"
    assert guarded(text) == f"'{text}"
    assert in_the_engine(text) == printable(guarded(text)).replace("␉", " ")


def test_a_sign_inside_a_text_is_no_formula() -> None:
    assert guarded("a=1") == in_the_engine("a=1") == "a=1"
    assert in_the_engine(None) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x;=1+1", "x;'=1+1"),
        ('x; "+1', "x;' \"+1"),
        ("x\t@SUM(A1)", "x '@SUM(A1)"),
        ("::error::x", ": :error::x"),
        ("long ::set-output name=a::b", "long : :set-output name=a::b"),
        ("##vso[task.setvariable]x", "# #vso[task.setvariable]x"),
        ("##[error]x", "# #[error]x"),
        ("section_start:1:a", "section_ start:1:a"),
        ("a\U000e0041\ufff9\u180e\u202e\u200bb", "a" + 5 * "\ufffd" + "b"),
        ("pay\u200dpal", "pay\ufffdpal"),
        ("at 12:30 :: see std::vector #1 C#[0]", "at 12:30 :: see std::vector #1 C#[0]"),
    ],
)
def test_a_cell_commands_neither_a_ci_service_nor_a_spreadsheet_of_any_locale(text: str, says: str) -> None:
    assert printable(guarded(text)) == in_the_engine(text) == says


def test_every_character_that_is_not_seen_is_shown() -> None:
    """Unicode's category Cf as a whole, of the Python that runs."""
    hidden = [char for char in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(char) in ("Cc", "Cf", "Cs")]
    assert len(hidden) > 2_000
    assert not any(is_hidden(char) for char in printable("".join(f"a{char}b" for char in hidden)))


def in_the_engine(text: str | None) -> object:
    """What the SQL twin makes of a text."""
    return Engine().one(f"SELECT {printable_sql('x')} FROM (SELECT ?::VARCHAR AS x)", [text])[0]
