"""Dithering, for those who want it: ordered after Bayer, and error diffusion after Floyd and Steinberg.

Colors that are in the palette stay as they are and spread nothing, so legal art is unchanged; and
nothing bleeds over transparent pixels.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..color import oklab
from .kmeans import CHUNK, nearest_lab, nearest_rows

__all__ = ["DITHERS", "bayer", "floyd_steinberg"]

Floats = NDArray[np.float64]
Places = NDArray[np.integer]

# Bayer, "An optimum method for two-level rendition of continuous-tone pictures" (1973), order 4.
MATRIX = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]])
# What a mixture pays for the distance of its two colors: a coarse pattern is uglier than a slightly wrong color.
GRAIN = 0.15


def bayer(places: tuple[Places, ...], colors: NDArray[np.uint8], targets: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    """Indices from 1 (0 transparent) where each color is a fixed pattern of its two best targets.

    The pattern depends on the color and the place in the image alone, so still parts of an animation stand still.

    Arguments:
        places: As in `histogram.Histogram`, each (H, W).
        colors: What the places mean, shape (N, 3).
        targets: The palette, shape (P, 3).
    """
    goal = oklab(targets)
    first = nearest_rows(colors, targets)
    second, share = np.copy(first), np.zeros(len(first))
    for begin in range(0, len(first), CHUNK):
        part = slice(begin, begin + CHUNK)
        second[part], share[part] = _mixtures(oklab(colors[part]), goal, first[part])
    one, other, level = (np.concatenate([[0], row]) for row in (first + 1, second + 1, np.rint(share * 16).astype(int)))
    result = []
    for place in places:
        height, width = place.shape
        rank = np.tile(MATRIX, (-(-height // 4), -(-width // 4)))[:height, :width]
        result.append(np.where(rank < level[place], other[place], one[place]).astype(np.uint8))
    return result


def _mixtures(lab: Floats, goal: Floats, first: NDArray[np.intp]) -> tuple[NDArray[np.intp], Floats]:
    """For each color the target to mix into its nearest, and the share of it, from 0 to 1/2."""
    base = goal[first]
    span = goal[None] - base[:, None]
    length = (span * span).sum(axis=-1)
    rest = lab - base
    along = (span * rest[:, None]).sum(axis=-1)
    share = np.clip(np.divide(along, length, out=np.zeros_like(length), where=length > 0), 0.0, 0.5)
    miss = np.sqrt(((rest[:, None] - share[..., None] * span) ** 2).sum(axis=-1))
    second = (miss + GRAIN * np.sqrt(length) * (share > 0)).argmin(axis=1)
    return second, share[np.arange(len(lab)), second]


def floyd_steinberg(
    places: tuple[Places, ...], colors: NDArray[np.uint8], targets: NDArray[np.uint8]
) -> list[NDArray[np.uint8]]:
    """Indices from 1 (0 transparent) where each pixel hands its error on to the four that come after it.

    Floyd and Steinberg, "An adaptive algorithm for spatial grey scale" (1976), in OKLab.

    Arguments:
        places, colors, targets: As for `bayer`.
    """
    lab, goal = oklab(colors), oklab(targets)
    first = nearest_rows(colors, targets)
    legal = np.append(True, (targets[first] == colors).all(axis=1))
    first, lab = np.append(0, first + 1), np.concatenate([np.zeros((1, 3)), lab])
    return [_diffuse(place, lab, first, legal, goal) for place in places]


def _diffuse(place: Places, lab: Floats, first: NDArray, legal: NDArray, goal: Floats) -> NDArray[np.uint8]:
    height, width = place.shape
    result = first[place].astype(np.uint8)
    wanted = lab[place]
    frozen = legal[place]
    # Two columns and a row of margin take what is handed beyond the picture.
    error = np.zeros((height + 1, width + 2, 3))
    # No more than this is carried along: a color that no mixture can reach would smear over the whole picture.
    limit = 0.25
    # A pixel waits for its left and its three upper neighbours, so all pixels with one x + 2 y are done at once.
    for wave in range(width + 2 * (height - 1)):
        y = np.arange(max(0, -(-(wave - width + 1) // 2)), min(height - 1, wave // 2) + 1)
        x = wave - 2 * y
        free = ~frozen[y, x]
        y, x = y[free], x[free]
        if not len(y):
            continue
        color = wanted[y, x] + np.clip(error[y, x + 1], -limit, limit)
        row = nearest_lab(color, goal)
        result[y, x] = row + 1
        left = color - goal[row]
        for down, right, share in ((0, 1, 7), (1, -1, 3), (1, 0, 5), (1, 1, 1)):
            error[y + down, x + 1 + right] += left * (share / 16)
    return result


DITHERS: dict[str, Callable[..., list[NDArray[np.uint8]]] | None] = {
    "none": None,
    "bayer": bayer,
    "floyd-steinberg": floyd_steinberg,
}
