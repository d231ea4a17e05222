"""Which frame source belongs to a camera, and how several recordings are played one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from waywarden.sight.frame import Frame
from waywarden.sight.ports import FrameSource, SourceFacts
from waywarden.sight.sources.stills import STILL_SUFFIXES, StillsSource
from waywarden.sight.sources.stream import LiveStream, is_live, redacted
from waywarden.sight.sources.video import GAP_MIN_S, VideoSource, time_in_name
from waywarden.terms.errors import SourceError
from waywarden.terms.places import Camera
from waywarden.terms.records import CameraHealth, HealthState


def open_source(camera: Camera, folder: Path) -> FrameSource:
    """Return the frame source of ``camera``; nothing is opened before it is asked for.

    Parameters
    ----------
    camera : Camera
        Each source is an address (``rtsp://``, ``http(s)://``), a folder of stills, or a recording.
    folder : Path
        What relative paths are relative to: the folder of city.toml.

    Raises
    ------
    SourceError
        No source; a live stream among several sources, or with a ``start``.
    """
    if not camera.sources:
        raise SourceError(f"camera {camera.id} has no source: write source = ... for it in city.toml")
    live = next((source for source in camera.sources if is_live(source)), None)
    if live is None:
        paths = [folder / source for source in camera.sources]
        if len(paths) == 1:
            return _recorded(paths[0], camera.id, camera.start)
        return PlayedInTurn(paths, camera.id, camera.start)
    if len(camera.sources) > 1:
        raise SourceError(
            f"camera {camera.id} lists {redacted(live)} among {len(camera.sources)} sources: "
            "a live stream never ends, so it must be the only one"
        )
    if camera.start is not None:
        raise SourceError(f"camera {camera.id} is live, so it has no start: take start out of city.toml")
    return LiveStream(live, camera.id)


class PlayedInTurn:
    """Recordings of one camera, played one after the other on one time line.

    A later recording starts when it says it does (its metadata or name), else where the one before it ended. If
    ``start`` is given, it sets the first one's clock right, and the later ones' by as much. File names know whole
    seconds: a recording that seems to start a little (no more than a gap) before the last one ended, follows it.

    Parameters
    ----------
    paths : sequence of Path
        Recordings and folders of stills, in order of time.
    camera_id : str
    start : datetime, optional
        Aware UTC time of the first frame.

    Raises
    ------
    SourceError
        At the end, if any recording could not be opened or read to its end; at once, if two overlap.
    """

    def __init__(self, paths: Sequence[Path], camera_id: str, start: datetime | None = None) -> None:
        self._paths = tuple(paths)
        self._camera_id = camera_id
        self._start = start

    def about(self) -> SourceFacts:
        """Open every recording; say what the first is, and how long all of them are."""
        first = _recorded(self._paths[0], self._camera_id, self._start).about()
        others = [_recorded(path, self._camera_id, first.start).about() for path in self._paths[1:]]
        lengths_s = [facts.duration_s for facts in (first, *others) if facts.duration_s is not None]
        return replace(first, duration_s=sum(lengths_s) if len(lengths_s) == len(self._paths) else None)

    def __iter__(self) -> Iterator[Frame | CameraHealth]:
        """Yield the frames of all recordings; one that cannot be opened becomes a health record, and it goes on."""
        line = _TimeLine(self._start)
        problems: list[str] = []
        for path in self._paths:
            begin = line.begin(path.name, _own_start(path, self._camera_id))
            told = False
            try:
                for item in self._one(path, line, begin):
                    told = True
                    yield item
            except SourceError as problem:
                problems.append(str(problem))
                line.broken = True
                if begin is not None and not told:
                    empty = path.is_file() and path.stat().st_size == 0
                    state = HealthState.EMPTY_FILE if empty else HealthState.NOT_A_PICTURE
                    yield CameraHealth(self._camera_id, begin, state, str(problem))
        if problems:
            raise SourceError(
                f"{len(problems)} of {len(self._paths)} sources of camera {self._camera_id} could not be read to the "
                f"end: {'; '.join(problems)}"
            )

    def _one(self, path: Path, line: _TimeLine, begin: datetime | None) -> Iterator[Frame | CameraHealth]:
        if begin is None and line.broken:
            raise SourceError(
                f"{path.name} does not say when it starts, and the recording before it was not read to its end: "
                "put its date and time into its name, as in 2026-01-31_07-00-00.mp4"
            )
        interval = timedelta(seconds=1 / _recorded(path, self._camera_id, begin).about().rate_hz)
        for item in _recorded(path, self._camera_id, begin, line.last):
            if isinstance(item, Frame):
                line.last, line.end = item.at, item.at + interval
            yield item


class _TimeLine:
    """Where the time line of recordings played in turn has got to."""

    def __init__(self, start: datetime | None) -> None:
        self.end = start
        self.last: datetime | None = None
        self.broken = False
        self._clock_error: timedelta | None = None

    def begin(self, name: str, own: datetime | None) -> datetime | None:
        """Return when the next recording starts, given what it says itself; None if that is not known."""
        if self._clock_error is None:
            self._clock_error = self.end - own if self.end and own else timedelta()
        if own is None:
            return None if self.broken else self.end
        right = own + self._clock_error
        if self.end is None or right >= self.end:
            return right
        if (self.end - right).total_seconds() > GAP_MIN_S:
            raise SourceError(
                f"{name} starts at {right:%Y-%m-%dT%H:%M:%SZ}, before the recording listed ahead of it ends "
                f"({self.end:%H:%M:%SZ}): list sources in order of time, each once"
            )
        return self.end


def _own_start(path: Path, camera_id: str) -> datetime | None:
    try:
        return _recorded(path, camera_id).own_start()
    except SourceError:
        return time_in_name(path.name)


def _recorded(
    path: Path, camera_id: str, start: datetime | None = None, after: datetime | None = None
) -> VideoSource | StillsSource:
    if path.is_dir() or path.suffix.lower() in STILL_SUFFIXES:
        return StillsSource(path, camera_id, start)
    return VideoSource(path, camera_id, start, after=after)
