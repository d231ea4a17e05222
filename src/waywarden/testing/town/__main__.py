"""``python -m waywarden.testing.town``: the made-up town of ``waywarden demo``: drawn, mended, and what was found.

A program of its own, so that nothing below this room needs to know it.

``draw FOLDER SEED STREETS DRIVES`` writes FOLDER/town-SEED-…: a folder for each drive with its pictures and, in
``phone``, what was felt; ``streets.geojson``, ``policy.toml`` and, last of all, ``truth.json``. What is there already
is not drawn again. It says ``drawn/all`` a line as it goes, and at the end the folder. ``mended TRUTH STORE DRIVE``
says as JSON what the crew mended after a drive, each with the defect that it is in the ledger, if it is there.
``score TRUTH STORE`` says as one JSON object what was found, against the truth.
"""

from __future__ import annotations

import hashlib
import json
import math
import shutil
import sys
from pathlib import Path
from typing import Any

from waywarden.testing.road.damage import Crack, Pothole
from waywarden.testing.town.driving import STEP_PICTURES_M, write_drive
from waywarden.testing.town.plan import METRES, STREETS, Town, TownDamage
from waywarden.testing.town.scoring import mended, score

POLICY = """version = "made-up-1"
time_zone = "UTC"
opens = 08:00:00
closes = 17:00:00
working_days = ["mon", "tue", "wed", "thu", "fri"]
sound_passes = 2

[hierarchy]
local = 1.0

[severity]
low = 1.0
medium = 2.0
high = 4.0

[[traffic]]
vehicles_per_day = 0
weight = 1.0

[[level]]
name = "category 1"
least_risk = 4.0
hours = 18
clock = "working"
cost = 120
"""


def draw(town: Town, into: Path) -> Path:
    """Write what is not there yet; return the town's folder. A drive that was begun and not ended is drawn again."""
    folder = into / f"town-{town.seed}-{_fingerprint(town)}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "streets.geojson").write_text(json.dumps(network(town)), "utf-8")
    (folder / "policy.toml").write_text(POLICY, "utf-8")
    pictures = town.drives * town.streets * math.ceil(METRES / STEP_PICTURES_M)
    done = 0

    def drawn() -> None:
        nonlocal done
        done += 1
        sys.stdout.write(f"{done}/{pictures}\n")
        sys.stdout.flush()

    drives = []
    for number in range(town.drives):
        named = folder / f"drive-{number + 1}"
        if not named.exists():
            half = named.with_suffix(".part")
            shutil.rmtree(half, ignore_errors=True)
            told = write_drive(town, number, half, drawn)
            (half / "phone" / "truth.json").write_text(json.dumps(told), "utf-8")
            half.replace(named)
        done = pictures * (number + 1) // town.drives
        told = json.loads((named / "phone" / "truth.json").read_text("utf-8"))
        drives.append({"folder": named.name, **told})
    (folder / "truth.json").write_text(json.dumps(truth(town, drives), indent=1), "utf-8")
    return folder


def truth(town: Town, drives: list[dict[str, Any]]) -> dict[str, Any]:
    """Return all that is known of a town and its drives, as JSON has it."""
    mast = town.mast
    return {
        "made_up": True,
        "seed": town.seed,
        "camera": {
            "height_m": mast.position_m[2],
            "tilt_deg": mast.tilt_deg,
            "wide_deg": math.degrees(2 * math.atan(mast.size_px[0] / 2 / mast.focal_px)),
        },
        "damage": [_damage(town, each) for each in town.damage()],
        "drives": drives,
    }


def _damage(town: Town, each: TownDamage) -> dict[str, Any]:
    kind = "pothole" if isinstance(each.full, Pothole) else "alligator_cracking"
    if isinstance(each.full, Crack):
        kind = "longitudinal_transverse_cracking"
    return {
        "number": each.number,
        "street": STREETS[each.street].street_id,
        "kind": kind,
        "from_m": round(each.full.box.from_m, 3),
        "to_m": round(each.full.box.to_m, 3),
        "there": [each.at(drive) is not None for drive in range(town.drives)],
        "mended_after": each.mended_after,
        "holds": each.holds,
    }


def network(town: Town) -> dict[str, Any]:
    """Return the streets as GeoJSON; the first two cross in the middle."""
    features = [
        {
            "type": "Feature",
            "properties": {"street_id": one.street_id, "name": one.name, "street_class": "local"},
            "geometry": {"type": "LineString", "coordinates": [one.place(m) for m in (0.0, METRES / 2, METRES)]},
        }
        for one in STREETS[: town.streets]
    ]
    return {"type": "FeatureCollection", "features": features}


def _fingerprint(town: Town) -> str:
    """Return what tells this town from one of other streets and drives, or made by another version of this folder."""
    digest = hashlib.sha256(repr(town).encode())
    for file in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:8]


def main(words: list[str]) -> None:
    """Do what ``words`` ask for."""
    if words[0] == "draw":
        seed, streets, drives = map(int, words[2:])
        said = str(draw(Town(seed, streets, drives), Path(words[1])))
    elif words[0] == "mended":
        said = json.dumps(mended(Path(words[1]), Path(words[2]), int(words[3])))
    else:
        said = json.dumps(score(Path(words[1]), Path(words[2])))
    sys.stdout.write(said + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
