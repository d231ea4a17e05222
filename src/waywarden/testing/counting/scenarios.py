"""The eighteen counting scenarios: boxes on a made-up street, and how many road users really crossed the gate.

Pure, and free of the rest of Waywarden but for the names of kinds, so that any counter can be run against them. The
stage is a picture of 640x480 with one gate, y = 240 from x = 100 to 540; a road user is a box of 40x30 that goes down
the picture at 150 pixels a second (5 a frame at 30 frames a second), unless the scenario says otherwise.

As they are told, the scenarios place the *centre* of the box. A street is seen from a mast, though, and a road user
stands at its *ground point*, the middle of the box's lower side: only ways of ground points can be turned or mirrored
as a whole, for boxes stay upright however the street runs. So a ``View`` that turns places the ground point where the
told scenario has the centre (``View.anchor``).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from waywarden.terms.kinds import Kind

Floats = npt.NDArray[np.float64]
PointPx = tuple[float, float]

STAGE_PX = (640, 480)
GATE_PX: tuple[PointPx, PointPx] = ((100.0, 240.0), (540.0, 240.0))
GATE_Y = 240.0
PX_PER_S = 150.0
BOX_PX = (40.0, 30.0)
FROM_Y, TO_Y = 61.0, 421.0
TOLD_RATE_HZ = 30.0
"""The rate at which the scenarios are told; frames in their text are frames of this rate."""


@dataclass(frozen=True, slots=True)
class Look:
    """One road user in one frame: where it stands (ground point) or is (centre), the box's size, its kind, its number.

    ``number`` is what somebody else's tracker calls it; -1 in a scene that has to be tracked.
    """

    x: float
    y: float
    width: float = BOX_PX[0]
    height: float = BOX_PX[1]
    kind: Kind = Kind.CAR
    number: int = 1


Life = list[Look | None]
"""One road user from the first frame on; None where it is not seen."""


@dataclass(frozen=True, slots=True)
class FrameBoxes:
    """What is seen in one frame.

    Parameters
    ----------
    xyxy_px : (n, 4) float64
        Left, top, right, bottom in pixels, y down. Boxes may reach beyond the picture.
    kinds : n kinds
    numbers : n ints
        Somebody else's track numbers, or -1: boxes that are to be tracked.
    """

    xyxy_px: Floats
    kinds: tuple[Kind, ...]
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """A scenario, ready to be counted.

    ``truth`` is (down, up): road users over the gate towards the right hand of one who stands at ``gate_px[0]`` and
    looks at ``gate_px[1]``, and those the other way. In the told view that is down and up the picture.
    """

    name: str
    truth: tuple[int, int]
    gate_px: tuple[PointPx, PointPx]
    rate_hz: float
    picture_px: tuple[int, int]
    frames: tuple[FrameBoxes, ...]


@dataclass(frozen=True, slots=True)
class View:
    """How a scenario is looked at.

    Parameters
    ----------
    rate_hz : float
        Frames a second. Road users are as fast as told in pixels a second; 09 alone is told in pixels a frame.
    given : bool
        Whether somebody else's track numbers come with the boxes, with the breaks that the scenario tells of.
    anchor : ``centre`` or ``ground``
        Which point of the box goes where the scenario is told.
    mirrored, turn_deg, scale
        Of the ground points and the gate, about the stage's middle; boxes are scaled but stay upright.
    jitter : float
        Standard deviation of every box's place, as a share of the box's size (side of the square of its area), and
        half of it of its width and height.
    seed : int
        Of the jitter, this one and that of those who stand.
    """

    rate_hz: float = TOLD_RATE_HZ
    given: bool = False
    anchor: str = "centre"
    mirrored: bool = False
    turn_deg: float = 0.0
    scale: float = 1.0
    jitter: float = 0.0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """A scenario as it is told: what happens, the truth (down, up), and who lives in it at a frame rate."""

    text: str
    truth: tuple[int, int]
    lives: Callable[[float, np.random.Generator], list[Life]]


def drive(rate_hz: float, y_from: float = FROM_Y, y_to: float = TO_Y, *, x: float = 320.0, step: float = 0.0) -> Life:
    """Return a way down or up the picture, without its end; ``step`` is in pixels a frame where it is not told."""
    sign = 1.0 if y_to > y_from else -1.0
    step = step or PX_PER_S / rate_hz
    count = math.ceil(abs(y_to - y_from) / step - 1e-9)
    return [Look(x, y_from + sign * step * n) for n in range(count)]


def stand(rate_hz: float, rng: np.random.Generator, y: float, sd_px: float, seconds: float = 10.0) -> Life:
    """Return somebody who stands at ``y`` and whose box jitters."""
    noise = rng.normal(0.0, sd_px, (round(seconds * rate_hz), 2))
    return [Look(320.0 + float(dx), y + float(dy)) for dx, dy in noise]


def stopped(rate_hz: float, rng: np.random.Generator, y: float, sd_px: float) -> Life:
    """Return a way down the picture with ten seconds' stop at ``y``."""
    return drive(rate_hz, y_to=y) + stand(rate_hz, rng, y, sd_px) + drive(rate_hz, y)


