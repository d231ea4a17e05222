"""What moves: an object detector that needs no weights, from a background of the street without its road users.

The background is made from looks that are spread over minutes (``background``) and follows the light in between. Cast
shadows keep the ground's colour and lose brightness (Horprasert et al. 1999); such pixels are not taken for a road
user. Everything is ``unclassified``: movement has no name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from waywarden.sight.frame import Frame, Picture
from waywarden.sight.moving.apart import Apart, of_road_users
from waywarden.sight.moving.background import Colours, background_of
from waywarden.sight.moving.blobs import Boxes, Mask, blobs, thicker, thinner
from waywarden.sight.moving.one import Floats
from waywarden.sight.ports import Seen
from waywarden.terms.kinds import Kind, kind_number

MOTION = "motion"
"""What this object detector is asked for by, where others are by their weights."""
WORKING_WIDTH_PX = 384
"""Pictures are looked at no wider than this."""
LEAST_DIFFERENCE = 22.0
"""Of 255; sensor noise and compression stay below it."""
NOISE_FACTOR = 4.0
SHADOW_SHARE = (0.45, 0.93)
"""A shadow leaves this share of the brightness ..."""
SHADOW_COLOUR = 0.05
"""... and changes the shares of red, green and blue by less than this."""
LEAST_AREA = 0.0008
"""Share of the picture; a part that is smaller does not count for itself."""
BRIDGE = 0.004
"""Gaps of this share of the picture's width within one road user (windows, roof) are closed."""
FORGET_S = 12.0
"""The background follows the light with this time constant where it is seen. Behind who stands it stays as it was: a
tenth of a white lorry in it would be left as a road user of its own when the lorry drives off."""
LOOK_EVERY_S = 3.0
LOOKS = 60
"""So many looks, so far apart, make the background anew: every three minutes, out of three minutes."""
SETTLED_S = 0.4
"""What has not changed for this long but is not background either is a standing road user, or a place that one left."""
CALM = 10.0
"""Of 255; a pixel that changes by less than this is at rest."""
MOVING_ROUND = 0.3
"""A calm part with more than this of its surroundings in movement is the plain side of a large vehicle."""
LEFT_EDGES = 0.6
"""A place that a road user left has less than this share of the background's edges along its outline."""


class MotionObjectDetector:
    """An ``ObjectDetector`` of all that moves. Keeps a background between the frames of one camera."""

    name = "motion-2"

    def __init__(self) -> None:
        self._background: Colours | None = None
        self._noise: Colours | None = None
        self._calm: Colours | None = None
        self._calm_s: Colours | None = None
        self._at: datetime | None = None
        self._apart = Apart()
        self._looks: list[Picture] = []
        self._looked = datetime.min.replace(tzinfo=UTC)

    def learn(self, frames: Iterable[Frame]) -> None:
        """Make the background from ``frames``, best spread over two minutes or more."""
        looks = [_small(frame) for frame in frames]
        if looks:
            self._begin(looks)

    def _begin(self, looks: Sequence[Picture]) -> None:
        background, noise = background_of(looks)
        self._background, self._noise = background, np.clip(noise, 1.0, LEAST_DIFFERENCE)

    def detect(self, frame: Frame) -> Seen:
        """Return who moves or has come to stand on ``frame``; the first frame ever only makes the background."""
        small = _small(frame)
        since_s = 0.0 if self._at is None else (frame.at - self._at).total_seconds()
        boxes = self._apart.update(self._moving(small, frame.at), small[..., 1].astype(np.int16), since_s)
        return _seen(boxes, frame, small)

    def parts(self, frame: Frame) -> Seen:
        """Return the parts of ``frame`` in which something moves or stands: those who touch in one box."""
        small = _small(frame)
        boxes, areas = blobs(self._moving(small, frame.at))
        return _seen(boxes[of_road_users(boxes, areas, small.shape, LEAST_AREA)], frame, small)

    def moving_parts(self, frame: Frame) -> Mask:
        """Return (h, w) bool, no wider than ``WORKING_WIDTH_PX``: the parts in which something moves or stands."""
        return self._moving(_small(frame), frame.at)

    def _moving(self, small: Picture, at: datetime) -> Mask:
        self._look_again(small, at)
        look = small.astype(np.float32)
        if self._background is None or self._noise is None or self._background.shape != look.shape:
            self._background, self._noise = look.copy(), np.full(look.shape[:2], 4.0, np.float32)
        seconds = 0.0 if self._at is None else max(0.0, (at - self._at).total_seconds())
        self._at = at
        look = look * _gain(look, self._background)
        difference = _most(np.abs(look - self._background))
        moving = difference > np.maximum(LEAST_DIFFERENCE, NOISE_FACTOR * self._noise)
        moving[moving] = ~_shadow(look[moving], self._background[moving])
        solid = _solid(moving)
        left = self._left_places(look, solid, seconds)
        self._background[left] = look[left]
        solid = solid & ~left
        self._follow(look, difference, solid, seconds)
        return solid

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

    def _left_places(self, look: Colours, solid: Mask, seconds: float) -> Mask:
        """Return where the background still holds a road user that has driven off (a "ghost").

        There the background has the edges along the outline, and the picture has none (Cucchiara et al. 2003).
        """
        if self._calm is None or self._calm_s is None or self._calm.shape != look.shape:
            self._calm, self._calm_s = look.copy(), np.zeros(look.shape[:2], np.float32)
        at_rest = _most(np.abs(look - self._calm)) < CALM
        self._calm_s = np.where(at_rest, self._calm_s + np.float32(seconds), 0)
        self._calm += 0.5 * (look - self._calm)
        settled = thinner(thicker(solid & (self._calm_s >= SETTLED_S), 2), 2) & solid
        return _without_edges(settled, solid, look, self._background)

    def _follow(self, look: Colours, difference: Colours, solid: Mask, seconds: float) -> None:
        """Let the background and its noise drift towards the picture where it is free."""
        if self._background is None or self._noise is None:
            return
        rate = np.where(thicker(solid, 2), 0, min(1.0, seconds / FORGET_S)).astype(np.float32)
        self._background += rate[..., None] * (look - self._background)
        self._noise += rate * (np.minimum(difference, LEAST_DIFFERENCE) - self._noise)


