"""Damage along a drive, from its folder of pictures: each metre of road is judged on one picture, the nearest to it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import tzinfo
from pathlib import Path

import numpy as np

from waywarden.exchange.drives.exif import HEAD_BYTES, from_exif
from waywarden.geo.drives.motion import speeds_mps
from waywarden.run.road.drives.looking import Look, Looked, SeenDistress
from waywarden.run.road.drives.reading import Drive
from waywarden.run.road.surface.look import LEAST_ROAD, Mounting, placed, said_of_blind
from waywarden.run.road.surface.score import THRESHOLDS, looks
from waywarden.sight.moving.blobs import blobs
from waywarden.sight.sources.stills import stills_in
from waywarden.terms.distress import DistressKind
from waywarden.terms.drives import Floats
from waywarden.terms.pictures import BoxPx, Crop
from waywarden.terms.transient import DAMAGES, Damage, SurfaceLook, tile_px

CRACK = 0
FILLED = 0.6
"""Cracks in so many of the tiles of a block of two by two or more are called alligator cracking: a rule of thumb."""
Found = tuple[BoxPx, DistressKind, float, float]
"""A box in pixels, what it is, how surely, and how many pixels of it are damaged."""
LONGEST_M = 25.0
"""No picture is asked for more road than this, however far away the next one is."""


def look_at_pictures(weights: Path, mounting: Mounting, zone: tzinfo, wet: bool | None) -> Look:  # noqa: FBT001
    """Return a look at the pictures of a drive that is a folder of them; at other drives it does not look.

    Parameters
    ----------
    weights : Path
        As ``SurfaceNetwork`` takes them.
    mounting : Mounting
        How the camera sits on the vehicle: without it nobody knows where on the road a pixel is.
    zone : tzinfo
        Of the clock of cameras that do not write theirs down.
    wet : bool or None
        Whether the road was wet.
    """

    def look(drive: Drive) -> Looked | None:
        files = _pictures(drive.path)
        if not files:
            return None
        times = [_taken_s(file, zone) for file in files]
        reach = _reach(drive, np.array(times))
        seen: list[SeenDistress] = []
        passed: list[tuple[float, float, float]] = []
        blind: list[str] = []
        every = zip(files, times, reach.tolist(), looks(drive.path, weights, ()), strict=True)
        for number, (file, at_s, reach_m, what) in enumerate(every):
            if what.road < LEAST_ROAD:
                blind.append(file.name)
                passed.append((at_s, reach_m, 0.0))
                continue
            from_m, to_m = judged(what, reach_m, mounting)
            passed.append((at_s, reach_m, to_m - from_m))
            seen += [replace(one, picture=number) for one in _seen(what, at_s, reach_m, mounting)]
        timed = tuple(each for each in passed if not math.isnan(each[1]))
        went_m, judged_m = (sum(each[i] for each in timed) for i in (1, 2))
        told = said_of_blind(drive.path, blind, len(files))
        share = judged_m / went_m if went_m else 0.0
        return Looked(tuple(seen), share, wet, weights.stem, passed=timed, told=told)

    return look


def _pictures(folder: Path) -> Sequence[Path]:
    return stills_in(folder) if folder.is_dir() else []


def _taken_s(file: Path, zone: tzinfo) -> float:
    """Return when a picture was taken; NaN where it does not tell, as a PNG cannot."""
    with file.open("rb") as opened:
        try:
            return from_exif(opened.read(HEAD_BYTES), zone).at_s
        except ValueError:
            return math.nan


def _reach(drive: Drive, times_s: Floats) -> Floats:
    """Return (n,) how many metres the vehicle went from each picture to the next in time; ``LONGEST_M`` after the last.

    NaN for a picture that tells no time.
    """
    positions, speeds = drive.positions, speeds_mps(drive.positions)
    steps = np.diff(positions.at_s) * (speeds[1:] + speeds[:-1]) / 2
    gone = np.interp(times_s, positions.at_s, np.concatenate([[0.0], np.cumsum(steps)]))
    timed = np.flatnonzero(~np.isnan(times_s))
    order = timed[np.argsort(times_s[timed], kind="stable")]
    reach = np.full(len(times_s), np.nan)
    reach[order[:-1]] = np.diff(gone[order])
    reach[order[-1:]] = LONGEST_M
    return reach


def judged(look: SurfaceLook, reach_m: float, mounting: Mounting) -> tuple[float, float]:
    """Return the stretch ahead, in metres, that a picture is asked about: what no later one sees from nearer.

    It begins where the road comes into view, and is ``reach_m`` long, as far as places on it are certain; it is empty
    for a picture that tells no time (NaN).
    """
    from_m, certain_to_m = mounting.certain_m((look.width, look.height))
    return from_m, from_m if np.isnan(reach_m) else min(from_m + min(reach_m, LONGEST_M), certain_to_m)


def _seen(look: SurfaceLook, at_s: float, reach_m: float, mounting: Mounting) -> Iterator[SeenDistress]:
    """Yield what lies within the stretch that the picture is asked about."""
    from_m, to_m = judged(look, reach_m, mounting)
    for box, kind, score, extent_px in damages(look):
        left, _, right, bottom = box
        place = placed(look, ((left + right) / 2, bottom), mounting)
        if place is not None and from_m <= place.ahead_m < to_m:
            crop = Crop(around(box, look, mounting), box)
            extent_m2 = extent_px * place.pixel_m2 or None
            yield SeenDistress(at_s, place.ahead_m, kind, score, extent_m2, crop=crop, right_m=place.right_m)


def around(box: BoxPx, look: SurfaceLook, mounting: Mounting) -> BoxPx:
    """Return the part of a picture, in px, that shows the road around a damage: four by three, none of it sky.

    It is twice as wide or high as the damage, and a third of the picture's width or more.
    """
    left, top, right, bottom = box
    half = max(look.width / 6, right - left, (bottom - top) * 4 / 3)
    across = min(max((left + right) / 2, half), max(look.width - half, look.width / 2))
    down = min(max((top + bottom) / 2, half * 3 / 4), max(look.height - half * 3 / 4, look.height / 2))
    horizon = mounting.camera((look.width, look.height)).pinhole.horizon_px
    highest = min(max(0.0, down - half * 3 / 4, horizon), top)
    return max(0.0, across - half), highest, min(across + half, look.width), min(down + half * 3 / 4, look.height)


def damages(look: SurfaceLook) -> Iterator[Found]:
    """Yield every damage that is surely enough on a picture, wherever on it."""
    yield from _potholes(look)
    yield from _cracks(look)


def _potholes(look: SurfaceLook) -> Iterator[Found]:
    """Yield the potholes. Cracks are taken from tiles, which say where they are; their boxes are too often wrong."""
    sure = (look.damage == DAMAGES.index(Damage.POTHOLE)) & (look.score >= THRESHOLDS["pothole_box"])
    for i in np.flatnonzero(sure):
        left, top, right, bottom = (float(edge) for edge in look.xyxy_px[i])
        yield (left, top, right, bottom), DistressKind.POTHOLE, float(look.score[i]), float(look.extent_px[i])


def _cracks(look: SurfaceLook) -> Iterator[Found]:
    """Yield a crack for each group of tiles that touch and hold one; a group that fills its box well is alligator."""
    cracked = look.tiles[..., CRACK] >= THRESHOLDS["crack_tile"]
    groups, counts = blobs(cracked)
    side = tile_px(look.width, look.height)
    for (left, top, right, bottom), count in zip(groups.tolist(), counts.tolist(), strict=True):
        filled = min(right - left, bottom - top) > 1 and count >= FILLED * (right - left) * (bottom - top)
        kind = DistressKind.ALLIGATOR_CRACKING if filled else DistressKind.LONGITUDINAL_TRANSVERSE_CRACKING
        right_px, bottom_px = min(right * side, look.width), min(bottom * side, look.height)
        score = float(look.tiles[top:bottom, left:right, CRACK].max())
        yield (left * side, top * side, right_px, bottom_px), kind, score, float(count * side**2)