def renamed(life: Life, at: int, number: int = 2) -> Life:
    """Return ``life`` with another number from frame ``at`` on."""
    return [look and replace(look, number=number if n >= at else look.number) for n, look in enumerate(life)]


def first_from(life: Life, y: float) -> int:
    """Return the first frame at or beyond ``y`` on a way down."""
    return next(n for n, look in enumerate(life) if look is not None and look.y >= y)


def _id_changes(rate_hz: float, y: float) -> Life:
    life = drive(rate_hz)
    return renamed(life, first_from(life, y))


def _unseen(rate_hz: float, frames: float = 10.0) -> Life:
    life = drive(rate_hz)
    middle, half = first_from(life, GATE_Y), max(1, round(frames / TOLD_RATE_HZ * rate_hz)) / 2
    return [None if middle - half <= n < middle + half else look for n, look in enumerate(life)]


def _flips(rate_hz: float) -> Life:
    life = enumerate(drive(rate_hz))
    return [look and replace(look, kind=Kind.TRUCK if n % 3 == 2 else Kind.CAR) for n, look in life]


def _flickers(rate_hz: float) -> Life:
    """Return a way whose box is 30 or 70 high; its lower side is where a box of 30 would have it."""
    life = enumerate(drive(rate_hz))
    return [look and replace(look, height=70.0 if n % 2 else 30.0) for n, look in life]


def _again(rate_hz: float) -> Life:
    """Return the same number twice: once down the picture, and a second later from the start again."""
    return [*drive(rate_hz), *[None] * round(rate_hz), *drive(rate_hz)]


def _stopped_and_renamed(rate_hz: float, rng: np.random.Generator) -> Life:
    life = stopped(rate_hz, rng, 236.0, 2.0)
    return renamed(life, first_from(life, 230.0) + round(5 * rate_hz))


def _abreast(rate_hz: float) -> list[Life]:
    left, right = drive(rate_hz, x=295.0), drive(rate_hz, x=350.0)
    return [left, renamed(right, 0)]


def _sized(life: Life, width: float, height: float) -> Life:
    return [look and replace(look, width=width, height=height) for look in life]


def _on_the_gate(rate_hz: float) -> Life:
    step = PX_PER_S / rate_hz
    return drive(rate_hz, GATE_Y - step * math.floor((GATE_Y - FROM_Y) / step))


TOLD: Mapping[str, Told] = MappingProxyType({
    "01": Told("straight through", (1, 0), lambda hz, _: [drive(hz)]),
    "02": Told("stops 10 s on the gate, jitter sd 3 px, drives on", (1, 0), lambda hz, rng: [stopped(hz, rng, 240, 3)]),
    "03": Told("stops 10 s, 12 px before the gate, bumper on it", (1, 0), lambda hz, rng: [stopped(hz, rng, 228, 3)]),
    "04": Told("its number changes 40 px before the gate", (1, 0), lambda hz, _: [_id_changes(hz, 200)]),
    "05": Told("its number changes between the frames that straddle the gate", (1, 0),
               lambda hz, _: [_id_changes(hz, 240)]),
    "06": Told("stopped 4 px before the gate, jitter sd 2 px, its number changes, drives on", (1, 0),
               lambda hz, rng: [_stopped_and_renamed(hz, rng)]),
    "07": Told("first seen 2 px before the gate", (1, 0), lambda hz, _: [drive(hz, 238)]),
    "08": Told("crosses, and reverses back over the gate", (1, 1),
               lambda hz, _: [drive(hz, y_to=320) + drive(hz, 320, 61)]),
    "09": Told("60 px a frame", (1, 0), lambda hz, _: [drive(hz, 30, 451, step=60)]),
    "10": Told("passes 40 px outside the gate's end", (0, 0), lambda hz, _: [drive(hz, x=60)]),
    "11": Told("crosses 8 px inside the gate's end", (1, 0), lambda hz, _: [drive(hz, x=532)]),
    "12": Told("class flips car/truck every third frame", (1, 0), lambda hz, _: [_flips(hz)]),
    "13": Told("not detected for 10 frames around the gate", (1, 0), lambda hz, _: [_unseen(hz)]),
    "14": Told("a truck 200 px tall", (1, 0), lambda hz, _: [_sized(drive(hz), 80, 200)]),
    "15": Told("height flickers 30/70 px, wheels steady", (1, 0), lambda hz, _: [_flickers(hz)]),
    "16": Told("two abreast", (2, 0), lambda hz, _: _abreast(hz)),
    "17": Told("the same number is seen again from the start", (2, 0), lambda hz, _: [_again(hz)]),
    "18": Told("a sample falls exactly on the gate", (1, 0), lambda hz, _: [_on_the_gate(hz)]),
})  # fmt: skip
"""What is told, by number. Numbers change, break and come again only in a view that has somebody else's tracks."""


