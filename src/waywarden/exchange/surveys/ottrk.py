"""OpenTrafficCam's tracks (.ottrk of OTVision) as boxes. Read, never written: it names tracks.

Source: OTVision's ``dataformat``: bzip2 JSON (unpacked by the caller) of ``metadata`` and ``data.detections``, each
with ``track-id``, ``frame`` (from 1), ``class``, ``confidence``, ``x y w h`` in pixels. ``x y`` are the box's middle in
``otdet_version`` 1.0, and its left upper corner from 1.1 on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from waywarden.exchange.mot import MotBox, kind_of
from waywarden.exchange.surveys.members import misshapen, number, whole

_CENTRED = "1.0"


def from_ottrk(text: str) -> tuple[list[MotBox], float | None]:
    """Return the boxes of a file in order of frames, and its frames a second where it says them.

    Raises
    ------
    ValueError
        If it is no such file, or holds no box.
    """
    try:
        of_file = json.loads(text)
        about = of_file["metadata"]
        centred = str(about.get("otdet_version", _CENTRED)) == _CENTRED
        boxes = [_box(n, one, centred=centred) for n, one in enumerate(of_file["data"]["detections"], start=1)]
        rate_hz = _rate_hz(about.get("video", about.get("vid", {})))
    except (KeyError, TypeError, AttributeError) as fault:
        raise misshapen("it is no .ottrk", fault) from fault
    if not boxes:
        raise ValueError("there is no box in it: write it anew, of a video with road users on it")
    return sorted(boxes, key=lambda box: box.frame), rate_hz


def _box(n: int, one: Mapping[str, Any], *, centred: bool) -> MotBox:
    kind = kind_of(str(one["class"]))
    try:
        x, y, width, height, score = (number(one, name) for name in ("x", "y", "w", "h", "confidence"))
        left, top = (x - width / 2, y - height / 2) if centred else (x, y)
        return MotBox(whole(one, "frame"), whole(one, "track-id"), left, top, width, height, score, kind)
    except ValueError as fault:
        raise ValueError(f"detection {n}: {fault}") from fault


def _rate_hz(video: Mapping[str, Any]) -> float | None:
    said = [name for name in ("actual_fps", "recorded_fps") if video.get(name)]
    return number(video, said[0]) if said else None
