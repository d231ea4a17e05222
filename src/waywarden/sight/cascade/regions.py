"""Which part of the picture a look is spent on, at what size, and where movement calls for one.

A camera's gates are part of its description, so what lies far from all of them need not be looked at. The part is one
rectangle, as networks want their inputs, and its input has one size for as long as the picture keeps its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from waywarden.terms.places import Camera, Gate

PartPx = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels of the frame; the last two exclusive."""
Points = npt.NDArray[np.float32]

ABOVE, BESIDE, BELOW = 0.42, 0.15, 0.26
"""So much of the picture's height or width is added to the gates' bounding box: road users stand with their feet on a
gate, so they reach up from it, and have to be seen before and after. Tuned on the TfL clips."""
MOST_SHARE = 0.8
"""A part that would be more of the picture than this is not worth losing the rest: the look is at all of it."""
WAKE_REACH = 0.2
"""Movement within this share of the picture's height of a gate calls for a look, where gates are counted alone."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a camera's frames of one size are looked at: the part, and the width and height of the network's input."""

    part_px: PartPx
    input_size: tuple[int, int]


def plan_for(camera: Camera, frame_size: tuple[int, int], network_size: tuple[int, int], step_px: int) -> Plan:
    """Return the part of the picture that holds the gates of ``camera``, and an input that fits it.

    Parameters
    ----------
    frame_size, network_size : width and height
        The picture is made no larger than it is, and no larger than the network was trained with.
    step_px : int
        What the input's sides are multiples of; 0 if the network takes ``network_size`` alone.
    """
    width, height = frame_size
    part = _around_gates(camera, frame_size)
    if step_px == 0:
        return Plan(part, network_size)
    shrink = min(1.0, network_size[0] / width, network_size[1] / height)
    across, down = (
        max(step_px, round(side * shrink / step_px + 0.2) * step_px) for side in (part[2] - part[0], part[3] - part[1])
    )
    return Plan(part, (across, down))


def _around_gates(camera: Camera, frame_size: tuple[int, int]) -> PartPx:
    """Return the grown bounding box of the gates; all of the picture without gates, or where it is nearly all."""
    width, height = frame_size
    whole = (0, 0, width, height)
    if not camera.gates:
        return whole
    ends = np.array([end for gate in camera.gates for end in (gate.from_px, gate.to_px)])
    low, high = ends.min(axis=0), ends.max(axis=0)
    part = (
        max(0, int(low[0] - BESIDE * width)),
        max(0, int(low[1] - ABOVE * height)),
        min(width, int(high[0] + BESIDE * width) + 1),
        min(height, int(high[1] + BELOW * height) + 1),
    )
    share = (part[2] - part[0]) * (part[3] - part[1]) / (width * height)
    return whole if share > MOST_SHARE or share <= 0 else part


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


def grid_px(part_px: PartPx, step_px: int) -> Points:
    """Return (h, w, 2) x and y of the points of a part that are ``step_px`` apart, half a step from its edge."""
    left, top, right, bottom = part_px
    x = np.arange(left + step_px // 2, right, step_px)
    y = np.arange(top + step_px // 2, bottom, step_px)
    return np.stack(np.meshgrid(x, y), axis=-1).astype(np.float32)
