"""Which object detector: by name, or by its weights."""

from __future__ import annotations

from pathlib import Path

from waywarden.sight.cascade.cascade import Cascade
from waywarden.sight.moving.motion import MotionObjectDetector
from waywarden.sight.networks.network import NetworkObjectDetector
from waywarden.sight.ports import ObjectDetector
from waywarden.sight.redact import STILL
from waywarden.terms.places import Camera

MOTION = "motion"


def open_object_detector(detector: str, camera: Camera) -> ObjectDetector:
    """Return the object detector that ``detector`` names: ``motion``, or the path of weights.

    A network looks as often as the traffic of ``camera`` asks for it, and is joined by what moves and has no name for
    it; ``motion`` has no other way than to see every frame.

    Raises
    ------
    WeightsError
        No such file, a damaged one, or a network that is not known here.
    """
    return MotionObjectDetector() if detector == MOTION else Cascade(NetworkObjectDetector(Path(detector)), camera)


def open_redactor(detector: str) -> ObjectDetector:
    """Return who says what is to be hidden on a still: the network at a low threshold, without movement."""
    return MotionObjectDetector() if detector == MOTION else NetworkObjectDetector(Path(detector), STILL.least_score)
