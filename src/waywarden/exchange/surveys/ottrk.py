"""OpenTrafficCam's tracks (.ottrk of OTVision) as boxes. Read, never written: it names tracks.

Source: OTVision's ``dataformat``: bzip2 JSON (unpacked by the caller) of ``metadata`` and ``data.detections``, each
with ``track-id``, ``frame`` (from 1), ``class``, ``confidence``, ``x y w h`` in pixels. ``x y`` are the box's middle in
``otdet_version`` 1.0, and its left upper corner from 1.1 on.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from waywarden.exchange.mot import MotBox, kind_of

_CENTRED = "1.0"


def from_ottrk(text: str) -> tuple[list[MotBox], float | None]:
    """Return the boxes of a file in order of frames, and its frames a second where it says them.

    Raises
    ------
    ValueError
        If it is no such file, or holds no box.
    """
    try:
        whole = json.loads(text)
        about = whole["metadata"]
        centred = str(about.get("otdet_version", _CENTRED)) == _CENTRED
        boxes = [_box(one, centred=centred) for one in whole["data"]["detections"]]
        rate_hz = _rate_hz(about.get("video", about.get("vid", {})))
    except (KeyError, TypeError, AttributeError) as fault:
        raise ValueError(f"it is no .ottrk: {fault} is missing or of another sort") from fault
    if not boxes:
        raise ValueError("there is no box in it: write it anew, of a video with road users on it")
    return sorted(boxes, key=lambda box: box.frame), rate_hz


def _box(one: Mapping[str, Any], *, centred: bool) -> MotBox:
    x, y, width, height = (float(one[name]) for name in ("x", "y", "w", "h"))
    if not (all(map(math.isfinite, (x, y))) and width > 0 and height > 0):
        raise ValueError(f"a box is wider and higher than 0, got {width:g} x {height:g} at frame {one['frame']}")
    left, top = (x - width / 2, y - height / 2) if centred else (x, y)
    kind = kind_of(str(one["class"]))
    return MotBox(int(one["frame"]), int(one["track-id"]), left, top, width, height, float(one["confidence"]), kind)


def _rate_hz(video: Mapping[str, Any]) -> float | None:
    said = video.get("actual_fps") or video.get("recorded_fps")
    return float(said) if said else None
