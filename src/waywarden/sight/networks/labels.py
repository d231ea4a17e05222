"""What each network calls things, and what we call them: one table per network.

A label that is in no table (a bench, a dog) is not a road user and is dropped.
The Open Model Zoo read-me of crossroad-1016 gives its labels in another order than its output does; these were
checked against human boxes (``tests/sight/test_network.py``).
"""

from __future__ import annotations

from collections.abc import Mapping

from waywarden.terms.kinds import KINDS, Kind

COCO_80: Mapping[int, Kind] = {
    0: Kind.PEDESTRIAN,
    1: Kind.BICYCLE,
    2: Kind.CAR,
    3: Kind.MOTORCYCLE,
    5: Kind.BUS,
    7: Kind.TRUCK,
}
"""COCO's 80 classes numbered from 0 (person, bicycle, car, motorcycle, airplane, bus, train, truck ...)."""

CROSSROAD_1016: Mapping[int, Kind] = {1: Kind.VEHICLE, 2: Kind.PEDESTRIAN, 3: Kind.BICYCLE}
"""person-vehicle-bike-detection-crossroad-1016: the output's own numbers, 0 being the background."""

BIKE_2000: Mapping[int, Kind] = {0: Kind.VEHICLE, 1: Kind.PEDESTRIAN, 2: Kind.BICYCLE}
"""person-vehicle-bike-detection-2001 and -2004."""

OUR_SEVEN: Mapping[int, Kind] = dict(enumerate(KINDS[:7]))
"""Our own networks: pedestrian, bicycle, motorcycle, car, van, bus, truck."""
