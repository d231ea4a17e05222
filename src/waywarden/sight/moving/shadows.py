"""Cast shadows: they keep the ground's colour and lose brightness (Horprasert et al. 1999).

How much they lose is the sun's and the sky's affair, and the same for all of them; a dark car on grey asphalt loses some
too, but each car another share. So the share that most of what moves has is the shadows', and what is darker is a car.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from waywarden.sight.moving.blobs import Mask

Planes = npt.NDArray[np.uint8]

LEAST_SHARE, MOST_SHARE = 0.45, 0.93
"""A shadow leaves this share of the brightness ..."""
SAME_COLOUR = 0.05
"""... and changes the shares of red, green and blue by less than this."""
BINS = 24
AROUND = 0.06
"""Shadows are down to this much darker than most of them (made-up streets 1 and 2: .70 to .75, from .65 on)."""
ENOUGH = 3000.0
"""So many pixels are looked at before it is believed."""
KEPT = 0.998
"""Of what was learnt, a picture later: the sun moves."""


class Shadows:
    """What shadows look like under one camera."""

    def __init__(self) -> None:
        self._shares = np.zeros(BINS)

    @property
    def darkest(self) -> float:
        """The least share of the ground's brightness that a shadow leaves."""
        if self._shares.sum() < ENOUGH:
            return LEAST_SHARE
        step = (MOST_SHARE - LEAST_SHARE) / BINS
        smooth = np.convolve(self._shares, np.ones(3), "same")
        return max(LEAST_SHARE, LEAST_SHARE + (int(smooth.argmax()) + 0.5) * step - AROUND)

    def without(self, differs: Mask, look: Planes, base: Planes, moves: Mask) -> Mask:
        """Return ``differs`` without shadows on the ``base``; learn from what ``moves`` too."""
        ys, xs = np.nonzero(differs)
        here, ground = look[:, ys, xs].astype(np.float32), base[:, ys, xs].astype(np.float32)
        bright, lit = here.sum(axis=0) + 1, ground.sum(axis=0) + 1
        share = bright / lit
        alike = (share > LEAST_SHARE) & (share < MOST_SHARE)
        alike &= np.abs(here / bright - ground / lit).max(axis=0) < SAME_COLOUR
        learnt = share[alike & moves[ys, xs]]
        self._shares = KEPT * self._shares + np.histogram(learnt, BINS, (LEAST_SHARE, MOST_SHARE))[0]
        shadow = alike & (share > self.darkest)
        kept = differs.copy()
        kept[ys[shadow], xs[shadow]] = False
        return kept
