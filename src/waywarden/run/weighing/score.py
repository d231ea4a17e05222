"""``waywarden weights score``: how good weights are on pictures whose truth is known.

The pictures are looked at in a sealed process, as everywhere; detections come out, and are compared out here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from waywarden.run.sealing.sealed import Job, Openers, Task, messages
from waywarden.run.weighing.cover import cover
from waywarden.run.weighing.known import Clip, Stills, find_known
from waywarden.run.weighing.precision import (
    LEAST_OVERLAP,
    LEAST_PX,
    VEHICLES,
    Known,
    average_precision,
    best_score,
    compared,
    overlaps,
    recall_at,
    reliability,
)
from waywarden.sight.ports import SourceFacts
from waywarden.sight.redact import KEPT, STILL
from waywarden.sight.scoring import EPOCH, look, ms_per_inference, open_network, open_pictures
from waywarden.terms.kinds import KINDS, Kind
from waywarden.terms.places import Camera
from waywarden.terms.transient import Detections
from waywarden.traffic.track import vote

VOTED: tuple[Kind, ...] = (Kind.CAR, Kind.BUS, Kind.TRUCK)
"""Classes that people drew, and of which a whole track's vote is asked. A van passes for a car or a truck: those who
drew knew no vans."""
SURE = 0.5
"""Detections at least this sure vote: the threshold at which tracks begin."""
LEAST_FRAMES = 10
"""Someone drawn on fewer pictures, or found on fewer, has no vote."""

Pair = tuple[Detections, Known]


def score(folder: Path, weights: Path, every: int = 1) -> dict[str, Any]:
    """Return what is known of ``weights`` on the labelled pictures in ``folder``, ready to be printed as JSON.

    Parameters
    ----------
    folder : Path
        In one of the two layouts of ``known``.
    weights : Path
        Any network that can be counted with.
    every : int
        Only every so manieth picture is scored.

    Raises
    ------
    ConfigError, SourceError, WeightsError
        A layout that is none of the two; a picture or weights that cannot be read.
    """
    pairs: list[Pair] = []
    sizes: list[tuple[int, int]] = []
    voted: list[tuple[Kind, Kind]] = []
    for material in find_known(folder):
        found = list(_pairs(material, weights, every))
        pairs += [pair for _, _, pair in found]
        sizes += [size for _, size, _ in found]
        if isinstance(material, Clip):
            voted += _votes(material, found)
    vehicles = compared(pairs, VEHICLES)
    network = open_network(str(weights))
    by_class = {kind: average_precision(compared(pairs, [kind])) for kind in KINDS[:7]}
    by_class = {
        kind: value if kind in network.kinds else None  # what it has no word for, it does not miss
        for kind, value in by_class.items()
        if value is not None
    }
    return {
        "ap50": _rounded(average_precision(vehicles)),
        "recall_at_p90": _rounded(recall_at(vehicles)),
        "by_class": {kind.value: _rounded(value) for kind, value in by_class.items()},
        "ms_per_inference": round(ms_per_inference(network), 2),
        "class_by_vote": _shares(voted),
        "best_score": _rounded(best_score(vehicles)),
        "reliability": reliability(vehicles),
        "redaction": {"still": cover(pairs, sizes, STILL), "kept": cover(pairs, sizes, KEPT)},
        "pictures": len(pairs),
        "boxes": vehicles.wanted,
        "least_px": LEAST_PX,
    }


def _pairs(material: Stills | Clip, weights: Path, every: int) -> Iterator[tuple[int, tuple[int, int], Pair]]:
    """Yield the number and size (px) of each picture, what is seen on it and what is known of it."""
    camera = Camera("scored", "scored", (str(material.pictures.resolve()),))
    openers = Openers(open_pictures, open_network, look, open_network)
    size = (0, 0)
    for item in messages(Job(Task.WATCH, camera, Path(), str(weights.resolve()), openers=openers), None):
        if isinstance(item, SourceFacts):
            size = (item.width, item.height)
        if isinstance(item, Detections):
            number = round((item.at - EPOCH) / timedelta(seconds=1))
            if number % every == 0:
                yield number, size, (item, material.known(number, size))


def _votes(clip: Clip, found: Sequence[tuple[int, tuple[int, int], Pair]]) -> list[tuple[Kind, Kind]]:
    """Return (what people say, what the vote says) of everyone drawn long enough."""
    votes: defaultdict[int, defaultdict[Kind, float]] = defaultdict(lambda: defaultdict(float))
    seen: defaultdict[int, int] = defaultdict(int)
    said: dict[int, Kind] = {}
    for number, _, (detections, known) in found:
        drawn = clip.frames.get(number, [])
        sure = detections.score >= SURE
        shares = overlaps(known.boxes, detections.xyxy_px[sure])
        for i, one in enumerate(drawn):
            said[one.owner] = one.kind
            if shares.shape[1] and shares[i].max() >= LEAST_OVERLAP:
                best = int(np.flatnonzero(sure)[shares[i].argmax()])
                votes[one.owner][KINDS[detections.kind[best]]] += float(detections.score[best])
                seen[one.owner] += 1
    return [(said[owner], vote(votes[owner])) for owner in votes if seen[owner] >= LEAST_FRAMES]


def _shares(voted: Sequence[tuple[Kind, Kind]]) -> dict[str, Any]:
    """Return for each class how many were right of how many, and the share of all."""
    passes = {Kind.CAR, Kind.TRUCK}
    asked = [(true, true if said is Kind.VAN and true in passes else said) for true, said in voted if true in VOTED]
    table: dict[str, Any] = {
        kind.value: [sum(true is said for true, said in asked if true is kind), sum(true is kind for true, _ in asked)]
        for kind in VOTED
    }
    return table | {"share": round(sum(true is said for true, said in asked) / len(asked), 3) if asked else None}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
