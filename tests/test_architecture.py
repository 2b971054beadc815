"""The house keeps its shape: layers, file lengths, who may import what, nothing left over."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "journeyminer"
FILES = sorted(PACKAGE.rglob("*.py"))

LAYERS = (
    {"note", "vocabulary"},
    {"i18n"},
    {"errors"},
    {"text", "files", "clock", "encoding", "words"},
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
BESIDE = {"__main__", "__init__"}
"""the doors"""
HEAVY = ("duckdb", "pandas", "numpy", "networkx", "pm4py", "jinja2", "babel", "graphviz", "rich")


def rank(place: str) -> int:
    return next(number for number, layer in enumerate(LAYERS) if place in layer)


def place_of(file: Path) -> str:
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(file: Path) -> Iterator[tuple[str, bool]]:
    """Every imported module of a file, and whether it is imported at module level and at run time."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    top = {id(node) for node in tree.body}
    for node in ast.walk(tree):
        at_start = id(node) in top and id(node) not in typing_only
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, at_start
        elif isinstance(node, ast.Import):
            yield from ((alias.name, at_start) for alias in node.names)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_imports_go_down_the_layers_only(file: Path) -> None:
    place = place_of(file)
    if place in BESIDE:
        return
    for module, _ in imports(file):
        parts = module.split(".")
        if parts[0] != "journeyminer" or len(parts) < 2 or parts[1] == place:
            continue
        assert rank(parts[1]) <= rank(place), f"{place} imports {module}"
        same = rank(parts[1]) == rank(place)
        assert not same or rank(place) < 6, f"{place} and {parts[1]} stand side by side"


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_heavy_libraries_are_imported_where_they_are_used(file: Path) -> None:
    for module, at_start in imports(file):
        assert not (at_start and module.split(".")[0] in HEAVY), f"{module} at module level"


@pytest.mark.parametrize(("library", "home"), [("duckdb", "log/engine.py"), ("pm4py", "mining/models.py")])
def test_a_library_behind_one_door_has_one_door(library: str, home: str) -> None:
    users = {
        str(file.relative_to(PACKAGE))
        for file in FILES
        for module, _ in imports(file)
        if module.split(".")[0] == library
    }
    assert users <= {home}


def test_there_is_no_import_cycle() -> None:
    graph = {
        ".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): {
            module for module, at_start in imports(file) if at_start and module.startswith("journeyminer")
        }
        for file in FILES
    }
    seen: dict[str, bool] = {}

    def visit(module: str, way: tuple[str, ...]) -> None:
        assert module not in way, " -> ".join((*way, module))
        if module in seen or module not in graph:
            return
        for imported in sorted(graph[module]):
            visit(imported, (*way, module))
        seen[module] = True

    graph = {module: used - {module} for module, used in graph.items()}
    for module in graph:
        visit(module, ())


def test_files_are_short_and_well_named() -> None:
    lengths = {file: len(file.read_text(encoding="utf-8").splitlines()) for file in FILES}
    assert {str(file) for file, length in lengths.items() if length > 400} == set()
    assert sorted(lengths.values())[len(lengths) // 2] <= 180
    assert not {file.stem for file in FILES} & {"utils", "helpers", "common", "core", "manager"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_nothing_is_left_over(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert not re.search(r"\b(TODO|FIXME|XXX|NotImplementedError)\b", text)
    if place_of(file) != "cli":
        calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
        assert not [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "print"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_public_functions_and_classes_say_what_they_are(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
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
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Compare):
            compared = [ast.unparse(each) for each in (node.left, *node.comparators)]
            assert not [text for text in compared if re.search(r"(^|\.)per$", text)], ast.unparse(node)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_a_measure_reads_in_an_order_that_it_says(file: Path) -> None:
    """What relies on the order of a table goes through log/order.py, which says what the engine guarantees."""
    ordered = r"\b(lag|lead|row_number|first_value|last_value)\([^)]*\) OVER \(\)|\browid\b"
    assert place_of(file) != "mining" or not re.search(ordered, file.read_text(encoding="utf-8"))


def test_help_is_light() -> None:
    code = (
        "import sys\nfrom journeyminer.cli.main import run\nrun(['--help'])\n"
        f"heavy = [name for name in {(*HEAVY, 'msgspec')!r} if name in sys.modules]\nassert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
