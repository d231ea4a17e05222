"""Everything that does not move, drawn once: road, markings, pavements, houses, trees, lamps, the sky."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from waywarden.testing.drawing.paint import FINE, cover, faces_of, nearest
from waywarden.testing.drawing.site import House, Site, Tree
from waywarden.testing.drawing.weather import SNOW_RGB, Weather, shade
from waywarden.testing.junction import (
    CROSSWALK_M,
    HALF_ROAD_M,
    LANE_M,
    OUTWARDS,
    STOP_M,
)
from waywarden.testing.mast import Mast, Reals

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

PAVED_M = HALF_ROAD_M + 3.4
KERB_RADIUS_M = 2.4
BAND = 96
"""Fine rows drawn at a time, so that a large picture does not need large memory."""


@dataclass(frozen=True, slots=True)
class Backdrop:
    """The street without road users.

    Parameters
    ----------
    rgb : (h, w, 3) float32
        As lit by the sky, the sun and the street lamps.
    albedo : (h, w, 3) float32
        The ground's own colour, for head lamps to shine on.
    sunlit : (h, w) float32
        1 where the open ground is in the sun, 0 where it is not, or where it is not ground.
    depth : (fine h * fine w,) float32
        1 / depth of what stands upon the ground, 0 elsewhere.
    """

    rgb: Floats
    albedo: Floats
    sunlit: Floats
    depth: Floats


def hashed(x: npt.NDArray[np.int64], y: npt.NDArray[np.int64], look: int) -> Floats:
    """Return numbers in 0..1 that depend on whole ``x``, ``y`` and ``look`` alone."""
    mixed = (x * 374761393 + y * 668265263 + look * 2147483647) & 0xFFFFFFFF
    mixed = ((mixed ^ (mixed >> 13)) * 1274126177) & 0xFFFFFFFF
    return np.asarray(((mixed ^ (mixed >> 16)) & 0xFFFF) / 65535, np.float32)


def value_noise(x: Reals, y: Reals, look: int) -> Floats:
    """Return smooth noise in -0.5..0.5 with a grain of 1."""
    ix, iy = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    fx, fy = (x - ix).astype(np.float32), (y - iy).astype(np.float32)
    fx, fy = fx * fx * (3 - 2 * fx), fy * fy * (3 - 2 * fy)
    low = hashed(ix, iy, look) * (1 - fx) + hashed(ix + 1, iy, look) * fx
    high = hashed(ix, iy + 1, look) * (1 - fx) + hashed(ix + 1, iy + 1, look) * fx
    return np.asarray(low * (1 - fy) + high * fy - 0.5, np.float32)


def ground_rgb(x: Floats, y: Floats, where: Site) -> Floats:
    """Return the colour (..., 3) of the ground at ``x``, ``y`` in metres: asphalt, markings, kerbs, paving, grass."""
    ax, ay = np.abs(x), np.abs(y)
    road = _road(ax, ay)
    kerb = ~road & ((ax < HALF_ROAD_M + 0.25) | (ay < HALF_ROAD_M + 0.25) | _rounded(ax, ay, HALF_ROAD_M + 0.25, 2.15))
    paved = (ax < PAVED_M) | (ay < PAVED_M)
    grain = value_noise(x * 9, y * 9, where.look) * 14 + value_noise(x * 2.3, y * 2.3, where.look + 1) * 9
    broad = value_noise(x * 0.22, y * 0.22, where.look + 2) * 16
    grey = 138 + grain + broad
    worn = np.minimum(ax, ay)  # the distance from the middle of the arm one is on
    grey = grey - 7 * np.exp(-(((worn - LANE_M / 2) / 0.35) ** 2)) - _cracks(x, y, where.look)
    rgb = np.stack((grey, grey, grey + 3), axis=-1)
    slab = (np.abs(x / 0.9 - np.rint(x / 0.9)) < 0.04) | (np.abs(y / 0.9 - np.rint(y / 0.9)) < 0.04)
    stone = 164 + grain * 0.7 + broad * 0.8 - 10 * slab
    grass = 100 + grain * 1.6 + broad * 1.5
    rgb = np.where(road[..., None], rgb, np.stack((stone, stone - 4, stone - 12), axis=-1))
    rgb = np.where((~road & ~paved)[..., None], np.stack((grass * 0.82, grass * 1.06, grass * 0.52), axis=-1), rgb)
    rgb = np.where(kerb[..., None], np.stack((stone + 22,) * 3, axis=-1), rgb)
    worn_off = (0.86 + value_noise(x * 5, y * 5, where.look + 3) * 0.5)[..., None]
    painted = _markings(x, y, drives_on_left=where.drives_on_left)[..., None] * np.clip(worn_off, 0, 1)
    return np.asarray(rgb * (1 - painted) + np.array((238, 238, 232)) * painted, np.float32)


def _road(ax: Floats, ay: Floats) -> Mask:
    """Return where the carriageway is, by the distances from the middles of both roads."""
    return np.asarray((ax < HALF_ROAD_M) | (ay < HALF_ROAD_M) | _rounded(ax, ay, HALF_ROAD_M, KERB_RADIUS_M))


def _rounded(ax: Floats, ay: Floats, edge_m: float, radius_m: float) -> Mask:
    """Return where the corner between two arms is rounded off."""
    far = edge_m + radius_m
    return np.asarray((ax < far) & (ay < far) & (np.hypot(ax - far, ay - far) > radius_m))


def _cracks(x: Floats, y: Floats, look: int) -> Floats:
    """Return how much darker sealed cracks and patches make the asphalt."""
    line = np.abs(value_noise(x * 0.35, y * 0.35, look + 8)) < 0.006
    patch = value_noise(np.floor(x / 5), np.floor(y / 4), look + 9) > 0.36
    return np.asarray(22 * line + 7 * patch, np.float32)


def _markings(x: Floats, y: Floats, *, drives_on_left: bool) -> Floats:
    """Return 1 where the road is painted: stop lines, crosswalks, middle lines, cycle lanes."""
    painted = np.zeros(x.shape, bool)
    hand = -1 if drives_on_left else 1
    for ox, oy in OUTWARDS.values():
        along = x * ox + y * oy
        inbound = (y * ox - x * oy) * hand  # above 0 on the side that drives in
        across = np.abs(inbound)
        on = across < HALF_ROAD_M
        zebra = (along > CROSSWALK_M[0]) & (along < CROSSWALK_M[1]) & (np.mod(across + 0.3, 1.2) < 0.6)
        stop = (along > STOP_M) & (along < STOP_M + 0.45) & (inbound > 0.1)
        middle = (across < 0.08) & (along > STOP_M) & ((along < STOP_M + 18) | (np.mod(along, 6) < 3))
        cycle = (np.abs(across - LANE_M) < 0.07) & (along > STOP_M) & (np.mod(along, 2) < 1.2)
        painted |= on & (zebra | stop | middle | cycle)
    return painted.astype(np.float32)


def snowed(rgb: Floats, x: Floats, y: Floats, look: int, snow: float) -> Floats:
    """Return the ground's colour (..., 3) with ``snow`` upon it: deep beside the road, slush on it, wheels' tracks."""
    ax, ay = np.abs(x), np.abs(y)
    road = _road(ax, ay)
    walked = ~road & ((ax < PAVED_M) | (ay < PAVED_M))
    across = np.minimum(ax, ay)
    track = np.exp(-(((np.abs(across - LANE_M / 2) - 0.75) / 0.38) ** 2))
    middle = np.maximum(ax, ay) < HALF_ROAD_M
    patches = value_noise(x * 0.5, y * 0.5, look + 20) + 0.5 * value_noise(x * 2.1, y * 2.1, look + 21)
    lying = np.where(road, 0.55 - np.where(middle, 0.25, 0.5 * track) + 0.7 * patches, 1.05 + 0.3 * patches)
    lying = np.clip(np.where(walked, lying - 0.3 + 0.5 * patches, lying) * snow * 1.2, 0, 0.97)[..., None]
    slush = np.where(road, 0.8 + 0.12 * patches, 0.97 + 0.08 * patches)[..., None]
    wet = np.where(road, 0.78, 0.9)[..., None]
    return np.asarray(rgb * wet * (1 - lying) + np.array(SNOW_RGB) * slush * lying, np.float32)


def draw_backdrop(where: Site, mast: Mast, light: Weather) -> Backdrop:
    """Draw the street without road users."""
    width, height = (side * FINE for side in mast.size_px)
    depth = np.zeros((height, width), np.float32)
    rgb, albedo = (np.empty((mast.size_px[1], mast.size_px[0], 3), np.float32) for _ in range(2))
    sunlit = np.empty((mast.size_px[1], mast.size_px[0]), np.float32)
    standing = _draw_posts(where, mast, light, depth.reshape(-1))
    post_depth = depth.copy()
    for top in range(0, height, BAND):
        rows = slice(top, min(top + BAND, height))
        fine, own, lit = _band(where, mast, light, rows, depth)
        ahead = post_depth[rows] >= depth[rows]
        fine = np.where((ahead & (post_depth[rows] > 0))[..., None], standing[rows], fine)
        depth[rows] = np.maximum(depth[rows], post_depth[rows])
        out = slice(rows.start // FINE, rows.stop // FINE)
        rgb[out], albedo[out] = _shrink(fine), _shrink(own)
        sunlit[out] = _shrink(np.where(depth[rows] > 0, 0, lit)[..., None])[..., 0]
    return Backdrop(rgb, albedo, sunlit, depth.reshape(-1))


def _shrink(fine: Floats) -> Floats:
    h, w, c = fine.shape
    return np.asarray(fine.reshape(h // FINE, FINE, w // FINE, FINE, c).mean(axis=(1, 3)), np.float32)


def _draw_posts(where: Site, mast: Mast, light: Weather, depth: Floats) -> Floats:
    """Draw posts onto an empty canvas; return their colours (h, w, 3), and their nearness in ``depth``."""
    width, height = (side * FINE for side in mast.size_px)
    faces = faces_of(where.posts, mast)
    at, owner = nearest(cover(faces.polygons, width, height), depth)
    canvas = np.zeros((height * width, 3), np.float32)
    canvas[at] = shade(faces.normal, faces.rgb, faces.gloss, light)[owner]
    return canvas.reshape(height, width, 3)


def _band(where: Site, mast: Mast, light: Weather, rows: slice, depth: Floats) -> tuple[Floats, Floats, Floats]:
    """Draw fine rows: return their lit colours, own colours and sunlight, and set ``depth`` of what stands there."""
    width = mast.size_px[0] * FINE
    v, u = np.mgrid[rows, 0:width]
    pixels = np.stack((u + 0.5, v + 0.5), axis=-1) / FINE
    rays = mast.rays(pixels)
    ground = mast.ground(pixels)
    is_ground = np.isfinite(ground[..., 0])
    x, y = (np.where(is_ground, ground[..., i], 1e4).astype(np.float32) for i in (0, 1))
    is_ground &= np.hypot(x, y) < 260
    own = np.where(is_ground[..., None], ground_rgb(x, y, where), 0).astype(np.float32)
    if light.snow:
        own = np.where(is_ground[..., None], snowed(own, x, y, where.look, light.snow), 0).astype(np.float32)
    sunlit = np.where(is_ground, 1 - _shaded(x, y, where, light), 0).astype(np.float32)
    lit = own * illumination(x, y, sunlit, where, light)
    up = np.clip(rays[..., 2:] / np.linalg.norm(rays, axis=-1, keepdims=True) * 4, 0, 1)
    sky = np.array(light.horizon) * (1 - up) + np.array(light.sky) * up
    fine = np.where(is_ground[..., None], lit, sky).astype(np.float32)
    depth[rows] = 0
    for house in where.houses:
        _draw_house(house, mast, rays, light, fine, depth[rows])
    for tree in where.trees:
        _draw_tree(tree, mast, pixels, light, fine, depth[rows])
    return fine, own, sunlit


def illumination(x: Floats, y: Floats, sunlit: Floats, where: Site, light: Weather) -> Floats:
    """Return the light (..., 3) that falls on the ground."""
    sky = np.array(light.ambient, np.float32) + np.array(light.sun, np.float32) * light.to_sun[2] * sunlit[..., None]
    if not light.lamps:
        return np.asarray(sky * 1.05, np.float32)
    glow = np.zeros(x.shape, np.float32)
    for lx, ly in where.lamps_m:
        glow += 0.55 / (1 + ((x - lx) ** 2 + (y - ly) ** 2) / 120) ** 2
    return np.asarray(sky + (glow * light.lamps)[..., None] * np.array((1.0, 0.86, 0.62), np.float32), np.float32)


def _shaded(x: Floats, y: Floats, where: Site, light: Weather) -> Floats:
    """Return how much of the ground's sun houses and trees take, 0..1."""
    out = np.zeros(x.shape, np.float32)
    if light.shadow < 0.3:
        return out
    sx, sy, sz = light.to_sun
    for house in where.houses:
        w, s, e, n = house.box_m
        reach = house.height_m / sz
        # the ray from the ground to the sun passes the block below its roof
        with np.errstate(divide="ignore"):
            t0, t1 = sorted_pair((w - x) / sx, (e - x) / sx)
            u0, u1 = sorted_pair((s - y) / sy, (n - y) / sy)
        enters, leaves = np.maximum(t0, u0), np.minimum(t1, u1)
        out[(np.maximum(enters, 0) < np.minimum(leaves, reach))] = 1
    for tree in where.trees:
        t = tree.crown_m / sz
        away = np.hypot(x + sx * t - tree.x_m, y + sy * t - tree.y_m) / tree.radius_m
        leaves_n = value_noise(x * 3, y * 3, tree.look)
        out[away < 1 + leaves_n * 0.5] = np.maximum(out[away < 1 + leaves_n * 0.5], 0.8)
    return out


