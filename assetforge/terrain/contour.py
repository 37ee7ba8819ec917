"""Where on a tile the inner material ends.

Along the edges of a tile the border is fixed by what lies at their ends, so that any two tiles that may stand side by
side meet. Within, it is a rounded shape whose contour wanders, and pixels that stick out alone are taken back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .masks import Layout, Place

__all__ = ["Reach", "inside"]

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]

KNOT = 3
"""Pixels between the knots of the noise, at least: a contour that turns more often is frayed."""


@dataclass(frozen=True)
class Reach:
    """How far from the ends of an edge the border crosses it, in pixels.

    Arguments:
        left, right: Of edges that lie.
        top, bottom: Of edges that stand.
    """

    left: int
    right: int
    top: int
    bottom: int

    @classmethod
    def of(cls, layout: Layout, shape: tuple[int, int], random: np.random.Generator) -> Reach:
        """A quarter of the tile for a set of cells, its middle for one of corners; a pixel more or less by chance."""
        height, width = shape
        found: list[tuple[int, int]] = []
        for side in (width, height):
            slack = 1 if side >= 12 else 0
            if layout.corners_only:
                first = side // 2 + int(random.integers(-slack, slack + 1))
                found.append((first, side - first))
            else:
                one, other = (max(2, round(side / 4)) + int(n) for n in random.integers(-slack, slack + 1, 2))
                found.append((one, other))
        (left, right), (top, bottom) = found
        return cls(left, right, top, bottom)


def inside(place: Place, shape: tuple[int, int], reach: Reach, random: np.random.Generator, wander: float) -> Mask:
    """True where a tile (H, W) is of the inner material.

    Arguments:
        random: What the contour wanders by.
        wander: How far it may, in parts of an eighth of the tile.
    """
    height, width = shape
    field = corners(place, shape, reach) if place.center is None else cell(place, shape, reach)
    y, x = np.mgrid[:height, :width]
    rim = np.minimum.reduce([y, x, height - 1 - y, width - 1 - x])
    field = field + wander * max(1.0, min(shape) / 8) * np.clip(rim / 3, 0, 1) * noise(shape, random)
    mask = np.asarray(field > 0)
    border(mask, place, reach)
    return smooth(mask, rim > 0)


def cell(place: Place, shape: tuple[int, int], reach: Reach) -> Floats:
    """How far inside a cell's shape each pixel lies, about in pixels: strips off where a side is foreign, rounded where
    two meet, and a round notch in a corner that is."""
    n, e, s, w = place.sides
    near, far = distances(shape)
    from_edge = {"n": near[0] - reach.top, "s": far[0] - reach.bottom, "w": near[1] - reach.left}
    from_edge["e"] = far[1] - reach.right
    foreign = dict(zip("nesw", (not n, not e, not s, not w), strict=True))
    field = np.full(shape, float(max(shape)))
    for side, lost in foreign.items():
        field = np.minimum(field, from_edge[side]) if lost else field
    ends = (("n", "e", near[0], far[1]), ("s", "e", far[0], far[1]), ("s", "w", far[0], near[1]))
    for corner, (down, across, a, b) in zip(place.corners, (*ends, ("n", "w", near[0], near[1])), strict=True):
        if foreign[down] and foreign[across]:
            field = np.minimum(field, rounded(from_edge[down], from_edge[across], min(shape) / 3))
        elif not (corner or foreign[down] or foreign[across]):
            high, wide = (
                getattr(reach, {"n": "top", "s": "bottom", "e": "right", "w": "left"}[k]) for k in (down, across)
            )
            field = np.minimum(field, (np.hypot(a / high, b / wide) - 1) * min(high, wide))
    return field


def corners(place: Place, shape: tuple[int, int], reach: Reach) -> Floats:
    """How far inside the shape that four corners span each pixel lies, about in pixels: round what one holds alone,
    straight between two."""
    near, far = distances(shape)
    upper, lower, left, right = (
        near[0] / reach.top,
        far[0] / reach.bottom,
        near[1] / reach.left,
        far[1] / reach.right,
    )
    parts = ((upper, right), (lower, right), (lower, left), (upper, left))
    scale = min(shape) / 2
    held = [place for place, inner in enumerate(place.corners) if inner]
    if len(held) in (0, 4):
        return np.full(shape, scale if held else -scale)
    around = [(1 - np.hypot(*parts[corner])) * scale for corner in range(4)]
    if len(held) == 3:
        return -around[({0, 1, 2, 3} - {*held}).pop()]
    if len(held) == 2 and held in ([0, 1], [1, 2], [2, 3], [0, 3]):
        axis = 1 if held in ([0, 1], [2, 3]) else 0
        return (1 - parts[held[0]][axis]) * scale
    return np.maximum.reduce([around[corner] for corner in held])


def distances(shape: tuple[int, int]) -> tuple[Floats, Floats]:
    """Of each pixel's middle from the first edge and from the last, down and across; each (2, H, W)."""
    near = np.mgrid[: shape[0], : shape[1]] + 0.5
    return near, np.array(shape).reshape(2, 1, 1) - near


def rounded(one: Floats, other: Floats, radius: float) -> Floats:
    """The lesser of two distances, with the corner that they make rounded off."""
    return radius - np.hypot(np.maximum(radius - one, 0), np.maximum(radius - other, 0))


def noise(shape: tuple[int, int], random: np.random.Generator) -> Floats:
    """Smooth numbers from -1 to 1, shape (H, W)."""
    knots = [max(3, 2 + round(side / max(KNOT, side / 5))) for side in shape]
    values = random.uniform(-1, 1, knots)
    for axis, side in enumerate(shape):
        at = (np.arange(side) + 0.5) / side * (knots[axis] - 1)
        low = np.minimum(at.astype(int), knots[axis] - 2)
        part = at - low
        part = part * part * (3 - 2 * part)
        part = part.reshape((-1, 1) if axis == 0 else (1, -1))
        values = values.take(low, axis) * (1 - part) + values.take(low + 1, axis) * part
    return values


def border(mask: Mask, place: Place, reach: Reach) -> None:
    """Set the pixels along the edges of `mask` (H, W): by the corners and the reach alone."""
    ne, se, sw, nw = place.corners
    n, e, s, w = place.sides
    for line, first, last, middle, before, after in (
        (mask[0], nw, ne, n, reach.left, reach.right),
        (mask[-1], sw, se, s, reach.left, reach.right),
        (mask[:, 0], nw, sw, w, reach.top, reach.bottom),
        (mask[:, -1], ne, se, e, reach.top, reach.bottom),
    ):
        line[:] = middle
        if place.center is None or middle:
            line[:before] = first
            line[len(line) - after :] = last


def smooth(mask: Mask, free: Mask) -> Mask:
    """The mask (H, W) without pixels that stick out: one that differs from three of its four neighbors joins them.

    Each flip shortens the border, so this ends. Only `free` pixels move; beyond the edges all goes on as it ends.
    """
    mask = mask.copy()
    parity = np.indices(mask.shape).sum(0) % 2
    moved = True
    while moved:
        moved = False
        for half in (0, 1):
            padded = np.pad(mask, 1, "edge")
            sides = (padded[:-2, 1:-1], padded[2:, 1:-1], padded[1:-1, :-2], padded[1:-1, 2:])
            alone = sum((side != mask).astype(int) for side in sides) >= 3
            flips = alone & free & (parity == half)
            mask ^= flips
            moved |= bool(flips.any())
    return mask
