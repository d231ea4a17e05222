"""CVAT for video 1.1: tracks that people drew, as boxes. Read, never written: it names tracks.

Source: CVAT's documentation of its XML annotation format, "Interpolation": ``annotations/track`` with ``id`` and
``label``, in it ``box`` with ``frame`` (from 0), ``outside`` (1: not in the picture), ``xtl``, ``ytl``, ``xbr``,
``ybr`` in pixels, and ``attribute``; of those ``type`` (or ``class``) is taken for the kind where it names one.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from waywarden.exchange.mot import MotBox, kind_of
from waywarden.exchange.surveys.members import number, whole
from waywarden.terms.kinds import Kind

_KIND_ATTRIBUTES = ("type", "class", "kind")


def from_cvat(raw: bytes) -> list[MotBox]:
    """Read the boxes of a file, in order of frames; ValueError says what was wanted."""
    try:
        # Entities that grow are refused by expat itself, from 2.4.1 on (CVE-2013-0340).
        root = ET.fromstring(raw)  # noqa: S314
    except ET.ParseError as fault:
        raise ValueError(f"it is no XML: {fault}") from fault
    if root.tag != "annotations":
        raise ValueError(f"CVAT's <annotations> was wanted, got <{root.tag[:40]}>")
    boxes = [box for track in root.iter("track") for box in _boxes(track)]
    if not boxes:
        raise ValueError("there is no box of a track in it; export it as CVAT for video 1.1")
    return sorted(boxes, key=lambda box: box.frame)


def _boxes(track: ET.Element) -> Iterator[MotBox]:
    for box in track.iter("box"):
        if box.get("outside") == "1":
            continue
        try:
            yield _box(track, box)
        except ValueError as fault:
            raise ValueError(f"a box of track {track.get('id')} at frame {box.get('frame')}: {fault}") from fault


def _box(track: ET.Element, box: ET.Element) -> MotBox:
    left, top, right, bottom = (number(box.attrib, name) for name in ("xtl", "ytl", "xbr", "ybr"))
    kind, size_px = _kind(track.get("label", ""), box), (right - left, bottom - top)
    return MotBox(whole(box.attrib, "frame"), whole(track.attrib, "id"), left, top, *size_px, score=1.0, kind=kind)


def _kind(label: str, box: ET.Element) -> Kind:
    said = {one.get("name", ""): (one.text or "").strip() for one in box.iter("attribute")}
    words = [*(said[name] for name in _KIND_ATTRIBUTES if name in said), label]
    kinds = [kind_of(word) for word in words]
    return next((kind for kind in kinds if kind is not Kind.UNCLASSIFIED), Kind.UNCLASSIFIED)
