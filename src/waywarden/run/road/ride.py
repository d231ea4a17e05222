"""``waywarden road ride``: a phone's recording to jolts and roughness, and how well that goes."""

from __future__ import annotations

import json
import lzma
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from waywarden.exchange.phone import read_phone, read_whole
from waywarden.geo.drives.motion import refuse_other_units
from waywarden.pavement.ride.iri import VehicleCalibration, calibrate, estimated_iri
from waywarden.pavement.ride.jolts import find_jolts
from waywarden.pavement.ride.ride import Ride, as_ride
from waywarden.pavement.ride.roughness import (
    NEIGHBOURS,
    WINDOW_S,
    Borders,
    HeldOut,
    Labelled,
    Roughness,
    judged,
    score_held_out,
    windows_of,
)
from waywarden.terms.drives import DrivePositions
from waywarden.terms.errors import CalibrationError, ConfigError, SourceError, WaywardenError

BORDERS_FILE = Path(__file__).with_name("roughness.json")
"""What `train/roughness` learnt."""
LABELLED = {"rsq_q1": Roughness.SMOOTH, "rsq_q2": Roughness.UNEVEN, "rsq_q3": Roughness.ROUGH}
"""The folders of Meszaros's recordings, by the quality of the road."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A ride, and where the phone was: rows (m, 4) of time in s, latitude, longitude and speed."""

    ride: Ride
    fixed: npt.NDArray[np.float64]

    def place(self, at_s: float) -> tuple[float, float]:
        """Return latitude and longitude where the phone was."""
        latitude, longitude = (float(np.interp(at_s, self.fixed[:, 0], self.fixed[:, i])) for i in (1, 2))
        return latitude, longitude


def read_recorded(folder: Path) -> Recorded:
    """Read a folder that a phone exported, or one CSV file; SourceError if one is missing or not what it should be."""
    if not folder.exists():
        raise SourceError(f"there is no {folder}: give a folder of one recording, or its CSV file")
    recording = (
        read_phone(*(_text_of(folder, name) for name in ("Accelerometer.csv", "Location.csv")))
        if folder.is_dir()
        else read_whole(_text_of(folder.parent, folder.name), folder.name)
    )
    felt, fixed = (np.array(rows, np.float64).reshape(-1, 4) for rows in (recording.felt, recording.fixed))
    try:
        recorded = Recorded(as_ride(felt[:, 0], felt[:, 1:], fixed[:, 0], fixed[:, 3]), fixed)
        known = fixed[(fixed[:, 3] >= 0) & (np.diff(fixed[:, 0], prepend=-np.inf) > 0)]
        nothing = np.full(len(known), np.nan)
        at_s, latitude, longitude, speed_mps = known.T
        refuse_other_units(DrivePositions(at_s, longitude, latitude, speed_mps, nothing, nothing))
    except (SourceError, ValueError) as error:
        raise SourceError(f"{folder}: {error}") from error
    return recorded


def _text_of(folder: Path, name: str) -> str:
    plain, packed = folder / name, folder / f"{name}.xz"
    try:
        if plain.exists():
            return plain.read_text("utf-8")
        if packed.exists():
            return lzma.decompress(packed.read_bytes()).decode("utf-8")
    except (OSError, UnicodeDecodeError, lzma.LZMAError) as error:
        raise SourceError(f"{folder / name} cannot be read ({error}): export the recording again") from error
    raise SourceError(f"{folder} wants {name}, as phyphox exports it, and has none: give the folder of one recording")


def jolt_lines(recorded: Recorded) -> Iterator[str]:
    """Yield the jolts of a ride as CSV."""
    yield "at_s,latitude,longitude,speed_mps,strength_mps2"
    for jolt in find_jolts(recorded.ride):
        latitude, longitude = recorded.place(jolt.at_s)
        yield f"{jolt.at_s:.2f},{latitude:.6f},{longitude:.6f},{jolt.speed_mps:.1f},{jolt.strength_mps2:.1f}"


def roughness_lines(recorded: Recorded, borders: Borders, calibration: VehicleCalibration | None) -> Iterator[str]:
    """Yield the roughness of each window as CSV; with a calibration, the estimated IRI of the whole ride beside it."""
    windows = windows_of(recorded.ride)
    more = "" if calibration is None else ",estimated_iri_mm_per_m,estimated_iri_se_mm_per_m,calibrated_for_vehicle"
    yield f"from_s,to_s,latitude,longitude,speed_mps,roughness{more}"
    for i, name in enumerate(judged(windows.ln_shake, borders)):
        from_s = float(windows.from_s[i])
        latitude, longitude = recorded.place(from_s + WINDOW_S / 2)
        line = f"{from_s:.1f},{from_s + WINDOW_S:.1f},{latitude:.6f},{longitude:.6f},{windows.speed_mps[i]:.1f}"
        told = "" if calibration is None else ",,,"
        if calibration is not None and name is not None:
            near = windows.ln_shake[max(i - NEIGHBOURS, 0) : i + NEIGHBOURS + 1]
            iri = estimated_iri(calibration, near)
            told = f",{iri.mm_per_m:.1f},{iri.se_mm_per_m:.1f},{iri.vehicle}"
        yield f"{line},{name or ''}{told}"


