"""The same damage on pictures taken a few metres apart: runs of the Brazilian road authority, whose masks outline it.

``python bench/dnit_runs.py [--part dev] [--assumed]``. What was tuned was tuned on ``train``; the
figures are of ``dev``. Prints what the truth is made of, a table, and one JSON object.

The camera of a road is calibrated on its lane, taken to be 3.5 m wide, by the masks' third bit. Each mask is laid on
the ground; two pictures that follow each other are brought to lie on each other as their damage fits best, and blobs
that then overlap are the same damage. Pairs whose damage does not fit well end a run: there the truth is not known.
What is scored knows nothing of that: it has the metres in the files' names, and where each blob begins, its kind and
its extent. Each picture is a pass of its own to `pavement.same`, which knows only the place along the road; beside it
stands what would come of the place across the road as well, each blob with the nearest of the picture before.
"""

from __future__ import annotations

import argparse
import json
import os
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from scipy.ndimage import binary_dilation, label
from scipy.signal import fftconvolve

from waywarden.geo.ground import Lane, RoadCamera, by_lane, focal_px
from waywarden.pavement.same.assumed import ASSUMED, Assumed
from waywarden.pavement.same.places import find_places
from waywarden.terms.distress import DistressKind, DistressSighting, Way

SHARED = Path(os.environ.get("WAYWARDEN_SHARED", Path(__file__).resolve().parents[2] / "shared"))
NAMED = re.compile(r"(?P<id>\d+)_(?P<road>RS_\d+_\w+)_(?P<m>\d+)")
"""Of the roads in Rio Grande do Sul. On others what the names count is not metres: potholes move 1.5 times as far, and
the same damage is outlined on one picture and not on the next.
"""
LANE_M, WIDE_DEG = 3.5, 40.0
"""What is not known of the cameras. The angle was chosen on `train`, of 40, 50 and 60 degrees: with it the steps that
potholes show come nearest to what the names say on roads where that is five metres.
"""
CELL_M, ASIDE_M, FROM_M, TO_M = 0.1, 4.0, 2.5, 13.0
"""The ground is a grid of such cells, so far to each side and ahead: beyond, a pixel is longer than a crack is wide."""
KINDS = {1: DistressKind.LONGITUDINAL_TRANSVERSE_CRACKING, 2: DistressKind.POTHOLE}
JOINED_CELLS, LEAST_CELLS = 2, 4
"""Blobs of one kind that are so near each other are one; those of fewer cells are left out."""
MOST_STEP_M, MOST_ASIDE_M = 9.0, 0.8
STEP_ERROR, LEAST_ERROR_M = 0.15, 0.7
"""One standard deviation of what a name says of a step, as a share of it; names have whole metres. Long cracks fit at
any step: it is the names that tell which.
"""
LEAST_FIT, LEAST_FITTED = 0.35, 25
"""From how much agreement on, of how many cells, two pictures are taken to lie on each other rightly."""
LEAST_SHARED = 0.3
NEAR_M = 1.0
"""Of blobs that are one by their places along and across the road."""
TUNED = replace(ASSUMED, sigma_m=1.0, white_m=0.3, extent_error=0.4)
"""By the potholes of `train`, with `--assumed`."""
Grid = np.ndarray


@dataclass(frozen=True, slots=True)
class Blob:
    """One damage on one picture: its kind, its cells on the ground, and whether the picture cuts its near end off."""

    kind: DistressKind
    cells: Grid
    from_m: float
    right_m: float
    cut: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of a run: its name, metres along the road, what ground it shows, and what lies on it."""

    name: str
    at_m: float
    shown: Grid
    blobs: tuple[Blob, ...]

    @property
    def damage(self) -> Grid:
        """Every damaged cell."""
        return np.any([each.cells for each in self.blobs], axis=0) if self.blobs else np.zeros_like(self.shown)


def roads(folder: Path) -> dict[str, list[list[tuple[float, str]]]]:
    """Return for each road its runs of pictures that were taken one after the other: metres and name."""
    named = sorted(path.stem for path in (folder / "masks").glob("*.png"))
    found: defaultdict[str, list[list[tuple[float, str]]]] = defaultdict(list)
    last: tuple[str, int, float] | None = None
    for name in named:
        told = NAMED.fullmatch(name)
        if told is None:
            continue
        road, number, at_m = told["road"], int(told["id"]), float(told["m"])
        follows = last is not None and last[:2] == (road, number - 1) and 0 < at_m - last[2] <= MOST_STEP_M
        if not follows:
            found[road].append([])
        found[road][-1].append((at_m, name))
        last = road, number, at_m
    return dict(found)


def camera_of(masks: Sequence[Grid]) -> RoadCamera:
    """Return the camera by which the lanes of a road's pictures run straight ahead and are as wide as a lane is."""
    height, width = masks[0].shape
    rows = np.arange(int(0.3 * height), int(0.95 * height), 5)
    lines: dict[int, list[np.ndarray]] = {0: [], 1: []}
    for mask in masks:
        lane = (mask & 4) > 0
        for side, columns in enumerate((lane.argmax(axis=1), width - 1 - lane[:, ::-1].argmax(axis=1))):
            good = rows[lane[rows].any(axis=1) & (columns[rows] > 2) & (columns[rows] < width - 3)]
            if len(good) > 15:
                lines[side].append(np.polyfit(good, columns[good], 1))
    ends = []
    for side in (0, 1):
        slope, at = np.median(lines[side], axis=0)
        ends.append([(float(at + slope * y), float(y)) for y in (rows[0], rows[-1])])
    left, right = ((each[0], each[1]) for each in ends)
    return by_lane(Lane(left, right, LANE_M, 0.1, 2.0), (width, height), focal_px(width, WIDE_DEG))


