"""The bars of the road half: each with the command that prints the figure, and how the figure is read from it."""

from __future__ import annotations

import json
import re

from bars import Measured, Row, all_of, at_least, said, table_rows

BEST_OF_OTHERS = {("60", "3"): 0.91, ("20", "1.5"): 0.94, ("20", "6"): 0.69, ("8", "3"): 0.65}
"""Pairwise F1 of the best column that was measured of others, by spacing and sigma in metres."""


def simulated(out: str) -> list[Row]:
    """Read ``waywarden road simulate --table``: cells are ``F1 / count ratio (least F1)``."""
    found: list[Row] = []
    for first, *cells in table_rows(out):
        cell = re.fullmatch(r"(\d+) / ([\d.]+)", first)
        if cell is None:
            continue
        f1, ratio = (float(each) for each in cells[-1].split(" (")[0].split(" / "))
        what, got = f"same hole, {cell[1]} m apart, sigma {cell[2]} m", f"F1 {f1:.3f}, count ratio {ratio:.2f}"
        if cell.groups() == ("20", "3"):
            found.append((what, "F1 0.90, count ratio within 5 %", got, f1 >= 0.9 and abs(ratio - 1) <= 0.05))
        elif cell.groups() in BEST_OF_OTHERS:
            bar = BEST_OF_OTHERS[cell[1], cell[2]]
            found.append((what, f"F1 {bar:g}, the best of others", got, f1 >= bar))
        else:
            found.append((what, "none", got, None))
    return found


def surveyed(out: str) -> list[Row]:
    """Read ``bench/survey.py``: the row of the means."""
    *_, f1, ratio = table_rows(out)[-1]
    got = f"F1 {f1}, count ratio {ratio}"
    return [("from drives to the ledger, by the command line", "F1 0.90, count ratio within 5 %", got,
             float(f1) >= 0.9 and abs(float(ratio) - 1) <= 0.05)]  # fmt: skip


def matched(out: str) -> list[Row]:
    """Read ``bench/map_matching.py``: the very street segment, ours and the nearest's."""
    rows = [row for row in table_rows(out) if row[0].startswith(("sigma", "a phone"))]
    return [
        (f"fixes on their street segment, GPS error {row[0]}", "more than the nearest", f"{row[2]}, nearest {row[1]}",
         float(row[2]) > float(row[1]))
        for row in rows
    ]  # fmt: skip


def clocks(out: str) -> list[Row]:
    """Read ``bench/clocks.py``: offsets of made-up drives."""
    rows = [row for row in table_rows(out) if " of " in row[1]]
    return [(f"clocks {row[0]} s apart", "none", f"{row[1]} found, the largest error {row[3]} s", None) for row in rows]


def alarms(out: str) -> list[Row]:
    """Read ``bench/road_alarms.py``: the first row, of all decoys together."""
    row = next(line for line in out.splitlines() if "all of them" in line)
    cells = [cell.strip() for cell in re.split(r"[│┃|]", row) if cell.strip()]
    got = f"potholes {cells[2]}, tiles with a crack {cells[3]}"
    return [("false alarms on made-up sound road", "reported", got, None)]


def placed(out: str) -> list[Row]:
    """Read ``python -m waywarden.testing.road.placing``: a JSON object a line, one for each view."""
    told = [json.loads(line) for line in out.splitlines()]
    return [
        (f"places of potholes, camera as {one['view']}", "its own error, 1 is right",
         f"{one['ahead_error_m']} m ahead, {one['ahead_error_by_its_standard_error']} of its error", None)
        for one in told
    ]  # fmt: skip


def of_runs(out: str) -> list[Row]:
    """Read ``bench/dnit_runs.py``: the JSON object in its last line."""
    told = json.loads(out.splitlines()[-1])
    rows: list[Row] = []
    for what, prefix in (("potholes", "potholes_"), ("potholes and cracks", "")):
        got = f"F1 {told[f'{prefix}pairwise_f1']}, count ratio {told[f'{prefix}count_ratio']}, {told['runs']} runs"
        rows.append((f"the same {what} on pictures 5 m apart (DNIT, by masks)", "reported", got, None))
    return rows


