"""``python -m waywarden.testing.road``: a made-up drive as pictures and masks, laid out as those of DNIT are.

FOLDER/images/*.jpg; FOLDER/masks/*.png with bit 1 crack, bit 2 pothole, bit 4 own lane; FOLDER/decoys/*.png with a bit
each for what is often taken for damage, in the order of ``Decoy``; FOLDER/truth.json with the camera, where each
picture was taken, and all damage in metres. With --ride FOLDER/ride holds a phone's recording of the same drive.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import datetime
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from waywarden.testing.rides.recorded import write_recording
from waywarden.testing.road.as_driven import Receiver, with_exif
from waywarden.testing.road.decoys import Decoy
from waywarden.testing.road.drive import Asked, Drive
from waywarden.testing.road.felt import FeltRoad, felt_road
from waywarden.testing.road.ground import Box, Bytes, View

JPEG_QUALITY = "3"


def main(words: list[str]) -> None:
    """Draw what ``words`` ask for."""
    given = _read(words)
    only = None if given.only is None else Decoy(given.only)
    asked = Asked(given.seed, given.metres, given.sound, only, View(given.view), given.step, given.straight)
    drive = Drive(asked)
    for name in ("images", "masks", "decoys"):
        (given.out / name).mkdir(parents=True, exist_ok=True)
    names = []
    felt = felt_road(drive) if given.ride else None
    blocks = None if given.driven is None else Receiver(given.driven).exif(drive.chainages_m(), _motion(drive, felt))
    for number, shot in enumerate(drive):
        name = f"made_{asked.view}_{asked.seed}_{number:05d}"
        names.append((name, shot.chainage_m, shot.right_m))
        jpeg = as_jpeg(shot.rgb)
        (given.out / "images" / f"{name}.jpg").write_bytes(with_exif(jpeg, blocks[number]) if blocks else jpeg)
        (given.out / "masks" / f"{name}.png").write_bytes(as_png(shot.damage))
        (given.out / "decoys" / f"{name}.png").write_bytes(as_png(shot.decoys))
    (given.out / "truth.json").write_text(json.dumps(truth(drive, names), indent=1), encoding="utf-8")
    if felt is not None:
        _write_ride(felt, given.out / "ride")
    sys.stdout.write(f"{len(names)} pictures in {given.out}\n")


def _motion(drive: Drive, felt: FeltRoad | None) -> tuple[np.ndarray, np.ndarray] | None:
    """Return when the camera was where its pictures were taken, and how fast, if somebody felt the drive."""
    if felt is None:
        return None
    at_s = np.interp(drive.chainages_m(), felt.driven.along_m, felt.driven.at_s)
    return at_s, np.interp(at_s, felt.driven.at_s, felt.driven.speed_mps)


def _write_ride(road: FeltRoad, folder: Path) -> None:
    """Write what a phone in the same car felt, and when its wheels went through which pothole."""
    ride = road.driven
    write_recording(folder, ride.felt_s, ride.felt_mps2, ride.fixed_s, ride.told_mps)
    hits = [
        {"hit_s": round(float(hit), 2), "at_m": round(hole.centroid_m[1], 2)}
        for hit, hole in zip(road.hit_s, road.holes, strict=True)
        if np.isfinite(hit)
    ]
    (folder / "truth.json").write_text(json.dumps({"made_up": True, "potholes": hits}), encoding="utf-8")


def truth(drive: Drive, names: list[tuple[str, float, float]]) -> dict[str, object]:
    """Return all that is known of a drive, as JSON has it."""
    mast = drive.mast
    return {
        "seed": drive.asked.seed,
        "metres": drive.asked.metres,
        "decoy_bits": {str(decoy): 1 << bit for bit, decoy in enumerate(Decoy)},
        "camera": {
            "height_m": mast.position_m[2], "tilt_deg": mast.tilt_deg, "focal_px": mast.focal_px,
            "width_px": mast.size_px[0], "height_px": mast.size_px[1],
        },
        "lane_m": drive.road.stretches[0].lane_m,
        "pictures": [{"name": name, "chainage_m": s, "right_of_middle_m": u} for name, s, u in names],
        "damage": [
            {"kind": each.kind, "extent_m2": round(each.extent_m2, 4), **_spread(each.box)} for each in drive.damage
        ],
    }  # fmt: skip


def _spread(box: Box) -> dict[str, float]:
    return {
        "left_m": round(box.left_m, 3), "right_m": round(box.right_m, 3),
        "from_m": round(box.from_m, 3), "to_m": round(box.to_m, 3),
    }  # fmt: skip


def as_jpeg(picture: Bytes) -> bytes:
    """Return a picture (h, w, 3) as a JPEG file."""
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.height, encoder.width = picture.shape[:2]
    encoder.pix_fmt, encoder.time_base = "yuvj420p", Fraction(1)
    encoder.options = {"qscale": JPEG_QUALITY, "flags": "+bitexact"}
    frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuvj420p")
    return b"".join(bytes(packet) for packet in (*encoder.encode(frame), *encoder.encode(None)))


def as_png(mask: Bytes) -> bytes:
    """Return a mask (h, w) as a PNG file, each value as it is."""
    encoder = av.CodecContext.create("png", "w")
    encoder.height, encoder.width = mask.shape
    encoder.pix_fmt, encoder.time_base = "gray", Fraction(1)
    frame = av.VideoFrame.from_ndarray(mask, format="gray")
    return b"".join(bytes(packet) for packet in (*encoder.encode(frame), *encoder.encode(None)))


def _read(words: list[str]) -> argparse.Namespace:
    reader = argparse.ArgumentParser(prog="python -m waywarden.testing.road", description=__doc__)
    reader.add_argument("--seed", type=int, default=1)
    reader.add_argument("--metres", type=float, default=1000.0)
    reader.add_argument("--out", type=Path, required=True)
    reader.add_argument("--sound", action="store_true", help="no damage")
    reader.add_argument("--only", choices=[str(each) for each in Decoy], help="a sound road with one kind of decoy")
    reader.add_argument("--view", choices=[str(each) for each in View], default=str(View.SURVEY))
    reader.add_argument("--step", type=float, default=5.0, help="metres from one picture to the next")
    reader.add_argument("--straight", action="store_true", help="no bends")
    reader.add_argument("--driven", type=datetime.fromisoformat, help="when: GPS is written into the pictures (EXIF)")
    reader.add_argument("--ride", action="store_true", help="write as well what a phone in the car felt")
    return reader.parse_args(words)


if __name__ == "__main__":
    main(sys.argv[1:])
