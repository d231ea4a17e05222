"""Who looks for damage along a drive: whatever returns a ``Looked``. Here, a file of sightings that somebody made.

This is the seam for pictures: a function from a drive to what was seen on it is all that a survey asks for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from waywarden.exchange.drives.fixes import instant_s
from waywarden.geo.streets.update import PlaceOnStreet
from waywarden.pavement.same.fuse import FELT_SE_M
from waywarden.run.road.drives.places_file import PLACE_COLUMNS
from waywarden.run.road.drives.reading import HOUR_S, Drive
from waywarden.run.road.keys import read_rows
from waywarden.terms.distress import DistressKind, Way
from waywarden.terms.errors import SourceError
from waywarden.terms.pictures import Crop

KNOWN_COLUMNS = ("time", "drive", *PLACE_COLUMNS, "kind", "score", "extent_m2", "ahead_m", "right_m")
MOST_HOURS = 14
"""No zone of a clock is further from UTC."""


@dataclass(frozen=True, slots=True)
class SeenDistress:
    """One damage that was seen on a drive.

    Parameters
    ----------
    at_s : float
        When it was seen (UTC, seconds since 1970); NaN where only its place is known.
    ahead_m : float
        How far ahead of the vehicle's position it lay then.
    kind : DistressKind or None
        None where only a jolt was felt.
    score : float
        How sure whoever saw it is, 0 to 1.
    extent_m2 : float or None
    place : PlaceOnStreet or None
        Where it is, where that is known better than by the drive's own position.
    picture : int or None
        On which of the drive's pictures, in order of name, it was seen; None where on none.
    crop : Crop or None
        Which part of that picture shows it, and where it is there.
    jolt_mps2 : float or None
        How strong the jolt was, where this was felt and not seen.
    right_m : float or None
        How far to the right of the vehicle's middle it lay; None where that is not known.
    """

    at_s: float
    ahead_m: float
    kind: DistressKind | None
    score: float
    extent_m2: float | None
    place: PlaceOnStreet | None = None
    picture: int | None = None
    crop: Crop | None = None
    jolt_mps2: float | None = None
    right_m: float | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look at a whole drive came to.

    ``seen_share`` is the share of the surface that could be seen, ``wet`` None where nobody can say, and ``method`` who
    looked: weights with their version, or a file. ``felt_se_m`` is how well the places of jolts are told, GPS aside.
    ``passed`` are rows of when, and how many metres of road were passed from then on and how many of these were seen;
    none where that is not told. ``told`` is what else is to be said of the look, in a line.
    """

    seen: tuple[SeenDistress, ...]
    seen_share: float
    wet: bool | None
    method: str
    felt_se_m: float = FELT_SE_M
    passed: tuple[tuple[float, float, float], ...] = ()
    told: str = ""

    def share(self, from_s: float, until_s: float) -> float:
        """Return the share that was seen of what was passed between two times; of the drive, where nobody tells."""
        here = [(passed_m, seen_m) for at_s, passed_m, seen_m in self.passed if from_s <= at_s <= until_s]
        passed_m = sum(each[0] for each in here)
        return min(sum(each[1] for each in here) / passed_m, 1.0) if passed_m else self.seen_share


Look = Callable[[Drive], Looked | None]
"""Looks for damage along a drive; None where it did not look, so that nothing can be said of what is not there."""


def no_look(drive: Drive) -> None:
    """Look for nothing."""


Row = tuple[str, SeenDistress]
"""The file name of the drive that saw it, empty where only its time tells, and what it saw."""


def read_sightings(path: Path) -> Sequence[Row]:
    """Read the sightings of a CSV file: columns of ``KNOWN_COLUMNS``.

    A row has a ``time``, or a ``street``, ``way`` and ``chainage_m`` and the file name of the ``drive`` that saw it.
    One with a time alone is of the drive that was under way then.

    Raises
    ------
    SourceError
        The file cannot be read, or a row makes no sense: its line is named.
    """
    return read_rows(path, ("kind",), _seen, SourceError)


