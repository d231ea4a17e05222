"""The cheap look: brightness at a grid of points, straight from the decoder's own plane, against a moment ago.

It costs some tens of microseconds a frame and knows which points changed, above the camera's own noise there. Against
a background that follows slowly it also knows what stands out from the street.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from waywarden.sight.frame import Frame

Floats = npt.NDArray[np.float32]
Levels = npt.NDArray[np.int16]
Mask = npt.NDArray[np.bool_]

POINTS_ACROSS = 80
"""Points in a row over the picture's whole width; a car at a gate then covers ten or more of them."""
MOMENT = timedelta(seconds=0.16)
"""Movement is a change against this long ago: time enough to move by a point, too little for the light."""
LEAST_CHANGE = 14
"""Of 255; a smaller change is noise, whatever the camera ..."""
NOISE_FACTOR = 5.0
"""... and so is one of less than so many times the mean change at that point when nothing moves there. Tuned, as what
follows, on the TfL clips."""
NOISE_SHARE = 0.02
"""How much each change adds to the mean."""
LEAST_POINTS = 3
"""Fewer points that move at once are noise: a bicycle covers four."""
STANDS_OUT = 1.3
"""What differs from the background by so many times the limit of a change is not street."""
FOLLOW_S = 20.0
"""Time constant of the background where the street is free; what stands out is taken in ten times as slowly."""


class Sampler:
    """Points of one camera's pictures, all of one size.

    Parameters
    ----------
    step_px : int
        Distance of the points.
    matters : (h, w) bool
        Whether movement at each point calls for a look; as ``waking.calls_for_a_look`` says.
    """

    def __init__(self, step_px: int, matters: Mask) -> None:
        self._points = np.s_[step_px // 2 :: step_px, step_px // 2 :: step_px]
        self._matters = matters
        self.moved: Mask = np.zeros(matters.shape, np.bool_)
        self.stirs = False
        self._recent: deque[tuple[datetime, Levels]] = deque()
        self._noise = np.full(matters.shape, 2.0, np.float32)
        self._limit = np.full(matters.shape, LEAST_CHANGE, np.int16)
        self._learned: datetime | None = None
        self._now: Levels = np.zeros(matters.shape, np.int16)
        self._background: Floats | None = None

    def moves(self, frame: Frame) -> bool:
        """Sample ``frame``; return whether something moves where it matters. The first frame ever says no."""
        self._now = now = frame.brightness()[self._points].astype(np.int16)
        self._recent.append((frame.at, now))
        while len(self._recent) > 1 and not timedelta() <= frame.at - self._recent[1][0] < MOMENT:
            self._recent.popleft()
        change = np.abs(now - self._recent[0][1])
        self.moved = change > self._limit
        if self._learned is None or not timedelta() <= frame.at - self._learned < MOMENT:
            self._follow(frame.at)
            self._noise += NOISE_SHARE * np.where(self.moved, 0, change - self._noise)  # a busy road is no noise
            self._limit = np.maximum(LEAST_CHANGE, NOISE_FACTOR * self._noise).astype(np.int16)
        self.stirs = bool(np.count_nonzero(self.moved) >= LEAST_POINTS)
        return self.stirs and bool(np.count_nonzero(self.moved & self._matters) >= LEAST_POINTS)

    def stands_out(self) -> Mask:
        """Return (h, w) which points of the last frame differ from the street without its road users."""
        if self._background is None:
            return np.zeros(self._now.shape, np.bool_)
        return np.asarray(np.abs(self._now - self._background) > STANDS_OUT * self._limit)

    def _follow(self, at: datetime) -> None:
        """Let the background drift towards what is seen."""
        if self._background is None or self._learned is None:
            self._background = self._now.astype(np.float32)
        else:
            rate = min(1.0, max(0.0, (at - self._learned).total_seconds()) / FOLLOW_S)
            slow = np.where(self.stands_out(), np.float32(rate / 10), np.float32(rate))
            self._background += slow * (self._now - self._background)
        self._learned = at
