"""What is learnt from: pictures with boxes, their classes, and areas about which nothing is said.

Four sources: people's boxes on the TfL clips, machine labels of stills, what several teachers agree on
(`teachers`), and made-up streets. A class of -1 is a road user whose class nobody knows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import av
import cv2
import numpy as np
import numpy.typing as npt

from waywarden.terms.kinds import KINDS
from waywarden.testing.street import made_up_street

Picture = npt.NDArray[np.uint8]
Boxes = npt.NDArray[np.float32]

CLASSES = ("pedestrian", "bicycle", "motorcycle", "car", "van", "bus", "truck")
UNKNOWN = -1
TFL_TYPES = {"car": "car", "bus": "bus", "truck": "truck", "motorbike": "motorcycle"}
TFL_CAMERAS = ("06514", "03601", "03604")
ON_FOOT = 2
"""Kinds below this (pedestrian, bicycle) are those that nobody drew on the TfL clips."""
LEAST_SEEN = 0.3
"""A made-up road user of which less than this share is seen is no example, and no counter-example either."""
MOSTLY = 0.5
CONDITIONS = ("day", "dusk", "night", "rain")
SNOW = "snow"
SCENES = {"corner": 6, "roadside": 8, "above": 9}
"""So many made-up scenes for each condition."""
FIRST_SEED = 1000
"""Made-up streets from this seed on are for training; counts are measured on seeds below."""
FIRST_EMPTY_SEED = 2000
EMPTY_FRAMES = 2


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture (h, w, 3) uint8, blue first; boxes (n, 4) float32 xyxy px; kinds (n,); areas (m, 4) to ignore."""

    picture: Picture
    boxes: Boxes
    kinds: npt.NDArray[np.int64]
    ignored: Boxes
    source: str


def unsure(told: dict[str, list], least: float, *, on_foot: bool = False) -> list[list[float]]:
    """Return the areas about which nothing is said: what one teacher saw alone with a score of at least ``least``.

    What it saw less surely is taken for nothing: else every sign and shadow that fools a teacher would be spared.
    """
    rows = [row for row in told["unsure"] if row[4] >= least]
    return [row[:4] for row in rows if not on_foot or row[5] < ON_FOOT]


def tfl_samples(folder: Path, cameras: Sequence[str], every: int, told: dict[str, dict[str, list]]) -> Iterator[Sample]:
    """Yield every so manieth frame of the TfL clips of these cameras, with people's boxes.

    People drew cars, buses, trucks and motorcycles. What the teachers agree on besides is added where it is on foot
    or on a bicycle, and ignored where it is a vehicle: too far away to be drawn.
    """
    for camera in cameras:
        (clip,) = folder.glob(f"*.{camera}.mp4")
        drawn = tfl_boxes(clip.with_suffix(".xml"))
        with av.open(str(clip)) as container:
            for number, frame in enumerate(container.decode(video=0)):
                if number % every:
                    continue
                boxes, kinds = drawn.get(number, ([], []))
                more = told[f"tfl-{camera}-{number}"]
                on_foot = [i for i, kind in enumerate(more["kinds"]) if 0 <= kind < ON_FOOT]
                ignored = [more["boxes"][i] for i in range(len(more["kinds"])) if i not in on_foot]
                ignored += unsure(more, 0.0, on_foot=True)
                yield sample(
                    frame.to_ndarray(format="bgr24"),
                    [*boxes, *(more["boxes"][i] for i in on_foot)],
                    [*kinds, *(more["kinds"][i] for i in on_foot)],
                    ignored,
                    f"tfl-{camera}-{number}",
                )


def tfl_boxes(xml: Path) -> dict[int, tuple[list[list[float]], list[int]]]:
    """Return frame number -> (boxes, kinds) as people drew them; CVAT numbers frames from 0."""
    found: dict[int, tuple[list[list[float]], list[int]]] = {}
    for track in ET.parse(xml).getroot().iter("track"):  # noqa: S314 - a label file of ours
        for box in track.iter("box"):
            if box.get("outside") == "0":
                boxes, kinds = found.setdefault(int(box.get("frame", "")), ([], []))
                boxes.append([float(box.get(side, "")) for side in ("xtl", "ytl", "xbr", "ybr")])
                kinds.append(_kind_of(box))
    return found


def _kind_of(box: ET.Element) -> int:
    told = next((a.text for a in box.iter("attribute") if a.get("name") == "type"), None)
    return CLASSES.index(TFL_TYPES[told]) if told in TFL_TYPES else UNKNOWN


def labelled_stills(folder: Path, told: dict[str, dict[str, list]], least: float) -> Iterator[Sample]:
    """Yield the stills of a folder with images/, labels/ and ignore/ (YOLO text).

    Above a ``least`` of 0 only those ignored areas stand that our teachers are not sure about either.
    """
    for file in sorted((folder / "images").iterdir()):
        picture = cv2.imread(str(file))
        height, width = picture.shape[:2]
        boxes, kinds = yolo_text(folder / "labels" / f"{file.stem}.txt", width, height)
        ignored, _ = yolo_text(folder / "ignore" / f"{file.stem}.txt", width, height)
        if least > 0:
            ignored = _shared_doubts(ignored, told[file.stem]["boxes"] + unsure(told[file.stem], least))
        yield sample(picture, boxes, kinds, ignored, file.stem)