def look_in_rows(rows: Sequence[Row], method: str, *, seen_share: float, wet: bool | None) -> Look:
    """Return a look that finds those of the sightings that are of a drive."""

    def look(drive: Drive) -> Looked:
        mine = tuple(one for name, one in rows if _is_of(name, one, drive, 0.0))
        return Looked(mine, seen_share, wet, method)

    return look


def said_of_strange(rows: Sequence[Row], drives: Sequence[Drive]) -> str:
    """Return how many sightings are of none of these drives, in a line; nothing where all are of one.

    One file may hold the sightings of many surveys, so that they are of other drives is no fault by itself. SourceError
    where more would fit if a clock were some whole hours off: then nothing would be found where much was.
    """
    fits = _fitting(rows, drives, 0.0)
    if fits == len(rows) or not drives:
        return ""
    shifts = {hours: _fitting(rows, drives, hours * HOUR_S) for hours in range(-MOST_HOURS, MOST_HOURS + 1)}
    best = max(shifts, key=lambda hours: (shifts[hours], -abs(hours)))
    told = f"{len(rows) - fits} of {len(rows)} sightings are of none of these drives"
    if shifts[best] > fits:
        raise SourceError(
            f"{told}; {shifts[best]} would fit with {best:+d} h added to their times: set the clocks right"
        )
    return told


def _fitting(rows: Sequence[Row], drives: Sequence[Drive], later_s: float) -> int:
    """Return how many sightings are of one of the drives, if they were so much later than they say."""
    return sum(any(_is_of(name, one, drive, later_s) for drive in drives) for name, one in rows)


def _is_of(name: str, one: SeenDistress, drive: Drive, later_s: float) -> bool:
    first_s, last_s = drive.positions.at_s[0] - 1.0, drive.positions.at_s[-1] + 1.0
    return name in {"", drive.path.name} and (math.isnan(one.at_s) or bool(first_s <= one.at_s + later_s <= last_s))


def _seen(row: Mapping[str, str]) -> tuple[str, SeenDistress]:
    strange = [name for name, value in row.items() if name not in KNOWN_COLUMNS and value]
    if strange:
        raise SourceError(f"a file of sightings has the columns {', '.join(KNOWN_COLUMNS)}; it has no {strange[0]}")
    told = {name: (value or "").strip() for name, value in row.items()}
    place = None
    if told.get("chainage_m"):
        if not told.get("time") and not told.get("drive"):
            raise ValueError(
                "a sighting by its place has the drive that saw it: give its file name in the column drive"
            )
        place = PlaceOnStreet(told["street"], Way(told["way"]), _number(told, "chainage_m"))
    elif not told.get("time"):
        raise ValueError("a sighting has a time, or a street, way and chainage_m: give one of the two")
    one = SeenDistress(
        instant_s(told["time"]) if told.get("time") else float("nan"),
        _number(told, "ahead_m") if told.get("ahead_m") else 0.0,
        DistressKind(told["kind"]) if told["kind"] else None,
        _number(told, "score") if told.get("score") else 1.0,
        _number(told, "extent_m2") if told.get("extent_m2") else None,
        place,
        right_m=_number(told, "right_m") if told.get("right_m") else None,
    )
    if not 0 <= one.score <= 1:
        raise ValueError(f"score is how sure it was, 0 to 1, got {told['score']}")
    if one.extent_m2 is not None and one.extent_m2 <= 0:
        raise ValueError(f"extent_m2 is more than 0, or empty where it is not known, got {told['extent_m2']}")
    return told.get("drive", ""), one


def _number(told: Mapping[str, str], column: str) -> float:
    number = float(told[column])
    if not math.isfinite(number):
        raise ValueError(f"{column} is a number, got {told[column]}")
    return number