def sorted_pair(a: Reals, b: Reals) -> tuple[Reals, Reals]:
    """Return the lesser and the greater of two arrays."""
    return np.minimum(a, b), np.maximum(a, b)


def _draw_house(house: House, mast: Mast, rays: Reals, light: Weather, fine: Floats, depth: Floats) -> None:
    """Draw a block's facades into ``fine`` and ``depth``."""
    cx, cy, cz = mast.position_m
    w, s, e, n = house.box_m
    with np.errstate(divide="ignore", invalid="ignore"):
        x0, x1 = sorted_pair((w - cx) / rays[..., 0], (e - cx) / rays[..., 0])
        y0, y1 = sorted_pair((s - cy) / rays[..., 1], (n - cy) / rays[..., 1])
        z0, z1 = sorted_pair((0 - cz) / rays[..., 2], (house.height_m - cz) / rays[..., 2])
    t = np.maximum(np.maximum(x0, y0), z0)
    near = np.where(t > 0.1, 1 / np.maximum(t, 0.1), 0)  # rays have unit length along the axis, so t is depth
    hit = (t < np.minimum(np.minimum(x1, y1), z1)) & (t > 0.1) & (near > depth)
    if not hit.any():
        return
    t, ray = t[hit], rays[hit]
    at = np.array((cx, cy, cz)) + ray * t[:, None]
    on_x, on_roof = x0[hit] >= t, z0[hit] >= t
    across = np.where(on_x, at[:, 1], at[:, 0])
    normal = np.zeros((len(t), 3), np.float32)
    normal[:, 0] = np.where(on_x & ~on_roof, -np.sign(ray[:, 0]), 0)
    normal[:, 1] = np.where(~on_x & ~on_roof, -np.sign(ray[:, 1]), 0)
    normal[:, 2] = on_roof
    rgb, gloss, shines = _facade(house, across, at[:, 2], on_roof)
    if light.snow:
        rgb = np.where(on_roof[:, None], np.array(SNOW_RGB, np.float32), rgb)
    lit = shade(normal, rgb, gloss, light) + shines[:, None] * light.lamps * np.array((150, 120, 70), np.float32)
    fine[hit], depth[hit] = lit, near[hit]