def scene(number: str, view: View = View()) -> Scene:
    """Return scenario ``number`` (``01`` to ``18``) as ``view`` has it; the same arguments give the same scene."""
    told = TOLD[number]
    rng = np.random.default_rng((view.seed, int(number)))
    lives = told.lives(view.rate_hz, rng)
    count = max(len(life) for life in lives)
    frames = tuple(_frame([life[n] for life in lives if n < len(life)], view, rng) for n in range(count))
    a, b = (_placed(np.array(end), view) for end in GATE_PX)
    ends = (b, a) if view.mirrored else (a, b)
    (ax, ay), (bx, by) = ends
    gate = ((float(ax), float(ay)), (float(bx), float(by)))
    return Scene(f"{number} {told.text}", told.truth, gate, view.rate_hz, _picture_px(view), frames)


def _frame(looks: Sequence[Look | None], view: View, rng: np.random.Generator) -> FrameBoxes:
    seen = [look for look in looks if look is not None]
    boxes = [_box(look, view, rng) for look in seen]
    numbers = tuple(look.number if view.given else -1 for look in seen)
    return FrameBoxes(np.array(boxes, np.float64).reshape(-1, 4), tuple(look.kind for look in seen), numbers)


def _box(look: Look, view: View, rng: np.random.Generator) -> Floats:
    """Return (4,): the upright box whose lower middle is where the turned and mirrored ground point is."""
    down = _foot_below(look) if view.anchor == "centre" else 0.0
    sd = view.jitter * math.sqrt(look.width * look.height)
    dx, dy, dw, dh = rng.normal(0.0, 1.0, 4) * (sd, sd, sd / 2, sd / 2)
    x, y = _placed(np.array((look.x + dx, look.y + down + dy)), view)
    width, height = (look.width + dw) * view.scale, (look.height + dh) * view.scale
    return np.array((x - width / 2, y - height, x + width / 2, y))


def _foot_below(look: Look) -> float:
    """Return how far the lower side is below the told centre; a flickering height leaves the wheels where they are."""
    return BOX_PX[1] / 2 if look.width == BOX_PX[0] else look.height / 2


def _placed(point: Floats, view: View) -> Floats:
    """Return a told point in the picture of ``view``: mirrored, turned and scaled about the stage's middle."""
    dx, dy = point - np.array(STAGE_PX) / 2
    dx = -dx if view.mirrored else dx
    turn = math.radians(view.turn_deg)
    turned = np.array((dx * math.cos(turn) - dy * math.sin(turn), dx * math.sin(turn) + dy * math.cos(turn)))
    return np.asarray(turned * view.scale + np.array(_picture_px(view)) / 2)


def _picture_px(view: View) -> tuple[int, int]:
    """Return a picture that holds the whole stage however it is turned, or the stage itself where it is not."""
    sides = STAGE_PX if view.turn_deg == 0 else (math.ceil(math.hypot(*STAGE_PX)),) * 2
    return math.ceil(sides[0] * view.scale), math.ceil(sides[1] * view.scale)


def mot_csv(told: Scene, first_frame: int = 1) -> str:
    """Return the boxes of a scene as rows of MOT, ``frame,id,x,y,w,h,score,class``, for counters that read files."""
    rows = [
        f"{first_frame + n},{number},{left:.2f},{top:.2f},{right - left:.2f},{foot - top:.2f},1,{kind}\n"
        for n, frame in enumerate(told.frames)
        for (left, top, right, foot), kind, number in zip(frame.xyxy_px, frame.kinds, frame.numbers, strict=True)
    ]
    return "".join(rows)
