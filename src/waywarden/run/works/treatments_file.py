"""treatments.toml: what can be done to pavement, how it wears, and what each ward is owed; and the CSV of sections."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from waywarden.pavement.programme.rules import BEST, Floors, PavementSection, Rules, Treatment
from waywarden.run.road.keys import Keys, a_weight, check_keys, read_rows, read_toml
from waywarden.run.road.policy_file import traffic_weights
from waywarden.terms.errors import ConfigError

_NUMBER = (float, int)
RULES_KEYS: Keys = {
    "version": (str,),
    "counted_years": (int,),
    "traffic": (list,),
    "wear": (list,),
    "treatment": (list,),
    "floor": (dict,),
}
WEAR_KEYS: Keys = {"hierarchy": (str,), "from_condition": _NUMBER, "points_a_year": _NUMBER}
TREATMENT_KEYS: Keys = {
    "name": (str,),
    "cost_per_m2": _NUMBER,
    "from_condition": _NUMBER,
    "to_condition": _NUMBER,
    "adds": _NUMBER,
    "resets_to": _NUMBER,
    "wear_factor": _NUMBER,
    "holds_years": (int,),
}
FLOOR_KEYS: Keys = {"ward_share": _NUMBER, "ward_condition": _NUMBER, "wards": (dict,)}
SECTION_COLUMNS = ("section", "street", "ward", "area_m2", "condition", "hierarchy", "vehicles_per_day")


def read_rules(path: Path) -> Rules:
    """Return the rules in ``path``; ConfigError, one sentence, where they are none."""
    given = read_toml(path, "treatments.toml")
    try:
        return _rules(given)
    except ValueError as error:
        raise ConfigError(f"{path}: {error}") from error


def read_sections(path: Path) -> list[PavementSection]:
    """Return the sections of a CSV of ``SECTION_COLUMNS``; ConfigError if it is none."""
    sections = read_rows(path, SECTION_COLUMNS, _section)
    names = [each.section_id for each in sections]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ConfigError(f"{path} has section {twice} twice: give each section one row")
    return sections


def _section(row: Mapping[str, str]) -> PavementSection:
    area, condition, vehicles = (float(row[name]) for name in ("area_m2", "condition", "vehicles_per_day"))
    return PavementSection(row["section"], row["street"], row["ward"], area, condition, row["hierarchy"], vehicles)


def _rules(given: Mapping[str, Any]) -> Rules:
    check_keys(given, RULES_KEYS, "a programme's rules", optional={"floor", "traffic"})
    wear: defaultdict[str, dict[float, float]] = defaultdict(dict)
    for each in given["wear"]:
        check_keys(each, WEAR_KEYS, "[[wear]]")
        wear[each["hierarchy"]][float(each["from_condition"])] = a_weight(each["points_a_year"], "points_a_year")
    treatments = tuple(_treatment(each) for each in given["treatment"])
    if not treatments or not wear or given["counted_years"] < 1:
        raise ValueError("a programme's rules have a [[treatment]], a [[wear]] and a counted_years of 1 at least")
    return Rules(
        given["version"], given["counted_years"], dict(wear), traffic_weights(given.get("traffic", [])), treatments,
        _floors(given.get("floor", {})),
    )  # fmt: skip


def _treatment(given: Mapping[str, Any]) -> Treatment:
    check_keys(given, TREATMENT_KEYS, "a [[treatment]]", optional={"adds", "resets_to", "wear_factor", "holds_years"})
    made = Treatment(**given)
    if made.cost_per_m2 <= 0 or made.from_condition >= made.to_condition:
        raise ValueError(f'treatment "{made.name}" wants a cost over 0, and a from_condition under to_condition')
    if min(made.adds, made.resets_to, made.wear_factor, made.holds_years) < 0 or made.resets_to > BEST:
        raise ValueError(f'treatment "{made.name}" takes no figure under 0, and resets to {BEST:g} at most')
    return made


def _floors(given: Mapping[str, Any]) -> Floors:
    check_keys(given, FLOOR_KEYS, "[floor]", optional=set(FLOOR_KEYS))
    wards = {name: a_weight(value, f"floor.wards.{name}") for name, value in given.get("wards", {}).items()}
    share, condition = (a_weight(given.get(name, 0.0), f"floor.{name}") for name in ("ward_share", "ward_condition"))
    if share > 1 or max([condition, *wards.values()]) > BEST:
        raise ValueError(f"[floor] has a ward_share of 0 to 1, and conditions of 0 to {BEST:g}")
    return Floors(share, condition, wards)
