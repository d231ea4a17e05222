"""What ``waywarden watch`` says while it runs: one line for each thing that happened, for people or as JSON.

A line holds no picture, no box and no speed: it has five fields, none of which can. What a sealed process printed
before it died is left out too, for it may have printed what it saw.
"""

from __future__ import annotations

import contextlib
import json
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TextIO

from waywarden.run.sealing.wire import clipped
from waywarden.terms.errors import SealError, WaywardenError


class Happened(StrEnum):
    """What a line is about."""

    STARTED = "started"
    SEALED = "sealed"
    HEALTH = "health"
    CAMERA_WELL = "camera_well"
    CAMERA_LOST = "camera_lost"
    STORE_FAILS = "store_fails"
    STORE_WORKS = "store_works"
    TIME_LOST = "time_lost"
    CLOCK_SET = "clock_set"
    PRUNED = "pruned"
    STOPPED = "stopped"


QUIET = frozenset(
    {
        Happened.STARTED,
        Happened.SEALED,
        Happened.CAMERA_WELL,
        Happened.STORE_WORKS,
        Happened.PRUNED,
        Happened.STOPPED,
    }
)
"""What needs nobody to do anything; the rest is a warning."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log: when, what, of which camera (None: of all), and words for a person."""

    at: datetime
    happened: Happened
    camera_id: str | None
    words: str

    def as_json(self) -> str:
        """Return the line as one JSON object, with its level."""
        return json.dumps(
            {
                "at": self.at.isoformat(timespec="milliseconds"),
                "level": "info" if self.happened in QUIET else "warning",
                "happened": self.happened.value,
                "camera": self.camera_id,
                "words": self.words,
            },
            ensure_ascii=False,
        )

    def as_text(self) -> str:
        """Return the line for a person."""
        return f"{self.at:%Y-%m-%d %H:%M:%SZ} {self.camera_id or 'waywarden'}: {self.words}"


class Log:
    """Writes lines to ``out``; may be used from many threads. A log that cannot be written stops nothing."""

    def __init__(self, out: TextIO, *, as_json: bool = False) -> None:
        self._out = out
        self._as_json = as_json
        self._lock = threading.Lock()

    def say(self, happened: Happened, words: str, camera_id: str | None = None) -> None:
        """Write one line."""
        line = Line(datetime.now(UTC), happened, camera_id, clipped(words))
        with self._lock, contextlib.suppress(OSError, ValueError):
            self._out.write((line.as_json() if self._as_json else line.as_text()) + "\n")
            self._out.flush()


def why(trouble: WaywardenError) -> str:
    """Return the sentence of ``trouble``, without what a sealed process said last.

    Examples
    --------
    >>> why(SealError("the sealed process of camera a was ended by SIGSEGV: [[12.0 7.5 30.0 22.0]]"))
    'the sealed process of camera a was ended by SIGSEGV'
    """
    return str(trouble).partition(": ")[0] if isinstance(trouble, SealError) else str(trouble)
