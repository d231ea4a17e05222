"""One drive through a made-up town: its pictures with GPS in them, and what a phone in the same car felt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from waywarden.testing.drives.on_streets import WHITE_M, gauss_markov
from waywarden.testing.rides.made_up import STEP_M, RideAsked, driven_over
from waywarden.testing.rides.recorded import write_recording
from waywarden.testing.road.__main__ import as_jpeg
from waywarden.testing.road.as_driven import gps_block, with_exif
from waywarden.testing.road.damage import Damage, Pothole
from waywarden.testing.road.decoys import Decoy, Flat
from waywarden.testing.road.drive import DECOYS_A_KM, Asked, Drive
from waywarden.testing.road.felt import profile
from waywarden.testing.road.laying import LAYS, Where
from waywarden.testing.road.noise import Floats
from waywarden.testing.road.scene import weather
from waywarden.testing.town.plan import METRES, STREETS, Town

SPEED_MPS, STEP_PICTURES_M = 10.0, 5.0
BETWEEN_STREETS_S = 60.0
SIGMA_M = 3.0
"""Standard deviation of the drift of GPS, east and north each."""
LANE_RIGHT_M = 1.75
RUN_OUT_M = 60.0
PASSING = (Decoy.SHADOWS, Decoy.WET)
"""What is not there at every drive."""


class SeasonDrive(Drive):
    """A drive along one street of a town at one time of the year: the road is the same each time, the light is not."""

    def __init__(self, town: Town, street: int, drive: int) -> None:
        super().__init__(Asked(1000 * town.seed + street, METRES, sound=True, step_m=STEP_PICTURES_M, straight=True))
        self.mast = town.mast
        self.sky = weather(np.random.default_rng((town.seed, 43, drive)))
        mine = [each for each in town.damage() if each.street == street]
        there = [each for each in (one.at(drive) for one in mine) if each is not None]
        self.damage = tuple(self._in_this_light(each) for each in there)
        patches = [each for each in (one.patch_at(drive) for one in mine) if each is not None]
        lasting = [each for each in self.decoys if each.decoy not in PASSING]
        passing = self._passing(np.random.default_rng((town.seed, 44, street, drive)))
        self.decoys = (*lasting, *passing, *patches)

    def _in_this_light(self, each: Damage) -> Damage:
        return replace(each, sun=self.sky.sun) if isinstance(each, Pothole) else each

    def _passing(self, rng: np.random.Generator) -> list[Flat]:
        """Return the shadows of a sunny day, or the wet places of another."""
        decoy = PASSING[0] if self.sky.sunny else PASSING[1]
        found: list[Flat] = []
        for s_m in rng.uniform(2, METRES, rng.poisson(DECOYS_A_KM[decoy] * METRES / 1000)):
            stretch = self.road.stretch_at(float(s_m))
            found += LAYS[decoy](rng, Where(float(s_m), stretch.lane_m, stretch.grey))
        return found


@dataclass(frozen=True, slots=True)
class _Fix:
    """One picture's place: on its street, when, where GPS has it, how far that is off along it, and its speed."""

    at: datetime
    lon_lat: tuple[float, float]
    off_m: float
    speed_mps: float


def write_drive(town: Town, drive: int, folder: Path, drawn: Callable[[], None] = lambda: None) -> dict[str, Any]:
    """Write the pictures of a drive and, into ``phone``, what was felt; return its truth, as JSON has it.

    ``drawn`` is called for every picture.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pictures: list[dict[str, Any]] = []
    passes = [SeasonDrive(town, street, drive) for street in range(town.streets)]
    fixes = _fixes(town, drive, passes[0].chainages_m())
    for street, one in enumerate(passes):
        for number, (shot, fix) in enumerate(zip(one, fixes[street], strict=True)):
            block = gps_block(fix.at, fix.lon_lat[1], fix.lon_lat[0], fix.speed_mps)
            name = f"{street}-{STREETS[street].street_id}-{number:03d}.jpg"
            (folder / name).write_bytes(with_exif(as_jpeg(shot.rgb), block))
            told = {"street": STREETS[street].street_id, "at": fix.at.isoformat(), "off_m": round(fix.off_m, 3)}
            pictures.append(told)
            drawn()
    return {"began": town.began(drive).isoformat(), "pictures": pictures, "hit_s": _ride(town, drive, passes, folder)}


def _fixes(town: Town, drive: int, chainages_m: Floats) -> list[list[_Fix]]:
    """Return for each street the fix of each picture: GPS drifts all through the drive.

    The car stands where it waits between two streets: on its way to the next it looks at nothing.
    """
    rng = np.random.default_rng((town.seed, 45, drive))
    street_s = METRES / SPEED_MPS + BETWEEN_STREETS_S
    seconds = np.arange(int(town.streets * street_s) + 2)
    drift_m = gauss_markov(rng, len(seconds), SIGMA_M)
    found: list[list[_Fix]] = []
    for number in range(town.streets):
        street, turn = STREETS[number], np.radians(STREETS[number].heading_deg)
        rows = []
        for along in chainages_m.astype(float):
            at_s = number * street_s + along / SPEED_MPS
            east, north = (float(np.interp(at_s, seconds, drift_m[:, i]) + rng.normal(0, WHITE_M)) for i in (0, 1))
            ahead_m, right_m = east * np.sin(turn) + north * np.cos(turn), east * np.cos(turn) - north * np.sin(turn)
            place = street.place(float(along + ahead_m), float(LANE_RIGHT_M + right_m))
            waits = (along == chainages_m[-1] and number + 1 < town.streets) or (along == chainages_m[0] and number)
            at = town.began(drive) + timedelta(seconds=float(at_s))
            rows.append(_Fix(at, place, float(ahead_m), 0.0 if waits else SPEED_MPS))
        found.append(rows)
    return found


def _ride(town: Town, drive: int, passes: list[SeasonDrive], folder: Path) -> list[float]:
    """Write what the phone felt on all streets, one after the other; return when wheels went through holes."""
    place_m = np.arange(0, METRES, STEP_M)
    every_m = np.zeros(1, np.float64)
    holes_m: list[float] = []
    for number, one in enumerate(passes):
        road_m, holes, passed_by = profile(one, place_m)
        every_m = np.append(every_m, road_m - road_m[0] + every_m[-1])  # no step from street to street
        holes_m += [
            number * METRES + hole.centroid_m[1] for hole, missed in zip(holes, passed_by, strict=True) if not missed
        ]
    every_m = np.append(every_m[1:], np.full(int(RUN_OUT_M / STEP_M), every_m[-1]))
    kmh = SPEED_MPS * 3.6
    asked = RideAsked(town.seed, town.streets * METRES, kmh, kmh, speeds_seed=drive)
    ride = driven_over(asked, np.arange(len(every_m), dtype=np.float64) * STEP_M, every_m)
    where = np.interp(ride.fixed_s, ride.at_s, ride.along_m)
    places = [STREETS[min(int(m // METRES), town.streets - 1)].place(float(m % METRES), LANE_RIGHT_M) for m in where]
    write_recording(folder / "phone", ride.felt_s, ride.felt_mps2, ride.fixed_s, ride.told_mps, np.array(places))
    return [round(float(each), 2) for each in np.interp(holes_m, ride.along_m, ride.at_s)]
