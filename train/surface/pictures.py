"""What is learnt from: pictures of road surfaces with masks (DNIT) or boxes (RDD2022), cut and varied."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import cv2
import numpy as np
import numpy.typing as npt

from surface.network import BOXES
from waywarden.testing.road.__main__ import main as draw
from waywarden.testing.road.decoys import Decoy
from waywarden.testing.road.ground import View

Picture = npt.NDArray[np.uint8]
Boxes = npt.NDArray[np.float32]

CRACK, POTHOLE, LANE = 1, 2, 4
UNKNOWN = (32, 64, 16)
"""Bits of a mask that say that nothing is known of cracks, of potholes, of the lane."""
OUTSIDE = 128
WIDTH = 800
"""Pictures are brought to this width; square ones to as many pixels."""
LEAST_POTHOLE_PX = 30
FIRST_SEED = 1000
"""Made-up roads from here on are for training; false alarms are measured on seeds below."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A picture (h, w, 3) uint8, blue first; its mask (h, w) of bits; boxes (n, 4) px and their classes.

    ``boxed``: its boxes are all there is (RDD2022), and its mask says but where nothing can be.
    """

    picture: Picture
    mask: Picture
    boxes: Boxes
    kinds: npt.NDArray[np.int64]
    name: str
    boxed: bool = False

    @property
    def road(self) -> str:
        """The stretch of road (SNV code) of a DNIT picture."""
        return "_".join(self.name.split("_")[1:4])


def dnit(folder: Path) -> Iterator[Sample]:
    """Yield the pictures of a folder with images/ and masks/, and a box (D40) around each pothole."""
    for file in sorted((folder / "images").iterdir()):
        picture = cv2.imread(str(file))
        mask = cv2.imread(str(folder / "masks" / f"{file.stem}.png"), cv2.IMREAD_UNCHANGED)
        boxes = pothole_boxes(mask)
        yield Sample(picture, mask, boxes, np.full(len(boxes), BOXES.index("D40")), file.stem)


def made_up_roads(folder: Path) -> Iterator[Sample]:
    """Yield made-up pictures of sound roads, drawn into ``folder`` the first time: 50 m apart, by view and decoy."""
    seed = FIRST_SEED
    for view in View:
        for only in Decoy:
            seed += 1
            yield from _made_up(folder / f"{view}-{only}", view, seed, 400, ["--only", only.value])
        yield from _made_up(folder / f"{view}-all", view, seed + 100, 1000, [])


def _made_up(folder: Path, view: View, seed: int, metres: int, more: list[str]) -> Iterator[Sample]:
    if not folder.exists():
        asked = ["--seed", seed, "--metres", metres, "--step", 50, "--view", view.value, "--out", folder, "--sound"]
        draw([*(str(word) for word in asked), *more])
    yield from dnit(folder)


def pothole_boxes(mask: Picture) -> Boxes:
    """Return (n, 4) px around each connected part of the pothole mask."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(((mask & POTHOLE) > 0).astype(np.uint8))
    stats = stats[1:][stats[1:, 4] >= LEAST_POTHOLE_PX]
    return np.concatenate([stats[:, :2], stats[:, :2] + stats[:, 2:4]], axis=1).astype(np.float32).reshape(-1, 4)


def rdd(folder: Path) -> Iterator[Sample]:
    """Yield the pictures of a folder with images/ and annotations/ (VOC), brought to 640 x 640."""
    for file in sorted((folder / "images").iterdir()):
        picture = cv2.imread(str(file))
        factor = 640 / picture.shape[1]
        picture = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_LINEAR)
        boxes, kinds = voc(folder / "annotations" / f"{file.stem}.xml")
        yield Sample(picture, _unknown(boxes * factor, kinds), boxes * factor, kinds, file.stem, boxed=True)


def _unknown(boxes: Boxes, kinds: npt.NDArray[np.int64]) -> Picture:
    """Return the mask of a picture that has boxes: outside of them there is no damage, inside nobody knows where."""
    mask = np.full((640, 640), UNKNOWN[2], np.uint8)
    for (left, top, right, bottom), kind in zip(boxes.astype(int), kinds, strict=True):
        crack, pothole = BOXES[kind] != "D40", BOXES[kind] in {"D20", "D40", "Repair"}
        mask[top : bottom + 1, left : right + 1] |= UNKNOWN[0] * crack | UNKNOWN[1] * pothole
    return mask


def voc(file: Path) -> tuple[Boxes, npt.NDArray[np.int64]]:
    """Return boxes (n, 4) px and classes of one annotation."""
    boxes, kinds = [], []
    for one in ET.parse(file).getroot().iter("object"):  # noqa: S314 - a label file of ours
        box = one.find("bndbox")
        if box is not None and one.findtext("name", "") in BOXES:
            kinds.append(BOXES.index(one.findtext("name", "")))
            boxes.append([float(box.findtext(side, "")) for side in ("xmin", "ymin", "xmax", "ymax")])
    return np.array(boxes, np.float32).reshape(-1, 4), np.array(kinds, np.int64)


@dataclass(frozen=True, slots=True)
class Patch:
    """A pothole cut out with its surroundings, to be laid into other pictures: picture, mask of 0..1, lowest row."""

    picture: Picture
    mask: Picture
    bottom: int


def patches(samples: Sequence[Sample]) -> list[Patch]:
    """Return the potholes of these samples that lie wholly in the picture and are no larger than a cover."""
    found = []
    for one in samples:
        for x0, y0, x1, y1 in one.boxes.astype(int):
            margin = 8
            box = slice(max(y0 - margin, 0), y1 + margin), slice(max(x0 - margin, 0), x1 + margin)
            part = (one.mask[box] & POTHOLE) > 0
            if x1 - x0 < 200 and y1 - y0 < 90 and y1 + margin < one.picture.shape[0]:
                found.append(Patch(one.picture[box], part.astype(np.uint8), int(y1 + margin)))
    return found
