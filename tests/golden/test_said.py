"""What importers say has words in every language: of the golden inputs, the examples and the demo, and in the code.

A sentence is missed here before a reader meets it in English. Only data needs no words, see `missing`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import journeyminer
from golden_inputs import INPUTS, options_of
from journeyminer.demo import write_demo
from journeyminer.i18n import Language, available_languages, sentences
from journeyminer.importers import read_log
from journeyminer.importers.registry import sources
from journeyminer.log import EventLog
from journeyminer.prepare import prepare
from journeyminer.render.phrases import DATA_ONLY

ROOT = Path(__file__).parents[2]
PACKAGE = Path(journeyminer.__file__).parent
LANGUAGES = [code for code in available_languages() if code != "en"]

TITLES = {known.reads for known in sources() if known.source.startswith("tabular:")}
"""of the profiles: a new one may do without words, so that a source is one profile and one golden pair"""
WRITTEN = re.compile(r"(YYYY|YY|MM|DD|hh|mm|ss|fff|am/pm|[TZ\W])+|[A-Z]\w+/\w+")
"""how a moment is written, and a zone of the IANA: data in any language"""
OF_SOMETHING = ("dates", "date order", "encoding")
"""decisions that begin with what they are about, which is data: `cp1250: letters of Hungarian`"""


def missing(language: Language, about: str, text: str) -> list[str]:
    """The sentences of a text that a language has no words for.

    Data is exempt: numbers, what DATA_ONLY names, titles of profiles, the beginning of OF_SOMETHING, and WRITTEN.
    """
    if about in (*DATA_ONLY, "read_as") or text.isdigit():
        return []
    title, _, rest = text.partition(": ")
    if about == "reason" and title in TITLES:
        text = f"event log: {rest}"
    if about.startswith(OF_SOMETHING):
        text = text.partition(": ")[2]
    listed = text.partition(": ")[2].split(", ") if about == "labels" else []
    whole = [] if language.sentence(text) else re.split("; |, ", text)
    return [part for part in [*whole, *listed] if not WRITTEN.fullmatch(part) and not language.sentence(part)]


def said_of(log: EventLog) -> Iterator[tuple[str, str]]:
    """What the receipt of a log says: about what, and the text."""
    for source in log.receipt.sources:
        yield "reason", source.reason
        for key, decision in source.decisions.items():
            yield "key", key
            yield key, decision
        for reason in (*source.rejected_reasons, *source.ignored_reasons):
            yield "fate", reason
    for file in (*log.receipt.unclaimed, *log.receipt.failed):
        yield "file", file.reason
    for (record,) in log.rows("SELECT DISTINCT record FROM rejects"):
        yield "record", record


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    """All that is said of the golden inputs, the examples and the demo."""
    demo = tmp_path_factory.mktemp("demo") / "exports"
    write_demo(demo)
    paths = [*INPUTS, ROOT / "examples" / "exports", demo]
    logs = (prepare(read_log([path], options=options_of(path))) for path in paths)
    return sorted({each for log in logs for each in said_of(log)})


@pytest.mark.parametrize("code", LANGUAGES)
def test_everything_that_is_said_of_the_inputs_has_words(code: str, said: list[tuple[str, str]]) -> None:
    language = Language(code)
    assert {about for about, _ in said} >= {"reason", "key", "fate", "file", "record", "labels", "us", "zone"}
    assert [(about, part) for about, text in said for part in missing(language, about, text)] == []


@pytest.mark.parametrize(
    ("about", "text", "lacks"),
    [
        ("fate", "no soup", ["no soup"]),
        ("zone", "UTC assumed, for want of better", ["for want of better"]),
        ("labels", "known of 5 events: role 5, mood 4", ["mood 4"]),
        ("dates", "no soup: DD/MM/YYYY; a hunch", ["a hunch"]),
        ("encoding", "cp1250: letters of Klingon", ["letters of Klingon"]),
        ("columns", "case_id = no soup", []),
    ],
)
def test_a_sentence_without_words_is_missed(about: str, text: str, lacks: list[str]) -> None:
    assert missing(Language("hu"), about, text) == lacks


SAYS = {
    "rejected": 1, "ignored": 1, "Match": 1, "decide": 1, "_reject": 1, "_unreadable": 2, "Encoding": 1, "DateOrder": 1,
    "Sides": 2, "Ours": 3, "UnreadableExport": 0, "UnidentifiedSource": 0, "AmbiguousSource": 0,
    "AmbiguousTimestamp": 0, "MissingColumn": 0, "TooManyRejected": 0,
}  # fmt: skip
"""what is called to say something -> which of its arguments is the text"""
SAYING = [PACKAGE / "clock.py", PACKAGE / "log" / "intake.py", *sorted((PACKAGE / "importers").rglob("*.py"))]
TO_THE_USER = {
    "There is no such file or folder.", "No column {} in the frame.", "The log has no column {}.",
    "No importer knows any of the files ({}).",
}  # fmt: skip
"""what ends the run, so that no report ever says it"""


def shape(sentence: str) -> str:
    """A sentence with all its parameters as `{}`."""
    return re.sub(r"{[^}]*}", "{}", sentence)


def written_in_the_code() -> Iterator[str]:
    """The shape of every text that the code of an importer says where it stands as one literal."""
    for file in SAYING:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if name in SAYS and len(node.args) > SAYS[name]:
                    yield from _literal(node.args[SAYS[name]])
            elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in ("message", "basis", "reason"):
                yield from _literal(node.value)


def _literal(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)


@pytest.mark.parametrize("code", LANGUAGES)
def test_everything_that_the_code_of_importers_says_has_words(code: str) -> None:
    known = {shape(sentence) for sentence in sentences(code)} | TO_THE_USER
    found = [text for text in written_in_the_code() if re.search(r"[a-z]{3} |[a-z]{4}", text)]
    assert len(found) > 80
    assert [text for text in found if text not in known and text.removeprefix("{}: ") not in known] == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_title_that_is_translated_is_one(code: str) -> None:
    """A profile needs no words; those that there are belong to one that there is."""
    assert {"event log", "list of tickets"} <= {title for title in TITLES if Language(code).sentence(title)}


def test_no_sentence_is_kept_that_nobody_says() -> None:
    """The longest literal part of every sentence stands in the code."""
    texts = [file.read_text(encoding="utf-8") for file in PACKAGE.rglob("*.*") if file.suffix in (".py", ".toml")]
    code = re.sub(r'"\s*\n\s*f?"', "", "\n".join(text.partition("\n[said]")[0] for text in texts))
    parts = {sentence: max(re.split(r"{[^}]*}", sentence), key=len) for sentence in sentences(LANGUAGES[0])}
    assert [sentence for sentence, part in parts.items() if part.strip(" :") not in code] == []
