"""city.toml texts from the truth files of the shared material."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

Point = tuple[float, float]


def city_toml(name: str, time_zone: str, cameras: Iterable[str]) -> str:
    """Return a city of these cameras."""
    return f'[city]\nname = "{name}"\ntime_zone = "{time_zone}"\n\n' + "\n".join(cameras)


def camera_toml(camera_id: str, sources: Sequence[Path], start: str, gates: Iterable[tuple[str, Point, Point]]) -> str:
    """Return one camera with its gates."""
    listed = ", ".join(json.dumps(str(source.resolve())) for source in sources)
    lines = ["[[camera]]", f'id = "{camera_id}"', f'name = "{camera_id}"']
    lines += [f"source = [{listed}]", f"start = {start}"]
    for gate_id, a, b in gates:
        lines += ["  [[camera.gate]]", f'  id = "{gate_id}"', f"  from_px = {list(a)}", f"  to_px = {list(b)}"]
    return "\n".join(lines) + "\n"


def tfl_cases(folder: Path) -> list[tuple[str, Path, str, tuple[Point, Point]]]:
    """Return (number, clip, start, gate) of the London clips."""
    cases = []
    for case in json.loads((folder / "dev_counts.json").read_text())["cases"]:
        file = case["file"]
        day, clock = file.split("_")[:2]
        start = f"{day}T{clock.split('.')[0].replace('-', ':')}Z"
        a, b = (tuple(point) for point in case["line"])
        cases.append((file.split(".")[-2], folder / file, start, (a, b)))
    return cases


def dresden_toml(folder: Path) -> str:
    """Return the junction: its four gates, every movement between them, and the surveyed points."""
    sections = json.loads((folder / "Testvideo.otflow").read_text())["sections"]
    gates = [(s["name"], *((point["x"], point["y"]) for point in s["coordinates"])) for s in sections]
    text = camera_toml("dresden", sorted(folder.glob("*.mp4")), "2020-02-20T12:11:00Z", gates)
    names = [gate[0] for gate in gates]
    for a in names:
        for b in names:
            if a != b:
                text += (
                    f'  [[camera.movement]]\n  id = "{a}-{b}"\n  from = "{a}"\n  to = "{b}"\n  name = "{a} to {b}"\n'
                )
    text += '  [camera.calibration]\n  crs = "EPSG:32632"\n'
    for point in json.loads((folder / "Testvideo_FR20.otrfpts").read_text()).values():
        text += f"  [[camera.calibration.point]]\n  px = [{point['x_px']}, {point['y_px']}]\n"
        text += f"  ground = [{point['lon_utm']}, {point['lat_utm']}]\n"
    return city_toml("Dresden", "Europe/Berlin", [text])
