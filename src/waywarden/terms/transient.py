"""Types that live in memory while one picture is crossed, and are never stored, sent or published.

``store``, ``exchange`` and ``web`` may not import this module; a contract in CI says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from waywarden.terms.kinds import KINDS, Kind, KindNumbers
from waywarden.terms.records import Direction

BoxesPx = npt.NDArray[np.float32]
Scores = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Detections:
    """What one object detector saw in one frame of one camera.

    Parameters
    ----------
    camera_id : str
    at : datetime
        Aware UTC: the stream's presentation time plus the given start.
    watched_s : float
        Seconds of street time that this frame stands for; 0 after a gap.
    xyxy_px : (n, 4) float32
        Left, top, right, bottom in picture pixels (y down).
    score : (n,) float32 in 0..1
    kind : (n,) int8
        Index into ``KINDS``.
    """

    camera_id: str
    at: datetime
    watched_s: float
    xyxy_px: BoxesPx
    score: Scores
    kind: KindNumbers

    def __post_init__(self) -> None:
        """Check shapes, dtypes and the clock once per frame; ValueError says what was wrong."""
        n = len(self.xyxy_px)
        if self.xyxy_px.shape != (n, 4) or self.xyxy_px.dtype != np.float32:
            raise ValueError(f"xyxy_px must be (n, 4) float32, got {self.xyxy_px.shape} {self.xyxy_px.dtype}")
        if self.score.shape != (n,) or self.score.dtype != np.float32:
            raise ValueError(f"score must be ({n},) float32, got {self.score.shape} {self.score.dtype}")
        if self.kind.shape != (n,) or self.kind.dtype != np.int8:
            raise ValueError(f"kind must be ({n},) int8, got {self.kind.shape} {self.kind.dtype}")
        if n and not (0 <= int(self.kind.min()) and int(self.kind.max()) < len(KINDS)):
            raise ValueError(f"kind must index KINDS (0..{len(KINDS) - 1})")
        if self.at.tzinfo is None:
            raise ValueError("at must be an aware datetime (UTC)")

    def __len__(self) -> int:
        """Return the number of boxes."""
        return len(self.xyxy_px)


@dataclass(frozen=True, slots=True)
class Unlooked:
    """Frames of a camera went by that no object detector was shown, because nothing called for a look.

    The street was watched all the same: ``watched_s`` seconds of it from ``at`` on. That is not "looked, and empty"
    (``Detections`` without boxes), so nobody is missed by it.
    """

    camera_id: str
    at: datetime
    watched_s: float


@dataclass(frozen=True, slots=True)
class FullLook:
    """A look at a frame of a span that is audited, in which every frame is looked at. It counts nothing by itself.

    The first look of a span has ``watched_s`` 0, as after a gap: what was seen before is not known to it.
    """

    seen: Detections


CELLS_ACROSS = 80
"""A silhouette has so many cells over the picture's width, at most: a car at a gate is five to ten of them long."""
MOST_CELLS = CELLS_ACROSS * 2 * CELLS_ACROSS


@dataclass(frozen=True, slots=True)
class Silhouette:
    """Where something moves, in coarse cells: what somebody is shown who counts by hand.

    A cell is lit or it is not. There is no brightness, colour or texture in it, of the road users or of the street.

    Parameters
    ----------
    at : datetime
        Aware UTC.
    cells : (rows, columns) bool
        At most ``CELLS_ACROSS`` columns over the whole width of the picture, and ``MOST_CELLS`` in all.
    """

    at: datetime
    cells: npt.NDArray[np.bool_]

    def __post_init__(self) -> None:
        """Check shape, dtype and the clock; ValueError says what was wrong."""
        if self.cells.ndim != 2 or self.cells.dtype != np.bool_ or not 0 < self.cells.shape[1] <= CELLS_ACROSS:
            raise ValueError(f"cells must be (rows, 1 to {CELLS_ACROSS}) bool, got {self.cells.shape}")
        if self.cells.size > MOST_CELLS or self.at.tzinfo is None:
            raise ValueError(f"at most {MOST_CELLS} cells at an aware time, got {self.cells.size} at {self.at}")


