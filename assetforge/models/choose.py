"""Choosing among candidates: drop copies and craft outliers, keep a varied set of the typical rest.

Typical, not likeliest: the likeliest image of all is a flat one (Nalisnick et al. 2019, "Detecting
out-of-distribution inputs to deep generative models using typicality").
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["FAULTS", "Choice", "choose", "craft", "figures", "likeness", "symmetry"]

FAULTS = ("empty or overfull", "orphan pixels", "too few or many colors", "ragged outline", "holes")
"""What a craft figure outside the pack's range is called."""
LEAST_SPREAD = (0.05, 0.02, 1.0, 0.05, 0.02)
"""Of the craft figures: without it a pack of no spread at all would make every difference a huge one."""
FEWEST = 8
"""Sprites of a pack that say what its range is."""
LIKE = 0.3
"""What `likeness` counts, where being unlike those taken counts 2. At 0.6 patches were less like the pack's."""


@dataclass(frozen=True)
class Choice:
    """What was kept, and why the others were not.

    Attributes:
        kept: Places of the kept candidates, in their order.
        nearest: For each kept one, the share of pixels that differ from the nearest training sprite.
        dropped: How many were dropped, by reason: near copies, and the worst of each outlier's `FAULTS`.
    """

    kept: list[int]
    nearest: list[float]
    dropped: dict[str, int]


def craft(sprites: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Craft figures of sprites (N, H, W), one for each of `FAULTS`, shape (N, 5).

    The drawn share of the canvas; of the drawn pixels the share of orphans, whose eight neighbors all hold
    other entries; the number of colors; the share of loose pixels, with at most one drawn 4-neighbor; and
    transparent pixels that no path of such leads out from, as a share of the drawn ones.
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
    enclosed = (~drawn & ~outside(drawn)).sum((1, 2))
    shares = [orphans / count, np.array(colors, float), loose / count, enclosed / count]
    return np.stack([drawn.mean((1, 2)), *shares], 1)


def outside(drawn: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """True for transparent pixels from which 4-connected ones lead to the edge of the canvas, shape (N, H, W)."""
    clear = np.pad(~drawn, ((0, 0), (1, 1), (1, 1)), constant_values=True)
    reached = np.zeros_like(clear)
    reached[:, 0] = True
    while True:
        wider = reached.copy()
        wider[:, 1:] |= reached[:, :-1]
        wider[:, :-1] |= reached[:, 1:]
        wider[:, :, 1:] |= reached[:, :, :-1]
        wider[:, :, :-1] |= reached[:, :, 1:]
        wider &= clear
        if np.array_equal(wider, reached):
            return np.asarray(reached[:, 1:-1, 1:-1])
        reached = wider


def choose(
    sprites: NDArray[np.uint8],
    nats: NDArray[np.float32],
    near: NDArray[np.float64],
    pack: NDArray[np.float64],
    count: int,
    bar: float,
) -> Choice:
    """Keep `count` of the candidates `sprites` (N, H, W).

    Near-copies go first, then those whose craft lies outside the range of the training sprites of
    this size (5th to 95th percentile). If too few are left, outliers come back before copies, the
    mildest first. Of what is left, typical ones that differ from each other are kept, such that together
    they are as symmetric, as colorful, as full … as the training sprites of this size.

    Arguments:
        nats: Mean nats of the drawn pixels of each candidate under the model, shape (N,).
        near: How far each is from the nearest sprite it might be a copy of, shape (N,).
        pack: `figures` of the training sprites of this size in the candidates' palette, shape (M, F).
        bar: Nearer than this is a copy.
    """
    copy = near < bar
    ours = figures(sprites)
    made = ours[:, : len(FAULTS)]
    beyond = np.zeros_like(made)
    if len(pack) >= FEWEST:
        theirs = pack[:, : len(FAULTS)]
        low, high = np.percentile(theirs, 5, axis=0), np.percentile(theirs, 95, axis=0)
        low[[1, 3, 4]] = 0
        spread = np.maximum(theirs.std(0), LEAST_SPREAD)
        beyond = (np.maximum(low - made, 0) + np.maximum(made - high, 0)) / spread
    beyond[:, 0] += 10.0 * (made[:, 0] == 0)
    excess = beyond.sum(1)
    outlier = excess > 0.25
    # Copies last, then the worst craft; ties by order, so that the choice repeats.
    candidates = [int(n) for n in np.lexsort((excess * outlier, copy))]
    good = [n for n in candidates if not (copy[n] or outlier[n])]
    pool = good if len(good) >= count else candidates[:count]
    like = likeness(ours, pack) if len(pack) >= FEWEST else 0 * excess
    kept = spread_out(pool, sprites, nats, like, count)
    dropped = {"near copies": int(copy.sum())}
    for place, fault in enumerate(FAULTS):
        dropped[fault] = int((outlier & ~copy & (beyond.argmax(1) == place)).sum())
    told = {reason: number for reason, number in dropped.items() if number}
    return Choice(sorted(kept), [float(near[n]) for n in sorted(kept)], told)


def figures(sprites: NDArray[np.uint8]) -> NDArray[np.float64]:
    """`craft` and `symmetry` of sprites (N, H, W), shape (N, 7)."""
    return np.concatenate([craft(sprites), symmetry(sprites)], 1)


def symmetry(sprites: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Shares of the drawn pixels of sprites (N, H, W) whose mirror image, in the box about what is drawn, is drawn
    too, and in their very color; shape (N, 2)."""
    found = np.zeros((len(sprites), 2))
    for place, sprite in enumerate(sprites):
        columns = np.flatnonzero(sprite.any(axis=0))
        if len(columns):
            own = sprite[:, columns[0] : columns[-1] + 1]
            both = (own > 0) & (own[:, ::-1] > 0)
            found[place] = np.array([both.sum(), (both & (own == own[:, ::-1])).sum()]) / (own > 0).sum()
    return found


def likeness(figures: NDArray[np.float64], pack: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much oftener such figures (N, F) are in the pack (M, F) than among the candidates, shape (N,).

    A sum of log ratios over the figures, each in the pack's quarters, as if they were independent.
    """
    total = np.zeros(len(figures))
    for ours, theirs in zip(figures.T, pack.T, strict=True):
        edges = np.unique(np.quantile(theirs, (0.25, 0.5, 0.75)))
        places, known = np.searchsorted(edges, ours), np.searchsorted(edges, theirs)
        shares = [(np.bincount(one, minlength=4) + 1) / (len(one) + 4) for one in (known, places)]
        total += np.log(shares[0] / shares[1])[places]
    return total.clip(-4, 4)


def spread_out(
    pool: list[int],
    sprites: NDArray[np.uint8],
    nats: NDArray[np.float32],
    like: NDArray[np.float64],
    count: int,
) -> list[int]:
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
        merit = apart * 2 + 0.5 * score.clip(-2) + LIKE * like[pool]
        merit[taken] = -np.inf
        taken.append(int(np.argmax(merit)))
    return [pool[n] for n in taken]
