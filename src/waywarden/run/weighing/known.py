"""Pictures whose truth is known, as two layouts have them: stills with YOLO labels, and clips with CVAT tracks.

Stills: ``images/``, ``labels/NAME.txt`` (``class cx cy w h``, shares of the picture), perhaps ``ignore/NAME.txt``
(areas about which nothing is known) and ``classes.txt`` (a name a line). Clips: ``NAME.xml`` (CVAT 1.1, interpolation)
beside ``NAME.mp4``; a track's ``type`` attribute is its class, and its boxes tell whom a class is voted for.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np

from waywarden.run.weighing.precision import Boxes, Known
from waywarden.terms.errors import ConfigError
from waywarden.terms.kinds import KINDS, Kind, kind_number

STILLS = frozenset({".jpg", ".jpeg", ".png", ".webp"})
OTHER_NAMES = {
    "person": Kind.PEDESTRIAN,
    "bike": Kind.BICYCLE,
    "cyclist": Kind.BICYCLE,
    "motorbike": Kind.MOTORCYCLE,
    "undefined": Kind.VEHICLE,
}
"""What label files call some of our kinds besides our own names for them."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One box that a person drew on one picture: (4,) px, its kind, and the drawing's own number for whose it is.

    The number comes from the label file and ends with the score: it says of whom a class is voted.
    """

    box: Boxes
    kind: Kind
    owner: int


@dataclass(frozen=True, slots=True)
class Stills:
    """A folder of labelled stills: its pictures in order of name, and the names of its classes."""

    folder: Path
    names: tuple[str, ...]
    kinds: tuple[Kind, ...]

    @property
    def pictures(self) -> Path:
        """Where the pictures are."""
        return self.folder / "images"

    def known(self, number: int, size: tuple[int, int]) -> Known:
        """Return what is on picture ``number``, of ``size`` (width, height) px."""
        name = self.names[number]
        boxes, classes = _yolo(self.folder / "labels" / f"{name}.txt", size)
        areas, _ = _yolo(self.folder / "ignore" / f"{name}.txt", size)
        if len(classes) and not (0 <= min(classes) and max(classes) < len(self.kinds)):
            raise ConfigError(f"labels/{name}.txt names a class that classes.txt has not: it has {len(self.kinds)}")
        numbers = np.array([kind_number(self.kinds[k]) for k in classes], np.int8)
        return Known(boxes, numbers, areas)


@dataclass(frozen=True, slots=True)
class Clip:
    """One clip and, for each of its frames, what people drew."""

    file: Path
    frames: dict[int, list[Drawn]]

    @property
    def pictures(self) -> Path:
        """Where the pictures are."""
        return self.file

    def known(self, number: int, _size: tuple[int, int]) -> Known:
        """Return what is on frame ``number``."""
        drawn = self.frames.get(number, [])
        boxes = np.array([d.box for d in drawn], np.float32).reshape(-1, 4)
        kinds = np.array([kind_number(d.kind) for d in drawn], np.int8)
        return Known(boxes, kinds, np.zeros((0, 4), np.float32))


def find_known(folder: Path) -> Sequence[Stills | Clip]:
    """Return the labelled material in ``folder``; ConfigError says what was looked for where there is none."""
    if (folder / "images").is_dir():
        return [_stills(folder)]
    clips = [Clip(file.with_suffix(".mp4"), _cvat(file)) for file in sorted(folder.glob("*.xml")) if _has_clip(file)]
    if not clips:
        raise ConfigError(
            f"{folder} holds no labelled pictures: wanted images/ and labels/ (YOLO text), or clips with a CVAT .xml "
            "beside each .mp4"
        )
    return clips


def _has_clip(file: Path) -> bool:
    return file.with_suffix(".mp4").is_file()


def _stills(folder: Path) -> Stills:
    names = tuple(sorted(p.name for p in (folder / "images").iterdir() if p.suffix.lower() in STILLS))
    if not names:
        raise ConfigError(f"{folder / 'images'} holds no picture (wanted: jpg, png or webp)")
    if not (folder / "labels").is_dir():
        raise ConfigError(f"{folder} has images/ but no labels/: put a NAME.txt for each picture there")
    listed = next(
        (
            p
            for p in (folder / "classes.txt", folder.parent / "classes.txt", folder.parent.parent / "classes.txt")
            if p.is_file()
        ),
        None,
    )
    kinds = tuple(_kinds(listed)) if listed else tuple(KINDS[:7])
    return Stills(folder, tuple(Path(name).stem for name in names), kinds)


def _kinds(listed: Path) -> Iterator[Kind]:
    for line in listed.read_text(encoding="utf-8").split():
        yield kind_named(line, listed.name)


def kind_named(name: str, where: str) -> Kind:
    """Return the kind that label files call ``name``; ConfigError names the nearest right one.

    Examples
    --------
    >>> kind_named("motorbike", "classes.txt")
    <Kind.MOTORCYCLE: 'motorcycle'>
    """
    if name in OTHER_NAMES:
        return OTHER_NAMES[name]
    if name not in set(Kind):
        near = difflib.get_close_matches(name, [*Kind, *OTHER_NAMES], 1, 0.0)[0]
        raise ConfigError(f'{where} names a class "{name}", which is none of ours: did you mean {near}?')
    return Kind(name)


def _yolo(file: Path, size: tuple[int, int]) -> tuple[Boxes, list[int]]:
    """Return boxes (n, 4) px and classes of one label file; none where there is no file."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    try:
        rows = np.array([[float(word) for word in line.split()[:5]] for line in lines if line.strip()]).reshape(-1, 5)
    except ValueError as error:
        raise ConfigError(f"{file} is not YOLO text (class cx cy w h, a line a box): {error}") from error
    centre, sides = rows[:, 1:3] * size, rows[:, 3:5] * size
    boxes = np.concatenate([centre - sides / 2, centre + sides / 2], axis=1)
    return boxes.astype(np.float32), [int(kind) for kind in rows[:, 0]]


def _cvat(file: Path) -> dict[int, list[Drawn]]:
    """Return frame -> boxes; CVAT numbers frames from 0, and marks those outside the picture."""
    try:
        root = ET.parse(file).getroot()  # noqa: S314 - a label file of the user's own
    except ET.ParseError as error:
        raise ConfigError(f"{file} is not CVAT XML ({error}): export it again") from error
    frames: dict[int, list[Drawn]] = {}
    for owner, track in enumerate(root.iter("track")):
        for box in track.iter("box"):
            if box.get("outside") == "0":
                corners = np.array([float(box.get(side, "nan")) for side in ("xtl", "ytl", "xbr", "ybr")], np.float32)
                kind = kind_named(_type_of(box), file.name)
                frames.setdefault(int(box.get("frame", "-1")), []).append(Drawn(corners, kind, owner))
    return frames


def _type_of(box: ET.Element) -> str:
    return next((a.text or "" for a in box.iter("attribute") if a.get("name") == "type"), "undefined")