class Damage(StrEnum):
    """What is found on one picture of a road surface; the codes are those of RDD2022 (Arya et al. 2022)."""

    LONGITUDINAL_CRACK = "D00"
    TRANSVERSE_CRACK = "D10"
    ALLIGATOR_CRACK = "D20"
    POTHOLE = "D40"
    REPAIR = "Repair"


DAMAGES: tuple[Damage, ...] = tuple(Damage)
"""The order in which arrays number them: ``DAMAGES[i]`` is the damage numbered ``i``."""

TILE_PX = 64
MOST_TILES = 1024
"""Of one picture: 32 by 32 scores show nobody. More of them, and a network gone wrong could send a small picture."""


def tile_px(width: int, height: int, side: int = TILE_PX) -> int:
    """Return the side of the tiles of a picture of this size: 64 px, doubled until there are at most ``MOST_TILES``.

    A phone's pictures are larger, and need not be sent in more detail for that: the network sees all of them at one
    size.

    Examples
    --------
    >>> tile_px(800, 500), tile_px(4000, 3000), tile_px(8192, 6144)
    (64, 128, 256)
    """
    return side if -(-height // side) * -(-width // side) <= MOST_TILES else tile_px(width, height, 2 * side)


@dataclass(frozen=True, slots=True)
class SurfaceLook:
    """What is to be seen of a road's surface on one picture, or what is known to be there.

    Parameters
    ----------
    at : datetime
        Aware UTC.
    width, height : int
        Of the picture, in pixels.
    tiles : (rows, columns, 2) float32 in 0..1
        How surely there is a crack, and a pothole, in each square of ``tile_px`` pixels from the upper left corner on;
        those at the right and lower edge may be cut.
    xyxy_px : (n, 4) float32
        Left, top, right, bottom of each damage in picture pixels (y down).
    score : (n,) float32 in 0..1
    damage : (n,) int8
        Index into ``DAMAGES``.
    extent_px : (n,) float32
        How many pixels of the box are damaged, where that is known; else the whole box.
    road : float in 0..1
        How surely the picture shows a road where one is to be expected; 1 where a person says what is there.
    """

    at: datetime
    width: int
    height: int
    tiles: npt.NDArray[np.float32]
    xyxy_px: BoxesPx
    score: Scores
    damage: KindNumbers
    extent_px: npt.NDArray[np.float32]
    road: float = 1.0

    def __post_init__(self) -> None:
        """Check shapes, dtypes and the clock; ValueError says what was wrong."""
        n = len(self.xyxy_px)
        grid = (*(-(-each // tile_px(self.width, self.height)) for each in (self.height, self.width)), 2)
        if self.tiles.shape != grid or self.tiles.dtype != np.float32:
            raise ValueError(f"tiles must be {grid} float32, got {self.tiles.shape} {self.tiles.dtype}")
        for name, array, shape, kind in (
            ("xyxy_px", self.xyxy_px, (n, 4), "float32"),
            ("score", self.score, (n,), "float32"),
            ("damage", self.damage, (n,), "int8"),
            ("extent_px", self.extent_px, (n,), "float32"),
        ):
            if array.shape != shape or array.dtype.name != kind:
                raise ValueError(f"{name} must be {shape} {kind}, got {array.shape} {array.dtype}")
        if n and not (0 <= int(self.damage.min()) and int(self.damage.max()) < len(DAMAGES)):
            raise ValueError(f"damage must index DAMAGES (0..{len(DAMAGES) - 1})")
        if self.at.tzinfo is None or not 0 <= self.road <= 1:
            raise ValueError(f"at must be an aware datetime (UTC), and road 0 to 1: got {self.at}, {self.road}")


@dataclass(frozen=True, slots=True)
class Crossing:
    """One road user crossed one gate. It has no identity: two crossings cannot be linked."""

    gate_id: str
    direction: Direction
    at: datetime
    kind: Kind
    speed_mps: float | None


@dataclass(frozen=True, slots=True)
class Passage:
    """One road user went in at one gate and out at another; ``at`` is the time of the way out.

    ``inferred``: it was not seen through both gates. One who came in was lost, one who came from nowhere went out, or
    one passed a little beside a gate's end; and by time, place and velocity no other movement can be meant.
    """

    movement_id: str
    at: datetime
    kind: Kind
    speed_mps: float | None
    inferred: bool = False
