"""What is kept of counting anew: how often a second count of the same moments agreed with ours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from waywarden.terms.records import Direction


class Checker(StrEnum):
    """Who counted anew: our own tracker, on every frame of spans chosen at random; or somebody at the check page."""

    EVERY_FRAME = "every_frame"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class CountCheck:
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


def check_key(one: CountCheck) -> CheckKey:
    """Return what a check is known by: camera, gate, direction, class, start, checker."""
    return one.camera_id, one.gate_id, one.direction, one.vehicle_class, one.start, one.checker
