"""The made-up street: a seed goes in; a clip, its camera and the exact truth come out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from functools import cached_property
from pathlib import Path

import av
import numpy as np

from waywarden.terms.errors import ConfigError
from waywarden.terms.kinds import kind_number
from waywarden.terms.places import Calibration, CalibrationPoint, Camera, Gate, Movement
from waywarden.testing.drawing.site import site
from waywarden.testing.drawing.stage import MARGIN_PX, Picture, Stage
from waywarden.testing.drawing.weather import Condition, shaking, weather
from waywarden.testing.drivers import Street, Trip
from waywarden.testing.junction import ARMS, GATE_M, HALF_ROAD_M, OUTWARDS, SignalPlan
from waywarden.testing.mast import MASTS, Mast, View
from waywarden.testing.truth import TrueBoxes, Truth, crossings_of, movements_of, queues_of

START = datetime(2026, 6, 1, 7, 0, 0, tzinfo=UTC)
POSITION = (0.0, 0.0)
"""Longitude and latitude of a place where there is no street."""
BITS_PER_PX = 0.1
"""Of the default bit rate; the clips of 352x288 in the shared material have 0.05 to 0.08."""
GOP_FRAMES = 50
GATE_HALF_M = HALF_ROAD_M + 0.4
LEAST_BOX_PX = 2.0


@dataclass(frozen=True)
class Scene:
    """What is asked for; see `made_up_street`."""

    seed: int
    seconds: float
    size: tuple[int, int]
    rate_hz: float
    condition: Condition
    shake: bool
    occlusion: bool
    kbps: int
    drives_on_left: bool
    view: View = View.CORNER


class MadeUpStreet:
    """A street that never was. Everything about it follows from its scene; frames are drawn when asked for."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        traffic, place, sky, wind = np.random.default_rng(scene.seed).spawn(4)
        self.plan = SignalPlan(offset_s=float(traffic.uniform(0, SignalPlan(0.0).cycle_s)))
        self.trips: tuple[Trip, ...] = Street(traffic, self.plan, drives_on_left=scene.drives_on_left).run(
            scene.seconds
        )
        self.mast: Mast = MASTS[scene.view](place, scene.size)
        light = weather(scene.condition, sky)
        around = site(place, self.mast, occlusion=scene.occlusion, drives_on_left=scene.drives_on_left)
        self._margin_px = MARGIN_PX if scene.shake else 0
        self._stage = Stage(self.trips, self.plan, around, self.mast.widened(self._margin_px), light, scene.seed)
        still = np.zeros((self.frame_count, 2), np.int64)
        self._shift = shaking(wind, self.frame_count, scene.rate_hz) if scene.shake else still

    @property
    def frame_count(self) -> int:
        """Number of frames: of the times 0, 1 / rate, ... before ``seconds``."""
        return math.ceil(self.scene.seconds * self.scene.rate_hz - 1e-9)

    def frame(self, number: int) -> Picture:
        """Return frame ``number`` as (h, w, 3) uint8 rgb."""
        drawn = self._stage.draw(number / self.scene.rate_hz)
        if not self._margin_px:
            return drawn
        width, height = self.scene.size
        dx, dy = (int(v) for v in self._shift[number])
        x, y = self._margin_px - dx // 2, self._margin_px - dy // 2
        crop = drawn[y : y + height, x : x + width].astype(np.uint16)
        crop += drawn[y - dy % 2 : y - dy % 2 + height, x - dx % 2 : x - dx % 2 + width]
        return np.asarray(crop // 2, np.uint8)

    def frames(self) -> Iterator[Picture]:
        """Draw the frames one after the other."""
        for number in range(self.frame_count):
            yield self.frame(number)

    def write(self, path: Path | str, on_progress: Callable[[int, int], None] | None = None) -> Path:
        """Write the clip as H.264 and return ``path``; ``on_progress(done, all)`` is called for every frame.

        As CCTV has it: one key frame in 50, no B frames, a bit rate that is nearly constant, yuv420p.
        """
        width, height = self.scene.size
        rate = Fraction(self.scene.rate_hz).limit_denominator(1001)
        with av.open(str(path), "w") as container:
            stream = container.add_stream("libx264", rate=rate)
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            stream.bit_rate = self.scene.kbps * 1000
            stream.gop_size = GOP_FRAMES
            stream.options = {"preset": "veryfast", "bf": "0", "maxrate": f"{self.scene.kbps}k",
                              "bufsize": f"{self.scene.kbps * 2}k", "threads": "1"}  # fmt: skip
            for number, picture in enumerate(self.frames()):
                frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
                frame.pts, frame.time_base = number, 1 / rate
                container.mux(stream.encode(frame))
                if on_progress is not None:
                    on_progress(number + 1, self.frame_count)
            container.mux(stream.encode(None))
        return Path(path)

    @cached_property
    def truth(self) -> Truth:
        """What really happened while the clip ran."""
        last_s = (self.frame_count - 1) / self.scene.rate_hz
        crossings = crossings_of(self.trips, last_s)
        return Truth(crossings, movements_of(self.trips, last_s), queues_of(self.trips, last_s), self.boxes)

    def boxes(self, number: int) -> TrueBoxes:
        """Return the exact boxes of frame ``number``; who is wholly hidden has none."""
        width, height = self.scene.size
        move = self._shift[number] / 2 - self._margin_px
        boxes, kinds, shares = [], [], []
        for outline in self._stage.outlines(number / self.scene.rate_hz):
            x0, y0, x1, y1 = np.array(outline.box_px) + np.tile(move, 2)
            box = (max(x0, 0.0), max(y0, 0.0), min(x1, width), min(y1, height))
            if outline.visible_share > 0.01 and min(box[2] - box[0], box[3] - box[1]) >= LEAST_BOX_PX:
                boxes.append(box)
                kinds.append(kind_number(self.trips[outline.trip].kind))
                shares.append(min(outline.visible_share, 1.0))
        xyxy = np.array(boxes, np.float32).reshape(-1, 4)
        return TrueBoxes(xyxy, np.array(kinds, np.int8), np.array(shares, np.float32))

    def camera(self, source: str, camera_id: str = "made-up-street") -> Camera:
        """Return the camera as a city's engineer would describe it: gates, movements, surveyed points."""
        movements = tuple(Movement(f"{a}-{b}", a, b, f"{a} to {b}") for a in ARMS for b in ARMS if a != b)
        surveyed = [(far, side) for far in (GATE_M, 7.0) for side in (-HALF_ROAD_M, HALF_ROAD_M)]
        ground = [tuple(_on_arm(arm, far, side)) for arm in ARMS for far, side in surveyed]
        points = tuple(CalibrationPoint(self.mast.px(x, y), (x, y)) for x, y in ground)
        return Camera(
            camera_id, "Made-up junction", (source,), START, POSITION,
            tuple(self._gate(arm) for arm in ARMS), movements, Calibration("metres", points),
        )  # fmt: skip

    def _gate(self, arm: str) -> Gate:
        """Return the gate across ``arm``, from kerb to kerb, whose forward is into the junction."""
        a, b = (self.mast.px(*_on_arm(arm, GATE_M, side)) for side in (-GATE_HALF_M, GATE_HALF_M))
        inner = self.mast.px(*_on_arm(arm, GATE_M - 1, 0.0))
        right_hand = (a[1] - b[1]) * (inner[0] - a[0]) + (b[0] - a[0]) * (inner[1] - a[1])
        if right_hand < 0:
            a, b = b, a
        return Gate(arm, a, b, f"{arm.capitalize()} arm")

    def city_toml(self, source: str) -> str:
        """Return a city.toml of this one camera."""
        camera = self.camera(source)
        lines = ["[city]", 'name = "Made-up street"', 'time_zone = "UTC"', "", "[[camera]]"]
        lines += [f'id = "{camera.id}"', f'name = "{camera.name}"', f'source = "{source}"']
        lines += [f"start = {START:%Y-%m-%dT%H:%M:%SZ}", f"position = [{POSITION[0]}, {POSITION[1]}]"]
        for gate in camera.gates:
            lines += ["", "  [[camera.gate]]", f'  id = "{gate.id}"', f'  name = "{gate.name}"']
            lines += [
                f"  {key} = [{x:.2f}, {y:.2f}]" for key, (x, y) in (("from_px", gate.from_px), ("to_px", gate.to_px))
            ]
        for movement in camera.movements:
            lines += ["", "  [[camera.movement]]", f'  id = "{movement.id}"', f'  from = "{movement.from_gate}"']
            lines += [f'  to = "{movement.to_gate}"', f'  name = "{movement.name}"']
        lines += ["", "  [camera.calibration]", '  crs = "metres"']
        for point in camera.calibration.points if camera.calibration else ():
            (u, v), (x, y) = point.px, point.ground
            lines += ["", "  [[camera.calibration.point]]", f"  px = [{u:.3f}, {v:.3f}]", f"  ground = [{x}, {y}]"]
        return "\n".join(lines) + "\n"


def _on_arm(arm: str, far_m: float, side_m: float) -> tuple[float, float]:
    """Return x, y of a point ``far_m`` out on an arm and ``side_m`` beside its middle."""
    ox, oy = OUTWARDS[arm]
    return ox * far_m - oy * side_m, oy * far_m + ox * side_m


def made_up_street(  # noqa: PLR0913 the public entry names each of its options
    seed: int,
    *,
    seconds: float = 120.0,
    size: tuple[int, int] = (640, 360),
    rate_hz: float = 12.5,
    condition: str = "day",
    shake: bool = False,
    occlusion: bool = False,
    kbps: int | None = None,
    drives_on_left: bool = False,
    view: str = "corner",
) -> MadeUpStreet:
    """Build a signalised four-arm junction and its traffic from ``seed``.

    Parameters
    ----------
    seed : int
        The same seed and options give the same frames, byte for byte, and the same truth.
    seconds, rate_hz : float
        How long the clip is, and its frames per second.
    size : width, height
        In pixels, both even; from 160x120 on.
    condition : ``day``, ``dusk``, ``night``, ``rain`` or ``snow``
    shake, occlusion, drives_on_left : bool
        A mast that shakes in the wind; a tree and a sign that stand in the view; which side traffic keeps to.
    view : ``corner``, ``roadside`` or ``above``
        Where the camera hangs. Only from the corner does it see all four gates.
    kbps : int, optional
        Bit rate of the written clip; a tenth of a bit per pixel unless given. Half of that shows heavy artefacts.

    Raises
    ------
    ConfigError
        If an option is impossible.
    """
    width, height = size
    if width % 2 or height % 2 or width < 160 or height < 120:
        raise ConfigError(f"a made-up street's size must be even and at least 160x120, got {width}x{height}")
    if seconds * rate_hz < 1:
        raise ConfigError(f"a made-up street needs at least one frame, got {seconds} s at {rate_hz} Hz")
    if condition not in set(Condition):
        raise ConfigError(f"a made-up street's condition is one of {', '.join(Condition)}, got {condition!r}")
    if view not in set(View):
        raise ConfigError(f"a made-up street's view is one of {', '.join(View)}, got {view!r}")
    rate_kbps = kbps or max(64, round(width * height * rate_hz * BITS_PER_PX / 1000))
    return MadeUpStreet(
        Scene(
            seed, seconds, size, rate_hz, Condition(condition), shake, occlusion, rate_kbps, drives_on_left, View(view)
        )
    )
