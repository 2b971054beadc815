"""Languages: numbers, times, plurals, and catalogues that all say the same things."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from catalogues import forms_of
from journeyminer import i18n, vocabulary
from journeyminer.config import language_of
from journeyminer.errors import UsageError
from journeyminer.i18n import UNKNOWN, Entry, Language, available_languages, catalogue
from journeyminer.note import Note

PACKAGE = Path(i18n.__file__).parent
EN, PT, ES, HU = Language("en"), Language("pt"), Language("es"), Language("hu")
KINDS = {
    "number", "decimal", "percent", "duration", "hours", "date", "moment", "activity", "source", "target",
    "turn", "between", "channel", "a_trace", "traces", "each_trace", "lines", "some", "reason",
    "fate", "record", "separator", "written", "holds",
}  # fmt: skip


@pytest.mark.parametrize(
    ("seconds", "says"),
    [
        (0, "0 s"), (59.4, "59 s"), (59.6, "1 min"), (3599, "1 h"), (3600, "1 h"), (15_600, "4 h 20 min"),
        (86_399, "1 d"), (276_480, "3.2 d"), (8_640_000, "100 d"), (-60, "-1 min"), (None, UNKNOWN),
    ],
)  # fmt: skip
def test_durations_are_read_at_a_glance(seconds: float | None, says: str) -> None:
    assert EN.duration(seconds) == says


def test_portuguese_writes_numbers_as_brazil_does() -> None:
    assert PT.duration(276_480) == "3,2 d"
    assert PT.duration(15_600) == "4 h 20 min"
    assert PT.number(1_234_567.8, 1) == "1.234.567,8"
    assert PT.percent(0.034) == "3,4%"
    assert PT.hours(4_464_000) == "1.240 h"


def test_spanish_and_hungarian_write_numbers_as_their_readers_do() -> None:
    assert ES.duration(276_480) == "3,2 d"
    assert ES.percent(0.034) == "3,4\u00a0%"
    assert ES.hours(4_464_000) == "1.240 h"
    assert HU.duration(276_480) == "3,2 nap"
    assert HU.duration(15_600) == "4 óra 20 perc"
    assert HU.percent(0.034) == "3,4%"
    assert HU.hours(4_464_000) == "1\u00a0240 óra"


@pytest.mark.parametrize(
    ("share", "says"),
    [
        (0, "0%"), (0.0004, "<0.1%"), (0.034, "3.4%"), (0.0996, "10%"), (0.5, "50%"), (0.996, ">99%"), (1, "100%"),
        (None, UNKNOWN),
    ],
)  # fmt: skip
def test_shares_are_never_rounded_to_all_or_nothing(share: float | None, says: str) -> None:
    assert EN.percent(share) == says


def test_moments_say_their_zone_and_are_turned_to_it() -> None:
    assert EN.moment("2026-03-09T11:00:00+02:00") == "9 Mar 2026, 09:00 UTC"
    assert EN.date("2026-03-09T11:00:00Z") == "9 Mar 2026"
    assert PT.date("2026-03-09T11:00:00Z") == "9 mar. 2026"
    assert ES.date("2026-03-09T11:00:00Z") == "9 mar 2026"
    assert HU.moment("2026-03-09T11:00:00Z") == "2026. márc. 9. 11:00 UTC"
    assert EN.moment(None) == UNKNOWN


def test_plural_forms_are_the_language_s_own() -> None:
    assert [EN.text("count.case", n=n) for n in (0, 1, 2)] == ["0 cases", "1 case", "2 cases"]
    assert [PT.text("count.case", n=n) for n in (0, 1, 2)] == ["0 caso", "1 caso", "2 casos"]
    assert PT.text("count.case", n=1_000_000) == "1.000.000 casos"
    assert [ES.text("count.case", n=n) for n in (0, 1, 2)] == ["0 casos", "1 caso", "2 casos"]
    assert [HU.text("count.case", n=n) for n in (0, 1, 2)] == ["0 ügy", "1 ügy", "2 ügy"]


def test_a_plural_may_count_another_parameter() -> None:
    assert EN.text("finding.ping_pong", n=3, n_cases=1, cases="1 case") == "1 case went back to an earlier owner."
    assert EN.text("finding.ping_pong", n=3, n_cases=2, cases="2 cases").endswith("owner (3 times).")


def test_activities_of_the_vocabulary_are_translated_and_others_stay() -> None:
    assert PT.activity("solved") == "Resolvido"
    assert PT.activity("Angebot versandt") == "Angebot versandt"


def test_parameters_are_data_and_never_a_sentence() -> None:
    says = EN.text("note.unknown.figures", figures="{reason}", reason="{names.__class__}")
    assert says == "{reason}: {names.__class__}."


def test_a_key_without_words_is_shown_and_an_absent_parameter_is_unknown() -> None:
    assert EN.text("finding.brand_new", n=3) == "brand new (n 3)"
    assert EN.text("note.unknown.figures", figures="Hand-offs") == f"Hand-offs: {UNKNOWN}."
    assert EN.word("turn", "nobody") == "nobody"
    assert EN.word("turn", None) == UNKNOWN


def test_a_note_is_a_sentence_and_so_are_the_notes_inside_it() -> None:
    proof = Note("proof.day_above_12", example="23/01/2026")
    dates = Note("decision.dates_proved", column="Data", formats=("DD/MM/YYYY", "epoch_ms"), proof=proof)
    assert PT.note(dates) == (
        "Datas em “Data”: DD/MM/YYYY, milissegundos desde 1970; "
        "há um dia acima de 12 (23/01/2026) e nenhum na outra posição"
    )
    assert ES.note(Note("match.columns", headers=("Ticket", "Paso"))) == "por las columnas Ticket, Paso"


@pytest.mark.parametrize("header", ["no case", "{title}", "{0.__class__}", "no_case", "decision.columns"])
def test_a_header_is_never_a_sentence(header: str) -> None:
    assert PT.note(Note("match.columns", headers=(header,))) == f"pelas colunas {header}"


def test_where_a_record_stands_is_said_in_the_language() -> None:
    assert HU.record("row 10500") == "10500. sor"
    assert HU.record("a: b.csv: row 7") == "a: b.csv: 7. sor"
    assert PT.record("row of houses") == "row of houses"


def test_an_unknown_language_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"en, .*pt"):
        language_of("tlh")


def placeholders(entry: Entry) -> set[tuple[str, ...]]:
    return {field for form in forms_of(entry) for field in re.findall(r"{(\w+)(?::(\w+))?}", form)}


@pytest.mark.parametrize("code", available_languages())
def test_every_catalogue_has_the_same_keys_and_parameters(code: str) -> None:
    english, other = catalogue("en"), catalogue(code)
    assert other.keys() == english.keys()
    assert [key for key in english if placeholders(other[key]) != placeholders(english[key])] == []


@pytest.mark.parametrize("code", available_languages())
def test_every_parameter_has_a_kind_that_can_be_written(code: str) -> None:
    kinds = {kind for entry in catalogue(code).values() for _, kind in placeholders(entry)}
    counted = {key.removeprefix("count.") for key in catalogue("en") if key.startswith("count.")}
    assert kinds - KINDS - counted == {""}


def test_no_suffix_is_glued_to_data_in_hungarian() -> None:
    """Vowel harmony would have to know how the data sounds: `Billing-ben`, but `Technical-ban`."""
    forms = [form for entry in catalogue("hu").values() for form in forms_of(entry)]
    assert [form for form in forms if re.search(r"}-?[^\W_]", form)] == []


def test_every_word_of_the_closed_sets_has_a_translation() -> None:
    sets = {
        "activity": vocabulary.ACTIVITIES, "role": vocabulary.ROLES, "channel": vocabulary.CHANNELS,
        "status": vocabulary.STATUSES, "visibility": vocabulary.VISIBILITIES, "turn": vocabulary.TURNS,
        "turn_basis": vocabulary.TURN_BASES,
        "handover_level": vocabulary.HANDOVER_LEVELS, "between": vocabulary.HANDOVER_LEVELS, "fate": vocabulary.FATES,
        "note.fate": vocabulary.FATE_REASONS,
    }  # fmt: skip
    assert [f"{kind}.{word}" for kind, words in sets.items() for word in words if not EN.has(f"{kind}.{word}")] == []


SLUGS = {
    "finding": r'(?:Finding|_place)\(\s*"(\w+)"',
    "reason": r'Kpi\([^)]*reason="(\w+)"',
    "kpi": r'definition="(\w+)"',
}
"""how code says a slug that a report will show in words"""


@pytest.mark.reads_source
@pytest.mark.parametrize("kind", SLUGS)
def test_every_slug_that_the_code_can_give_has_words(kind: str) -> None:
    text = "".join(file.read_text(encoding="utf-8") for file in PACKAGE.rglob("*.py"))
    slugs = {slug for found in re.finditer(SLUGS[kind], text) for slug in found.groups() if slug}
    ending = ".definition" if kind == "kpi" else ""
    assert slugs
    assert [slug for slug in sorted(slugs) if not EN.has(f"{kind}.{slug}{ending}")] == []


@pytest.mark.parametrize(("code", "said"), [("en", "1 of 5 cases was"), ("es", "1 de 5 casos seguía"),
                                            ("pt", "1 de 5 casos ainda estava")])  # fmt: skip
def test_one_is_no_plural(code: str, said: str) -> None:
    language = Language(code)
    cases = language.text("count.case", n=5)
    assert language.text("finding.open_cases", per="case", n=1, of=5, cases=cases).startswith(said)
    assert re.search(r"\b1 (case|caso|time|vez)\b", language.text("count.case", n=1))


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("en", ["agent 12", "chat 3-12", "folder 1/file 3.csv"]),
        ("pt", ["atendente 12", "chat 3-12", "pasta 1/arquivo 3.csv"]),
        ("es", ["agente 12", "chat 3-12", "carpeta 1/archivo 3.csv"]),
        ("hu", ["12. ügyintéző", "3-12. csevegés", "mappa 1/fájl 3.csv"]),
    ],
)
def test_what_stands_for_a_name_is_told_in_the_language(code: str, told: list[str]) -> None:
    language = Language(code)
    assert [language.value(name) for name in ("agent 12", "chat 3-12", "folder 1/file 3.csv")] == told
    assert language.value("secret agent 3") == "secret agent 3"
    assert language.value("agent 3x") == "agent 3x"


def test_a_record_is_told_with_the_name_of_its_file() -> None:
    assert Language("es").record("mailbox 2: message 34") == "buzón 2: mensaje 34"
