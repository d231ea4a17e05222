"""Which object detector: by name, or by its weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from waywarden.sight.cascade.cascade import Cascade
from waywarden.sight.cascade.plan import plan_of
from waywarden.sight.movers import WithMovers
from waywarden.sight.moving.motion import MOTION, MotionObjectDetector
from waywarden.sight.networks.network import NetworkObjectDetector
from waywarden.sight.ports import ObjectDetector
from waywarden.terms.places import Camera


def open_object_detector(detector: str) -> ObjectDetector:
    """Return the object detector that ``detector`` names: ``motion``, or the path of weights.

    A network is joined by the motion detector, for whoever it has no name for.

    Raises
    ------
    WeightsError
        No such file, a damaged one, or a network that is not known here.
    """
    return MotionObjectDetector() if detector == MOTION else WithMovers(NetworkObjectDetector(Path(detector)))


def open_sparing(detector: str, camera: Camera) -> ObjectDetector:
    """Return an object detector that looks when and as often as the traffic of ``camera`` asks for it.

    ``motion`` has no other way than to see every frame, so there is nothing to audit in it. Errors as
    :func:`open_object_detector`.
    """
    return sparing_opener(detector)(camera)


def sparing_opener(detector: str) -> Callable[[Camera], ObjectDetector]:
    """Return what :func:`open_sparing` would return for each of several cameras: they share the network."""
    if detector == MOTION:
        return lambda _: MotionObjectDetector()
    network = NetworkObjectDetector(Path(detector), sparing=True)
    return lambda camera: Cascade(network, camera, plan_of(camera))
