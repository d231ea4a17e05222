"""Checks of counts on their way into the store: what is found of a day is added to what was found of it before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from waywarden.store.port import CheckFilter, RecordStore
from waywarden.terms.records import Checker, CheckKey, IntervalCheck, check_key

_Day = tuple[str, datetime, Checker]


def added(before: Iterable[IntervalCheck], more: Iterable[IntervalCheck]) -> list[IntervalCheck]:
    """Return the sum of two checks of one camera's day by one checker; what is no number is the latter's."""
    found: dict[CheckKey, IntervalCheck] = {}
    before, more = list(before), list(more)
    checked_s = sum(max((one.checked_s for one in part), default=0.0) for part in (before, more))
    for one in (*before, *more):
        old = found.get(check_key(one))
        found[check_key(one)] = (
            one
            if old is None
            else replace(
                one, agreed=old.agreed + one.agreed, missed=old.missed + one.missed, extra=old.extra + one.extra
            )
        )
    return [replace(one, checked_s=min(checked_s, one.duration_s)) for one in found.values()]


def by_day(checks: Iterable[IntervalCheck]) -> dict[_Day, list[IntervalCheck]]:
    """Return checks by camera, day and checker."""
    days: dict[_Day, list[IntervalCheck]] = {}
    for one in checks:
        days.setdefault((one.camera_id, one.start, one.checker), []).append(one)
    return days


def stored_of(store: RecordStore, day: _Day) -> list[IntervalCheck]:
    """Return what is stored of a camera's day by one checker."""
    camera_id, start, checker = day
    wanted = CheckFilter(camera_id, since=start, until=start + timedelta(seconds=1))
    return [one for one in store.checks(wanted) if one.checker is checker]


def add_to_stored(store: RecordStore, checks: Iterable[IntervalCheck]) -> None:
    """Add ``checks``, which are new, to what is stored of their days."""
    for day, more in by_day(checks).items():
        store.append_checks(added(stored_of(store, day), more))


class CheckKeeper:
    """Keeps checks that grow: what an earlier run of the program left of a day, and what this one has found of it."""

    def __init__(self, store: RecordStore) -> None:
        self._store = store
        self._left: dict[_Day, list[IntervalCheck]] = {}
        self._due: dict[_Day, Sequence[IntervalCheck]] = {}

    def take(self, checks: Iterable[IntervalCheck]) -> None:
        """Take all that this run has found of the days that changed."""
        self._due.update(by_day(checks))

    def keep(self) -> None:
        """Store what changed; StoreError, and nothing forgotten, where that cannot be done."""
        for day, found in list(self._due.items()):
            if day not in self._left:
                self._left[day] = stored_of(self._store, day)
            self._store.append_checks(added(self._left[day], found))
            del self._due[day]
            for old in [old for old in self._left if old[0] == day[0] and old[1] < day[1]]:
                del self._left[old]
