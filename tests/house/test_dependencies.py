"""Every dependency has its decision record, its licence and its room, and is imported in that room alone."""

from __future__ import annotations

import importlib.metadata
import json
import re
import sys
from pathlib import Path

import pytest

from house.planting import copy_of_the_tree, plant
from house.reading import ROOMS, ROOT, SOURCE, imports, modules, project

DECISIONS = ROOT / "docs" / "decisions"


def records() -> dict[str, dict[str, str]]:
    """Return the header of each decision record that is about a package, by the package's name."""
    found = {}
    for path in sorted(DECISIONS.glob("[0-9]*.md")):
        header = dict(re.findall(r"^- (Package|Licence|Room): (.+)$", path.read_text("utf-8"), re.MULTILINE))
        if header:
            found[header["Package"]] = header
    return found


def _name(requirement: str) -> str:
    return re.split(r"[ <>=!~\[;]", requirement.strip(), maxsplit=1)[0].lower()


def wanted(kind: str) -> set[str]:
    """Return the names that ``kind`` (runtime, dev, build, page) asks for."""
    if kind == "runtime":
        return {_name(each) for each in project()["project"]["dependencies"]}
    lines = (ROOT / "requirements" / f"{kind}.in").read_text("utf-8").splitlines()
    return {_name(line) for line in lines if line and not line.startswith("#")}


def out_of_room(source: Path) -> list[str]:
    """Return every import of another's package in a room that its record does not name."""
    rooms = {name: set(header["Room"].split(", ")) & set(ROOMS) for name, header in records().items()}
    homes = importlib.metadata.packages_distributions()
    found = []
    for module in modules(source):
        tops = {each.partition(".")[0] for each in imports(module, frozenset())} - {"waywarden"}
        for top in sorted(tops - set(sys.stdlib_module_names)):
            package = next((home.lower() for home in homes.get(top, [])), top)
            if module.room not in rooms.get(package, set()):
                found.append(f"{module.name} imports {package}, which no decision gives to {module.room}")
    return found


@pytest.mark.parametrize("kind", ["runtime", "dev", "build", "page"])
def test_every_dependency_has_its_record(kind: str) -> None:
    missing = {name for name in wanted(kind) if name not in records()}
    assert missing == set()


def test_every_dependency_of_the_page_has_its_record() -> None:
    package = ROOT / "page" / "package.json"
    if package.exists():
        asked = json.loads(package.read_text("utf-8"))
        names = {*asked.get("dependencies", {}), *asked.get("devDependencies", {})}
        # Types of a library belong to its record.
        assert {name for name in names if not name.startswith("@types/")} - set(records()) == set()


def test_no_record_without_a_dependency() -> None:
    package = ROOT / "page" / "package.json"
    asked = json.loads(package.read_text("utf-8")) if package.exists() else {}
    page = {*asked.get("dependencies", {}), *asked.get("devDependencies", {})}
    known = set().union(*(wanted(kind) for kind in ("runtime", "dev", "build", "page")), page)
    of_the_page = {name for name, header in records().items() if header["Room"] == "page"}
    assert set(records()) - known - (set() if page else of_the_page) == set()


@pytest.mark.parametrize("name", sorted(wanted("runtime") | wanted("dev")))
def test_the_licence_is_the_one_that_the_package_names(name: str) -> None:
    about = importlib.metadata.metadata(name)
    classifiers = [each for each in about.get_all("Classifier") or [] if each.startswith("License")]
    said = " ".join([about["License-Expression"] or "", about["License"] or "", *classifiers])
    family = re.split(r"[-\s]", records()[name]["Licence"])[0]
    assert family in said, said[:200]


def test_every_package_is_imported_in_its_rooms_alone() -> None:
    assert out_of_room(SOURCE) == []


@pytest.mark.parametrize(
    ("planted", "said"),
    [
        ({"web/planted.py": "import sqlalchemy"}, "waywarden.web.planted imports sqlalchemy"),
        ({"geo/planted.py": "from scipy.optimize import linprog"}, "waywarden.geo.planted imports scipy"),
        ({"sight/planted.py": "import a_package_nobody_decided"}, "imports a_package_nobody_decided"),
    ],
)
def test_a_planted_import_out_of_its_room_is_found(tmp_path: Path, planted: dict[str, str], said: str) -> None:
    source = copy_of_the_tree(tmp_path)
    before = out_of_room(source)
    plant(source, planted)
    (found,) = (line for line in out_of_room(source) if line not in before)
    assert said in found


def test_the_index_names_every_record() -> None:
    index = (DECISIONS / "index.md").read_text("utf-8")
    assert [path.name for path in DECISIONS.glob("[0-9]*.md") if f"({path.name})" not in index] == []
