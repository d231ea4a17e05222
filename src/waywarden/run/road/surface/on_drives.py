"""Damage along a drive, from its folder of pictures: each metre of road is judged on one picture, the nearest to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from pathlib import Path

import numpy as np

from waywarden.exchange.drives.exif import HEAD_BYTES, from_exif
from waywarden.geo.drives.motion import speeds_mps
from waywarden.run.road.drives.looking import Look, Looked, SeenDistress
from waywarden.run.road.drives.reading import Drive
from waywarden.run.road.surface.look import Mounting, placed
from waywarden.run.road.surface.score import THRESHOLDS, looks
from waywarden.sight.moving.blobs import blobs
from waywarden.sight.sources.stills import STILL_SUFFIXES
from waywarden.terms.distress import DistressKind
from waywarden.terms.drives import Floats
from waywarden.terms.transient import DAMAGES, TILE_PX, Damage, SurfaceLook

CRACK = 0
FILLED = 0.6
"""Cracks in so many of the tiles of a block of two by two or more are called alligator cracking: a rule of thumb."""
Found = tuple[tuple[float, float, float, float], DistressKind, float, float]
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
        seen = [
            one
            for at_s, reached_m, what in zip(times, reach, looks(drive.path, weights, ()), strict=True)
            for one in _seen(what, at_s, reached_m, mounting)
        ]
        went = reach[~np.isnan(reach)]
        share = float(np.minimum(went, LONGEST_M).sum() / went.sum()) if went.any() else 0.0
        return Looked(tuple(seen), share, wet, weights.stem)

    return look


def _pictures(folder: Path) -> Sequence[Path]:
    if not folder.is_dir():
        return []
    return sorted(each for each in folder.iterdir() if each.suffix.lower() in STILL_SUFFIXES)


def _taken_s(file: Path, zone: tzinfo) -> float:
    with file.open("rb") as opened:
        return from_exif(opened.read(HEAD_BYTES), zone).at_s


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


def _seen(look: SurfaceLook, at_s: float, reach_m: float, mounting: Mounting) -> Iterator[SeenDistress]:
    """Yield what lies within the stretch that no later picture sees from nearer: ``reach_m`` from the lower edge on."""
    nearest = placed(look, (look.width / 2, float(look.height)), mounting)
    if nearest is None or np.isnan(reach_m):
        return
    from_m, to_m = nearest.ahead_m, nearest.ahead_m + min(reach_m, LONGEST_M)
    for box, kind, score, extent_px in (*_potholes(look), *_cracks(look)):
        left, _, right, bottom = box
        place = placed(look, ((left + right) / 2, bottom), mounting)
        if place is not None and from_m <= place.ahead_m < to_m:
            yield SeenDistress(at_s, place.ahead_m, kind, score, extent_px * place.pixel_m2 or None)


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
    for (left, top, right, bottom), count in zip(groups.tolist(), counts.tolist(), strict=True):
        filled = min(right - left, bottom - top) > 1 and count >= FILLED * (right - left) * (bottom - top)
        kind = DistressKind.ALLIGATOR_CRACKING if filled else DistressKind.LONGITUDINAL_TRANSVERSE_CRACKING
        right_px, bottom_px = min(right * TILE_PX, look.width), min(bottom * TILE_PX, look.height)
        score = float(look.tiles[top:bottom, left:right, CRACK].max())
        yield (left * TILE_PX, top * TILE_PX, right_px, bottom_px), kind, score, float(count * TILE_PX**2)