def redacted(out: str) -> list[Row]:
    """Read ``waywarden road redaction``: a JSON object."""
    told = json.loads(out)
    got = f"{told['covered']:.2%}, hiding {told['hidden_share']:.1%}"
    return [("vehicles covered on kept pictures, TfL clips", "99 % or more", got, told["holds"])]


DEV = "../shared/data/road/brazil_dnit/dev"
RDD = "../shared/data/road/rdd2022_china_motorbike/dev"
DRIVES = ("geo", "pavement/same", "run/road", "exchange/drives")
SURFACE = ("sight/surface",)
ROAD = (
    Measured("simulate", ("waywarden", "road", "simulate", "--table", "--seeds", "101-110"), simulated,
             ("pavement/same",)),
    Measured("dnit-runs", ("python", "bench/dnit_runs.py"), of_runs, (*SURFACE, "pavement/same")),
    Measured("survey", ("python", "bench/survey.py"), surveyed, DRIVES),
    Measured("map-matching", ("python", "bench/map_matching.py", "--seeds", "101-110"), matched, ("geo/streets",)),
    Measured("clocks", ("python", "bench/clocks.py"), clocks, ("geo/drives",)),
    Measured("placing", ("python", "-m", "waywarden.testing.road.placing", "101", "110"), placed,
             ("geo", "testing/road")),
    Measured("orders", ("python", "bench/orders.py"), said("crews' routes", "0.5 % behind the best, under 1 s"),
             ("pavement/orders",)),
    Measured("programme", ("python", "bench/programme.py"), said("programme, 2,000 sections", "gap 0.1 %, under 60 s"),
             ("pavement/programme",)),
    Measured("road-api", ("python", "bench/road_api.py"),
             said("maps and lists, 100,000 defects, 5,000,000 sightings", "95th percentile under 100 ms"),
             ("store", "web/road")),
    Measured("claim-pack", ("python", "bench/claim_pack.py"), said("claim pack of 100,000 entries", "under 2 s"),
             ("exchange/road", "run/road", "pavement/ledger", "store")),
    Measured("ride", ("waywarden", "road", "ride-score", "--seeds", "101-150"),
             at_least("potholes felt on made-up rides, F1", "pothole_f1", 0.9), ("pavement/ride", "testing/rides")),
    Measured("roughness", ("waywarden", "road", "ride-score", "--recordings", "../shared/data/road/imu_meszaros_mit"),
             at_least("roughness of held-out recordings, macro-F1", "roughness_macro_f1", 0.8), ("pavement/ride",)),
    Measured("score-dnit", ("waywarden", "road", "score", "--format", "dnit", "--pictures", f"{DEV}/images",
                            "--truth", f"{DEV}/masks"),
             all_of([("a pothole in the picture, F1", "pothole_in_picture_f1", 0.9),
                     ("tiles with a pothole, F1", "pothole_tile_f1", 0.75),
                     ("tiles with a crack, F1", "crack_tile_f1", 0.78),
                     ("potholes as boxes, IoU .5, F1", "box_f1_50", None)]), SURFACE),
    Measured("score-rdd", ("waywarden", "road", "score", "--format", "voc", "--pictures", f"{RDD}/images",
                           "--truth", f"{RDD}/annotations"),
             at_least("damage as boxes, IoU .5, RDD2022 China by scene, F1", "box_f1_50", 0.4), SURFACE),
    Measured("alarms", ("python", "bench/road_alarms.py", "--seeds", "1,2,3", "--metres", "500"), alarms,
             (*SURFACE, "testing/road")),
    Measured("redaction", ("waywarden", "road", "redaction", "--clips", "../shared/data/tfl"), redacted, ("sight",)),
)  # fmt: skip