def picture_of(name: str, at_m: float, mask: Grid, camera: RoadCamera) -> Picture:
    """Return what lies on the ground of one picture."""
    across = np.arange(-ASIDE_M, ASIDE_M, CELL_M) + CELL_M / 2
    along = np.arange(FROM_M, TO_M, CELL_M) + CELL_M / 2
    middles = np.stack(np.meshgrid(across, along), axis=-1).reshape(-1, 2)
    xy = camera.pinhole.to_picture(middles)
    height, width = mask.shape
    shown = ((xy >= 0) & (xy < (width, height))).all(axis=1).reshape(len(along), len(across))
    blobs = []
    for bit, kind in KINDS.items():
        y, x = np.nonzero(mask & bit)
        road = camera.pinhole.to_road(np.column_stack((x + 0.5, y + 0.5)).astype(np.float64))
        cell = np.floor((road - (-ASIDE_M, FROM_M)) / CELL_M)
        inside = ((cell >= 0) & (cell < (len(across), len(along)))).all(axis=1)
        cells = np.zeros_like(shown)
        column, row = cell[inside].astype(int).T
        cells[row, column] = True
        labels, count = label(binary_dilation(cells, iterations=JOINED_CELLS), np.ones((3, 3)))
        for number in range(1, count + 1):
            mine = cells & (labels == number)
            if mine.sum() >= LEAST_CELLS:
                near = int(np.nonzero(mine.any(axis=1))[0][0])
                cut = bool((mine & ~binary_dilation(shown, iterations=1)).any()) or _at_edge(mine, shown)
                aside = float(np.nonzero(mine[near])[0].mean()) * CELL_M - ASIDE_M
                blobs.append(Blob(kind, mine, FROM_M + near * CELL_M, aside, cut))
    return Picture(name, at_m, shown, tuple(blobs))


def _at_edge(mine: Grid, shown: Grid) -> bool:
    """Return whether a blob reaches the nearest ground that is shown: it may have begun before."""
    rows, columns = np.nonzero(mine)
    first = shown.argmax(axis=0)
    return bool((rows <= first[columns] + 1).any())


def fitted(one: Picture, other: Picture) -> tuple[int, int, float]:
    """Return by how many cells (along, aside) the second is shifted, and how well damage then agrees, 0 to 1."""
    a, b = one.damage.astype(float), binary_dilation(other.damage).astype(float)
    sa, sb = one.shown.astype(float), other.shown.astype(float)

    def over(first: Grid, second: Grid) -> Grid:
        return np.asarray(fftconvolve(first, second[::-1, ::-1], mode="full"))

    both, ours, theirs = over(a, b), over(a, sb), over(sa, other.damage.astype(float))
    rows, columns = a.shape
    along = np.arange(both.shape[0]) - (rows - 1)
    aside = np.arange(both.shape[1]) - (columns - 1)
    said_m = other.at_m - one.at_m
    off = (along * CELL_M - said_m) / max(STEP_ERROR * said_m, LEAST_ERROR_M)
    likely = np.where(along > 0, np.exp(-0.5 * off**2), 0.0)[:, None] * (np.abs(aside) <= MOST_ASIDE_M / CELL_M)[None]
    enough = np.minimum(ours, theirs) >= LEAST_FITTED
    fit = np.where(enough, both / np.sqrt(np.maximum(ours * theirs, 1.0)), 0.0)
    best = np.unravel_index(int((fit * likely).argmax()), fit.shape)
    return int(along[best[0]]), int(aside[best[1]]), min(float(fit[best]), 1.0)


