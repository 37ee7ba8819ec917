"""How far pictures in memory are apart, without an index."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ..models.encoder import Encoder
from ..sprite import Raster
from .figure import figure
from .ranking import Floats, distances
from .sight import Sight, Vectors

__all__ = ["apart"]


@cache
def _sight() -> Sight:
    """The encoder of the bundled model; its whitening takes a while, so it is worked out once."""
    return Sight(Encoder.load())


def apart(queries: Sequence[Raster], known: Sequence[Raster], by: str) -> tuple[Floats, NDArray[np.bool_]]:
    """The distance of each query from each picture, and whether it is that of its mirror image, each (Q, N).

    A picture in which nothing is drawn is infinitely far from all.

    Arguments:
        by: One of `ranking.WAYS`.
    """
    (ours, mine), (theirs, other) = (_vectors(some) for some in (queries, known))
    far = np.full((len(queries), len(known)), np.inf, np.float32)
    turned = np.zeros(far.shape, bool)
    if mine and other:
        far[np.ix_(mine, other)], turned[np.ix_(mine, other)] = distances(ours, theirs, by)
    return far, turned


def _vectors(rasters: Sequence[Raster]) -> tuple[Vectors, list[int]]:
    """A row for each picture in which something is drawn, and their places."""
    found = [(place, one) for place, raster in enumerate(rasters) if (one := figure(raster)) is not None]
    return _sight().vectors([one for _, one in found]), [place for place, _ in found]
