"""Whether a picture shows the street at all: placeholder cards, smears, darkness, no signal, frozen pictures.

By statistics of the picture alone, never by what is known of one operator's card. A drawn street (a simulation, an
animation) is as flat as a card, but road users go about in it: ``drawn``. The limits were set on
``camera_faults`` (10 files) against 629 stills of 105 cameras and the clips; ``tests/sight/test_health.py`` holds the
table. Measured there, worst good picture against the faults: largest share of one brightness (3 levels) .17 against
.67 and more; share of repeated rows .27 against .50; strongest colour (99th percentile) 8 levels against 0. DARK,
snow, one even colour and lost grey rows are set on made-up pictures alone: no real one was at hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from waywarden.sight.frame import Frame, Picture
from waywarden.sight.view import ViewWatcher
from waywarden.terms.records import CameraHealth, HealthState

LOOK_WIDTH_PX = 320
"""Pictures are judged at no more than this width: enough for letters on a card, and cheap."""

LOOK_EVERY_S = 1.0
"""A running video is judged once in so many seconds of street time; in between, the last judgement holds."""

FROZEN_AFTER_S = 60.0
"""CCTV at a low bit rate repeats an empty street exactly for seconds, so only a long standstill is a fault."""

COUNTABLE = frozenset({HealthState.OK, HealthState.GREY, HealthState.BLURRED, HealthState.SHAKING})
"""States in which the street is seen, so that the picture counts as watched. In a moved view gates lie elsewhere."""

UNIFORM_STD = 2.0
SNOW_CORRELATION = 0.3
DARK_LEVEL = 40
CARD_SHARE = 0.5
CARD_ENTROPY_BITS = 4.0
SMEAR_SHARE = 0.38
SMEAR_LEVELS = 4
REPEATED_SHARE = 0.8
STRIPED_SHARE = 0.95
FILL_SHARE = 0.25
FILL_LEVELS = (120, 136)
FILLED = 0.95
CARD_GREY_SHARE = 0.4
GREY_LEVELS = 2
COLOUR_SHARE = 0.01
FROZEN_LEVELS = 1

FLAT = frozenset({HealthState.PLACEHOLDER, HealthState.NO_SIGNAL})
DRAWN_LEVELS = 8
DRAWN_SHARE = 0.03
DRAWN_TIMES = 4.0
OTHER_SHARE = 0.25

_Levels = npt.NDArray[np.int16]
Samples = Callable[[], Iterable[Frame]]


class Diagnosis(NamedTuple):
    """What is the matter with a picture, and one line for a person."""

    state: HealthState
    reason: str


def diagnose(frame: Frame) -> Diagnosis | None:
    """Say what is the matter with one picture; None if the street can be seen in it.

    A grey picture is a finding too, but a countable one (``COUNTABLE``): many cameras drop colour at night.
    """
    width = min(frame.width, LOOK_WIDTH_PX)
    height = max(1, round(frame.height * width / frame.width))
    luma = frame.luma(width, height).astype(np.int16)
    return (
        _no_signal(luma)
        or _dark(luma)
        or _lost(luma)
        or _placeholder(luma)
        or _smeared(luma)
        or _grey(frame.rgb(width, height))
    )


def _no_signal(luma: _Levels) -> Diagnosis | None:
    mean = float(luma.mean())
    centred = luma.astype(np.float32) - np.float32(mean)
    spread = float(np.sqrt(np.vdot(centred, centred) / centred.size))
    if spread < UNIFORM_STD:
        return Diagnosis(HealthState.NO_SIGNAL, f"one even colour (brightness {mean:.0f}): no signal")
    left, right = centred[:, :-1].ravel(), centred[:, 1:].ravel()
    correlation = float(np.dot(left, right)) / len(left) / spread**2
    if abs(correlation) < SNOW_CORRELATION:
        return Diagnosis(HealthState.NO_SIGNAL, f"noise: neighbouring pixels do not go together ({correlation:.2f})")
    return None


def _dark(luma: _Levels) -> Diagnosis | None:
    if np.count_nonzero(luma >= DARK_LEVEL) > 0.01 * luma.size:  # then so is the percentile, which takes longer
        return None
    brightest = float(np.percentile(luma, 99.5))
    if brightest >= DARK_LEVEL:
        return None
    return Diagnosis(HealthState.DARK, f"nothing brighter than {brightest:.0f} of 255: lens covered, or no light")


def _placeholder(luma: _Levels) -> Diagnosis | None:
    """Find a drawn card: one exact brightness over half of it and little else. Fog is as even, but not as exact."""
    share = np.bincount(luma.ravel(), minlength=256) / luma.size
    flat = float(np.convolve(share, np.ones(3), mode="same").max())
    some = share[share > 0]
    entropy_bits = float(-(some * np.log2(some)).sum())
    if flat < CARD_SHARE or entropy_bits > CARD_ENTROPY_BITS:
        return None
    return Diagnosis(HealthState.PLACEHOLDER, f"a card instead of the street: {flat:.0%} of it is one flat tone")


def _lost(luma: _Levels) -> Diagnosis | None:
    """Find the mid-grey (YUV 128) that a decoder puts where bytes were lost, where the rest is no grey card."""
    low, high = FILL_LEVELS
    if _longest_run(_share((luma >= low - 1) & (luma <= high + 1)) > FILLED) <= FILL_SHARE * len(luma):
        return None  # no row else can be filled, and medians take longer
    level = np.median(luma, axis=1, keepdims=True)
    filled = (_share(np.abs(luma - level) <= 1) > FILLED) & (level[:, 0] >= low) & (level[:, 0] <= high)
    share = _longest_run(filled) / len(luma)
    elsewhere = luma[~filled]
    if share <= FILL_SHARE or np.mean((elsewhere >= low) & (elsewhere <= high)) > CARD_GREY_SHARE:
        return None
    return Diagnosis(HealthState.SMEARED, f"{share:.0%} of the rows are empty grey: the decoder lost them")


def _smeared(luma: _Levels) -> Diagnosis | None:
    """Find the last good rows repeated downwards, as a decoder leaves them when bytes were lost."""
    apart = max(4, luma.shape[0] // 8)
    repeats = _share(np.abs(luma[apart:] - luma[:-apart]) <= SMEAR_LEVELS) >= REPEATED_SHARE
    lively = luma.std(axis=1)[apart:] > 2 * SMEAR_LEVELS
    share = (_longest_run(repeats & lively) + apart) / len(luma)
    if share <= SMEAR_SHARE:
        return None
    if share > STRIPED_SHARE:
        return Diagnosis(HealthState.PLACEHOLDER, "stripes from top to bottom instead of the street: a test card")
    return Diagnosis(HealthState.SMEARED, f"{share:.0%} of the rows repeat the row above: the picture is smeared")


def _grey(rgb: Picture) -> Diagnosis | None:
    red, green, blue = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    highest, lowest = np.maximum(np.maximum(red, green), blue), np.minimum(np.minimum(red, green), blue)
    if np.count_nonzero(highest - lowest > GREY_LEVELS) > COLOUR_SHARE * highest.size:
        return None
    return Diagnosis(HealthState.GREY, "the picture has no colour: night mode or a fault; it is still counted")


def drawn(frames: Iterable[Frame]) -> bool:
    """Return whether frames of a recording are of a drawn street: as flat as a card, but somebody goes about in it.

    What changes on a card (a clock, a text that runs) changes in one place. Who goes about is each time elsewhere: all
    places together are ``DRAWN_SHARE`` of the picture or more, and ``DRAWN_TIMES`` as much as one frame's. Pictures of
    which more than ``OTHER_SHARE`` is otherwise than usual are of something else: a street before or after the card.
    """
    judged = [(frame.luma(64, 48).astype(np.int16), diagnose(frame)) for frame in frames]
    if not judged:
        return False
    pictures = np.stack([picture for picture, _ in judged])
    flat = np.array([found is not None and found.state in FLAT for _, found in judged])
    changed = np.abs(pictures - np.median(pictures, axis=0)) > DRAWN_LEVELS
    share = changed.mean(axis=(1, 2))
    same = share <= OTHER_SHARE
    once, places = share[same & (share > 0)], changed[same].any(axis=0).mean()
    goes = len(once) > 0 and places >= max(DRAWN_SHARE, DRAWN_TIMES * float(np.median(once)))
    return bool(goes and (flat & same).any())


def _share(flags: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Return of each row the share that is set."""
    return np.asarray(np.count_nonzero(flags, axis=1) / flags.shape[1])