def shifted(cells: Grid, along: int, aside: int) -> Grid:
    """Return cells of the first picture as the second has them."""
    out = np.zeros_like(cells)
    rows, columns = np.nonzero(cells)
    rows, columns = rows - along, columns - aside
    good = (rows >= 0) & (rows < cells.shape[0]) & (columns >= 0) & (columns < cells.shape[1])
    out[rows[good], columns[good]] = True
    return out


def truths(run: Sequence[Picture]) -> tuple[list[list[Picture]], list[dict[tuple[str, int], int]], list[float]]:
    """Return the parts of a run within which the truth is known, the damage of each blob there, and steps in metres."""
    parts: list[list[Picture]] = [[run[0]]]
    links: list[list[tuple[tuple[str, int], tuple[str, int]]]] = [[]]
    steps_m = []
    for one, other in pairwise(run):
        along, aside, fit = fitted(one, other) if one.blobs and other.blobs else (0, 0, 0.0)
        if fit < LEAST_FIT:
            parts.append([other])
            links.append([])
            continue
        steps_m.append(along * CELL_M)
        parts[-1].append(other)
        links[-1] += _same(one, other, along, aside)
    return parts, [_numbered(part, link) for part, link in zip(parts, links, strict=True)], steps_m


def _same(one: Picture, other: Picture, along: int, aside: int) -> Iterator[tuple[tuple[str, int], tuple[str, int]]]:
    shown = shifted(one.shown, along, aside) & other.shown
    for i, first in enumerate(one.blobs):
        there = shifted(first.cells, along, aside) & shown
        for j, second in enumerate(other.blobs):
            here = second.cells & shown
            shared = (binary_dilation(there, iterations=2) & here).sum()
            least = min(there.sum(), here.sum())
            if first.kind is second.kind and least >= LEAST_CELLS and shared >= LEAST_SHARED * least:
                yield (one.name, i), (other.name, j)


def _numbered(
    part: Sequence[Picture], links: Sequence[tuple[tuple[str, int], tuple[str, int]]]
) -> dict[tuple[str, int], int]:
    of = {(each.name, i): number for number, (each, i) in enumerate((p, i) for p in part for i in range(len(p.blobs)))}
    for one, other in links:
        was, now = of[other], of[one]
        of = {key: now if value == was else value for key, value in of.items()}
    return of


@dataclass(frozen=True, slots=True)
class Seen:
    """The sightings of a part of a run, how far to the right each is, and the true damage of each."""

    sightings: list[DistressSighting]
    right_m: list[float]
    true: list[int]


def sightings_of(part: Sequence[Picture], of: dict[tuple[str, int], int]) -> Seen:
    """Return every blob that its picture shows from its near end on as a sighting, and its true damage."""
    began = datetime(2020, 1, 1, tzinfo=UTC)
    seen, right, true = [], [], []
    for turn, picture in enumerate(part):
        for i, blob in enumerate(picture.blobs):
            if blob.cut:
                continue
            at = began + timedelta(seconds=turn)
            extent = float(blob.cells.sum()) * CELL_M**2
            where = picture.at_m + blob.from_m
            seen.append(
                DistressSighting(f"{picture.name}-{i}", picture.name, "road", Way.ALONG, where, at, blob.kind, extent)
            )
            right.append(blob.right_m)
            true.append(of[picture.name, i])
    return Seen(seen, right, true)


def judged_once(part: Sequence[Picture], of: dict[tuple[str, int], int]) -> Counter[int]:
    """Return how often each damage is counted where each metre of road is judged on the picture nearest to it."""
    counted: Counter[int] = Counter()
    for one, after in pairwise(part):
        nearest_m = FROM_M + CELL_M * int(np.nonzero(one.shown.any(axis=1))[0][0])
        for i, blob in enumerate(one.blobs):
            if nearest_m <= blob.from_m < nearest_m + after.at_m - one.at_m and not blob.cut:
                counted[of[one.name, i]] += 1
    return counted


