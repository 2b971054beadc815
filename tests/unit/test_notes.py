"""Notes: every slug that the code hands over has words in every language, and no words are left without a slug."""

from __future__ import annotations

import ast
from pathlib import Path
from string import Formatter

import msgspec
import pytest

from catalogues import forms_of
from journeyminer import note as note_module
from journeyminer.i18n import available_languages, catalogue
from journeyminer.note import Note
from journeyminer.vocabulary import FATE_REASONS

pytestmark = pytest.mark.reads_source
PACKAGE = Path(note_module.__file__).parent
NODES = [
    node for file in sorted(PACKAGE.rglob("*.py")) for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
]
CALLS = [
    node for node in NODES if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Note"
]


def slug_of(call: ast.Call) -> str:
    """The slug that a call writes out; nothing where it is made at run time."""
    slug = call.args[0].value if isinstance(call.args[0], ast.Constant) else None
    return slug if isinstance(slug, str) else ""


def test_the_slug_of_every_note_is_written_out() -> None:
    assert [ast.unparse(call) for call in CALLS if not slug_of(call)] == []


@pytest.mark.parametrize("code", available_languages())
def test_notes_and_their_words_are_the_same_set_in_every_language(code: str) -> None:
    used = {f"note.{slug_of(call)}" for call in CALLS} | {f"note.fate.{reason}" for reason in FATE_REASONS}
    words = {key for key in catalogue(code) if key.startswith("note.")}
    assert (sorted(used - words), sorted(words - used)) == ([], [])


@pytest.mark.parametrize("code", available_languages())
def test_a_sentence_quotes_only_what_all_its_notes_carry(code: str) -> None:
    for call in CALLS:
        forms = forms_of(catalogue(code)[f"note.{slug_of(call)}"])
        quoted = {name for form in forms for _, name, _, _ in Formatter().parse(form) if name}
        carried = {keyword.arg for keyword in call.keywords}
        assert None in carried or quoted <= carried, ast.unparse(call)  # None: ** brings some


def test_every_reason_of_a_fate_is_given_somewhere() -> None:
    texts = [node.value for node in NODES if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    texts += [file.read_text(encoding="utf-8") for file in PACKAGE.rglob("profiles/*.toml")]
    assert [reason for reason in FATE_REASONS if sum(reason in text for text in texts) < 2] == []  # one names the set


def test_a_note_goes_through_json_and_back() -> None:
    inner = Note("proof.year_first", example="2026-01-05")
    note = Note("a.b", n=3, share=0.5, none=None, words=("x", inner), inner=inner)
    assert msgspec.json.decode(msgspec.json.encode(note), type=Note) == note
    assert len({note, Note(note.slug, **dict(reversed(list(note.params.items()))))}) == 1
    assert str(note) == (
        "a.b(n=3, share=0.5, none=None, words=x; proof.year_first(example=2026-01-05), "
        "inner=proof.year_first(example=2026-01-05))"
    )
