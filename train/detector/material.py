"""All that is learnt from, read or drawn or taught once, and how often each part is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np

from detector.pictures import TFL_CAMERAS, Picture, Sample, labelled_stills, made_up, taught_stills, tfl_samples
from detector.teachers import taught

TFL_EVERY = 3
SEEN_BEFORE = ("_20221020", "_20240129")
"""Unlabelled stills of these days are the labelled ones again."""
Mix = Mapping[str, tuple[float, Sequence[Sample]]]


@dataclass(frozen=True, slots=True)
class Material:
    """Machine-labelled stills, stills that teachers labelled, made-up frames, and the TfL frames by camera."""

    labelled: Sequence[Sample]
    taught: Sequence[Sample]
    made_up: Sequence[Sample]
    tfl: Mapping[str, Sequence[Sample]]

    def without_people(self) -> Mix:
        """Return the mix of the first course: nothing that a person drew."""
        return {"labelled": (0.4, self.labelled), "taught": (0.2, self.taught), "made up": (0.4, self.made_up)}

    def stills_alone(self) -> Mix:
        """Return real pictures alone."""
        return {"labelled": (0.67, self.labelled), "taught": (0.33, self.taught)}

    def made_up_alone(self) -> Mix:
        """Return made-up pictures alone."""
        return {"made up": (1.0, self.made_up)}

    def with_people(self, cameras: Sequence[str]) -> Mix:
        """Return the mix of the second course: people's boxes from these TfL cameras, and some of all the rest."""
        drawn = [one for camera in cameras for one in self.tfl[camera]]
        return {
            "people": (0.4, drawn),
            "labelled": (0.2, self.labelled),
            "taught": (0.12, self.taught),
            "made up": (0.28, self.made_up),
        }


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
