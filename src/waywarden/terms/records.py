"""Records: what is kept. Each is about a street, a camera or an interval, never about a road user."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Direction(StrEnum):
    """Which way a gate was crossed: ``forward`` is towards your right hand, standing at A and looking at B."""

    FORWARD = "forward"
    BACKWARD = "backward"


@dataclass(frozen=True, slots=True)
class TrafficInterval:
    """How many road users of a class crossed a gate one way, or made a movement, in one interval.

    Exactly one of ``gate_id`` (with ``direction``) and ``movement_id`` is set. ``vehicle_class`` is a class of the
    city's scheme, or ``all``. The interval is [start, start + duration_s). ``observed_s`` says how much of it was
    really watched: an interval that was not watched has no record, and a watched gate that nothing crossed has one
    record, class ``all``, count 0. Speeds are None where the camera is not calibrated well enough.
    ``method`` names the object detector and its weights. ``inferred`` is how many more made a movement but were not
    seen all the way: told by time, place and velocity, and not part of ``count`` or of any speed.
    """

    camera_id: str
    gate_id: str | None
    direction: Direction | None
    movement_id: str | None
    vehicle_class: str
    start: datetime
    duration_s: int
    observed_s: float
    count: int
    mean_speed_mps: float | None
    v85_mps: float | None
    method: str
    inferred: int = 0

    def __post_init__(self) -> None:
        """Refuse impossible records (ValueError)."""
        if (self.gate_id is None) == (self.movement_id is None):
            raise ValueError("an interval is of a gate or of a movement: set exactly one of the two")
        if (self.gate_id is None) != (self.direction is None):
            raise ValueError("a gate's interval has a direction, a movement's has none")
        if self.start.tzinfo is None:
            raise ValueError("start must be an aware datetime (UTC)")
        if self.inferred < 0 or (self.inferred and self.movement_id is None):
            raise ValueError(f"movements are inferred, and no fewer than 0 of them, got {self.inferred}")
        if self.count < 0 or not 0 <= self.observed_s <= self.duration_s:
            raise ValueError(f"count {self.count} or observed_s {self.observed_s} of {self.duration_s} is impossible")


class HealthState(StrEnum):
    """What a camera's picture is like, or why there is none."""

    OK = "ok"
    NO_SIGNAL = "no_signal"
    PLACEHOLDER = "placeholder"
    FROZEN = "frozen"
    SMEARED = "smeared"
    GREY = "grey"
    DARK = "dark"
    NOT_A_PICTURE = "not_a_picture"
    EMPTY_FILE = "empty_file"
    CUT_SHORT = "cut_short"
    BLURRED = "blurred"
    MOVED = "moved"
    SHAKING = "shaking"


@dataclass(frozen=True, slots=True)
class CameraHealth:
    """A camera was well or unwell from ``at`` on; ``reason`` is one line for a person."""

    camera_id: str
    at: datetime
    state: HealthState
    reason: str


class Quality(StrEnum):
    """How far an interval can be trusted: no check objects; use it with its doubts in mind; look before you use it."""

    GOOD = "good"
    USABLE = "usable"
    DOUBTFUL = "doubtful"


class Doubt(StrEnum):
    """What a check objects to in an interval."""

    PARTLY_WATCHED = "partly_watched"
    BARELY_WATCHED = "barely_watched"
    GAP = "gap"
    ZERO_RUN = "zero_run"
    STUCK = "stuck"
    UNUSUAL = "unusual"
    OUT_OF_RANGE = "out_of_range"
    IMBALANCE = "imbalance"
    GROSS_IMBALANCE = "gross_imbalance"
    DISAGREEMENT = "disagreement"
    CAMERA_MOVED = "camera_moved"
    BAD_LIGHT = "bad_light"
    BAD_PICTURE = "bad_picture"


@dataclass(frozen=True, slots=True)
class IntervalQuality:
    """How far one bin can be trusted, all its classes alike. Made from what is stored, and made anew as that grows.

    The bin is known as its ``TrafficInterval`` are: camera, gate and direction or movement, start.
    """

    camera_id: str
    gate_id: str | None
    direction: Direction | None
    movement_id: str | None
    start: datetime
    quality: Quality
    doubts: tuple[Doubt, ...]

    def __post_init__(self) -> None:
        """Refuse a quality that does not fit its doubts (ValueError)."""
        if (self.quality is Quality.GOOD) != (not self.doubts):
            raise ValueError(f"a good interval has no doubts and another has some, got {self.quality}, {self.doubts}")


BinKey = tuple[str, str | None, Direction | None, str | None, datetime]


def bin_of(one: TrafficInterval | IntervalQuality) -> BinKey:
    """Return what a bin is known by: camera, gate and direction or movement, start."""
    return one.camera_id, one.gate_id, one.direction, one.movement_id, one.start


class Checker(StrEnum):
    """Who counted anew: our own tracker, on every frame of spans chosen at random; or somebody at the check page."""

    EVERY_FRAME = "every_frame"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class IntervalCheck:
    """How a second count of one gate, one way, compares with ours, summed over what was checked of one day.

    The day is the city's own, [start, start + duration_s); ``checked_s`` seconds of it were counted twice. Two
    crossings of the same gate, way and class within moments of each other are one, and ``agreed``. ``missed`` is what
    the second count alone has, ``extra`` what ours alone has. ``vehicle_class`` is a class of the city's scheme, or
    ``all``, for which classes need not agree. ``method`` is that of the count that was checked.

    A day and nothing shorter: what is checked is moments, and a count of moments would be nearly about somebody.
    """

    camera_id: str
    gate_id: str
    direction: Direction
    vehicle_class: str
    start: datetime
    duration_s: int
    checker: Checker
    checked_s: float
    agreed: int
    missed: int
    extra: int
    method: str

    def __post_init__(self) -> None:
        """Refuse impossible records (ValueError)."""
        if self.start.tzinfo is None:
            raise ValueError("start must be an aware datetime (UTC)")
        if min(self.agreed, self.missed, self.extra) < 0 or not 0 <= self.checked_s <= self.duration_s:
            raise ValueError(
                f"agreed {self.agreed}, missed {self.missed}, extra {self.extra} or checked_s {self.checked_s} "
                f"of {self.duration_s} is impossible"
            )


CheckKey = tuple[str, str, Direction, str, datetime, Checker]


def check_key(one: IntervalCheck) -> CheckKey:
    """Return what a check is known by: camera, gate, direction, class, start, checker."""
    return one.camera_id, one.gate_id, one.direction, one.vehicle_class, one.start, one.checker
