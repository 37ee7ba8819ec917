"""Choosing among candidates: drop copies and craft outliers, keep a varied set of the typical rest.

Typical, not likeliest: the likeliest image of all is a flat one (Nalisnick et al. 2019, "Detecting
out-of-distribution inputs to deep generative models using typicality").
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Choice", "choose", "craft", "distances"]

COPY = 0.4
"""Nearer than this to a sprite it knows, a candidate is a copy of it: of real sprites of unlike things,
hardly one in a hundred comes as near to another."""
LEAST_SPREAD = (0.05, 0.02, 1.0, 0.05)
"""Of the craft figures: without it a pack of no spread at all would make every difference a huge one."""

CLOSE = 0.08
"""Two colors nearer than this in OKLab count as the same pixel when sprites are compared."""


@dataclass(frozen=True)
class Choice:
    """What was kept, and why the others were not.

    Attributes:
        kept: Places of the kept candidates, in their order.
        nearest: For each kept one, the share of pixels that differ from the nearest training sprite.
        copies: How many were dropped as near-copies.
        outliers: How many were dropped for craft: empty, speckled, or with more colors than the pack uses.
    """

    kept: list[int]
    nearest: list[float]
    copies: int
    outliers: int


def craft(sprites: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Craft figures of sprites (N, H, W): drawn share, orphan share, colors, pieces' roughness; shape (N, 4).

    An orphan is a drawn pixel whose eight neighbors all hold other entries. Roughness is the share of
    the silhouette's pixels with at most one drawn 4-neighbor.
    """
    drawn = sprites > 0
    count = np.maximum(drawn.sum((1, 2)), 1)
    padded = np.pad(sprites.astype(np.int16), ((0, 0), (1, 1), (1, 1)), constant_values=-1)
    height, width = sprites.shape[1:]
    around = [
        padded[:, 1 + dy : 1 + dy + height, 1 + dx : 1 + dx + width]
        for dy in (-1, 0, 1)
        for dx in (-1, 0, 1)
        if dy or dx
    ]
    orphans = (drawn & np.logical_and.reduce([near != sprites for near in around])).sum((1, 2))
    sides = sum((around[n] > 0).astype(int) for n in (1, 3, 4, 6))
    loose = (drawn & (sides <= 1)).sum((1, 2))
    colors = [len(np.unique(sprite[sprite > 0])) for sprite in sprites]
    return np.stack([drawn.mean((1, 2)), orphans / count, np.array(colors, float), loose / count], 1)


def distances(
    sprites: NDArray[np.uint8], lab: NDArray[np.float32], known: NDArray[np.uint8], known_lab: NDArray[np.float32]
) -> NDArray[np.float64]:
    """How far each sprite is from the nearest known one, mirrored too, shape (N,), 0 for a copy.

    The share of pixels of both silhouettes together that differ in shape or visibly in color. Only
    sprites of one size can be compared; without any, every distance is 1.

    Arguments:
        sprites: Shape (N, H, W), entries of `lab` (K, 3).
        known: Shape (M, H, W), entries of `known_lab`.
    """
    if len(known) == 0:
        return np.ones(len(sprites))
    differ = ((lab[:, None] - known_lab[None]) ** 2).sum(-1) > CLOSE**2
    differ[0], differ[:, 0] = True, True
    differ[0, 0] = False
    result = np.ones(len(sprites))
    for place, sprite in enumerate(sprites):
        for view in (sprite, sprite[:, ::-1]):
            union = ((known > 0) | (view > 0)).sum((1, 2))
            apart = differ[view[None], known].sum((1, 2))
            result[place] = min(result[place], float((apart / np.maximum(union, 1)).min()))
    return result


def choose(
    sprites: NDArray[np.uint8],
    nats: NDArray[np.float32],
    near: NDArray[np.float64],
    known: NDArray[np.uint8],
    count: int,
) -> Choice:
    """Keep `count` of the candidates `sprites` (N, H, W).

    Near-copies go first, then those whose craft lies outside the range of the training sprites of
    this size (5th to 95th percentile). If too few are left, outliers come back before copies, the
    mildest first. Of what is left, typical ones that differ from each other are kept.

    Arguments:
        nats: Mean nats of the drawn pixels of each candidate under the model, shape (N,).
        near: How far each is from the nearest sprite it might be a copy of, shape (N,).
        known: Training sprites of this size in the candidates' palette, shape (M, H, W).
    """
    copy = near < COPY
    excess = np.zeros(len(sprites))
    figures = craft(sprites)
    if len(known) >= 8:
        pack = craft(known)
        low, high = np.percentile(pack, 5, axis=0), np.percentile(pack, 95, axis=0)
        low[1] = low[3] = 0
        spread = np.maximum(pack.std(0), LEAST_SPREAD)
        excess = (np.maximum(low - figures, 0) / spread + np.maximum(figures - high, 0) / spread).sum(1)
    excess += 10.0 * (figures[:, 0] == 0)
    outlier = excess > 0.25
    # Copies last, then the worst craft; ties by order, so that the choice repeats.
    candidates = [int(n) for n in np.lexsort((excess * outlier, copy))]
    good = [n for n in candidates if not (copy[n] or outlier[n])]
    pool = good if len(good) >= count else candidates[:count]
    kept = spread_out(pool, sprites, nats, count)
    return Choice(sorted(kept), [float(near[n]) for n in sorted(kept)], int(copy.sum()), int((outlier & ~copy).sum()))


def spread_out(pool: list[int], sprites: NDArray[np.uint8], nats: NDArray[np.float32], count: int) -> list[int]:
    """The most typical of the pool, then again and again the one that is typical and unlike those taken."""
    if len(pool) <= count:
        return pool
    score = -np.abs(nats[pool] - np.median(nats[pool])) / (nats[pool].std() + 1e-6)
    taken = [int(np.argmax(score))]
    stack = sprites[pool]
    apart = np.full(len(pool), np.inf)
    while len(taken) < count:
        last = stack[taken[-1]]
        union = ((stack > 0) | (last > 0)).sum((1, 2))
        apart = np.minimum(apart, (stack != last).sum((1, 2)) / np.maximum(union, 1))
        merit = apart * 2 + 0.5 * score.clip(-2)
        merit[taken] = -np.inf
        taken.append(int(np.argmax(merit)))
    return [pool[n] for n in taken]
