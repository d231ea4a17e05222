"""``waywarden road redaction``: how many vehicles the redactor of kept pictures hides, where people labelled them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from waywarden.run.sealing.sealed import Job, Openers, Task, messages
from waywarden.run.weighing.cover import WANTED_COVER, cover
from waywarden.run.weighing.known import Clip, Stills, find_known
from waywarden.run.weighing.precision import Known
from waywarden.run.weighing.weights import own
from waywarden.sight.keeping import open_keeper, seek_all
from waywarden.sight.ports import SourceFacts
from waywarden.sight.redact import CROP
from waywarden.sight.scoring import EPOCH, open_pictures
from waywarden.sight.surface.looking import open_nobody
from waywarden.terms.places import Camera
from waywarden.terms.transient import Detections

WANTED = 0.99
"""So many of people's vehicle boxes are to be covered at ``WANTED_COVER`` and more."""
Pair = tuple[Detections, Known]


def redaction(folder: Path, every: int, weights: Path | None = None) -> dict[str, Any]:
    """Return what is hidden on the labelled pictures in ``folder``, of each clip and of all, to be printed as JSON.

    Each picture is taken for itself, as a picture that is kept is. ``covered`` is the share of people's vehicle boxes
    of which ``WANTED_COVER`` and more is hidden, ``hidden_share`` the mean share of a picture that is.

    Raises
    ------
    ConfigError, SourceError, WeightsError
        A layout that ``run.weighing.known`` does not know; a picture or weights that cannot be read.
    """
    network = own() if weights is None else weights
    pairs: list[Pair] = []
    sizes: list[tuple[int, int]] = []
    clips: dict[str, dict[str, Any]] = {}
    for material in find_known(folder):
        found = list(found_on(material, network, every))
        mine, of_size = [pair for pair, _ in found], [size for _, size in found]
        clips[material.pictures.stem] = {**cover(mine, of_size, CROP), "pictures": len(mine)}
        pairs, sizes = pairs + mine, sizes + of_size
    together = cover(pairs, sizes, CROP)
    return {
        "clips": clips,
        **together,
        "pictures": len(pairs),
        "wanted": WANTED,
        "wanted_cover": WANTED_COVER,
        "holds": together["covered"] is not None and together["covered"] >= WANTED,
        "weights": network.stem,
    }


def found_on(material: Stills | Clip, weights: Path, every: int) -> Iterator[tuple[Pair, tuple[int, int]]]:
    """Yield what is found and what is known of each picture, and its size (px)."""
    camera = Camera("scored", "scored", (str(material.pictures.resolve()),))
    openers = Openers(open_pictures, open_keeper, partial(seek_all, every=every), open_nobody)
    size = (0, 0)
    job = Job(Task.WATCH, camera, Path(), str(weights.resolve()), openers=openers)
    for item in messages(job, None):
        if isinstance(item, SourceFacts):
            size = (item.width, item.height)
        if isinstance(item, Detections):
            yield (item, material.known(round((item.at - EPOCH) / timedelta(seconds=1)), size)), size
