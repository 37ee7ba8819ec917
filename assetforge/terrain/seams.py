"""Whether a tile wraps: the step over its seam beside the steps within."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..color import distance, oklab
from ..sprite import Sprite

__all__ = ["roughness", "seam", "wraps"]

FAINT = 0.01
"""OKLab: steps are compared beyond it, so that a nearly flat tile has no seam for one pixel."""
ROUGH, LINE = 1.5, 1.75
"""A seam may be so much rougher than the rest, or than the roughest line of it: a tile may end in a joint."""


def roughness(sprite: Sprite, axis: int) -> NDArray[np.float64]:
    """Mean OKLab distance between neighbors along `axis`, of each line of pairs: the first is that over the seam.

    A step between drawn and transparent counts 1. Shape (W,) or (H,).
    """
    lab = oklab(np.array([(0, 0, 0), *sprite.palette.colors], np.uint8))[sprite.indices]
    beside = np.roll(sprite.indices, 1, axis)
    step = distance(lab, np.roll(lab, 1, axis))
    step = np.where((sprite.indices == 0) | (beside == 0), (sprite.indices != beside).astype(float), step)
    return np.asarray(step.mean(1 - axis))


def seam(sprite: Sprite, axis: int) -> float:
    """The mean step over the seam beside the mean step inside; 1 is no seam at all."""
    steps = roughness(sprite, axis)
    return float((steps[0] + FAINT) / (steps[1:].mean() + FAINT))


def wraps(sprite: Sprite, axis: int) -> bool:
    """Whether nothing betrays the seam: it is about as rough as the rest, or as some line within."""
    steps = roughness(sprite, axis) + FAINT
    return bool(steps[0] <= ROUGH * steps[1:].mean() or steps[0] <= LINE * steps[1:].max())
