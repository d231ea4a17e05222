"""``python -m waywarden.testing.rides``: what ``waywarden road ride-score --seeds`` prints, or one ride as a folder.

``score FIRST LAST`` prints one JSON object over the seeds; ``write SEED FOLDER`` writes a made-up recording, as a phone
exports it, and its truth.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from waywarden.testing.rides.made_up import RideAsked, made_up_ride
from waywarden.testing.rides.recorded import write_recording
from waywarden.testing.rides.scoring import scored


def main(words: list[str]) -> None:
    """Do what ``words`` ask for."""
    if words[0] == "score":
        sys.stdout.write(json.dumps(scored(range(int(words[1]), int(words[2]) + 1))) + "\n")
    else:
        write(RideAsked(int(words[1])), Path(words[2]))


def write(asked: RideAsked, folder: Path) -> None:
    """Write the recording of ``asked`` into ``folder``, and truth.json."""
    ride = made_up_ride(asked)
    write_recording(folder, ride.felt_s, ride.felt_mps2, ride.fixed_s, ride.speed_mps)
    truth = {
        "made_up": True,
        "potholes_at_s": [round(float(each), 2) for each in ride.hit_s],
        "iri_mm_per_m": round(ride.iri_mm_per_m, 3),
    }
    (folder / "truth.json").write_text(json.dumps(truth), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
