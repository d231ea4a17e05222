"""city.toml: read, checked, and made a ``City``. What is wrong is said with file, line, and what was wanted."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from waywarden.run.city.city_keys import CITY_KEYS, CLASS_SCHEMES, DEFAULT_SCHEME, lon_lat, nearest, table, tables
from waywarden.run.city.sources import blotted
from waywarden.run.city.toml_lines import Where, key_lines, line_of
from waywarden.terms.errors import ConfigError
from waywarden.terms.places import Calibration, CalibrationPoint, Camera, City, Gate, LonLat, Movement, Zone

__all__ = ["CITY_KEYS", "read_city"]

_LEAST_POINTS = 4
_LON_LAT_CRS = "EPSG:4326"
_LONGEST_SHOWN = 60
_DEEPEST_SHOWN = 3

# A clock follows the sun: a zone's standard time is rarely more than two hours (30°) from the sun's. Only where the
# written longitude is further off than that, and the other number is well within it, the two are taken for swapped.
_FAR_FROM_ZONE_DEG = 30.0
_NEAR_ZONE_DEG = 20.0
_DEG_PER_HOUR = 15.0


def read_city(path: Path) -> City:
    """Read the city in the file ``path``.

    Sources stay as they are written; relative ones are relative to the file's folder.

    Raises
    ------
    ConfigError
        If the file cannot be read, is not TOML, holds an unknown key, or a value that is impossible: one sentence
        with the file, the line, and what was wanted.
    """
    text = _read_text(path)
    try:
        raw = tomllib.loads(text)
        document = _Document(path, key_lines(text))
    except RecursionError as fault:
        raise ConfigError(f"{path}: tables or lists are nested too deeply; write it flatter") from fault
    except ValueError as fault:
        raise ConfigError(_syntax(path, text, str(fault))) from fault
    return _city(document, document.table("", (), raw))


class _Document:
    """The file's name and lines, and the walk that checks every table against ``CITY_KEYS``."""

    def __init__(self, path: Path, lines: Mapping[Where, int]) -> None:
        self._path = path
        self._lines = lines

    def line(self, where: Where) -> int:
        """Return the line of ``where``, or of what is around it."""
        return line_of(self._lines, where)

    def fail(self, where: Where, sentence: str) -> NoReturn:
        """Raise ConfigError with the file and the line of ``where``."""
        raise ConfigError(f"{self._path}:{self.line(where)}: {sentence}")

    def table(self, name: str, where: Where, raw: Any) -> dict[str, Any]:
        """Return the table ``name`` (dotted, as in ``CITY_KEYS``) with its values read."""
        if not isinstance(raw, dict):
            self.fail(where, f"{name} must be {CITY_KEYS[name].wanted}, got {_shown(raw)}")
        known = _keys_of(name)
        for key in raw:
            if key not in known:
                self.fail((*where, key), f"unknown key {_shown(key)} {_in(name)}; {nearest(key, list(known))}")
        for key, full in known.items():
            if CITY_KEYS[full].required and key not in raw:
                self.fail(where, f'"{key}" is missing {_in(name)}: add {CITY_KEYS[full].wanted}')
        return {key: self._value(known[key], (*where, key), value) for key, value in raw.items()}

    def _value(self, name: str, where: Where, raw: Any) -> Any:
        key = CITY_KEYS[name]
        if key.read is table:
            return self.table(name, where, raw)
        if key.read is tables:
            if not isinstance(raw, list) or not raw:
                self.fail(where, f"{name} must be {key.wanted}, got {_shown(raw)}")
            return [self.table(name, (*where, number), one) for number, one in enumerate(raw)]
        try:
            return key.read(raw)
        except ValueError as hint:
            self.fail(where, f"{name} must be {key.wanted}, got {_shown(raw)}{hint}")


