"""All that is learnt from, read or drawn or taught once, and how often each part is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import av
import cv2
import numpy as np

from detector.batches import Mix
from detector.pictures import (
    TFL_CAMERAS,
    UNKNOWN,
    Picture,
    Sample,
    labelled_stills,
    made_up,
    taught_stills,
    tfl_samples,
)
from detector.teachers import taught

TFL_EVERY = 3
DOUBT = 0.55
"""What one teacher saw alone is ignored from this score on."""
SEEN_BEFORE = ("_20221020", "_20240129")
"""Unlabelled stills of these days are the labelled ones again."""


@dataclass(frozen=True, slots=True)
class Material:
    """Machine-labelled stills, stills that teachers labelled, made-up frames and empty ones, TfL frames by camera."""

    labelled: Sequence[Sample]
    taught: Sequence[Sample]
    made_up: Sequence[Sample]
    empty: Sequence[Sample]
    tfl: Mapping[str, Sequence[Sample]]

    def without_people(self) -> Mix:
        """Return a mix in which nothing is that a person drew."""
        return {"labelled": (0.4, self.labelled), "taught": (0.2, self.taught), "made up": (0.4, self.made_up)}

    def stills(self) -> Mix:
        """Return real pictures alone, with labels of machines."""
        return {"labelled": (0.6, self.labelled), "taught": (0.4, self.taught)}

    def stills_without_kinds(self) -> Mix:
        """Return real pictures of whose road users nobody says what they are."""
        return {
            name: (share, [replace(one, kinds=np.full_like(one.kinds, UNKNOWN)) for one in group])
            for name, (share, group) in self.stills().items()
        }

    def exact(self, cameras: Sequence[str] = ()) -> Mix:
        """Return pictures whose boxes are exact: made-up streets, and half of them people's boxes of TfL cameras."""
        drawn = {"people": (1.0, [one for camera in cameras for one in self.tfl[camera]])} if cameras else {}
        return {"made up": (1.0, self.made_up), **drawn}

    def exact_and_empty(self) -> Mix:
        """Return made-up streets, a third of them without anybody."""
        return {"made up": (2.0, self.made_up), "empty": (1.0, self.empty)}

    def all_of_it(self) -> Sequence[Sample]:
        """Return every sample of `without_people`."""
        return [one for _, group in self.without_people().values() for one in group]


def gather(shared: Path, work: Path, least: float) -> Material:
    """Return all material; made-up clips and the teachers' labels are kept in ``work`` for the next time.

    ``least``: what one teacher saw alone is ignored from this score on, and taken for nothing below it.
    """
    stills = shared / "data/street_stills"
    files = [
        p for p in sorted((stills / "unlabelled").rglob("*.webp")) if not any(day in p.stem for day in SEEN_BEFORE)
    ]
    labelled = stills / "lta_machine_labelled/lta_sg"
    more = sorted(labelled.rglob("*.webp"))
    told = taught(shared / "weights", _pictures([*files, *more], shared / "data/tfl"), work / "taught.json")
    return Material(
        [one for part in ("train", "dev") for one in labelled_stills(labelled / part, told, least)],
        list(taught_stills(files, told, least)),
        list(made_up(work / "streets")),
        list(made_up(work / "streets", empty=True)),
        {camera: list(tfl_samples(shared / "data/tfl", [camera], TFL_EVERY, told)) for camera in TFL_CAMERAS},
    )


def _pictures(files: Sequence[Path], tfl: Path) -> Iterator[tuple[str, Picture]]:
    for file in files:
        yield file.stem, cv2.imread(str(file))
    for camera in TFL_CAMERAS:
        (clip,) = tfl.glob(f"*.{camera}.mp4")
        with av.open(str(clip)) as container:
            for number, frame in enumerate(container.decode(video=0)):
                if number % TFL_EVERY == 0:
                    yield f"tfl-{camera}-{number}", np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)
