"""A small rasteriser: convex polygons to pixels, all of a frame at once, with a depth buffer.

Every polygon is cut into rows and every row into pixels by the half-planes of its edges, in numpy, without a loop
over polygons. Pixels are sampled at their middles; the canvas is ``FINE`` times finer than the picture.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from waywarden.testing.drawing.meshes import Body
from waywarden.testing.mast import Mast

FINE = 2
"""Fine pixels along one side of a picture's pixel."""

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Covered:
    """Fine pixels that polygons cover: which (flat index), and by which polygon; in order of the polygons."""

    at: Integers
    owner: Integers
    nearness: Floats


@dataclass(frozen=True, slots=True)
class Polygons:
    """Convex polygons on the canvas.

    Parameters
    ----------
    corners : (n, k, 2) float32
        Fine pixels, clockwise as seen (y down). A polygon with fewer corners repeats its last.
    nearness : (n, k) float32
        1 / depth at each corner: linear over the canvas for a flat polygon.
    """

    corners: Floats
    nearness: Floats


def facing(corners: Floats) -> npt.NDArray[np.bool_]:
    """Return (n,) whether polygons (n, k, 2) run clockwise on the canvas, that is, show their front."""
    x, y = corners[..., 0], corners[..., 1]
    double = (x * np.roll(y, -1, axis=1) - np.roll(x, -1, axis=1) * y).sum(axis=1)
    return np.asarray(double > 0.02)


def _rows(corners: Floats, height: int) -> tuple[Integers, Integers]:
    """Return for every row of every polygon: its polygon and its row."""
    top = np.clip(np.ceil(corners[..., 1].min(axis=1) - 0.5), 0, height).astype(np.int64)
    end = np.clip(np.floor(corners[..., 1].max(axis=1) - 0.5) + 1, 0, height).astype(np.int64)
    return _expand(top, end)


def _expand(begin: Integers, end: Integers) -> tuple[Integers, Integers]:
    """Return (owner, value) for every integer of every half-open range."""
    count = np.maximum(end - begin, 0)
    owner = np.repeat(np.arange(len(count)), count)
    offset = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    return owner, begin[owner] + offset


def _plane(corners: Floats, value: Floats) -> tuple[Floats, Floats, Floats]:
    """Return a, b, c so that value = a x + b y + c, through the corners by least squares about their middle."""
    middle = corners.mean(axis=1, keepdims=True)
    x, y = (corners - middle)[..., 0], (corners - middle)[..., 1]
    mean = value.mean(axis=1)
    v = value - mean[:, None]
    xx, yy, xy = (x * x).sum(1), (y * y).sum(1), (x * y).sum(1)
    xv, yv = (x * v).sum(1), (y * v).sum(1)
    det = xx * yy - xy * xy
    sound = det > 1e-5 * (xx + yy) ** 2 + 1e-6  # slivers keep their middle's value
    det = np.where(sound, det, 1)
    a = np.where(sound, (xv * yy - yv * xy) / det, 0)
    b = np.where(sound, (yv * xx - xv * xy) / det, 0)
    return a, b, mean - a * middle[:, 0, 0] - b * middle[:, 0, 1]


def cover(polygons: Polygons, width: int, height: int) -> Covered:
    """Return the fine pixels of ``polygons`` on a canvas of ``width`` x ``height`` fine pixels."""
    corners = polygons.corners
    of_row, row = _rows(corners, height)
    x0, y0 = corners[..., 0], corners[..., 1]
    dx, dy = np.roll(x0, -1, axis=1) - x0, np.roll(y0, -1, axis=1) - y0
    flat = np.abs(dy) < 1e-6
    slope = np.where(flat, 0, dx / np.where(flat, 1, dy))
    bound = x0[of_row] + ((row + 0.5)[:, None].astype(np.float32) - y0[of_row]) * slope[of_row]
    skip, rising = flat[of_row], dy[of_row] < 0
    left = np.where(rising & ~skip, bound, -1.0).max(axis=1)
    right = np.where(~rising & ~skip, bound, width + 1.0).min(axis=1)
    begin = np.clip(np.ceil(left - 0.5), 0, width).astype(np.int64)
    end = np.clip(np.floor(right - 0.5) + 1, 0, width).astype(np.int64)
    span, x = _expand(begin, end)
    owner, y = of_row[span], row[span]
    a, b, c = _plane(corners, polygons.nearness)
    row_base = b[of_row] * (row + 0.5) + c[of_row]
    near = a[owner] * (x + 0.5) + row_base[span]
    return Covered(y * width + x, owner, near.astype(np.float32))


def nearest(covered: Covered, depth: Floats) -> tuple[Integers, Integers]:
    """Resolve what is in front: return (fine pixels, owners), each pixel once.

    ``depth`` (canvas,) float32 holds the nearness of what stands there; it is changed to the winners'.
    """
    np.maximum.at(depth, covered.at, covered.nearness)
    wins = covered.nearness >= depth[covered.at]
    at, owner = covered.at[wins], covered.owner[wins]
    last = np.full(len(depth), -1, dtype=np.int32)
    last[at] = owner
    unique = last[at] == owner
    return at[unique], owner[unique]


