"""Who looks for damage along a drive: whatever returns a ``Looked``. Here, a file of sightings that somebody made.

This is the seam for pictures: a function from a drive to what was seen on it is all that a survey asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from waywarden.exchange.drives.fixes import instant_s
from waywarden.geo.streets.update import PlaceOnStreet
from waywarden.pavement.same.fuse import FELT_SE_M
from waywarden.run.road.drives.places_file import PLACE_COLUMNS
from waywarden.run.road.drives.reading import Drive
from waywarden.run.road.keys import read_rows
from waywarden.terms.distress import DistressKind, Way
from waywarden.terms.errors import SourceError
from waywarden.terms.pictures import Crop

KNOWN_COLUMNS = ("time", "drive", *PLACE_COLUMNS, "kind", "score", "extent_m2", "ahead_m", "right_m")


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


def look_in_file(path: Path, *, seen_share: float, wet: bool | None) -> Look:
    """Return a look that reads the sightings of a CSV file: columns of ``KNOWN_COLUMNS``.

    A row has a ``time``, or a ``street``, ``way`` and ``chainage_m`` and the file name of the ``drive`` that saw it.
    One with a time alone is of the drive that was under way then.

    Raises
    ------
    SourceError
        The file cannot be read, or a row makes no sense: its line is named.
    """
    rows = read_rows(path, ("kind",), _seen, SourceError)

    def look(drive: Drive) -> Looked:
        first_s, last_s = drive.positions.at_s[0] - 1.0, drive.positions.at_s[-1] + 1.0
        mine = tuple(
            each
            for name, each in rows
            if name in {"", drive.path.name} and (np.isnan(each.at_s) or first_s <= each.at_s <= last_s)
        )
        return Looked(mine, seen_share, wet, path.name)

    return look


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
        place = PlaceOnStreet(told["street"], Way(told["way"]), float(told["chainage_m"]))
    elif not told.get("time"):
        raise ValueError("a sighting has a time, or a street, way and chainage_m: give one of the two")
    one = SeenDistress(
        instant_s(told["time"]) if told.get("time") else float("nan"),
        float(told.get("ahead_m") or 0.0),
        DistressKind(told["kind"]) if told["kind"] else None,
        float(told.get("score") or 1.0),
        float(told["extent_m2"]) if told.get("extent_m2") else None,
        place,
        right_m=float(told["right_m"]) if told.get("right_m") else None,
    )
    return told.get("drive", ""), one