def _shared_doubts(areas: list[list[float]], seen: list[list[float]]) -> list[list[float]]:
    """Return the areas of which most lies within something that was seen."""
    asked, others = (np.array(rows, np.float32).reshape(-1, 4) for rows in (areas, seen))
    return [area for area, kept in zip(areas, _within(asked, others), strict=True) if kept]


def yolo_text(file: Path, width: int, height: int) -> tuple[list[list[float]], list[int]]:
    """Return boxes in pixels and classes of one label file; none where there is no file."""
    boxes, kinds = [], []
    for line in file.read_text().splitlines() if file.is_file() else []:
        kind, cx, cy, w, h = (float(word) for word in line.split())
        boxes.append([(cx - w / 2) * width, (cy - h / 2) * height, (cx + w / 2) * width, (cy + h / 2) * height])
        kinds.append(int(kind))
    return boxes, kinds


def taught_stills(files: Sequence[Path], taught: dict[str, dict[str, list]], least: float) -> Iterator[Sample]:
    """Yield stills nobody labelled, with what the teachers agree on."""
    for file in files:
        told = taught[file.stem]
        yield sample(cv2.imread(str(file)), told["boxes"], told["kinds"], unsure(told, least), file.stem)


def made_up(folder: Path, *, empty: bool = False) -> Iterator[Sample]:
    """Yield frames of made-up streets, drawn into ``folder`` as clips the first time; exact boxes.

    ``empty``: streets to which nobody comes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for number, (condition, view) in enumerate(scenes(), FIRST_EMPTY_SEED if empty else FIRST_SEED):
        clip = folder / f"{number}-{view}-{condition}.mp4"
        labels = clip.with_suffix(".json")
        if not labels.exists():
            draw(number, condition, view, clip, empty=empty)
        told = json.loads(labels.read_text())
        with av.open(str(clip)) as container:
            for frame, here in zip(container.decode(video=0), told, strict=True):
                seen = [i for i, share in enumerate(here["shares"]) if share >= LEAST_SEEN]
                hidden = [box for i, box in enumerate(here["boxes"]) if i not in seen]
                boxes, kinds = [here["boxes"][i] for i in seen], [here["kinds"][i] for i in seen]
                yield sample(frame.to_ndarray(format="bgr24"), boxes, kinds, hidden, f"made-up-{clip.stem}")


def scenes() -> list[tuple[str, str]]:
    """Return (condition, view) of every made-up scene; those in snow come after the others, which keep their seeds."""
    every = [(view, some) for some in (CONDITIONS, (SNOW,)) for view, n in SCENES.items() for _ in range(n)]
    return [(condition, view) for view, some in every for condition in some]


def draw(seed: int, condition: str, view: str, clip: Path, *, empty: bool) -> None:
    """Write one made-up clip, frames seconds apart, and its boxes beside it."""
    rng = np.random.default_rng(seed)
    frames = EMPTY_FRAMES if empty else 24 if view == "above" else 16
    size = [(640, 360), (480, 360), (352, 288), (640, 384)][int(rng.integers(4))]
    street = made_up_street(
        seed, seconds=frames * 2.5, rate_hz=0.4, size=size, condition=condition, view=view,
        occlusion=bool(rng.random() < 0.4), drives_on_left=bool(rng.random() < 0.5), kbps=int(rng.integers(24, 140)),
    )  # fmt: skip
    if empty:
        street._stage._trips = ()  # noqa: SLF001 - a street without traffic is of no use to anybody else
    street.write(clip)
    told = []
    for number in range(street.frame_count):
        true = street.truth.boxes(number)
        kinds = [CLASSES.index(KINDS[kind].value) for kind in true.kind]
        told.append({"boxes": true.xyxy_px.tolist(), "kinds": kinds, "shares": true.visible_share.tolist()})
    clip.with_suffix(".json").write_text(json.dumps(told))


def sample(
    picture: Picture,
    boxes: Sequence[Sequence[float]],
    kinds: Sequence[int],
    ignored: Sequence[Sequence[float]],
    of: str,
) -> Sample:
    """Return a sample of lists; an ignored area that mostly lies within an example says nothing and goes."""
    examples, areas = (np.array(rows, np.float32).reshape(-1, 4) for rows in (boxes, ignored))
    return Sample(picture, examples, np.array(kinds, np.int64), areas[~_within(areas, examples)], of)


def _within(areas: Boxes, examples: Boxes) -> npt.NDArray[np.bool_]:
    """Return (m,) whether most of each of (m, 4) lies within one of (n, 4)."""
    low = np.maximum(areas[:, None, :2], examples[None, :, :2])
    high = np.minimum(areas[:, None, 2:], examples[None, :, 2:])
    both = np.clip(high - low, 0, None).prod(axis=2)
    whole = np.maximum((areas[:, 2:] - areas[:, :2]).prod(axis=1), 1e-6)
    return np.asarray((both > MOSTLY * whole[:, None]).any(axis=1))
