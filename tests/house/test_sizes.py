"""A thing that cannot be grasped is wrong: modules, functions, rooms, cycles and reach keep their sizes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from house.planting import copy_of_the_tree, plant, ruff_says
from house.reading import SOURCE, arguments, function_lines, modules
from house.sizes import REACH_LINES, cycles, reach, too_big

BRANCHES = "\n".join(f"    if n == {n}:\n        return {n}" for n in range(11))


def _lines(count: int) -> str:
    return "\n".join(f"    x = {n}" for n in range(count))


def test_nothing_is_too_big() -> None:
    assert too_big() == []


def test_nothing_imports_itself() -> None:
    assert cycles() == []


def test_no_entry_reaches_too_far() -> None:
    far = {name: lines for name, lines in reach().items() if lines > REACH_LINES}
    assert far == {}


@pytest.mark.parametrize(
    ("planted", "said"),
    [
        ({"geo/planted.py": "\n".join(f"A{n} = {n}" for n in range(401))}, "waywarden.geo.planted has 402 lines"),
        ({"geo/planted.py": f"def long():\n{_lines(60)}"}, "waywarden.geo.planted.long has 61 lines"),
        (
            {"geo/planted.py": "class A:\n    def wide(self, a, b, /, c, d, *, e, f, **g): ..."},
            "waywarden.geo.planted.wide has 7 arguments",
        ),
        ({f"geo/planted{n}.py": "A = 1" for n in range(13)}, "the room geo has"),
    ],
    ids=["module", "function", "arguments", "room"],
)
def test_what_is_too_big_is_found(tmp_path: Path, planted: dict[str, str], said: str) -> None:
    source = copy_of_the_tree(tmp_path)
    plant(source, planted)
    (found,) = (line for line in too_big(source) if ".planted" in line or "the room geo" in line)
    assert found.startswith(said)


def test_functions_too_long_by_half_are_found(tmp_path: Path) -> None:
    source = copy_of_the_tree(tmp_path)
    many = sum(1 for module in modules(source) for _ in module.functions()) + 1
    for room in range(0, many, 30):
        plant(source, {f"geo/p{room}.py": "\n".join(f"def f{n}():\n{_lines(10)}" for n in range(30))})
    assert any(line.startswith("half of all functions") for line in too_big(source))


def test_a_planted_cycle_is_found(tmp_path: Path) -> None:
    source = copy_of_the_tree(tmp_path)
    plant(source, {"geo/one.py": "from waywarden.geo import other", "geo/other.py": "import waywarden.geo.one"})
    assert cycles(source) == ["waywarden.geo.one", "waywarden.geo.other"]


def test_a_planted_reach_is_found(tmp_path: Path) -> None:
    source = copy_of_the_tree(tmp_path)
    big = "\n".join(f"A{n} = {n}" for n in range(390))
    plant(source, {f"terms/big{n}.py": big for n in range(4)})
    plant(source, {"geo/entry.py": "\n".join(f"from waywarden.terms import big{n}" for n in range(4))})
    assert reach(source)["waywarden.geo.entry"] > REACH_LINES
    assert reach(source)["waywarden.terms.big0"] == 390


def test_a_tangled_function_is_caught(tmp_path: Path) -> None:
    path = tmp_path / "planted.py"
    path.write_text(
        f'"""Planted."""\n\n\ndef tangled(n: int) -> int:\n    """Tangle."""\n{BRANCHES}\n    return 0\n', "utf-8"
    )
    assert "C901" in ruff_says(path)


def test_lines_are_counted_as_said(tmp_path: Path) -> None:
    path = tmp_path / "waywarden" / "counted.py"
    path.parent.mkdir()
    path.write_text(
        '"""Two lines\nof docstring."""\n\nimport math\n\n# a comment\n\n\n'
        "def f(\n    a: int,\n    *b: int,\n) -> float:\n"
        '    """Say."""\n\n    # why\n    if a:\n        return (\n            math.pi\n        )\n    return 0.0\n',
        "utf-8",
    )
    (module,) = modules(tmp_path)
    (function,) = module.functions()
    assert module.code_lines == 10
    assert function_lines(function) == 9
    assert arguments(function) == 2


def test_reach_is_told(record_property: Callable[[str, object], None]) -> None:
    farthest = sorted(reach(SOURCE).items(), key=lambda entry: -entry[1])[:3]
    record_property("measured", "reach, lines of code: " + ", ".join(f"{name} {lines}" for name, lines in farthest))
    assert farthest
