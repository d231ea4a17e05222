"""What a road user can be, as far as a camera can tell."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import numpy.typing as npt


class Kind(StrEnum):
    """Kind of a road user. ``VEHICLE`` is a vehicle not split further; ``UNCLASSIFIED`` is a mover without a name."""

    PEDESTRIAN = "pedestrian"
    BICYCLE = "bicycle"
    MOTORCYCLE = "motorcycle"
    CAR = "car"
    VAN = "van"
    BUS = "bus"
    TRUCK = "truck"
    VEHICLE = "vehicle"
    UNCLASSIFIED = "unclassified"


KINDS: tuple[Kind, ...] = tuple(Kind)
"""The order in which arrays number the kinds: ``KINDS[i]`` is the kind numbered ``i``."""

KindNumbers = npt.NDArray[np.int8]

ALL_CLASSES = "all"
"""The ``vehicle_class`` of a row that sums over every class."""


def kind_number(kind: Kind) -> int:
    """Return the number of ``kind`` in arrays.

    Examples
    --------
    >>> KINDS[kind_number(Kind.BUS)]
    <Kind.BUS: 'bus'>
    """
    return KINDS.index(kind)
