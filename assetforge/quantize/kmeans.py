"""Weighted k-means in OKLab whose centers become medoids: colors that the art really uses.

Seeding is the greedy k-means++ of Arthur and Vassilvitskii, "k-means++: the advantages of careful
seeding" (2007); Lloyd's iterations are scikit-learn's.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..color import distance, oklab
from .histogram import cells

__all__ = ["medoids", "nearest_lab", "nearest_rows"]

Floats = NDArray[np.float64]

ROUNDS = 24
TRIALS = 8
# Beyond this many colors, those that share their upper bits are clustered as one weighted point.
POINT_LIMIT = 4096
BITS = 5
# Rows of a distance table worked on at once, so that it stays in the processor's cache; and of a list of colors,
# because an image may have millions.
CHUNK = 2048
BLOCK = 1 << 18


def medoids(colors: NDArray[np.uint8], counts: NDArray[np.int64], k: int, seed: int = 0) -> NDArray[np.intp]:
    """At most `k` of the colors that serve all of them best, as sorted rows of `colors`.

    With no more than `k` colors these are all of them. Pure black, where the art uses it, is always
    among them: outlines stay black and never become the mean of black and the next dark shade.

    Arguments:
        colors: Distinct sRGB colors, shape (N, 3), uint8.
        counts: How many pixels have each, shape (N,).
        k: How many to choose, at least 1.
        seed: Of the k-means++ draws.
    """
    if len(colors) <= k:
        return np.arange(len(colors))
    fixed = np.flatnonzero(~colors.any(axis=1))
    free = np.flatnonzero(colors.any(axis=1))
    points, weights = _points(colors[free], counts[free])
    chosen = set(fixed.tolist())
    if wanted := min(k - len(fixed), len(points)):
        start = points[_seed(points, weights, wanted, oklab(colors[fixed]), np.random.default_rng(seed))]
        chosen.update(_closest(colors, _lloyd(points, weights, start)).tolist())
    rows = sorted(chosen)
    if len(rows) < k:
        near = distance(oklab(colors), oklab(colors[rows])[nearest_rows(colors, colors[rows])]) ** 2
        while len(chosen) < k:
            # Two centers met in one color: the place goes to the color that is served worst.
            worst = int((near * counts).argmax())
            chosen.add(worst)
            near = np.minimum(near, distance(oklab(colors), oklab(colors[worst])) ** 2)
    return np.array(sorted(chosen), np.intp)


def nearest_rows(colors: NDArray[np.uint8], targets: NDArray[np.uint8]) -> NDArray[np.intp]:
    """For every sRGB color the row of the nearest target in OKLab, the first of equals, shape (N,).

    Arguments:
        colors: Shape (N, 3), uint8.
        targets: Shape (P, 3), at least one.
    """
    goal = oklab(targets)
    found = [nearest_lab(oklab(colors[i : i + CHUNK]), goal) for i in range(0, len(colors), CHUNK)]
    return np.concatenate(found) if found else np.zeros(0, np.intp)


def nearest_lab(lab: Floats, goal: Floats) -> NDArray[np.intp]:
    """The same for a few colors that are in OKLab already."""
    return _squares(lab, goal).argmin(axis=1)


def _closest(colors: NDArray[np.uint8], centers: Floats) -> NDArray[np.intp]:
    """For every center the row of the nearest color, the first of equals, shape (len(centers),)."""
    best, rows = np.full(len(centers), np.inf), np.zeros(len(centers), np.intp)
    for begin in range(0, len(colors), CHUNK):
        table = _squares(centers, oklab(colors[begin : begin + CHUNK]))
        row = table.argmin(axis=1)
        value = table[np.arange(len(centers)), row]
        rows = np.where(value < best, begin + row, rows)
        best = np.minimum(value, best)
    return rows


def _squares(one: Floats, other: Floats) -> Floats:
    """Squared distances, shape (len(one), len(other))."""
    # Channel by channel without BLAS: the same bits whatever the number of threads.
    total = np.subtract.outer(one[:, 0], other[:, 0])
    total *= total
    for channel in (1, 2):
        step = np.subtract.outer(one[:, channel], other[:, channel])
        step *= step
        total += step
    return total


def _points(colors: NDArray[np.uint8], counts: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """The colors as weighted points, those alike in their upper bits as one if there are too many."""
    weights = counts.astype(np.float64)
    if len(colors) <= POINT_LIMIT:
        return oklab(colors), weights
    cell, heads = cells(colors, counts, BITS)
    total, mean = np.zeros(len(heads)), np.zeros((3, len(heads)))
    for begin in range(0, len(colors), BLOCK):
        part = slice(begin, begin + BLOCK)
        total += np.bincount(cell[part], weights[part], len(heads))
        for channel, values in enumerate(oklab(colors[part]).T):
            mean[channel] += np.bincount(cell[part], weights[part] * values, len(heads))
    return (mean / total).T.copy(), total


def _seed(points: Floats, weights: Floats, k: int, taken: Floats, random: np.random.Generator) -> NDArray[np.intp]:
    """Rows of `k` points, each drawn by its weighted squared distance from those before it; the best of some trials."""
    # scikit-learn's own seeding costs two milliseconds a call whatever the size, ten times the rest of a small sprite.
    draws = random.random((k, TRIALS))
    near = _squares(taken, points).min(axis=0) if len(taken) else np.ones(len(points))
    rows = np.empty(k, np.intp)
    for turn in range(k):
        cost = np.cumsum(near * weights)
        trial = np.minimum(np.searchsorted(cost, draws[turn] * cost[-1]), len(points) - 1)
        nearer = _squares(points[trial], points)
        if turn or len(taken):
            np.minimum(nearer, near, out=nearer)
        best = int((nearer * weights).sum(axis=1).argmin())
        near, rows[turn] = nearer[best], trial[best]
    return rows


def _lloyd(points: Floats, weights: Floats, start: Floats) -> Floats:
    """The centers that Lloyd's iterations reach from `start`."""
    import sklearn
    from sklearn.cluster import KMeans

    # One thread: partial sums added in another order would move a center's last bits. It also costs less
    # processor time, because idle threads spin while they wait.
    with _threads().limit(limits=1), sklearn.config_context(skip_parameter_validation=True, assume_finite=True):
        model = KMeans(len(start), init=start, n_init=1, max_iter=ROUNDS, tol=1e-6, copy_x=True)
        centers: Floats = model.fit(points, sample_weight=weights).cluster_centers_
    return centers


@functools.cache
def _threads() -> Any:
    # Looking up the loaded libraries takes milliseconds, limiting them then takes microseconds.
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

    return ThreadpoolController()
