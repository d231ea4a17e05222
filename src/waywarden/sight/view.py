"""Whether a camera still shows the view that its gates were drawn in, and shows it sharply.

The view is known by its edges, by their direction and not their strength (doubled angles, so that a line that is
brighter than the road by day and darker by night is the same line). Averaged over a while, what moves is gone from
them. Where they lie now is found by correlation over all shifts (Kuglin and Hines 1975, "The phase correlation image
alignment method"; here of edge directions instead of phases). The reference is learnt when watching begins, follows
the light slowly, and lives in this process's memory alone. Sharpness is what re-blurring takes away (after Crete et al.
2007, "The blur effect"): a sharp edge loses most of its slope, a blurred one next to nothing.

Tuned on one TfL clip (03601), one of Dresden (11-00) and 48 made-up streets (seeds 2, 4, 12 and from 1000 to 1083) by
day, dusk, night and rain, as they are and with faults planted, at a width of 192; the order of the checks on seeds 2001
to 2004. Worst good view against the faults there: correlation .77 of what is usual against .42 and less (turned by 2
degrees, enlarged by 5 %, another street); best elsewhere 1.0 times that here against 1.7 and more (moved by 2 %); lost
parts .15 against .42 and more; spread .0003 of the width against .004 (shaken by that much); edges' slope kept, on 158
stills and the clips, .38 against .85 (blurred by 2 of 320 pixels).
``tests/sight/test_view.py`` measures on other clips and seeds.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from waywarden.sight.frame import Frame
from waywarden.terms.records import HealthState

LOOK_EVERY_S = 5.0
"""So often is the view looked at, in street time."""
WIDTH_PX = 320
"""Sharpness is measured at no more than this width, and views are compared at half of it."""
EDGE_LEVELS = 8.0
"""Of 255 from pixel to pixel: weaker edges count for less, for they are noise."""
LEARN_LOOKS = 12
"""So many looks make the reference."""
RECENT_LOOKS = 4
"""So many are the view of now."""
FOLLOW_LOOKS = 120
"""The reference follows the light with this time constant, ten minutes: quicker than dusk, slower than a stop."""
AFTER_S = 30.0
"""A view that is wrong for so long is a fault; a vehicle before the lens is not."""
WELL_S = 10.0

TOLERANCE = 0.015
"""Of the width; gates stand so much, and masts sway less."""
FARTHEST = 0.25
"""Of the width and height; farther away there is too little left of the view to find it."""
FOUND = 0.2
ELSEWHERE = 1.4
"""The view is elsewhere where it correlates with the reference so many times as well as at its own place."""
LOST = 0.35
"""The view is another where it correlates with less than this share of what is usual, and has edges of its own ..."""
OWN_EDGES = 0.25
"""... of more than this share of the reference's. With fewer, it is fog, dirt or drops."""
LEAST_EDGES = 0.08
"""A view with fewer edges (the mean of their lengths) is bare asphalt, and can be told from nothing."""
BLOCKS = (6, 8)
"""Rows and columns of the parts that can be lost."""
PART_EDGES = 0.01
"""A part with fewer edges (the mean of their squared lengths) has none that it could lose."""
PART_LEFT = 0.25
LOST_PARTS = 1 / 3
SHAKES = 0.005
"""Of the width: the spread of the view's place from look to look. The made-up mast in the wind has 0.002."""
SHAKE_LOOKS = 12
STEEPEST = 97
"""Sharpness is measured where the slope is among the steepest (a percentile): what is flat is neither sharp nor not."""
REBLUR_PX = 5
BLURRED_KEEPS = 0.65
"""A blurred edge keeps more than this share of its slope when it is blurred again."""

_Fault = tuple[HealthState, str]
Luma = npt.NDArray[np.float32]
Edges = npt.NDArray[np.complex64]


class Place(NamedTuple):
    """Where a view is found: correlation near its own place, the best anywhere, its shift (x, y) in widths."""

    near: float
    best: float
    shift: tuple[float, float]


