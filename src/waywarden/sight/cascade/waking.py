"""Where movement calls for a look.

A camera's gates are part of its description, so what moves far from all of them need not be looked at.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from waywarden.terms.places import Camera, Gate

Points = npt.NDArray[np.float32]

WAKE_REACH = 0.2
"""Movement within this share of the picture's height of a gate calls for a look, where gates are counted alone."""


def calls_for_a_look(camera: Camera, points_px: Points, frame_size: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Return (h, w) whether movement at each of ``points_px`` (h, w, 2) matters.

    Where turning movements are counted a road user has to be followed from gate to gate, so movement anywhere between
    them does; else only near a gate. In an ``ignore`` zone none does, but zones are left to ``traffic``: a flag that
    flutters there costs looks, no counts.
    """
    if camera.movements or not camera.gates:
        return np.ones(points_px.shape[:2], np.bool_)
    nearest = np.min([_distance(points_px, gate) for gate in camera.gates], axis=0)
    return np.asarray(nearest <= WAKE_REACH * frame_size[1])


def _distance(points_px: Points, gate: Gate) -> npt.NDArray[np.float64]:
    """Return (h, w) the distances of points (h, w, 2) to the gate's line between its ends."""
    a, b = np.array(gate.from_px), np.array(gate.to_px)
    along = b - a
    share = np.clip(((points_px - a) @ along) / max(1e-9, float(along @ along)), 0, 1)
    return np.asarray(np.linalg.norm(points_px - (a + share[..., None] * along), axis=-1))


def grid_px(size: tuple[int, int], step_px: int) -> Points:
    """Return (h, w, 2) x and y of the points of a picture of that width and height, ``step_px`` apart."""
    x, y = (np.arange(step_px // 2, side, step_px) for side in size)
    return np.stack(np.meshgrid(x, y), axis=-1).astype(np.float32)
