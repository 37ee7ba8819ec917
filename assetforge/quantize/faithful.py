"""The faithful mapping: close in color, lightness first, and with neighbours kept apart.

A small palette gives two shades of one thing the same color, and the edge between them is gone. The
mapping is therefore chosen as a whole: it minimises the distance of every color to its target plus a
price for every pair of touching colors that merges or changes its order of lightness. This is a Potts
model over a few dozen colors; moves of one color, then of two that touch, descend to a minimum
(iterated conditional modes, Besag, "On the statistical analysis of dirty pictures", 1986). Of the
minima at several prices, the plainest is taken that repairs enough while its mean error stays in budget.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..color import distance, oklab
from .kmeans import medoids, nearest_rows

__all__ = ["faithful"]

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

# In the squared distance lightness counts twice: shading is what holds a shape together.
LIGHTNESS = 2**0.5
# Chroma that a target adds is paid for again in part: a gray that turns blue to stay apart is seen at once.
CHROMA_GAIN = 0.5
# A color's cost is its distance to this power. Squares keep every color near; distances let some go far, and
# are tried only if squares leave too many faults.
POWERS = (2, 1)
# The distance at which both cost the same, about that of two neighbours in a palette of 16.
SPACING = 0.15
# Enough is repaired when no more than these shares of edges merge and flip; where that cannot be had, when no more
# than these parts of those do that the nearest mapping merges and flips.
ENOUGH = (0.046, 0.0009)
ENOUGH_PART = (0.3, 0.2)
# Art of many colors shades finely: sending all its steps to different hues would make speckles of them.
ENOUGH_PART_SHADED = (0.7, 0.7)
# The mean error may grow to this multiple of the nearest mapping's; the promise is 1.3.
BUDGET = 1.285
# A flipped pair looks like light from another side: it costs as much as four merged ones.
FLIP = 4.0
# Prices of a merge, tried in turn, in OKLab distance over the share of edges.
PRICES = (0.01, 0.02, 0.03, 0.045, 0.065, 0.09, 0.12, 0.16, 0.2, 0.26, 0.35, 0.5, 0.8)
# Pairs count by their edges, but a quarter by merely being there: an eye of two pixels matters.
PRESENCE = 0.25
# Shades of art closer than this are one shade to the eye, and merging them is cheaper, in proportion.
CONTRAST = 0.06
# Above this many colors, like ones move together.
SHADES = 96
PASSES = 12
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
    group, heads = _shades(colors, counts, legal)
    size = len(heads)
    total = max(float(counts.sum()), 1.0)

    def pooled(table: Floats) -> Floats:
        return np.stack([np.bincount(group, counts * column, size) for column in table.T], axis=-1) / total

    error = pooled(plain)
    gain = np.maximum(np.hypot(goal[:, 1], goal[:, 2]) - np.hypot(lab[:, 1], lab[:, 2])[:, None], 0.0)
    price = distance(lab[:, None], goal, LIGHTNESS) + CHROMA_GAIN * gain
    fixed = np.flatnonzero(legal[heads])
    barred = np.zeros_like(error, np.bool_)
    barred[fixed] = True
    barred[fixed, plain[heads[fixed]].argmin(axis=1)] = False

    allowed = BUDGET * float((counts * plain.min(axis=1)).sum()) / total
    problem = _Problem(error, *_edges(group, pairs, edges, lab[heads]), _ties(targets), goal[:, 0])
    start = error.argmin(axis=1)
    shares = problem.shares(start)
    goals = [np.maximum(ENOUGH, np.multiply(ENOUGH_PART_SHADED, shares))]
    if size == len(colors):
        goals = [np.array(ENOUGH), np.maximum(ENOUGH, np.multiply(ENOUGH_PART, shares))]
    tried: list[list[tuple[float, Rows]]] = []
    for goal_shares in goals:
        for turn, power in enumerate(POWERS):
            if turn == len(tried):
                problem.cost = np.where(barred, np.inf, pooled(price**power / SPACING ** (power - 1)))
                within = [mapping for mapping in problem.solve() if problem.loss(mapping) <= allowed]
                tried.append([(problem.price(mapping), mapping) for mapping in within])
            good = [pair for pair in tried[turn] if np.all(problem.shares(pair[1]) <= goal_shares)]
            if good:
                return min(good, key=lambda pair: pair[0])[1][group]
    found = [start, *(mapping for pairs_of in tried for _, mapping in pairs_of)]
    return min(found, key=lambda mapping: (problem.faults(mapping), problem.loss(mapping)))[group]


def _shades(colors: NDArray[np.uint8], counts: NDArray[np.int64], legal: NDArray[np.bool_]) -> tuple[Rows, Rows]:
    """Colors as groups of like ones if they are too many to repair one by one: each one's group, each group's head."""
    free = np.flatnonzero(~legal)
    if len(free) <= SHADES:
        return np.arange(len(colors)), np.arange(len(colors))
    kept = np.flatnonzero(legal)
    chosen = free[medoids(colors[free], counts[free], SHADES)]
    group = np.empty(len(colors), np.intp)
    group[kept] = np.arange(len(kept))
    group[free] = len(kept) + nearest_rows(colors[free], colors[chosen])
    return group, np.concatenate([kept, chosen])


def _edges(
    group: Rows, pairs: NDArray[np.int64], edges: NDArray[np.int64], lab: Floats
) -> tuple[NDArray[np.int64], Floats, Floats, Floats]:
    """Touching groups, the share of edges of each pair, its weight, and the sign of its step in lightness.

    Arguments:
        group: Of each color, shape (N,).
        pairs, edges: Of colors.
        lab: Of the groups, shape (G, 3).
    """
    size = len(lab)
    one, other = group[pairs[:, 0]], group[pairs[:, 1]]
    key, inverse = np.unique(np.minimum(one, other) * size + np.maximum(one, other), return_inverse=True)
    share = np.bincount(inverse, edges, len(key)).astype(np.float64)
    apart = key // size != key % size
    key, share = key[apart], share[apart] / max(share[apart].sum(), 1.0)
    found = np.stack([key // size, key % size], axis=-1)
    step = lab[found[:, 0]] - lab[found[:, 1]]
    weight = (1 - PRESENCE) * share + PRESENCE / max(len(key), 1)
    return found, share, weight * np.minimum(distance(step, 0.0) / CONTRAST, 1.0), np.sign(step[:, 0])


def _ties(targets: NDArray[np.uint8]) -> Floats:
    """1 where two places of the palette hold one color, else 0, shape (P, P)."""
    return (targets[:, None] == targets).all(axis=-1).astype(np.float64)


@dataclass(eq=False)
class _Problem:
    """Which target for each of G groups of colors, among P.

    Arguments:
        error: Of each group at each target, summing to the mean error, shape (G, P).
        pairs: Touching groups, shape (M, 2).
        share, weight, step: Their shares of edges, their weights, the signs of L[first] - L[second], each (M,).
        ties: 1 where two targets look alike, shape (P, P).
        light: Lightness of the targets, shape (P,).
        cost: Of each group at each target, infinite where it may not go, shape (G, P).
    """

    error: Floats
    pairs: NDArray[np.int64]
    share: Floats
    weight: Floats
    step: Floats
    ties: Floats
    light: Floats
    cost: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.slope = np.sign(self.light[:, None] - self.light)
        ends = np.concatenate([self.pairs, self.pairs[:, ::-1]])
        signs, weights = np.concatenate([self.step, -self.step]), np.concatenate([self.weight, self.weight])
        by = np.argsort(ends[:, 0], kind="stable")
        cuts = np.searchsorted(ends[by, 0], np.arange(len(self.error) + 1))
        self.near = [
            (ends[rows, 1], weights[rows], (signs[rows] + 1).astype(np.intp))
            for rows in (by[a:b] for a, b in pairwise(cuts))
        ]

    def loss(self, targets: Rows) -> float:
        """The mean error of a mapping."""
        return float(np.take_along_axis(self.error, targets[:, None], axis=1).sum())

    def price(self, targets: Rows) -> float:
        """What a mapping costs, faults not counted."""
        return float(np.take_along_axis(self.cost, targets[:, None], axis=1).sum())

    def shares(self, targets: Rows) -> tuple[float, float]:
        """The shares of edges that merge and that flip."""
        merged, flipped = self._marks(targets)
        return float((self.share * merged).sum()), float((self.share * flipped).sum())

    def faults(self, targets: Rows) -> float:
        """The faults of a mapping by their weights."""
        merged, flipped = self._marks(targets)
        return float((self.weight * (merged + FLIP * flipped)).sum())

    def _marks(self, targets: Rows) -> tuple[Floats, NDArray[np.bool_]]:
        one, other = targets[self.pairs[:, 0]], targets[self.pairs[:, 1]]
        return self.ties[one, other], self.slope[one, other] * self.step < 0

    def solve(self) -> list[Rows]:
        """The minima at all prices, from none to the highest."""
        stake = np.where(np.isfinite(self.cost), self.cost, 0.0).max(axis=1)
        self.movable = np.isfinite(self.cost).sum(axis=1) > 1
        self.order = [c for c in np.argsort(-stake, kind="stable").tolist() if self.movable[c]]
        start = self.cost.argmin(axis=1)
        found = [start]
        for price in PRICES:
            for begin in {id(start): start, id(found[-1]): found[-1]}.values():
                found.append(self._descend(begin.copy(), price))
        return found

    def _descend(self, targets: Rows, price: float) -> Rows:
        # tables[sign + 1][i, j]: the price of this color at i beside a neighbour at j.
        tables = np.stack([price * (self.ties + FLIP * (self.slope * sign < 0)) for sign in (-1, 0, 1)])
        in_pairs = len(self.pairs) * self.ties.size <= PAIR_WORK
        for _ in range(PASSES):
            moved = False
            for c in self.order:
                total = self._field(c, targets, tables)
                best = int(total.argmin())
                if total[best] < total[targets[c]] - 1e-12:
                    targets[c], moved = best, True
            if not moved and in_pairs:
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