def _facade(house: House, across: Reals, z: Reals, on_roof: Mask) -> tuple[Floats, Floats, Floats]:
    """Return colour, gloss and whether a lit window, of points on a facade: floors of 3.2 m, windows 2.6 m apart."""
    bay, floor = np.floor(across / 2.6).astype(np.int64), np.floor(z / 3.2).astype(np.int64)
    u, v = across / 2.6 - bay, z / 3.2 - floor
    pane = (u > 0.28) & (u < 0.74) & (v > 0.3) & (v < 0.82) & ~on_roof & (z < house.height_m - 0.8)
    frame = (u > 0.23) & (u < 0.79) & (v > 0.25) & (v < 0.86) & ~on_roof & ~pane & (z < house.height_m - 0.8)
    tone = 1 + 0.1 * value_noise(across * 1.7, z * 1.7, house.look) + 0.06 * value_noise(across * 7, z * 7, house.look)
    rgb = np.array(house.rgb, np.float32) * tone[:, None]
    rgb = np.where(frame[:, None], np.array((206, 202, 194), np.float32), rgb)
    rgb = np.where(pane[:, None], np.array((44, 52, 60), np.float32), rgb)
    shines = pane & (hashed(bay, floor, house.look) > 0.72)
    return np.asarray(rgb, np.float32), np.where(pane, 0.4, 0.0).astype(np.float32), shines.astype(np.float32)


