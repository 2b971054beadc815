"""Text: one way to compare words, one way to show them, and the engine does the same."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeyminer.log.engine import Engine
from journeyminer.text import EXACT, FORMULA, fold, fold_sql, guarded, guarded_sql, printable, words
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


@pytest.mark.parametrize("start", FORMULA)
def test_no_cell_starts_a_formula_in_python_or_in_the_engine(start: str) -> None:
    text = f"{start}1+1"
    assert guarded(text) == f"'{text}"
    assert Engine().one(f"SELECT {guarded_sql('x')} FROM (SELECT ? AS x)", [text]) == (f"'{text}",)


def test_a_sign_inside_a_text_is_no_formula() -> None:
    assert guarded("a=1") == "a=1"
    assert Engine().one(f"SELECT {guarded_sql('x')}, {guarded_sql('y')} FROM (SELECT 'a=1' AS x, NULL AS y)") == (
        "a=1",
        None,
    )
