"""A sprite in the outline, light and texture of another: each of its pixels takes the color of one of the other's.

Color transfer by optimal transport (Pitié et al. 2007) carries the colors of one picture to another by color alone; a
sprite is so small that place and depth below the edge say as much.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .morph import depths, paired

__all__ = ["dressed", "likest", "torn"]

Indices = NDArray[np.uint8]
Floats = NDArray[np.floating]
Mask = NDArray[np.bool_]

DEEP = 4.0
PER_PLACE, PER_DEPTH, PER_LIGHTNESS, PER_HUE = 0.5, 3.0, 16.0, 6.0
RASTER = 16
"""Silhouettes are compared on a raster of so many cells a side."""
GRAY = 0.02
HUE = 1.5
"""What a step in OKLab between the mean hues of two sprites counts beside the share that silhouettes overlap."""


def likest(indices: Indices, lab: Floats, others: Sequence[Indices], other_lab: Floats) -> list[int]:
    """Places of the sprites, first that whose silhouette, stretched to the box of this one's, and mean hue are most
    like it.

    Arguments:
        indices: Shape (H, W), something drawn; entries of `lab` (K, 3).
        others: Of any sizes, something drawn on each; entries of `other_lab` (L, 3).
    """
    own, tint = _boxed(indices > 0), lab[indices[indices > 0]][:, 1:].mean(0)
    scores = []
    for one in others:
        mask = _boxed(one > 0)
        apart = np.linalg.norm(other_lab[one[one > 0]][:, 1:].mean(0) - tint)
        scores.append(round(float((own & mask).sum() / (own | mask).sum() - HUE * apart), 9))
    return np.argsort(-np.array(scores), kind="stable").tolist()


def torn(indices: Indices, result: Indices, lab: Floats) -> float:
    """How far in hue neighbors in `result` are that were of one color before: the mean over all such, beside the mean
    distance of what is drawn from gray, so that gray is not thought the calmer for being gray.

    Arguments:
        indices, result: A sprite and what became of it, both of shape (H, W).
        lab: Of the entries of `result`, shape (L, 3).
    """
    hues, apart = lab[result][..., 1:], []
    for axis in (0, 1):
        one, other = np.arange(indices.shape[axis] - 1), np.arange(1, indices.shape[axis])
        before = indices.take(one, axis)
        same = (before > 0) & (before == indices.take(other, axis))
        apart.append(np.linalg.norm(hues.take(one, axis) - hues.take(other, axis), axis=-1)[same])
    steps = np.concatenate(apart)
    chroma = np.linalg.norm(hues[indices > 0], axis=-1).mean()
    return float(steps.mean() / (chroma + GRAY)) if len(steps) else 0.0


def _boxed(mask: Mask) -> Mask:
    """What is drawn, stretched to RASTER x RASTER."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    cells = (np.arange(RASTER) + 0.5) / RASTER
    y = rows[0] + (cells * (rows[-1] + 1 - rows[0])).astype(int)
    x = columns[0] + (cells * (columns[-1] + 1 - columns[0])).astype(int)
    return np.asarray(mask[np.ix_(y, x)])


def dressed(indices: Indices, lab: Floats, other: Indices, other_lab: Floats, layout: float = 1.0) -> Indices:
    """The sprite in the other's colors: dark ones where it is dark, edge on edge, feet on feet; shape (H, W).

    Its silhouette stays, and each color of the other is used for its share of pixels.

    Arguments:
        indices, lab, other, other_lab: As of `likest`, two sprites.
        layout: How much the sprite's own lights, darks and hues decide beside place and depth; 0 not at all.
    """
    mine, theirs = _points(indices, lab, layout), _points(other, other_lab, layout)
    # As if both filled one box.
    for axis in (0, 1):
        spread = np.ptp(mine[:, axis]) / max(float(np.ptp(theirs[:, axis])), PER_PLACE)
        theirs[:, axis] = (theirs[:, axis] - theirs[:, axis].min()) * spread + mine[:, axis].min()
    ours, taken = paired(mine, theirs)
    result = np.zeros(indices.shape, np.uint8)
    # Where the other has more pixels, some places are told more than once, and the last holds.
    result[tuple(np.argwhere(indices > 0)[ours].T)] = other[other > 0][taken]
    return _calmed(result, indices)


def _calmed(result: Indices, indices: Indices) -> Indices:
    """Pixels that none of their neighbors in the same cluster of the sprite agrees with, as most of those are."""
    height, width = indices.shape
    steps = [(dy, dx) for dy in range(3) for dx in range(3) if (dy, dx) != (1, 1)]
    wide = np.pad(result, 1), np.pad(indices, 1)
    near, own = (np.stack([one[dy : dy + height, dx : dx + width] for dy, dx in steps]) for one in wide)
    beside = (own == indices) & (indices > 0)
    votes = (beside[:, None] & beside[None] & (near[:, None] == near[None])).sum(0)
    most = np.take_along_axis(near, votes.argmax(0)[None], 0)[0]
    lonely = beside.any(0) & ~(beside & (near == result)).any(0)
    return np.where(lonely, most, result)


def _points(indices: Indices, lab: Floats, layout: float) -> NDArray[np.float64]:
    """What drawn pixels are paired by, shape (N, 6): place, depth, lightness by rank and as it is, hue."""
    drawn = indices > 0
    depth = np.minimum(depths(drawn)[drawn], DEEP)[:, None]
    color = lab[indices[drawn]].astype(float)
    _, level, counts = np.unique(color[:, 0].round(6), return_inverse=True, return_counts=True)
    rank = ((counts.cumsum() - counts / 2) / counts.sum())[level]
    light = layout * PER_LIGHTNESS * (rank + color[:, 0])[:, None] / 2
    return np.concatenate(
        [PER_PLACE * np.argwhere(drawn), PER_DEPTH * depth, light, layout * PER_HUE * color[:, 1:]], 1
    )
