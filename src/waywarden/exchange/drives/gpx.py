"""GPX 1.0 and 1.1: the points of its tracks (``trk/trkseg/trkpt``), with speed and course where a program wrote them.

Source: the GPX 1.1 schema of topografix.com; ``speed`` and ``course`` are of GPX 1.0 and of Garmin's
TrackPointExtension v2. Speeds are metres a second in both.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

from waywarden.exchange.drives.fixes import UERE_M, drive_positions, instant_s
from waywarden.terms.drives import DrivePositions, Fix

_NAN = float("nan")


def from_gpx(raw: bytes) -> DrivePositions:
    """Read the positions; ValueError says what was wanted."""
    try:
        # Entities that grow are refused by expat itself, from 2.4.1 on (CVE-2013-0340).
        root = ET.fromstring(raw)  # noqa: S314
    except ET.ParseError as fault:
        raise ValueError(f"it is no whole GPX file ({fault}): copy it from the device again") from fault
    if _local(root.tag) != "gpx":
        raise ValueError(f"GPX's <gpx> was wanted, got <{_local(root.tag)[:40]}>")
    points = [each for each in root.iter() if _local(each.tag) == "trkpt"]
    if not points:
        raise ValueError("no GPS: there is no track point (<trkpt>) in it; a route or waypoints alone are no drive")
    if all(_child(point, "time") is None for point in points):
        raise ValueError("its points have no <time>: pictures cannot be placed by it; export it with times")
    return drive_positions(_fix(point) for point in points if _child(point, "time") is not None)


def _fix(point: ET.Element) -> Fix:
    try:
        return Fix(
            instant_s(_child(point, "time") or ""), float(point.attrib["lon"]), float(point.attrib["lat"]),
            _number(point, "speed"), _number(point, "course"), _number(point, "hdop") * UERE_M,
        )  # fmt: skip
    except KeyError as fault:
        raise ValueError(f"a track point lacks {fault}") from fault


def _child(point: ET.Element, name: str) -> str | None:
    """Return the text of the first element ``name`` in ``point``, also within its extensions."""
    return next((each.text for each in point.iter() if _local(each.tag) == name and each.text), None)


def _number(point: ET.Element, name: str) -> float:
    text = _child(point, name)
    return _NAN if text is None else float(text)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
