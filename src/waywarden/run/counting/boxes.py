"""Counting boxes instead of a video: somebody's file of boxes in, the same tidy rows out.

The file is read by ``exchange.mot``, or by ``cvat`` or ``ottrk`` of ``exchange.surveys``, gates by its ``otflow`` and
``opendatacam``.
From there on a file of boxes is a camera like any other, whose pictures somebody else has looked at. No picture is
opened, so nothing is sealed.
"""

from __future__ import annotations

import bz2
import math
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path

import numpy as np

from waywarden.exchange.mot import NOBODYS, MotBox, from_mot
from waywarden.exchange.surveys.cvat import from_cvat
from waywarden.exchange.surveys.opendatacam import areas_as_gates
from waywarden.exchange.surveys.otflow import from_otflow
from waywarden.exchange.surveys.ottrk import from_ottrk
from waywarden.run.city.city_keys import CLASS_SCHEMES, DEFAULT_SCHEME
from waywarden.run.counting.count import CountJob, Watching, count_camera
from waywarden.run.counting.others import on_our_scale, once_each
from waywarden.terms.errors import ConfigError, SourceError
from waywarden.terms.kinds import kind_number
from waywarden.terms.places import Camera, City, Gate, Movement
from waywarden.terms.records import CameraHealth, TrafficInterval
from waywarden.terms.transient import Detections
from waywarden.traffic.boxes import Followed

START = datetime(1970, 1, 1, tzinfo=UTC)
"""A file of boxes has no date: its first frame is at this time."""
LEAST_RATE_HZ, MOST_RATE_HZ = 0.1, 1000.0
"""More rarely seen, nobody is waited for from one frame to the next."""
MOST_DAYS = 400.0
"""Intervals are laid out for all the time that a file covers, and no survey covers more."""
CVAT, OTTRK, OTFLOW, OPENDATACAM = ".xml", ".ottrk", ".otflow", ".json"
EMPTIED_S = 15.0
"""Nobody is waited for so long."""


@dataclass(frozen=True, slots=True)
class BoxesJob:
    """Which file, how many frames a second it has, over which gates and movements, in intervals of how many minutes."""

    path: Path
    rate_hz: float
    gates: tuple[Gate, ...]
    bin_min: int
    movements: tuple[Movement, ...] = ()


def refuse_words_of_a_city(words: Mapping[str, object]) -> None:
    """Raise ConfigError if any of the options that are of cameras was given."""
    given = [word for word, value in words.items() if value is not None]
    if given:
        raise ConfigError(f"--mot counts a file of boxes, which goes without {', '.join(given)}: leave that out")


def refuse_words_of_boxes(words: Mapping[str, object]) -> None:
    """Raise ConfigError if any of the options that are of ``--mot`` was given without it."""
    given = [word for word, value in words.items() if value is not None]
    if given:
        words_given = " and ".join(given)
        raise ConfigError(f"only --mot, a file of boxes, goes with {words_given}: give that, or leave this out")


def boxes_job(path: Path, rate_hz: float | None, gates: Sequence[str], bin_min: int) -> BoxesJob:
    """Return the job that was asked for in words; ConfigError says which of them was wrong."""
    if rate_hz is None:
        rate_hz = rate_said(path)
    if rate_hz is None or not LEAST_RATE_HZ <= rate_hz <= MOST_RATE_HZ:
        wanted = f"the frames a second of {path.name} ({LEAST_RATE_HZ:g} to {MOST_RATE_HZ:g})"
        raise ConfigError(f"--mot wants --fps, {wanted}, got {rate_hz}: add it")
    if not gates:
        raise ConfigError('--mot wants at least one --gate "x1,y1,x2,y2", in pixels, got none: add it')
    found: list[Gate] = []
    movements: list[Movement] = []
    for n, text in enumerate(gates, start=1):
        if text.lower().endswith((OTFLOW, OPENDATACAM)):
            of_file, flows = _lines_of(Path(text))
            found, movements = found + of_file, movements + flows
        else:
            found.append(_gate(text, f"gate-{n}" if len(gates) > 1 else "gate"))
    if len({gate.id for gate in found}) < len(found):
        raise ConfigError(f"gates have different names, got {', '.join(gate.id for gate in found)}: rename one")
    return BoxesJob(path, rate_hz, tuple(found), bin_min, tuple(movements))


def _lines_of(path: Path) -> tuple[list[Gate], list[Movement]]:
    """Read the gates and movements of an .otflow, or OpenDataCam's areas; ConfigError says what is wrong with it."""
    try:
        text = path.read_bytes().decode("utf-8")
        return from_otflow(text) if path.suffix.lower() == OTFLOW else (areas_as_gates(text), [])
    except OSError as fault:
        raise ConfigError(f"cannot read the gates of {path}: {fault.strerror}; check the path") from fault
    except ValueError as fault:
        raise ConfigError(f"cannot read the gates of {path}: {fault}") from fault


