"""Pictures without road users, the only ones that may leave this room: a still of a street, a crop of a road.

A still is made in three steps, each of which stands in for what the one before cannot do:

1. the median over time of each pixel: whoever moves is gone, where the street is free more than half of the time;
2. what the object detector still finds (who stood still) is painted over from what surrounds it, again and again until
   nothing is found; if that does not come about there is no still;
3. at most ``WIDEST_PX`` wide, and ``WIDEST_UNSEEN_PX`` where the object detector can only see what moves: what nobody
   found is too small to know a face or a plate by.

A crop is made of a single picture, so nothing is known of what is behind a road user: wherever one may be becomes one
grey. It is given up where that is over the damage, or is most of it, and where the object detector, shown the very
JPEG that would be kept, finds anybody.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

import av
import numpy as np
import numpy.typing as npt

from waywarden.sight.frame import Frame, Picture, as_frame
from waywarden.sight.ports import ObjectDetector
from waywarden.terms.errors import SourceError
from waywarden.terms.pictures import KEPT_PX, WIDEST_PX, BoxPx, Crop, NotKept, RedactedJpeg, WhyNot
from waywarden.terms.redaction_key import REDACTION_KEY
from waywarden.terms.transient import BoxesPx, Scores

Mask = npt.NDArray[np.bool_]

WIDEST_UNSEEN_PX = 384
LEAST_FRAMES = 12
LEAST_SPAN_S = 5.0
MOST_FRAMES = 64
MOST_ROUNDS = 6
MOST_HIDDEN = 0.6
"""A still of which more than this share is filled in shows no street."""

PAINTED = 0.7
"""A find of which more than this share is paint is the paint: nothing of a road user is left in there."""

LARGE, EVEN = 0.25, 0.5
"""A find of more than this share of the picture, with less than an even score, is a network's misfire on the whole."""


@dataclass(frozen=True, slots=True)
class Care:
    """How much is hidden: boxes from ``least_score`` on (the common scale), grown by ``margin`` of their size on each
    side, and by two pixels: networks cut mirrors and shadows off. A box of ``SURE`` or more lies better, and is grown
    by ``sure_margin``, where there is one.

    ``waywarden weights score`` prints what the first two cover, ``waywarden road redaction`` what the third does.
    """

    least_score: float
    margin: float
    sure_margin: float | None = None


STILL = Care(0.1, 0.15)
"""Of a still that is looked at once, on which whoever moved is gone already."""
KEPT = Care(0.06, 0.3)
"""Of a single picture of which one look has to be enough: it hides ten things too many before it shows one too few."""
CROP = Care(0.07, 0.15, 0.08)
"""Of a picture that is kept, and was looked at as it is and mirrored. ``bench/redaction.py`` tunes it."""
SURE = 0.3
GREY = 128
"""What is hidden on a picture that is kept becomes this: everybody sees that something was."""


def median_still(
    frames: Iterable[Frame], object_detector: ObjectDetector, *, widest_px: int = WIDEST_PX
) -> RedactedJpeg:
    """Return the street without its road users, as a JPEG of at most ``widest_px`` pixels width and height.

    Parameters
    ----------
    frames : iterable of Frame
        Of one camera, in order of time; at most ``MOST_FRAMES``, spread evenly, are kept in memory.
    object_detector : ObjectDetector
        Is shown the median alone, so it must know road users by their looks; one that needs movement finds nobody.
    widest_px : int
        ``WIDEST_UNSEEN_PX`` where the object detector needs movement.

    Raises
    ------
    SourceError
        If there are fewer than ``LEAST_FRAMES`` frames, if they span less than ``LEAST_SPAN_S``, if the picture's size
        changes, or if the object detector still finds a road user after ``MOST_ROUNDS`` rounds of filling.
    """
    spread: list[tuple[datetime, Picture]] = []
    stride = 1
    for number, frame in enumerate(frames):
        if number % stride:
            continue
        spread.append((frame.at, frame.rgb(*_still_size(frame, widest_px))))
        if len(spread) > MOST_FRAMES:
            spread, stride = spread[::2], stride * 2
    still = _median(spread)
    return _jpeg(_filled(still, object_detector, spread[-1][0]))


