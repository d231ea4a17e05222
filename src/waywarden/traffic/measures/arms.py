"""The arms of a junction: which way is in, and whether a movement turns left, goes through or turns right."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import numpy.typing as npt

from waywarden.geo.homography import Homography
from waywarden.terms.places import Camera, Gate, Movement
from waywarden.terms.records import Direction

THROUGH_WITHIN_RAD = np.pi / 4
"""Straight on is within 45 degrees of it: the four quarters of a crossroad. Not tuned."""

Points = npt.NDArray[np.float64]


class Turn(StrEnum):
    """What a movement does, in the order in which a count sheet lists it."""

    LEFT = "left"
    THROUGH = "through"
    RIGHT = "right"
    U_TURN = "U-turn"


def arm_gates(camera: Camera) -> tuple[Gate, ...]:
    """Return the gates by which movements come in or leave, in the camera's order; other gates are no arms."""
    used = {gate for movement in camera.movements for gate in (movement.from_gate, movement.to_gate)}
    return tuple(gate for gate in camera.gates if gate.id in used)


def turn_of(movement: Movement, camera: Camera, homography: Homography | None = None) -> Turn:
    """Return what ``movement`` does at the junction of ``camera``.

    The arms stand around the middle of their gates: on the ground where there is a homography, else in the picture,
    whose perspective bends angles but keeps left and right. Clockwise is clockwise in both, for a camera looks down.
    """
    if movement.from_gate == movement.to_gate:
        return Turn.U_TURN
    gates = arm_gates(camera)
    middles = _middles(gates, homography)
    centre = middles.mean(axis=0)
    index = {gate.id: number for number, gate in enumerate(gates)}
    into, out = (middles[index[gate]] - centre for gate in (movement.from_gate, movement.to_gate))
    ahead = np.arctan2(-into[1], -into[0])
    off = float((np.arctan2(out[1], out[0]) - ahead + np.pi) % (2 * np.pi) - np.pi)
    if abs(off) <= THROUGH_WITHIN_RAD:
        return Turn.THROUGH
    return Turn.RIGHT if off > 0 else Turn.LEFT


def inward(gate: Gate, camera: Camera) -> Direction:
    """Return the direction in which ``gate``, an arm of the junction, is crossed by who comes in.

    ``forward`` is to the right of A to B (y down); in is towards the middle of all arms' gates.
    """
    centre = _middles(arm_gates(camera), None).mean(axis=0)
    (a, b) = (np.array(point, np.float64) for point in (gate.from_px, gate.to_px))
    along, to_centre = b - a, centre - (a + b) / 2
    return Direction.FORWARD if along[0] * to_centre[1] - along[1] * to_centre[0] > 0 else Direction.BACKWARD


def _middles(gates: tuple[Gate, ...], homography: Homography | None) -> Points:
    """Return the gates' middles, (n, 2), in coordinates in which clockwise looks clockwise with y down."""
    ends = np.array([(gate.from_px, gate.to_px) for gate in gates], np.float64)
    if homography is not None:
        ends = homography.to_ground(ends.reshape(-1, 2)).reshape(-1, 2, 2) * (1.0, -1.0)
    middles: Points = ends.mean(axis=1)
    return middles
