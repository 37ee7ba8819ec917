"""One drawing becomes another: silhouettes by their distance fields, pixels carried from where they were to where they
will be; every pixel of an in-between is one of either drawing.

A cross-fade shows two half-drawn sprites at once. Here each pixel has one place at a time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Passage", "clusters", "depths", "paired", "shaped"]

Indices = NDArray[np.uint8]
Floats = NDArray[np.float64]
Places = NDArray[np.intp]
Mask = NDArray[np.bool_]

DEEP = 4.0
"""Pixels from the edge beyond which one inner pixel is like another."""
PER_DEPTH, PER_LIGHTNESS, PER_HUE = 3.0, 6.0, 10.0
"""What a pixel of depth, and OKLab lightness and hue, count beside a pixel of distance when pixels are paired."""
INSIDE = 2.4
"""The same of depth, when a pixel looks for what is carried to it."""
LOOKED = 60
EAGER = 0.7
CHUNK = 256


def depths(drawn: Mask) -> Floats:
    """How many pixels it is from each pixel's middle to the nearest one of the other kind, negative where not drawn;
    shape (H, W). Beyond the canvas nothing is drawn."""
    around = np.pad(drawn, 1)
    return (_distance(~around) - _distance(around))[1:-1, 1:-1]


def _distance(to: Mask) -> Floats:
    """Euclidean distance to the nearest True pixel: first along rows, then along columns."""
    if not to.any():
        return np.full(to.shape, float(sum(to.shape)))
    y, x = (np.square(np.subtract.outer(np.arange(side), np.arange(side))).astype(float) for side in to.shape)
    along = (x + np.where(to, 0.0, np.inf)[:, None]).min(2)
    return np.asarray(np.sqrt((y[:, :, None] + along[None]).min(1)))


def clusters(indices: Indices) -> Places:
    """A number for each pixel, shape (H, W): the same for 8-connected pixels of one entry."""
    found = np.arange(indices.size).reshape(indices.shape)
    values = np.pad(indices.astype(int), 1, constant_values=-1)
    height, width = indices.shape
    steps = [(dy, dx) for dy in range(3) for dx in range(3)]
    same = [values[dy : dy + height, dx : dx + width] == indices for dy, dx in steps]
    while True:
        wide, least = np.pad(found, 1), found
        for (dy, dx), like in zip(steps, same, strict=True):
            least = np.where(like, np.minimum(least, wide[dy : dy + height, dx : dx + width]), least)
        least = least.ravel()[least]
        if np.array_equal(least, found):
            return found
        found = least


def paired(first: Floats, second: Floats) -> tuple[Places, Places]:
    """Which of `first` (N, F) becomes which of `second` (M, F): two lists of max(N, M) places.

    Mass is carried as a whole: points flow until they lie like the others along every direction looked at (iterative
    distribution transfer, Pitié et al. 2007), then each takes the nearest.
    """
    count = max(len(first), len(second))
    ours, theirs = (np.arange(count) * len(points) // count for points in (first, second))
    flowing, goal = first[ours].astype(float), second[theirs].astype(float)
    rng = np.random.Generator(np.random.Philox(key=0))
    for _ in range(LOOKED):
        step = np.zeros_like(flowing)
        for axis in np.linalg.qr(rng.standard_normal((flowing.shape[1],) * 2))[0].T:
            here, there = (flowing * axis).sum(1), (goal * axis).sum(1)
            # Rounded, so that points as good as level keep their order.
            places = [np.argsort(values.round(9), kind="stable") for values in (here, there)]
            along = np.empty(count)
            along[places[0]] = there[places[1]] - here[places[0]]
            step += along[:, None] * axis
        flowing += EAGER * step
    return ours, theirs[_nearest(flowing, goal)]


def _nearest(points: Floats, among: Floats) -> Places:
    """For each point (N, F) the place of the nearest of others (M, F); of equals the first."""
    parts = [points[start : start + CHUNK] for start in range(0, len(points), CHUNK)]
    return np.concatenate([np.square(part[:, None] - among[None]).sum(2).argmin(1) for part in parts])


def shaped(field: Floats, count: int) -> Mask:
    """The `count` deepest pixels of a field (H, W)."""
    order = np.argsort(-field.ravel().round(9), kind="stable")
    drawn = np.zeros(field.size, bool)
    drawn[order[:count]] = True
    return drawn.reshape(field.shape)


@dataclass(frozen=True)
class Passage:
    """From one drawing to another on a canvas of the same size, pixel for pixel.

    Attributes:
        first, second: The two, shape (H, W), with something drawn on each.
        starts, ends: Row and column in the one and in the other of everything that is carried, shape (N, 2).
        rises: The part of the way, 0 to 1, at which each takes its new color, shape (N,).
    """

    first: Indices
    second: Indices
    starts: Places
    ends: Places
    rises: Floats

    @classmethod
    def of(cls, first: Indices, second: Indices, lab: NDArray[np.floating]) -> Passage:
        """Pair the pixels of two drawings: near ones, as deep inside, and of like color.

        Colors come in by whole clusters of `second`, from its feet up: so no cluster is ever torn.

        Arguments:
            lab: OKLab of the entries, shape (K, 3), the transparent one first.
        """
        ours, theirs = paired(_points(first, lab), _points(second, lab))
        starts, ends = np.argwhere(first > 0)[ours], np.argwhere(second > 0)[theirs]
        whole = clusters(second)[tuple(ends.T)]
        _, number, sizes = np.unique(whole, return_inverse=True, return_counts=True)
        height = np.bincount(number, ends[:, 0]) / sizes
        order = np.argsort(-height, kind="stable")
        after = np.empty(len(order))
        after[order] = np.cumsum(sizes[order]) - sizes[order] / 2
        return cls(first, second, starts, ends, (after / len(starts))[number])

    def at(self, part: float, *, recolor: bool = True) -> Indices:
        """The drawing after a part of the way, shape (H, W).

        Arguments:
            part: 0 gives the first drawing, 1 the second.
            recolor: Whether what is carried takes its new color on the way.
        """
        if part <= 0 or (part >= 1 and recolor):
            return self.second if part > 0 else self.first
        own = self.first[tuple(self.starts.T)]
        if recolor:
            own = np.where(self.rises < part, self.second[tuple(self.ends.T)], own)
        return self.drawn(self.first, self.starts, self.ends - self.starts, own, (self.first, self.second), part)

    def apply(self, other: Indices, lab: NDArray[np.floating], part: float) -> Indices:
        """Another drawing, moved as the second is from the first: part 1 of the first itself has the second's shape."""
        ours, theirs = paired(_points(other, lab), _points(self.first, lab))
        starts, seen = np.argwhere(other > 0)[ours], np.argwhere(self.first > 0)[theirs]
        places = np.zeros(self.first.shape, int)
        places[tuple(self.starts.T)] = np.arange(len(self.starts))
        moves = (self.ends - self.starts)[places[tuple(seen.T)]]
        return self.drawn(other, starts, moves, other[tuple(starts.T)], (self.first, self.second), part)

    @staticmethod
    def drawn(
        base: Indices, starts: Places, moves: Places, colors: Indices, ends: tuple[Indices, Indices], part: float
    ) -> Indices:
        """What is carried from `starts` by a part of `moves`, in a silhouette that has changed by the same part of
        what lies between two others."""
        own, before, after = (depths(one > 0) for one in (base, *ends))
        field = own + part * (after - before)
        count = (base > 0).sum() + part * (int((ends[1] > 0).sum()) - int((ends[0] > 0).sum()))
        mask = shaped(field, int(np.clip(round(float(count)), 1, base.size)))
        landed = (starts + moves).clip(0, np.array(base.shape) - 1)
        # What lands outside lies on the new edge.
        goal = np.clip(after[tuple(landed.T)], 1, DEEP)
        deep = (1 - part) * np.minimum(own, DEEP)[tuple(starts.T)] + part * goal
        carried = np.concatenate([starts + part * moves, INSIDE * deep[:, None]], 1)
        wanted = np.concatenate([np.argwhere(mask), INSIDE * np.minimum(depths(mask), DEEP)[mask][:, None]], 1)
        result = np.zeros(base.shape, np.uint8)
        result[mask] = colors[_nearest(wanted, carried)]
        return result


def _points(indices: Indices, lab: NDArray[np.floating]) -> Floats:
    """What drawn pixels are paired by, in pixels, shape (N, 6): place, depth, color."""
    drawn = indices > 0
    depth = np.minimum(depths(drawn)[drawn], DEEP)[:, None]
    color = lab[indices[drawn]] * (PER_LIGHTNESS, PER_HUE, PER_HUE)
    return np.concatenate([np.argwhere(drawn), PER_DEPTH * depth, color], 1)
