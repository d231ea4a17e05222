"""How much there is to read: the numbers of HOUSE.md, "Sizes"."""

from __future__ import annotations

import ast
import statistics
from pathlib import Path

from house.reading import ROOMS, SOURCE, Module, arguments, function_lines, modules, own_graph, reached

MODULE_LINES = 400
FUNCTION_LINES = 60
MEDIAN_FUNCTION_LINES = 10
ARGUMENTS = 6
ROOM_MODULES = 12
REACH_LINES = 1500

MANY_OPTIONS = {"waywarden.testing.street.made_up_street"}
"""Functions with more arguments by decision: all but the first are named options, each with a default."""

WIRING = ("waywarden.run", "waywarden.testing")
"""The command line and the made-up streets exist to pull the rooms together, so their reach says nothing.

The jobs themselves are held to it: see ``JOBS``.
"""

JOBS = ("waywarden.run.counting.count", "waywarden.run.sealing.sealed")
"""Modules of ``run`` whose reach is measured all the same: a job has to be graspable.

From detections to rows, and from pixels to detections: two things, each read alone.
"""


def too_big(source: Path = SOURCE) -> list[str]:
    """Return every module, function and room that is over its size, a line each."""
    tree = modules(source)
    found = [
        f"{module.name} has {module.lines} lines, {MODULE_LINES} at most"
        for module in tree
        if module.lines > MODULE_LINES
    ]
    for module in tree:
        found += _too_big_functions(module)
    for room in ROOMS:
        # A folder within a room (run.sealing, store.migrations) is a thing of its own, read alone.
        inside = [module for module in tree if module.room == room and module.path.parent.name == room]
        inside = [module for module in inside if module.path.stem != "__init__"]
        if len(inside) > ROOM_MODULES:
            found.append(f"the room {room} has {len(inside)} modules, {ROOM_MODULES} at most")
    lengths = function_lengths(tree)
    if lengths and statistics.median(lengths) > MEDIAN_FUNCTION_LINES:
        found.append(
            f"half of all functions are over {statistics.median(lengths)} lines, {MEDIAN_FUNCTION_LINES} at most"
        )
    return found


def function_lengths(tree: list[Module]) -> list[int]:
    """Return the lines of code of every function."""
    return [function_lines(function) for module in tree for function in module.functions()]


def _too_big_functions(module: Module) -> list[str]:
    found = []
    for function in module.functions():
        lines, given = function_lines(function), arguments(function)
        if lines > FUNCTION_LINES:
            found.append(f"{module.name}.{function.name} has {lines} lines, {FUNCTION_LINES} at most")
        # Typer reads a command's options from its signature: an option is an argument, and a command may have many.
        name = f"{module.name}.{function.name}"
        if given > ARGUMENTS and name not in MANY_OPTIONS and not _is_command(function):
            found.append(f"{name} has {given} arguments, {ARGUMENTS} at most")
    return found


def _is_command(function: object) -> bool:
    decorators = getattr(function, "decorator_list", [])
    return any(".command" in ast.unparse(each) or ".callback" in ast.unparse(each) for each in decorators)


def reach(source: Path = SOURCE) -> dict[str, int]:
    """Return the reach of every public entry: lines of code of ours that importing it pulls in, itself included.

    Blank lines, comments and docstrings do not count. An entry is a module whose name, and whose rooms' names, do not
    begin with an underscore; those of ``WIRING`` are left out but for ``JOBS``.
    """
    lines = {module.name: module.code_lines for module in modules(source)}
    graph = own_graph(source)
    entries = [name for name in graph if name in JOBS or not _left_out(name)]
    return {name: sum(lines[each] for each in reached(graph, name)) for name in entries}


def _left_out(name: str) -> bool:
    hidden = any(part.startswith("_") for part in name.split("."))
    return hidden or name.startswith(WIRING)


def cycles(source: Path = SOURCE) -> list[str]:
    """Return the modules that import themselves by way of others."""
    graph = own_graph(source)
    return [name for name in graph if any(name in reached(graph, imported) for imported in graph[name])]