def kept_crop(
    frame: Frame, found: tuple[BoxesPx, Scores], crop: Crop, object_detector: ObjectDetector
) -> RedactedJpeg | NotKept:
    """Return a part of a picture as a JPEG of at most ``KEPT_PX`` px, road users hidden; or why there is none.

    Parameters
    ----------
    frame : Frame
    found : boxes (n, 4) px of the frame and scores (n,)
        Wherever road users may be, as ``seeking`` finds them.
    crop : Crop
    object_detector : ObjectDetector
        Is shown the JPEG that would be kept, and finds nobody there as surely as on a still, but in the grey.
    """
    hidden = np.zeros((frame.height, frame.width), np.bool_)
    for area in hidden_areas(found, (frame.width, frame.height), CROP):
        hidden[area] = True
    if crop.damage_px is not None and hidden[_within(crop.damage_px, hidden)].any():
        return NotKept(WhyNot.ROAD_USER)
    part = _within(crop.part_px or (0, 0, frame.width, frame.height), hidden)
    if hidden[part].mean() > MOST_HIDDEN:
        return NotKept(WhyNot.MOSTLY_HIDDEN)
    covered = np.broadcast_to(hidden[part][..., None], (*hidden[part].shape, 3))
    # Filled before it is made small: nothing of what is hidden goes into the pixels beside it.
    filled = as_frame(np.where(covered, np.uint8(GREY), frame.rgb()[part]), frame.at)
    size = _still_size(filled, KEPT_PX)
    shown, grey = filled.rgb(*size), as_frame(covered * np.uint8(255), frame.at).rgb(*size)[..., 0] == 255
    boxes, scores, _ = object_detector.detect(_decoded(_encoded(shown), frame.at))
    again = [tuple(box) for box in boxes[scores >= STILL.least_score].tolist()]
    return NotKept(WhyNot.STILL_FOUND) if any(grey[_within(b, grey)].mean() < PAINTED for b in again) else _jpeg(shown)


def _within(box: BoxPx, picture: Mask) -> tuple[slice, slice]:
    """Return the rows and columns of a box on a picture: at least one of each, none beyond it."""
    height, width = picture.shape
    left, top = min(max(int(box[0]), 0), width - 1), min(max(int(box[1]), 0), height - 1)
    right, bottom = min(int(np.ceil(box[2])), width), min(int(np.ceil(box[3])), height)
    return np.s_[top : max(bottom, top + 1), left : max(right, left + 1)]


def _decoded(jpeg: bytes, at: datetime) -> Frame:
    decoder = av.CodecContext.create("mjpeg", "r")
    (picture, *_) = [*decoder.decode(av.Packet(jpeg)), *decoder.decode(None)]
    return Frame(picture, at, 0.0)


