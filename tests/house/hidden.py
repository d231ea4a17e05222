"""Reads the syntax for what neither the import contracts nor ruff can see: methods, clocks, chance, hidden imports."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from house.reading import PURE_ROOMS, SOURCE, Module, imports, modules

WRITERS = frozenset(
    [
        "dump",
        "imencode",
        "imsave",
        "imwrite",
        "imwritemulti",
        "memmap",
        "mimwrite",
        "mux",
        "open_memmap",
        "save",
        "save_all",
        "savefig",
        "savetxt",
        "savez",
        "savez_compressed",
        "tofile",
        "VideoWriter",
        "write_array",
        "write_bytes",
        "write_text",
    ]
)
CLOCKS = frozenset({"datetime.now", "datetime.today", "datetime.utcnow", "date.today", "np.random", "numpy.random"})
HIDDEN_IMPORTS = frozenset(
    {"__import__", "import_module", "exec", "eval", "__builtins__", "__loader__", "resolve_name"}
)
MODULES_TABLE = {"waywarden.sight.networks.runtime"}
"""Who may touch ``sys.modules``: the one module that closes the inference runtime's telemetry."""

KEY = "waywarden.terms.redaction_key"
KEY_HOLDERS = {"waywarden.terms.pictures", "waywarden.sight.redact", "waywarden.run.sealing.wire"}

ENCODERS = {"waywarden.sight.redact"}
"""Who outside of the made-up streets may make a file of a picture: the redactor, of what it has redacted."""


def hidden(module: Module, known: Iterable[str] = ()) -> list[str]:
    """Return what is the matter with ``module``, a line each."""
    found = [*_imports(module), *_key(module, frozenset(known) | {KEY})]
    if module.room == "sight":
        found += _writers(module)
    if module.room != "testing" and module.name not in ENCODERS:
        found += _encoders(module)
    if module.room in PURE_ROOMS:
        found += _impure(module)
    return found


def all_hidden(source: Path = SOURCE) -> list[str]:
    """Return what is the matter anywhere below ``source``."""
    tree = modules(source)
    known = [module.name for module in tree]
    return [fault for module in tree for fault in hidden(module, known)]


def _called(module: Module) -> Iterator[tuple[ast.AST, str]]:
    """Yield each name and dotted name with its node."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Name):
            yield node, node.id
        elif isinstance(node, ast.Attribute):
            yield node, ast.unparse(node)


def _line(module: Module, node: ast.AST, what: str) -> str:
    return f"{module.name}:{getattr(node, 'lineno', 0)}: {what}"


def _imports(module: Module) -> Iterator[str]:
    for node, name in _called(module):
        if name.rpartition(".")[2] in HIDDEN_IMPORTS and not name.startswith("re."):
            yield _line(module, node, f"{name} imports or runs what the contracts cannot see")
        if name == "sys.modules" and module.name not in MODULES_TABLE:
            yield _line(module, node, "sys.modules reaches round the contracts")


def _key(module: Module, known: frozenset[str]) -> Iterator[str]:
    if module.name not in KEY_HOLDERS and KEY in imports(module, known):
        yield f"{module.name}: the key of the redacted picture is for {', '.join(sorted(KEY_HOLDERS))}"


def _writers(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in WRITERS:
            yield _line(module, node, f"{ast.unparse(node.func)} writes: pixels are never written")


def _encoders(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        made = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
        writes = made.endswith("CodecContext.create") and '"r"' not in ast.unparse(node).replace("'", '"')
        if writes or made.rpartition(".")[2] in {"encode_lazy", "add_stream"}:
            yield _line(module, node, f"{made} encodes: a picture is encoded by the redactor alone")


def _impure(module: Module) -> Iterator[str]:
    annotations = _annotations(module)
    for node, name in _called(module):
        if any(name == clock or name.endswith(f".{clock}") for clock in CLOCKS) and id(node) not in annotations:
            yield _line(module, node, f"{name} in a pure room: pass the time or the generator in")
        if name in {"open", "print", "input"} and isinstance(node, ast.Name):
            yield _line(module, node, f"{name} in a pure room: bytes in, bytes out")


def _annotations(module: Module) -> set[int]:
    """Return the nodes inside annotations: ``rng: np.random.Generator`` asks for chance, it does not make any."""
    found: set[int] = set()
    for node in ast.walk(module.tree):
        for note in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            if isinstance(note, ast.AST):
                found.update(id(inner) for inner in ast.walk(note))
    return found