def _gate(text: str, name: str) -> Gate:
    """Return the gate that ``x1,y1,x2,y2`` or ``name=x1,y1,x2,y2`` says."""
    before, equals, after = text.rpartition("=")
    try:
        x1, y1, x2, y2 = (float(part) for part in after.split(","))
    except ValueError:
        x1 = y1 = x2 = y2 = math.nan
    if not all(map(math.isfinite, (x1, y1, x2, y2))) or (x1, y1) == (x2, y2):
        raise ConfigError(f'--gate wants "x1,y1,x2,y2", two different points in pixels, got "{text}"')
    return Gate(before.strip() if equals and before.strip() else name, (x1, y1), (x2, y2))


def count_boxes(asked: BoxesJob) -> list[TrafficInterval]:
    """Count a file of boxes; SourceError if it cannot be read. The camera is called as the file is, without its end."""
    boxes, _ = _read(asked.path)
    days = boxes[-1].frame / asked.rate_hz / 86400
    if days > MOST_DAYS:
        what = f"its last frame, {boxes[-1].frame}, is of {days:.0f} days later at {asked.rate_hz:g} frames a second"
        raise SourceError(f"cannot count {asked.path}: {what}; check --fps, or cut the file into parts")
    camera = Camera(asked.path.stem, asked.path.name, (), START, gates=asked.gates, movements=asked.movements)
    city = City("boxes", "UTC", (camera,), CLASS_SCHEMES[DEFAULT_SCHEME])
    job = CountJob(city, asked.path.parent, "boxes", f"boxes of {asked.path.name}", asked.bin_min)
    seen = _seen(on_our_scale(boxes), camera.id, asked.rate_hz)
    counted = count_camera(job, camera, lambda _job, _camera: Watching(None, None, seen))
    if counted.trouble is not None:
        raise counted.trouble
    return counted.records


def rate_said(path: Path) -> float | None:
    """Return the frames a second that the file itself says; only an .ottrk does."""
    return _read(path)[1] if path.suffix.lower() == OTTRK else None


def _read(path: Path) -> tuple[list[MotBox], float | None]:
    """Read the boxes of a file by the end of its name, and its frames a second where it says them."""
    try:
        raw = path.read_bytes()
        if path.suffix.lower() == OTTRK:
            return from_ottrk(bz2.decompress(raw).decode("utf-8"))
        return (from_cvat(raw) if path.suffix.lower() == CVAT else from_mot(raw.decode("utf-8"))), None
    except OSError as fault:
        why = fault.strerror or "it is no bzip2"
        raise SourceError(f"cannot read the boxes of {path}: {why}; check the path") from fault
    except UnicodeDecodeError as fault:
        raise SourceError(f"cannot read the boxes of {path}: it is no text; a file of MOT rows is wanted") from fault
    except ValueError as fault:
        raise SourceError(f"cannot read the boxes of {path}: {fault}") from fault


def _seen(boxes: Sequence[MotBox], camera_id: str, rate_hz: float) -> Generator[Detections | CameraHealth]:
    """Yield the frames in which there are boxes, and the empty stretches between them."""
    first = due = min(1, boxes[0].frame)
    for frame, seen in groupby(boxes, key=lambda box: box.frame):
        for begin, end in _stretches(due, frame, rate_hz):
            yield _detections([], camera_id, _time(begin - first, rate_hz), (end - begin) / rate_hz)
        yield _detections(once_each(list(seen)), camera_id, _time(frame - first, rate_hz), 1 / rate_hz)
        due = frame + 1


def _stretches(begin: int, end: int, rate_hz: float) -> Iterator[tuple[int, int]]:
    """Yield an empty stretch of frames in parts: of a second while somebody may be waited for, then of an hour."""
    begun = begin
    while begin < end:
        part_s = 1.0 if begin - begun < EMPTIED_S * rate_hz else 3600.0
        upto = min(end, begin + max(1, int(part_s * rate_hz)))
        yield begin, upto
        begin = upto


def _time(frames: int, rate_hz: float) -> datetime:
    return START + timedelta(seconds=frames / rate_hz)


def _detections(seen: Sequence[MotBox], camera_id: str, at: datetime, watched_s: float) -> Followed:
    corners = [(box.left_px, box.top_px, box.left_px + box.width_px, box.top_px + box.height_px) for box in seen]
    # Whatever somebody followed is somebody, however unsure they were of it.
    scores = [box.score if box.number == NOBODYS else 1.0 for box in seen]
    return Followed(
        camera_id,
        at,
        watched_s,
        np.array(corners, np.float32).reshape(-1, 4),
        np.array(scores, np.float32),
        np.array([kind_number(box.kind) for box in seen], np.int8),
        np.array([box.number for box in seen], np.int64),
    )
