"""Craft figures: what pixel artists look at, as one number a sprite each, and how far two sets lie apart in them.

The words are those of the trade, as in cure's "The Pixel Art Tutorial" (Pixel Joint, 2010). None of the figures is
good or bad in itself: a pack has its own orphans and its own banding, and what is new must have as many.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..color import oklab
from ..palette import Palette
from .contour import line_faults

__all__ = ["FIGURES", "craft", "entries", "spread", "stacked", "wasserstein"]

Indices = NDArray[np.uint8]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

LEAST_SPREAD = {
    "drawn": 0.02,
    "colors": 1.0,
    "cluster": 0.25,
    "pieces": 0.5,
    "holes": 0.5,
    "orphans": 0.02,
    "speckle": 0.01,
    "jaggies": 0.03,
    "teeth": 0.03,
    "shape_symmetry": 0.05,
    "color_symmetry": 0.05,
    "outline": 0.1,
    "pillow": 0.1,
    "banding": 0.03,
}
"""The figures, and what a pack's spread in each is at least: without it one orphan would be a huge difference."""
FIGURES = tuple(LEAST_SPREAD)

SIDES = ((-1, 0), (0, -1), (0, 1), (1, 0))
AROUND = (*SIDES, (-1, -1), (-1, 1), (1, -1), (1, 1))
CLEAR = 0.04  # a step in OKLab lightness that is seen
CHUNK = 256
LEAST_INSIDE = 8
LEAST_RUN = 3


def craft(sprites: Sequence[Indices], lab: Floats) -> Floats:
    """The craft figures of sprites, shape (N, len(FIGURES)).

    - drawn: share of the canvas.
    - colors: how many entries are used.
    - cluster: log2 of the mean size in pixels of clusters, 8-connected pixels of one entry.
    - pieces, holes: log2 of 1 + how many 8-connected pieces, and 4-connected openings in them.
    - orphans: share of drawn pixels none of whose 8 neighbors holds the same entry.
    - speckle: share of drawn pixels none of whose 4 neighbors holds the same entry, while three of them agree.
    - jaggies, teeth: see `contour.line_faults`.
    - shape_symmetry, color_symmetry: see `symmetry`.
    - outline: share of the silhouette's edge pixels that are clearly darker than what lies inside beside them, or
      of the sprite's darkest color.
    - pillow: correlation of lightness with depth, the distance to the nearest undrawn pixel, inside the edge; shading
      that follows the silhouette instead of a light has a high one. 0 where too little is inside.
    - banding: share of straight runs of 3 and more pixels of one entry that lie against a run of another entry with
      the same ends ("hugging").

    Arguments:
        sprites: Each of shape (H, W), of 1 to 64 pixels a side; sizes may differ. Entries of `lab`, 0 transparent.
        lab: OKLab of the entries, shape (K, 3); the first is not read.
    """
    found = [np.zeros((0, len(FIGURES)))]
    for start in range(0, len(sprites), CHUNK):
        some = sprites[start : start + CHUNK]
        areas = np.array([sprite.size for sprite in some])
        found.append(_figures(stacked(some), areas, lab[:, 0]))
    return np.concatenate(found)


def entries(palette: Palette) -> Floats:
    """OKLab of a palette's entries, shape (K + 1, 3), the transparent one first as zero."""
    return np.concatenate([np.zeros((1, 3)), oklab(np.array(palette.colors, np.uint8))])


def stacked(sprites: Sequence[Indices], margin: int = 1) -> Indices:
    """Sprites on one canvas size with a transparent margin, upper left corners aligned; shape (N, H, W)."""
    height, width = (max((sprite.shape[axis] for sprite in sprites), default=0) for axis in (0, 1))
    canvas = np.zeros((len(sprites), height + 2 * margin, width + 2 * margin), np.uint8)
    for place, sprite in enumerate(sprites):
        canvas[place, margin : margin + sprite.shape[0], margin : margin + sprite.shape[1]] = sprite
    return canvas


