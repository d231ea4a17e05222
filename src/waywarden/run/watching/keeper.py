"""Keeps what the cameras counted: into the store while that goes, in memory while it does not, and nothing twice.

An interval that is begun by one run of the program and ended by another is the sum of what both watched
(``parts``). What is stored grows with each :meth:`Keeper.keep`, in one transaction, so a run that is killed leaves
what it last kept, whole, and the next one adds to it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from waywarden.run.counting.checked import CheckKeeper
from waywarden.run.watching.parts import Part, added, by_start, fits, observed_s
from waywarden.store.port import IntervalFilter, RecordStore
from waywarden.terms.errors import StoreError
from waywarden.terms.records import CameraHealth, IntervalCheck, TrafficInterval

MOST_WAITING_ROWS = 100_000
"""So many rows wait in memory for a store that takes none, about 50 MB: a day of 10 cameras of 10 gates. Then the
oldest intervals are dropped."""
MOST_WAITING_HEALTH = 10_000
MOMENT = timedelta(microseconds=1)

_Key = tuple[str, datetime]


@dataclass(slots=True)
class _Bin:
    """One camera's interval on its way into the store. ``stored`` is what an earlier run left; None: not looked yet."""

    stored: Part | None = None
    over: list[Part] = field(default_factory=list)
    current: Part = ()
    due: bool = True

    def parts(self) -> list[Part]:
        return [part for part in (self.stored or (), *self.over, self.current) if part]

    def take(self, part: Part, *, is_over: bool) -> None:
        if not is_over:
            self.due = self.due or list(part) != list(self.current)
            self.current = part
            return
        self.over.append(part)
        self.current, self.due = (), True

    def refuse_what_does_not_fit(self) -> float:
        """Take out parts that watched the same time again; return how many seconds of watching that costs."""
        kept: list[Part] = [self.stored] if self.stored else []
        lost_s = 0.0
        fitting: list[Part] = []
        for part in self.over:
            if fits([*kept, part]):
                kept.append(part)
                fitting.append(part)
            else:
                lost_s += observed_s(part)
        self.over = fitting
        if self.current and not fits([*kept, self.current]):
            lost_s += observed_s(self.current)
            self.current = ()
        return lost_s


class Keeper:
    """Takes the parts of all cameras and keeps their sums in ``store``; used by one thread.

    ``lost_s`` is how many watched seconds of each camera had to be dropped: because the store took nothing for too
    long, or because the clock was set back and an interval was full already.
    """

    def __init__(self, store: RecordStore, most_waiting_rows: int = MOST_WAITING_ROWS) -> None:
        self._store = store
        self._most_waiting_rows = most_waiting_rows
        self._bins: dict[_Key, _Bin] = {}
        self._health: list[CameraHealth] = []
        self._checks = CheckKeeper(store)
        self.lost_s: defaultdict[str, float] = defaultdict(float)
        self.waiting_rows = 0

    def take(self, camera_id: str, over: Part, current: Part, health: Iterable[CameraHealth]) -> None:
        """Take what a camera's counts gave (``LiveCounts.take``), and its changes of health."""
        for part, is_over in ((over, True), (current, False)):
            for start, rows in by_start(part).items():
                self._bins.setdefault((camera_id, start), _Bin()).take(rows, is_over=is_over)
        self._health += health

    def take_checks(self, checks: Iterable[IntervalCheck]) -> None:
        """Take what the audit of a camera has found so far of the days that changed."""
        self._checks.take(checks)

    def keep(self) -> StoreError | None:
        """Store what is not stored yet; return what is the matter where that cannot be done, and try again later."""
        trouble = None
        try:
            self._store.append(self._sums())
            self._store.append_health(self._health)
            self._checks.keep()
        except StoreError as fault:
            trouble = fault
        else:
            self._health.clear()
            self._forget()
        self._drop_oldest()
        self.waiting_rows = sum(len(part) for each in self._bins.values() if each.due for part in each.parts())
        return trouble

    def _sums(self) -> list[TrafficInterval]:
        """Return each interval that changed as it is to be stored, after looking up what is there already."""
        rows: list[TrafficInterval] = []
        for (camera_id, start), each in self._bins.items():
            if not each.due:
                continue
            if each.stored is None:
                each.stored = self._store.intervals(IntervalFilter(camera_id, since=start, until=start + MOMENT))
            self._lose(camera_id, each.refuse_what_does_not_fit())
            rows += added(each.parts())
        return rows

    def _forget(self) -> None:
        """Forget what is stored and over: should its time come again, it is what an earlier run left."""
        for key, each in list(self._bins.items()):
            each.due = False
            if not each.current:
                del self._bins[key]

    def _drop_oldest(self) -> None:
        rows = sum(len(part) for each in self._bins.values() for part in each.parts())
        for key in sorted(self._bins, key=lambda key: key[1]):
            if rows <= self._most_waiting_rows:
                break
            each = self._bins[key]
            if each.current:
                continue
            rows -= sum(len(part) for part in each.parts())
            self._lose(key[0], sum(observed_s(part) for part in each.over))
            del self._bins[key]
        del self._health[:-MOST_WAITING_HEALTH]

    def _lose(self, camera_id: str, seconds: float) -> None:
        if seconds > 0:
            self.lost_s[camera_id] += seconds
