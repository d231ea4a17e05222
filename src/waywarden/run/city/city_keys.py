"""Every key of city.toml, once: what it means, what is wanted, how its value is read. A test holds the docs to it."""

# ruff: noqa: TRY004 - a reader has one way to say no, whatever is the matter

from __future__ import annotations

import math
import re
import zoneinfo
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from difflib import get_close_matches
from functools import partial
from types import MappingProxyType
from typing import Any

from waywarden.run.city.sources import read_source
from waywarden.terms.kinds import ALL_CLASSES, KINDS, Kind

CLASS_SCHEMES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "kinds": {kind.value: kind.value for kind in KINDS},
        "coarse": {
            Kind.PEDESTRIAN.value: "pedestrian",
            Kind.BICYCLE.value: "two_wheeler",
            Kind.MOTORCYCLE.value: "two_wheeler",
            Kind.CAR.value: "light",
            Kind.VAN.value: "light",
            Kind.BUS.value: "heavy",
            Kind.TRUCK.value: "heavy",
            Kind.VEHICLE.value: "light",
            Kind.UNCLASSIFIED.value: "unclassified",
        },
    }
)
"""What is published for each kind, by the name of the scheme."""

ZONE_USES = ("ignore", "parking")
DEFAULT_SCHEME = "kinds"
LONGEST_KEEPING_DAYS = 36_500
LONGEST_PICTURES_DAYS = 2190
"""Six years: so long a claim for damage can be brought in England and Wales (Limitation Act 1980, section 2)."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_CRS = re.compile(r"EPSG:[1-9][0-9]{3,5}|metres")


@dataclass(frozen=True, slots=True)
class Key:
    """One key: what it is for, what value is wanted, and the function that reads a value.

    ``read`` returns the value as it is kept, and raises ValueError with a hint (which may be empty) if it does not fit.
    ``TABLE`` and ``TABLES`` in its place say that the key opens one table, or an array of them.
    """

    doc: str
    wanted: str
    read: Callable[[Any], Any]
    required: bool = False


def nearest(name: str, known: Sequence[str]) -> str:
    """Return a hint for a misspelt ``name``: the nearest of ``known``, or all there are."""
    folded = {one.casefold(): one for one in known}
    close = get_close_matches(name.casefold(), folded, n=1, cutoff=0.5)
    return f'did you mean "{folded[close[0]]}"?' if close else f"there are: {', '.join(known)}"


def table(value: Any) -> Any:
    """Mark a key that opens a table."""
    return value


def tables(value: Any) -> Any:
    """Mark a key that opens an array of tables."""
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError
    # C0, delete and C1: they break terminals, and no name or address holds one on purpose.
    if any(ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 for character in value):
        raise ValueError("; it holds a control character")
    return value


def _id(value: Any) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise ValueError
    return value


def _class_name(value: Any) -> str:
    if value == ALL_CLASSES:
        raise ValueError(f'; "{ALL_CLASSES}" is the name of the sum over the classes')
    return _id(value)


def _sources(value: Any) -> tuple[str, ...]:
    many = value if isinstance(value, list) else [value]
    if not many:
        raise ValueError
    return tuple(read_source(_text(one)) for one in many)


def _number(value: Any) -> float:
    # A TOML boolean is a Python int too.
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError
    return number


def _pair(value: Any) -> tuple[float, float]:
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError
    return _number(value[0]), _number(value[1])


def lon_lat(value: Any) -> tuple[float, float]:
    """Return longitude and latitude in degrees; ValueError hints where they look swapped."""
    lon, lat = _pair(value)
    if abs(lon) <= 180 and abs(lat) <= 90:
        return lon, lat
    if abs(lat) <= 180 and abs(lon) <= 90:
        raise ValueError(f"; longitude comes first: write [{lat:.12g}, {lon:.12g}]")
    raise ValueError


def _polygon(value: Any) -> tuple[tuple[float, float], ...]:
    if not isinstance(value, list):
        raise ValueError
    corners = tuple(_pair(corner) for corner in value)
    if len(set(corners)) < 3:
        raise ValueError
    return corners


def _instant(value: Any) -> datetime:
    if isinstance(value, str):
        raise ValueError("; a time stands without quotes")
    if isinstance(value, datetime) and value.tzinfo is not None:
        try:
            return value.astimezone(UTC)
        except OverflowError as fault:
            raise ValueError from fault
    if isinstance(value, date | time):
        raise ValueError("; add Z, or an offset such as +01:00")
    raise ValueError


def _time_zone(value: Any) -> str:
    name = _text(value)
    try:
        zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError) as fault:
        known = {zone.casefold(): zone for zone in zoneinfo.available_timezones()}
        if not known:
            raise ValueError("; this machine has no time zones: install tzdata") from fault
        tail = {zone.rpartition("/")[2]: zone for zone in known}
        wished = name.casefold().replace(" ", "_")
        close = get_close_matches(wished, [*known, *tail], n=1, cutoff=0.6)
        raise ValueError(f'; did you mean "{known[tail.get(close[0], close[0])]}"?' if close else "") from fault
    return name


def _days(value: Any, longest: int = LONGEST_KEEPING_DAYS) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= longest:
        raise ValueError
    return value


def _crs(value: Any) -> str:
    if isinstance(value, str) and _CRS.fullmatch(value):
        return value
    if isinstance(value, str) and _CRS.fullmatch(value.strip().upper()):
        raise ValueError(f'; write "{value.strip().upper()}"')
    raise ValueError


def _one_of(*known: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if isinstance(value, str) and value in known:
            return value
        raise ValueError(f"; {nearest(value, known)}" if isinstance(value, str) else "")

    return read


_AN_ID = "letters, digits, - _ . (a letter or digit first, at most 64)"
_A_TEXT = "a text that is not empty"
_A_POINT_PX = "[x, y] in pixels of the picture, y down"
_A_LON_LAT = "[longitude, latitude] in degrees, longitude within ±180 and latitude within ±90"
_SOME_DAYS = f"a whole number of days from 1 to {LONGEST_KEEPING_DAYS}"
_A_SCHEME = " or ".join(f'"{name}"' for name in CLASS_SCHEMES)

CITY_KEYS: Mapping[str, Key] = MappingProxyType(
    {
        "city": Key("What holds for all cameras.", "a table [city]", table, required=True),
        "city.name": Key("The city's name, shown on the page.", _A_TEXT, _text, required=True),
        "city.time_zone": Key(
            "The zone of the clock on the page.", 'a zone such as "Europe/London"', _time_zone, required=True
        ),
        "city.classes": Key(
            "Which classes are published: every kind by itself, or few coarse ones.",
            _A_SCHEME,
            _one_of(*CLASS_SCHEMES),
        ),
        "city.keep_intervals_days": Key("How long counts are kept.", _SOME_DAYS, _days),
        "city.keep_health_days": Key("How long it is kept how well cameras were.", _SOME_DAYS, _days),
        "city.keep_inspections_days": Key(
            "How long it is kept when streets were looked at, and what was seen.", _SOME_DAYS, _days
        ),
        "road": Key("What holds for survey drives.", "a table [road]", table),
        "road.keep_pictures_days": Key(
            "How long redacted pictures of road damage are kept, where they are asked for.",
            f"a whole number of days from 1 to {LONGEST_PICTURES_DAYS}",
            partial(_days, longest=LONGEST_PICTURES_DAYS),
        ),
        "classes": Key("Other names for single kinds than the scheme's.", "a table [classes]", table),
        **{
            f"classes.{kind.value}": Key(f"The class under which a {kind.value} is published.", _AN_ID, _class_name)
            for kind in KINDS
        },
        "camera": Key("One camera; write one table for each.", "one or more tables [[camera]]", tables, required=True),
        "camera.id": Key("The camera's own id, as it stands in every row.", _AN_ID, _id, required=True),
        "camera.name": Key("Where the camera is, for people; the id if left out.", _A_TEXT, _text),
        "camera.source": Key(
            "What is watched: a video, a folder of stills (relative to this file), or an address; or a list, played "
            "one after the other.",
            "a path or an address, or a list of them, without control characters",
            _sources,
            required=True,
        ),
        "camera.start": Key(
            "When a recording began, if it does not say so itself.",
            "a time with a zone, such as 2019-06-28T13:03:07Z",
            _instant,
        ),
        "camera.position": Key("Where the camera stands on the map.", _A_LON_LAT, lon_lat),
        "camera.gate": Key("A line across the street that is counted over.", "tables [[camera.gate]]", tables),
        "camera.gate.id": Key("The gate's id, its own within the camera.", _AN_ID, _id, required=True),
        "camera.gate.from_px": Key(
            "End A. Standing at A and looking at B, forward is to your right.", _A_POINT_PX, _pair, required=True
        ),
        "camera.gate.to_px": Key("End B.", _A_POINT_PX, _pair, required=True),
        "camera.gate.name": Key("The gate's name for people.", _A_TEXT, _text),
        "camera.movement": Key(
            "A turning movement, in at a gate, out at a gate.", "tables [[camera.movement]]", tables
        ),
        "camera.movement.from": Key("The id of the gate where it goes in.", _AN_ID, _id, required=True),
        "camera.movement.to": Key("The id of the gate where it goes out.", _AN_ID, _id, required=True),
        "camera.movement.name": Key("The movement's name for people.", _A_TEXT, _text),
        "camera.movement.id": Key("The movement's id; from-to if left out.", _AN_ID, _id),
        "camera.calibration": Key(
            "Where points of the picture are on the ground, for speeds.", "a table [camera.calibration]", table
        ),
        "camera.calibration.crs": Key(
            "What the ground coordinates are: longitude and latitude, a projected system, or local metres.",
            '"EPSG:4326", another "EPSG:" and its number, or "metres"',
            _crs,
            required=True,
        ),
        "camera.calibration.point": Key(
            "A surveyed point; four or more.", "four or more tables [[camera.calibration.point]]", tables, required=True
        ),
        "camera.calibration.point.px": Key("The point in the picture.", _A_POINT_PX, _pair, required=True),
        "camera.calibration.point.ground": Key(
            "The point on the ground, in the coordinates of crs.", "[easting, northing], two numbers", _pair
        ),
        "camera.calibration.point.lonlat": Key("The same as ground, where crs is EPSG:4326.", _A_LON_LAT, lon_lat),
        "camera.zone": Key("A part of the picture that is treated in its own way.", "tables [[camera.zone]]", tables),
        "camera.zone.id": Key("The zone's id, its own within the camera.", _AN_ID, _id, required=True),
        "camera.zone.polygon_px": Key(
            "The zone's corners.", "three or more different corners [x, y] in pixels", _polygon, required=True
        ),
        "camera.zone.use": Key(
            "What for: in ignore nothing is counted; in parking one may begin or end within the picture.",
            '"ignore" or "parking"',
            _one_of(*ZONE_USES),
        ),
    }
)
