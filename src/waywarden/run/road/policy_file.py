"""policy.toml: read into a ``Policy``; a key that is not known, or a value that cannot be, is an error."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from datetime import date, time
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from waywarden.pavement.policy.clock import WorkingTime
from waywarden.pavement.policy.policy import ClockKind, Known, Level, Policy
from waywarden.terms.distress import DistressKind, Severity
from waywarden.terms.errors import ConfigError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
POLICY_KEYS: Mapping[str, tuple[type, ...]] = {
    "version": (str,),
    "time_zone": (str,),
    "opens": (time,),
    "closes": (time,),
    "working_days": (list,),
    "holidays": (list,),
    "sound_passes": (int,),
    "hierarchy": (dict,),
    "severity": (dict,),
    "traffic": (list,),
    "level": (list,),
}
LEVEL_KEYS: Mapping[str, tuple[type, ...]] = {
    "name": (str,),
    "least_risk": (int, float),
    "hours": (int, float),
    "clock": (str,),
    "cost": (int, float),
    "depth_mm": (int, float),
    "width_mm": (int, float),
    "kinds": (list,),
}
TRAFFIC_KEYS: Mapping[str, tuple[type, ...]] = {"vehicles_per_day": (int, float), "weight": (int, float)}
STREET_COLUMNS = ("defect", "kind", "severity", "hierarchy", "vehicles_per_day")


def read_policy(path: Path) -> Policy:
    """Return the policy in ``path``; ConfigError, one sentence, where it is none."""
    try:
        given = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not TOML: {error}") from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}): give the path of a policy.toml") from error
    try:
        return _policy(given)
    except ZoneInfoNotFoundError as error:
        raise ConfigError(
            f'{path}: there is no time_zone "{given["time_zone"]}"; write it as "Europe/London"'
        ) from error
    except ValueError as error:
        raise ConfigError(f"{path}: {error}") from error


def read_streets(path: Path) -> dict[str, Known]:
    """Return what is known of each defect's street, from a CSV of ``STREET_COLUMNS``; ConfigError if it is none."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file)
            if set(STREET_COLUMNS) - set(rows.fieldnames or ()):
                raise ConfigError(f"{path} wants the columns {','.join(STREET_COLUMNS)}")
            return {row["defect"]: _street(row, f"{path}, line {rows.line_num}") for row in rows}
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}): give the path of a CSV file") from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not CSV: {error}") from error


def _street(row: Mapping[str, str], where: str) -> Known:
    try:
        vehicles = float(row["vehicles_per_day"])
        return Known(DistressKind(row["kind"]), Severity(row["severity"]), row["hierarchy"], vehicles)
    except (ValueError, TypeError) as error:
        raise ConfigError(f"{where}: {error}") from error


def _policy(given: Mapping[str, Any]) -> Policy:
    _check(given, POLICY_KEYS, "a policy", optional={"holidays", "sound_passes"})
    levels = tuple(_level(each) for each in given["level"])
    if not levels:
        raise ValueError("a policy has a [[level]] at least")
    for each in given["traffic"]:
        _check(each, TRAFFIC_KEYS, "[[traffic]]")
    severities = {Severity(name): _number(weight, f"severity.{name}") for name, weight in given["severity"].items()}
    if set(severities) != set(Severity):
        raise ValueError(f"severity has a weight for each of {', '.join(Severity)}")
    return Policy(
        version=given["version"],
        working=_working(given),
        hierarchy={name: _number(weight, f"hierarchy.{name}") for name, weight in given["hierarchy"].items()},
        severity=severities,
        traffic={float(each["vehicles_per_day"]): float(each["weight"]) for each in given["traffic"]},
        levels=levels,
        sound_passes=given.get("sound_passes", 2),
    )


def _working(given: Mapping[str, Any]) -> WorkingTime:
    strange = [day for day in given["working_days"] if day not in DAYS]
    if strange:
        raise ValueError(f"working_days are {', '.join(DAYS)}; got {strange[0]!r}")
    holidays = given.get("holidays", [])
    odd = [day for day in holidays if type(day) is not date]
    if odd:
        raise ValueError(f"holidays are days, as in 2026-12-25; got {odd[0]!r}")
    return WorkingTime(
        ZoneInfo(given["time_zone"]),
        given["opens"],
        given["closes"],
        frozenset(DAYS.index(day) for day in given["working_days"]),
        frozenset(holidays),
    )


def _level(given: Mapping[str, Any]) -> Level:
    _check(given, LEVEL_KEYS, "a [[level]]", optional={"cost", "depth_mm", "width_mm", "kinds"})
    kinds = frozenset(DistressKind(kind) for kind in given.get("kinds", []))
    level = Level(**{**given, "clock": ClockKind(given["clock"]), "kinds": kinds})
    if level.hours <= 0 or min(level.cost, level.depth_mm, level.width_mm) < 0:
        raise ValueError(f'level "{level.name}" wants hours of more than 0, and no measure under 0')
    return level


def _check(
    given: Any, keys: Mapping[str, tuple[type, ...]], what: str, optional: set[str] | frozenset[str] = frozenset()
) -> None:
    if not isinstance(given, dict):
        raise ValueError(f"{what} is a table, got {given!r}")  # noqa: TRY004 - said to a person, as the rest
    for key, value in given.items():
        if key not in keys:
            near = get_close_matches(key, keys, 1)
            hint = f'did you mean "{near[0]}"?' if near else f"it has {', '.join(keys)}"
            raise ValueError(f'{what} has no key "{key}": {hint}')
        if not isinstance(value, keys[key]) or isinstance(value, bool):
            raise ValueError(f"{key} of {what} is {keys[key][0].__name__}, got {value!r}")  # noqa: TRY004 - as above
    missing = [key for key in keys if key not in given and key not in optional]
    if missing:
        raise ValueError(f'{what} wants the key "{missing[0]}"')


def _number(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ValueError(f"{where} is a weight of 0 or more, got {value!r}")
    return float(value)
