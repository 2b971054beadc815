"""The imports of the package: who asks whom, also inside functions, for the tests of its shape."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "src" / "journeyminer"
FILES = sorted(PACKAGE.rglob("*.py"))


def module_of(file: Path) -> str:
    """`journeyminer.log.store` of log/store.py, `journeyminer.log` of log/__init__.py."""
    return ".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


MODULES = {module_of(file): file for file in FILES}


@cache
def tree_of(file: Path) -> ast.Module:
    """The parsed file."""
    return ast.parse(file.read_text(encoding="utf-8"))


def imports(file: Path, *, types: bool = True, inside: bool = True) -> Iterator[str]:
    """Every module that a file imports; of `from package import submodule` the submodule.

    Args:
        types: also what only a type checker imports.
        inside: also what functions import.
    """
    tree = tree_of(file)
    skipped = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
        if not types
    }
    for node in ast.walk(tree) if inside else tree.body:
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                submodule = f"{node.module}.{alias.name}"
                yield submodule if submodule in MODULES else node.module


def import_graph(*, inside: bool = True) -> dict[str, set[str]]:
    """Every module of the package -> the modules of it that it imports at run time, sooner or (inside) later."""
    return {
        module: {imported for imported in imports(file, types=False, inside=inside) if imported in MODULES} - {module}
        for module, file in MODULES.items()
    }


def longest_chain(graph: dict[str, set[str]]) -> list[str]:
    """The longest way along imports. Raises AssertionError where imports run in a circle."""
    longest: dict[str, list[str]] = {}

    def chain(module: str, way: tuple[str, ...]) -> list[str]:
        assert module not in way, "a circle: " + " -> ".join((*way[way.index(module) :], module))
        if module not in longest:
            longer = (chain(imported, (*way, module)) for imported in sorted(graph[module]))
            longest[module] = [module, *max(longer, key=len, default=[])]
        return longest[module]

    return max((chain(module, ()) for module in sorted(graph)), key=len)
