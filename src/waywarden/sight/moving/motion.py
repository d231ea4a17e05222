"""What moves: an object detector that needs no weights, from a background of the street without its road users.

The background is made from looks that are spread over minutes (``background``) and follows the light in between. Cast
shadows keep the ground's colour and lose brightness (Horprasert et al. 1999); such pixels are not taken for a road
user. Who comes to stand is laid over the background (``standing``), and who moves is told from those whom they touch
by where they came from (``movers``). Everything is ``unclassified``: movement has no name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from waywarden.sight.frame import Frame, Picture
from waywarden.sight.moving.background import Colours, background_of
from waywarden.sight.moving.blobs import Mask, thicker, thinner
from waywarden.sight.moving.movers import LEAST_AREA, Movers
from waywarden.sight.moving.shadows import Shadows
from waywarden.sight.moving.standing import CALM_S, Planes, Standing, apart
from waywarden.sight.ports import Seen
from waywarden.terms.kinds import Kind, kind_number

WORKING_WIDTH_PX = 384
"""Pictures are looked at no wider than this."""
LEAST_DIFFERENCE = 22.0
"""Of 255; sensor noise and compression stay below it."""
NOISE_FACTOR = 4.0
BRIDGE = 0.004
"""Gaps of this share of the picture's width within one road user (windows, roof) are closed."""
FORGET_S = 12.0
"""The background follows the light with this time constant where nothing moves ..."""
ABSORB_S = 240.0
"""... and takes in what stands with this one."""
LOOK_EVERY_S = 3.0
LOOKS = 60
"""So many looks, so far apart, make the background anew: every three minutes, out of three minutes."""
TICK_S = 0.5
"""The background follows, and those who stand are gathered, so often."""
LEFT_EDGES = 0.6
"""A place that a road user left has less than this share of the background's edges along its outline."""


