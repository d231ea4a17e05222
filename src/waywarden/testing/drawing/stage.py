"""One frame: road users with their shadows, lamps and reflections upon the backdrop, and what the lens adds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from waywarden.testing.drawing.bodies import STRIDES, bodies_of
from waywarden.testing.drawing.meshes import Body
from waywarden.testing.drawing.paint import FINE, Placed, Polygons, cover, faces_of, nearest, to_pixels
from waywarden.testing.drawing.scenery import Backdrop, draw_backdrop, illumination
from waywarden.testing.drawing.site import POST_M, Site
from waywarden.testing.drawing.weather import Weather, flakes, noise_tile, shade, streaks, under_snow
from waywarden.testing.drivers import Trip
from waywarden.testing.junction import ARMS, OUTWARDS, STOP_M, Light, SignalPlan
from waywarden.testing.mast import Mast, Reals

Floats = npt.NDArray[np.float32]
Picture = npt.NDArray[np.uint8]
MARGIN_PX = 8
"""The stage is drawn this much larger than the picture on each side, so that a shaking camera has where to look."""
SHARPENS = 0.45
"""How much the camera itself sharpens, as surveillance cameras do."""
LIGHTS = {Light.RED: (255, 40, 30), Light.AMBER: (255, 170, 30), Light.GREEN: (60, 240, 150)}
LIGHT_Z_M = {Light.RED: 3.02, Light.AMBER: 2.7, Light.GREEN: 2.38}


@dataclass(frozen=True, slots=True)
class Outline:
    """Of one road user in one frame: which trip, its whole box (unclipped, px) and the share of it that is seen."""

    trip: int
    box_px: tuple[float, float, float, float]
    visible_share: float


class Stage:
    """Draws frames of one clip. Every frame depends on its time alone, so they may be drawn in any order."""

    def __init__(
        self, trips: Sequence[Trip], plan: SignalPlan, where: Site, mast: Mast, light: Weather, look: int
    ) -> None:
        self._trips = trips
        self._plan = plan
        self._where = where
        self._mast = mast
        self._light = light
        self._look = look
        self._bodies: dict[int, tuple[Body, ...]] = {}

    @cached_property
    def backdrop(self) -> Backdrop:
        """The street without road users, drawn when first asked for."""
        return draw_backdrop(self._where, self._mast, self._light)

    @cached_property
    def _grain(self) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.int16] | None]:
        """Noise, and rain or snow where any falls, each as large as the stage, shifted about from frame to frame."""
        rng = np.random.default_rng((self._look, 1))
        width, height = self._mast.size_px
        falling = flakes if self._light.snow else streaks if self._light.wet else None
        falls = None if falling is None else falling(rng, height, width)
        return noise_tile(rng, self._light.noise_sd, height, width), falls

    def on_stage(self, at_s: float) -> tuple[list[int], list[Placed]]:
        """Return who is in view at ``at_s``: numbers of trips, and their bodies where they stand."""
        numbers, placed = [], []
        width, height = self._mast.size_px
        for number, trip in enumerate(self._trips):
            if not trip.begins_s() <= at_s < trip.ends_s():
                continue
            x, y, heading = trip.pose(at_s)
            at, depth = self._mast.project(np.array((x, y, trip.height_m / 2)))
            reach_px = self._mast.focal_px * (trip.length_m + trip.height_m) / max(float(depth), 1)
            inside = -reach_px < at[0] < width + reach_px and -reach_px < at[1] < height + reach_px
            if depth > trip.length_m + 2 and inside:
                numbers.append(number)
                placed.append(Placed(self._body(number, trip, at_s), x, y, heading))
        return numbers, placed

    def _body(self, number: int, trip: Trip, at_s: float) -> Body:
        if number not in self._bodies:
            self._bodies[number] = bodies_of(trip)
            if self._light.snow:  # some have swept theirs off, some have come from a garage
                share = float(np.random.default_rng((self._look, 3, number)).uniform(0, 0.9)) * self._light.snow
                self._bodies[number] = tuple(under_snow(body, share) for body in self._bodies[number])
        shapes = self._bodies[number]
        return shapes[int(trip.along_m(at_s) / 0.35) % len(STRIDES)] if len(shapes) > 1 else shapes[0]

    def outlines(self, at_s: float) -> list[Outline]:
        """Return the outline of everyone in view at ``at_s``, in pixels of the stage."""
        numbers, placed = self.on_stage(at_s)
        width, height = (side * FINE for side in self._mast.size_px)
        faces = faces_of(placed, self._mast)
        covered = cover(faces.polygons, width, height)
        seen = np.bincount(faces.owner[nearest(covered, self.backdrop.depth.copy())[1]], minlength=len(placed))
        found = []
        for i, number in enumerate(numbers):
            mine = faces.owner == i
            if not mine.any():
                continue
            corners = faces.polygons.corners[mine].reshape(-1, 2) / FINE
            (x0, y0), (x1, y1) = corners.min(axis=0), corners.max(axis=0)
            own = np.unique(covered.at[mine[covered.owner]]).size
            inside = max(0.0, min(x1, width / FINE) - max(x0, 0)) * max(0.0, min(y1, height / FINE) - max(y0, 0))
            share = float(seen[i] / max(own, 1) * inside / max((x1 - x0) * (y1 - y0), 1e-6))
            found.append(Outline(number, (float(x0), float(y0), float(x1), float(y1)), share))
        return found

    def draw(self, at_s: float) -> Picture:
        """Return the whole stage (h, w, 3) uint8 at ``at_s``."""
        _, placed = self.on_stage(at_s)
        width, height = self._mast.size_px
        rgb = self.backdrop.rgb.reshape(-1, 3).copy()
        self._shadows(rgb, placed)
        if self._light.wet:
            self._reflections(rgb, placed)
        if self._light.lamps:
            self._beams(rgb, placed)
        self._movers(rgb, placed)
        picture = rgb.reshape(height, width, 3)
        self._glows(picture, placed, at_s)
        return self._lens(picture, at_s)

    def _cover(self, corners: Floats, nearness: Floats) -> tuple[npt.NDArray[np.int64], Floats]:
        """Return pixels that ground polygons cover where nothing stands before them, and how much of each."""
        width, height = (side * FINE for side in self._mast.size_px)
        covered = cover(Polygons(corners, nearness), width, height)
        mask = np.zeros(width * height, bool)
        mask[covered.at[covered.nearness > self.backdrop.depth[covered.at]]] = True
        pixels = to_pixels(np.flatnonzero(mask), width)
        share = np.bincount(pixels, minlength=width * height // FINE**2)
        touched = np.flatnonzero(share)
        return touched, (share[touched] / FINE**2).astype(np.float32)

    def _on_ground(self, points_m: Reals) -> tuple[Floats, Floats]:
        """Return fine corners and nearness of polygons (n, k, 2) upon the ground."""
        flat = np.concatenate((points_m, np.full((*points_m.shape[:-1], 1), 0.02)), axis=-1)
        at, depth = self._mast.project(flat)
        kept = depth.min(axis=-1) > 1
        return (at[kept] * FINE).astype(np.float32), (1 / depth[kept]).astype(np.float32)

    def _shadows(self, rgb: Floats, placed: Sequence[Placed]) -> None:
        """Darken the ground under and beside road users."""
        if not placed:
            return
        tight, cast = [], []
        for p in placed:
            under, hulls = shadows_of(p, self._light)
            tight.append(under)
            cast.append(hulls)
        if self._light.shadow:
            at, share = self._cover(*self._on_ground(np.concatenate(cast)))
            rgb[at] *= (1 - self._light.shadow * share * self.backdrop.sunlit.reshape(-1)[at])[:, None]
        at, share = self._cover(*self._on_ground(np.concatenate(tight)))
        rgb[at] *= (1 - 0.55 * share)[:, None]

    def _reflections(self, rgb: Floats, placed: Sequence[Placed]) -> None:
        """Mirror road users in the wet road, dim and broken."""
        width, height = (side * FINE for side in self._mast.size_px)
        mirrored = [Placed(_mirrored(p.body), p.x_m, p.y_m, p.heading_rad) for p in placed]
        faces = faces_of(mirrored, self._mast)
        covered = cover(faces.polygons, width, height)
        at, owner = nearest(covered, np.zeros(width * height, np.float32))
        open_road = self.backdrop.depth[at] == 0
        at, owner = at[open_road], owner[open_road]
        colour = shade(faces.normal, faces.rgb, faces.gloss, self._light)[owner]
        self._blend(rgb, at, colour, self._light.wet * 0.5)

    def _movers(self, rgb: Floats, placed: Sequence[Placed]) -> None:
        """Draw road users."""
        if not placed:
            return
        width, height = (side * FINE for side in self._mast.size_px)
        faces = faces_of(placed, self._mast)
        at, owner = nearest(cover(faces.polygons, width, height), self.backdrop.depth.copy())
        colour = shade(faces.normal, faces.rgb, faces.gloss, self._light)
        if self._light.lamps:
            x, y = (np.array([getattr(p, axis) for p in placed], np.float32) for axis in ("x_m", "y_m"))
            lamp = illumination(x, y, np.zeros(len(placed), np.float32), self._where, self._light)
            lamp = lamp - illumination(x * 0 + 1e4, y, np.zeros(len(placed), np.float32), self._where, self._light)
            side = 0.45 + 0.55 * np.clip(faces.normal[:, 2:], 0, 1)
            colour = colour + faces.rgb * lamp[faces.owner] * side
        self._blend(rgb, at, colour[owner], 1.0)

    def _blend(self, rgb: Floats, at: npt.NDArray[np.int64], colour: Floats, strength: float) -> None:
        """Lay fine pixels of ``colour`` over ``rgb`` by their share of each pixel."""
        pixels = to_pixels(at, self._mast.size_px[0] * FINE)
        count = np.bincount(pixels, minlength=len(rgb))
        touched = np.flatnonzero(count)
        share = (count[touched] * (strength / FINE**2)).astype(np.float32)[:, None]
        total = np.stack([np.bincount(pixels, colour[:, i], len(rgb))[touched] for i in range(3)], axis=1)
        rgb[touched] = rgb[touched] * (1 - share) + total.astype(np.float32) * (strength / FINE**2)

    def _beams(self, rgb: Floats, placed: Sequence[Placed]) -> None:
        """Let head lamps shine on the road."""
        albedo = self.backdrop.albedo.reshape(-1, 3)
        for near_m, far_m, wide_m, gain in ((0.3, 17, 2.9, 0.09), (0.4, 12, 2.2, 0.14), (0.5, 7.5, 1.6, 0.2)):
            polygons = []
            for p in placed:
                if not len(p.body.head_lamps):
                    continue
                front, half = float(p.body.head_lamps[:, 0].max()), float(np.abs(p.body.head_lamps[:, 1]).max()) + 0.25
                local = (
                    (front + near_m, half),
                    (front + near_m, -half),
                    (front + far_m, -wide_m),
                    (front + far_m, wide_m),
                )
                polygons.append(_placed_at(np.array(local), p))
            if polygons:
                at, share = self._cover(*self._on_ground(np.array(polygons, np.float32)))
                warm = np.array((1.0, 0.96, 0.84), np.float32) * (gain * 3.2 * self._light.lamps)
                rgb[at] += albedo[at] * share[:, None] * warm

    def _glows(self, picture: Floats, placed: Sequence[Placed], at_s: float) -> None:
        """Add signal lights, and at night the lamps of vehicles and streets."""
        hand = -1 if self._where.drives_on_left else 1
        for arm in ARMS:
            ox, oy = OUTWARDS[arm]
            light = self._plan.light(arm, at_s)
            edge = POST_M * hand
            point = (ox * (STOP_M + 0.14) - oy * edge, oy * (STOP_M + 0.14) + ox * edge, LIGHT_Z_M[light])
            looks = (self._mast.position_m[0] - point[0]) * ox + (self._mast.position_m[1] - point[1]) * oy
            if looks > 0:
                self._glow(picture, point, 0.22, np.array(LIGHTS[light], np.float32))
        if not self._light.lamps:
            return
        for x, y in self._where.lamps_m:
            self._glow(picture, (x, y, 7.7), 0.55, np.array((255, 226, 170), np.float32) * self._light.lamps)
        for p in placed:
            for lamps, ahead, rgb, size in (
                (p.body.head_lamps, 1, (255, 250, 230), 0.3),
                (p.body.tail_lamps, -1, (220, 30, 24), 0.2),
            ):
                away = (self._mast.position_m[0] - p.x_m, self._mast.position_m[1] - p.y_m)
                facing = (
                    ahead * (math.cos(p.heading_rad) * away[0] + math.sin(p.heading_rad) * away[1]) / math.hypot(*away)
                )
                if facing > 0.1:
                    for local in lamps:
                        x, y = _placed_at(local[None, :2], p)[0]
                        strength = self._light.lamps * (0.35 + 0.65 * facing)
                        self._glow(picture, (x, y, float(local[2])), size, np.array(rgb, np.float32) * strength)

    def _glow(self, picture: Floats, point_m: tuple[float, float, float], radius_m: float, rgb: Floats) -> None:
        """Add a round light with a halo, unless something stands before it."""
        at, depth = self._mast.project(np.array(point_m))
        height, width = picture.shape[:2]
        u, v = int(at[0]), int(at[1])
        if depth < 1 or not (0 <= u < width and 0 <= v < height):
            return
        stands = self.backdrop.depth.reshape(height * FINE, width * FINE)[v * FINE, u * FINE]
        if stands * float(depth) > 1.03:
            return
        sigma = max(0.55, radius_m * self._mast.focal_px / float(depth) * 0.6)
        reach = math.ceil(3.5 * sigma)
        y0, y1, x0, x1 = max(v - reach, 0), min(v + reach + 1, height), max(u - reach, 0), min(u + reach + 1, width)
        dy, dx = np.arange(y0, y1)[:, None] + 0.5 - at[1], np.arange(x0, x1)[None] + 0.5 - at[0]
        r2 = ((dx * dx + dy * dy) / sigma**2).astype(np.float32)
        shape = np.exp(-r2) + 0.12 * np.exp(-r2 / 6) * self._light.lamps
        picture[y0:y1, x0:x1] += shape[..., None] * rgb

    def _lens(self, picture: Floats, at_s: float) -> Picture:
        """Return the picture as the camera gives it: sharpened, with its contrast, noise, and what falls."""
        noise, falls = self._grain
        roll = np.random.default_rng((self._look, 2, round(at_s * 1000)))
        height, width = noise.shape
        grain = np.roll(noise, (int(roll.integers(height)), int(roll.integers(width))), axis=(0, 1))
        if falls is not None:
            grain = grain + np.roll(
                falls, (int(at_s * height * 2.1) + int(roll.integers(9)), int(roll.integers(width))), (0, 1)
            )
        middle = picture[1:-1, 1:-1]
        around = picture[:-2, 1:-1] + picture[2:, 1:-1] + picture[1:-1, :-2] + picture[1:-1, 2:]
        picture[1:-1, 1:-1] = middle * (1 + SHARPENS) - around * (SHARPENS / 4)
        if self._light.contrast != 1:
            picture = picture * self._light.contrast + 118 * (1 - self._light.contrast)
        return np.asarray(np.clip(picture + grain[..., None], 0, 255), np.uint8)


def _mirrored(body: Body) -> Body:
    """Return ``body`` upside down below the ground."""
    down = np.array((1, 1, -1), np.float32)
    return Body(
        body.vertices * down, body.faces[:, ::-1], body.rgb, body.gloss, body.layer,
        body.limbs * down, body.limb_width_m, body.limb_rgb, body.head_lamps, body.tail_lamps,
    )  # fmt: skip


def _placed_at(local: npt.NDArray[np.float64], p: Placed) -> npt.NDArray[np.float64]:
    """Return ground points (n, 2) of the body's own (x, y) in the world."""
    c, s = math.cos(p.heading_rad), math.sin(p.heading_rad)
    return np.stack((local[:, 0] * c - local[:, 1] * s + p.x_m, local[:, 0] * s + local[:, 1] * c + p.y_m), axis=1)


