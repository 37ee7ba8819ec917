"""The faithful mapping: close in color, lightness first, and with neighbours kept apart.

A small palette gives two shades of one thing the same color, and the edge between them is gone. The
mapping is therefore chosen as a whole: it minimises the distance of every color to its target plus a
price for every pair of touching colors that merges or changes its order of lightness. This is a Potts
model over a few dozen colors; moves of one color, then of two that touch, descend to a minimum
(iterated conditional modes, Besag, "On the statistical analysis of dirty pictures", 1986).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..color import distance, oklab
from .kmeans import medoids, nearest_rows

__all__ = ["faithful"]

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

LIGHTNESS = 2.0
# The mean error may grow to this multiple of the nearest mapping's; the promise is 1.3.
BUDGET = 1.28
# No color goes further than this beyond its nearest target, in OKLab with lightness weighted.
REACH = 0.2
# A flipped pair looks like light from another side: it costs as much as four merged ones.
FLIP = 4.0
# Prices of a merge, tried in turn, in OKLab distance over the share of edges.
PRICES = (0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.45, 0.7, 1.0)
# Pairs count by their edges, but a quarter by merely being there: an eye of two pixels matters.
PRESENCE = 0.25
PASSES = 12
SHADES = 128
PAIR_WORK = 4_000_000


def faithful(
    colors: NDArray[np.uint8],
    counts: NDArray[np.int64],
    pairs: NDArray[np.int64],
    edges: NDArray[np.int64],
    targets: NDArray[np.uint8],
) -> Rows:
    """The row of `targets` for every color, shape (N,).

    A color that is among the targets keeps its place there, so legal art is unchanged.

    Arguments:
        colors: Distinct sRGB colors, shape (N, 3).
        counts: Pixels of each, shape (N,).
        pairs, edges: Which of them touch and how often, as `histogram.touching` tells.
        targets: The palette, shape (P, 3).
    """
    lab, goal = oklab(colors), oklab(targets)
    plain = distance(lab[:, None], goal)
    legal = (targets[plain.argmin(axis=1)] == colors).all(axis=1)
    group, lightness, legal_group = _shades(colors, counts, lab, legal)
    size = len(lightness)
    total = max(float(counts.sum()), 1.0)

    def pooled(table: Floats) -> Floats:
        return np.stack([np.bincount(group, counts * column, size) for column in table.T], axis=-1) / total

    error = pooled(plain)
    cost = pooled(distance(lab[:, None], goal, LIGHTNESS))
    reach = np.bincount(group, counts, size)[:, None] / total * REACH
    cost = np.where(cost > cost.min(axis=1, keepdims=True) + reach, np.inf, cost)
    first = np.where(legal_group, _first(group, plain.argmin(axis=1), size), 0)
    cost[legal_group] = np.inf
    cost[legal_group, first[legal_group]] = 0.0

    problem = _Problem(cost, *_edges(group, pairs, edges, lightness), _ties(targets), goal[:, 0])
    allowed = BUDGET * float((counts * plain.min(axis=1)).sum()) / total
    return problem.solve(error, allowed)[group]


def _shades(colors: NDArray, counts: NDArray, lab: Floats, legal: NDArray) -> tuple[Rows, Floats, NDArray[np.bool_]]:
    """Groups of like colors if there are too many to repair one by one: group of each, lightness and legality of groups."""
    free = np.flatnonzero(~legal)
    if len(free) <= SHADES:
        return np.arange(len(colors)), lab[:, 0], legal
    kept = np.flatnonzero(legal)
    chosen = free[medoids(colors[free], counts[free], SHADES)]
    group = np.empty(len(colors), np.intp)
    group[kept] = np.arange(len(kept))
    group[free] = len(kept) + nearest_rows(lab[free], lab[chosen])
    heads = np.concatenate([kept, chosen])
    return group, lab[heads, 0], legal[heads]


def _first(group: Rows, values: Rows, size: int) -> Rows:
    out = np.zeros(size, np.intp)
    out[group[::-1]] = values[::-1]
    return out


def _edges(group: Rows, pairs: NDArray, edges: NDArray, lightness: Floats) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Touching groups, smaller first, the weight of each pair (sum 1), and the sign of its step in lightness."""
    size = len(lightness)
    one, other = group[pairs[:, 0]], group[pairs[:, 1]]
    key, inverse = np.unique(np.minimum(one, other) * size + np.maximum(one, other), return_inverse=True)
    weight = np.bincount(inverse, edges, len(key))
    apart = key // size != key % size
    key, weight = key[apart], weight[apart]
    if len(key):
        weight = (1 - PRESENCE) * weight / weight.sum() + PRESENCE / len(key)
    found = np.stack([key // size, key % size], axis=-1)
    return found, weight, np.sign(lightness[found[:, 0]] - lightness[found[:, 1]])


def _ties(targets: NDArray[np.uint8]) -> Floats:
    """1 where two places of the palette hold one color, else 0, shape (P, P)."""
    return (targets[:, None] == targets).all(axis=-1).astype(np.float64)


@dataclass(eq=False)
class _Problem:
    """Which target for each of N colors, among P.

    Arguments:
        cost: Of each color at each target, shape (N, P); infinite where it may not go.
        pairs, weight, step: Touching colors (M, 2), their weights (M,), signs of L[first] - L[second] (M,).
        ties: 1 where two targets look alike, shape (P, P).
        light: Lightness of the targets, shape (P,).
    """

    cost: Floats
    pairs: NDArray[np.int64]
    weight: Floats
    step: Floats
    ties: Floats
    light: Floats

    def __post_init__(self) -> None:
        self.slope = np.sign(self.light[:, None] - self.light)
        self.movable = np.isfinite(self.cost).sum(axis=1) > 1
        self.order = [
            c
            for c in np.argsort(-self.cost.max(axis=1, initial=0, where=np.isfinite(self.cost)), kind="stable")
            if self.movable[c]
        ]
        ends = np.concatenate([self.pairs, self.pairs[:, ::-1]])
        signs, weights = np.concatenate([self.step, -self.step]), np.concatenate([self.weight, self.weight])
        by = np.argsort(ends[:, 0], kind="stable")
        cuts = np.searchsorted(ends[by, 0], np.arange(len(self.cost) + 1))
        self.near = [
            (ends[rows, 1], weights[rows], (signs[rows] + 1).astype(np.intp))
            for rows in (by[a:b] for a, b in zip(cuts[:-1], cuts[1:], strict=True))
        ]

    def solve(self, error: Floats, allowed: float) -> Rows:
        """The mapping with the fewest faults among those whose summed `error` is allowed; else the one of least error."""
        start = self.cost.argmin(axis=1)
        if not len(self.pairs):
            return start
        found = [start]
        for price in PRICES:
            for begin in {id(start): start, id(found[-1]): found[-1]}.values():
                found.append(self._descend(begin.copy(), price))
        rows = np.arange(len(start))
        scored = [(error[rows, targets].sum(), self._faults(targets)) for targets in found]
        within = [i for i, (loss, _) in enumerate(scored) if loss <= allowed]
        if within:
            return found[min(within, key=lambda i: (scored[i][1], scored[i][0]))]
        return found[min(range(len(found)), key=lambda i: scored[i][0])]

    def _faults(self, targets: Rows) -> float:
        one, other = targets[self.pairs[:, 0]], targets[self.pairs[:, 1]]
        merged, flipped = self.ties[one, other], self.slope[one, other] * self.step < 0
        return float((self.weight * (merged + FLIP * flipped)).sum())

    def _descend(self, targets: Rows, price: float) -> Rows:
        # tables[sign + 1][i, j]: the price of this color at i beside a neighbour at j.
        tables = np.stack([price * (self.ties + FLIP * (self.slope * sign < 0)) for sign in (-1, 0, 1)])
        pairwise = len(self.pairs) * self.ties.size <= PAIR_WORK
        for _ in range(PASSES):
            moved = False
            for c in self.order:
                field = self._field(c, targets, tables)
                best = int(field.argmin())
                if field[best] < field[targets[c]] - 1e-12:
                    targets[c], moved = best, True
            if not moved and pairwise:
                moved = self._move_pairs(targets, tables)
            if not moved:
                break
        return targets

    def _move_pairs(self, targets: Rows, tables: Floats) -> bool:
        moved = False
        for (a, b), weight, sign in zip(self.pairs.tolist(), self.weight, (self.step + 1).astype(int), strict=True):
            if not (self.movable[a] and self.movable[b]):
                continue
            between = weight * tables[sign]
            one = self._field(a, targets, tables) - between[:, targets[b]]
            other = self._field(b, targets, tables) - between[targets[a]]
            total = one[:, None] + other + between
            i, j = divmod(int(total.argmin()), len(other))
            if total[i, j] < total[targets[a], targets[b]] - 1e-12:
                targets[a], targets[b], moved = i, j, True
        return moved

    def _field(self, c: int, targets: Rows, tables: Floats) -> Floats:
        """What each target would cost color `c`, its neighbours staying as they are, shape (P,)."""
        others, weights, signs = self.near[c]
        return self.cost[c] + (weights[:, None] * tables[signs, :, targets[others]]).sum(axis=0)
