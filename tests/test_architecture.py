"""The house keeps its shape: layers, file lengths, who may import what, nothing left over."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from imports import FILES, PACKAGE, import_graph, imports, longest_chain, tree_of

LAYERS = (
    {"vocabulary", "sql", "i18n", "interrupts"},
    {"note"},
    {"errors"},
    {"text", "locks", "files", "outputs", "clock", "encoding", "words"},
    {"options"},
    {"config"},
    {"log"},
    {"importers", "prepare"},
    {"mining"},
    {"report"},
    {"render"},
    {"cli"},
)
"""a module imports from its own place or from a layer above in this list, never from below"""
LONGEST_CHAIN = 10
"""of modules that load one another when they are imported"""
LONGEST_LAZY_CHAIN = 14
"""the same with what functions import when they run: from a command down to a note"""
BESIDE = {"__main__", "__init__"}
"""the doors"""
HEAVY = ("duckdb", "pandas", "numpy", "networkx", "pm4py", "jinja2", "babel", "graphviz", "rich")


def rank(place: str) -> int:
    return next(number for number, layer in enumerate(LAYERS) if place in layer)


def place_of(file: Path) -> str:
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_imports_go_down_the_layers_only(file: Path) -> None:
    place = place_of(file)
    if place in BESIDE:
        return
    for module in imports(file):
        parts = module.split(".")
        if parts[0] != "journeyminer" or len(parts) < 2 or parts[1] == place:
            continue
        assert rank(parts[1]) <= rank(place), f"{place} imports {module}"
        same = rank(parts[1]) == rank(place)
        assert not same or rank(place) < 6, f"{place} and {parts[1]} stand side by side"


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_heavy_libraries_are_imported_where_they_are_used(file: Path) -> None:
    for module in imports(file, types=False, inside=False):
        assert module.split(".")[0] not in HEAVY, f"{module} at module level"


@pytest.mark.parametrize(("library", "home"), [("duckdb", "log/engine.py"), ("pm4py", "mining/models.py")])
def test_a_library_behind_one_door_has_one_door(library: str, home: str) -> None:
    users = {
        str(file.relative_to(PACKAGE)) for file in FILES for module in imports(file) if module.split(".")[0] == library
    }
    assert users <= {home}


def test_imports_run_in_no_circle_and_in_short_chains() -> None:
    """All imports count, also those inside of functions: none may lead back."""
    for limit, graph in ((LONGEST_LAZY_CHAIN, import_graph()), (LONGEST_CHAIN, import_graph(inside=False))):
        chain = longest_chain(graph)
        assert len(chain) <= limit, " -> ".join(chain)


def test_a_circle_is_found_and_the_longest_chain_is_measured() -> None:
    assert longest_chain({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == ["a", "b", "c"]
    with pytest.raises(AssertionError, match="a circle: b -> c -> b"):
        longest_chain({"a": {"b"}, "b": {"c"}, "c": {"b"}})
    inside = imports(PACKAGE / "__init__.py", types=False)
    assert {"journeyminer.config", "journeyminer.prepare"} <= set(inside)  # `read` imports them when it runs


def test_files_are_short_and_well_named() -> None:
    lengths = {file: len(file.read_text(encoding="utf-8").splitlines()) for file in FILES}
    assert {str(file) for file, length in lengths.items() if length > 400} == set()
    assert sorted(lengths.values())[len(lengths) // 2] <= 130
    assert not {file.stem for file in FILES} & {"utils", "helpers", "common", "core", "manager"}


WINDOW = re.compile(r"(?:\bOVER\b|\bWINDOW (\w+) AS\b)\s*(\w+|\((?:[^()]|\([^()]*\))*\))")


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_a_window_says_its_order(file: Path) -> None:
    """What relies on the order of a table goes through log/order.py, which says what the engine guarantees."""
    if file == PACKAGE / "log" / "order.py":
        return
    text = file.read_text(encoding="utf-8")
    windows = [(defined, what.strip("()")) for defined, what in WINDOW.findall(text)]
    named = {defined for defined, _ in windows if defined}
    for _, what in windows:
        assert "ORDER BY" in what or what.split(" ")[0] in named, f"OVER ({what})"


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_no_statement_changes_what_the_next_one_means(file: Path) -> None:
    text = re.sub(r"\bUPDATE \S+ SET", "", file.read_text(encoding="utf-8"))  # of rows, not of the engine
    settings = re.findall(r"\bSET (?:GLOBAL |SESSION )?(\w+) =", text)
    # the time zone of a whole engine, and the schemas that a cursor sees, both as soon as they are made
    assert settings == (["search_path", "TimeZone"] if file == PACKAGE / "log" / "engine.py" else [])


@pytest.mark.parametrize("file", sorted((PACKAGE / "cli").glob("*.py")), ids=lambda file: file.name)
def test_the_command_line_holds_no_sql(file: Path) -> None:
    texts = [node.value for node in ast.walk(tree_of(file)) if isinstance(node, ast.Constant)]
    assert not [text for text in texts if isinstance(text, str) and re.search(r"\b(SELECT|GROUP BY|FROM) ", text)]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_nothing_is_left_over(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert not re.search(r"\b(TODO|FIXME|XXX|NotImplementedError)\b", text)
    if place_of(file) != "cli":
        calls = [node for node in ast.walk(tree_of(file)) if isinstance(node, ast.Call)]
        assert not [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "print"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_public_functions_and_classes_say_what_they_are(file: Path) -> None:
    tree = tree_of(file)
    assert ast.get_docstring(tree), "the module"
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    public = [node for node in ast.walk(tree) if isinstance(node, kinds) and not node.name.startswith("_")]
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    inside = {id(inner) for node in functions for inner in ast.walk(node) if inner is not node}
    missing = [node.name for node in public if id(node) not in inside and not ast.get_docstring(node)]
    assert not missing


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_only_the_lens_compares_what_a_trace_is(file: Path) -> None:
    if file.name == "lens.py":
        return
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.Compare):
            compared = [ast.unparse(each) for each in (node.left, *node.comparators)]
            assert not [text for text in compared if re.search(r"(^|\.)per$", text)], ast.unparse(node)


def test_help_is_light() -> None:
    code = (
        "import sys\nfrom journeyminer.cli.main import run\nrun(['--help'])\n"
        f"heavy = [name for name in {(*HEAVY, 'msgspec')!r} if name in sys.modules]\nassert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