class ViewWatcher:
    """Follows the view of one camera, look by look."""

    def __init__(self) -> None:
        self._looked: datetime | None = None
        self._forget()

    def _forget(self) -> None:
        """Know nothing of the view: another size is another view."""
        self._learnt: Edges | None = None  # the sum of the looks so far: they themselves are twelve times as much
        self._learnt_looks = 0
        self._reference: Edges | None = None
        self._recent: deque[Edges] = deque(maxlen=RECENT_LOOKS)
        self._places: deque[tuple[float, float]] = deque(maxlen=SHAKE_LOOKS)
        self._usual = self._near = 0.0
        self._fault: _Fault | None = None
        self._wrong_since: datetime | None = None
        self._right_since: datetime | None = None

    def judge(self, frame: Frame) -> _Fault | None:
        """Take one frame, look at it if that is due, and return what is the matter with the view, or None."""
        if self._looked is not None and (frame.at - self._looked).total_seconds() < LOOK_EVERY_S:
            return self._fault
        self._looked = frame.at
        luma = luma_of(frame)
        look = edges_of(luma)
        known = self._learnt if self._reference is None else self._reference
        if known is not None and known.shape != look.shape:
            self._forget()
        wide = out_of_focus(luma)
        wrong = self._moved_or_shaking(look, is_sharp=wide is None) or wide or self._parts_lost()
        self._settle(wrong, frame.at)
        self._follow(look)
        return self._fault

    def _moved_or_shaking(self, look: Edges, *, is_sharp: bool) -> _Fault | None:
        if self._reference is None:
            return None
        self._recent.append(look)
        view = _mean(self._recent)
        place = place_of(view, self._reference)
        self._near = place.near
        self._usual = self._usual or place.near
        self._places.append(place_of(look, self._reference).shift)
        own_edges = _strength(view) / max(_strength(self._reference), 1e-6)
        if len(self._recent) < RECENT_LOOKS or _strength(self._reference) < LEAST_EDGES:
            return None
        moved = _moved(place, self._usual, own_edges if is_sharp else 0.0)
        if moved is not None:
            self._places.clear()  # coming back is no shaking
        return moved or self._shaking(place)

    def _parts_lost(self) -> _Fault | None:
        if self._reference is None or len(self._recent) < RECENT_LOOKS or _strength(self._reference) < LEAST_EDGES:
            return None
        return _lost_parts(_mean(self._recent), self._reference)

    def _follow(self, look: Edges) -> None:
        """Learn the reference, or let it follow the light while the view is well."""
        if self._reference is None:
            self._learnt = look if self._learnt is None else self._learnt + look
            self._learnt_looks += 1
            if self._learnt_looks == LEARN_LOOKS:
                self._reference = np.asarray(self._learnt / np.complex128(LEARN_LOOKS), np.complex64)  # as _mean rounds
                self._learnt = None
        elif self._wrong_since is None:
            self._usual += (self._near - self._usual) / LEARN_LOOKS
            self._reference = np.asarray(self._reference + (look - self._reference) / FOLLOW_LOOKS, np.complex64)

    def _shaking(self, place: Place) -> _Fault | None:
        """Find a view whose place jumps from look to look, where it is found at all."""
        places = np.array(self._places)
        spread = float(np.sqrt(places.var(axis=0).sum()))
        if len(places) < SHAKE_LOOKS or spread <= SHAKES or place.near < FOUND:
            return None
        return HealthState.SHAKING, f"the view jumps by {spread:.1%} of its width: fasten the camera"

    def _settle(self, wrong: _Fault | None, at: datetime) -> None:
        """Let a fault begin when it has lasted, and end when it has been gone for a while."""
        if wrong is None:
            self._wrong_since = None
            self._right_since = self._right_since or at
            if (at - self._right_since).total_seconds() >= WELL_S:
                self._fault = None
            return
        self._right_since = None
        self._wrong_since = self._wrong_since or at
        if (at - self._wrong_since).total_seconds() >= AFTER_S:
            self._fault = wrong


def luma_of(frame: Frame) -> Luma:
    """Return (h, w) float32, the brightness 0 to 255, at most ``WIDTH_PX`` wide."""
    width = min(frame.width, WIDTH_PX)
    return frame.luma(width, max(16, round(frame.height * width / frame.width))).astype(np.float32)


