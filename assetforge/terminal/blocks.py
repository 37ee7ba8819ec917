"""Two pixels in one character: the upper half block in the color of one, on the color of the other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

__all__ = ["blocks", "shades"]

UPPER, LOWER = "▀", "▄"
RESET = "\x1b[0m"
SHADES = " ░▒▓█"


def blocks(rgba: NDArray[np.uint8]) -> Iterator[str]:
    """Lines of text in 24-bit color (ISO 8613-6), one for two rows of pixels; where nothing is drawn, the terminal's
    own ground is seen.

    Arguments:
        rgba: Shape (H, W, 4), uint8; half-transparent pixels are drawn or not.
    """
    for upper, lower in _pairs(rgba):
        line, last = [], ""
        for above, below in zip(upper.tolist(), lower.tolist(), strict=True):
            style, character = _cell(above, below)
            # Styles are said once: a sprite of 32 x 32 is then half as long.
            line.append(character if style == last else f"\x1b[{style}m{character}")
            last = style
        yield "".join(line) + RESET


def shades(rgba: NDArray[np.uint8]) -> Iterator[str]:
    """Lines of text without color, one for two rows of pixels: the lighter, the fuller."""
    weights = np.array([0.299, 0.587, 0.114])  # luma, ITU-R BT.601
    for pair in _pairs(rgba):
        drawn = pair[..., 3] >= 128
        light = (pair[..., :3] @ weights * drawn).sum(0) / np.maximum(1, drawn.sum(0))
        level = np.where(drawn.any(0), 1 + (light * (len(SHADES) - 1) / 256).astype(int), 0)
        yield "".join(SHADES[step] for step in level)


def _pairs(rgba: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Rows in twos, shape (rows, 2, W, 4)."""
    even = np.pad(rgba, ((0, len(rgba) % 2), (0, 0), (0, 0)))
    return even.reshape(-1, 2, *even.shape[1:])


def _cell(above: list[int], below: list[int]) -> tuple[str, str]:
    upper, lower = above[3] >= 128, below[3] >= 128
    if not upper:
        return (f"0;38;2;{below[0]};{below[1]};{below[2]}", LOWER) if lower else ("0", " ")
    color = f"38;2;{above[0]};{above[1]};{above[2]}"
    return (f"{color};48;2;{below[0]};{below[1]};{below[2]}" if lower else f"0;{color}"), UPPER