def _figures(indices: Indices, areas: NDArray[np.int64], lightness: Floats) -> Floats:
    drawn = indices > 0
    count = drawn.sum((1, 2))
    most = np.maximum(count, 1)
    near = np.stack([moved(indices, *step) for step in AROUND])
    lonely = drawn & (near[:4] != indices).all(0)
    agree = np.max([(near[:4] == near[side]).sum(0) for side in range(4)], axis=0) >= 3
    clusters = _roots(indices, AROUND, drawn)
    figures = {
        "drawn": count / areas,
        "colors": [len(np.unique(sprite[sprite > 0])) for sprite in indices],
        "cluster": np.log2(most / np.maximum(clusters, 1)),
        "pieces": np.log2(1 + _roots(drawn, AROUND, drawn)),
        "holes": np.log2(_roots(drawn, SIDES, ~drawn)),  # the outside is one of the undrawn regions
        "orphans": (drawn & (near != indices).all(0)).sum((1, 2)) / most,
        "speckle": (lonely & agree).sum((1, 2)) / most,
        "outline": _outline(indices, near, lightness),
        "pillow": _pillow(drawn, lightness[indices]),
        "banding": _banding(indices),
    }
    figures["jaggies"], figures["teeth"] = line_faults(drawn)
    figures["shape_symmetry"], figures["color_symmetry"] = symmetry(indices)
    return np.stack([np.asarray(figures[name], np.float64) for name in FIGURES], axis=1)


def moved(values: NDArray, dy: int, dx: int) -> NDArray:
    """The neighbor of every pixel at (dy, dx), shape (N, H, W); margins keep what wraps around harmless."""
    return np.roll(values, (-dy, -dx), (1, 2))


def _roots(values: NDArray, steps: Sequence[tuple[int, int]], counted: Mask) -> NDArray[np.int64]:
    """How many connected regions of one value each image has among the `counted` pixels, shape (N,).

    Every pixel takes the least number among its region's neighbors, and then the number of that number, until nothing
    changes (pointer jumping), for all images at once.
    """
    own = np.arange(values.size).reshape(values.shape)
    joined = [moved(values, *step) == values for step in steps]
    label = own
    while True:
        least = label
        for step, same in zip(steps, joined, strict=True):
            least = np.where(same, np.minimum(least, moved(label, *step)), least)
        least = least.ravel()[least]
        if np.array_equal(least, label):
            return (counted & (label == own)).sum((1, 2))
        label = least


def symmetry(indices: Indices) -> tuple[Floats, Floats]:
    """How much of each sprite is its own mirror image, in shape and in color, 0 to 1; two of shape (N,).

    Shape: pixels drawn on both sides over pixels drawn on either. Color: those that also hold the same entry, over the
    same. Each the best of several axes through the middle of the bounding box: upright, also half a pixel and a pixel
    beside it; level; and both diagonals, where they run between pixels also the two next to them.
    """
    boxes = [sprite[_extent(sprite > 0, 1)][:, _extent(sprite > 0, 0)] for sprite in indices]
    canvas = stacked(boxes, 1)
    side = max(canvas.shape[1:])
    canvas = np.pad(canvas, ((0, 0), (0, side - canvas.shape[1]), (0, side - canvas.shape[2])))
    # Twice the middle of each box, from the outermost pixel, which is undrawn and stands for all beyond.
    y, x = (np.array([1 + box.shape[axis] for box in boxes], int)[:, None] for axis in (0, 1))
    places = np.arange(side)[None]

    def taken(rows: NDArray[np.int64], columns: NDArray[np.int64]) -> Indices:
        picked = np.take_along_axis(canvas, rows.clip(0, side - 1)[:, :, None], 1)
        return np.take_along_axis(picked, columns.clip(0, side - 1)[:, None], 2)

    mirrors = [taken(places + 0 * y, x + beside - places) for beside in (-2, -1, 0, 1, 2)]
    mirrors.append(taken(y - places, places + 0 * x))
    for up in (0, 1):
        down, across = (y - x + up) // 2, (y + x + up) // 2
        mirrors.append(taken(places + down, places - down).swapaxes(1, 2))
        mirrors.append(taken(across - places, across - places).swapaxes(1, 2))
    shape, color, count = np.zeros(len(boxes)), np.zeros(len(boxes)), (canvas > 0).sum((1, 2))
    for mirror in mirrors:
        both = (canvas > 0) & (mirror > 0)
        # Counted so, since a part of the mirror image may lie outside.
        either = np.maximum(2 * count - both.sum((1, 2)), 1)
        shape = np.maximum(shape, both.sum((1, 2)) / either)
        color = np.maximum(color, (both & (canvas == mirror)).sum((1, 2)) / either)
    return shape, color


