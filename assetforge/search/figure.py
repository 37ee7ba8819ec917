"""What is compared of a sprite: what is drawn, without margins, in its own colors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..color import oklab
from ..palette import MAX_COLORS
from ..sprite import Raster

__all__ = ["MOST_SIDE", "Figure", "figure", "placed"]

MOST_SIDE = 64
OPAQUE = 128
LEAST, STEP = 8, 4
"""A canvas is square, and its side is a multiple of STEP: few sizes, so that many sprites are encoded together."""


@dataclass(frozen=True)
class Figure:
    """What is drawn, cut out.

    Attributes:
        indices: Shape (H, W), uint8, entries of `lab`, 0 transparent.
        lab: OKLab of its colors, the transparent one first, shape (K, 3).
        corner: Row and column of its upper left corner in the picture.
        step: Every how many-th pixel was taken, of a picture larger than `MOST_SIDE`.
    """

    indices: NDArray[np.uint8]
    lab: NDArray[np.float32]
    corner: tuple[int, int]
    step: int = 1

    @property
    def side(self) -> int:
        """Of the smallest canvas it goes onto."""
        return max(LEAST, -(-max(self.indices.shape) // STEP) * STEP)

    def mirrored(self) -> Figure:
        """Left for right."""
        return Figure(np.ascontiguousarray(self.indices[:, ::-1]), self.lab, self.corner, self.step)


def figure(raster: Raster) -> Figure | None:
    """The figure of a picture, or None if nothing is drawn."""
    drawn = raster.rgba[..., 3] >= OPAQUE
    if not drawn.any():
        return None
    rows, columns = np.flatnonzero(drawn.any(1)), np.flatnonzero(drawn.any(0))
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    rgba, drawn = raster.rgba[box], drawn[box]
    step = -(-max(drawn.shape) // MOST_SIDE)
    if step > 1:
        rgba, drawn = rgba[::step, ::step], drawn[::step, ::step]
    if not drawn.any():
        return None
    packed = rgba[drawn][:, :3].astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    codes, entries = np.unique(packed, return_inverse=True)
    for bits in range(1, 8):
        if len(codes) <= MAX_COLORS:
            break
        # A painting or a photo: colors that differ least become one.
        coarse = np.uint32((0xFF >> bits << bits) * 0x010101)
        codes, entries = np.unique(packed & coarse, return_inverse=True)
    indices = np.zeros(drawn.shape, np.uint8)
    indices[drawn] = entries.reshape(-1) + 1
    colors = np.stack([codes >> 16, codes >> 8 & 255, codes & 255], 1).astype(np.uint8)
    lab = np.concatenate([np.zeros((1, 3)), oklab(colors)]).astype(np.float32)
    return Figure(indices, lab, (int(rows[0]), int(columns[0])), step)


def placed(indices: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """A figure in the middle of a square canvas, shape (side, side): wherever it was drawn, it stands there."""
    height, width = indices.shape
    top, left = (side - height) // 2, (side - width) // 2
    return np.pad(indices, ((top, side - height - top), (left, side - width - left)))
