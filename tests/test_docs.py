"""The docs say what is true: every command runs, every page of the reference is what the code says."""

from __future__ import annotations

import contextlib
import inspect
import io
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import click
import pytest

import journeyminer as jm
from journeyminer.cli.main import COMMANDS, cli, run
from journeyminer.errors import ExitStatus
from journeyminer.i18n import Language, available_languages
from journeyminer.log.schema import CASES, EVENTS, IDENTITIES, LINKS, REJECTS, Column
from journeyminer.options import (
    FilterOptions,
    PromiseOptions,
    ReadOptions,
    ReportOptions,
    RunOptions,
    WriteOptions,
    options_of,
)
from journeyminer.prepare.steps import named
from journeyminer.report.schema import schema
from journeyminer.report.sections import MEASURES
from journeyminer.vocabulary import ACTIVITIES

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")])
RUN = [ROOT / "README.md", ROOT / "docs" / "tutorial.md"]
BLESS = bool(os.environ.get("JOURNEYMINER_BLESS"))
GENERATED = "<!-- made from the code: JOURNEYMINER_BLESS=1 pytest tests/test_docs.py -->\n\n"


class Done(NamedTuple):
    """What a command left behind."""

    status: int
    out: str
    err: str


Followed = Callable[[Path], tuple[Path, dict[str, Done]]]


def commands_of(page: Path) -> Iterator[str]:
    """The `$ journeyminer ...` lines of a page's console blocks."""
    for block in re.findall(r"```console\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL):
        yield from re.findall(r"^\$ (journeyminer .*)$", block, flags=re.MULTILINE)


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Followed:
    """`followed(page)`: the folder in which every command of a page was run, and what each of them left behind."""

    @cache
    def follow(page: Path) -> tuple[Path, dict[str, Done]]:
        folder = tmp_path_factory.mktemp("followed")
        (folder / "examples").symlink_to(ROOT / "examples")
        done = {}
        with contextlib.chdir(folder):
            for command in commands_of(page):
                out, err = io.StringIO(), io.StringIO()
                with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                    status = run(shlex.split(command)[1:])
                done[command] = Done(status, out.getvalue(), err.getvalue())
        return folder, done

    return follow


@pytest.mark.parametrize("page", RUN, ids=lambda page: page.name)
def test_every_command_of_a_page_runs(followed: Followed, page: Path) -> None:
    _, commands = followed(page)
    assert len(commands) >= 5
    for command, done in commands.items():
        assert done.status == 0, f"{command}\n{done.err}"


def test_the_library_example_of_the_readme_runs(followed: Followed) -> None:
    folder, _ = followed(ROOT / "README.md")
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.DOTALL)
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "lost_seconds" in done.stdout


