"""How near a sprite comes to one that is known: the distance by which copies are told from drawings."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

__all__ = ["CLOSE", "nearest"]

CLOSE = 0.08
"""Two colors nearer than this in OKLab are the same to an eye that looks for copies."""

SHIFT = 1
SHIFTS = (SHIFT, *range(SHIFT), *range(SHIFT + 1, 2 * SHIFT + 1))  # from the corner of the margin; none at all first
CHUNK = 256  # pairs compared at once

Indices = NDArray[np.uint8]
Floats = NDArray[np.floating]


def nearest(
    sprites: Indices, lab: Floats, known: Indices, known_lab: Floats, *, most: int | None = None
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """The distance of each sprite to the nearest known one, 0 for a copy, and that one's place; both of shape (N,).

    The distance is the share of the pixels of both silhouettes together that differ: drawn in one alone, or in another
    color. The least is taken over views of the sprite (as it is or mirrored, and shifted by up to a pixel each way),
    and over two ways to compare colors. As they look: equal if nearer than `CLOSE`. Recolored: each color of the one
    becomes that of the other on which most of its pixels lie; this in both directions, and the worse counts, so that a
    flat shape is no copy of every shading within its silhouette. So a mirrored, nudged or recolored copy is at 0.

    Exact: pairs are looked at in the order of how much their silhouettes differ, which no color can mend, until none
    that is left can come nearer. With nothing known every distance is 1 and every place -1.

    Arguments:
        sprites: Shape (N, H, W), entries of `lab` (K, 3), 0 transparent.
        known: Shape (M, H, W), entries of `known_lab` (L, 3).
        most: Look at no more pairs of a view and a known sprite, those whose silhouettes agree best. Quicker, and still
            right about copies; a distance may then be too large, never too small.
    """
    distance, place = np.ones(len(sprites)), np.full(len(sprites), -1, np.intp)
    if len(known) == 0:
        return distance, place
    others = np.pad(known, ((0, 0), (SHIFT, SHIFT), (SHIFT, SHIFT))).reshape(len(known), -1)
    silhouettes = (others > 0).astype(np.float32)
    sizes = silhouettes.sum(1)
    names, entries = _compact(others)
    alike = ((lab[:, None] - known_lab[None]) ** 2).sum(-1) < CLOSE**2
    for number, sprite in enumerate(sprites):
        views = _views(sprite)
        own, colors = _compact(views)
        own *= entries.shape[1]
        seen = alike[colors[0][:, None, None], entries[None]].swapaxes(0, 1)
        both = ((views > 0).astype(np.float32) @ silhouettes.T).astype(np.float64)
        either = (sprite > 0).sum() + sizes - both
        least = (either - both) / np.maximum(either, 1)
        order = np.argsort(least, axis=None, kind="stable")[:most]
        for start in range(0, len(order), CHUNK):
            view, other = np.unravel_index(order[start : start + CHUNK], least.shape)
            if least[view[0], other[0]] >= distance[number]:
                break
            same = _agreeing(own[view] + names[other], seen[other])
            union = either[view, other]
            apart = (union - same) / np.maximum(union, 1)
            best = int(apart.argmin())
            if apart[best] < distance[number]:
                distance[number], place[number] = apart[best], other[best]
    return distance, place


def _views(sprite: Indices) -> Indices:
    """The sprite and its mirror image, each shifted every way, with a margin, shape (V, P); unchanged first."""
    height, width = sprite.shape
    views = np.zeros((len(SHIFTS) ** 2, 2, height + 2 * SHIFT, width + 2 * SHIFT), np.uint8)
    for place, (down, right) in enumerate(product(SHIFTS, SHIFTS)):
        views[place, 0, down : down + height, right : right + width] = sprite
        views[place, 1, down : down + height, right : right + width] = sprite[:, ::-1]
    return views.reshape(2 * len(SHIFTS) ** 2, -1)


def _compact(images: Indices) -> tuple[NDArray[np.int32], NDArray[np.intp]]:
    """The entries of each image renumbered from 1 in their order, 0 kept, and what each number stands for.

    Of shape (N, P), and (N, most) with 0 where an image has fewer.
    """
    used = np.stack([np.bincount(image, minlength=256) > 0 for image in images])
    used[:, 0] = True
    ranks = (np.cumsum(used, axis=1) - 1).astype(np.int32)
    entries = np.zeros((len(images), int(ranks.max()) + 1), np.intp)
    image, entry = np.nonzero(used)
    entries[image, ranks[image, entry]] = entry
    return np.take_along_axis(ranks, images, axis=1), entries


def _agreeing(codes: NDArray[np.int32], seen: NDArray[np.bool_]) -> NDArray[np.intp]:
    """How many pixels of pairs of images agree, as they look or once colors are renamed, shape (C,).

    Arguments:
        codes: For each pixel of a pair the place in `seen` of its two entries, shape (C, P).
        seen: Whether two entries, numbered within their images, look the same, shape (C, K, L).
    """
    count, rows, columns = seen.shape
    code = codes + np.arange(0, seen.size, rows * columns, dtype=np.int32)[:, None]
    pixels = np.bincount(code.ravel(), minlength=seen.size).reshape(seen.shape)[:, 1:, 1:]
    if 0 in pixels.shape:
        return np.zeros(count, np.intp)
    renamed = np.minimum(pixels.max(2).sum(1), pixels.max(1).sum(1))
    return np.maximum(renamed, (pixels * seen[:, 1:, 1:]).sum((1, 2)))