def _small(frame: Frame) -> Picture:
    factor = min(1.0, WORKING_WIDTH_PX / frame.width)
    return frame.rgb(round(frame.width * factor), round(frame.height * factor))


def _gain(look: Colours, background: Colours) -> np.float32:
    """Return the factor that undoes a change of exposure of the whole picture."""
    share = background[::4, ::4].sum(axis=2) / np.maximum(look[::4, ::4].sum(axis=2), 1.0)
    return np.float32(min(max(float(np.median(share)), 0.8), 1.25))


def _most(colours: Colours) -> Colours:
    """Return (...) the largest of three channels; numpy's own maximum over so short an axis takes much longer."""
    return np.asarray(np.maximum(np.maximum(colours[..., 0], colours[..., 1]), colours[..., 2]))


def _sum(colours: Colours) -> Colours:
    return np.asarray(colours[..., 0] + colours[..., 1] + colours[..., 2])


def _shadow(look: Colours, background: Colours) -> Mask:
    """Return (n,) whether pixels (n, 3) are those of the background in a shadow."""
    bright, base = _sum(look) + 1, _sum(background) + 1
    share = bright / base
    colour = _most(np.abs(look / bright[..., None] - background / base[..., None]))
    return np.asarray((share > SHADOW_SHARE[0]) & (share < SHADOW_SHARE[1]) & (colour < SHADOW_COLOUR))


def _solid(moving: Mask) -> Mask:
    """Return the mask without specks, and with the gaps within a road user closed."""
    kept = moving & (neighbours(moving) >= 5)
    reach = max(1, round(BRIDGE * moving.shape[1]))
    return thinner(thicker(kept, reach), reach)


def _without_edges(settled: Mask, solid: Mask, look: Colours, background: Colours | None) -> Mask:
    """Return the parts of ``settled``, a little grown, along whose outline only the background has edges."""
    left = np.zeros_like(settled)
    if background is None or not settled.any():
        return left
    now, was = _edges(look), _edges(background)
    boxes, areas = blobs(settled)
    for (x0, y0, x1, y1), area in zip(boxes.tolist(), areas.tolist(), strict=True):
        if area < LEAST_AREA / 4 * settled.size:
            continue
        around = np.s_[max(0, y0 - 2) : y1 + 2, max(0, x0 - 2) : x1 + 2]
        part = settled[around]
        outside = thicker(part, 2) & ~part
        if (solid[around] & outside).sum() > MOVING_ROUND * outside.sum():
            continue
        outline = thicker(part, 1) & ~thinner(part, 1)
        if now[around][outline].sum() < LEFT_EDGES * was[around][outline].sum():
            left[around] |= thicker(part, 2)
    return left


def _edges(look: Colours) -> Colours:
    """Return (h, w) the larger of the differences to the next pixel across and down, of the brightness."""
    bright = _sum(look) / 3
    across = np.abs(np.diff(bright, axis=1, append=bright[:, -1:]))
    down = np.abs(np.diff(bright, axis=0, append=bright[-1:]))
    return np.asarray(np.maximum(across, down))


def neighbours(mask: Mask) -> npt.NDArray[np.uint8]:
    """Return how many of the 3 x 3 pixels around each are set."""
    padded = np.pad(mask.astype(np.uint8), 1)
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    return np.asarray(rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:])


def _seen(boxes: Boxes | Floats, frame: Frame, small: Picture) -> Seen:
    """Return boxes (n, 4) px of the small picture as those of ``frame``."""
    height, width = small.shape[:2]
    scale = np.array([frame.width / width, frame.height / height] * 2, np.float32)
    n = len(boxes)
    return (
        np.asarray(boxes.astype(np.float32) * scale, np.float32),
        np.full(n, 0.9, np.float32),
        np.full(n, kind_number(Kind.UNCLASSIFIED), np.int8),
    )
