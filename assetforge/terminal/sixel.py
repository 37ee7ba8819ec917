"""Sixel graphics, which xterm, foot, mlterm, Windows Terminal and others draw (DEC STD 070, chapter 9)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

__all__ = ["MOST_COLORS", "sixel"]

MOST_COLORS = 255
BAND = 6
BEGIN, END = "\x1bP0;1q", "\x1b\\"  # 1: what is not drawn keeps the ground


def sixel(rgba: NDArray[np.uint8], zoom: int) -> str:
    """The escape sequence that draws a picture, each pixel a square.

    Arguments:
        rgba: Shape (H, W, 4), uint8; half-transparent pixels are drawn or not.
        zoom: Side of the square.

    Raises:
        ValueError: If there are more than 255 colors.
    """
    drawn = rgba[..., 3] >= 128
    colors, places = np.unique(rgba[drawn][:, :3], axis=0, return_inverse=True)
    if len(colors) > MOST_COLORS:
        raise ValueError(f"{len(colors)} colors, sixel holds {MOST_COLORS}.")
    indices = np.full(rgba.shape[:2], -1)
    indices[drawn] = places.reshape(-1)
    large = indices.repeat(zoom, 0).repeat(zoom, 1)
    height, width = large.shape
    # Colors go by hundredths: the standard has no finer ones.
    registers = "".join(
        f"#{number};2;" + ";".join(str(round(value * 100 / 255)) for value in color)
        for number, color in enumerate(colors.tolist())
    )
    bands = "-".join("$".join(_band(large[top : top + BAND])) for top in range(0, height, BAND))
    return f'{BEGIN}"1;1;{width};{height}{registers}{bands}{END}'


def _band(rows: NDArray[np.int_]) -> Iterator[str]:
    """Six rows, a line of characters for each color in them."""
    bits = 1 << np.arange(len(rows))[:, None]
    for color in np.unique(rows[rows >= 0]).tolist():
        columns = ((rows == color) * bits).sum(0).tolist()
        line = "".join(_run(63 + value, len(list(run))) for value, run in groupby(columns))
        yield f"#{color}{line}"


def _run(code: int, length: int) -> str:
    return f"!{length}{chr(code)}" if length > 3 else chr(code) * length
