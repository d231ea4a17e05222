"""``waywarden road score``: how good weights are on pictures of roads whose damage is known."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np

from waywarden.run.road.surface.measures import Asked, boxes_asked, f1_at, summary, tiles_asked
from waywarden.run.sealing.sealed import Job, Openers, Task, messages
from waywarden.sight import surface
from waywarden.sight.scoring import open_pictures
from waywarden.sight.sources.stills import stills_in
from waywarden.sight.surface.looking import look_at, ms_per_picture, open_nobody, open_surface
from waywarden.terms.errors import ConfigError
from waywarden.terms.places import Camera
from waywarden.terms.transient import DAMAGES, Damage, SurfaceLook

OWN = "surface-2"
CRACK, POTHOLE = 0, 1
CHALLENGED = (Damage.LONGITUDINAL_CRACK, Damage.TRANSVERSE_CRACK, Damage.ALLIGATOR_CRACK, Damage.POTHOLE)
"""The four classes of the Crowdsensing-based Road Damage Detection Challenge (Arya et al. 2022); repairs are not."""
THRESHOLDS = {"pothole_in_picture": 0.5, "pothole_tile": 0.5, "crack_tile": 0.5, "pothole_box": 0.5, "box": 0.06}
"""From which score on it counts as found. Those of masks are even; that of boxes was the best on the pictures that the
weights learnt from."""

Pair = tuple[SurfaceLook, SurfaceLook]


def own() -> Path:
    """Return the graph file of the weights that come with Waywarden; ``train`` made them."""
    return Path(surface.__file__).with_name(f"{OWN}.xml")


def score(pictures: Path, truth: Path, layout: str, weights: Path) -> dict[str, Any]:
    """Return what is known of ``weights`` on the pictures in one folder whose truth is in another, to print as JSON.

    Parameters
    ----------
    pictures : Path
        jpg, png or webp pictures of roads.
    truth : Path
        For each a ``NAME.png`` (``dnit``: grey, bit 1 crack, bit 2 pothole, bit 4 lane) or a ``NAME.xml`` (``voc``:
        boxes named as in RDD2022).
    layout : str
        ``dnit`` or ``voc``.
    weights : Path
        As ``SurfaceNetwork`` takes them.

    Raises
    ------
    ConfigError, SourceError, WeightsError
        A folder that holds no pictures or not their truth; a picture, a mask or weights that cannot be read.
    """
    named = _named(pictures, truth, {"dnit": ".png", "voc": ".xml"}.get(layout))
    found = _on_masks(pictures, named, weights) if layout == "dnit" else _on_boxes(pictures, named, weights)
    return found | {
        "pictures": len(named),
        "ms_per_picture": round(ms_per_picture(weights), 1),
        "weights": weights.stem,
    }


def _named(pictures: Path, truth: Path, suffix: str | None) -> list[Path]:
    """Return the truth of each picture, in order of the pictures' names."""
    if suffix is None:
        raise ConfigError("--format is dnit (PNG masks) or voc (boxes in XML)")
    for folder in (pictures, truth):
        if not folder.is_dir():
            raise ConfigError(f"{folder} is no folder: pass one of pictures, and one of what is known of them")
    names = [path.stem for path in stills_in(pictures)]
    if not names:
        raise ConfigError(f"{pictures} holds no picture (wanted: jpg, png or webp)")
    there = {path.stem: path for path in truth.iterdir() if path.suffix.lower() == suffix}
    known = [there.get(name, truth / f"{name}{suffix}") for name in names]
    missing = [path for path in known if not path.is_file()]
    if missing:
        raise ConfigError(f"{len(missing)} of {len(names)} pictures have no truth, the first wants {missing[0]}")
    return known


def looks(pictures: Path, weights: Path, masks: Sequence[Path]) -> Iterator[SurfaceLook]:
    """Yield what is to be seen on each picture of a folder, in order of name, each followed by what its mask says."""
    camera = Camera("scored", "scored", (str(pictures.resolve()),))
    watch = partial(look_at, truth=[path.resolve() for path in masks])
    openers = Openers(open_pictures, open_surface, watch, open_nobody)
    for item in messages(Job(Task.WATCH, camera, Path(), str(weights.resolve()), openers=openers), None):
        if isinstance(item, SurfaceLook):
            yield item


def _on_masks(pictures: Path, masks: Sequence[Path], weights: Path) -> dict[str, Any]:
    seen = list(looks(pictures, weights, masks))
    pairs = list(zip(seen[::2], seen[1::2], strict=True))
    asked = {
        "pothole_in_picture": Asked(
            np.array([seen.tiles[..., POTHOLE].max() for seen, _ in pairs]),
            np.array([true.tiles[..., POTHOLE].max() > 0 for _, true in pairs]),
        ),
        "pothole_tile": tiles_asked(pairs, POTHOLE),
        "crack_tile": tiles_asked(pairs, CRACK),
    }
    boxes = boxes_asked(pairs, [Damage.POTHOLE])
    return {
        **{f"{name}_f1": f1_at(each, THRESHOLDS[name]) for name, each in asked.items()},
        "box_f1_50": f1_at(boxes, THRESHOLDS["pothole_box"]),
        **{name: summary(each, THRESHOLDS[name]) for name, each in asked.items()},
        "box": summary(boxes, THRESHOLDS["pothole_box"]),
    }


def _on_boxes(pictures: Path, annotations: Sequence[Path], weights: Path) -> dict[str, Any]:
    seen = list(looks(pictures, weights, ()))
    pairs = [(one, _annotated(file, one)) for one, file in zip(seen, annotations, strict=True)]
    together = Asked.together([boxes_asked(pairs, [damage]) for damage in CHALLENGED])
    classes = {damage.value: boxes_asked(pairs, [damage]) for damage in DAMAGES}
    return {
        "box_f1_50": f1_at(together, THRESHOLDS["box"]),
        "box": summary(together, THRESHOLDS["box"]),
        "by_class": {name: f1_at(each, THRESHOLDS["box"]) for name, each in classes.items() if each.wanted},
        "any_damage_f1_50": f1_at(boxes_asked(pairs, CHALLENGED), THRESHOLDS["box"]),
    }


def _annotated(file: Path, seen: SurfaceLook) -> SurfaceLook:
    """Return what a VOC annotation says is on a picture; other names than RDD2022's are passed over."""
    try:
        root = ET.parse(file).getroot()  # noqa: S314 - a label file of the user's own
        found = [(_box(one), Damage(_named_as(one))) for one in root.iter("object") if _named_as(one) in set(Damage)]
    except (ET.ParseError, ValueError, TypeError, LookupError) as error:
        raise ConfigError(f"{file} is not a VOC annotation ({error}): export it again") from error
    boxes = np.array([box for box, _ in found], np.float32).reshape(-1, 4)
    damages = np.array([DAMAGES.index(damage) for _, damage in found], np.int8)
    extents = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1).astype(np.float32)
    one = np.ones(len(boxes), np.float32)
    return SurfaceLook(seen.at, seen.width, seen.height, np.zeros_like(seen.tiles), boxes, one, damages, extents)


def _named_as(one: ET.Element) -> str:
    return one.findtext("name", "").strip()


def _box(one: ET.Element) -> list[float]:
    box = [float(one.findtext(f"bndbox/{side}", "")) for side in ("xmin", "ymin", "xmax", "ymax")]
    if not (all(map(math.isfinite, box)) and box[0] <= box[2] and box[1] <= box[3]):
        raise ValueError(f"a box has xmin <= xmax and ymin <= ymax, got {', '.join(f'{edge:g}' for edge in box)}")
    return box
