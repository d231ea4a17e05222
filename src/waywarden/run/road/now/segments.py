"""The street segments of a network as the map draws them: their lines, when they were looked at, their condition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

import numpy as np

from waywarden.geo.streets.network import Network, chainages_m
from waywarden.pavement.condition.pci import CAMERA_SEES, Measured, SampleUnit, measures, visual_pci
from waywarden.store.drives import StoredDrives, StretchFilter
from waywarden.terms.distress import DistressKind, Severity, Way
from waywarden.terms.places import LonLat
from waywarden.terms.road.now import DefectNow, SegmentNow

LANE_M = 3.5
"""The width that a pass is taken to have looked at."""
CRACK_BAND_M = 0.5
"""A crack that is measured by its length is taken to be seen as a band so wide."""
TAKEN = Severity.MEDIUM
"""The severity of a defect of which nobody has told one: one camera cannot see depth."""
COVERED = 0.5
"""A segment was looked at if an inspection has so much of it, or more."""


def segments_of(streets: Network) -> Iterator[SegmentNow]:
    """Yield every street segment with its line, as nobody has looked at it yet."""
    wheres = [chainages_m(street.line) for street in streets.streets]
    for each in streets.segments:
        street, where = streets.streets[each.street], wheres[each.street]
        first, last = np.searchsorted(where, [each.from_m + 0.005, each.to_m - 0.005])
        line = street.line[int(first) - 1 : int(last) + 1]
        from_m, to_m, name = round(each.from_m, 2), round(each.to_m, 2), street.name or street.street_id
        yield SegmentNow(street.street_id, name, street.street_class, street.oneway, from_m, to_m, line)


def position_on(segments: Sequence[SegmentNow], chainage_m: float) -> LonLat | None:
    """Return where on its street a chainage is, None where the street is not known. ``segments`` are in order."""
    if not segments:
        return None
    inside = [each for each in segments if each.from_m <= chainage_m <= each.to_m]
    nearest = segments[0] if chainage_m < segments[0].from_m else segments[-1]
    segment = inside[0] if inside else nearest
    line = np.array(segment.line, np.float64)
    # Within a segment a degree of longitude is as long at either end.
    steps = np.hypot(*((line[1:] - line[:-1]) * [np.cos(np.radians(line[0, 1])), 1.0]).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    share = (chainage_m - segment.from_m) / (segment.to_m - segment.from_m)
    at = np.clip(share, 0.0, 1.0) * along[-1]
    lon, lat = (float(np.interp(at, along, line[:, axis])) for axis in (0, 1))
    return round(lon, 7), round(lat, 7)


def looked_at(segments: Sequence[SegmentNow], drives: StoredDrives, network: str) -> list[SegmentNow]:
    """Return the segments of one street with when each was last looked at, each way."""
    if not segments:
        return []
    latest: dict[tuple[float, Way], datetime] = {}
    for look in drives.inspections(StretchFilter(segments[0].street_id)):
        if look.found is None or look.network != network:
            continue
        for each in segments:
            shared = min(look.to_m, each.to_m) - max(look.from_m, each.from_m)
            if shared >= COVERED * (each.to_m - each.from_m):
                key = each.from_m, look.way
                latest[key] = max(latest.get(key, look.at), look.at)
    return [
        replace(each, along_at=latest.get((each.from_m, Way.ALONG)), against_at=latest.get((each.from_m, Way.AGAINST)))
        for each in segments
    ]


def with_condition(segments: Iterable[SegmentNow], defects: Sequence[DefectNow]) -> Iterator[SegmentNow]:
    """Yield the segments of one street with the condition that the defects waiting on it leave, and their number."""
    waiting = [each for each in defects if each.life.waiting and each.place is not None]
    for segment in segments:
        here = [
            each for each in waiting
            if each.place is not None and segment.from_m <= each.place.chainage_m <= segment.to_m
        ]  # fmt: skip
        ways = sum(at is not None for at in (segment.along_at, segment.against_at))
        if not ways:
            yield replace(segment, condition=None, band=None, defects=len(here))
            continue
        unit = SampleUnit(LANE_M * ways * (segment.to_m - segment.from_m), tuple(_measured(here)))
        found = visual_pci([unit])
        yield replace(segment, condition=round(found.value, 1), band=found.band, defects=len(here))


def _measured(defects: Iterable[DefectNow]) -> Iterator[Measured]:
    for each in defects:
        kind = each.place.kind if each.place is not None else None
        if kind in CAMERA_SEES and kind is not None and each.place is not None:
            yield Measured(kind, each.life.severity or TAKEN, _quantity(kind, each.place.extent_m2))


def _quantity(kind: DistressKind, extent_m2: float | None) -> float:
    """Return how much of a distress it is in the manual's unit; without an extent, one, or one unit of it."""
    unit = measures(kind)
    if unit == "number" or extent_m2 is None:
        return 1.0
    return extent_m2 / CRACK_BAND_M if unit == "m" else extent_m2


def streets_in_order(segments: Sequence[SegmentNow]) -> Iterator[list[SegmentNow]]:
    """Yield the segments street by street; they stand in the order of their streets."""
    cuts = [0, *(i for i, (one, two) in enumerate(pairwise(segments), 1) if one.street_id != two.street_id)]
    for first, last in pairwise([*cuts, len(segments)]):
        if first < last:
            yield list(segments[first:last])