def _draw_tree(tree: Tree, mast: Mast, pixels: Reals, light: Weather, fine: Floats, depth: Floats) -> None:
    """Draw a crown and its trunk into ``fine`` and ``depth``."""
    foot, _ = mast.project(np.array((tree.x_m, tree.y_m, 0.0)))
    middle, far = mast.project(np.array((tree.x_m, tree.y_m, tree.crown_m)))
    if far < 2:
        return
    px_per_m = mast.focal_px / float(far)
    du, dv = ((pixels[..., i] - middle[i]) / px_per_m / tree.radius_m for i in (0, 1))
    rough = value_noise(du * 5, dv * 5, tree.look) * 0.6 + value_noise(du * 13, dv * 13, tree.look + 1) * 0.45
    crown = np.hypot(du, dv) < 0.88 + rough
    trunk = (np.abs(pixels[..., 0] - middle[0]) < 0.16 * px_per_m) & (pixels[..., 1] < foot[1]) & (dv > 0)
    near = 1 / float(far)
    hit = (crown | trunk) & (depth < near)
    leaf = np.clip(0.62 - 0.42 * dv + 1.3 * value_noise(du * 9, dv * 9, tree.look + 2), 0.18, 1.2)[hit]
    lit = (np.array(light.ambient) + np.array(light.sun) * 0.7) * 1.05
    green = leaf[:, None] * np.array((74, 98, 46)) * lit
    bark = np.array((70, 58, 48)) * lit
    if light.snow:
        lies = np.clip(0.3 - 0.5 * dv + 2 * value_noise(du * 7, dv * 7, tree.look + 3), 0, 1)[hit][:, None]
        green = bark * leaf[:, None] * (1 - lies) + np.array(SNOW_RGB) * lit * lies
    fine[hit] = np.where(crown[hit][:, None], green, bark)
    depth[hit] = near
