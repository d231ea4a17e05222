"""Bars of the traffic half beside those of ``must_hold.py``: each with the command that prints the figure."""

from __future__ import annotations

import json
import re
import statistics

from bars import Measured, Row

CAMERAS = ("06514", "03601", "03604")


def turned(out: str) -> list[Row]:
    """Read ``bench/junction.py``: a row for each turn; left and right have their bar together, as ``turning``."""
    rows = [[cell.strip() for cell in re.split(r"[│┃|]", line)[1:-1]] for line in out.splitlines() if "│" in line]
    found: list[Row] = []
    for turn, *cells in rows:
        true, seen, inferred, missed, false, hidden = map(int, cells)
        got = f"{missed} of {true} missed ({hidden} hidden at a gate), {false} false; {seen} seen, {inferred} inferred"
        one = turn in {"left", "right"}
        holds = None if one else missed <= 0.01 * true and not false
        found.append((f"made-up junction, {turn}", "reported" if one else "1 % missed, none false", got, holds))
    return found


def remembered(out: str) -> list[Row]:
    """Read ``bench/memory.py``: its last three lines."""
    watched, most, slope = out.splitlines()[-3:]
    mb, grows = float(re.findall(r"([\d.]+) MB;", most)[0]), float(re.findall(r"([+-][\d.]+) MB", slope)[0])
    hours = re.findall(r"first third of ([\d.]+)", slope)[0]
    share, each = re.findall(r"watched for (\d+%): (.+) that is watched", watched)[0]
    return [
        (f"memory of 16 sub-stream cameras over {hours} h", "under 400 MB", f"{mb:.0f} MB", mb < 400),
        (f"its slope over {hours} h", "under 1 MB an hour", f"{grows:+.2f} MB an hour", grows < 1),
        (f"the same, of a street of which {share} is watched", "reported", f"{each} watched", None),
    ]


def audited(out: str) -> list[Row]:
    """Read ``bench/audit.py``: its last line, and what a street cost."""
    costs = re.findall(r"so ([\d.]+ % more) for", out)
    share, low, high = (100 * float(one) for one in re.findall(r"=(-?[\d.]+)", out.splitlines()[-1]))
    found = f"{share:+.1f} % ({low:+.1f} to {high:+.1f})"
    return [
        ("error that the audit finds of a made-up street, 95 % interval", "reported", found, None),
        ("what the audit costs", "reported", ", ".join(costs), None),
    ]


def learnt(out: str) -> list[Row]:
    """Read ``train/scores.json``: what the recipe scored on cameras of which no picture was learnt from."""
    told = json.loads(out)
    held = {camera: told[f"tfl {camera}"]["int8"] for camera in CAMERAS}
    mean = statistics.mean(one["ap50"] for one in held.values())
    votes = [sum(part) for part in zip(*(one["class_by_vote"][kind] for one in held.values()
             for kind in ("car", "bus", "truck")), strict=True)]  # fmt: skip
    each = ", ".join(f"{camera} {one['ap50']:.3f}" for camera, one in held.items())
    share = votes[0] / votes[1]
    return [
        ("vehicles, AP50 on cameras that were not learnt from", ".75 or more", f"{mean:.3f} ({each})", mean >= 0.75),
        ("class of the track by vote", "85 % or more", f"{votes[0]} of {votes[1]} ({share:.0%})", share >= 0.85),
    ]


def looked(out: str) -> list[Row]:
    """Read ``waywarden weights score``: what one look takes."""
    took_ms = float(json.loads(out)["ms_per_inference"])
    return [("a look of the network that ships, on one core", "7 CPU-ms or less", f"{took_ms:.2f} ms", took_ms <= 7)]


def by_condition(out: str) -> list[Row]:
    """Read ``bench/street_scores.py``: its last line."""
    share = float(re.findall(r"night is ([\d.]+) of day", out)[-1])
    return [("AP50 on made-up streets, night against day", ".8 or more", f"{share:.2f}", share >= 0.8)]


TRAFFIC = (
    Measured("junction", ("python", "bench/junction.py"), turned, ("traffic",)),
    Measured("memory", ("python", "bench/memory.py"), remembered,
             ("run/watching", "run/sealing", "sight", "traffic")),
    Measured("memory-day", ("python", "bench/memory.py", "--hours", "24", "--pause-s", "840", "--anew", "20"),
             remembered, ("run/watching", "run/sealing", "sight", "traffic")),
    Measured("audit", ("python", "bench/audit.py", "11"), audited, ("traffic/audit", "sight/cascade")),
    Measured("detector", ("cat", "train/scores.json"), learnt, ("sight/networks",)),
    Measured("look", ("waywarden", "weights", "score", "--folder", "../shared/data/tfl"), looked, ("sight/networks",)),
    Measured("conditions", ("python", "bench/street_scores.py"), by_condition, ("sight/networks", "testing/drawing")),
)  # fmt: skip