@dataclass(frozen=True, slots=True)
class Placed:
    """A body where it stands: its middle on the ground and its heading."""

    body: Body
    x_m: float
    y_m: float
    heading_rad: float


@dataclass(frozen=True, slots=True)
class Faces:
    """Faces that look at the camera, on the fine canvas.

    ``normal`` (n, 3) points out of the face in the world; ``owner`` (n,) numbers the placed bodies.
    """

    polygons: Polygons
    normal: Floats
    rgb: Floats
    gloss: Floats
    owner: Integers


def faces_of(placed: Sequence[Placed], mast: Mast) -> Faces:
    """Return what the camera sees of ``placed``, none of which may reach behind the camera."""
    solid, limbs = _solid(placed, mast), _limbs(placed, mast)
    return Faces(
        Polygons(
            np.concatenate((solid.polygons.corners, limbs.polygons.corners)),
            np.concatenate((solid.polygons.nearness, limbs.polygons.nearness)),
        ),
        np.concatenate((solid.normal, limbs.normal)),
        np.concatenate((solid.rgb, limbs.rgb)),
        np.concatenate((solid.gloss, limbs.gloss)),
        np.concatenate((solid.owner, limbs.owner)),
    )


def _to_world(points: Floats, count: Sequence[int], placed: Sequence[Placed]) -> Floats:
    """Turn and move points (n, ..., 3), of which each placed body owns ``count``."""
    turn = np.array([(math.cos(p.heading_rad), math.sin(p.heading_rad)) for p in placed], np.float32).reshape(-1, 2)
    move = np.array([(p.x_m, p.y_m) for p in placed], np.float32).reshape(-1, 2)
    shape = (-1,) + (1,) * (points.ndim - 2)
    cos, sin = (np.repeat(turn[:, i], count).reshape(shape) for i in (0, 1))
    dx, dy = (np.repeat(move[:, i], count).reshape(shape) for i in (0, 1))
    x, y, z = (points[..., i] for i in range(3))
    return np.stack((x * cos - y * sin + dx, x * sin + y * cos + dy, z), axis=-1)


def _solid(placed: Sequence[Placed], mast: Mast) -> Faces:
    """Return the faces of the meshes that show their front."""
    count = [len(p.body.faces) for p in placed]
    local = np.concatenate([p.body.vertices[p.body.faces] for p in placed] or [np.zeros((0, 4, 3), np.float32)])
    world = _to_world(local, count, placed)
    at, depth = mast.project(world)
    corners = (at * FINE).astype(np.float32)
    seen = facing(corners) & (depth.min(axis=1) > 1)
    world = world[seen]
    normal = np.cross(world[:, 3] - world[:, 1], world[:, 2] - world[:, 0])
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    layer, gloss, rgb = (
        np.concatenate([getattr(p.body, name) for p in placed] or [np.zeros(shape, np.float32)])[seen]
        for name, shape in (("layer", 0), ("gloss", 0), ("rgb", (0, 3)))
    )
    nearness = (1 / depth[seen] * (1 + 0.0015 * layer[:, None])).astype(np.float32)
    owner = np.repeat(np.arange(len(placed)), count)[seen]
    return Faces(Polygons(corners[seen], nearness), normal.astype(np.float32), rgb, gloss, owner)


def _limbs(placed: Sequence[Placed], mast: Mast) -> Faces:
    """Return the limbs as ribbons of their width that turn to the camera."""
    count = [len(p.body.limbs) for p in placed]
    local = np.concatenate([p.body.limbs for p in placed] or [np.zeros((0, 2, 3), np.float32)])
    width = np.concatenate([p.body.limb_width_m for p in placed] or [np.zeros(0, np.float32)])
    rgb = np.concatenate([p.body.limb_rgb for p in placed] or [np.zeros((0, 3), np.float32)])
    at, depth = mast.project(_to_world(local, count, placed))
    along = at[:, 1] - at[:, 0]
    half = (width / 2 / depth.mean(axis=1) * mast.focal_px)[:, None]
    long = np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-6)
    across = np.stack((-along[:, 1], along[:, 0]), axis=1) / long * half
    a, b = at[:, 0], at[:, 1]
    corners = (np.stack((a - across, b - across, b + across, a + across), axis=1) * FINE).astype(np.float32)
    seen = depth.min(axis=1) > 1
    nearness = np.repeat(1 / depth.mean(axis=1)[:, None], 4, axis=1).astype(np.float32)
    normal = np.broadcast_to(np.array((0, 0, 0.35), np.float32), (len(a), 3))
    owner = np.repeat(np.arange(len(placed)), count)
    gloss = np.zeros(int(seen.sum()), np.float32)
    return Faces(Polygons(corners[seen], nearness[seen]), normal[seen], rgb[seen], gloss, owner[seen])


def to_pixels(at: Integers, width: int) -> Integers:
    """Return the picture's flat pixel of each fine pixel of a canvas that is ``width`` fine pixels wide."""
    y, x = np.divmod(at, width)
    return np.asarray((y // FINE) * (width // FINE) + x // FINE)
