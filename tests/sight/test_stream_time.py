"""The time of a live stream: near the system's clock, never back, and honest where the clock is set."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waywarden.sight.sources.stream_time import LOOK_BACK_S, SET_S, StreamTime
from waywarden.sight.sources.video import PresentationClock
from waywarden.terms.errors import SourceError
from waywarden.testing.checks_source import utc

START = utc("2024-05-06 07:08:09")
RATE_HZ = 5


class Street:
    """A camera whose crystal is ``fast`` by a share, whose pictures come late, and a system clock that is set."""

    def __init__(self, fast: float = 0.0, late_s=lambda _: 0.0) -> None:
        self.fast, self.late_s = fast, late_s
        self.set_s = 0.0
        self._time: StreamTime | None = None
        self._number = 0

    def truth(self) -> datetime:
        return START + timedelta(seconds=self._number / RATE_HZ + self.set_s)

    def next(self) -> tuple[datetime, float] | None:
        self._number += 1
        boot_s = self._number / RATE_HZ + self.late_s(self._number)
        now = START + timedelta(seconds=boot_s + self.set_s)
        if self._time is None:
            self._time = StreamTime(PresentationClock(now, 1 / RATE_HZ), now, boot_s)
        return self._time.place(self._number / RATE_HZ * (1 + self.fast), now, boot_s)


@settings(max_examples=15)
@given(st.floats(-200e-6, 200e-6), st.lists(st.floats(0, 3), min_size=7, max_size=7))
def test_a_day_of_a_bad_crystal_and_a_bad_network_stays_near_the_clock_and_loses_nothing(fast, late) -> None:
    street = Street(fast, lambda number: late[number % 7] - min(late))
    placed = [street.next() for _ in range(RATE_HZ * 600)]
    street._number += RATE_HZ * 3600  # an hour in which nobody looks, and the crystal errs by up to 0.7 s
    street.next()
    placed += [street.next() for _ in range(RATE_HZ * 1800)]
    times = [at for at, _ in filter(None, placed)]
    assert len(times) == len(placed)
    assert times == sorted(set(times))
    assert all(0 < watched_s < 0.3 for _, watched_s in placed)
    worst_s = max(late) - min(late)
    assert abs((times[-1] - street.truth()).total_seconds()) < 0.5 + worst_s


def test_a_clock_that_is_set_forward_is_a_gap_and_then_right() -> None:
    street = Street()
    for _ in range(50):
        street.next()
    street.set_s = 3600.0
    assert street.next() == (street.truth(), 0.0)
    after = [street.next() for _ in range(RATE_HZ * 200)]
    assert all(watched_s == pytest.approx(0.2) for _, watched_s in after)
    assert after[-1][0] == street.truth()


def test_a_clock_that_is_set_back_ends_the_connection_in_words() -> None:
    street = Street()
    street.next()
    street.set_s = -3600.0
    with pytest.raises(SourceError, match="set back by 3600 s: the connection begins anew"):
        street.next()


@given(st.floats(-SET_S + 0.1, SET_S - 0.1))
def test_a_clock_that_is_set_by_little_costs_nothing(slewed_s: float) -> None:
    street = Street()
    street.next()
    street.set_s = slewed_s
    placed = [street.next() for _ in range(RATE_HZ * int(2 * LOOK_BACK_S))]
    assert all(0 < watched_s < 0.3 for _, watched_s in placed)
