"""``python -m waywarden.testing.rides``: what ``waywarden road ride-score --seeds`` prints, or one ride as a folder.

``score FIRST LAST`` prints one JSON object over the seeds; ``write SEED FOLDER`` writes a made-up recording, as a phone
exports it, and its truth.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from waywarden.exchange.phone import PhoneRecording, Row, write_phone
from waywarden.testing.rides.made_up import MadeUpRide, Reals, RideAsked, made_up_ride
from waywarden.testing.rides.scoring import scored

METRE_DEG = 1 / 111_195
"""A metre along a meridian: made-up rides go due north from (0, 0)."""


def main(words: list[str]) -> None:
    """Do what ``words`` ask for."""
    if words[0] == "score":
        sys.stdout.write(json.dumps(scored(range(int(words[1]), int(words[2]) + 1))) + "\n")
    else:
        write(RideAsked(int(words[1])), Path(words[2]))


def write(asked: RideAsked, folder: Path) -> None:
    """Write the recording of ``asked`` into ``folder``, and truth.json."""
    ride = made_up_ride(asked)
    folder.mkdir(parents=True, exist_ok=True)
    felt, fixed = write_phone(recording_of(ride))
    (folder / "Accelerometer.csv").write_text(felt, encoding="utf-8")
    (folder / "Location.csv").write_text(fixed, encoding="utf-8")
    truth = {"made_up": True, "potholes_at_s": [round(float(each), 2) for each in ride.hit_s],
             "iri_mm_per_m": round(ride.iri_mm_per_m, 3)}  # fmt: skip
    (folder / "truth.json").write_text(json.dumps(truth), encoding="utf-8")


def recording_of(ride: MadeUpRide) -> PhoneRecording:
    """Return the ride as a phone records it."""
    north = np.cumsum(ride.speed_mps) * METRE_DEG
    felt = np.column_stack((ride.felt_s, ride.felt_mps2))
    fixed = np.column_stack((ride.fixed_s, north, np.zeros(len(north)), ride.speed_mps))
    return PhoneRecording(_rows(felt), _rows(fixed))


def _rows(values: Reals) -> tuple[Row, ...]:
    return tuple((float(a), float(b), float(c), float(d)) for a, b, c, d in values)


if __name__ == "__main__":
    main(sys.argv[1:])