def _city(document: _Document, raw: Mapping[str, Any]) -> City:
    about = raw["city"]
    _unique(document, ("camera",), (camera["id"] for camera in raw["camera"]))
    kept = {
        key: about[key] for key in ("keep_intervals_days", "keep_health_days", "keep_inspections_days") if key in about
    } | raw.get("road", {})
    return City(
        name=about["name"],
        time_zone=about["time_zone"],
        cameras=tuple(
            _camera(document, ("camera", number), camera, about["time_zone"])
            for number, camera in enumerate(raw["camera"])
        ),
        class_scheme=CLASS_SCHEMES[about.get("classes", DEFAULT_SCHEME)] | raw.get("classes", {}),
        **kept,
    )


def _camera(document: _Document, where: Where, raw: Mapping[str, Any], time_zone: str) -> Camera:
    if "position" in raw:
        _check_order(document, (*where, "position"), raw["position"], time_zone)
    gates = _gates(document, (*where, "gate"), raw.get("gate", []))
    zones = raw.get("zone", [])
    _unique(document, (*where, "zone"), (zone["id"] for zone in zones))
    calibration = raw.get("calibration")
    return Camera(
        id=raw["id"],
        name=raw.get("name", raw["id"]),
        sources=raw["source"],
        start=raw.get("start"),
        position=raw.get("position"),
        gates=gates,
        movements=_movements(document, (*where, "movement"), raw.get("movement", []), gates),
        calibration=None
        if calibration is None
        else _calibration(document, (*where, "calibration"), calibration, time_zone),
        zones=tuple(Zone(**zone) for zone in zones),
    )


def _gates(document: _Document, where: Where, raw: Iterable[Mapping[str, Any]]) -> tuple[Gate, ...]:
    gates = tuple(Gate(**gate) for gate in raw)
    _unique(document, where, (gate.id for gate in gates))
    for number, gate in enumerate(gates):
        if gate.from_px == gate.to_px:
            document.fail(
                (*where, number, "to_px"),
                f'gate "{gate.id}" begins and ends at {_shown(list(gate.from_px))}: give it two different ends',
            )
    return gates


def _movements(
    document: _Document, where: Where, raw: Iterable[Mapping[str, Any]], gates: tuple[Gate, ...]
) -> tuple[Movement, ...]:
    known = tuple(gate.id for gate in gates)
    movements = []
    for number, one in enumerate(raw):
        for end in ("from", "to"):
            if one[end] not in known:
                hint = nearest(one[end], known) if known else "this camera has no gates"
                document.fail((*where, number, end), f'a movement goes {end} an unknown gate "{one[end]}"; {hint}')
        default_id = f"{one['from']}-{one['to']}"
        movements.append(Movement(one.get("id", default_id), one["from"], one["to"], one.get("name", "")))
    _unique(document, where, (movement.id for movement in movements))
    return tuple(movements)


def _calibration(document: _Document, where: Where, raw: Mapping[str, Any], time_zone: str) -> Calibration:
    points = raw["point"]
    if len(points) < _LEAST_POINTS:
        document.fail(where, f"a calibration needs {_LEAST_POINTS} points or more, got {len(points)}: survey more")
    return Calibration(
        crs=raw["crs"],
        points=tuple(
            CalibrationPoint(point["px"], _ground(document, (*where, "point", number), point, raw["crs"], time_zone))
            for number, point in enumerate(points)
        ),
    )


def _ground(
    document: _Document, where: Where, point: Mapping[str, Any], crs: str, time_zone: str
) -> tuple[float, float]:
    given = [key for key in ("ground", "lonlat") if key in point]
    if len(given) != 1:
        document.fail(
            where, f'a calibration point has either "ground" or "lonlat", got {" and ".join(given) or "none"}'
        )
    if given == ["lonlat"] and crs != _LON_LAT_CRS:
        document.fail(
            (*where, "lonlat"), f'"lonlat" goes with crs = "{_LON_LAT_CRS}", here it is "{crs}": use "ground"'
        )
    ground: tuple[float, float] = point[given[0]]
    if crs == _LON_LAT_CRS:
        try:
            lon_lat(list(ground))
        except ValueError as hint:
            wanted = CITY_KEYS["camera.calibration.point.lonlat"].wanted
            document.fail((*where, given[0]), f"with {crs} a point must be {wanted}, got {_shown(list(ground))}{hint}")
        _check_order(document, (*where, given[0]), ground, time_zone)
    return ground