def edges_of(luma: Luma) -> Edges:
    """Return (h / 2, w / 2) complex64: the doubled direction of the edge at each pixel, its length 0 to 1 (strong)."""
    height, width = (size // 2 * 2 for size in luma.shape)
    rows = luma[:height:2, :width] + luma[1:height:2, :width]
    down, across = np.gradient((rows[:, ::2] + rows[:, 1::2]) / 4)
    slope = across + 1j * down
    return np.asarray(slope**2 / (np.abs(slope) ** 2 + EDGE_LEVELS**2), np.complex64)


def place_of(view: Edges, reference: Edges) -> Place:
    """Return where ``view`` lies on ``reference``, both (h, w) complex64; 1 is a perfect match."""
    spectrum = np.conj(np.fft.fft2(reference)) * np.fft.fft2(view)
    whole = float(np.sqrt((np.abs(view) ** 2).sum() * (np.abs(reference) ** 2).sum()))
    match = np.fft.fftshift(np.fft.ifft2(spectrum).real) / max(whole, 1e-6)
    middle = np.array(match.shape) // 2
    reach = np.minimum((np.array([FARTHEST, FARTHEST]) * match.shape).astype(int), middle - 1)
    part = match[middle[0] - reach[0] : middle[0] + reach[0] + 1, middle[1] - reach[1] : middle[1] + reach[1] + 1]
    row, column = np.unravel_index(int(part.argmax()), part.shape)
    close = max(1, round(TOLERANCE * match.shape[1]))
    near = part[reach[0] - close : reach[0] + close + 1, reach[1] - close : reach[1] + close + 1]
    shift = (_vertex(part[row, :], int(column)) - reach[1], _vertex(part[:, column], int(row)) - reach[0])
    wide = match.shape[1]
    return Place(float(near.max()), float(part.max()), (float(shift[0]) / wide, float(shift[1]) / wide))


def _vertex(line: npt.NDArray[np.float64], peak: int) -> float:
    """Return the peak's place to a part of a pixel, by the parabola through it and its neighbours."""
    if not 0 < peak < len(line) - 1:
        return float(peak)
    before, here, after = (float(line[peak + step]) for step in (-1, 0, 1))
    bend = before - 2 * here + after
    return peak + (0.5 * (before - after) / bend if bend else 0.0)


def _moved(place: Place, usual: float, own_edges: float) -> _Fault | None:
    to_do = "gates no longer fit; set the camera back, or draw them anew and start again"
    if place.best > FOUND and place.best > ELSEWHERE * place.near:
        across, down = (abs(step) for step in place.shift)
        return HealthState.MOVED, f"the view has moved by {across:.0%} of its width, and {down:.0%} up or down: {to_do}"
    if place.near < LOST * usual and own_edges > OWN_EDGES:
        return HealthState.MOVED, f"the view is another than when watching began: {to_do}"
    return None


def _lost_parts(view: Edges, reference: Edges) -> _Fault | None:
    """Find parts of the view that have lost the edges they had."""
    had = _in_blocks(np.abs(reference) ** 2)
    left = _in_blocks((np.conj(reference) * view).real)
    with_edges = had > np.maximum(0.25 * np.median(had), PART_EDGES * reference.size / had.size)
    lost = float(np.mean(left[with_edges] < PART_LEFT * had[with_edges])) if with_edges.any() else 0.0
    if lost <= LOST_PARTS:
        return None
    return (
        HealthState.BLURRED,
        f"{lost:.0%} of the view has lost its edges: fog, dirt, drops, or a thing in front",
    )


def out_of_focus(luma: Luma) -> _Fault | None:
    """Say so where even the steepest edges of one picture are wide."""
    kept = slope_kept(luma)
    if kept <= BLURRED_KEEPS:
        return None
    return HealthState.BLURRED, f"its edges are wide ({kept:.0%} of their slope stays when blurred): clean or focus it"


def slope_kept(luma: Luma) -> float:
    """Return how much of the steepest slopes' sum is left after a blur of ``REBLUR_PX``, 0 to 1: low is sharp."""
    return min(_slope_kept(luma[:, ::3]), _slope_kept(luma[::3].T))  # every third line says it as well


def _slope_kept(luma: Luma) -> float:
    """Return it for slopes along the first axis."""
    slope = np.abs(np.diff(luma, axis=0))
    padded = np.pad(luma, ((REBLUR_PX // 2 + 1, REBLUR_PX // 2), (0, 0)), mode="edge")
    running = np.cumsum(padded, axis=0)
    blurred = (running[REBLUR_PX:] - running[:-REBLUR_PX]) / REBLUR_PX
    steep = slope >= max(1.0, float(np.percentile(slope, STEEPEST)))
    return float(np.abs(np.diff(blurred, axis=0))[steep].sum() / max(float(slope[steep].sum()), 1e-6))


def _in_blocks(values: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    rows, columns = BLOCKS
    height, width = (size // n * n for size, n in zip(values.shape, BLOCKS, strict=True))
    shaped = values[:height, :width].reshape(rows, height // rows, columns, width // columns)
    return np.asarray(shaped.sum(axis=(1, 3)), np.float64)


def _strength(edges: Edges) -> float:
    return float(np.abs(edges).mean())


def _mean(looks: Iterable[Edges]) -> Edges:
    return np.asarray(np.mean(list(looks), axis=0), np.complex64)
