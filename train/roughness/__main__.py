"""``python -m roughness``: learn the borders from the recordings of Meszaros, and write them with their scores.

Two numbers are learnt: half-way between the mean of each class and that of the next, over all recordings. The scores
are of recordings that were held out, with borders that were fitted to the others; see docs/road.md.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from waywarden.pavement.ride.roughness import Roughness, fit_borders
from waywarden.run.road.ride import BORDERS_FILE, read_labelled, score_roughness


def main() -> None:
    """Learn, score, write."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--recordings", type=Path, default=Path("../shared/data/road/imu_meszaros_mit"))
    folder = reader.parse_args().recordings
    labelled = read_labelled(folder)
    borders = fit_borders(
        {name: [each.windows.ln_shake for each in labelled if each.roughness is name] for name in Roughness}
    )
    told = {
        "uneven": round(borders.uneven, 4),
        "rough": round(borders.rough, 4),
        "what": "ln of the standard deviation of vertical acceleration (0.6 to 48 Hz, 5 s, m/s2) by sqrt(speed in m/s)",
        "learnt_from": f"{len(labelled)} recordings by D. Meszaros (2020), licence MIT",
        "scores_of_held_out_recordings": score_roughness(folder),
    }
    BORDERS_FILE.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
