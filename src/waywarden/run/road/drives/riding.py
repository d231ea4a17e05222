"""What a phone felt on a drive, beside what pictures show of it: jolts on the clock of the drive."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from waywarden.geo.drives.clock import ClockOffset, clock_offset
from waywarden.geo.drives.motion import speeds_mps
from waywarden.pavement.ride.jolts import Jolt, find_jolts
from waywarden.pavement.same.fuse import FELT_SE_M
from waywarden.run.road.drives.looking import Look, Looked, SeenDistress
from waywarden.run.road.drives.reading import MOST_OFFSET_S, Drive
from waywarden.run.road.ride import Recorded, read_recorded
from waywarden.terms.errors import SourceError

CLOCK_SE_S = 0.1
"""How well two clocks are brought together by speed: docs/road.md has the median error."""

LEAST_S = 60.0
"""What is shorter than this has too little of a pattern: some other drive has the like somewhere."""


def with_ride(look: Look, folder: Path, began: datetime | None) -> Look:
    """Return a look that adds the jolts of a phone's recording of the same drive to what ``look`` sees.

    Parameters
    ----------
    look : Look
    folder : Path
        As a phone exports it.
    began : datetime or None
        When its clock was at 0; None to find that by the speed that both saw.

    Raises
    ------
    SourceError
        The recording cannot be read, or nobody can say how its clock stands to that of the drive.
    """
    recorded = read_recorded(folder)

    def look_and_feel(drive: Drive) -> Looked | None:
        seen = look(drive)
        if seen is None:
            return None
        ahead_s, clock_se_s = (
            (began.timestamp(), 0.0) if began is not None else (_offset_s(drive, recorded), CLOCK_SE_S)
        )
        jolts = find_jolts(recorded.ride)
        felt = tuple(_felt(each, ahead_s) for each in jolts)
        fastest_mps = max((each.speed_mps for each in jolts), default=0.0)
        felt_se_m = math.hypot(FELT_SE_M, clock_se_s * fastest_mps)
        return replace(seen, seen=(*seen.seen, *felt), method=f"{seen.method}+ride", felt_se_m=felt_se_m)

    return look_and_feel


def _felt(jolt: Jolt, ahead_s: float) -> SeenDistress:
    # A wheel went over it: it is within the vehicle's own width.
    strength_mps2 = round(jolt.strength_mps2, 1)
    return SeenDistress(jolt.at_s + ahead_s, 0.0, None, 1.0, None, jolt_mps2=strength_mps2, right_m=0.0)


def _offset_s(drive: Drive, recorded: Recorded) -> float:
    """Return what to add to the phone's clock to get the drive's."""
    began_s = float(drive.positions.at_s[0])
    mine = drive.positions.at_s - began_s, speeds_mps(drive.positions)
    theirs = recorded.fixed[:, 0], recorded.fixed[:, 3]
    short = min(float(each[0][-1] - each[0][0]) for each in (mine, theirs)) < LEAST_S
    found = f"unknown: it is less than {LEAST_S:g} s long" if short else clock_offset(mine, theirs, MOST_OFFSET_S)
    if isinstance(found, ClockOffset):
        return began_s + found.offset_s
    raise SourceError(
        f"{drive.path}: how the phone's clock stands to its own is {found}: give --ride-began, when the phone was at 0"
    )