def pairs(sizes: Counter) -> int:
    return sum(n * (n - 1) // 2 for n in sizes.values())


def scored(groups: Sequence[tuple[list[object], list[int]]]) -> tuple[int, int, int, int, int]:
    """Return pairs said, true and right; and how many damages were said to be, and are, on more than one picture."""
    total = np.zeros(5, int)
    for said, true in groups:
        both = Counter(zip(said, true, strict=True))
        often = [sum(n > 1 for n in Counter(each).values()) for each in (said, true)]
        total += (pairs(Counter(said)), pairs(Counter(true)), pairs(both), *often)
    return tuple(int(each) for each in total)  # type: ignore[return-value]


def _only(said: list[object], seen: Seen, kinds: set[DistressKind]) -> tuple[list[object], list[int]]:
    mine = [i for i, each in enumerate(seen.sightings) if each.kind in kinds]
    return [said[i] for i in mine], [seen.true[i] for i in mine]


def ours(seen: Seen, assumed: Assumed) -> list[object]:
    places = find_places(seen.sightings, None, assumed)
    of = {each.sighting_id: i for i, place in enumerate(places) for each in place.sightings}
    return [of[each.sighting_id] for each in seen.sightings]


def nearest(seen: Seen) -> list[object]:
    """Return the damage of each blob: that of the nearest one of the picture before, one to one, within ``NEAR_M``."""
    at = np.column_stack(([each.chainage_m for each in seen.sightings], seen.right_m))
    passes = [each.pass_id for each in seen.sightings]
    group = list(range(len(passes)))
    for one, other in pairwise(dict.fromkeys(passes)):
        first, second = ([i for i, each in enumerate(passes) if each == name] for name in (one, other))
        apart = [
            (float(np.hypot(*(at[i] - at[j]))), i, j)
            for i in first
            for j in second
            if seen.sightings[i].kind is seen.sightings[j].kind
        ]
        used: set[int] = set()
        for far, i, j in sorted(apart):
            if far <= NEAR_M and not {i, j} & used:
                used |= {i, j}
                group[j] = group[i]
    return list(group)


def read(folder: Path) -> Iterator[tuple[str, list[list[Picture]]]]:
    """Yield each road with its runs of two pictures or more."""
    for road, runs in roads(folder).items():
        names = [name for run in runs for _, name in run]
        masks = {name: cv2.imread(str(folder / "masks" / f"{name}.png"), cv2.IMREAD_UNCHANGED) for name in names}
        camera = camera_of(list(masks.values()))
        yield (
            road,
            [[picture_of(name, at_m, masks[name], camera) for at_m, name in run] for run in runs if len(run) > 1],
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", default="dev", choices=["dev", "train"])
    parser.add_argument("--assumed", action="store_true", help="also by what other assumptions would give")
    asked = parser.parse_args()
    groups: list[Seen] = []
    once: Counter[int] = Counter()
    runs = pictures = known = 0
    for road, of_road in read(SHARED / "data/road/brazil_dnit" / asked.part):
        steps: list[float] = []
        said_m: list[float] = []
        for run in of_road:
            parts, numbers, steps_m = truths(run)
            steps += steps_m
            said_m += [b.at_m - a.at_m for part in parts for a, b in pairwise(part)]
            runs, pictures = runs + 1, pictures + len(run)
            for part, of in zip(parts, numbers, strict=True):
                if len(part) > 1:
                    known += len(part)
                    groups.append(sightings_of(part, of))
                    once.update(judged_once(part, of).values())
        if steps:
            print(
                f"{road}: {len(of_road)} runs, {len(steps)} pairs fit; steps {np.median(steps):.1f} m by the masks, "
                f"{np.median(said_m):.1f} by the names, apart by {np.median(np.abs(np.subtract(steps, said_m))):.1f} m",
                flush=True,
            )
    ways: dict[str, Callable[[Seen], list[object]]] = {
        "pavement.same as it is": partial(ours, assumed=ASSUMED),
        "pavement.same, tuned on train": partial(ours, assumed=TUNED),
        "nearest, along and across": nearest,
    }
    if asked.assumed:
        ways |= {f"sigma 1 m, white {w} m, extent {e}": partial(ours, assumed=replace(TUNED, white_m=w, extent_error=e))
                 for w in (0.3, 0.5, 0.9) for e in (0.4, 0.8)}  # fmt: skip
    print(f"\n| {asked.part}: merged by | of | pairwise F1 | precision | recall | count ratio |")
    print("|---|---|---|---|---|---|")
    told: dict[str, object] = {}
    for name, way in ways.items():
        grouped = [(way(seen), seen) for seen in groups]
        for kinds, of_what in ((set(KINDS.values()), "all"), ({DistressKind.POTHOLE}, "potholes")):
            said, true, right, many, there = scored([_only(each, seen, kinds) for each, seen in grouped])
            f1, ratio = 2 * right / max(said + true, 1), many / max(there, 1)
            shares = f"{f1:.3f} | {right / max(said, 1):.3f} | {right / max(true, 1):.3f} | {ratio:.2f}"
            print(f"| {name} | {of_what} | {shares} |")
            if "tuned" in name:
                prefix = "" if of_what == "all" else "potholes_"
                told |= {f"{prefix}pairwise_f1": round(f1, 4), f"{prefix}count_ratio": round(ratio, 4)}
    sightings = sum(len(seen.sightings) for seen in groups)
    told |= {
        "part": asked.part, "runs": runs, "pictures": pictures, "pictures_with_known_truth": known,
        "sightings": sightings, "judged_once": once[1], "judged_more_often": sum(once.values()) - once[1],
    }  # fmt: skip
    print(json.dumps(told))


if __name__ == "__main__":
    main()