def test_the_readme_shows_what_the_demo_prints(followed: Followed) -> None:
    _, commands = followed(ROOT / "README.md")
    (shown,) = re.findall(r"```text\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.DOTALL)
    assert commands["journeyminer discover demo/exports -o demo/out"].out == shown


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert target.startswith("https://") or (page.parent / target).exists(), target


def test_every_page_that_is_named_anywhere_exists() -> None:
    named = re.compile(r"\b(?:docs|examples)/[\w./-]*\w")
    text = [file for folder in ("src", "docs", "bench", "tests") for file in (ROOT / folder).rglob("*")]
    for file in (*text, *ROOT.glob("*.md"), ROOT / "Makefile", ROOT / "pyproject.toml"):
        if file.suffix in (".py", ".md", ".toml", ".j2", ".js", ".css", "") and file.is_file():
            for path in named.findall(file.read_text(encoding="utf-8")):
                assert (ROOT / path).exists(), f"{file.relative_to(ROOT)} names {path}"


def test_the_readme_names_every_command_and_exit_status() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for command in COMMANDS:
        assert f"journeyminer {command}" in text, command
    for status in ExitStatus:
        assert f"| {int(status)} |" in text, status


def command_reference() -> str:
    """Every command's --help."""
    parts = []
    for name in ("", *COMMANDS):
        command = cli.get_command(click.Context(cli), name) if name else cli
        assert command is not None
        # as main() makes it: click keeps a command's help option once it was asked for
        context = click.Context(
            command, info_name=f"journeyminer {name}".strip(), max_content_width=100, help_option_names=["-h", "--help"]
        )
        context.terminal_width = 100
        parts.append(f"## {context.info_name}\n\n```text\n{command.get_help(context)}\n```\n")
    return "# Commands\n\n" + "\n".join(parts)


def column_reference() -> str:
    """Every column of the log."""
    tables: dict[str, tuple[Column, ...]] = {
        "events": EVENTS, "cases": CASES, "identities": IDENTITIES, "links": LINKS, "rejects": REJECTS,
    }  # fmt: skip
    parts = [
        "# Columns of the event log\n\n"
        "One Parquet file a table, in the log folder; those that say who the customers are lie\n"
        "in its folder `private`, see [Privacy](../explanation/privacy.md). Times are UTC.\n"
    ]
    for table, columns in tables.items():
        rows = "\n".join(f"| {each.name} | {each.type} | {each.meaning} | {each.xes or ''} |" for each in columns)
        parts.append(f"## {table}\n\n| column | type | meaning | XES |\n|---|---|---|---|\n{rows}\n")
    return "\n".join(parts)


def option_reference() -> str:
    """Every option with its flag, its key and its default, from the classes that declare them."""
    head = "| flag | in journeyminer.toml | default | meaning |\n|---|---|---|---|"
    parts = [
        "# Options\n\nA flag goes before journeyminer.toml, the file before the default; lists and tables add up.\n"
    ]
    for kind in (ReadOptions, RunOptions, WriteOptions, FilterOptions, ReportOptions, PromiseOptions):
        rows = []
        for each in options_of(kind):
            flag = f"{', '.join(each.flags)} {each.metavar}".strip().replace("|", "\\|")
            keys = ", ".join(f"`{key}`" for key in each.keys)
            env = f" Environment: `{each.env}`." if each.env else ""
            rows.append(f"| {flag and f'`{flag}`'} | {keys} | {each.shown_default} | {each.help}{env} |")
        parts.append("\n".join([f"## {str(kind.__doc__).rstrip('.')}\n", head, *rows, ""]))
    return "\n".join(parts)


def step_reference() -> str:
    lines = [
        "# Steps", "",
        "What a source calls an activity is one of these steps where a rule knows the word, whatever language it",
        "is written. What is none of them keeps the source's word; `--activities raw` keeps all of them, and",
        "`[activity]` in journeyminer.toml says which step one is: `activity.\"Lote conferido\" = \"verified\"`.", "",
        f"| step | {' | '.join(available_languages())} | role | visibility | status after it |",
        f"|---|{'---|' * len(available_languages())}---|---|---|",
    ]  # fmt: skip
    for slug in ACTIVITIES:
        shown = (Language(code).activity(slug) for code in available_languages())
        meant = step.meaning if (step := named(slug)) else {}
        lines.append(
            f"| `{slug}` | {' | '.join(shown)} | "
            f"{' | '.join(meant.get(column, '') for column in ('role', 'visibility', 'status'))} |"
        )
    return "\n".join(lines) + "\n"


def library_reference() -> str:
    """Every public name of the package but the measures: its signature and its docstring."""
    parts = [
        "# Library\n\n`import journeyminer as jm` can do what the command line does. Every log that it gives is\n"
        "prepared: labelled, its customers known. The measures have [a page of their own](measures.md).\n"
    ]
    parts += [_described(name, getattr(jm, name)) for name in jm.__all__ if name not in MEASURES]
    return "\n".join(parts)


def measure_reference() -> str:
    """Every measure's docstring: it is the definition."""
    parts = [
        "# Measures\n\nEvery measure is a function of the log; what follows is its definition in the code.\n"
        "A table has its scope in `attrs`: per, n_traces, n_cases, n_customers (None where none are known) and\n"
        "n_left_out (cases of no trace).\n"
    ]
    for name, function in sorted(MEASURES.items()):
        row = getattr(function, "row", None)
        columns = f"\nColumns: [{row.__name__}](report.md#{row.__name__.lower()}).\n" if row else ""
        parts.append(_described(name, function) + columns)
    return "\n".join(parts)


def _described(name: str, item: Callable[..., Any]) -> str:
    """A heading, how it is called, and what its docstring says."""
    # annotations are texts, which Python quotes
    signature = "" if isinstance(item, type) else re.sub(r"(: |-> )'([^']*)'", r"\1\2", str(inspect.signature(item)))
    return f"## {name}\n\n```python\njm.{name}{signature}\n```\n\n```text\n{inspect.getdoc(item)}\n```\n"


def report_reference() -> str:
    """Every key of report.json, from its JSON Schema."""
    whole = schema()
    parts = [
        "# Keys of report.json\n\nA key that was not computed is absent; null is computed and not knowable.\n"
        "The same as a JSON Schema: [report.schema.json](report.schema.json).\n"
    ]
    for name, part in {"report": whole, **whole["$defs"]}.items():
        rows = [f"| {key} | {_kind(each)} | {each['description']} |" for key, each in part["properties"].items()]
        table = "\n".join(["| key | type | meaning |", "|---|---|---|", *rows])
        parts.append(f"## {name}\n\n{part['description']}\n\n{table}\n")
    return "\n".join(parts)


def schema_reference() -> str:
    """The JSON Schema of report.json."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def _kind(part: dict[str, Any]) -> str:
    if "$ref" in part:
        return str(part["$ref"]).rpartition("/")[2]
    if "anyOf" in part:
        return " or ".join(map(_kind, part["anyOf"]))
    kind = str(part.get("type", "word" if "enum" in part else "value"))
    return f"list of {_kind(part['items'])}" if kind == "array" and isinstance(part.get("items"), dict) else kind


@pytest.mark.parametrize(
    ("page", "make"),
    [
        ("commands.md", command_reference),
        ("options.md", option_reference),
        ("columns.md", column_reference),
        ("steps.md", step_reference),
        ("library.md", library_reference),
        ("measures.md", measure_reference),
        ("report.md", report_reference),
        ("report.schema.json", schema_reference),
    ],
)
def test_the_reference_is_what_the_code_says(page: str, make: Callable[[], str]) -> None:
    path = ROOT / "docs" / "reference" / page
    text = (GENERATED if path.suffix == ".md" else "") + make()
    if BLESS:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


def test_every_public_name_is_documented_and_every_documented_name_is_public() -> None:
    described = [
        name
        for page in ("library.md", "measures.md")
        for name in re.findall(r"^## (\w+)$", (ROOT / "docs" / "reference" / page).read_text(encoding="utf-8"), re.M)
    ]
    assert sorted(described) == sorted(jm.__all__)
    assert all(inspect.getdoc(getattr(jm, name)) for name in jm.__all__)


@pytest.mark.parametrize("page", [*RUN, ROOT / "CHANGELOG.md"], ids=lambda page: str(page.relative_to(ROOT)))
def test_pages_use_public_names_only(page: Path) -> None:
    assert set(re.findall(r"\bjm\.(\w+)", page.read_text(encoding="utf-8"))) <= {*jm.__all__, "__all__"}