def _still_size(frame: Frame, widest_px: int) -> tuple[int, int]:
    """Return even width and height, as the encoder's half-size colours want them."""
    shrink = min(Fraction(1), Fraction(widest_px, frame.width), Fraction(widest_px, frame.height))
    return max(2, int(frame.width * shrink) // 2 * 2), max(2, int(frame.height * shrink) // 2 * 2)


def _median(spread: list[tuple[datetime, Picture]]) -> Picture:
    if len(spread) < LEAST_FRAMES:
        raise SourceError(
            f"a still wants {LEAST_FRAMES} frames or more to tell road users from the street, got {len(spread)}:"
            " let it watch longer"
        )
    span_s = (spread[-1][0] - spread[0][0]).total_seconds()
    if span_s < LEAST_SPAN_S:
        raise SourceError(
            f"a still wants {LEAST_SPAN_S:g} s or more to tell road users from the street, got {span_s:.1f} s:"
            " let it watch longer"
        )
    if len({picture.shape for _, picture in spread}) != 1:
        raise SourceError("the picture changed its size while a still was taken: take it again")
    return np.asarray(np.median(np.stack([picture for _, picture in spread]), axis=0), np.uint8)


def _filled(still: Picture, object_detector: ObjectDetector, at: datetime) -> Picture:
    """Return ``still`` with all that ``object_detector`` finds painted over, until it finds nothing more."""
    hidden = np.zeros(still.shape[:2], np.bool_)
    shown = still
    for _ in range(MOST_ROUNDS):
        seen = [area for area in _areas(object_detector, shown, at) if hidden[area].mean() < PAINTED]
        if not seen:
            return shown
        for area in seen:
            hidden[area] = True
        if hidden.mean() > MOST_HIDDEN:
            break
        shown = _painted(still, hidden)
    raise SourceError("road users cannot be removed from this camera's still: take it when there is less traffic")


def _painted(still: Picture, hidden: Mask) -> Picture:
    """Return ``still`` with each hidden pixel made from the nearest shown ones, by their distance.

    Nothing of what is hidden goes into it: the nearest shown pixels to the left, right, top and bottom are weighted by
    one over their distance (a coarse membrane).
    """
    total = np.zeros(still.shape, np.float32)
    weight = np.zeros((*still.shape[:2], 1), np.float32)
    for axis in (0, 1):
        for step in (1, -1):
            colours, distance = _nearest_shown(
                np.flip(still, axis) if step < 0 else still, np.flip(hidden, axis) if step < 0 else hidden, axis
            )
            if step < 0:
                colours, distance = np.flip(colours, axis), np.flip(distance, axis)
            share = np.where(distance > 0, 1 / np.maximum(distance, 1), 0).astype(np.float32)[..., None]
            total += share * colours
            weight += share
    filled = np.where(weight > 0, total / np.maximum(weight, 1e-6), still.mean(axis=(0, 1), where=~hidden[..., None]))
    return np.where(hidden[..., None], filled, still).astype(np.uint8)


def _nearest_shown(still: Picture, hidden: Mask, axis: int) -> tuple[Picture, npt.NDArray[np.int64]]:
    """Return the colour of the last shown pixel before each one along ``axis``, and how far it is; -1: none."""
    here = np.arange(still.shape[axis]).reshape((-1, 1) if axis == 0 else (1, -1))
    last = np.maximum.accumulate(np.where(hidden, -1, here), axis=axis)
    colours = np.take_along_axis(still, np.maximum(last, 0)[..., None], axis=axis)
    return colours, np.where(last >= 0, here - last, -1)


def _areas(object_detector: ObjectDetector, shown: Picture, at: datetime) -> list[tuple[slice, slice]]:
    """Return where road users are found on a still."""
    boxes, scores, _ = object_detector.detect(as_frame(shown, at))
    return hidden_areas((boxes, scores), (shown.shape[1], shown.shape[0]), STILL)


def hidden_areas(found: tuple[BoxesPx, Scores], size_px: tuple[int, int], care: Care) -> list[tuple[slice, slice]]:
    """Return rows and columns to hide on a picture of ``size_px`` (width, height).

    Each box (n, 4) px is grown as ``care`` has it; large ones of uncertain score (n,) are left out.
    """
    boxes, scores = found
    size = np.array(size_px)
    share = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1) / size.prod()
    taken = (scores >= care.least_score) & ((share < LARGE) | (scores >= EVEN))
    boxes, sure = boxes[taken], scores[taken, None] >= SURE
    margin = np.where(sure, care.margin if care.sure_margin is None else care.sure_margin, care.margin)
    grow = margin * (boxes[:, 2:] - boxes[:, :2]) + 2
    low = np.clip(np.floor(boxes[:, :2] - grow), 0, size - 1).astype(int)
    high = np.clip(np.ceil(boxes[:, 2:] + grow), low + 1, size).astype(int)
    return [np.s_[top:bottom, left:right] for (left, top), (right, bottom) in zip(low, high, strict=True)]


def _jpeg(still: Picture) -> RedactedJpeg:
    height, width = still.shape[:2]
    return RedactedJpeg(_encoded(still), width, height, key=REDACTION_KEY)


def _encoded(still: Picture) -> bytes:
    """Encode in memory; no file, no metadata."""
    height, width = still.shape[:2]
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height = width, height
    encoder.pix_fmt, encoder.time_base = "yuvj420p", Fraction(1, 25)
    encoder.options = {"qscale": "4", "flags": "+bitexact"}
    picture = av.VideoFrame.from_ndarray(still, format="rgb24").reformat(format="yuvj420p")
    packets = [*encoder.encode(picture), *encoder.encode(None)]
    return b"".join(bytes(packet) for packet in packets)
