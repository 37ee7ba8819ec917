"""How far vectors are apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .sight import LINES, Vectors

__all__ = ["WAYS", "distances"]

WAYS = ("shape", "color", "both")
COLORS = 0.5
"""What a squared distance of colors counts beside one of shapes."""

ROUNDING = 1e-5
"""Squared distances of vectors of float16 that are no more than this are none."""

Floats = NDArray[np.float32]


def distances(queries: Vectors, known: Vectors, by: str) -> tuple[Floats, NDArray[np.bool_]]:
    """The distance of each query from each known figure, and whether it is that of its mirror image, each (Q, N).

    0 is alike; figures that have nothing in common are at about 1.4, opposites at 2.

    Arguments:
        by: One of `WAYS`. By shape and by both, a mirrored figure is as near as the figure itself.
    """
    turned = np.zeros((len(queries.shape), len(known.shape)), bool)
    square = np.zeros(turned.shape, np.float32)
    weight = 0.0
    if by != "color":
        target = known.shape.astype(np.float32)
        own, mirrored = (apart(each.astype(np.float32), target) for each in (queries.shape, queries.mirrored))
        turned = mirrored < own - 1e-4
        square += np.where(turned, mirrored, own)
        weight += 1 + LINES
    if by != "shape":
        counts = COLORS if by == "both" else 1.0
        square += counts * apart(queries.colors.astype(np.float32), known.colors.astype(np.float32))
        weight += counts
    square /= np.float32(weight)
    return np.sqrt(np.where(square < ROUNDING, 0, square)), turned


def apart(one: Floats, other: Floats) -> Floats:
    """Squared distances of rows, shape (Q, N)."""
    lengths = (one**2).sum(1)[:, None] + (other**2).sum(1)[None]
    return np.asarray(np.maximum(lengths - 2 * (one @ other.T), 0))
