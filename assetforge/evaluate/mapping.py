"""What a change of palette costs: how far colors move, which edges are lost, which shading turns over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..color import distance, oklab

__all__ = ["Fidelity", "fidelity"]

Pixels = NDArray[np.uint8]
Codes = NDArray[np.int32]

BAND = 1 << 18  # pixels compared at once


@dataclass(frozen=True)
class Fidelity:
    """The price of a mapping, over pixels that are opaque before and after.

    Edges are those between a pixel and the next one to its right or below (4-neighbours) whose colors differ
    before the mapping; each pixel edge of each sprite counts once. Pairs are the distinct pairs of colors that
    meet at such edges anywhere in the pack; each counts once, by the part of its edges that suffered.

    Arguments:
        colors: Distinct colors before.
        kept: Distinct colors after.
        error: Mean distance in OKLab from before to after, over pixels.
        edges, pairs: How many there are.
        merged, flipped: The share of edges whose two colors become one, and whose order of lightness turns over.
        merged_pairs, flipped_pairs: The same shares of pairs.
    """

    colors: int
    kept: int
    error: float
    edges: int
    merged: float
    flipped: float
    pairs: int
    merged_pairs: float
    flipped_pairs: float


def fidelity(before: Sequence[Pixels], after: Sequence[Pixels], threshold: int = 128) -> Fidelity:
    """Compare RGBA images, pair by pair, as one pack.

    Arguments:
        before, after: Each of shape (H, W, 4), uint8; the images of a pair are of one size.
        threshold: The least alpha that counts as opaque before.
    """
    moves, pixels = np.zeros((2, 0), np.int32), np.zeros(0, np.int64)
    sides, edges = np.zeros((4, 0), np.int32), np.zeros(0, np.int64)
    for one, other in zip(before, after, strict=True):
        step = max(1, BAND // one.shape[1])
        for top in range(0, one.shape[0], step):
            old, new = _codes(one[top : top + step + 1], threshold), _codes(other[top : top + step + 1], 1)
            drawn = (old >= 0) & (new >= 0)
            rows = drawn[:step]
            moves, pixels = _tally(moves, pixels, np.stack([old[:step][rows], new[:step][rows]]))
            sides, edges = _tally(sides, edges, _meet(np.where(drawn, old, -1), new, step))

    old_colors, old_lab = _colors(moves[0])
    new_colors, new_lab = _colors(moves[1])
    lost, gained = np.searchsorted(old_colors, sides[:2]), np.searchsorted(new_colors, sides[2:])
    merged = sides[2] == sides[3]
    flipped = (old_lab[lost[0], 0] - old_lab[lost[1], 0]) * (new_lab[gained[0], 0] - new_lab[gained[1], 0]) < 0
    # The columns of `sides` are sorted, so those of one pair before stand together.
    fresh = np.append(True, (np.diff(sides[:2], axis=1) != 0).any(axis=0))[: sides.shape[1]]
    pair = np.cumsum(fresh) - 1
    count = int(fresh.sum())
    total = np.bincount(pair, edges, count)

    def share(marks: NDArray[np.bool_]) -> float:
        return float(edges[marks].sum() / max(edges.sum(), 1))

    def share_of_pairs(marks: NDArray[np.bool_]) -> float:
        return float((np.bincount(pair, edges * marks, count) / total).mean()) if count else 0.0

    error = distance(old_lab[np.searchsorted(old_colors, moves[0])], new_lab[np.searchsorted(new_colors, moves[1])])
    return Fidelity(
        colors=len(old_colors),
        kept=len(new_colors),
        error=float((error * pixels).sum() / max(pixels.sum(), 1)),
        edges=int(edges.sum()),
        merged=share(merged),
        flipped=share(flipped),
        pairs=count,
        merged_pairs=share_of_pairs(merged),
        flipped_pairs=share_of_pairs(flipped),
    )


def _codes(image: Pixels, threshold: int) -> Codes:
    """Each pixel's color as one number, -1 where it is transparent, shape (H, W)."""
    packed = np.ascontiguousarray(image).view("<u4")[..., 0]
    codes = (packed & np.uint32(0xFFFFFF)).astype(np.int32)
    codes[packed < np.uint32(threshold << 24)] = -1
    return codes


def _colors(codes: Codes) -> tuple[Codes, NDArray[np.float64]]:
    """The distinct codes, sorted, and their OKLab."""
    found = np.unique(codes)
    return found, oklab(np.stack([found & 255, found >> 8 & 255, found >> 16], axis=-1))


def _meet(old: Codes, new: Codes, rows: int) -> Codes:
    """Colors before and after of both sides of every edge that begins in the first rows, shape (4, edges)."""
    found = []
    for one, other in ((np.s_[:rows, :-1], np.s_[:rows, 1:]), (np.s_[:-1], np.s_[1:])):
        a, b, c, d = old[one], old[other], new[one], new[other]
        edge = (a >= 0) & (b >= 0) & (a != b)
        sides = np.stack([a[edge], b[edge], c[edge], d[edge]])
        found.append(np.where(sides[0] < sides[1], sides, sides[[1, 0, 3, 2]]))
    return np.concatenate(found, axis=1)


def _tally(columns: Codes, counts: NDArray[np.int64], more: Codes) -> tuple[Codes, NDArray[np.int64]]:
    """Distinct columns, sorted, with their numbers, after some more columns have come."""
    table = np.concatenate([columns, more], axis=1)
    if not table.size:
        return columns, counts
    order = np.lexsort(table[::-1])
    table = table[:, order]
    numbers = np.concatenate([counts, np.ones(more.shape[1], np.int64)])[order]
    fresh = np.flatnonzero(np.append(True, (np.diff(table, axis=1) != 0).any(axis=0)))
    return table[:, fresh], np.add.reduceat(numbers, fresh)
