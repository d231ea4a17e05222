"""A city as its engineers describe it: cameras, gates, movements, calibration. ``run.city`` reads it from a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

PointPx = tuple[float, float]
LonLat = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Gate:
    """A directed counting line A to B in picture pixels (y down).

    ``forward`` is towards your right hand when you stand at A (``from_px``) and look at B (``to_px``) in the picture.
    """

    id: str
    from_px: PointPx
    to_px: PointPx
    name: str = ""


@dataclass(frozen=True, slots=True)
class Movement:
    """A turning movement: in at one gate, out at another (GMNS ``movement``)."""

    id: str
    from_gate: str
    to_gate: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class CalibrationPoint:
    """One surveyed point: where it is in the picture, and on the ground in the coordinates of the calibration's CRS."""

    px: PointPx
    ground: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Surveyed points and their coordinate system: an EPSG code, or ``metres`` for local metres (x east, y north)."""

    crs: str
    points: tuple[CalibrationPoint, ...]


@dataclass(frozen=True, slots=True)
class Zone:
    """A polygon in picture pixels.

    ``ignore`` zones are blind: nothing in them is tracked. In ``parking`` zones road users begin and end within the
    picture: none of them came out of hiding.
    """

    id: str
    polygon_px: tuple[PointPx, ...]
    use: str = "ignore"


@dataclass(frozen=True, slots=True)
class Camera:
    """One fixed camera. ``sources`` are played one after the other; ``start`` is the time of the first frame (UTC)."""

    id: str
    name: str
    sources: tuple[str, ...]
    start: datetime | None = None
    position: LonLat | None = None
    gates: tuple[Gate, ...] = ()
    movements: tuple[Movement, ...] = ()
    calibration: Calibration | None = None
    zones: tuple[Zone, ...] = ()


@dataclass(frozen=True, slots=True)
class City:
    """A city: its cameras, its clock, its class scheme, and how long records are kept.

    ``class_scheme`` maps each ``Kind`` value to the class that is published for it.
    """

    name: str
    time_zone: str
    cameras: tuple[Camera, ...]
    class_scheme: Mapping[str, str]
    keep_intervals_days: int = 3650
    keep_health_days: int = 90
    keep_inspections_days: int = 3650
    keep_pictures_days: int = 365
