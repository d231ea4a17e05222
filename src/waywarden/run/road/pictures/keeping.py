"""Crops out of the sealed process, each redacted; and the pictures of a defect out of the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from waywarden.pavement.same.names import names_after, now_called
from waywarden.run.road.drives.inspecting import Left
from waywarden.run.sealing.sealed import Job, Openers, Task, messages
from waywarden.run.weighing.weights import own
from waywarden.sight.keeping import keep, open_keeper
from waywarden.sight.ports import FrameSource
from waywarden.sight.scoring import open_pictures
from waywarden.sight.sources.given import open_named
from waywarden.sight.sources.stills import STILL_SUFFIXES
from waywarden.sight.surface.looking import open_nobody
from waywarden.store.names import open_names
from waywarden.store.pictures import open_kept_pictures
from waywarden.terms.errors import SourceError
from waywarden.terms.pictures import Crop, KeptPicture, NewPicture, NotKept, PictureOf, RedactedJpeg, WhyNot
from waywarden.terms.places import Camera

SAID = {
    WhyNot.ROAD_USER: "with a road user over the damage",
    WhyNot.MOSTLY_HIDDEN: "mostly road users",
    WhyNot.STILL_FOUND: "on which a road user could still be found",
}
"""Why pictures are not kept, in words."""
OpenSource = Callable[[Camera, Path], FrameSource]


@dataclass(frozen=True, slots=True)
class Kept:
    """What came of the pictures of one drive: those that are kept, and how many are not, by reason."""

    pictures: tuple[NewPicture, ...]
    refused: Mapping[WhyNot, int]

    def said(self) -> str:
        """Return it in a line."""
        left_out = [f"{count} {SAID[why]}" for why, count in sorted(self.refused.items())]
        return f"{len(self.pictures)} pictures kept" + (f"; not kept: {', '.join(left_out)}" if left_out else "")


def keep_of_drive(folder: Path, left: Left) -> Kept:
    """Return a redacted picture of each sighting that is on a picture of the drive's folder, where there may be one."""
    if not left.shown:
        return Kept((), {})
    shown = sorted(left.shown, key=lambda each: each.picture)
    wanted: dict[int, list[Crop]] = {}
    for each in shown:
        wanted.setdefault(each.picture, []).append(each.crop)
    pictures: list[NewPicture] = []
    refused: Counter[WhyNot] = Counter()
    for each, got in zip(shown, crops(folder, wanted), strict=True):
        if isinstance(got, NotKept):
            refused[got.why] += 1
        else:
            pictures.append(NewPicture(PictureOf.DEFECT, each.sighting_id, each.at, got))
    return Kept(tuple(pictures), refused)


def crops(pictures: Path, wanted: Mapping[int, Sequence[Crop]]) -> Iterator[RedactedJpeg | NotKept]:
    """Yield the crops of a folder of pictures, in order of the pictures' numbers.

    Our own weights say what is to be hidden. Errors as ``run.sealing.sealed.watch_sealed``.
    """
    return _kept(str(pictures.resolve()), partial(open_pictures, only=frozenset(wanted)), wanted)


def keep_one(picture: Path, of: PictureOf, about_id: str, at: datetime) -> NewPicture:
    """Return one whole picture, redacted; SourceError where it may not be kept, with the reason."""
    if picture.suffix.lower() not in STILL_SUFFIXES:
        raise SourceError(f"{picture} is no picture that can be kept: give a jpg, png or webp")
    try:
        (got,) = _kept(str(picture.resolve()), open_named, {0: [Crop()]})
    except SourceError as error:
        raise SourceError(f"{picture}: {error}") from error
    if isinstance(got, NotKept):
        raise SourceError(f"{picture} is not kept, it is a picture {SAID[got.why]}: take one of the road alone")
    return NewPicture(of, about_id, at, got)


def _kept(
    source: str, open_source: OpenSource, wanted: Mapping[int, Sequence[Crop]]
) -> Iterator[RedactedJpeg | NotKept]:
    openers = Openers(open_source, open_keeper, partial(keep, wanted=wanted), open_nobody)
    camera = Camera("kept", "kept", (source,))
    job = Job(Task.KEEP, camera, Path(), str(own().resolve()), openers=openers)
    for item in messages(job, None):
        if isinstance(item, RedactedJpeg | NotKept):
            yield item


def pictures_of(store_file: Path, defect: str) -> list[KeptPicture]:
    """Return the pictures of a defect, whatever it was called, in order of time."""
    with closing(open_names(store_file, read_only=True)) as names:
        changes = [each.change for each in names.changes_about([defect])]
    called = {move.from_id for change in changes for move in change.moves if move.from_id is not None}
    mine = {name for name in called if now_called(name, changes) == defect}
    mine |= {sighting for sighting, name in names_after(changes).items() if name == defect}
    with closing(open_kept_pictures(store_file, read_only=True)) as pictures:
        return pictures.about({defect, *mine})
