"""The colors of a pack, how often each is used, and which of them touch.

k-means and every mapping work on this table and never on pixels, so their cost follows the number
of colors and not the size of the pack. The table is sorted: it does not depend on the order of files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Histogram", "count", "touching"]

# Above this many pixels a table of all 2**24 colors is cheaper than sorting the pixels.
SORT_LIMIT = 1 << 16
CLEAR = 1 << 24


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


def count(images: Sequence[NDArray[np.uint8]], threshold: int = 128) -> Histogram:
    """The histogram of RGBA images.

    Arguments:
        images: Each of shape (H, W, 4), uint8, straight alpha.
        threshold: The least alpha that counts as opaque.
    """
    keys = [_keys(image, threshold) for image in images]
    flat = np.concatenate([key.reshape(-1) for key in keys]) if keys else np.zeros(0, np.uint32)
    found, places, counts = (_sort if flat.size <= SORT_LIMIT else _tabulate)(flat)
    if found.size and found[-1] == CLEAR:
        # Transparent sorts last, so turning the ring by one makes it place 0.
        counts = counts[:-1]
        places = (places + 1) % found.size
        found = found[:-1]
    else:
        places = places + 1
    colors = np.stack([found & 255, found >> 8 & 255, found >> 16], axis=-1).astype(np.uint8)
    ends = np.cumsum([key.size for key in keys])[:-1]
    maps = (
        tuple(part.reshape(key.shape) for part, key in zip(np.split(places, ends), keys, strict=True)) if keys else ()
    )
    return Histogram(colors, counts, maps)


def _keys(image: NDArray[np.uint8], threshold: int) -> NDArray[np.uint32]:
    """Each pixel as one number, blue highest, `CLEAR` where it is transparent; shape (H, W)."""
    packed = np.ascontiguousarray(image).view("<u4")[..., 0]
    return np.where(packed >= np.uint32(threshold << 24), packed & np.uint32(CLEAR - 1), np.uint32(CLEAR))


def _sort(keys: NDArray[np.uint32]) -> tuple[NDArray, NDArray, NDArray]:
    found, places, counts = np.unique(keys, return_inverse=True, return_counts=True)
    return found, places.reshape(-1), counts


def _tabulate(keys: NDArray[np.uint32]) -> tuple[NDArray, NDArray, NDArray]:
    seen = np.zeros(CLEAR + 1, np.bool_)
    seen[keys] = True
    found = np.flatnonzero(seen)
    rank = np.empty(CLEAR + 1, np.int32)
    rank[found] = np.arange(found.size, dtype=np.int32)
    places = rank[keys]
    return found, places, np.bincount(places, minlength=found.size)


def touching(places: Sequence[NDArray[np.integer]], size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which colors stand side by side, above or below each other, and along how many pixel edges.

    Arguments:
        places: As in `Histogram`.
        size: The number of colors, N.

    Returns:
        Pairs of rows in `colors`, smaller first, sorted, shape (M, 2); and their edges, shape (M,).
    """
    keys = []
    for place in places:
        for one, other in ((place[:, :-1], place[:, 1:]), (place[:-1], place[1:])):
            edge = (one != other) & (one > 0) & (other > 0)
            a, b = one[edge].astype(np.int64) - 1, other[edge].astype(np.int64) - 1
            keys.append(np.minimum(a, b) * size + np.maximum(a, b))
    found, edges = np.unique(np.concatenate(keys) if keys else np.zeros(0, np.int64), return_counts=True)
    return np.stack([found // max(size, 1), found % max(size, 1)], axis=-1), edges
