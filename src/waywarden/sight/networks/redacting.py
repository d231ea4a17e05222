"""Who says what is to be hidden on a still."""

from __future__ import annotations

from pathlib import Path

from waywarden.sight.moving.motion import MOTION, MotionObjectDetector
from waywarden.sight.networks.network import NetworkObjectDetector
from waywarden.sight.ports import ObjectDetector
from waywarden.sight.redact import STILL


def open_redactor(detector: str) -> ObjectDetector:
    """Return ``motion``, or the network at the path ``detector`` at a low threshold, without movement.

    Raises
    ------
    WeightsError
        No such file, a damaged one, or a network that is not known here.
    """
    return MotionObjectDetector() if detector == MOTION else NetworkObjectDetector(Path(detector), STILL.least_score)
