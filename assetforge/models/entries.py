"""The entries of a palette as the models see them: their OKLab, and which of them is nearest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..color import oklab
from ..palette import Palette

__all__ = ["entry_lab", "table_to"]


def entry_lab(palette: Palette) -> NDArray[np.float32]:
    """OKLab of the entries of a palette, the transparent one first as zero, shape (K, 3)."""
    colors = np.array(palette.colors, np.uint8)
    return np.concatenate([np.zeros((1, 3)), oklab(colors)]).astype(np.float32)


def table_to(source: NDArray[np.float32], target: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The nearest entry of `target` for each of `source`, both as from `entry_lab`; shape (len(source),)."""
    distance = ((source[1:, None] - target[None, 1:]) ** 2).sum(-1)
    return np.concatenate([[0], 1 + distance.argmin(1)]).astype(np.uint8)
