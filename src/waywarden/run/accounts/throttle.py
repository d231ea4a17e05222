"""How often one may try. Everything here is in memory only: what an address tried is never written down."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from threading import Lock

FREE_TRIES = 5
"""So many wrong passwords in an hour cost no wait; each one more makes the wait twice as long."""
FIRST_WAIT_S, LONGEST_WAIT_S = 15.0, 900.0
"""With these, an hour has 15 wrong passwords at most: OWASP ASVS 4.0.3, 2.2.1 allows 100."""
TRIES_OF_ADDRESS = 100
"""Wrong passwords in an hour from one address, whatever the account."""
WRITES_A_MINUTE, WRITES_OF_ADDRESS = 300, 600
"""A person judges 20 a minute, and a phone that was away sends a day's work at once."""
BEGUN_OF_ADDRESS = 60
"""Sign-ins at a provider begun in a minute from one address: an office behind one proxy comes to work at once."""
MOST_KEYS = 10_000
"""So many accounts or addresses are remembered; of more, the oldest is forgotten."""
HOUR_S, MINUTE_S = 3600.0, 60.0


class Recently:
    """When each key came in the last ``span_s`` seconds."""

    def __init__(self, span_s: float) -> None:
        self._span_s = span_s
        self._times: dict[str, deque[float]] = {}

    def of(self, key: str, now: float) -> deque[float]:
        """Return the times of ``key``, the oldest first."""
        times = self._times.get(key, deque())
        while times and times[0] <= now - self._span_s:
            times.popleft()
        return times

    def add(self, key: str, now: float) -> None:
        """Note that ``key`` came now."""
        times = self.of(key, now)
        times.append(now)
        self._times.pop(key, None)
        self._times[key] = times
        if len(self._times) > MOST_KEYS:
            self._times.pop(next(iter(self._times)))

    def forget(self, key: str) -> None:
        """Let a key begin anew."""
        self._times.pop(key, None)


class Throttle:
    """Says how long to wait before one more password or one more write; may be used from many threads at once."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._wrong, self._wrong_from = Recently(HOUR_S), Recently(HOUR_S)
        self._writes, self._writes_from = Recently(MINUTE_S), Recently(MINUTE_S)
        self._begun_from = Recently(MINUTE_S)

    def try_password(self, name: str, address: str) -> float:
        """Count a try, which is wrong until ``was_right`` says otherwise, and return 0; or return the wait in seconds.

        Counted before the password is looked at: who tries many at once gets no more of them.
        """
        with self._lock:
            now = self._clock()
            wrong, from_there = self._wrong.of(name, now), self._wrong_from.of(address, now)
            wait_s = self._wait_s(wrong, now)
            if len(from_there) >= TRIES_OF_ADDRESS:
                wait_s = max(wait_s, from_there[0] + HOUR_S - now)
            if wait_s > 0:
                return wait_s
            self._wrong.add(name, now)
            self._wrong_from.add(address, now)
            return 0.0

    def was_right(self, name: str) -> None:
        """Forget the wrong passwords of an account that somebody has signed in to."""
        with self._lock:
            self._wrong.forget(name)

    def try_begin(self, address: str) -> float:
        """Count a sign-in at a provider that begins and return 0; or return how many seconds to wait with it."""
        with self._lock:
            now = self._clock()
            times = self._begun_from.of(address, now)
            if len(times) >= BEGUN_OF_ADDRESS:
                return times[0] + MINUTE_S - now
            self._begun_from.add(address, now)
            return 0.0

    def try_write(self, name: str, address: str) -> float:
        """Count a write and return 0; or return how many seconds to wait with it."""
        with self._lock:
            now = self._clock()
            counted = ((self._writes, name, WRITES_A_MINUTE), (self._writes_from, address, WRITES_OF_ADDRESS))
            for recently, key, most in counted:
                times = recently.of(key, now)
                if len(times) >= most:
                    return times[0] + MINUTE_S - now
            for recently, key, _ in counted:
                recently.add(key, now)
            return 0.0

    @staticmethod
    def _wait_s(wrong: deque[float], now: float) -> float:
        over = len(wrong) - FREE_TRIES
        if over < 0:
            return 0.0
        return max(0.0, wrong[-1] + min(FIRST_WAIT_S * 2.0**over, LONGEST_WAIT_S) - now)
