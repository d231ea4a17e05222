"""What a drive leaves: an inspection for each stretch that it was surely on, and a sighting for each damage."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import chain, count

import numpy as np

from waywarden.geo.drives.sun import light
from waywarden.geo.streets.lanes import lane_of, lanes_driven, lanes_there
from waywarden.geo.streets.network import Network, length_m
from waywarden.pavement.same.fuse import FELT_SE_M, fuse
from waywarden.pavement.same.place import is_sure
from waywarden.run.road.drives.driven import Driven
from waywarden.run.road.drives.looking import Looked, SeenDistress
from waywarden.run.road.drives.reading import Drive
from waywarden.terms.distress import DistressSighting, Way
from waywarden.terms.drives import DrivePositions
from waywarden.terms.inspections import Inspection
from waywarden.terms.pictures import Crop
from waywarden.terms.road.lanes import LaneStretch


@dataclass(frozen=True, slots=True)
class Said:
    """What a drive says of itself: the lane it was in, from the kerb (1), and whether that is to the driver's right.

    None where it does not say; then what follows from it is not known either.
    """

    lane: int | None = None
    kerb_right: bool | None = None


NOTHING_SAID = Said()
LEAST_SCORE = 0.5
"""What is less sure than this is no sighting."""
SAME_M, SAME = 5.0, timedelta(seconds=5)
"""Two looks at one drive put the same damage no farther apart than this."""
EARLY_S = 2.0
"""A damage may be seen so long before its stretch begins, or after it ends: the fixes there are of the junction."""


@dataclass(frozen=True, slots=True)
class Shown:
    """On which picture of a drive, in order of name, a sighting is to be seen, and where."""

    sighting_id: str
    at: datetime
    picture: int
    crop: Crop


@dataclass(frozen=True, slots=True)
class Left:
    """What a drive leaves. ``unplaced`` sightings are of streets that the drive was not surely on.

    ``shown`` are those sightings that are surely to be seen on a picture; it is not stored.
    """

    drive_id: str
    inspections: tuple[Inspection, ...]
    sightings: tuple[DistressSighting, ...]
    unplaced: int
    shown: tuple[Shown, ...] = ()


def left_by(
    drive: Drive, streets: Network, parts: Sequence[Driven], looked: Looked | None,
    before: Sequence[DistressSighting], said: Said = NOTHING_SAID,
) -> Left:  # fmt: skip
    """Return what a drive leaves: the same drive leaves the same, each time.

    ``before`` are the sightings that it left last time: one that is seen again, by other weights perhaps, keeps its id.
    ``said`` is of the whole drive.
    """
    drive_id = id_of(drive.positions)
    passes = {f"{drive_id}-{number:03d}": each for number, each in enumerate(parts) if each.stretch.decided}
    likely = [] if looked is None else [each for each in looked.seen if each.score >= LEAST_SCORE]
    placed = [(name, each) for each in likely if (name := _pass_of(each, passes)) is not None]
    found = [_sighting(name, passes[name], one, streets, said) for name, one in placed]
    numbered = _together(found, FELT_SE_M if looked is None else looked.felt_se_m)
    sightings = with_ids([each for _, each in numbered], before)
    inspections = tuple(
        replace(
            _inspection(
                name,
                drive.positions,
                each,
                looked,
                streets,
                [one for one in sightings if one.pass_id == name and is_sure(one)],
            ),
            lanes=_lanes(each, streets, said),
        )
        for name, each in passes.items()
    )
    shown = tuple(
        Shown(sighting.sighting_id, sighting.at, one.picture, one.crop)
        for sighting, one in zip(sightings, (placed[number][1] for number, _ in numbered), strict=True)
        if one.picture is not None and one.crop is not None and is_sure(sighting)
    )
    return Left(drive_id, inspections, sightings, len(likely) - len(placed), shown)


def _together(found: Sequence[DistressSighting], felt_se_m: float) -> list[tuple[int, DistressSighting]]:
    """Return the sightings, what was both seen and felt as one; each with the number of what was seen, or else felt."""
    felt = [(number, each) for number, each in enumerate(found) if each.jolt_mps2 is not None]
    if not felt:
        return list(enumerate(found))
    named = [replace(each, sighting_id=str(number)) for number, each in enumerate(found)]
    fused = fuse((each for each in named if each.jolt_mps2 is None), (named[n] for n, _ in felt), felt_se_m=felt_se_m)
    told = [(int(each.seen_id or each.felt_id or 0), each.sighting) for each in fused]
    return [(number, replace(each, chainage_m=round(each.chainage_m, 2))) for number, each in sorted(told, key=_first)]


def _first(each: tuple[int, DistressSighting]) -> int:
    return each[0]


def id_of(positions: DrivePositions) -> str:
    """Return a name for a drive: the first 12 digits of the SHA-256 of its times and places."""
    digest = hashlib.sha256()
    for array in (positions.at_s, positions.lon_deg, positions.lat_deg):
        digest.update(np.ascontiguousarray(array, np.float64).tobytes())
    return digest.hexdigest()[:12]


def _pass_of(one: SeenDistress, passes: dict[str, Driven]) -> str | None:
    """Return the pass that saw it, None where the drive was not surely there."""
    if one.place is not None:
        return next((name for name, each in passes.items() if _covers(each, one.place.street_id, one.place.way,
                                                                      one.place.chainage_m)), None)  # fmt: skip
    near = {name: max(each.from_s - one.at_s, one.at_s - each.until_s) for name, each in passes.items()}
    name = min(near, key=lambda each: near[each], default=None)
    return name if name is not None and near[name] <= EARLY_S else None


def _covers(each: Driven, street_id: str, way: Way, chainage_m: float) -> bool:
    one = each.stretch
    return (one.street_id, one.way) == (street_id, way) and one.low_m <= chainage_m <= one.high_m


def with_ids(found: Sequence[DistressSighting], before: Sequence[DistressSighting]) -> tuple[DistressSighting, ...]:
    """Return the sightings with their ids: those of ``before`` where they are the same, else by their place.

    The same are of one street and way, of one kind, and nearest to each other, within ``SAME_M`` and ``SAME``.
    """
    pairs = sorted(
        (abs(one.chainage_m - old.chainage_m), number, old.sighting_id)
        for number, one in enumerate(found)
        for old in before
        if (one.street_id, one.way, one.kind) == (old.street_id, old.way, old.kind)
        and abs(one.chainage_m - old.chainage_m) <= SAME_M
        and abs(one.at - old.at) <= SAME
    )
    ids: dict[int, str] = {}
    used: set[str] = set()
    for _, number, old_id in pairs:
        if number not in ids and old_id not in used:
            ids[number] = old_id
            used.add(old_id)
    for number, one in enumerate(found):
        if number not in ids:
            wanted = f"{one.pass_id}-{round(100 * one.chainage_m):07d}"
            numbered = chain([wanted], (f"{wanted}-{n}" for n in count(2)))
            ids[number] = next(each for each in numbered if each not in used)
            used.add(ids[number])
    return tuple(replace(one, sighting_id=ids[number]) for number, one in enumerate(found))


def _lanes(each: Driven, streets: Network, said: Said) -> tuple[LaneStretch, ...]:
    """Return in which lane the parts of a stretch were driven, as far as that is known."""
    stretch = each.stretch
    street = streets.streets[streets.number_of[stretch.street_id]]
    return lanes_driven(street, stretch.way, (round(stretch.low_m, 1), round(stretch.high_m, 1)), said.lane)


def _lane(one: SeenDistress, chainage_m: float, each: Driven, streets: Network, said: Said) -> int | None:
    """Return the lane that a damage is in."""
    stretch = each.stretch
    street = streets.streets[streets.number_of[stretch.street_id]]
    there = min(max(chainage_m, stretch.low_m), stretch.high_m)
    driven = next((part.lane for part in _lanes(each, streets, said) if part.from_m <= there <= part.to_m), None)
    lanes = lanes_there(street, stretch.way, chainage_m)
    return lane_of(driven, lanes, one.right_m, kerb_right=said.kerb_right)


def _sighting(pass_id: str, each: Driven, one: SeenDistress, streets: Network, said: Said) -> DistressSighting:
    """Return the sighting, without its id yet."""
    stretch = each.stretch
    if one.place is not None:
        chainage_m = one.place.chainage_m
        at_s = float(each.at_s[int(np.argmin(np.abs(each.chainage_m - chainage_m)))])
    else:
        ahead_m = one.ahead_m if stretch.way is Way.ALONG else -one.ahead_m
        end_m = length_m(streets.streets[streets.number_of[stretch.street_id]])
        at_s, there_m = one.at_s, float(np.interp(one.at_s, each.at_s, each.chainage_m))
        chainage_m = min(max(there_m + ahead_m, 0.0), end_m)
    at = datetime.fromtimestamp(at_s, UTC)
    return DistressSighting(
        "", pass_id, stretch.street_id, stretch.way, round(chainage_m, 2), at, one.kind, one.extent_m2,
        None if one.jolt_mps2 is not None else round(one.score, 3), one.jolt_mps2,
        _lane(one, chainage_m, each, streets, said),
    )  # fmt: skip


def _inspection(
    pass_id: str, positions: DrivePositions, each: Driven, looked: Looked | None, streets: Network,
    sightings: Sequence[DistressSighting],
) -> Inspection:  # fmt: skip
    stretch, at = each.stretch, datetime.fromtimestamp(each.from_s, UTC)
    kinds = Counter(one.kind for one in sightings if one.kind is not None)
    lon, lat = float(positions.lon_deg[stretch.first]), float(positions.lat_deg[stretch.first])
    return Inspection(
        stretch.street_id, stretch.way, round(stretch.low_m, 1), round(stretch.high_m, 1), at, pass_id,
        streets.version, round(each.mean_speed_mps, 2), light(at, lon, lat),
        None if looked is None else looked.wet, 0.0 if looked is None else looked.share(each.from_s, each.until_s),
        None if looked is None else tuple(sorted(kinds.items())), "" if looked is None else looked.method,
    )  # fmt: skip
