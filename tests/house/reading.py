"""Reads the source tree as text and syntax, for the tests of this folder."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"
ROOMS = ("terms", "geo", "traffic", "pavement", "sight", "store", "exchange", "web", "run", "testing")
PURE_ROOMS = ("terms", "geo", "traffic", "pavement", "exchange")


def project() -> dict[str, Any]:
    """Return pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


@dataclass(frozen=True)
class Module:
    """One module: its dotted name, its file and what is in it."""

    name: str
    path: Path

    @property
    def room(self) -> str:
        """The room, or an empty string for ``waywarden`` itself."""
        parts = self.name.split(".")
        return parts[1] if len(parts) > 1 else ""

    @cached_property
    def text(self) -> str:
        return self.path.read_text("utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, str(self.path))

    @cached_property
    def code_lines(self) -> int:
        """Lines of code: not blank, not a comment, not in a docstring."""
        return len(_code_line_numbers(self.tree))

    @property
    def lines(self) -> int:
        """Lines that are not blank: what a reader scrolls through."""
        return sum(1 for line in self.text.splitlines() if line.strip())

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Yield every function and method, also those inside others."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node


def modules(source: Path = SOURCE) -> list[Module]:
    """Return every module below ``source``/waywarden."""
    found = []
    for path in sorted((source / "waywarden").rglob("*.py")):
        parts = path.relative_to(source).with_suffix("").parts
        found.append(Module(".".join(parts[:-1] if parts[-1] == "__init__" else parts), path))
    return found


def imports(module: Module, known: frozenset[str]) -> set[str]:
    """Return what ``module`` imports, as dotted names; ``from package import module`` names the module.

    ``known`` are the modules of our own. Imports inside functions count: they are pulled in as well.
    """
    found = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                found.add(full if full in known else node.module)
    return found


def own_graph(source: Path = SOURCE) -> dict[str, set[str]]:
    """Return, for each of our modules, the modules of ours that it imports."""
    found = {module.name: module for module in modules(source)}
    known = frozenset(found)
    return {name: imports(module, known) & known - {name} for name, module in found.items()}


def reached(graph: dict[str, set[str]], start: str) -> set[str]:
    """Return ``start`` and every module of ours that it pulls in, transitively."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting.extend(graph[name])
    return seen


def function_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of code of one function, its signature included, its docstring not."""
    return len(_code_line_numbers(function))


def arguments(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How many arguments a caller can give; self and cls are not among them."""
    given = function.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    count = len(named) + (given.vararg is not None) + (given.kwarg is not None)
    return count - bool(named and named[0].arg in {"self", "cls"})


def _code_line_numbers(tree: ast.AST) -> set[int]:
    """Line numbers on which code stands: those of statements and expressions, without docstrings."""
    docstrings = {id(node) for node in map(_docstring, ast.walk(tree)) if node is not None}
    numbers: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and id(node) in docstrings:
            continue
        if isinstance(node, ast.stmt):
            first = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", []))])
            body = getattr(node, "body", None)
            last = (node.end_lineno or first) if not isinstance(body, list) else max(first, body[0].lineno - 1)
            numbers.update(range(first, last + 1))
    return numbers - _not_code(tree, docstrings)


def _not_code(tree: ast.AST, docstrings: set[int]) -> set[int]:
    numbers: set[int] = set()
    for node in ast.walk(tree):
        if id(node) in docstrings and isinstance(node, ast.Expr):
            numbers.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return numbers


def _docstring(node: ast.AST) -> ast.Expr | None:
    """Return the docstring's statement; a bare string below a constant documents it, and counts as one too."""
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    return node if is_text else None  # type: ignore[return-value]