def _extent(drawn: Mask, axis: int) -> slice:
    places = np.flatnonzero(drawn.any(axis))
    return slice(places[0], places[-1] + 1) if len(places) else slice(0, 0)


def _edge(drawn: Mask) -> Mask:
    """Drawn pixels with an undrawn 4-neighbor."""
    return drawn & ~np.logical_and.reduce([moved(drawn, *step) for step in SIDES])


def _outline(indices: Indices, near: Indices, lightness: Floats) -> Floats:
    drawn = indices > 0
    edge = _edge(drawn)
    inside = np.stack([moved(drawn & ~edge, *step) for step in AROUND])
    light = lightness[indices]
    mean = (lightness[near] * inside).sum(0) / np.maximum(inside.sum(0), 1)
    darker = inside.any(0) & (light < mean - CLEAR)
    darkest = np.where(drawn, light, np.inf).min((1, 2), keepdims=True)
    brightest = np.where(drawn, light, -np.inf).max((1, 2), keepdims=True)
    darker |= (light == darkest) & (brightest > darkest + CLEAR)
    return (edge & darker).sum((1, 2)) / np.maximum(edge.sum((1, 2)), 1)


def _pillow(drawn: Mask, light: Floats) -> Floats:
    depth, rest = np.zeros(drawn.shape), drawn
    while rest.any():
        depth += rest
        rest = rest & ~_edge(rest)
    inside = depth >= 2
    count = inside.sum((1, 2))
    total = np.maximum(count, 1)
    x, y = (
        np.where(inside, values - (values * inside).sum((1, 2), keepdims=True) / total[:, None, None], 0)
        for values in (depth, light)
    )
    scale = np.sqrt((x**2).sum((1, 2)) * (y**2).sum((1, 2)))
    return np.where((count >= LEAST_INSIDE) & (scale > 1e-9), (x * y).sum((1, 2)) / np.maximum(scale, 1e-9), 0)


def _banding(indices: Indices) -> Floats:
    banded, total = np.zeros(len(indices)), np.zeros(len(indices))
    for view in (indices, indices.transpose(0, 2, 1)):
        start = (view > 0) & (view != moved(view, 0, -1))
        length = np.ones(view.shape, int)
        for column in range(view.shape[2] - 2, -1, -1):
            length[:, :, column] += np.where(view[:, :, column] == view[:, :, column + 1], length[:, :, column + 1], 0)
        long = start & (length >= LEAST_RUN)
        hug = long & moved(long, 1, 0) & (length == moved(length, 1, 0)) & (view != moved(view, 1, 0))
        banded += (hug | moved(hug, -1, 0)).sum((1, 2))
        total += long.sum((1, 2))
    return banded / np.maximum(total, 1)


def spread(figures: Floats) -> Floats:
    """The unit that differences are told in, shape (F,): the standard deviation, outer twentieths drawn in.

    Drawn in (winsorized), so that one odd sprite does not hide the differences of all others; quartiles would be zero
    in packs most of whose sprites have no orphan at all. Never less than `LEAST_SPREAD`.

    Arguments:
        figures: Of the pack's real sprites, shape (N, F).
    """
    low, high = np.percentile(figures, [5, 95], axis=0)
    return np.maximum(np.clip(figures, low, high).std(0), list(LEAST_SPREAD.values()))


def wasserstein(one: Floats, other: Floats, unit: Floats) -> Floats:
    """How far two sets lie apart in each figure: 1-D Wasserstein-1 distances in units, shape (F,).

    Arguments:
        one, other: Shapes (N, F) and (M, F), none empty.
        unit: As `spread` gives it, shape (F,).
    """
    values = np.sort(np.concatenate([one, other]), axis=0)
    apart = np.zeros(len(unit))
    for figure, column in enumerate(values.T):
        ranks = [np.searchsorted(np.sort(some[:, figure]), column[:-1], "right") / len(some) for some in (one, other)]
        apart[figure] = np.abs(ranks[0] - ranks[1]) @ np.diff(column)
    return apart / unit
