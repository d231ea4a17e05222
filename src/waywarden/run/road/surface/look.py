"""``waywarden road look``: what is to be seen on a folder of pictures of a road, a line each."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from waywarden.geo.ground import MOST_PLACE_SHARE, Pinhole, RoadCamera, by_mounting, focal_px, on_road
from waywarden.run.road.surface.score import THRESHOLDS, looks
from waywarden.sight.sources.stills import stills_in
from waywarden.terms.errors import ConfigError, SourceError
from waywarden.terms.transient import DAMAGES, Damage, SurfaceLook

HEADER = "picture,damage,score,left_px,top_px,right_px,bottom_px,extent_px,ahead_m,ahead_se_m,right_m,right_se_m"
SHOWN = 0.2
"""Boxes of cracks and repairs less certain than this are not printed: most of them are wrong."""
LEAST_ROAD = 0.65
"""A picture that shows a road less surely than this is of something else: a room, the inside of a bag, a bonnet.

Of 365 pictures of DNIT and RDD2022 (`dev`) the least sure comes to .72, of 132 made-up ones to .67; of 290 of RDD2022's
`train` 6 come to less than this. A black picture comes to 0, people and things in rooms to .17 to .41.
"""
HEIGHT_SE_M, TILT_SE_DEG = 0.03, 0.5
"""How well somebody with a folding rule and a telephone's level measures where a camera is: an assumption."""


@dataclass(frozen=True, slots=True)
class Mounting:
    """How a camera sits on its vehicle: metres over the road, degrees downwards, degrees from side to side."""

    height_m: float
    tilt_deg: float
    wide_deg: float

    def __post_init__(self) -> None:
        """Refuse a camera that sees no road (ConfigError)."""
        if not (self.height_m > 0 and -90 < self.tilt_deg < 90):
            raise ConfigError(
                f"a camera is over the road and looks along it: --height-m is more than 0 and --tilt-deg between -90 "
                f"and 90, got {self.height_m:g} and {self.tilt_deg:g}"
            )

    def camera(self, size_px: tuple[int, int]) -> RoadCamera:
        """Return the camera for pictures of this size."""
        pinhole = Pinhole(self.height_m, self.tilt_deg, 0.0, focal_px(size_px[0], self.wide_deg), size_px)
        return by_mounting(pinhole, HEIGHT_SE_M, TILT_SE_DEG)

    def certain_m(self, size_px: tuple[int, int]) -> tuple[float, float]:
        """Return from how far to how far ahead a place is certain enough to be one; twice 0 where it is nowhere."""
        rows = np.arange(size_px[1], 0, -1).astype(np.float64)
        found = on_road(self.camera(size_px), np.column_stack([np.full(len(rows), size_px[0] / 2), rows]))
        certain = np.hypot(*found.se_m.T) <= MOST_PLACE_SHARE * np.hypot(*found.at_m.T)
        many = int(np.argmin(np.append(certain, False)))
        return (float(found.at_m[0, 1]), float(found.at_m[many - 1, 1])) if many else (0.0, 0.0)


def look_at_folder(
    pictures: Path, weights: Path, mounting: Mounting | None, tell: Callable[[str], object]
) -> Iterator[str]:
    """Yield ``HEADER`` and a line for each damage that is found; places are left empty where they are not certain.

    A place is that of the middle of the damage's lower edge: the nearest of it. ``tell`` is told how many pictures show
    no road and are left out, if any.

    Raises
    ------
    ConfigError, SourceError, WeightsError
        No folder of pictures; a picture or weights that cannot be read; most pictures show no road.
    """
    if not pictures.is_dir():
        raise ConfigError(f"{pictures} is no folder: pass one of pictures of a road")
    names = [path.name for path in stills_in(pictures)]
    if not names:
        raise ConfigError(f"{pictures} holds no picture (wanted: jpg, png or webp)")
    yield HEADER
    blind: list[str] = []
    for name, look in zip(names, looks(pictures, weights, ()), strict=True):
        if look.road < LEAST_ROAD:
            blind.append(name)
        else:
            yield from (f"{name},{line}" for line in _lines(look, mounting))
    told = said_of_blind(pictures, blind, len(names))
    if told:
        tell(told)


def said_of_blind(folder: Path, blind: Sequence[str], many: int) -> str:
    """Return what is to be said of those of ``many`` pictures that show no road; SourceError where most are such."""
    if not blind:
        return ""
    told = f"{len(blind)} of {many} pictures show no road, the first is {blind[0]}"
    if 2 * len(blind) > many:
        raise SourceError(f"{folder}: {told}: give pictures taken forward on a road, through a clear lens")
    return f"{told}: they are not judged"


def _lines(look: SurfaceLook, mounting: Mounting | None) -> Iterator[str]:
    for i in np.argsort(-look.score, kind="stable"):
        damage = DAMAGES[look.damage[i]]
        if look.score[i] >= (THRESHOLDS["pothole_box"] if damage is Damage.POTHOLE else SHOWN):
            left, top, right, bottom = look.xyxy_px[i]
            place = _place(look, ((left + right) / 2, bottom), mounting)
            yield (
                f"{damage.name.lower()},{look.score[i]:.2f},{left:.0f},{top:.0f},{right:.0f},{bottom:.0f},"
                f"{look.extent_px[i]:.0f},{place}"
            )


@dataclass(frozen=True, slots=True)
class Placed:
    """Where on the road a pixel is: metres ahead and to the right, their errors, and how much road the pixel shows."""

    ahead_m: float
    right_m: float
    ahead_se_m: float
    right_se_m: float
    pixel_m2: float


def placed(look: SurfaceLook, xy_px: tuple[float, float], mounting: Mounting) -> Placed | None:
    """Return where a pixel of a picture is on the road; None where that is not certain enough to be a place."""
    camera = mounting.camera((look.width, look.height))
    found = on_road(camera, np.array([xy_px], np.float64))
    (right, ahead), (right_se, ahead_se) = (row.tolist() for row in (found.at_m[0], found.se_m[0]))
    if not math.hypot(right_se, ahead_se) <= MOST_PLACE_SHARE * math.hypot(right, ahead):
        return None
    return Placed(ahead, right, ahead_se, right_se, float(camera.pinhole.pixel_m2(np.array([xy_px[1]]))[0]))


def _place(look: SurfaceLook, xy_px: tuple[float, float], mounting: Mounting | None) -> str:
    """Return ahead, its error, right, its error; nothing of it where the place is not certain."""
    found = None if mounting is None else placed(look, xy_px, mounting)
    if found is None:
        return ",,,"
    return f"{found.ahead_m:.2f},{found.ahead_se_m:.2f},{found.right_m:.2f},{found.right_se_m:.2f}"