def read_borders(file: Path = BORDERS_FILE) -> Borders:
    """Read the borders between classes that were learnt."""
    told = json.loads(file.read_text("utf-8"))
    return Borders(told["uneven"], told["rough"])


def calibration_of(vehicle: str, folders: Sequence[Path], known_iri_mm_per_m: float) -> str:
    """Return the calibration of a vehicle, as JSON, from rides over one road; CalibrationError if they will not do."""
    rides = [read_recorded(folder).ride for folder in folders]
    once = {ride.vertical_mps2.tobytes() for ride in rides}
    if len(once) < len(rides):
        raise CalibrationError(
            f"of {len(rides)} recordings only {len(once)} differ: drive the road again for each, and give each once"
        )
    windows = [windows_of(ride) for ride in rides]
    return json.dumps(asdict(calibrate(vehicle, windows, known_iri_mm_per_m)))


def read_calibration(file: Path) -> VehicleCalibration:
    """Read what ``calibration_of`` gave."""
    try:
        told = json.loads(file.read_text("utf-8"))
        return VehicleCalibration(
            str(told["vehicle"]), float(told["ln_gain"]), float(told["ln_se"]), int(told["repeats"])
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CalibrationError(
            f"{file} is no calibration of a vehicle ({error}): make one with waywarden road ride-calibrate"
        ) from error


def read_labelled(folder: Path) -> list[Labelled]:
    """Read recordings of roads whose class is known: FOLDER/rsq_q1/*, rsq_q2/*, rsq_q3/*; q1 is smooth, q3 is rough."""
    found = []
    for name, roughness in LABELLED.items():
        for each in sorted(path for path in (folder / name).glob("*") if path.is_dir()):
            windows = windows_of(read_recorded(each).ride)
            found.append(Labelled(f"{name}/{each.name}", roughness, windows))
    if {each.roughness for each in found} != set(Roughness):
        raise SourceError(f"recordings in {', '.join(LABELLED)} were wanted, and {folder} lacks some: look for them")
    return found


def score_roughness(folder: Path) -> dict[str, Any]:
    """Return how well recordings that were held out are classed."""
    labelled = read_labelled(folder)
    try:
        steadied, alone = score_held_out(labelled), score_held_out(labelled, neighbours=0)
    except ValueError as error:
        raise SourceError(f"{folder}: {error}") from error
    macro = np.array([each.macro_f1 for each in steadied])
    worst = min(steadied, key=lambda each: each.macro_f1)
    by_class = np.mean([each.f1 for each in steadied], axis=0)
    return {
        "recordings": len(labelled),
        "windows": sum(int(np.isfinite(each.windows.ln_shake).sum()) for each in labelled),
        "ways_to_hold_out": len(steadied),
        "roughness_macro_f1": round(float(macro.mean()), 4),
        "roughness_macro_f1_least": round(float(macro.min()), 4),
        "held_out_at_the_least": list(worst.names),
        **{f"{name}_f1": round(float(f1), 4) for name, f1 in zip(Roughness, by_class, strict=True)},
        "roughness_macro_f1_single_windows": round(_mean_macro(alone), 4),
    }


def _mean_macro(found: Sequence[HeldOut]) -> float:
    return float(np.mean([each.macro_f1 for each in found]))


def score_made_up(first_seed: int, last_seed: int) -> str:
    """Return what the program of the made-up rides says of these seeds: it stands above this room."""
    if not 0 <= first_seed <= last_seed:
        raise ConfigError(f"--seeds wants the first and the last seed, as in 101-120, got {first_seed}-{last_seed}")
    program = [sys.executable, "-P", "-m", "waywarden.testing.rides", "score", str(first_seed), str(last_seed)]
    ran = subprocess.run(program, capture_output=True, text=True, check=False)  # noqa: S603
    if ran.returncode:
        why = (ran.stderr.strip().splitlines() or [f"code {ran.returncode}"])[-1]
        raise WaywardenError(f"the made-up rides could not be made ({why}): try other --seeds")
    return ran.stdout.strip()