def shadows_of(p: Placed, light: Weather) -> tuple[Reals, Reals]:
    """Return quads (n, 4, 2) on the ground: right under a body, and where its sides and roof keep the sun off."""
    points = p.body.vertices if len(p.body.vertices) else p.body.limbs.reshape(-1, 3)
    (x0, y0, _), (x1, y1, top) = points.min(axis=0), points.max(axis=0)
    thin = 0.0 if len(p.body.vertices) else 0.15
    x0, y0, x1, y1 = min(x0, -thin), min(y0, -thin), max(x1, thin), max(y1, thin)
    foot = _placed_at(np.array(((x0, y1), (x1, y1), (x1, y0), (x0, y0))), p)  # clockwise from above
    under = foot + (foot - foot.mean(axis=0)) * 0.04
    sun_x, sun_y, sun_z = light.to_sun
    roof = foot + np.array((-sun_x, -sun_y)) * (float(top) * (0.9 if not thin else 1.0) / sun_z)
    sides = np.stack((foot, np.roll(foot, -1, axis=0), np.roll(roof, -1, axis=0), roof), axis=1)
    turn = sides - np.roll(sides, 1, axis=1)
    ahead = np.roll(turn, -1, axis=1)
    wrong = (turn[..., 0] * ahead[..., 1] - turn[..., 1] * ahead[..., 0]).sum(axis=1) > 0
    sides[wrong] = sides[wrong, ::-1]
    return under[None], np.concatenate((roof[None], sides))