def _check_order(document: _Document, where: Where, position: LonLat, time_zone: str) -> None:
    """Refuse a position that fits the zone's clock only with latitude and longitude swapped."""
    first, second = position
    noon = datetime(2000, 1, 1, 12, tzinfo=ZoneInfo(time_zone))
    offset = (noon.utcoffset() or timedelta()) - (noon.dst() or timedelta())
    zone_deg = offset / timedelta(hours=1) * _DEG_PER_HOUR
    if "/" not in time_zone or time_zone.startswith("Etc/") or abs(first) > 90:
        return  # "UTC" and its like say nothing of a place
    if _apart_deg(first, zone_deg) > _FAR_FROM_ZONE_DEG and _apart_deg(second, zone_deg) < _NEAR_ZONE_DEG:
        document.fail(
            where,
            f"{_shown(list(position))} is far from where {time_zone} is used; longitude comes first: "
            f"write {_shown([second, first])}",
        )


def _apart_deg(one_deg: float, other_deg: float) -> float:
    return abs((one_deg - other_deg + 180.0) % 360.0 - 180.0)


def _unique(document: _Document, where: Where, ids: Iterable[str]) -> None:
    seen: dict[str, int] = {}
    for number, one in enumerate(ids):
        if one in seen:
            first = document.line((*where, seen[one], "id"))
            document.fail((*where, number, "id"), f'{where[-1]} "{one}" is there already, on line {first}: rename one')
        seen[one] = number


def _keys_of(name: str) -> dict[str, str]:
    """Return the keys of a table: their short names to their full ones."""
    depth = name.count(".") + 1 if name else 0
    prefix = f"{name}." if name else ""
    return {full.rpartition(".")[2]: full for full in CITY_KEYS if full.startswith(prefix) and full.count(".") == depth}


def _in(name: str) -> str:
    if not name:
        return "at the top"
    return f"in [[{name}]]" if CITY_KEYS[name].read is tables else f"in [{name}]"


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as fault:
        raise ConfigError(f"{path}: the city cannot be read ({fault.strerror}); check the path") from fault
    except UnicodeDecodeError as fault:
        raise ConfigError(f"{path}: this is not UTF-8 text; save it as UTF-8") from fault


def _syntax(path: Path, text: str, said: str) -> str:
    """Turn tomllib's ``Invalid value (at line 3, column 5)`` into file, line and sentence."""
    found = re.fullmatch(r"(.*) \(at (?:line (\d+), column \d+|end of document)\)", said, re.DOTALL)
    what = (found[1] if found else said).replace("\n", " ")
    what = re.sub(r"\('(.*?)',?\)", lambda way: way[1].replace("', '", "."), what)  # a Python tuple of keys
    line = int(found[2]) if found and found[2] else text.count("\n") + 1
    return f"{path}:{line}: this is not TOML: {what[:1].lower()}{what[1:]}"


def _shown(value: Any, deep: int = 0) -> str:
    """Return ``value`` as it may have been written, on one line, not too long and not too deep."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, list):
        inner = ["…"] if deep == _DEEPEST_SHOWN else [_shown(one, deep + 1) for one in value[:_LONGEST_SHOWN]]
        shown = f"[{', '.join(inner)}]"
    elif isinstance(value, float):
        shown = f"{value:.12g}"
    elif isinstance(value, str):
        shown = '"' + repr(blotted(value))[1:-1] + '"'
    else:
        shown = hex(value) if isinstance(value, int) and abs(value) > 10**15 else repr(value)
    return shown if len(shown) <= _LONGEST_SHOWN else f"{shown[: _LONGEST_SHOWN - 1]}…"
