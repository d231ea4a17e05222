"""House rule 17: every command and option, key of city.toml, field of a record and port is documented."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from house.names import record_fields
from house.reading import ROOMS, ROOT, SOURCE

DOCS = ROOT / "docs"
TERMS = SOURCE / "waywarden" / "terms"


def in_code(text: str) -> set[str]:
    """Return everything that a page shows as code: between backticks, and the lines of its code blocks."""
    blocks = re.findall(r"^```.*?\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    inline = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))
    return {*inline, *(line.strip() for block in blocks for line in block.splitlines())}


def page(name: str) -> set[str]:
    return in_code((DOCS / name).read_text("utf-8"))


def undocumented(names: Iterator[str] | list[str] | set[str], name: str) -> list[str]:
    """Return those of ``names`` that the page ``name`` does not show as code."""
    shown = page(name)
    return sorted(each for each in names if each not in shown)


def kinds() -> list[str]:
    """Return the values of every enumeration in ``terms``."""
    found = []
    for path in TERMS.glob("*.py"):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and any("Enum" in ast.unparse(base) for base in node.bases):
                found += [
                    statement.value.value
                    for statement in node.body
                    if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant)
                ]
    return found


def ports() -> list[str]:
    """Return the name of every port."""
    trees = (ast.parse(path.read_text("utf-8")) for path in (SOURCE / "waywarden").rglob("*.py"))
    classes = (node for tree in trees for node in tree.body if isinstance(node, ast.ClassDef))
    return [each.name for each in classes if any(ast.unparse(base) == "Protocol" for base in each.bases)]


def options(command: Any, name: str = "waywarden") -> Iterator[str]:
    """Yield each command with its words, and each of its options, of a command line."""
    yield name
    for parameter in command.params:
        if "--help" not in parameter.opts and not getattr(parameter, "hidden", False):
            yield from (each for each in parameter.opts if each.startswith("--"))
    for word, inner in getattr(command, "commands", {}).items():
        if not inner.hidden:
            yield from options(inner, f"{name} {word}")


def undocumented_commands(command: Any) -> list[str]:
    text = (DOCS / "commands.md").read_text("utf-8")
    own = {"--install-completion", "--show-completion"}
    return [
        each for each in options(command) if each not in own and not re.search(rf"{re.escape(each)}(?![\w-])", text)
    ]


def test_every_field_of_a_record_is_in_the_glossary() -> None:
    fields = record_fields(TERMS / "records.py")
    assert "TrafficInterval" in fields
    assert undocumented([*fields, *(name for names in fields.values() for name in names)], "glossary.md") == []


@pytest.mark.parametrize("module", ["distress.py", "inspections.py", "ledger.py"])
def test_every_field_of_a_record_of_road_damage_is_in_the_glossary(module: str) -> None:
    fields = record_fields(TERMS / module)
    assert undocumented([*fields, *(name for names in fields.values() for name in names)], "glossary.md") == []


def test_every_transient_type_is_in_the_glossary() -> None:
    assert undocumented(list(record_fields(TERMS / "transient.py")), "glossary.md") == []


def test_every_kind_and_state_is_in_the_glossary() -> None:
    assert {"car", "frozen", "forward"} <= set(kinds())
    assert undocumented(kinds(), "glossary.md") == []


def test_a_field_that_is_not_in_the_glossary_is_found(tmp_path: Path) -> None:
    text = (TERMS / "records.py").read_text("utf-8").replace("    count: int\n", "    count: int\n    queue_m: float\n")
    (tmp_path / "records.py").write_text(text, "utf-8")
    fields = record_fields(tmp_path / "records.py")
    assert undocumented(fields["TrafficInterval"], "glossary.md") == ["queue_m"]


def test_every_port_is_in_the_tour() -> None:
    assert undocumented(ports(), "tour.md") == []
    assert undocumented([*ports(), "Clairvoyance"], "tour.md") == ["Clairvoyance"]


def test_every_room_is_in_the_tour() -> None:
    assert undocumented(list(ROOMS), "tour.md") == []


def city_keys() -> list[str]:
    """Return every key of city.toml by its last word, with the table it stands in."""
    return list(pytest.importorskip("waywarden.run.city.city_keys").CITY_KEYS)


def test_every_key_of_policy_toml_is_documented() -> None:
    read = pytest.importorskip("waywarden.run.road.policy_file")
    assert undocumented({*read.POLICY_KEYS, *read.LEVEL_KEYS, *read.TRAFFIC_KEYS}, "road.md") == []


def test_every_key_of_treatments_toml_is_documented() -> None:
    read = pytest.importorskip("waywarden.run.works.treatments_file")
    keys = {*read.RULES_KEYS, *read.WEAR_KEYS, *read.TREATMENT_KEYS, *read.FLOOR_KEYS}
    assert undocumented(keys, "road.md") == []


def test_every_key_of_city_toml_is_documented() -> None:
    keys = city_keys()
    assert "camera.gate.from_px" in keys
    assert undocumented(keys, "city-toml.md") == []


def test_no_key_is_documented_that_there_is_not() -> None:
    text = (DOCS / "city-toml.md").read_text("utf-8")
    shown = re.findall(r"^\| `([a-z_.]+)` \|", text, re.MULTILINE)
    assert sorted(set(shown) - set(city_keys())) == []


def test_a_key_that_is_not_documented_is_found() -> None:
    assert undocumented([*city_keys(), "camera.gate.colour"], "city-toml.md") == ["camera.gate.colour"]


def command_line() -> Any:
    typer = pytest.importorskip("typer")
    return typer.main.get_command(pytest.importorskip("waywarden.run.main").app)


def test_every_command_and_option_is_documented() -> None:
    assert undocumented_commands(command_line()) == []


def test_a_command_that_is_not_documented_is_found() -> None:
    import typer

    app = typer.Typer()

    @app.command()
    def foresee(*, weeks_ahead: int = 2) -> int:
        return weeks_ahead

    @app.command()
    def count() -> None: ...

    found = undocumented_commands(typer.main.get_command(app))
    assert found == ["waywarden foresee", "--weeks-ahead"]


def kept_for(places: Path, records: Path) -> dict[str, list[str]]:
    """Return, for each record, the keys of the city that say how long it is kept."""
    city = record_fields(places)["City"]
    stems = {
        key: key.removeprefix("keep_").removesuffix("_days").removesuffix("s")
        for key in city
        if key.startswith("keep_")
    }
    return {record: [key for key, stem in stems.items() if stem in record.lower()] for record in record_fields(records)}


@pytest.mark.parametrize("module", ["records.py", "inspections.py"])
def test_every_record_is_kept_for_a_given_time(module: str) -> None:
    assert all(len(keys) == 1 for keys in kept_for(TERMS / "places.py", TERMS / module).values())


def test_a_record_without_an_end_is_found(tmp_path: Path) -> None:
    text = (TERMS / "records.py").read_text("utf-8") + "\n\n@dataclass\nclass Incident:\n    camera_id: str\n"
    (tmp_path / "records.py").write_text(text, "utf-8")
    assert kept_for(TERMS / "places.py", tmp_path / "records.py")["Incident"] == []


def test_every_retention_is_pruned() -> None:
    port = ast.parse((SOURCE / "waywarden" / "store" / "port.py").read_text("utf-8"))
    (prune,) = (node for node in ast.walk(port) if isinstance(node, ast.FunctionDef) and node.name == "prune")
    pruned = {argument.arg.removesuffix("_before") for argument in prune.args.kwonlyargs}
    kept = {
        key.removeprefix("keep_").removesuffix("_days")
        for key in record_fields(TERMS / "places.py")["City"]
        if "keep_" in key
    }
    assert pruned == kept


def test_every_page_is_in_the_contents() -> None:
    contents = (ROOT / "mkdocs.yml").read_text("utf-8")
    pages = [path.name for path in DOCS.glob("*.md")]
    assert [name for name in pages if name not in contents] == []
