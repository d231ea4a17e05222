"""policy.toml: read into a ``Policy``; a key that is not known, or a value that cannot be, is an error."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from waywarden.pavement.policy.clock import WorkingTime
from waywarden.pavement.policy.policy import ClockKind, Known, Level, Policy
from waywarden.run.road.keys import Keys, a_weight, check_keys, read_rows, read_toml
from waywarden.terms.distress import DistressKind, Severity
from waywarden.terms.errors import ConfigError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
POLICY_KEYS: Keys = {
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
LEVEL_KEYS: Keys = {
    "name": (str,),
    "least_risk": (int, float),
    "hours": (int, float),
    "clock": (str,),
    "cost": (int, float),
    "depth_mm": (int, float),
    "width_mm": (int, float),
    "kinds": (list,),
}
TRAFFIC_KEYS: Keys = {"vehicles_per_day": (int, float), "weight": (int, float)}
MOST_HOURS = 100_000
"""Over eleven years: later days than a calendar has would come of what is longer still."""
STREET_COLUMNS = ("defect", "kind", "severity", "hierarchy", "vehicles_per_day")


def read_policy(path: Path) -> Policy:
    """Return the policy in ``path``; ConfigError, one sentence, where it is none."""
    given = read_toml(path, "policy.toml")
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
    return dict(read_rows(path, STREET_COLUMNS, _street))


def _street(row: Mapping[str, str]) -> tuple[str, Known]:
    vehicles = float(row["vehicles_per_day"])
    return row["defect"], Known(DistressKind(row["kind"]), Severity(row["severity"]), row["hierarchy"], vehicles)


def _policy(given: Mapping[str, Any]) -> Policy:
    check_keys(given, POLICY_KEYS, "a policy", optional={"holidays", "sound_passes"})
    levels = tuple(_level(each) for each in given["level"])
    if not levels:
        raise ValueError("a policy has a [[level]] at least")
    severities = {Severity(name): a_weight(weight, f"severity.{name}") for name, weight in given["severity"].items()}
    if set(severities) != set(Severity):
        raise ValueError(f"severity has a weight for each of {', '.join(Severity)}")
    sound_passes = given.get("sound_passes", 2)
    if sound_passes < 1:
        raise ValueError(f"sound_passes is 1 at least, got {sound_passes}: no repair is verified by nobody")
    return Policy(
        version=given["version"],
        working=_working(given),
        hierarchy={name: a_weight(weight, f"hierarchy.{name}") for name, weight in given["hierarchy"].items()},
        severity=severities,
        traffic=traffic_weights(given["traffic"]),
        levels=levels,
        sound_passes=sound_passes,
    )


def traffic_weights(given: Any) -> dict[float, float]:
    """Return the weight of a street from so many vehicles a day on; ValueError where a [[traffic]] is wrong."""
    for each in given:
        check_keys(each, TRAFFIC_KEYS, "[[traffic]]")
    return {float(each["vehicles_per_day"]): a_weight(each["weight"], "weight of [[traffic]]") for each in given}


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
    check_keys(given, LEVEL_KEYS, "a [[level]]", optional={"cost", "depth_mm", "width_mm", "kinds"})
    kinds = frozenset(DistressKind(kind) for kind in given.get("kinds", []))
    level = Level(**{**given, "clock": ClockKind(given["clock"]), "kinds": kinds})
    if not 0 < level.hours <= MOST_HOURS or min(level.cost, level.depth_mm, level.width_mm) < 0:
        raise ValueError(
            f'level "{level.name}" wants hours of more than 0 and {MOST_HOURS} at most, no measure under 0'
        )
    return level
