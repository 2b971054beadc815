"""The how-to pages are followed step by step, in a copy of the package."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from journeyminer.render import write_report
from sample_report import sample_report

ROOT = Path(__file__).parents[1]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A folder with a copy of the package, as a developer has it."""
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def blocks(page: str, language: str) -> list[str]:
    """The code blocks of a how-to page."""
    text = (ROOT / "docs" / "how-to" / page).read_text(encoding="utf-8")
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```", text, flags=re.DOTALL | re.MULTILINE)
    return [re.sub(rf"^{indent}", "", block, flags=re.MULTILINE) for indent, block in found]


def journeyminer(folder: Path, *args: str) -> str:
    """What a command of the copy prints."""
    done = subprocess.run(
        [sys.executable, "-m", "journeyminer", *args],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(folder / "src")}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


def test_a_report_language_is_one_file(copy: Path) -> None:
    before = {path for path in copy.rglob("*") if path.is_file()}
    (first, *_) = blocks("add-a-report-language.md", "console")
    subprocess.run(first.removeprefix("$ ").split(), cwd=copy, check=True)
    (added,) = {path for path in copy.rglob("*") if path.is_file()} - before
    text = added.read_text(encoding="utf-8")
    for block in blocks("add-a-report-language.md", "toml"):
        table, _, lines = block.rpartition("]\n")
        at = text.index(table)
        for line in lines.splitlines():
            old = re.compile(rf"^{line.split(' = ')[0]} = .*$", re.MULTILINE).search(text, at)
            assert old, line
            text = text[: old.start()] + line + text[old.end() :]
    added.write_text(text, encoding="utf-8")
    write_report(sample_report(), copy / "report.json")
    shown = journeyminer(copy, "report", "report.json", "--language", "fr", "--format", "markdown")
    assert shown.startswith("# Parcours clients\n")
    assert "1\u202f284 dossiers" in shown
    assert "ran on our clock: 8\u202f583 h" in shown  # what is not translated yet is English, its figures are French


@pytest.mark.parametrize(
    ("name", "number", "file", "expected"),
    [
        ("acme_steps", 0, "steps.csv", [
            "steps.csv:A-1,2026-03-02T09:00:00,ticket_created,,,,agent 1,,,new,steps.csv: row 2",
            "steps.csv:A-1,2026-03-02T10:30:00,closed,,,,agent 1,,,closed,steps.csv: row 3",
        ]),
        ("acme_desk", 1, "export.json", [
            "acme:7,2026-03-02T09:00:00,ticket_created,,,,,,,,export.json: ticket 7",
            "acme:7,2026-03-02T09:00:05,customer_message,customer,,public,,,,,export.json: ticket 7",
            "acme:7,2026-03-02T10:30:00,agent_reply,agent,,public,agent 1,,,,export.json: ticket 7",
        ]),
    ],
)  # fmt: skip
def test_a_source_is_a_profile_and_an_export(
    copy: Path, name: str, number: int, file: str, expected: list[str]
) -> None:
    profile = copy / "src" / "journeyminer" / "importers" / "profiles" / f"{name}.toml"
    profile.write_text(blocks("add-a-source.md", "toml")[number], encoding="utf-8")
    (copy / file).write_text(blocks("add-a-source.md", Path(file).suffix[1:])[0], encoding="utf-8")
    (identified,) = json.loads(journeyminer(copy, "identify", file, "--format", "json"))
    assert name in (identified["profile"], identified["importer"])
    assert journeyminer(copy, "show", "events", file, "--format", "csv").splitlines()[1:] == expected


def test_a_measure_with_its_section_is_three_files_and_words(copy: Path) -> None:
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    package = copy / "src" / "journeyminer"
    module, imports, section, key = blocks("add-a-measure.md", "python")
    (words,), (partial,) = blocks("add-a-measure.md", "toml"), blocks("add-a-measure.md", "html")
    (package / "mining" / "channels.py").write_text(module, encoding="utf-8")
    (package / "render" / "page" / "sections" / "channels.html.j2").write_text(partial, encoding="utf-8")
    with (package / "locales" / "en.toml").open("a", encoding="utf-8") as file:
        file.write("\n" + words)
    listed = package / "report" / "sections.py"
    text = listed.read_text(encoding="utf-8")
    anchors = {
        "from journeyminer.mining.durations": imports, "class Report(": section, "    durations: Annotated": key,
    }  # fmt: skip
    for anchor, lines in anchors.items():
        text = text.replace(anchor, f"{lines}{anchor}", 1)
    listed.write_text(text, encoding="utf-8")
    touched = {path for path in copy.rglob("*") if path.is_file() and before.get(path) != path.read_bytes()}
    assert {path.name for path in touched} == {"channels.py", "sections.py", "channels.html.j2", "en.toml"}

    (copy / "calls.csv").write_text(
        "Case ID,Activity,Timestamp,Channel\n1,asked,2026-01-05 09:00,email\n1,answered,2026-01-05 10:00,chat\n"
        "1,asked,2026-01-05 11:00,chat\n2,asked,2026-01-05 09:00,email\n3,asked,2026-01-05 09:00,\n",
        encoding="utf-8",
    )
    shown = json.loads(journeyminer(copy, "show", "channels", "calls.csv", "--format", "json"))["channels"]
    assert shown == [
        {"channel": "chat", "n": 2, "n_cases": 1, "share": 1 / 3},
        {"channel": "email", "n": 2, "n_cases": 2, "share": 2 / 3},
    ]
    journeyminer(copy, "discover", "calls.csv", "-o", "out")
    assert (copy / "out/tables/channels.csv").read_text("utf-8").splitlines()[1] == f"chat,2,1,{1 / 3}"
    assert "<strong>e-mail</strong> 67%" in (copy / "out/report.html").read_text("utf-8")
    for code, told in (("en", "## Channels\n\nWhere 3 cases met us"), ("hu", "## Channels\n\nWhere 3 ügy met us")):
        assert told in journeyminer(copy, "report", "out/report.json", "--format", "markdown", "--language", code)
    described = "schema()['properties']['channels']['description']"
    code = (
        f"import journeyminer as jm; from journeyminer.report.schema import schema; print(jm.channels.row, {described})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(copy / "src")},
        capture_output=True,
        check=True,
    )
    assert b"ChannelRow" in done.stdout and b"Events and traces by channel." in done.stdout
