"""The colors of a pack, how often each is used, and which of them touch.

k-means and every mapping work on this table and never on pixels, so their cost follows the number
of colors and not the size of the pack. The table is sorted: it does not depend on the order of files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["BITS", "COLORS", "Histogram", "cell_codes", "cells", "count", "packed", "touching"]

# Above this many pixels a table of all 2**24 colors is cheaper than sorting the pixels.
SORT_LIMIT = 1 << 16
CLEAR = 1 << 24
# Rows of pixels whose edges are listed at once: an image without two equal pixels has two edges for each.
BAND = 1 << 20
# Above this many colors the faithful map moves those together that share their upper bits, as photographs do.
COLORS = 8192
BITS = 4


@dataclass(frozen=True, eq=False)
class Histogram:
    """What `count` found.

    Arguments:
        colors: The distinct opaque colors, sorted, shape (N, 3), uint8.
        counts: How many pixels have each, shape (N,), int64.
        places: For every raster its pixels as places in `colors` counted from 1, 0 where transparent, each (H, W).
    """

    colors: NDArray[np.uint8]
    counts: NDArray[np.int64]
    places: tuple[NDArray[np.integer], ...]

    def edges(self, cell: NDArray[np.intp] | None = None, size: int = 0) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Which colors touch, and along how many pixel edges; see `touching`.

        Arguments:
            cell: The cell of each color; then it is cells that touch.
            size: The number of cells.
        """
        if cell is None:
            return touching(self.places, len(self.colors))
        place = np.append(0, cell + 1).astype(np.int32)
        return touching([place[places] for places in self.places], size)


def count(images: Sequence[NDArray[np.uint8]], threshold: int = 128) -> Histogram:
    """The histogram of RGBA images.

    Arguments:
        images: Each of shape (H, W, 4), uint8, straight alpha.
        threshold: The least alpha that counts as opaque.
    """
    if sum(image.shape[0] * image.shape[1] for image in images) <= SORT_LIMIT:
        found, counts, maps = _sort([_keys(image, threshold) for image in images])
    else:
        found, counts, maps = _tabulate(images, threshold)
    # Transparent is the last key and place 0.
    found, counts = (found[:-1], counts[:-1]) if found.size and found[-1] == CLEAR else (found, counts)
    colors = np.stack([found & 255, found >> 8 & 255, found >> 16], axis=-1).astype(np.uint8)
    return Histogram(colors, counts.astype(np.int64), tuple(maps))


def _keys(image: NDArray[np.uint8], threshold: int) -> NDArray[np.uint32]:
    """Each pixel as one number, blue highest, `CLEAR` where it is transparent; shape (H, W)."""
    packed = np.ascontiguousarray(image).view("<u4")[..., 0]
    keys = packed & np.uint32(CLEAR - 1)
    keys[packed < np.uint32(threshold << 24)] = CLEAR
    return keys


def _places(found: NDArray[np.integer], ranks: NDArray[np.int32]) -> NDArray[np.int32]:
    ranks[:] = np.arange(1, found.size + 1)
    if found.size and found[-1] == CLEAR:
        ranks[-1] = 0
    return ranks


def _sort(keys: list[NDArray[np.uint32]]) -> tuple[NDArray, NDArray, list[NDArray]]:
    flat = np.concatenate([key.reshape(-1) for key in keys]) if keys else np.zeros(0, np.uint32)
    found, inverse, counts = np.unique(flat, return_inverse=True, return_counts=True)
    places = _places(found, np.empty(found.size, np.int32))[inverse.reshape(-1)]
    ends = np.cumsum([key.size for key in keys])[:-1]
    return (
        found,
        counts,
        [part.reshape(key.shape) for part, key in zip(np.split(places, ends), keys, strict=bool(keys))],
    )


def _tabulate(images: Sequence[NDArray[np.uint8]], threshold: int) -> tuple[NDArray, NDArray, list[NDArray]]:
    seen = np.zeros(CLEAR + 1, np.bool_)
    for image in images:
        seen[_keys(image, threshold)] = True
    found = np.flatnonzero(seen)
    rank = np.zeros(CLEAR + 1, np.int32)
    rank[found] = _places(found, np.empty(found.size, np.int32))
    maps = [rank[_keys(image, threshold)] for image in images]
    counts = np.zeros(found.size + 1, np.int64)
    for places in maps:
        counts += np.bincount(places.reshape(-1), minlength=found.size + 1)
    return found, np.append(counts[1:], 0)[: found.size], maps


def packed(colors: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Each color as one number, blue highest: ascending where colors are sorted as in `Histogram`, shape (N,)."""
    wide = colors.astype(np.int64)
    return wide[:, 0] | wide[:, 1] << 8 | wide[:, 2] << 16


def cell_codes(colors: NDArray[np.uint8], bits: int) -> NDArray[np.int64]:
    """The upper bits of every channel as one number, red highest, shape (N,)."""
    upper = (colors >> (8 - bits)).astype(np.int64)
    return upper[:, 0] << 2 * bits | upper[:, 1] << bits | upper[:, 2]


def cells(colors: NDArray[np.uint8], counts: NDArray[np.int64], bits: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The colors in cells of those alike in their upper bits: the cell of each, and the most used one of each cell.

    Arguments:
        colors: Shape (N, 3).
        counts: Shape (N,).
        bits: Upper bits that a cell's colors share in every channel.
    """
    _, cell = np.unique(cell_codes(colors, bits), return_inverse=True)
    order = np.lexsort((-counts, cell))
    first = np.flatnonzero(np.diff(cell[order], prepend=-1))
    return cell, order[first]


def touching(places: Sequence[NDArray[np.integer]], size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which colors stand side by side, above or below each other, and along how many pixel edges.

    Arguments:
        places: As in `Histogram`.
        size: The number of colors, N.

    Returns:
        Pairs of rows in `colors`, smaller first, sorted, shape (M, 2); and their edges, shape (M,).
    """
    found, edges = np.zeros(0, np.int64), np.zeros(0, np.int64)
    listed: list[NDArray[np.int64]] = []
    waiting = 0
    for place in places:
        step = max(1, BAND // place.shape[1])
        for top in range(0, place.shape[0], step):
            band = place[top : top + step + 1]
            for one, other in ((band[:step, :-1], band[:step, 1:]), (band[:-1], band[1:])):
                edge = (one != other) & (one > 0) & (other > 0)
                a, b = one[edge].astype(np.int64) - 1, other[edge].astype(np.int64) - 1
                listed.append(np.minimum(a, b) * size + np.maximum(a, b))
                waiting += a.size
            if waiting > BAND:
                found, edges = _merge(found, edges, listed)
                listed, waiting = [], 0
    found, edges = _merge(found, edges, listed)
    return np.stack([found // max(size, 1), found % max(size, 1)], axis=-1), edges


def _merge(
    found: NDArray[np.int64], edges: NDArray[np.int64], listed: list[NDArray[np.int64]]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The sorted keys and their numbers, with some more listed."""
    more, numbers = np.unique(np.concatenate([np.zeros(0, np.int64), *listed]), return_counts=True)
    if not found.size:
        return more, numbers
    union, inverse = np.unique(np.concatenate([found, more]), return_inverse=True)
    # Exact: the numbers stay far below 2**53.
    return union, np.bincount(inverse, np.concatenate([edges, numbers]), union.size).astype(np.int64)
