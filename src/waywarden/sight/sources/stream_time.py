"""The time of a live stream: its own presentation time, from one start, kept near a system clock that may be set.

Two clocks disagree with the stream's in two ways, and are told apart by the time since boot, which nobody sets. The
camera's crystal runs a little fast or slow: its time is drawn after ours, so slowly that no speed and no interval
notices. The system's clock is set (NTP finds the hour after a reboot): then so is the stream's.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from waywarden.sight.sources.video import PresentationClock
from waywarden.terms.errors import SourceError

SET_S = 5.0
"""A system's clock that parts from the time since boot by more than this was set; NTP slews by less (adjtime)."""

DRAWN = 0.001
"""Time is drawn by at most this many seconds a second: ten times a bad crystal's error, a thousandth of a speed."""

DRAWN_FROM_S = 0.2
LOOK_BACK_S = 60.0
"""Pictures come late, never early: the least lateness in so many seconds tells the clocks' difference."""


class StreamTime:
    """Places pictures of one connection on the street's time line.

    Parameters
    ----------
    clock : PresentationClock
        Of the connection, started at ``now``.
    now : datetime
        The system's time (aware UTC) at the first picture.
    since_boot_s : float
        The time since boot then (``time.monotonic``).
    """

    def __init__(self, clock: PresentationClock, now: datetime, since_boot_s: float) -> None:
        self._clock = clock
        self._booted = now - timedelta(seconds=since_boot_s)
        self._began_s = since_boot_s
        self._first: datetime | None = None
        self._least_s = float("inf")
        self._looked_s = since_boot_s
        self._draw_s = 0.0
        self._placed_s = since_boot_s

    def place(self, presented_s: float, now: datetime, since_boot_s: float) -> tuple[datetime, float] | None:
        """Return when a picture was taken and its watched seconds; None: leave it out (``PresentationClock.place``).

        Raises
        ------
        SourceError
            The system's clock was set back: times would come again, so the connection must begin anew.
        """
        self._follow_the_system(now, since_boot_s)
        self._draw(since_boot_s)
        placed = self._clock.place(presented_s)
        if placed is not None:
            self._first = self._first or placed[0]
            late_s = since_boot_s - self._began_s - (placed[0] - self._first).total_seconds()
            self._least_s = min(self._least_s, late_s)
        return placed

    def _follow_the_system(self, now: datetime, since_boot_s: float) -> None:
        set_s = (now - timedelta(seconds=since_boot_s) - self._booted).total_seconds()
        if set_s < -SET_S:
            raise SourceError(f"the system's clock was set back by {-set_s:.0f} s: the connection begins anew")
        if set_s > SET_S:
            self._clock.shift(set_s)
            self._booted += timedelta(seconds=set_s)
            self._first = None
            self._began_s = since_boot_s
            self._least_s, self._draw_s = float("inf"), 0.0

    def _draw(self, since_boot_s: float) -> None:
        """Draw the stream's time after ours a little, by how late its pictures have come lately at the least."""
        if since_boot_s - self._looked_s >= LOOK_BACK_S:
            self._draw_s = self._least_s if DRAWN_FROM_S < abs(self._least_s) < float("inf") else 0.0
            self._looked_s, self._least_s = since_boot_s, float("inf")
        most_s = DRAWN * max(0.0, since_boot_s - self._placed_s)
        self._placed_s = since_boot_s
        step_s = max(-most_s, min(most_s, self._draw_s))
        if step_s:
            self._clock.shift(step_s)
            self._draw_s -= step_s
