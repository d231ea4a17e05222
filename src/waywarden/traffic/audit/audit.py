"""The random audit: the same tracker on every frame of a few spans, beside the one on sparing looks.

::

    looks  ---|--|-----|-|-||-|--|-----------|--   -> crossings -.
                     a span, all its frames                       >- where do they agree? -> IntervalCheck, by day
    full looks       ||||||||||||||||||            -> crossings -'
                     lead  compared  tail

The lead lets the second tracker know who is there already, the tail lets both say what they saw. What neither can
see, because the network does not, or because a gate is drawn where it should not be, the audit does not see either:
it is the error of looking seldom, and of no more. The check page (``waywarden audit``) gives the whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from waywarden.terms.kinds import ALL_CLASSES
from waywarden.terms.places import Camera
from waywarden.terms.records import Checker, Direction, IntervalCheck
from waywarden.terms.transient import Crossing, Detections, Passage
from waywarden.traffic.audit.matching import Agreement, Passed, Place, compared
from waywarden.traffic.finder import CrossingFinder

LEAD, TAIL = timedelta(seconds=3), timedelta(seconds=3)
"""Who is there when the second tracker begins was not born there; who is over the line is said within 2 s."""
WITHIN = timedelta(seconds=2)
"""Two crossings so near in time are one: sparing looks date one by the line between two boxes, or, where it was found
late, by when it was found (``finder.SAY_WITHIN``)."""
MOST_FAULTS = 0.1
"""With more than this share of its road users missed or extra, a span says that looks were too few. Not tuned."""

Day = tuple[datetime, int]
Sums = defaultdict[Day, tuple[float, defaultdict[Place, Agreement]]]


class DayChecks:
    """What was compared of a camera, by the city's days. Days add up."""

    def __init__(
        self, camera: Camera, time_zone: ZoneInfo, class_scheme: Mapping[str, str], checker: Checker, method: str
    ) -> None:
        self._camera, self._time_zone, self._class_scheme = camera, time_zone, class_scheme
        self._checker, self._method = checker, method
        self._sums: Sums = defaultdict(lambda: (0.0, defaultdict(Agreement)))
        self._changed: set[Day] = set()

    def passed(self, items: Iterable[Crossing | Passage]) -> list[Passed]:
        """Return the crossings among ``items`` in the classes that are published; movements are not compared."""
        return [
            Passed(one.gate_id, one.direction, one.at, self._class_scheme[one.kind])
            for one in items
            if isinstance(one, Crossing)
        ]

    def add(self, span: tuple[datetime, datetime], found: Mapping[Place, Agreement]) -> None:
        """Add what was found in ``span``; all of it belongs to the day in which it begins."""
        day = day_of(span[0], self._time_zone)
        checked_s, places = self._sums[day]
        for place, one in found.items():
            places[place] += one
        self._sums[day] = (checked_s + (span[1] - span[0]).total_seconds(), places)
        self._changed.add(day)

    def take_changed(self) -> list[IntervalCheck]:
        """Return the records of the days that changed since the last time, and forget those before the newest."""
        newest = max(self._sums, default=None)
        changed = [one for one in self.records() if (one.start, one.duration_s) in self._changed]
        self._changed.clear()
        for day in [day for day in self._sums if day != newest]:
            del self._sums[day]
        return changed

    def records(self) -> list[IntervalCheck]:
        """Return a record for each day, gate and way, and one for each class that either count has there."""
        return [
            self._record(day, checked_s, place, one)
            for day, (checked_s, places) in sorted(self._sums.items(), key=lambda item: item[0])
            for place, one in sorted((self._nobody() | places).items())
        ]

    def _nobody(self) -> dict[Place, Agreement]:
        return {(gate.id, way, ALL_CLASSES): Agreement() for gate in self._camera.gates for way in Direction}

    def _record(self, day: Day, checked_s: float, place: Place, one: Agreement) -> IntervalCheck:
        (start, duration_s), (gate_id, way, name) = day, place
        return IntervalCheck(
            camera_id=self._camera.id,
            gate_id=gate_id,
            direction=way,
            vehicle_class=name,
            start=start,
            duration_s=duration_s,
            checker=self._checker,
            checked_s=min(checked_s, duration_s),
            agreed=one.agreed,
            missed=one.missed,
            extra=one.extra,
            method=self._method,
        )


class Audit:
    """Two trackers of one camera, held against each other in the spans of which every frame was looked at.

    Parameters
    ----------
    new_finder : callable
        Makes the second tracker, the same as the first: one for each span.
    checks : DayChecks
        Takes what is found.
    on_span : callable
        Is told what was found in each span, all classes and gates together.
    """

    def __init__(
        self,
        new_finder: Callable[[], CrossingFinder],
        checks: DayChecks,
        on_span: Callable[[Agreement], None] = lambda _: None,
    ) -> None:
        self._new_finder, self._checks, self._on_span = new_finder, checks, on_span
        self._finder: CrossingFinder | None = None
        self._begun = self._last = datetime.min.replace(tzinfo=UTC)
        self._ours: list[Passed] = []
        self._second: list[Passed] = []

    def look(self, seen: Detections) -> None:
        """Take one frame of a span; the first one has watched no time (``watched_s`` 0)."""
        if self._finder is None or seen.watched_s == 0:
            self.close()
            self._finder, self._begun = self._new_finder(), seen.at
        self._last = seen.at
        self._second += self._checks.passed(self._finder.update(seen))

    def counted(self, items: Iterable[Crossing | Passage], said_until: datetime) -> None:
        """Take what the tracker on sparing looks found, which says nothing more from before ``said_until``."""
        if self._finder is None:
            return
        self._ours += self._checks.passed(items)
        if said_until > self._last + WITHIN:
            self.close()

    def close(self) -> None:
        """End the span, if there is one: whatever was compared is added up."""
        finder, self._finder = self._finder, None
        ours, self._ours = self._ours, []
        second, self._second = self._second, []
        if finder is None:
            return
        span = self._begun + LEAD, self._last - TAIL
        if span[0] >= span[1]:
            return
        second += self._checks.passed(finder.finish())
        found = compared(ours, second, span, WITHIN)
        self._checks.add(span, found)
        self._on_span(sum((one for place, one in found.items() if place[2] == ALL_CLASSES), Agreement()))


def wants_more_looks(found: Agreement) -> bool | None:
    """Return whether a span says that looks were too few, that they were enough, or, None, neither."""
    faults = found.missed + found.extra
    if faults == 0:
        return False if found.agreed else None
    return True if faults > MOST_FAULTS * (found.agreed + faults) else None


def day_of(at: datetime, time_zone: ZoneInfo) -> Day:
    """Return when the city's day that holds ``at`` begins (UTC), and how long it is: 23 to 25 hours."""
    midnight = at.astimezone(time_zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    after = (midnight + timedelta(days=1)).astimezone(UTC)
    start = midnight.astimezone(UTC)
    return start, round((after - start).total_seconds())