def _longest_run(flags: npt.NDArray[np.bool_]) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    return int((edges[1::2] - edges[::2]).max(initial=0))


class HealthWatcher:
    """Follows one camera's pictures and says when its state changes.

    Parameters
    ----------
    camera_id : str
    frozen_after_s : float
        A picture that has not changed for so long (street time) is FROZEN.
    samples : callable
        Frames from all over a recording, none of a live stream; called where a picture is as flat as a card.
    """

    def __init__(self, camera_id: str, frozen_after_s: float = FROZEN_AFTER_S, samples: Samples = tuple) -> None:
        self._camera_id = camera_id
        self._frozen_after_s = frozen_after_s
        self._samples = samples
        self._drawn: bool | None = None
        self._state: HealthState | None = None
        self._looked: datetime | None = None
        self._view = ViewWatcher()
        self._still: _Levels | None = None
        self._still_since: datetime | None = None

    @property
    def countable(self) -> bool:
        """Whether the street could be seen in the last frame."""
        return self._state in COUNTABLE

    def heard(self, health: CameraHealth) -> CameraHealth | None:
        """Take note of what the source says; a source's OK is left to the next picture to confirm."""
        if health.state is HealthState.OK:
            return None
        self._state, self._looked = health.state, None
        return health

    def look(self, frame: Frame) -> CameraHealth | None:
        """Judge ``frame`` if it is due; return the camera's new state if it changed."""
        due = self._looked is None or (frame.at - self._looked).total_seconds() >= LOOK_EVERY_S
        if not due and frame.watched_s > 0:
            return None
        self._looked = frame.at
        state, reason = self._diagnosed(frame) or Diagnosis(HealthState.OK, "the street can be seen")
        still_s = self._still_for_s(frame)
        if state in COUNTABLE and still_s >= self._frozen_after_s:
            state, reason = HealthState.FROZEN, f"the picture has not changed for {still_s:.0f} s"
        elif state in COUNTABLE and (fault := self._view.judge(frame)):
            state, reason = fault
        if state is self._state:
            return None
        self._state = state
        return CameraHealth(self._camera_id, frame.at, state, reason)

    def _diagnosed(self, frame: Frame) -> Diagnosis | None:
        found = diagnose(frame)
        if found is None or found.state not in FLAT | {HealthState.SMEARED}:
            return found
        if self._drawn is None:
            self._drawn = drawn(self._samples())
        return None if self._drawn else found

    def _still_for_s(self, frame: Frame) -> float:
        now = frame.luma(min(frame.width, 64), min(frame.height, 48)).astype(np.int16)
        before = self._still
        if before is None or before.shape != now.shape or np.abs(now - before).max() > FROZEN_LEVELS:
            self._still, self._still_since = now, frame.at
        return (frame.at - (self._still_since or frame.at)).total_seconds()
