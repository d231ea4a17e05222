"""One camera's counts while it is watched: what is sure so far, and what is still open."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import numpy as np

from waywarden.geo.homography import Homography
from waywarden.geo.projection import calibrate
from waywarden.run.city.picture import check_gates
from waywarden.run.watching.parts import Part
from waywarden.terms.errors import ConfigError
from waywarden.terms.places import Camera
from waywarden.terms.records import Checker, IntervalCheck, TrafficInterval
from waywarden.terms.transient import Crossing, Detections, FullLook, Passage, Unlooked
from waywarden.traffic.audit.audit import Audit, DayChecks
from waywarden.traffic.audit.matching import Agreement
from waywarden.traffic.finder import CrossingFinder
from waywarden.traffic.tally import Clock, IntervalTally

SAME_SHAPE = 0.02
"""Two pictures whose ratios of width to height differ by less than this share show the same view in another size."""
BACK = timedelta(seconds=1)
"""Time that runs back by more than this is a clock that was set back."""
LONG_AGO = datetime.min.replace(tzinfo=UTC)


class LiveCounts:
    """Detections of one camera to counts, over any number of connections, one after the other.

    A crossing is said a little after the fact (``CrossingFinder.said_until``). Until then neither it nor the seconds
    around it are counted as watched: whatever :meth:`take` returns is complete for the seconds that it says were
    watched, so a program that is killed after it was stored has counted exactly those.

    Parameters
    ----------
    camera : Camera
    clock : Clock
    class_scheme : mapping of kind to published class
    method : str
    on_span : callable
        Is told what each audited span found.
    """

    def __init__(
        self,
        camera: Camera,
        clock: Clock,
        class_scheme: Mapping[str, str],
        method: str,
        on_span: Callable[[Agreement], None] = lambda _: None,
    ) -> None:
        self._camera = camera
        self._checks = DayChecks(camera, clock.time_zone, class_scheme, Checker.EVERY_FRAME, method)
        self._audit = Audit(self._new_finder, self._checks, on_span)
        self._homography: Homography | None = calibrate(camera.calibration) if camera.calibration else None
        self._empty = IntervalTally(camera, clock, class_scheme, method)
        self._tally = self._empty + self._empty
        self._over: list[TrafficInterval] = []
        self._finder: CrossingFinder | None = None
        self._drawn_px: tuple[int, int] | None = None
        self._scale: float = 1.0
        self._spans: deque[tuple[datetime, float]] = deque()
        self._items: list[Crossing | Passage] = []
        self._sure = LONG_AGO
        self._last = LONG_AGO

    def begin(self, picture_px: tuple[int, int] | None) -> None:
        """Begin a connection whose pictures are ``picture_px`` (width, height); None, boxes alone, is refused.

        A picture of the same shape and another size than at first is the same view: its boxes are scaled to the
        pixels in which the gates are drawn.

        Raises
        ------
        ConfigError
            A gate lies outside the picture, or the picture has another shape than before.
        """
        self.end()
        if picture_px is None:
            raise ConfigError(f"camera {self._camera.id} has no picture: watch wants live streams (rtsp:// or http://)")
        self._drawn_px = self._drawn_px or picture_px
        check_gates(self._camera, *self._drawn_px)
        (wide, high), (was_wide, was_high) = picture_px, self._drawn_px
        if abs(wide * was_high / (high * was_wide) - 1) > SAME_SHAPE:
            raise ConfigError(
                f"the picture of camera {self._camera.id} was {was_wide}x{was_high} and is {wide}x{high}: another "
                "shape shows another view; set the camera back, or draw its gates anew and start again"
            )
        self._scale = was_wide / wide
        self._finder = self._new_finder()

    def update(self, seen: Detections | Unlooked | FullLook) -> None:
        """Take one frame, or the time of those that were not looked at, or a look of the audit."""
        if self._finder is None:
            return
        if isinstance(seen, FullLook):
            self._audit.look(self._scaled(seen.seen))
            return
        if seen.at + BACK < self._last:
            self._set_back()
        self._last = seen.at
        self._spans.append((seen.at, seen.watched_s))
        if isinstance(seen, Unlooked):
            return
        found = self._finder.update(self._scaled(seen))
        self._audit.counted(found, self._finder.said_until)
        self._items += found
        self._settle(self._finder.said_until)

    def end(self) -> None:
        """End the connection: what was waited for is said, and all that was watched is sure."""
        if self._finder is None:
            return
        found = self._finder.finish()
        self._audit.counted(found, self._finder.said_until)
        self._audit.close()
        self._items += found
        self._finder = None
        self._settle(None)

    def take(self) -> tuple[Part, Part]:
        """Return the records of intervals that are over, which are then forgotten, and of those that are not."""
        over = [*self._over, *self._tally.take_closed(self._sure)]
        self._over = []
        return over, self._tally.records()

    def take_checks(self) -> list[IntervalCheck]:
        """Return what the audit has found of each day that changed since the last time, all of it of this run."""
        return self._checks.take_changed()

    def _new_finder(self) -> CrossingFinder:
        return CrossingFinder(self._camera, self._homography, self._drawn_px)

    def _set_back(self) -> None:
        """Let what was counted stand, and begin anew: the clock was set back, so the same times will come again."""
        self._audit.close()
        self._settle(None)
        self._over += self._tally.records()
        self._tally = self._empty + self._empty
        self._sure = LONG_AGO

    def _settle(self, before: datetime | None) -> None:
        """Count what lies before ``before``; all of it where that is None."""
        sure = [item for item in self._items if before is None or item.at < before]
        self._items = [] if before is None else [item for item in self._items if item.at >= before]
        self._tally.add(sure)
        while self._spans and (before is None or self._spans[0][0] < before):
            at, watched_s = self._spans.popleft()
            left_s = 0.0 if before is None else (at - before).total_seconds() + watched_s
            if left_s > 0 and before is not None:
                self._spans.appendleft((before, left_s))
                watched_s -= left_s
            self._tally.watch(at, watched_s)
            self._sure = max(self._sure, at)
            if left_s > 0:
                break

    def _scaled(self, seen: Detections) -> Detections:
        if self._scale == 1.0:
            return seen
        xyxy_px = np.asarray(seen.xyxy_px * np.float32(self._scale), np.float32)
        return Detections(seen.camera_id, seen.at, seen.watched_s, xyxy_px, seen.score, seen.kind)
