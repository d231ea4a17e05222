"""Pictures whose truth is known, as two layouts have them: stills with YOLO labels, and clips with CVAT tracks.

Stills: ``images/``, ``labels/NAME.txt`` (``class cx cy w h``, shares of the picture, perhaps a confidence), perhaps
``ignore/NAME.txt`` (areas about which nothing is known) and ``classes.txt`` (a name a line). Clips: ``NAME.xml`` (CVAT
1.1, interpolation) beside ``NAME.mp4``; a track's ``type`` attribute is its class, and its boxes tell whom a class is
voted for.
"""

from __future__ import annotations

import difflib
import math
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
ROUNDED = 0.01
"""Shares may lie outside 0 to 1 by this much, as rounding leaves them; pixels lie far outside."""
_COLUMNS = (5, 6)
_TEXT = (".txt", ".TXT", ".Txt")


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
        boxes, classes = _yolo(self.folder / "labels", name, size, len(self.kinds))
        areas, _ = _yolo(self.folder / "ignore", name, size, None)
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
    folder = folder.resolve()  # classes.txt may lie above it, which a relative path does not say
    if (folder / "images").is_dir():
        return [_stills(folder)]
    clips = [Clip(file.with_suffix(".mp4"), _cvat(file)) for file in sorted(folder.glob("*.xml")) if _has_clip(file)]
    if not clips:
        raise ConfigError(
            f"{folder} holds no labelled pictures: wanted images/ and labels/ (YOLO text), or clips with a CVAT .xml "
            "beside each .mp4"
        )
    return clips


def without_picture(folder: Path) -> tuple[str, ...]:
    """Return the names of the label files in ``folder`` that belong to no picture in it, and so say nothing."""
    if not ((folder / "images").is_dir() and (folder / "labels").is_dir()):
        return ()
    pictures = {p.stem for p in (folder / "images").iterdir() if p.suffix.lower() in STILLS}
    texts = (p for p in (folder / "labels").iterdir() if p.suffix in _TEXT and p.stem != "classes")
    return tuple(sorted(p.name for p in texts if p.stem not in pictures))


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
    for number, line in enumerate(_text(listed).rstrip().splitlines(), 1):
        if not line.strip():
            raise ConfigError(f"{listed}, line {number}: a name was wanted, got an empty line: each line is a class")
        yield kind_named(line.strip(), f"{listed}, line {number},")


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


def _yolo(folder: Path, name: str, size: tuple[int, int], classes: int | None) -> tuple[Boxes, list[int]]:
    """Return boxes (n, 4) px and classes of one label file; none where there is no file.

    Classes are below ``classes``; where that is None, any will do.
    """
    file = next((folder / f"{name}{suffix}" for suffix in _TEXT if (folder / f"{name}{suffix}").is_file()), None)
    lines = enumerate(_text(file).splitlines(), 1) if file else ()
    rows = np.array(
        [_row(line, f"{file}, line {number}", classes) for number, line in lines if line.strip()], np.float64
    ).reshape(-1, 5)
    centre, sides = rows[:, 1:3] * size, rows[:, 3:5] * size
    boxes = np.concatenate([centre - sides / 2, centre + sides / 2], axis=1)
    return boxes.astype(np.float32), [int(kind) for kind in rows[:, 0]]


def _row(line: str, where: str, classes: int | None) -> list[float]:
    """Return class, cx, cy, w and h of one line; a confidence at its end is left out."""
    words = line.split()
    if len(words) not in _COLUMNS:
        raise ConfigError(
            f"{where}: a box was wanted, class cx cy w h and perhaps a confidence, got {len(words)} columns: "
            "an outline is no box"
        )
    try:
        kind, *shares = (float(word) for word in words)
    except ValueError:
        kind, shares = math.nan, []
    if not all(map(math.isfinite, (kind, *shares))):
        raise ConfigError(f"{where}: numbers were wanted (class cx cy w h), got {line[:60]!r}")
    if not kind.is_integer() or kind < 0 or (classes is not None and kind >= classes):
        there = "" if classes is None else f" and below {classes}, for so many classes there are"
        raise ConfigError(f"{where}: the class is a whole number from 0{there}; got {words[0]}")
    if not all(-ROUNDED <= share <= 1 + ROUNDED for share in shares[:4]):
        raise ConfigError(
            f"{where}: shares of the picture (0 to 1) were wanted, got {line[:60]!r}: divide pixels by its size"
        )
    if min(shares[2:4]) <= 0:
        raise ConfigError(f"{where}: width and height were wanted above 0, got {words[3]} and {words[4]}")
    return [kind, *shares[:4]]


def _text(file: Path) -> str:
    """Return what ``file`` says, without the mark at its begin that some editors write."""
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = error.object[: error.start].count(b"\n") + 1
        raise ConfigError(f"{file}, line {number}: this is not UTF-8: save it as such") from error


def _cvat(file: Path) -> dict[int, list[Drawn]]:
    """Return frame -> boxes; CVAT numbers frames from 0, and marks those outside the picture."""
    try:
        root = ET.parse(file).getroot()  # noqa: S314 - a label file of the user's own
    except (ET.ParseError, ValueError, LookupError) as error:  # the last two: an encoding that it cannot read
        raise ConfigError(f"{file} is not CVAT XML ({error}): export it again") from error
    frames: dict[int, list[Drawn]] = {}
    for owner, track in enumerate(root.iter("track")):
        for box in track.iter("box"):
            if box.get("outside") == "0":
                frame, corners = _drawn(box, file)
                frames.setdefault(frame, []).append(Drawn(corners, kind_named(_type_of(box), file.name), owner))
    return frames


def _drawn(box: ET.Element, file: Path) -> tuple[int, Boxes]:
    """Return the number of a box's frame and its corners (4,) px."""
    frame, corners = -1, np.full(4, np.nan, np.float32)
    try:
        frame = int(box.get("frame", ""))
        corners = np.array([float(box.get(side, "")) for side in ("xtl", "ytl", "xbr", "ybr")], np.float32)
    except ValueError:
        pass
    if not np.isfinite(corners).all():
        raise ConfigError(f"{file} has a box without its frame or corners as numbers ({box.attrib}): export it again")
    return frame, corners


def _type_of(box: ET.Element) -> str:
    return next((a.text or "" for a in box.iter("attribute") if a.get("name") == "type"), "undefined")
