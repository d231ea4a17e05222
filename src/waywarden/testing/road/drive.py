"""A drive along a made-up road: what lies on it, and the pictures taken every few metres."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from waywarden.testing.mast import Mast
from waywarden.testing.road.damage import LANE, Damage, a_broken_patch, a_crack, a_pothole
from waywarden.testing.road.decoys import Cover, Decoy, Flat, Patch, Puddle
from waywarden.testing.road.ground import Bytes, Sheet, View, ground_under, mounted, pixels
from waywarden.testing.road.laying import LAYS, Where
from waywarden.testing.road.noise import Floats, Patterns, patterns, wander
from waywarden.testing.road.scene import Lens, Weather, bare_road, weather
from waywarden.testing.road.stretches import Road, a_road

CRACKS_A_KM, BROKEN_A_KM, POTHOLES_A_KM = 110.0, 90.0, 55.0
"""Damage of a bad road: most pictures hold some, as those of DNIT all do."""
DECOYS_A_KM = {Decoy.SHADOWS: 14, Decoy.JOINTS: 10, Decoy.MANHOLES: 5, Decoy.PATCHES: 12, Decoy.WET: 6,
               Decoy.MARKINGS: 6, Decoy.STAINS: 12, Decoy.WORN_PAINT: 6}  # fmt: skip
ONLY_A_KM = 60.0
"""Of the one decoy that is asked for."""
SMALL_SEEN_M, SEEN_M = 60.0, 130.0
"""So far ahead things are drawn; those shorter than ``SMALL_M`` not so far."""
SMALL_M = 1.2


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for.

    Parameters
    ----------
    seed : int
    metres : float
    sound : bool
        No damage.
    only : Decoy or None
        A sound road with nothing on it but one kind of decoy.
    view : View
    step_m : float
        From one picture to the next.
    straight : bool
        No bends.
    """

    seed: int
    metres: float = 1000.0
    sound: bool = False
    only: Decoy | None = None
    view: View = View.SURVEY
    step_m: float = 5.0
    straight: bool = False


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture (h, w, 3), and as large as it what it shows: bits of damage, and bits of decoys (h, w) uint8.

    The camera was ``chainage_m`` along the road and ``right_m`` to the right of its middle.
    """

    chainage_m: float
    right_m: float
    rgb: Bytes
    damage: Bytes
    decoys: Bytes


class Drive:
    """One drive. The same question gives the same pictures, in any order."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        rng = np.random.default_rng((asked.seed, 1))
        self.mast: Mast = mounted(asked.view, rng)
        self.sky: Weather = weather(rng)
        lined = asked.only in {None, Decoy.MARKINGS}
        self.road: Road = a_road(rng, asked.metres + 150, lined=lined, straight=asked.straight)
        self._aside_m = wander(rng, int(asked.metres / 10) + 3, 0.18)
        if asked.only is Decoy.SHADOWS:
            self.sky = replace(self.sky, sunny=True)
        self.damage: tuple[Damage, ...] = self._damage(np.random.default_rng((asked.seed, 2)))
        self.decoys: tuple[Flat, ...] = self._decoys(np.random.default_rng((asked.seed, 3)))

    @cached_property
    def _looks(self) -> Patterns:
        return patterns(np.random.default_rng((self.asked.seed, 4)))

    @cached_property
    def _lens(self) -> Lens:
        return Lens(self.mast, self.sky, self._looks, np.random.default_rng((self.asked.seed, 5)))

    @cached_property
    def _in_order(self) -> tuple[Flat | Damage, ...]:
        """What lies on the road, lowest first: repairs, what is flat upon it, damage, iron and water."""
        repairs = [each for each in self.decoys if isinstance(each, Patch)]
        covers = [each for each in self.decoys if isinstance(each, Cover | Puddle)]
        flat = [each for each in self.decoys if not isinstance(each, Patch | Cover | Puddle)]
        return (*repairs, *flat, *self.damage, *covers)

    @cached_property
    def _spans(self) -> Floats:
        """(n, 2) float32: from where to where along the road each of them lies."""
        boxes = [each.box for each in self._in_order]
        return np.array([(box.from_m, box.to_m) for box in boxes], np.float32).reshape(-1, 2)

    def chainages_m(self) -> Floats:
        """Return where pictures are taken."""
        return np.arange(0, self.asked.metres, self.asked.step_m, dtype=np.float32)

    def __iter__(self) -> Iterator[Shot]:
        """Yield the pictures in order."""
        for chainage in self.chainages_m():
            yield self.shot(float(chainage))

    def shot(self, chainage_m: float) -> Shot:
        """Return the picture taken at ``chainage_m``."""
        right_m = self.right_m(chainage_m)
        ground = ground_under(self.mast, chainage_m, right_m, self.road.bend_from(chainage_m))
        count = ground.u_m.size
        sheet = Sheet(
            ground, bare_road(ground, self.road, self._looks), np.ones(count, np.float32), np.zeros(count, np.uint8),
            np.zeros(count, np.uint8),
        )  # fmt: skip
        self._lines(sheet)
        for number in self._near(chainage_m):
            laid = self._in_order[number]
            seen = pixels(sheet, laid.box)
            if seen is not None:
                laid.draw(seen, self._looks)
        self._own_lane(sheet)
        rng = np.random.default_rng((self.asked.seed, 6, int(chainage_m * 100)))
        rgb = self._lens.picture(ground, sheet.rgb, sheet.light, rng)
        return Shot(chainage_m, right_m, rgb, self._whole(ground.first_row, sheet.damage),
                    self._whole(ground.first_row, sheet.decoys))  # fmt: skip

    def right_m(self, chainage_m: float) -> float:
        """Return how far the camera is to the right of the road's middle: in its own lane, more or less."""
        aside = np.interp(chainage_m / 10, np.arange(len(self._aside_m)), self._aside_m)
        return float(self.road.stretch_at(chainage_m).lane_m / 2 + aside)

    def _near(self, chainage_m: float) -> list[int]:
        first, last = self._spans[:, 0], self._spans[:, 1]
        reach = np.where(last - first < SMALL_M, SMALL_SEEN_M, SEEN_M)
        return [int(i) for i in np.flatnonzero((last > chainage_m) & (first < chainage_m + reach))]

    def _lines(self, sheet: Sheet) -> None:
        """Draw painted lines, each stretch's own."""
        ends = [each.from_m for each in self.road.stretches[1:]] + [np.inf]
        nearest, farthest = float(sheet.ground.s_m[-1, 0]), float(sheet.ground.s_m[0, 0])
        for stretch, end in zip(self.road.stretches, ends, strict=True):
            if stretch.from_m > farthest or end < nearest:
                continue
            for line in stretch.lines:
                seen = pixels(sheet, replace(line.box, from_m=stretch.from_m, to_m=end))
                if seen is not None:
                    line.draw(seen, self._looks)

    def _own_lane(self, sheet: Sheet) -> None:
        lane_m = self.road.stretches[0].lane_m
        u = sheet.ground.u_m.ravel()
        sheet.damage[(u > 0) & (u < lane_m)] |= np.uint8(LANE)

    def _whole(self, first_row: int, part: Bytes) -> Bytes:
        width, height = self.mast.size_px
        whole = np.zeros((height, width), np.uint8)
        whole[first_row:] = part.reshape(-1, width)
        return whole

    def _places(self, rng: np.random.Generator, a_km: float) -> list[float]:
        long_m = self.asked.metres + SMALL_SEEN_M
        return sorted(float(each) for each in rng.uniform(2, long_m, rng.poisson(a_km * long_m / 1000)))

    def _damage(self, rng: np.random.Generator) -> tuple[Damage, ...]:
        if self.asked.sound or self.asked.only is not None:
            return ()
        lane_m = self.road.stretches[0].lane_m
        broken = [a_broken_patch(rng, s, lane_m) for s in self._places(rng, BROKEN_A_KM)]
        cracks = [a_crack(rng, s, lane_m, lengthwise=bool(rng.random() < 0.6)) for s in self._places(rng, CRACKS_A_KM)]
        holes = [
            a_pothole(rng, s, lane_m, self.sky.sun, self.road.stretch_at(s).grey)
            for s in self._places(rng, POTHOLES_A_KM)
        ]
        return (*broken, *cracks, *holes)

    def _decoys(self, rng: np.random.Generator) -> tuple[Flat, ...]:
        found: list[Flat] = []
        for decoy, lay in LAYS.items():
            often = DECOYS_A_KM[decoy] if self.asked.only is None else ONLY_A_KM * (decoy is self.asked.only)
            if decoy is Decoy.SHADOWS and not self.sky.sunny:
                continue
            for s in self._places(rng, often):
                stretch = self.road.stretch_at(s)
                found += lay(rng, Where(s, stretch.lane_m, stretch.grey))
        return tuple(found)