class MotionObjectDetector:
    """An ``ObjectDetector`` of all that moves. Keeps a background between the frames of one camera."""

    name = "motion-2"

    def __init__(self) -> None:
        self._background: Colours | None = None
        self._noise: Colours | None = None
        self._at: datetime | None = None
        self._looks: list[Picture] = []
        self._looked = datetime.min.replace(tzinfo=UTC)
        self._movers = Movers()
        self._standing: Standing | None = None
        self._shadows = Shadows()
        self._tick_s = 0.0
        self._base: Planes = np.zeros((3, 0, 0), np.uint8)
        self._limit: Planes = np.zeros((0, 0), np.uint8)

    def learn(self, frames: Iterable[Frame]) -> None:
        """Make the background from ``frames``, best spread over two minutes or more."""
        looks = [_small(frame) for frame in frames]
        if looks:
            self._begin(looks)

    def _begin(self, looks: Sequence[Picture]) -> None:
        background, noise = background_of(looks)
        self._background = np.ascontiguousarray(np.moveaxis(background, 2, 0))
        self._noise = np.clip(noise, 1.0, LEAST_DIFFERENCE)
        self._round()

    def _round(self) -> None:
        """Keep the background, and from what difference on a pixel is somebody, as bytes: those are quick."""
        self._base = np.rint(self._background).astype(np.uint8)
        self._limit = np.maximum(LEAST_DIFFERENCE, NOISE_FACTOR * self._noise).astype(np.uint8)

    def detect(self, frame: Frame) -> Seen:
        """Return what moves or has come to stand on ``frame``; the first frame ever only makes the background."""
        small = _small(frame)
        self._look_again(small, frame.at)
        look = np.ascontiguousarray(np.moveaxis(small, 2, 0))
        if self._background is None or self._background.shape != look.shape:
            self._begin([small])
            self._standing = None
        if self._standing is None:
            self._standing, self._movers = Standing(small.shape[:2]), Movers()
        seconds = 0.0 if self._at is None else max(0.0, (frame.at - self._at).total_seconds())
        self._at = frame.at
        look = _regained(look, self._base)
        difference = apart(look, self._base).max(axis=0)
        solid = _solid(
            self._shadows.without(difference > self._limit, look, self._base, self._standing.calm_s < CALM_S)
        )
        self._part(look, solid, seconds)
        self._tick_s += seconds
        if self._tick_s >= TICK_S:
            self._standing.gather(round(LEAST_AREA * solid.size))
            self._uncover(look)
            self._follow(look, difference, solid, self._tick_s)
            self._tick_s = 0.0
        return self._seen(frame, small.shape[1], small.shape[0])

    def _part(self, look: Planes, solid: Mask, seconds: float) -> None:
        """Tell who moves from who stands, and one from the other."""
        standing = self._standing
        if standing is None:
            return
        standing.watch(look, seconds)
        moving, started = standing.moving(look, solid, self._movers.all)
        self._movers.all += started
        moving &= _neighbours(moving) >= 5
        self._movers.update(moving, seconds)
        self._movers.all = standing.take(look, moving, self._movers.all)

    def _uncover(self, look: Planes) -> None:
        """Where the background still holds a road user that has driven off, take the street as it is now."""
        standing = self._standing
        if standing is None or self._background is None or not standing.all:
            return
        now, was = _edges(look), _edges(self._base)
        for one in [one for one in standing.all if not one.single]:
            place = _around(one.place, 2)
            shape = np.zeros(look.shape[1:], bool)
            shape[one.place] = one.shape
            part = shape[place]
            outline = thicker(part, 1) & ~thinner(part, 1)
            if now[place][outline].sum() < LEFT_EDGES * was[place][outline].sum():
                left = thicker(part, 2)
                self._background[:, place[0], place[1]][:, left] = look[:, place[0], place[1]][:, left]
                standing.forget(one)

    def _look_again(self, small: Picture, at: datetime) -> None:
        """Keep a look every few seconds, in memory; when there are enough, make the background anew."""
        if self._looks and (self._looks[0].shape != small.shape or at < self._looked):
            self._looks.clear()
        if not self._looks or (at - self._looked).total_seconds() >= LOOK_EVERY_S:
            self._looks.append(small)
            self._looked = at
        if len(self._looks) >= LOOKS:
            self._begin(self._looks)
            self._looks.clear()

    def _follow(self, look: Planes, difference: Planes, solid: Mask, seconds: float) -> None:
        """Let the background and its noise drift towards the picture: quickly where free, slowly where hidden."""
        if self._background is None or self._noise is None:
            return
        free = ~thicker(solid | (difference > self._limit), 2)
        rate = np.where(free, min(1.0, seconds / FORGET_S), min(1.0, seconds / ABSORB_S)).astype(np.float32)
        self._background += rate * (look - self._background)
        self._noise += np.where(free, rate, 0) * (np.minimum(difference, LEAST_DIFFERENCE) - self._noise)
        self._round()

    def _seen(self, frame: Frame, width: int, height: int) -> Seen:
        boxes = [mover.box for mover in self._movers.all if mover.unseen_s == 0]
        if self._standing is not None:
            boxes += [one.box for one in self._standing.all]
        n = len(boxes)
        xyxy = np.array(boxes, np.float32).reshape(n, 4)
        xyxy = np.clip(xyxy, 0, [width, height, width, height])
        xyxy *= np.array([frame.width / width, frame.height / height] * 2)
        return (
            xyxy.astype(np.float32),
            np.full(n, 0.9, np.float32),
            np.full(n, kind_number(Kind.UNCLASSIFIED), np.int8),
        )


def _small(frame: Frame) -> Picture:
    factor = min(1.0, WORKING_WIDTH_PX / frame.width)
    return frame.rgb(round(frame.width * factor), round(frame.height * factor))


def _regained(look: Planes, base: Planes) -> Planes:
    """Return the picture without a change of exposure of the whole of it."""
    now, was = (planes[:, ::4, ::4].sum(axis=0, dtype=np.int32) for planes in (look, base))
    gain = min(max(float(np.median(was / np.maximum(now, 1))), 0.8), 1.25)
    return np.clip(np.arange(256) * gain, 0, 255).astype(np.uint8).take(look)


def _around(place: tuple[slice, slice], reach: int) -> tuple[slice, slice]:
    rows, columns = (slice(max(0, part.start - reach), part.stop + reach) for part in place)
    return rows, columns


def _edges(look: Planes) -> npt.NDArray[np.int16]:
    """Return (h, w) the larger of the differences to the next pixel across and down, of the brightness."""
    bright = look[1].astype(np.int16)
    across = np.abs(np.diff(bright, axis=1, append=bright[:, -1:]))
    down = np.abs(np.diff(bright, axis=0, append=bright[-1:]))
    return np.asarray(np.maximum(across, down))


def _solid(moving: Mask) -> Mask:
    """Return the mask without specks, and with the gaps within a road user closed."""
    kept = moving & (_neighbours(moving) >= 5)
    reach = max(1, round(BRIDGE * moving.shape[1]))
    return thinner(thicker(kept, reach), reach)


def _neighbours(mask: Mask) -> npt.NDArray[np.uint8]:
    """Return how many of the 3 x 3 pixels around each are set."""
    padded = np.pad(mask.astype(np.uint8), 1)
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    return np.asarray(rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:])
